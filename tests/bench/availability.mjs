// SPDX-License-Identifier: GPL-3.0-or-later
// GET /api/availability against a bare libmicrohttpd that gives the same bytes behind the same front.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { asOwnerOf, median, pause } from './instance.mjs';
import { helpers, wrk } from './load.mjs';

const CONNECTIONS = 32; // more than two cores answer at once: what the server can give
// How long an answer takes is measured below that: at 32, client, front and server share two cores and the bound itself takes
// longer than the 5 ms that are promised; every answer then mostly waits for its turn.
const UNHURRIED = 8;
const SECONDS = 3;
const ROUNDS = 5;
const QUESTION = '/api/availability?product=ecpf-a1&mode=in_person&days=7';
// What the front or the library adds by itself.
const OWN_HEADERS = new Set(['connection', 'date', 'server', 'content-length', 'keep-alive', 'transfer-encoding']);

// The same front, letter by letter but for folder and ports.
function copyFront(instance, home, port) {
  const owner = fs.statSync(instance.path('front/tmp'));
  for (const folder of ['front', 'front/tmp', 'run', 'config', 'www']) fs.mkdirSync(path.join(home, folder), { recursive: true });
  const replace = (text) => text.replaceAll(instance.home, home)
    .replaceAll(`:${instance.port} `, `:${port} `).replaceAll(`:${instance.port + 1} `, `:${port + 1} `);
  fs.writeFileSync(path.join(home, 'front/nginx.conf'), replace(fs.readFileSync(instance.path('front/nginx.conf'), 'utf8')));
  fs.cpSync(instance.path('front/problems'), path.join(home, 'front/problems'), { recursive: true });
  const map = path.join(home, 'front/problems/map.conf');
  fs.writeFileSync(map, replace(fs.readFileSync(map, 'utf8')));
  for (const file of ['front/office.pem', 'config/agents-anchors.pem']) fs.copyFileSync(instance.path(file), path.join(home, file));
  if (process.getuid() === 0) {
    for (const file of ['front/tmp', 'front/office.pem']) fs.chownSync(path.join(home, file), owner.uid, owner.gid);
  }
}

async function untilAnswers(url, child) {
  for (let tries = 0; tries < 100; tries++) {
    if (child.exitCode !== null) break;
    try { return await fetch(url); } catch { await pause(0.1); }
  }
  throw new Error(`${url} does not answer`);
}

function launch(words, log) {
  const output = fs.openSync(log, 'a');
  const child = spawn(words[0], words.slice(1), { stdio: ['ignore', output, output] });
  fs.closeSync(output);
  return child;
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  child.kill('SIGTERM');
  await ended;
}

export async function availability(instance) {
  const url = `http://127.0.0.1:${instance.port}${QUESTION}`;
  const answer = await fetch(url, { headers: { 'Accept-Encoding': 'identity' } });
  if (answer.status !== 200) throw new Error(`availability: ${answer.status}`);
  const body = Buffer.from(await answer.arrayBuffer());
  const home = instance.path('bare');
  const port = instance.port + 3;
  copyFront(instance, home, port);
  fs.writeFileSync(path.join(home, 'body'), body);
  fs.writeFileSync(path.join(home, 'headers'),
    [...answer.headers].filter(([name]) => !OWN_HEADERS.has(name)).map(([name, value]) => `${name}: ${value}\n`).join(''));
  const bareUrl = `http://127.0.0.1:${port}${QUESTION}`;
  const bare = launch([path.join(helpers, 'bench_bare_http'), path.join(home, 'run/public.sock'), path.join(home, 'body'),
    path.join(home, 'headers')], path.join(home, 'log'));
  const front = launch([...asOwnerOf(path.join(home, 'front/tmp')), '/usr/sbin/nginx', '-c', path.join(home, 'front/nginx.conf'),
    '-e', 'stderr'], path.join(home, 'log'));
  const ours = [];
  const bound = [];
  const oursUnhurried = [];
  const boundUnhurried = [];
  try {
    const same = Buffer.from(await (await untilAnswers(bareUrl, front)).arrayBuffer());
    if (!same.equals(body)) throw new Error('the bound answers other bytes');
    for (const warm of [url, bareUrl]) wrk(warm, { connections: CONNECTIONS, seconds: 1 });
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(wrk(url, { connections: CONNECTIONS, seconds: SECONDS }));
      bound.push(wrk(bareUrl, { connections: CONNECTIONS, seconds: SECONDS }));
      oursUnhurried.push(wrk(url, { connections: UNHURRIED, seconds: SECONDS }));
      boundUnhurried.push(wrk(bareUrl, { connections: UNHURRIED, seconds: SECONDS }));
    }
  } finally {
    await end(front);
    await end(bare);
  }
  const of = (list, member) => median(list.map((one) => one[member]));
  return [
    { name: `availability, 7 days (${body.length} bytes), ${CONNECTIONS} connections`, value: of(ours, 'perSecond'), unit: 'requests/s', bound: of(bound, 'perSecond') },
    { name: `availability p99, ${CONNECTIONS} connections`, value: of(ours, 'p99_us') / 1000, unit: 'ms', bound: of(bound, 'p99_us') / 1000 },
    { name: 'availability p50', value: of(oursUnhurried, 'p50_us') / 1000, unit: 'ms', bound: of(boundUnhurried, 'p50_us') / 1000 },
    { name: 'availability p99', value: of(oursUnhurried, 'p99_us') / 1000, unit: 'ms', bound: of(boundUnhurried, 'p99_us') / 1000 },
  ];
}
