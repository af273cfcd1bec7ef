// SPDX-License-Identifier: GPL-3.0-or-later
// Every product of the catalogue (certificate-profiles 1.7) from the order to the certificate, its renewal and its revocation
// (where the norm gives no renewal by signature, the refusal with its reason), and what may not be ordered today.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { alternativeNames, certificate } from '../support/der.mjs';
import {
  api, attend, cli, cliPath, clockOffset, company, done, home, identify, mail, makeCsr, openssl, order, person, readyByKey, root, scratch, validate,
  verify,
} from '../support/office.mjs';

const oid = { C: '2.5.4.6', O: '2.5.4.10', OU: '2.5.4.11', CN: '2.5.4.3', ST: '2.5.4.8', L: '2.5.4.7', serialNumber: '2.5.4.5' };
const nameOf = Object.fromEntries(Object.entries(oid).map(([name, dotted]) => [dotted, name]));
const products = (await api('GET', '/api/products')).json.products;
const profile = (id) => JSON.parse(fs.readFileSync(path.join(root, 'pki/profiles', `${id}.json`), 'utf8'));

// product, profile, names of the subject in order, otherNames in order
const legacy = 'C O OU OU OU OU OU CN';
const ofFirm = ['2.16.76.1.3.4', '2.16.76.1.3.2', '2.16.76.1.3.3', '2.16.76.1.3.7'];
const ofPerson = ['2.16.76.1.3.1', '2.16.76.1.3.6', '2.16.76.1.3.5'];
const rows = [
  ['ecpf-a1', 'RFB_ECPF_A1', legacy, ofPerson],
  ['ecpf-a3', 'RFB_ECPF_A3', legacy, ofPerson],
  ['ecnpj-a1', 'RFB_ECNPJ_A1', 'C O ST L OU OU OU OU CN', ofFirm],
  ['ecnpj-a3', 'RFB_ECNPJ_A3', 'C O ST L OU OU OU OU CN', ofFirm],
  ['pf-a1', 'MUL_PF_A1', 'C O OU OU OU OU CN', ['2.16.76.1.3.1', '2.16.76.1.3.6', '2.16.76.1.3.5']],
  ['pj-a1', 'MUL_PJ_A1', 'C O ST L OU OU OU OU CN', ['2.16.76.1.3.4', '2.16.76.1.3.2', '2.16.76.1.3.3', '2.16.76.1.3.7']],
  ['se-s', 'NG_PJ_SES', 'C O serialNumber CN', ['2.16.76.1.3.3']],
  ['ecpf-a4', 'RFB_ECPF_A4', 'C O OU OU OU OU OU CN', ['2.16.76.1.3.1', '2.16.76.1.3.6', '2.16.76.1.3.5']],
  ['pf-a3', 'MUL_PF_A3', 'C O OU OU OU OU CN', ['2.16.76.1.3.1', '2.16.76.1.3.6', '2.16.76.1.3.5']],
  ['pj-a3', 'MUL_PJ_A3', 'C O ST L OU OU OU OU CN', ['2.16.76.1.3.4', '2.16.76.1.3.2', '2.16.76.1.3.3', '2.16.76.1.3.7']],
  ['pf-v12-a3', 'NG_PF_A3', 'C O serialNumber CN', ['2.16.76.1.3.1']],
  ['pf-v12-a4', 'NG_PF_A4', 'C O serialNumber CN', ['2.16.76.1.3.1']],
  ['se-h', 'NG_PJ_SEH', 'C O serialNumber CN', ['2.16.76.1.3.3']],
];

// Up to the second statement, bound to a key of the size that the profile asks for.
async function ready(product, holder, firm, bits) {
  const kase = await order(product, holder, firm);
  const keys = makeCsr(scratch(), 'chave', { bits });
  attend(kase.code);
  validate(kase.code, { csr: keys.csr });
  verify(kase.code);
  return { ...kase, ...keys };
}

const tested = new Set();
const files = []; // {product, leaf, chain} of each
const ended = []; // {code, product, certificate}: orders whose newest certificate was revoked
const forJava = scratch();

function keepLists(name) {
  fs.mkdirSync(path.join(forJava, name));
  for (const file of fs.readdirSync(path.join(home, 'ca/public')).filter((one) => one.endsWith('.crl')))
    fs.copyFileSync(path.join(home, 'ca/public', file), path.join(forJava, name, file));
}
keepLists('before');

// What the norm gives (identification-rules 5.2): A3 and higher renew themselves by signature, documents, biometrics and
// presence waived by the rule of the holder's kind; an A1 and a selo are told why not. Returns the order of the
// newest certificate, and it.
async function renewal(product, row, kase, issued, leaf, chain) {
  const file = path.join(path.dirname(leaf), 'titular.pem');
  fs.writeFileSync(file, [kase.key, leaf, chain].map((one) => fs.readFileSync(one, 'utf8')).join(''), { mode: 0o600 });
  const fresh = makeCsr(scratch(), 'nova', { bits: row.key.bits[0] });
  const run = cli(null, 'renew', '--key', file, '--csr', fresh.csr);
  assert.equal(run.status, 0, run.stdout + run.stderr);
  // A selo eletrônico expresses nobody's will (Res. 211 art. 4), and names no responsible person.
  const refusal = product.startsWith('se-') ? ['REN-03', /selo eletrônico não manifesta a vontade/]
    : row.media === 'software' || product.endsWith('-a1') ? ['REN-06', /A3 ou de nível mais alto/] : null;
  if (refusal) {
    assert.deepEqual([run.json.path, run.json.rule], ['IN_PERSON', refusal[0]]);
    assert.match(run.json.why, refusal[1]);
    return { code: kase.code, certificate: issued.certificate };
  }
  assert.deepEqual([run.json.path, run.json.rule], ['ONLINE', row.holder === 'pj' ? 'REN-03' : 'REN-02']);
  assert.deepEqual(run.json.waived.map((one) => one.kind), ['document', 'biometric', 'presence']);
  identify(run.json.order);
  assert.equal(validate(run.json.order).agents, 1);
  const renewed = done(null, 'issue', run.json.order, '--csr', fresh.csr);
  const text = (pem) => certificate(pem).subject.map((rdn) => rdn.text);
  assert.equal(text(renewed.certificate).at(-1), text(issued.certificate).at(-1), 'the same holder');
  assert.notEqual(renewed.serial, issued.serial);
  return { code: run.json.order, certificate: renewed.certificate };
}

for (const [product, id, subject, names] of rows) {
  test(`${product}: order to certificate, by ${id}, under its own AC and root, and revoked`, async () => {
    const row = profile(id);
    const firm = row.holder === 'pj' ? { company: company() } : {};
    const kase = await ready(product, person(), firm, row.key.bits[0]);
    const issued = done('agent1', 'issue', kase.code, '--csr', kase.csr);
    const cert = certificate(issued.certificate);
    assert.deepEqual(cert.subject.map((rdn) => nameOf[rdn.oid]).join(' '), subject);
    assert.deepEqual(alternativeNames(cert).filter((name) => name.oid).map((name) => name.oid), names);
    const number = row.holder === 'pj' ? firm.company.cnpj : kase.holder.cpf;
    const text = (name) => cert.subject.filter((rdn) => rdn.oid === oid[name]).map((rdn) => rdn.text);
    assert.ok(text('CN')[0].endsWith(`:${number}`));
    if (row.layout === 'new') assert.deepEqual(text('serialNumber'), [number]);
    else if (row.layout === 'multiple') assert.deepEqual(text('OU'), [row.issuer.name, '12345678000195', 'presencial', row.type_ou]);
    const folder = scratch();
    const leaf = path.join(folder, 'leaf.pem');
    const chain = path.join(folder, 'chain.pem');
    fs.writeFileSync(leaf, issued.certificate);
    fs.writeFileSync(chain, issued.chain);
    files.push({ product, leaf, chain });
    assert.match(openssl('x509', '-in', leaf, '-noout', '-issuer', '-ext', 'certificatePolicies'),
      new RegExp(`CN = ${row.issuer.name}[^]*Policy: ${row.policy_oid.replaceAll('.', '\\.')}`));
    assert.match(openssl('verify', '-x509_strict', '-attime', String(Math.floor(Date.now() / 1000) + clockOffset()),
      '-CAfile', path.join(home, 'identities/ca.pem'), '-untrusted', chain, leaf), /: OK/);
    const linted = spawnSync(cliPath, ['--json', 'lint', leaf, '--profile', path.join(root, 'pki/profiles', `${id}.json`)], { encoding: 'utf8', env: { RA_HOME: home } });
    assert.deepEqual(JSON.parse(linted.stdout), { kind: 'certificate', whole: true, findings: [] });
    const newest = await renewal(product, row, kase, issued, leaf, chain);
    assert.equal(done('agent1', 'revoke', newest.code, '--reason', '5').state, 'awaiting_second');
    assert.equal(done('agent2', 'revoke', newest.code, '--reason', '5').state, 'requested');
    tested.add(product);
    ended.push({ product, ...newest });
  });
}

// OpenSSL verified each above; what else is handed out, and by whom it is read: agreement.test.mjs.
test('GnuTLS and NSS agree on the certificate of every product', { skip: clockOffset() !== 0 && 'they read the machine\'s clock' }, () => {
  const folder = scratch();
  const works = (program, ...words) => {
    const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
    assert.equal(status, 0, `${program} ${words.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  const pems = (file) => fs.readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----\n/g);
  const roots = path.join(home, 'identities/ca.pem');
  const nss = `sql:${folder}`;
  works('certutil', '-N', '-d', nss, '--empty-password');
  const add = (name, pem, trust) => {
    fs.writeFileSync(path.join(folder, 'one.pem'), pem);
    works('certutil', '-A', '-d', nss, '-n', name, '-t', trust, '-i', path.join(folder, 'one.pem'));
  };
  pems(roots).forEach((pem, index) => add(`root${index}`, pem, 'CT,C,C'));
  new Set(files.flatMap(({ chain }) => pems(chain).slice(0, -1))).forEach((pem) => add(`ac${pem.slice(40, 60)}`, pem, ',,'));
  for (const { product, leaf, chain } of files) {
    const whole = path.join(folder, `${product}.pem`);
    fs.writeFileSync(whole, pems(leaf).concat(pems(chain)).join(''));
    works('certtool', '--verify', '--load-ca-certificate', roots, '--infile', whole);
    add(product, pems(leaf)[0], ',,');
    for (const use of ['C', 'S']) assert.match(works('certutil', '-V', '-d', nss, '-n', product, '-u', use, '-e'), /certificate is valid/);
  }
  assert.equal(files.length, rows.length);
});

describe('ra-cli lint, without server and without identity', () => {
  const run = (...words) => spawnSync(cliPath, ['--json', 'lint', ...words], { encoding: 'utf8', env: { RA_HOME: home } });
  const json = (...words) => {
    const { status, stdout, stderr } = run(...words);
    assert.equal(status, 0, stdout + stderr);
    return JSON.parse(stdout);
  };
  const codes = (found) => found.findings.map((finding) => finding.code);
  const vector = (name) => path.join(root, 'pki/vectors/lint', `${name}.der`);

  test('what we issue has nothing to say, beside its AC, its CRL and its product; PEM and DER alike', async () => {
    const kase = await readyByKey('ecpf-a1', person());
    const issued = done('agent1', 'issue', kase.code, '--csr', kase.csr);
    const folder = scratch();
    const [leaf, ac, der] = ['leaf.pem', 'ac.pem', 'leaf.der'].map((name) => path.join(folder, name));
    fs.writeFileSync(leaf, issued.certificate);
    fs.writeFileSync(ac, issued.chain.slice(0, issued.chain.indexOf('-----END') + 26));
    openssl('x509', '-in', leaf, '-outform', 'DER', '-out', der);
    const beside = ['--issuer', ac, '--crl', path.join(home, 'ca/public/tiss.crl'), '--profile', path.join(root, 'pki/profiles/RFB_ECPF_A1.json')];
    for (const file of [leaf, der]) assert.deepEqual(json(file, ...beside), { kind: 'certificate', whole: true, findings: [] });
    assert.deepEqual(codes(json(leaf, '--profile', path.join(root, 'pki/profiles/NG_PF_A3.json'))), ['policy', 'subject-serial']);
    assert.equal(json(kase.csr).kind, 'request');
    const piped = spawnSync(cliPath, ['--json', 'lint', '-', ...beside], { encoding: 'utf8', env: { RA_HOME: home }, input: issued.certificate });
    assert.deepEqual(JSON.parse(piped.stdout), { kind: 'certificate', whole: true, findings: [] });
    const [chain, bundle] = ['chain.pem', 'chain.p7b'].map((name) => path.join(folder, name));
    fs.writeFileSync(chain, issued.certificate + issued.chain);
    openssl('crl2pkcs7', '-nocrl', '-certfile', chain, '-outform', 'DER', '-out', bundle);
    const crl = path.join(home, 'ca/public/tiss.crl');
    for (const words of [[chain], [bundle], [chain, '--crl', crl]]) { // each of them beside the next, but for the root; the CRL is about the leaf
      const found = json(...words);
      assert.deepEqual([found.kind, found.findings], ['bundle', []]);
      assert.deepEqual(found.objects.map(({ beside_issuer }) => beside_issuer), [true, true, true, false]);
    }
    const [listed, forged] = ['listed.p7b', 'forged.p7b'].map((name) => path.join(folder, name)); // with the CRL, which comes last
    openssl('crl2pkcs7', '-in', crl, '-inform', 'DER', '-certfile', chain, '-outform', 'DER', '-out', listed);
    const bytes = fs.readFileSync(listed);
    bytes[bytes.length - 3] ^= 1; // the last octet of its signature: after it comes an empty SET
    fs.writeFileSync(forged, bytes);
    for (const [file, told] of [[listed, []], [forged, ['5 issuer-signature']]]) {
      const found = json(file);
      assert.deepEqual(found.findings.map(({ object, code }) => `${object} ${code}`), told);
      assert.deepEqual(found.objects.map(({ kind, beside_issuer }) => [kind, beside_issuer]).at(-1), ['crl', true]);
    }
    const alone = path.join(folder, 'alone.pem');
    fs.writeFileSync(alone, issued.certificate + issued.certificate); // no AC among them: the one that is named
    const named = json(alone, '--issuer', ac);
    assert.deepEqual([named.findings, named.objects.map(({ beside_issuer }) => beside_issuer)], [[], [true, true]]);
    assert.deepEqual(json(chain, '--issuer', ac).findings, []); // asked of the leaf alone
    const other = path.join(folder, 'other.pem');
    openssl('x509', '-in', path.join(home, 'ca/public/tmul.pem'), '-out', other); // its chain follows it there
    const foreign = json(leaf, '--issuer', other, '--crl', path.join(home, 'ca/public/tiss.crl'));
    assert.deepEqual(codes(foreign).sort(), ['crl-foreign', 'issuer-key', 'issuer-name', 'issuer-signature']);
    assert.deepEqual(codes(json(path.join(home, 'ca/public/tiss.crl'), '--issuer', ac)), []);
    assert.deepEqual(codes(json(path.join(home, 'ca/public/tiss.crl'), '--issuer', other)),
      ['issuer-name', 'issuer-signature', 'issuer-key']);
    assert.deepEqual(json(path.join(home, 'ca/public/tiss12.crl')), { kind: 'crl', whole: true, findings: [] });
  });

  test('each finding has code, severity, norm and item, as JSON and as text', () => {
    const [{ detail, ...finding }] = json(vector('zero_cpf')).findings;
    assert.deepEqual(finding, { code: 'san-cpf', severity: 'error', source: 'DOC-ICP-04 7.1.2.3', norm: 'DOC-ICP-04', item: '7.1.2.3' });
    assert.ok(detail.length > 10);
    const { status, stdout } = spawnSync(cliPath, ['lint', vector('key_usage_not_critical')], { encoding: 'utf8', env: { RA_HOME: home } });
    assert.equal(status, 0);
    assert.match(stdout, /^ERRO +key-usage-critical: .+ \[DOC-ICP-04 7\.1\.2\.7\]$/m);
  });

  test('names in Latin-1 keep their places in a set; more than 64 are too many', () => {
    const folder = scratch();
    const file = (name) => path.join(folder, name);
    const named = (name, text) => {
      fs.writeFileSync(file('config'), Buffer.from(`[req]\ndistinguished_name=dn\nprompt=no\nstring_mask=nombstr\n[dn]\nCN=${text}\n`, 'latin1'));
      openssl('req', '-x509', '-new', '-key', file('key.pem'), '-config', file('config'), '-out', file(name));
      return fs.readFileSync(file(name), 'utf8');
    };
    openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', file('key.pem'));
    const [latin, plain] = [named('latin.pem', 'JOS\xc9 DA CONCEI\xc7\xc3O'), named('plain.pem', 'MARIA')];
    fs.writeFileSync(file('two.pem'), latin + plain);
    const found = json(file('two.pem'));
    assert.deepEqual(found.objects, [
      { kind: 'certificate', name: 'certificado de JOSÉ DA CONCEIÇÃO', beside_issuer: false },
      { kind: 'certificate', name: 'certificado de MARIA', beside_issuer: false }]);
    for (const number of [1, 2]) assert.ok(found.findings.some(({ object }) => object === number), `object ${number}`);
    const text = (name) => spawnSync(cliPath, ['lint', file(name)], { encoding: 'utf8', env: { RA_HOME: home } }).stdout;
    assert.match(text('two.pem'), /^1\. certificado de JOSÉ DA CONCEIÇÃO \(.+\):\n(.+\n)+2\. certificado de MARIA \(.+\):\n.+\[/m);
    assert.match(text('latin.pem'), /^Lido como: certificado de JOSÉ DA CONCEIÇÃO, /);
    fs.writeFileSync(file('many.pem'), plain.repeat(65));
    openssl('crl2pkcs7', '-nocrl', '-certfile', file('many.pem'), '-outform', 'DER', '-out', file('many.p7b'));
    for (const many of ['many.pem', 'many.p7b']) {
      const { status, stdout } = run(file(many));
      assert.equal(status, 1);
      assert.equal(JSON.parse(stdout).type, 'urn:guiche:problem:too-large');
      assert.match(JSON.parse(stdout).detail, /mais de 64 certificados/);
    }
  });

  test('what is no certificate is told, and never a crash', () => {
    const folder = scratch();
    const file = path.join(folder, 'x');
    for (const content of [Buffer.alloc(0), Buffer.from('bom dia'), Buffer.from([0x30, 0x80]), Buffer.alloc(70000, 0x30)]) {
      fs.writeFileSync(file, content);
      const { status, stdout } = run(file);
      const answer = JSON.parse(stdout);
      if (status === 0) assert.deepEqual(codes(answer), ['encoding']);
      else assert.equal(status, 1);
    }
  });
});

test('all of them are revoked: the serial of each stands in its AC\'s CRL', async () => {
  const states = () => ended.map(({ code }) => done('agent1', 'show', code).states.issuance);
  for (let tries = 0; tries < 50 && !states().every((state) => state === 'revoked'); tries++)
    await new Promise((resolve) => { setTimeout(resolve, 300); });
  assert.deepEqual([...new Set(states())], ['revoked']);
});

test('Java agrees on the path of every product: under its own root, under no other, and not once its serial is in the CRL', () => {
  keepLists('after');
  const put = (name, content) => fs.writeFileSync(path.join(forJava, name), content);
  put('roots.pem', fs.readFileSync(path.join(home, 'identities/ca.pem')));
  for (const { product, leaf, chain } of files) {
    put(`${product}.leaf`, fs.readFileSync(leaf));
    put(`${product}.chain`, fs.readFileSync(chain));
  }
  for (const { product, certificate: pem } of ended) put(`${product}.revoked`, pem);
  const told = spawnSync('java', ['-XX:TieredStopAtLevel=1', path.join(root, 'tests/support/AgreePaths.java'), forJava,
    String(Math.floor(Date.now() / 1000) + clockOffset())], { encoding: 'utf8' });
  assert.equal(told.status, 0, told.stdout + told.stderr);
  assert.deepEqual(told.stdout.trim().split('\n'), rows.map(([product]) => `${product} ok NO_TRUST_ANCHOR REVOKED`).sort());
});

describe('the shop window', () => {
  test('every product that is on sale went through all of it', () => {
    assert.deepEqual(products.map((product) => product.id).filter((id) => !tested.has(id)), []);
  });

  test('every profile of 1.7 is on sale, and no product outlives the AC that issues it', () => {
    const byId = new Map(products.map((product) => [product.id, product]));
    for (const id of ['ecpf-a1', 'ecpf-a3', 'ecpf-a4', 'ecnpj-a1', 'ecnpj-a3', 'pf-a1', 'pf-a3', 'pj-a1', 'pj-a3', 'pf-v12-a3',
      'pf-v12-a4', 'se-s', 'se-h']) assert.ok(byId.has(id), id);
    assert.equal(byId.get('ecpf-a3').until, '2027-02-20');
    assert.equal(byId.get('se-s').from, '2024-11-01');
  });

  test('three years on the legacy chain are refused with the reason and what to order instead', async () => {
    assert.ok(!products.some((product) => product.id.endsWith('-36')));
    const { status, json } = await api('POST', '/api/orders', { body: { product: 'ecpf-a3-36', holder: person() } });
    assert.equal(status, 422);
    assert.deepEqual(json.errors.map(({ field, code }) => [field, code]), [['product', 'outlives-issuer']]);
    assert.match(json.errors[0].message, /20\/02\/2029/);
    assert.match(json.errors[0].message, /e-CPF A3 \(2 anos\) ou Pessoa física A3, nova cadeia \(3 anos\)/);
    const page = await api('GET', '/pedido/novo?product=ecnpj-a3-36', { headers: { accept: 'text/html' } });
    assert.equal(page.status, 422);
    assert.match(page.text, /20\/02\/2029/);
    assert.match(page.text, /Selo eletrônico SE-H \(3 anos\)/);
  });

  test('a selo eletrônico says on the form, on the order and by mail what it does not serve for (Res. 211 art. 4)', async () => {
    const restriction = /não pode ser usado para manifestar a vontade da empresa/;
    const html = { headers: { accept: 'text/html' } };
    assert.match((await api('GET', '/pedido/novo?product=se-s', html)).text, restriction);
    assert.doesNotMatch((await api('GET', '/pedido/novo?product=ecnpj-a1', html)).text, restriction);
    const holder = person();
    const kase = await order('se-s', holder, { company: company() });
    const page = await api('GET', `/pedido/${kase.code}`, { token: kase.token, ...html });
    assert.match(page.text, restriction);
    assert.match((await mail(holder.email, /selo/i)).text, restriction);
  });
});
