// SPDX-License-Identifier: GPL-3.0-or-later
// The benchmarks' own instance: created in a temporary folder on a free block of ports, with the limits per address
// raised, measured while it starts, and removed at the end.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const asRoot = process.getuid() === 0;
const BLOCK = 5; // public, office, AC, and two for the bare bound's front

export const limits = { rate_per_minute: 100000000 };

function free(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

async function freeBlock() {
  for (let base = 23000; base < 60000; base += 10) {
    const found = await Promise.all(Array.from({ length: BLOCK }, (_, i) => free(base + i)));
    if (found.every(Boolean)) return base;
  }
  throw new Error('no free ports');
}

export function pause(seconds) {
  return new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// A command that must succeed; its standard output.
export function must(command, words, options = {}) {
  const run = spawnSync(command, words, { encoding: 'utf8', maxBuffer: 256 << 20, ...options });
  if (run.status !== 0) {
    throw new Error(`${command} ${words.slice(0, 4).join(' ')}: ${run.error ?? ''}${run.stderr}${(run.stdout ?? '').slice(-2000)}`);
  }
  return run.stdout;
}

// The words that make a command run as the owner of a file.
export function asOwnerOf(file) {
  if (!asRoot) return [];
  const { uid, gid } = fs.statSync(file);
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
}

export class Instance {
  static async create() {
    const instance = new Instance();
    instance.home = fs.mkdtempSync(path.join(os.tmpdir(), 'guiche-bench-'));
    fs.chmodSync(instance.home, 0o755);
    instance.port = await freeBlock();
    instance.environment = { ...process.env, RA_HOME: instance.home, RA_PORT: String(instance.port) };
    // office.mjs reads where the instance is from the environment when it is imported.
    process.env.RA_HOME = instance.home;
    process.env.RA_PORT = String(instance.port);
    fs.mkdirSync(path.join(instance.home, 'config'));
    fs.writeFileSync(path.join(instance.home, 'config/local.conf'),
      Object.entries(limits).map(([name, value]) => `${name} = ${value}\n`).join(''));
    return instance;
  }

  #run(command) {
    must(path.join(root, 'run'), [command], { env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  // Seconds until the health check passes.
  start() {
    const begun = process.hrtime.bigint();
    this.#run('start');
    return Number(process.hrtime.bigint() - begun) / 1e9;
  }

  stop() { this.#run('stop'); }

  // `./run start` or `./run stop` while this program goes on.
  later(command) {
    return new Promise((resolve, reject) => {
      const child = spawn(path.join(root, 'run'), [command], { env: this.environment, stdio: ['ignore', 'ignore', 'pipe'] });
      let said = '';
      child.stderr.on('data', (data) => { said += data; });
      child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`./run ${command}: ${said}`))));
    });
  }

  remove() {
    this.stop();
    fs.rmSync(this.home, { recursive: true, force: true });
  }

  path(...parts) { return path.join(this.home, ...parts); }

  // psql and its like as the superuser of the cluster.
  postgres(program, words, options = {}) {
    const drop = asOwnerOf(this.path('pg'));
    const line = [...drop, `/usr/lib/postgresql/15/bin/${program}`, '-h', this.path('pg/run'), ...words];
    return must(line[0], line.slice(1), { env: { PATH: process.env.PATH, ...options.env }, input: options.input });
  }

  sql(text, database = 'ra') {
    return this.postgres('psql', ['-d', database, '-v', 'ON_ERROR_STOP=1', '-Atq', '-F', '\t'],
      { input: `set search_path = ra, public;\n${text}` }).trim();
  }

  // A policy as if the administrators had changed it: the seeds, read anew at every start, pass it by.
  policy(key, value) {
    this.sql(`set session_replication_role = replica;
      insert into policy_change (version, content, key, value, valid_from, layer, source, evidence, reason, not_after)
        values (1, '', '${key}', '${value}', '2020-01-01', 'AC', 'measurement', 'U', '', '2020-01-01') on conflict do nothing;
      update policy set value = '${value}', set_by = 1 where key = '${key}'`);
  }

  // What runs, with everything below it: name -> [pid].
  processes() {
    const below = new Map();
    for (const entry of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      let stat;
      try { stat = fs.readFileSync(`/proc/${entry}/stat`, 'utf8'); } catch { continue; }
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      below.set(parent, [...(below.get(parent) ?? []), Number(entry)]);
    }
    const family = (pid) => [pid, ...(below.get(pid) ?? []).flatMap(family)];
    const named = ['server', 'signer', 'ac', 'front', 'postgres'];
    return new Map(named.map((name) => [name, family(Number(fs.readFileSync(this.path('pids', name), 'utf8')))]));
  }

  // Kilobytes of resident memory, whole (rss) and with shared pages split among their users (pss): name -> {rss,pss}.
  memory() {
    const found = new Map();
    for (const [name, pids] of this.processes()) {
      const sum = { rss: 0, pss: 0 };
      for (const pid of pids) {
        let text;
        try { text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'); } catch { continue; }
        sum.rss += Number(/^Rss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
        sum.pss += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
      }
      found.set(name, sum);
    }
    return found;
  }

  // Waits until the log is sequenced and no mail is due, so that what one side left behind burdens no other.
  async settle(seconds = 60) {
    for (let tries = 0; tries < seconds * 5; tries++) {
      if (this.sql('select (select count(*) from event_queue) + (select count(*) from outbox where state = \'pending\')') === '0') return;
      await pause(0.2);
    }
    throw new Error('the instance does not come to rest');
  }
}
