// SPDX-License-Identifier: GPL-3.0-or-later
// From an approved case to a certificate, each way there is, and the certificate byte for byte as the profile has it
// (certificate-profiles 1.2 to 1.6), read here without the library that wrote it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { debianKeyCsr } from '../support/debian-key.mjs';
import { alternativeNames, certificate, requestSpki } from '../support/der.mjs';
import {
  api, attend, cli, clockOffset, cnpj, company, done, home, mail, makeCsr, office, openssl, order, person, readyByCode, readyByKey,
  scratch, sql, validate,
} from '../support/office.mjs';
import { blocks, certifiedKeys, proofs, sendCsr } from '../support/thief.mjs';

const attribute = { C: '2.5.4.6', O: '2.5.4.10', OU: '2.5.4.11', CN: '2.5.4.3', ST: '2.5.4.8', L: '2.5.4.7' };
const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/;
const ar = '12345678000195';
const rfb = 'Secretaria da Receita Federal do Brasil - RFB';
const now = () => Date.now() + clockOffset() * 1000;
const der = (...parts) => Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));

const crlAddresses = (cert) => cert.extensions['2.5.29.31'].value.children
  .map((point) => /http:\/\/[\x21-\x7e]+/.exec(point.whole.toString('latin1'))[0]);

// What every holder's certificate has (1.2, 1.5).
function checkBase(cert, { profileArc }) {
  assert.equal(cert.version, 3);
  assert.ok(!cert.serial.startsWith('00') || cert.serial.length > 2);
  assert.ok(parseInt(cert.serial.slice(0, 2), 16) < 0x80, 'positive');
  assert.ok(cert.serial.length >= 16 && cert.serial.length <= 40);
  assert.ok(cert.notBefore <= now() && cert.notBefore > now() - 86400000, 'begins now');
  const year = new Date(cert.notBefore);
  year.setUTCFullYear(year.getUTCFullYear() + 1);
  assert.ok(Math.abs(cert.notAfter - year.getTime()) <= 86400000, new Date(cert.notAfter).toISOString());
  const extensions = cert.extensions;
  assert.deepEqual(Object.keys(extensions).sort(), ['1.3.6.1.5.5.7.1.1', '2.5.29.15', '2.5.29.17', '2.5.29.19',
    '2.5.29.31', '2.5.29.32', '2.5.29.35', '2.5.29.37']
    .sort(), 'these extensions and no other');
  for (const [oid, extension] of Object.entries(extensions)) assert.equal(extension.critical, oid === '2.5.29.15', oid);
  assert.equal(extensions['2.5.29.15'].value.whole.toString('hex'), '030205e0', 'keyUsage DS+NR+KE');
  assert.equal(extensions['2.5.29.37'].value.whole.toString('hex'), '301406082b0601050507030206082b06010505070304',
    'clientAuth, emailProtection');
  assert.equal(extensions['2.5.29.19'].value.whole.toString('hex'), '3000', 'CA:FALSE');
  assert.match(extensions['2.5.29.35'].value.whole.toString('hex'), /^30168014[0-9a-f]{40}$/, 'keyIdentifier only');
  const policies = extensions['2.5.29.32'].value;
  assert.equal(policies.children.length, 1);
  assert.ok(policies.whole.includes(Buffer.from(profileArc, 'hex')), 'policy arc');
  assert.match(policies.whole.toString('latin1'), /http:\/\//, 'CPS');
  const points = crlAddresses(cert);
  assert.equal(points.length, 2);
  assert.equal(new Set(points).size, 2, 'two addresses');
  assert.match(extensions['1.3.6.1.5.5.7.1.1'].value.whole.toString('latin1'), /http:\/\/[^ ]+\.p7b/);
  for (const rdn of cert.subject) {
    assert.equal(rdn.count, 1);
    if (rdn.oid === attribute.C) assert.equal(rdn.tag, 0x13);
    else assert.equal(rdn.tag, printable.test(rdn.text) ? 0x13 : 0x0c, rdn.text);
    if (rdn.oid === attribute.CN) assert.ok(rdn.text.length <= 64);
  }
  return { points };
}

const textOf = (cert, name) => cert.subject.filter((rdn) => rdn.oid === attribute[name]).map((rdn) => rdn.text);
const otherName = (cert, oid) => alternativeNames(cert).find((name) => name.oid === oid);

async function checkChain(issued) {
  const folder = scratch();
  const leaf = path.join(folder, 'leaf.pem');
  const chain = path.join(folder, 'chain.pem');
  fs.writeFileSync(leaf, issued.certificate);
  fs.writeFileSync(chain, issued.chain);
  const at = String(Math.floor(now() / 1000));
  assert.match(openssl('verify', '-x509_strict', '-attime', at, '-CAfile', path.join(home, 'identities/ca.pem'),
    '-untrusted', chain, leaf), /: OK/);
  assert.ok(blocks(issued.chain, 'CERTIFICATE').length >= 2, 'chain');
  assert.equal(/-----BEGIN [A-Z ]*PRIVATE/.test(JSON.stringify(issued)), false);
}

describe('e-CPF A1 by the code in two channels, key born on the holder\'s machine (protocol 3)', () => {
  let kase;
  let issued;
  let file;
  const passphrase = 'Senha forte 2026';
  const folder = scratch();

  before(async () => {
    kase = await readyByCode('ecpf-a1', person({ name: 'Marina Gonçalves Prado', nis: '12345678900', rg: '12345678',
      rg_issuer: 'SSP', rg_uf: 'SP',
      voter_id: '142501480248', voter_zone: '123', voter_section: '456', voter_city: 'Campinas', voter_uf: 'SP' }));
    file = path.join(folder, 'marina.p12');
    fs.writeFileSync(path.join(folder, 'senha'), `${passphrase}\n`);
  });

  test('the emission facts tell what will be certified and nothing beyond the paper', async () => {
    const { status, json, text, headers } = await api('GET', `/api/orders/${kase.code}/emission`);
    assert.equal(status, 200);
    assert.match(json.instance, /^[0-9a-f]{32}$/);
    assert.match(json.validation_sha256, /^[0-9a-f]{64}$/);
    assert.equal(json.binding, 'code');
    assert.ok(json.not_after > now() / 1000 + 6 * 86400 && json.not_after <= now() / 1000 + 7 * 86400 + 300);
    assert.equal(json.preview.name, 'MARINA GONCALVES PRADO');
    assert.equal(headers.get('cache-control'), 'no-store');
    for (const secret of [kase.holder.cpf, kase.holder.email, kase.holder.phone, '1985-08-15',
        '12345678900']) assert.ok(!text.includes(secret), secret);
  });

  test('codes with a slip of the pen are told by group before anything is asked', () => {
    const typo = kase.counter.replace(/^(.)/, (first) => (first === '7' ? '8' : '7'));
    const run = cli(null, 'issue', kase.code, '--new-key', path.join(folder, 'x.p12'), '--code', typo, '--mail-code', kase.mail,
      '--passphrase-file', path.join(folder, 'senha'));
    assert.equal(run.status, 1);
    assert.match(run.json.detail, /grupo 1/);
    const swapped = cli(null, 'issue', kase.code, '--new-key', path.join(folder, 'x.p12'), '--code', kase.mail, '--mail-code', kase.counter,
      '--passphrase-file', path.join(folder, 'senha'));
    assert.equal(swapped.status, 1);
    assert.match(swapped.json.reason, /^proof-(counter|mail)$/);
    const weak = path.join(folder, 'fraca');
    fs.writeFileSync(weak, '1234\n');
    assert.equal(cli(null, 'issue', kase.code, '--new-key', path.join(folder, 'y.p12'), '--code', kase.counter, '--mail-code', kase.mail,
      '--passphrase-file', weak).status, 1, 'a weak pass phrase');
  });

  test('ra-cli as the holder, without identity: a .p12 with key, certificate and chain; hyphens and case do not matter', async () => {
    issued = done(null, 'issue', kase.code, '--new-key', file, '--code', kase.counter.toLowerCase().replaceAll('-',
      ' '), '--mail-code', kase.mail,
      '--passphrase-file', path.join(folder, 'senha'));
    assert.ok(fs.existsSync(file));
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    assert.ok(!fs.existsSync(`${file}.key`), 'nothing left behind');
    await checkChain(issued);
  });

  test('OpenSSL opens it: AES-256, the key fits the certificate, the chain is inside', () => {
    const info = spawnSync('openssl', ['pkcs12', '-in', file, '-passin', `pass:${passphrase}`, '-info', '-noout'], { encoding: 'utf8' });
    assert.equal(info.status, 0, info.stderr);
    assert.match(info.stderr, /AES-256-CBC/);
    assert.match(info.stderr, /MAC: sha256/i);
    assert.ok(!/RC2|3DES|TripleDES/i.test(info.stderr), info.stderr);
    const key = openssl('pkcs12', '-in', file, '-passin', `pass:${passphrase}`, '-nocerts', '-nodes');
    const keyFile = path.join(folder, 'key.pem');
    fs.writeFileSync(keyFile, key, { mode: 0o600 });
    assert.equal(openssl('pkey', '-in', keyFile, '-pubout'), openssl('x509', '-in', write('leaf.pem',
      issued.certificate), '-noout', '-pubkey'));
    const certificates = blocks(openssl('pkcs12', '-in', file, '-passin', `pass:${passphrase}`, '-nokeys'), 'CERTIFICATE');
    assert.ok(certificates.length >= 3, `${certificates.length}`);
    assert.notEqual(spawnSync('openssl', ['pkcs12', '-in', file, '-passin', 'pass:outra senha 2026', '-noout']).status,
      0, 'another pass phrase');
    fs.rmSync(keyFile);
  });

  test('Java opens it', { skip: spawnSync('keytool', ['-help']).error && 'no keytool here' }, () => {
    const run = spawnSync('keytool', ['-list', '-v', '-storetype', 'PKCS12', '-keystore', file, '-storepass',
      passphrase], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stdout + run.stderr);
    assert.match(run.stdout, /PrivateKeyEntry/);
    assert.ok(run.stdout.includes(`MARINA GONCALVES PRADO:${kase.holder.cpf}`), run.stdout.slice(0, 500));
    assert.match(run.stdout, /Certificate chain length: [3-9]|Comprimento da cadeia.*[3-9]/);
  });

  test('certificate-profiles 1.2, 1.3, 1.5: base fields, subject and extensions of RFB_ECPF_A1', async () => {
    const cert = certificate(issued.certificate);
    const { points } = checkBase(cert, { profileArc: '604c010201' });
    assert.equal(issued.serial, cert.serial);
    assert.deepEqual(cert.subject.map((rdn) => rdn.oid), ['C', 'O', 'OU', 'OU', 'OU', 'OU', 'OU', 'CN'].map((name) => attribute[name]));
    assert.deepEqual(textOf(cert, 'C'), ['BR']);
    assert.deepEqual(textOf(cert, 'O'), ['ICP-Brasil']);
    assert.deepEqual(textOf(cert, 'OU').sort(), [ar, 'presencial', rfb, 'RFB e-CPF A1', '(EM BRANCO)'].sort());
    assert.deepEqual(textOf(cert, 'CN'), [`MARINA GONCALVES PRADO:${kase.holder.cpf}`]);
    for (const point of points) {
      const crl = await fetch(point);
      assert.equal(crl.status, 200, point);
      const bytes = Buffer.from(await crl.arrayBuffer());
      assert.match(openssl('crl', '-inform', 'DER', '-in', write('lcr.crl', bytes), '-noout', '-crlnumber', '-issuer'), /crlNumber=/);
    }
  });

  test('certificate-profiles 1.6.5: the golden otherNames, to the byte', () => {
    const cert = certificate(issued.certificate);
    const names = alternativeNames(cert);
    assert.deepEqual(names.map((name) => name.oid ?? name.tag).filter((name) => name !== 0x81), ['2.16.76.1.3.1',
      '2.16.76.1.3.6', '2.16.76.1.3.5']);
    assert.equal(otherName(cert, '2.16.76.1.3.1').text, `15081985${kase.holder.cpf}12345678900000000012345678SSPSP`);
    assert.equal(otherName(cert, '2.16.76.1.3.6').text, '000000000000');
    assert.equal(otherName(cert, '2.16.76.1.3.5').text, '1425014802481230456CAMPINASSP');
    for (const name of names) assert.ok(name.tag === 0x81 || name.inner === 0x04, 'OCTET STRING inside');
    assert.deepEqual(names.filter((name) => name.tag === 0x81).map((name) => name.text), [kase.holder.email]);
    const golden = der([0xa0, 0x3d, 0x06, 0x05, 0x60, 0x4c, 0x01, 0x03, 0x01, 0xa0, 0x34, 0x04, 0x32],
      `15081985${kase.holder.cpf}12345678900000000012345678SSPSP`);
    assert.ok(cert.der.includes(golden), 'GeneralName of .3.1');
    assert.ok(cert.der.includes(der([0xa0, 0x17, 0x06, 0x05, 0x60, 0x4c, 0x01, 0x03, 0x06, 0xa0, 0x0e, 0x04, 0x0c],
      '000000000000')), 'GeneralName of .3.6');
    const parsed = openssl('asn1parse', '-in', write('leaf.pem', issued.certificate));
    assert.match(parsed, /OBJECT\s+:X509v3 Key Usage/);
    assert.match(parsed, /sha256WithRSAEncryption/);
  });

  test('the case is issued, the holder hears of it with "não fui eu", the counter finds it by its serial', async () => {
    const shown = done('agent1', 'show', kase.code);
    assert.ok(['issued', 'delivered'].includes(shown.states.issuance));
    assert.equal(shown.serial, issued.serial);
    const { text } = await mail(kase.holder.email, /não fui eu/i);
    assert.ok(!text.includes(kase.counter) && !text.includes(kase.mail));
    assert.ok(done('agent1', 'find', issued.serial).items.some((one) => one.order === kase.code));
    const { json } = await api('GET', `/api/orders/${kase.code}/certificate`, { token: kase.token });
    assert.equal(json.certificate, issued.certificate);
    assert.equal((await api('GET', `/api/orders/${kase.code}/certificate`)).status, 401);
    const clock = done('agent1', 'clock');
    const one = clock.orders.find((entry) => entry.order === kase.code);
    assert.ok(one.finish_to_certificate_s >= 0 && one.finish_to_certificate_s < 3600);
    assert.ok(clock.p50_s !== null && clock.p99_s >= clock.p50_s && Number.isInteger(clock.breaches));
  });

  test('the mail half is destroyed once it has served', () => {
    assert.equal(sql(`select sealed is null from mail_half m join orders o on o.id = m.order_id where o.code = '${kase.code}'`), 't');
    assert.notEqual(cli('agent1', 'resend', kase.code, 'emission').status, 0);
  });

  function write(name, bytes) {
    const target = path.join(folder, name);
    fs.writeFileSync(target, bytes);
    return target;
  }
});

describe('the same key again, and another', () => {
  let kase;
  let keys;
  let first;

  before(async () => {
    kase = await readyByCode();
    keys = makeCsr();
    first = await sendCsr(kase, keys.csr, await proofs(kase, keys.csr, kase));
    assert.equal(first.status, 200, first.text);
  });

  test('the same key gets the same certificate, also from another CSR and without its proofs being new', async () => {
    const again = await sendCsr(kase, keys.csr, await proofs(kase, keys.csr, kase));
    assert.equal(again.status, 200);
    assert.equal(again.json.certificate, first.json.certificate);
    const other = path.join(scratch(), 'outro.csr');
    openssl('req', '-new', '-key', keys.key, '-subj', '/CN=OUTRO NOME', '-out', other);
    const byOther = await sendCsr(kase, other, await proofs(kase, other, kase));
    assert.equal(byOther.status, 200, byOther.text);
    assert.equal(byOther.json.certificate, first.json.certificate);
  });

  test('five times at once is one certificate', async () => {
    const fresh = await readyByCode();
    const own = makeCsr();
    const given = await proofs(fresh, own.csr, fresh);
    const answers = await Promise.all(Array.from({ length: 5 }, () => sendCsr(fresh, own.csr, given)));
    assert.deepEqual(answers.map((answer) => answer.status), [200, 200, 200, 200, 200]);
    assert.equal(new Set(answers.map((answer) => answer.json.certificate)).size, 1);
    const serial = certificate(answers[0].json.certificate).serial;
    assert.equal(sql(`select serial from issuance i join orders o on o.id = i.order_id where o.code = '${fresh.code}'`), serial);
  });

  test('another key for the same case is 409, with right proofs too, and gets no certificate', async () => {
    const another = makeCsr();
    const answer = await sendCsr(kase, another.csr, await proofs(kase, another.csr, kase));
    assert.equal(answer.status, 409, answer.text);
    assert.equal(answer.json.type, 'urn:guiche:problem:key-mismatch');
    const digest = createHash('sha256').update(requestSpki(fs.readFileSync(another.csr, 'utf8'))).digest('hex');
    assert.ok(!certifiedKeys().has(digest));
  });
});

describe('e-CNPJ A1 by the key\'s fingerprint, for a CSR that exists', () => {
  for (const [kind, number] of [['numeric', () => cnpj()], ['alphanumeric', () => '12ABC34501DE35']]) {
    test(`${kind} CNPJ: subject and otherNames as the profile has them`, async () => {
      const firm = company({ cnpj: number(), name: 'Padaria Três Irmãos & Cia Ltda', city: 'São José dos Campos' });
      const kase = await readyByKey('ecnpj-a1', person({ name: 'Rafael Teixeira Lopes', birth_date: '1975-02-28' }), { company: firm });
      const issued = done('agent3', 'issue', kase.code, '--csr', kase.csr);
      await checkChain(issued);
      const cert = certificate(issued.certificate);
      checkBase(cert, { profileArc: '604c010201' });
      assert.deepEqual(cert.subject.map((rdn) => rdn.oid), ['C', 'O', 'ST', 'L', 'OU', 'OU', 'OU', 'OU',
        'CN'].map((name) => attribute[name]));
      assert.deepEqual(textOf(cert, 'ST'), ['SP']);
      assert.deepEqual(textOf(cert, 'L'), ['SAO JOSE DOS CAMPOS']);
      assert.deepEqual(textOf(cert, 'OU').sort(), [ar, 'presencial', rfb, 'RFB e-CNPJ A1'].sort());
      assert.deepEqual(textOf(cert, 'CN'), [`PADARIA TRES IRMAOS & CIA LTDA:${firm.cnpj}`]);
      assert.equal(cert.subject.at(-1).tag, 0x0c, '& leaves PrintableString');
      assert.equal(otherName(cert, '2.16.76.1.3.4').text, `28021975${kase.holder.cpf}${'0'.repeat(26)}`);
      assert.equal(otherName(cert, '2.16.76.1.3.2').text, 'RAFAEL TEIXEIRA LOPES');
      assert.equal(otherName(cert, '2.16.76.1.3.3').text, firm.cnpj);
      assert.equal(otherName(cert, '2.16.76.1.3.7').text, '000000000000');
      assert.deepEqual(alternativeNames(cert).filter((name) => name.oid).map((name) => name.oid),
        ['2.16.76.1.3.4', '2.16.76.1.3.2', '2.16.76.1.3.3', '2.16.76.1.3.7']);
      if (kind === 'alphanumeric') {
        assert.ok(cert.der.includes(Buffer.from('a0190605604c010303a010040e3132414243333435303144453335', 'hex')),
          'the golden GeneralName');
      }
      assert.ok(cert.spki.equals(requestSpki(fs.readFileSync(kase.csr, 'utf8'))));
      assert.ok(!cert.der.toString('latin1').toLowerCase().includes('ignorado'), 'nothing of the CSR but its key');
    });
  }

  test('bound to a key, no code is needed nor made, and another key is refused', async () => {
    const kase = await readyByKey();
    assert.equal((await api('GET', `/api/orders/${kase.code}/emission`)).json.binding, 'spki');
    assert.equal(sql(`select count(*) from mail_half m join orders o on o.id = m.order_id where o.code = '${kase.code}'`), '0');
    const other = makeCsr();
    const run = cli('agent1', 'issue', kase.code, '--csr', other.csr);
    assert.equal(run.status, 1);
    assert.equal(run.json.reason, 'binding-mismatch');
    const answer = await sendCsr(kase, kase.csr);
    assert.equal(answer.status, 200, answer.text);
  });
});

test('names at their longest are cut as the profile says, never abbreviated', async () => {
  const long = 'Maria Antonieta Guilhermina Pereira Nepomuceno Cavalcanti';
  const kase = await readyByKey('ecpf-a1', person({ name: long }));
  const cert = certificate(done('agent1', 'issue', kase.code, '--csr', kase.csr).certificate);
  const cn = textOf(cert, 'CN')[0];
  assert.ok(cn.length <= 64);
  assert.equal(cn, `${long.toUpperCase().slice(0, 52).trimEnd()}:${kase.holder.cpf}`);
});

test('the AC\'s certificates can be revoked, and the CRL says so (two agents; one for a stolen key)', async () => {
  const kase = await readyByKey();
  const { serial } = done('agent1', 'issue', kase.code, '--csr', kase.csr);
  assert.equal(done('agent1', 'revoke', kase.code, '--reason', '4').state, 'awaiting_second');
  const again = cli('agent1', 'revoke', kase.code, '--reason', '4');
  assert.notEqual(again.status, 0, 'the same agent is no second');
  assert.equal(done('agent2', 'revoke', kase.code, '--reason', '4').state, 'requested');
  const stolen = await readyByKey();
  const other = done('agent1', 'issue', stolen.code, '--csr', stolen.csr).serial;
  assert.equal(done('agent1', 'revoke', stolen.code, '--reason', '1').state, 'requested');
  const cert = certificate(office('agent1', 'GET', `/api/office/orders/${kase.code}/certificate`).json.certificate);
  const [point] = crlAddresses(cert);
  const listed = async () => {
    const file = path.join(scratch(), 'lcr.crl');
    fs.writeFileSync(file, Buffer.from(await (await fetch(point)).arrayBuffer()));
    return openssl('crl', '-inform', 'DER', '-in', file, '-noout', '-text').toLowerCase();
  };
  for (let tries = 0; tries < 50; tries++) {
    const text = await listed();
    if (text.includes(serial) && text.includes(other)) break;
    assert.ok(tries < 49, 'never listed');
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  // The AC publishes it; the server, which reads the list too, follows.
  for (let tries = 0; tries < 50; tries++) {
    const states = sql(`select string_agg(issuance_state, ',') from orders where code in ('${kase.code}', '${stolen.code}')`);
    if (states === 'revoked,revoked') return;
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  assert.fail('listed, and never closed');
});

describe('issue 5, 3: weak keys', () => {
  test('a key of Debian\'s OpenSSL of 2008 is refused by its name, and no list has to be installed', async () => {
    const kase = await order();
    const { csr } = debianKeyCsr();
    attend(kase.code);
    const told = cli('agent1', 'validate', kase.code, '--bind-csr', csr);
    assert.deepEqual([told.status, told.json.reason], [1, 'csr-weak-key'], told.stdout);
    assert.match(told.json.detail, /OpenSSL defeituoso do Debian/);
    assert.ok(done(null, 'lint', csr).findings.some((finding) => finding.code === 'key-debian'));
  });

  test('a key of the list that the station names is refused before anybody signs for it', async () => {
    const kase = await order();
    const keys = makeCsr();
    attend(kase.code);
    const modulus = openssl('req', '-in', keys.csr, '-noout', '-modulus');
    const list = path.join(scratch(), 'weak-keys');
    fs.writeFileSync(list, `# uma chave\n${createHash('sha1').update(modulus).digest('hex').slice(20)}\n`);
    const told = cli('agent1', 'validate', kase.code, '--bind-csr', keys.csr, '--weak-keys', list);
    assert.deepEqual([told.status, told.json.reason], [1, 'csr-weak-key'], told.stdout);
    process.env.RA_WEAK_KEYS = list;
    const inTheEnvironment = cli('agent1', 'validate', kase.code, '--bind-csr', keys.csr);
    delete process.env.RA_WEAK_KEYS;
    assert.equal(inTheEnvironment.json.reason, 'csr-weak-key', inTheEnvironment.stdout);
    validate(kase.code, keys);
  });
});
