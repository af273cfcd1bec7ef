// SPDX-License-Identifier: GPL-3.0-or-later
// "GnuTLS, NSS, Java and OpenSSL agree on every file we hand out" (issue 5): a .p12 opened by the four, each asked for the
// key, the certificate and the chain, and (but Java, which starts slowly) for a refusal of another passphrase.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

function run(command, ...words) {
  const result = spawnSync(command, words, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C', JAVA_TOOL_OPTIONS: '-XX:TieredStopAtLevel=1' } });
  if (result.error) throw result.error;
  return { status: result.status, text: result.stdout + result.stderr };
}

function works(command, ...words) {
  const { status, text } = run(command, ...words);
  assert.equal(status, 0, `${command}: ${text}`);
  return text;
}

const inPem = (text) => text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
const prints = (certificates) => certificates.map((pem) => createHash('sha256').update(new X509Certificate(pem).raw).digest('hex')).sort();

function byOpenssl(file, passphrase, folder) {
  const open = ['pkcs12', '-in', file, '-passin', `pass:${passphrase}`];
  const certificates = inPem(works('openssl', ...open, '-nokeys'));
  const keyFile = path.join(folder, 'openssl.key');
  works('openssl', ...open, '-nocerts', '-nodes', '-out', keyFile);
  const leaf = new X509Certificate(inPem(works('openssl', ...open, '-clcerts', '-nokeys'))[0]);
  const held = createPublicKey(fs.readFileSync(keyFile)).export({ type: 'spki', format: 'pem' });
  assert.equal(held, leaf.publicKey.export({ type: 'spki', format: 'pem' }), 'OpenSSL: the key is the certificate\'s');
  assert.notEqual(run('openssl', 'pkcs12', '-in', file, '-passin', 'pass:outra senha', '-noout').status, 0);
  return { certificates, serial: leaf.serialNumber };
}

function byGnutls(file, passphrase) {
  const text = works('certtool', '--inder', '--p12-info', '--infile', file, '--password', passphrase);
  assert.match(text, /BEGIN (RSA |ENCRYPTED |)PRIVATE KEY/, 'GnuTLS: the key');
  assert.notEqual(run('certtool', '--inder', '--p12-info', '--infile', file, '--password', 'outra senha').status, 0);
  return inPem(text);
}

function byJava(file, passphrase) {
  const list = works('keytool', '-list', '-rfc', '-keystore', file, '-storetype', 'PKCS12', '-storepass', passphrase);
  assert.match(list, /PrivateKeyEntry/, 'Java: the key');
  return { certificates: inPem(list), alias: list.match(/Alias name: (.*)/)[1] };
}

function byNss(file, passphrase, folder) {
  const store = `sql:${path.join(folder, 'nss')}`;
  fs.mkdirSync(path.join(folder, 'nss'));
  works('certutil', '-N', '-d', store, '--empty-password');
  assert.notEqual(run('pk12util', '-i', file, '-d', store, '-W', 'outra senha').status, 0);
  works('pk12util', '-i', file, '-d', store, '-W', passphrase);
  assert.match(works('certutil', '-K', '-d', store), /rsa/, 'NSS: the key');
  return works('certutil', '-L', '-d', store);
}

// Throws where one of them does not open the file, or finds something else in it. Returns what people see of it.
export function everybodyOpens(file, passphrase) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'guiche-openers-'));
  try {
    const { certificates, serial } = byOpenssl(file, passphrase, folder);
    assert.ok(certificates.length >= 2, 'the chain is inside');
    assert.deepEqual(prints(byGnutls(file, passphrase)), prints(certificates), 'GnuTLS and OpenSSL see the same certificates');
    const java = byJava(file, passphrase);
    const leaf = prints(certificates.filter((pem) => new X509Certificate(pem).serialNumber === serial));
    assert.ok(prints(java.certificates).includes(leaf[0]), 'Java sees the same certificate');
    const nss = byNss(file, passphrase, folder);
    return { certificates, alias: java.alias, nss };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
