// SPDX-License-Identifier: GPL-3.0-or-later
//
// The questions this page asks of the server. Whatever fails comes out as a Refusal with a stable word.

export class Refusal extends Error {
  // word: a key of refusals in texts.mjs. detail: the server's own sentence, "" when there is none.
  // reason refines the word where the server says more ("statement-expired").
  constructor(word, { detail = '', reason = '', retriable = false } = {}) {
    super(word);
    Object.assign(this, { word, detail, reason, retriable });
  }
}

const TIMEOUT_MS = 60_000;
const PATIENCE_MS = 15 * 60_000;

async function request(fetchFrom, path, options) {
  try {
    return await fetchFrom(path, {
      ...options,
      headers: { Accept: 'application/json', ...options.headers },
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new Refusal('offline', { retriable: true });
  }
}

const byStatus = { 404: 'not-found', 409: 'conflict', 413: 'csr-refused', 429: 'rate-limited' };

async function body(response) {
  try {
    return await response.json();
  } catch {
    return {};
  }
}

// Problem documents, the front's own included, carry their stable code as the end of `type`.
async function refuse(response) {
  const problem = await body(response);
  const code = /[a-z0-9-]+$/.exec(String(problem.type ?? ''))?.[0] ?? '';
  const word = code || byStatus[response.status] || 'server';
  throw new Refusal(word, {
    detail: typeof problem.detail === 'string' ? problem.detail : '',
    reason: typeof problem.reason === 'string' ? problem.reason : '',
    retriable: response.status === 429 || response.status >= 500,
  });
}

// Whether what is issued here has no legal value. This page is one file for every place, so the place must say it.
export async function isHomologation(fetchFrom = fetch) {
  const answer = await body(await request(fetchFrom, '/healthz', { method: 'GET' }));
  return answer.environment === 'homologation';
}

export async function askCase(order, fetchFrom = fetch) {
  const response = await request(fetchFrom, `/api/orders/${encodeURIComponent(order)}/emission`, { method: 'GET' });
  if (!response.ok) await refuse(response);
  const answer = await body(response);
  const shaped = /^[0-9a-f]{32}$/.test(answer.instance) && /^[0-9a-f]{64}$/.test(answer.validation_sha256);
  if (!shaped) throw new Refusal('server');
  return answer;
}

// The term, for who proves both halves: {pdf (base64), text}.
export async function askTerm(order, content, fetchFrom = fetch) {
  const response = await request(fetchFrom, `/api/orders/${encodeURIComponent(order)}/term`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(content),
  });
  if (!response.ok) await refuse(response);
  const answer = await body(response);
  if (typeof answer.pdf !== 'string' || typeof answer.text !== 'string') throw new Refusal('server');
  return answer;
}

const bearing = (token) => ({ Authorization: `Bearer ${token}` });

async function answered(fetchFrom, path, options) {
  const response = await request(fetchFrom, path, options);
  if (!response.ok) await refuse(response);
  return response;
}

const postJson = (content, headers = {}) => ({
  method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(content),
});

// --- renewal: docs/renewal.md ---

// {instance, now}.
export const askInstance = async (fetchFrom = fetch) => body(await answered(fetchFrom, '/api/revocation', { method: 'GET' }));

export const askProducts = async (fetchFrom = fetch) => (await body(await answered(fetchFrom, '/api/products', { method: 'GET' }))).products ?? [];

export const startRenewal = async (content, fetchFrom = fetch) => body(await answered(fetchFrom, '/api/renewals', postJson(content)));

// cms, spki: in base64.
export async function sendWish({ order, token }, { cms, spki }, fetchFrom = fetch) {
  await answered(fetchFrom, `/api/orders/${encodeURIComponent(order)}/renewal`, postJson({ cms, spki }, bearing(token)));
}

export const askOrder = async ({ order, token }, fetchFrom = fetch) => (
  body(await answered(fetchFrom, `/api/orders/${encodeURIComponent(order)}`, { method: 'GET', headers: bearing(token) })));

// The term, for who has the order's token: as askTerm.
export async function askTermByToken({ order, token }, fetchFrom = fetch) {
  const part = async (name) => answered(fetchFrom, `/api/orders/${encodeURIComponent(order)}/term?part=${name}`,
    { method: 'GET', headers: { ...bearing(token), Accept: '*/*' } });
  const pdf = new Uint8Array(await (await part('pdf')).arrayBuffer());
  return { pdf, text: await (await part('text')).text() };
}

const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * Math.min(Math.max(seconds, 1), 30)));

// Sends the request and waits for the certificate: {certificate, chain} in PEM. Asking again with the same key is
// always safe: the same key gets the same certificate (contract §2).
export async function askCertificate(order, content, onWait, fetchFrom = fetch) {
  const send = () => request(fetchFrom, `/api/orders/${encodeURIComponent(order)}/csr`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(content),
  });
  const started = Date.now();
  let response = await send();
  while (response.status === 202) {
    const pending = await body(response);
    onWait(pending.state ?? '');
    if (Date.now() - started > PATIENCE_MS) throw new Refusal('slow', { retriable: true });
    await wait(Number(pending.retry_after_s) || 2);
    const poll = typeof pending.poll === 'string' && pending.poll.startsWith('/api/') ? pending.poll : '';
    response = poll ? await request(fetchFrom, poll, { method: 'GET' }) : await send();
    // The address to poll may ask for more than we have; the request itself never does.
    if (poll && [401, 403, 404, 405].includes(response.status)) response = await send();
  }
  if (!response.ok) await refuse(response);
  const answer = await body(response);
  if (typeof answer.certificate !== 'string') throw new Refusal('server', { retriable: true });
  return { certificate: answer.certificate, chain: typeof answer.chain === 'string' ? answer.chain : '' };
}
