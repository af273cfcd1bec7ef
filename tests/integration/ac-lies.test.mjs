// SPDX-License-Identifier: GPL-3.0-or-later
// An AC that returns another key, another name or another profile: refused in certConf, revoked by the AC, never
// delivered, told to everybody who has to know.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { api, attend, cli, done, home, mail, makeCsr, order, port, readyByKey, sql, validate, verify } from '../support/office.mjs';
import { sendCsr } from '../support/thief.mjs';

const fault = path.join(home, 'ca/fault');

function lie(word) {
  const owner = fs.statSync(path.join(home, 'ca'));
  fs.writeFileSync(fault, word);
  fs.chownSync(fault, owner.uid, owner.gid);
}

const metric = async () => {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^guiche_certificates_refused_total (\d+)/m.exec(text)?.[1] ?? -1);
};

const tickets = () => done('agent1', 'tasks').tasks.filter((task) => task.kind === 'ac_ticket');
const revoked = () => fs.readdirSync(path.join(home, 'ca/revoked')).length;

// Others' lies would keep the service degraded, and the office told.
function closeTickets() {
  for (const task of tickets()) done('agent1', 'task', 'close', String(task.id), '--outcome', 'chamado aberto na AC');
}

before(closeTickets);
after(() => {
  fs.rmSync(fault, { force: true });
  closeTickets();
});

for (const word of ['key', 'name', 'profile']) {
  test(`another ${word}: rejected to the AC, never delivered, an alarm for each who watches`, async () => {
    const before = await metric();
    const revokedBefore = revoked();
    const kase = await readyByKey();
    lie(word);
    const answer = await sendCsr(kase, kase.csr);
    fs.rmSync(fault);
    assert.ok(answer.status >= 400, answer.text);
    assert.doesNotMatch(answer.text, /BEGIN CERTIFICATE/);
    assert.equal(answer.json.reason, 'certificate-mismatch', answer.text);
    assert.equal(done('agent1', 'show', kase.code).states.issuance, 'failed');
    assert.notEqual((await api('GET', `/api/orders/${kase.code}/certificate`, { token: kase.token })).status, 200);
    assert.equal(sql(`select count(*) from issuance i join orders o on o.id = i.order_id
      where o.code = '${kase.code}' and i.certificate is not null`), '0');
    assert.equal(revoked(), revokedBefore + 1, 'the AC heard the refusal and revoked it');
    assert.equal(await metric(), before + 1);
    const health = await (await fetch(`http://127.0.0.1:${port}/healthz`)).json();
    assert.equal(health.parts.certificates.status, 'degraded');
    const mine = tickets().filter((task) => task.order === kase.code);
    assert.equal(mine.length, 1);
    assert.equal(sql(`select count(*) from event e join orders o on o.id = e.order_id
      where o.code = '${kase.code}' and e.code = 'CERT_MISMATCH'`), '1');
    const told = new RegExp(`Pedido: ${kase.code}`);
    await mail('atendimento@ar.example', told);
    assert.equal(sql(`select count(*) from outbox where kind = 'office_alarm' and message->>'order' = '${kase.code}'`), '1',
      'the office is told once');
    // The same key again is refused for this attempt too.
    assert.ok((await sendCsr(kase, kase.csr)).status >= 400);
    done('agent1', 'task', 'close', String(mine[0].id), '--outcome', 'chamado aberto na AC');
  });
}

describe('after a lie', () => {
  let kase;

  before(async () => {
    kase = await readyByKey();
    lie('name');
    assert.equal((await sendCsr(kase, kase.csr)).json.reason, 'certificate-mismatch');
    fs.rmSync(fault);
  });

  test('the same order goes on with a new attempt and another key, and ends well', async () => {
    const { csr } = makeCsr();
    done('agent2', 'return', kase.code, '--reason', 'a AC devolveu outro certificado');
    validate(kase.code, { csr });
    verify(kase.code);
    const old = await sendCsr(kase, kase.csr);
    assert.deepEqual([old.status, old.json.reason], [409, 'binding-mismatch'], old.text);
    const answer = await sendCsr(kase, csr);
    assert.equal(answer.status, 200, answer.text);
    const shown = done('agent1', 'show', kase.code);
    assert.equal(shown.states.issuance, 'delivered');
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
