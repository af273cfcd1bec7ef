// SPDX-License-Identifier: GPL-3.0-or-later
// An AC that returns another key, another name, another profile, another time or an authority that is over: refused in
// certConf, revoked by the AC, never delivered, told to everybody who has to know. An AC that says it twice, says
// garbage, or an old word again: not believed, asked once more, and there is one certificate. How it is late, or dies
// in mid-sentence, is lifecycle.test.mjs's.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { certificate } from '../support/der.mjs';
import { ask, closeTickets, drawer, endedWell, events, issuanceOf, journaled, lie, madeFor, nothingDelivered, tickets,
  truth } from '../support/lying-ac.mjs';
import { api, attend, cli, done, home, mail, makeCsr, order, port, readyByKey, sql, validate, verify } from '../support/office.mjs';
import { sendCsr } from '../support/thief.mjs';

const metric = async () => {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^guiche_certificates_refused_total (\d+)/m.exec(text)?.[1] ?? -1);
};

// What the signer said of the case, with the level of an alarm.
const findings = (kase) => fs.readFileSync(path.join(home, 'log/signer.log'), 'utf8').split('\n')
  .filter((line) => line.includes(kase.code) && line.includes('"certificate-mismatch"')).map((line) => JSON.parse(line))
  .filter((one) => one.level === 'alarm').map((one) => one.finding);

// Everybody who watches was told of a wrong certificate, once.
async function alarmed(kase) {
  assert.equal(tickets(kase).length, 1, 'a task for the office');
  assert.equal(events(kase).match(/CERT_MISMATCH/g)?.length, 1, events(kase));
  await mail('atendimento@ar.example', new RegExp(`Pedido: ${kase.code}`));
  assert.equal(sql(`select count(*) from outbox where kind = 'office_alarm' and message->>'order' = '${kase.code}'`), '1',
    'the office is told once');
}

// Others' lies would keep the service degraded, and the office told.
before(() => closeTickets());
after(() => {
  truth();
  closeTickets();
});

// What the signer must have found, beside the end that it heard from the AC.
const wrong = [
  ['another key', ['key'], 'certificate-key'],
  ['another name', ['name'], 'common-name'],
  ['another profile', ['profile'], 'policy'],
  ['a certificate that is over before it begins', ['validity'], 'certificate-path'],
  ['an authority of the right name that is over', ['issuer-over'], 'certificate-path'],
  ['another name at the end of a wait', ['wait once', 'name'], 'common-name'],
];

for (const [what, lines, finding] of wrong) {
  test(`${what}: rejected to the AC, never delivered, an alarm for each who watches`, async () => {
    const counted = await metric();
    const kase = await readyByKey();
    const before = drawer();
    lie(...lines);
    const answer = await ask(kase);
    truth();
    assert.equal(answer.status, 502, answer.text);
    assert.equal(answer.json.reason, 'certificate-mismatch', answer.text);
    assert.doesNotMatch(answer.text, /BEGIN CERTIFICATE/);
    assert.equal(issuanceOf(kase), 'failed');
    await nothingDelivered(kase);
    assert.deepEqual(drawer(before).map((one) => one.stands), [false], 'one was made, and the AC heard the refusal and revoked it');
    assert.equal(journaled(kase), 'mismatch');
    assert.equal(await metric(), counted + 1);
    const health = await (await fetch(`http://127.0.0.1:${port}/healthz`)).json();
    assert.equal(health.parts.certificates.status, 'degraded');
    await alarmed(kase);
    assert.ok(findings(kase).includes(finding), findings(kase).join());
    assert.equal(findings(kase).at(-1), 'refused');
    // The same key again is refused for this attempt too: by its name, and without a second alarm.
    assert.equal((await ask(kase)).json.reason, 'certificate-mismatch');
    assert.equal(events(kase), 'CERT_REQUESTED CERT_REQUEST_REFUSED CERT_MISMATCH');
    assert.equal(await metric(), counted + 1);
    closeTickets(kase);
  });
}

describe('after a lie', () => {
  let kase;

  before(async () => {
    kase = await readyByKey();
    lie('name');
    assert.equal((await ask(kase)).json.reason, 'certificate-mismatch');
    truth();
  });

  test('the same order goes on with a new attempt and another key, and ends well', async () => {
    const { csr } = makeCsr();
    done('agent2', 'return', kase.code, '--reason', 'a AC devolveu outro certificado');
    validate(kase.code, { csr });
    verify(kase.code);
    const old = await sendCsr(kase, kase.csr);
    assert.deepEqual([old.status, old.json.reason], [409, 'binding-mismatch'], old.text);
    endedWell({ ...kase, csr }, await sendCsr(kase, csr));
    assert.equal(sql(`select string_agg(i.attempt || ':' || i.state, ' ' order by i.attempt) from issuance i
      join orders o on o.id = i.order_id where o.code = '${kase.code}'`), '1:refused 2:issued');
  });

  test('the key of the attempt that failed is refused in another order, by the name of its rule', async () => {
    const other = await order('ecpf-a1');
    attend(other.code);
    const told = cli('agent1', 'validate', other.code, '--bind-csr', kase.csr);
    assert.equal(told.status, 1, told.stdout);
    assert.equal(told.json.reason, 'key-already-used', told.stdout);
  });
});

// Each on one and the same order, one after the other: nothing is believed, nothing is delivered, nothing is made twice.
const unbelieved = {
  'the answer to the request': { made: 1, lines: [['ip garbage'], ['ip truncated'], ['ip oversized'], ['ip empty'], ['ip html'],
    ['ip cut'], ['ip replay'], ['ip twice'], ['signer-over']] },
  'the answer to the confirmation': { made: 1, lines: [['pkiconf garbage'], ['pkiconf truncated'], ['pkiconf oversized'],
    ['pkiconf empty'], ['pkiconf html'], ['pkiconf cut'], ['pkiconf replay'], ['pkiconf twice'], ['ip replay']] },
  'the answer to a poll': { made: 0, lines: [['wait', 'pollrep garbage'], ['wait', 'pollrep truncated'], ['wait', 'pollrep html'],
    ['wait', 'pollrep cut'], ['wait', 'pollrep replay'], ['wait', 'pollrep twice']] },
};

for (const [where, { made, lines }] of Object.entries(unbelieved)) {
  test(`garbage, a page, a cut, a word of before, over and over, as ${where}: unknown, and then one certificate`, async () => {
    const kase = await readyByKey();
    for (const lies of lines) {
      lie(...lies);
      const answer = await ask(kase);
      assert.deepEqual([answer.status, answer.json.state], [202, 'unknown'], `${lies}: ${answer.text}`);
      assert.ok(answer.json.retry_after_s > 0 && answer.json.poll, answer.text);
      assert.equal(issuanceOf(kase), 'unknown', lies.join());
      await nothingDelivered(kase);
      assert.equal(madeFor(kase).length, made, lies.join());
    }
    assert.ok(['unknown', 'issued'].includes(journaled(kase)), journaled(kase));
    assert.equal(events(kase), 'CERT_REQUESTED CERT_UNKNOWN', 'told once, however often');
    truth();
    endedWell(kase, await sendCsr(kase, kase.csr));
    assert.deepEqual(tickets(kase), [], 'nobody was given a wrong certificate: nobody is alarmed');
  });
}

test('a wait without an end is asked about within the hour; a poll in between ends it', async () => {
  const kase = await readyByKey();
  lie('wait forever');
  const answer = await ask(kase);
  assert.deepEqual([answer.status, answer.json.state, answer.json.retry_after_s], [202, 'sent', 3600], answer.text);
  assert.equal(issuanceOf(kase), 'requested');
  assert.equal(sql(`select i.ask_after <= now() + interval '61 minutes' from issuance i join orders o on o.id = i.order_id
    where o.code = '${kase.code}'`), 't');
  lie('wait once');
  endedWell(kase, await sendCsr(kase, kase.csr));
  truth();
});

test('an authority\'s certificate that is over beside a right one, the true message called a page: neither harms', async () => {
  const kase = await readyByKey();
  lie('chain-over', 'ip untyped');
  const answer = await ask(kase);
  truth();
  endedWell(kase, answer);
  const chain = answer.json.chain.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g).map(certificate);
  for (const one of chain) assert.ok(one.notAfter > certificate(answer.json.certificate).notAfter, 'the chain we know, not the one sent');
});

test('a wrong certificate whose refusal is not acknowledged: the alarm comes at once and once, the refusal goes on', async () => {
  const kase = await readyByKey();
  lie('name', 'pkiconf garbage');
  const answer = await ask(kase);
  assert.deepEqual([answer.status, answer.json.state], [202, 'unknown'], answer.text);
  await nothingDelivered(kase);
  await alarmed(kase);
  lie('name', 'pkiconf cut');
  assert.equal((await ask(kase)).json.reason, 'certificate-mismatch', 'the AC says that it has revoked it');
  truth();
  assert.equal(issuanceOf(kase), 'failed');
  assert.deepEqual(madeFor(kase).map((one) => one.stands), [false]);
  assert.equal(journaled(kase), 'mismatch');
  assert.equal(events(kase), 'CERT_REQUESTED CERT_MISMATCH CERT_UNKNOWN CERT_REQUEST_REFUSED');
  await alarmed(kase);
  closeTickets(kase);
});

test('a second certificate for one transaction: neither is delivered, both are revoked, and the order goes on', async () => {
  const kase = await readyByKey();
  lie('pkiconf cut');
  assert.equal((await ask(kase)).json.state, 'unknown');
  assert.deepEqual(madeFor(kase).map((one) => one.stands), [true]);
  lie('second');
  const answer = await ask(kase);
  truth();
  assert.equal(answer.json.reason, 'certificate-mismatch', answer.text);
  await nothingDelivered(kase);
  assert.equal(issuanceOf(kase), 'failed');
  assert.deepEqual(madeFor(kase).map((one) => one.stands), [false, false]);
  assert.deepEqual(findings(kase), ['second-certificate', 'first-revoked', 'refused']);
  assert.equal(journaled(kase), 'mismatch');
  await alarmed(kase);
  closeTickets(kase);
  const { csr } = makeCsr();
  done('agent2', 'return', kase.code, '--reason', 'a AC fez dois certificados');
  validate(kase.code, { csr });
  verify(kase.code);
  endedWell({ ...kase, csr }, await sendCsr(kase, csr));
});

test('a second certificate while the AC does not answer to the revocation of the first: unknown until it does', async () => {
  const kase = await readyByKey();
  lie('pkiconf cut');
  assert.equal((await ask(kase)).json.state, 'unknown');
  lie('second', 'rp garbage');
  assert.equal((await ask(kase)).json.state, 'unknown');
  await nothingDelivered(kase);
  truth();
  assert.equal((await sendCsr(kase, kase.csr)).json.reason, 'certificate-mismatch');
  assert.deepEqual(madeFor(kase).map((one) => one.stands), [false, false]);
  await alarmed(kase);
  closeTickets(kase);
});

test('a certificate that was found to differ when it came is refused at each asking, and told once', async () => {
  const kase = await readyByKey();
  done('agent1', 'issue', kase.code, '--csr', kase.csr);
  sql(`update issuance set reason = 'certificate-mismatch' where order_id = (select id from orders where code = '${kase.code}')`);
  const told = events(kase);
  for (let times = 0; times < 2; times++) {
    const answer = await api('GET', `/api/orders/${kase.code}/certificate`, { token: kase.token });
    assert.equal(answer.json.reason, 'certificate-mismatch', answer.text);
  }
  assert.equal(events(kase), told);
});
