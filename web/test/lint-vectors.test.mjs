// SPDX-License-Identifier: GPL-3.0-or-later
//
// The vectors of docs/lint.md: what the linter says of each is what a second implementation says.
import assert from 'node:assert/strict';
import test from 'node:test';
import { differences } from '../../pki/vectors/lint.mjs';

test('both implementations find the same in every vector', () => {
  assert.deepEqual(differences(), []);
});
