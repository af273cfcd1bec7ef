// SPDX-License-Identifier: GPL-3.0-or-later
// One HTTPS request that blocks its caller, on kept connections.
import https from 'node:https';

import { blocking } from './blocking.mjs';

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

// { status, text }; status 0 and `error` when no answer came. `identity` is key and certificates in PEM.
export const requestSync = blocking(import.meta.url, ask);
