// SPDX-License-Identifier: GPL-3.0-or-later
// The lista negativa as people use it (rules 3.2, 3.9): who may search, feed and withdraw, both modes, the narrowing, the
// faces, what is kept for ever and what the log says of it.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { before, describe, test } from 'node:test';

import {
  api, cli, cliPath, cnpj, cpf, done, home, office, officeUrl, order, photograph, scratch, sql, uniqueWord,
} from '../support/office.mjs';

const refused = (run, reason) => {
  assert.equal(run.status, 1, `${run.stdout}${run.stderr}`);
  if (reason) assert.equal(run.json.reason ?? run.json.errors?.[0]?.field, reason, run.stdout);
  return run.json;
};
const events = (entry) => sql(`select code from event where convert_from(bytes, 'UTF8') like '%${entry}%' order by id`)
  .split('\n').filter((line) => line !== '');
const leaf = (code) => sql(`select convert_from(bytes, 'UTF8') from event where code = '${code}' order by id desc limit 1`);
const found = (who, ...words) => done(who, 'neglist', 'search', ...words);
const ids = (answer) => answer.items.map((item) => item.entry);

// Letters alone, so that no two runs share a name.
const surname = uniqueWord();
const fraud = {
  name: `João D'Ávila ${surname} Conceição`, cpf: cpf(), email: `golpe${randomInt(1e9)}@fraude.example`,
  phone: `+55199${randomInt(1e7, 1e8 - 1)}`, company: `Padaria Três Irmãos ${uniqueWord()} Ltda`, cnpj: cnpj('12ABC' + randomInt(1e6, 1e7 - 1)),
  description: `homem alto, calvo, tatuagem de ${surname.toLowerCase()} no pescoço`,
};
const add = (data, ...more) => done('agent1', 'neglist', 'add',
  ...Object.entries(data).flatMap(([name, value]) => [`--${name}`, value]), ...more).entry;

describe('3.2: searches', () => {
  let entry;
  let other;

  before(() => {
    entry = add(fraud, '--uf', 'SP', '--city', '3509502', '--modus', 'RG falso com a foto dele');
    other = add({ name: `Ana ${surname}`, uf: 'RJ', city: '3304557' });
  });

  test('by each field alone, however it is typed', () => {
    const typed = {
      name: `conceicao ${surname.toLowerCase()}`, cpf: fraud.cpf.replace(/(...)(...)(...)(..)/, '$1.$2.$3-$4'),
      email: fraud.email.replace('fraude', 'FRAUDE'), phone: fraud.phone.replace('+55', '0'), cnpj: fraud.cnpj.toLowerCase(),
      company: fraud.company.split(' ')[3], description: `PESCOCO ${surname}`,
    };
    for (const [name, value] of Object.entries(typed)) {
      for (const mode of ['--any', '--all']) {
        const answer = found('agent1', mode, `--${name}`, value);
        assert.deepEqual(ids(answer), [entry], `${mode} --${name} ${value}`);
        assert.deepEqual(answer.items[0].matched, [name === 'company' ? 'company_name' : name]);
        assert.equal(answer.items[0].strength, ['cpf', 'email', 'cnpj'].includes(name) ? 'strong' : 'weak', name);
      }
    }
  });

  test('all fields must agree, or any of them', () => {
    assert.deepEqual(ids(found('agent1', '--any', '--cpf', fraud.cpf, '--name', `Ana ${surname}`)).sort(), [entry, other].sort());
    assert.equal(ids(found('agent1', '--cpf', fraud.cpf, '--name', `Ana ${surname}`))[0], entry, 'any is the usual; the strong one first');
    assert.deepEqual(ids(found('agent1', '--all', '--cpf', fraud.cpf, '--name', `Ana ${surname}`)), []);
    assert.deepEqual(ids(found('agent1', '--all', '--cpf', fraud.cpf, '--name', surname, '--email', fraud.email)), [entry]);
    assert.equal(cli('agent1', 'neglist', 'search', '--all', '--any', '--name', surname).status, 1);
  });

  test('narrowed by UF and by several municípios', () => {
    assert.equal(found('agent1', '--name', surname).total, 2);
    assert.deepEqual(ids(found('agent1', '--name', surname, '--uf', 'sp')), [entry]);
    assert.deepEqual(ids(found('agent1', '--name', surname, '--city', '3304557')), [other]);
    assert.equal(found('agent1', '--name', surname, '--city', '3304557', '--city', '3509502').total, 2);
    assert.deepEqual(ids(found('agent1', '--name', surname, '--uf', 'MG')), []);
    assert.ok(ids(found('agent1', '--city', '3304557')).includes(other), 'nothing but the region: a listing');
  });

  test('what cannot be looked for is refused, never "nothing found"', () => {
    refused(cli('agent1', 'neglist', 'search'), 'name');
    refused(cli('agent1', 'neglist', 'search', '--cpf', '12345678901'), 'cpf');
    refused(cli('agent1', 'neglist', 'search', '--cnpj', '12ABC34501DE36'), 'cnpj');
    refused(cli('agent1', 'neglist', 'search', '--name', 'da'), 'name');
    refused(cli('agent1', 'neglist', 'search', '--uf', 'SP', '--city', '3304557'), 'municipality');
    for (const query of ['nome=Ana+Lima', 'uf=SP&mode=some', 'uf=SP&faces=yes', 'uf=SP&municipality=1',
        'cpf=', 'uf=SP&municipality=3509502,x', `municipality=${'3509502,'.repeat(17)}`]) {
      const answer = office('agent1', 'GET', `/api/office/neglist?${query}`);
      assert.equal(answer.status, 422, `${query}: ${answer.text}`);
    }
    const nothing = found('agent1', '--name', "Zulmira' or 1=1 -- %_");
    assert.equal(nothing.total, 0);
  });

  test('results are bounded, and the rest is counted', () => {
    const many = uniqueWord();
    sql(`insert into neglist_entry (source, name, name_words, agent, station, at)
      select 'ac', 'ANA ${many}', '{ANA,${many}}', 'x', 'y', now() from generate_series(1, 63)`);
    const answer = found('agent1', '--name', many);
    assert.equal(answer.items.length, 50);
    assert.equal(answer.total, 63);
    assert.equal(answer.left_off, 13);
    const shown = spawnSync(cliPath, ['--server', officeUrl, '--identity', path.join(home, 'identities/agent1.pem'), '--home', home,
      'neglist', 'search', '--name', many], { encoding: 'utf8' });
    assert.match(shown.stdout, /e mais 13 que não cabem aqui; restrinja por UF ou município/);
  });

  test('each search is an event; what was sought is not in the leaf', () => {
    found('auditor', '--cpf', fraud.cpf, '--name', surname, '--uf', 'SP');
    const text = leaf('NEGLIST_QUERIED');
    const { detail, actor } = JSON.parse(text);
    assert.equal(actor.kind, 'auditor');
    assert.deepEqual(detail.fields, ['name', 'cpf']);
    assert.deepEqual(detail.entries, [entry]);
    assert.equal(detail.mode, 'any');
    for (const secret of [fraud.cpf, surname, surname.toLowerCase()]) assert.ok(!text.includes(secret), text);
    assert.match(sql(`select convert_from(data, 'UTF8') from event_private order by event_id desc limit 1`), new RegExp(fraud.cpf));
  });
});

describe('no event, no answer', () => {
  test('what cannot be recorded is not shown', () => {
    const name = uniqueWord();
    const entry = add({ name: `Ugo ${name}` });
    const { image } = done('agent1', 'neglist', 'image', 'add', entry, photograph(), '--kind', 'face');
    sql('revoke insert on event from ra_app');
    try {
      for (const where of [`?name=${name}`, `/${entry}`, `/images/${image}`]) {
        const answer = office('agent1', 'GET', `/api/office/neglist${where}`);
        assert.equal(answer.status, 500, `${where}: ${answer.text}`);
        assert.ok(!answer.text.includes(name) && answer.json.items === undefined, answer.text);
      }
      assert.equal(office('agent1', 'POST', '/api/office/neglist', { body: { name: `Vito ${name}` } }).status, 500);
    } finally {
      sql('grant insert on event to ra_app');
    }
    assert.equal(found('agent1', '--name', name).total, 1);
  });
});

describe('3.9: occurrences are added, read, withdrawn, never changed', () => {
  test('from a case of ours', async () => {
    const kase = await order();
    const entry = add({ cpf: cpf(), order: kase.code.toLowerCase() }, '--source', 'ac', '--reference', 'AC-2026/77');
    const shown = done('auditor', 'neglist', 'show', entry);
    assert.equal(shown.order, kase.code);
    assert.equal(shown.source, 'ac');
    assert.equal(shown.reference, 'AC-2026/77');
    assert.equal(shown.agent.length > 0, true);
    assert.deepEqual(shown.images, []);
    assert.deepEqual(events(entry), ['NEGLIST_ADDED', 'NEGLIST_READ']);
    assert.equal(sql(`select e.code from event e join orders o on o.id = e.order_id where o.code = '${kase.code}'
      order by e.id desc limit 1`), 'NEGLIST_ADDED', 'the case tells of it');
    refused(cli('agent1', 'neglist', 'add', '--cpf', cpf(), '--order', 'AAAAAAAAAAAA'));
  });

  test('an occurrence needs something that can be found again, well typed', () => {
    refused(cli('agent1', 'neglist', 'add', '--uf', 'SP', '--modus', 'x'), 'name');
    refused(cli('agent1', 'neglist', 'add', '--cpf', '111.111.111-11'), 'cpf');
    refused(cli('agent1', 'neglist', 'add', '--name', 'Ana', '--city', '3509'), 'municipality');
    refused(cli('agent1', 'neglist', 'add', '--name', 'Ana', '--source', 'jornal'), 'source');
    refused(cli('agent1', 'neglist', 'add', '--name', 'Ana', '--modus', 'x'.repeat(2001)), 'modus');
    const answer = office('agent1', 'POST', '/api/office/neglist', { body: { name: 'Ana Lima', telefone: '1' } });
    assert.equal(answer.status, 422, answer.text);
    assert.equal(office('agent1', 'POST', '/api/office/neglist', { body: { cpf: 11144477735, name: 'Ana Lima' } }).status, 422);
    assert.equal(cli('agent1', 'neglist', 'show', '00000000-0000-4000-8000-000000000000').status, 1);
    assert.equal(cli('agent1', 'neglist', 'show', 'x').status, 1);
  });

  test('personal data of an occurrence stays out of the leaf', () => {
    const data = { name: `Rita ${uniqueWord()}`, cpf: cpf(), email: `r${randomInt(1e9)}@fraude.example` };
    add(data, '--description', 'cicatriz', '--modus', 'boleto falso');
    const text = leaf('NEGLIST_ADDED');
    for (const secret of [data.name.toUpperCase(), data.cpf, data.email, 'cicatriz', 'boleto']) assert.ok(!text.includes(secret), text);
  });

  test('withdrawn by an administrator with a reason: out of the searches, still to be read', () => {
    const name = uniqueWord();
    const entry = add({ name: `Otto ${name}` });
    refused(cli('agent1', 'neglist', 'withdraw', entry, '--reason', 'engano'), 'roster-role');
    refused(cli('auditor', 'neglist', 'withdraw', entry, '--reason', 'engano'), 'roster-role');
    refused(cli('admin', 'neglist', 'withdraw', entry, '--reason', ' '), 'reason');
    assert.equal(found('agent1', '--name', name).total, 1);
    assert.equal(done('admin', 'neglist', 'withdraw', entry, '--reason', 'Era homônimo').state, 'withdrawn');
    assert.equal(found('agent1', '--name', name).total, 0);
    const shown = done('admin', 'neglist', 'show', entry);
    assert.equal(shown.withdrawal.reason, 'Era homônimo');
    assert.equal(shown.name, `OTTO ${name}`);
    assert.equal(refused(cli('admin', 'neglist', 'withdraw', entry, '--reason', 'de novo')).reason, 'neglist-withdrawn');
    assert.equal(refused(cli('agent1', 'neglist', 'image', 'add', entry, photograph(), '--kind', 'face')).reason, 'neglist-withdrawn');
    assert.ok(!leaf('NEGLIST_WITHDRAWN').includes('Era'), 'the reason may name somebody');
    const old = add({ name: `Velha ${name}` });
    assert.equal(done('admin', 'neglist', 'withdraw', old, '--reason', 'fim do prazo', '--expired').state, 'expired');
    refused(cli('admin', 'neglist', 'withdraw', '00000000-0000-4000-8000-000000000000', '--reason', 'x'));
  });

  test('the database lets nobody change or delete', () => {
    const entry = add({ name: `Ivo ${uniqueWord()}` });
    done('agent1', 'neglist', 'image', 'add', entry, photograph(), '--kind', 'face');
    for (const text of [`update neglist_entry set name = ''`, 'delete from neglist_entry', `update neglist_image set kind = 'document'`,
        'delete from neglist_image', 'delete from neglist_withdrawal', 'truncate neglist_withdrawal']) {
      assert.throws(() => sql(text), /append-only/, text);
    }
    for (const table of ['neglist_entry', 'neglist_image', 'neglist_key', 'neglist_withdrawal']) {
      const rights = sql(`select string_agg(privilege_type, ',' order by privilege_type) from information_schema.table_privileges
        where table_schema = 'ra' and table_name = '${table}' and grantee = 'ra_app'`);
      assert.equal(rights, 'INSERT,SELECT', table);
    }
  });
});

describe('3.2: images', () => {
  const name = uniqueWord();
  let entry;

  before(() => { entry = add({ name: `Saulo ${name}`, uf: 'SP' }); });

  test('kept encrypted under the key of the occurrence, read back with a trace', () => {
    const file = photograph();
    const face = done('agent1', 'neglist', 'image', 'add', entry, file, '--kind', 'face');
    assert.equal(face.media_type, 'image/jpeg');
    const stored = path.join(home, 'dossier', entry, face.sha256);
    const plain = fs.readFileSync(file);
    const sealed = fs.readFileSync(stored);
    assert.ok(sealed.length > plain.length && !sealed.includes(plain.subarray(0, 16)));
    const out = path.join(scratch(), 'rosto.jpg');
    done('auditor', 'neglist', 'image', 'get', face.image, '-o', out);
    assert.deepEqual(fs.readFileSync(out), plain);
    const { detail } = JSON.parse(leaf('NEGLIST_READ'));
    assert.deepEqual(detail, { what: 'image', entry, image: face.image });
    assert.deepEqual(events(entry).slice(0, 2), ['NEGLIST_ADDED', 'NEGLIST_IMAGE_ADDED']);
    assert.equal(refused(cli('agent1', 'neglist', 'image', 'add', entry, file, '--kind', 'face')).reason, 'neglist-image-repeated');
    done('agent1', 'neglist', 'image', 'add', entry, file, '--kind', 'document');
    assert.deepEqual(done('agent1', 'neglist', 'show', entry).images.map((image) => image.kind).sort(), ['document', 'face']);
  });

  test('the listing of faces shows those who have one', () => {
    const bare = add({ name: `Sem Rosto ${name}` });
    const listed = found('agent1', '--faces', '--name', name);
    assert.deepEqual(ids(listed), [entry]);
    assert.equal(listed.items[0].faces.length, 1);
    assert.equal(found('agent1', '--name', name).total, 2);
    assert.ok(!ids(found('agent1', '--faces', '--uf', 'SP')).includes(bare));
  });

  test('what is no image is refused, and so is a face that is a paper', () => {
    const script = path.join(scratch(), 'rosto.jpg');
    fs.writeFileSync(script, '#!/bin/sh\necho oi\n');
    const pdf = path.join(scratch(), 'rosto.pdf');
    fs.writeFileSync(pdf, '%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n');
    const before_ = fs.readdirSync(path.join(home, 'dossier', entry)).length;
    refused(cli('agent1', 'neglist', 'image', 'add', entry, script, '--kind', 'face'));
    refused(cli('agent1', 'neglist', 'image', 'add', entry, pdf, '--kind', 'face'));
    refused(cli('agent1', 'neglist', 'image', 'add', entry, photograph(), '--kind', 'finger'));
    assert.equal(cli('agent1', 'neglist', 'image', 'add', '00000000-0000-4000-8000-000000000000', photograph(), '--kind', 'face').status, 1);
    assert.equal(fs.readdirSync(path.join(home, 'dossier', entry)).length, before_);
  });

  test('without its key an image is gone', () => {
    const lost = add({ name: `Dora ${name}` });
    const face = done('agent1', 'neglist', 'image', 'add', lost, photograph(), '--kind', 'face');
    sql(`delete from neglist_key where entry_id = '${lost}'`);
    assert.equal(cli('agent1', 'neglist', 'image', 'get', face.image, '-o', path.join(scratch(), 'x')).status, 1);
    assert.equal(done('agent1', 'neglist', 'show', lost).images.length, 1, 'that there was one stays known');
  });
});

describe('who may', () => {
  test('auditors read and change nothing; administrators do not search', () => {
    const entry = add({ name: `Nilo ${uniqueWord()}` });
    for (const words of [['add', '--name', 'Ana Lima'], ['image', 'add', entry, photograph(), '--kind', 'face'],
        ['withdraw', entry, '--reason', 'x']]) {
      refused(cli('auditor', 'neglist', ...words), 'roster-role');
    }
    done('auditor', 'neglist', 'show', entry);
    refused(cli('admin', 'neglist', 'search', '--name', 'Ana'), 'roster-role');
    refused(cli('admin', 'neglist', 'add', '--name', 'Ana Lima'), 'roster-role');
  });

  test('the public side knows nothing of it', async () => {
    assert.equal((await api('GET', '/api/office/neglist?name=Ana+Lima')).status, 404);
    assert.ok(!(await api('GET', '/openapi.json')).text.includes('neglist'));
  });
});

describe('could not tell', () => {
  test('a cleared holder whose address changes to a known one is held again', async () => {
    const email = `golpe${randomInt(1e9)}@fraude.example`;
    add({ name: `Rui ${uniqueWord()}`, email });
    const kase = await order();
    const standing = () => done('agent1', 'checklist', kase.code).items.find((item) => item.consult === 'neglist');
    done('agent1', 'consult', kase.code, 'neglist');
    assert.equal(standing().state, 'accepted');
    done('agent1', 'contact', kase.code, '--email', `outro${randomInt(1e9)}@cidadao.example`);
    assert.equal(standing().state, 'accepted', 'nobody knows that address');
    done('agent1', 'contact', kase.code, '--email', email);
    assert.notEqual(standing().state, 'accepted');
  });

  test('a list that does not answer is no clean list', async () => {
    sql('alter table neglist_withdrawal rename to elsewhere');
    try {
      const answer = office('agent1', 'GET', '/api/office/neglist?name=Ana+Lima');
      assert.ok(answer.status >= 500, answer.text);
      assert.equal(answer.json.items, undefined);
    } finally {
      sql('alter table elsewhere rename to neglist_withdrawal');
    }
    assert.equal(office('agent1', 'GET', '/api/office/neglist?name=Ana+Lima').status, 200);
  });
});
