// SPDX-License-Identifier: GPL-3.0-or-later
// The authorisation matrix from outside: every operation of both OpenAPI documents, called by everybody who may not,
// and, in a case that has ended, by those who otherwise may. What is expected stands in docs/authorization.md, which is
// made of the matrix; whether the matrix is right, the unit tests say.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { api, attend, done, home, office, officeLater, officeUrl, order, root, sql } from '../support/office.mjs';
import { head, rawAs } from '../support/raw.mjs';
import { asOwnerOf } from '../support/thief.mjs';

// operation → { visitor, holder, agent, auditor, admin: boolean, states: text }
const matrix = new Map(fs.readFileSync(path.join(root, 'docs/authorization.md'), 'utf8').split('\n')
  .filter((line) => line.startsWith('| `')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))
  .map(([operation, , , , visitor, holder, agent, auditor, admin, states]) => [operation.replaceAll('`', ''),
    { visitor, holder, agent, auditor, admin, states }]));
const may = (operation, role) => {
  const row = matrix.get(operation);
  assert.ok(row, `${operation} is not in docs/authorization.md`);
  return row[role] === 'sim';
};

const fillings = { code: null, item: 'PFBR-01', id: '00000000-0000-4000-8000-000000000000', rest: '0/x000' };
function calls(document, code) {
  return Object.entries(document.paths).flatMap(([where, item]) => Object.entries(item).map(([method, about]) => ({
    operation: about.operationId,
    method: method.toUpperCase(),
    where: where.replace(/\{(\w+)\}/g, (_, name) => (name === 'code' ? code : fillings[name] ?? 'x')),
    onCase: where.includes('{code}'),
    body: about.requestBody ? {} : undefined,
  })));
}

// At the office's door without any certificate: the front itself sends such a caller away.
function stranger(method, where, { body } = {}) {
  const text = body === undefined ? '' : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = https.request(officeUrl + where, { method, ca: fs.readFileSync(path.join(home, 'identities/ca.pem')),
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) } },
    (response) => {
      let text_ = '';
      response.on('data', (data) => { text_ += data; });
      response.on('end', () => resolve({ status: response.statusCode, text: text_ }));
    });
    request.on('error', reject);
    request.end(text);
  });
}

const eventsOf = (code) => sql(`select e.code from event e join orders o on o.id = e.order_id where o.code = '${code}' order by e.id`)
  .split('\n').filter((line) => line !== '');
const statesOf = (code) => sql(`select order_state, appointment_state, attendance_state, identification_state, issuance_state
  from orders where code = '${code}'`);

describe('role × channel × operation', () => {
  let kase;
  let other;
  let publicCalls;
  let officeCalls;

  before(async () => {
    [kase, other] = [await order(), await order()];
    publicCalls = calls((await api('GET', '/openapi.json')).json, kase.code);
    officeCalls = calls((await officeLater('agent1', 'GET', '/openapi.json')).json, kase.code);
    assert.ok(publicCalls.length > 15 && officeCalls.length > 40);
  });

  const untouched = () => {
    assert.deepEqual(eventsOf(kase.code), ['REQUEST_CREATED']);
    assert.equal(statesOf(kase.code), 'awaiting_payment|none|none|open|none');
  };

  test('public: what is the holder\'s is nobody else\'s', async () => {
    const holders = publicCalls.filter((call) => !may(call.operation, 'visitor'));
    assert.ok(holders.length >= 6);
    for (const { operation, method, where, body } of holders) {
      const nobody = await api(method, where, { body });
      assert.equal(nobody.status, 401, `${operation} without a token: ${nobody.text}`);
      const neighbour = await api(method, where, { body, token: other.token });
      assert.equal(neighbour.status, 404, `${operation} with another order's token: ${neighbour.text}`);
      const forger = await api(method, where, { body, headers: { 'X-Client-Cert': 'agente', 'X-Station': 'balcão'.slice(0, 3) } });
      assert.equal(forger.status, 401, `${operation} with the office's headers: ${forger.text}`);
    }
    untouched();
  });

  test('office: each wrong role is refused each operation', async () => {
    const callers = { visitor: stranger, holder: (method, where, { body }) => api(method, where, { body, token: kase.token }) };
    for (const [role, who] of [['agent', 'agent1'], ['auditor', 'auditor'], ['admin', 'admin']]) {
      callers[role] = (method, where, rest) => officeLater(who, method, where, rest);
    }
    const tried = Object.fromEntries(Object.keys(callers).map((role) => [role, 0]));
    for (const { operation, method, where, body } of officeCalls) {
      if (may(operation, 'visitor')) continue;
      for (const [role, call] of Object.entries(callers)) {
        if (may(operation, role)) continue;
        const answer = await call(method, where, { body });
        const wanted = { visitor: 401, holder: 404, agent: 403, auditor: 403, admin: 403 }[role];
        assert.equal(answer.status, wanted, `${operation} by ${role}: ${answer.text}`);
        if (role === 'visitor') assert.match(answer.text, /urn:guiche:problem:certificate-required/);
        tried[role] += 1;
      }
    }
    assert.ok(tried.visitor > 40 && tried.holder > 40 && tried.auditor > 25 && tried.admin > 25 && tried.agent >= 3,
      JSON.stringify(tried));
    untouched();
  });

  test('office, behind the front: without a certificate nobody does anything', () => {
    for (const { operation, method, where, body } of officeCalls.filter((call) => !may(call.operation, 'visitor'))) {
      const text = body === undefined ? '' : '{}';
      const answer = rawAs(asOwnerOf('front/tmp'), path.join(home, 'run/office.sock'), head(`${method} ${where} HTTP/1.1`,
        'Host: localhost', 'Content-Type: application/json', `Content-Length: ${text.length}`, 'Connection: close') + text);
      assert.equal(answer.status, 401, `${operation}: ${answer.body}`);
    }
    untouched();
  });

  test('office: who may read is not turned away', async () => {
    // A stream has no end to wait for: events.test.mjs reads it.
    for (const { operation, method, where } of officeCalls.filter((call) => call.method === 'GET' && call.operation !== 'officeEvents')) {
      for (const [role, who] of [['agent', 'agent1'], ['auditor', 'auditor'], ['admin', 'admin']]) {
        if (!may(operation, role)) continue;
        const { status, text } = await officeLater(who, method, where);
        assert.ok(status < 500 && ![401, 403].includes(status), `${operation} by ${role}: ${status} ${text.slice(0, 200)}`);
      }
    }
  });
});

describe('state × operation', () => {
  let ended;

  before(async () => {
    ended = await order();
    attend(ended.code);
    done('agent2', 'refuse', ended.code, '--reason', 'documento falso');
  });

  test('a refused case takes no act that the matrix does not keep for it', async () => {
    const before_ = statesOf(ended.code);
    const document = (await officeLater('agent1', 'GET', '/openapi.json')).json;
    const shut = calls(document, ended.code).filter(({ operation, onCase }) => {
      const { states } = matrix.get(operation);
      return onCase && may(operation, 'agent') && states.includes('a identificação:') && !states.includes('*recusada*');
    });
    assert.ok(shut.length > 12);
    let named = 0;
    for (const { operation, method, where, body } of shut) {
      const answer = await officeLater('agent1', method, where, { body });
      assert.ok([409, 422].includes(answer.status), `${operation}: ${answer.status} ${answer.text}`);
      if (answer.status === 422) continue; // an empty body is refused before the case is opened
      assert.equal(answer.json.reason, 'state-not-allowed', operation);
      assert.match(answer.json.detail, /a identificação está recusada/, operation);
      named += 1;
    }
    assert.ok(named > 8, `${named} of ${shut.length}`);
    assert.equal(statesOf(ended.code), before_);
    const sent = await api('POST', `/api/orders/${ended.code}/documents?item=PFBR-01&kind=rg`, { token: ended.token, body: 'x' });
    assert.equal(sent.status, 409, sent.text);
    assert.equal(sent.json.reason, 'state-not-allowed');
  });

  test('and may still be read, noted and brought to its end', () => {
    assert.equal(done('agent1', 'show', ended.code).states.identification, 'refused');
    done('agent1', 'note', ended.code, 'Levou os documentos de volta.');
    done('agent1', 'undo', ended.code);
    done('agent1', 'finish', ended.code);
  });

  test('a statement that comes in the wrong state leaves its trace', () => {
    const answer = office('agent1', 'POST', `/api/office/orders/${ended.code}/validation`, { body: { cms: 'AAAA' } });
    assert.equal(answer.status, 409, answer.text);
    assert.equal(answer.json.reason, 'state-not-allowed');
    assert.equal(eventsOf(ended.code).at(-1), 'STATEMENT_REJECTED');
  });

  test('a cancelled order cannot be validated, nor its dossier changed', async () => {
    const kase = await order();
    attend(kase.code);
    sql(`update orders set order_state = 'cancelled' where code = '${kase.code}'`);
    for (const [method, where] of [['GET', 'validation'], ['POST', 'items/PFBR-01/reopen'], ['POST', 'documents?item=PFBR-01&kind=rg']]) {
      const answer = await officeLater('agent1', method, `/api/office/orders/${kase.code}/${where}`, method === 'GET' ? {} : { body: {} });
      assert.equal(answer.status, 409, `${where}: ${answer.text}`);
      assert.equal(answer.json.reason, 'state-not-allowed');
      assert.match(answer.json.detail, /o pedido está cancelado/);
    }
  });

  test('a citizen is told on the page, without a form that would lead nowhere', async () => {
    const answer = await api('POST', `/pedido/${ended.code}/agenda`, { token: ended.token,
      body: 'start=2030-01-07T09:00:00-03:00', headers: { Accept: 'text/html', 'Content-Type': 'application/x-www-form-urlencoded',
        'Sec-Fetch-Site': 'same-origin' } });
    assert.equal(answer.status, 409, answer.text);
    assert.match(answer.text, /a identificação está recusada/);
    assert.ok(!answer.text.includes('data-agenda'));
  });
});
