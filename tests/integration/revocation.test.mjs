// SPDX-License-Identifier: GPL-3.0-or-later
// Revocation (issue 5 part 7; protocol 6; rules 3.10): who may ask and how it is proved, what thieves get, the clock, and
// the end, which is the serial in the AC's own CRL.
import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, scryptSync, sign } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { api, cli, clockOffset, company, done, home, mail, office, openssl, order, person, photograph, port, publicUrl, readyByKey, scratch, sql, until }
  from '../support/office.mjs';
import { sendCsr } from '../support/thief.mjs';

const now = () => Math.floor(Date.now() / 1000) + clockOffset();
const texts = (...words) => Buffer.from(words.map((word) => `${word}\0`).join(''));
const { instance } = (await api('GET', '/api/revocation')).json;
const keyOf = (kase) => createPrivateKey(fs.readFileSync(kase.key));

const wordOf = ({ code, reason, at = now(), on = instance }) => texts('guiche-holder-revocation-v1', on, code, reason, at);
const byKey = (key, wish, more = {}) => ({ kind: 'key', issued_at: wish.at ?? now(), signature: sign('sha256', wordOf(wish), key).toString('base64'), ...more });
const say = (code, reason, proof) => api('POST', `/api/orders/${code}/revocation`, { body: { reason, proof } });

// From another of this machine's own addresses.
function sayFrom(localAddress, code, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(`http://127.0.0.1:${port}/api/orders/${code}/revocation`, { method: 'POST', localAddress,
      headers: { 'Content-Type': 'application/json' } }, (response) => response.resume().on('end', () => resolve({ status: response.statusCode })));
    request.on('error', reject).end(JSON.stringify(body));
  });
}

function passwordKey(password, code) {
  const seed = scryptSync(password, texts('guiche-revocation-password-v1', instance, code), 32, { N: 65536, r: 8, p: 1, maxmem: 128 << 20 });
  return createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' });
}
const byPassword = (key, wish) => ({ kind: 'password', issued_at: wish.at ?? now(), signature: sign(null, wordOf(wish), key).toString('base64') });
function registration(key, kase, by = keyOf(kase)) {
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  const message = Buffer.concat([texts('guiche-revocation-key-v1', instance, kase.code), publicKey]);
  return { public_key: publicKey.toString('base64'), signature: sign('sha256', message, by).toString('base64') };
}

async function issue(product = 'ecpf-a1', holder = person(), extra = {}) {
  const kase = await readyByKey(product, holder, extra);
  const answer = await sendCsr(kase, kase.csr);
  assert.equal(answer.status, 200, answer.text);
  return { ...kase, ...answer.json };
}

async function issueWithPassword(password) {
  const kase = await readyByKey();
  const key = passwordKey(password, kase.code);
  const csr = fs.readFileSync(kase.csr, 'utf8');
  const send = (revocationKey) => api('POST', `/api/orders/${kase.code}/csr`, { body: { csr, proofs: {}, revocation_key: revocationKey } });
  return { ...kase, password: key, send };
}

const stateOf = (kase) => done('agent1', 'show', kase.code).states.issuance;
const untilState = (kase, state) => until(() => stateOf(kase) === state, `${kase.code} is ${state}`, 15);

// What the AC itself publishes, read by somebody else's program.
async function inTheCrl(serial) {
  const file = path.join(scratch(), 'ac.crl');
  fs.writeFileSync(file, Buffer.from(await (await fetch(`http://localhost:${port + 2}/crl/tiss.crl`)).arrayBuffer()));
  return openssl('crl', '-inform', 'DER', '-in', file, '-noout', '-text').toLowerCase().includes(serial);
}
const ticket = (kase) => JSON.parse(sql(`select to_jsonb(r) from revocation r join orders o on o.id = r.order_id where o.code = '${kase.code}'`));
const annex = (kase) => sql(`select string_agg(d.kind, ',' order by d.at, d.kind) from document d join orders o on o.id = d.order_id
  where o.code = '${kase.code}' and d.part = 'annex' and d.kind like 'revocation%'`);

describe('7 the holder revokes by the key', () => {
  let kase, other;
  before(async () => {
    kase = await issue();
    other = await issue();
  });

  test('forged, for another order, old, of another instance: refused by the same words, and nothing moves', async () => {
    const thief = keyOf(other);
    const wrong = [
      byKey(thief, { code: kase.code, reason: 1 }),
      byKey(keyOf(kase), { code: other.code, reason: 1 }),
      byKey(keyOf(kase), { code: kase.code, reason: 4 }),
      byKey(keyOf(kase), { code: kase.code, reason: 1, on: 'f'.repeat(32) }),
      { ...byKey(keyOf(kase), { code: kase.code, reason: 1 }), issued_at: now() - 60 },
    ];
    for (const proof of wrong) {
      const answer = await say(kase.code, 1, proof);
      assert.deepEqual([answer.status, answer.json.reason], [422, 'proof-revocation'], answer.text);
    }
    for (const at of [now() - 3600, now() + 3600, -9223372036854775000]) { // the last: so old that no age can be counted
      const old = await say(kase.code, 1, byKey(keyOf(kase), { code: kase.code, reason: 1, at }));
      assert.deepEqual([old.status, old.json.reason], [422, 'proof-expired'], `${at}`);
    }
    assert.equal((await say(kase.code, 6, byKey(keyOf(kase), { code: kase.code, reason: 6 }))).status, 422);
    assert.notEqual(stateOf(kase), 'revocation_requested');
  });

  test('an order that does not exist is refused by the same words', async () => {
    const code = '0'.repeat(12);
    const answer = await say(code, 1, byKey(keyOf(kase), { code, reason: 1 }));
    const known = await say(kase.code, 1, byKey(keyOf(other), { code: kase.code, reason: 1 }));
    assert.deepEqual([answer.status, answer.json.detail], [known.status, known.json.detail]);
  });

  test('the right word: requested, revoked once the serial is in the CRL, which is kept; said again it changes nothing', async () => {
    const proof = byKey(keyOf(kase), { code: kase.code, reason: 4 });
    const first = await say(kase.code, 4, proof);
    assert.deepEqual([first.status, first.json.state, first.json.serial], [202, 'requested', kase.serial], first.text);
    assert.equal((await say(kase.code, 4, proof)).status, 202, 'the same word replayed');
    await untilState(kase, 'revoked');
    assert.ok(await inTheCrl(kase.serial));
    assert.ok(!(await inTheCrl(other.serial)));
    const again = await say(kase.code, 4, proof);
    assert.deepEqual([again.status, again.json.state], [200, 'revoked']);
    const clock = ticket(kase);
    assert.equal(clock.reason, 4);
    assert.ok(clock.executed_at && clock.seen_at && clock.seen_at >= clock.executed_at);
    assert.equal(annex(kase), 'revocation_request,revocation_crl,revocation_term');
    assert.equal(sql(`select count(*) from revocation_word w join orders o on o.id = w.order_id where o.code = '${kase.code}'`), '1');
    await mail(kase.holder.email, /foi revogado/);
  });

  test('the CRL in the dossier is the one the end rests on, and the log says so', () => {
    const clock = ticket(kase);
    const digest = clock.crl_sha256.replace('\\x', '');
    assert.equal(sql(`select encode(d.sha256, 'hex') from document d join orders o on o.id = d.order_id where o.code = '${kase.code}' and d.kind = 'revocation_crl'`), digest);
    const seen = sql(`select convert_from(e.bytes, 'UTF8') from event e join orders o on o.id = e.order_id where o.code = '${kase.code}' and e.code = 'REVOCATION_SEEN'`);
    assert.equal(JSON.parse(seen).detail.crl, digest);
  });
});

describe('7 the holder revokes by the password chosen at emission', () => {
  const password = 'senha de revogacao 7';
  let kase;
  before(async () => {
    kase = await issueWithPassword(password);
  });

  test('a public half that the new key did not sign is refused, and nothing is asked of the AC', async () => {
    const forged = await kase.send(registration(kase.password, kase, createPrivateKey(fs.readFileSync((await readyByKey()).key))));
    assert.deepEqual([forged.status, forged.json.reason], [422, 'revocation-key'], forged.text);
    const good = await kase.send(registration(kase.password, kase));
    assert.equal(good.status, 200, good.text);
    kase.serial = good.json.serial;
  });

  test('a wrong password says nothing, and five of them close the door to passwords only', async () => {
    const wrong = passwordKey('outra senha qualquer', kase.code);
    for (let i = 0; i < 5; i++) {
      const answer = await say(kase.code, 1, byPassword(wrong, { code: kase.code, reason: 1 }));
      assert.deepEqual([answer.status, answer.json.reason], [422, 'proof-revocation'], answer.text);
    }
    const right = { reason: 1, proof: byPassword(kase.password, { code: kase.code, reason: 1 }) };
    const closed = await say(kase.code, 1, right.proof);
    assert.deepEqual([closed.status, closed.json.reason], [429, 'revocation-tries']);
    assert.match(closed.json.detail, /arquivo ou o token.*responsável.*atendimento/);
    // From another address the holder is let in as before, until very many addresses have tried.
    const elsewhere = async (proof) => (await sayFrom('127.0.0.9', kase.code, { reason: 1, proof })).status;
    assert.equal(await elsewhere(byPassword(wrong, { code: kase.code, reason: 1 })), 422);
    assert.equal(sql(`select count(*) from failed_entry where event = 'REVOCATION_REFUSED' and account = '${kase.code}'`), '2',
      'counted for the log, by address');
    sql("insert into revocation_try select code_hash, now(), sha256(n::text::bytea) from (select distinct code_hash from revocation_try) t, generate_series(1, 44) n");
    assert.equal(await elsewhere(right.proof), 429);
    sql('delete from revocation_try');
  });

  test('a thief who tries many passwords at once gets five tries, as one who tries them in turn', async () => {
    const code = '1'.repeat(12);
    const body = { reason: 1, proof: byPassword(kase.password, { code: kase.code, reason: 1 }) };
    const tryOnce = async () => (await api('POST', `/api/orders/${code}/revocation`, { body })).status;
    const statuses = await Promise.all(Array.from({ length: 150 }, tryOnce));
    sql('delete from revocation_try');
    assert.deepEqual([422, 429].map((status) => statuses.filter((one) => one === status).length), [5, 145]);
  });

  test('the right password revokes; another order\'s public half does not', async () => {
    const other = await issue();
    sql(`insert into revocation_key select o.id, o.attempt, k.public_key, k.registration, now() from orders o,
      revocation_key k join orders p on p.id = k.order_id where o.code = '${other.code}' and p.code = '${kase.code}'`);
    const swapped = await say(other.code, 1, byPassword(kase.password, { code: other.code, reason: 1 }));
    assert.deepEqual([swapped.status, swapped.json.reason], [422, 'proof-revocation']);
    const answer = await say(kase.code, 0, byPassword(kase.password, { code: kase.code, reason: 0 }));
    assert.equal(answer.status, 202, answer.text);
    await untilState(kase, 'revoked');
    assert.ok(await inTheCrl(kase.serial));
  });
});

describe('7 the person responsible for a company', () => {
  test('revokes by the key of the e-CNPJ, or by her own e-CPF issued here; nobody else\'s e-CPF does', async () => {
    const holder = person();
    const firm = await issue('ecnpj-a1', holder, { company: company() });
    const own = await issue('ecpf-a1', holder);
    const stranger = await issue('ecpf-a1');
    const certified = (kase) => ({ kind: 'responsible', certificate: kase.certificate });
    const wish = { code: firm.code, reason: 5 };
    const refused = await say(firm.code, 5, byKey(keyOf(stranger), wish, certified(stranger)));
    assert.deepEqual([refused.status, refused.json.reason], [422, 'proof-revocation'], refused.text);
    const borrowed = await say(firm.code, 5, byKey(keyOf(stranger), wish, certified(own)));
    assert.equal(borrowed.status, 422);
    const person1 = await say(stranger.code, 5, byKey(keyOf(own), { code: stranger.code, reason: 5 }, certified(own)));
    assert.equal(person1.status, 422, 'a person has no responsible person');
    const answer = await say(firm.code, 5, byKey(keyOf(own), wish, certified(own)));
    assert.equal(answer.status, 202, answer.text);
    await untilState(firm, 'revoked');
    assert.ok(await inTheCrl(firm.serial));
    assert.ok(!(await inTheCrl(own.serial)));
  });
});

describe('7 the AR, the AC, a court', () => {
  test('one agent for a two-agent reason waits, with the clock and its task; the second revokes', async () => {
    const kase = await issue();
    assert.equal(done('agent1', 'revoke', kase.code, '--reason', '4').state, 'awaiting_second');
    const open = office('agent1', 'GET', '/api/office/revocations').json.revocations.find((one) => one.order === kase.code);
    assert.deepEqual([open.state, open.lateness, open.limit_s], ['revocation_requested', 'in_time', 86400]);
    const task = office('agent1', 'GET', '/api/office/tasks').json.tasks.find((one) => one.order === kase.code && one.kind === 'revocation');
    assert.ok(task, 'a task with the limit');
    const closed = office('agent1', 'POST', `/api/office/tasks/${task.id}/close`, { body: { outcome: 'pronto' } });
    assert.deepEqual([closed.status, closed.json.reason], [409, 'revocation-not-seen'], closed.text);
    assert.ok(!(await inTheCrl(kase.serial)));
    assert.equal(done('agent2', 'revoke', kase.code, '--reason', '4').state, 'requested');
    await untilState(kase, 'revoked');
    assert.ok(await inTheCrl(kase.serial));
    assert.equal(sql(`select count(*) from task t join orders o on o.id = t.order_id where o.code = '${kase.code}' and t.closed_at is null`), '0');
  });

  test('an order of a court goes into the dossier and takes two agents, even for a stolen key', async () => {
    const kase = await issue();
    const paper = photograph();
    const first = done('agent1', 'revoke', kase.code, '--reason', '1', '--order-of', 'court', '--paper', paper);
    assert.equal(first.state, 'awaiting_second');
    assert.match(annex(kase), /revocation_order/);
    await new Promise((resolve) => { setTimeout(resolve, 1500); });
    assert.ok(!(await inTheCrl(kase.serial)), 'one agent is not enough');
    done('agent2', 'revoke', kase.code, '--reason', '1');
    await untilState(kase, 'revoked');
    assert.equal(ticket(kase).authority, 'court');
  });

  test('a revocation past its hours raises the alarm: health, metric, log', async () => {
    const kase = await issue();
    done('agent1', 'revoke', kase.code, '--reason', '9');
    sql(`update revocation set requested_at = requested_at - interval '25 hours' where order_id = (select id from orders where code = '${kase.code}')`);
    let health;
    for (let i = 0; i < 50 && health?.parts.revocations.lateness !== 'past_limit'; i++) {
      health = (await api('GET', '/healthz')).json;
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    assert.deepEqual([health.parts.revocations.status, health.parts.revocations.lateness], ['degraded', 'past_limit']);
    let metrics = '';
    for (let i = 0; i < 50 && !/guiche_revocations_past_limit [1-9]/.test(metrics); i++) {
      metrics = (await api('GET', '/metrics')).text;
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    assert.match(metrics, /guiche_revocations_past_limit [1-9]/);
    assert.equal(sql(`select count(*) from event e join orders o on o.id = e.order_id where o.code = '${kase.code}' and e.code = 'REVOCATION_LATE'`), '1');
    done('agent2', 'revoke', kase.code, '--reason', '9');
    await untilState(kase, 'revoked');
    assert.equal((await api('GET', '/healthz')).json.parts.revocations.lateness, 'in_time');
  });
});

describe('7 an AC that answers late, or never', () => {
  test('the revocation waits in one known state and ends by itself', async () => {
    const kase = await issue();
    const ac = Number(fs.readFileSync(path.join(home, 'pids/ac'), 'utf8'));
    process.kill(ac, 'SIGSTOP');
    try {
      assert.equal((await say(kase.code, 1, byKey(keyOf(kase), { code: kase.code, reason: 1 }))).status, 202);
      await new Promise((resolve) => { setTimeout(resolve, 1500); });
      assert.equal(stateOf(kase), 'revocation_requested');
      assert.equal(ticket(kase).seen_at, null);
    } finally {
      process.kill(ac, 'SIGCONT');
    }
    await untilState(kase, 'revoked', 40);
    assert.ok(await inTheCrl(kase.serial));
  });
});

describe('7 ra-cli for the holder', () => {
  test('revokes with the .p12 that ra-cli itself made, and with the password it was given', async () => {
    const kase = await readyForNewKey();
    const folder = scratch();
    fs.writeFileSync(path.join(folder, 'senha'), 'Senha-do-arquivo-1\n');
    fs.writeFileSync(path.join(folder, 'revogar'), 'senha de revogar 9\n');
    const out = path.join(folder, 'titular.p12');
    const issued = done(null, 'issue', kase.code, '--new-key', out, '--code', kase.counter, '--mail-code', kase.mail, '--passphrase-file',
      path.join(folder, 'senha'), '--revocation-password-file', path.join(folder, 'revogar'));
    fs.writeFileSync(path.join(folder, 'errada'), 'senha de outra coisa\n');
    const wrong = cli(null, 'revoke', kase.code, '--reason', '1', '--password-file', path.join(folder, 'errada'));
    assert.equal(wrong.status, 1, wrong.stdout);
    const answer = done(null, 'revoke', kase.code, '--reason', '1', '--password-file', path.join(folder, 'revogar'));
    assert.deepEqual([answer.state, answer.serial], ['requested', issued.serial]);
    await untilState(kase, 'revoked');
    const again = done(null, 'revoke', kase.code, '--reason', '1', '--key', out, '--passphrase-file', path.join(folder, 'senha'));
    assert.equal(again.state, 'revoked');
  });
});

async function readyForNewKey() {
  const { readyByCode } = await import('../support/office.mjs');
  return readyByCode();
}
