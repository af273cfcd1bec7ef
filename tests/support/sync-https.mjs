// SPDX-License-Identifier: GPL-3.0-or-later
// One HTTPS request that blocks its caller, on kept connections: a worker does the work while the caller sleeps. The
// steps of a case are told in order, and a process for each would be most of a test's time.
import https from 'node:https';
import { MessageChannel, Worker, isMainThread, receiveMessageOnPort, workerData } from 'node:worker_threads';

const PATIENCE_MS = 60000;

// --- the worker ---

const agents = new Map(); // identity in PEM -> agent

function agentOf(identity, ca) {
  if (!agents.has(identity)) agents.set(identity, new https.Agent({ key: identity, cert: identity, ca, keepAlive: true, maxSockets: 2, timeout: 30000 }));
  return agents.get(identity);
}

function ask({ url, method, headers, body, identity, ca }) {
  return new Promise((resolve) => {
    const failed = (error) => resolve({ status: 0, text: '', error: String(error) });
    const request = https.request(url, { method, headers, agent: agentOf(identity, ca) }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', failed);
      response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString('utf8') }));
    });
    // A kept connection that the front closed meanwhile: nothing was done, and a new one serves.
    request.on('error', (error) => (request.reusedSocket && error.code === 'ECONNRESET'
      ? ask({ url, method, headers, body, identity, ca }).then(resolve) : failed(error)));
    request.end(body);
  });
}

if (!isMainThread && workerData?.syncHttps) {
  const { port, done } = workerData.syncHttps;
  port.on('message', async (wanted) => {
    port.postMessage(await ask(wanted));
    Atomics.store(done, 0, 1);
    Atomics.notify(done, 0);
  });
}

// --- the caller ---

let line;

function open() {
  const { port1, port2 } = new MessageChannel();
  const done = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL(import.meta.url), { workerData: { syncHttps: { port: port2, done } }, transferList: [port2],
    execArgv: [] }); // `node -e` would hand its own text on
  worker.unref();
  return { port: port1, done };
}

// { status, text }; status 0 and `error` when no answer came. `identity` is key and certificates in PEM.
export function requestSync(wanted) {
  line ??= open();
  Atomics.store(line.done, 0, 0);
  line.port.postMessage(wanted);
  if (Atomics.wait(line.done, 0, 0, PATIENCE_MS) === 'timed-out') throw new Error(`${wanted.method} ${wanted.url}: no answer in ${PATIENCE_MS} ms`);
  return receiveMessageOnPort(line.port).message;
}
