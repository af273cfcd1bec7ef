// SPDX-License-Identifier: GPL-3.0-or-later
// Strangers at the agenda's doors: forged answers of calendars, lines hidden in names and notes, other sites' pages,
// guessed addresses, calendars made to break who reads them. Nothing is booked, moved, freed or told by any of it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { api, book, cli, cliLater, clockOffset, done, home, mail, office, order, person, publicUrl, scratch, slots, sql, until } from '../support/office.mjs';

const inbox = (folder) => fs.readdirSync(path.join(home, 'inbox', folder));

function receive(text) {
  const { uid, gid } = fs.statSync(path.join(home, 'inbox'));
  const run = spawnSync(path.join(home, 'bin/ra-server'), ['--config', path.join(home, 'config/ra-server.conf'), '--receive-mail'],
    { input: text, ...(process.getuid() === 0 ? { uid, gid } : {}), env: {} });
  assert.equal(run.status, 0, String(run.stderr));
}

describe('forged answers of calendars (issue 4.3)', () => {
  const stamp = () => new Date(Date.now() + clockOffset() * 1000).toISOString().replace(/[-:]|\.\d+/g, '');
  const calendar = ({ uid, attendee, method = 'REPLY', before: first = '' }) => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//x//', `METHOD:${method}`,
    first, 'BEGIN:VEVENT', `UID:${uid}`, 'SEQUENCE:0', `DTSTAMP:${stamp()}`, `ATTENDEE;PARTSTAT=DECLINED:mailto:${attendee}`,
    'END:VEVENT', 'END:VCALENDAR', ''].filter(Boolean).join('\r\n');
  const letter = (from, content, head = '') => `From: <${from}>\r\nTo: <guiche@localhost>\r\nMIME-Version: 1.0\r\n${head}`
    + `Content-Type: text/calendar; method=REPLY; charset=UTF-8\r\n\r\n${content}`;
  let kase, other, uid;
  after(() => { for (const one of [kase, other]) done('agent1', 'cancel', one.code); });

  before(async () => {
    [kase, other] = [await order(), await order()];
    for (const one of [kase, other]) await book(one, (await slots('ecpf-a1', 40)).at(-3).start);
    uid = sql(`select a.uid from appointment a join orders o on o.id = a.order_id where o.code = '${kase.code}'`);
  });

  test('another sender, another attendee, another UID, two senders, a nested mail, a bomb: none is believed, each leaves the spool', async () => {
    const mine = kase.holder.email, theirs = other.holder.email;
    const deep = Array.from({ length: 4000 }, (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`).join('');
    const mails = [
      letter(theirs, calendar({ uid, attendee: theirs })), // who has another order
      letter(theirs, calendar({ uid, attendee: mine })),
      letter(mine, calendar({ uid, attendee: theirs })),
      letter(mine, calendar({ uid: `${uid}x`, attendee: mine })),
      letter(`${theirs}>, <${mine}`, calendar({ uid, attendee: mine })),
      letter(theirs, calendar({ uid, attendee: `${theirs}\r\n ,mailto:${mine}` })),
      letter(mine, calendar({ uid, attendee: mine, method: 'CANCEL' })),
      letter(mine, calendar({ uid, attendee: mine, before: 'BEGIN:X-A\r\n'.repeat(9000) })),
      `From: <${mine}>\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n${letter(mine, calendar({ uid, attendee: mine }))}`,
      `From: <${mine}>\r\nMIME-Version: 1.0\r\n${deep}Content-Type: text/calendar; method=REPLY\r\n\r\n${calendar({ uid, attendee: mine })}`,
      `From: <${mine}>\r\nMIME-Version: 1.0\r\nContent-Type: text/calendar; method=REPLY\r\n\r\n${calendar({ uid, attendee: mine })}${'X'.repeat(900000)}`,
    ];
    for (const one of mails) receive(one);
    await until(() => inbox('new').length === 0, 'the spool is empty');
    assert.equal(sql(`select count(*) from appointment_answer b join appointment a on a.id = b.appointment_id where a.uid = '${uid}'`), '0');
    assert.equal(sql(`select appointment_state from orders where code = '${kase.code}'`), 'booked');
    assert.equal(sql(`select count(*) from outbox b join orders o on o.id = b.order_id where o.code in ('${kase.code}', '${other.code}') and b.kind = 'declined'`), '0');
    assert.equal((await fetch(`${publicUrl}/healthz`)).status, 200);
  });

  test('a true answer after all that is believed, and still frees nothing', async () => {
    receive(letter(kase.holder.email, calendar({ uid, attendee: kase.holder.email })));
    await mail(kase.holder.email, /só fica livre quando você confirmar pelo link/);
    assert.equal(sql(`select appointment_state from orders where code = '${kase.code}'`), 'booked');
  });
});

describe('lines hidden in what people type', () => {
  const hidden = [['name', 'Ana\r\nBcc: x@mau.example'], ['name', 'Ana \u001b[2J Silva'], ['name', 'Ana \u202eavliS'], ['email', 'a@b.example\r\nBcc: x@mau.example'],
    ['email', 'a@b.example,x@mau.example'], ['email', '<a@b.example>'], ['email', '"a\r\n b"@c.example'], ['phone', '+5519\r\nX: y']];
  for (const [field, value] of hidden) {
    test(`${field} ${JSON.stringify(value)}: refused with its field`, async () => {
      const answer = await api('POST', '/api/orders', { body: { product: 'ecpf-a1', holder: person({ [field]: value }) } });
      assert.equal(answer.status, 422, answer.text);
      assert.equal(answer.json.errors[0].field, `holder.${field}`);
    });
  }

  test('notes, reasons and hand-overs of agents too', async () => {
    const kase = await order();
    for (const words of [['note', kase.code, 'a\r\nb'], ['note', kase.code, 'a \u001b[2J'], ['handover', 'x \u001b]0;y\u0007'],
      ['day', 'reopen', '--reason', 'a\u0000b'.replace('\u0000', '\u0001')], ['block', 'day', '2099-01-01', '--reason', 'a\r\nATTENDEE:x', '--preview']])
      assert.notEqual(cli('agent1', ...words).status, 0, words.join(' '));
  });
});

test('the same voucher redeemed by two agents at once, and again later: it pays one order', async () => {
  const cases = [await order(), await order(), await order()];
  const voucher = `V${Date.now()}`;
  const pay = (who, kase, typed = voucher) => cliLater(who, 'pay', kase.code, '--method', 'voucher', '--reference', typed);
  const both = await Promise.all([pay('agent1', cases[0]), pay('agent2', cases[1])]);
  assert.deepEqual(both.map((run) => run.status).sort(), [0, 1], JSON.stringify(both));
  for (const typed of [voucher, ` ${voucher.toLowerCase()} `, `${voucher.slice(0, 4)}-${voucher.slice(4)}`])
    assert.equal((await pay('agent3', cases[2], typed)).json.reason, 'voucher-used');
  assert.equal((await pay('agent3', cases[2], ' - ')).json.errors[0].field, 'reference');
  assert.equal(cli('agent1', 'pay', cases[2].code, '--method', 'voucher').json.errors[0].field, 'reference');
  assert.equal(cli('agent1', 'pay', cases[2].code, '--method', 'pix', '--reference', 'a \u001b[2J').json.errors[0].code, 'charset');
  assert.equal(sql(`select count(*) from payment where reference = '${voucher}'`), '1');
});

describe('other sites and guessed addresses', () => {
  // Every form of every page.
  const forms = () => [...new Set(fs.readdirSync(new URL('../../web/templates/', import.meta.url)).filter((name) => name.endsWith('.html'))
    .flatMap((name) => [...fs.readFileSync(new URL(`../../web/templates/${name}`, import.meta.url), 'utf8').matchAll(/<form[^>]*method="post"[^>]*action="([^"]+)"/g)].map((match) => match[1])))]
    .filter((action) => action.startsWith('/'));

  test('a form of another site is refused before anything is read, whatever cookie comes with it', async () => {
    const kase = await order();
    const actions = forms();
    assert.ok(actions.length > 8, actions.join());
    const before = sql(`select md5(o::text) from orders o where code = '${kase.code}'`);
    for (const action of [...actions, '/pedido/{{order}}/agenda', '/pedido/{{order}}/agenda/cancelar', '/horario/x/cancelar', '/remarcar/1/x']) {
      const where = action.replace('{{order}}', kase.code).replace(/\{\{[^}]+\}\}/g, 'x');
      for (const headers of [{ Origin: 'https://mau.example' }, { Origin: 'null' }, { 'Sec-Fetch-Site': 'cross-site' }]) {
        const answer = await fetch(publicUrl + where, { method: 'POST', redirect: 'manual', body: 'cpf=1',
          headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html', Cookie: `pedido=${kase.token}`, ...headers } });
        assert.equal(answer.status, 403, `${where} ${JSON.stringify(headers)}: ${answer.status}`);
        await answer.text();
      }
    }
    assert.equal(sql(`select md5(o::text) from orders o where code = '${kase.code}'`), before);
  });

  test('no address leads out of the house, no guess opens a feed, a link or an offer', async () => {
    const guess = 'A'.repeat(43);
    for (const where of [`/horario/${guess}/cancelar`, `/vaga/${guess}`, `/remarcar/1/${guess}`, `/agenda/${guess}.ics`, '/remarcar/99999999999999999999/x',
      '/remarcar/-1/x', '/horario/..%2f..%2fkeys%2ftokens.key/cancelar', '/horario/%00/cancelar', `/horario/${'A'.repeat(5000)}/cancelar`]) {
      const answer = await fetch(publicUrl + where, { redirect: 'manual', headers: { Accept: 'text/html' } });
      assert.ok([400, 404, 414].includes(answer.status), `${where.slice(0, 60)}: ${answer.status}`);
      await answer.text();
    }
  });
});

describe('a calendar made to break its reader', () => {
  const tries = {
    'parts within parts': `BEGIN:VCALENDAR\r\n${'BEGIN:X-A\r\n'.repeat(20000)}`,
    'availabilities within availabilities': `BEGIN:VCALENDAR\r\n${'BEGIN:VAVAILABILITY\r\n'.repeat(9000)}`,
    'a rule that never ends': 'BEGIN:VCALENDAR\r\nBEGIN:VAVAILABILITY\r\nBEGIN:AVAILABLE\r\nDTSTART;TZID=America/Sao_Paulo:20300107T080000\r\n'
      + 'DTEND;TZID=America/Sao_Paulo:20300107T090000\r\nRRULE:FREQ=SECONDLY\r\nEND:AVAILABLE\r\nEND:VAVAILABILITY\r\nEND:VCALENDAR\r\n',
    'a duration of centuries': 'BEGIN:VCALENDAR\r\nBEGIN:VAVAILABILITY\r\nDTSTART:20300107T080000\r\nDURATION:P2147483647W\r\nEND:VAVAILABILITY\r\nEND:VCALENDAR\r\n',
    'a line that never ends': `BEGIN:VCALENDAR\r\nX-A:${'y'.repeat(200000)}`,
    'what is no calendar': '\u0000\u0001ELF',
  };
  for (const [what, text] of Object.entries(tries)) {
    test(`${what}: refused, and the agenda stays`, () => {
      const file = path.join(scratch(), 'mau.ics');
      fs.writeFileSync(file, text);
      const hours = sql('select md5(string_agg(h::text, \',\' order by h.id)) from opening h');
      const refused = cli('agent1', 'agenda', 'import', file, '--from', '2030-01-01', '--preview');
      assert.equal(refused.status, 1, refused.stdout);
      assert.equal(sql('select md5(string_agg(h::text, \',\' order by h.id)) from opening h'), hours);
      assert.equal(office('agent1', 'GET', '/api/office/agenda/hours').status, 200);
    });
  }
});
