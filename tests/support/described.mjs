// SPDX-License-Identifier: GPL-3.0-or-later
// Whether an answer is one that the listener's own OpenAPI document promises: its status listed, and where it is a
// success in JSON, of the form that the document gives. Every answer the outer tests get goes through here, so a route
// that answers otherwise than it says fails whichever test meets it.
import { spawnSync } from 'node:child_process';

const documents = new Map();

// The document of a listener, asked for once; nothing while the listener does not answer.
function documentOf(base, identity) {
  if (!documents.has(base)) {
    const run = spawnSync('curl', ['-s', '-m', '10', ...identity, `${base}/openapi.json`], { maxBuffer: 16 << 20 });
    if (run.status !== 0) return undefined;
    documents.set(base, prepare(JSON.parse(run.stdout.toString())));
  }
  return documents.get(base);
}

function prepare(document) {
  if (!document.paths) throw new Error('no document');
  return Object.entries(document.paths).map(([path, item]) => ({ path, item,
    pattern: new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
      .replace('{rest}', '.+').replace(/\{[^}]+\}/g, '[^/]+')}$`) }))
    .sort((one, other) => one.path.split('{').length - other.path.split('{').length);
}

const kinds = {
  object: (value) => value !== null && typeof value === 'object' && !Array.isArray(value),
  array: Array.isArray, string: (value) => typeof value === 'string', boolean: (value) => typeof value === 'boolean',
  integer: Number.isInteger, number: (value) => typeof value === 'number', null: (value) => value === null,
};

// The first thing in `value` that is not as `schema` has it: of JSON Schema the words that our rows use.
export function faultOf(schema, value, where = '') {
  const types = [schema.type ?? []].flat();
  if (types.length > 0 && !types.some((type) => kinds[type](value))) return `${where || 'the answer'} is no ${types.join(' or ')}`;
  if (schema.enum && !schema.enum.includes(value)) return `${where} is ${JSON.stringify(value)}`;
  if (kinds.array(value)) {
    for (const [i, one] of value.entries()) {
      const fault = schema.items && faultOf(schema.items, one, `${where}[${i}]`);
      if (fault) return fault;
    }
  }
  if (!kinds.object(value)) return undefined;
  const missing = (schema.required ?? []).find((name) => value[name] === undefined);
  if (missing) return `${where} lacks ${missing}`;
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    const fault = value[name] !== undefined && faultOf(child, value[name], `${where}.${name}`);
    if (fault) return fault;
  }
  return undefined;
}

// Throws where the document does not tell of the answer {status, json}.
export function isDescribed(base, identity, method, where, answer) {
  const path = where.split('?')[0];
  const row = documentOf(base, identity)?.find(({ pattern }) => pattern.test(path));
  const operation = row?.item[method.toLowerCase()];
  if (!operation) return;
  const response = operation.responses[answer.status];
  const told = `${method} ${row.path} answered ${answer.status}`;
  if (!response) throw new Error(`${told}, which /openapi.json does not say: ${String(answer.text).slice(0, 300)}`);
  const schema = answer.status < 300 && response.content?.['application/json']?.schema;
  const fault = schema && faultOf(schema, answer.json);
  if (fault) throw new Error(`${told}: ${fault}, and /openapi.json says otherwise: ${String(answer.text).slice(0, 300)}`);
}
