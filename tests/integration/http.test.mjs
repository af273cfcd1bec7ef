// SPDX-License-Identifier: GPL-3.0-or-later
// What arrives on the wire: framing that two readers could read differently, sizes, slowness, forged headers. First
// through the front, as anybody may; then at the server's own socket, as only the front's user may.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { api, home, office, officeUrl, order, person, port, publicUrl, sql } from '../support/office.mjs';
import { head, raw, rawAs } from '../support/raw.mjs';
import { asOwnerOf } from '../support/thief.mjs';

const front = { host: '127.0.0.1', port };
const identity = fs.readFileSync(path.join(home, 'identities/agent1.pem'));
const officeDoor = { host: 'localhost', port: port + 1, cert: identity, key: identity, ca: fs.readFileSync(path.join(home, 'identities/ca.pem')) };
const host = `Host: localhost:${port}`;
const json = 'Content-Type: application/json';

function isProblem(answer, status, message = '') {
  const statuses = [status].flat();
  assert.ok(statuses.includes(answer.status), `${message}: ${answer.status} ${answer.text.slice(0, 300)}`);
  assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/, message);
  const problem = JSON.parse(answer.body);
  assert.equal(problem.type, `urn:guiche:problem:${problem.code}`, message);
  assert.equal(problem.status, answer.status, message);
  assert.ok(problem.title && problem.detail, message);
}

// Slow by nature, so it runs while the others do.
const dripping = raw(front, [...'GET /api/products HTTP/1.1\r\nHost: x'].flatMap((byte) => [byte, 1000]), { seconds: 20 });

// A body that stops in the middle, to a route of JSON and to one of files: both reach the server before their end (the
// sentence is the server's; the front, if it collected bodies, would close without a word).
const stalled = ['POST /api/orders', 'POST /api/orders/ABCDEFGHJKMN/documents'].map((line) => raw(front,
  [head(`${line} HTTP/1.1`, host, json, 'Transfer-Encoding: chunked'), '5\r\n{"a":\r\n'], { seconds: 25 }));
const stalledForm = raw(front, [head('POST /pedido/novo HTTP/1.1', host, 'Content-Type: application/x-www-form-urlencoded', 'Accept: text/html',
  'Content-Length: 20'), 'product='], { seconds: 25 });

describe('through the front', () => {
  const cases = [
    ['two lengths', head('POST /api/orders HTTP/1.1', host, json, 'Content-Length: 2', 'Content-Length: 3') + '{}', 400],
    ['two equal lengths', head('POST /api/orders HTTP/1.1', host, json, 'Content-Length: 2', 'Content-Length: 2') + '{}', 400],
    ['length with chunked', head('POST /api/orders HTTP/1.1', host, json, 'Content-Length: 2', 'Transfer-Encoding: chunked')
      + '2\r\n{}\r\n0\r\n\r\n', 400],
    ['an unknown transfer coding', head('POST /api/orders HTTP/1.1', host, json, 'Transfer-Encoding: gzip, chunked') + '{}', [400, 501]],
    ['a coding that only looks like chunked', head('POST /api/orders HTTP/1.1', host, json,
      'Transfer-Encoding: xchunked') + '{}', [400, 501]],
    ['a negative length', head('POST /api/orders HTTP/1.1', host, json, 'Content-Length: -1') + '{}', 400],
    ['a length that overflows', head('POST /api/orders HTTP/1.1', host, json, 'Content-Length: 99999999999999999999') + '{}', [400, 413]],
    ['a body of 1 GB announced', head('POST /api/orders HTTP/1.1', host, json, 'Content-Length: 1073741824') + '{', 413],
    ['two Hosts', head('GET /api/products HTTP/1.1', host, 'Host: malvado.example'), 400],
    ['no Host', head('GET /api/products HTTP/1.1'), 400],
    ['a header of 1 MB', head('GET /api/products HTTP/1.1', host, `X-Longo: ${'a'.repeat(1 << 20)}`), 431],
    ['ten thousand headers', head('GET /api/products HTTP/1.1', host, ...Array.from({ length: 10000 }, (_, i) => `X-${i}: 1`)), 431],
    ['an address of 100 kB', head(`GET /api/products?a=${'a'.repeat(100000)} HTTP/1.1`, host), 414],
    ['an address of 10 kB', head(`GET /api/products?a=${'a'.repeat(10000)} HTTP/1.1`, host), 414],
    ['no HTTP at all', 'ola mundo\r\n\r\n', 400],
    ['a NUL in a header', head('GET /api/products HTTP/1.1', host, 'X-A: a\0b'), 400],
    ['a method nobody knows', head('BREW /api/products HTTP/1.1', host), 405],
    ['a version of HTTP to come', head('GET /api/products HTTP/3.0', host), 505],
    ['TRACE', head('TRACE /api/products HTTP/1.1', host), 405],
    ['a chunk that lies about its size', head('POST /api/orders HTTP/1.1', host, json, 'Transfer-Encoding: chunked')
      + 'ffffffffffffffffff\r\n{}\r\n0\r\n\r\n', [400, 413]],
  ];
  for (const [name, bytes, status] of cases) {
    test(`${name}: ${[status].flat().join(' or ')} as a problem document`, async () => {
      isProblem(await raw(front, [bytes], { seconds: 5 }), status, name);
    });
    test(`${name}, at the office: the same`, async () => {
      isProblem(await raw(officeDoor, [bytes.replace('/api/orders', '/api/office/orders')], { seconds: 5 }), status, name);
    });
  }

  test('a body that never ends is cut off, not collected', async () => {
    const piece = Buffer.alloc(1 << 20, 0x20);
    const parts = Array.from({ length: 64 }, () => Buffer.concat([Buffer.from('100000\r\n'), piece, Buffer.from('\r\n')]));
    const answer = await raw(front, [head('POST /api/orders HTTP/1.1', host, json, 'Transfer-Encoding: chunked'), ...parts],
      { seconds: 15 });
    assert.ok(answer.closed || answer.status !== 0, 'still reading after 15 s');
    if (answer.status !== 0) isProblem(answer, [400, 413, 502]);
  });

  test('a chunked body a little over the limit is told so', async () => {
    const bytes = `${head('POST /api/orders HTTP/1.1', host, json, 'Transfer-Encoding: chunked', 'Connection: close')}50000\r\n`
      + `${' '.repeat(0x50000)}\r\n0\r\n\r\n`;
    isProblem(await raw(front, [bytes]), 413);
  });

  test('JSON over its limit is 413, not read to the end', async () => {
    const answer = await api('POST', '/api/orders', { body: `{"product":"${'a'.repeat(3 << 20)}"}` });
    assert.equal(answer.status, 413);
    assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
  });

  test('a chunked body of good form is served like any other', async () => {
    const body = Buffer.from(JSON.stringify({ product: 'ecpf-a1', holder: person() }));
    const bytes = head('POST /api/orders HTTP/1.1', host, json, 'Transfer-Encoding: chunked', 'Connection: close')
      + `10\r\n${body.subarray(0, 16)}\r\n`;
    const rest = Buffer.concat([Buffer.from(`${(body.length - 16).toString(16)}\r\n`), body.subarray(16), Buffer.from('\r\n0\r\n\r\n')]);
    const answer = await raw(front, [bytes, 50, rest]);
    assert.equal(answer.status, 201, answer.text);
  });

  test('two requests in one packet get two answers, in order', async () => {
    const answer = await raw(front, [head('GET /api/products HTTP/1.1', host) + head('GET /nada HTTP/1.1', host, 'Connection: close')],
      { all: true });
    const statuses = [...answer.text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((found) => found[1]);
    assert.deepEqual(statuses, ['200', '404']);
  });

  test('a request hidden in a body stays a body', async () => {
    const hidden = head('GET /metrics HTTP/1.1', host);
    const answer = await raw(front, [head('POST /api/orders HTTP/1.1', host, json, `Content-Length: ${hidden.length}`,
      'Connection: close') + hidden],
      { all: true });
    assert.deepEqual([...answer.text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((found) => found[1]), ['400']);
  });

  test('404, 405 with Allow, 415, HEAD', async () => {
    const missing = await api('GET', '/api/nada');
    assert.equal(missing.status, 404);
    assert.equal(missing.json.type, 'urn:guiche:problem:not-found');
    const method = await api('DELETE', '/api/products');
    assert.equal(method.status, 405);
    assert.equal(method.json.type, 'urn:guiche:problem:method-not-allowed');
    assert.match(method.headers.get('allow'), /GET/);
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x']) {
      const answer = await api('POST', '/api/orders', { body: '{}', headers: { 'Content-Type': type } });
      assert.equal(answer.status, 415, type);
      assert.equal(answer.json.type, 'urn:guiche:problem:unsupported-media-type');
    }
    const get = await fetch(`${publicUrl}/api/products`);
    const only = await fetch(`${publicUrl}/api/products`, { method: 'HEAD' });
    assert.equal(only.status, 200);
    assert.equal(await only.text(), '');
    assert.equal(only.headers.get('content-type'), get.headers.get('content-type'));
  });

  test('paths: dots, encoded slashes, NUL, double slashes never leave the house', async () => {
    for (const target of ['/static/../config/ra-server.conf', '/static/%2e%2e/config/ra-server.conf', '/static/..%2f..%2fetc/passwd',
      '/emitir/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '//etc/passwd', '/api/%00', '/api/orders/%2e%2e/products',
      '/problems/404.problem', '/log/tile/../checkpoint']) {
      const answer = await raw(front, [head(`GET ${target} HTTP/1.1`, host, 'Connection: close')]);
      assert.ok([400, 401, 404].includes(answer.status) || (answer.status === 200 && target.startsWith('/log')) ||
        (answer.status === 200 && answer.headers['content-type'].startsWith('text/html') && target.startsWith('/emitir')),
      `${target} ${answer.status}`);
      assert.ok(!answer.text.includes('root:x:') && !answer.text.includes('database_owner'), target);
    }
  });

  test('the front\'s own errors on its static pages are problem documents', async () => {
    isProblem(await raw(front, [head('POST /static/site.css HTTP/1.1', host, 'Content-Length: 0', 'Connection: close')]), 405);
    isProblem(await raw(front, [head('GET /static/nada.css HTTP/1.1', host, 'Connection: close')]), 404);
  });

  test('and pages where a browser asks for a page', async () => {
    const page = await raw(front, [head('GET /static/nada.css HTTP/1.1', host, 'Accept: text/html', 'Connection: close')]);
    assert.equal(page.status, 404);
    assert.match(page.headers['content-type'], /^text\/html/);
    assert.match(page.body, /<html lang="pt-BR">[\s\S]*<h1>[^<]+<\/h1>/);
    isProblem(await raw(front, [head('POST /api/orders HTTP/1.1', host, json, 'Accept: text/html', 'Content-Length: 1073741824') + '{']), 413);
  });

  test('the emission page is one file, whatever follows, and nobody may frame it', async () => {
    const page = await fetch(`${publicUrl}/emitir/ABCDEFGHJKMN`);
    assert.equal(page.status, 200);
    assert.equal(page.headers.get('cache-control'), 'no-store');
    assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
    assert.equal(page.headers.get('x-frame-options'), 'DENY');
    const text = await page.text();
    assert.equal(text, await (await fetch(`${publicUrl}/emitir`)).text());
    assert.ok(!/<(script|link|img|iframe)[^>]+(src|href)=["']?(https?:)?\/\//i.test(text), 'no other resource');
  });

  test('three hundred idle connections do not stop the next citizen', async () => {
    const idle = Array.from({ length: 300 }, () => raw(front, ['GET /api/prod'], { seconds: 1.5 }));
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    const started = Date.now();
    assert.equal((await api('GET', '/api/products')).status, 200);
    assert.ok(Date.now() - started < 2000);
    await Promise.all(idle);
  });
});

describe('protocol 8: identity comes from the office listener alone', () => {
  const certificate = encodeURIComponent(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n?/
    .exec(fs.readFileSync(path.join(home, 'identities/agent1.pem'), 'utf8'))[0]);
  const forged = { 'X-Client-Cert': certificate, 'X-Client-Verify': 'SUCCESS', 'X-Client-Subject': 'CN=ANA', 'X-Client-Fingerprint': '00' };

  test('a forged X-Client- header on the public side opens nothing', async () => {
    for (const where of ['/api/office/queue', '/api/office/me', '/api/office/find?q=maria',
        '/api/office/audit/export?from=2026-01-01&to=2026-12-31']) {
      assert.equal((await api('GET', where, { headers: forged })).status, 404, where);
    }
    const kase = await order('ecpf-a1');
    assert.equal((await api('GET', `/api/orders/${kase.code}`, { headers: forged })).status, 401);
    assert.equal((await api('POST', `/api/office/orders/${kase.code}/checkin`, { headers: forged, body: {} })).status, 404);
    assert.equal(sql(`select attendance_state from orders where code = '${kase.code}'`), 'none');
  });

  test('the office listener overwrites what a client claims of itself', () => {
    const other = encodeURIComponent(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n?/
      .exec(fs.readFileSync(path.join(home, 'identities/agent2.pem'), 'utf8'))[0]);
    const me = office('agent1', 'GET', '/api/office/me', { headers: [`X-Client-Cert: ${other}`, 'X-Client-Verify: SUCCESS'] });
    assert.equal(me.status, 200);
    assert.match(me.json.name, /^ANA /);
  });

  test('no office without a certificate: not by none, not by a self-made one, not over plain HTTP', async () => {
    const curl = (...words) => {
      const run = spawnSync('curl', ['-sS', '-o', '-', '-w', '\n%{http_code} %{content_type}', '--cacert',
        path.join(home, 'identities/ca.pem'), ...words],
        { encoding: 'utf8' });
      const cut = run.stdout.lastIndexOf('\n');
      return { body: run.stdout.slice(0, cut), last: run.stdout.slice(cut + 1), status: run.status };
    };
    const none = curl(`${officeUrl}/api/office/queue`);
    assert.match(none.last, /^401 application\/problem\+json/);
    assert.match(JSON.parse(none.body).type, /^urn:guiche:problem:/);
    const folder = fs.mkdtempSync('/tmp/guiche-self-');
    spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj',
      '/CN=ANA BEATRIZ SOUZA TESTE:73190486204',
      '-keyout', path.join(folder, 'key.pem'), '-out', path.join(folder, 'leaf.pem')]);
    const selfMade = curl('--cert', path.join(folder, 'leaf.pem'), '--key', path.join(folder, 'key.pem'), `${officeUrl}/api/office/queue`);
    assert.match(selfMade.last, /^400 application\/problem\+json/);
    const plain = await raw({ host: '127.0.0.1', port: port + 1 }, [head('GET /api/office/queue HTTP/1.1', 'Host: x',
      'Connection: close')]);
    isProblem(plain, 400);
    fs.rmSync(folder, { recursive: true });
  });
});

describe('at the server\'s own sockets', () => {
  const as = asOwnerOf('front/tmp');
  const publicSocket = path.join(home, 'run/public.sock');
  const officeSocket = path.join(home, 'run/office.sock');

  test('without the front the framing is checked all the same', () => {
    for (const [name, bytes, status] of [
      ['two lengths', head('POST /api/orders HTTP/1.1', host, json, 'Content-Length: 2', 'Content-Length: 3') + '{}', 400],
      ['length with chunked', head('POST /api/orders HTTP/1.1', host, json, 'Content-Length: 2',
        'Transfer-Encoding: chunked') + '2\r\n{}\r\n0\r\n\r\n', 400],
      ['two Hosts', head('GET /api/products HTTP/1.1', host, 'Host: b'), 400],
      ['no Host', head('GET /api/products HTTP/1.1'), 400],
      ['two certificates', head('GET /api/products HTTP/1.1', host, 'X-Client-Cert: a', 'X-Client-Cert: b'), 400],
      ['1 GB announced', head('POST /api/orders HTTP/1.1', host, json, 'Content-Length: 1073741824') + '{', 413],
      ['a strange length', head('POST /api/orders HTTP/1.1', host, json, 'Content-Length: 2x') + '{}', 400],
    ]) {
      const answer = rawAs(as, publicSocket, bytes, 2);
      assert.equal(answer.status, status, `${name}: ${answer.text.slice(0, 200)}`);
    }
    assert.equal(rawAs(as, publicSocket, head('GET /api/products HTTP/1.1', host, 'Connection: close')).status, 200);
    assert.ok([0, 431, 400].includes(rawAs(as, publicSocket, head('GET /api/products HTTP/1.1', host,
      `X-Longo: ${'a'.repeat(1 << 20)}`), 2).status));
  });

  test('whose address it is, only the front says', async () => {
    for (const claim of ['8.8.8.8', '::1', 'nada']) {
      const answer = await api('GET', '/healthz', { headers: { 'X-Real-IP': claim, 'X-Forwarded-For': claim } });
      assert.ok(answer.json.parts, `a caller of this machine stays one who claims ${claim}`);
    }
    const elsewhere = rawAs(as, publicSocket, head('GET /metrics HTTP/1.1', host, 'X-Real-IP: 192.0.2.7', 'Connection: close'));
    assert.equal(elsewhere.status, 403, 'metrics are for this machine');
    const health = rawAs(as, publicSocket, head('GET /healthz HTTP/1.1', host, 'X-Real-IP: 192.0.2.7', 'Connection: close'));
    assert.deepEqual(Object.keys(health.json).sort(), ['environment', 'status']);
  });

  test('so many requests a minute and address, then 429 with Retry-After; other addresses go on', () => {
    const most = Number(/^rate_per_minute = (\d+)/m.exec(fs.readFileSync(path.join(home, 'config/ra-server.conf'), 'utf8'))?.[1] ?? 1000);
    const ask = (address) => head('GET /api/nada HTTP/1.1', host, `X-Real-IP: ${address}`);
    const last = (address) => head('GET /api/nada HTTP/1.1', host, `X-Real-IP: ${address}`, 'Connection: close');
    const busy = `198.18.${randomInt(256)}.${randomInt(256)}`;
    const answer = rawAs(as, publicSocket, ask(busy).repeat(most + 100) + last('192.0.2.9'), 40);
    const statuses = [...answer.text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((found) => found[1]);
    assert.equal(statuses.length, most + 101);
    assert.ok(statuses.filter((status) => status === '429').length >= 50, `${statuses.filter((status) => status === '429').length}`);
    assert.ok(statuses.filter((status) => status === '404').length >= most);
    assert.equal(statuses.at(-1), '404');
    assert.match(answer.text, /Retry-After: \d+/i);
    assert.match(answer.text, /urn:guiche:problem:rate-limited/);
  });

  test('office routes are not on the public socket, whatever certificate is claimed', () => {
    const answer = rawAs(as, publicSocket, head('GET /api/office/queue HTTP/1.1', host, 'X-Client-Cert: a', 'Connection: close'));
    assert.equal(answer.status, 404);
  });

  test('a claimed certificate that is none is refused at the office too', () => {
    for (const claim of ['', 'nada', '-----BEGIN%20CERTIFICATE-----%0AAAAA%0A-----END%20CERTIFICATE-----%0A']) {
      const answer = rawAs(as, officeSocket, head('GET /api/office/queue HTTP/1.1', host, `X-Client-Cert: ${claim}`,
        'X-Client-Verify: SUCCESS', 'Connection: close'));
      isProblem(answer, 401, claim);
    }
  });

  test('only the front\'s user is let in', { skip: process.getuid() !== 0 && 'one user for everything' }, () => {
    for (const [who, words] of [['root', []], ['nobody', ['setpriv', '--reuid=65534', '--regid=65534',
        '--clear-groups']], ['the database', asOwnerOf('pg/data')]]) {
      for (const socket of [publicSocket, officeSocket]) {
        assert.equal(rawAs(words, socket, head('GET /api/products HTTP/1.1', host, 'Connection: close'), 2).status, 0, `${who} ${socket}`);
      }
    }
  });
});

test('a connection that sends a byte a second is ended', async () => {
  const answer = await dripping;
  assert.ok(answer.closed, 'still open after 20 s');
  assert.ok(answer.seconds < 15, `${answer.seconds} s`);
});

test('a body that stops is told 408 by the server, which had its first part (uploads are not collected by the front)', async () => {
  for (const answer of await Promise.all(stalled)) {
    isProblem(answer, 408, 'stalled');
    assert.equal(answer.json.type, 'urn:guiche:problem:request-timeout');
    assert.match(answer.json.detail, /não chegou inteiro a tempo/);
  }
  const form = await stalledForm;
  assert.equal(form.status, 408);
  assert.match(form.headers['content-type'], /^text\/html/);
  assert.match(form.body, /<h1>O pedido demorou demais para chegar\.<\/h1>/);
});

test('each refusal of the front has a code of its own, and none of the server\'s with another status', () => {
  const folder = new URL('../../web/front/problems/', import.meta.url);
  const table = fs.readFileSync(new URL('../../pki/base/error.h', import.meta.url), 'utf8');
  const ours = new Map([...table.matchAll(/X\(RA_\w+, "([a-z-]+)", \w+, (\d{3}),/g)].map(([, code, status]) => [code, Number(status)]));
  const files = fs.readdirSync(folder).filter((name) => name.endsWith('.problem'));
  const problems = files.map((name) => JSON.parse(fs.readFileSync(new URL(name, folder), 'utf8')));
  assert.ok(ours.size > 30 && problems.length > 20);
  assert.equal(new Set(problems.map(({ code }) => code)).size, problems.length);
  for (const { code, type, status } of problems) {
    assert.equal(type, `urn:guiche:problem:${code}`);
    assert.equal(ours.get(code) ?? status, status, code);
  }
  assert.deepEqual([502, 503, 504].map((one) => problems.find(({ status }) => status === one).code), ['server-away', 'unavailable', 'timeout']);
});

test('after all this the service is healthy', async () => {
  // What the cases of other tests left behind (a deadline that passed, say) may degrade it.
  const { status, json } = await api('GET', '/healthz');
  assert.equal(status, 200);
  assert.deepEqual([json.parts.database.status, json.parts.log.status], ['ok', 'ok']);
});
