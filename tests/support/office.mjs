// SPDX-License-Identifier: GPL-3.0-or-later
// What the outer tests share: a running instance (RA_HOME, RA_PORT), its API, its command line, its mail, and the
// ordinary steps of a case, so that a test says only what is particular to it.
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomInt, sign } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { isDescribed } from './described.mjs';
import { requestSync } from './sync-https.mjs';
import { sqlSync } from './sync-sql.mjs';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const home = process.env.RA_HOME ?? path.join(root, 'var');
export const port = Number(process.env.RA_PORT ?? 8080);
export const publicUrl = `http://localhost:${port}`;
export const officeUrl = `https://localhost:${port + 1}`;

export function scratch() {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'guiche-case-'));
}

export const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

// What the check gives once it gives something.
export async function until(check, what = String(check), seconds = 20) {
  for (let tries = 0; tries < seconds * 20; tries++) {
    const value = await check();
    if (value) return value;
    await pause(50);
  }
  throw new Error(`never: ${what}`);
}

// --- identifiers: fictional, with valid check digits ------------------------------------------------------------

export function cpf(base = String(randomInt(1e8, 1e9 - 1))) {
  const digits = [...base].map(Number);
  for (const length of [9, 10]) {
    const sum = digits.slice(0, length).reduce((total, digit, i) => total + digit * (length + 1 - i), 0);
    digits.push(sum % 11 < 2 ? 0 : 11 - (sum % 11));
  }
  return digits.join('');
}

export function cnpj(base = String(randomInt(1e7, 1e8 - 1)) + '0001') {
  let text = base;
  for (const length of [12, 13]) {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += (text.charCodeAt(length - 1 - i) - 48) * (2 + (i % 8));
    text += sum % 11 < 2 ? 0 : 11 - (sum % 11);
  }
  return text;
}

// Whoever gets onto the negative list must not be the namesake of another test's people: a word that nobody else has.
export const uniqueWord = () => Array.from({ length: 9 }, () => 'BCDFGHJKLMNPQRSTVWXZ'[randomInt(20)]).join('');

let people = 0;
export function person(changes = {}) {
  people += 1;
  const id = `${process.pid}x${people}x${randomInt(1e6)}`;
  return {
    name: 'Marina Gonçalves Prado', cpf: cpf(), birth_date: '1985-08-15',
    email: `pessoa${id}@cidadao.example`, phone: `+55199${randomInt(1e7, 1e8 - 1)}`, ...changes,
  };
}

export function company(changes = {}) {
  return { cnpj: cnpj(), name: 'Padaria Três Irmãos Ltda', uf: 'SP', city: 'Campinas', ...changes };
}

// --- the public API ----------------------------------------------------------------------------------------------

// A connection for each request: while a command blocks this process the front may close one that was kept, and fetch
// would send the next request into it.
export function api(method, where, { body, token, headers = {}, base = publicUrl } = {}) {
  const content = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const { request } = base.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const sent = request(base + where, { method, agent: false, headers: {
      Accept: 'application/json',
      ...(content === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(content) }),
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...headers,
    } }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        let json;
        try { json = JSON.parse(text); } catch { json = undefined; }
        const told = Object.entries(response.headersDistinct).flatMap(([name, values]) => values.map((value) => [name, value]));
        const answer = { status: response.statusCode, headers: new Headers(told), text, json };
        try { if (base === publicUrl) isDescribed(base, [], method, where, answer); } catch (error) { reject(error); }
        resolve(answer);
      });
    });
    sent.on('error', reject);
    sent.end(content);
  });
}

export async function order(product = 'ecpf-a1', holder = person(), extra = {}) {
  const body = { product, holder, ...(product.startsWith('ecnpj') ? { company: company() } : {}), ...extra };
  const answer = await api('POST', '/api/orders', { body });
  if (answer.status !== 201) throw new Error(`order: ${answer.status} ${answer.text}`);
  return { code: answer.json.order, token: answer.json.token, holder, company: body.company, answer: answer.json };
}

export async function slots(product = 'ecpf-a1', days = 30) {
  const today = new Date(Date.now() + clockOffset() * 1000).toISOString().slice(0, 10);
  const answer = await api('GET', `/api/availability?product=${product}&mode=in_person&from=${today}&days=${days}`);
  if (answer.status !== 200) throw new Error(`availability: ${answer.status} ${answer.text}`);
  return answer.json.slots.filter((slot) => slot.seats > 0);
}

export function clockOffset() {
  try { return Number(fs.readFileSync(path.join(home, 'clock'), 'utf8')); } catch { return 0; }
}

let signedLast;
// A recent second for a signed request, and never that of another one, since each signature is good once: counted back
// from one second, because counting back from a now that moves on meets itself.
export function signedMoment() {
  signedLast = (signedLast ?? Math.floor(Date.now() / 1000) + clockOffset() - 300) - 1;
  return signedLast;
}

export async function book(kase, start) {
  for (let tries = 0; tries < 5; tries++) {
    const free = start ?? pick(await slots()).start;
    const answer = await api('POST', `/api/orders/${kase.code}/appointment`,
      { token: kase.token, body: { start: free, mode: 'in_person' } });
    if (answer.status === 201) return answer.json;
    if (start || answer.status !== 409) throw new Error(`book: ${answer.status} ${answer.text}`);
  }
  throw new Error('book: every seat tried was taken');
}

export function pick(list) {
  if (list.length === 0) throw new Error('nothing to pick from');
  return list[randomInt(list.length)];
}

// --- the command line --------------------------------------------------------------------------------------------

export const cliPath = path.join(home, 'bin/ra-cli');

function cliArguments(who, words) {
  const identity = who === null ? ['--server', publicUrl]
    : ['--server', officeUrl, '--identity', path.join(home, `identities/${who}.pem`)];
  return [...identity, '--home', home, '--json', ...words];
}

// Runs a command as a member of staff (null: as a holder) and returns exit status and the one JSON document.
export function cli(who, ...words) {
  const run = spawnSync(cliPath, cliArguments(who, words), { encoding: 'utf8', maxBuffer: 64 << 20 });
  let json;
  try { json = JSON.parse(run.stdout); } catch { json = undefined; }
  return { status: run.status, json, stdout: run.stdout, stderr: run.stderr };
}

export function done(who, ...words) {
  const run = cli(who, ...words);
  if (run.status !== 0) throw new Error(`ra-cli ${words.join(' ')}: exit ${run.status}: ${run.stdout}${run.stderr}`);
  return run.json;
}

export function cliLater(who, ...words) {
  return new Promise((resolve) => {
    const child = spawn(cliPath, cliArguments(who, words));
    let stdout = '';
    child.stdout.on('data', (data) => { stdout += data; });
    child.on('close', (status) => {
      let json;
      try { json = JSON.parse(stdout); } catch { json = undefined; }
      resolve({ status, json, stdout });
    });
  });
}

const staffWords = ['--cacert', path.join(home, 'identities/ca.pem'), '--cert', path.join(home, 'identities/auditor.pem')];

// The office API itself, with an agent's certificate, for what no command would ever send.
export function office(who, method, where, { body, headers = [] } = {}) {
  const content = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const answer = requestSync({
    url: officeUrl + where, method, body: content,
    identity: fs.readFileSync(path.join(home, `identities/${who}.pem`), 'utf8'), ca: fs.readFileSync(path.join(home, 'identities/ca.pem')),
    headers: {
      'X-Station': 'teste', Accept: 'application/json',
      ...(content === undefined ? {} : { 'Content-Type': Buffer.isBuffer(body) ? 'application/octet-stream' : 'application/json',
        'Content-Length': Buffer.byteLength(content) }),
      ...Object.fromEntries(headers.map((line) => line.split(/: ?(.*)/s).slice(0, 2))),
    },
  });
  let json;
  try { json = JSON.parse(answer.text); } catch { json = undefined; }
  if (answer.status) isDescribed(officeUrl, staffWords, method, where, { ...answer, json });
  return { ...answer, json };
}

// The same, done, or an error that says what was answered.
export function officeDone(who, method, where, options) {
  const answer = office(who, method, where, options);
  if (answer.status < 200 || answer.status > 299) throw new Error(`${method} ${where}: ${answer.status} ${answer.error ?? answer.text}`);
  return answer.json;
}

// The same without waiting, for many requests at once.
const officeAgents = new Map();
function officeAgent(who) {
  if (!officeAgents.has(who)) {
    const pem = fs.readFileSync(path.join(home, `identities/${who}.pem`));
    officeAgents.set(who, new https.Agent({ key: pem, cert: pem, ca: fs.readFileSync(path.join(home, 'identities/ca.pem')),
      keepAlive: true, maxSockets: 4, timeout: 30000 }));
  }
  return officeAgents.get(who);
}

export function officeLater(who, method, where, { body, headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const request = https.request(officeUrl + where, { method, agent: officeAgent(who), headers: { 'X-Station': 'teste',
      Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      'Content-Length': Buffer.byteLength(text), ...headers } }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const received = Buffer.concat(chunks).toString('utf8');
        let json;
        try { json = JSON.parse(received); } catch { json = undefined; }
        resolve({ status: response.statusCode, headers: response.headers, text: received, json });
      });
    });
    // The front may close a connection that waited while this process was busy; such a request has reached nobody.
    request.on('error', (error) => {
      if (request.reusedSocket && error.code === 'ECONNRESET') resolve(officeLater(who, method, where, { body, headers }));
      else reject(error);
    });
    request.end(text);
  });
}

// --- the ordinary steps of a case --------------------------------------------------------------------------------

const jpeg = Buffer.from('/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP////////////////////////////////////////////////////////////'
  + '//////////////////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z',
'base64');

export function photograph(folder = scratch()) {
  const file = path.join(folder, 'documento.jpg');
  fs.writeFileSync(file, jpeg);
  return file;
}

const ofCase = (code, what) => `/api/office/orders/${code}/${what}`;

// What the checklist asks of one item, done as an agent would: papers shown and accepted, bases consulted, the rest
// attested.
export function satisfy(code, item, { agent = 'agent1', file = photograph(), kind } = {}) {
  const who = item.person === 'company' || !item.person ? {} : { person: item.person };
  if (item.kind === 'consultation' || item.kind === 'biometric') {
    officeDone(agent, 'POST', ofCase(code, 'consultations'), { body: { kind: item.consult, result: 'ok', protocol: 'P-2026-1', ...who } });
    return;
  }
  if (item.kind === 'document') {
    const facts = new URLSearchParams({ item: item.id, kind: kind ?? item.alternatives[0], number: '12345678901',
      issued: '2026-11-10', expires: '2035-01-10', original_seen: '1', ...who });
    officeDone(agent, 'POST', ofCase(code, `documents?${facts}`), { body: fs.readFileSync(file) });
  }
  officeDone(agent, 'POST', ofCase(code, `items/${item.id}/accept`), { body: who });
}

// Until nothing required is pending: an answer may bring up another item.
export function identify(code, options = {}) {
  for (let turns = 0; turns < 10; turns++) {
    const open = officeDone(options.agent ?? 'agent1', 'GET', ofCase(code, 'checklist')).items
      .filter((item) => item.required && item.state === 'pending');
    if (open.length === 0) return;
    for (const item of open) satisfy(code, item, options);
  }
  throw new Error(`identify: ${code} never completes`);
}

// Checks in, calls, satisfies the checklist, finishes: what tests/integration/counter.test.mjs does with ra-cli, act by
// act, done here without a process for each.
export function attend(code, { agent = 'agent1', finish = true } = {}) {
  officeDone(agent, 'POST', ofCase(code, 'checkin'), { body: { walk_in: true } });
  officeDone(agent, 'POST', ofCase(code, 'call'), { body: {} });
  identify(code, { agent });
  if (finish) officeDone(agent, 'POST', ofCase(code, 'finish'), { body: {} });
}

export function validate(code, { agent = 'agent1', csr } = {}) {
  return done(agent, 'validate', code, ...(csr ? ['--bind-csr', csr] : []));
}

export function verify(code, agent = 'agent2') {
  return done(agent, 'verify', code);
}

// An RSA key that this instance has not seen. Instances take the same keys one after another, each is made once: the
// making costs more than most of what is tested with it.
function newKey(bits, file) {
  const shared = path.join(root, 'build/test-keys');
  const taken = path.join(home, 'test-keys');
  fs.mkdirSync(shared, { recursive: true });
  fs.mkdirSync(taken, { recursive: true });
  const number = fs.readdirSync(taken).length;
  fs.writeFileSync(path.join(taken, String(number)), '', { flag: 'wx' });
  const made = path.join(shared, `rsa${bits}-${number}.pem`);
  if (!fs.existsSync(made)) {
    const half = `${made}.${process.pid}`;
    openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${bits}`, '-out', half);
    fs.renameSync(half, made);
  }
  fs.copyFileSync(made, file);
}

export function makeCsr(folder = scratch(), name = 'chave', { bits = 2048, subject = '/CN=ignorado' } = {}) {
  const csr = path.join(folder, `${name}.csr`);
  const key = path.join(folder, `${name}.key`);
  newKey(bits, key);
  openssl('req', '-new', '-key', key, '-subj', subject, '-out', csr);
  return { csr, key };
}

// The holder's signature on the term (docs/term.md) by a key in PEM.
export function signTerm(keyFile, pdf) {
  const message = Buffer.concat([Buffer.from('guiche-term-v1\0'), createHash('sha256').update(pdf).digest()]);
  return sign('sha256', message, fs.readFileSync(keyFile));
}

export function decodeQuotedPrintable(text) {
  const bytes = [];
  const source = text.replace(/=\r?\n/g, '');
  for (let i = 0; i < source.length; i++) {
    if (source[i] === '=' && /^[0-9A-F]{2}$/i.test(source.slice(i + 1, i + 3))) {
      bytes.push(parseInt(source.slice(i + 1, i + 3), 16));
      i += 2;
    } else {
      bytes.push(source.charCodeAt(i) & 0xff);
    }
  }
  return Buffer.from(bytes).toString('utf8');
}

const mailSeen = new Map(); // file -> { at, raw, text }: what was sent does not change

function mailIn(file) {
  if (!mailSeen.has(file)) {
    const raw = fs.readFileSync(file, 'latin1');
    mailSeen.set(file, { at: fs.statSync(file).mtimeMs, file, raw, words: raw.toLowerCase(), text: decodeQuotedPrintable(raw) });
  }
  return mailSeen.get(file);
}

// The text of the newest mail to an address that matches; waits for the outbox.
export async function mail(address, pattern, seconds = 15) {
  const folder = path.join(home, 'mail');
  for (let tries = 0; tries < seconds * 10; tries++) {
    const newestFirst = fs.readdirSync(folder).filter((name) => name.endsWith('.eml'))
      .map((name) => mailIn(path.join(folder, name))).sort((a, b) => b.at - a.at);
    for (const { file, raw, words, text } of newestFirst) {
      const found = words.includes(address.toLowerCase()) && text.match(pattern);
      if (found) return { file, raw, text, found };
    }
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  throw new Error(`no mail to ${address} matching ${pattern}`);
}

export async function mailCode(kase) {
  const { found } = await mail(kase.holder.email, new RegExp(`/emitir/${kase.code}#(?:e=)?([0-9A-Za-z-]+)`));
  return found[1];
}

// An order brought to the point where the holder may emit, with the binding "code".
export async function readyByCode(product = 'ecpf-a1', holder = person(), extra = {}) {
  const kase = await order(product, holder, extra);
  attend(kase.code);
  const { emission_code: counter } = validate(kase.code);
  verify(kase.code);
  return { ...kase, counter, mail: await mailCode(kase) };
}

// The same, bound to a key that exists.
export async function readyByKey(product = 'ecpf-a1', holder = person(), extra = {}) {
  const kase = await order(product, holder, extra);
  const keys = makeCsr();
  attend(kase.code);
  validate(kase.code, { csr: keys.csr });
  verify(kase.code);
  return { ...kase, ...keys };
}

// As many as there are: a command line takes a few.
export function seriesFile(serials) {
  const file = path.join(scratch(), 'series.txt');
  fs.writeFileSync(file, serials.map((one) => `${one}\n`).join(''));
  return file;
}

export function openssl(...words) {
  const run = spawnSync('openssl', words, { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`openssl ${words[0]}: ${run.stderr}`);
  return run.stdout;
}

// SQL as the superuser of the private cluster: what somebody with the database in hand could do.
export function sql(text) {
  const owner = fs.statSync(path.join(home, 'pg'));
  const drop = process.getuid() === 0 ? ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'] : [];
  const { status, output, error } = sqlSync({ command: [...drop, 'psql', '-h', path.join(home, 'pg/run'), '-d', 'ra'],
    text: `set search_path = ra, public; ${text}` });
  if (status !== 0) throw new Error(error);
  return output.trim();
}

// A policy's value from now on, without the two signatures that it takes; the server reads it within five seconds.
export function policy(key, value) {
  sql(`set session_replication_role = replica; update policy set value = '${value}' where key = '${key}' and valid_to is null`);
}
