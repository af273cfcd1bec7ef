// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import test from 'node:test';
import { Announcements, ticketAloud } from '../scripts/announcements.mjs';

const call = (id) => ({ id, ticket: `A${String(id).padStart(3, '0')}` });

// A voice that takes its time: each announcement ends when the test says so.
function slowVoice() {
  const said = [];
  const ends = [];
  return {
    said,
    announce: (one) => new Promise((resolve) => { said.push(one.id); ends.push(resolve); }),
    end: async () => { ends.shift()(); await new Promise(setImmediate); },
  };
}
const memoryOf = (value) => ({ value, read() { return this.value; }, write(id) { this.value = id; } });

test('announcements wait for each other: none is cut off', async () => {
  const voice = slowVoice();
  const queue = new Announcements(voice.announce, memoryOf(0));
  queue.take([call(1)]);
  queue.take([call(3), call(2), call(1)]);
  assert.deepEqual(voice.said, [1], 'the second waits for the end of the first');
  await voice.end();
  assert.deepEqual(voice.said, [1, 2]);
  await voice.end();
  await voice.end();
  await queue.idle;
  assert.deepEqual(voice.said, [1, 2, 3]);
});

test('a panel that reconnects, or is loaded anew, repeats nothing and misses nothing', async () => {
  const memory = memoryOf(0);
  const voice = slowVoice();
  const before = new Announcements(voice.announce, memory);
  before.take([call(2), call(1)]);
  before.take([call(2), call(1)]); // the same news again
  await voice.end();
  await voice.end();
  await before.idle;
  before.take([call(2), call(1)]); // it comes back, and nothing is new
  const after = new Announcements(voice.announce, memory);
  after.take([call(4), call(3), call(2), call(1)]);
  await voice.end();
  await voice.end();
  await after.idle;
  assert.deepEqual(voice.said, [1, 2, 3, 4]);
  before.take([call(5), call(4), call(3), call(2), call(1)]);
  assert.equal(voice.said.at(-1), 3, 'what came while it was away, and it goes on');
});

test('switched on at noon it does not read out the morning; then it starts', async () => {
  const voice = slowVoice();
  const queue = new Announcements(voice.announce, memoryOf(null));
  queue.take([call(9), call(8)]);
  assert.deepEqual(voice.said, []);
  queue.take([call(10), call(9), call(8)]);
  assert.deepEqual(voice.said, [10]);
  const empty = new Announcements(voice.announce, memoryOf(null));
  empty.take([]);
  empty.take([call(1)]);
  assert.deepEqual(voice.said, [10, 1], 'also on a day without calls yet');
});

test('a call that was undone while it waited is not announced', async () => {
  const voice = slowVoice();
  const queue = new Announcements(voice.announce, memoryOf(0));
  queue.take([call(3), call(2), call(1)]);
  queue.take([call(3), call(1)]); // 2 was the wrong person
  await voice.end();
  await voice.end();
  await queue.idle;
  assert.deepEqual(voice.said, [1, 3]);
});

test('tickets are said as people say them', () => {
  assert.equal(ticketAloud('A014'), 'A 14');
  assert.equal(ticketAloud('B1203'), 'B 1203');
});
