// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import test from 'node:test';
import { held, moved, scaleOf, transformOf, turned, whole, zoomed } from '../scripts/view.mjs';

const stage = { width: 600, height: 400 };
const lying = { width: 1200, height: 600 };

test('a view starts as the whole image', () => {
  assert.equal(transformOf(whole, stage, lying), 'translate(0px, 0px) rotate(0deg) scale(1)');
});

test('an image that was set upright fits again', () => {
  // shown 600 by 300; upright 300 by 600 must become 200 by 400
  const upright = turned(whole);
  assert.equal(scaleOf(upright, stage, lying), 400 / 600);
  assert.equal(scaleOf(turned(upright), stage, lying), 1);
  assert.equal(turned(turned(turned(upright))).turns, 0);
});

test('zoom has its limits', () => {
  assert.equal(zoomed(whole, 0.5).zoom, 1);
  assert.equal(zoomed(whole, 100).zoom, 8);
});

test('no more can be pulled than lies outside', () => {
  assert.deepEqual(held(moved(whole, 50, 50), stage, lying), whole, 'the whole stays in the middle');
  const near = held(moved(zoomed(whole, 2), 10000, -10000), stage, lying);
  assert.deepEqual([near.x, near.y], [(600 * 2 - 600) / 2, -(300 * 2 - 400) / 2]);
});
