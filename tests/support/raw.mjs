// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes on a socket, as no client library would send them.
import { spawnSync } from 'node:child_process';
import net from 'node:net';
import tls from 'node:tls';

// `target` as net.connect takes it; with a `cert` over TLS. Sends the parts (strings or buffers; a number is a pause in ms) and collects what comes until the peer closes, one
// answer is whole (unless `all` are wanted), or `seconds` are over.
// {status, headers (lower-case names, last one wins), body, json, text, closed, seconds}
export function raw(target, parts, { seconds = 10, all = false } = {}) {
  return new Promise((resolve) => {
    const started = Date.now();
    const socket = target.cert ? tls.connect(target) : net.connect(target);
    const chunks = [];
    let over = false;
    let timer;
    const finish = (closed) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      socket.destroy();
      resolve({ ...parse(Buffer.concat(chunks)), closed, seconds: (Date.now() - started) / 1000 });
    };
    timer = setTimeout(() => finish(false), seconds * 1000);
    socket.on('data', (data) => {
      chunks.push(data);
      if (!all && isWhole(Buffer.concat(chunks))) finish(false);
    });
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(true));
    socket.on(target.cert ? 'secureConnect' : 'connect', async () => {
      for (const part of parts) {
        if (over) return;
        if (typeof part === 'number') await new Promise((wake) => { setTimeout(wake, part); });
        else if (!socket.write(part)) {
          await new Promise((wake) => { socket.once('drain', wake); socket.once('close', wake); });
        }
      }
    });
  });
}

function isWhole(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  const length = end < 0 ? null : /^content-length: (\d+)/im.exec(bytes.subarray(0, end).toString('latin1'));
  return length !== null && bytes.length >= end + 4 + Number(length[1]);
}

function parse(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  const text = bytes.toString('utf8');
  if (end < 0) return { status: 0, headers: {}, body: '', text };
  const lines = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = {};
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const body = dechunk(bytes.subarray(end + 4), headers['transfer-encoding'] === 'chunked').toString('utf8');
  let json;
  try { json = JSON.parse(body); } catch { json = undefined; }
  return { status: Number(lines[0].split(' ')[1]), headers, body, json, text };
}

function dechunk(bytes, chunked) {
  if (!chunked) return bytes;
  const parts = [];
  for (let at = 0; at < bytes.length;) {
    const line = bytes.indexOf('\r\n', at);
    const size = line < 0 ? 0 : parseInt(bytes.subarray(at, line).toString(), 16);
    if (!size) break;
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return Buffer.concat(parts);
}

// A request head with exactly these lines.
export function head(...lines) {
  return `${lines.join('\r\n')}\r\n\r\n`;
}

// The same on a unix socket as another user (words of setpriv), where only that user is let in.
export function rawAs(as, socketPath, text, seconds = 5) {
  const script = 'import socket,sys\ns=socket.socket(socket.AF_UNIX)\ns.settimeout(float(sys.argv[2]))\nout=b""\n'
    + 'try:\n s.connect(sys.argv[1]);s.sendall(sys.stdin.buffer.read())\n while True:\n  d=s.recv(65536)\n'
    + '  if not d:break\n  out+=d\nexcept OSError:pass\nsys.stdout.buffer.write(out)\n';
  const words = [...as, '/usr/bin/python3', '-c', script, socketPath, String(seconds)];
  const run = spawnSync(words[0], words.slice(1), { input: text, cwd: '/' });
  if (run.status !== 0) throw new Error(run.stderr.toString());
  return parse(run.stdout);
}
