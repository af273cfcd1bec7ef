// SPDX-License-Identifier: GPL-3.0-or-later
//
// The vectors of docs/revocation.md: what the pages compute is what ra-cli and the signer compute.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import './setup.mjs';
import { fromBase64, fromHex, toBase64, toHex } from '../emission/bytes.mjs';
import { acceptsPassword, passwordPublicKey, passwordSeed, proofByKey, proofByPassword, registerPassword, wordMessage }
  from '../holder/revocation.mjs';

const vectors = JSON.parse(readFileSync(new URL('../../pki/vectors/revocation.json', import.meta.url), 'utf8'));
const { instance, order } = vectors;
const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
const privateKey = await crypto.subtle.importKey('pkcs8', fromBase64(vectors.pkcs8), algorithm, false, ['sign']);
const signs = async (message) => new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, message));
const base64 = (hex) => toBase64(fromHex(hex));

test('protocol 6: the word by the certificate\'s key', async () => {
  for (const { reason, issued_at: at, message, signature } of vectors.words) {
    const wish = { instance, order, reason, issued_at: at };
    assert.equal(toHex(wordMessage(wish)), message);
    assert.deepEqual(await proofByKey(signs, wish), { kind: 'key', issued_at: at, signature: base64(signature) });
    assert.equal((await proofByKey(signs, wish, 'PEM')).kind, 'responsible');
  }
});

test('protocol 6: seed, public half, registration and word of a password', async () => {
  const [first] = vectors.words;
  for (const { password, seed, public_key: half, registration, signature } of vectors.passwords) {
    const made = await passwordSeed(password, { instance, order });
    assert.equal(toHex(made), seed);
    assert.equal(toHex(passwordPublicKey(made)), half);
    assert.deepEqual(await registerPassword({ pair: { privateKey } }, password, { instance, order }),
      { public_key: base64(half), signature: base64(registration) });
    const wish = { instance, order, reason: first.reason, issued_at: first.issued_at };
    assert.equal((await proofByPassword(password, wish)).signature, base64(signature));
  }
});

test('a revocation password has ten printable characters or more', () => {
  assert.ok(acceptsPassword('dez letras') && acceptsPassword('x'.repeat(128)));
  for (const text of ['', 'nove sim.', 'não é só ASCII', 'x'.repeat(129)]) assert.ok(!acceptsPassword(text), text);
});
