// SPDX-License-Identifier: GPL-3.0-or-later
// Fraud as agents live it (rules 3.9): one act stops the case, feeds the lista negativa and opens the comunicado with its
// deadline; all of it or nothing. In every state of a case, twice, late, by those who may not, and begun by the holder.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import {
  api, attend, cli, cliLater, cliPath, company, done, home, office, officeUrl, openssl, order, person, photograph, publicUrl, readyByKey, scratch, sql,
  uniqueWord, validate,
} from '../support/office.mjs';
import { certificate } from '../support/der.mjs';
import { sendCsr } from '../support/thief.mjs';

// Names that nobody else has: whoever is listed here must not become the namesake of another test's people.
const someone = (changes = {}) => person({ name: `${uniqueWord()} ${uniqueWord()}`, ...changes });
const some = () => company({ name: `${uniqueWord()} ${uniqueWord()} Ltda` });

const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const story = 'A foto da CNH não é da pessoa que veio; respondeu errado o nome da mãe.';
const report = (who, code, ...more) => cli(who, 'fraud', 'report', code, '--kind', 'attempt', '--description', story, ...more);
const reported = (code, ...more) => {
  const run = report('agent1', code, ...more);
  assert.equal(run.status, 0, `${run.stdout}${run.stderr}`);
  return run.json;
};
const refused = (run, reason, status = 1) => {
  assert.equal(run.status, status, `${run.stdout}${run.stderr}`);
  assert.equal(run.json.reason ?? run.json.errors?.[0]?.field, reason, run.stdout);
};
const states = (code) => sql(`select identification_state || '|' || issuance_state from orders where code = '${code}'`);
const events = (code) => sql(`select e.code from event e join orders o on o.id = e.order_id where o.code = '${code}' order by e.id`)
  .split('\n');
const leaf = (code, what) => JSON.parse(sql(`select convert_from(e.bytes, 'UTF8') from event e join orders o on o.id = e.order_id
  where o.code = '${code}' and e.code = '${what}' order by e.id desc limit 1`));
const tasksOf = (code) => done('agent1', 'tasks').tasks.filter((task) => task.order === code && task.kind === 'fraud_report');
const marks = (cpf) => done('agent2', 'neglist', 'search', '--cpf', cpf).items;
const officeDay = (instant) => new Date(instant).toLocaleDateString('sv', { timeZone: 'America/Sao_Paulo' });
const onPaper = (who, ...words) => spawnSync(cliPath, ['--server', officeUrl, '--identity', path.join(home, `identities/${who}.pem`),
  '--home', home, ...words], { encoding: 'utf8' }).stdout;

// What a fraud may leave of a case, counted: an act that fails changes none of it.
const traces = (code) => sql(`select concat_ws(',', identification_state, issuance_state,
  (select count(*) from statement s where s.order_id = o.id), (select count(*) from neglist_entry n where n.order_id = o.id),
  (select count(*) from fraud_report f where f.order_id = o.id), (select count(*) from task t where t.order_id = o.id),
  (select count(*) from document d where d.order_id = o.id)) from orders o where code = '${code}'`);

async function open(holder = someone()) {
  const kase = await order('ecpf-a1', holder);
  done('agent1', 'checkin', kase.code, '--walk-in');
  done('agent1', 'call', kase.code);
  return kase;
}

async function issued() {
  const kase = await readyByKey('ecpf-a1', someone());
  const made = await sendCsr(kase, kase.csr);
  assert.equal(made.status, 200, made.text);
  return { ...kase, serial: made.json.serial, certificate: certificate(made.json.certificate) };
}

// Nothing is left to fall due in an instance that others use.
after(() => {
  for (const { report: id } of done('agent1', 'fraud', 'list').reports.filter((one) => one.state === 'drafted')) {
    done('agent1', 'fraud', 'sent', String(id), '--protocol', 'fim');
  }
});

describe('3.9: on an open case', () => {
  let kase;
  let told;

  before(async () => {
    kase = await open();
    const items = done('agent1', 'checklist', kase.code).items;
    const identity = items.find((item) => item.kind === 'document' && item.alternatives.includes('cnh'));
    const add = (...more) => done('agent1', 'document', 'add', kase.code, identity.id, photograph(), '--original-seen', ...more);
    add('--kind', 'cnh', '--number', '12345678901', '--issued', '2026-11-10', '--expires', '2035-01-10', '--via', '2');
    const face = items.find((item) => item.kind === 'biometric' && item.alternatives.includes('face'));
    done('agent1', 'document', 'add', kase.code, face.id, photograph(), '--kind', 'face');
    done('agent1', 'consult', kase.code, 'cpf', '--result', 'ok', '--protocol', 'RFB-77');
    told = reported(kase.code, '--modus', 'CNH montada sobre uma verdadeira', '--physical', 'homem alto, calvo, tatuagem no pescoço');
  });

  test('the case is refused by the agent\'s statement, which the signer knows', () => {
    assert.equal(told.stop, 'refusal');
    assert.equal(states(kase.code), 'refused|none');
    assert.equal(sql(`select encode(sha256, 'hex') || typ from statement where encode(sha256, 'hex') = '${told.statement}'`),
      `${told.statement}guiche-refusal-v1`);
    assert.ok(events(kase.code).includes('VERIFICATION_REFUSED'));
    refused(cli('agent1', 'validate', kase.code), 'state-not-allowed');
  });

  test('the person goes to the lista negativa with paper, face, description and modus, tied to the order', () => {
    assert.equal(told.entries.length, 1);
    assert.equal(told.images, 2);
    const entry = done('auditor', 'neglist', 'show', told.entries[0]);
    assert.equal(entry.cpf, kase.holder.cpf);
    assert.equal(entry.order, kase.code);
    assert.equal(entry.source, 'local');
    assert.equal(entry.description, 'homem alto, calvo, tatuagem no pescoço');
    assert.equal(entry.modus, 'CNH montada sobre uma verdadeira');
    assert.equal(entry.uf, 'SP');
    assert.deepEqual(entry.images.map((image) => image.kind).sort(), ['document', 'face']);
    for (const image of entry.images) {
      const file = path.join(scratch(), 'imagem');
      done('agent2', 'neglist', 'image', 'get', image.image, '-o', file);
      assert.deepEqual(fs.readFileSync(file), fs.readFileSync(photograph()), 'the copy opens under its own key');
    }
  });

  test('the next case of the same CPF hits it', async () => {
    const next = await order('ecpf-a1', someone({ cpf: kase.holder.cpf }));
    const hits = marks(next.holder.cpf);
    assert.equal(hits.length, 1);
    assert.equal(hits[0].strength, 'strong');
    assert.equal(hits[0].entry, told.entries[0]);
    assert.equal(hits[0].faces.length, 1);
    done('agent1', 'checkin', next.code, '--walk-in');
    const said = done('agent1', 'consult', next.code, 'neglist', '--result', 'ok');
    assert.equal(said.result, 'alert', 'whatever the agent says');
    assert.deepEqual(said.hits.items.map((hit) => hit.entry), [told.entries[0]]);
    refused(cli('agent2', 'validate', next.code), 'checklist-incomplete');
  });

  test('the comunicado says what is known, is due today, and stands among the tasks', () => {
    const [task] = tasksOf(kase.code);
    assert.equal(task.id, told.task);
    assert.equal(task.late, false);
    assert.equal(officeDay(told.due), officeDay(Date.now()), 'policy 0: the same day');
    const shown = done('auditor', 'fraud', 'show', String(told.report));
    assert.equal(shown.state, 'drafted');
    const { form } = shown;
    assert.equal(form.description, story);
    assert.equal(form.people[0].cpf, kase.holder.cpf);
    assert.equal(form.place.ibge, '3509502');
    assert.match(form.agent.cpf, /^\d{11}$/);
    assert.ok(form.documents.some((document) => document.kind === 'CNH' && document.via === '2' && document.number === '12345678901'));
    assert.deepEqual(form.consultations.map((one) => [one.kind, one.protocol]), [['cpf', 'RFB-77']]);
    assert.ok(form.dates.some((one) => one.what === 'refused'), 'the act itself is told');
    assert.equal(form.done.statement, told.statement);
    assert.deepEqual(form.done.entries, told.entries);
    assert.ok(!JSON.stringify(form).includes('token'));
  });

  test('on paper it is addressed to the AC, for the ITI, with everything on it', () => {
    const paper = onPaper('agent1', 'fraud', 'show', String(told.report), '--print');
    for (const part of [/COMUNICADO DE FRAUDE nº \d+/, /À Autoridade Certificadora \(AC\), para comunicação ao ITI/, /TENTATIVA DE FRAUDE/,
      new RegExp(kase.holder.cpf), /RFB-77/, /sem restrição/, /recusa +\d\d\/\d\d\/\d{4} \d\d:\d\d, por ANA/, /recusado por declaração assinada/, new RegExp(told.entries[0]), /agente de registro/]) {
      assert.match(paper, part);
    }
    const { at } = done('agent1', 'fraud', 'show', String(told.report)).form;
    const local = new Date(new Date(at) - 3 * 3600e3).toISOString();
    assert.ok(paper.includes(`Em: ${local.slice(8, 10)}/${local.slice(5, 7)}/${local.slice(0, 4)} ${local.slice(11, 16)}\n`), 'by the office\'s hour');
  });

  test('the log tells it without a name; the dossier keeps the form', () => {
    const { detail } = leaf(kase.code, 'FRAUD_REPORTED');
    assert.deepEqual([detail.kind, detail.stop, detail.statement, detail.entries], ['attempt', 'refusal', told.statement, told.entries]);
    assert.equal(sql(`select encode(d.sha256, 'hex') from document d join orders o on o.id = d.order_id
      where o.code = '${kase.code}' and d.kind = 'fraud_report' and d.part = 'annex'`), detail.sha256);
    assert.ok(!JSON.stringify(leaf(kase.code, 'FRAUD_REPORTED')).includes(kase.holder.cpf));
  });

  test('twice is refused, and changes nothing', () => {
    const was = traces(kase.code);
    refused(report('agent2', kase.code), 'fraud-reported');
    const direct = office('agent2', 'POST', `/api/office/orders/${kase.code}/fraud`, { body: { kind: 'attempt', description: 'de novo' } });
    assert.equal(direct.status, 409);
    assert.equal(direct.json.reason, 'fraud-reported');
    assert.match(direct.json.detail, new RegExp(`comunicado ${told.report}`));
    assert.equal(traces(kase.code), was);
  });

  test('the task ends with the sending, never by hand; sent once, with the protocol in the record', () => {
    const id = String(told.report);
    refused(cli('agent1', 'task', 'close', String(told.task), '--outcome', 'feito'), 'fraud-not-sent');
    refused(cli('agent1', 'fraud', 'sent', id, '--protocol', ' '), 'protocol');
    assert.equal(tasksOf(kase.code).length, 1);
    assert.deepEqual(done('agent2', 'fraud', 'sent', id, '--protocol', 'AC-2026/17').late, false);
    assert.equal(tasksOf(kase.code).length, 0);
    const shown = done('admin', 'fraud', 'show', id);
    assert.deepEqual([shown.state, shown.protocol, shown.late], ['sent', 'AC-2026/17', false]);
    refused(cli('agent1', 'fraud', 'sent', id, '--protocol', 'AC-2026/18'), 'fraud-sent');
    assert.ok(events(kase.code).includes('FRAUD_SENT'));
    for (const table of ['fraud_report', 'fraud_report_sent', 'fraud_report_entry']) {
      assert.throws(() => sql(`delete from ${table}`), /append-only/);
    }
  });
});

describe('3.9: on a validated case', () => {
  test('the first agent\'s signature is not enough to go on: refused, and the second finds nothing to sign', async () => {
    const kase = await order('ecpf-a1', someone());
    attend(kase.code);
    validate(kase.code);
    const told = reported(kase.code);
    assert.equal(told.stop, 'refusal');
    assert.equal(states(kase.code), 'refused|none');
    assert.equal(told.images, 1, 'the same picture for several items is one image');
    refused(cli('agent2', 'verify', kase.code), 'state-not-allowed');
    assert.equal(done('agent1', 'fraud', 'show', String(told.report)).form.statements.length, 2);
  });

  test('verified and ready to emit: the signer refuses the attempt too', async () => {
    const kase = await readyByKey('ecpf-a1', someone());
    assert.equal(reported(kase.code).stop, 'refusal');
    assert.equal(states(kase.code), 'refused|none');
    sql(`set session_replication_role = replica; update orders set identification_state = 'verified', issuance_state = 'ready'
      where code = '${kase.code}'`);
    const thief = await api('POST', `/api/orders/${kase.code}/csr`, { body: { csr: fs.readFileSync(kase.csr, 'utf8'), proofs: {} } });
    sql(`set session_replication_role = replica; update orders set identification_state = 'refused', issuance_state = 'none'
      where code = '${kase.code}'`);
    assert.equal(thief.json?.reason, 'attempt-refused', `whoever turns the database back gains nothing: ${thief.text}`);
    assert.equal(sql(`select count(*) from issuance i join orders o on o.id = i.order_id where o.code = '${kase.code}' and i.certificate is not null`), '0');
  });
});

describe('3.9: on an issued case', () => {
  const inCrl = async (kase) => {
    const point = kase.certificate.extensions['2.5.29.31'].value.children[0].children[0].children[0].children[0].content.toString('latin1');
    const file = path.join(scratch(), 'lcr.crl');
    fs.writeFileSync(file, Buffer.from(await (await fetch(point)).arrayBuffer()));
    return openssl('crl', '-inform', 'DER', '-in', file, '-noout', '-text').toLowerCase();
  };
  const untilRevoked = async (kase) => {
    for (let i = 0; i < 80 && !states(kase.code).endsWith('|revoked'); i++) await wait(250);
    assert.equal(states(kase.code), 'verified|revoked');
    const text = await inCrl(kase);
    const serial = kase.serial.replace(/^0+/, '');
    assert.match(text, new RegExp(`serial number: 0*${serial}\\s+revocation date:[^]*?key compromise`));
  };
  let kase;
  let told;

  before(async () => {
    kase = await issued();
    told = done('agent1', 'fraud', 'report', kase.code, '--kind', 'realised', '--description', 'O titular verdadeiro ligou: não foi ele.');
  });

  test('one agent\'s signature revokes it: the certificate ends in the CRL', async () => {
    assert.equal(told.stop, 'revocation');
    await untilRevoked(kase);
    assert.equal(leaf(kase.code, 'REVOCATION_REQUESTED').detail.reason, 1);
    const shown = done('auditor', 'fraud', 'show', String(told.report));
    assert.equal(shown.now.issuance, 'revoked');
    assert.ok(shown.now.revoked);
    assert.equal(shown.form.case.serial, kase.serial);
    assert.match(onPaper('auditor', 'fraud', 'show', String(told.report), '--print'), /FRAUDE CONSUMADA[^]*revogado em/);
  });

  test('and its holder is in the list', () => assert.equal(marks(kase.holder.cpf)[0].entry, told.entries[0]));

  test('it does not wait for the second signature of somebody else\'s request', async () => {
    const other = await issued();
    assert.equal(done('agent1', 'revoke', other.code, '--reason', '4').state, 'awaiting_second');
    refused(report('agent1', other.code), 'statement-once');
    assert.equal(done('agent2', 'fraud', 'report', other.code, '--kind', 'realised', '--description', story).stop, 'revocation');
    await untilRevoked(other);
  });

  test('already revoked: nothing is left to stop, the rest is done', async () => {
    const other = await issued();
    done('agent1', 'revoke', other.code, '--reason', '1');
    await untilRevoked(other);
    const after = reported(other.code);
    assert.deepEqual([after.stop, after.statement], ['none', '']);
    assert.equal(marks(other.holder.cpf).length, 1);
    assert.equal(tasksOf(other.code).length, 1);
  });

  test('a statement for another reason, or about another certificate, is no answer to a fraud', async () => {
    const other = await issued();
    done('agent1', 'revoke', other.code, '--reason', '4');
    const statementOf = (code) => sql(`select encode(s.cms, 'base64') from statement s join orders o on o.id = s.order_id
      where o.code = '${code}' and s.typ = 'guiche-revocation-v1'`).replace(/\s/g, '');
    const was = traces(other.code);
    for (const [code, reason] of [[other.code, 'revocation-reason'], [kase.code, 'order-mismatch']]) {
      const answer = office('agent1', 'POST', `/api/office/orders/${other.code}/fraud`,
        { body: { kind: 'attempt', description: story, cms: statementOf(code) } });
      assert.equal(answer.status, 422, answer.text);
      assert.equal(answer.json.reason, reason, answer.text);
      assert.equal(traces(other.code), was);
      assert.equal(leaf(other.code, 'STATEMENT_REJECTED').detail.reason, reason);
    }
  });
});

describe('3.9: all or nothing', () => {
  test('no statement, a text that is none, a person who is not there: nothing happens', async () => {
    const kase = await open();
    const was = traces(kase.code);
    const post = (body) => office('agent1', 'POST', `/api/office/orders/${kase.code}/fraud`, { body });
    for (const [body, field] of [
      [{ kind: 'attempt', description: story }, 'cms'],
      [{ kind: 'maybe', description: story, cms: 'AA==' }, 'kind'],
      [{ kind: 'attempt', description: '   ', cms: 'AA==' }, 'description'],
      [{ kind: 'attempt', description: 'x'.repeat(2001), cms: 'AA==' }, 'description'],
      [{ kind: 'attempt', description: 'a\nCPF 00000000000', cms: 'AA==' }, 'description'],
      [{ kind: 'attempt', description: story, fisico: 'alto', cms: 'AA==' }, 'fisico'],
      [{ kind: 'attempt', description: story, people: 'holder', cms: 'AA==' }, 'people'],
    ]) {
      const answer = post(body);
      assert.equal(answer.status, 422, `${JSON.stringify(body)}: ${answer.text}`);
      assert.ok(answer.json.errors.some((error) => error.field === field), `${field}: ${answer.text}`);
    }
    refused(report('agent1', kase.code, '--person', 'attorney'), 'people');
    assert.equal(traces(kase.code), was);
    assert.equal(reported(kase.code, '--person', 'holder').entries.length, 1, 'and the right one still goes through');
  });

  test('a signer that does not answer: no refusal, no occurrence, no comunicado', async () => {
    const kase = await open();
    const was = traces(kase.code);
    const signer = Number(fs.readFileSync(path.join(home, 'pids/signer'), 'utf8'));
    process.kill(signer, 'SIGSTOP');
    let run;
    try {
      run = report('agent1', kase.code);
    } finally {
      process.kill(signer, 'SIGCONT');
    }
    assert.notEqual(run.status, 0, run.stdout);
    assert.equal(traces(kase.code), was);
    assert.equal(marks(kase.holder.cpf).length, 0);
    assert.equal(reported(kase.code).stop, 'refusal', 'and the same again mends it');
  });

  test('two agents at the same moment: one comunicado', async () => {
    const kase = await open();
    const words = ['fraud', 'report', kase.code, '--kind', 'attempt', '--description', story];
    const both = await Promise.all(['agent1', 'agent2'].map((who) => cliLater(who, ...words)));
    assert.deepEqual(both.map((run) => run.status).sort(), [0, 1], JSON.stringify(both));
    assert.ok(['fraud-reported', 'fraud-plan'].includes(both.find((run) => run.status === 1).json.reason), JSON.stringify(both));
    assert.equal(traces(kase.code).split(',').slice(2, 6).join(), '1,1,1,1');
  });

  test('a picture of the dossier that cannot be read is told of, and stops nothing', async () => {
    const kase = await open();
    const face = done('agent1', 'checklist', kase.code).items.find((item) => item.alternatives?.includes('face'));
    done('agent1', 'document', 'add', kase.code, face.id, photograph(), '--kind', 'face');
    const [ref, digest] = sql(`select o.ref || ' ' || encode(d.sha256, 'hex') from document d join orders o on o.id = d.order_id
      where o.code = '${kase.code}'`).split(' ');
    fs.writeFileSync(path.join(home, 'dossier', ref, digest), 'estragado');
    const told = reported(kase.code);
    assert.deepEqual([told.stop, told.images, told.unreadable], ['refusal', 0, 1]);
    assert.equal(done('agent1', 'fraud', 'show', String(told.report)).form.done.unreadable, 1);
  });

  test('after a refusal by hand there is nothing to sign; list and comunicado all the same', async () => {
    const kase = await open();
    done('agent1', 'refuse', kase.code, '--reason', 'não é a pessoa');
    assert.deepEqual([reported(kase.code).stop, marks(kase.holder.cpf).length], ['none', 1]);
  });

  test('an answer asked of the AC meanwhile: come back, nothing half done', async () => {
    const kase = await readyByKey('ecpf-a1', someone());
    sql(`set session_replication_role = replica; update orders set issuance_state = 'requested' where code = '${kase.code}'`);
    const was = traces(kase.code);
    refused(report('agent1', kase.code), 'certificate-asked-for');
    const direct = office('agent1', 'POST', `/api/office/orders/${kase.code}/fraud`, { body: { kind: 'attempt', description: story } });
    assert.equal(direct.json.reason, 'certificate-asked-for', direct.text);
    assert.equal(traces(kase.code), was);
    sql(`set session_replication_role = replica; update orders set issuance_state = 'ready' where code = '${kase.code}'`);
    assert.equal(reported(kase.code).stop, 'refusal');
  });
});

describe('3.9: companies and guidance', () => {
  test('everybody of the case goes to the list, the company once; or only those named', async () => {
    const [kase, other] = [await order('ecnpj-a1', someone(), { company: some() }), await order('ecnpj-a1', someone(), { company: some() })];
    const second = someone();
    for (const { code } of [kase, other]) {
      done('agent1', 'person', 'add', code, 'representative', '--name', second.name, '--cpf', second.cpf, '--birth-date', second.birth_date);
    }
    const told = reported(kase.code);
    assert.equal(told.entries.length, 2);
    const listed = told.entries.map((entry) => done('agent1', 'neglist', 'show', entry));
    assert.deepEqual(listed.map((entry) => [entry.cpf, entry.cnpj]), [[kase.holder.cpf, kase.company.cnpj], [second.cpf, '']]);
    assert.deepEqual(reported(other.code, '--person', second.cpf).entries.length, 1);
    assert.equal(marks(other.holder.cpf).length, 0);
  });

  const words = (code) => [cliPath, '--server', officeUrl, '--identity', path.join(home, 'identities/agent1.pem'), '--home', home,
    'fraud', 'report', code, '--kind', 'attempt', '--description', story];

  test('on a terminal: what will happen, one question, and only then the act', async () => {
    const kase = await open();
    const on = (answer) => spawnSync('script', ['-qec', words(kase.code).map((word) => `'${word}'`).join(' '), '/dev/null'],
      { encoding: 'utf8', input: answer, timeout: 30000 });
    const was = traces(kase.code);
    assert.match(on('n\n').stdout, /nada foi assinado/);
    assert.equal(traces(kase.code), was);
    const guided = on('s\n').stdout;
    for (const part of [/1\. O pedido [0-9A-Z]{12} é RECUSADO/, new RegExp(`LISTA NEGATIVA:[^]*CPF ${kase.holder.cpf} \\(titular\\)`),
      /3\. O COMUNICADO DE FRAUDE fica pronto\. Envie-o à AC até \d\d\/\d\d\/\d{4} \d\d:\d\d\./, /Motivo da recusa\s+tentativa de fraude: A foto/]) {
      assert.match(guided, part);
    }
    assert.equal(guided.match(/\[s\/N\]/g).length, 1, guided);
    assert.equal(states(kase.code), 'refused|none');
  });

  test('without a terminal nobody agrees by silence', async () => {
    const kase = await open();
    const was = traces(kase.code);
    const run = spawnSync('setsid', ['-w', ...words(kase.code)], { encoding: 'utf8', input: '' });
    assert.equal(run.status, 1, run.stderr);
    assert.equal(traces(kase.code), was);
  });

  test('a long story goes whole into the comunicado, and cut at a letter into the signed reason', async () => {
    const kase = await open();
    const long = 'é'.repeat(1000);
    const told = done('agent1', 'fraud', 'report', kase.code, '--kind', 'realised', '--description', long);
    assert.equal(done('agent1', 'fraud', 'show', String(told.report)).form.description, long);
  });
});

describe('3.9: who may', () => {
  let kase;
  let told;

  before(async () => {
    kase = await open();
    told = reported(kase.code);
  });

  test('auditor and administrator read, and do nothing', async () => {
    const other = await open();
    const was = traces(other.code);
    for (const who of ['auditor', 'admin']) {
      assert.ok(done(who, 'fraud', 'list').reports.some((one) => one.report === told.report));
      assert.equal(done(who, 'fraud', 'show', String(told.report)).order, kase.code);
      for (const words of [['report', other.code, '--kind', 'attempt', '--description', story], ['sent', String(told.report), '--protocol', '1']]) {
        const run = cli(who, 'fraud', ...words);
        assert.equal(run.status, 1);
        assert.equal(run.json.reason, 'roster-role', run.stdout);
      }
      assert.equal(office(who, 'POST', `/api/office/orders/${other.code}/fraud`, { body: { kind: 'attempt', description: story } }).status, 403);
    }
    assert.equal(traces(other.code), was);
    assert.equal(sql(`select count(*) from event where code = 'FRAUD_READ' and convert_from(bytes, 'UTF8') like '%"report":${told.report}%'`), '2');
  });

  test('the public side knows nothing of it', async () => {
    for (const where of ['/api/office/fraud', `/api/office/orders/${kase.code}/fraud`]) {
      assert.equal((await api('GET', where, { token: kase.token })).status, 404);
    }
  });
});

describe('3.9: deadlines', () => {
  test('late: the tasks say so, the list puts it first, /healthz is degraded until it went', async () => {
    const kase = await open();
    const told = reported(kase.code);
    const part = async () => (await api('GET', '/healthz')).json.parts.fraud_deadlines;
    assert.equal((await part()).late, 0, JSON.stringify(await part()));
    sql(`update task set due_at = now() - interval '2 days' where id = ${told.task}`);
    assert.equal(tasksOf(kase.code)[0].late, true);
    assert.deepEqual([done('agent1', 'fraud', 'list').reports[0].report, done('agent1', 'fraud', 'list').reports[0].late], [told.report, true]);
    assert.match(onPaper('agent1', 'fraud', 'list'), /ATRASADO, era até/);
    const degraded = await part();
    assert.deepEqual([degraded.status, degraded.late], ['degraded', 1]);
    assert.equal(done('agent1', 'fraud', 'sent', String(told.report), '--protocol', 'AC-9').late, true);
    assert.equal((await part()).status, 'ok');
    assert.equal(leaf(kase.code, 'FRAUD_SENT').detail.late, true);
    assert.match(onPaper('agent1', 'fraud', 'show', String(told.report)), /fora do prazo/);
  });
});

describe('protocol 4: "não fui eu" starts the same clock', () => {
  test('the holder says so once or twice: one task; the agent\'s report takes it over', async () => {
    const kase = await issued();
    const claim = () => api('POST', `/api/orders/${kase.code}/fraud-claim`, { token: kase.token });
    assert.deepEqual((await claim()).json, { order: kase.code, state: 'received' });
    assert.equal((await claim()).status, 200);
    const [task] = tasksOf(kase.code);
    assert.equal(tasksOf(kase.code).length, 1);
    assert.equal(events(kase.code).filter((code) => code === 'FRAUD_REPORTED').length, 1, 'the log says it once');
    assert.equal(task.opened_by, 'holder');
    assert.equal(leaf(kase.code, 'FRAUD_REPORTED').detail.kind, 'claim');
    assert.equal(states(kase.code).split('|')[0], 'verified', 'a claim stops nothing by itself: an agent answers for that');
    const told = reported(kase.code);
    assert.deepEqual([told.task, told.due], [task.id, task.due]);
    done('agent1', 'fraud', 'sent', String(told.report), '--protocol', 'AC-10');
    assert.equal(tasksOf(kase.code).length, 0);
  });

  test('nobody else says it, and not of an order without a certificate; a mistaken one is closed by hand', async () => {
    const kase = await issued();
    const other = await order();
    assert.equal((await api('POST', `/api/orders/${kase.code}/fraud-claim`)).status, 401);
    assert.equal((await api('POST', `/api/orders/${kase.code}/fraud-claim`, { token: other.token })).status, 404);
    assert.equal((await api('POST', `/api/orders/${other.code}/fraud-claim`, { token: other.token })).status, 409);
    await api('POST', `/api/orders/${kase.code}/fraud-claim`, { token: kase.token });
    done('agent1', 'task', 'close', String(tasksOf(kase.code)[0].id), '--outcome', 'o titular se enganou');
    assert.equal(tasksOf(kase.code).length, 0);
    assert.equal(events(kase.code).filter((code) => code === 'FRAUD_DISMISSED').length, 1);
  });

  test('on the page of the order, for those without a program', async () => {
    const kase = await issued();
    const page = (where, method = 'GET') => fetch(publicUrl + where, { method, redirect: 'manual',
      headers: { Accept: 'text/html', Origin: publicUrl, Authorization: `Bearer ${kase.token}`, ...(method === 'POST' ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {}) } });
    assert.match(await (await page(`/pedido/${kase.code}`)).text(), /nao-fui-eu/);
    assert.match(await (await page(`/pedido/${kase.code}/nao-fui-eu`)).text(), /foi emitido no seu nome e não foi você\?/);
    assert.match(await (await page(`/pedido/${kase.code}/nao-fui-eu`, 'POST')).text(), /Recebemos o seu aviso/);
    assert.equal(tasksOf(kase.code).length, 1);
    reported(kase.code);
  });
});
