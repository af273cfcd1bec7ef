// SPDX-License-Identifier: GPL-3.0-or-later
// The AC from outside: OpenSSL's own CMP client against the homologation AC, and the portal's way, where people carry
// files between the AR and an AC that has no CMP. OpenSSL plays the AC's clerk there.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { certificate } from '../support/der.mjs';
import { api, cli, clockOffset, done, home, openssl, person, port, readyByKey, scratch, sql } from '../support/office.mjs';
import { sendCsr } from '../support/thief.mjs';

const folder = scratch();
const ra = path.join(home, 'signer/conf/ra.pem');
const holder = person();
let modelFile; // a certificate that the AC made for this holder
let model;

function cmp(...words) {
  return spawnSync('openssl', ['cmp', '-server', `127.0.0.1:${port + 2}`, '-path', '.well-known/cmp', '-proxy', '', '-cert', ra,
    '-key', ra, '-extracerts', ra, '-trusted', path.join(home, 'ca/public/ac-anchors.pem'), '-config', '', '-batch', ...words],
  { encoding: 'utf8' });
}

function expectDone(run) {
  assert.equal(run.status, 0, `${run.stdout}${run.stderr}`);
}

const modelName = () => openssl('x509', '-in', modelFile, '-noout', '-subject', '-nameopt', 'compat').trim().replace(/^subject=/, '');

// PKCS#10 by this key with subject and extensions of the model, as a clerk would type them in.
function requestLike(key, { subject } = {}) {
  const conf = path.join(folder, 'pedido.cnf');
  const name = subject ?? modelName();
  const der = (id) => `DER:${model.extensions[id].value.whole.toString('hex')}`;
  fs.writeFileSync(conf, `[req]
distinguished_name = dn
req_extensions = ext
string_mask = default
[dn]
[ext]
subjectAltName = ${der('2.5.29.17')}
certificatePolicies = ${der('2.5.29.32')}
keyUsage = critical, ${der('2.5.29.15')}
extendedKeyUsage = ${der('2.5.29.37')}
basicConstraints = ${der('2.5.29.19')}
`);
  const out = path.join(folder, `pedido-${Math.random()}.pem`);
  openssl('req', '-new', '-key', key, '-config', conf, '-subj', name, '-sha256', '-out', out);
  return out;
}

function clerk(csr) {
  const out = path.join(folder, `feito-${Math.random()}.pem`);
  expectDone(cmp('-cmd', 'p10cr', '-csr', csr, '-certout', out));
  return out;
}

function bundle(...certificates) {
  const out = path.join(folder, `resposta-${Math.random()}.p7b`);
  openssl('crl2pkcs7', '-nocrl', ...certificates.flatMap((file) => ['-certfile', file]), '-certfile',
    path.join(home, 'ca/public/ac-chain.pem'), '-outform', 'DER', '-out', out);
  return out;
}

const signerConf = path.join(home, 'signer/conf/signer.conf');
const conf = fs.readFileSync(signerConf, 'utf8');

// Asked once: sendCsr would wait for the AC.
const ask = (kase) => api('POST', `/api/orders/${kase.code}/csr`, { body: { csr: fs.readFileSync(kase.csr, 'utf8'), proofs: {} } });

async function useDriver(word) {
  fs.writeFileSync(signerConf, word === 'cmp' ? conf : `${conf}ac_driver = ${word}\n`);
  const log = path.join(home, 'log/signer.log');
  const told = () => fs.readFileSync(log, 'utf8').split('\n').filter((line) => line.includes('"reloaded"')).length;
  const times = told();
  process.kill(Number(fs.readFileSync(path.join(home, 'pids/signer'), 'utf8')), 'SIGHUP');
  for (let tries = 0; tries < 100 && told() === times; tries++) await new Promise((resolve) => { setTimeout(resolve, 50); });
  assert.ok(told() > times, 'the signer read its files again');
}

before(async () => {
  const kase = await readyByKey('ecpf-a1', holder);
  const issued = await sendCsr(kase, kase.csr);
  assert.equal(issued.status, 200, issued.text);
  modelFile = path.join(folder, 'modelo.pem');
  fs.writeFileSync(modelFile, issued.json.certificate);
  model = certificate(issued.json.certificate);
});

describe('issue 5, 6: openssl cmp against the homologation AC', { skip: clockOffset() !== 0 && 'OpenSSL reads the machine\'s clock' }, () => {
  test('p10cr gives a certificate, rr revokes it', () => {
    const key = path.join(folder, 'avulsa.key');
    openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', key);
    const made = clerk(requestLike(key));
    assert.equal(certificate(fs.readFileSync(made, 'utf8')).subject.join(), model.subject.join());
    expectDone(cmp('-cmd', 'rr', '-oldcert', made, '-revreason', '4'));
  });

  test('openssl ocsp hears good, then revoked, from a responder that the issuer named', () => {
    const key = path.join(folder, 'consultada.key');
    openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', key);
    const made = clerk(requestLike(key));
    const ask = () => openssl('ocsp', '-issuer', path.join(home, 'ca/public/tiss.pem'), '-cert', made, '-url',
      openssl('x509', '-in', made, '-noout', '-ocsp_uri').trim(), '-CAfile', path.join(home, 'ca/public/ac-anchors.pem'),
      '-verify_other', path.join(home, 'ca/public/intermediates.pem'));
    assert.match(ask(), /: good/);
    expectDone(cmp('-cmd', 'rr', '-oldcert', made, '-revreason', '1'));
    assert.match(ask(), /: revoked[\s\S]*keyCompromise/);
  });

  test('ir by a template, the key proved by its holder or by the AR, gives a certificate too', () => {
    for (const proof of ['0', '1']) { // raVerified; signature
      const key = path.join(folder, `ir-${proof}.key`);
      openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', key);
      requestLike(key); // writes the extensions as OpenSSL reads them
      const out = path.join(folder, `ir-${proof}.pem`);
      expectDone(cmp('-cmd', 'ir', '-newkey', key, '-popo', proof, '-subject', modelName(), '-reqexts', 'ext', '-config',
        path.join(folder, 'pedido.cnf'), '-certout', out));
      const made = certificate(fs.readFileSync(out, 'utf8'));
      assert.equal(made.subject.join(), model.subject.join());
      assert.equal(openssl('x509', '-in', out, '-noout', '-pubkey'), openssl('pkey', '-in', key, '-pubout'));
    }
  });

  test('ir with a template of its own is refused by the AC in a protected message', () => {
    const key = path.join(folder, 'outra.key');
    openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', key);
    const run = cmp('-cmd', 'ir', '-newkey', key, '-subject', '/CN=qualquer', '-certout', path.join(folder, 'nada.pem'));
    assert.notEqual(run.status, 0);
    assert.match(`${run.stdout}${run.stderr}`, /rejection/);
  });
});

describe('issue 5, 6: an AC with a portal', () => {
  let kase;

  before(async () => { await useDriver('portal'); });
  after(async () => { await useDriver('cmp'); });

  test('an approved order waits; its PKCS#10 can be taken to the portal', async () => {
    kase = await readyByKey('ecpf-a1', holder);
    const asked = await ask(kase);
    assert.equal(asked.status, 202, asked.text);
    assert.equal(asked.json.state, 'sent');
    assert.ok(done('agent1', 'ac', 'pending').items.some((one) => one.order === kase.code));
    const out = path.join(folder, 'pedido.p10');
    done('agent1', 'ac', 'request', kase.code, '-o', out);
    const key = (file) => openssl('req', '-in', file, '-noout', '-pubkey');
    assert.equal(key(out), key(kase.csr));
  });

  test('a file without its certificate changes nothing; rubbish is no file', async () => {
    const other = cli('agent1', 'ac', 'answer', bundle(modelFile));
    assert.equal(other.status, 1, JSON.stringify(other.json));
    const rubbish = path.join(folder, 'erro.html');
    fs.writeFileSync(rubbish, '<html>sessão expirada</html>');
    assert.equal(cli('agent1', 'ac', 'answer', rubbish).status, 1);
    assert.equal((await ask(kase)).status, 202);
  });

  test('the file with it ends the wait, found by the key, judged as any other', async () => {
    const made = clerk(requestLike(kase.key));
    const told = done('agent2', 'ac', 'answer', bundle(modelFile, made));
    assert.deepEqual(told.items, [{ order: kase.code, state: 'issued', reason: '' }]);
    const got = await api('GET', `/api/orders/${kase.code}/certificate`, { token: kase.token });
    assert.equal(got.status, 200);
    assert.deepEqual(certificate(got.json.certificate).der, certificate(fs.readFileSync(made, 'utf8')).der);
    assert.ok(!done('agent1', 'ac', 'pending').items.some((one) => one.order === kase.code));
  });

  test('a revocation made at the portal is over when the CRL says so, and nobody has to report it', async () => {
    const told = done('agent1', 'revoke', kase.code, '--reason', '1');
    assert.equal(told.state, 'requested');
    const file = path.join(folder, 'revogado.pem');
    fs.writeFileSync(file, (await api('GET', `/api/orders/${kase.code}/certificate`, { token: kase.token })).json.certificate);
    assert.equal(done('agent1', 'show', kase.code).states.issuance, 'revocation_requested');
    expectDone(cmp('-cmd', 'rr', '-oldcert', file, '-revreason', '4')); // the clerk chose another reason
    let state;
    for (let tries = 0; tries < 200 && state !== 'revoked'; tries++) {
      state = done('agent1', 'show', kase.code).states.issuance;
      if (state !== 'revoked') await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    assert.equal(state, 'revoked');
    assert.equal(sql(`select r.reason || ' ' || (r.executed_at is not null)::text || ' ' || length(r.crl_sha256) from revocation r
      join orders o on o.id = r.order_id where o.code = '${kase.code}'`), '4 true 32');
    assert.equal(sql(`select count(*) from document d join orders o on o.id = d.order_id
      where o.code = '${kase.code}' and d.part = 'annex' and 'revocation_crl' in (d.kind, d.item)`), '1');
  });

  test('a certificate for the key that is not the one approved is never delivered', async () => {
    const wrong = await readyByKey('ecpf-a1', person());
    assert.equal((await ask(wrong)).status, 202);
    const told = done('agent1', 'ac', 'answer', bundle(clerk(requestLike(wrong.key))));
    assert.deepEqual(told.items, [{ order: wrong.code, state: 'refused', reason: 'certificate-mismatch' }]);
    assert.equal(done('agent1', 'show', wrong.code).states.issuance, 'failed');
    assert.notEqual((await api('GET', `/api/orders/${wrong.code}/certificate`, { token: wrong.token })).status, 200);
    // Its ticket degrades the service until somebody closes it; the next file of tests finds the house in order.
    const ticket = done('agent1', 'tasks').tasks.find((one) => one.order === wrong.code);
    done('agent1', 'task', 'close', String(ticket.id), '--outcome', 'chamado aberto na AC');
  });
});
