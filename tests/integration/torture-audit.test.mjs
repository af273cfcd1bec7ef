// SPDX-License-Identifier: GPL-3.0-or-later
// The audit that the torture ends with, fed what it looks for: each of its rules finds a row that was spoiled by hand, past
// every trigger and constraint, in a transaction that is taken back.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { api, order, slots, sql } from '../support/office.mjs';
import { RULES, audit } from '../torture/audit.mjs';

const of = (kase) => `(select id from orders where code = '${kase.code}')`;
let one;
let other;

// What each rule must find. Seats and appointments of two orders that were booked as anybody books.
const spoilt = {
  'oversold: a start with more live appointments than seats': () =>
    `delete from seat where starts = (select starts from appointment where order_id = ${of(one)} and state = 'booked')`,
  'oversold: more live appointments at an instant than seats': () =>
    `delete from seat where starts = (select starts from appointment where order_id = ${of(one)} and state = 'booked')`,
  'oversold: a seat that two live appointments have': () =>
    `update appointment set seat_id = (select seat_id from appointment where order_id = ${of(one)} and state = 'booked') where order_id = ${of(other)} and state = 'booked'`,
  'oversold: two seats of one lane at the same time': () =>
    `alter table seat drop constraint seat_never_twice; update seat set ends = ends + interval '5 minutes' where order_id = ${of(one)}`,
  'an order with two live appointments': () =>
    `drop index appointment_one_live; update appointment set order_id = ${of(one)} where order_id = ${of(other)}`,
  'an order with booked seats on two lanes': () =>
    `update seat set order_id = ${of(one)}, lane = lane + 50 where order_id = ${of(other)}`,
  'a session with a gap': () => `update seat set order_id = ${of(one)} where order_id = ${of(other)}`,
  'booked seats without their appointment, or an appointment without its seats': () =>
    `update seat set state = 'free', order_id = null where order_id = ${of(one)}`,
  'a session shorter than its people and its product ask for': () =>
    `update appointment set ends = starts + interval '5 minutes' where order_id = ${of(one)} and state = 'booked'`,
  'a visit of two of which one half moved': () =>
    `update appointment set visit = -1 where order_id in (${of(one)}, ${of(other)}) and state = 'booked'`,
  'a case whose state is not that of its appointment': () => `update orders set appointment_state = 'none' where id = ${of(one)}`,
  'a booking without its event in the log, or the other way round': () =>
    `delete from appointment where order_id = ${of(one)}; delete from appointment where order_id = ${of(other)}`,
  'a move or a cancellation without its event': () =>
    `update milestone set kind = 'moved' where order_id = ${of(one)} and kind = 'booked'`,
  'a booking, move or cancellation without its mail': () => `delete from outbox where order_id in (${of(one)}, ${of(other)}) and kind = 'booked'`,
};

// What a rule finds, in a transaction that never was.
const finds = (rule, first = '') => sql(`begin; set local session_replication_role = replica; ${first};
  select 'found ' || coalesce(string_agg(x::text, ' ' order by x::text), '') from (${rule}) x; rollback`);

describe('issue 4: the audit after the torture finds what it looks for', () => {
  before(async () => {
    [one, other] = [await order(), await order()];
    const free = (await slots('ecpf-a1', 62)).filter((slot) => slot.seats >= 2).slice(-40);
    for (const [kase, { start }] of [[one, free[0]], [other, free.at(-1)]]) {
      const answer = await api('POST', `/api/orders/${kase.code}/appointment`, { token: kase.token, body: { start } });
      assert.equal(answer.status, 201, answer.text);
    }
  });

  test('every rule has a row that breaks it here', () => {
    assert.deepEqual(Object.keys(spoilt).sort(), RULES.map(([name]) => name).sort());
  });

  for (const [name, query] of RULES) {
    test(name, () => {
      const [clean, found] = [finds(query), finds(query, spoilt[name]())];
      assert.match(found, /^found ./);
      assert.notEqual(found, clean, 'a spoilt row makes no difference');
    });
  }

  test('what was acknowledged and is not there is lost', () => {
    const instance = { sql: (text) => (text.startsWith('select o.code') ? `${one.code}\t2030-01-01T00:00:00.000Z` : '') };
    assert.deepEqual(audit(instance, [{ code: one.code, possible: ['2030-01-01T00:00:00.000Z'] }]), []);
    assert.match(audit(instance, [{ code: one.code, possible: ['2030-01-02T00:00:00.000Z'] }])[0], /^lost: /);
  });
});
