// SPDX-License-Identifier: GPL-3.0-or-later
// Identification: how many dossiers the engine judges, how fast a document is sealed, how long a checklist takes.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { must, root } from './instance.mjs';
import { percentile, serverClock } from './load.mjs';

const PROMISED_DOSSIERS = 20000; // a second, on one core
const PROMISED_CHECKLIST_MS = 5; // of server time
const SECONDS = 3;
const MEGABYTES = 20;
const TURNS = 15;
const READINGS = 400;

const program = path.join(root, 'build/release/bench/bench_identify');

async function checklists(instance) {
  const office = await import('../support/office.mjs');
  const kase = await office.order('ecnpj-a1');
  office.done('agent1', 'checkin', kase.code, '--walk-in');
  office.identify(kase.code);
  const clock = serverClock(instance, 'caseChecklistShow');
  for (let i = 0; i < READINGS; i++) {
    const { status } = await office.officeLater('agent1', 'GET', `/api/office/orders/${kase.code}/checklist`);
    if (status !== 200) throw new Error(`checklist: ${status}`);
  }
  const times = clock();
  return { median: percentile(times, 50), p99: percentile(times, 99) };
}

export async function identify(instance) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'guiche-identify-'));
  try {
    const rules = path.join(folder, 'rules.json');
    fs.writeFileSync(rules, instance.sql("select rules_in_force('2026-11-26')"));
    const engine = JSON.parse(must(program, ['engine', rules, String(SECONDS)]));
    if (!engine.complete) throw new Error('the benchmark\'s dossier is not complete any more: bring tests/bench/identify.c up to date');
    must('sync', []); // what the instance wrote while it was made is not the sealing's to wait for
    const seal = JSON.parse(must(program, ['seal', folder, String(MEGABYTES), String(TURNS)]));
    const list = await checklists(instance);
    return [
      { name: `engine, ${engine.items} items of three subjects, one core`, value: engine.per_second, unit: 'dossiers/s', bound: PROMISED_DOSSIERS },
      { name: `sealing ${MEGABYTES} MB, on disk with fsync`, value: seal.sealed_mb_s, unit: 'MB/s', bound: seal.stream_mb_s },
      { name: 'memory grown by sealing', value: seal.grown_kb / 1024, unit: 'MB' },
      { name: 'checklist of a company, server time, median', value: list.median, unit: 'ms', bound: PROMISED_CHECKLIST_MS },
      { name: 'checklist of a company, server time, p99', value: list.p99, unit: 'ms', bound: PROMISED_CHECKLIST_MS },
    ];
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
