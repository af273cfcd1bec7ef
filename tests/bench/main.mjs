// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the benchmarks on an instance of their own; prints a table and writes build/bench/NAME.json.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { availability } from './availability.mjs';
import { bookings, prepareBookings } from './bookings.mjs';
import { callnext } from './callnext.mjs';
import { emissions } from './emissions.mjs';
import { identify } from './identify.mjs';
import { Instance, limits, root } from './instance.mjs';
import { rush } from './rush.mjs';
import { lint } from './lint.mjs';
import { measureStart, startFigures } from './start.mjs';

const STARTS = 3;
const NAMES = ['availability', 'bookings', 'rush', 'callnext', 'emissions', 'identify', 'lint', 'start'];
const AGENDA = ['availability', 'bookings', 'rush', 'callnext'];
const ALSO = { agenda: AGENDA, issue: ['emissions'] };
const asked = process.argv.slice(2).flatMap((name) => ALSO[name] ?? [name]);
const wanted = asked.length > 0 ? asked : NAMES;
const unknown = wanted.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) {
  console.error(`erro: não há benchmark ${unknown.join(', ')}; há ${NAMES.join(', ')}, agenda para os quatro primeiros e issue para emissions`);
  process.exit(2);
}

function say(text) { console.error(text); }

function round(number) {
  return number === undefined ? undefined : Number(number.toPrecision(4));
}

function finish(figures) {
  return figures.map(({ name, value, unit, bound }) => ({
    name, value: round(value), unit, bound: round(bound) ?? null,
    ratio: bound === undefined ? null : round(value / bound),
  }));
}

function print(results) {
  const cell = (value) => (value === null ? '' : String(value));
  const rows = [['benchmark', 'value', 'unit', 'bound', 'ratio'],
    ...results.flatMap(([, figures]) => figures.map((figure) =>
      [figure.name, cell(figure.value), figure.unit, cell(figure.bound), cell(figure.ratio)]))];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    console.log(row.map((text, column) => (column === 0 || column === 2 ? text.padEnd(widths[column]) : text.padStart(widths[column])))
      .join('  ').trimEnd());
  }
}

async function measure(instance) {
  const results = [];
  say('criando a instância');
  const creation = instance.start();
  if (wanted.includes('bookings') || wanted.includes('rush')) prepareBookings(instance);
  const start = await measureStart(instance, creation, wanted.includes('start') ? STARTS : 1);
  for (const [name, run] of [['availability', availability], ['bookings', bookings], ['rush', rush],
    ['callnext', callnext], ['emissions', emissions],
    ['identify', identify], ['lint', lint]]) {
    if (!wanted.includes(name)) continue;
    say(`medindo ${name}`);
    const begun = Date.now();
    results.push([name, finish(await run(instance))]);
    write(results.slice(-1)); // what is measured is kept, whatever becomes of the next one
    say(`  ${Math.round((Date.now() - begun) / 1000)} s`);
    await instance.settle();
  }
  if (wanted.includes('start')) results.push(['start', finish(startFigures(start, instance.memory()))]);
  return results;
}

function write(results) {
  const folder = path.join(root, 'build/bench');
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, figures] of results) fs.writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(figures, null, 1)}\n`);
}

const instance = await Instance.create();
const ends = ['SIGINT', 'SIGTERM'];
for (const signal of ends) process.once(signal, () => { instance.remove(); process.exit(1); });
try {
  say(`instância própria em ${instance.home}, porta ${instance.port}; limites elevados nela: ${
    Object.entries(limits).map(([name, value]) => `${name} = ${value}`).join(', ')}`);
  const load = os.loadavg()[0];
  const results = await measure(instance);
  write(results);
  console.log(`\n${os.cpus().length} × ${os.cpus()[0].model}, ${Math.round(os.totalmem() / 2 ** 30)} GB, Linux ${
    os.release()}, carga antes de começar ${load.toFixed(2)}`);
  print(results);
} finally {
  instance.remove();
}
