// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { solve, zeroBits } from '../scripts/work.mjs';

test('zero bits at the front of a digest are counted', () => {
  for (const [bytes, bits] of [[[0x80], 0], [[0x7f], 1], [[0x01], 7], [[0, 0xff], 8], [[0, 0, 0x10], 19], [[0, 0], 16]]) {
    assert.equal(zeroBits(Uint8Array.from(bytes)), bits, String(bytes));
  }
});

test('what is found proves the work to anybody with SHA-256, and the page breathes meanwhile', async () => {
  let pauses = 0;
  const nonce = await solve('w1.challenge', 14, async () => { pauses += 1; });
  const digest = createHash('sha256').update(`w1.challenge.${nonce}`).digest();
  assert.ok(zeroBits(digest) >= 14);
  assert.equal(pauses, Math.floor((Number(nonce) + 1) / 4000));
});
