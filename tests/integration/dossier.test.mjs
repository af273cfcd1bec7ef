// SPDX-License-Identifier: GPL-3.0-or-later
// The package of one case, checked without the server: by ra-cli, by hand as its LEIAME says, and falsified in every
// part by somebody who holds even the key that signs exports, which must never pass.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import {
  attend, cli, cliPath, done, home, makeCsr, office, openssl, order, photograph, readyByCode, readyByKey, scratch, signTerm, sql,
  validate,
} from '../support/office.mjs';
import { identity, selfMade } from '../support/thief.mjs';
import { leafHash, rootOf, unzip, zip } from '../support/transparency.mjs';

const folder = scratch();
const logKey = path.join(home, 'identities/log.vkey');
const roots = path.join(home, 'identities/ca.pem');
const administrators = path.join(home, 'identities/admin.pem');
const sha = (bytes) => createHash('sha256').update(bytes).digest('hex');

let count = 0;
const put = (bytes) => {
  count += 1;
  const file = path.join(folder, `d${count}.zip`);
  fs.writeFileSync(file, bytes);
  return file;
};

// The administrator's certificate alone, as it would be handed over.
const pinned = path.join(folder, 'administradores.pem');
fs.writeFileSync(pinned, fs.readFileSync(administrators, 'utf8').match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n/)[0]);

function verifyFile(file, { key = logKey, ca = roots, admins = pinned } = {}) {
  const run = spawnSync(cliPath, ['--json', 'dossier', 'verify', file, '--log-key', key, '--ca', ca,
    ...(admins ? ['--administrators', admins] : [])], { encoding: 'utf8', timeout: 60000 });
  const json = JSON.parse(run.stdout);
  const checks = Object.fromEntries((json.checks ?? []).map((one) => [one.check, one]));
  return { status: run.status, json, checks };
}

// The newest act may be a moment away from its checkpoint: then the server says so.
async function exported(code, who = 'auditor') {
  const file = path.join(folder, `${code}-${who}.zip`);
  for (let tries = 0; ; tries++) {
    const run = cli(who, 'dossier', 'export', code, '-o', file);
    if (run.status === 0) return file;
    if (run.json?.reason !== 'log-unsigned' || tries === 50) throw new Error(run.stdout + run.stderr);
    await new Promise((resolve) => { setTimeout(resolve, 200); });
  }
}

let person;
let company;
let changed;
let unvalidated;
let refused;
let revoked;
let personFile;
let companyFile;
before(async () => {
  person = await readyByKey('ecpf-a1');
  const pdf = path.join(folder, 'termo.pdf');
  done('agent1', 'term', 'get', person.code, '-o', pdf);
  const term = path.join(folder, 'termo.sig');
  fs.writeFileSync(term, signTerm(person.key, fs.readFileSync(pdf)));
  done('agent1', 'issue', person.code, '--csr', person.csr, '--term-signature', term);
  company = await readyByCode('ecnpj-a1');
  done(null, 'issue', company.code, '--csr', makeCsr().csr, '--code', company.counter, '--mail-code', company.mail);
  changed = await order();
  unvalidated = await order();
  refused = await order();
  revoked = await readyByKey();
  personFile = await exported(person.code);
  companyFile = await exported(company.code, 'agent1');
});

describe('issue 3, item 6: the package of an issued case verifies alone', () => {
  test('an e-CPF bound to a key and an e-CNPJ bound by the code: every check, exit 0', () => {
    for (const [file, kase] of [[personFile, person], [companyFile, company]]) {
      const { status, json, checks } = verifyFile(file);
      assert.equal(status, 0, JSON.stringify(json));
      assert.equal(json.verified, true);
      assert.equal(json.order, kase.code);
      for (const name of ['manifest', 'files', 'documents', 'root', 'validation', 'verification', 'pair', 'signers', 'revocation',
        'roster', 'roster-signature', 'key', 'certificate', 'log', 'log-acts']) {
        assert.equal(checks[name]?.verdict, 'ok', `${name}: ${JSON.stringify(checks[name])}`);
      }
    }
  });

  test('without the administrators the roster is told, not proved, and that is said', () => {
    const { status, checks } = verifyFile(personFile, { admins: null });
    assert.equal(status, 0);
    assert.equal(checks['roster-signature'].verdict, 'unknown');
    assert.equal(checks['roster-signature'].needed, false);
  });

  test('for people: a list in Portuguese, with its verdict', () => {
    const good = spawnSync(cliPath, ['dossier', 'verify', personFile, '--log-key', logKey, '--ca', roots], { encoding: 'utf8' });
    assert.equal(good.status, 0);
    assert.match(good.stdout, /^ok {2,}a raiz das folhas é a que foi assinada/m);
    assert.match(good.stdout, /^não dá para saber +a lista de agentes é dos administradores/m);
    assert.match(good.stdout, /^O dossiê confere\.$/m);
    const bad = spawnSync(cliPath, ['dossier', 'verify', falsify(personFile, (files) => {
      files.set(documentOf(files), Buffer.from('outro'));
    }), '--log-key', logKey, '--ca', roots], { encoding: 'utf8' });
    assert.equal(bad.status, 4);
    assert.match(bad.stdout, /^falhou {2,}os documentos são os que as folhas nomeiam/m);
    assert.match(bad.stdout, /NÃO confere/);
  });

  test('it holds the live documents in the clear, each under the hash of its bytes, and no more', () => {
    const files = new Map(unzip(fs.readFileSync(personFile)));
    const description = JSON.parse(files.get('dossier.json'));
    const documents = [...files].filter(([name]) => name.startsWith('documents/'));
    assert.deepEqual(documents.map(([name]) => name).sort(),
      [...new Set(description.documents.map((one) => one.file))].sort());
    for (const [name, bytes] of documents) assert.match(name, new RegExp(`^documents/${sha(bytes)}\\.(jpg|pdf|txt|p7s|bin)$`));
    assert.deepEqual(description.documents.filter(({ part }) => part === 'annex').map(({ kind }) => kind).sort(),
      ['term', 'term_countersignature', 'term_signature', 'term_text'], 'the annex comes too');
    assert.ok(documents.some(([, bytes]) => bytes.equals(fs.readFileSync(photograph()))));
    assert.equal(description.attempt, 1);
    assert.ok(description.rules.length > 0);
    assert.ok(files.has('rosters/1.der') && files.has('administrators.pem') && files.has('crls/1.crl'));
  });

  test('by hand, as LEIAME.txt says: openssl and sha256sum alone', () => {
    const out = fs.mkdtempSync(path.join(folder, 'mao-'));
    const files = new Map(unzip(fs.readFileSync(personFile)));
    for (const [name, bytes] of files) {
      fs.mkdirSync(path.dirname(path.join(out, name)), { recursive: true });
      fs.writeFileSync(path.join(out, name), bytes);
    }
    const at = (name) => path.join(out, name);
    openssl('cms', '-verify', '-binary', '-inform', 'DER', '-in', at('manifest.p7s'), '-content', at('manifest.json'),
      '-CAfile', roots, '-purpose', 'any', '-out', '/dev/null');
    const manifest = JSON.parse(files.get('manifest.json'));
    for (const [name, bytes] of files) {
      if (!name.startsWith('manifest.')) assert.equal(manifest.files[name].sha256, sha(bytes), name);
    }
    const loop = spawnSync('bash', ['-c', files.get('LEIAME.txt').toString().replaceAll('\r', '')
      .match(/^ {4}cd documents[\s\S]+?^ {4}done$/m)[0]], { cwd: out, encoding: 'utf8' });
    assert.match(loop.stdout, /^ok /m);
    assert.doesNotMatch(loop.stdout, /FALHOU/);
    const content = (name) => JSON.parse(openssl('cms', '-verify', '-binary', '-inform', 'DER', '-in', at(name), '-CAfile', roots,
      '-purpose', 'any'));
    const validation = content('statements/validation-1.p7s');
    const verification = content('statements/verification-1.p7s');
    assert.equal(verification.validation, sha(files.get('statements/validation-1.p7s')));
    const { leaves } = JSON.parse(files.get('dossier.json'));
    assert.equal(validation.dossier, rootOf(leaves.map((leaf) => leafHash(Buffer.from(leaf)))).toString('hex'));
    openssl('verify', '-CAfile', roots, '-untrusted', at('chain.pem'), at('certificate.pem'));
  });
});

describe('who may export', () => {
  test('agents and auditors; an administrator and nobody are refused', () => {
    const where = `/api/office/orders/${person.code}/dossier/export`;
    assert.equal(office('agent3', 'GET', where).status, 200);
    assert.equal(office('auditor', 'GET', where).status, 200);
    assert.equal(office('admin', 'GET', where).status, 403);
    assert.equal(office('auditor', 'GET', '/api/office/orders/0000000000ZZ/dossier/export').status, 404);
  });

  test('every export is an event of the case', () => {
    const events = sql(`select convert_from(bytes, 'UTF8') from event e join orders o on o.id = e.order_id
      where o.code = '${company.code}' and e.code = 'EXPORT_MADE'`).split('\n').map((line) => JSON.parse(line));
    assert.ok(events.length >= 1);
    assert.equal(events[0].detail.what, 'dossier');
    assert.equal(events[0].detail.root, JSON.parse(new Map(unzip(fs.readFileSync(companyFile))).get('dossier.json')).root);
    assert.equal(events[0].actor.kind, 'agent');
  });
});

// --- falsifications ------------------------------------------------------------------------------------------------------

const documentOf = (files) => [...files.keys()].find((name) => name.startsWith('documents/'));
const change = (files, name, edit) => {
  const json = JSON.parse(files.get(name));
  edit(json);
  files.set(name, Buffer.from(JSON.stringify(json)));
};
const withRoot = (json) => { json.root = rootOf(json.leaves.map((leaf) => leafHash(Buffer.from(leaf)))).toString('hex'); };

// A manifest that lists what is there now, signed by whoever is given (null: left as it was).
function signAnew(files, who) {
  const manifest = JSON.parse(files.get('manifest.json'));
  files.delete('manifest.json');
  files.delete('manifest.p7s');
  manifest.files = Object.fromEntries([...files].map(([name, bytes]) => [name, { sha256: sha(bytes), size: bytes.length }]));
  const input = path.join(folder, 'manifesto.json');
  fs.writeFileSync(input, JSON.stringify(manifest));
  openssl('cms', '-sign', '-binary', '-nosmimecap', '-signer', who.leaf, '-inkey', who.key,
    ...(who.chain ? ['-certfile', who.chain] : []), '-in', input, '-outform', 'DER', '-out', `${input}.p7s`);
  files.set('manifest.json', fs.readFileSync(input));
  files.set('manifest.p7s', fs.readFileSync(`${input}.p7s`));
}

const exporter = identity(path.join(home, 'keys/export.pem'));
function falsify(file, bend, signer = exporter) {
  const files = new Map(unzip(fs.readFileSync(file)));
  bend(files);
  if (signer) signAnew(files, signer);
  return put(zip([...files]));
}

function expectFailed(file, check, options) {
  const { status, json, checks } = verifyFile(file, options);
  assert.equal(status, 4, JSON.stringify(json));
  assert.equal(json.reason, 'dossier-refused', JSON.stringify(json));
  assert.notEqual(checks[check]?.verdict, 'ok', JSON.stringify(json.checks));
  return checks[check];
}

describe('falsified packages never pass (exit 4), though the exporter\'s own key signed them', () => {
  const other = () => new Map(unzip(fs.readFileSync(companyFile)));

  test('nothing changed and signed anew: the tools can make one that verifies', () => {
    assert.equal(verifyFile(falsify(personFile, () => {})).status, 0);
  });

  for (const [name, check, bend] of [
    ['bytes of a document', 'documents', (files) => {
      const bytes = Buffer.from(files.get(documentOf(files)));
      bytes[20] ^= 1;
      files.set(documentOf(files), bytes);
    }],
    ['a removed document', 'documents', (files) => files.delete(documentOf(files))],
    ['an added document', 'documents', (files) => files.set(`documents/${sha('x')}.pdf`, Buffer.from('x'))],
    ['a document exchanged, leaf and root with it', 'root', (files) => {
      const old = documentOf(files);
      const [before_, after] = [old.slice(10, 74), sha('outro')];
      files.delete(old);
      files.set(`documents/${after}.jpg`, Buffer.from('outro'));
      change(files, 'dossier.json', (json) => {
        json.leaves = json.leaves.map((leaf) => leaf.replace(before_, after));
        for (const one of json.documents) if (one.sha256 === before_) one.sha256 = after;
        withRoot(json);
      });
    }],
    ['a leaf', 'root', (files) => change(files, 'dossier.json', (json) => {
      json.leaves[json.leaves.length - 1] += 'x';
    })],
    ['a leaf, and the root with it', 'root', (files) => change(files, 'dossier.json', (json) => {
      json.leaves[json.leaves.length - 1] += 'x';
      withRoot(json);
    })],
    ['a leaf left out', 'root', (files) => change(files, 'dossier.json', (json) => {
      json.leaves = json.leaves.filter((leaf) => leaf.startsWith('document|'));
      withRoot(json);
    })],
    ['another order\'s validation', 'validation',
      (files) => files.set('statements/validation-1.p7s', other().get('statements/validation-1.p7s'))],
    ['another order\'s verification', 'verification',
      (files) => files.set('statements/verification-1.p7s', other().get('statements/verification-1.p7s'))],
    ['the statements exchanged', 'validation', (files) => {
      const first = files.get('statements/validation-1.p7s');
      files.set('statements/validation-1.p7s', files.get('statements/verification-1.p7s'));
      files.set('statements/verification-1.p7s', first);
    }],
    ['a byte of a statement', 'validation', (files) => {
      const bytes = Buffer.from(files.get('statements/validation-1.p7s'));
      bytes[bytes.indexOf('guiche-validation') + 60] ^= 1;
      files.set('statements/validation-1.p7s', bytes);
    }],
    ['no verification', 'verification', (files) => files.delete('statements/verification-1.p7s')],
    ['another order\'s certificate', 'key', (files) => {
      files.set('certificate.pem', other().get('certificate.pem'));
      files.set('chain.pem', other().get('chain.pem'));
    }],
    ['the certificate left out', 'log-acts', (files) => {
      files.delete('certificate.pem');
      files.delete('chain.pem');
    }],
    ['another profile', 'certificate', (files) => files.set('profile.json', other().get('profile.json'))],
    ['no roster', 'roster', (files) => files.delete('rosters/1.der')],
    ['another order\'s proofs of the log', 'log', (files) => files.set('audit-proof.json', other().get('audit-proof.json'))],
    ['a leaf of the log', 'log', (files) => change(files, 'audit-proof.json', (json) => {
      json.leaves[0].leaf = json.leaves[0].leaf.replace('"v":1', '"v":2');
    })],
    ['an act of the log left out', 'log-acts', (files) => change(files, 'audit-proof.json', (json) => {
      json.leaves = json.leaves.filter(({ leaf }) => JSON.parse(leaf).event !== 'CERT_ISSUED');
    })],
    ['another version of the rules', 'root', (files) => change(files, 'dossier.json', (json) => { json.rules = '2020-01-01.0'; })],
    ['another attempt', 'validation', (files) => change(files, 'dossier.json', (json) => { json.attempt = 2; })],
  ]) {
    test(`${name}: ${check} does not hold`, () => {
      expectFailed(falsify(personFile, bend), check);
    });
  }

  test('with the manifest left as it was, the files tell', () => {
    expectFailed(falsify(personFile, (files) => files.set('LEIAME.txt', Buffer.from('confie em nós')), null), 'files');
    expectFailed(falsify(personFile, (files) => files.delete('profile.json'), null), 'files');
    expectFailed(falsify(personFile, (files) => files.delete('manifest.p7s'), null), 'manifest');
  });

  test('a manifest signed by a stranger, and by the holder himself with the certificate that he got', () => {
    expectFailed(falsify(personFile, () => {}, selfMade('/CN=SERVIDOR DE EXPORTACAO TESTE')), 'manifest');
    const files = new Map(unzip(fs.readFileSync(personFile)));
    const [leaf, chain] = [path.join(folder, 'titular.pem'), path.join(folder, 'cadeia.pem')];
    fs.writeFileSync(leaf, files.get('certificate.pem'));
    fs.writeFileSync(chain, files.get('chain.pem'));
    const check = expectFailed(falsify(personFile, () => {}, { key: person.key, leaf, chain }), 'manifest');
    assert.match(check.detail, /parte do caso/);
  });

  test('another log\'s key, other roots, other administrators', () => {
    const key = path.join(folder, 'outra.vkey');
    const [name] = fs.readFileSync(logKey, 'utf8').split('+');
    const raw = Buffer.concat([Buffer.from([1]), Buffer.from(openssl('pkey', '-in', write('k.pem',
      openssl('genpkey', '-algorithm', 'ed25519')), '-pubout').split('-----')[2], 'base64').subarray(-32)]);
    const id = createHash('sha256').update(`${name}\n`).update(raw).digest('hex').slice(0, 8);
    fs.writeFileSync(key, `${name}+${id}+${raw.toString('base64')}\n`);
    expectFailed(personFile, 'log', { key });
    const stranger = selfMade('/CN=AC Raiz de Teste v5');
    expectFailed(personFile, 'validation', { ca: stranger.leaf });
    expectFailed(personFile, 'roster-signature', { admins: stranger.leaf });
  });

  test('hostile zips: names that lead elsewhere, doubles, bombs, noise', () => {
    const files = unzip(fs.readFileSync(personFile));
    for (const [name, entries] of [['slip', [...files, ['../../etc/cron.d/x', Buffer.from('x')]]],
      ['unknown', [...files, ['notas.txt', Buffer.from('x')]]],
      ['twice', [...files, ['dossier.json', Buffer.from('{}')]]],
      ['bomb', [...files, [`documents/${sha('b')}.pdf`, Buffer.alloc(64 << 20)]]]]) {
      const { status, json } = verifyFile(put(zip(entries)));
      assert.equal(status, 4, `${name}: ${JSON.stringify(json)}`);
      assert.equal(json.reason, 'dossier-malformed', name);
    }
    const good = fs.readFileSync(personFile);
    for (const bytes of [Buffer.alloc(0), Buffer.from('PK nada'), good.subarray(0, good.length / 2)]) {
      assert.equal(verifyFile(put(bytes)).status, 4);
    }
  });

  function write(name, text) {
    const file = path.join(folder, name);
    fs.writeFileSync(file, text);
    return file;
  }
});

// --- other stages ---------------------------------------------------------------------------------------------------------

describe('a case that is not, or is no longer, what was signed', () => {
  test('a document after the validation voids it, visibly', async () => {
    attend(changed.code, { finish: false });
    validate(changed.code);
    const [item] = done('agent1', 'checklist', changed.code).items.filter((one) => one.kind === 'document');
    done('agent1', 'document', 'add', changed.code, item.id, photograph(), '--kind', item.alternatives[0], '--original-seen',
      '--number', '87654321', '--issued', '2022-01-10', '--expires', '2035-01-10');
    const check = expectFailed(await exported(changed.code), 'root');
    assert.match(check.detail, /mudou depois da validação da tentativa 1/);
  });

  test('a row edited by hand in the database after the issue is found', async () => {
    const where = `order_id = (select id from orders where code = '${company.code}')`;
    sql(`update document set number = number || '9' where ${where} and part = 'sealed'`);
    try {
      const check = expectFailed(await exported(company.code), 'root');
      assert.match(check.detail, /mudou depois da validação/);
    } finally {
      sql(`update document set number = left(number, -1) where ${where} and part = 'sealed'`);
    }
    assert.equal(verifyFile(await exported(company.code)).status, 0);
  });

  test('a file exchanged in the vault is not handed out as if it were right', async () => {
    const ref = sql(`select ref from orders where code = '${company.code}'`);
    const vault = path.join(home, 'dossier', ref);
    const file = path.join(vault, fs.readdirSync(vault)[0]);
    const before_ = fs.readFileSync(file);
    const bent = Buffer.from(before_);
    bent[bent.length - 1] ^= 1;
    fs.writeFileSync(file, bent);
    try {
      const run = cli('auditor', 'dossier', 'export', company.code, '-o', path.join(folder, 'nada.zip'));
      assert.equal(run.status, 3, run.stdout);
      assert.ok(!fs.existsSync(path.join(folder, 'nada.zip')));
    } finally {
      fs.writeFileSync(file, before_);
    }
  });

  test('nobody validated yet: nobody can tell, exit 4', async () => {
    attend(unvalidated.code);
    const { status, checks } = verifyFile(await exported(unvalidated.code));
    assert.equal(status, 4);
    assert.equal(checks.root.verdict, 'unknown');
    assert.equal(checks.validation.verdict, 'unknown');
    assert.equal(checks.documents.verdict, 'ok');
  });

  test('a refused case, and a certificate that two agents revoked, verify with what ended them', async () => {
    attend(refused.code);
    validate(refused.code);
    done('agent2', 'refuse', refused.code, '--reason', 'divergência de dados');
    const ended = verifyFile(await exported(refused.code));
    assert.equal(ended.status, 0, JSON.stringify(ended.json));
    assert.equal(ended.checks.others.verdict, 'ok');
    done('agent1', 'issue', revoked.code, '--csr', revoked.csr);
    done('agent1', 'revoke', revoked.code, '--reason', '4');
    done('agent2', 'revoke', revoked.code, '--reason', '4');
    const after = verifyFile(await exported(revoked.code));
    assert.equal(after.status, 0, JSON.stringify(after.json));
    assert.equal(after.checks.others.detail, 'declarações: 2');
  });
});
