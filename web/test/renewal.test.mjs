// SPDX-License-Identifier: GPL-3.0-or-later
//
// Renewal without a page: the holder's CMS as other programs judge it, the fields as C knows them, files in the old
// protection, and the key that waits in a file.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import './setup.mjs';
import { fromBase64, fromPem, toBase64, toHex } from '../emission/bytes.mjs';
import * as compat from '../emission/compat.mjs';
import { exportKey, makeKey, restoreKey } from '../emission/key.mjs';
import { NotOurFile, WrongPassphrase } from '../emission/p12.mjs';
import { pathOf } from '../holder/cms.mjs';
import { openKeystore } from '../holder/keystore.mjs';
import { RENEWAL_TYPE, dataDigest, dataFields, signWish, startMessage, startRequest } from '../holder/renewal.mjs';
import { openWaiting, sealWaiting } from '../holder/waiting.mjs';

const passphrase = 'Senha forte 2026';
const folder = mkdtempSync(path.join(tmpdir(), 'renewal-'));
const at = (name) => path.join(folder, name);
const openssl = (...words) => execFileSync('openssl', words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const noCompat = () => assert.fail('not asked for');
let signer;

before(async () => {
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ac.key', '-subj', '/CN=AC TESTE', '-days', '30', '-out', 'ac.pem');
  openssl('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'old.key', '-subj', '/CN=MARINA PRADO:52998224725', '-out', 'old.csr');
  openssl('x509', '-req', '-in', 'old.csr', '-CA', 'ac.pem', '-CAkey', 'ac.key', '-CAcreateserial', '-days', '10', '-out', 'old.pem');
  const out = ['pkcs12', '-export', '-inkey', 'old.key', '-in', 'old.pem', '-certfile', 'ac.pem', '-passout', `pass:${passphrase}`];
  openssl(...out, '-out', 'aes.p12');
  openssl(...out, '-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1', '-out', '3des.p12');
  signer = await openKeystore(readFileSync(at('aes.p12')), passphrase, noCompat);
});
after(() => rmSync(folder, { recursive: true }));

test('the file of the present certificate, AES or 3DES; 3DES is loaded only for what needs it', async () => {
  assert.deepEqual([signer.about.name, signer.about.number], ['MARINA PRADO', '52998224725']);
  let asked = 0;
  const old = await openKeystore(readFileSync(at('3des.p12')), passphrase, async () => {
    asked += 1;
    return compat;
  });
  assert.equal(asked, 1);
  assert.equal(old.pem, signer.pem);
  await assert.rejects(openKeystore(readFileSync(at('3des.p12')), 'outra', () => compat), WrongPassphrase);
  await assert.rejects(openKeystore(readFileSync(at('aes.p12')), 'outra', noCompat), WrongPassphrase);
  await assert.rejects(openKeystore(readFileSync(at('old.pem')), passphrase, noCompat), NotOurFile);
});

test('every field of the data, in the order of data.h', () => {
  const header = readFileSync(new URL('../../pki/certificate/data.h', import.meta.url), 'utf8');
  assert.deepEqual(dataFields, [...header.matchAll(/^ +X\((\w+)\)/gm)].map((match) => match[1]));
  assert.throws(() => dataDigest({ name: 'MARINA' }), TypeError);
});

test('the wish: CAdES that openssl verifies, the shape that the server asks for, the path alone inside', async () => {
  const data = Object.fromEntries(dataFields.map((field) => [field, '']));
  const { spki } = await makeKey();
  const now = Math.floor(Date.now() / 1000);
  const cms = await signWish(signer, { instance: '0'.repeat(32), order: 'G7MZ4K2QX9TB', attempt: 1, data, spki, issued_at: now });
  writeFileSync(at('wish.der'), fromBase64(cms));
  const content = openssl('cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', 'wish.der', '-CAfile', 'ac.pem', '-purpose', 'any');
  assert.deepEqual(Object.keys(JSON.parse(content)), ['typ', 'instance', 'order', 'attempt', 'issued_at', 'not_after', 'data', 'spki']);
  const printed = openssl('cms', '-cmsout', '-print', '-inform', 'DER', '-in', 'wish.der');
  assert.ok(printed.includes(RENEWAL_TYPE));
  // DER alone: written again by another program the bytes are the same.
  openssl('cms', '-cmsout', '-inform', 'DER', '-in', 'wish.der', '-outform', 'DER', '-out', 'again.der');
  assert.deepEqual(readFileSync(at('again.der')), readFileSync(at('wish.der')));
  const [stranger] = fromPem('CERTIFICATE', openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'x.key', '-subj', '/CN=OUTRA', '-days', '1'));
  assert.equal(pathOf(signer.certificate, [stranger, ...signer.chain]).length, 2);
});

test('the first call is signed by the certificate\'s key and says that the new key is born in a file', async () => {
  const wish = { instance: '0'.repeat(32), issued_at: 1790000000, product: 'ecpf-a1' };
  const { signature, ...rest } = await startRequest(signer, wish);
  assert.deepEqual(rest, { certificate: signer.pem, issued_at: 1790000000, product: 'ecpf-a1', key: 'software' });
  writeFileSync(at('start'), startMessage(wish));
  writeFileSync(at('start.sig'), fromBase64(signature));
  writeFileSync(at('old.pub'), openssl('x509', '-in', 'old.pem', '-noout', '-pubkey'));
  assert.match(openssl('dgst', '-sha256', '-verify', 'old.pub', '-signature', 'start.sig', 'start'), /OK/);
});

test('the key waits in a file that opens by its passphrase alone', async () => {
  const key = await makeKey();
  const content = { token: 'segredo', key: toBase64(await exportKey(key)), revocation: 'outra senha' };
  const file = await sealWaiting('G7MZ4K2QX9TB', content, passphrase);
  assert.ok(!new TextDecoder().decode(file).includes('segredo'));
  const opened = await openWaiting(file, passphrase);
  assert.deepEqual(opened, { order: 'G7MZ4K2QX9TB', ...content });
  assert.equal(toHex((await restoreKey(fromBase64(opened.key))).spki), toHex(key.spki));
  await assert.rejects(openWaiting(file, 'outra'), WrongPassphrase);
  const moved = new TextEncoder().encode(new TextDecoder().decode(file).replace('G7MZ4K2QX9TB', 'G7MZ4K2QX9TA'));
  await assert.rejects(openWaiting(moved, passphrase), WrongPassphrase);
  for (const bytes of [new Uint8Array(0), new Uint8Array([0x30, 0x80]), readFileSync(at('aes.p12'))]) await assert.rejects(openWaiting(bytes, passphrase), NotOurFile);
});
