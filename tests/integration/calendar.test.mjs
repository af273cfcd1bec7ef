// SPDX-License-Identifier: GPL-3.0-or-later
// The calendar: what a change hits is shown before it is made, nobody loses the hour unasked, and what is written outside
// as iCalendar is ours again when it comes back. Everything is undone at the end: others use the same office.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';

import { api, cli, clockOffset, company, cpf, done, mail, office, order, person, publicUrl, scratch, slots, sql, until } from '../support/office.mjs';

const today = () => new Date(Date.now() + clockOffset() * 1000 - 3 * 3600000).toISOString().slice(0, 10);
const plus = (day, days) => new Date(Date.parse(`${day}T12:00:00Z`) + days * 86400000).toISOString().slice(0, 10);
const weekday = (day) => new Date(`${day}T12:00:00Z`).getUTCDay() || 7;
const closed = new Set(sql(`select day from holidays_between(1, '${today()}', '${plus(today(), 70)}')`).split('\n'));

// Working days from the far end, where nobody else books; each is given out once.
const far = [];
for (let ahead = 57; ahead > 35; ahead--) {
  const day = plus(today(), ahead);
  if (weekday(day) <= 5 && !closed.has(day)) far.push(day);
}
const freshDay = () => far.shift();

const at = (day, time) => `${day}T${time}:00-03:00`;
const make = (...words) => done('agent1', '--yes', ...words);
const preview = (...words) => done('agent1', ...words, '--preview');
const take = (kase, start) => api('POST', `/api/orders/${kase.code}/appointment`,
  { token: kase.token, body: { start, mode: 'in_person' } });
const made = []; // orders, whose hours are given back at the end
const noted = (kase) => {
  made.push(kase.code);
  return kase;
};
const booked = async (start, product = 'ecpf-a1') => {
  const kase = noted(await order(product));
  const answer = await take(kase, start);
  assert.equal(answer.status, 201, answer.text);
  return kase;
};
const atOffice = async (start) => {
  const kase = noted(await order());
  done('agent1', 'book', kase.code, start);
  return kase;
};
// A company of three who sign takes two seats in a row.
const bookedThree = async (start) => {
  const two = ['Rui', 'Lia'].map((first) => ({ name: `${first} Inventado`, cpf: cpf(), birth_date: '1980-01-31' }));
  const kase = noted(await order('ecnpj-a1', person(), { company: company({ representatives: two }) }));
  const answer = await take(kase, start);
  assert.equal(answer.status, 201, answer.text);
  return kase;
};
const seatsOf = (kase) => sql(`select string_agg(to_char(s.starts at time zone 'America/Sao_Paulo', 'HH24:MI') || ' ' || s.lane || ' ' || s.withdrawn,
  ', ' order by s.starts) from seat s join orders o on o.id = s.order_id where s.state = 'booked' and o.code = '${kase.code}'`);
const conflicts = () => done('agent1', 'agenda', 'conflicts').items;
const seatOf = (kase) => sql(`select s.lane || ' ' || s.visibility || ' ' || s.withdrawn from appointment a
  join seat s on s.id = a.seat_id join orders o on o.id = a.order_id where o.code = '${kase.code}'`);
const offered = async (day, product = 'ecpf-a1') => (await slots(product, 62)).filter((slot) => slot.start.startsWith(day));
// "None orphaned", asked of the tables themselves: whoever is booked has a seat that the calendar gives, or is on the list.
function noneOrphaned() {
  const lost = sql(`select count(*) from appointment a left join seat s on s.id = a.seat_id
    where a.state = 'booked' and a.starts > now() and (s.id is null or s.withdrawn)`);
  assert.equal(Number(lost), conflicts().length);
}

const agents = done('agent1', 'agenda').agents.map((agent) => agent.name);
const undone = [];
after(() => {
  for (const words of undone.reverse()) make(...words);
  const kept = sql(`select o.code from orders o join appointment a on a.order_id = o.id where a.state = 'booked'
    and o.code = any (string_to_array('${made.join(' ')}', ' '))`);
  for (const code of kept.split('\n').filter(Boolean)) done('agent1', 'cancel', code);
  assert.deepEqual(conflicts(), []);
});
const last = (list, kind) => done('agent1', 'hours')[list].map((row) => row[kind]).sort((a, b) => a - b).at(-1);

describe('holidays by their law', () => {
  test('Easter and what hangs on it fall as the vectors say, Carnaval on 29/2/2028 too', () => {
    for (const [year, carnival, ashes, friday, corpus] of [[2026, '02-16', '02-18', '04-03', '06-04'],
      [2027, '02-08', '02-10', '03-26', '05-27'], [2028, '02-28', '03-01', '04-14', '06-15'],
      [2030, '03-04', '03-06', '04-19', '06-20'], [2032, '02-09', '02-11', '03-26', '05-27']]) {
      const days = Object.fromEntries(sql(`select rule_id || '=' || day from holidays_between(1, '${year}-01-01',
        '${year}-12-31')`).split('\n').map((line) => line.split('=')));
      assert.equal(days['carnival-monday'], `${year}-${carnival}`);
      assert.equal(days['ash-wednesday'], `${year}-${ashes}`);
      assert.equal(days['campinas-good-friday'], `${year}-${friday}`);
      assert.equal(days['campinas-corpus-christi'], `${year}-${corpus}`);
    }
    assert.equal(sql(`select closes from holidays_between(1, '2028-02-29', '2028-02-29')`), 'day');
  });

  test('12 August closes Campinas from 2026, 20 November everybody from 2024, 9 July São Paulo; 14 July nobody', () => {
    const closes = (day) => sql(`select count(*) from holidays_between(1, '${day}', '${day}')`) === '1';
    assert.deepEqual(['2025-08-12', '2026-08-12', '2023-11-20', '2024-11-20', '2027-07-09', '2027-07-14', '2027-10-15',
      '2027-12-08'].map(closes), [false, true, false, true, true, false, false, true]);
    const [christmas] = done('agent1', 'holiday').holidays.filter((row) => row.name === 'Natal');
    assert.match(christmas.law, /Lei 662\/1949/);
  });

  test('a series over a holiday gives no seat', async () => {
    const holiday = [...closed].find((day) => weekday(day) <= 5);
    assert.ok(holiday, 'the horizon has a holiday on a working day');
    assert.deepEqual(await offered(holiday), []);
    assert.equal(sql(`select count(*) from seat where (starts at time zone 'America/Sao_Paulo')::date = '${holiday}'`), '0');
  });
});

describe('a sick colleague', () => {
  const day = freshDay();
  let same, reserve, message, call, whole;

  test('is shown with everybody the absence hits, and nothing is changed by looking', async () => {
    make('agenda', 'lane', '1', '--agent', agents[0], '--skills', 'video,company,libras', '--from', day, '--until', day);
    undone.push(['agenda', 'lane', '1', '--skills', 'video,company,libras', '--from', day, '--until', day]);
    same = await booked(at(day, '08:00'));
    reserve = await booked(at(day, '08:20'));
    await booked(at(day, '08:20'));
    message = await booked(at(day, '08:40'));
    await booked(at(day, '08:40'));
    await atOffice(at(day, '08:40'));
    call = await booked(at(day, '09:00'));
    await booked(at(day, '09:00'));
    await atOffice(at(day, '09:00'));
    sql(`update person set email = '' where order_id = (select id from orders where code = '${call.code}')`);
    assert.deepEqual([same, reserve, message, call].map(seatOf), Array(4).fill('1 public false'));
    whole = await bookedThree(at(day, '14:00'));
    assert.equal(seatsOf(whole), '14:00 1 false, 14:20 1 false');
    const shown = preview('block', 'agent', agents[0], '--from', day, '--reason', 'gripe');
    assert.equal(shown.applied, false);
    assert.deepEqual(shown.hits.map((hit) => [hit.order, hit.outcome]), [[same.code, 'same_time'],
      [reserve.code, 'reserve'], [message.code, 'message'], [call.code, 'call'], [whole.code, 'same_time']]);
    assert.deepEqual([same, reserve, message, call].map(seatOf), Array(4).fill('1 public false'));
    assert.deepEqual(conflicts(), []);
    assert.equal(done('agent1', 'hours').absences.length, 0);
  });

  test('a preview that is no longer true is not made', async () => {
    const words = ['block', 'agent', agents[0], '--from', day, '--reason', 'gripe'];
    const { digest } = preview(...words);
    const late = await booked(at(day, '10:00'));
    const refused = cli('agent1', ...words, '--apply', digest);
    assert.equal(refused.status, 1);
    assert.equal(refused.json.reason, 'preview-changed');
    assert.ok(refused.json.preview.hits.some((hit) => hit.order === late.code));
    assert.equal(done('agent1', 'hours').absences.length, 0);
  });

  test('the same time with another agent, then the reserve, then a message, then the telephone', async () => {
    const applied = make('block', 'agent', agents[0], '--from', day, '--reason', 'gripe');
    const absence = last('absences', 'id');
    undone.push(['block', 'undo', String(absence)]);
    assert.equal(applied.applied, true);
    assert.equal(seatOf(same), '2 public false');
    assert.equal(seatOf(reserve), '3 internal false');
    assert.equal(seatOf(message), '1 public true');
    assert.equal(seatsOf(whole), '14:00 2 false, 14:20 2 false', 'a session of two seats moves whole');
    done('agent1', 'cancel', whole.code);
    const waiting = conflicts();
    assert.deepEqual(waiting.map((row) => [row.order, row.call]), [[message.code, true], [call.code, true]]);
    assert.equal(waiting[1].reach, 'phone');
    assert.match(waiting[1].phone, /^\+55/);
    noneOrphaned();
    await until(async () => (await offered(day)).every((slot) => slot.seats === 1), 'the lane is gone from what is offered');
    assert.ok(!sql(`select coalesce(string_agg(content::text, ''), '') from agenda_change`).includes(same.code));
  });

  test('the message has three choices; looking changes nothing, one tap moves, and then the link shows what is and moves nobody', async () => {
    const { text } = await mail(message.holder.email, /Precisamos mudar o seu horário/);
    const links = [...new Set(text.match(/http\S+\/remarcar\/\S+/g))];
    const choices = links.filter((link) => link.includes('?start='));
    assert.equal(choices.length, 3);
    assert.ok(links.some((link) => link.endsWith('?cancel=1')));
    assert.ok(!text.includes(message.holder.cpf));
    const where = new URL(choices[0]);
    const page = await (await fetch(where)).text();
    assert.match(page, /Ficar com este horário/);
    assert.equal(seatOf(message), '1 public true', 'a mail scanner that follows the link moves nobody');
    const model = await api('GET', where.pathname.replace('/remarcar/', '/api/reschedule/'));
    assert.equal(model.json.choices.length, 3);
    const answer = await fetch(`${publicUrl}${where.pathname}`, { method: 'POST', redirect: 'manual',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ start: where.searchParams.get('start') }) });
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /Horário mudado/);
    assert.match(seatOf(message), / public false$/);
    const moved = seatOf(message);
    for (const choice of [where.searchParams.get('start'), new URL(choices[1]).searchParams.get('start')]) {
      const stale = await api('POST', where.pathname.replace('/remarcar/', '/api/reschedule/'), { body: { start: choice } });
      assert.equal(stale.status, 409, stale.text);
      assert.match(stale.json.detail, /já foi resolvido. Agora é .*, e nada foi feito com ele/);
    }
    assert.equal(seatOf(message), moved, 'an open page moves nobody twice');
    const after = await (await fetch(where)).text();
    assert.match(after, /O horário já foi resolvido[\s\S]*Seu atendimento é/);
    assert.doesNotMatch(after, /<form/);
    assert.equal((await api('GET', `${where.pathname.slice(0, -1).replace('/remarcar/', '/api/reschedule/')}x`)).status, 404);
    done('agent1', 'contact', message.code, '--email', `novo${message.holder.email}`);
    assert.equal((await fetch(where)).status, 404, 'who reads the address of before sees and moves nothing any more');
    noneOrphaned();
  });

  test('the seat that was given up is nobody\'s, and the call list ends when the agent moved the last one', async () => {
    done('agent1', 'move', call.code, at(day, '11:00'));
    assert.deepEqual(conflicts(), []);
    assert.equal(sql(`select count(*) from seat where lane = 1 and state = 'free' and
      (starts at time zone 'America/Sao_Paulo')::date = '${day}'`), '0');
  });

  test('the opening of the day warns when fewer than two may sign', () => {
    const warned = (result) => result.warnings.some((warning) => warning.code === 'few-agents');
    assert.equal(warned(done('agent1', 'agenda', '--date', day)), false);
    make('block', 'agent', agents[1], '--from', `${day}T08:00`, '--to', `${day}T10:00`, '--reason', 'consulta médica');
    const visit = String(last('absences', 'id'));
    const shown = done('agent1', 'agenda', '--date', day);
    assert.equal(shown.agents_may_sign, 1);
    assert.equal(warned(shown), true);
    assert.equal(warned(done('agent1', 'queue', '--date', day)), true);
    make('block', 'undo', visit);
    assert.deepEqual(conflicts(), [], 'who comes back gives the hours back');
  });

  test('an agent nobody knows is no absence', () => {
    assert.equal(cli('agent1', '--yes', 'block', 'agent', 'Ninguém', '--from', day, '--reason', 'x').status, 1);
  });
});

describe('changes of the calendar', () => {
  test('a holiday added late: conflict list, and a one-day opening on the holiday gives the hour back', async () => {
    const day = freshDay();
    const early = await booked(at(day, '08:00'));
    const outside = await booked(at(day, '15:00'));
    make('holiday', 'add', day, 'Luto oficial', '--law', 'Decreto de teste');
    undone.push(['holiday', 'remove', String(sql(`select max(id) from holiday where day = '${day}'`))]);
    assert.deepEqual(conflicts().map((row) => row.order), [early.code, outside.code]);
    noneOrphaned();
    await until(async () => (await offered(day)).length === 0, 'closed');
    make('hours', 'open', day, '--opens', '08:00', '--closes', '09:00', '--reason', 'mutirão', '--public', '2',
      '--internal', '1');
    undone.push(['hours', 'undo', String(last('exceptions', 'id'))]);
    assert.equal(seatOf(early), '1 public false', 'exception before holiday: the same seat again');
    assert.deepEqual(conflicts().map((row) => row.order), [outside.code]);
    await until(async () => (await offered(day)).length === 3, 'an hour of its own');
    done('agent1', 'cancel', outside.code);
    done('agent1', 'cancel', early.code);
  });

  test('a day that is a holiday already is not added twice, and only what was added by hand is removed', () => {
    const day = freshDay();
    make('holiday', 'add', day, 'Ponte', '--law', 'Portaria de teste');
    const id = sql(`select max(id) from holiday where day = '${day}'`);
    assert.equal(cli('agent1', '--yes', 'holiday', 'add', day, 'Ponte', '--law', 'Portaria de teste').json.reason, 'holiday-there');
    make('holiday', 'remove', id);
    assert.equal(cli('agent1', '--yes', 'holiday', 'remove', id).status, 1);
    assert.equal(sql(`select withdrawn_at is not null from holiday where id = ${id}`), 't', 'taken back, not forgotten');
  });

  test('shorter hours under existing bookings: the conflict list, and giving the hour back clears it', async () => {
    const day = freshDay();
    const kase = await booked(at(day, '16:40'));
    const applied = make('block', 'day', day, '--opens', '16:00', '--closes', '17:00', '--reason', 'dedetização');
    const id = String(last('exceptions', 'id'));
    assert.deepEqual(applied.hits.map((hit) => hit.order), [kase.code]);
    assert.equal(cli('agent1', '--yes', 'hours', 'undo', '999999').status, 1);
    make('hours', 'undo', id);
    assert.deepEqual(conflicts(), []);
    assert.equal(seatOf(kase), '1 public false');
    done('agent1', 'cancel', kase.code);
  });

  test('a series every second week, and one that wants the same counter at the same time', async () => {
    const saturday = plus(today(), 6 - weekday(today()) + 7);
    make('hours', 'add', '--days', 'sab', '--opens', '09:00', '--closes', '10:00', '--every', '2', '--from', saturday,
      '--until', plus(saturday, 28), '--public', '1', '--internal', '0');
    const { series } = done('agent1', 'hours');
    const added = series.find((row) => row.every_weeks === 2);
    assert.equal(added.rrule.split(';UNTIL')[0], 'FREQ=WEEKLY;INTERVAL=2;BYDAY=SA');
    await until(async () => (await offered(saturday)).length === 3, 'the first Saturday');
    const open = new Set((await slots('ecpf-a1', 62)).map((slot) => slot.start.slice(0, 10)).filter((day) => weekday(day) === 6));
    assert.deepEqual([...open], [0, 14, 28].map((days) => plus(saturday, days)).filter((day) => !closed.has(day)));
    const twice = cli('agent1', '--yes', 'hours', 'add', '--days', 'sab', '--opens', '09:30', '--closes', '11:00', '--from',
      saturday);
    assert.equal(twice.json.reason, 'hours-overlap');
    make('hours', 'end', added.series, '--on', plus(saturday, -1));
    await until(async () => (await offered(saturday)).length === 0, 'taken back');
  });

  test('what is asked for wrongly is refused with its field and changes nothing', async () => {
    const before = sql('select count(*) from opening') + sql('select count(*) from opening_exception');
    const day = far[0];
    for (const [change, field] of [[{}, 'kind'], [{ kind: 'revolution' }, 'kind'], [{ kind: 'close_day', day }, 'reason'],
      [{ kind: 'close_day', day: '2020-01-01', reason: 'x' }, 'day'], [{ kind: 'close_day', day: '2027-02-30', reason: 'x' }, 'day'],
      [{ kind: 'close_day', day, opens: '10:00', reason: 'x' }, 'closes'], [{ kind: 'close_day', day, opens: '9:00', closes: '25:00', reason: 'x' }, 'opens'],
      [{ kind: 'close_day', day, reason: 'x'.repeat(201) }, 'reason'], [{ kind: 'close_day', day, reason: 'x', extra: 1 }, 'extra'],
      [{ kind: 'series', weekdays: [8], opens: '08:00', closes: '09:00', from: day }, 'weekdays'],
      [{ kind: 'series', weekdays: [1], opens: '08:00', closes: '08:10', from: day }, 'closes'],
      [{ kind: 'series', weekdays: [1], opens: '08:00', closes: '09:00', from: day, public_lanes: 21 }, 'public_lanes'],
      [{ kind: 'series', weekdays: [1], opens: '08:00', closes: '09:00', from: day, public_lanes: 0, internal_lanes: 0 }, 'public_lanes'],
      [{ kind: 'series', weekdays: [1], opens: '08:00', closes: '09:00', from: day, every_weeks: 9 }, 'every_weeks'],
      [{ kind: 'absence', agent: agents[0], starts: day, ends: plus(day, -1), reason: 'x' }, 'ends'],
      [{ kind: 'absence', agent: 'Fulano', starts: day, ends: day, reason: 'x' }, 'agent'],
      [{ kind: 'lane', lane: 1, skills: ['voar'], from: day }, 'skills'],
      [{ kind: 'holiday_choice', rule: 'christmas', closes: 'none', from: day, reason: 'x' }, 'rule']]) {
      const answer = await office('agent1', 'POST', '/api/office/agenda/changes', { body: { change } });
      assert.equal(answer.status, 422, `${JSON.stringify(change)} ${answer.text}`);
      assert.equal(answer.json.errors[0].field, field, JSON.stringify(change));
    }
    assert.equal(sql('select count(*) from opening') + sql('select count(*) from opening_exception'), before);
    assert.equal((await office('auditor', 'POST', '/api/office/agenda/changes', { body: { change: {} } })).status, 403);
  });
});

describe('sub-capacity', () => {
  test('by the agent\'s skill: a company finds no seat where nobody serves companies, a person does', async () => {
    const day = freshDay();
    for (const lane of ['1', '2', '3']) {
      make('agenda', 'lane', lane, '--skills', 'video', '--from', day, '--until', day);
      undone.push(['agenda', 'lane', lane, '--skills', 'video,company,libras', '--from', day, '--until', day]);
    }
    await until(async () => (await offered(day, 'ecnpj-a1')).length === 0, 'no seat for companies');
    assert.equal((await offered(day)).length, 27);
    const refused = await take(await order('ecnpj-a1'), at(day, '08:00'));
    assert.equal(refused.status, 409);
    assert.equal(refused.json.alternatives.length, 3);
    await booked(at(day, '08:00'));
  });

  test('a seat kept for walk-ins is offered to nobody and taken by no booking, not even the office\'s', async () => {
    const day = freshDay();
    make('hours', 'open', day, '--opens', '08:00', '--closes', '08:20', '--public', '1', '--internal', '0', '--walk-in', '1',
      '--reason', 'teste da reserva');
    undone.push(['hours', 'undo', String(last('exceptions', 'id'))]);
    await until(async () => (await offered(day)).length === 1, 'one slot');
    assert.equal((await offered(day))[0].seats, 1);
    await booked(at(day, '08:00'));
    assert.equal((await take(await order(), at(day, '08:00'))).status, 409);
    assert.equal(cli('agent1', 'book', (await order()).code, at(day, '08:00')).status, 1);
  });
});

describe('iCalendar VAVAILABILITY', () => {
  const folder = scratch();
  const file = path.join(folder, 'agenda.ics');
  const day = freshDay();

  test('what goes out comes back and changes nothing', () => {
    make('block', 'day', day, '--opens', '12:00', '--closes', '13:00', '--reason', 'almoço, "em grupo"; çã');
    undone.push(['hours', 'undo', String(last('exceptions', 'id'))]);
    done('agent1', 'agenda', 'export', '-o', file);
    const text = fs.readFileSync(file, 'utf8');
    assert.ok(text.split('\r\n').every((line) => Buffer.byteLength(line) <= 75));
    for (const line of ['BEGIN:VAVAILABILITY', 'BUSYTYPE:BUSY-UNAVAILABLE', 'RRULE:FREQ=WEEKLY;BYDAY=MO',
      'PRIORITY:1', 'PRIORITY:5', 'PRIORITY:9']) assert.ok(text.includes(line), line);
    const rows = sql('select count(*) from opening') + sql('select count(*) from opening_exception');
    const back = make('agenda', 'import', file, '--from', plus(today(), 1));
    assert.deepEqual([back.added, back.dropped, back.hits], [0, 0, []]);
    assert.equal(sql('select count(*) from opening') + sql('select count(*) from opening_exception'), rows);
  });

  test('another calendar takes the place of the hours from its day on, after showing whom that hits', async () => {
    const last_day = plus(today(), 59);
    fs.writeFileSync(file, ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//outro//PT', 'BEGIN:VAVAILABILITY', 'UID:a@outro',
      'DTSTAMP:20261126T120000Z', 'BEGIN:AVAILABLE', 'UID:b@outro', 'DTSTAMP:20261126T120000Z',
      'DTSTART;TZID=America/Sao_Paulo:20260105T080000', 'DURATION:PT4H', 'RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', 'END:AVAILABLE',
      'END:VAVAILABILITY', 'END:VCALENDAR', ''].join('\r\n'));
    const imported = () => preview('agenda', 'import', file, '--from', far.at(-1), '--public', '2', '--internal', '1');
    const others = new Set(imported().hits.map((hit) => hit.order)); // whoever has an hour there already
    const kase = await booked(at(far[0], '16:40'));
    const shown = imported();
    assert.deepEqual(shown.hits.map((hit) => hit.order).filter((code) => !others.has(code)), [kase.code]);
    assert.ok(shown.dropped > 0);
    assert.ok((await offered(far[0])).some((slot) => slot.start > at(far[0], '12:00')), last_day);
    done('agent1', 'cancel', kase.code);
  });

  test('a foreign rule is refused with its name and never expanded', () => {
    for (const [rule, word] of [['FREQ=MONTHLY', 'MONTHLY'], ['FREQ=SECONDLY', 'SECONDLY'], ['FREQ=WEEKLY;BYDAY=MO;COUNT=3', 'COUNT'],
      ['FREQ=DAILY;BYMONTH=2', 'BYMONTH'], ['FREQ=TOLICE', '']]) {
      fs.writeFileSync(file, ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:x', 'BEGIN:VAVAILABILITY', 'UID:a', 'DTSTAMP:20261126T120000Z',
        'BEGIN:AVAILABLE', 'UID:b', 'DTSTAMP:20261126T120000Z', 'DTSTART;TZID=America/Sao_Paulo:20270104T080000',
        'DTEND;TZID=America/Sao_Paulo:20270104T100000', `RRULE:${rule}`, 'END:AVAILABLE', 'END:VAVAILABILITY', 'END:VCALENDAR', '']
        .join('\r\n'));
      const refused = cli('agent1', '--yes', 'agenda', 'import', file, '--from', plus(today(), 1));
      assert.equal(refused.status, 1, rule);
      assert.ok(JSON.stringify(refused.json).includes(word), JSON.stringify(refused.json));
    }
  });
});
