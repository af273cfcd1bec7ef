// SPDX-License-Identifier: GPL-3.0-or-later
// The agent's page of a case and the ways a document comes in: who may look, what the browser is allowed, what the
// record says; folders, a scanner, treated images; the address and the certificate for the browser.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import {
  api, cli, cliPath, done, home, officeLater, officeUrl, order, photograph, root, scratch, sql,
} from '../support/office.mjs';

const corpus = (name) => path.join(root, 'tests/fuzz/corpus', name);
const page = (who, kase) => officeLater(who, 'GET', `/caso/${kase.code}`, { headers: { Accept: 'text/html' } });
const get = (who, where) => officeLater(who, 'GET', where);
const reads = (kase, code) => Number(sql(`select count(*) from event e join orders o on o.id = e.order_id where o.code = '${kase.code}' and e.code = '${code}'`));
const add = (kase, file, ...more) => done('agent1', 'document', 'add', kase.code, 'PFBR-01', file, ...more);
const kept = (kase) => Number(sql(`select count(*) from document d join orders o on o.id = d.order_id where o.code = '${kase.code}'`));

describe('the page of a case', () => {
  let kase;
  let rg;
  let face;
  let proof;
  let tiff;
  before(async () => {
    kase = await order();
    done('agent1', 'checkin', kase.code, '--walk-in');
    rg = add(kase, photograph(), '--kind', 'rg', '--number', '12.345.678-9', '--issued', '2023-05-10',
      '--expires', '2025-05-10', '--issuer', 'SSP/SP', '--sides', 'front', '--original-seen').document;
    face = add(kase, photograph(), '--kind', 'face').document;
    proof = add(kase, corpus('inspect_pdf/cairo.pdf'), '--kind', 'cpf_proof').document;
    tiff = add(kase, corpus('inspect_tiff/pages.tif'), '--kind', 'cnh', '--number', '12345678901', '--via', '2').document;
  });

  test('shows documents, face, facts and the checklist, and is recorded as read', async () => {
    const earlier = reads(kase, 'CASE_READ');
    const answer = await page('agent1', kase);
    assert.equal(answer.status, 200, answer.text.slice(0, 300));
    assert.match(answer.headers['content-type'], /^text\/html/);
    const text = answer.text.replace(/&#(x[0-9a-f]+|[0-9]+);/gi, (all, code) => String.fromCharCode(Number(code.replace(/^x/i, '0x'))));
    for (const id of [rg, face, proof]) assert.ok(text.includes(`/api/office/documents/${id}?inline=1`), id);
    assert.ok(text.includes(`href="/api/office/documents/${tiff}"`), 'what no browser shows may be saved');
    assert.ok(!text.includes(`${tiff}?inline=1`), 'and is not put into the page');
    for (const words of ['12.345.678-9', 'SSP/SP', '10/05/2025', 'vencido', 'frente', 'Original visto', 'PFBR-01', 'DOC-ICP-05'])
      assert.ok(text.includes(words), words);
    assert.equal(reads(kase, 'CASE_READ'), earlier + 1);
  });

  test('the same as JSON: what is wrong with a paper is said beside its fact', async () => {
    const { status, json } = await get('agent1', `/api/office/orders/${kase.code}/case`);
    assert.equal(status, 200);
    assert.deepEqual(json.documents.map((one) => one.id), [rg, proof, tiff]);
    assert.deepEqual(json.faces.map((one) => one.id), [face]);
    const warnings = (id) => json.documents.find((one) => one.id === id).facts.filter((fact) => fact.warning).map((fact) => fact.label);
    assert.deepEqual(warnings(rg), ['Validade']);
    assert.deepEqual(warnings(tiff), ['Via', 'Original visto']);
    const [holder] = json.people;
    assert.equal(holder.role, 'holder');
    const identity = holder.items.find((item) => item.id === 'PFBR-01');
    assert.deepEqual(identity.papers.map((paper) => paper.number), [1, 2, 3]);
    assert.equal(identity.label, 'falta');
    assert.ok(identity.source);
    assert.equal(json.complete, false);
  });

  test('no script of a document runs, and the page shows only what is its own', async () => {
    const policy = (await page('agent1', kase)).headers['content-security-policy'];
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*|data:/);
  });

  for (const [what, which, type, sandboxed] of [['an image', () => rg, 'image/jpeg', true], ['a PDF', () => proof, 'application/pdf', false]]) {
    test(`${what} is inline when asked, under a policy without scripts, and each reading is an event`, async () => {
      const earlier = reads(kase, 'DOC_READ');
      const answer = await get('agent1', `/api/office/documents/${which()}?inline=1`);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], type);
      assert.equal(answer.headers['content-disposition'], 'inline');
      assert.equal(answer.headers['x-content-type-options'], 'nosniff');
      assert.equal(answer.headers['cache-control'], 'no-store');
      const policy = answer.headers['content-security-policy'];
      assert.match(policy, /default-src 'none'/);
      assert.doesNotMatch(policy, /script-src/);
      assert.match(policy, /frame-ancestors 'self'/);
      assert.equal(/(^|; )sandbox(;|$)/.test(policy), sandboxed);
      assert.equal(reads(kase, 'DOC_READ'), earlier + 1);
      assert.match((await get('agent1', `/api/office/documents/${which()}`)).headers['content-disposition'], /^attachment/);
    });
  }

  test('a TIFF is saved, whatever is asked', async () => {
    const answer = await get('agent1', `/api/office/documents/${tiff}?inline=1`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-disposition'], /^attachment/);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  });

  test('the second agent, the auditor and the administrator read; the event names who', async () => {
    for (const who of ['agent2', 'auditor', 'admin']) {
      assert.equal((await page(who, kase)).status, 200, who);
      assert.equal((await get(who, `/api/office/documents/${rg}?inline=1`)).status, 200, who);
    }
  });

  test('without a certificate there is no page, and none on the public side', async () => {
    const ca = fs.readFileSync(path.join(home, 'identities/ca.pem'));
    const status = await new Promise((resolve) => {
      https.get(`${officeUrl}/caso/${kase.code}`, { ca, agent: false }, (response) => { response.resume(); resolve(response.statusCode); })
        .on('error', () => resolve(0));
    });
    assert.ok(status === 0 || status >= 400, String(status));
    for (const where of [`/caso/${kase.code}`, `/api/office/orders/${kase.code}/case`, `/api/office/documents/${rg}?inline=1`])
      assert.equal((await api('GET', where, { token: kase.token })).status, 404, where);
  });

  test('an order that does not exist is told as a page', async () => {
    const answer = await officeLater('agent1', 'GET', '/caso/ZZZZZZZZZZZZ', { headers: { Accept: 'text/html' } });
    assert.equal(answer.status, 404);
    assert.match(answer.headers['content-type'], /^text\/html/);
  });

  test('names and notes of strangers are text', async () => {
    const odd = await order('ecpf-a1');
    done('agent1', 'checkin', odd.code, '--walk-in');
    add(odd, photograph(), '--kind', 'rg', '--issuer', '"><script>alert(1)</script>');
    const { text } = await page('agent1', odd);
    assert.ok(!text.includes('<script>alert'), 'escaped');
    assert.ok(text.includes('&lt;script&gt;alert'));
  });
});

describe('what goes in', () => {
  test('a folder: every regular file, in the order of the names', async () => {
    const kase = await order();
    const folder = scratch();
    for (const name of ['folha10.jpg', 'folha2.jpg', 'folha1.png'])
      fs.copyFileSync(name.endsWith('png') ? corpus('inspect_png/colour.png') : photograph(), path.join(folder, name));
    fs.mkdirSync(path.join(folder, 'dentro'));
    fs.copyFileSync(photograph(), path.join(folder, 'dentro/outra.jpg'));
    fs.writeFileSync(path.join(folder, '.oculto'), 'x');
    fs.symlinkSync('folha2.jpg', path.join(folder, 'atalho.jpg'));
    const { documents } = add(kase, folder, '--kind', 'rg');
    assert.deepEqual(documents.map((one) => one.media_type), ['image/png', 'image/jpeg', 'image/jpeg']);
    assert.equal(kept(kase), 3);
  });

  test('nothing of a folder goes in when one of its files is too large', async () => {
    const kase = await order();
    const folder = scratch();
    fs.copyFileSync(photograph(), path.join(folder, 'a.jpg'));
    fs.writeFileSync(path.join(folder, 'b.jpg'), '');
    fs.truncateSync(path.join(folder, 'b.jpg'), (20 << 20) + 1);
    const run = cli('agent1', 'document', 'add', kase.code, 'PFBR-01', folder, '--kind', 'rg');
    assert.equal(run.status, 1);
    assert.equal(run.json.reason, 'document-too-large');
    assert.match(run.json.detail, /^b\.jpg/);
    assert.equal(kept(kase), 0);
  });

  test('a scanner: what is written after the command began, moved when accepted', async () => {
    const kase = await order();
    const folder = scratch();
    fs.copyFileSync(photograph(), path.join(folder, 'ontem.jpg'));
    const child = spawn(cliPath, ['--server', officeUrl, '--identity', path.join(home, 'identities/agent1.pem'), '--home', home,
      '--json', 'document', 'add', kase.code, 'PFBR-01', '--scanner', folder, '--kind', 'rg'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (data) => { output += data; });
    await new Promise((resolve) => { child.stderr.once('data', resolve); });
    fs.copyFileSync(photograph(), path.join(folder, 'folha1.jpg'));
    fs.copyFileSync(corpus('inspect_png/colour.png'), path.join(folder, 'folha2.png'));
    const status = await new Promise((resolve) => { child.on('close', resolve); });
    assert.equal(status, 0, output);
    assert.deepEqual(JSON.parse(output).documents.map((one) => one.media_type), ['image/jpeg', 'image/png']);
    assert.deepEqual(fs.readdirSync(folder).sort(), ['enviados', 'ontem.jpg']);
    assert.deepEqual(fs.readdirSync(path.join(folder, 'enviados')).sort(), ['folha1.jpg', 'folha2.png']);
  });

  test('files and a scanner, or neither, are refused', async () => {
    const kase = await order();
    assert.equal(cli('agent1', 'document', 'add', kase.code, 'PFBR-01').status, 1);
    assert.equal(cli('agent1', 'document', 'add', kase.code, 'PFBR-01', photograph(), '--scanner', scratch()).status, 1);
  });

  test('a treated image goes in instead of the original, which is kept when asked', async () => {
    const kase = await order();
    const png = corpus('inspect_png/colour.png');
    const one = add(kase, png, '--kind', 'rg', '--rotate', '90');
    assert.equal(one.media_type, 'image/png');
    assert.ok(one.treated.width > 0);
    assert.equal(kept(kase), 1);
    const { documents } = add(kase, png, '--kind', 'rg', '--rotate', '180', '--keep-original');
    assert.equal(documents.length, 2);
    assert.equal(documents[0].size, fs.statSync(png).size, 'the original first, as it was');
    const outside = cli('agent1', 'document', 'add', kase.code, 'PFBR-01', png, '--kind', 'rg', '--crop', '0,0,9000,9000');
    assert.equal(outside.status, 1);
    assert.equal(outside.json.errors?.[0]?.field ?? 'crop', 'crop');
    assert.equal(cli('agent1', 'document', 'add', kase.code, 'PFBR-01', corpus('inspect_pdf/cairo.pdf'), '--rotate', '90').status, 1);
    assert.equal(kept(kase), 3);
  });

  test('an image of one pixel goes in, with a warning and its figures', async () => {
    const kase = await order();
    const run = cli('agent1', 'document', 'add', kase.code, 'PFBR-01', photograph(), '--kind', 'rg');
    assert.equal(run.status, 0, run.stderr);
    assert.equal(run.json.legibility.verdict, 'not-legible');
    assert.equal(run.json.legibility.width, 1);
    assert.match(run.stderr, /leitura não legível .*1 por 1 pixels.*--not-legible/s);
    const told = cli('agent1', 'document', 'add', kase.code, 'PFBR-01', photograph(), '--kind', 'rg', '--not-legible');
    assert.equal(told.stderr, '', 'the agent has said it');
    assert.equal(sql(`select legible from document where id = '${told.json.document}'`), 'f');
    assert.equal(cli('agent1', 'document', 'add', kase.code, 'PFBR-01', photograph(), '--kind', 'face').json.legibility, undefined);
  });

  test('document check needs no server', () => {
    const run = spawnSync(cliPath, ['document', 'check', photograph()], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stdout, /Leitura: não legível\n.*1 por 1 pixels/s);
    assert.equal(spawnSync(cliPath, ['document', 'check', cliPath]).status, 1);
  });
});

describe('from the terminal to the browser', () => {
  test('open prints the address of the page', async () => {
    const kase = await order();
    const { address, opened } = done('agent1', 'open', kase.code.toLowerCase());
    assert.equal(address, `${officeUrl}/caso/${kase.code}`);
    assert.equal(opened, false);
  });

  test('the exported certificate opens the page', async () => {
    const kase = await order();
    const folder = scratch();
    const file = path.join(folder, 'agente.p12');
    const secret = path.join(folder, 'senha');
    fs.writeFileSync(secret, 'quatro palavras soltas\n', { mode: 0o600 });
    done('agent1', 'identity', 'export-p12', file, '--passphrase-file', secret);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    const status = await new Promise((resolve, reject) => {
      https.get(`${officeUrl}/caso/${kase.code}`, { pfx: fs.readFileSync(file), passphrase: 'quatro palavras soltas', agent: false,
        ca: fs.readFileSync(path.join(home, 'identities/ca.pem')) }, (response) => { response.resume(); resolve(response.statusCode); })
        .on('error', reject);
    });
    assert.equal(status, 200);
    assert.equal(cli('agent1', 'identity', 'export-p12', file, '--passphrase-file', secret).status, 1, 'never over a file');
  });
});
