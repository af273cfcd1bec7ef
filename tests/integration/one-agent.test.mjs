// SPDX-License-Identifier: GPL-3.0-or-later
// One agent instead of two (identification-rules 3.6): only where the policy row, the signer's own files and PSBio agree.
// The suite's instance shows that each of the first two alone gives nothing; an instance of its own, whose signer takes
// one agent, shows the way through. docs/threat-model.md says what such a floor means.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { api, attend, done, home as suiteHome, makeCsr, office, order, person, root, sql, validate, verify } from '../support/office.mjs';
import { certifiedKeys, halfPublicKey, halfText, identity, issueMessage, ownKey, proof, sendCsr, signer, signStatement,
  storedStatement } from '../support/thief.mjs';

const digestOf = (bytes) => createHash('sha256').update(bytes).digest('hex');
const matched = (code) => {
  attend(code);
  done('agent1', 'consult', code, 'psbio', '--result', 'ok', '--protocol', 'P-2026-1');
  done('agent1', 'fact', code, 'data_changed', 'no');
};

describe('3.6 where the signer asks for two: each lowering alone gives nothing', () => {
  const row = '\'second_agent_with_psbio\'';
  let kase;

  before(async () => {
    kase = await order();
    matched(kase.code);
  });

  test('in the demonstration nothing changes: the second agent is asked for', () => {
    const facts = office('agent1', 'GET', `/api/office/orders/${kase.code}/validation`).json;
    assert.deepEqual([facts.agents, facts.mail_public_key, facts.agents_rule], [2, undefined, undefined]);
    assert.equal(signer({ type: 'status' }).answer.agents_floor, 2);
  });

  test('the policy row alone, set by hand in the database', async () => {
    const old = sql(`select value from policy where key = ${row} and valid_to is null`);
    sql(`set session_replication_role = replica; update policy set value = '"waived"' where key = ${row} and valid_to is null`);
    try {
      await new Promise((resolve) => { setTimeout(resolve, 8000); }); // the server reads its rows every few seconds
      assert.equal(office('agent1', 'GET', `/api/office/orders/${kase.code}/validation`).json.agents, 2);
      const made = makeCsr();
      const answer = validate(kase.code, { csr: made.csr });
      assert.equal(answer.agents, 2);
      sql(`set session_replication_role = replica; update orders set identification_state = 'verified',
        issuance_state = 'ready' where code = '${kase.code}'`);
      const refused = await api('POST', `/api/orders/${kase.code}/csr`, { body: { csr: fs.readFileSync(made.csr, 'utf8'), proofs: {} } });
      assert.deepEqual([refused.status, refused.json.reason], [422, 'floor'], refused.text);
      sql(`set session_replication_role = replica; update orders set identification_state = 'validated',
        issuance_state = 'none' where code = '${kase.code}'`);
    } finally {
      sql(`set session_replication_role = replica; update policy set value = '${old}' where key = ${row} and valid_to is null`);
    }
    verify(kase.code);
    assert.equal((await api('GET', `/api/orders/${kase.code}/emission`)).json.state, 'ready', 'and two agents still do');
  });

  test('the server alone: it tells the agent that one is enough, and carries her statement to the signer', () => {
    const made = ownKey();
    const { content } = storedStatement(kase.code, 'validation');
    const halves = { counter: halfText(), mail: halfText() };
    const about = { instance: content.instance, order: kase.code };
    const cms = signStatement(identity('agent1'), 'validation', { ...content, attempt: 2, key_binding: { kind: 'code',
      counter: halfPublicKey(halves.counter, 'counter', about), mail: halfPublicKey(halves.mail, 'mail', about) } });
    const proofs = Object.fromEntries(Object.entries(halves).map(([kind, half]) => [kind, proof(half, kind,
      { ...about, validation: createHash('sha256').update(cms).digest(), spki: made.spki })]));
    const { answer, carried } = signer(issueMessage({ validation: cms, csr: made.csr, ...proofs }));
    assert.deepEqual([answer.type, answer.reason, carried], ['refused', 'floor', 0]);
    const posted = office('agent1', 'POST', `/api/office/orders/${kase.code}/validation`, { body: { cms: cms.toString('base64') } });
    assert.ok(posted.status >= 400, posted.text);
    assert.ok(!certifiedKeys().has(digestOf(made.spki)));
  });
});

describe('3.6 where the signer takes one', () => {
  const parent = fs.mkdtempSync(path.join(os.tmpdir(), 'guiche-one-'));
  const home = path.join(parent, 'i');
  let env;

  const bindable = (candidate) => new Promise((resolve) => {
    const server = net.createServer();
    server.on('error', () => resolve(false));
    server.listen(candidate, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  async function freePort() {
    for (;;) {
      const candidate = 20000 + 10 * randomInt(1200);
      if (!(await Promise.all([0, 1, 2].map((offset) => bindable(candidate + offset)))).includes(false)) return candidate;
    }
  }
  function run(word) {
    const made = spawnSync(path.join(root, 'run'), [word], { encoding: 'utf8', env, timeout: 180000 });
    assert.equal(made.status, 0, `${made.stdout}${made.stderr}`);
  }
  // Lines of a module that runs with this instance as its own and gives one JSON value to `say`.
  function inside(lines) {
    const support = (name) => JSON.stringify(path.join(root, `tests/support/${name}.mjs`));
    const script = `import fs from 'node:fs'; import path from 'node:path';
      import * as office from ${support('office')}; import * as thief from ${support('thief')};
      const say = (value) => fs.writeSync(1, JSON.stringify(value));
      const matched = ${matched.toString().replaceAll('attend(', 'office.attend(').replaceAll('done(', 'office.done(')};
      const facts = (code) => office.office('agent1', 'GET', '/api/office/orders/' + code + '/validation').json;
      const rules = (...words) => office.done(words[0], 'admin', 'rules', ...words.slice(1));
      ${lines}`;
    return new Promise((resolve, reject) => {
      execFile(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env, timeout: 120000 },
        (error, stdout, stderr) => (error ? reject(new Error(`${error.message} ${stderr}`)) : resolve(JSON.parse(stdout))));
    });
  }
  function rewrite(file, from, to) {
    const text = fs.readFileSync(file, 'utf8');
    assert.ok(text.includes(from), `${file}: ${from}`);
    fs.writeFileSync(file, text.replace(from, to));
  }

  before(async () => {
    env = { ...process.env, RA_HOME: home, RA_PORT: String(await freePort()) };
    fs.chmodSync(parent, 0o755);
    fs.mkdirSync(home);
    const keys = spawnSync(path.join(root, 'tests/support/ca-keys'), [path.join(suiteHome, 'bin/homolog-ca'), home], { encoding: 'utf8' });
    assert.equal(keys.status, 0, keys.stderr);
    run('start');
    run('stop');
    // What an administrator of the signer does by hand, in its own folder: the floor and the profile's row.
    rewrite(path.join(home, 'signer/conf/signer.conf'), 'agents_floor = 2', 'agents_floor = 1');
    rewrite(path.join(home, 'signer/conf/profiles/RFB_ECPF_A1.json'), '"agents": 2', '"agents": 1');
    run('start');
    rewrite(path.join(home, 'share/pki/profiles/RFB_ECPF_A1.json'), '"agents": 2', '"agents": 1');
  });

  after(() => {
    run('stop');
    fs.rmSync(parent, { recursive: true, force: true });
  });

  test('the signer\'s floor alone is not enough: the policy still asks for two', async () => {
    const told = await inside(`const kase = await office.order();
      matched(kase.code);
      const { change } = rules('admin', 'propose', 'second_agent_with_psbio', '"waived"', '--from',
        new Date(Date.now() + office.clockOffset() * 1000 - 3 * 3600000).toISOString().slice(0, 10), '--source', 'DPC', '--reason', 'a AC pediu');
      const before = facts(kase.code).agents;
      const floor = thief.signer({ type: 'status' }).answer.agents_floor;
      rules('admin2', 'confirm', String(change));
      let agents = before;
      for (let i = 0; i < 100 && agents !== 1; i++) {
        await new Promise((resolve) => { setTimeout(resolve, 200); });
        ({ agents } = facts(kase.code));
      }
      say({ floor, before, agents });`);
    assert.deepEqual(told, { floor: 1, before: 2, agents: 1 });
  });

  test('one agent validates, the holder emits with both halves, and the package says that one signed', async () => {
    const told = await inside(`const kase = await office.order();
      matched(kase.code);
      const validated = office.validate(kase.code);
      const second = office.cli('agent2', 'verify', kase.code);
      const mail = await office.mailCode(kase);
      const made = office.makeCsr();
      const own = thief.ownKey();
      const paper = await thief.sendCsr(kase, own.csr, await thief.proofs(kase, own.csr, { counter: validated.emission_code, mail: thief.halfText() }));
      const issued = await thief.sendCsr(kase, made.csr, await thief.proofs(kase, made.csr, { counter: validated.emission_code, mail }));
      const { content } = thief.storedStatement(kase.code, 'validation');
      const waived = JSON.parse(office.sql("select convert_from(bytes, 'UTF8') from event where code = 'SECOND_AGENT_WAIVED'"));
      const zip = path.join(office.scratch(), 'caso.zip');
      let exported;
      for (let i = 0; i < 50 && exported?.status !== 0; i++) {
        exported = office.cli('auditor', 'dossier', 'export', kase.code, '-o', zip);
        if (exported.status !== 0) await new Promise((resolve) => { setTimeout(resolve, 200); });
      }
      const verified = office.cli(null, 'dossier', 'verify', zip, '--log-key', office.home + '/identities/log.vkey', '--ca',
        office.home + '/identities/ca.pem');
      say({ agents: validated.agents, second: second.json?.reason, mail: content.key_binding.mail, paper: [paper.status, paper.json.reason],
        issued: [issued.status, Boolean(issued.json.certificate)], rule: waived.detail.rule, exported: [exported.status, exported.stdout],
        verified: [verified.status, verified.json?.verified, verified.json?.checks.find((one) => one.check === 'signers').detail,
          verified.json?.checks.map((one) => one.check)] });`);
    assert.equal(told.agents, 1);
    assert.equal(told.second, 'state-not-allowed');
    assert.match(told.mail, /^[0-9a-f]{64}$/);
    assert.deepEqual(told.paper, [422, 'proof-mail']);
    assert.deepEqual(told.issued, [200, true]);
    assert.equal(told.rule, 'second_agent_with_psbio');
    assert.equal(told.exported[0], 0, told.exported[1]);
    assert.deepEqual(told.verified.slice(0, 3), [0, true, 'um agente; piso do assinador não conferível aqui']);
    assert.ok(!told.verified[3].includes('verification') && !told.verified[3].includes('pair'), told.verified[3]);
  });

  test('without PSBio, with changed data, or with nobody asked about them: two; a mail half of her own choosing: refused', async () => {
    const told = await inside(`const agents = [];
      const kase = await office.order();
      office.attend(kase.code, { finish: false });
      for (const step of [['consult', 'psbio', '--result', 'not_found'], ['consult', 'psbio', '--result', 'ok', '--protocol', 'P-1'],
          ['fact', 'data_changed', 'yes'], ['fact', 'data_changed', 'no']]) {
        office.done('agent1', step[0], kase.code, ...step.slice(1));
        office.identify(kase.code);
        agents.push(facts(kase.code).agents ?? facts(kase.code));
      }
      office.done('agent1', 'finish', kase.code);
      const other = await office.order();
      matched(other.code);
      office.validate(other.code);
      const { content } = thief.storedStatement(other.code, 'validation');
      const fresh = await office.order('ecpf-a1', other.holder);
      matched(fresh.code);
      const { root } = facts(fresh.code).dossier;
      const bent = (mail) => {
        const cms = thief.signStatement(thief.identity('agent1'), 'validation', { ...content, order: fresh.code, dossier: root,
          key_binding: { ...content.key_binding, mail } });
        const { status, json } = office.office('agent1', 'POST', '/api/office/orders/' + fresh.code + '/validation', { body: { cms: cms.toString('base64') } });
        return [status, json.reason];
      };
      const refused = ['', thief.halfPublicKey(thief.halfText(), 'mail', { instance: content.instance, order: fresh.code })].map(bent);
      say({ agents, refused, own: bent(facts(fresh.code).mail_public_key) });`);
    assert.deepEqual(told.agents, [2, 2, 2, 1]);
    assert.deepEqual(told.refused, [[409, 'binding-mismatch'], [409, 'binding-mismatch']]);
    assert.notEqual(told.own[1], 'binding-mismatch', 'the half that was made is taken; only the term is missing');
    assert.match(String(told.own[1]), /term/);
  });

  test('the policy taken back in the database: what one agent signed and is not issued waits for two', async () => {
    const told = await inside(`const kase = await office.order();
      const made = office.makeCsr();
      matched(kase.code);
      office.validate(kase.code, { csr: made.csr });
      const ready = (await office.api('GET', '/api/orders/' + kase.code + '/emission')).status;
      office.sql("set session_replication_role = replica; update policy set value = '\\"required\\"' where key = 'second_agent_with_psbio'");
      let refused;
      for (let i = 0; i < 100 && refused?.status !== 422; i++) {
        refused = await office.api('GET', '/api/orders/' + kase.code + '/emission');
        if (refused.status !== 422) await new Promise((resolve) => { setTimeout(resolve, 200); });
      }
      const csr = await office.api('POST', '/api/orders/' + kase.code + '/csr', { body: { csr: fs.readFileSync(made.csr, 'utf8'), proofs: {} } });
      say({ ready, refused: [refused.status, refused.json.reason], csr: [csr.status, csr.json.reason] });`);
    assert.deepEqual(told, { ready: 200, refused: [422, 'floor'], csr: [422, 'floor'] });
  });
});
