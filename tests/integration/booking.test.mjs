// SPDX-License-Identifier: GPL-3.0-or-later
// Seats: nobody gets the last one twice, nobody loses his while moving, and what is offered is what there is.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { api, clockOffset, mail, order, pick, slots, sql } from '../support/office.mjs';

const now = () => Date.now() + clockOffset() * 1000;
const take = (kase, start, headers = {}) => api('POST', `/api/orders/${kase.code}/appointment`,
  { token: kase.token, body: { start, mode: 'in_person' }, headers });
const move = (kase, start) => api('PUT', `/api/orders/${kase.code}/appointment`,
  { token: kase.token, body: { start, mode: 'in_person' } });
const cancel = (kase) => api('DELETE', `/api/orders/${kase.code}/appointment`, { token: kase.token });
const seatsAt = async (start) => (await slots('ecpf-a1', 62)).find((slot) => slot.start === start)?.seats ?? 0;
const booked = (start) => Number(sql(`select count(*) from seat where starts = '${start}' and visibility = 'public'
  and state = 'booked'`));

// Public seats that are free by the database's own account: "start seats" for each slot to come.
function freeByDatabase() {
  return sql(`select to_char(starts at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || ' ' || count(*) from seat
    where visibility = 'public' and starts > '${new Date(now() + 1000).toISOString()}'
      and (state = 'free' or (state = 'held' and held_until <= '${new Date(now()).toISOString()}'))
      and (public_from is null or public_from <= '${new Date(now()).toISOString()}')
    group by starts order by starts`).split('\n').filter((line) => line !== '');
}

async function freeByServer() {
  return (await slots('ecpf-a1', 62)).filter((slot) => Date.parse(slot.start) > now() + 1000)
    .map((slot) => `${new Date(slot.start).toISOString().replace('.000Z', 'Z')} ${slot.seats}`);
}

// Seats given back at a start and kept from the public for some of the five to forty-five minutes of the policy.
const withheld = (start) => Number(sql(`select count(*) from seat where starts = '${start}' and state = 'free'
  and public_from between '${new Date(now() + 4 * 60000).toISOString()}' and '${new Date(now() + 46 * 60000).toISOString()}'`));

// A slot whose public seats are all free; from the far end, where nobody else books.
async function emptySlot(atLeast = 2) {
  const free = (await slots('ecpf-a1', 62)).filter((slot) => slot.seats >= atLeast);
  return pick(free.slice(-100)).start;
}

describe('contract 2: what is offered', () => {
  test('slots are of the demo office: weekdays 08:00 to 17:00, twenty minutes, two public seats, sixty days', async () => {
    const all = await slots('ecpf-a1', 62);
    assert.ok(all.length > 500, `${all.length}`);
    for (const slot of all) {
      const [, time, zone] = /T(\d\d:\d\d):00([+-]\d\d:\d\d)$/.exec(slot.start);
      assert.equal(zone, '-03:00');
      assert.ok(time >= '08:00' && time < '17:00', slot.start);
      assert.equal(Date.parse(slot.end) - Date.parse(slot.start), 20 * 60000);
      const weekday = new Date(`${slot.start.slice(0, 10)}T12:00:00Z`).getUTCDay();
      assert.ok(weekday >= 1 && weekday <= 5, slot.start);
      assert.ok(slot.seats >= 1 && slot.seats <= 2);
      assert.equal(slot.office, 'sede');
      assert.ok(Date.parse(slot.start) > now() - 1000 && Date.parse(slot.start) < now() + 62 * 86400000);
    }
    const holidays = sql("select day from holidays_between(1, '2026-01-01', '2040-12-31')").split('\n');
    assert.ok(!all.some((slot) => holidays.includes(slot.start.slice(0, 10))), 'no slot on a holiday');
    assert.ok(Date.parse(all.at(-1).start) > now() + 55 * 86400000, 'the horizon reaches sixty days');
  });

  test('availability answered from memory equals the database', async () => {
    assert.deepEqual(await freeByServer(), freeByDatabase());
  });

  test('nothing is booked in the past, off the grid, on a Sunday or without a start', async () => {
    const kase = await order();
    const sunday = new Date(now() + (7 - new Date(now()).getUTCDay()) * 86400000).toISOString().slice(0, 10);
    for (const [start, code] of [['2020-01-06T09:00:00-03:00', 'past'], [`${sunday}T09:00:00-03:00`, 'no-slot'],
      [(await emptySlot()).replace(/:\d\d:00-/, ':07:00-'), 'no-slot'], ['amanhã', 'format'], ['', 'required']]) {
      const answer = await take(kase, start);
      assert.equal(answer.status, 422, `${start} ${answer.text}`);
      assert.equal(answer.json.errors[0].field, 'start');
      assert.equal(answer.json.errors[0].code, code, start);
    }
    assert.equal(sql(`select appointment_state from orders where code = '${kase.code}'`), 'none');
  });
});

describe('design 2.8: the last seat', () => {
  test('fifty clicks on the last seat: exactly one gets it, the others are offered the three nearest', async () => {
    const start = await emptySlot(2);
    const cases = [];
    for (let i = 0; i < 51; i += 17) cases.push(...await Promise.all(Array.from({ length: 17 }, () => order())));
    const first = cases.pop();
    assert.equal((await take(first, start)).status, 201);
    assert.equal(await seatsAt(start), 1);
    const answers = await Promise.all(cases.map((kase) => take(kase, start)));
    const won = answers.filter((answer) => answer.status === 201);
    const lost = answers.filter((answer) => answer.status === 409);
    assert.equal(won.length, 1, answers.map((answer) => answer.status).join());
    assert.equal(lost.length, 49);
    assert.equal(booked(start), 2);
    assert.equal(await seatsAt(start), 0);
    for (const answer of lost) {
      assert.equal(answer.json.type, 'urn:guiche:problem:seat-taken');
      assert.equal(answer.json.alternatives.length, 3);
      for (const other of answer.json.alternatives) assert.notEqual(other.start, start);
    }
    const distances = lost[0].json.alternatives.map((other) => Math.abs(Date.parse(other.start) - Date.parse(start)));
    const nearest = (await slots('ecpf-a1', 62)).map((slot) => Math.abs(Date.parse(slot.start) - Date.parse(start)))
      .sort((a, b) => a - b).slice(0, 3);
    assert.deepEqual([...distances].sort((a, b) => a - b), nearest, 'the nearest there are');
    const again = await take(cases[answers.indexOf(lost[0])], lost[0].json.alternatives[0].start);
    assert.equal(again.status, 201, again.text);
  });

  test('the same click five times at once is one appointment', async () => {
    const kase = await order();
    const start = await emptySlot();
    const before_ = await seatsAt(start);
    const answers = await Promise.all(Array.from({ length: 5 }, () => take(kase, start)));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 200, 200, 200, 201]);
    assert.equal(new Set(answers.map((answer) => answer.json.appointment)).size, 1);
    assert.equal(sql(`select count(*) from appointment a join orders o on o.id = a.order_id where o.code = '${kase.code}'`), '1');
    assert.equal(await seatsAt(start), before_ - 1);
  });

  test('Idempotency-Key: the same booking again gets the same answer, another one a mismatch', async () => {
    const kase = await order();
    const [start, other] = [await emptySlot(), await emptySlot()];
    const headers = { 'Idempotency-Key': `marcar-${Math.random()}` };
    const first = await take(kase, start, headers);
    const again = await take(kase, start, headers);
    assert.equal(first.status, 201);
    assert.equal(again.status, 201, 'the kept answer, not a new judgement');
    assert.deepEqual(again.json, first.json);
    if (other !== start) {
      const mismatch = await take(kase, other, headers);
      assert.equal(mismatch.status, 409);
      assert.equal(mismatch.json.type, 'urn:guiche:problem:idempotency-mismatch');
    }
    const stranger = await order();
    const theirs = await take(stranger, start, headers);
    assert.equal(theirs.status, 201, 'the key means something only to who sent it');
    assert.notEqual(theirs.json.appointment, first.json.appointment);
  });

  test('an order holds one seat: a second booking is a conflict that says so', async () => {
    const kase = await order();
    const start = await emptySlot();
    assert.equal((await take(kase, start)).status, 201);
    const other = (await slots()).find((slot) => slot.start !== start).start;
    const second = await take(kase, other);
    assert.equal(second.status, 409);
    assert.equal(second.json.reason, 'already-booked');
  });

  test('the database itself refuses two appointments for an order and one seat given twice', async () => {
    const kase = await order();
    assert.equal((await take(kase, await emptySlot())).status, 201);
    assert.throws(() => sql(`insert into appointment (order_id, seat_id, office_id, starts, ends, mode, uid, created_at, updated_at)
      select order_id, seat_id, office_id, starts, ends, mode, uid || 'x', created_at, updated_at from appointment a
       where order_id = (select id from orders where code = '${kase.code}')`), /appointment_one_live/);
    assert.throws(() => sql(`insert into seat (office_id, lane, visibility, starts, ends)
      select office_id, lane, visibility, starts + interval '5 minutes', ends + interval '5 minutes' from seat limit 1`),
    /conflicting key|exclusion|duplicate/i);
  });
});

describe('moving and cancelling', () => {
  let kase;
  let start;
  let uid;
  const calendar = async () => {
    const { status, text, headers } = await api('GET', `/api/orders/${kase.code}/appointment.ics`, { token: kase.token });
    assert.equal(status, 200);
    assert.match(headers.get('content-type'), /^text\/calendar; charset=utf-8/);
    const lines = text.split('\r\n');
    assert.equal(lines.pop(), '', 'ends with CRLF');
    for (const line of lines) {
      assert.ok(!line.includes('\n') && !line.includes('\r'), 'CRLF and nothing else');
      assert.ok(Buffer.byteLength(line) <= 75, `${Buffer.byteLength(line)} octets: ${line}`);
    }
    const plain = text.replaceAll('\r\n ', '').split('\r\n');
    const one = (name) => {
      const found = plain.filter((line) => line.startsWith(`${name}:`) || line.startsWith(`${name};`));
      return found[0]?.slice(found[0].indexOf(':') + 1);
    };
    return { text: plain.join('\n'), one, plain };
  };

  before(async () => {
    kase = await order();
    start = await emptySlot();
    const answer = await take(kase, start);
    assert.equal(answer.status, 201);
    assert.deepEqual(Object.keys(answer.json).filter((name) => ['appointment', 'start', 'end', 'office'].includes(name)).length, 4);
    assert.equal(Date.parse(answer.json.start), Date.parse(start));
  });

  test('RFC 5545: the invitation as it stands, without a word about the person', async () => {
    const { one, text, plain } = await calendar();
    assert.equal(plain[0], 'BEGIN:VCALENDAR');
    assert.equal(one('VERSION'), '2.0');
    assert.equal(one('METHOD'), 'PUBLISH');
    assert.equal(one('SEQUENCE'), '0');
    assert.equal(one('STATUS'), 'CONFIRMED');
    uid = one('UID');
    assert.match(uid, /^[0-9a-f]{32}@/);
    const dtstart = plain.find((line) => line.startsWith('DTSTART;TZID=America/Sao_Paulo:'));
    assert.equal(dtstart.split(':')[1], start.slice(0, 19).replaceAll(/[-:]/g, ''));
    assert.match(one('DTSTAMP'), /^\d{8}T\d{6}Z$/);
    assert.match(text, /BEGIN:VTIMEZONE\nTZID:America\/Sao_Paulo/);
    assert.match(text, /BEGIN:VALARM/);
    for (const secret of [kase.holder.name, 'GONCALVES', kase.holder.cpf, kase.holder.email, kase.holder.phone, kase.token]) {
      assert.ok(!text.toLowerCase().includes(secret.toLowerCase()), secret);
    }
  });

  test('a mail goes out with the invitation', async () => {
    const { raw, text } = await mail(kase.holder.email, /BEGIN:VCALENDAR/);
    assert.match(raw, /Content-Type: text\/calendar; method=REQUEST/);
    assert.match(raw, /^Auto-Submitted: auto-generated/m);
    assert.match(text, new RegExp(`UID:${uid}`));
    assert.ok(!text.includes(kase.token), 'no token in the mail');
    assert.ok(!text.includes(kase.holder.cpf), 'no CPF in the mail');
  });

  test('moving takes the new seat and gives the old one back, together', async () => {
    let other = await emptySlot();
    while (other === start) other = await emptySlot();
    const [oldBefore, newBefore] = [await seatsAt(start), await seatsAt(other)];
    const answer = await move(kase, other);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(await seatsAt(start), oldBefore, 'not at once');
    assert.equal(withheld(start), 1);
    assert.equal(await seatsAt(other), newBefore - 1);
    start = other;
    const { one } = await calendar();
    assert.equal(one('UID'), uid, 'the same event');
    assert.equal(one('SEQUENCE'), '1');
    await mail(kase.holder.email, /SEQUENCE:1/);
  });

  test('a move that fails leaves the seat one has', async () => {
    const full = await emptySlot(2);
    for (let i = 0; i < 2; i++) assert.equal((await take(await order(), full)).status, 201);
    const answer = await move(kase, full);
    assert.equal(answer.status, 409);
    assert.equal(answer.json.alternatives.length, 3);
    const { json } = await api('GET', `/api/orders/${kase.code}`, { token: kase.token });
    assert.equal(Date.parse(json.appointment.start), Date.parse(start));
    assert.equal(sql(`select count(*) from seat s join orders o on o.id = s.order_id where o.code = '${kase.code}'`), '1');
  });

  test('cancelling gives the seat back, first for the waiting list, and may be said twice', async () => {
    const before_ = await seatsAt(start);
    assert.equal((await cancel(kase)).status, 200);
    assert.equal((await cancel(kase)).status, 200);
    assert.equal(await seatsAt(start), before_, 'the public waits');
    assert.equal(withheld(start), 1);
    const { one } = await calendar();
    assert.equal(one('STATUS'), 'CANCELLED');
    assert.equal(one('UID'), uid);
    assert.equal(one('SEQUENCE'), '2');
    await mail(kase.holder.email, /STATUS:CANCELLED/);
    const nothing = await move(kase, start);
    assert.equal(nothing.status, 409);
    assert.equal(nothing.json.reason, 'not-booked');
    const again = await take(kase, start);
    assert.equal(again.status, 201, 'booked anew');
    const fresh = await calendar();
    assert.notEqual(fresh.one('UID'), uid, 'a new appointment is a new event');
  });
});

test('after a storm of bookings, moves and cancellations memory equals the database', async () => {
  const cases = await Promise.all(Array.from({ length: 8 }, () => order()));
  const free = (await slots('ecpf-a1', 62)).slice(-12).map((slot) => slot.start);
  await Promise.all(cases.map(async (kase) => {
    for (let i = 0; i < 6; i++) {
      const act = pick(['take', 'move', 'move', 'cancel']);
      const answer = act === 'cancel' ? await cancel(kase) : act === 'move' ? await move(kase, pick(free)) : await take(kase, pick(free));
      assert.ok([200, 201, 409].includes(answer.status), `${act} ${answer.status} ${answer.text}`);
    }
  }));
  assert.deepEqual(await freeByServer(), freeByDatabase());
  // These cases alone: another file sets an appointment's hour by hand to bring its reminder about.
  const ours = `select id from orders where code in (${cases.map((kase) => `'${kase.code}'`).join()})`;
  assert.equal(sql(`select count(*) from seat s where s.state = 'booked' and s.order_id in (${ours}) and not exists
    (select from appointment a where a.order_id = s.order_id and a.seat_id is not null
        and s.starts >= a.seats_from and s.ends <= a.ends)`), '0', 'a taken seat has its appointment');
  assert.equal(sql(`select count(*) from orders where id in (${ours}) and not session_is_whole(id)`), '0');
});
