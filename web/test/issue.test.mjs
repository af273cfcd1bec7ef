// SPDX-License-Identifier: GPL-3.0-or-later
//
// The emission without a page: against the pretend authority, and the file opened by openssl.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import './setup.mjs';
import { Authority } from './authority.mjs';
import { Refusal, askCase, askCertificate, askTerm } from '../emission/api.mjs';
import { fromPem } from '../emission/bytes.mjs';
import { checkSaved, fileName, issue } from '../emission/issue.mjs';
import { exportKey } from '../emission/key.mjs';
import { NotOurFile, WrongPassphrase, macKey, readP12 } from '../emission/p12.mjs';
import { readTerm, termBlocks } from '../emission/term.mjs';
import { explain, refusals } from '../emission/texts.mjs';

const passphrase = 'Senha forte "2026"';

// The pretend server behind fetch's shape.
const fetchFrom = (authority) => async (url, { method, body }) => {
  const { status, body: answer } = url.endsWith('/emission') ? { status: 200, body: authority.emission() }
    : url.endsWith('/term') ? authority.readTerm(JSON.parse(body))
      : await authority.certify(JSON.parse(body));
  assert.ok(method === 'GET' || method === 'POST');
  return new Response(JSON.stringify(answer), { status });
};

async function prepare(changes = {}) {
  const authority = await new Authority().start();
  const fetcher = fetchFrom(authority);
  const emission = await askCase(authority.order, fetcher);
  const work = { order: authority.order, emission, paper: authority.paper, mail: authority.mail, passphrase, ...changes };
  const told = [];
  const listener = {
    onTask: (task) => told.push(task),
    onWait: () => told.push('wait'),
    ask: (order, content, onWait) => askCertificate(order, content, onWait, fetcher),
  };
  return { authority, work, listener, told };
}

function opensslOpens(file, ...options) {
  const folder = mkdtempSync(path.join(tmpdir(), 'p12-'));
  try {
    writeFileSync(path.join(folder, 'a.p12'), file);
    return execFileSync('openssl', ['pkcs12', '-in', 'a.p12', '-passin', `pass:${passphrase}`, ...options], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('from two halves to a file that openssl opens, with the whole chain', async () => {
  const { authority, work, listener, told } = await prepare();
  const about = await issue(work, listener);
  assert.equal(about.name, 'MARINA GONCALVES PRADO');
  assert.equal(about.fileName, 'marina-goncalves-prado-G7MZ4K2QX9TB.p12');
  assert.deepEqual(told, ['key', 'request', 'certificate', 'file']);
  const certificates = opensslOpens(work.file, '-nokeys');
  assert.equal(fromPem('CERTIFICATE', certificates).length, 2);
  assert.match(certificates, /friendlyName: MARINA GONCALVES PRADO - expira em \d\d\/\d\d\/\d{4}\n/);
  const key = fromPem('PRIVATE KEY', opensslOpens(work.file, '-nocerts', '-nodes'))[0];
  assert.deepEqual(key, await exportKey(work.key));
  await checkSaved(work.file, passphrase, work);
  assert.equal(authority.requests, 1);
});

test('the file is sealed with AES-256 and SHA-256, 100,000 iterations each', async () => {
  const { work, listener } = await prepare();
  await issue(work, listener);
  const folder = mkdtempSync(path.join(tmpdir(), 'p12-'));
  writeFileSync(path.join(folder, 'a.p12'), work.file);
  const info = execFileSync('sh', ['-c', 'openssl pkcs12 -in "$1" -passin "pass:$2" -info -noout 2>&1', 'sh', path.join(folder, 'a.p12'), passphrase], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  assert.match(info, /MAC: sha256, Iteration 100000/);
  assert.equal(info.match(/PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256/g).length, 2);
});

test('RFC 7292 B.2: the key of the MAC, against bytes worked out with Python', () => {
  const key = macKey('smeg', Uint8Array.from([0x0a, 0x58, 0xcf, 0x64, 0x53, 0x0d, 0x82, 0x3f]), 1);
  assert.equal(Buffer.from(key).toString('hex'), 'b26d0cad11e901ad0ba0ce08b18df8fc49d2eb271bf02a0cee1669e01251b18d');
});

test('each half typed in the other one\'s field is as good', async () => {
  const { authority, work, listener } = await prepare();
  Object.assign(work, { paper: authority.mail, mail: authority.paper });
  await issue(work, listener);
  assert.equal(authority.requests, 2);
});

const asking = (authority) => (order, content) => askTerm(order, content, fetchFrom(authority));

test('the term: read by both halves, signed with the new key beside the request', async () => {
  const { authority, work, listener } = await prepare();
  await readTerm(work, asking(authority));
  assert.deepEqual(work.term.pdf, authority.term);
  await issue(work, listener);
  assert.match(authority.termSignature, /^[A-Za-z0-9+/]{342}==$/);
});

test('the term: halves typed the other way round are exchanged for good', async () => {
  const { authority, work, listener } = await prepare();
  Object.assign(work, { paper: authority.mail, mail: authority.paper });
  await readTerm(work, asking(authority));
  assert.deepEqual(work.paper, authority.paper);
  await issue(work, listener);
  assert.equal(authority.requests, 1);
});

test('the term: a wrong half is told before any key is made', async () => {
  const { authority, work } = await prepare({ mail: new Uint8Array(10) });
  await assert.rejects(readTerm(work, asking(authority)), (error) => explain(error).go === 'codes');
  assert.equal(work.term, undefined);
  assert.equal(work.key, undefined);
});

test('the term: other bytes than the announced ones are not signed', async () => {
  const { authority, work } = await prepare();
  authority.term = authority.term.slice(1);
  await assert.rejects(readTerm(work, asking(authority)), (error) => explain(error) === refusals['foreign-term']);
  assert.equal(work.term, undefined);
});

test('the term: a signature over another one is refused and nothing is issued', async () => {
  const { authority, work, listener } = await prepare();
  await readTerm(work, asking(authority));
  work.term.digest = work.term.digest.map((byte) => byte ^ 1);
  await assert.rejects(issue(work, listener), (error) => explain(error) === refusals['term-refused']);
  assert.equal(authority.issued, null);
});

test('a case without a term asks for none', async () => {
  const { authority, work, listener } = await prepare();
  delete work.emission.term;
  await readTerm(work, asking(authority));
  await issue(work, listener);
  assert.equal(authority.termSignature, undefined);
});

test('the lines of a term become blocks', () => {
  assert.deepEqual(termBlocks('# T\n\n## S\n= Nome | A | B\n- x\nfrase = - #\n_ y\n'), [
    { kind: 'title', text: 'T' }, { kind: 'section', text: 'S' }, { kind: 'fact', label: 'Nome', text: 'A | B' },
    { kind: 'item', text: 'x' }, { kind: 'paragraph', text: 'frase = - #' }, { kind: 'sign', text: 'y' },
  ]);
});

test('a wrong half: refused, nothing consumed, and right afterwards with the same key', async () => {
  const { authority, work, listener } = await prepare({ paper: new Uint8Array(10) });
  await assert.rejects(issue(work, listener), (error) => error instanceof Refusal && explain(error).go === 'codes');
  const { key } = work;
  work.paper = authority.paper;
  await issue(work, listener);
  assert.equal(work.key, key);
});

test('202: waits, asks again with the same key, and goes on', async () => {
  const { authority, work, listener, told } = await prepare();
  authority.pending = 1;
  await issue(work, listener);
  assert.ok(told.includes('wait'));
  assert.equal(authority.requests, 2);
});

test('another key after the certificate was issued: says that the key is lost', async () => {
  const { authority, work, listener } = await prepare();
  await issue(work, listener);
  const again = await prepare();
  again.listener.ask = (order, content, onWait) => askCertificate(order, content, onWait, fetchFrom(authority));
  await assert.rejects(issue(again.work, again.listener), (error) => explain(error) === refusals['key-mismatch']);
});

test('the network fails after the request was sent: the same key gets the same certificate', async () => {
  const { authority, work, listener } = await prepare();
  const fetcher = fetchFrom(authority);
  let failures = 1;
  listener.ask = (order, content, onWait) => askCertificate(order, content, onWait, async (...request) => {
    const answer = await fetcher(...request);
    if (failures-- > 0) throw new TypeError('network');
    return answer;
  });
  await assert.rejects(issue(work, listener), (error) => explain(error).go === 'retry');
  await issue(work, listener);
  assert.equal(authority.requests, 2);
  await checkSaved(work.file, passphrase, work);
});

test('a certificate for somebody else\'s key is refused', async () => {
  const { work, listener } = await prepare();
  const other = await prepare();
  await issue(other.work, other.listener);
  listener.ask = async () => other.authority.issued.answer;
  await assert.rejects(issue(work, listener), (error) => error.word === 'foreign-certificate' && explain(error).go === 'stop');
  assert.equal(work.file, undefined);
});

test('the saved file: wrong passphrase, another file, a damaged file', async () => {
  const { work, listener } = await prepare();
  await issue(work, listener);
  const other = await prepare();
  await issue(other.work, other.listener);
  await assert.rejects(checkSaved(work.file, 'outra senha', work), WrongPassphrase);
  await assert.rejects(checkSaved(other.work.file, passphrase, work), NotOurFile);
  await assert.rejects(checkSaved(work.file.subarray(0, 500), passphrase, work), NotOurFile);
  await assert.rejects(checkSaved(new Uint8Array(), passphrase, work), NotOurFile);
  const damaged = work.file.slice();
  damaged[damaged.length >> 1] ^= 1;
  await assert.rejects(checkSaved(damaged, passphrase, work));
  assert.equal((await readP12(work.file, passphrase)).certificates.length, 2);
});

test('whatever the server says becomes a sentence and a way on', async () => {
  for (const [word, text] of Object.entries(refusals)) {
    assert.ok(text.title && text.text && ['codes', 'retry', 'stop'].includes(text.go), word);
  }
  const answers = async (status, content) => {
    try {
      await askCase('G7MZ4K2QX9TB', async () => new Response(content, { status }));
    } catch (error) {
      return explain(error);
    }
    return null;
  };
  assert.equal(await answers(404, '{"type":"urn:guiche:problem:not-found"}'), refusals['not-found']);
  assert.equal(await answers(404, 'not json'), refusals['not-found']);
  assert.equal(await answers(429, '{}'), refusals['rate-limited']);
  assert.equal(await answers(502, '<html>'), refusals.server);
  assert.equal((await answers(409, '{"type":"urn:guiche:problem:conflict","detail":"Ainda em conferência."}')).text, 'Ainda em conferência.');
  assert.equal(await answers(422, '{"type":"urn:guiche:problem:statement-refused","reason":"statement-expired"}'), refusals.expired);
  for (const [reason, word] of [['ocsp-missing', 'ocsp-silent'], ['ocsp-expired', 'ocsp-silent'], ['ocsp-unknown', 'ocsp-unknown']])
    assert.equal(await answers(422, `{"type":"urn:guiche:problem:statement-refused","reason":"${reason}"}`), refusals[word]);
  assert.equal(await answers(200, '{"instance":"x"}'), refusals.server);
});

test('file names carry no accent and no path', () => {
  assert.equal(fileName({ name: 'JOÃO ../D\'ÁVILA' }, 'X'), 'joao-davila-X.p12');
  assert.equal(fileName({ name: '' }, 'X'), 'certificado-X.p12');
});
