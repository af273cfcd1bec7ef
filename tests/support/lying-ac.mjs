// SPDX-License-Identifier: GPL-3.0-or-later
// The homologation AC made to lie (pki/homolog-ca/fault.h), and what it, the signer and the server say about a case
// afterwards, each from its own drawer.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { certificate, requestSpki, sha256 } from './der.mjs';
import { api, done, home, sql } from './office.mjs';

const fault = path.join(home, 'ca/fault');

// One lie a line. Put there whole: the AC reads it while we write.
export function lie(...lines) {
  const { uid, gid } = fs.statSync(path.join(home, 'ca'));
  fs.writeFileSync(`${fault}.new`, lines.join('\n'));
  fs.chownSync(`${fault}.new`, uid, gid);
  fs.renameSync(`${fault}.new`, fault);
}

export const truth = () => fs.rmSync(fault, { force: true });

// The request of the case's key, sent once: thief.mjs's sendCsr would wait for the AC.
export const ask = (kase) => api('POST', `/api/orders/${kase.code}/csr`,
  { body: { csr: fs.readFileSync(kase.csr, 'utf8'), proofs: {} } });

export const spkiOf = (kase) => requestSpki(fs.readFileSync(kase.csr, 'utf8'));

const revokedSerials = () => fs.readdirSync(path.join(home, 'ca/revoked')).map((name) => name.split('-').at(-1));

// All that the AC ever made since `before` (drawer()): serial, key, whether it still stands.
export function drawer(before = []) {
  const known = new Set(before.map((one) => one.file));
  const revoked = revokedSerials();
  return fs.readdirSync(path.join(home, 'ca/issued')).filter((file) => file.endsWith('.der') && !known.has(file)).map((file) => {
    const made = certificate(fs.readFileSync(path.join(home, 'ca/issued', file)));
    return { file, spki: made.spki, stands: !revoked.includes(file.replace(/\.der$/, '')), der: made.der };
  });
}

export const madeFor = (kase) => drawer().filter((one) => one.spki.equals(spkiOf(kase)));

// What the signer's journal says of the case's key; the journal is proved as it is read.
export function journaled(kase) {
  const { uid, gid } = fs.statSync(path.join(home, 'signer/journal'));
  const run = spawnSync(path.join(home, 'bin/ra-signer'), ['--home', path.join(home, 'signer'), '--clock', path.join(home, 'clock'),
    '--print-journal'], { encoding: 'utf8', uid, gid });
  assert.equal(run.status, 0, run.stderr);
  const key = sha256(spkiOf(kase)).toString('hex');
  return run.stdout.trim().split('\n').map((line) => JSON.parse(line)).filter((one) => one.spki === key)
    .map((one) => one.state).join(' ');
}

export const issuanceOf = (kase) => done('agent1', 'show', kase.code).states.issuance;

export const events = (kase) => sql(`select string_agg(e.code, ' ' order by e.id) from event e join orders o on o.id = e.order_id
  where o.code = '${kase.code}' and e.code like 'CERT%'`);

export const tickets = (kase) => done('agent1', 'tasks').tasks
  .filter((task) => task.kind === 'ac_ticket' && (!kase || task.order === kase.code));

// Open ones keep the service degraded.
export function closeTickets(kase) {
  for (const task of tickets(kase)) done('agent1', 'task', 'close', String(task.id), '--outcome', 'chamado aberto na AC');
}

// Nothing was given to anybody: not to the holder, not by the poll, not in the tables.
export async function nothingDelivered(kase) {
  const got = await api('GET', `/api/orders/${kase.code}/certificate`, { token: kase.token });
  assert.notEqual(got.status, 200, got.text);
  assert.doesNotMatch(got.text, /BEGIN CERTIFICATE/);
  assert.equal(sql(`select count(*) from issuance i join orders o on o.id = i.order_id
    where o.code = '${kase.code}' and i.certificate is not null`), '0');
}

// The end everybody hopes for: one certificate, the holder's key in it, and everybody says the same of it.
export function endedWell(kase, answer, { made = 1 } = {}) {
  assert.equal(answer.status, 200, answer.text);
  const delivered = certificate(answer.json.certificate);
  assert.ok(delivered.spki.equals(spkiOf(kase)), 'the key that the holder has');
  const standing = madeFor(kase).filter((one) => one.stands);
  assert.deepEqual(standing.map((one) => one.der.equals(delivered.der)), [true], 'what stands at the AC is what was delivered');
  assert.equal(madeFor(kase).length, made, 'the AC made no other');
  assert.equal(issuanceOf(kase), 'delivered');
  assert.match(events(kase), /CERT_ISSUED CERT_DELIVERED$/);
  assert.equal(journaled(kase), 'confirmed');
}
