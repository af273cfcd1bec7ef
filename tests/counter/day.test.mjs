// SPDX-License-Identifier: GPL-3.0-or-later
// Issue 4, "Done when": a day of thirty appointments, with walk-ins, a wrong document, a three-signer company, a phone
// call in the middle and a token spoiled, served from the full-screen counter by keys alone, at most 40 a case beyond typed
// data, and closed with zero difference. On an instance of its own, in whose day nothing else happens.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Day, booked, named, threePeopleCompany } from '../support/counter-day.mjs';
import { done, office } from '../support/office.mjs';

const serials = ['T0001', 'T0002', 'T0003', 'T0004'];
let day;
const cases = [];

before(async () => {
  day = new Day();
  done('agent1', 'token', 'receive', 'token-demonstracao', ...serials);
  for (let i = 0; i < 24; i++) cases.push(await booked());
});
after(() => day.close());

test('thirty cases, by keys alone', async () => {
  const caller = await booked('ecpf-a1', named('Olga'));
  for (let i = 0; i < 10; i++) await day.ordinary(cases[i], { method: i % 2 === 0 ? 'd' : 'P' });
  await day.ordinary(cases[10], { during: day.phoneCall(caller) });
  for (let i = 0; i < 2; i++) await day.walkIn();
  await day.wrongDocument(cases[11]);
  const company = await booked('ecnpj-a1', named('Sonia'), threePeopleCompany());
  done('agent1', 'pay', company.code, '--method', 'transfer');
  await day.threeSigners(company);
  await day.spoiledToken(await booked('ecpf-a3'), serials);
  for (let i = 12; i < 24; i++) await day.ordinary(cases[i], { method: i % 3 === 0 ? 'd' : 'P' });
  await day.walkIn();
  await day.ordinary(caller);
  assert.equal(day.counts.length, 30);
});

test('at most 40 keys a case beyond what is data', () => {
  const keys = day.counts.map((one) => one.keys);
  console.log(`teclas por caso: ${Math.min(...keys)} a ${Math.max(...keys)}, em média ${(keys.reduce((a, b) => a + b) / keys.length).toFixed(1)}`);
  for (const one of day.counts) assert.ok(one.keys <= 40, JSON.stringify(one));
});

test('the day closes with zero difference: cash as counted here, tokens as in the drawer', async () => {
  await day.closeDay(day.cash, serials);
  const facts = done('agent1', 'day', 'show');
  assert.equal(facts.served, 30);
  for (const list of ['open', 'absent', 'unverified', 'bounced']) assert.deepEqual(facts[list], [], list);
  assert.equal(facts.closings.at(-1).difference_cents, 0);
  const { content } = office('auditor', 'GET', '/api/office/day/closing').json;
  assert.match(content, /Diferença de tokens: nenhuma[\s\S]*Diferença: R\$ 0,00/);
  assert.match(content, /Tokens na casa: 4, com defeito: 1/);
});
