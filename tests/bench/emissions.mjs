// SPDX-License-Identifier: GPL-3.0-or-later
// From the CSR to the certificate, durable and logged, against the RSA operations inside it run bare on all cores.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { median, must, pause } from './instance.mjs';
import { helpers, httpRequest, percentile, replay, serverClock } from './load.mjs';

const CONNECTIONS = 8; // as many as the server has workers: what it can give
// How long an emission takes is measured below that, two for each of two cores: at eight every step of every program mostly waits
// for a core that another emission has.
const UNHURRIED = 4;
const PROMISED_MS = 150; // of server time at p99
const ROUNDS = 3;
const COUNT = 40; // emissions a round
const WARM = 6 * CONNECTIONS; // PostgreSQL keeps a statement's plan from the sixth time on

// The office API over kept connections, as one agent: quicker than a process for each act.
class Agent {
  constructor(instance, name) {
    const identity = fs.readFileSync(instance.path(`identities/${name}.pem`));
    this.port = instance.port + 1;
    this.agent = new https.Agent({ keepAlive: true, maxSockets: 1, cert: identity, key: identity, ca: fs.readFileSync(instance.path('identities/ca.pem')) });
  }

  ask(method, where, { body, bytes } = {}) {
    const content = bytes ?? (body === undefined ? undefined : Buffer.from(JSON.stringify(body)));
    const headers = { Accept: 'application/json', 'X-Station': 'bench', 'X-Clock': String(Date.now()) };
    if (content) headers['Content-Length'] = content.length;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    else if (bytes) headers['Content-Type'] = 'image/jpeg';
    return new Promise((resolve, reject) => {
      const request = https.request({ agent: this.agent, host: 'localhost', port: this.port, method, path: where, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece) => { text += piece; });
        response.on('end', () => {
          if (response.statusCode >= 300) reject(new Error(`${method} ${where}: ${response.statusCode} ${text}`));
          else resolve(text === '' ? null : JSON.parse(text));
        });
      });
      request.on('error', reject);
      request.end(content);
    });
  }

  close() { this.agent.destroy(); }
}

// Runs `work` over the list, as many at once as the machine has cores.
async function each(list, work) {
  const queue = list.entries();
  await Promise.all(os.cpus().map(async () => {
    for (const [i, item] of queue) await work(item, i);
  }));
}

function later(command, words) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (piece) => { output += piece; });
    child.stderr.on('data', (piece) => { output += piece; });
    child.on('error', reject);
    child.on('close', (status) => { if (status === 0) resolve(output); else reject(new Error(`${command} ${words.join(' ')}: ${output}`)); });
  });
}

// One item, as an agent would do it.
async function satisfy(agent, at, item, photograph) {
  const who = item.person ? { person: item.person } : {};
  if (item.kind === 'consultation' || item.kind === 'biometric') {
    await agent.ask('POST', `${at}/consultations`, { body: { kind: item.consult, result: 'ok', protocol: 'P-1', ...who } });
    return;
  }
  if (item.kind === 'document') {
    const question = new URLSearchParams({ item: item.id, kind: item.alternatives[0], number: '12345678901',
      issued: '2026-11-10', expires: '2035-01-10', original_seen: '1', ...who });
    await agent.ask('POST', `${at}/documents?${question}`, { bytes: photograph });
  }
  await agent.ask('POST', `${at}/items/${item.id}/accept`, { body: who });
}

// An answer may bring up another item.
async function attend(agent, code, photograph) {
  const at = `/api/office/orders/${code}`;
  await agent.ask('POST', `${at}/checkin`, { body: { walk_in: true } });
  await agent.ask('POST', `${at}/call`, { body: {} });
  for (let turns = 0, open = [null]; open.length > 0 && turns < 10; turns++) {
    open = (await agent.ask('GET', `${at}/checklist`)).items.filter((item) => item.required && item.state === 'pending');
    for (const item of open) await satisfy(agent, at, item, photograph);
  }
  await agent.ask('POST', `${at}/finish`, { body: {} });
}

// Orders verified by two agents, each bound to the key of its CSR: what the holder's request finds.
async function makeReady(instance, count) {
  const { cliPath, officeUrl, person, photograph } = await import('../support/office.mjs');
  const folder = instance.path('csr');
  fs.mkdirSync(folder);
  const jpeg = fs.readFileSync(photograph(folder));
  const made = replay(instance, Array.from({ length: count }, () =>
    httpRequest('POST', '/api/orders', { body: { product: 'ecpf-a1', holder: person() } })), { connections: 4, expect: 201, answers: true });
  const codes = made.answers.map(({ text }) => JSON.parse(text).order);
  const agents = ['agent1', 'agent2'].map((name) => new Agent(instance, name));
  const cli = (who, ...words) => later(cliPath, ['--server', officeUrl, '--identity', instance.path(`identities/${who}.pem`), '--json', ...words]);
  await Promise.all(agents.map(async (agent, mine) => {
    for (let i = mine; i < codes.length; i += agents.length) await attend(agent, codes[i], jpeg);
    agent.close();
  }));
  const requests = [];
  await each(codes, async (code, i) => {
    const csr = path.join(folder, `${i}.csr`);
    await later('openssl', ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', '/dev/null', '-subj', '/CN=ignorado', '-out', csr]);
    await cli('agent1', 'validate', code, '--bind-csr', csr);
    await cli('agent2', 'verify', code);
    requests[i] = httpRequest('POST', `/api/orders/${code}/csr`, { body: { csr: fs.readFileSync(csr, 'utf8') } });
  });
  return requests;
}

function makeKeys(instance) {
  return [4096, 2048].map((bits) => {
    const file = instance.path(`bound-${bits}.pem`);
    must('openssl', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${bits}`, '-out', file]);
    return file;
  });
}

function bareRsa(which, keys) {
  return JSON.parse(must(path.join(helpers, 'bench_rsa_bound'), [which, String(COUNT), ...keys]));
}

// What OpenSSL's own client and server need for the conversation with the AC beyond their RSA operations, on top of all those of an
// emission: the work that nobody who asks for a certificate by CMP is spared, in emissions a second.
function leastConversation(keys, all) {
  const perEmission = (run) => run.seconds / run.emissions;
  const conversation = JSON.parse(must(path.join(helpers, 'bench_cmp_bound'), [String(COUNT), ...keys]));
  return 1 / (perEmission(all) + perEmission(conversation) - perEmission(bareRsa('conversation', keys)));
}

const rate = (run) => run.emissions / run.seconds;

// Processor time of all programs and the database until now, in seconds: what other work on the machine changes least.
function processorTime(instance) {
  return [...instance.processes().values()].flat().reduce((sum, pid) => {
    let stat;
    try { stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8'); } catch { return sum; }
    const fields = stat.replace(/^.*\) /, '').split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) / 100; // utime, stime; USER_HZ
  }, 0);
}

export async function emissions(instance) {
  instance.policy('open_orders_per_address', 100000); // one address orders them all
  await pause(6); // the server reads policies every five seconds
  const requests = await makeReady(instance, WARM + 2 * ROUNDS * COUNT);
  const keys = makeKeys(instance);
  await instance.settle();
  const emit = (count, connections) => {
    const made = replay(instance, requests.splice(0, count), { connections, expect: 200, answers: true });
    if (!made.answers.every(({ text }) => JSON.parse(text).certificate.startsWith('-----BEGIN CERTIFICATE-----'))) {
      throw new Error('an answer without a certificate');
    }
    return made;
  };
  emit(WARM, CONNECTIONS);
  bareRsa('all', keys);
  const ours = [];
  const bound = [];
  const least = [];
  const spoken = [];
  const busy = [];
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = processorTime(instance);
    ours.push(emit(COUNT, CONNECTIONS));
    busy.push((processorTime(instance) - before) / COUNT);
    await instance.settle();
    bound.push(bareRsa('all', keys));
    spoken.push(leastConversation(keys, bound.at(-1)));
    least.push(rate(bareRsa('signatures', keys)));
    const clock = serverClock(instance, 'csr');
    emit(COUNT, UNHURRIED);
    await instance.settle();
    times.push(...clock());
  }
  times.sort((a, b) => a - b);
  if (times.length !== ROUNDS * COUNT) throw new Error(`the log tells of ${times.length} emissions, not ${ROUNDS * COUNT}`);
  const of = (member) => median(ours.map((one) => one[member]));
  return [
    { name: `emissions, ${CONNECTIONS} connections`, value: of('perSecond'), unit: 'certificates/s', bound: median(bound.map(rate)) },
    { name: 'emissions, against RSA and OpenSSL\'s own CMP conversation', value: of('perSecond'), unit: 'certificates/s', bound: median(spoken) },
    { name: 'emissions, against the signatures alone', value: of('perSecond'), unit: 'certificates/s', bound: median(least) },
    { name: 'emissions a second of processor time', value: 1 / median(busy), unit: 'certificates/s',
      bound: median(bound.map((run) => run.emissions / run.cpu_seconds)) },
    { name: `emission p50, ${CONNECTIONS} connections`, value: of('p50_us') / 1000, unit: 'ms' },
    { name: `emission p99, ${CONNECTIONS} connections`, value: of('p99_us') / 1000, unit: 'ms' },
    { name: `emission, server time, p50, ${UNHURRIED} connections`, value: percentile(times, 50), unit: 'ms' },
    { name: `emission, server time, p99, ${UNHURRIED} connections`, value: percentile(times, 99), unit: 'ms', bound: PROMISED_MS },
  ];
}
