// SPDX-License-Identifier: GPL-3.0-or-later
// Each sentence of protocol 1 as a thief who holds what the sentence names, and tries to end with a certificate for a
// key of his own, or to have somebody else's revoked. Every attempt must end refused, by the reason that is meant to
// stop it; at the end the AC's own drawer is searched for the thieves' keys. docs/threat-model.md lists them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createDiffieHellmanGroup, createHash, createPublicKey, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { debianKeyCsr } from '../support/debian-key.mjs';
import { certificate, requestSpki } from '../support/der.mjs';
import {
  api, attend, cli, clockOffset, cpf, done, home, makeCsr, office, officeLater, openssl, order, person, port, readyByCode, readyByKey,
  scratch, sql, validate, verify,
} from '../support/office.mjs';
import { head, rawAs } from '../support/raw.mjs';
import {
  acUrl, asOwnerOf, certifiedKeys, crls, crlsOfTheAc, halfPublicKey, halfText, identity, issueMessage, ownKey, pair,
    proof, proofs, selfMade, sendCsr, signer, signStatement,
  storedStatement,
} from '../support/thief.mjs';

const now = () => Math.floor(Date.now() / 1000) + clockOffset();
const digestOf = (bytes) => createHash('sha256').update(bytes).digest('hex');
const agents = Object.fromEntries(['agent1', 'agent2', 'agent3', 'auditor', 'admin'].map((name) => [name, identity(name)]));
const thieves = new Map(); // digest of a thief's key: what he tried
// A victim's case bound by the code in two channels; another's bound by the fingerprint of a key; and the thief is a
// client of the house too, with a case and codes of his own.
const code = await readyByCode('ecpf-a1', person({ name: 'Vitória Salgado Nunes' }));
const key = await readyByKey('ecpf-a1', person({ name: 'Otávio Salgado Nunes' }));
const own = await readyByCode('ecpf-a1', person({ name: 'Ladrão de Carteiras' }));

// A key of the thief's own, remembered for the end.
function thief(what, options) {
  const made = ownKey(options);
  thieves.set(digestOf(made.spki), what);
  return made;
}

// The signer refuses each of [message, reason] by that word and asks the AC for nothing.
function allRefusedBySigner(cases) {
  const results = signer(cases.map(([message]) => message));
  for (const [i, { answer, carried, error }] of results.entries()) {
    assert.equal(carried, 0, `the AC was asked: ${JSON.stringify(answer)}`);
    assert.equal(answer?.type, 'refused', JSON.stringify(answer) ?? error);
    assert.equal(answer.reason, cases[i][1], `${i}: ${JSON.stringify(answer)}`);
  }
}

const refusedBySigner = (message, reason) => allRefusedBySigner([[message, reason]]);

function refusedByServer(answer, reason, status = 422) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.reason, reason, answer.text);
}

// What the victims' agents signed, read once.
const known = new Map();
function factsOf(kase) {
  if (!known.has(kase.code)) known.set(kase.code, pair(kase.code));
  return known.get(kase.code);
}

// What agents would sign for the key-bound victim's case, but bound to `spki`; each part may be bent.
function forge({ spki, validator = agents.agent1, verifier = agents.agent2, bend = {}, bendSecond = {}, base = key }) {
  const facts = factsOf(base);
  const validation = signStatement(validator, 'validation', { ...facts.validation.content, attempt: 2,
    key_binding: { kind: 'spki', spki: digestOf(spki) }, ...bend });
  const verification = verifier && signStatement(verifier, 'verification', { ...facts.verification.content, attempt: 2,
    validation: digestOf(validation), mail: '', ...bendSecond });
  return { validation, verification };
}

describe('protocol 1: a full copy of server and database, with every order, statement and public key', () => {
  const message = (csr, given) => {
    const { validation, verification } = factsOf(code);
    return issueMessage({ validation: validation.cms, verification: verification.cms, csr, ...given });
  };

  test('thief 1: everything the house stores, and the mail half besides; the paper half is made up', async () => {
    const made = thief('full copy');
    const given = await proofs(code, made.csr, { counter: halfText(), mail: code.mail });
    refusedByServer(await sendCsr(code, made.csr, given), 'proof-counter');
    refusedBySigner(message(made.csr, given), 'proof-counter');
  });

  test('thief 2: the holder\'s own proofs, overheard, with another key', async () => {
    const made = thief('replayed proofs');
    const overheard = await proofs(code, makeCsr().csr, code);
    refusedByServer(await sendCsr(code, made.csr, overheard), 'proof-counter');
    refusedBySigner(message(made.csr, overheard), 'proof-counter');
  });

  test('thief 3: no proofs, one proof, proofs that are no signatures', async () => {
    const made = thief('no proofs');
    const right = await proofs(code, made.csr, { counter: halfText(), mail: halfText() });
    for (const given of [{}, { counter: right.counter }, { mail: right.mail }]) {
      refusedByServer(await sendCsr(code, made.csr, given), 'proof-missing');
      refusedBySigner(message(made.csr, given), 'proof-missing');
    }
    const junk = randomBytes(64).toString('base64');
    refusedBySigner(message(made.csr, { counter: junk, mail: junk }), 'proof-counter');
    refusedBySigner(message(made.csr, { counter: randomBytes(63).toString('base64'), mail: junk }), 'proof-counter');
  });

  test('thief 4: the counter half\'s public key exchanged for his own within the signed bytes', async () => {
    const made = thief('patched statement');
    const { validation, verification } = factsOf(code);
    const mine = halfPublicKey(halfText(), 'counter', validation.content);
    const patched = Buffer.from(validation.cms.toString('latin1').replace(validation.content.key_binding.counter, mine), 'latin1');
    assert.notEqual(digestOf(patched), digestOf(validation.cms));
    refusedBySigner(issueMessage({ validation: patched, verification: verification.cms, csr: made.csr }), 'statement-signature');
    const truncated = validation.cms.subarray(0, -1);
    refusedBySigner(issueMessage({ validation: truncated, verification: verification.cms, csr: made.csr }), 'statement-malformed');
    const longer = Buffer.concat([validation.cms, Buffer.from([0])]);
    refusedBySigner(issueMessage({ validation: longer, verification: verification.cms, csr: made.csr }), 'statement-malformed');
  });

  test('thief 5: one case\'s statements under another\'s order, in the database itself', async () => {
    const made = thief('swapped rows');
    const given = await proofs(own, made.csr, own);
    const ids = sql(`select string_agg(id::text, ',' order by code = '${own.code}') from orders where code in ('${code.code}', '${own.code}')`).split(',');
    const swap = (from, to) => `update statement set order_id = ${to} where order_id = ${from};`;
    const replica = 'set session_replication_role = replica;';
    sql(`${replica} ${swap(ids[0], -1)} ${swap(ids[1], ids[0])}`);
    try {
      const answer = await api('POST', `/api/orders/${code.code}/csr`, { body: { csr: fs.readFileSync(made.csr, 'utf8'), proofs: given } });
      assert.ok([409, 422].includes(answer.status), answer.text);
      assert.ok(['order-mismatch', 'data-mismatch'].includes(answer.json.reason), answer.text);
    } finally {
      sql(`${replica} ${swap(ids[0], ids[1])} ${swap(-1, ids[0])}`);
    }
  });

  test('thief 6: the victim\'s validation with a genuine verification of his own case, and the other way round', async () => {
    const made = thief('mixed statements');
    const [victim, mine] = [factsOf(code), factsOf(own)];
    const given = await proofs(own, made.csr, own);
    refusedBySigner(issueMessage({ validation: victim.validation.cms, verification: mine.verification.cms,
      csr: made.csr, ...given }), 'order-mismatch');
    refusedBySigner(issueMessage({ validation: mine.validation.cms, verification: victim.verification.cms,
      csr: made.csr, ...given }), 'order-mismatch');
    refusedBySigner(issueMessage({ validation: victim.verification.cms, verification: victim.validation.cms,
      csr: made.csr, ...given }), 'statement-type');
    refusedBySigner(issueMessage({ validation: victim.validation.cms, csr: made.csr, ...given }), 'floor');
  });

  test('thief 7: a row edited between statement and emission', async () => {
    const kase = own;
    const made = thief('edited row');
    const given = await proofs(kase, made.csr, kase);
    const id = sql(`select p.id from person p join orders o on o.id = p.order_id where o.code = '${kase.code}'`);
    for (const [column, value] of [['name', 'OUTRA PESSOA'], ['cpf', '98765432100'], ['email', 'outro@cidadao.example'],
        ['birth_date', '1970-01-01']]) {
      const old = sql(`select ${column} from person where id = '${id}'`);
      sql(`update person set ${column} = '${value}' where id = '${id}'`);
      try {
        refusedByServer(await api('POST', `/api/orders/${kase.code}/csr`, { body: { csr: fs.readFileSync(made.csr,
          'utf8'), proofs: given } }), 'data-mismatch');
      } finally {
        sql(`update person set ${column} = '${old}' where id = '${id}'`);
      }
    }
    assert.equal(sql(`select issuance_state from orders where code = '${kase.code}'`), 'ready', 'nothing changed');
  });

  test('thief 8: states set by hand on a case that nobody signed', async () => {
    const made = thief('states by hand');
    const kase = await order();
    sql(`set session_replication_role = replica; update orders set identification_state = 'verified', issuance_state = 'ready',
      attendance_state = 'finished' where code = '${kase.code}'`);
    const answer = await api('POST', `/api/orders/${kase.code}/csr`, { body: { csr: fs.readFileSync(made.csr, 'utf8'), proofs: {} } });
    assert.ok(answer.status >= 400 && answer.status < 500, answer.text);
    refusedBySigner({ type: 'resume', order: kase.code, attempt: 1 }, 'order-mismatch');
  });

  test('thief 9: what the agents signed at another installation', () => {
    const made = thief('another instance');
    const instance = randomBytes(16).toString('hex');
    const stolen = forge({ spki: made.spki, bend: { instance }, bendSecond: { instance } });
    refusedBySigner(issueMessage({ ...stolen, csr: made.csr }), 'statement-instance');
    const half = forge({ spki: made.spki, bendSecond: { instance } });
    refusedBySigner(issueMessage({ ...half, csr: made.csr }), 'statement-instance');
  });

  test('thief 10: statements kept too long, dated ahead, or of too long a life', () => {
    const made = thief('stale statements');
    const at = now();
    const hour = 3600;
    for (const [times, reason] of [
      [{ issued_at: at - 30 * hour, not_after: at - 6 * hour }, 'statement-expired'],
      [{ issued_at: at - 400 * 24 * hour, not_after: at + hour }, 'statement-expired'],
      [{ issued_at: at, not_after: at + 25 * hour }, 'statement-expired'],
      [{ issued_at: at + hour, not_after: at + 2 * hour }, 'statement-not-yet'],
    ]) {
      allRefusedBySigner([{ bend: times, bendSecond: times }, { bendSecond: times }]
        .map((bent) => [issueMessage({ ...forge({ spki: made.spki, ...bent }), csr: made.csr }), reason]));
    }
  });
});

describe('protocol 1: a live ra-server process and its database', () => {
  test('thief 11: other messages to the signer, crafted ones, halves of them', () => {
    allRefusedBySigner(['sign', 'certify', 'template', 'configure', 'key', '', 'ISSUE', 'issue '].map((type) => [{ type,
      csr: 'AAAA' }, 'unknown-type']));
    const facts = factsOf(key);
    const good = issueMessage({ validation: facts.validation.cms, verification: facts.verification.cms, csr: key.csr });
    allRefusedBySigner([{ ...good, subject: '/CN=EU' }, { ...good, csr: undefined }, { ...good, proofs: {} }, { ...good, csr: '%%%' },
      { ...good, crls: 'x' }, { ...good, validation: 7 }].map((bent) => [bent, 'malformed']));
    const texts = ['', 'x', '[]', '{"type":"status","type":"issue"}', `{"type":"${'a'.repeat(200000)}"}`, '{"type":'.repeat(5000)];
    for (const { answer } of signer(texts)) assert.ok(answer === null || answer.type === 'refused', JSON.stringify(answer));
    assert.equal(signer({ type: 'status' }).answer.type, 'status', 'and it goes on');
  });

  test('thief 12: a carrier that exchanges the key in the sealed request to the AC', () => {
    const made = thief('dishonest carrier');
    const modulus = (file) => /Modulus=([0-9A-F]+)/.exec(openssl('req', '-in', file, '-noout', '-modulus'))[1];
    const facts = factsOf(key);
    const message = issueMessage({ validation: facts.validation.cms, verification: facts.verification.cms, csr: key.csr });
    const { answer, carried } = signer(message, { carry: acUrl, swap: `${modulus(key.csr)}:${modulus(made.csr)}` });
    assert.ok(carried > 0, 'it was his to carry');
    assert.notEqual(answer.type, 'issued', JSON.stringify(answer));
  });

  test('and the honest holder still gets his, once, after that', async () => {
    const answer = await sendCsr(key, key.csr);
    assert.equal(answer.status, 200, answer.text);
    assert.ok(certificate(answer.json.certificate).spki.equals(requestSpki(fs.readFileSync(key.csr, 'utf8'))));
  });

  test('thief 13: straight to the AC, as whoever has the network but not the AR\'s credential', () => {
    const made = thief('own CMP request');
    const self = selfMade('/C=BR/O=ICP-Brasil/CN=AR IMA');
    const out = path.join(scratch(), 'certificado.pem');
    for (const credential of [['-cert', self.leaf, '-key', self.key], ['-cert', agents.agent1.leaf, '-key', agents.agent1.key],
      ['-secret', 'pass:senha', '-ref', 'ra']]) {
      const run = spawnSync('openssl', ['cmp', '-cmd', 'ir', '-server', `127.0.0.1:${port + 2}`, '-path', '/.well-known/cmp', ...credential,
        '-newkey', made.key, '-subject', '/C=BR/O=ICP-Brasil/CN=EU:12345678909', '-trusted', path.join(home, 'identities/ca.pem'),
        '-untrusted', path.join(home, 'identities/ca.pem'), '-ignore_keyusage', '-popo', '-1', '-certout', out], { encoding: 'utf8' });
      assert.notEqual(run.status, 0, run.stderr);
      assert.ok(!fs.existsSync(out));
    }
  });

  test('thief 14: a roster of his own making; a row in the database', () => {
    const made = thief('own roster');
    const bundle = (...objects) => {
      const all = Buffer.concat(objects);
      const length = all.length < 256 ? [0x81, all.length] : [0x82, all.length >> 8, all.length & 0xff];
      return Buffer.concat([Buffer.from([0x30, ...length]), all]).toString('base64');
    };
    const self = selfMade('/C=BR/O=ICP-Brasil/CN=ELISA NOGUEIRA PRADO TESTE:82746019396');
    const at = now();
    const roster = (changes = {}) => ({ typ: 'guiche-roster-v1', instance: factsOf(key).validation.content.instance,
      version: 900, issued_at: at,
      not_after: at + 86400, entries: [{ name: 'LADRAO', cpf: '12345678909', spki: self.spki, role: 'agent',
        from: at - 60, until: at + 86400 }], ...changes });
    const send = (who, content) => ({ type: 'roster', roster: bundle(signStatement(who, 'roster', content)) });
    allRefusedBySigner([
      [send(self, roster()), 'statement-certificate'],
      [send(agents.agent1, roster()), 'statement-certificate'],
      [send(agents.auditor, roster()), 'statement-certificate'],
      [send(agents.admin, roster({ instance: randomBytes(16).toString('hex') })), 'statement-instance'],
      [send(agents.admin, roster({ issued_at: at - 90000, not_after: at - 60 })), 'roster-expired'],
      [send(agents.admin, roster({ entries: [{ ...roster().entries[0], spki: agents.admin.spki }] })), 'roster-role'],
      [issueMessage({ ...forge({ spki: made.spki, validator: self }), csr: made.csr }), 'statement-certificate'],
    ]);
    const before_ = signer({ type: 'status' }).answer.roster_version;
    assert.equal(before_, Number(sql('select max(version) from roster')), 'none of them took');
  });

  test('thief 15: strangers at the signer\'s door', { skip: process.getuid() !== 0 && 'one user for everything' }, () => {
    for (const as of [['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'], asOwnerOf('front/tmp'), asOwnerOf('pg/data'), []]) {
      const { answer } = signer({ type: 'status' }, { as });
      assert.equal(answer, null, as.join(' '));
    }
  });

  test('thief 16: a checkpoint for a log that is not the one signed before', () => {
    const { tree_size: size } = signer({ type: 'status' }).answer;
    const root = randomBytes(32).toString('base64');
    allRefusedBySigner([{ size, root, proof: [] }, { size: size + 1, root, proof: [] }, { size: 1, root, proof: [] },
      { size: 0, root, proof: [] },
      { size: size + 5, root, proof: Array.from({ length: 8 }, () => randomBytes(32).toString('base64')) }]
      .map((bent) => [{ type: 'checkpoint', ...bent }, 'checkpoint-inconsistent']));
  });
});

describe('protocol 1: one agent with identity and station', () => {
  let alone;
  before(async () => {
    alone = await order('ecpf-a1', person({ name: 'Clara Menezes Teles' }));
    attend(alone.code);
  });

  test('thief 17: she validates and verifies', () => {
    const made = thief('same agent');
    validate(alone.code, { csr: made.csr });
    const run = cli('agent1', 'verify', alone.code);
    assert.equal(run.status, 1);
    assert.equal(run.json.reason, 'same-agent');
    const { cms, content } = storedStatement(alone.code, 'validation');
    const verification = signStatement(agents.agent1, 'verification', { typ: 'guiche-verification-v1',
      instance: content.instance, order: content.order,
      attempt: content.attempt, issued_at: now(), not_after: now() + 3600, validation: digestOf(cms), waived: [], mail: '' });
    refusedByServer(office('agent1', 'POST', `/api/office/orders/${alone.code}/verification`,
      { body: { cms: verification.toString('base64') } }), 'same-agent');
    refusedBySigner(issueMessage({ validation: cms, verification, csr: made.csr }), 'same-agent');
    refusedBySigner(issueMessage({ validation: cms, csr: made.csr }), 'floor');
  });

  test('thief 18: she forges the second\'s statement: with a certificate of her own making, with his name and CPF', () => {
    const made = thief('forged second');
    const his = openssl('x509', '-in', agents.agent2.leaf, '-noout', '-subject', '-nameopt',
      'RFC2253,sep_comma_plus').replace('subject=', '').trim();
    const double = selfMade(`/C=BR/O=ICP-Brasil/CN=${/CN=([^,]+)/.exec(his)[1]}`);
    const { validation } = forge({ spki: made.spki, verifier: null });
    const facts = factsOf(key).verification.content;
    const verification = signStatement(double, 'verification', { ...facts, attempt: 2, validation: digestOf(validation), mail: '' });
    refusedBySigner(issueMessage({ validation, verification, csr: made.csr }), 'statement-certificate');
    const { cms, content } = storedStatement(alone.code, 'validation');
    const posted = signStatement(double, 'verification', { ...facts, order: content.order, attempt: content.attempt,
      validation: digestOf(cms), mail: '' });
    const answer = office('agent1', 'POST', `/api/office/orders/${alone.code}/verification`, { body: { cms: posted.toString('base64') } });
    assert.equal(answer.status, 422, answer.text);
    assert.equal(answer.json.reason, 'statement-certificate');
  });

  test('thief 19: she uses his genuine signature from another case, or before he has seen her change', () => {
    const made = thief('borrowed signature');
    const { validation } = forge({ spki: made.spki, verifier: null, bend: { attempt: 1 } });
    refusedBySigner(issueMessage({ validation, verification: factsOf(key).verification.cms, csr: made.csr }), 'validation-mismatch');
    refusedBySigner(issueMessage({ ...forge({ spki: made.spki, bendSecond: { order: own.code } }), csr: made.csr }), 'order-mismatch');
    refusedBySigner(issueMessage({ ...forge({ spki: made.spki, bendSecond: { attempt: 1 } }), csr: made.csr }), 'order-mismatch');
    const his = signStatement(agents.agent2, 'validation', storedStatement(alone.code, 'validation').content);
    done('agent1', 'return', alone.code, '--reason', 'corrigir');
    const posted = office('agent1', 'POST', `/api/office/orders/${alone.code}/validation`, { body: { cms: his.toString('base64') } });
    assert.equal(posted.status, 422, posted.text);
    assert.ok(['order-mismatch', 'signer-not-caller'].includes(posted.json.reason), posted.text);
  });

  test('thief 20: she certificates herself', async () => {
    const made = thief('agent as holder');
    const herself = '73190486204';
    const kase = await order('ecpf-a1', person({ name: 'Ana Beatriz Souza Teste', cpf: herself }));
    attend(kase.code, { agent: 'agent2' });
    const run = cli('agent1', 'validate', kase.code, '--bind-csr', made.csr);
    assert.equal(run.status, 1);
    assert.equal(run.json.reason, 'agent-is-subject');
    validate(kase.code, { agent: 'agent2', csr: made.csr });
    const second = cli('agent1', 'verify', kase.code);
    assert.equal(second.status, 1);
    assert.equal(second.json.reason, 'agent-is-subject');
    const facts = factsOf(key).validation.content;
    const people = [{ cpf: herself, role: 'holder' }];
    const data = { ...facts.data, cpf: herself };
    refusedBySigner(issueMessage({ ...forge({ spki: made.spki, bend: { data, people } }), csr: made.csr }), 'agent-is-subject');
    refusedBySigner(issueMessage({ ...forge({ spki: made.spki, validator: agents.agent2, verifier: agents.agent1,
      bend: { data, people } }), csr: made.csr }),
      'agent-is-subject');
    const aside = [...facts.people, { cpf: herself, role: 'representative' }];
    refusedBySigner(issueMessage({ ...forge({ spki: made.spki, bend: { people: aside } }), csr: made.csr }), 'agent-is-subject');
    refusedBySigner(issueMessage({ ...forge({ spki: made.spki, bend: { people: [{ cpf: '12345678909',
      role: 'holder' }] } }), csr: made.csr }),
      'data-mismatch');
    done('agent2', 'refuse', kase.code, '--reason', 'agente como titular');
  });

  test('thief 21: the second signature from an auditor, from an administrator, from somebody outside the roster', () => {
    const made = thief('wrong roles');
    allRefusedBySigner([agents.auditor, agents.admin].flatMap((second) => [{ verifier: second }, { validator: second }])
      .map((signers) => [issueMessage({ ...forge({ spki: made.spki, ...signers }), csr: made.csr }), 'roster-role']));
    const outsider = homologIdentity('FABIO PEREIRA NEVES TESTE', cpf('308572941'));
    refusedBySigner(issueMessage({ ...forge({ spki: made.spki, verifier: outsider }), csr: made.csr }), 'roster-not-listed');
    const knocking = spawnSync('curl', ['-sS', '--cacert', path.join(home, 'identities/ca.pem'), '--cert', outsider.file,
      `https://localhost:${port + 1}/api/office/queue`], { encoding: 'utf8' });
    assert.equal(JSON.parse(knocking.stdout).reason, 'roster-not-listed');
  });

  test('thief 22: the validator keeps the paper half and makes up the other', async () => {
    const made = thief('validator with the paper half');
    const given = await proofs(code, made.csr, { counter: code.counter, mail: halfText() });
    refusedByServer(await sendCsr(code, made.csr, given), 'proof-mail');
    const { validation, verification } = factsOf(code);
    refusedBySigner(issueMessage({ validation: validation.cms, verification: verification.cms, csr: made.csr, ...given }), 'proof-mail');
  });

  test('thief 23: a binding, a profile, a term that the signer\'s own files do not allow', () => {
    const made = thief('bent approval');
    const { profile, place } = factsOf(key).validation.content;
    allRefusedBySigner([
      [{ profile: { ...profile, id: 'RFB_ECPF_A9' } }, 'profile-unknown'],
      [{ profile: { ...profile, digest: '0'.repeat(64) } }, 'profile-digest'],
      [{ profile: { ...profile, term_months: 36 } }, 'profile-term'],
      [{ profile: { ...profile, media: 'token' } }, 'profile-media'],
      [{ key_binding: { kind: 'renewal', cms: 'AAAA' } }, 'binding-not-allowed'],
      [{ key_binding: { kind: 'spki', spki: '0'.repeat(64) } }, 'binding-mismatch'],
      [{ place: { ...place, kind: 'video' } }, 'place-mismatch'],
      [{ method: 'dream' }, 'statement-malformed'],
      [{ extra: 'x' }, 'statement-malformed'],
    ].map(([bend, reason]) => [issueMessage({ ...forge({ spki: made.spki, bend }), csr: made.csr }), reason]));
    refusedBySigner(issueMessage({ ...forge({ spki: made.spki, bendSecond: { waived: [{ rule: 'PFBR-01',
      reason: 'não precisa' }] } }), csr: made.csr }),
      'waiver-mismatch');
  });
});

describe('protocol 1: the mail server', () => {
  const tried = async (made, halves, reason) => {
    const given = await proofs(code, made.csr, halves);
    refusedByServer(await sendCsr(code, made.csr, given), reason);
    const { validation, verification } = factsOf(code);
    refusedBySigner(issueMessage({ validation: validation.cms, verification: verification.cms, csr: made.csr, ...given }), reason);
  };

  test('thief 24: the mail half in both places', () => tried(thief('mail half twice'), { counter: code.mail,
    mail: code.mail }, 'proof-counter'));

  test('thief 25: both halves, each in the other\'s place', () => tried(thief('swapped halves'), { counter: code.mail,
    mail: code.counter }, 'proof-counter'));

  test('thief 26: the mail half of another order', () => tried(thief('half of another order'), { counter: code.counter,
    mail: own.mail }, 'proof-mail'));

  test('thief 27: proofs that are right for another order, instance or validation', async () => {
    const made = thief('proofs about something else');
    const emission = (await api('GET', `/api/orders/${code.code}/emission`)).json;
    const right = { instance: emission.instance, order: code.code, validation: Buffer.from(emission.validation_sha256,
      'hex'), spki: made.spki };
    for (const bend of [{ order: own.code }, { instance: '0'.repeat(32) }, { validation: Buffer.alloc(32) }]) {
      const about = { ...right, ...bend };
      const given = { counter: proof(code.counter, 'counter', about), mail: proof(code.mail, 'mail', about) };
      refusedByServer(await sendCsr(code, made.csr, given), 'proof-counter');
    }
  });
});

describe('protocol 1: the front', () => {
  test('thief 28: whoever is the front may show any certificate, and still signs nothing', () => {
    const made = thief('the front');
    const leaf = encodeURIComponent(agents.agent2.certificate);
    const say = (method, where, body = '') => rawAs(asOwnerOf('front/tmp'), path.join(home, 'run/office.sock'),
      head(`${method} ${where} HTTP/1.1`, 'Host: localhost', `X-Client-Cert: ${leaf}`, 'X-Client-Verify: SUCCESS',
        'Content-Type: application/json',
        `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close') + body);
    const me = say('GET', '/api/office/me');
    assert.match(me.json.name, /^BRUNO /, 'the certificate identifies; the threat model says so');
    const double = selfMade('/C=BR/O=ICP-Brasil/CN=BRUNO CARVALHO LIMA TESTE:64081725390');
    const facts = factsOf(key).validation.content;
    const forged = signStatement(double, 'validation', { ...facts, key_binding: { kind: 'spki', spki: digestOf(made.spki) } });
    const answer = say('POST', `/api/office/orders/${key.code}/validation`, JSON.stringify({ cms: forged.toString('base64') }));
    assert.ok([409, 422].includes(answer.status), answer.text);
    assert.notEqual(answer.json.reason, undefined);
    const { validation, verification } = factsOf(code);
    const csr = say('POST', `/api/office/orders/${code.code}/csr`, JSON.stringify({ csr: fs.readFileSync(made.csr, 'utf8'),
      proofs: { counter: randomBytes(64).toString('base64'), mail: randomBytes(64).toString('base64') } }));
    assert.equal(csr.status, 422, csr.text);
    assert.equal(csr.json.reason, 'proof-counter');
    assert.ok(validation.cms.length > 0 && verification.cms.length > 0);
  });
});

describe('issue 2: requests for certificates that cannot be', () => {
  const folder = scratch();
  const bound = async (csr) => proofs(own, csr, own);
  const send = async (file, reason) => {
    const spki = requestSpki(fs.readFileSync(file, 'utf8'));
    thieves.set(digestOf(spki), `CSR ${reason}`);
    const given = await bound(file);
    refusedByServer(await sendCsr(own, file, given), reason);
    const { validation, verification } = factsOf(own);
    refusedBySigner(issueMessage({ validation: validation.cms, verification: verification.cms, csr: file, ...given }), reason);
  };
  const request = (name, ...words) => {
    const file = path.join(folder, `${name}.csr`);
    openssl('req', '-new', '-nodes', '-keyout', path.join(folder, `${name}.key`), '-subj', '/CN=x', '-out', file, ...words);
    return file;
  };

  test('thief 29: a bad self-signature: somebody else\'s public key', async () => {
    const good = Buffer.from(fs.readFileSync(ownKey().csr, 'utf8').split('-----')[2], 'base64');
    good[good.length - 1] ^= 1;
    const file = path.join(folder, 'ruim.csr');
    fs.writeFileSync(file, `-----BEGIN CERTIFICATE REQUEST-----\n${good.toString('base64').match(/.{1,64}/g).join('\n')}\n-----END CERTIFICATE REQUEST-----\n`);
    await send(file, 'csr-signature');
  });

  test('thief 30: RSA 1024, P-256, exponent 3, a weak digest, a key of Debian\'s broken OpenSSL', async () => {
    await send(debianKeyCsr(folder).csr, 'csr-weak-key');
    await send(request('rsa1024', '-newkey', 'rsa:1024'), 'csr-key-size');
    await send(request('p256', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'), 'csr-algorithm');
    const e3 = path.join(folder, 'e3.key');
    openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-pkeyopt', 'rsa_keygen_pubexp:3', '-out', e3);
    const file = path.join(folder, 'e3.csr');
    openssl('req', '-new', '-key', e3, '-subj', '/CN=x', '-out', file);
    await send(file, 'csr-exponent');
  });

  // Whoever has p alone can sign for it: with a prime for a modulus the key is no secret, though all else is in order.
  function csrOfPrimeModulus() {
    const prime = createDiffieHellmanGroup('modp14').getPrime();
    const n = BigInt(`0x${prime.toString('hex')}`);
    const power = (base, exponent) => {
      let result = 1n;
      for (let square = base, left = exponent; left > 0n; left >>= 1n, square = (square * square) % n)
        if (left & 1n) result = (result * square) % n;
      return result;
    };
    // 65537 turned round modulo n - 1.
    let [a, b, u, v] = [65537n, n - 1n, 1n, 0n];
    while (b !== 0n) [a, b, u, v] = [b, a % b, v, u - (a / b) * v];
    const secret = ((u % (n - 1n)) + n - 1n) % (n - 1n);

    const made = request('primo', '-newkey', 'rsa:2048');
    const der = Buffer.from(fs.readFileSync(made, 'utf8').split('-----')[2], 'base64');
    const { n: modulus } = createPublicKey({ key: requestSpki(fs.readFileSync(made, 'utf8')), format: 'der', type: 'spki' })
      .export({ format: 'jwk' });
    prime.copy(der, der.indexOf(Buffer.from(modulus, 'base64url')));
    const information = der.subarray(4, 4 + 4 + der.readUInt16BE(6));
    const digest = Buffer.concat([Buffer.from('3031300d060960864801650304020105000420', 'hex'), createHash('sha256').update(information).digest()]);
    const padded = Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(256 - 3 - digest.length, 0xff), Buffer.from([0]), digest]);
    const signature = power(BigInt(`0x${padded.toString('hex')}`), secret).toString(16).padStart(512, '0');
    Buffer.from(signature, 'hex').copy(der, der.length - 256);
    fs.writeFileSync(made, `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64').match(/.{1,64}/g).join('\n')}\n-----END CERTIFICATE REQUEST-----\n`);
    return made;
  }

  test('thief 30: a modulus that is one prime', async () => {
    const file = csrOfPrimeModulus();
    openssl('req', '-in', file, '-verify', '-noout');
    await send(file, 'csr-malformed');
  });

  test('thief 31: what is no CSR at all', async () => {
    for (const csr of ['', 'x', '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n', agents.agent1.certificate,
      `${fs.readFileSync(key.csr, 'utf8')}${fs.readFileSync(key.csr, 'utf8')}`]) {
      const answer = await api('POST', `/api/orders/${own.code}/csr`, { body: { csr, proofs: {} } });
      assert.equal(answer.status, 422, `${csr.slice(0, 40)} ${answer.text}`);
      assert.match(answer.json.type, /:(csr-refused|invalid)$/);
    }
  });

  test('thief 32: the key of somebody else\'s certificate, for a case of his own', async () => {
    const given = await bound(key.csr);
    const answer = await sendCsr(own, key.csr, given);
    assert.equal(answer.status, 409, answer.text);
    assert.equal(answer.json.reason, 'key-already-used');
    const { validation, verification } = factsOf(own);
    refusedBySigner(issueMessage({ validation: validation.cms, verification: verification.cms, csr: key.csr,
      ...given }), 'key-already-used');
  });

  test('thief 33: a hostile subject, other names, CA:TRUE in the CSR: only its key is taken', async () => {
    const conf = path.join(folder, 'hostil.cnf');
    fs.writeFileSync(conf, `[req]\ndistinguished_name=d\nreq_extensions=e\nprompt=no\n[d]\nC=BR\nO=ICP-Brasil\nCN=PRESIDENTE DA REPUBLICA:00000000191\n`
      + '[e]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign,cRLSign\nextendedKeyUsage=codeSigning\nsubjectAltName=@s\n'
      + '[s]\nemail.1=outro@malvado.example\nDNS.1=malvado.example\notherName.1=2.16.76.1.3.1;FORMAT:ASCII,OCT:0101190000000000191\n');
    const file = path.join(folder, 'hostil.csr');
    openssl('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', path.join(folder, 'hostil.key'), '-config', conf, '-out', file);
    const answer = await sendCsr(own, file, await bound(file));
    assert.equal(answer.status, 200, answer.text);
    const cert = certificate(answer.json.certificate);
    assert.equal(cert.subject.at(-1).text, `LADRAO DE CARTEIRAS:${own.holder.cpf}`);
    const text = cert.der.toString('latin1');
    for (const word of ['PRESIDENTE', 'malvado', '00000000191']) assert.ok(!text.includes(word), word);
    assert.equal(cert.extensions['2.5.29.19'].value.whole.toString('hex'), '3000');
  });
});

describe('refused, superseded, revoked', () => {
  test('thief 34: a case that was refused after both had signed', async () => {
    const kase = await readyByCode();
    const made = thief('refused case');
    const facts = pair(kase.code);
    const given = await proofs(kase, made.csr, kase);
    done('agent3', 'refuse', kase.code, '--reason', 'denúncia');
    const answer = await api('POST', `/api/orders/${kase.code}/csr`, { body: { csr: fs.readFileSync(made.csr, 'utf8'), proofs: given } });
    assert.equal(answer.status, 409, answer.text);
    refusedBySigner(issueMessage({ validation: facts.validation.cms, verification: facts.verification.cms,
      csr: made.csr, ...given }), 'attempt-refused');
    sql(`set session_replication_role = replica; update orders set identification_state = 'verified', issuance_state = 'ready', closed_at = null
      where code = '${kase.code}'`);
    const revived = await api('POST', `/api/orders/${kase.code}/csr`, { body: { csr: fs.readFileSync(made.csr, 'utf8'), proofs: given } });
    assert.ok(revived.status >= 400 && revived.status < 500, `brought back in the database, and still refused: ${revived.text}`);
  });

  test('thief 35: the codes of an attempt that a later one replaced', async () => {
    const kase = await readyByCode();
    const made = thief('older attempt');
    const old = pair(kase.code);
    const given = await proofs(kase, made.csr, kase);
    done('agent1', 'contact', kase.code, '--email', `outro${kase.holder.email}`);
    const keys = makeCsr();
    validate(kase.code, { csr: keys.csr });
    verify(kase.code);
    const answer = await sendCsr(kase, keys.csr);
    assert.equal(answer.status, 200, answer.text);
    refusedBySigner(issueMessage({ validation: old.validation.cms, verification: old.verification.cms, csr: made.csr,
      ...given }), 'attempt-superseded');
    const api_ = await api('POST', `/api/orders/${kase.code}/csr`, { body: { csr: fs.readFileSync(made.csr, 'utf8'), proofs: given } });
    assert.ok([409, 422].includes(api_.status), api_.text);
  });

  test('thief 36: false revocation: one agent where two are due, the same twice, another\'s serial, no agent at all', async () => {
    const issued = JSON.parse(JSON.stringify((await sendCsr(key, key.csr)).json));
    const cert = certificate(issued.certificate);
    const content = (changes = {}) => ({ typ: 'guiche-revocation-v1',
      instance: factsOf(key).validation.content.instance, order: key.code, attempt: 1,
      issued_at: now(), not_after: now() + 3600, serial: cert.serial, reason: 4, ...changes });
    const revoke = (...statements) => ({ type: 'revoke', statements: statements.map((cms) => cms.toString('base64')),
      certificate: cert.der.toString('base64'), crls: crls() });
    const by = (who, changes) => signStatement(who, 'revocation', content(changes));
    const double = selfMade('/C=BR/O=ICP-Brasil/CN=BRUNO CARVALHO LIMA TESTE:64081725390');
    const first = by(agents.agent1);
    const both = (changes) => revoke(by(agents.agent1, changes), by(agents.agent2, changes));
    allRefusedBySigner([
      [revoke(first), 'floor'],
      [revoke(first, by(agents.agent1)), 'same-agent'],
      [revoke(first, by(agents.auditor)), 'roster-role'],
      [revoke(first, by(agents.agent2, { reason: 5 })), 'order-mismatch'],
      [both({ order: own.code }), 'order-mismatch'],
      [both({ serial: 'ab'.repeat(16) }), 'data-mismatch'],
      [both({ issued_at: now() - 90000, not_after: now() - 60 }), 'statement-expired'],
      [revoke(first, by(double)), 'statement-certificate'],
      [revoke(by(double, { reason: 1 })), 'statement-certificate'],
    ]);
    const posted = await officeLater('agent1', 'POST', `/api/office/orders/${own.code}/revocation`,
      { body: { cms: by(agents.agent1, { order: own.code }).toString('base64') } });
    assert.equal(posted.status, 422, posted.text);
    const states = sql(`select string_agg(issuance_state, ',') from orders where code in ('${key.code}', '${own.code}')`);
    assert.ok(!states.includes('revo'), states);
  });

  test('not promised, and said so: two dishonest agents together do get one', () => {
    const made = ownKey();
    const bend = { order: `TW0${String(Date.now()).slice(-9)}` };
    const { answer, carried } = signer(issueMessage({ ...forge({ spki: made.spki, bend, bendSecond: bend }),
      csr: made.csr }), { carry: acUrl });
    assert.equal(answer.type, 'issued', JSON.stringify(answer));
    assert.ok(carried > 0);
    assert.ok(certifiedKeys().has(digestOf(made.spki)), 'so these tools could issue, and the drawer tells');
  });

  test('an honest holder with both halves is served, through the very doors that were shut', async () => {
    const keys = makeCsr();
    const answer = await sendCsr(code, keys.csr, await proofs(code, keys.csr, code));
    assert.equal(answer.status, 200, answer.text);
  });
});

// A certificate from the same AC as the agents', for anybody.
function homologIdentity(name, number) {
  const folder = scratch();
  const made = path.join(home, `ca/${path.basename(folder)}.pem`);
  const words = [...asOwnerOf('ca'), path.join(home, 'bin/homolog-ca'), 'identity', path.join(home, 'ca'), '--clock',
    path.join(home, 'clock'), '--name', name,
    '--cpf', number, '--birth', '1980-01-01', '--email', 'alguem@ar.example', '--out', made];
  const run = spawnSync(words[0], words.slice(1), { encoding: 'utf8', cwd: '/' });
  assert.equal(run.status, 0, run.stderr);
  const file = path.join(folder, 'identidade.pem');
  fs.copyFileSync(made, file);
  fs.rmSync(made);
  return { ...identity(file), file };
}

describe('protocol 5: the roster and the CRLs age forwards only', () => {
  let extra;
  let lastAuditor;
  let versionOne;
  const serialOf = (who) => certificate(who.certificate).serial;

  before(() => {
    versionOne = Buffer.from(sql('select encode(bundle, \'hex\') from roster order by version desc limit 1'), 'hex');
    extra = homologIdentity('GUILHERME SANTOS REIS TESTE', cpf('691350428'));
    lastAuditor = homologIdentity('HELENA PRADO LIMA TESTE', cpf('518274936'));
    signRoster('--agent', extra.file, '--auditor', lastAuditor.file);
  });

  function signRoster(...more) {
    done('admin', 'admin', 'roster', 'sign', ...['agent1', 'agent2', 'agent3'].flatMap((name) => ['--agent',
      path.join(home, `identities/${name}.pem`)]), '--auditor', path.join(home, 'identities/auditor.pem'), ...more,
      '--days', '365');
  }

  test('thief 37: an older roster, replayed; the same number with other names', () => {
    refusedBySigner({ type: 'roster', roster: versionOne.toString('base64') }, 'roster-lower');
    const answer = office('admin', 'POST', '/api/office/roster', { body: { roster: versionOne.toString('base64') } });
    assert.equal(answer.status, 422, answer.text);
    assert.equal(answer.json.reason, 'roster-lower');
  });

  test('thief 38: an agent\'s revoked certificate; no CRL', () => {
    const made = thief('revoked agent');
    const stolen = () => forge({ spki: made.spki, verifier: extra, bend: { order: 'REVQKED00000' },
      bendSecond: { order: 'REVQKED00000' } });
    const older = crlsOfTheAc();
    const message = issueMessage({ ...stolen(), csr: made.csr, lists: older });
    refusedBySigner({ ...message, crls: [] }, 'crl-missing');
    refusedBySigner({ ...message, crls: older.slice(0, 1) }, 'crl-missing');
    const words = [...asOwnerOf('ca'), path.join(home, 'bin/homolog-ca'), 'revoke', path.join(home, 'ca'), '--clock',
      path.join(home, 'clock'), '--serial', serialOf(extra),
      '--reason', '1'];
    const run = spawnSync(words[0], words.slice(1), { encoding: 'utf8', cwd: '/' });
    assert.equal(run.status, 0, run.stderr);
    const fresh = crlsOfTheAc();
    assert.notDeepEqual(fresh, older, 'a new CRL is there');
    refusedBySigner({ ...message, crls: fresh }, 'certificate-revoked');
  });

  test('identification-rules 3.8: whoever leaves the roster is in the log, an agent as removed, an auditor without the permission', () => {
    const last = sql('select max(id) from event');
    signRoster();
    const left = sql(`select convert_from(bytes, 'UTF8') from event where id > ${last} and code in ('AGENT_ADDED', 'AGENT_REMOVED',
      'PERM_GRANTED', 'PERM_REVOKED') order by id`).split('\n').map((text) => JSON.parse(text));
    assert.deepEqual(left.map((one) => [one.event, one.detail.role, one.detail.agent]).sort(), [
      ['AGENT_REMOVED', 'agent', extra.spki], ['PERM_REVOKED', 'auditor', lastAuditor.spki]]);
  });

  test('and the house goes on', async () => {
    const kase = await readyByKey();
    const answer = await sendCsr(kase, kase.csr);
    assert.equal(answer.status, 200, answer.text);
  });
});

test('no thief\'s key stands in the AC\'s drawer', () => {
  const drawer = certifiedKeys();
  for (const [digest, what] of thieves) assert.ok(!drawer.has(digest), `certified: ${what}`);
  assert.ok(thieves.size >= 12, 'a dozen ways at least');
});
