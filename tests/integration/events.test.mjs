// SPDX-License-Identifier: GPL-3.0-or-later
// News for open screens, through the front: told after the act is committed, never to who has no right to it, and
// nothing lost to who comes back.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { cpf, done, office, officeLater, order, person, publicUrl } from '../support/office.mjs';
import { closeStreams, officeStream, publicStream } from '../support/events.mjs';

after(closeStreams);

describe('issue 4.5 and 4.6: refresh pushed by the server', () => {
  test('through the front at once (it collects no stream): the office hears of an act, in kinds and codes alone, when asking again already shows it', async () => {
    const stream = officeStream('agent2');
    await stream.next('hello');
    const kase = await order();
    done('agent1', 'checkin', kase.code, '--walk-in');
    const news = await stream.next('queue', (data) => data.order === kase.code);
    assert.deepEqual(Object.keys(news.data), ['order']);
    const queue = await officeLater('agent2', 'GET', '/api/office/queue');
    assert.equal(queue.json.items.find((one) => one.order === kase.code).state, 'waiting');
    done('agent1', 'note', kase.code, 'trouxe a procuração');
    await stream.next('case', (data) => data.order === kase.code);
    done('agent1', 'call', kase.code);
    await stream.next('queue', (data) => data.order === kase.code);
    done('agent1', 'finish', kase.code);
    assert.ok(!stream.raw().includes(kase.holder.cpf) && !stream.raw().includes('Marina'), 'nothing personal');
    stream.close();
  });

  test('a reading and a refused act tell nothing', async () => {
    const stream = officeStream('agent1');
    await stream.next('hello');
    const kase = await order();
    office('agent1', 'GET', `/api/office/orders/${kase.code}`);
    assert.equal(office('agent1', 'POST', `/api/office/orders/${kase.code}/finish`).status, 409);
    done('agent1', 'note', kase.code, 'depois');
    const first = await stream.next('case', (data) => data.order === kase.code && stream.since(kase.code) > 1);
    assert.ok(first);
    assert.equal(stream.seen().filter((one) => one.data?.order === kase.code).map((one) => one.event).join(), 'case,case',
      'the order made and the note, nothing between');
    stream.close();
  });

  test('who comes back with the last id gets what was missed, once; with another run\'s id, reload', async () => {
    const kase = await order('ecpf-a1', person({ cpf: cpf() }));
    const first = officeStream('agent1');
    const { id } = await first.next('hello');
    first.close();
    done('agent1', 'note', kase.code, 'enquanto a rede estava fora');
    const second = officeStream('agent1', { lastId: id });
    const missed = await second.next('case', (data) => data.order === kase.code);
    second.close();
    const third = officeStream('agent1', { lastId: missed.id });
    await third.next('hello');
    done('agent1', 'note', kase.code, 'de novo');
    const next = await third.next('case', (data) => data.order === kase.code);
    assert.notEqual(next.id, missed.id);
    assert.equal(third.seen().filter((one) => one.id === missed.id).length, 1, 'hello repeats the id, the news does not come again');
    third.close();
    const stranger = officeStream('agent1', { lastId: 'ffffffffffffffff-3' });
    await stranger.next('reload');
    stranger.close();
  });

  test('the stream asks who one is; the public has the panel\'s alone', async () => {
    assert.equal((await fetch(`${publicUrl}/api/office/events`)).status, 404);
    const panel = publicStream('/api/display/events');
    const { response } = await panel.next('hello');
    assert.equal(response.headers['content-type'], 'text/event-stream');
    const kase = await order();
    done('agent1', 'checkin', kase.code, '--walk-in');
    done('agent1', 'call', kase.code);
    const call = await panel.next('calls');
    assert.deepEqual(call.data, {});
    assert.ok(!panel.raw().includes(kase.code), 'no code leaves the office');
    done('agent1', 'finish', kase.code);
    panel.close();
  });

  test('streams are bounded: one address too many is told to come later, and answers go on', async () => {
    const open = [];
    for (let tries = 0; open.length < 8 && tries < 40; tries++) { // one of another test may not be noticed as gone yet
      const stream = publicStream('/api/display/events');
      await stream.next('hello', () => true, 0.5).then(() => open.push(stream), () => stream.close());
    }
    assert.equal(open.length, 8);
    const refused = await fetch(`${publicUrl}/api/display/events`);
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    await refused.arrayBuffer();
    assert.equal((await fetch(`${publicUrl}/healthz`)).status, 200, 'a stream occupies no worker');
    for (const one of open) one.close();
  });
});
