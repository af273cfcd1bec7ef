// SPDX-License-Identifier: GPL-3.0-or-later
// Identification as agents live it: people and facts decide what is asked, evidence is judged on the day, a divergence
// suspends, a return says what to bring, one visit serves several certificates.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import {
  api, cli, cliPath, done, home, identify, mail, office, officeUrl, order, person, photograph, publicUrl, satisfy, sql, validate, verify,
} from '../support/office.mjs';

const refused = (run, reason, status = 1) => {
  assert.equal(run.status, status, `${run.stdout}${run.stderr}`);
  if (reason) assert.equal(run.json.reason, reason, run.stdout);
  return run.json;
};
const checklist = (code) => done('agent1', 'checklist', code);
const item = (code, id, who) => checklist(code).items.find((one) => one.id === id && (!who || one.person === who));
const present = (code) => {
  done('agent1', 'checkin', code, '--walk-in');
  done('agent1', 'call', code);
};

async function arrived(product = 'ecpf-a1', holder = person(), extra = {}) {
  const kase = await order(product, holder, extra);
  present(kase.code);
  return kase;
}

const addPerson = (code, role, changes = {}) => {
  const who = person(changes);
  const list = done('agent1', 'person', 'add', code, role, '--name', who.name, '--cpf', who.cpf, '--birth-date',
    who.birth_date);
  return { ...who, list };
};

describe('people and facts', () => {
  test('each person has an own check-in, checklist and consultations', async () => {
    const kase = await arrived('ecnpj-a1');
    const second = addPerson(kase.code, 'representative', { name: 'Joaquim Nabuco Teste' });
    const hers = second.list.items.filter((one) => one.person === 'representative');
    assert.deepEqual(hers.map((one) => one.id).slice(0, 5), ['ATT-01', 'PFBR-01', 'PFBR-03', 'REC-01', 'NEG-01']);
    assert.equal(item(kase.code, 'ATT-01', 'responsible').state, 'accepted', 'who checked in is present');
    assert.equal(item(kase.code, 'ATT-01', 'representative').state, 'pending');
    done('agent1', 'checkin', kase.code, '--person', 'representative');
    assert.equal(item(kase.code, 'ATT-01', 'representative').state, 'accepted');
    assert.equal(refused(cli('agent1', 'consult', kase.code, 'cpf', '--result', 'ok')).errors[0].code, 'ambiguous');
    done('agent1', 'consult', kase.code, 'cpf', '--result', 'ok', '--person', second.cpf);
    assert.equal(item(kase.code, 'REC-01', 'representative').state, 'accepted');
    assert.equal(item(kase.code, 'REC-01', 'responsible').state, 'pending');
    refused(cli('agent1', 'item', 'accept', kase.code, 'PFBR-01'));
    done('agent1', 'person', 'remove', kase.code, second.cpf);
    assert.equal(item(kase.code, 'ATT-01', 'representative'), undefined);
    refused(cli('agent1', 'person', 'remove', kase.code, 'responsible'));
  });

  test('undoing the check-in takes the presence back', async () => {
    const kase = await order();
    done('agent1', 'checkin', kase.code, '--walk-in');
    assert.equal(item(kase.code, 'ATT-01').state, 'accepted');
    done('agent1', 'undo', kase.code);
    assert.equal(item(kase.code, 'ATT-01').state, 'pending');
  });

  test('PJ-09: joint signature asks for everybody the act names', async () => {
    const kase = await arrived('ecnpj-a1');
    done('agent1', 'fact', kase.code, 'signature', 'joint');
    assert.equal(item(kase.code, 'PJ-09').state, 'pending');
    refused(cli('agent1', 'item', 'accept', kase.code, 'PJ-09'), 'not-satisfied');
    addPerson(kase.code, 'representative');
    assert.equal(item(kase.code, 'PJ-09').state, 'pending', 'until the agent says that all are there');
    done('agent1', 'fact', kase.code, 'joint_complete', 'yes');
    assert.equal(item(kase.code, 'PJ-09').state, 'accepted');
    refused(cli('agent1', 'fact', kase.code, 'signature', 'talvez'));
    refused(cli('agent1', 'fact', kase.code, 'cor_favorita', 'azul'));
  });

  test('REP-01, CAP-03: no attorney for a person; a representative of age', async () => {
    const kase = await arrived();
    const who = person();
    assert.equal(refused(cli('agent1', 'person', 'add', kase.code, 'attorney', '--name', who.name, '--cpf', who.cpf,
      '--birth-date', who.birth_date)).reason, 'REP-01');
    const child = refused(cli('agent1', 'person', 'add', kase.code, 'representative', '--name', who.name, '--cpf', who.cpf,
      '--birth-date', '2015-01-01'));
    assert.equal(child.errors[0].code, 'CAP-03');
    refused(cli('agent1', 'person', 'add', kase.code, 'representative', '--name', 'Outro', '--cpf', '11111111111',
      '--birth-date', '1980-01-01'));
  });

  test('REP-03, REP-04: the attorney of a company shows a recent public instrument', async () => {
    const kase = await arrived('ecnpj-a1');
    const who = addPerson(kase.code, 'attorney', { name: 'Procuradora Teste' });
    const add = (issued) => done('agent1', 'document', 'add', kase.code, 'REP-03', photograph(), '--kind', 'power_of_attorney',
      '--original-seen', '--issued', issued, '--person', who.cpf);
    add('2025-01-10');
    refused(cli('agent1', 'item', 'accept', kase.code, 'REP-03'), 'power-of-attorney-old');
    const today = sql("select (now() at time zone 'America/Sao_Paulo')::date - 10");
    add(today);
    done('agent1', 'item', 'accept', kase.code, 'REP-03');
    assert.equal(item(kase.code, 'REP-03').state, 'accepted');
  });
});

describe('dual control', () => {
  test('rules 3.6: neither agent is anybody in the case, an interpreter included; an attorney stands in the statement', async () => {
    const kase = await arrived('ecnpj-a1');
    addPerson(kase.code, 'attorney', { name: 'Procurador Teste' });
    addPerson(kase.code, 'interpreter', { name: 'Bruno Carvalho Lima Teste', cpf: '64081725390' });
    identify(kase.code);
    validate(kase.code);
    const run = cli('agent2', 'verify', kase.code);
    assert.equal(run.status, 1, run.stdout);
    assert.equal(run.json.reason, 'agent-is-subject');
    verify(kase.code, 'agent3');
  });
});

describe('evidence', () => {
  test('could not tell never passes, and neither does a consultation of tomorrow', async () => {
    const kase = await arrived();
    done('agent1', 'consult', kase.code, 'neglist', '--result', 'unavailable');
    assert.equal(item(kase.code, 'NEG-01').state, 'pending');
    assert.equal(item(kase.code, 'NEG-01').reason, 'could-not-tell');
    refused(cli('agent1', 'item', 'accept', kase.code, 'NEG-01'), 'could-not-tell');
    refused(cli('agent1', 'consult', kase.code, 'cpf', '--result', 'ok', '--consulted-at', '2999-01-01T00:00:00Z'));
    done('agent1', 'consult', kase.code, 'cpf', '--result', 'ok', '--consulted-at', '2026-01-02T12:00:00Z');
    assert.equal(item(kase.code, 'REC-01').reason, 'consultation-old');
  });

  test('NEG-01: our own list is asked in every case, and its hit counts more than a word', async () => {
    const clean = await arrived();
    assert.equal(done('agent1', 'consult', clean.code, 'neglist').result, 'ok', 'without a result the list itself answers');
    const known = await arrived('ecpf-a1', person({ name: 'Golpista Fictício da Silva' }));
    done('agent1', 'neglist', 'add', '--name', 'Golpista Fictício da Silva', '--cpf', known.holder.cpf, '--modus', 'documento falso');
    const said = done('agent1', 'consult', known.code, 'neglist', '--result', 'ok');
    assert.equal(said.result, 'alert', 'an agent\'s ok does not pass over it');
    assert.equal(said.hits.items.length > 0, true);
    assert.equal(item(known.code, 'NEG-01').state, 'rejected');
    refused(cli('agent1', 'validate', known.code));
    assert.ok(!done('agent1', 'missing', known.code).missing.some((one) => one.item === 'NEG-01'), 'nobody is told of the list');
  });

  test('evidence that does not match its digest is refused', async () => {
    const kase = await arrived();
    const evidence = done('agent1', 'document', 'add', kase.code, 'REC-01', photograph(), '--kind', 'evidence');
    const answer = office('agent1', 'POST', `/api/office/orders/${kase.code}/consultations`,
      { body: { kind: 'cpf', result: 'ok', evidence: evidence.document, evidence_sha256: '00'.repeat(32) } });
    assert.equal(answer.status, 422, answer.text);
    assert.equal(answer.json.errors[0].field, 'evidence_sha256');
    done('agent1', 'consult', kase.code, 'cpf', '--result', 'ok', '--evidence', photograph());
  });

  test('PHO-01, CLR-01: no photograph, not legible', async () => {
    const kase = await arrived();
    const add = (...words) => done('agent1', 'document', 'add', kase.code, 'PFBR-01', photograph(), '--kind', 'rg',
      '--original-seen', ...words);
    add('--no-photo');
    refused(cli('agent1', 'item', 'accept', kase.code, 'PFBR-01'), 'no-photo');
    add('--not-legible');
    refused(cli('agent1', 'item', 'accept', kase.code, 'PFBR-01'), 'not-legible');
    done('agent1', 'item', 'reject', kase.code, 'PFBR-01', '--reason', 'not_legible');
    assert.ok(sql(`select count(*) from event e join orders o on o.id = e.order_id where o.code = '${kase.code}'
      and e.code = 'SECOND_DOC_REQUESTED'`) === '1');
    const told = (await api('GET', `/api/orders/${kase.code}`, { token: kase.token })).json.corrections;
    assert.deepEqual(told.map((one) => [one.item, one.code]), [['PFBR-01', 'not_legible']], 'the holder is told, by a coded reason');
    const missing = done('agent1', 'missing', kase.code).missing.find((one) => one.item === 'PFBR-01');
    assert.match(missing.why, /CNH ou passaporte/);
  });

  test('a document number with letters where digits belong, an expiry before the issue', async () => {
    const kase = await arrived();
    const add = (...words) => cli('agent1', 'document', 'add', kase.code, 'PFBR-01', photograph(), '--original-seen', ...words);
    assert.equal(refused(add('--kind', 'cnh', '--number', '12A4567890')).errors[0].field, 'number');
    assert.equal(refused(add('--kind', 'rg', '--issued', '2024-02-02', '--expires', '2023-02-02')).errors[0].field, 'expires');
  });

  test('DIV-01: a divergence suspends, nobody lifts it by word, a new consultation does', async () => {
    const kase = await arrived();
    done('agent1', 'consult', kase.code, 'cpf', '--result', 'conflict');
    assert.equal(done('agent1', 'show', kase.code).states.identification, 'suspended');
    assert.equal(checklist(kase.code).suspended, 'REC-01');
    refused(cli('agent1', 'validate', kase.code));
    refused(cli('agent1', 'item', 'accept', kase.code, 'REC-01'));
    refused(cli('agent1', 'item', 'reopen', kase.code, 'REC-01'), 'suspended-divergence');
    done('agent1', 'consult', kase.code, 'cpf', '--result', 'ok', '--protocol', 'regularizado');
    assert.equal(done('agent1', 'show', kase.code).states.identification, 'open');
    satisfy(kase.code, item(kase.code, 'PFBR-01'));
    done('agent1', 'item', 'reject', kase.code, 'PFBR-01', '--reason', 'divergence');
    assert.equal(done('agent1', 'show', kase.code).states.identification, 'suspended');
    refused(cli('agent1', 'item', 'accept', kase.code, 'PFBR-01'), 'suspended-divergence');
    done('agent1', 'consult', kase.code, 'cpf', '--result', 'unavailable');
    refused(cli('agent1', 'item', 'accept', kase.code, 'PFBR-01'), 'suspended-divergence');
    done('agent1', 'consult', kase.code, 'cpf', '--result', 'ok');
    done('agent1', 'item', 'reject', kase.code, 'PFBR-01', '--reason', 'divergence');
    refused(cli('agent1', 'item', 'reopen', kase.code, 'PFBR-01'), 'suspended-divergence');
    satisfy(kase.code, item(kase.code, 'PFBR-01'));
    assert.equal(done('agent1', 'show', kase.code).states.identification, 'open');
    const events = sql(`select string_agg(e.code, ' ' order by e.id) from event e join orders o on o.id = e.order_id
      where o.code = '${kase.code}' and e.code like 'DIVERGENCE%'`);
    assert.equal(events, 'DIVERGENCE_SUSPENDED DIVERGENCE_RESOLVED DIVERGENCE_SUSPENDED DIVERGENCE_RESOLVED');
  });

  test('rules 3.1: a conflict of the biometric base opens a task of one business day; CPF not found needs a capture', async () => {
    const kase = await arrived();
    done('agent1', 'consult', kase.code, 'psbio', '--result', 'conflict');
    assert.equal(item(kase.code, 'PFBR-03').state, 'rejected');
    const task = done('agent1', 'tasks').tasks.find((one) => one.order === kase.code);
    assert.equal(task.kind, 'psbio_conflict');
    const days = (Date.parse(task.due) - Date.parse(task.opened)) / 86400000;
    assert.ok(days > 0.9 && days < 5, `${days} days`);
    done('agent1', 'task', 'close', String(task.id), '--outcome', 'respondido no PSBio');
    refused(cli('agent1', 'task', 'close', String(task.id), '--outcome', 'de novo'));
    done('agent1', 'consult', kase.code, 'psbio', '--result', 'not_found');
    assert.equal(item(kase.code, 'PFBR-03').reason, 'capture-missing');
    done('agent1', 'document', 'add', kase.code, 'PFBR-03', photograph(), '--kind', 'face', '--original-seen');
    assert.equal(item(kase.code, 'PFBR-03').state, 'accepted');
  });
});

describe('ways round that must not be', () => {
  const reopenable = async () => {
    const kase = await arrived();
    satisfy(kase.code, item(kase.code, 'PFBR-01'));
    done('agent1', 'item', 'reject', kase.code, 'PFBR-01', '--reason', 'divergence');
    return kase;
  };

  test('DIV-01: neither another rejection, nor an answer, nor what the holder sends lifts a divergence', async () => {
    const kase = await reopenable();
    refused(cli('agent1', 'item', 'reject', kase.code, 'PFBR-01', '--reason', 'not_legible'), 'suspended-divergence');
    refused(cli('agent1', 'fact', kase.code, 'residence', 'foreign_resident'), 'suspended-divergence');
    const sent = await fetch(`${publicUrl}/api/orders/${kase.code}/documents?item=PFBR-01&kind=rg`, { method: 'POST',
      headers: { Authorization: `Bearer ${kase.token}` }, body: fs.readFileSync(photograph()) });
    assert.equal(sent.status, 201);
    refused(cli('agent1', 'item', 'accept', kase.code, 'PFBR-01'), 'suspended-divergence');
    done('agent1', 'document', 'add', kase.code, 'PFBR-03', photograph(), '--kind', 'face', '--original-seen');
    refused(cli('agent1', 'item', 'accept', kase.code, 'PFBR-01'), 'suspended-divergence');
    assert.equal(done('agent1', 'show', kase.code).states.identification, 'suspended');
  });

  test('rules 3.3: after a conflict an ok leaves a trace', async () => {
    const kase = await arrived();
    done('agent1', 'consult', kase.code, 'cpf', '--result', 'conflict');
    assert.equal(refused(cli('agent1', 'consult', kase.code, 'cpf', '--result', 'ok')).errors[0].field, 'protocol');
    done('agent1', 'consult', kase.code, 'cpf', '--result', 'ok', '--evidence', photograph());
    assert.equal(done('agent1', 'show', kase.code).states.identification, 'open');
  });

  test('CAP-01: nobody is his own representative; who interprets does not represent', async () => {
    const kase = await arrived();
    const add = (role, who, birth) => cli('agent1', 'person', 'add', kase.code, role, '--name', who.name, '--cpf', who.cpf,
      '--birth-date', birth ?? who.birth_date);
    assert.equal(refused(add('representative', kase.holder, '1970-01-01')).errors[0].code, 'other-role');
    const who = person();
    assert.equal(add('interpreter', who).status, 0);
    assert.equal(refused(add('representative', who)).errors[0].code, 'other-role');
  });

  test('who comes back is who left, and what was rejected of somebody keeps him in the case', async () => {
    const kase = await arrived('ecnpj-a1');
    const who = addPerson(kase.code, 'representative');
    done('agent1', 'consult', kase.code, 'cpf', '--result', 'conflict', '--person', who.cpf);
    refused(cli('agent1', 'person', 'remove', kase.code, who.cpf), 'suspended-divergence');
    done('agent1', 'consult', kase.code, 'cpf', '--result', 'ok', '--protocol', 'P-9', '--person', who.cpf);
    done('agent1', 'person', 'remove', kase.code, who.cpf);
    assert.equal(refused(cli('agent1', 'person', 'add', kase.code, 'representative', '--name', 'Outra Pessoa', '--cpf', who.cpf,
      '--birth-date', '1970-01-01')).errors[0].code, 'other-data');
  });

  test('a fact is answered only where it is asked, and faces come from agents', async () => {
    const kase = await arrived();
    assert.equal(refused(cli('agent1', 'fact', kase.code, 'company_certified_before', 'yes')).errors[0].code, 'not-asked');
    const sent = await fetch(`${publicUrl}/api/orders/${kase.code}/documents?item=PFBR-03&kind=face`, { method: 'POST',
      headers: { Authorization: `Bearer ${kase.token}` }, body: fs.readFileSync(photograph()) });
    assert.equal(sent.status, 422);
  });

  test('a refused or suspended order proves nothing in another', async () => {
    const holder = person();
    const first = await arrived('ecpf-a1', holder);
    satisfy(first.code, item(first.code, 'PFBR-01'));
    done('agent1', 'item', 'reject', first.code, 'PFBR-01', '--reason', 'divergence');
    const second = await arrived('ecpf-a3', { ...holder, email: `b${holder.email}` });
    refused(cli('agent1', 'reuse', second.code, first.code), 'source-not-sound');
  });

  test('protocol 2: both agents see the leaves that the root stands for', async () => {
    const kase = await arrived();
    done('agent1', 'fact', kase.code, 'cpf_in_document', 'no');
    identify(kase.code);
    validate(kase.code);
    const seen = spawnSync(cliPath, ['--server', officeUrl, '--identity', path.join(home, 'identities/agent2.pem'), '--home', home,
      '--yes', 'verify', kase.code], { encoding: 'utf8' });
    assert.equal(seen.status, 0, seen.stderr);
    assert.match(seen.stdout, /Resposta cpf_in_document, no/);
    assert.match(seen.stdout, /Item PFBR-01, titular, aceito/);
    assert.match(seen.stdout, /Consulta cpf, de titular, resultado sem restrição/);
  });
});

describe('sending back, waiving, reusing', () => {
  test('return keeps what was accepted, says what to bring, and who returns goes first', async () => {
    const kase = await arrived();
    identify(kase.code);
    done('agent1', 'finish', kase.code);
    validate(kase.code);
    const sent = done('agent2', 'return', kase.code, '--reason', 'A foto do RG não permite comparar.',
      '--item', 'PFBR-01=not_legible');
    assert.equal(sent.missing.length, 1);
    assert.match(sent.missing[0].why, /não está nítido/);
    assert.equal(item(kase.code, 'REC-01').state, 'accepted', 'kept');
    const { text } = await mail(kase.holder.email, /Para concluir, traga ou corrija/);
    assert.match(text, /CNH ou passaporte/);
    done('agent1', 'checkin', kase.code);
    const other = await order();
    done('agent1', 'checkin', other.code, '--walk-in');
    const queue = done('agent1', 'queue').items.map((one) => one.order);
    assert.ok(queue.indexOf(kase.code) < queue.indexOf(other.code), 'the return is called before');
    refused(cli('agent1', 'checkin', (await order()).code, '--walk-in', '--priority', 'return'));
    satisfy(kase.code, item(kase.code, 'PFBR-01'));
    validate(kase.code);
    verify(kase.code);
    assert.equal(done('agent1', 'show', kase.code).states.identification, 'verified');
  });

  test('a waiver only where a row permits; the second agent confirms it; the auditor has the register', async () => {
    const kase = await arrived();
    refused(cli('agent1', 'item', 'waive', kase.code, 'PFBR-01', '--reason', 'já conhecido'), 'not-waivable');
    done('agent1', 'consult', kase.code, 'psbio', '--result', 'ok');
    refused(cli('agent1', 'item', 'waive', kase.code, 'PFBR-01'));
    done('agent1', 'item', 'waive', kase.code, 'PFBR-01', '--reason', 'PSBio positivo; dados inalterados');
    assert.equal(item(kase.code, 'PFBR-01').state, 'waived');
    identify(kase.code);
    validate(kase.code);
    verify(kase.code);
    const row = done('auditor', 'audit', 'waivers').waivers.find((one) => one.order === kase.code);
    assert.equal(row.rule, 'PFBR-01');
    assert.match(row.reason, /PSBio positivo/);
    assert.match(row.confirmed_by, /BRUNO/);
    refused(cli('agent1', 'audit', 'waivers'), undefined);
  });

  test('evidence of the visit serves the other order of the same person', async () => {
    const holder = person({ name: 'Helena Duas Vezes' });
    const first = await arrived('ecpf-a1', holder);
    identify(first.code);
    const second = await arrived('ecnpj-a1', { ...holder, email: `dois${holder.email}` });
    assert.deepEqual(checklist(second.code).reusable, [first.code]);
    const list = done('agent1', 'reuse', second.code, first.code);
    assert.equal(list.items.find((one) => one.id === 'NEG-01').state, 'pending', 'the list is asked for each case');
    for (const id of ['PFBR-01', 'PFBR-03', 'REC-01'])
      assert.equal(list.items.find((one) => one.id === id).state, 'accepted', id);
    assert.equal(list.items.find((one) => one.id === 'PJ-03').state, 'pending');
    refused(cli('agent1', 'reuse', second.code, first.code), 'nothing-to-reuse');
    const stranger = await arrived();
    refused(cli('agent1', 'reuse', stranger.code, first.code), 'nothing-to-reuse');
    identify(second.code);
    validate(second.code);
    verify(second.code);
  });

  test('what was answered last time is offered for confirmation', async () => {
    const holder = person();
    const first = await order('ecpf-a1', holder);
    done('agent1', 'fact', first.code, 'residence', 'foreign_resident', '--person', 'holder');
    const second = await order('ecpf-a1', { ...holder, email: `outra${holder.email}` });
    const offer = checklist(second.code).offered.find((one) => one.key === 'residence');
    assert.equal(offer.value, 'foreign_resident');
    done('agent1', 'fact', second.code, 'residence', 'brazilian');
    assert.deepEqual(checklist(second.code).offered, []);
  });
});

describe('the rules that judged', () => {
  test('the version is fixed when the first agent signs, with its snapshot', async () => {
    const kase = await arrived();
    assert.equal(done('agent1', 'show', kase.code).rules, '', 'nothing has judged yet');
    identify(kase.code);
    const { rules } = checklist(kase.code);
    validate(kase.code);
    assert.equal(done('agent1', 'show', kase.code).rules, rules);
    assert.equal(sql(`select count(*) from rules_snapshot where version = '${rules}'`), '1');
    assert.throws(() => sql(`delete from rules_snapshot`), /append-only/);
  });

  test('the public list follows who asks', async () => {
    const list = async (query) => (await (await fetch(`http://localhost:${process.env.RA_PORT ?? 8080}/api/checklist?${query}`)).json()).items
      .map((one) => one.id);
    assert.ok((await list('product=ecpf-a1&residence=foreign_nonresident')).includes('PFEN-02'));
    assert.ok((await list('product=ecpf-a1&age=represented')).includes('CAP-01'));
    assert.ok(!(await list('product=ecnpj-a1&nature=mei')).includes('PJ-04'));
    assert.equal((await fetch(`http://localhost:${process.env.RA_PORT ?? 8080}/api/checklist?nature=xyz`)).status, 422);
  });
});

