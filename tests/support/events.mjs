// SPDX-License-Identifier: GPL-3.0-or-later
// A reader of server-sent events, for tests: waits for the next event of a kind.
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';

import { home, officeUrl, publicUrl } from './office.mjs';

const open = new Set();

export function closeStreams() {
  for (const stream of open) stream.close();
}

function follow(url, options, lastId) {
  const events = [];
  const waiting = [];
  let text = '';
  let read = 0;
  let taken = 0;
  let response;
  const look = () => {
    for (let i = 0; i < waiting.length; i++) {
      const { kind, matches, resolve } = waiting[i];
      const at = events.findIndex((one, index) => index >= taken && one.event === kind && matches(one.data));
      if (at < 0) continue;
      taken = at + 1;
      waiting.splice(i--, 1);
      resolve({ ...events[at], response });
    }
  };
  const parse = () => {
    for (let end; (end = text.indexOf('\n\n', read)) >= 0; read = end + 2) {
      const fields = Object.fromEntries(text.slice(read, end).split('\n').filter((line) => !line.startsWith(':'))
        .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
      if (fields.event) events.push({ event: fields.event, id: fields.id, data: JSON.parse(fields.data) });
    }
    look();
  };
  const request = (url.startsWith('https') ? https : http).get(url, { ...options, agent: false,
    headers: { Accept: 'text/event-stream', ...(lastId ? { 'Last-Event-ID': lastId } : {}) } }, (answer) => {
    response = answer;
    answer.setEncoding('utf8');
    answer.on('data', (chunk) => { text += chunk; parse(); });
    answer.on('error', () => {});
  });
  request.on('error', () => {});
  const stream = {
    next(kind, matches = () => true, seconds = 5) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no event ${kind} in ${seconds} s; ${response?.statusCode}: ${text}`)),
          seconds * 1000);
        waiting.push({ kind, matches, resolve: (value) => { clearTimeout(timer); resolve(value); } });
        look();
      });
    },
    seen: () => events,
    since: (code) => events.filter((one) => one.data.order === code).length,
    raw: () => text,
    ended: new Promise((resolve) => { request.on('close', resolve); }),
    close() { open.delete(stream); request.destroy(); },
  };
  open.add(stream);
  return stream;
}

export function officeStream(who, { lastId } = {}) {
  const pem = fs.readFileSync(path.join(home, `identities/${who}.pem`));
  return follow(`${officeUrl}/api/office/events`, { key: pem, cert: pem, ca: fs.readFileSync(path.join(home, 'identities/ca.pem')) },
    lastId);
}

export function publicStream(where, { lastId } = {}) {
  return follow(publicUrl + where, {}, lastId);
}
