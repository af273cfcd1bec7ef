// SPDX-License-Identifier: GPL-3.0-or-later
// "Find my certificates" (issue 5 part 8): for their holder alone, by the code that is mailed to the address on file or by a
// signature of a valid certificate; nobody learns whether a CPF has any.
import assert from 'node:assert/strict';
import { createPrivateKey, sign } from 'node:crypto';
import fs from 'node:fs';
import { before, describe, test } from 'node:test';

import { api, company, cpf, done, mail, makeCsr, order, person, readyByKey, signedMoment, sql } from '../support/office.mjs';
import { sendCsr } from '../support/thief.mjs';

const { instance } = (await api('GET', '/api/revocation')).json;

async function issue(product, holder, extra = {}) {
  const kase = await readyByKey(product, holder, extra);
  const answer = await sendCsr(kase, kase.csr);
  assert.equal(answer.status, 200, answer.text);
  return { ...kase, ...answer.json };
}

function signed(kase, { key = kase.key, at = signedMoment(), on = instance } = {}) {
  const message = Buffer.from(`guiche-certificates-v1\0${on}\0${at}\0`);
  return api('POST', '/api/certificates', { body: { certificate: kase.certificate, issued_at: at,
    signature: sign('sha256', message, createPrivateKey(fs.readFileSync(key))).toString('base64') } });
}

const codes = (answer) => answer.json.certificates.map((one) => one.order).sort();

describe('8 find my certificates', () => {
  const holder = person();
  let own, elsewhere, firm;
  before(async () => {
    own = await issue('ecpf-a1', holder);
    elsewhere = await issue('ecpf-a3', { ...holder, email: person().email });
    firm = await issue('ecnpj-a1', { ...holder, email: person().email }, { company: company() });
    await order('ecpf-a1', holder); // no certificate yet
    for (let i = 0; i < 100 && sql(`select count(*) from expiry e join orders o on o.id = e.order_id where o.code = '${firm.code}'`) === '0'; i++)
      await new Promise((resolve) => { setTimeout(resolve, 100); });
  });

  test('by the code of the mail: the certificates of the orders with that address; nothing without it', async () => {
    for (const token of [undefined, 'x'.repeat(43)]) {
      const answer = await api('GET', '/api/certificates', { token });
      assert.deepEqual([answer.status, answer.json.certificates], [401, undefined], answer.text);
    }
    const [known, unknown] = [await api('POST', '/api/login', { body: { cpf: holder.cpf } }), await api('POST', '/api/login', { body: { cpf: cpf() } })];
    assert.deepEqual([known.status, known.json], [unknown.status, unknown.json], 'the same words whether the CPF exists or not');
    const { found } = await mail(holder.email, /c[óo]digo[^0-9]{0,80}(\d{3} ?\d{3})/i);
    const entered = await api('POST', '/api/login/code', { body: { cpf: holder.cpf, code: found[1] } });
    const list = await api('GET', '/api/certificates', { token: entered.json.token });
    assert.equal(list.status, 200, list.text);
    assert.deepEqual(codes(list), [own.code], 'not those of other addresses, nor orders without a certificate');
    const [{ from, until, ...rest }] = list.json.certificates;
    assert.deepEqual(rest, { order: own.code, product: 'e-CPF A1', media: 'software', serial: own.serial, state: 'valid' });
    assert.ok(Date.parse(until) - Date.parse(from) > 360 * 86400e3);
    const headers = { Cookie: entered.headers.get('set-cookie').split(';')[0], Accept: 'text/html' };
    const page = await api('GET', '/certificados', { headers });
    assert.match(page.text, new RegExp(`${own.code}[^]*Válido[^]*/revogar\\?pedido=${own.code}`));
    assert.ok(!page.text.includes(elsewhere.code));
    assert.match((await api('GET', '/certificados', { headers: { Accept: 'text/html' } })).text, /Só o titular vê/);
  });

  test('a signed request opens the list once', async () => {
    const at = signedMoment();
    const answers = [await signed(own, { at }), await signed(own, { at })];
    assert.deepEqual(answers.map(({ status }) => status), [200, 422], answers[1].text);
    assert.equal(answers[1].json.reason, 'proof-certificates');
  });

  test('by a signature with a valid certificate: all of that person; a company\'s speaks for the company', async () => {
    assert.deepEqual(codes(await signed(own)), [own.code, elsewhere.code, firm.code].sort());
    assert.deepEqual(codes(await signed(firm)), [firm.code]);
  });

  test('forged, old, of another instance, unknown or revoked: refused by the same words', async () => {
    const other = makeCsr();
    const stranger = { ...own, certificate: fs.readFileSync(new URL('../../pki/vectors/lint/zero_cpf.der', import.meta.url)).toString('base64').replace(/^/, '-----BEGIN CERTIFICATE-----\n').concat('\n-----END CERTIFICATE-----\n') };
    done('agent1', 'revoke', elsewhere.code, '--reason', '1');
    const answers = [await signed(own, { key: other.key }), await signed(own, { at: signedMoment() - 3600 }), await signed(own, { on: 'f'.repeat(32) }),
      await signed(stranger), await signed(elsewhere)];
    for (const { status, json } of answers) assert.deepEqual([status, json.reason, json.detail], [422, 'proof-certificates', answers[0].json.detail]);
    const states = (await signed(own)).json.certificates.filter((one) => one.order === elsewhere.code).map((one) => one.state);
    assert.ok(['revoking', 'revoked'].includes(states[0]), states[0]);
  });
});
