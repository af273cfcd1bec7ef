// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import test from 'node:test';
import './setup.mjs';
import { clean, groupStates, grouped, judge, readHalf, writeHalf } from '../emission/code.mjs';

const half = Uint8Array.from([0, 1, 2, 3, 4, 250, 251, 252, 253, 255]);
const text = writeHalf(half);
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

test('protocol 3: a half is written in four groups of five and read back', () => {
  assert.match(text, /^[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}$/);
  assert.deepEqual(readHalf(text), half);
  for (let round = 0; round < 200; round++) {
    const random = crypto.getRandomValues(new Uint8Array(10));
    assert.deepEqual(readHalf(writeHalf(random)), random);
  }
});

test('protocol 3: case, hyphens, blanks, O, I and L are forgiven', () => {
  const zeros = writeHalf(new Uint8Array(10));
  assert.deepEqual(readHalf(zeros.replaceAll('0', 'o').toLowerCase()), new Uint8Array(10));
  assert.deepEqual(readHalf(` ${text.replaceAll('-', ' ').toLowerCase()} `), half);
  assert.equal(clean('il-Oo'), '1100');
  assert.equal(grouped('abcdefgh'), 'ABCDE-FGH');
});

test('protocol 3: every single wrong character is caught, and its group named', () => {
  const plain = clean(text);
  for (let at = 0; at < plain.length; at++) {
    for (const other of alphabet) {
      if (other === plain[at]) continue;
      const verdict = judge(plain.slice(0, at) + other + plain.slice(at + 1));
      assert.deepEqual(verdict, { state: 'wrong', group: Math.floor(at / 5) + 1 });
    }
  }
});

test('protocol 3: two characters of a group exchanged, and two groups exchanged, are caught', () => {
  const plain = clean(text);
  for (let group = 0; group < 4; group++) {
    for (let left = 0; left < 5; left++) {
      for (let right = left + 1; right < 5; right++) {
        const letters = [...plain];
        [letters[5 * group + left], letters[5 * group + right]] = [letters[5 * group + right], letters[5 * group + left]];
        if (letters.join('') !== plain) assert.equal(judge(letters.join('')).state, 'wrong');
      }
    }
  }
  const groups = text.split('-');
  for (let left = 0; left < 4; left++) {
    for (let right = left + 1; right < 4; right++) {
      const mixed = [...groups];
      [mixed[left], mixed[right]] = [mixed[right], mixed[left]];
      assert.equal(judge(mixed.join('-')).state, 'wrong');
    }
  }
});

test('while typing: a group is judged when it is complete', () => {
  assert.deepEqual(groupStates(text.slice(0, 8)), ['ok', 'partial', 'empty', 'empty']);
  assert.equal(judge('').state, 'empty');
  assert.equal(judge(text.slice(0, 11)).state, 'partial');
  assert.equal(judge(`${text}7`).state, 'long');
  assert.deepEqual(judge('ABU'), { state: 'wrong', group: 1 });
  assert.equal(readHalf(text.slice(0, 11)), null);
});
