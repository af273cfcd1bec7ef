// SPDX-License-Identifier: GPL-3.0-or-later
// The counter as its people use it: every command, the undo of every act, who may do what, and that nothing is read or
// done without leaving a trace.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import {
  api, attend, book, cli, cliLater, cliPath, clockOffset, cnpj, done, home, identify, mail, office, officeLater, officeUrl, openssl, order, person,
  photograph, publicUrl, readyByKey, scratch, slots, sql, uniqueWord, until, validate, verify,
} from '../support/office.mjs';

const refused = (run, reason, status = 1) => {
  assert.equal(run.status, status, `${run.stdout}${run.stderr}`);
  assert.match(run.json.type, /^urn:guiche:problem:/);
  if (reason) assert.equal(run.json.reason, reason, run.stdout);
  return run.json;
};
const eventsOf = (code) => sql(`select e.code from event e join orders o on o.id = e.order_id where o.code = '${code}' order by e.id`)
  .split('\n').filter((line) => line !== '');
const lastEvent = (code) => sql(`select convert_from(bytes, 'UTF8') from event where code = '${code}' order by id desc limit 1`);

// As a person at a terminal would see it; no terminal to answer questions.
function shown(who, ...words) {
  const run = spawnSync('setsid', ['-w', cliPath, '--server', officeUrl, '--identity', path.join(home,
    `identities/${who}.pem`), '--home', home, ...words],
    { encoding: 'utf8' });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

function orderNew(changes = {}, product = 'ecpf-a1') {
  const who = person(changes);
  const company = product.startsWith('ecnpj')
    ? ['--cnpj', changes.cnpj ?? cnpj(), '--company-name', 'Oficina do Zé Ltda', '--company-uf', 'SP', '--company-city', 'Campinas'] : [];
  const made = done('agent1', 'order', 'new', product, '--name', who.name, '--cpf', who.cpf, '--birth-date', who.birth_date,
    '--email', who.email, '--phone', who.phone, ...company);
  return { code: made.order, holder: who, cnpj: company[1], made };
}

test('social name: who has one is called and found by it at the counter, and reads what the certificate will say', async () => {
  const social = `Luana ${uniqueWord()}`;
  const kase = await order('ecpf-a1', person({ name: `Lauro ${uniqueWord()} Teste`, social_name: social }));
  const official = kase.holder.name.toUpperCase();
  await book(kase);
  const day = new Date(Date.now() + clockOffset() * 1000 - 3 * 3600e3).toISOString().slice(0, 10);
  sql(`update appointment set starts = '${day} 12:00-03', ends = '${day} 12:20-03' from orders o where o.id = order_id and o.code = '${kase.code}'`);
  assert.equal(done('agent1', 'checkin', social).order, kase.code);
  const item = done('agent1', 'queue').items.find((one) => one.order === kase.code);
  assert.deepEqual([item.name, item.social_name], [official, social.toUpperCase()]);
  const list = shown('agent1', 'queue').stdout;
  assert.ok(list.includes(social.toUpperCase().slice(0, 15)) && !list.includes(official.slice(0, 15)), list);
  const page = await api('GET', `/pedido/${kase.code}`, { token: kase.token, headers: { Accept: 'text/html' } });
  assert.match(page.text, new RegExp(`Nome social</dt><dd>${social.toUpperCase()}<br>[^]*O certificado leva o nome do CPF`));
  assert.match(shown('agent1', 'show', kase.code).stdout, new RegExp(`Titular +${official}\\n *Nome social +${social.toUpperCase()}`));
  assert.equal(done('agent1', 'show', kase.code).holder.name, official, 'of which the certificate is made');
  const faulty = await api('POST', '/api/orders', { body: { product: 'ecpf-a1', holder: person({ social_name: 'Luana\u202e' }) } });
  assert.deepEqual([faulty.status, faulty.json.errors[0].field], [422, 'holder.social_name']);
  done('agent1', 'undo', kase.code);
});

describe('contract 3: a case at the counter, act by act', () => {
  const name = `Teodora ${'BCDFGHJKLM'.split('').sort(() => Math.random() - 0.5).join('')} Vasques`;
  let kase;
  let appointment;
  const states = () => done('agent1', 'show', kase.code).states;

  before(() => { kase = orderNew({ name, cnpj: cnpj() }, 'ecnpj-a1'); });

  test('order new answers as the public order does', () => {
    assert.match(kase.code, /^[0-9A-HJKMNP-TV-Z]{12}$/);
    assert.equal(kase.made.state, 'awaiting_payment');
    assert.ok(!('token' in kase.made), 'the counter needs no token');
  });

  test('find by code, CPF, CNPJ, name and telephone', () => {
    for (const key of [kase.code, kase.code.toLowerCase(), kase.holder.cpf, kase.cnpj, name.toUpperCase().slice(0, 20),
        'teodora b'.slice(0, 7), kase.holder.phone]) {
      const found = done('agent1', 'find', key);
      assert.ok(found.items.some((one) => one.order === kase.code), `${key}: ${JSON.stringify(found)}`);
    }
    assert.deepEqual(done('agent1', 'find', 'Ninguem Com Este Nome').items, []);
    refused(cli('agent1', 'find', 'ab'));
    assert.match(shown('agent1', 'find', kase.code).stdout, new RegExp(kase.code), 'people see it too');
    const page = shown('agent1', 'show', kase.code).stdout;
    assert.match(page, /OFICINA DO ZE/);
    assert.doesNotMatch(page, /Renovação de|Substituição/, 'an order that came of no other names none');
    assert.ok(!lastEvent('CASES_SEARCHED').includes(kase.holder.cpf), 'what was sought is not in the leaf');
  });

  test('contact: another address voids its confirmation and asks again', async () => {
    const email = `novo${kase.holder.email}`;
    const shownNow = done('agent1', 'contact', kase.code, '--email', email, '--phone', '(19) 3755-6789');
    assert.equal(shownNow.holder.email, email);
    assert.equal(shownNow.holder.phone, '+551937556789');
    assert.equal(shownNow.email_confirmed, false);
    await mail(email, /\/confirmar\//);
    refused(cli('agent1', 'contact', kase.code, '--email', 'nada'));
    refused(cli('agent1', 'contact', 'AAAAAAAAAAAA', '--email', email));
  });

  test('who reads the old address keeps no link that cancels', async () => {
    const before = orderNew({}, 'ecpf-a1');
    done('agent1', 'book', before.code, (await slots('ecpf-a1', 40)).at(-5).start);
    const token = (await mail(before.holder.email, /\/horario\//)).text.match(/\/horario\/([^/\s]+)\/cancelar/)[1];
    const look = () => api('GET', `/api/appointment-links/${token}/cancel`);
    assert.equal((await look()).status, 200);
    done('agent1', 'contact', before.code, '--phone', '(19) 3755-6788');
    assert.equal((await look()).status, 200, 'another telephone takes no link away');
    sql(`insert into outbox (order_id, kind, recipient, message, next_at, created_at) select b.order_id, b.kind, b.recipient, b.message,
      b.created_at + interval '1 year', b.created_at from outbox b join orders o on o.id = b.order_id where o.code = '${before.code}' and b.kind = 'booked'`);
    done('agent1', 'contact', before.code, '--email', `certo${before.holder.email}`);
    assert.equal((await look()).status, 404);
    const waiting = `where state = 'pending' and kind = 'booked' and order_id = (select id from orders where code = '${before.code}')`;
    assert.equal(sql(`select recipient from outbox ${waiting}`), `certo${before.holder.email}`, 'what waits follows the order');
    sql(`delete from outbox ${waiting}`);
    const cancel = await api('POST', `/api/appointment-links/${token}/cancel`, { body: { sequence: 0 } });
    assert.equal(cancel.status, 404, cancel.text);
    assert.equal(done('agent1', 'show', before.code).states.appointment, 'booked');
  });

  test('a session that a code in the old mailbox opened ends with the address; what the order itself gave stays', async () => {
    const one = await order();
    await api('POST', '/api/login', { body: { cpf: one.holder.cpf } });
    const { found } = await mail(one.holder.email, /c[óo]digo[^0-9]{0,80}(\d{3} ?\d{3})/i);
    const login = await api('POST', '/api/login/code', { body: { cpf: one.holder.cpf, code: found[1] } });
    const look = (access) => api('GET', `/api/orders/${one.code}`, access);
    const session = { headers: { Cookie: login.headers.get('set-cookie').split(';')[0] } };
    assert.equal((await look(session)).status, 200);
    done('agent1', 'contact', one.code, '--phone', '(19) 3755-6787');
    assert.equal((await look(session)).status, 200, 'another telephone ends nothing');
    done('agent1', 'contact', one.code, '--email', `certo${one.holder.email}`);
    assert.equal((await look(session)).status, 404);
    assert.equal((await look({ token: one.token })).status, 200);
  });

  test('a mail in flight to an address that was the order\'s once carries no link, and is no mail that came back', async () => {
    const late = orderNew({}, 'ecpf-a1');
    done('agent1', 'book', late.code, (await slots('ecpf-a1', 40)).at(-6).start);
    await mail(late.holder.email, /\/horario\//);
    const email = `certo${late.holder.email}`;
    const [id, appointment, sequence] = sql(`select o.id || ' ' || a.id || ' ' || a.sequence from orders o join appointment a
      on a.order_id = o.id where o.code = '${late.code}'`).split(' ').map(Number);
    const now = Math.round(Date.now() + 1000 * clockOffset()) * 1000;
    const offer = (token) => api('GET', `/api/offers/${token}`), former = 'w'.repeat(43);
    sql(`with w as (insert into waiting (order_id, office_id, mode, first_day, last_day, joined_at, left_at, outcome)
      select id, office_id, 'in_person', current_date, current_date, created_at, created_at, 'served' from orders where id = ${id} returning id)
      insert into seat_offer (waiting_id, order_id, seat_id, starts, offered_at, until, token_hash)
      select id, ${id}, 1, t + interval '2 hours', t, t + interval '1 hour', sha256('${former}')
        from w, (select timestamptz 'epoch' + interval '1 microsecond' * ${now} as t) x`);
    assert.equal((await offer(former)).status, 200);
    done('agent1', 'contact', late.code, '--email', email);
    assert.equal((await offer(former)).status, 404, 'an offer that is open goes to the new address alone');
    const messages = {
      booked: sql(`select message from outbox where order_id = ${id} and kind = 'booked'`),
      hour_gone: JSON.stringify({ appointment_id: appointment, sequence, choices: [] }),
      seat_offer: JSON.stringify({ start_us: now + 7200e6, until_us: now + 3600e6, offered_us: now, offset_s: -10800, seat: 1 }),
    };
    const rows = Object.entries(messages).flatMap(([kind, message]) => [late.holder.email, email]
      .map((to) => `(${id}, '${kind}', '${to}', '${message}', clock_timestamp() - interval '1 day', to_timestamp(${now / 1e6}))`));
    const last = sql('select max(id) from outbox');
    sql(`insert into outbox (order_id, kind, recipient, message, next_at, created_at) values ${rows}`);
    orderNew({}, 'ecpf-a1'); // sends its own mail, and these with it
    const mails = `from outbox where order_id = ${id} and id > ${last} and kind in ('booked', 'hour_gone', 'seat_offer')`;
    await until(() => sql(`select count(*) ${mails} and state = 'pending'`) === '0', 'all are judged');
    const states = (to) => sql(`select kind || ' ' || state ${mails} and recipient = '${to}' order by kind`).split('\n');
    assert.deepEqual(states(late.holder.email), ['booked sent', 'hour_gone dropped', 'seat_offer dropped']);
    assert.deepEqual(states(email), ['booked sent', 'hour_gone sent', 'seat_offer sent'], 'who has the order has them all');
    for (const link of [/\/horario\//, /\/remarcar\//]) await mail(email, link);
    assert.equal((await offer((await mail(email, /\/vaga\//)).text.match(/\/vaga\/([\w-]+)/)[1])).status, 200);
    const written = fs.readdirSync(path.join(home, 'mail')).filter((file) => new RegExp(`-0*(${
      sql(`select string_agg(id::text, '|') ${mails} and recipient = '${late.holder.email}'`)})-`).test(file));
    assert.equal(written.length, 1);
    assert.doesNotMatch(fs.readFileSync(path.join(home, 'mail', written[0]), 'utf8').replaceAll('=\n', ''), /horario\/[\w-]{20}/);
    assert.ok(!done('agent1', 'day', 'show').bounced.some((one) => one.order === late.code), 'none of them came back');
  });

  test('book, move, cancel, book again', async () => {
    const free = (await slots('ecnpj-a1', 40)).slice(-40);
    appointment = done('agent1', 'book', kase.code, free[0].start, '--priority', '60+');
    assert.equal(appointment.priority, '60+');
    assert.equal(Date.parse(done('agent1', 'move', kase.code, free[3].start).start), Date.parse(free[3].start));
    done('agent1', 'cancel', kase.code);
    assert.equal(states().appointment, 'cancelled');
    done('agent1', 'book', kase.code, free[5].start);
    refused(cli('agent1', 'book', kase.code, '2020-01-01T08:00:00-03:00'));
    assert.ok(done('agent1', 'availability', 'ecnpj-a1', '--from', free[0].start.slice(0, 10), '--days', '1').slots
      .some((slot) => slot.seats === 3), 'the internal lane is there for the office');
  });

  test('note, resend, pay', async () => {
    done('agent1', 'note', kase.code, 'Trouxe o contrato social.\nVolta amanhã.');
    refused(cli('agent1', 'note', kase.code, '   '));
    refused(cli('agent1', 'note', kase.code, 'a\u001b[31mb'));
    done('agent1', 'resend', kase.code, 'confirmation');
    done('agent1', 'resend', kase.code, 'invitation');
    refused(cli('agent1', 'resend', kase.code, 'emission'));
    refused(cli('agent1', 'resend', kase.code, 'tudo'));
    assert.equal(done('agent1', 'pay', kase.code, '--method', 'pix', '--reference', 'E2E123').state, 'paid');
    refused(cli('agent1', 'pay', kase.code), 'already-paid');
    assert.equal(states().order, 'paid');
  });

  test('every act at the counter has its undo, which is a new event', () => {
    const acts = [
      [['checkin', kase.code], 'waiting'], [['call', kase.code], 'called'], [['park', kase.code], 'parked'],
      [['call', kase.code], 'called'], [['finish', kase.code], 'finished'],
    ];
    for (const [words, after] of acts) {
      const before_ = states();
      const did = done('agent1', ...words);
      assert.equal(did.states.attendance, after, words.join(' '));
      if (words[0] === 'checkin') {
        assert.equal(did.warning, 'e-mail não confirmado');
        assert.match(did.ticket, /^[A-Z]\d+$/);
      }
      const undone = done('agent2', 'undo', kase.code);
      assert.equal(undone.undone, words[0]);
      assert.deepEqual(undone.states, before_, `undo of ${words[0]}`);
      assert.equal(eventsOf(kase.code).at(-1), 'UNDONE');
      done('agent1', ...words);
    }
    assert.equal(states().attendance, 'finished');
  });

  test('a no-show, of one who never came and of one who left, can be undone', async () => {
    const absent = orderNew();
    refused(cli('agent1', 'noshow', absent.code), 'not-booked');
    const start = (await slots('ecpf-a1', 40)).at(-1).start;
    done('agent1', 'book', absent.code, start);
    const seat = sql(`select s.id from seat s join orders o on o.id = s.order_id where o.code = '${absent.code}'`);
    refused(cli('agent1', 'noshow', absent.code), 'hour-not-come');
    done('agent1', 'checkin', absent.code);
    done('agent1', 'call', absent.code);
    const early = cli('agent1', 'noshow', absent.code);
    refused(early, 'hour-not-come');
    assert.match(early.json.detail, /^A hora marcada é \d\d\/\d\d\/\d{4}, \d+h\d*; só depois dela/);
    done('agent1', 'undo', absent.code);
    done('agent1', 'undo', absent.code);
    const hour = (starts) => sql(`update appointment a set starts = ${starts}, ends = ${starts} + interval '20 minutes'
      from orders o where o.id = a.order_id and o.code = '${absent.code}'`);
    const itsHour = () => hour(`now() + interval '${clockOffset()} seconds'`);
    itsHour();
    // Any other left at that hour is as good: those of earlier days may stand there.
    const left = () => Number(sql(`select count(*) from seat where starts = '${start}' and state = 'free'
      and visibility = 'walk_in' and unclaimed_was is not null`));
    const leftBefore = left();
    assert.deepEqual([done('agent1', 'noshow', absent.code).states].map((one) => [one.appointment, one.attendance]),
      [['missed', 'no_show']]);
    assert.equal(sql(`select visibility || ' ' || state from seat where id = ${seat} and unclaimed_was is not null`), 'walk_in free',
      'the unclaimed seat is for who comes without an hour');
    assert.equal(left(), leftBefore + 1);
    hour(`timestamptz '${start}'`);
    const undone = done('agent1', 'undo', absent.code);
    assert.deepEqual([undone.states.appointment, undone.states.attendance], ['booked', 'none']);
    assert.equal(sql(`select count(*) from seat s join orders o on o.id = s.order_id where o.code = '${absent.code}'
      and s.starts = '${start}' and s.unclaimed_was is null`), '1', 'a seat is back');
    assert.equal(left(), leftBefore, 'and is what it was');
    itsHour();
    done('agent1', 'checkin', absent.code);
    refused(cli('agent1', 'noshow', absent.code), 'calls-missing');
    done('agent1', 'call', absent.code);
    done('agent1', 'noshow', absent.code);
    assert.equal(done('agent1', 'undo', absent.code).states.attendance, 'called');
    done('agent1', 'undo', absent.code);
    done('agent1', 'undo', absent.code);
    refused(cli('agent1', 'undo', orderNew().code), 'nothing-to-undo');
  });

  test('the order\'s page says what became of the hour, and "no hour" only while there may be one', async () => {
    const [came, missed] = [await order(), await order()];
    const says = async (kase) => {
      const { text } = await api('GET', `/pedido/${kase.code}`, { token: kase.token, headers: { Accept: 'text/html' } });
      return /<h2 id="atendimento">Atendimento<\/h2>\s*(?:<p>([^<]*)<\/p>)?/.exec(text)[1];
    };
    assert.equal(await says(came), 'Nenhum horário marcado.');
    for (const [words, text] of [[['checkin', came.code, '--walk-in'], 'Você já chegou: aguarde ser chamado ao balcão.'],
      [['call', came.code], 'Você está em atendimento.'], [['finish', came.code], 'O atendimento já foi feito.']]) {
      done('agent1', ...words);
      assert.equal(await says(came), text);
    }
    done('agent1', 'book', missed.code, (await slots('ecpf-a1', 40)).at(-1).start);
    assert.equal(await says(missed), undefined, 'the hour itself');
    sql(`update appointment a set starts = now() + interval '${clockOffset()} seconds', ends = now() + interval '${clockOffset() + 1200} seconds'
      from orders o where o.id = a.order_id and o.code = '${missed.code}'`);
    done('agent1', 'noshow', missed.code);
    assert.equal(await says(missed), 'O horário marcado passou. O pedido continua valendo: escolha outro.');
  });

  test('acts in the wrong state are conflicts', () => {
    const fresh = orderNew();
    refused(cli('agent1', 'checkin', fresh.code), 'not-booked');
    refused(cli('agent1', 'call', fresh.code), 'not-checked-in');
    for (const verb of ['park', 'finish']) refused(cli('agent1', verb, fresh.code));
    done('agent1', 'checkin', fresh.code, '--walk-in');
    refused(cli('agent1', 'checkin', fresh.code, '--walk-in'), 'already-waiting');
    refused(cli('agent1', 'checkin', fresh.code, '--walk-in', '--priority', 'amigo'));
    done('agent1', 'call', fresh.code);
    refused(cli('agent2', 'call', fresh.code), 'already-called');
    done('agent1', 'finish', fresh.code);
  });
});

describe('queue and calling order', () => {
  test('who has priority is called before who came earlier; tickets have no gaps', () => {
    const [plain, elder] = [orderNew(), orderNew()];
    const first = done('agent1', 'checkin', plain.code, '--walk-in');
    const second = done('agent1', 'checkin', elder.code, '--walk-in', '--priority', '80+');
    assert.equal(Number(second.ticket.slice(1)), Number(first.ticket.slice(1)) + 1);
    const queue = done('agent1', 'queue');
    const at = (code) => queue.items.findIndex((item) => item.order === code);
    assert.ok(at(elder.code) >= 0 && at(plain.code) >= 0);
    assert.ok(at(elder.code) < at(plain.code), 'priority first');
    for (const key of ['order', 'ticket', 'name', 'product', 'mode', 'start', 'state',
        'deadline']) assert.ok(key in queue.items[at(elder.code)], key);
    const firstWaiting = queue.items.find((item) => item.state === 'waiting');
    assert.equal(done('agent2', 'call').order, firstWaiting.order, 'call takes the first of the queue');
    done('agent2', 'undo', firstWaiting.order);
    for (const kase of [plain, elder]) {
      done('agent1', 'call', kase.code);
      done('agent1', 'finish', kase.code);
    }
    assert.match(shown('agent1', 'queue').stdout, new RegExp(elder.code));
    refused(cli('agent1', 'queue', '--date', '2026-02-31'));
  });

  test('nobody is called twice when two agents call at once', async () => {
    const cases = [orderNew(), orderNew()];
    for (const kase of cases) done('agent1', 'checkin', kase.code, '--walk-in', '--priority', '80+');
    const called = await Promise.all([cliLater('agent1', 'call'), cliLater('agent2', 'call')]);
    assert.deepEqual(called.map((run) => run.status), [0, 0]);
    assert.notEqual(called[0].json.order, called[1].json.order);
    for (const run of called) done('agent1', 'finish', run.json.order);
  });

  test('a validated case waits in the inbox until another agent verifies it', () => {
    const kase = orderNew();
    attend(kase.code);
    validate(kase.code);
    const mine = () => done('agent2', 'queue').inbox.find((item) => item.order === kase.code);
    assert.match(mine().validated_by, /^ANA /);
    verify(kase.code);
    assert.equal(mine(), undefined);
  });
});

describe('documents and items', () => {
  let kase;
  const file = photograph();
  const add = (...words) => cli('agent1', 'document', 'add', kase.code, 'PFBR-01', file, ...words);

  before(() => {
    kase = orderNew();
    done('agent1', 'checkin', kase.code, '--walk-in');
    done('agent1', 'call', kase.code);
  });

  test('the checklist has the Carta\'s items, each with its source', () => {
    const { items, complete } = done('agent1', 'checklist', kase.code);
    assert.deepEqual(items.filter((item) => item.required).map((item) => item.id),
      ['ATT-01', 'PFBR-01', 'PFBR-03', 'REC-01', 'NEG-01']);
    assert.equal(complete, false);
    for (const key of ['id', 'person', 'kind', 'alternatives', 'text', 'source', 'required', 'state']) assert.ok(key in items[0], key);
    assert.match(shown('agent1', 'checklist', kase.code).stdout, /Ainda falta algo/);
  });

  test('what cannot be a document is refused', () => {
    const folder = scratch();
    const put = (name, bytes) => {
      fs.writeFileSync(path.join(folder, name), bytes);
      return path.join(folder, name);
    };
    for (const [bytes, message] of [[Buffer.from('#!/bin/sh\nrm -rf /\n'), 'a script'], [Buffer.alloc(0), 'nothing'],
      [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), 'a drawing with a script']]) {
      const run = cli('agent1', 'document', 'add', kase.code, 'PFBR-01', put('x.jpg', bytes), '--kind', 'rg', '--original-seen');
      assert.notEqual(run.status, 0, message);
    }
    refused(cli('agent1', 'document', 'add', kase.code, 'NADA-99', file, '--kind', 'rg'));
    refused(add('--kind', 'carteirinha'));
    refused(add('--kind', 'rg', '--issued', '2999-01-01'));
    refused(add('--kind', 'rg', '--issued', '2020-02-31'));
    assert.equal(sql(`select count(*) from document d join orders o on o.id = d.order_id where o.code = '${kase.code}'`), '0');
  });

  test('PFBR-01, EXP-01, EXP-02, EXP-03: the original, in force; an old licence only with its consultation', () => {
    const accept = () => cli('agent1', 'item', 'accept', kase.code, 'PFBR-01');
    refused(accept(), 'document-missing');
    assert.equal(add('--kind', 'rg').status, 0);
    refused(accept(), 'original-not-seen');
    assert.equal(add('--kind', 'cnpj_card', '--original-seen').status, 0);
    refused(accept(), 'document-kind');
    assert.equal(add('--kind', 'passport', '--original-seen', '--expires', '2021-01-01').status, 0);
    assert.match(refused(accept(), 'document-expired').source, /Carta de Serviços 5.1.13/);
    assert.equal(add('--kind', 'cnh', '--original-seen', '--expires', '2021-01-01').status, 0);
    assert.match(refused(accept(), 'cnh-not-consulted').source, /Carta de Serviços 5.1.13/);
    assert.equal(add('--kind', 'cnh', '--original-seen', '--via', '2', '--expires', '2035-01-01').status, 0);
    assert.match(refused(accept(), 'cnh-not-consulted').source, /Carta de Serviços 5.1.13/);
    done('agent1', 'consult', kase.code, 'cnh', '--result', 'alert', '--protocol', 'P1');
    refused(accept(), 'cnh-not-consulted');
    done('agent1', 'consult', kase.code, 'cnh', '--result', 'ok', '--protocol', 'P2', '--registration', '01234567890');
    refused(accept(), 'cnh-consultation-incomplete');
    refused(cli('agent1', 'consult', kase.code, 'cnh', '--result', 'ok', '--consulted-at', '2999-01-01T12:00:00Z'));
    done('agent1', 'consult', kase.code, 'cnh', '--result', 'ok', '--protocol', 'P2', '--registration', '01234567890',
      '--form-number', '1234567890', '--via-seen', '2', '--evidence', file);
    assert.equal(accept().status, 0);
    refused(cli('agent1', 'consult', kase.code, 'cnh', '--result', 'talvez'));
    refused(cli('agent1', 'consult', kase.code, 'horoscopo', '--result', 'ok'));
  });

  test('an item is rejected, reopened, accepted; waived only where a rule permits', () => {
    const state = () => done('agent1', 'checklist', kase.code).items.find((item) => item.id === 'PFBR-01').state;
    done('agent1', 'item', 'reject', kase.code, 'PFBR-01', '--reason', 'foto ilegível');
    assert.equal(state(), 'rejected');
    assert.match(lastEvent('DOC_REJECTED'), /"item":"PFBR-01"/);
    done('agent1', 'item', 'reopen', kase.code, 'PFBR-01');
    assert.equal(state(), 'pending');
    refused(cli('agent1', 'item', 'reopen', kase.code, 'PFBR-01'), 'item-not-judged');
    refused(cli('agent1', 'item', 'waive', kase.code, 'PFBR-01', '--reason', 'é meu amigo'), 'not-waivable');
    refused(cli('agent1', 'item', 'accept', kase.code, 'PJ-01'));
    done('agent1', 'item', 'accept', kase.code, 'PFBR-01');
    identify(kase.code);
    assert.equal(done('agent1', 'checklist', kase.code).complete, true);
  });

  test('a document comes back byte for byte, and lies encrypted at rest', () => {
    const bytes = Buffer.concat([fs.readFileSync(file), Buffer.from(`marca${randomInt(1e9)}`)]);
    const own = path.join(scratch(), 'documento.jpg');
    fs.writeFileSync(own, bytes);
    const added = done('agent1', 'document', 'add', kase.code, 'PFBR-01', own, '--kind', 'rg', '--original-seen');
    const back = path.join(scratch(), 'volta.jpg');
    done('agent2', 'document', 'get', added.document, '-o', back);
    assert.ok(fs.readFileSync(back).equals(bytes));
    assert.equal(eventsOf(kase.code).at(-1), 'DOC_READ');
    const stored = fs.readdirSync(path.join(home, 'dossier'), { recursive: true }).map((name) => path.join(home, 'dossier', name))
      .filter((name) => fs.statSync(name).isFile());
    assert.ok(stored.length > 0);
    for (const name of stored) assert.ok(!fs.readFileSync(name).includes(bytes.subarray(-12)), name);
    refused(cli('agent1', 'document', 'get', '00000000-0000-4000-8000-000000000000', '-o', back));
  });

  test('an incomplete case cannot be validated; a document added afterwards voids the signature', () => {
    const other = orderNew();
    done('agent1', 'checkin', other.code, '--walk-in');
    done('agent1', 'call', other.code);
    assert.equal(cli('agent1', 'validate', other.code).status, 1);
    validate(kase.code);
    add('--kind', 'rg', '--original-seen');
    const shownNow = done('agent1', 'show', kase.code);
    assert.equal(shownNow.states.identification, 'open');
    assert.equal(shownNow.attempt, 2);
    assert.ok(eventsOf(kase.code).includes('ATTEMPT_VOIDED'));
    assert.equal(cli('agent2', 'verify', kase.code).status, 1, 'nothing to verify any more');
  });
});

describe('return and refuse', () => {
  test('return sends the case back with its reason; corrected, it is signed anew', async () => {
    const kase = orderNew();
    attend(kase.code);
    validate(kase.code);
    refused(cli('agent2', 'return', kase.code, '--reason', ''));
    assert.equal(done('agent2', 'return', kase.code, '--reason', 'o nome tem um acento a mais').state, 'returned');
    await mail(kase.holder.email, /acento a mais/);
    assert.equal(cli('agent2', 'verify', kase.code).status, 1);
    validate(kase.code);
    verify(kase.code);
    assert.equal(done('agent1', 'show', kase.code).states.issuance, 'ready');
  });

  test('refuse ends the case, for the counter too', async () => {
    const kase = orderNew();
    attend(kase.code);
    done('agent2', 'refuse', kase.code, '--reason', 'documento falso');
    assert.equal(done('agent1', 'show', kase.code).states.identification, 'refused');
    refused(cli('agent1', 'checkin', kase.code, '--walk-in'), 'case-ended');
    assert.equal(cli('agent1', 'validate', kase.code).status, 1);
    assert.equal(cli('agent1', 'item', 'accept', kase.code, 'PFBR-01').status, 1);
    const { text } = await mail(kase.holder.email, /encerrad/i);
    assert.ok(!text.includes('documento falso'), 'the reason stays in the house');
  });
});

describe('design 2.11: every reading and every act leaves a trace', () => {
  test('each reading of a case is an event, with who, where and when', async () => {
    const kase = orderNew();
    attend(kase.code);
    validate(kase.code);
    const readings = [['show'], ['checklist']];
    for (const words of readings) {
      const before_ = eventsOf(kase.code).length;
      done('auditor', ...words, kase.code);
      const added = eventsOf(kase.code).slice(before_);
      assert.deepEqual(added, ['CASE_READ'], words.join(' '));
    }
    for (const part of ['dossier', 'validation', 'verification', 'signing']) {
      const before_ = eventsOf(kase.code).filter((code) => code === 'CASE_READ').length;
      const answer = office('agent2', 'GET', `/api/office/orders/${kase.code}/${part}`);
      if (answer.status === 200) assert.equal(eventsOf(kase.code).filter((code) => code === 'CASE_READ').length, before_ + 1, part);
    }
    const leaf = JSON.parse(lastEvent('CASE_READ'));
    assert.equal(leaf.actor.kind, 'agent');
    assert.match(leaf.actor.spki, /^[0-9a-f]{64}$/);
    assert.equal(leaf.station, 'teste');
    assert.deepEqual(leaf.place, { office: 'sede', ibge: '3509502', kind: 'IT' });
    assert.match(leaf.ts_local, /-03:00$/);
    assert.equal(Date.parse(leaf.ts_local), Date.parse(leaf.ts_utc));
    done('agent1', 'show', kase.code);
    assert.ok(Math.abs(JSON.parse(lastEvent('CASE_READ')).clock_offset_ms) < 60000, 'the station\'s clock, compared');
    const counts = () => Object.fromEntries(sql(`select code, count(*) from event
      where code in ('QUEUE_READ', 'CASES_SEARCHED', 'REPORT_READ') group by code`).split('\n').map((line) => line.split('|')));
    const before_ = counts();
    done('auditor', 'queue');
    done('auditor', 'find', kase.code);
    done('auditor', 'clock');
    const after = counts();
    for (const code of ['QUEUE_READ', 'CASES_SEARCHED', 'REPORT_READ']) assert.equal(Number(after[code]),
        Number(before_[code] ?? 0) + 1, code);
  });

  test('whatever the office can read of a case is an event of it, by whatever route', async () => {
    const kase = await readyByKey();
    const { documents } = office('agent1', 'GET', `/api/office/orders/${kase.code}/dossier`).json;
    const { paths } = office('agent1', 'GET', '/openapi.json').json;
    const read = { case: 0, unsaid: [] };
    for (const route of Object.keys(paths).filter((one) => paths[one].get && /\{code\}|documents\/\{id\}/.test(one))) {
      const where = route.replace('{code}', kase.code).replace('documents/{id}', `documents/${documents[0].id}`);
      for (const who of ['agent2', 'auditor']) {
        const before_ = eventsOf(kase.code).length;
        if (office(who, 'GET', where).status !== 200) continue;
        read.case += 1;
        if (eventsOf(kase.code).length === before_) read.unsaid.push(`${who} ${route}`);
      }
    }
    assert.deepEqual(read.unsaid, []);
    assert.ok(read.case > 12, String(read.case));
  });

  test('the whole path of a case stands in the log in order', async () => {
    const kase = await order();
    attend(kase.code);
    const acts = eventsOf(kase.code).filter((code) => code !== 'CASE_READ');
    assert.deepEqual(acts, ['REQUEST_CREATED', 'CHECKED_IN', 'CALLED', 'DOC_PRESENTED', 'ITEM_ACCEPTED', 'BIO_RESULT',
      'RECEITA_CPF_QUERIED', 'NEGLIST_QUERIED', 'CONSULTED', 'FINISHED']);
  });

  test('the database refuses to change or delete what was logged', () => {
    for (const act of ["update event set actor = 'outro' where id = (select max(id) from event)", 'delete from event',
        'truncate event cascade',
      'update leaf set n = n', 'delete from counter_act', 'update statement set signer = signer', 'delete from checkpoint']) {
      assert.throws(() => sql(act), /append-only/, act);
    }
  });
});

describe('roles (protocol 5): what each may do', () => {
  let kase;
  before(() => { kase = orderNew(); });

  test('an auditor acts on nothing, an administrator only on the roster, the rules and the calendar', async () => {
    const document = (await officeLater('agent1', 'GET', '/openapi.json')).json;
    const writes = Object.entries(document.paths).flatMap(([where, item]) => Object.keys(item).filter((method) => method !== 'get')
      .map((method) => [method.toUpperCase(), where.replace('{code}', kase.code).replace('{item}', 'PFBR-01')]));
    assert.ok(writes.length > 20);
    for (const [who, allowed] of [['auditor', []], ['admin', ['/api/office/roster', '/api/office/rules', '/api/office/agenda']]]) {
      for (const [method, where] of writes) {
        if (allowed.some((path) => where === path || where.startsWith(`${path}/`))) continue;
        if (who === 'admin' && where.endsWith('/withdraw')) continue; // who was listed by mistake
        const answer = await officeLater(who, method, where, { body: {} });
        assert.equal(answer.status, 403, `${who} ${method} ${where} ${answer.text}`);
        assert.equal(answer.json.reason, 'roster-role');
      }
    }
    assert.deepEqual(eventsOf(kase.code), ['REQUEST_CREATED']);
    assert.match(lastEvent('LOGIN_FAIL'), /roster-role/);
  });

  test('agents do not export the log, nor make the roster; the auditor reads', () => {
    for (const who of ['agent1', 'admin']) {
      assert.equal(office(who, 'GET', '/api/office/audit/export?from=2026-01-01&to=2026-12-31').status, 403, who);
      assert.equal(office(who, 'GET', `/api/office/audit/prove/${kase.code}`).status, 403, who);
    }
    assert.equal(office('agent1', 'POST', '/api/office/roster', { body: { roster: 'AAAA' } }).status, 403);
    assert.equal(office('auditor', 'GET', `/api/office/orders/${kase.code}`).status, 200);
    assert.equal(office('auditor', 'GET', '/api/office/me').json.role, 'auditor');
  });
});

describe('issue 2: what a terminal shows', () => {
  test('escapes that got into a name are shown as text, never sent to the terminal', () => {
    const kase = orderNew();
    done('agent1', 'checkin', kase.code, '--walk-in');
    sql(`update person set name = 'MAU' || chr(27) || '[2J' || chr(27) || ']0;titulo' || chr(7) || chr(155) || '31m' || chr(8238)
      where order_id = (select id from orders where code = '${kase.code}')`);
    for (const words of [['show', kase.code], ['queue'], ['find', kase.code]]) {
      const run = shown('agent1', ...words);
      assert.equal(run.status, 0, `${words} ${run.stderr}`);
      assert.ok(run.stdout.includes('MAU'), `${words}: the name is there`);
      for (const text of [run.stdout, run.stderr]) {
        assert.ok(!/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(text), `${words}: ${JSON.stringify(text.slice(0, 200))}`);
      }
      assert.match(run.stdout, /\\x\{1B\}/);
    }
    const asJson = cli('agent1', 'show', kase.code);
    assert.ok(asJson.json.holder.name.includes('\u009b31m\u202e'), 'JSON keeps it');
    assert.ok(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(asJson.stdout), 'and escapes it');
    const odd = shown('agent1', 'find', '\u001b[31mx');
    assert.ok(!`${odd.stdout}${odd.stderr}`.includes('\u001b'));
    done('agent1', 'undo', kase.code);
  });

  test('agents never sign blind: what will be signed is shown first, and without a yes nothing is signed', () => {
    const kase = orderNew({ name: 'Olívia Prates Moura' });
    attend(kase.code);
    const silent = shown('agent1', 'validate', kase.code);
    assert.equal(silent.status, 1);
    assert.match(silent.stderr, /nada foi assinado/);
    assert.equal(done('agent1', 'show', kase.code).states.identification, 'open');
    const spoken = shown('agent1', '--yes', 'validate', kase.code);
    assert.equal(spoken.status, 0, spoken.stderr);
    const dotted = kase.holder.cpf.replace(/(\d{3})(\d{3})(\d{3})(\d{2})/, '$1.$2.$3-$4');
    for (const words of ['OLIVIA PRATES MOURA', dotted, '15/08/1985', kase.holder.email, 'RFB_ECPF_A1', kase.code]) {
      assert.ok(spoken.stderr.includes(words), `${words}\n${spoken.stderr}`);
    }
    assert.match(spoken.stdout, /CÓDIGO DO PAPEL/);
  });

  test('usage errors are 2, an unreachable server is 3, --json is one document on stdout', () => {
    for (const words of [['dance'], ['show'], ['show', 'A', 'B'], ['show', '--nada', 'A'], ['return', 'A']]) {
      assert.equal(cli('agent1', ...words).status, 2, words.join(' '));
    }
    const help = spawnSync(cliPath, ['--help'], { encoding: 'utf8' });
    for (const words of [['help', 'book'], ['book', '--help'], ['book', 'PEDIDO', '--help']]) {
      const one = spawnSync(cliPath, words, { encoding: 'utf8' });
      assert.deepEqual([one.status, one.stdout.split('\n').length, one.stdout.startsWith('  book PEDIDO')], [0, 3, true], words.join(' '));
    }
    assert.equal(spawnSync(cliPath, ['help', 'nada']).status, 2);
    assert.match(spawnSync(cliPath, ['--version'], { encoding: 'utf8' }).stdout, /^ra-cli \d+\.\d+\.\d+\n$/);
    const root = path.join(scratch(), 'ca.pem');
    fs.writeFileSync(root, openssl('x509', '-in', path.join(home, 'identities/ca.pem')));
    const read = spawnSync(cliPath, ['lint', root], { encoding: 'utf8' });
    assert.match(read.stdout, /^Lido como: certificado de .*, regras gerais[^]*Nenhuma assinatura de AC foi conferida/);
    assert.match(help.stdout, /document get ID -o ARQUIVO/, 'an option of one letter has one hyphen, as it is typed');
    assert.ok(!/--o\b/.test(help.stdout));
    const away = spawnSync(cliPath, ['--server', 'https://localhost:1', '--identity', path.join(home,
      'identities/agent1.pem'), '--json', 'queue'], { encoding: 'utf8' });
    assert.equal(away.status, 3);
    assert.match(JSON.parse(away.stdout).type, /^urn:guiche:problem:/);
    const otherCa = path.join(scratch(), 'ca.pem');
    spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=Outra', '-keyout', '/dev/null', '-out', otherCa]);
    const untrusted = spawnSync(cliPath, ['--server', officeUrl, '--identity', path.join(home, 'identities/agent1.pem'),
      '--ca', otherCa, '--json', 'queue'], { encoding: 'utf8' });
    assert.equal(untrusted.status, 3, 'a server that the identity\'s roots do not vouch for');
  });
});

test('the holder\'s own upload before the session reaches the dossier, not somebody else\'s', async () => {
  const kase = await order();
  const other = await order();
  const send = (token) => fetch(`${publicUrl}/api/orders/${kase.code}/documents?item=PFBR-01&kind=rg`, { method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/octet-stream' }, body: fs.readFileSync(photograph()) });
  const answer = await send(kase.token);
  assert.equal(answer.status, 201, await answer.clone().text());
  assert.equal((await send(other.token)).status, 404);
  attend(kase.code, { finish: false });
  const seen = sql(`select bool_and(original_seen = (agent <> 'holder')) from document d join orders o on o.id = d.order_id where o.code = '${kase.code}'`);
  assert.equal(seen, 't', 'only an agent says that the original was seen');
});

describe('who takes the station', () => {
  test('finds no core of a crash with a pass phrase in it', async () => {
    const fifo = path.join(scratch(), 'waits');
    spawnSync('mkfifo', [fifo]);
    const run = spawn(cliPath, ['lint', fifo], { stdio: 'ignore' });
    const closed = new Promise((resolve) => { run.once('close', resolve); });
    const none = /Max core file size\s+0\s+0\s/;
    let limits = '';
    for (let i = 0; i < 100 && !none.test(limits); i++) { // it waits for somebody who writes
      await new Promise((resolve) => { setTimeout(resolve, 20); });
      limits = fs.readFileSync(`/proc/${run.pid}/limits`, 'utf8');
    }
    run.kill();
    await closed;
    assert.match(limits, none);
  });
});
