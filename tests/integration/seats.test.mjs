// SPDX-License-Identifier: GPL-3.0-or-later
// What people and machines do to seats that nobody planned: each of the bad inputs by its name.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { api, cli, clockOffset, done, mail, officeLater, order, pick, publicUrl, slots, sql } from '../support/office.mjs';

const now = () => Date.now() + clockOffset() * 1000;
const body = (start) => ({ start, mode: 'in_person' });
const take = (kase, start) => api('POST', `/api/orders/${kase.code}/appointment`, { token: kase.token, body: body(start) });
const hold = (kase, start) => api('POST', `/api/orders/${kase.code}/hold`, { token: kase.token, body: body(start) });
const cancel = (kase) => api('DELETE', `/api/orders/${kase.code}/appointment`, { token: kase.token });
const show = async (kase) => (await api('GET', `/api/orders/${kase.code}`, { token: kase.token })).json;
const seats = (start, condition) => Number(sql(`select count(*) from seat where starts = '${start}' and ${condition}`));
const ofOrder = (kase) => `order_id = (select id from orders where code = '${kase.code}')`;

// A slot whose public seats are all free, far from where the other files book.
async function emptySlot() {
  const free = (await slots('ecpf-a1', 62)).filter((slot) => slot.seats >= 2);
  return pick(free.slice(-200, -100)).start;
}

// One public seat left.
async function lastSeat() {
  const start = await emptySlot();
  assert.equal((await take(await order(), start)).status, 201);
  return start;
}

// A browser: the cookie that the order's form sets opens the order's pages.
async function browser() {
  const kase = await order();
  const cookie = `guiche_pedido=${kase.token}`;
  const post = (where, form) => fetch(publicUrl + where, { method: 'POST', redirect: 'manual',
    headers: { Cookie: cookie, 'Content-Type': 'application/x-www-form-urlencoded', Origin: publicUrl }, body: new URLSearchParams(form) });
  const get = (where) => fetch(publicUrl + where, { headers: { Cookie: cookie, Accept: 'text/html' }, redirect: 'manual' });
  return { kase, post, get };
}

function consistent(kase) {
  assert.equal(sql(`select (select count(*) from seat where state = 'booked' and ${ofOrder(kase)})
    - (select count(*) from appointment where state = 'booked' and ${ofOrder(kase)})`), '0');
}

describe('bad input: clicks', () => {
  test('multi-click ×5 within 50 ms: one hold, one appointment', async () => {
    const kase = await order();
    const start = await emptySlot();
    const holds = await Promise.all(Array.from({ length: 5 }, () => hold(kase, start)));
    assert.deepEqual(holds.map((answer) => answer.status), [201, 201, 201, 201, 201]);
    assert.equal(new Set(holds.map((answer) => answer.json.held_until)).size, 1, 'the first click\'s end');
    assert.equal(seats(start, `state = 'held' and ${ofOrder(kase)}`), 1);
    const books = await Promise.all(Array.from({ length: 5 }, () => take(kase, start)));
    assert.deepEqual(books.map((answer) => answer.status).sort(), [200, 200, 200, 200, 201]);
    assert.equal(seats(start, ofOrder(kase)), 1);
  });

  test('two browsers on the last seat: one holds it, the other sees three others, and neither sees an error', async () => {
    const start = await lastSeat();
    const pair = [await browser(), await browser()];
    const answers = await Promise.all(pair.map(({ kase, post }) => post(`/pedido/${kase.code}/agenda`, body(start))));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [303, 409]);
    const loser = answers.findIndex((answer) => answer.status === 409);
    const page = await answers[loser].text();
    assert.match(page, /Os horários livres mais próximos/);
    const winner = pair[1 - loser];
    const confirm = await winner.get(`/pedido/${winner.kase.code}/agenda/confirmar`);
    assert.match(await confirm.text(), /Este horário está guardado para você/);
    const confirmed = await winner.post(`/pedido/${winner.kase.code}/agenda/confirmar`, body(start));
    assert.equal(confirmed.status, 303);
    assert.equal(seats(start, `state = 'booked' and ${ofOrder(winner.kase)}`), 1);
  });

  test('one\'s own held hour is shown with its minutes and the way to confirm it, on the order\'s page and on the agenda', async () => {
    const { kase, get, post } = await browser();
    const free = await (await get(`/pedido/${kase.code}/agenda`)).text();
    assert.doesNotMatch(free, /agenda\/confirmar/);
    const start = await emptySlot();
    assert.equal((await hold(kase, start)).status, 201);
    const shown = await show(kase);
    assert.equal(Date.parse(shown.hold.start), Date.parse(start));
    assert.ok(shown.next.some((step) => step.id === 'confirm-hour') && !shown.next.some((step) => step.id === 'book'), JSON.stringify(shown.next));
    for (const where of [`/pedido/${kase.code}`, `/pedido/${kase.code}/agenda`]) {
      const text = await (await get(where)).text();
      assert.match(text, /está guardado[^]*até às \d+h(\d\d)?: faltam? \d+ minutos? para confirmar/, where);
      assert.match(text, new RegExp(`href="/pedido/${kase.code}/agenda/confirmar">Confirmar este horário`), where);
      assert.doesNotMatch(text, /Nenhum horário marcado/, where);
    }
    assert.equal((await post(`/pedido/${kase.code}/agenda/confirmar`, body(start))).status, 303);
    const booked = await show(kase);
    assert.deepEqual([booked.hold, booked.states.appointment], [undefined, 'booked']);
    assert.doesNotMatch(await (await get(`/pedido/${kase.code}`)).text(), /agenda\/confirmar/);
  });

  test('staff and public on the last seat: one of them gets it', async () => {
    const start = await lastSeat();
    sql(`update seat set state = 'blocked' where starts = '${start}' and visibility <> 'public'`);
    const [citizen, caller] = [await order(), await order()];
    const [publicly, byStaff] = await Promise.all([take(citizen, start),
      officeLater('agent1', 'POST', `/api/office/orders/${caller.code}/appointment`, { body: body(start) })]);
    assert.deepEqual([publicly.status, byStaff.status].sort(), [201, 409], `${publicly.text} ${byStaff.text}`);
    assert.equal(seats(start, 'state = \'booked\' and visibility = \'public\''), 2);
    assert.equal((publicly.status === 409 ? publicly : byStaff).json.alternatives.length, 3);
    const refused = cli('agent1', 'book', (await order()).code, start);
    assert.match(refused.stderr, /Livres perto: (\d\d\/\d\d \d\d:\d\d(, |\.\n)){3}$/, 'the agent reads the three too');
    sql(`update seat set state = 'free' where starts = '${start}' and state = 'blocked'`);
  });

  test('the hold expires during payment: paid is paid, the seat is gone, three others are offered', async () => {
    const start = await lastSeat();
    const [payer, faster] = [await order(), await order()];
    assert.equal((await hold(payer, start)).status, 201);
    assert.equal((await take(faster, start)).status, 409, 'kept from the first click');
    done('agent1', 'pay', payer.code, '--method', 'pix');
    sql(`update seat set held_until = '${new Date(now() - 1000).toISOString()}' where state = 'held' and ${ofOrder(payer)}`);
    assert.equal((await take(faster, start)).status, 201);
    const late = await take(payer, start);
    assert.equal(late.status, 409, late.text);
    assert.equal(late.json.alternatives.length, 3);
    assert.equal(sql(`select order_state from orders where code = '${payer.code}'`), 'paid');
    assert.equal((await take(payer, late.json.alternatives[0].start)).status, 201, 'and he books one of them');
  });
});

describe('bad input: links', () => {
  test('a mail scanner follows the link of an offer, then the person taps it, and taps it again', async () => {
    const [waiter, giver] = [await order(), await order()];
    sql('update seat set public_from = null where public_from is not null'); // what other files gave back is nobody's offer
    const start = await lastSeat();
    assert.equal((await take(giver, start)).status, 201);
    const until = sql('select (max(starts) - interval \'1 day\')::date from seat');
    assert.equal((await api('POST', `/api/orders/${waiter.code}/waiting`, { token: waiter.token, body: { until } })).status, 201);
    assert.equal((await cancel(giver)).status, 200);
    const { text } = await mail(waiter.holder.email, /\/vaga\//);
    assert.ok(!text.includes(waiter.token) && !text.includes(waiter.holder.cpf));
    const link = /\/vaga\/[A-Za-z0-9_-]{43}/.exec(text)[0];
    const tap = () => fetch(publicUrl + link, { method: 'POST', redirect: 'manual', headers: { Origin: publicUrl } });
    for (const method of ['GET', 'HEAD', 'GET']) { // the scanner
      const answer = await fetch(publicUrl + link, { method });
      assert.equal(answer.status, 200);
    }
    assert.equal((await show(waiter)).states.appointment, 'none', 'looking booked nothing');
    assert.match(await (await fetch(publicUrl + link)).text(), /Quero este horário/);
    // Another test may have left a seat that was offered sooner than the giver's.
    const offered = sql(`select starts from seat_offer where ${ofOrder(waiter)} and outcome = ''`);
    const taps = [await tap(), await tap()]; // the same link twice
    assert.deepEqual(taps.map((answer) => answer.status), [200, 200]);
    for (const answer of taps) assert.match(await answer.text(), /O horário é seu/);
    const shown = await show(waiter);
    assert.equal(shown.states.appointment, 'booked');
    assert.equal(Date.parse(shown.appointment.start), Date.parse(offered));
    assert.equal(sql(`select count(*) from appointment where ${ofOrder(waiter)}`), '1');
    await mail(waiter.holder.email, /BEGIN:VCALENDAR/);
  });
});

describe('bad input: moves', () => {
  test('a move to a full slot leaves the appointment where it is and offers three others', async () => {
    const kase = await order();
    const [from, full] = [await emptySlot(), await lastSeat()];
    assert.equal((await take(kase, from)).status, 201);
    assert.equal((await take(await order(), full)).status, 201);
    const answer = await api('PUT', `/api/orders/${kase.code}/appointment`, { token: kase.token, body: body(full) });
    assert.equal(answer.status, 409);
    assert.equal(answer.json.alternatives.length, 3);
    assert.equal(Date.parse((await show(kase)).appointment.start), Date.parse(from));
    consistent(kase);
  });

  test('a move while staff cancel: one after the other, and no seat is left behind', async () => {
    for (let round = 0; round < 4; round++) {
      const kase = await order();
      const [from, to] = [await emptySlot(), await emptySlot()];
      assert.equal((await take(kase, from)).status, 201);
      const [moved, cancelled] = await Promise.all([
        api('PUT', `/api/orders/${kase.code}/appointment`, { token: kase.token, body: body(to) }),
        officeLater('agent1', 'DELETE', `/api/office/orders/${kase.code}/appointment`)]);
      assert.equal(cancelled.status, 200, cancelled.text);
      assert.ok([200, 409].includes(moved.status), moved.text);
      if (moved.status === 409) assert.equal(moved.json.reason, 'not-booked');
      assert.equal((await show(kase)).states.appointment, 'cancelled');
      assert.equal(sql(`select count(*) from seat where ${ofOrder(kase)}`), '0');
      consistent(kase);
    }
  });
});

describe('limits per person', () => {
  test('five open orders, and so five seats, per CPF, CNPJ, e-mail and telephone', async () => {
    const { person, company } = await import('../support/office.mjs');
    for (const [field, product, common] of [
      ['holder.cpf', 'ecpf-a1', () => { const { cpf } = person(); return () => ({ holder: person({ cpf }) }); }],
      ['holder.email', 'ecpf-a1', () => { const { email } = person(); return () => ({ holder: person({ email }) }); }],
      ['holder.phone', 'ecpf-a1', () => { const { phone } = person(); return () => ({ holder: person({ phone }) }); }],
      ['company.cnpj', 'ecnpj-a1', () => { const { cnpj } = company(); return () => ({ holder: person(), company: company({ cnpj }) }); }],
    ]) {
      const next = common();
      for (let i = 0; i < 5; i++) assert.equal((await api('POST', '/api/orders', { body: { product, ...next() } })).status, 201, field);
      const sixth = await api('POST', '/api/orders', { body: { product, ...next() } });
      assert.equal(sixth.status, 422, field);
      assert.deepEqual([sixth.json.errors[0].field, sixth.json.errors[0].code], [field, 'open-orders']);
      assert.match(sixth.json.source, /open_orders_per_/);
    }
  });

  test('an order holds one seat at a time, so that nobody hoards by clicking about', async () => {
    const kase = await order();
    for (const start of [await emptySlot(), await emptySlot(), await emptySlot()]) assert.equal((await hold(kase, start)).status, 201);
    assert.equal(sql(`select count(*) from seat where state = 'held' and ${ofOrder(kase)}`), '1');
  });
});
