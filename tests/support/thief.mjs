// SPDX-License-Identifier: GPL-3.0-or-later
// The thief's tools: statements of any content signed by any key, proofs from any half, words with the signer as the
// server's own user would have them, a look into the AC's drawer. Honest parts only in what they are made of.
import { spawnSync } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey, hkdfSync, randomBytes, sign } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

import { certificate, pemToDer, requestSpki, sha256, signedContent } from './der.mjs';
import { api, home, makeCsr, office, openssl, port, root, scratch, sql } from './office.mjs';

export const acUrl = `http://127.0.0.1:${port + 2}/.well-known/cmp`;
const arc = '2.25.152520765271026514040956998696801732245';
export const types = {
  validation: { typ: 'guiche-validation-v1', oid: `${arc}.1` },
  verification: { typ: 'guiche-verification-v1', oid: `${arc}.2` },
  refusal: { typ: 'guiche-refusal-v1', oid: `${arc}.3` },
  revocation: { typ: 'guiche-revocation-v1', oid: `${arc}.4` },
  roster: { typ: 'guiche-roster-v1', oid: `${arc}.5` },
  rules: { typ: 'guiche-rules-v1', oid: `${arc}.6` },
};

// --- signing ------------------------------------------------------------------------------------------------------

export function blocks(pem, kind) {
  return pem.match(new RegExp(`-----BEGIN ${kind}-----[\\s\\S]+?-----END ${kind}-----\\n?`, 'g')) ?? [];
}

// Key, leaf and chain of an identity file, as three files for openssl.
export function identity(file) {
  const pem = fs.readFileSync(file.includes('/') ? file : path.join(home, `identities/${file}.pem`), 'utf8');
  const folder = scratch();
  const certificates = blocks(pem, 'CERTIFICATE');
  const put = (name, text) => {
    fs.writeFileSync(path.join(folder, name), text, { mode: 0o600 });
    return path.join(folder, name);
  };
  return {
    key: put('key.pem', /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----\n?/.exec(pem)[0]),
    leaf: put('leaf.pem', certificates[0]),
    chain: certificates.length > 1 ? put('chain.pem', certificates.slice(1).join('')) : null,
    certificate: certificates[0],
    spki: sha256(certificate(certificates[0]).spki).toString('hex'),
  };
}

// The CMS that ra-cli would make of these words, whoever signs them.
export function signStatement(who, type, content) {
  const folder = scratch();
  const input = path.join(folder, 'content');
  const output = path.join(folder, 'cms');
  fs.writeFileSync(input, typeof content === 'string' ? content : JSON.stringify(content));
  openssl('cms', '-sign', '-binary', '-nodetach', '-nosmimecap', '-cades', '-md', 'sha256', '-econtent_type',
    types[type].oid, '-signer', who.leaf, '-inkey', who.key,
    ...(who.chain && type !== 'roster' ? ['-certfile', who.chain] : []), '-in', input, '-outform', 'DER', '-out', output);
  return fs.readFileSync(output);
}

// A certificate of the thief's own making that says what another's says.
export function selfMade(subject) {
  const folder = scratch();
  const key = path.join(folder, 'key.pem');
  const leaf = path.join(folder, 'leaf.pem');
  openssl('req', '-x509', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-subj', subject, '-days', '30',
    '-addext', 'keyUsage=critical,digitalSignature,nonRepudiation', '-out', leaf);
  const pem = fs.readFileSync(leaf, 'utf8');
  return { key, leaf, chain: null, certificate: pem, spki: sha256(certificate(pem).spki).toString('hex') };
}

// --- what a copy of the database holds ----------------------------------------------------------------------------

export function storedStatement(code, type, attempt) {
  const hex = sql(`select encode(s.cms, 'hex') from statement s join orders o on o.id = s.order_id
    where o.code = '${code}' and s.typ = '${types[type].typ}'
    ${attempt ? `and s.attempt = ${attempt}` : ''} order by s.attempt desc limit 1`);
  if (hex === '') throw new Error(`no ${type} of ${code}`);
  const cms = Buffer.from(hex, 'hex');
  return { cms, digest: sha256(cms), content: JSON.parse(signedContent(cms).toString('utf8')) };
}

export function pair(code, attempt) {
  return { validation: storedStatement(code, 'validation', attempt),
    verification: storedStatement(code, 'verification', attempt) };
}

// The agents' issuers' CRLs: as the server carries them, and as they lie with the AC this very moment.
let carried;
export function crls() {
  carried ??= office('agent1', 'GET', '/api/office/crls').json.crls;
  return carried;
}

export function crlsOfTheAc() {
  const folder = path.join(home, 'ca/public');
  return fs.readdirSync(folder).filter((name) => name.endsWith('.crl'))
    .map((name) => {
      const bytes = fs.readFileSync(path.join(folder, name));
      return (bytes[0] === 0x30 ? bytes : pemToDer(bytes.toString())).toString('base64');
    });
}

// --- the emission code ----------------------------------------------------------------------------------------------

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export function halfBytes(text) {
  const plain = text.toUpperCase().replaceAll('-', '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  const values = [...plain].map((character) => alphabet.indexOf(character));
  if (values.length !== 20 || values.includes(-1)) throw new Error(`not a half: ${text}`);
  let bits = 0n;
  values.forEach((value, i) => { if (i % 5 !== 4) bits = (bits << 5n) | BigInt(value); });
  return Buffer.from(bits.toString(16).padStart(20, '0'), 'hex');
}

function checkValue(values, group) {
  let sum = 0;
  for (const value of values) {
    sum = (sum ^ value) << 1;
    if (sum & 32) sum ^= 0x25;
  }
  return sum ^ group;
}

// Any ten bytes as a half that reads well.
export function halfText(bytes = randomBytes(10)) {
  let bits = BigInt(`0x${bytes.toString('hex')}`);
  const values = [];
  for (let i = 0; i < 16; i++) {
    values.unshift(Number(bits & 31n));
    bits >>= 5n;
  }
  return [0, 1, 2, 3].map((group) => {
    const own = values.slice(4 * group, 4 * group + 4);
    return [...own, checkValue(own, group + 1)].map((value) => alphabet[value]).join('');
  }).join('-');
}

function halfKey(half, kind, { instance, order }) {
  const info = Buffer.concat([Buffer.from(`${kind}\0`), Buffer.from(order)]);
  const seed = Buffer.from(hkdfSync('sha256', halfBytes(half), Buffer.from(instance), info, 32));
  return createPrivateKey({ format: 'der', type: 'pkcs8',
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]) });
}

// As a statement holds it.
export function halfPublicKey(half, kind, about) {
  return createPublicKey(halfKey(half, kind, about)).export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
}

export function proof(half, kind, { instance, order, validation, spki }) {
  const key = halfKey(half, kind, { instance, order });
  const message = Buffer.concat([Buffer.from(`guiche-emission-v1\0${instance}\0${order}\0`), validation, spki]);
  return sign(null, message, key).toString('base64');
}

// Both proofs for a CSR of a case, from the halves given (a missing one stays out).
export async function proofs(kase, csrFile, { counter, mail }) {
  const emission = (await api('GET', `/api/orders/${kase.code}/emission`)).json;
  const about = { instance: emission.instance, order: kase.code,
    validation: Buffer.from(emission.validation_sha256, 'hex'),
    spki: requestSpki(fs.readFileSync(csrFile, 'utf8')) };
  return { ...(counter ? { counter: proof(counter, 'counter', about) } : {}),
    ...(mail ? { mail: proof(mail, 'mail', about) } : {}) };
}

export async function sendCsr(kase, csrFile, given = {}) {
  const csr = fs.readFileSync(csrFile, 'utf8');
  for (let tries = 0; tries < 30; tries++) {
    const answer = await api('POST', `/api/orders/${kase.code}/csr`, { body: { csr, proofs: given } });
    if (answer.status !== 202) return answer;
    await new Promise((resolve) => { setTimeout(resolve, 500); });
  }
  throw new Error('the AC never answered');
}

// --- words with the signer ------------------------------------------------------------------------------------------

const helper = fs.readFileSync(path.join(root, 'tests/support/seqpacket.py'), 'utf8');

// As the user of a folder of the instance: "run" is the server's. Without root there is only one user.
export function asOwnerOf(name) {
  if (process.getuid() !== 0) return [];
  const { uid } = fs.statSync(path.join(home, name));
  const user = spawnSync('id', ['-nu', String(uid)], { encoding: 'utf8' }).stdout.trim();
  return ['setpriv', `--reuid=${uid}`, `--regid=${spawnSync('id', ['-g', user], { encoding: 'utf8' }).stdout.trim()}`,
    '--init-groups'];
}

export function signer(messages, { carry = '', swap = '', as = asOwnerOf('keys') } = {}) {
  const words = [...as, '/usr/bin/python3', '-c', helper, path.join(home, 'signer/run/sock'), carry, swap];
  const run = spawnSync(words[0], words.slice(1), { encoding: 'utf8', maxBuffer: 64 << 20,
    input: JSON.stringify(Array.isArray(messages) ? messages : [messages]), cwd: '/' });
  if (run.status !== 0) throw new Error(`seqpacket: ${run.stderr}`);
  const results = JSON.parse(run.stdout);
  return Array.isArray(messages) ? results : results[0];
}

export function issueMessage({ validation, verification, csr, counter = '', mail = '', lists = crls() }) {
  return { type: 'issue', validation: validation.toString('base64'),
    verification: verification ? verification.toString('base64') : '',
    csr: pemToDer(fs.readFileSync(csr, 'utf8')).toString('base64'), proofs: { counter, mail }, crls: lists };
}

// --- what became of it ----------------------------------------------------------------------------------------------

export function ownKey(options) {
  const made = makeCsr(scratch(), 'ladrao', options);
  return { ...made, spki: requestSpki(fs.readFileSync(made.csr, 'utf8')) };
}

// Digests of the keys of every certificate that the AC ever made, from its own drawer, not from our tables.
export function certifiedKeys() {
  const folder = path.join(home, 'ca/issued');
  const keys = new Set();
  for (const name of fs.readdirSync(folder)) {
    const bytes = fs.readFileSync(path.join(folder, name));
    const ders = bytes[0] === 0x30 ? [bytes] : blocks(bytes.toString('latin1'), 'CERTIFICATE').map(pemToDer);
    for (const der of ders) keys.add(createHash('sha256').update(certificate(der).spki).digest('hex'));
  }
  return keys;
}
