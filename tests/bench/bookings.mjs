// SPDX-License-Identifier: GPL-3.0-or-later
// Bookings through front, server and database, against pgbench running the statements of one booking on a copy of the
// same data with the same number of connections.
import fs from 'node:fs';
import { median } from './instance.mjs';
import { httpRequest, replay } from './load.mjs';
import { pgbenchScript, recordTransaction } from './recording.mjs';

const CONNECTIONS = 8;
const ROUNDS = 3;
const ROUND_S = 4;
const WARM = 400;
const FEWEST = 400;
const LANES = 12; // so that a few thousand bookings find a seat
const BATCH = 190; // open orders from one address
const COPY = 'ra_bench';
const FIRST_CODE = 100000000000; // the copy's orders have numbers for codes, so that pgbench can name them

// Before the second start, which reads it: many seats, and a log that tells the recording a statement's values.
export function prepareBookings(instance) {
  instance.sql('alter role ra_app set log_error_verbosity = \'default\'');
  instance.sql(`update opening set public_lanes = ${LANES}`);
  instance.policy('rush_clicks_per_minute', 100000000); // this crowd is no attack
}

async function orderRequests(count) {
  const { person } = await import('../support/office.mjs');
  const seen = new Set();
  const requests = [];
  while (requests.length < count) {
    const holder = person();
    if (seen.has(holder.phone) || seen.has(holder.cpf)) continue;
    seen.add(holder.phone).add(holder.cpf);
    requests.push(httpRequest('POST', '/api/orders', { body: { product: 'ecpf-a1', holder } }));
  }
  return requests;
}

// Through the API, in batches that one address may have open; then they are nobody's in particular.
async function makeOrders(instance, count) {
  const requests = await orderRequests(count);
  const orders = [];
  for (let at = 0; at < count; at += BATCH) {
    const made = replay(instance, requests.slice(at, at + BATCH), { connections: CONNECTIONS, expect: 201, answers: true });
    orders.push(...made.answers.map(({ text }) => JSON.parse(text)));
    instance.sql('update orders set address_hash = null where address_hash is not null');
  }
  return orders;
}

// The days with the full number of slots, each as [epoch of the first, …], and how many slots a day has.
async function fullDays() {
  const { slots } = await import('../support/office.mjs');
  const days = new Map();
  for (const { start, seats } of await slots('ecpf-a1', 60)) {
    if (seats < LANES) continue;
    const day = start.slice(0, 10);
    days.set(day, [...(days.get(day) ?? []), Date.parse(start) / 1000]);
  }
  const perDay = Math.max(...[...days.values()].map((list) => list.length));
  const full = [...days.values()].filter((list) => list.length === perDay);
  const step = full[0][1] - full[0][0];
  if (!full.every((list) => list.every((start, i) => start === list[0] + i * step))) throw new Error('slots are not regular');
  return { firsts: full.map((list) => list[0]), perDay, step };
}

function slotStart({ firsts, perDay, step }, number) {
  const slot = number % (firsts.length * perDay);
  return new Date((firsts[Math.floor(slot / perDay)] + (slot % perDay) * step) * 1000).toISOString().replace('.000Z', 'Z');
}

function bookingRequests(orders, from, calendar) {
  return orders.map(({ order, token }, i) => httpRequest('POST', `/api/orders/${order}/appointment`,
    { token, body: { start: slotStart(calendar, from + i), mode: 'in_person' } }));
}

function script(transaction, { firsts, perDay, step }) {
  const arms = firsts.map((first, day) => `when :day = ${day} then ${first}`).join(' ');
  return pgbenchScript(transaction, {
    prologue: [
      '\\set n :n + 1',
      '\\set k :base + :client_id + :clients * :n',
      `\\set code ${FIRST_CODE} + :k`,
      `\\set slot :k % ${firsts.length * perDay}`,
      `\\set day :slot / ${perDay}`,
      `\\set start case ${arms} end + (:slot % ${perDay}) * ${step}`,
    ],
    expressions: {
      code: ':code',
      token_hash: 'sha256(:code::text::bytea)',
      order_id: ':id',
      id: ':id',
      start: 'to_timestamp(:start)',
      until: `to_timestamp(:start + ${step})`,
      uid: '\'bench-\' || :code::text',
    },
    constants: ['office_id'],
    results: ['order_lock_by_code'],
  });
}

// A copy of the database as it is now, with the free orders numbered.
function copyDatabase(instance) {
  instance.postgres('psql', ['-d', 'postgres', '-q', '-c', `create database ${COPY} owner ra_owner`]);
  const dump = instance.path('dump');
  fs.writeFileSync(dump, '');
  fs.chmodSync(dump, 0o666);
  instance.postgres('pg_dump', ['-d', 'ra', '-f', dump]);
  instance.postgres('psql', ['-d', COPY, '-q', '-v', 'ON_ERROR_STOP=1', '-f', dump]);
  fs.rmSync(dump);
  instance.sql(`set session_replication_role = replica;
    update orders o set code = (${FIRST_CODE} + n.k)::text
      from (select id, row_number() over (order by id) - 1 as k from orders where appointment_state = 'none') n where n.id = o.id;
    update order_access a set token_hash = sha256(o.code::bytea) from orders o where o.id = a.order_id and a.kind = 'bearer'`, COPY);
  for (const database of ['ra', COPY]) instance.sql('vacuum (analyze)', database);
  instance.sql('checkpoint');
}

function pgbench(instance, file, base, count) {
  const text = instance.postgres('pgbench', ['-n', '-M', 'prepared', '-f', file, '-c', String(CONNECTIONS), '-j', '1',
    '-t', String(count / CONNECTIONS), '-D', 'n=-1', '-D', `base=${base}`, '-D', `clients=${CONNECTIONS}`, COPY],
  { env: { PGOPTIONS: '-c role=ra_app -c search_path=ra,public -c timezone=UTC -c plan_cache_mode=force_generic_plan' } });
  return Number(/tps = ([\d.]+) \(without initial/.exec(text)[1]);
}

function bookedIn(instance, database) {
  return Number(instance.sql('select count(*) from appointment', database));
}

export async function bookings(instance) {
  const calendar = await fullDays();
  const seats = calendar.firsts.length * calendar.perDay * LANES;
  const first = await makeOrders(instance, WARM + 1);
  const transaction = await recordTransaction(instance, 'agenda_take', async () => {
    replay(instance, bookingRequests(first.slice(0, 1), seats - 1, calendar), { connections: 1, expect: 201 });
  });
  const warm = replay(instance, bookingRequests(first.slice(1), 0, calendar), { connections: CONNECTIONS, expect: 201 });
  const most = Math.floor((seats - 2 * WARM) / ROUNDS);
  const count = Math.floor(Math.min(Math.max(warm.perSecond * ROUND_S, FEWEST), most) / CONNECTIONS) * CONNECTIONS;
  const orders = await makeOrders(instance, count * ROUNDS + WARM);
  await instance.settle();
  copyDatabase(instance);
  const file = instance.path('booking.pgbench');
  fs.writeFileSync(file, script(transaction, calendar));
  fs.chmodSync(file, 0o644);
  const before = bookedIn(instance, COPY);
  pgbench(instance, file, count * ROUNDS, WARM);
  const ours = [];
  const bound = [];
  for (let round = 0; round < ROUNDS; round++) {
    const from = round * count;
    ours.push(replay(instance, bookingRequests(orders.slice(from, from + count), WARM + from, calendar),
      { connections: CONNECTIONS, expect: 201 }));
    await instance.settle();
    bound.push(pgbench(instance, file, from, count));
  }
  if (bookedIn(instance, COPY) - before !== count * ROUNDS + WARM) throw new Error('the bound did not book what it was to book');
  const of = (member) => median(ours.map((one) => one[member]));
  return [
    { name: `bookings, ${CONNECTIONS} connections`, value: of('perSecond'), unit: 'bookings/s', bound: median(bound) },
    { name: 'booking p50', value: of('p50_us') / 1000, unit: 'ms', bound: (CONNECTIONS / median(bound)) * 1000 },
    { name: 'booking p99', value: of('p99_us') / 1000, unit: 'ms' },
    { name: 'statements in one booking', value: transaction.length, unit: 'statements' },
  ];
}
