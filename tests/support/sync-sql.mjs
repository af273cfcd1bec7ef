// SPDX-License-Identifier: GPL-3.0-or-later
// SQL that blocks its caller, on a kept psql: a process and a session for each statement cost more than what most ask.
import { spawn } from 'node:child_process';

import { blocking } from './blocking.mjs';

const CONNECTION_LOST = 2; // psql's own exit code

let session; // { child, output, error, ended, told }

function start(command) {
  const child = spawn(command[0], [...command.slice(1), '-v', 'ON_ERROR_STOP=1', '-Atq', '-f', '-'],
    { env: { PATH: process.env.PATH } });
  const made = { child, output: '', error: '', ended: undefined, told: () => {} };
  child.stdin.on('error', () => {}); // its end tells
  child.stdout.setEncoding('utf8').on('data', (text) => { made.output += text; made.told(); });
  child.stderr.setEncoding('utf8').on('data', (text) => { made.error += text; });
  child.on('error', (error) => { made.error += error.message; });
  child.on('close', (code) => { made.ended = code ?? 1; made.told(); });
  return made;
}

// Each text finds the settings of a new session.
async function ask({ command, text }, again = true) {
  if (session === undefined || session.ended !== undefined) session = start(command);
  const mark = `--${Math.random()}--`;
  session.output = '';
  const over = () => session.ended !== undefined || session.output.endsWith(`${mark}\n`);
  const done = new Promise((resolve) => { session.told = () => { if (over()) resolve(); }; });
  session.child.stdin.write(`reset all;\n${text}\n;\n\\echo ${mark}\n`);
  await done;
  if (session.ended === CONNECTION_LOST && again) return ask({ command, text }, false); // the database was started anew
  return { status: session.ended ?? 0, output: session.output.slice(0, -mark.length - 1), error: session.error };
}

// { status, output, error }: status is psql's own, 0 when every statement of `text` was done. `command` is psql with what it
// needs to connect, the same for every call of a program.
export const sqlSync = blocking(import.meta.url, ask);
