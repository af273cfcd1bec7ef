// SPDX-License-Identifier: GPL-3.0-or-later
// Issue 5.5, the native path: `ra-cli issue --new-key` on the holder's own machine, and the compatible variant of the file.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { cli, cliPath, done, person, readyByCode, root, scratch } from '../support/office.mjs';
import { everybodyOpens } from '../support/openers.mjs';

const folder = scratch();
const passphrase = 'aZ9 !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~x';
const secret = path.join(folder, 'senha');
fs.writeFileSync(secret, `${passphrase}\n`, { mode: 0o600 });
const info = (file) => spawnSync('openssl', ['pkcs12', '-in', file, '-passin', `pass:${passphrase}`, '-info', '-noout'], { encoding: 'utf8' }).stderr;
const listed = /marina goncalves prado - expira em \d\d\/\d\d\/\d{4}/i;

describe('the holder\'s file, made by ra-cli', () => {
  const file = path.join(folder, 'marina.p12');
  const compatible = path.join(folder, 'marina-compativel.p12');
  let seen;

  before(async () => {
    const kase = await readyByCode('ecpf-a1', person());
    done(null, 'issue', kase.code, '--new-key', file, '--code', kase.counter, '--mail-code', kase.mail, '--passphrase-file', secret);
  });

  test('AES-256, the chain inside, holder and expiry as its name: OpenSSL, GnuTLS, Java and NSS open it', () => {
    assert.match(info(file), /MAC: sha256, Iteration 100000[\s\S]*PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256/);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    assert.ok(!fs.existsSync(`${file}.key`), 'the key alone is gone');
    seen = everybodyOpens(file, passphrase);
    assert.match(seen.alias, listed);
    assert.match(seen.nss, listed);
  });

  test('"meu computador diz que a senha está errada": 3DES from the same file, and the four open it', () => {
    done(null, 'p12', 'compatible', file, compatible, '--passphrase-file', secret);
    assert.match(info(compatible), /MAC: sha1, Iteration 10000[\s\S]*pbeWithSHA1And3-KeyTripleDES-CBC/);
    const again = everybodyOpens(compatible, passphrase);
    assert.deepEqual(again.certificates, seen.certificates);
    assert.match(again.alias, listed);
  });

  test('what it refuses: another passphrase, another file, a file that is there already', () => {
    const wrong = path.join(folder, 'errada');
    fs.writeFileSync(wrong, 'outra senha boa\n');
    const make = (from, to, by = secret) => cli(null, 'p12', 'compatible', from, to, '--passphrase-file', by);
    assert.equal(make(file, path.join(folder, 'x.p12'), wrong).json.reason, 'passphrase-wrong');
    assert.equal(make(secret, path.join(folder, 'x.p12')).json.reason, 'pkcs12-malformed');
    fs.writeFileSync(path.join(folder, 'cut.p12'), fs.readFileSync(file).subarray(0, 900));
    assert.equal(make(path.join(folder, 'cut.p12'), path.join(folder, 'x.p12')).json.reason, 'pkcs12-malformed');
    assert.equal(make(file, compatible).status, 1);
    assert.ok(!fs.existsSync(path.join(folder, 'x.p12')));
  });

  test('the passphrase is printable ASCII; one is suggested on the terminal, never on stdout', async () => {
    const kase = await readyByCode('ecpf-a1', person());
    fs.writeFileSync(secret, 'senha com çedilha\n');
    const words = ['issue', kase.code, '--new-key', path.join(folder, 'outra.p12'), '--code', kase.counter, '--mail-code', kase.mail];
    assert.equal(cli(null, ...words, '--passphrase-file', secret).json.reason, 'passphrase-character');
    const run = spawnSync('python3', [path.join(root, 'tests/support/typed.py')], { encoding: 'utf8', input: JSON.stringify({
      command: [cliPath, '--server', `http://localhost:${process.env.RA_PORT}`, '--json', ...words],
      answers: [['Enter sugere uma', ''], ['Repita a senha', 'o que não foi sugerido']] }) });
    const typed = JSON.parse(run.stdout);
    const suggested = typed.terminal.match(/Senha sugerida, para anotar: (\S{19})/)[1];
    assert.match(suggested, /^[a-hjkmnp-z2-9]{4}(-[a-hjkmnp-z2-9]{4}){3}$/);
    assert.ok(!typed.stdout.includes(suggested));
    assert.match(typed.stdout, /não são iguais/);
  });
});
