// SPDX-License-Identifier: GPL-3.0-or-later
// The termo de titularidade (identification-rules 3.5, DOC-ICP-05 4.1 c): made and countersigned at the validation, read by
// who may, signed with the new key before the AC is asked or on paper at the counter, kept with the case.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createPrivateKey, sign } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import {
  api, attend, cli, clockOffset, company, done, home, makeCsr, office, officeUrl, openssl, order, person, photograph, publicUrl, readyByCode,
  readyByKey, scratch, signTerm, sql, validate, verify,
} from '../support/office.mjs';
import { identity, proofs, signStatement, storedStatement } from '../support/thief.mjs';

const digestOf = (bytes) => createHash('sha256').update(bytes).digest();
const folder = scratch();
const at = String(Math.floor(Date.now() / 1000) + clockOffset());

function tool(name, ...words) {
  const run = spawnSync(name, words, { encoding: 'utf8' });
  assert.equal(run.status, 0, `${name}: ${run.error ?? run.stderr}`);
  return run.stdout;
}

// One file of the case's term, as staff get it.
function part(code, name = 'pdf') {
  const file = path.join(folder, `${code}.${name}`);
  done('agent1', 'term', 'get', code, '-o', file, '--part', name);
  return { file, bytes: fs.readFileSync(file) };
}

const stateOf = (code) => done('agent1', 'show', code).term?.state;

async function post(kase, keys, given, signature) {
  const body = { csr: fs.readFileSync(keys.csr, 'utf8'), proofs: given };
  if (signature !== undefined) body.term_signature = Buffer.isBuffer(signature) ? signature.toString('base64') : signature;
  return api('POST', `/api/orders/${kase.code}/csr`, { body });
}

function countersignatureHolds({ bytes, file }, pdf) {
  assert.equal(bytes[0], 0x30);
  return spawnSync('openssl', ['cms', '-verify', '-inform', 'DER', '-in', file, '-content', pdf, '-binary', '-purpose', 'any',
    '-CAfile', path.join(home, 'identities/ca.pem'), '-attime', at, '-out', '/dev/null'], { encoding: 'utf8' });
}

const events = (code, word) => Number(sql(`select count(*) from event e join orders o on o.id = e.order_id where o.code = '${code}' and e.code = '${word}'`));

describe('rules 3.5: a company\'s term, from the validation to the certificate', () => {
  let kase;
  let pdf;
  const firm = company({ cnpj: '12ABC34501DE35', name: 'Padaria Três Irmãos & Cia Ltda' });

  before(async () => {
    kase = await readyByCode('ecnpj-a1', person({ name: 'Rafael Teixeira Lopes' }), { company: firm });
    pdf = part(kase.code);
  });

  test('the PDF is A4, tagged, in Portuguese, with embedded fonts', () => {
    const info = tool('pdfinfo', pdf.file);
    assert.match(info, /Title:\s+Termo de titularidade/);
    assert.match(info, /Tagged:\s+yes/);
    assert.match(info, /Page size:\s+595\.276 x 841\.89 pts \(A4\)/);
    assert.ok(pdf.bytes.includes('/Lang (pt-BR)') && pdf.bytes.includes('/StructTreeRoot'));
    const elements = tool('pdfinfo', '-struct', pdf.file);
    for (const name of ['Document', 'H1', 'H2', 'P', 'Table', 'TR', 'TH', 'TD', 'L', 'LI', 'LBody']) {
      assert.match(elements, new RegExp(`^ *${name}\\b`, 'm'), name);
    }
    const fonts = tool('pdffonts', pdf.file).trim().split('\n').slice(2);
    assert.ok(fonts.length >= 2);
    for (const font of fonts) assert.match(font, /yes yes yes/, 'embedded, subset, with Unicode');
  });

  test('its text can be read: roles apart, product, term, place, agent, duties, source, mark', () => {
    const text = tool('pdftotext', '-layout', pdf.file, '-').replace(/\s+/g, ' ');
    const cpf = kase.holder.cpf.replace(/(...)(...)(...)(..)/, '$1.$2.$3-$4');
    for (const words of ['Titular: a empresa', 'PADARIA TRES IRMAOS & CIA LTDA', '12.ABC.345/01DE-35', 'Responsável pelo certificado: a pessoa',
      'RAFAEL TEIXEIRA LOPES', cpf, 'Representantes legais', 'e-CNPJ A1', '12 meses', 'Informática de Municípios Associados S.A.', 'CAMPINAS/SP',
      'ANA BEATRIZ SOUZA TESTE', kase.code, 'Peço a revogação sem demora', 'Guardo a chave e a senha só comigo', 'presencial',
      'DOC-ICP-05, item 4.1 c', '211/2024', '[U]', 'tentativa 1']) assert.ok(text.includes(words), `${words}\n${text}`);
  });

  test('the agent who validated countersigned these very bytes, as openssl sees it', () => {
    const countersignature = part(kase.code, 'countersignature');
    assert.equal(countersignatureHolds(countersignature, pdf.file).status, 0);
    const other = path.join(folder, 'outro.pdf');
    fs.writeFileSync(other, Buffer.concat([pdf.bytes, Buffer.from(' ')]));
    assert.notEqual(countersignatureHolds(countersignature, other).status, 0);
    const printed = openssl('cms', '-cmsout', '-print', '-inform', 'DER', '-in', countersignature.file);
    assert.match(printed, /ANA BEATRIZ SOUZA TESTE/);
    assert.match(printed, /signingCertificateV2/);
    assert.equal(events(kase.code, 'TERM_COUNTERSIGNED'), 1);
  });

  test('the emission facts name it by digest and title, and open nothing of it', async () => {
    const { text, json } = await api('GET', `/api/orders/${kase.code}/emission`);
    assert.deepEqual(json.term, { sha256: digestOf(pdf.bytes).toString('hex'), title: 'Termo de titularidade' });
    assert.ok(!text.includes(kase.holder.cpf));
  });

  test('a stranger with the order\'s code reads nothing; the bearer and both halves do', async () => {
    const where = `/api/orders/${kase.code}/term`;
    assert.equal((await api('GET', where)).status, 401);
    assert.equal((await api('GET', where, { token: 'x'.repeat(43) })).status, 404);
    const opened = await fetch(publicUrl + where, { headers: { Authorization: `Bearer ${kase.token}` } });
    assert.equal(opened.headers.get('content-type'), 'application/pdf');
    assert.equal(opened.headers.get('cache-control'), 'no-store');
    assert.ok(Buffer.from(await opened.arrayBuffer()).equals(pdf.bytes));
    const wrong = await api('POST', where, { body: { proofs: { counter: '', mail: '' } } });
    assert.equal(wrong.status, 422);
    assert.equal(wrong.json.reason, 'proof-missing');
    // Proofs over a key are no proofs for reading.
    const keys = makeCsr();
    const overKey = await api('POST', where, { body: { proofs: await proofs(kase, keys.csr, kase) } });
    assert.equal(overKey.json.reason, 'proof-counter');
  });

  test('a wrong signature is 422, consumes nothing, and the right one then serves', async () => {
    const keys = makeCsr();
    const given = await proofs(kase, keys.csr, kase);
    const another = makeCsr();
    const wrongs = [signTerm(keys.key, Buffer.from('outro')), signTerm(another.key, pdf.bytes), Buffer.alloc(256), Buffer.from('x'),
      sign('sha256', pdf.bytes, createPrivateKey(fs.readFileSync(keys.key)))];
    for (const wrong of wrongs) {
      const answer = await post(kase, keys, given, wrong);
      assert.equal(answer.status, 422, answer.text);
      assert.equal(answer.json.reason, 'term-signature-invalid');
      assert.match(answer.text, /DOC-ICP-05 4\.1 c/);
    }
    assert.equal((await post(kase, keys, given, '%%%')).status, 422);
    assert.equal(sql(`select count(*) from issuance i join orders o on o.id = i.order_id where o.code = '${kase.code}'`), '0');
    assert.equal(stateOf(kase.code), 'awaiting_holder');
    const signature = signTerm(keys.key, pdf.bytes);
    const issued = await post(kase, keys, given, signature);
    assert.equal(issued.status, 200, issued.text);
    assert.equal(stateOf(kase.code), 'signed');
    assert.ok(part(kase.code, 'signature').bytes.equals(signature));
    assert.equal(events(kase.code, 'TERM_SIGNED'), 1);
  });

  test('after the issue the holder fetches the term and both signatures', async () => {
    for (const name of ['pdf', 'countersignature', 'signature']) {
      const answer = await fetch(`${publicUrl}/api/orders/${kase.code}/term?part=${name}`, { headers: { Authorization: `Bearer ${kase.token}` } });
      assert.equal(answer.status, 200, name);
      assert.ok(Buffer.from(await answer.arrayBuffer()).equals(part(kase.code, name).bytes), name);
    }
    assert.equal((await api('GET', `/api/orders/${kase.code}/term?part=paper`, { token: kase.token })).status, 404);
    assert.equal((await api('GET', `/api/orders/${kase.code}/term?part=x`, { token: kase.token })).status, 422);
  });

  test('signed by the key, no paper is taken any more', () => {
    const run = cli('agent1', 'term', 'paper', kase.code, photograph());
    assert.equal(run.status, 1);
    assert.equal(run.json.reason, 'term-signed');
  });
});

describe('a person\'s term', () => {
  test('ra-cli as the holder reads it by the codes, keeps it beside the file, signs it', async () => {
    const kase = await readyByCode();
    const senha = path.join(folder, 'senha');
    fs.writeFileSync(senha, 'Senha forte 2026\n');
    const issued = done(null, 'issue', kase.code, '--new-key', path.join(folder, 'marina.p12'), '--code', kase.counter, '--mail-code', kase.mail,
      '--passphrase-file', senha);
    assert.equal(issued.term, path.join(folder, 'marina-termo.pdf'));
    assert.ok(fs.readFileSync(issued.term).equals(part(kase.code).bytes));
    assert.equal(fs.statSync(issued.term).mode & 0o777, 0o600);
    assert.equal(stateOf(kase.code), 'signed');
    const certificate = path.join(folder, 'marina.pem');
    fs.writeFileSync(certificate, issued.certificate);
    const message = path.join(folder, 'mensagem');
    fs.writeFileSync(message, Buffer.concat([Buffer.from('guiche-term-v1\0'), digestOf(part(kase.code).bytes)]));
    const key = path.join(folder, 'marina.pub');
    fs.writeFileSync(key, openssl('x509', '-in', certificate, '-noout', '-pubkey'));
    assert.match(openssl('dgst', '-sha256', '-verify', key, '-signature', part(kase.code, 'signature').file, message), /Verified OK/);
  });

  test('without a terminal and without --yes nobody has accepted: nothing is asked', async () => {
    const kase = await readyByCode();
    const senha = path.join(folder, 'senha2');
    fs.writeFileSync(senha, 'Senha forte 2026\n');
    const run = spawnSync('setsid', [path.join(home, 'bin/ra-cli'), '--server', publicUrl, '--home', home, 'issue', kase.code, '--new-key',
      path.join(folder, 'nada.p12'), '--code', kase.counter, '--mail-code', kase.mail, '--passphrase-file', senha], { encoding: 'utf8' });
    assert.equal(run.status, 1, run.stdout + run.stderr);
    assert.match(run.stderr, /Guardo a chave e a senha só comigo/);
    assert.match(run.stderr, /nada-termo\.pdf/);
    assert.match(run.stderr, /guarda a chave/, 'its paragraphs');
    assert.doesNotMatch(run.stderr, /^ *[=#%] /m, 'without the marks of the source');
    assert.match(run.stderr, /não foi aceito/);
    assert.equal(stateOf(kase.code), 'awaiting_holder');
  });

  test('a signature made elsewhere goes with --csr and --term-signature', async () => {
    const kase = await readyByKey();
    const file = path.join(folder, 'termo.sig');
    fs.writeFileSync(file, signTerm(kase.key, Buffer.from('outro')));
    const wrong = cli('agent1', 'issue', kase.code, '--csr', kase.csr, '--term-signature', file);
    assert.equal(wrong.status, 1);
    assert.equal(wrong.json.reason, 'term-signature-invalid');
    fs.writeFileSync(file, signTerm(kase.key, part(kase.code).bytes));
    done('agent1', 'issue', kase.code, '--csr', kase.csr, '--term-signature', file);
    assert.equal(stateOf(kase.code), 'signed');
  });

  test('a mere CSR: issued, the paper is pending until an agent digitises it', async () => {
    const kase = await readyByKey();
    assert.equal(stateOf(kase.code), 'awaiting_holder');
    done('agent1', 'issue', kase.code, '--csr', kase.csr);
    const shown = done('agent1', 'show', kase.code).term;
    assert.equal(shown.state, 'paper_pending');
    assert.equal(shown.text, 'termo: assinatura no papel pendente');
    const script = path.join(folder, 'papel.sh');
    fs.writeFileSync(script, '#!/bin/sh\necho oi\n');
    assert.equal(cli('agent1', 'term', 'paper', kase.code, script).status, 1, 'no script is a signed paper');
    assert.equal(office('auditor', 'POST', `/api/office/orders/${kase.code}/term/paper`, { body: 'x' }).status, 403);
    const paper = photograph();
    assert.equal(done('agent2', 'term', 'paper', kase.code, paper).state, 'paper');
    assert.equal(stateOf(kase.code), 'paper');
    assert.ok(part(kase.code, 'paper').bytes.equals(fs.readFileSync(paper)));
  });
});

describe('the countersignature at the validation', () => {
  // A case sent back, with the facts of its first validation to sign anew.
  async function sentBack() {
    const kase = await order();
    attend(kase.code);
    validate(kase.code);
    const first = storedStatement(kase.code, 'validation').content;
    const term = part(kase.code);
    done('agent2', 'return', kase.code, '--reason', 'foto ilegível');
    return { kase, first, term };
  }

  test('a new attempt has a new term, and the old one does not come back', async () => {
    const { kase, term } = await sentBack();
    assert.equal(stateOf(kase.code), undefined);
    assert.equal(office('agent1', 'GET', `/api/office/orders/${kase.code}/term`).json.reason, 'term-absent');
    validate(kase.code);
    verify(kase.code);
    const second = part(kase.code);
    assert.ok(!second.bytes.equals(term.bytes));
    assert.match(tool('pdftotext', second.file, '-').replace(/\s+/g, ' '), /tentativa 2/);
    const { json } = await api('GET', `/api/orders/${kase.code}/emission`);
    assert.equal(json.term.sha256, digestOf(second.bytes).toString('hex'));
  });

  test('none, another agent\'s, one over other bytes: refused, and nothing is validated', async () => {
    const { kase, first } = await sentBack();
    const where = `/api/office/orders/${kase.code}/validation`;
    const cms = signStatement(identity('agent1'), 'validation', { ...first, attempt: 2 }).toString('base64');
    const draft = path.join(folder, `${kase.code}.draft`);
    // In the one shape that is taken, as ra-cli makes it.
    const detached = (name, content) => {
      const who = identity(name);
      const file = path.join(folder, 'contra.p7s');
      openssl('cms', '-sign', '-binary', '-cades', '-nosmimecap', '-md', 'sha256', '-signer', who.leaf, '-inkey', who.key,
        '-certfile', who.chain, '-in', content, '-outform', 'DER', '-out', file);
      return fs.readFileSync(file).toString('base64');
    };
    const refused = (countersignature, reason) => {
      const answer = office('agent1', 'POST', where, { body: { cms, term_countersignature: countersignature } });
      assert.equal(answer.status, 422, answer.text);
      assert.equal(answer.json.reason, reason, answer.text);
    };
    refused(undefined, 'term-countersignature-missing');
    fs.writeFileSync(draft, 'outro');
    refused(detached('agent1', draft), 'statement-signature');
    tool('curl', '-sSf', '-o', draft, `${officeUrl}/api/office/orders/${kase.code}/term/draft`, '--cacert',
      path.join(home, 'identities/ca.pem'), '--cert', path.join(home, 'identities/agent1.pem'), '-H', 'X-Station: teste');
    refused(detached('agent2', draft), 'signer-not-caller');
    refused(detached('auditor', draft), 'roster-role');
    refused('AAAA', 'statement-malformed');
    assert.equal(office('agent1', 'POST', where, { body: { cms, term_countersignature: '%' } }).status, 422);
    // The countersignature of the first attempt is genuine, and over another term.
    const old = sql(`select encode(sha256, 'hex') from document d join orders o on o.id = d.order_id where o.code = '${kase.code}' and d.kind = 'term_countersignature'`);
    const id = sql(`select d.id from document d where encode(sha256, 'hex') = '${old}'`);
    const file = path.join(folder, 'primeira.p7s');
    done('agent1', 'document', 'get', id, '-o', file);
    refused(fs.readFileSync(file).toString('base64'), 'statement-signature');
    assert.equal(done('agent1', 'show', kase.code).states.identification, 'returned');
    const right = office('agent1', 'POST', where, { body: { cms, term_countersignature: detached('agent1', draft) } });
    assert.equal(right.status, 201, right.text);
    assert.ok(events(kase.code, 'STATEMENT_REJECTED') >= 4);
  });

  test('the same case, agent and day give the same draft, byte for byte; another agent another', async () => {
    const kase = await order();
    attend(kase.code);
    const read = (who) => {
      const file = path.join(folder, `${kase.code}.${who}`);
      const pem = path.join(home, `identities/${who}.pem`);
      tool('curl', '-sSf', '-o', file, `${officeUrl}/api/office/orders/${kase.code}/term/draft`, '--cacert',
        path.join(home, 'identities/ca.pem'), '--cert', pem, '-H', 'X-Station: teste');
      return fs.readFileSync(file);
    };
    assert.ok(read('agent1').equals(read('agent1')));
    assert.ok(!read('agent1').equals(read('agent2')));
    const unanswered = spawnSync('setsid', ['-w', path.join(home, 'bin/ra-cli'), '--server', officeUrl, '--identity',
      path.join(home, 'identities/agent1.pem'), '--home', home, 'validate', kase.code], { encoding: 'utf8' });
    assert.match(unanswered.stderr, /Termo de titularidade\n[^]*CPF {2,}\S[^]*SHA-256 [0-9a-f]{64}/, 'its text, then its digest');
    assert.doesNotMatch(unanswered.stderr, /^ *[=#%] /m, 'without the marks of the source');
    assert.match(unanswered.stdout, /^ {2}Item PFBR-01, titular, aceito/m, 'the dossier in words');
    assert.match(unanswered.stderr, /nada foi assinado/);
    const copy = path.join(folder, 'copia.pdf');
    const drafted = read('agent1');
    done('agent1', 'validate', kase.code, '--term', copy);
    assert.ok(fs.readFileSync(copy).equals(drafted));
    assert.ok(part(kase.code).bytes.equals(drafted));
  });
});
