// SPDX-License-Identifier: GPL-3.0-or-later
// "GnuTLS, NSS, Java and OpenSSL agree on every file we hand out" (issue 5): certificate and chain in PEM and DER, the AC's
// bundle, its CRL and OCSP answers, requests that each of the four makes, the term's signatures, the statements and the seal
// of an export. The four read them as a program that knows nothing of us would. Elsewhere: the .p12 of the command line, both
// variants, p12.test.mjs; those of the pages, and the one inside the container of a renewal, tests/e2e; the certificates of all
// products, products.test.mjs. What is none of these formats (PDF, calendars, CSV, tiles of the log) none of the four reads.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { read } from '../support/der.mjs';
import { attend, clockOffset, done, home, makeCsr, openssl, order, person, readyByCode, root, scratch, validate, verify } from '../support/office.mjs';
import { sendCsr } from '../support/thief.mjs';

const folder = scratch();
const at = (name) => path.join(folder, name);

function run(command, ...words) {
  const result = spawnSync(command, words, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  if (result.error) throw result.error;
  return { status: result.status, text: result.stdout + result.stderr };
}

function works(command, ...words) {
  const { status, text } = run(command, ...words);
  assert.equal(status, 0, `${command} ${words.join(' ')}: ${text}`);
  return text;
}

function refuses(command, ...words) {
  const { status, text } = run(command, ...words);
  assert.notEqual(status, 0, `${command} ${words.join(' ')}: ${text}`);
}

// Requests as people make them elsewhere, each by another library.
const requests = {
  openssl: () => makeCsr(folder, 'openssl').csr,
  gnutls() {
    fs.writeFileSync(at('gnutls.template'), 'cn = "ignorado"\n');
    works('certtool', '--generate-privkey', '--key-type', 'rsa', '--bits', '2048', '--outfile', at('gnutls.key'));
    works('certtool', '--generate-request', '--load-privkey', at('gnutls.key'), '--template', at('gnutls.template'), '--outfile', at('gnutls.csr'));
    return at('gnutls.csr');
  },
  nss() {
    fs.mkdirSync(at('nss-keys'));
    fs.writeFileSync(at('noise'), Buffer.alloc(64, 7));
    works('certutil', '-N', '-d', `sql:${at('nss-keys')}`, '--empty-password');
    works('certutil', '-R', '-d', `sql:${at('nss-keys')}`, '-s', 'CN=ignorado', '-g', '2048', '-Z', 'SHA256', '-z', at('noise'), '-a', '-o', at('nss.csr'));
    return at('nss.csr');
  },
  java() {
    const store = ['-keystore', at('java.p12'), '-storetype', 'PKCS12', '-storepass', 'senha123', '-alias', 'x'];
    works('keytool', '-genkeypair', '-keyalg', 'RSA', '-keysize', '2048', '-dname', 'CN=ignorado', ...store);
    works('keytool', '-certreq', '-file', at('java.csr'), ...store);
    return at('java.csr');
  },
};

async function issueFor(csr) {
  const kase = await order('ecpf-a1', person());
  attend(kase.code);
  validate(kase.code, { csr });
  verify(kase.code);
  const answer = await sendCsr(kase, csr);
  assert.equal(answer.status, 200, answer.text);
  return { ...kase, ...answer.json };
}

async function fetchTo(name, address) {
  const answer = await fetch(address);
  assert.equal(answer.status, 200, address);
  fs.writeFileSync(at(name), Buffer.from(await answer.arrayBuffer()));
}

const addressIn = (leaf, pattern) => openssl('x509', '-in', at(leaf), '-noout', '-ext', 'authorityInfoAccess,crlDistributionPoints').match(pattern)[1];

function askOcsp(leaf, name) {
  return openssl('ocsp', '-issuer', at('issuer.pem'), '-cert', at(leaf), '-url', addressIn(leaf, /OCSP - URI:(\S+)/), '-no_nonce',
    '-respout', at(name), '-CAfile', at('roots.pem'), '-verify_other', at('chain.pem'));
}

// The holder's own: a term signed with the new key.
async function holderFiles() {
  const kase = await readyByCode('ecpf-a1', person());
  fs.writeFileSync(at('passphrase'), 'Senha boa 2026\n', { mode: 0o600 });
  const secret = ['--passphrase-file', at('passphrase')];
  const issued = done(null, 'issue', kase.code, '--new-key', at('titular.p12'), '--code', kase.counter, '--mail-code', kase.mail, ...secret);
  fs.writeFileSync(at('holder.pem'), issued.certificate);
  for (const [name, part] of [['term.pdf', 'pdf'], ['term.p7s', 'countersignature'], ['term.sig', 'signature']])
    done('agent1', 'term', 'get', kase.code, '-o', at(name), '--part', part);
  fs.writeFileSync(at('term.message'), Buffer.concat([Buffer.from('guiche-term-v1\0'), createHash('sha256').update(fs.readFileSync(at('term.pdf'))).digest()]));
  done('auditor', 'dossier', 'export', kase.code, '-o', at('dossier.zip'));
  const day = new Date().toISOString().slice(0, 10);
  done('auditor', 'audit', 'export', '--from', day, '--to', day, '--format', 'jsonl', '-o', at('export.zip'));
  for (const [zip, inside, name] of [['dossier.zip', 'manifest.json', 'manifest.json'], ['dossier.zip', 'manifest.p7s', 'manifest.p7s'],
    ['dossier.zip', 'statements/validation-1.p7s', 'statement.p7s'], ['dossier.zip', 'statements/verification-1.p7s', 'verification.p7s'],
    ['dossier.zip', '*/1.der', 'roster.der'], ['dossier.zip', '*/1.crl', 'agents.crl'], ['dossier.zip', 'certificate.pem', 'in-dossier.pem'],
    ['export.zip', 'manifest.json', 'export.json'], ['export.zip', 'manifest.p7s', 'export.p7s']]) {
    const { stdout, status } = spawnSync('unzip', ['-p', at(zip), inside]);
    assert.equal(status, 0, inside);
    fs.writeFileSync(at(name), stdout);
  }
  // Of the administrators' chain the roster holds nothing: whoever checks it has it.
  fs.writeFileSync(at('all.pem'), fs.readFileSync(at('roots.pem'), 'utf8') + fs.readFileSync(path.join(home, 'ca/public/intermediates.pem'), 'utf8'));
  // A signature of each administrator, one after the other in a SEQUENCE; the first of them.
  fs.writeFileSync(at('roster.p7s'), read(read(fs.readFileSync(at('roster.der'))).content).whole);
}

let java;
const skip = clockOffset() !== 0 && 'GnuTLS and NSS read the machine\'s clock';
const nss = `sql:${at('nss')}`;
const inPem = (name) => fs.readFileSync(at(name), 'latin1').match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----\n/g);

function askJava() {
  const open = ['pkcs', 'pkcs10'].flatMap((name) => ['--add-exports', `java.base/sun.security.${name}=ALL-UNNAMED`]);
  const told = works('java', '-XX:TieredStopAtLevel=1', ...open, path.join(root, 'tests/support/Agree.java'), folder,
    String(Math.floor(Date.now() / 1000)));
  return Object.fromEntries(told.trim().split('\n').map((line) => [line.split(' ')[0], line.split(' ').slice(1).join(' ')]));
}

function fillNss() {
  fs.mkdirSync(at('nss'));
  works('certutil', '-N', '-d', nss, '--empty-password');
  const add = (name, pem, trust) => {
    fs.writeFileSync(at(`${name}.one`), pem);
    works('certutil', '-A', '-d', nss, '-n', name, '-t', trust, '-i', at(`${name}.one`));
  };
  inPem('roots.pem').forEach((pem, index) => add(`root${index}`, pem, 'CT,C,C'));
  inPem('all.pem').slice(inPem('roots.pem').length).forEach((pem, index) => add(`above${index}`, pem, ',,'));
  for (const name of ['leaf', 'revoked']) add(name, fs.readFileSync(at(`${name}.pem`)), ',,');
}

before(async () => {
  if (skip) return;
  fs.copyFileSync(path.join(home, 'identities/ca.pem'), at('roots.pem'));
  const [good, gone] = [await issueFor(requests.openssl()), await issueFor(makeCsr(folder, 'revogada').csr)];
  fs.writeFileSync(at('leaf.pem'), good.certificate);
  fs.writeFileSync(at('revoked.pem'), gone.certificate);
  fs.writeFileSync(at('chain.pem'), good.chain);
  fs.writeFileSync(at('issuer.pem'), inPem('chain.pem')[0]);
  done('agent1', 'revoke', gone.code, '--reason', '1');
  openssl('x509', '-in', at('leaf.pem'), '-outform', 'DER', '-out', at('leaf.der'));
  openssl('req', '-in', at('openssl.csr'), '-outform', 'DER', '-out', at('request.der'));
  await holderFiles();
  for (let tries = 0; tries < 100 && done('agent1', 'show', gone.code).states.issuance !== 'revoked'; tries++)
    await new Promise((resolve) => { setTimeout(resolve, 200); });
  await fetchTo('list.crl', addressIn('leaf.pem', /URI:(\S+\.crl)/));
  openssl('crl', '-inform', 'DER', '-in', at('list.crl'), '-out', at('list.pem'));
  await fetchTo('issuer.p7b', addressIn('leaf.pem', /CA Issuers - URI:(\S+)/));
  assert.match(askOcsp('leaf.pem', 'good.ocsp'), /: good/);
  assert.match(askOcsp('revoked.pem', 'revoked.ocsp'), /: revoked/);
  for (const [name, files] of [['whole.pem', ['leaf.pem', 'chain.pem']], ['whole-revoked.pem', ['revoked.pem', 'chain.pem']]])
    fs.writeFileSync(at(name), files.map((file) => fs.readFileSync(at(file), 'utf8')).join(''));
  fillNss();
  java = askJava();
});

describe('the certificate, in PEM and DER, under its chain', { skip }, () => {
  test('OpenSSL', () => {
    works('openssl', 'verify', '-x509_strict', '-CAfile', at('roots.pem'), '-untrusted', at('chain.pem'), at('leaf.pem'));
    assert.equal(openssl('x509', '-inform', 'DER', '-in', at('leaf.der')), openssl('x509', '-in', at('leaf.pem')));
  });
  test('GnuTLS', () => {
    works('certtool', '--verify', '--load-ca-certificate', at('roots.pem'), '--infile', at('whole.pem'));
    assert.match(works('certtool', '--certificate-info', '--inder', '--infile', at('leaf.der')), /otherName|Subject Alternative Name/);
  });
  test('NSS, to sign in and to sign mail', () => {
    for (const use of ['C', 'S', 'R']) assert.match(works('certutil', '-V', '-d', nss, '-n', 'leaf', '-u', use, '-e'), /certificate is valid/);
    assert.ok(spawnSync('certutil', ['-L', '-d', nss, '-n', 'leaf', '-r']).stdout.equals(fs.readFileSync(at('leaf.der'))));
  });
  test('Java', () => assert.deepEqual([java.certificate, java.der], ['ok', 'ok']));
});

describe('the AC\'s bundle (.p7b), its CRL and its OCSP answers', { skip }, () => {
  test('OpenSSL', () => {
    assert.equal(openssl('pkcs7', '-inform', 'DER', '-in', at('issuer.p7b'), '-print_certs').match(/BEGIN CERT/g).length, 3);
    const verify = ['verify', '-crl_check', '-CRLfile', at('list.pem'), '-CAfile', at('roots.pem'), '-untrusted', at('chain.pem')];
    works('openssl', ...verify, at('leaf.pem'));
    refuses('openssl', ...verify, at('revoked.pem'));
  });
  test('GnuTLS', () => {
    assert.equal(works('certtool', '--p7-info', '--inder', '--infile', at('issuer.p7b')).match(/BEGIN CERT/g).length, 3);
    works('certtool', '--verify-crl', '--load-ca-certificate', at('issuer.pem'), '--infile', at('list.pem'));
    const verify = ['--verify', '--load-ca-certificate', at('roots.pem'), '--load-crl', at('list.pem'), '--infile'];
    works('certtool', ...verify, at('whole.pem'));
    refuses('certtool', ...verify, at('whole-revoked.pem'));
    for (const [name, status] of [['good', 'good'], ['revoked', 'revoked']]) {
      const answer = at(`${name}.ocsp`);
      assert.match(works('ocsptool', '--verify-response', '--load-response', answer, '--load-issuer', at('issuer.pem'), '--load-trust', at('issuer.pem')),
        /Success/);
      assert.match(works('ocsptool', '--response-info', '--load-response', answer, '--load-issuer', at('issuer.pem')), new RegExp(`Certificate Status: ${status}`));
    }
  });
  test('NSS', () => {
    assert.match(works('nss-pp', '-t', 'pkcs7', '-i', at('issuer.p7b')), /AC de Teste RFB v5/);
    assert.match(works('ocspclnt', '-d', nss, '-S', 'leaf', '-u', 'S'), /succeeded/);
    assert.match(run('ocspclnt', '-d', nss, '-S', 'revoked', '-u', 'S').text, /has been revoked/);
    works('crlutil', '-I', '-d', nss, '-i', at('list.crl'));
    assert.match(works('certutil', '-V', '-d', nss, '-n', 'leaf', '-u', 'S', '-e'), /is valid/);
    assert.match(run('certutil', '-V', '-d', nss, '-n', 'revoked', '-u', 'S', '-e').text, /has been revoked/);
  });
  test('Java', () => assert.deepEqual([java.bundle, java.crl, java.good, java.revoked], ['ok', 'ok', 'ok', 'ok']));
});

// A statement's own content type is an arc of a UUID, 128 bits long, which GnuTLS does not read; the others do.
const signedFiles = [['the term countersigned by the agent', 'term.p7s', 'term.pdf', 'countersignature'],
  ['the seal of a dossier', 'manifest.p7s', 'manifest.json', 'manifest'], ['the seal of an export', 'export.p7s', 'export.json', 'export'],
  ['the first agent\'s statement', 'statement.p7s', null, 'statement'], ['the second\'s', 'verification.p7s', null, 'verification'],
  ['the roster that the administrators signed', 'roster.p7s', null, 'roster']];

describe('what is signed (CMS)', { skip }, () => {
  for (const [what, signature, content, word] of signedFiles) {
    test(what, () => {
      const openssl = (file) => ['cms', '-verify', '-binary', '-inform', 'DER', '-in', at(signature), ...(file ? ['-content', at(file)] : []),
        '-CAfile', at(word === 'roster' ? 'all.pem' : 'roots.pem'), '-purpose', 'any', '-out', '/dev/null'];
      const nssReads = (file) => run('cmsutil', '-D', '-d', nss, '-i', at(signature), ...(file ? ['-c', at(file)] : []), '-u', '5', '-h', '1', '-n').text;
      works('openssl', ...openssl(content));
      assert.match(nssReads(content), /status=GoodSignature/);
      assert.equal(java[word], 'ok');
      if (!content) return;
      const gnutls = (file) => ['--p7-verify', '--inder', '--load-ca-certificate', at('roots.pem'), '--load-data', at(file), '--infile', at(signature)];
      works('certtool', ...gnutls(content));
      refuses('openssl', ...openssl('leaf.der'));
      refuses('certtool', ...gnutls('leaf.der'));
      assert.match(nssReads('leaf.der'), /status=DigestMismatch/);
      assert.equal(java['countersignature-of-other-bytes'], 'ok');
    });
  }

  test('the holder\'s signature on the term is a bare one: OpenSSL and Java', () => {
    fs.writeFileSync(at('holder.pub'), createPublicKey(fs.readFileSync(at('holder.pem'))).export({ type: 'spki', format: 'pem' }));
    works('openssl', 'dgst', '-sha256', '-verify', at('holder.pub'), '-signature', at('term.sig'), at('term.message'));
    assert.equal(java.term, 'ok');
  });
});

test('a dossier holds the certificate as delivered and the agents\' CRL, which the four read', { skip }, () => {
  assert.equal(fs.readFileSync(at('in-dossier.pem'), 'utf8').trim(), fs.readFileSync(at('holder.pem'), 'utf8').trim());
  const issuer = openssl('crl', '-inform', 'DER', '-in', at('agents.crl'), '-noout', '-issuer');
  const name = issuer.match(/CN = (.+)/)[1].trim();
  assert.match(works('certtool', '--crl-info', '--inder', '--infile', at('agents.crl')), new RegExp(`Issuer:.*${name}`));
  assert.match(works('nss-pp', '-t', 'crl', '-i', at('agents.crl')), new RegExp(name));
  assert.equal(java.agents, 'ok');
});

describe('requests that the four make are accepted, and each reads them', { skip }, () => {
  for (const [name, make] of Object.entries(requests)) {
    test(name, async () => {
      const csr = name === 'openssl' ? at('openssl.csr') : make();
      if (name !== 'openssl') await issueFor(csr); // OpenSSL's was issued before
      works('openssl', 'req', '-in', csr, '-noout', '-verify');
      assert.match(works('certtool', '--crq-info', '--infile', csr), /Self signature: verified/);
      assert.match(works('nss-pp', '-t', 'certificate-request', '-a', '-i', csr), /CN=ignorado/);
      assert.match(works('keytool', '-printcertreq', '-file', csr), /CN=ignorado/);
      assert.equal(java.request, 'ok');
    });
  }
});
