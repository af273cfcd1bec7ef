// SPDX-License-Identifier: GPL-3.0-or-later
// The full-screen counter in a terminal of tmux's: keys in, what stands on the screen out. Keys pressed are counted;
// typed data is not.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';

import { cliPath, home, officeUrl, port } from './office.mjs';

let screens = 0;

export class Screen {
  constructor(who, { columns = 80, lines = 24, environment = {}, options = [] } = {}) {
    screens += 1;
    this.socket = `guiche-${process.pid}-${screens}`;
    this.pressed = 0;
    const identity = path.isAbsolute(who) ? who : path.join(home, `identities/${who}.pem`);
    const words = ['env', 'LANG=C.UTF-8', 'TERM=screen-256color', ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      cliPath, ...(options.includes('--server') ? [] : ['--server', officeUrl]), '--identity', identity, '--ca', path.join(home, 'identities/ca.pem'), '--home', home, ...options];
    const command = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    this.tmux('new-session', '-d', '-x', String(columns), '-y', String(lines), '-s', 't', `${command}; echo "SAIU $?"; sleep 60`);
  }

  tmux(...words) {
    const run = spawnSync('tmux', ['-L', this.socket, '-f', '/dev/null', ...words], { encoding: 'utf8' });
    assert.equal(run.status, 0, `tmux ${words[0]}: ${run.stderr}`);
    return run.stdout;
  }

  text() { return this.tmux('capture-pane', '-p', '-t', 't'); }

  // Until the screen shows it; what stood there instead, else.
  async until(pattern, seconds = 20) {
    let shown = '';
    for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
      shown = this.text();
      const match = pattern.exec(shown);
      if (match) return match;
      await new Promise((resolve) => { setTimeout(resolve, 25); });
    }
    throw new Error(`the screen never showed ${pattern}:\n${shown}`);
  }

  // Keys by tmux's names: each counts.
  press(...keys) {
    this.pressed += keys.length;
    this.tmux('send-keys', '-t', 't', ...keys);
  }

  // Data: counts nothing.
  type(text) { this.tmux('send-keys', '-t', 't', '-l', text); }

  close() { spawnSync('tmux', ['-L', this.socket, 'kill-server']); }
}

// A wire to the office that can be cut: connections refused and broken, or answers lost on their way.
export async function cuttable() {
  const open = new Set();
  const mode = { refuse: false, lose: false };
  let tries = 0;
  const breakAll = () => { for (const socket of open) socket.destroy(); };
  const server = net.createServer((near) => {
    if (mode.refuse) {
      tries += 1;
      near.destroy();
      return;
    }
    const far = net.connect(port + 1, 'localhost');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => { open.delete(socket); near.destroy(); far.destroy(); });
    }
    near.pipe(far);
    // The handshake passes, so that the request arrives; what comes after a request is not handed on.
    let answers = 0;
    far.on('data', (data) => {
      answers += 1;
      if (mode.lose && answers > mode.after) {
        mode.refuse = true;
        setTimeout(breakAll, 300);
        return;
      }
      near.write(data);
    });
    far.on('end', () => near.end());
  });
  await new Promise((resolve) => { server.listen(0, 'localhost', resolve); });
  return {
    url: `https://localhost:${server.address().port}`,
    // Connections that came while it was cut.
    tries: () => tries,
    cut() { mode.refuse = true; breakAll(); },
    // From the next answer on an open connection on: it never arrives.
    loseAnswers() { mode.lose = true; mode.after = 0; },
    mend() { mode.refuse = false; mode.lose = false; },
    close() { breakAll(); server.close(); },
  };
}
