// SPDX-License-Identifier: GPL-3.0-or-later
//
// `npm run preview [PORT]`: every page with its sample model, and the emission page with a pretend server.
import './setup.mjs';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import mustache from 'mustache';
import { Authority } from './authority.mjs';
import { pages } from './models.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const built = path.resolve(here, '..', process.env.WEB_OUT ?? '../build/web');
const templates = path.resolve(here, '../templates');
const types = { '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.html': 'text/html; charset=utf-8' };
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const source = (name) => readFile(path.join(templates, `${name}.html`), 'utf8');

async function render(name, model) {
  const text = await source(name);
  const partials = {};
  const collect = async (template) => {
    for (const [, partial] of template.matchAll(/\{\{>\s*([\w/-]+)\s*\}\}/g)) {
      if (partials[partial]) continue;
      partials[partial] = await source(partial);
      await collect(partials[partial]);
    }
  };
  await collect(text);
  return mustache.render(text, model, partials);
}

async function readBody(request) {
  let text = '';
  for await (const part of request) text += part;
  return JSON.parse(text);
}

async function api(authority, request, url) {
  if (!url.pathname.startsWith(`/api/orders/${authority.order}/`)) return authority.problem(404, 'not-found');
  if (url.pathname.endsWith('/emission')) return { status: 200, body: authority.emission() };
  if (url.pathname.endsWith('/term') && request.method === 'POST') return authority.readTerm(await readBody(request));
  if (url.pathname.endsWith('/csr') && request.method === 'POST') return authority.certify(await readBody(request));
  return authority.problem(404, 'not-found');
}

async function answer(authority, request, response) {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname.startsWith('/api/')) {
    const { status, body } = await api(authority, request, url);
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    return;
  }
  const file = /^\/emitir(\/|$)/.test(url.pathname) ? '/emitir/index.html' : url.pathname;
  if (/^\/(emitir|static)\//.test(file) && !file.includes('..')) {
    response.writeHead(200, { 'Content-Type': types[path.extname(file)] ?? 'application/octet-stream' });
    response.end(await readFile(path.join(built, file)));
    return;
  }
  const page = pages[url.pathname];
  response.writeHead(page ? 200 : 404, { 'Content-Type': types['.html'], 'Content-Security-Policy': policy });
  response.end(await render(...(page ?? pages['/erro'])));
}

const authority = await new Authority().start();
authority.pending = Number(process.env.PENDING ?? 1);
const server = createServer((request, response) => {
  answer(authority, request, response).catch((error) => {
    response.writeHead(500).end(String(error));
  });
});
server.listen(Number(process.argv[2] ?? 8090), '127.0.0.1', () => {
  const origin = `http://localhost:${server.address().port}`;
  console.log(Object.keys(pages).map((page) => origin + page).join('\n'));
  console.log(`${origin}/emitir/${authority.order}#${authority.mailCode}`);
  console.log(`código do papel: ${authority.paperCode}`);
});
