// SPDX-License-Identifier: GPL-3.0-or-later
// "Next, please" over the office API, with mutual TLS as at the counter: how long until the agent knows who.
import { median } from './instance.mjs';

const PEOPLE = 200;
const GOAL_MS = 20;

export async function callnext(instance) {
  const { officeLater, order } = await import('../support/office.mjs');
  const must = async (who, method, where, body) => {
    const answer = await officeLater(who, method, where, { body });
    if (answer.status >= 300) throw new Error(`${where}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  for (let i = 0; i < PEOPLE; i += 4) {
    await Promise.all(Array.from({ length: 4 }, async () => {
      const kase = await order();
      await must('agent1', 'POST', `/api/office/orders/${kase.code}/checkin`, { walk_in: true });
    }));
    if (i % 100 === 0) instance.sql('update orders set address_hash = null where address_hash is not null'); // nobody's in particular
  }
  const times = [];
  for (let i = 0; i < PEOPLE; i++) {
    const who = `agent${1 + (i % 3)}`;
    const begun = process.hrtime.bigint();
    const called = await must(who, 'POST', '/api/office/call');
    times.push(Number(process.hrtime.bigint() - begun) / 1e6);
    await must(who, 'POST', `/api/office/orders/${called.order}/finish`);
  }
  times.sort((a, b) => a - b);
  return [
    { name: `call-next, ${PEOPLE} people waiting at first, p50`, value: median(times), unit: 'ms' },
    { name: 'call-next p99', value: times[Math.ceil(times.length * 0.99) - 1], unit: 'ms', bound: GOAL_MS },
  ];
}
