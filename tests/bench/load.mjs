// SPDX-License-Identifier: GPL-3.0-or-later
// The two clients: bench_replay for requests that may be sent once, wrk for those that may be repeated for ever.
import fs from 'node:fs';
import path from 'node:path';
import { must, root } from './instance.mjs';

export const helpers = path.join(process.env.RA_BUILD ?? path.join(root, 'build/release'), 'bench');

export function httpRequest(method, where, { token, body, headers = {} } = {}) {
  const content = body === undefined ? '' : JSON.stringify(body);
  const lines = [`${method} ${where} HTTP/1.1`, 'Host: localhost', 'Accept: application/json'];
  if (token) lines.push(`Authorization: Bearer ${token}`);
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== undefined) lines.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(content)}`);
  return `${lines.join('\r\n')}\r\n\r\n${content}`;
}

function parseAnswers(file) {
  const bytes = fs.readFileSync(file);
  const answers = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(10, at);
    const [status, length] = bytes.toString('latin1', at, end).split(' ').map(Number);
    const text = bytes.toString('utf8', end + 1, end + 1 + length);
    answers.push({ status, text });
    at = end + 1 + length;
  }
  return answers;
}

// Sends every request once. Every answer must have the status expected: a fast refusal is no figure.
export function replay(instance, requests, { connections, expect, answers = false }) {
  const file = instance.path('requests');
  const answersFile = instance.path('answers');
  fs.writeFileSync(file, requests.map((text) => `${Buffer.byteLength(text)}\n${text}`).join(''));
  const words = [String(instance.port), String(connections), file, ...(answers ? [answersFile] : [])];
  const result = JSON.parse(must(path.join(helpers, 'bench_replay'), words));
  const bodies = answers ? parseAnswers(answersFile) : [];
  const wrong = Object.keys(result.statuses).filter((status) => Number(status) !== expect);
  if (wrong.length > 0) {
    const example = bodies.find(({ status }) => status !== expect);
    throw new Error(`answers other than ${expect}: ${JSON.stringify(result.statuses)} ${example?.text.slice(0, 400) ?? ''}`);
  }
  return { ...result, perSecond: result.requests / result.seconds, answers: bodies };
}

// Of an ascending list.
export function percentile(sorted, wanted) { return sorted[Math.floor(sorted.length * wanted / 100)]; }

// Starts to listen to the server's own log; called, it gives the milliseconds from each request's arrival to its answer since
// then, queueing for a worker included, ascending.
export function serverClock(instance, route) {
  const file = instance.path('log/server.log');
  const from = fs.statSync(file).size;
  return () => fs.readFileSync(file).subarray(from).toString().split('\n')
    .filter((line) => line.includes(`"route":"${route}"`)).map((line) => JSON.parse(line).us / 1000).sort((a, b) => a - b);
}

const unitsUs = { us: 1, ms: 1000, s: 1000000 };

function wrkPercentile(text, wanted) {
  const found = new RegExp(`^\\s+${wanted}%\\s+([\\d.]+)(us|ms|s)`, 'm').exec(text);
  return Number(found[1]) * unitsUs[found[2]];
}

export function wrk(url, { connections, seconds }) {
  const text = must('wrk', ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--latency', url]);
  if (/Non-2xx|Socket errors/.test(text)) throw new Error(`wrk ${url}: ${text}`);
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)[1]),
    p50_us: wrkPercentile(text, 50),
    p99_us: wrkPercentile(text, 99),
  };
}
