// SPDX-License-Identifier: GPL-3.0-or-later
//
// The vectors of docs/term.md: what the browser signs and proves is what ra-cli does and the server verifies.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import './setup.mjs';
import { sha256 } from '@noble/hashes/sha2';
import { fromBase64, fromHex, toHex } from '../emission/bytes.mjs';
import { readingProofs, signTerm, termMessage } from '../emission/term.mjs';

const vectors = JSON.parse(readFileSync(new URL('../../pki/vectors/term-signature.json', import.meta.url), 'utf8'));
const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

test('DOC-ICP-05 4.1 c: digest, message and signature of every vector, both ways', async () => {
  const privateKey = await crypto.subtle.importKey('pkcs8', fromBase64(vectors.pkcs8), algorithm, false, ['sign']);
  const publicKey = await crypto.subtle.importKey('spki', fromHex(vectors.spki), algorithm, false, ['verify']);
  assert.ok(vectors.signatures.length >= 3);
  for (const { pdf, pdf_sha256: digest, message, signature } of vectors.signatures) {
    assert.equal(toHex(sha256(fromHex(pdf))), digest);
    assert.equal(toHex(termMessage(fromHex(digest))), message);
    assert.equal(toHex(fromBase64(await signTerm({ pair: { privateKey } }, fromHex(digest)))), signature);
    assert.ok(await crypto.subtle.verify(algorithm, publicKey, fromHex(signature), termMessage(fromHex(digest))));
  }
});

test('the proofs that open the term for reading', () => {
  const { instance, order, validation_sha256: validation, counter, mail } = vectors.reading;
  const proofs = readingProofs({
    order, emission: { instance, validation_sha256: validation }, paper: fromHex(counter.half), mail: fromHex(mail.half),
  });
  assert.equal(toHex(fromBase64(proofs.counter)), counter.proof);
  assert.equal(toHex(fromBase64(proofs.mail)), mail.proof);
});
