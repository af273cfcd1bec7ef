// SPDX-License-Identifier: GPL-3.0-or-later
// The public API as the contract has it: shapes, states, errors; and what bad input gets: a clear error, nothing changed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import {
  api, book, clockOffset, cnpj, company, cpf, mail, office, order, person, publicUrl, slots, sql,
} from '../support/office.mjs';
import { complaintsAbout } from '../support/openapi.mjs';

function isProblem(answer, status, type, message = '') {
  assert.equal(answer.status, status, `${message} ${answer.text.slice(0, 300)}`);
  assert.match(answer.headers.get('content-type'), /^application\/problem\+json/, message);
  assert.equal(answer.json.type, `urn:guiche:problem:${type}`, message);
  assert.equal(answer.json.status, status, message);
  for (const name of ['title', 'detail']) assert.ok(answer.json[name].length > 0, `${message} ${name}`);
  assert.ok(Array.isArray(answer.json.errors), message);
}

// In a block whose requests are all refused the number of orders stays what it was.
function changesNothing() {
  const count = () => sql('select count(*) from orders');
  let known;
  before(() => { known = count(); });
  after(() => { assert.equal(count(), known, 'a refused request made an order'); });
}

function fieldOf(answer, field) {
  return answer.json.errors.find((error) => error.field === field);
}

const formHeaders = { Accept: 'text/html', 'Content-Type': 'application/x-www-form-urlencoded', Origin: publicUrl };

describe('contract 2: what the public may read', () => {
  test('GET /api/products lists only what may be ordered today', async () => {
    const { status, json } = await api('GET', '/api/products');
    assert.equal(status, 200);
    assert.deepEqual(json.products.slice(0, 4).map((product) => product.id), ['ecpf-a1', 'ecpf-a3', 'ecnpj-a1', 'ecnpj-a3']);
    for (const product of json.products) {
      assert.match(product.holder, /^(pf|pj)$/);
      assert.match(product.media, /^(software|token|cloud)$/);
      assert.ok(Number.isInteger(product.validity_months) && product.validity_months > 0);
      assert.ok(Number.isInteger(product.price_cents) && product.price_cents > 0);
      assert.ok(product.modes.includes('in_person'));
      assert.match(product.from, /^\d{4}-\d\d-\d\d$/);
      assert.ok(product.name.length > 0 && 'until' in product);
    }
  });

  test('GET /api/checklist gives each item its source', async () => {
    for (const [query, ids] of [['product=ecpf-a1', ['PFBR-01']], ['subject=pj', ['PFBR-01', 'PJ-01', 'PJ-03', 'PJ-04']],
      ['product=ecnpj-a3&subject=pj', ['PFBR-01', 'PJ-01', 'PJ-03', 'PJ-04']]]) {
      const { status, json } = await api('GET', `/api/checklist?${query}`);
      assert.equal(status, 200, query);
      assert.deepEqual(json.items.filter((item) => item.kind === 'document').map((item) => item.id).sort(), ids, query);
      for (const item of json.items) assert.ok(item.text.length > 10 && item.source.length > 3);
    }
    isProblem(await api('GET', '/api/checklist?subject=et'), 422, 'invalid');
    isProblem(await api('GET', '/api/checklist?product=ecpf-a1&subject=pj'), 422, 'invalid');
  });

  test('GET /healthz and /metrics answer with their parts to this machine', async () => {
    const health = await api('GET', '/healthz');
    assert.equal(health.status, 200);
    assert.equal(health.json.status, 'ok', health.text);
    for (const part of ['database', 'signer', 'log']) assert.equal(health.json.parts[part]?.status, 'ok', `${part} ${health.text}`);
    const metrics = await api('GET', '/metrics');
    assert.equal(metrics.status, 200);
    assert.match(metrics.text, /^# TYPE \w+ (counter|gauge|histogram)$/m);
  });

  test('pages live at Portuguese paths over the same handlers', async () => {
    for (const [path, words] of [['/', /e-CPF A1/], ['/checklist?product=ecnpj-a1', /Cartão CNPJ/],
      ['/pedido/novo?product=ecpf-a1', /<form/], ['/entrar', /CPF/]]) {
      const page = await api('GET', path, { headers: { Accept: 'text/html' } });
      assert.equal(page.status, 200, path);
      assert.match(page.headers.get('content-type'), /^text\/html/, path);
      assert.match(page.text, words, path);
      assert.match(page.text, /<html[^>]* lang="pt-BR"/, path);
      assert.ok(page.headers.get('content-security-policy'), path);
    }
    const missing = await api('GET', '/nada-aqui', { headers: { Accept: 'text/html' } });
    assert.equal(missing.status, 404);
    assert.match(missing.headers.get('content-type'), /^text\/html/);
  });
});

describe('contract 2: an order', () => {
  let kase;
  before(async () => { kase = await order('ecpf-a1', person({ name: 'José Antônio da Silva' })); });

  test('POST /api/orders answers 201 with code, token, state and what comes next', () => {
    assert.match(kase.code, /^[0-9A-HJKMNP-TV-Z]{12}$/);
    assert.ok(kase.token.length >= 32);
    assert.equal(kase.answer.state, 'awaiting_payment');
    assert.ok(kase.answer.next.some((step) => step.id === 'book' && step.text.length > 0));
  });

  test('GET /api/orders/{code} gives the five machines and the timeline', async () => {
    const { status, json } = await api('GET', `/api/orders/${kase.code}`, { token: kase.token });
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(json.states).sort(), ['appointment', 'attendance', 'identification', 'issuance', 'order']);
    assert.equal(json.holder.name, 'JOSE ANTONIO DA SILVA');
    assert.equal(json.email_confirmed, false);
    assert.equal(json.timeline[0].kind, 'ordered');
    assert.ok(json.next.length > 0);
  });

  test('somebody else\'s order is not found, whether it exists or not', async () => {
    const other = await order('ecpf-a1');
    isProblem(await api('GET', `/api/orders/${kase.code}`), 401, 'unauthenticated');
    for (const code of [kase.code, 'AAAAAAAAAAAA', 'x', '%00']) {
      const answer = await api('GET', `/api/orders/${code}`, { token: other.token });
      assert.ok(answer.status === 404 || (code === '%00' && answer.status === 400), `${code} ${answer.status}`);
    }
    isProblem(await api('GET', `/api/orders/${kase.code}`, { token: 'A'.repeat(43) }), 404, 'not-found');
    for (const [method, path, body] of [['POST', 'appointment', { start: '2030-01-02T09:00:00-03:00' }],
      ['PUT', 'appointment', { start: '2030-01-02T09:00:00-03:00' }], ['DELETE', 'appointment'],
      ['GET', 'appointment.ics']]) {
      isProblem(await api(method, `/api/orders/${kase.code}/${path}`, { token: other.token, body }), 404, 'not-found', path);
      isProblem(await api(method, `/api/orders/${kase.code}/${path}`, { body }), 401, 'unauthenticated', path);
    }
  });

  test('the address is confirmed by the button, not by the visit of a mail scanner', async () => {
    const { found } = await mail(kase.holder.email, /\/confirmar\/([A-Za-z0-9_-]+)/);
    const path = `/confirmar/${found[1]}`;
    assert.equal((await api('GET', path, { headers: { Accept: 'text/html' } })).status, 200);
    assert.equal(sql(`select email_confirmed_at is null from orders where code = '${kase.code}'`), 't');
    const done = await api('POST', path, { headers: formHeaders, body: '' });
    assert.equal(done.status, 200, done.text.slice(0, 300));
    assert.equal((await api('GET', `/api/orders/${kase.code}`, { token: kase.token })).json.email_confirmed, true);
    assert.equal((await api('GET', '/confirmar/nada', { headers: { Accept: 'text/html' } })).status, 404);
  });

  test('a lost token: CPF and a one-time code by mail; the answer never says whether there is an order', async () => {
    const known = await api('POST', '/api/login', { body: { cpf: kase.holder.cpf } });
    const unknown = await api('POST', '/api/login', { body: { cpf: cpf() } });
    assert.equal(known.status, 202);
    assert.deepEqual(unknown.json, known.json);
    const { found } = await mail(kase.holder.email, /c[óo]digo[^0-9]{0,80}(\d{3} ?\d{3})/i);
    const wrong = await api('POST', '/api/login/code', { body: { cpf: kase.holder.cpf, code: found[1].replace(/\d$/,
      (last) => (Number(last) + 1) % 10) } });
    isProblem(wrong, 422, 'invalid');
    const right = await api('POST', '/api/login/code', { body: { cpf: kase.holder.cpf, code: found[1] } });
    assert.equal(right.status, 200, right.text);
    const cookie = right.headers.get('set-cookie');
    assert.match(cookie, /HttpOnly/i);
    assert.match(cookie, /SameSite=Strict/i);
    const headers = { Cookie: cookie.split(';')[0] };
    assert.equal((await api('GET', `/api/orders/${kase.code}`, { headers })).status, 200);
    assert.equal((await api('POST', '/api/login/code', { body: { cpf: kase.holder.cpf, code: found[1] } })).status, 422, 'used once');
    const other = await order('ecpf-a1');
    assert.equal((await api('GET', `/api/orders/${other.code}`, { headers })).status, 404);
  });

  test('emission, certificate and revocation do not exist before their time, and say so', async () => {
    for (const path of ['emission', 'certificate']) {
      const answer = await api('GET', `/api/orders/${kase.code}/${path}`, { token: kase.token });
      assert.ok([404, 409].includes(answer.status), `${path} ${answer.status}`);
    }
    const csr = await api('POST', `/api/orders/${kase.code}/csr`, { body: { csr: 'x', proofs: {} } });
    assert.ok([404, 409, 422].includes(csr.status), csr.text);
    const nobody = await api('POST', '/api/orders/AAAAAAAAAAAA/csr', { body: { csr: 'x', proofs: {} } });
    assert.ok([404, 422].includes(nobody.status), nobody.text);
  });

  test('Idempotency-Key: the same request gets the same order, another one a mismatch', async () => {
    const body = { product: 'ecpf-a1', holder: person() };
    const headers = { 'Idempotency-Key': `chave-${Math.random()}` };
    const first = await api('POST', '/api/orders', { body, headers });
    const again = await api('POST', '/api/orders', { body, headers });
    assert.equal(first.status, 201);
    assert.equal(again.status, 201);
    assert.deepEqual(again.json, first.json);
    isProblem(await api('POST', '/api/orders', { body: { ...body, product: 'ecpf-a3' }, headers }), 409, 'idempotency-mismatch');
    isProblem(await api('POST', '/api/orders', { body, headers: { 'Idempotency-Key': 'x'.repeat(256) } }), 400, 'bad-request');
  });

  test('the same key pressed five times at once makes one order', async () => {
    const body = { product: 'ecpf-a1', holder: person() };
    const headers = { 'Idempotency-Key': `chave-${Math.random()}` };
    const answers = await Promise.all(Array.from({ length: 5 }, () => api('POST', '/api/orders', { body, headers })));
    const codes = new Set(answers.filter((answer) => answer.status === 201).map((answer) => answer.json.order));
    assert.equal(codes.size, 1);
    assert.ok(answers.every((answer) => [201, 409].includes(answer.status)), answers.map((answer) => answer.status).join());
    assert.equal(sql(`select count(*) from person where cpf = '${body.holder.cpf}'`), '1');
  });
});

describe('issue 2: a fault is told at its field', () => {
  changesNothing();
  const ESC = '\u001b[31mVERMELHO';
  const cases = [
    ['a CPF with a wrong digit', { cpf: '12345678901' }, 'holder.cpf', 'check-digit'],
    ['a CPF of one repeated digit', { cpf: '11111111111' }, 'holder.cpf', 'repeated'],
    ['a CPF with letters', { cpf: '1234567890a' }, 'holder.cpf', 'charset'],
    ['a name with ß', { name: 'Hans Straß' }, 'holder.name', 'character'],
    ['a name with an emoji', { name: 'Maria 😀' }, 'holder.name', 'character'],
    ['ANSI escapes in a name', { name: ESC }, 'holder.name', 'character'],
    ['a line end in a name', { name: 'Maria\r\nBcc: x@y.example' }, 'holder.name', 'character'],
    ['a direction override in a name', { name: 'Maria \u202eavlis' }, 'holder.name', 'character'],
    ['a name without letters', { name: '123' }, 'holder.name', 'charset'],
    ['an overlong name', { name: 'A'.repeat(300) }, 'holder.name', 'length'],
    ['31 February', { birth_date: '1985-02-31' }, 'holder.birth_date', 'calendar'],
    ['29 February of a common year', { birth_date: '2001-02-29' }, 'holder.birth_date', 'calendar'],
    ['a date of another shape', { birth_date: '15-08-1985' }, 'holder.birth_date', 'format'],
    ['an e-mail without domain', { email: 'maria' }, 'holder.email', 'format'],
    ['an e-mail with a line end', { email: 'a@b.example\r\nBcc: c@d.example' }, 'holder.email', 'charset'],
    ['a telephone of an area that is not', { phone: '(20) 98765-4321' }, 'holder.phone', 'area-code'],
    ['a telephone that is too short', { phone: '123' }, 'holder.phone', 'length'],
    ['an RG without its issuer', { rg: '12345678' }, 'holder.rg_issuer', 'incomplete'],
    ['a NIS with a wrong digit', { nis: '12345678901' }, 'holder.nis', 'check-digit'],
    ['an unknown member', { is_admin: 'true' }, 'holder.is_admin', 'unknown-member'],
    ['a number where a text belongs', { name: 12 }, 'holder.name', 'type'],
  ];
  for (const [name, change, field, code] of cases) {
    test(`${name} is told at its field`, async () => {
      const answer = await api('POST', '/api/orders', { body: { product: 'ecpf-a1', holder: person(change) } });
      isProblem(answer, 422, 'invalid', name);
      const error = fieldOf(answer, field);
      assert.ok(error, answer.text);
      assert.equal(error.code, code);
      assert.ok(error.message.length > 10);
      assert.ok(!answer.text.includes('\u001b') && !/\\u001b/i.test(answer.text), 'no escape comes back');
    });
  }

});

describe('issue 2: what bad input gets', () => {
  test('CAP-01: a holder under 16 is refused with the rule\'s source', async () => {
    const today = new Date(Date.now() + clockOffset() * 1000);
    const young = new Date(Date.UTC(today.getUTCFullYear() - 16, today.getUTCMonth(), today.getUTCDate() + 2)).toISOString().slice(0, 10);
    const answer = await api('POST', '/api/orders', { body: { product: 'ecpf-a1', holder: person({ birth_date: young }) } });
    isProblem(answer, 422, 'rule-refused');
    assert.equal(answer.json.reason, 'CAP-01');
    assert.match(answer.json.source, /CAP-01/);
    assert.ok(fieldOf(answer, 'holder.birth_date'));
    const old = new Date(Date.UTC(today.getUTCFullYear() - 16, today.getUTCMonth(), today.getUTCDate() - 2)).toISOString().slice(0, 10);
    await order('ecpf-a1', person({ birth_date: old }));
    const future = `${today.getUTCFullYear() + 1}-01-01`;
    isProblem(await api('POST', '/api/orders', { body: { product: 'ecpf-a1', holder: person({ birth_date: future }) } }), 422, 'invalid');
  });

  test('a birth date as people write it is taken for the day it is', async () => {
    const kase = await order('ecpf-a1', person({ birth_date: '15/08/1985' }));
    assert.equal(office('agent1', 'GET', `/api/office/orders/${kase.code}`).json.holder.birth_date, '1985-08-15');
  });

  test('a lower-case alphanumeric CNPJ is accepted and upcased', async () => {
    const number = cnpj('12ABC34501D' + String(Math.floor(Math.random() * 10)));
    const kase = await order('ecnpj-a1', person(), { company: company({ cnpj: number.toLowerCase() }) });
    const { json } = await api('GET', `/api/orders/${kase.code}`, { token: kase.token });
    assert.equal(json.company.cnpj, number);
  });

  test('a CNPJ with a wrong digit, a letter as check digit, a UF that is not', async () => {
    for (const [change, field, code] of [[{ cnpj: '11222333000182' }, 'company.cnpj', 'check-digit'],
      [{ cnpj: '12ABC34501DE3A' }, 'company.cnpj', 'charset'], [{ uf: 'XX' }, 'company.uf', undefined]]) {
      const answer = await api('POST', '/api/orders', { body: { product: 'ecnpj-a1', holder: person(), company: company(change) } });
      isProblem(answer, 422, 'invalid');
      const error = fieldOf(answer, field);
      assert.ok(error, answer.text);
      if (code) assert.equal(error.code, code);
    }
  });

  test('every fault of a form is told at once', async () => {
    const answer = await api('POST', '/api/orders', { body: { product: 'ecnpj-a1', holder: { name: '', cpf: '1',
      birth_date: 'x', email: 'x', phone: '1' }, company: { cnpj: '1', name: '', uf: '', city: '' } } });
    isProblem(answer, 422, 'invalid');
    const fields = new Set(answer.json.errors.map((error) => error.field));
    for (const field of ['holder.name', 'holder.cpf', 'holder.birth_date', 'holder.email', 'holder.phone',
        'company.cnpj', 'company.name', 'company.uf', 'company.city']) assert.ok(fields.has(field), field);
  });

  test('a person\'s product takes no company, a company\'s needs one, an unknown product is refused', async () => {
    isProblem(await api('POST', '/api/orders', { body: { product: 'ecpf-a1', holder: person(), company: company() } }), 422, 'invalid');
    isProblem(await api('POST', '/api/orders', { body: { product: 'ecnpj-a1', holder: person() } }), 422, 'invalid');
    const unknown = await api('POST', '/api/orders', { body: { product: 'ecpf-a9', holder: person() } });
    assert.equal(unknown.status, 422);
    assert.equal((await api('POST', '/api/orders', { body: {} })).status, 422);
  });

  test('representatives: eleven of them, the same twice', async () => {
    const one = () => ({ name: 'Rui Barbosa Lima', cpf: cpf(), birth_date: '1970-01-01' });
    const twice = one();
    for (const [representatives, code] of [[Array.from({ length: 11 }, one), 'too-many'], [[twice, twice], 'repeated'], ['x', 'type']]) {
      const answer = await api('POST', '/api/orders', { body: { product: 'ecnpj-a1', holder: person(),
        company: company({ representatives }) } });
      isProblem(answer, 422, 'invalid');
      assert.equal(fieldOf(answer, 'company.representatives')?.code, code, answer.text);
    }
  });

  test('query: bad percent, repeated name, days out of range, a date that is none, an unknown mode', async () => {
    for (const query of ['product=%zz', 'product=%00', 'product=a&product=b']) {
      isProblem(await api('GET', `/api/availability?${query}`), 400, 'bad-request', query);
    }
    for (const query of ['product=ecpf-a1&days=0', 'product=ecpf-a1&days=63', 'product=ecpf-a1&days=-1', 'product=ecpf-a1&days=7x',
      'product=ecpf-a1&from=2026-02-31', 'product=ecpf-a1&from=hoje', 'product=nada', 'product=ecpf-a1&mode=fax']) {
      isProblem(await api('GET', `/api/availability?${query}`), 422, 'invalid', query);
    }
  });

  test('mode video is 422 with its source until there is a video room, and always for tokens', async () => {
    for (const [product, reason] of [['ecpf-a1', 'video-room-closed'], ['ecpf-a3', 'video-not-for-media']]) {
      const answer = await api('GET', `/api/availability?product=${product}&mode=video`);
      isProblem(answer, 422, 'rule-refused');
      assert.equal(answer.json.reason, reason);
      assert.ok(answer.json.source.length > 5);
      const kase = await order(product);
      const booked = await api('POST', `/api/orders/${kase.code}/appointment`, { token: kase.token,
        body: { start: (await slots())[0].start, mode: 'video' } });
      isProblem(booked, 422, 'rule-refused');
      assert.equal(booked.json.reason, reason);
    }
  });
});

describe('issue 2: malformed bodies', () => {
  changesNothing();
  const holder = () => JSON.stringify(person());
  for (const [name, body, type] of [
    ['duplicate members', () => `{"product":"ecpf-a1","product":"ecpf-a3","holder":${holder()}}`, 'bad-json'],
    ['JSON nested 100,000 deep', () => `{"product":${'['.repeat(100000)}${']'.repeat(100000)}}`, 'bad-json'],
    ['objects nested 100,000 deep', () => '{"a":'.repeat(100000) + '1' + '}'.repeat(100000), undefined],
    ['a hundred thousand members', () => `{${Array.from({ length: 100000 }, (_, i) => `"a${i}":1`).join()}}`, undefined],
    ['NUL in a name', () => `{"product":"ecpf-a1","holder":${holder().replace('Marina', 'Mari\\u0000na')}}`, 'bad-json'],
    ['a NUL byte', () => `{"product":"ecpf\u0000-a1"}`, 'bad-json'],
    ['an array', () => '[]', 'bad-json'],
    ['nothing', () => '', undefined],
    ['a lone surrogate', () => '{"product":"\\ud800"}', 'bad-json'],
    ['a truncated document', () => '{"product":"ecpf-a1"', 'bad-json'],
    ['NaN', () => '{"product":NaN}', 'bad-json'],
    ['text after the end', () => `{"product":"ecpf-a1","holder":${holder()}} x`, 'bad-json'],
  ]) {
    test(`${name} in a body: malformed, and the next request is served`, async () => {
      const answer = await api('POST', '/api/orders', { body: body() });
      assert.ok([400, 413].includes(answer.status), `${answer.status} ${answer.text.slice(0, 200)}`);
      assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
      if (type) assert.equal(answer.json.type, `urn:guiche:problem:${type}`);
      assert.equal((await api('GET', '/api/products')).status, 200);
    });
  }

  test('bytes that are no UTF-8 are malformed', async () => {
    const response = await fetch(`${publicUrl}/api/orders`, { method: 'POST',
      headers: { 'Content-Type': 'application/json' }, body: Buffer.concat([Buffer.from('{"product":"'),
        Buffer.from([0xc3, 0x28, 0xff]), Buffer.from('"}')]) });
    assert.equal(response.status, 400);
  });

});

describe('contract 2: limits', () => {
  test('five open orders per CPF, e-mail, telephone and CNPJ; the sixth is told why', async () => {
    const who = { cpf: cpf(), email: `limite${Date.now()}@cidadao.example`, phone: '+5519912345678' };
    for (const [field, fixed] of [['holder.cpf', { cpf: who.cpf }], ['holder.email', { email: who.email }],
        ['holder.phone', { phone: `+55199${String(Date.now()).slice(-8)}` }]]) {
      for (let i = 0; i < 5; i++) assert.equal(office('agent1', 'POST', '/api/office/orders',
          { body: { product: 'ecpf-a1', holder: person(fixed) } }).status, 201);
      const sixth = await api('POST', '/api/orders', { body: { product: 'ecpf-a1', holder: person(fixed) } });
      isProblem(sixth, 422, 'rule-refused', field);
      assert.equal(sixth.json.reason, 'open-orders');
      assert.ok(fieldOf(sixth, field), sixth.text);
    }
    const number = cnpj();
    for (let i = 0; i < 5; i++) assert.equal(office('agent1', 'POST', '/api/office/orders',
        { body: { product: 'ecnpj-a1', holder: person(), company: company({ cnpj: number }) } }).status, 201);
    isProblem(await api('POST', '/api/orders', { body: { product: 'ecnpj-a1', holder: person(),
      company: company({ cnpj: number }) } }), 422, 'rule-refused');
  });

  test('five clicks at the same moment do not slip past the limit', async () => {
    const fixed = { cpf: cpf() };
    const answers = await Promise.all(Array.from({ length: 8 }, () => api('POST', '/api/orders',
      { body: { product: 'ecpf-a1', holder: person(fixed) } })));
    assert.equal(answers.filter((answer) => answer.status === 201).length, 5, answers.map((answer) => answer.status).join());
    assert.ok(answers.every((answer) => [201, 422].includes(answer.status)));
  });
});

describe('contract 2: forms without JavaScript', () => {
  const form = (fields) => new URLSearchParams(fields).toString();

  test('a form with a fault comes back with the values, the error beside the field and at the top', async () => {
    const page = await api('POST', '/pedido/novo', { headers: formHeaders, body: form({ product: 'ecpf-a1',
      'holder.name': 'Marina <b>"Prado"', 'holder.cpf': '12345678901', 'holder.birth_date': '1985-08-15',
      'holder.email': 'a@b.example', 'holder.phone': '19987654321' }) });
    assert.equal(page.status, 422);
    assert.match(page.headers.get('content-type'), /^text\/html/);
    assert.match(page.text, /dígitos finais não conferem/);
    assert.match(page.text, /value="12345678901"/);
    assert.ok(!page.text.includes('<b>"Prado"'), 'escaped');
    assert.match(page.text, /aria-invalid="true"/);
    assert.match(page.text, /<title>Erro: Pedido de e-CPF A1/);
  });

  test('what few need stays folded in a form that comes back, until it holds something or is what is missing', async () => {
    const opened = async (fields) => {
      const { text } = await api('POST', '/pedido/novo', { headers: formHeaders, body: form({ product: 'ecpf-a1', ...fields }) });
      return [...text.matchAll(/<details class="more"( open)?>/g)].map((found) => found[1] !== undefined);
    };
    const child = Object.fromEntries(Object.entries(person({ birth_date: `${new Date().getUTCFullYear() - 5}-01-01` }))
      .map(([name, value]) => [`holder.${name}`, value]));
    assert.deepEqual(await opened({}), [false, false]);
    assert.deepEqual(await opened({ 'holder.nis': '1' }), [false, true]);
    assert.deepEqual(await opened({ 'representatives.0.name': 'Rui Lima' }), [true, false]);
    assert.deepEqual(await opened(child), [true, false]);
  });

  test('a good form leads to the agenda with a session, and the book of the case opens with it', async () => {
    const who = person();
    const made = await api('POST', '/pedido/novo', { headers: formHeaders, body: form({ product: 'ecpf-a1',
      ...Object.fromEntries(Object.entries(who).map(([name, value]) => [`holder.${name}`, value])) }) });
    assert.equal(made.status, 303, made.text.slice(0, 500));
    const where = made.headers.get('location');
    assert.match(where, /^\/pedido\/[0-9A-Z]{12}\/agenda$/);
    const cookie = made.headers.get('set-cookie').split(';')[0];
    const agenda = await api('GET', where, { headers: { Accept: 'text/html', Cookie: cookie } });
    assert.equal(agenda.status, 200);
    assert.match(agenda.text, /horários? livres?/);
    assert.equal((await api('GET', where, { headers: { Accept: 'text/html' } })).status, 401);
    const left = () => Number(sql("select count(*) from event where code = 'LOGOUT'"));
    const before = left();
    for (const visit of ['the first', 'a second, of a session that is no more']) {
      assert.equal((await api('POST', '/sair', { headers: { ...formHeaders, Cookie: cookie } })).status, 303, visit);
    }
    assert.equal(left(), before + 1, 'leaving is an event');
    assert.equal((await api('GET', where, { headers: { Accept: 'text/html', Cookie: cookie } })).status, 404);
  });

  test('a form posted from another site is refused', async () => {
    const page = await api('POST', '/pedido/novo', { headers: { ...formHeaders, Origin: 'https://malvado.example' },
      body: form({ product: 'ecpf-a1' }) });
    assert.equal(page.status, 403);
  });
});

describe('contract 2 and design 2.16: the OpenAPI documents', () => {
  const publicRoutes = [['get', '/api/products'], ['post', '/api/orders'], ['get', '/api/orders/{code}'], ['get', '/api/availability'],
    ['post', '/api/orders/{code}/appointment'], ['put', '/api/orders/{code}/appointment'], ['delete', '/api/orders/{code}/appointment'],
    ['get', '/api/orders/{code}/appointment.ics'], ['get', '/api/checklist'], ['post', '/api/orders/{code}/documents'],
    ['get', '/api/orders/{code}/emission'], ['get', '/api/orders/{code}/term'], ['post', '/api/orders/{code}/term'],
    ['post', '/api/orders/{code}/csr'], ['get', '/api/orders/{code}/certificate'],
    ['get', '/log/checkpoint'], ['get', '/log/tile/{rest}'], ['get', '/healthz'], ['get', '/metrics']];
  const officeRoutes = [['get', '/api/office/me'], ['get', '/api/office/queue'], ['get', '/api/office/find'], ['get', '/api/office/clock'],
    ['post', '/api/office/orders'], ['get', '/api/office/orders/{code}'], ['put', '/api/office/orders/{code}/contact'],
      ['get', '/api/office/availability'],
    ...['post', 'put', 'delete'].map((method) => [method, '/api/office/orders/{code}/appointment']),
    ...['pay', 'note', 'resend', 'checkin', 'call', 'park', 'noshow', 'finish', 'undo', 'documents', 'consultations',
      'validation', 'verification',
      'refusal', 'return', 'csr', 'revocation', 'term/paper'].map((act) => ['post', `/api/office/orders/{code}/${act}`]),
    ...['accept', 'reject', 'reopen', 'waive'].map((act) => ['post', `/api/office/orders/{code}/items/{item}/${act}`]),
    ...['checklist', 'dossier', 'validation', 'verification', 'emission', 'certificate', 'signing', 'term', 'term/draft'].map((part) =>
      ['get', `/api/office/orders/{code}/${part}`]),
    ['post', '/api/office/call'], ['get', '/api/office/documents/{id}'], ['get', '/api/office/crls'], ['get',
      '/api/office/roster'], ['post', '/api/office/roster'],
    ['get', '/api/office/audit/export'], ['get', '/api/office/audit/prove/{code}']];

  for (const [name, routes, load] of [
    ['public', publicRoutes, async () => (await api('GET', '/openapi.json')).json],
    ['office', officeRoutes, async () => office('agent1', 'GET', '/openapi.json').json]]) {
    test(`the ${name} document is well-formed OpenAPI 3.1 and has every route`, async () => {
      const document = await load();
      assert.ok(document, 'no document');
      assert.deepEqual(complaintsAbout(document), []);
      const missing = routes.filter(([method, path]) => !document.paths[path]?.[method]).map((route) => route.join(' '));
      assert.deepEqual(missing, []);
      if (name === 'public') assert.ok(!Object.keys(document.paths).some((path) => path.startsWith('/api/office')));
    });
  }

  test('the validator finds what is broken', async () => {
    const { json } = await api('GET', '/openapi.json');
    const broken = structuredClone(json);
    broken.paths['/api/orders/{code}'].get.parameters = [];
    broken.paths['/api/products'].get.responses['400'].content['application/problem+json'].schema.$ref = '#/components/schemas/Nada';
    broken.paths['/api/orders'].post.operationId = broken.paths['/api/products'].get.operationId;
    assert.equal(complaintsAbout(broken).length, 3);
  });

  test('what the document says of a query parameter holds', async () => {
    const { json } = await api('GET', '/openapi.json');
    const required = json.paths['/api/availability'].get.parameters.filter((one) => one.in === 'query'
      && one.required).map((one) => one.name);
    assert.deepEqual(required, ['product']);
    assert.equal((await api('GET', '/api/availability')).status, 422);
  });
});

test('contract 2: a booked order tells the citizen what to do and by when', async () => {
  const kase = await order('ecpf-a1');
  const booked = await book(kase);
  const { json } = await api('GET', `/api/orders/${kase.code}`, { token: kase.token });
  assert.equal(json.states.appointment, 'booked');
  const step = json.next.find((one) => one.id === 'attend');
  assert.equal(Date.parse(step.by), Date.parse(booked.start));
});
