// SPDX-License-Identifier: GPL-3.0-or-later
// Ten minutes (TORTURE_SECONDS) of booking, holding, moving, cancelling and lapsing by impatient people, while the server
// and PostgreSQL are killed with SIGKILL at random; then an audit in SQL that knows nothing of the program. What was
// acknowledged must be there, and no seat may be anybody's twice.
import fs from 'node:fs';
import { Instance, pause } from '../bench/instance.mjs';
import { audit } from './audit.mjs';
import { Killer } from './killer.mjs';
import { People } from './people.mjs';

const seconds = Number(process.env.TORTURE_SECONDS ?? 600);
const PEOPLE = 24;
const ORDERS_EACH = 6;
const SLOTS = 30; // few, so that everybody wants the same ones

function say(text) { console.log(`${new Date().toISOString().slice(11, 19)} ${text}`); }

// Seats given back are public at once and holds end after a minute, so that seats change hands as often as they can.
function prepare(instance) {
  for (const [key, value] of Object.entries({ release_delay_minutes_min: 0, release_delay_minutes_max: 0, hold_minutes: 1,
    appointment_changes_per_day: 1000000, agenda_clicks_per_day: 1000000, rush_clicks_per_minute: 100000000, open_orders_per_address: 100000 })) instance.policy(key, value);
}

function report(problems) {
  for (const problem of problems.slice(0, 40)) say(`FAIL ${problem}`);
  if (problems.length > 40) say(`… and ${problems.length - 40} more`);
}

const instance = await Instance.create();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => { instance.remove(); process.exit(1); });
let failed = true;
try {
  say(`an instance of its own in ${instance.home}, port ${instance.port}; ${seconds} s`);
  instance.start();
  prepare(instance);
  await pause(6); // the server reads its policies every five seconds
  const people = new People(instance, { count: PEOPLE, ordersEach: ORDERS_EACH, slots: SLOTS });
  await people.arrive();
  const killer = new Killer(instance, say);
  const until = Date.now() + seconds * 1000;
  await Promise.all([people.until(until), killer.until(until)]);
  await killer.calm();
  await people.lookAgain();
  await instance.settle(120);
  const problems = [...people.problems, ...audit(instance, people.orders)];
  report(problems);
  const kills = killer.counts;
  const done = people.counts;
  say(`killed: server ${kills.server} times, PostgreSQL ${kills.postgres}, both ${kills.both}`);
  say(`acknowledged: ${Object.entries(done.acknowledged).map(([act, n]) => `${act} ${n}`).join(', ')}; refused ${
    done.refused}; without an answer ${done.unknown}`);
  if (done.acknowledged.book < seconds / 2) problems.push(`only ${done.acknowledged.book} bookings: that is no torture`);
  failed = problems.length > 0;
  say(`${failed ? 'FAIL' : 'ok  '} torture: ${problems.filter((one) => one.startsWith('oversold')).length} oversold, ${
    problems.filter((one) => one.startsWith('lost')).length} acknowledged and lost, ${problems.length} findings in all`);
} finally {
  if (failed) fs.cpSync(instance.path('log'), 'build/test-logs/torture-instance-log', { recursive: true, force: true });
  instance.remove();
}
process.exit(failed ? 1 : 0);
