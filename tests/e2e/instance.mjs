// SPDX-License-Identifier: GPL-3.0-or-later
//
// The running instance as the tests meet it: its public API, its mail spool, its staff's ra-cli. Environment: RA_HOME,
// and RA_PORT or BASE_URL; RA_BUILD where the programs are not in build/release.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { mail } from '../support/office.mjs';

const run = promisify(execFile);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export const home = process.env.RA_HOME;
assert.ok(home, 'RA_HOME: the folder of a started instance (./run start)');
export const base = (process.env.BASE_URL ?? `http://localhost:${process.env.RA_PORT ?? 8080}`).replace(/\/$/, '');
export const office = new URL(base);
office.protocol = 'https:';
office.port = String(Number(office.port) + 1);
const program = path.join(process.env.RA_BUILD ?? path.join(root, 'build/release'), 'bin/ra-cli');

// The instance may live on another day (RA_NOW).
const offsetSeconds = Number.parseInt(readFileSync(path.join(home, 'clock'), 'utf8'), 10);
export const today = () => new Date(Date.now() + 1000 * offsetSeconds).toISOString().slice(0, 10);

// --- people: invented for each test, so that no limit of open orders is met ---------------------------------------

const sum = (numbers, from) => numbers.reduce((total, number, index) => total + number * (from - index), 0);

export function inventCpf() {
  const numbers = Array.from({ length: 9 }, () => randomInt(10));
  if (new Set(numbers).size === 1) return inventCpf();
  for (const from of [10, 11]) {
    const rest = sum(numbers, from) % 11;
    numbers.push(rest < 2 ? 0 : 11 - rest);
  }
  return numbers.join('');
}

export function inventPerson(name = 'Marina Gonçalves Prado') {
  const cpf = inventCpf();
  return { name, cpf, birth_date: '1985-08-15', email: `p${cpf}@cidadao.example`, phone: `(19) 9${cpf.slice(0, 4)}-${cpf.slice(4, 8)}` };
}

// --- public API ----------------------------------------------------------------------------------------------------

export async function api(method, where, { body, token } = {}) {
  const response = await fetch(base + where, {
    method,
    headers: {
      Accept: 'application/json',
      ...(body ? { 'Content-Type': 'application/json' } : {}),
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
    },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${where}: ${response.status} ${text.slice(0, 400)}`);
  return JSON.parse(text);
}

export async function orderByApi(product, rest) {
  return api('POST', '/api/orders', { body: { product, ...rest } });
}

// A seat some way down the list, so that tests at the same moment seldom want the same one.
async function freeSlots(product) {
  const { slots } = await api('GET', `/api/availability?product=${product}&mode=in_person&from=${today()}&days=30`);
  return slots.filter((slot) => slot.seats > 0);
}

export async function bookByApi(product, { order, token }) {
  const free = await freeSlots(product);
  const { start } = free[randomInt(Math.min(free.length, 200))];
  return api('POST', `/api/orders/${order}/appointment`, { body: { start, mode: 'in_person' }, token });
}

// To where nothing is booked at first.
export async function moveByApi(product, { order, token }) {
  const free = await freeSlots(product);
  const { start } = free[free.length - 1 - randomInt(Math.min(free.length, 50))];
  return api('PUT', `/api/orders/${order}/appointment`, { body: { start, mode: 'in_person' }, token });
}

// --- mail ----------------------------------------------------------------------------------------------------------

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

// What a mail to this person says; mails leave after the answer, so wait.
export async function wordsInMail(address, pattern) {
  const { found } = await mail(address, pattern);
  return found[1] ?? found[0];
}

// The link below the public address.
export const linkInMail = (address, tail) => wordsInMail(address, new RegExp(`${escape(base)}${tail}`));

// --- the office ----------------------------------------------------------------------------------------------------

// One command as a member of staff: the JSON document it prints.
export async function as(member, ...words) {
  const identity = path.join(home, 'identities', `${member}.pem`);
  const options = ['--identity', identity, '--server', office.origin, '--json', ...words];
  try {
    return JSON.parse((await run(program, options)).stdout);
  } catch (error) {
    throw new Error(`ra-cli ${words.join(' ')} as ${member}: ${error.stdout || error.stderr || error.message}`);
  }
}

async function satisfy(order, { id, kind, consult, alternatives, person }, file) {
  const who = person === 'company' ? [] : ['--person', person];
  if (consult) {
    await as('agent1', 'consult', order, consult, '--result', 'ok', '--protocol', 'P-1', ...who);
    return;
  }
  if (kind === 'document')
    await as('agent1', 'document', 'add', order, id, file, '--kind', alternatives[0], '--original-seen',
      '--number', '12345678', '--issued', '2023-05-10', '--expires', '2033-05-10', ...who);
  await as('agent1', 'item', 'accept', order, id, ...who);
}

// Everything at the counter up to the second agent: every document seen and accepted. `picture`: bytes of a JPEG.
export async function attend(order, picture) {
  const folder = await mkdtemp(path.join(tmpdir(), 'e2e-'));
  const file = path.join(folder, 'documento.jpg');
  await writeFile(file, picture);
  try {
    await as('agent1', 'checkin', order);
    await as('agent1', 'call', order);
    const { items } = await as('agent1', 'checklist', order);
    for (const item of items.filter((one) => one.required && one.state === 'pending')) await satisfy(order, item, file);
    await as('agent1', 'finish', order);
  } finally {
    await rm(folder, { recursive: true });
  }
}

// Both agents sign: {paper, link} as the holder gets them, the code of the paper and the link of the mail.
export async function approve(order, email) {
  const { emission_code: paper } = await as('agent1', '--yes', 'validate', order);
  await as('agent2', '--yes', 'verify', order);
  const link = await linkInMail(email, `/emitir/${order}#[0-9A-Za-z=&-]+`);
  return { paper, link };
}

export async function openssl(...words) {
  return (await run('openssl', words)).stdout;
}

export { run };
