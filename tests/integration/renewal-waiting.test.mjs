// SPDX-License-Identifier: GPL-3.0-or-later
// A renewal between the holder's signature and the certificate: where agents find it, what its holder is told, and how it
// ends with the certificate that signed it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { api, cli, cliPath, done, home, identify, mail, makeCsr, officeUrl, person, readyByKey, scratch, sql, uniqueWord } from '../support/office.mjs';
import { sendCsr } from '../support/thief.mjs';

async function signed(product = 'ecpf-a3') {
  const old = await readyByKey(product, person({ name: `${uniqueWord()} ${uniqueWord()}` }));
  const answer = await sendCsr(old, old.csr);
  assert.equal(answer.status, 200, answer.text);
  const file = path.join(scratch(), 'titular.pem');
  fs.writeFileSync(file, fs.readFileSync(old.key, 'utf8') + answer.json.certificate + answer.json.chain, { mode: 0o600 });
  const { csr } = makeCsr();
  const { order: code, token } = done(null, 'renew', '--key', file, '--csr', csr);
  return { old, code, token, csr, file };
}

const inbox = () => done('agent1', 'queue').inbox;
const waiting = (code) => inbox().find((item) => item.order === code);
const steps = (code) => done('agent1', 'show', code).next.map((step) => step.id);
const page = async ({ code, token }) => (await api('GET', `/pedido/${code}`, { headers: { Cookie: `guiche_pedido=${token}`, Accept: 'text/html' } })).text;
const asRead = (...words) => spawnSync(cliPath, ['--server', officeUrl, '--identity', path.join(home, 'identities/agent1.pem'), '--home', home, ...words],
  { encoding: 'utf8' }).stdout;

describe('a signed renewal', () => {
  let kase;
  before(async () => { kase = await signed(); });

  test('waits where agents look, oldest first, and is said to be a renewal', () => {
    const item = waiting(kase.code);
    assert.deepEqual([item.kind, item.product, typeof item.since], ['renewal', 'ecpf-a3', 'string']);
    const since = inbox().map((one) => Date.parse(one.since));
    assert.deepEqual(since, [...since].sort((left, right) => left - right));
    assert.match(asRead('queue'), new RegExp(`Aguardam um agente[^]*${kase.code}.*renovação assinada pelo titular: conferir e validar`));
  });

  test('its holder is told to wait for an agent and to pay, never to come', async () => {
    assert.deepEqual(steps(kase.code), ['confirm-email', 'wait-agent', 'pay']);
    const text = await page(kase);
    assert.match(text, /um agente confere as bases e assina; você não precisa vir/);
    assert.match(text, /Falta o pagamento: combine com o atendimento/);
    assert.doesNotMatch(text, /Escolha o dia|no balcão|Escolher o horário|Ver os horários/);
    const told = await mail(kase.old.holder.email, new RegExp(`código do pedido: ${kase.code}[^]*Para acompanhar`, 'i'));
    assert.match(told.text, /não pede que você venha/);
    assert.doesNotMatch(told.text, /Para marcar/);
  });

  test('a fraud of its certificate names it and ends it, validated or not', async () => {
    identify(kase.code);
    done('agent1', 'validate', kase.code);
    assert.equal(waiting(kase.code), undefined, 'nobody has to confer it again');
    assert.ok(steps(kase.code).includes('emit'));
    const ready = await mail(kase.old.holder.email, new RegExp(`Um agente conferiu a sua renovação, pedido ${kase.code}`));
    assert.match(ready.text, new RegExp(`/renovar[^]*ra-cli issue ${kase.code}`));
    const report = done('agent1', 'fraud', 'report', kase.old.code, '--kind', 'attempt', '--description', 'A pessoa não é quem diz ser.');
    assert.deepEqual(report.renewals, [kase.code]);
    assert.deepEqual(steps(kase.code), ['renewal-ended']);
    const text = await page(kase);
    assert.match(text, /A renovação terminou sem certificado: o certificado que a assinou foi revogado/);
    assert.doesNotMatch(text, /Termine a renovação|Escolher o horário/);
    assert.notEqual((await sendCsr(kase, kase.csr)).status, 200);
  });
});

test('a revocation names the renewals that end with it, and no agent validates nor verifies them', async () => {
  const kase = await signed();
  identify(kase.code);
  const revoked = done('agent1', 'revoke', kase.old.code, '--reason', '1');
  assert.deepEqual(revoked.renewals, [kase.code]);
  assert.equal(waiting(kase.code), undefined);
  assert.deepEqual(steps(kase.code), ['renewal-ended']);
  const run = cli('agent1', 'validate', kase.code);
  assert.deepEqual([run.status !== 0, run.json.reason], [true, 'renewal-ended'], run.stdout);
  // No renewal waits for a second agent today; a rule that wanted two would give him the same answer.
  sql(`update orders set identification_state = 'validated' where code = '${kase.code}'`);
  const second = cli('agent2', 'verify', kase.code);
  assert.deepEqual([second.status !== 0, second.json.reason], [true, 'renewal-ended'], second.stdout);
});

test('its holder, who revokes by its key, hears which renewals end too', async () => {
  const kase = await signed();
  const word = done(null, 'revoke', kase.old.code, '--reason', '4', '--key', kase.file);
  assert.deepEqual([word.state, word.renewals], ['requested', [kase.code]]);
  assert.deepEqual(steps(kase.code), ['renewal-ended']);
});
