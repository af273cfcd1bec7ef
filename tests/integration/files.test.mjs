// SPDX-License-Identifier: GPL-3.0-or-later
// A file that the command line names and that cannot be read or written is a wrong command line (exit 2): a sentence
// that names it and says why, and under --json the problem document with its stable word.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';

import { cli, cliPath, home, officeUrl, scratch } from '../support/office.mjs';

const folder = scratch();
after(() => fs.rmSync(folder, { recursive: true, force: true }));
const missing = path.join(folder, 'nao-ha.pem');
const vkey = path.join(home, 'identities/log.vkey');
const zip = path.join(folder, 'exportacao.zip');
const large = path.join(folder, 'grande.vkey');
const order = 'ABCDEFGHJKMN';
fs.writeFileSync(zip, 'PK');
fs.writeFileSync(large, 'x'.repeat(5000));

const readers = [
  ['lint', missing],
  ['lint', vkey, '--weak-keys', missing],
  ['audit', 'verify', missing, '--log-key', vkey],
  ['audit', 'verify', zip, '--log-key', missing],
  ['audit', 'journal', missing, zip, '--log-key', vkey],
  ['dossier', 'verify', zip, '--log-key', missing],
  ['dossier', 'verify', missing, '--log-key', vkey],
  ['document', 'check', missing],
  ['document', 'add', order, 'PFBR-01', missing],
  ['p12', 'compatible', missing, path.join(folder, 'novo.p12')],
  ['ac', 'answer', missing],
  ['agenda', 'import', missing, '--from', '2030-01-01'],
  ['neglist', 'image', 'add', '1', missing, '--kind', 'face'],
  ['token', 'receive', 'MODELO', '--file', missing],
  ['admin', 'roster', 'sign', '--agent', missing],
];

describe('a local file that cannot be read', () => {
  for (const words of readers) {
    test(`ra-cli ${words.slice(0, 3).map((word) => path.basename(word)).join(' ')}: exit 2`, () => {
      const { status, json, stderr } = cli('admin', ...words);
      assert.equal(status, 2, stderr);
      assert.equal(json.type, 'urn:guiche:problem:bad-request');
      assert.equal(json.status, 400);
      assert.equal(json.reason, 'file-unreadable');
      assert.equal(json.detail, `não foi possível ler ${missing}: não existe`);
      assert.match(stderr, /nao-ha\.pem: não existe/);
    });
  }

  test('a certificate that is none, and a list of weak keys', () => {
    for (const [name, bytes] of [['vazio.pem', ''], ['texto.pem', 'isto não é nada'],
      ['quebrado.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']]) {
      const file = path.join(folder, name);
      fs.writeFileSync(file, bytes);
      const { status, json } = cli('admin', 'admin', 'roster', 'sign', '--agent', file);
      assert.deepEqual([status, json.reason, json.detail], [2, 'file-unreadable', `${file}: não traz um certificado em PEM`]);
    }
    assert.equal(cli('auditor', 'lint', vkey, '--weak-keys', zip).json.detail, `${zip}, linha 1: não são 20 dígitos hexadecimais`);
  });

  test('one half of an order of revocation', () => {
    const { status, json } = cli('agent1', 'revoke', order, '--reason', '1', '--paper', zip);
    assert.deepEqual([status, json.reason], [2, 'usage']);
  });

  test('a file without permission', { skip: process.getuid() !== 0 }, () => {
    const closed = path.join(folder, 'fechado.pem');
    fs.writeFileSync(closed, 'x', { mode: 0 });
    fs.chmodSync(folder, 0o755);
    const run = spawnSync('setpriv', ['--reuid=nobody', '--regid=nogroup', '--clear-groups', '--', cliPath, '--json', 'lint', closed],
      { encoding: 'utf8', cwd: '/' });
    assert.equal(run.status, 2, run.stderr);
    assert.match(JSON.parse(run.stdout).detail, /fechado\.pem: .*permissão/);
  });

  test('a folder, and a path through a file', () => {
    assert.equal(cli('auditor', 'dossier', 'verify', folder, '--log-key', vkey).json.detail,
      `não foi possível ler ${folder}: é uma pasta, não um arquivo`);
    assert.equal(cli('auditor', 'lint', folder).json.detail, `não foi possível ler ${folder}: é uma pasta, não um arquivo`);
    const through = cli('auditor', 'lint', path.join(zip, 'x'));
    assert.equal(through.status, 2);
    assert.match(through.json.detail, /não é uma pasta$/);
  });

  test('identity and --ca', () => {
    for (const words of [['--identity', missing], ['--as', 'ninguem'], ['--identity', path.join(home, 'identities/agent1.pem'), '--ca', missing]]) {
      const run = spawnSync(cliPath, [...words, '--home', home, '--json', 'queue'], { encoding: 'utf8' });
      assert.equal(run.status, 2, words.join(' '));
      assert.match(run.stderr, /que se possam? ler em: .*(nao-ha|ninguem)\.pem/);
      const problem = JSON.parse(run.stdout);
      assert.equal(problem.reason, 'usage');
      assert.match(problem.detail, /que se possam? ler em: .*(nao-ha|ninguem)\.pem/);
    }
  });

  test('an identity and a --ca that are something else', () => {
    for (const [words, told] of [[['--identity', zip], /exportacao\.zip: não é uma identidade, ou a senha é outra$/],
      [['--identity', path.join(home, 'identities/agent1.pem'), '--ca', zip], /exportacao\.zip: não é um arquivo de certificados$/]]) {
      const run = spawnSync(cliPath, [...words, '--home', home, '--json', '--server', officeUrl, 'queue'], { encoding: 'utf8' });
      assert.equal(run.status, 2, run.stderr);
      const problem = JSON.parse(run.stdout);
      assert.equal(problem.reason, 'file-unreadable');
      assert.match(problem.detail, told);
    }
  });

  test('a name that is no UTF-8 still gives one document', () => {
    for (const words of ['lint "$name"', '"$name"']) {
      const run = spawnSync('sh', ['-c', `name=$(printf 'x\\377'); exec "$0" --home "$1" --json ${words}`, cliPath, home], { encoding: 'utf8' });
      assert.equal(run.status, 2, run.stderr);
      assert.equal(JSON.parse(run.stdout).type, 'urn:guiche:problem:bad-request');
    }
  });

  test('one too large is refused in Portuguese, with the limit', () => {
    const { status, json } = cli('auditor', 'audit', 'verify', zip, '--log-key', large);
    assert.equal(status, 1);
    assert.equal(json.type, 'urn:guiche:problem:too-large');
    assert.equal(json.detail, `${large} é grande demais: aqui o limite é de 1024 bytes`);
  });
});

test('a server that is not there is exit 3, and why is said in Portuguese', () => {
  const run = spawnSync(cliPath, ['--home', home, '--as', 'agent1', '--json', '--server', 'https://localhost:1', 'queue'], { encoding: 'utf8' });
  assert.equal(run.status, 3);
  assert.equal(JSON.parse(run.stdout).detail, 'https://localhost:1 não respondeu: ninguém atende nesse endereço');
});

describe('a local file that cannot be written', () => {
  test('exit 2, and the server is not asked', () => {
    const output = path.join(folder, 'sem-pasta', 'a.ics');
    const { status, json } = cli('agent1', 'agenda', 'export', '-o', output);
    assert.equal(status, 2);
    assert.equal(json.reason, 'file-unwritable');
    assert.equal(json.detail, `não foi possível gravar ${output}: não existe`);
  });
});
