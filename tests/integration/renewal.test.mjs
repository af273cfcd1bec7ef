// SPDX-License-Identifier: GPL-3.0-or-later
// Renewal (issue 5 part 8; protocol 2, binding `renewal`; identification-rules 5.2): the holder signs with a valid
// certificate that the norm accepts, one agent answers for the consultations, and nobody else gets a certificate so.
import assert from 'node:assert/strict';
import { X509Certificate, createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { api, cli, cliPath, clockOffset, company, done, home, identify, mail, makeCsr, openssl, person, publicUrl, readyByKey, scratch, signedMoment, sql } from '../support/office.mjs';
import { certificate } from '../support/der.mjs';
import { certifiedKeys, sendCsr } from '../support/thief.mjs';

const { instance } = (await api('GET', '/api/revocation')).json;
const now = () => Math.floor(Date.now() / 1000) + clockOffset();

async function issue(product, holder = person(), extra = {}) {
  const kase = await readyByKey(product, holder, extra);
  const answer = await sendCsr(kase, kase.csr);
  assert.equal(answer.status, 200, answer.text);
  const file = path.join(scratch(), 'titular.pem');
  fs.writeFileSync(file, fs.readFileSync(kase.key, 'utf8') + answer.json.certificate + answer.json.chain, { mode: 0o600 });
  return { ...kase, ...answer.json, file };
}

const renew = (kase, csr, ...more) => cli(null, 'renew', '--key', kase.file, '--csr', csr, ...more);

const hex = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

// What the holder signs (docs/renewal.md), by another program than ours.
function signWish(kase, { order, attempt, data, spki }) {
  const folder = scratch();
  const at = (name) => path.join(folder, name);
  const issued_at = now();
  fs.writeFileSync(at('wish'), JSON.stringify({ typ: 'guiche-renewal-v1', instance, order, attempt, issued_at, not_after: issued_at + 7 * 86400,
    data: hex(...Object.entries(data).flat().map((word) => `${word}\0`)), spki: hex(Buffer.from(spki, 'base64')) }));
  fs.writeFileSync(at('chain.pem'), kase.chain);
  fs.writeFileSync(at('own.pem'), kase.certificate);
  openssl('cms', '-sign', '-binary', '-nodetach', '-cades', '-nosmimecap', '-md', 'sha256', '-econtent_type',
    '2.25.152520765271026514040956998696801732245.7', '-signer', at('own.pem'), '-inkey', kase.key, '-certfile', at('chain.pem'),
    '-in', at('wish'), '-outform', 'DER', '-out', at('wish.der'));
  return fs.readFileSync(at('wish.der')).toString('base64');
}

const spkiOf = ({ key }) => createPublicKey(fs.readFileSync(key)).export({ type: 'spki', format: 'der' }).toString('base64');

function start(kase, { key = createPrivateKey(fs.readFileSync(kase.key)), at = signedMoment(), on = instance, ...more } = {}) {
  const signature = sign('sha256', Buffer.from(`guiche-renewal-start-v1\0${on}\0${at}\0`), key).toString('base64');
  return api('POST', '/api/renewals', { body: { certificate: kase.certificate, issued_at: at, signature, ...more } });
}

// The same certificate over a key of an algorithm that nobody knows: it is read, and there is no key to verify with.
function withoutReadableKey(pem) {
  const der = Buffer.from(new X509Certificate(pem).raw);
  der[der.indexOf(Buffer.from('2a864886f70d010101', 'hex')) + 8] = 0x7f;
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').match(/.{1,64}/g).join('\n')}\n-----END CERTIFICATE-----\n`;
}

describe('8 a person\'s A3', () => {
  let old, fresh, code;
  before(async () => {
    old = await issue('ecpf-a3');
    fresh = makeCsr();
  });

  test('without the certificate\'s key nobody starts a renewal in its holder\'s name', async () => {
    const other = makeCsr();
    const thief = { key: createPrivateKey(fs.readFileSync(other.key)) };
    for (const options of [thief, { at: now() - 3600 }, { at: -9223372036854775000 }, { on: 'f'.repeat(32) }]) {
      const answer = await start(old, options);
      assert.deepEqual([answer.status, answer.json.reason], [422, 'proof-renewal'], answer.text);
    }
    const unread = await start({ ...old, certificate: withoutReadableKey(old.certificate) });
    assert.deepEqual([unread.status, unread.json.reason], [422, 'proof-renewal'], unread.text);
    assert.equal(sql(`select count(*) from renewal r join orders o on o.id = r.old_order_id where o.code = '${old.code}'`), '0');
  });

  test('a signed start opens one renewal: said again while it is fresh it opens nothing', async () => {
    const kase = await issue('ecpf-a3');
    const at = signedMoment();
    const orders = () => sql(`select count(*) from renewal r join orders o on o.id = r.old_order_id where o.code = '${kase.code}'`);
    const answers = await Promise.all([start(kase, { at }), start(kase, { at })]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 422], answers.map(({ text }) => text).join());
    const again = await start(kase, { at });
    assert.deepEqual([again.status, again.json.reason, orders()], [422, 'proof-renewal', '1'], again.text);
  });

  test('the holder signs; documents, biometrics and presence are waived by name, consultations are not', () => {
    const run = renew(old, fresh.csr);
    assert.equal(run.status, 0, run.stdout + run.stderr);
    assert.deepEqual([run.json.path, run.json.rule], ['ONLINE', 'REN-02']);
    code = run.json.order;
    assert.deepEqual(run.json.waived.map((one) => one.kind), ['document', 'biometric', 'presence']);
    const items = done('agent1', 'checklist', code).items;
    const open = items.filter((item) => item.required && item.state === 'pending');
    assert.ok(open.length > 0 && open.every((item) => item.kind === 'consultation'), JSON.stringify(open.map((item) => item.id)));
    assert.ok(open.some((item) => item.consult === 'neglist') && open.some((item) => item.consult === 'cpf'));
  });

  test('what was signed is signed once, and for this order alone', async () => {
    const cms = sql(`select encode(cms, 'base64') from renewal r join orders o on o.id = r.order_id where o.code = '${code}'`).replaceAll('\n', '');
    assert.equal((await api('POST', `/api/orders/${code}/renewal`, { body: { cms, spki: spkiOf(fresh) } })).status, 401, 'no bearer');
    const second = await start(old);
    assert.equal(second.status, 201, second.text);
    const moved = await api('POST', `/api/orders/${second.json.order}/renewal`, { body: { cms, spki: spkiOf(fresh) }, token: second.json.token });
    assert.deepEqual([moved.status, moved.json.reason], [422, 'renewal-mismatch'], moved.text);
  });

  test('one agent\'s statement is enough, and the certificate says how its holder was identified', async () => {
    identify(code);
    const validated = done('agent1', 'validate', code);
    assert.equal(validated.agents, 1);
    assert.equal(validated.emission_code, undefined);
    const told = await mail(old.holder.email, new RegExp(`pedido ${code}[^]*?até (.+?)\\.[^]*renovacao-${code}\\.guiche`));
    assert.match(told.found[1], /\d{4}|\d+ de \w+/);
    const wrong = makeCsr();
    const thief = await sendCsr({ code }, wrong.csr);
    assert.notEqual(thief.status, 200, thief.text);
    const issued = await sendCsr({ code }, fresh.csr);
    assert.equal(issued.status, 200, issued.text);
    const subject = certificate(issued.json.certificate).subject.map((part) => part.text);
    assert.ok(subject.includes('certificado digital'), subject.join(', '));
    assert.equal(done('agent1', 'show', code).states.issuance, 'delivered');
  });

  test('the package of a renewal verifies without the server, the holder\'s own signature too', async () => {
    const file = path.join(scratch(), 'renovacao.zip');
    const [key, roots] = ['log.vkey', 'ca.pem'].map((name) => path.join(home, 'identities', name));
    let run;
    for (let i = 0; i < 50 && run?.status !== 0; i++) {
      run = cli('auditor', 'dossier', 'export', code, '-o', file);
      if (run.status !== 0) await new Promise((resolve) => { setTimeout(resolve, 200); });
    }
    const verified = spawnSync(cliPath, ['--json', 'dossier', 'verify', file, '--log-key', key, '--ca', roots], { encoding: 'utf8' });
    assert.equal(verified.status, 0, verified.stdout);
    const checks = Object.fromEntries(JSON.parse(verified.stdout).checks.map((one) => [one.check, one]));
    assert.match(checks.key.detail, /o titular assinou com o certificado anterior/);
    for (const name of ['key', 'revocation', 'log-acts', 'signers']) assert.equal(checks[name].verdict, 'ok', verified.stdout);
  });

  test('a renewed certificate is not renewed again', async () => {
    const again = await start(old);
    assert.deepEqual([again.status, again.json.path, again.json.rule], [200, 'IN_PERSON', 'REN-08'], again.text);
  });
});

describe('8 on the holder\'s own machine', () => {
  test('a new key in a file: made, signed for, and after the agent the .p12 with the term signed; hardware\'s stays in hardware', async () => {
    const old = await issue('ecpf-a3');
    const folder = scratch();
    const output = path.join(folder, 'novo.p12');
    const secret = path.join(folder, 'senha');
    fs.writeFileSync(secret, 'Senha nova 2026\n');
    const make = (...more) => cli(null, 'renew', '--key', old.file, '--new-key', output, '--new-passphrase-file', secret, ...more);
    const orders = () => sql(`select count(*) from renewal r join orders o on o.id = r.old_order_id where o.code = '${old.code}'`);
    const hardware = make();
    assert.deepEqual([hardware.status, hardware.json.errors?.[0]?.code], [1, 'renewal-media'], hardware.stdout);
    assert.equal(orders(), '0', 'refused before there is an order');
    const { json, stderr } = make('--product', 'ecpf-a1');
    assert.equal(json?.path, 'ONLINE', stderr);
    identify(json.order);
    done('agent1', 'validate', json.order);
    assert.match(openssl('asn1parse', '-in', `${output}.key`), /PBKDF2[^]*INTEGER +:0186A0[^]*hmacWithSHA256[^]*aes-256-cbc/, 'it waits as the .p12 will lie');
    const issued = done(null, 'issue', json.order, '--new-key', output, '--passphrase-file', secret);
    assert.equal(issued.file, output);
    assert.equal(done('agent1', 'show', json.order).term.state, 'signed');
    assert.match(openssl('pkcs12', '-in', output, '-passin', 'pass:Senha nova 2026', '-nokeys', '-clcerts'), /MARINA GONCALVES PRADO/);
    assert.ok(!fs.existsSync(`${output}.key`), 'the waiting key is gone');
  });
});

describe('a key that the product does not take is refused at once, not after the agent and the payment', () => {
  let old;
  const orders = () => sql(`select count(*) from renewal r join orders o on o.id = r.old_order_id where o.code = '${old.code}'`);
  before(async () => { old = await issue('ecnpj-a3', person(), { company: company() }); });

  test('promised, by the server and by ra-cli: before there is an order', async () => {
    for (const [new_key, reason] of [[{ algorithm: 'rsa', bits: 4096 }, 'csr-key-size'], [{ algorithm: 'ec', bits: 256 }, 'csr-algorithm']]) {
      const answer = await start(old, { new_key });
      assert.deepEqual([answer.status, answer.json.reason], [422, reason], answer.text);
    }
    const run = renew(old, makeCsr(scratch(), 'grande', { bits: 4096 }).csr);
    assert.deepEqual([run.status, run.json.reason], [1, 'csr-key-size'], run.stdout);
    assert.equal(orders(), '0');
  });

  test('signed for all the same: the renewal is not kept', async () => {
    const opened = await start(old);
    assert.deepEqual(opened.json.key_bits, [2048]);
    const { order, token, attempt, data } = opened.json;
    const big = spkiOf(makeCsr(scratch(), 'grande', { bits: 4096 }));
    const send = (signed, sent) => api('POST', `/api/orders/${order}/renewal`,
      { token, body: { cms: signWish(old, { order, attempt, data, spki: signed }), spki: sent } });
    const refused = await send(big, big);
    assert.deepEqual([refused.status, refused.json.reason], [422, 'csr-key-size'], refused.text);
    const fit = spkiOf(makeCsr());
    const other = await send(big, fit);
    assert.deepEqual([other.status, other.json.reason], [422, 'renewal-mismatch'], other.text);
    assert.equal((await send(fit, fit)).status, 201);
  });
});

describe('8 what the norm does not accept', () => {
  test('REN-06: to people in words, with the next step', async () => {
    const old = await issue('ecpf-a1');
    const { status, stdout } = spawnSync(cliPath, ['--server', publicUrl, 'renew', '--key', old.file, '--csr', makeCsr().csr], { encoding: 'utf8' });
    assert.equal(status, 0);
    assert.match(stdout, /um A1, em arquivo, não assina a própria renovação[^]*atendimento presencial: faça um pedido novo[^]*valendo até vencer/);
  });

  test('REN-06: an A1 goes to the counter', async () => {
    const run = renew(await issue('ecpf-a1'), makeCsr().csr);
    assert.equal(run.status, 0, run.stdout + run.stderr);
    assert.deepEqual([run.json.path, run.json.rule, run.json.waived], ['IN_PERSON', 'REN-06', []]);
  });

  test('REN-07: a revoked certificate goes to the counter, and one revoked after the signature gets nothing', async () => {
    const old = await issue('ecpf-a3');
    const fresh = makeCsr();
    const code = renew(old, fresh.csr).json.order;
    identify(code);
    done('agent1', 'validate', code);
    done('agent1', 'revoke', old.code, '--reason', '1');
    for (let i = 0; i < 150 && done('agent1', 'show', old.code).states.issuance !== 'revoked'; i++)
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    const before = certifiedKeys().size;
    let refused;
    for (let i = 0; i < 60 && refused?.json?.reason !== 'certificate-revoked'; i++) {
      refused = await sendCsr({ code }, fresh.csr);
      assert.notEqual(refused.status, 200, 'a certificate rests on a revoked one');
      if (refused.json.reason !== 'certificate-revoked') await new Promise((resolve) => { setTimeout(resolve, 500); });
    }
    assert.equal(refused.json.reason, 'certificate-revoked', refused.text);
    assert.equal(certifiedKeys().size, before);
    assert.deepEqual([(await start(old)).json.path, (await start(old)).json.rule], ['IN_PERSON', 'REN-07']);
  });

  test('a certificate of somebody else\'s, not issued here', async () => {
    const outside = fs.readFileSync(path.join(home, 'identities/agent3.pem'), 'utf8');
    const pem = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n/.exec(outside)[0];
    const key = createPrivateKey(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----\n/.exec(outside)[0]);
    const answer = await start({ certificate: pem }, { key });
    assert.deepEqual([answer.status, answer.json.path, answer.json.rule], [200, 'IN_PERSON', 'REN-07'], answer.text);
  });
});

describe('8 a company\'s A3', () => {
  test('REN-03 and REN-05: the responsible person is not met again, the company\'s documents are asked for', async () => {
    const old = await issue('ecnpj-a3', person(), { company: company() });
    const fresh = makeCsr();
    const run = renew(old, fresh.csr);
    assert.deepEqual([run.json?.path, run.json?.rule], ['ONLINE', 'REN-03'], run.stdout + run.stderr);
    const open = done('agent1', 'checklist', run.json.order).items.filter((item) => item.required && item.state === 'pending');
    assert.ok(open.some((item) => item.person === 'company' && item.kind === 'document'));
    assert.ok(open.every((item) => item.person === 'company' || ['consultation', 'attestation'].includes(item.kind)));
    identify(run.json.order);
    done('agent1', 'validate', run.json.order);
    const issued = await sendCsr({ code: run.json.order }, fresh.csr);
    assert.equal(issued.status, 200, issued.text);
  });
});

describe('8 notices of the end', () => {
  const row = (kase) => `(select id from orders where code = '${kase.code}')`;
  // The end is moved to so many days from now, and the job looks again.
  async function seenWith(kase, days) {
    sql(`update expiry set from_at = '2020-01-01', until_at = to_timestamp(${now() + days * 86400}), look_at = '2000-01-01' where order_id = ${row(kase)}`);
    for (let i = 0; i < 150 && sql(`select coalesce(look_at > '2001-01-01', true) from expiry where order_id = ${row(kase)}`) !== 't'; i++)
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    return sql(`select coalesce(string_agg(days::text, ',' order by days desc), '') from expiry_notice where order_id = ${row(kase)}`);
  }

  test('60, 30, 15, 7 and 1 days before, each once; after an outage the nearest alone; none after a revocation', async () => {
    const kase = await issue('ecpf-a1');
    for (let i = 0; i < 150 && sql(`select count(*) from expiry where order_id = ${row(kase)}`) === '0'; i++)
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    const end = Date.parse(new X509Certificate(kase.certificate).validTo) / 1000;
    assert.equal(sql(`select extract(epoch from until_at)::bigint from expiry where order_id = ${row(kase)}`), String(end));
    assert.equal(await seenWith(kase, 61), '');
    assert.equal(await seenWith(kase, 59.5), '60');
    const { text, raw } = await mail(kase.holder.email, /vence em 60 dias[^]*\/renovar/);
    for (const personal of [kase.holder.cpf, 'MARINA', 'Marina', '1985']) assert.ok(!text.includes(personal) && !raw.includes(personal), personal);
    assert.equal(await seenWith(kase, 59), '60', 'told once');
    assert.equal(await seenWith(kase, 12), '60,15', 'the server was off on the 30th day');
    assert.equal(sql(`select count(*) from outbox where kind = 'expiry' and order_id = ${row(kase)}`), '2');
    done('agent1', 'revoke', kase.code, '--reason', '1');
    assert.equal(await seenWith(kase, 0.5), '60,15');
  });

  test('none while a signed renewal waits, nor after it', async () => {
    const old = await issue('ecpf-a3');
    const fresh = makeCsr();
    const { order: code } = renew(old, fresh.csr).json;
    for (let i = 0; i < 150 && sql(`select count(*) from expiry where order_id = ${row(old)}`) === '0'; i++)
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    assert.equal(await seenWith(old, 20), '');
    identify(code);
    done('agent1', 'validate', code);
    assert.equal((await sendCsr({ code }, fresh.csr)).status, 200);
    assert.equal(await seenWith(old, 5), '');
    assert.equal(await seenWith({ code }, 5), '7', 'the new one has notices of its own');
  });
});

describe('5.3 replacement within 14 days', () => {
  const replace = (kase) => cli('agent1', 'replace', kase.code);
  const refused = (kase, reason) => assert.equal(replace(kase).json.reason, reason);

  test('free once the old one is revoked, once, with the whole identification, which the agent is told', async () => {
    const old = await issue('ecpf-a1');
    refused(old, 'replacement-not-revoked');
    done('agent1', 'revoke', old.code, '--reason', '1');
    const asked = await api('POST', `/api/orders/${old.code}/replacement`, { token: old.token });
    assert.equal(asked.status, 201, asked.text);
    const { order: code, price_cents: price, waived, why } = asked.json;
    assert.deepEqual([price, waived], [0, []]);
    assert.match(why, /REN-07.*primeira emissão/);
    const shown = done('agent1', 'show', code);
    assert.deepEqual([shown.states.order, shown.price_cents, shown.origin.kind, shown.origin.order, shown.origin.free, shown.origin.waived],
      ['paid', 0, 'replacement', old.code, true, []]);
    const open = done('agent1', 'checklist', code).items.filter((item) => item.required && item.state === 'pending').map((item) => item.kind);
    for (const kind of ['document', 'biometric', 'consultation']) assert.ok(open.includes(kind), `${kind} is asked for: ${open}`);
    refused(old, 'replacement-done');
    assert.equal((await api('POST', `/api/orders/${old.code}/replacement`)).status, 401);
  });

  test('on the order\'s page: the way to it, a button once it was revoked, and the new order opens', async () => {
    const old = await issue('ecpf-a1');
    const page = (where, method = 'GET') => api(method, where, { headers: { Cookie: `guiche_pedido=${old.token}`, Accept: 'text/html',
      ...(method === 'POST' ? { 'Content-Type': 'application/x-www-form-urlencoded', Origin: publicUrl } : {}) } });
    assert.match((await page(`/pedido/${old.code}`)).text, /Revogue este certificado<\/a> e, até \d\d\/\d\d\/\d{4}/);
    assert.match((await page(`/pedido/${old.code}/substituir`, 'POST')).text, /Revogue primeiro/);
    done('agent1', 'revoke', old.code, '--reason', '1');
    assert.match((await page(`/pedido/${old.code}`)).text, /action="\/pedido\/\w+\/substituir"[^]*Pedir outro sem custo/);
    const asked = await page(`/pedido/${old.code}/substituir`, 'POST');
    assert.equal(asked.status, 303, asked.text);
    const where = asked.headers.get('location');
    const opened = await api('GET', where, { headers: { Cookie: asked.headers.get('set-cookie').split(';')[0], Accept: 'text/html' } });
    assert.equal(opened.status, 200);
    assert.ok(!where.includes(old.code) && opened.text.includes('data-order-code'));
    assert.doesNotMatch((await page(`/pedido/${old.code}`)).text, /substituir/);
  });

  test('the fifteenth day is late', async () => {
    const old = await issue('ecpf-a1');
    done('agent1', 'revoke', old.code, '--reason', '1');
    sql(`update issuance set issued_at = issued_at - interval '15 days' where order_id = (select id from orders where code = '${old.code}')`);
    refused(old, 'replacement-late');
    sql(`update issuance set issued_at = issued_at + interval '1 day' where order_id = (select id from orders where code = '${old.code}')`);
    assert.equal(replace(old).json.price_cents, 0);
  });
});
