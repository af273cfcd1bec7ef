// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import test from 'node:test';
import { normaliseOrder, orderOfPath, readFragment, readPasted } from '../emission/fragment.mjs';

test('the order code comes from the path, as people write it', () => {
  assert.equal(orderOfPath('/emitir/G7MZ4K2QX9TB'), 'G7MZ4K2QX9TB');
  assert.equal(orderOfPath('/emitir/g7mz-4k2q-x9tb/'), 'G7MZ4K2QX9TB');
  assert.equal(orderOfPath('/emitir'), '');
  assert.equal(orderOfPath('/emitir/'), '');
  assert.equal(orderOfPath('/emitir/%ZZ'), '');
  assert.equal(orderOfPath('/emitir/G7MZ4K2QX9TU'), '');
  assert.equal(normaliseOrder('ol7mz4k2qx9i'), '017MZ4K2QX91');
});

test('contract 3: a bare fragment is the half of the mail', () => {
  assert.deepEqual(readFragment('#ABCDE-FGHJK'), { paper: '', mail: 'ABCDE-FGHJK' });
});

test('named halves: p is the paper, e the mail, in either order', () => {
  assert.deepEqual(readFragment('#p=ABCDE'), { paper: 'ABCDE', mail: '' });
  assert.deepEqual(readFragment('#e=FGHJK&p=ABCDE'), { paper: 'ABCDE', mail: 'FGHJK' });
  assert.deepEqual(readFragment(''), { paper: '', mail: '' });
  assert.deepEqual(readFragment('#x=1'), { paper: '', mail: '' });
});

test('a whole link pasted into a field is taken apart', () => {
  assert.deepEqual(readPasted(' https://ar.example/emitir/G7MZ4K2QX9TB#p=ABCDE '), { order: 'G7MZ4K2QX9TB', paper: 'ABCDE', mail: '' });
  assert.equal(readPasted('ABCDE-FGHJK'), null);
});
