// SPDX-License-Identifier: GPL-3.0-or-later
//
// Both variants of the file that the page makes, opened by everybody (issue 5: "GnuTLS, NSS, Java and OpenSSL agree on
// every file we hand out").
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import './setup.mjs';
import { everybodyOpens } from '../../tests/support/openers.mjs';
import { askCertificate } from '../emission/api.mjs';
import * as compat from '../emission/compat.mjs';
import { checkSaved, issue, makeCompatible } from '../emission/issue.mjs';
import { NotOurFile, WrongPassphrase } from '../emission/p12.mjs';
import { readCompatible } from '../emission/p12-compatible.mjs';
import { accepts } from '../emission/passphrase.mjs';
import { Authority } from './authority.mjs';

// Every kind of character that the page lets through.
const passphrase = 'aZ9 !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~x';
const folder = mkdtempSync(path.join(tmpdir(), 'files-'));
let work;
let normal;
let seen;

before(async () => {
  assert.ok(accepts(passphrase));
  const authority = await new Authority().start();
  const fetcher = async (url, { body }) => {
    const { status, body: answer } = await authority.certify(JSON.parse(body));
    return new Response(JSON.stringify(answer), { status });
  };
  work = { order: authority.order, emission: authority.emission(), paper: authority.paper, mail: authority.mail, passphrase };
  await issue(work, { onTask() {}, onWait() {}, ask: (order, content, onWait) => askCertificate(order, content, onWait, fetcher) });
  normal = work.file;
});
after(() => rmSync(folder, { recursive: true }));

function saved(name, bytes) {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

const info = (file) => execFileSync('sh', ['-c', 'openssl pkcs12 -in "$1" -passin "pass:$2" -info -noout 2>&1', 'sh', file, passphrase], { encoding: 'utf8' });
const listed = /marina goncalves prado - expira em \d\d\/\d\d\/\d{4}/i;

test('AES-256 by default: OpenSSL, GnuTLS, Java and NSS open it and list holder and expiry', () => {
  const file = saved('normal.p12', normal);
  assert.match(info(file), /PBES2, PBKDF2, AES-256-CBC/);
  seen = everybodyOpens(file, passphrase);
  assert.match(seen.alias, listed);
  assert.match(seen.nss, listed);
});

test('the compatible variant: 3DES from the key still in the page, and the four open it as well', async () => {
  const { fileName } = await makeCompatible(work, compat);
  assert.match(fileName, /-compativel\.p12$/);
  const file = saved('compatible.p12', work.file);
  const text = info(file);
  assert.match(text, /MAC: sha1, Iteration 10000/);
  assert.equal(text.match(/pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 10000/g).length, 2, 'key and certificates');
  const { alias, nss, certificates } = everybodyOpens(file, passphrase);
  assert.match(alias, listed);
  assert.match(nss, listed);
  assert.deepEqual(certificates, seen.certificates, 'the same certificate and chain');
});

test('the forced re-opening knows which of the two it asked for', async () => {
  await checkSaved(work.file, passphrase, work);
  await assert.rejects(checkSaved(normal, passphrase, work), NotOurFile);
  await assert.rejects(checkSaved(work.file, `${passphrase}x`, work), WrongPassphrase);
  await assert.rejects(checkSaved(work.file, passphrase, { issued: work.issued }), NotOurFile);
  for (const size of [0, 1, 30, 500, work.file.length - 1]) {
    await assert.rejects(checkSaved(work.file.subarray(0, size), passphrase, work), Error, `${size} bytes`);
  }
});

test('a file sealed with a count meant to keep the reader busy is not computed', () => {
  const bytes = work.file.slice();
  const count = Buffer.from(bytes).lastIndexOf(Buffer.from([0x02, 0x02, 0x27, 0x10])); // 10,000
  assert.ok(count > 0);
  const busy = new Uint8Array([...bytes]);
  busy.set([0x02, 0x02, 0x7f, 0xff], count);
  assert.throws(() => readCompatible(compat, busy, passphrase), WrongPassphrase, '32,767 is computed, and does not fit');
});

test('3DES is not part of what the page runs until it is asked for', () => {
  const page = readFileSync(new URL('../emission/page.html', import.meta.url), 'utf8');
  assert.match(page, /<script type="text\/plain" id="compat">/);
  for (const name of ['main.mjs', 'p12.mjs', 'p12-compatible.mjs', 'issue.mjs', 'compat-load.mjs']) {
    assert.doesNotMatch(readFileSync(new URL(`../emission/${name}`, import.meta.url), 'utf8'), /node-forge|from '\.\/compat\.mjs'/, name);
  }
});
