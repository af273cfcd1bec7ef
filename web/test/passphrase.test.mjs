// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import test from 'node:test';
import './setup.mjs';
import { accepts, judge, suggest } from '../emission/passphrase.mjs';

const broken = (text) => judge(text).filter((rule) => !rule.ok).map((rule) => rule.id);

test('printable ASCII, eight or more, no blank at the edges, some variety', () => {
  assert.deepEqual(broken('Senha forte 2026'), []);
  assert.deepEqual(broken('curta1'), ['length']);
  assert.deepEqual(broken('senhação1'), ['ascii']);
  assert.deepEqual(broken('tab\tulada1'), ['ascii']);
  assert.deepEqual(broken(' senha boa'), ['edges']);
  assert.deepEqual(broken('aaaaaaaaaa'), ['variety']);
  assert.deepEqual(broken('abcdefgh'.repeat(9)), ['length']);
  assert.deepEqual(broken(''), ['length', 'ascii', 'edges', 'variety']);
});

test('a suggestion keeps the rules and never comes twice', () => {
  const seen = new Set(Array.from({ length: 300 }, suggest));
  assert.equal(seen.size, 300);
  for (const text of seen) assert.ok(accepts(text) && /^[a-hj-km-np-z2-9]{4}(-[a-hj-km-np-z2-9]{4}){3}$/.test(text), text);
});
