// SPDX-License-Identifier: GPL-3.0-or-later
// A CUPS daemon of the test's own: an ordinary user's, on a unix socket, with one raw queue whose back end writes each paper
// into a file. As root it runs as nobody.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

export async function cups(queue) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'cups-'));
  const at = (name) => path.join(home, name);
  for (const name of ['etc', 'spool', 'cache', 'run', 'out', 'bin/backend', 'bin/filter']) fs.mkdirSync(at(name), { recursive: true });
  fs.symlinkSync('/usr/lib/cups/daemon', at('bin/daemon'));
  fs.writeFileSync(at('bin/backend/papel'), `#!/bin/sh\n[ $# -ge 5 ] || exit 0\ncat "\${6:--}" > ${at('out')}/$1.tmp && mv ${at('out')}/$1.tmp ${at('out')}/$1\n`, { mode: 0o755 });
  fs.writeFileSync(at('etc/cups-files.conf'), [`ServerRoot ${at('etc')}`, `ServerBin ${at('bin')}`, 'DataDir /usr/share/cups', `RequestRoot ${at('spool')}`,
    `TempDir ${at('spool')}`, `CacheDir ${at('cache')}`, `StateDir ${at('run')}`, `AccessLog ${at('run')}/access`, `ErrorLog ${at('run')}/error`,
    `PageLog ${at('run')}/page`, 'User nobody', 'Group nogroup', ''].join('\n'));
  fs.writeFileSync(at('etc/cupsd.conf'), [`Listen ${at('sock')}`, 'Browsing Off', 'WebInterface No', 'DefaultAuthType None', 'PreserveJobFiles Yes',
    '<Location />', 'Order allow,deny', 'Allow all', '</Location>', '<Policy default>', '<Limit All>', 'Order deny,allow', '</Limit>', '</Policy>', ''].join('\n'));
  fs.writeFileSync(at('etc/printers.conf'), [`<DefaultPrinter ${queue}>`, 'UUID urn:uuid:00000000-0000-0000-0000-000000000001', 'DeviceURI papel:/',
    'State Idle', 'Accepting Yes', 'Shared No', 'OpPolicy default', 'ErrorPolicy abort-job', '</DefaultPrinter>', ''].join('\n'));
  const root = process.getuid() === 0;
  if (root) for (const name of ['.', ...fs.readdirSync(home, { recursive: true })]) fs.lchownSync(at(name), 65534, 65534);
  const daemon = ['/usr/sbin/cupsd', '-f', '-c', at('etc/cupsd.conf'), '-s', at('etc/cups-files.conf')];
  const words = root ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...daemon] : daemon;
  const child = spawn(words[0], words.slice(1), { stdio: 'ignore' });
  for (let tries = 0; tries < 200 && !fs.existsSync(at('sock')); tries++) await wait(25);
  return {
    env: { CUPS_SERVER: at('sock') },
    // The nth paper that the printer got.
    async paper(number) {
      for (let tries = 0; tries < 200; tries++) {
        if (fs.existsSync(at(`out/${number}`))) return fs.readFileSync(at(`out/${number}`), 'utf8');
        await wait(25);
      }
      throw new Error(`the printer got no paper ${number}`);
    },
    // Every paper that ever was in the spool: this daemon keeps them.
    spooled: () => fs.readdirSync(at('spool')).filter((name) => /^d\d/.test(name)).map((name) => fs.readFileSync(at(`spool/${name}`), 'latin1')),
    async close() {
      const ended = new Promise((resolve) => { child.once('exit', resolve); });
      child.kill('SIGTERM');
      await ended; // it writes its cache on the way out
      fs.rmSync(home, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
