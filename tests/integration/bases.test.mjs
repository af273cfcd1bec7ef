// SPDX-License-Identifier: GPL-3.0-or-later
// The official bases asked by machine: a small HTTPS server on loopback plays Receita, Senatran and the PSBio, well and
// badly, while other cases go on. The instance has no bases of its own; what is configured here is taken away again.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import {
  attend, cli, cliLater, clockOffset, done, home, makeCsr, office, officeLater, openssl, order, pause, publicUrl, scratch,
  sql, until, validate, verify,
} from '../support/office.mjs';

const folder = path.join(home, 'config/bases');
const madeHere = !fs.existsSync(folder);
const keys = scratch();
const instant = (ms = 0) => new Date(Date.now() + clockOffset() * 1000 + ms).toISOString();

// --- certificates: one authority for the bases and their client, and a stranger ----------------------------------

function authority(name) {
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`,
    '-keyout', path.join(keys, `${name}.key`), '-out', path.join(keys, `${name}.pem`));
}

function certificate(issuer, name, extension) {
  const at = (suffix) => path.join(keys, `${name}.${suffix}`);
  fs.writeFileSync(at('ext'), extension);
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`, '-keyout', at('key'),
    '-out', at('csr'));
  openssl('x509', '-req', '-in', at('csr'), '-CA', path.join(keys, `${issuer}.pem`), '-CAkey', path.join(keys, `${issuer}.key`),
    '-CAcreateserial', '-days', '2', '-extfile', at('ext'), '-out', at('pem'));
}

function makeCertificates() {
  authority('raiz');
  authority('estranha');
  certificate('raiz', 'base', 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth');
  certificate('raiz', 'outra-maquina', 'subjectAltName=IP:127.0.0.2\nextendedKeyUsage=serverAuth');
  certificate('estranha', 'falsa', 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth');
  certificate('raiz', 'cliente', 'extendedKeyUsage=clientAuth');
}

// --- the bases ---------------------------------------------------------------------------------------------------

// What each base knows, and how each kind behaves: a function of (question, response).
const people = new Map();
const behaviour = {};
const asked = [];
const servers = [];

const reply = (response, body, status = 200, type = 'application/json') => {
  response.writeHead(status, { 'Content-Type': type });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};

function truth(question, changes = {}) {
  const head = { request: question.request, answered_at: instant() };
  if (question.kind === 'psbio')
    return { ...head, idn: 'IDN-77', cpf: question.cpf, result: 'POSITIVE', ...changes };
  const known = people.get(question.cnpj ?? question.cpf);
  const subject = question.kind === 'cnpj' ? { cnpj: question.cnpj } : { cpf: question.cpf };
  const base = { ...head, protocol: `P-${question.kind}-9`, ...subject, found: known !== undefined };
  if (known === undefined) return base;
  if (question.kind === 'cnpj')
    return { ...base, name: known.name, responsible_cpf: known.responsible, status: 'ATIVA', ...changes };
  const natural = { ...base, name: known.name, birth_date: known.birth_date, status: 'REGULAR' };
  return question.kind === 'cpf' ? { ...natural, ...changes }
    : { ...natural, registro: '012345678', espelho: '99887766', via: '1', ...changes };
}

const good = (changes) => (question, response) => reply(response, truth(question, changes));

async function listen(name, port = 0) {
  const at = (suffix) => fs.readFileSync(path.join(keys, `${name}.${suffix}`));
  const server = https.createServer({ key: at('key'), cert: at('pem'), ca: fs.readFileSync(path.join(keys, 'raiz.pem')),
    requestCert: true, rejectUnauthorized: true }, (request, response) => {
    let text = '';
    request.on('data', (chunk) => { text += chunk; });
    request.on('end', () => {
      const question = JSON.parse(text);
      asked.push({ ...question, path: request.url, method: request.method });
      behaviour[question.kind](question, response);
    });
  });
  await new Promise((resolve) => { server.listen(port, '127.0.0.1', resolve); });
  servers.push(server);
  return server.address().port;
}

// --- configuring -------------------------------------------------------------------------------------------------

function give(file, mode) {
  const { uid, gid } = fs.statSync(path.join(home, 'dossier'));
  fs.chmodSync(file, mode);
  if (process.getuid() === 0) fs.chownSync(file, uid, gid);
}

const bases = async () => (await (await fetch(`${publicUrl}/healthz`)).json()).parts;

async function configure(kind, port, changes = {}) {
  const values = { url: `https://127.0.0.1:${port}/consulta`, name: `Base de ${kind}`, certificate: 'cliente.pem', key: 'cliente.key',
    ca: 'raiz.pem', timeout_ms: 1500, retries: 0, breaker_failures: 100, breaker_cooldown_ms: 1000, ...changes };
  const text = Object.entries(values).map(([name, value]) => `${name} = ${value}\n`).join('');
  const file = path.join(folder, `${kind}.conf`);
  const earlier = (await bases())[`base-${kind}`].since;
  assert.ok(!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text, 'a test asks for a change');
  fs.writeFileSync(`${file}.new`, text);
  give(`${file}.new`, 0o640);
  fs.renameSync(`${file}.new`, file);
  await until(async () => { const base = (await bases())[`base-${kind}`]; return base.driver === 'http' && base.since !== earlier; });
}

async function unconfigure(kind) {
  fs.rmSync(path.join(folder, `${kind}.conf`), { force: true });
  await until(async () => (await bases())[`base-${kind}`].driver === 'manual');
}

const kinds = ['cpf', 'cnpj', 'cnh', 'psbio'];

// --- asking ------------------------------------------------------------------------------------------------------

const ask = (code, kind, ...more) => cliLater('agent1', 'consult', code, kind, ...more);

async function expectEnding(run, result, reason) {
  const ended = await run;
  assert.equal(ended.status, 0, ended.stdout);
  assert.equal(ended.json.state, 'done', ended.stdout);
  assert.deepEqual([ended.json.result, ended.json.reason ?? ''], [result, reason ?? ''], ended.stdout);
  if (reason) assert.ok(ended.json.detail.length > 5);
  return ended.json;
}

async function known(product = 'ecpf-a1') {
  const kase = await order(product);
  people.set(kase.holder.cpf, { name: kase.holder.name.toUpperCase(), birth_date: kase.holder.birth_date });
  if (kase.company) people.set(kase.company.cnpj, { name: kase.company.name, responsible: kase.holder.cpf });
  return kase;
}

const recorded = (code) => sql(`select c.kind || ' ' || c.result || ' ' || c.protocol from consultation c join orders o
  on o.id = c.order_id where o.code = '${code}' order by c.id`).split('\n').filter((line) => line !== '');

describe('3.3, 2.2, 3.1: the bases asked by machine', () => {
  let port;
  let kase;

  before(async () => {
    fs.mkdirSync(folder, { recursive: true });
    fs.chmodSync(folder, 0o755);
    makeCertificates();
    for (const [name, mode] of [['raiz.pem', 0o644], ['cliente.pem', 0o644], ['cliente.key', 0o600]]) {
      fs.copyFileSync(path.join(keys, name), path.join(folder, name));
      give(path.join(folder, name), mode);
    }
    for (const kind of kinds) behaviour[kind] = good();
    port = await listen('base');
    kase = await known('ecnpj-a1');
  });

  after(async () => {
    if (madeHere) fs.rmSync(folder, { recursive: true });
    else for (const name of fs.readdirSync(folder)) fs.rmSync(path.join(folder, name));
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await until(async () => { const all = await bases(); return kinds.every((kind) => all[`base-${kind}`].driver === 'manual'); });
  });

  test('without a file the base is asked by people: a result must be given', () => {
    const refused = cli('agent1', 'consult', kase.code, 'cpf');
    assert.equal(refused.status, 1);
    assert.equal(refused.json.errors[0].field, 'result');
    assert.equal(done('agent1', 'consult', kase.code, 'cpf', '--result', 'alert', '--protocol', 'M1').result, 'alert');
  });

  test('a file that does not hold is told, and its base tells nothing', async () => {
    const file = path.join(folder, 'cpf.conf');
    for (const [text, told] of [['url = http://example.org/x\n', /loopback/], ['url = https://127.0.0.1:1/\n', /certificate/],
        ['url = https://127.0.0.1:1/\ncertificate=nada.pem\nkey=nada.key\nca=raiz.pem\n', /nada\.pem/], ['cor = azul\n', /cor/]]) {
      fs.writeFileSync(file, text);
      give(file, 0o640);
      const part = await until(async () => { const one = (await bases())['base-cpf']; return told.test(one.detail ?? '') && one; });
      assert.equal(part.status, 'degraded');
    }
    await expectEnding(ask(kase.code, 'cpf'), 'unavailable', 'base-misconfigured');
    await unconfigure('cpf');
  });

  test('all four answer well: recorded with protocol and evidence, and satisfying their items', async () => {
    await Promise.all(kinds.map((kind) => configure(kind, port)));
    const accepted = office('agent1', 'POST', `/api/office/orders/${kase.code}/consultations`, { body: { kind: 'cpf' } });
    assert.equal(accepted.status, 202, accepted.text);
    assert.equal(accepted.json.state, 'asking');
    const show = () => office('agent2', 'GET', accepted.json.poll).json;
    await until(async () => show().state === 'done');
    assert.equal(show().result, 'ok');
    const cpf = show();
    assert.equal(cpf.protocol, 'P-cpf-9');
    assert.equal(cpf.base, 'Base de cpf');
    await expectEnding(ask(kase.code, 'cnpj'), 'ok');
    const psbio = await expectEnding(ask(kase.code, 'psbio'), 'ok');
    assert.equal(psbio.protocol, 'IDN-77');
    const cnh = await expectEnding(ask(kase.code, 'cnh', '--registration', '012.345.678', '--via-seen', '1'), 'ok');
    assert.deepEqual([cnh.facts.registration, cnh.facts.form_number, cnh.facts.via], ['012345678', '99887766', '1']);
    assert.deepEqual(recorded(kase.code).slice(-4), ['cpf ok P-cpf-9', 'cnpj ok P-cnpj-9', 'psbio ok IDN-77', 'cnh ok P-cnh-9']);

    const question = asked.find((one) => one.request === cpf.id);
    assert.deepEqual(question, { request: cpf.id, kind: 'cpf', cpf: kase.holder.cpf, birth_date: kase.holder.birth_date,
      path: '/consulta', method: 'POST' });
    const evidence = path.join(scratch(), 'evidence');
    done('auditor', 'document', 'get', cpf.document, '-o', evidence);
    const bytes = fs.readFileSync(evidence);
    assert.equal(JSON.parse(bytes).request, cpf.id);
    assert.equal(createHash('sha256').update(bytes).digest('hex'), cpf.evidence);
    const dossier = office('auditor', 'GET', `/api/office/orders/${kase.code}/dossier`).json;
    assert.ok(dossier.leaves.some((leaf) => leaf.startsWith('consultation|cpf|') && leaf.includes(cpf.evidence)), 'sealed');
    const items = done('agent1', 'checklist', kase.code).items.filter((item) => ['cpf', 'cnpj', 'psbio'].includes(item.consult));
    assert.ok(items.length >= 3 && items.every((item) => item.state === 'accepted'), JSON.stringify(items));
  });

  test('DIV-01: divergences, an irregular status, a number nobody knows', async () => {
    const one = await known();
    for (const [changes, result, reason] of [
      [{ name: 'Outra Pessoa' }, 'conflict', 'name-differs'], [{ birth_date: '1985-08-16' }, 'conflict', 'birth-date-differs'],
      [{ status: 'TITULAR_FALECIDO' }, 'alert', 'status'],
    ]) {
      behaviour.cpf = good(changes);
      await expectEnding(ask(one.code, 'cpf'), result, reason);
      assert.equal(done('agent1', 'show', one.code).states.identification, result === 'conflict' ? 'suspended' : 'open');
    }
    behaviour.cpf = good();
    await expectEnding(ask(one.code, 'cpf'), 'ok');
    assert.equal(sql(`select count(*) from event e join orders o on o.id = e.order_id where o.code = '${one.code}'
      and e.code like 'DIVERGENCE%' and e.actor = 'system'`), '2', 'suspended and resumed by the program');
    people.delete(one.holder.cpf);
    await expectEnding(ask(one.code, 'cpf'), 'not_found', 'not-found');
    behaviour.cnpj = good({ responsible_cpf: one.holder.cpf });
    await expectEnding(ask(kase.code, 'cnpj'), 'conflict', 'responsible-differs');
    behaviour.cnpj = good();
    behaviour.cnh = good({ via: '2' });
    await expectEnding(ask(kase.code, 'cnh', '--registration', '012345678', '--via-seen', '1'), 'conflict', 'via-differs');
    behaviour.cnh = good();
    for (const [answer, result, reason] of [['NEGATIVE', 'alert', 'biometry-negative'], ['CPF_NOT_FOUND', 'not_found', 'not-found'],
        ['CONFLICT', 'conflict', 'biometry-conflict'], ['ERROR', 'unavailable', 'base-error']]) {
      behaviour.psbio = good({ result: answer });
      await expectEnding(ask(one.code, 'psbio'), result, reason);
    }
    assert.match(sql(`select t.kind || ' ' || (t.due_at > t.opened_at) from task t join orders o on o.id = t.order_id
      where o.code = '${one.code}' order by t.id`), /psbio_enrolment true\npsbio_conflict true/);
    behaviour.psbio = good();
  });

  test('could not tell: garbage, somebody else, tomorrow, last week, errors, redirects, floods', async () => {
    const one = await known();
    const other = await known();
    const cases = {
      'answer-malformed': [(q, r) => reply(r, '<html>erro</html>'), (q, r) => reply(r, truth(q), 200, 'text/html'),
        (q, r) => reply(r, { ...truth(q), extra: 1 }), (q, r) => reply(r, '')],
      'answer-other-subject': [good({ cpf: other.holder.cpf })],
      'answer-other-request': [good({ request: '00000000-0000-4000-8000-000000000000' })],
      'answer-future': [good({ answered_at: instant(86400e3) })],
      'answer-stale': [good({ answered_at: instant(-7 * 86400e3) })],
      'http-status': [(q, r) => reply(r, truth(q), 500),
        (q, r) => { r.writeHead(302, { Location: `https://127.0.0.1:${port}/outra` }); r.end(); }],
      'answer-too-large': [(q, r) => reply(r, { ...truth(q), name: 'A'.repeat(1 << 20) })],
      unreachable: [(q, r) => r.destroy()],
      timeout: [() => {}, (q, r) => { r.writeHead(200, { 'Content-Type': 'application/json' }); r.write('{'); }],
    };
    for (const [reason, plays] of Object.entries(cases)) {
      for (const play of plays) {
        behaviour.cpf = play;
        await expectEnding(ask(one.code, 'cpf'), 'unavailable', reason);
      }
    }
    behaviour.cpf = good();
    assert.ok(!asked.some((question) => question.path === '/outra'), 'no redirect is followed');
    assert.ok(recorded(one.code).every((line) => line.startsWith('cpf unavailable')));
    assert.ok(recorded(one.code).length >= 14);
    const item = done('agent1', 'checklist', one.code).items.find((found) => found.consult === 'cpf');
    assert.deepEqual([item.state, cli('agent1', 'item', 'accept', one.code, item.id).json.reason], ['pending', 'could-not-tell']);
    assert.equal(Number(sql(`select count(*) from consultation_request where state = 'asking'`)), 0);
  });

  test('TLS: a stranger, another machine, nobody at all', async () => {
    const one = await known();
    for (const name of ['falsa', 'outra-maquina']) {
      await configure('cpf', await listen(name));
      await expectEnding(ask(one.code, 'cpf'), 'unavailable', 'tls-failed');
    }
    const free = net.createServer();
    const nobody = await new Promise((resolve) => { free.listen(0, '127.0.0.1', () => { const at = free.address().port; free.close(() => resolve(at)); }); });
    await configure('cpf', nobody);
    await expectEnding(ask(one.code, 'cpf'), 'unavailable', 'unreachable');
    await configure('cpf', port);
    await expectEnding(ask(one.code, 'cpf'), 'ok');
  });

  test('a slow base delays nobody else, and is asked so much at a time and no more', async () => {
    const slow = [];
    for (let i = 0; i < 5; i++) slow.push(await known());
    const quick = await known();
    await configure('cpf', port, { timeout_ms: 15000, in_flight: 2 });
    const held = [];
    behaviour.cpf = (question, response) => { held.push(() => reply(response, truth(question))); };
    const waiting = slow.map((one) => ask(one.code, 'cpf'));
    await until(async () => held.length === 2);
    for (let i = 0; i < 3; i++) {
      const at = Date.now();
      await expectEnding(ask(quick.code, 'psbio'), 'ok');
      assert.ok(Date.now() - at < 3000, `${Date.now() - at} ms beside a slow base`);
    }
    const other = await order();
    assert.equal((await officeLater('agent1', 'GET', `/api/office/orders/${other.code}/checklist`)).status, 200);
    assert.equal((await officeLater('agent1', 'GET', `/api/office/orders/${slow[0].code}/checklist`)).status, 200);
    done('agent1', 'consult', slow[0].code, 'neglist', '--result', 'ok', '--protocol', 'N1');
    assert.equal((await bases())['base-cpf'].under_way, 2);
    assert.equal(held.length, 2, 'two at a time and no more');
    for (let answered = 0; answered < slow.length; answered++) {
      await until(async () => held.length > answered);
      assert.ok(held.length <= answered + 2);
      held[answered]();
    }
    for (const run of waiting) await expectEnding(run, 'ok');
    behaviour.cpf = good();
  });

  test('the same question while it is under way is that question; other numbers are refused', async () => {
    const one = await known();
    await configure('cnh', port, { timeout_ms: 8000 });
    const held = [];
    behaviour.cnh = (question, response) => { held.push(() => reply(response, truth(question))); };
    const post = (body) => office('agent1', 'POST', `/api/office/orders/${one.code}/consultations`, { body });
    assert.equal(post({ kind: 'cnh' }).json.errors[0].field, 'registration');
    const first = post({ kind: 'cnh', registration: '012345678' });
    assert.equal(post({ kind: 'cnh', registration: '012345678' }).json.id, first.json.id);
    assert.equal(post({ kind: 'cnh', registration: '87654321' }).json.reason, 'consultation-under-way');
    assert.equal(post({ kind: 'cnpj' }).json.errors[0].field, 'person');
    assert.equal(post({ kind: 'cpf', person: 'representative' }).json.errors[0].field, 'person');
    const again = ask(one.code, 'cnh', '--registration', '012345678');
    await until(async () => held.length === 1);
    await pause(500);
    held[0]();
    assert.equal((await expectEnding(again, 'ok')).id, first.json.id);
    assert.equal(held.length, 1, 'asked once');
    assert.equal(recorded(one.code).length, 1);
    assert.equal(office('agent1', 'GET', first.json.poll.replace(one.code, kase.code)).status, 404, 'of another case');
    behaviour.cnh = good();
  });

  test('a failure that passes is asked again, the case none the wiser', async () => {
    const one = await known();
    await configure('cpf', port, { retries: 2 });
    let calls = 0;
    behaviour.cpf = (question, response) => { calls += 1; reply(response, truth(question), calls < 3 ? 503 : 200); };
    assert.equal((await expectEnding(ask(one.code, 'cpf'), 'ok')).attempts, 3);
    assert.deepEqual(recorded(one.code), ['cpf ok P-cpf-9']);
    behaviour.cpf = good();
  });

  test('the breaker opens after failures in a row, turns away at once, and closes with a good trial', async () => {
    const one = await known();
    await configure('cpf', port, { breaker_failures: 3, breaker_cooldown_ms: 3000 });
    behaviour.cpf = (question, response) => reply(response, '?');
    for (let i = 0; i < 3; i++) await expectEnding(ask(one.code, 'cpf'), 'unavailable', 'answer-malformed');
    const sent = asked.length;
    const part = await until(async () => { const base = (await bases())['base-cpf']; return base.breaker === 'open' && base; });
    assert.equal(part.status, 'degraded');
    assert.match(await (await fetch(`${publicUrl}/metrics`)).text(), /^guiche_base_cpf_breaker_open 1$/m);
    await expectEnding(ask(one.code, 'cpf'), 'unavailable', 'breaker-open');
    assert.equal(asked.length, sent, 'nothing was sent');
    await expectEnding(ask(one.code, 'psbio'), 'ok');
    behaviour.cpf = good();
    await pause(3200);
    await expectEnding(ask(one.code, 'cpf'), 'ok');
    await until(async () => (await bases())['base-cpf'].breaker === 'closed');
    assert.match(await (await fetch(`${publicUrl}/metrics`)).text(), /^guiche_base_cpf_breaker_open 0$/m);
  });

  test('an answer voids what was signed before it; after the certificate was asked for it changes nothing', async () => {
    const one = await known();
    attend(one.code);
    const before_ = recorded(one.code).length;
    await configure('cpf', port, { timeout_ms: 8000 });
    let answer;
    behaviour.cpf = (question, response) => { answer = () => reply(response, truth(question)); };
    const running = ask(one.code, 'cpf');
    await until(async () => answer);
    validate(one.code);
    assert.equal(done('agent1', 'show', one.code).states.identification, 'validated');
    answer();
    assert.equal((await expectEnding(running, 'ok')).recorded, true);
    assert.equal(done('agent1', 'show', one.code).states.identification, 'open');
    assert.match(sql(`select string_agg(e.code, ' ' order by e.id) from event e join orders o on o.id = e.order_id
      where o.code = '${one.code}'`), /CONSULTED .*VALIDATION_APPROVED .*ATTEMPT_VOIDED .*RECEITA_CPF_QUERIED/);

    answer = undefined;
    const late = ask(one.code, 'cpf');
    await until(async () => answer);
    const { csr } = makeCsr();
    validate(one.code, { csr });
    verify(one.code);
    done('agent1', 'issue', one.code, '--csr', csr);
    answer();
    const ended = await expectEnding(late, 'ok');
    assert.equal(ended.recorded, false);
    assert.equal(recorded(one.code).length, before_ + 1);
    assert.equal(sql(`select part from document where id = '${ended.document}'`), 'annex');
    assert.equal(cli('agent1', 'consult', one.code, 'cpf').status, 1);
    behaviour.cpf = good();
  });

  test('a base that is taken away leaves nobody waiting', async () => {
    const one = await known();
    await configure('cpf', port, { timeout_ms: 20000, retries: 5 });
    behaviour.cpf = (question, response) => reply(response, '{}', 503);
    const running = ask(one.code, 'cpf');
    await until(async () => asked.some((question) => question.cpf === one.holder.cpf));
    fs.rmSync(path.join(folder, 'cpf.conf'));
    await expectEnding(running, 'unavailable', 'base-absent');
    behaviour.cpf = good();
  });

  test('issue 5: a part that stays ill is told to the office by mail, once, and its end is noted', async () => {
    const alarms = (what) => Number(sql(`select count(*) from alarm where code = 'health' and about = 'base-psbio' and ${what}`));
    await unconfigure('psbio');
    const file = path.join(folder, 'psbio.conf');
    fs.writeFileSync(file, 'isto não é configuração\n');
    give(file, 0o640);
    await until(() => alarms('over_at is null') === 1 || alarms('true') > 0);
    assert.equal(Number(sql(`select count(*) from outbox where kind = 'office_alarm' and message->>'detail' like 'base-psbio:%'`)),
      alarms('true'));
    await unconfigure('psbio');
    await until(() => alarms('over_at is null') === 0);
  });
});
