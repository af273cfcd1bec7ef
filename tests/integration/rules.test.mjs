// SPDX-License-Identifier: GPL-3.0-or-later
// Policies change only under two administrators' signatures over the same bytes, and never backwards in time
// (identification-rules 0.2, 2.7).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { signedContent } from '../support/der.mjs';
import { api, cli, cliPath, clockOffset, done, home, office, officeUrl, root, scratch, sql } from '../support/office.mjs';
import { identity, selfMade, signStatement } from '../support/thief.mjs';

const zone = 'America/Sao_Paulo';
const nowS = () => Math.floor(Date.now() / 1000) + clockOffset();
const today = () => new Intl.DateTimeFormat('sv', { timeZone: zone }).format(new Date(nowS() * 1000));
const plus = (day, days) => new Date(Date.parse(`${day}T12:00:00Z`) + days * 86400000).toISOString().slice(0, 10);
const rows = (who, ...words) => done(who, 'admin', 'rules', ...words).rows;
const inForce = (key, day = today()) => rows('admin', '--date', day).find((row) => row.key === key);
const history = (key) => rows('admin', '--all').filter((row) => row.key === key);
const events = (code) => Number(sql(`select count(*) from event where code = '${code}'`));
const lastRejection = () => sql(`select convert_from(bytes, 'UTF8') from event where code = 'STATEMENT_REJECTED' order by id desc limit 1`);

// The first day on which a change of this key may begin, also on an instance where these tests ran before.
function freeDay(key) {
  const last = history(key).at(-1);
  return last.from >= today() ? plus(last.from, 1) : today();
}

const words = (from) => ['--from', from, '--source', 'DPC da AC, 3.2.2', '--reason', 'a AC pediu'];
const propose = (who, key, value, from, ...more) => cli(who, 'admin', 'rules', 'propose', key, value, ...words(from), ...more);

function proposed(key, value, from = freeDay(key)) {
  const run = propose('admin', key, value, from);
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.equal(run.json.state, 'pending');
  return run.json.change;
}

function refused(run, reason, status = 1) {
  assert.equal(run.status, status, `${run.stdout} ${run.stderr}`);
  assert.equal(run.json.reason, reason, run.stdout);
}

// --- the thief's hand: a content of his own, in the fixed order of the keys ---

const administrators = {};
before(() => {
  for (const name of ['admin', 'admin2', 'agent1']) administrators[name] = identity(name);
});

function content(changes = {}) {
  const key = changes.key ?? 'poa_max_age_days';
  const from = changes.valid_from ?? freeDay(key);
  const { instance } = office('admin', 'GET', '/api/office/me').json;
  const list = office('admin', 'GET', `/api/office/rules?date=${freeDay(key)}`).json;
  const row = list.rows.find((one) => one.key === key);
  return { typ: 'guiche-rules-v1', instance, version: list.next_change, issued_at: nowS(), not_after: nowS() + 86400, key,
    before: row ? JSON.stringify(row.value) : '', value: '45', valid_from: from, layer: 'AC', source: 'DPC da AC', evidence: 'V',
    reason: 'teste', ...changes };
}

const signed = (who, made) => signStatement(administrators[who] ?? who, 'rules', made);
const hand = (who, cms, where = '/api/office/rules/changes') => office(who, 'POST', where, { body: { cms: cms.toString('base64') } });

function turnedAway(answer, reason, status = 422) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.reason, reason, answer.text);
}

describe('contract 3: admin products and retention, by the mechanism of the policies', () => {
  const sale = async (id) => (await api('GET', '/api/products')).json.products.find((one) => one.id === id);
  const product = (id, day) => sql(`select price_cents, on_sale, coalesce(set_by, 0) from product
    where id = '${id}' and valid_from <= '${day}' and (valid_to is null or valid_to >= '${day}')`);
  const confirmed = (...wish) => {
    const change = done('admin', 'admin', ...wish).change;
    assert.equal(done('admin2', 'admin', 'rules', 'confirm', String(change)).state, 'in_force');
    return change;
  };
  async function soon(holds, what) { // the server reads its catalogue every few seconds
    for (let tries = 0; tries < 100 && !await holds(); tries++) await new Promise((resolve) => { setTimeout(resolve, 100); });
    assert.ok(await holds(), what);
  }

  test('a price is read, proposed by one, confirmed by another, and a dated row of the product from its day on', async () => {
    const key = 'product_price_cents_pf_a3';
    const from = freeDay(key);
    const list = () => done('agent1', 'admin', 'products', '--date', from).rows;
    assert.ok(list().length >= 20 && list().every((row) => row.key.startsWith('product_')));
    const old = list().find((row) => row.key === key);
    const cents = old.value === 21500 ? 22500 : 21500;
    const versionBefore = done('admin', 'admin', 'rules', '--date', from).version;
    const wish = ['products', 'propose', 'pf-a3', 'price_cents', String(cents), ...words(from)];
    assert.equal(product('pf-a3', from).split('|')[0], String(old.value));
    refused(cli('admin', 'admin', 'products', 'propose', 'pf-a3', 'price_cents', '0', ...words(from)), 'rules-value');
    refused(cli('admin', 'admin', 'products', 'propose', 'nada', 'price_cents', '1', ...words(from)), 'rules-key');
    assert.equal(cli('agent1', 'admin', ...wish).status, 1, 'no administrator');
    const change = confirmed(...wish);
    assert.equal(product('pf-a3', from), `${cents}|t|${change}`);
    assert.equal(product('pf-a3', plus(from, -1)).split('|')[0], String(old.value), 'the day before is as it was');
    assert.equal(list().find((row) => row.key === key).value, cents);
    assert.equal(done('admin', 'admin', 'rules', '--date', from).version, versionBefore, 'prices judge no case');
    if (from === today()) await soon(async () => (await sale('pf-a3')).price_cents === cents, 'the shop window');
  });

  test('taken from the shop and put back, with the price of the day', async () => {
    const from = freeDay('product_on_sale_pf_a3');
    confirmed('products', 'propose', 'pf-a3', 'on_sale', 'false', ...words(from));
    assert.equal(product('pf-a3', from).split('|')[1], 'f');
    if (from === today()) await soon(async () => await sale('pf-a3') === undefined, 'out of the shop window');
    confirmed('products', 'propose', 'pf-a3', 'on_sale', 'true', ...words(plus(from, 1)));
    assert.equal(product('pf-a3', plus(from, 1)).split('|')[1], 't');
    assert.equal(product('pf-a3', from).split('|')[1], 'f');
  });

  test('seeds pass such a product by, and nobody writes it by hand', () => {
    const known = sql('select string_agg(p::text, \',\' order by id, valid_from) from product p where id = \'pf-a3\'');
    sql(fs.readFileSync(path.join(root, 'sql/rules/0030_catalogue.sql'), 'utf8'));
    assert.equal(sql('select string_agg(p::text, \',\' order by id, valid_from) from product p where id = \'pf-a3\''), known);
    assert.equal(sql('select has_table_privilege(\'ra_app\', \'product\', \'update\')'), 'f');
  });

  test('retention: the two terms, changed the same way', () => {
    const key = 'retention_audit_years';
    const from = freeDay(key);
    const list = () => done('auditor', 'admin', 'retention', '--date', from).rows;
    assert.deepEqual(list().map((row) => row.key), ['retention_audit_years', 'retention_dossier_years']);
    const years = list()[0].value === 8 ? 9 : 8;
    confirmed('retention', 'propose', 'audit', String(years), ...words(from));
    assert.equal(list()[0].value, years);
    refused(cli('admin', 'admin', 'retention', 'propose', 'audit', '1', ...words(plus(from, 1))), 'rules-value');
    assert.equal(cli('admin', 'admin', 'retention', 'propose', 'nada', '8', ...words(from)).status, 1);
  });
});

describe('2.7: every policy with its layer, source and mark', () => {
  test('the list shows what is in force, for any member of staff', () => {
    for (const who of ['admin', 'admin2', 'agent1', 'auditor']) assert.ok(rows(who).length > 30, who);
    const row = inForce('accept_expired_cnh');
    assert.deepEqual([row.value, row.layer, row.evidence, row.accepts], [true, 'SEED', 'SEED', 'true ou false']);
    for (const one of rows('admin')) {
      assert.match(one.layer, /^(SEED|NORM|AC)$/, one.key);
      assert.match(one.evidence, /^(SEED|T|S|V|U)$/, one.key);
      assert.ok(one.source.length > 3 && one.description.length > 8, one.key);
    }
  });

  test('the recommended side of each conflict is what is in force at first', () => {
    const at = (key) => history(key)[0].value;
    assert.deepEqual(['accept_rg_and_cards', 'sworn_translation_nonresident', 'accept_expired_cnh', 'documents_waived_by_psbio',
      'cnpj_card_max_age_days', 'accept_expired_passport', 'second_agent_with_psbio'].map(at),
    [true, true, true, false, 0, false, 'required']);
  });

  test('every key is in the closed vocabulary, and its value fits', () => {
    assert.equal(sql('select string_agg(key, \',\') from policy where not policy_value_fits(key, value)'), '');
    for (const one of rows('admin')) assert.notEqual(one.accepts, '', one.key);
  });

  test('people see the marks', () => {
    const run = spawnSync(cliPath, ['--server', officeUrl, '--identity', path.join(home, 'identities/admin.pem'), '--home', home,
      'admin', 'rules'], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    for (const text of ['accept_expired_passport = false', '[V] AC', '[T] NORM', '[SEED] SEED', '[U]',
      'Fonte: Carta de Serviços 5.1.13', 'Aceita: true ou false']) assert.ok(run.stdout.includes(text), text);
  });
});

describe('0.2: a change has two signatures over the same bytes', () => {
  test('proposed by one and confirmed by another it is in force; the row before ends the day before', () => {
    const from = freeDay('poa_max_age_days');
    const old = inForce('poa_max_age_days', from);
    const value = old.value === 60 ? 75 : 60;
    const counted = ['RULES_PROPOSED', 'RULES_CONFIRMED'].map(events);
    const version = () => done('admin', 'admin', 'rules', '--date', from).version;
    const versionBefore = version();
    const earlier = done('admin', 'admin', 'rules', '--date', plus(from, -1)).version;
    const change = proposed('poa_max_age_days', String(value), from);
    const waiting = done('admin2', 'admin', 'rules', 'pending').changes.find((one) => one.change === change);
    assert.deepEqual([waiting.before, waiting.value, waiting.from, waiting.state], [old.value, value, from, 'pending']);
    assert.deepEqual(inForce('poa_max_age_days', from), old, 'a proposal changes nothing');
    const { state, signatures } = done('admin2', 'admin', 'rules', 'confirm', String(change));
    assert.deepEqual([state, signatures], ['in_force', 2]);
    const row = inForce('poa_max_age_days', from);
    assert.deepEqual([row.value, row.from, row.until, row.layer, row.evidence, row.source, row.change],
      [value, from, null, 'AC', 'V', 'DPC da AC, 3.2.2', change]);
    assert.equal(row.description, old.description);
    assert.equal(history('poa_max_age_days').at(-2).until, plus(from, -1));
    assert.deepEqual(['RULES_PROPOSED', 'RULES_CONFIRMED'].map(events), counted.map((one) => one + 1));
    assert.notEqual(version(), versionBefore, 'the rules of that day have another version');
    assert.equal(done('admin', 'admin', 'rules', '--date', plus(from, -1)).version, earlier, 'the rules of the day before have not');
  });

  test('every change makes another version of the rules, from its day on', () => {
    const keys = ['retention_dossier_years', 'revocation_alarm_hours'];
    const from = keys.map(freeDay).sort().at(-1);
    const versions = [done('admin', 'admin', 'rules', '--date', from).version];
    const before_ = done('admin', 'admin', 'rules', '--date', plus(from, -1)).version;
    for (const key of keys) {
      const { value } = inForce(key, from);
      const change = proposed(key, String(value === 12 ? 11 : 12), from);
      done('admin2', 'admin', 'rules', 'confirm', String(change));
      versions.push(done('admin', 'admin', 'rules', '--date', from).version);
    }
    assert.equal(new Set(versions).size, 3);
    assert.equal(done('admin', 'admin', 'rules', '--date', plus(from, -1)).version, before_, 'what was judged before is judged so again');
  });

  test('both signatures are kept as they came, over the same bytes, by two people', () => {
    const kept = sql(`select encode(s.cms, 'hex') from policy_signature s join policy_outcome o using (version)
      where o.outcome = 'in_force' and version = (select max(version) from policy_outcome where outcome = 'in_force') order by s.at`)
      .split('\n').map((hex) => Buffer.from(hex, 'hex'));
    assert.equal(kept.length, 2);
    assert.ok(signedContent(kept[0]).equals(signedContent(kept[1])));
    for (const table of ['policy_change', 'policy_signature', 'policy_outcome']) {
      assert.throws(() => sql(`delete from ${table}`), /append-only/, table);
      assert.throws(() => sql(`update ${table} set version = version`), /append-only/, table);
      assert.throws(() => sql(`truncate ${table} cascade`), /append-only/, table);
    }
  });

  test('one administrator alone changes nothing: not twice the same, not by handing in the first signature again', () => {
    const change = proposed('retention_audit_years', '8');
    refused(cli('admin', 'admin', 'rules', 'confirm', String(change)), 'same-administrator');
    const where = `/api/office/rules/changes/${change}/signatures`;
    const first = Buffer.from(office('admin', 'GET', `/api/office/rules/changes/${change}`).json.signatures[0], 'base64');
    turnedAway(hand('admin', first, where), 'same-administrator');
    turnedAway(hand('admin2', first, where), 'signer-not-caller');
    assert.match(lastRejection(), /signer-not-caller/);
    assert.equal(history('retention_audit_years').some((row) => row.change === change), false);
    done('admin', 'admin', 'rules', 'withdraw', String(change));
  });

  test('an agent and an auditor neither propose nor sign nor withdraw', () => {
    const change = proposed('retention_audit_years', '8');
    for (const who of ['agent1', 'auditor']) {
      refused(propose(who, 'retention_audit_years', '9', freeDay('retention_audit_years')), 'roster-role');
      refused(cli(who, 'admin', 'rules', 'confirm', String(change)), 'roster-role');
      refused(cli(who, 'admin', 'rules', 'withdraw', String(change)), 'roster-role');
    }
    const made = signedContent(Buffer.from(office('admin', 'GET', `/api/office/rules/changes/${change}`).json.signatures[0], 'base64'));
    const where = `/api/office/rules/changes/${change}/signatures`;
    turnedAway(hand('admin2', signed('agent1', made.toString()), where), 'statement-certificate');
    turnedAway(hand('admin2', signed(selfMade('/C=BR/CN=FABIO TEIXEIRA RAMOS TESTE:46092738104'), made.toString()), where),
      'statement-certificate');
    done('admin2', 'admin', 'rules', 'withdraw', String(change));
  });

  test('the second signature over other bytes is none', () => {
    const change = proposed('retention_audit_years', '8');
    const made = JSON.parse(signedContent(Buffer.from(office('admin', 'GET', `/api/office/rules/changes/${change}`)
      .json.signatures[0], 'base64')).toString());
    turnedAway(hand('admin2', signed('admin2', { ...made, value: '9' }), `/api/office/rules/changes/${change}/signatures`),
      'rules-content');
    done('admin', 'admin', 'rules', 'withdraw', String(change));
  });

  test('what was withdrawn or confirmed is over, and its number is never used again', () => {
    const change = proposed('retention_audit_years', '8');
    const first = Buffer.from(office('admin', 'GET', `/api/office/rules/changes/${change}`).json.signatures[0], 'base64');
    assert.equal(done('admin2', 'admin', 'rules', 'withdraw', String(change)).state, 'withdrawn');
    refused(cli('admin2', 'admin', 'rules', 'confirm', String(change)), 'rules-ended');
    refused(cli('admin', 'admin', 'rules', 'withdraw', String(change)), 'rules-ended');
    turnedAway(hand('admin', first), 'rules-version');
    assert.equal(done('admin', 'admin', 'rules', 'pending').changes.some((one) => one.change === change), false);
    assert.equal(done('admin', 'admin', 'rules', 'pending', '--all').changes.find((one) => one.change === change).state, 'withdrawn');
    assert.equal(cli('admin', 'admin', 'rules', 'confirm', '999999').status, 1);
    assert.equal(office('admin', 'GET', '/api/office/rules/changes/0').status, 404);
    assert.equal(office('admin', 'GET', '/api/office/rules/changes/1x').status, 404);
  });
});

describe('0.2: what cannot be set', () => {
  test('never backwards in time', () => {
    refused(propose('admin', 'poa_max_age_days', '30', plus(today(), -1)), 'rules-backwards');
    refused(propose('admin', 'poa_max_age_days', '30', '2020-01-01'), 'rules-backwards');
    turnedAway(hand('admin', signed('admin', content({ valid_from: '2027-02-30' }))), 'rules-day');
    const change = proposed('retention_audit_years', '8');
    const made = content({ key: 'retention_audit_years', version: change, valid_from: plus(today(), -1), value: '8' });
    turnedAway(hand('admin2', signed('admin2', made), `/api/office/rules/changes/${change}/signatures`), 'rules-content');
    done('admin', 'admin', 'rules', 'withdraw', String(change));
  });

  test('no key and no value outside the vocabulary', () => {
    const day = plus(today(), 400);
    refused(propose('admin', 'no_such_key', 'true', day), 'rules-key');
    for (const [key, value] of [['accept_expired_cnh', '1'], ['accept_expired_cnh', 'sim'], ['accept_expired_cnh', 'null'],
      ['poa_max_age_days', '0'], ['poa_max_age_days', '366'], ['poa_max_age_days', '-1'], ['poa_max_age_days', '1.5'],
      ['poa_max_age_days', '99999999999999999999'], ['poa_max_age_days', '"60"'], ['poa_max_age_days', '[60]'],
      ['second_agent_with_psbio', 'maybe'], ['second_agent_with_psbio', 'true'], ['agents_floor', '1'],
      ['term_signature', '{}'], ['term_signature', '{"page":"required"}'], ['term_signature', 'required'],
      ['term_signature', '{"page":"required","new_key":"never","csr":"optional","token":"optional"}'],
      ['term_signature', '{"page":"required","new_key":"optional","csr":"optional","token":"optional","x":"optional"}']]) {
      const run = cli('admin', 'admin', 'rules', 'propose', ...words(day), '--', key, value);
      refused(run, 'rules-value');
    }
    const { detail } = propose('admin', 'poa_max_age_days', '366', day).json;
    assert.match(detail, /um número inteiro de 1 a 365/);
    assert.match(lastRejection(), /rules-value/);
  });

  test('a value is one compact JSON text: nothing that reads one way and is set another', () => {
    for (const value of ['60 ', ' 60', '6e1', '{"page":"optional","page":"required"}', '060', 'sessenta']) {
      turnedAway(hand('admin', signed('admin', content({ value }))), 'rules-value');
    }
    turnedAway(hand('admin', signed('admin', content({ value: '' }))), 'statement-malformed');
    turnedAway(hand('admin', signed('admin', content({ extra: '1' }))), 'statement-malformed');
    turnedAway(hand('admin', signed('admin', content({ layer: 'AR' }))), 'statement-malformed');
    assert.equal(office('admin', 'POST', '/api/office/rules/changes', { body: { cms: '*' } }).status, 422);
    turnedAway(hand('admin', Buffer.from('nada')), 'statement-malformed');
  });

  test('the number is the next one, the instance ours, the life not over', () => {
    const { version } = content();
    turnedAway(hand('admin', signed('admin', content({ version: version - 1 || 1 + version }))), 'rules-version');
    turnedAway(hand('admin', signed('admin', content({ version: version + 1 }))), 'rules-version');
    turnedAway(hand('admin', signed('admin', content({ instance: '0123456789abcdef0123456789abcdef' }))), 'statement-instance');
    turnedAway(hand('admin', signed('admin', content({ issued_at: nowS() - 90000, not_after: nowS() - 3600 }))), 'statement-expired');
    turnedAway(hand('admin', signed('admin', content({ not_after: nowS() + 31 * 86400 + 60 }))), 'statement-expired');
    turnedAway(hand('admin', signed('admin', content({ issued_at: nowS() + 3600 }))), 'statement-not-yet');
    turnedAway(hand('admin', signStatement(administrators.admin, 'refusal', content())), 'statement-type');
  });

  test('the old value that both read is the one in force; a day begins once', () => {
    turnedAway(hand('admin', signed('admin', content({ before: '91' }))), 'rules-before');
    turnedAway(hand('admin', signed('admin', content({ before: '' }))), 'rules-before');
    const from = freeDay('psbio_conflict_business_days');
    const one = proposed('psbio_conflict_business_days', '2', from);
    const other = proposed('psbio_conflict_business_days', '3', from);
    assert.equal(other, one + 1);
    assert.equal(done('admin2', 'admin', 'rules', 'confirm', String(other)).state, 'in_force');
    refused(cli('admin2', 'admin', 'rules', 'confirm', String(one)), 'rules-same-day');
    done('admin', 'admin', 'rules', 'withdraw', String(one));
  });

  test('a change before one that is announced ends where that one begins', () => {
    const first = freeDay('fraud_report_deadline_business_days');
    const later = plus(first, 30);
    done('admin2', 'admin', 'rules', 'confirm', String(proposed('fraud_report_deadline_business_days', '2', later)));
    done('admin2', 'admin', 'rules', 'confirm', String(proposed('fraud_report_deadline_business_days', '1', first)));
    const [before_, one, two] = history('fraud_report_deadline_business_days').slice(-3);
    assert.deepEqual([before_.until, one.from, one.until, two.from, two.until],
      [plus(first, -1), first, plus(later, -1), later, null]);
  });
});

describe('2.7: what was signed stays', () => {
  // Every file of rules under another checksum, as a release that touched each would bring them.
  function seedAnew(edit = (text) => text) {
    const folder = scratch();
    fs.chmodSync(folder, 0o755);
    for (const name of fs.readdirSync(path.join(root, 'sql/rules'))) {
      fs.writeFileSync(path.join(folder, name), `${edit(fs.readFileSync(path.join(root, 'sql/rules', name), 'utf8'))}\n-- ${nowS()}\n`);
    }
    const config = path.join(folder, 'ra-server.conf');
    fs.writeFileSync(config, fs.readFileSync(path.join(home, 'config/ra-server.conf'), 'utf8')
      .replace(/^rules_dir = .*$/m, `rules_dir = ${folder}`));
    const owner = fs.statSync(path.join(home, 'pg'));
    const drop = process.getuid() === 0 ? ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'] : [];
    const command = [...drop, path.join(home, 'bin/ra-server'), '--config', config, '--migrate'];
    const run = spawnSync(command[0], command.slice(1), { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stdout + run.stderr);
  }

  test('the seeds, read anew at a start, neither reopen a window nor put an old value back', () => {
    const from = freeDay('poa_max_age_days');
    const { value } = inForce('poa_max_age_days', from);
    done('admin2', 'admin', 'rules', 'confirm', String(proposed('poa_max_age_days', String(value === 80 ? 81 : 80), from)));
    const signedRows = history('poa_max_age_days');
    const untouched = history('open_orders_per_cpf');
    seedAnew();
    assert.deepEqual(history('poa_max_age_days'), signedRows);
    assert.deepEqual(history('open_orders_per_cpf'), untouched);
    seedAnew((text) => text.replaceAll('\'poa_max_age_days\', \'90\', \'2020-01-01\'', '\'poa_max_age_days\', \'365\', \'2031-01-01\''));
    assert.deepEqual(history('poa_max_age_days'), signedRows, 'nor does a new seed row of the same key count');
    seedAnew();
  });

  test('a row that administrators set or closed is history for everybody; the serving role only reads', () => {
    assert.throws(() => sql('update policy set value = \'1\' where key = \'poa_max_age_days\''), /history/);
    assert.throws(() => sql('update policy set valid_to = null where key = \'poa_max_age_days\''), /history/);
    assert.throws(() => sql('delete from policy where key = \'poa_max_age_days\''), /history/);
    for (const act of ['update policy set value = \'1\'', 'delete from policy', 'delete from policy_change',
      'insert into policy (key, value, valid_from, layer, source, evidence, description) values (\'x\', \'1\', \'2030-01-01\', \'AC\', \'x\', \'U\', \'x\')',
      'update policy_key set maximum = 9']) {
      assert.throws(() => sql(`set role ra_app; ${act}`), /permission denied/, act);
    }
  });

  test('as the serving role: no row without two signatures over the very content', () => {
    const from = freeDay('poa_max_age_days');
    const made = JSON.stringify(content({ value: '44', not_after: Date.parse(`${from}T12:00:00Z`) / 1000 + 90 * 86400 })).replaceAll('\'', '\'\'');
    const { version } = JSON.parse(made);
    const change = `insert into policy_change (version, content) values (${version}, convert_to('${made}', 'UTF8'))`;
    const signature = (spki, bytes) => `insert into policy_signature (version, signer_spki, signer, cms, at)
      values (${version}, sha256('${spki}'), 'x', ${bytes}, to_timestamp(${nowS()}))`;
    const outcome = (at = nowS()) => `insert into policy_outcome (version, outcome, actor, at) values (${version}, 'in_force', 'x', to_timestamp(${at}))`;
    const same = `convert_to('${made}', 'UTF8')`;
    const attempt = (...acts) => () => sql(`begin; set local role ra_app; ${acts.join('; ')}; rollback`);
    assert.throws(attempt(change, outcome()), /cannot be/);
    assert.throws(attempt(change, signature('a', same), outcome()), /cannot be/);
    assert.throws(attempt(change, signature('a', same), signature('a', same), outcome()), /duplicate key/);
    assert.throws(attempt(change, signature('a', '\'other\'::bytea')), /something else/);
    assert.throws(attempt(change.replace(`values (${version}`, `values (${version + 1}`)), /out of its turn/);
    assert.throws(attempt(change, signature('a', same), signature('b', same), outcome(Date.parse(`${plus(from, 1)}T12:00:00Z`) / 1000)),
      /cannot be/, 'signed the day after it was to begin');
    assert.doesNotThrow(attempt(change, signature('a', same), signature('b', same), outcome()), 'and with both it would be');
  });
});

describe('0.3-1: what the citizen is told of Resolução 90', () => {
  test('the checklist says that it is revoked and what rules now, from a data row', async () => {
    const { json } = await api('GET', '/api/checklist?product=ecpf-a1');
    assert.match(json.norm_note, /Resolução 90, de 2012.*revogada.*DOC-ICP-05.*177.*211/);
    assert.match(json.norm_source, /177\/2020/);
    assert.equal(json.norm_note, sql('select text_citizen from norm_note where id = \'resolution-90\' order by valid_from desc limit 1'));
    const page = await api('GET', '/checklist?product=ecpf-a1', { headers: { Accept: 'text/html' } });
    assert.equal(page.status, 200);
    assert.match(page.text, /Qual norma vale hoje/);
    assert.ok(page.text.includes('Essa resolução foi revogada'));
  });
});
