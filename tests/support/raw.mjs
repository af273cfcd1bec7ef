// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes on a socket, as no client library would send them.
import net from 'node:net';

// Sends the parts (strings or buffers; a number is a pause in ms) and collects what comes until the peer closes or
// `seconds` are over. {status, headers (lower-case names, last one wins), body, text, closed, seconds}
export function raw(target, parts, { seconds = 10 } = {}) {
  return new Promise((resolve) => {
    const started = Date.now();
    const socket = net.connect(target);
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
    socket.on('data', (data) => chunks.push(data));
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(true));
    socket.on('connect', async () => {
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
