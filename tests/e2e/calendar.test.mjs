// SPDX-License-Identifier: GPL-3.0-or-later
//
// The appointment in the calendars that people use: khal (Debian) and ical.js (Thunderbird's library) read every message
// of an order's life as we meant it; mail scanners change nothing; answers come back; feeds tell nobody's name.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import test, { describe } from 'node:test';
import ICAL from 'ical.js';
import { api, book, cli, clockOffset, done, home, mail, order, person, publicUrl, scratch, slots, sql, until }
  from '../support/office.mjs';

// The longest name that an order takes.
const longName = `João Conceição d'Ávila ${'Gonçalves '.repeat(9)}`.slice(0, 100).trim();
const appointment = (method, kase, start) => api(method, `/api/orders/${kase.code}/appointment`,
  { token: kase.token, body: start && { start, mode: 'in_person' } });

// --- mails -------------------------------------------------------------------------------------------------------

function mailsTo(kase) {
  const folder = path.join(home, 'mail');
  return fs.readdirSync(folder).filter((name) => name.endsWith('.eml')).sort()
    .map((name) => ({ name, raw: fs.readFileSync(path.join(folder, name), 'latin1') }))
    .filter(({ raw }) => raw.includes(`To: <${kase.holder.email}>`));
}

function unquote(text) {
  return Buffer.from(text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (all, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16))), 'latin1').toString('utf8');
}

// The leaves of a mail as RFC 2045 nests them: [{type, parameters, body, within: [types]}].
function leaves(raw, within = []) {
  const cut = raw.indexOf('\r\n\r\n');
  const head = raw.slice(0, cut).replace(/\r\n[ \t]/g, ' ');
  const body = raw.slice(cut + 4);
  const [, type, rest] = /^content-type: *([\w/-]+)(.*)$/im.exec(head);
  const boundary = /boundary="([^"]+)"/.exec(rest)?.[1];
  if (!boundary) return [{ type, rest, within, head, body: unquote(body) }];
  return body.split(`--${boundary}`).slice(1, -1).map((piece) => piece.slice(2, -2))
    .flatMap((piece) => leaves(piece, [...within, type]));
}

// The invitation in a mail, with what the mail itself says of it.
function invitation({ name, raw }) {
  const parts = leaves(raw);
  const calendar = parts.find((part) => part.type === 'text/calendar');
  if (!calendar) return null;
  const attached = parts.find((part) => /attachment/.test(part.head));
  assert.deepEqual(calendar.within, ['multipart/mixed', 'multipart/alternative'], name);
  assert.deepEqual(parts.map((part) => part.type), ['text/plain', 'text/html', 'text/calendar', 'application/ics']);
  assert.deepEqual(attached.within, ['multipart/mixed']);
  assert.equal(attached.body, calendar.body, 'the attachment is the same calendar');
  return { method: /method=(\w+)/.exec(calendar.rest)[1], text: calendar.body };
}

const linksIn = (kase) => [...new Set(mailsTo(kase).flatMap(({ raw }) => leaves(raw))
  .flatMap(({ body }) => body.match(/https?:\/\/[^\s"<>\\]+/g) ?? []))].map((link) => link.replace(/&#61;/g, '='));

// --- the two oracles ---------------------------------------------------------------------------------------------

function readByIcal(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const event = new ICAL.Event(calendar.getFirstSubcomponent('vevent'));
  return {
    method: calendar.getFirstPropertyValue('method'),
    uid: event.uid,
    sequence: event.sequence,
    status: event.component.getFirstPropertyValue('status'),
    start: event.startDate.toUnixTime(),
    end: event.endDate.toUnixTime(),
    offset: event.startDate.utcOffset(),
    alarms: event.component.getAllSubcomponents('valarm').map((alarm) => alarm.getFirstPropertyValue('trigger').toString()),
    event,
  };
}

// A vdir for each message beside one that imports them all, as a person's calendar does.
class Khal {
  constructor(messages) {
    this.folder = scratch();
    const names = ['life', ...messages.map((_, i) => `m${i}`)];
    for (const name of names) fs.mkdirSync(path.join(this.folder, name));
    messages.forEach((text, i) => fs.writeFileSync(path.join(this.folder, `m${i}`, 'a.ics'), text));
    const lines = names.map((name) => `[[${name}]]\npath = ${this.folder}/${name}\n`);
    fs.writeFileSync(path.join(this.folder, 'conf'), `[calendars]\n${lines.join('')}[locale]
local_timezone = UTC\ndefault_timezone = UTC\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%dT%H:%M\nlongdatetimeformat = %Y-%m-%dT%H:%M\n[default]\ndefault_calendar = life
[sqlite]\npath = ${this.folder}/khal.db\n`);
    const files = messages.map((_, i) => path.join(this.folder, `m${i}`, 'a.ics'));
    this.run('import', '--batch', '-a', 'life', ...files);
  }

  run(...words) {
    const khal = spawnSync('khal', ['-c', path.join(this.folder, 'conf'), ...words],
      { encoding: 'utf8', env: { ...process.env, HOME: this.folder, LC_ALL: 'C.UTF-8' } });
    assert.equal(khal.status, 0, khal.error?.message ?? khal.stderr);
    return khal.stdout;
  }

  events(day) {
    return this.run('list', '--day-format', '', '--format', '{calendar}|{uid}|{start-long}|{end-long}|{status}', day, '90d')
      .split('\n').filter((line) => line.includes('|')).map((line) => {
        const [calendar, uid, start, end, status] = line.trim().split('|');
        return { calendar, uid, start: Date.parse(`${start}Z`) / 1000, end: Date.parse(`${end}Z`) / 1000, status: status.trim() };
      });
  }

  // What khal wrote down for itself.
  sequences() {
    return Object.fromEntries(fs.readdirSync(path.join(this.folder, 'life')).map((name) => {
      const text = fs.readFileSync(path.join(this.folder, 'life', name), 'utf8');
      return [/^UID:(.*)$/m.exec(text)[1].trim(), Number(/^SEQUENCE:(\d+)/m.exec(text)[1])];
    }));
  }
}

// --- nothing personal ----------------------------------------------------------------------------------------------

function assertNothingPersonal(text, kase, what) {
  const unfolded = text.replace(/\r\n[ \t]/g, '').replaceAll(kase.holder.email, '');
  assert.doesNotMatch(unfolded, /\b\d{11}\b|\d{3}\.\d{3}\.\d{3}-\d{2}|\b\d{14}\b|\d{2}\.\d{3}\.\d{3}\/\d{4}-\d{2}/, what);
  assert.ok(!unfolded.includes(kase.code) && !unfolded.includes(kase.holder.phone.slice(-8)), what);
  for (const word of ['João', 'Conceição', 'Ávila', 'Gonçalves']) assert.ok(!unfolded.includes(word), `${what}: ${word}`);
}

function assertLines(text) {
  for (const line of text.split('\r\n')) {
    assert.ok(Buffer.byteLength(line) <= 75, line);
    assert.ok(!/[\r\n]/.test(line), line);
  }
  assert.ok(text.endsWith('END:VCALENDAR\r\n'));
}

describe('issue 4.3: every message of an order\'s life', () => {
  // The list offers an hour that was given back, the case's own or somebody's, and the link of the mail takes it: when.
  async function takeOffer(kase) {
    sql(`update waiting set left_at = now(), outcome = 'left' where left_at is null`); // whom other tests left there
    const last = new Date(Date.now() + (clockOffset() + 55 * 86400) * 1000).toISOString().slice(0, 10);
    assert.equal((await api('POST', `/api/orders/${kase.code}/waiting`, { token: kase.token, body: { until: last } })).status, 201);
    const link = await until(() => linksIn(kase).find((one) => one.includes('/vaga/')), 'the offer');
    const taken = await fetch(link, { method: 'POST', headers: { Accept: 'text/html' } });
    assert.match(await taken.text(), /O horário é seu/);
    return sql(`select to_char(f.starts at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') from seat_offer f join orders o on o.id = f.order_id
      where o.code = '${kase.code}' and f.outcome = 'accepted'`);
  }

  test('khal and ical.js read each as it was meant: booked, moved, moved back, by the agent, by an offer, cancelled, booked again, confirmed', async () => {
    const kase = await order('ecpf-a1', person({ name: longName }));
    const free = (await slots('ecpf-a1', 50)).filter(({ seats }) => seats >= 2).slice(-300); // a seat left is withheld
    const [a, b, c] = [100, 200, 280].map((i) => free[i - randomInt(40)].start);
    const by = {
      citizen: async (method, start) => {
        const answer = await appointment(method, kase, start);
        assert.ok(answer.status === 200 || answer.status === 201, `${method} ${start}: ${answer.text}`);
      },
      agent: (word, start) => done('agent1', word, kase.code, ...(start ? [start] : [])),
    };
    await by.citizen('POST', a);
    await by.citizen('PUT', b);
    await by.citizen('PUT', a);
    by.agent('move', b);
    const offered = await takeOffer(kase);
    await by.citizen('DELETE');
    by.agent('book', b);
    by.agent('cancel');
    await by.citizen('POST', c);
    const mails = await until(() => {
      const found = mailsTo(kase).filter(({ name }) => /booked|moved|cancelled/.test(name));
      return found.length === 9 && found;
    }, 'nine mails');
    const [, token] = /\/horario\/([\w-]{43})\//.exec(linksIn(kase).findLast((link) => link.includes('/horario/')));
    const confirmed = await api('POST', `/api/appointment-links/${token}/confirm`, { body: { sequence: 0 } });
    assert.equal(confirmed.json.state, 'confirmed', confirmed.text);

    const messages = mails.map(invitation);
    const expected = [['REQUEST', 0, a, 'CONFIRMED'], ['REQUEST', 1, b, 'CONFIRMED'], ['REQUEST', 2, a, 'CONFIRMED'],
      ['REQUEST', 3, b, 'CONFIRMED'], ['REQUEST', 4, offered, 'CONFIRMED'], ['CANCEL', 5, offered, 'CANCELLED'],
      ['REQUEST', 0, b, 'CONFIRMED'], ['CANCEL', 1, b, 'CANCELLED'], ['REQUEST', 0, c, 'CONFIRMED']];
    const lives = [[0, 6], [6, 8], [8, 9]]; // of one UID each
    const khal = new Khal(messages.map(({ text }) => text));
    const shown = khal.events(new Date(Date.now() + clockOffset() * 1000).toISOString().slice(0, 10));
    const uids = messages.map(({ text }) => readByIcal(text).uid);
    for (const [first, end] of lives) assert.equal(new Set(uids.slice(first, end)).size, 1, 'one UID over all moves');
    assert.equal(new Set(uids).size, lives.length, 'booked again is another appointment');
    assert.match(uids[0], /^[0-9a-f]{32}@localhost$/);
    messages.forEach(({ method, text }, i) => {
      const [how, sequence, start, status] = expected[i];
      const at = Date.parse(start) / 1000;
      const ical = readByIcal(text);
      const inKhal = shown.find(({ calendar }) => calendar === `m${i}`);
      assert.equal(method, how, 'the MIME parameter');
      assert.deepEqual([ical.method, ical.sequence, ical.status, ical.start, ical.end, ical.offset],
        [how, sequence, status, at, at + 1200, -3 * 3600], `ical.js, message ${i}`);
      assert.deepEqual(ical.alarms, how === 'CANCEL' ? [] : ['-P1D', '-PT1H']);
      assert.deepEqual(inKhal, { calendar: `m${i}`, uid: uids[i], start: at, end: at + 1200, status }, `khal, message ${i}`);
      assertNothingPersonal(text, kase, `message ${i}`);
      assertLines(text);
    });
    const after = shown.filter(({ calendar }) => calendar === 'life').map(({ uid, start, status }) => [uid, start, status]);
    assert.deepEqual(after.sort(), [[uids[0], Date.parse(offered) / 1000, 'CANCELLED'], [uids[6], Date.parse(b) / 1000, 'CANCELLED'],
      [uids[8], Date.parse(c) / 1000, 'CONFIRMED']].sort(), 'who imported them all sees two cancelled and one standing');
    assert.deepEqual(khal.sequences(), { [uids[0]]: 5, [uids[6]]: 1, [uids[8]]: 0 });

    const download = await api('GET', `/api/orders/${kase.code}/appointment.ics`, { token: kase.token });
    const own = readByIcal(download.text);
    assert.deepEqual([own.method, own.uid, own.sequence, own.start], ['PUBLISH', uids[8], 0, Date.parse(c) / 1000]);
    assert.ok(!download.text.includes('ATTENDEE'));
    assertNothingPersonal(download.text, kase, 'the download');
  });
});

// --- reminders, scanners, answers ----------------------------------------------------------------------------------

const everything = (kase) => sql(`select md5(concat_ws('|', (select string_agg(a::text, ',' order by a.id) from appointment a
  where a.order_id = o.id), (select count(*) from appointment_answer), (select count(*) from order_access x where
  x.order_id = o.id), (select count(*) from outbox b where b.order_id = o.id), (select count(*) from milestone m where
  m.order_id = o.id), o.*::text)) from orders o where code = '${kase.code}'`);

describe('issue 4.4: reminders and their links', () => {
  test('a reminder 72 hours before, whose links a mail scanner may follow for nothing; one tap confirms', async () => {
    const kase = await order('ecpf-a1', person({ name: longName }));
    await book(kase);
    sql(`update appointment a set starts = date_trunc('second', timestamptz '${new Date(Date.now() + clockOffset() * 1000)
      .toISOString()}') + interval '71 hours', ends = date_trunc('second', timestamptz '${new Date(Date.now() + clockOffset() * 1000)
      .toISOString()}') + interval '71 hours 20 minutes', updated_at = updated_at - interval '9 days' from orders o
      where o.id = a.order_id and o.code = '${kase.code}'`);
    const { text } = await mail(kase.holder.email, /Confirmar que eu vou:/);
    assert.match(text, /avise agora/);
    await until(() => sql(`select count(*) from outbox b join orders o on o.id = b.order_id where o.code = '${kase.code}'
      and b.state = 'pending'`) === '0', 'all mails sent');
    const links = linksIn(kase);
    assert.ok(links.filter((link) => link.includes('/horario/')).length >= 5, links.join('\n'));
    const before = everything(kase);
    for (const link of links.filter((one) => one.startsWith(publicUrl))) {
      for (const method of ['HEAD', 'GET', 'GET']) {
        const answer = await fetch(link, { method, redirect: 'manual', headers: { Accept: 'text/html' } });
        assert.ok(answer.status < 400, `${method} ${link}: ${answer.status}`);
        assert.equal(answer.headers.get('set-cookie'), null, link);
        await answer.text();
      }
    }
    assert.equal(everything(kase), before, 'looking changed something');
    const confirm = links.find((link) => link.endsWith('/confirmar') && link.includes('/horario/'));
    const page = await (await fetch(confirm, { headers: { Accept: 'text/html' } })).text();
    const [, sequence] = /name="sequence" value="(\d+)"/.exec(page);
    const pressed = await fetch(confirm, { method: 'POST', headers: { Accept: 'text/html',
      'Content-Type': 'application/x-www-form-urlencoded' }, body: `sequence=${sequence}` });
    assert.match(await pressed.text(), /Presença confirmada/);
    assert.match((await api('GET', `/api/orders/${kase.code}`, { token: kase.token })).text, /"confirmed"/);
  });
});

describe('issue 4.3: answers of calendars', () => {
  // Through the pipe that a mail server has, as the service's own user.
  function receive(text) {
    const { uid, gid } = fs.statSync(path.join(home, 'inbox'));
    const who = process.getuid() === 0 ? { uid, gid } : {};
    const run = spawnSync(path.join(home, 'bin/ra-server'),
      ['--config', path.join(home, 'config/ra-server.conf'), '--receive-mail'], { input: text, ...who, env: {} });
    assert.equal(run.status, 0, String(run.stderr));
  }

  // As ical.js makes an answer of the very invitation that it got.
  function answerTo(kase, message, partstat, from = kase.holder.email) {
    const calendar = new ICAL.Component(ICAL.parse(message.text));
    const event = calendar.getFirstSubcomponent('vevent');
    calendar.updatePropertyWithValue('method', 'REPLY');
    event.getFirstProperty('attendee').setParameter('partstat', partstat);
    event.updatePropertyWithValue('dtstamp', ICAL.Time.fromJSDate(new Date(Date.now() + clockOffset() * 1000), true));
    event.removeAllSubcomponents('valarm');
    return `From: Titular <${from}>\r\nTo: <guiche@localhost>\r\nSubject: Re\r\nMIME-Version: 1.0\r\n`
      + 'Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n.\r\n--x\r\n'
      + 'Content-Type: text/calendar; method=REPLY; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n'
      + `${Buffer.from(calendar.toString()).toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n--x--\r\n`;
  }

  const answers = (kase) => sql(`select string_agg(b.answer, ',' order by b.id) from appointment_answer b
    join appointment a on a.id = b.appointment_id join orders o on o.id = a.order_id where o.code = '${kase.code}'`);
  const state = (kase) => sql(`select appointment_state from orders where code = '${kase.code}'`);

  test('DECLINED sends a link and frees the seat only by its button; a stranger and a second copy do nothing', async () => {
    const kase = await order();
    await book(kase);
    const message = invitation(await until(() => mailsTo(kase).find(({ name }) => name.includes('booked')), 'the invitation'));
    receive(answerTo(kase, message, 'DECLINED', 'outra@mau.example'));
    const no = answerTo(kase, message, 'DECLINED');
    receive(no);
    receive(no);
    const { text } = await mail(kase.holder.email, /o horário só fica livre quando você confirmar pelo link/);
    await until(() => fs.readdirSync(path.join(home, 'inbox/new')).length === 0, 'the inbox is empty');
    assert.equal(answers(kase), 'declined');
    assert.equal(state(kase), 'booked');
    assert.equal(mailsTo(kase).filter(({ name }) => name.includes('declined')).length, 1);
    const [link] = text.match(/http\S+\/horario\/\S+\/cancelar/);
    assert.equal((await fetch(link)).status, 200);
    assert.equal(state(kase), 'booked', 'looking frees nothing');
    const pressed = await fetch(link, { method: 'POST', body: new URLSearchParams({ sequence: '0' }) });
    assert.match(await pressed.text(), /Horário cancelado/);
    assert.equal(state(kase), 'cancelled');
  });
});

// --- feeds -----------------------------------------------------------------------------------------------------------

describe('issue 4.3: feeds', () => {
  const read = (url, headers = {}) => fetch(url, { headers });

  test('an office and an agent have each a secret address, which can be changed, with ETag and without citizens', async () => {
    const kase = await order('ecpf-a1', person({ name: longName }));
    let { start } = await book(kase);
    for (const [who, words] of [['admin', ['--office']], ['agent1', []]]) {
      const made = done(who, 'agenda', 'feed', 'rotate', ...words);
      assert.equal(done(who, 'agenda', 'feed', 'show', ...words).url, made.url);
      const [, token] = /\/api\/feeds\/([\w-]{43})\/agenda\.ics$/.exec(made.url);
      assert.equal(sql(`select count(*) from calendar_feed where token_hash = '\\x${createHash('sha256').update(token).digest('hex')}'`), '1');
      const first = await read(made.url);
      assert.equal(first.status, 200);
      assert.equal(first.headers.get('content-type'), 'text/calendar; charset=utf-8; method=PUBLISH');
      const text = await first.text();
      assertLines(text);
      assertNothingPersonal(text, kase, 'the feed');
      const calendar = new ICAL.Component(ICAL.parse(text));
      const events = calendar.getAllSubcomponents('vevent').map((event) => new ICAL.Event(event));
      assert.equal(calendar.getFirstPropertyValue('method'), 'PUBLISH');
      assert.equal(calendar.getFirstPropertyValue('refresh-interval').toString(), 'PT15M');
      assert.ok(events.some((event) => event.startDate.toUnixTime() === Date.parse(start) / 1000), 'what was booked is there');
      const all = Number(sql(`select count(*) from appointment where state in ('booked', 'kept')`));
      assert.ok(who === 'admin' ? events.length === all : events.length <= all, `${events.length} of ${all}`);
      assert.doesNotMatch(text, /ATTENDEE|mailto:(?!guiche@localhost)/);
      for (const event of events) assert.equal(event.component.getFirstPropertyValue('class'), 'CONFIDENTIAL');
      for (const uid of sql('select uid from appointment').split('\n')) assert.ok(!text.includes(uid), 'no UID of an invitation');
      const tag = first.headers.get('etag').replace(/^W\//, ''); // weak where the front compressed
      const again = await read(made.url, { 'If-None-Match': `"other", W/${tag}` });
      assert.deepEqual([again.status, await again.text(), again.headers.get('etag')], [304, '', tag]);
      const renewed = done(who, 'agenda', 'feed', 'rotate', ...words);
      assert.notEqual(renewed.url, made.url);
      assert.equal((await read(made.url)).status, 404, 'the former address is none');
      assert.equal((await appointment('DELETE', kase)).status, 200);
      const later = await read(renewed.url, { 'If-None-Match': tag });
      assert.equal(later.status, 200, 'another content, another tag');
      ({ start } = await book(kase));
    }
  });

  test('the office\'s address is an administrator\'s to change, an auditor has none, a guess opens nothing', async () => {
    assert.equal(cli('agent1', 'agenda', 'feed', 'rotate', '--office').status, 1);
    assert.equal(cli('auditor', 'agenda', 'feed', 'rotate').status, 1);
    assert.equal(cli('admin', 'agenda', 'feed', 'rotate').status, 1);
    assert.equal((await read(`${publicUrl}/api/feeds/${'A'.repeat(43)}/agenda.ics`)).status, 404);
  });
});
