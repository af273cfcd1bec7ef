// SPDX-License-Identifier: GPL-3.0-or-later
//
// The vectors of docs/emission-code.md: what the browser computes is what ra-cli and the signer compute.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import './setup.mjs';
import { sha256 } from '@noble/hashes/sha2';
import { fromHex, toHex } from '../emission/bytes.mjs';
import { judge, readHalf, writeHalf } from '../emission/code.mjs';
import { message, prove, publicKeyOf, seedOf } from '../emission/proof.mjs';

const vectors = JSON.parse(readFileSync(new URL('../../pki/vectors/emission-code.json', import.meta.url), 'utf8'));

test('protocol 3: text, seed, public key, message and proof of every case', () => {
  assert.ok(vectors.cases.length >= 10);
  for (const { instance, order, validation_sha256: validation, spki, ...parts } of vectors.cases) {
    const about = { instance, order, validation: fromHex(validation), spki: fromHex(spki) };
    for (const kind of ['counter', 'mail']) {
      const expected = parts[kind];
      const half = readHalf(expected.text);
      assert.equal(toHex(half), expected.half);
      assert.equal(writeHalf(half), expected.text);
      assert.equal(toHex(seedOf(half, kind, about)), expected.seed);
      assert.equal(toHex(publicKeyOf(half, kind, about)), expected.public_key);
      assert.equal(toHex(sha256(message(about))), expected.message_sha256);
      assert.equal(toHex(prove(half, kind, about)), expected.proof);
    }
  }
});

test('protocol 3: what people type is read, and what is wrong is refused', () => {
  assert.ok(vectors.accepted.length > 0 && vectors.refused.length > 0);
  for (const { text, half } of vectors.accepted) assert.equal(toHex(readHalf(text)), half, JSON.stringify(text));
  for (const { text, reason } of vectors.refused) {
    assert.equal(readHalf(text), null, JSON.stringify(text));
    if (reason === 'code-check') assert.equal(judge(text).state, 'wrong', JSON.stringify(text));
  }
});
