// SPDX-License-Identifier: GPL-3.0-or-later
// What agents see of a case whose certificate was revoked.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { done, readyByKey, until } from '../support/office.mjs';
import { sendCsr } from '../support/thief.mjs';

test('the promised hour ends with the certificate: a revocation does not begin it again, and the queue says revoked', async () => {
  const kase = await readyByKey('ecpf-a1');
  const inQueue = () => {
    const { state, finished, deadline } = done('agent1', 'queue').items.find((item) => item.order === kase.code);
    return { state, finished: typeof finished, deadline: deadline === null ? null : typeof deadline };
  };
  assert.deepEqual(inQueue(), { state: 'finished', finished: 'string', deadline: 'string' });
  const issued = await sendCsr(kase, kase.csr);
  assert.equal(issued.status, 200, issued.text);
  assert.deepEqual(inQueue(), { state: 'issued', finished: 'string', deadline: null });
  done('agent1', 'revoke', kase.code, '--reason', '1');
  const at = inQueue();
  assert.equal(at.deadline, null);
  assert.ok(['revocation_requested', 'revoked'].includes(at.state), at.state);
  await until(() => inQueue().state === 'revoked');
  assert.equal(inQueue().deadline, null);
});
