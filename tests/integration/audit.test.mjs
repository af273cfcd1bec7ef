// SPDX-License-Identifier: GPL-3.0-or-later
// The log and its export, checked as an auditor would who trusts nobody here: with the rules of RFC 6962 and C2SP worked
// out in tests/support/transparency.mjs, and with ra-cli; and falsified in every file, which must never pass.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import {
  api, book, cli, cliPath, clockOffset, done, home, mailCode, makeCsr, officeLater, openssl, order, person, port, readyByCode, scratch, sql,
} from '../support/office.mjs';
import { asOwnerOf, proofs, selfMade, sendCsr } from '../support/thief.mjs';
import {
  leafHash, openCheckpoint, rootAfterPeaks, rootOf, unzip, verifierKey, verifyConsistency, verifyInclusion, zip,
} from '../support/transparency.mjs';

const vkeyFile = path.join(home, 'identities/log.vkey');
const vkey = verifierKey(fs.readFileSync(vkeyFile, 'utf8'));
const day = (days = 0) => new Date(Date.now() + clockOffset() * 1000 + days * 86400000 - 3 * 3600000).toISOString().slice(0, 10);
const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');
const linesOf = (bytes) => bytes.toString('utf8').split('\n').slice(0, -1).map((line) => Buffer.from(line));
const folder = scratch();
const canary = { name: 'Zulmira Quixadá Waltrick', birth_date: '1961-07-13',
  email: `canario${Date.now()}@cidadao.example`, phone: '+5519981726354' };

function exported(format = 'jsonl', from = day(), to = day()) {
  const file = path.join(folder, `${format}-${from}-${Math.random()}.zip`);
  done('auditor', 'audit', 'export', '--from', from, '--to', to, '--format', format, '-o', file);
  return { file, files: new Map(unzip(fs.readFileSync(file))) };
}

// Without server or identity, as an auditor's own machine would.
function verifyFile(file, key = vkeyFile) {
  const run = spawnSync(cliPath, ['--json', 'audit', 'verify', file, '--log-key', key], { encoding: 'utf8', cwd: '/',
    env: { PATH: process.env.PATH } });
  return { status: run.status, json: JSON.parse(run.stdout) };
}

function put(files) {
  const file = path.join(folder, `falso-${Math.random()}.zip`);
  fs.writeFileSync(file, zip(files instanceof Map ? [...files] : files));
  return file;
}

// Waits until the log has no event without its place under a signed checkpoint.
async function settled() {
  for (let tries = 0; tries < 100; tries++) {
    const [events, leaves, size] = sql(`select (select count(*) from event), (select count(*) from leaf),
      coalesce((select max(size) from checkpoint), 0)`).split('|').map(Number);
    if (events === leaves && leaves === size) return size;
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  throw new Error('the sequencer does not keep up');
}

// The day of an event in our table is moved, not the event: its leaf stays what it was.
const shift = (days, where) => sql(`set session_replication_role = replica; update event set at = at + interval '${days} days' where ${where}`);

const checkpointNow = async () => openCheckpoint((await api('GET', '/log/checkpoint')).text, vkey);

// A case that went the whole way, and more leaves than one tile holds.
const kase = await readyByCode('ecpf-a1', person(canary));
await book(await order());
const keys = makeCsr();
const answer = await sendCsr(kase, keys.csr, await proofs(kase, keys.csr, kase));
assert.equal(answer.status, 200, answer.text);
for (let i = 0; i < 26; i++) await Promise.all(Array.from({ length: 10 }, () => officeLater('auditor', 'GET', '/api/office/queue')));
await settled();

describe('contract 4: the export', () => {
  let files;
  let file;
  let leaves;
  let checkpoint;

  before(async () => {
    await settled();
    ({ file, files } = exported());
    leaves = linesOf(files.get('events.jsonl'));
    checkpoint = openCheckpoint(files.get('checkpoint').toString('utf8'), vkey);
  });

  test('ra-cli verifies it without a server, and counts', () => {
    const { status, json } = verifyFile(file);
    assert.equal(status, 0, JSON.stringify(json));
    assert.equal(json.verified, true);
    assert.equal(json.events, leaves.length);
    assert.equal(json.tree_size, checkpoint.size);
    assert.ok(json.disclosed > 0);
  });

  test('the lines are the leaves of the signed tree (RFC 6962), in order, from the first', () => {
    const manifest = JSON.parse(files.get('manifest.json'));
    assert.equal(manifest.first, 0);
    assert.equal(manifest.after, leaves.length);
    assert.ok(leaves.length > 256);
    if (manifest.after === checkpoint.size) assert.ok(rootOf(leaves.map(leafHash)).equals(checkpoint.root));
    else checkEnd(files, rootOf(leaves.map(leafHash)), leaves.length, checkpoint);
    for (const leaf of leaves) assert.deepEqual(Object.keys(JSON.parse(leaf)).slice(0, 5), ['v', 'id', 'event', 'ts_utc', 'ts_local']);
    assert.equal(new Set(leaves.map((leaf) => JSON.parse(leaf).id)).size, leaves.length, 'no event twice');
  });

  test('the manifest names every file, and its signature holds for openssl alone, as LEIAME.txt says', () => {
    const manifest = JSON.parse(files.get('manifest.json'));
    const named = Object.keys(manifest.files).sort();
    assert.deepEqual(named, [...files.keys()].filter((name) => !name.startsWith('manifest.')).sort());
    for (const name of named) assert.equal(manifest.files[name].sha256, digest(files.get(name)), name);
    for (const name of ['manifest.json', 'manifest.p7s', 'checkpoint',
        'events.jsonl']) fs.writeFileSync(path.join(folder, name), files.get(name));
    openssl('cms', '-verify', '-binary', '-inform', 'DER', '-in', path.join(folder, 'manifest.p7s'), '-content',
      path.join(folder, 'manifest.json'),
      '-CAfile', path.join(home, 'identities/ca.pem'), '-purpose', 'any', '-out', '/dev/null');
    assert.match(files.get('LEIAME.txt').toString('utf8'), /openssl pkeyutl -verify/);
    const script = `set -e; cd '${folder}'; sed '/^$/,$d' checkpoint > texto; tail -n 1 checkpoint | cut -d ' ' -f 3 | base64 -d | tail -c 64 > assinatura
      (printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'; cut -d + -f 3- '${vkeyFile}' | base64 -d | tail -c 32) > chave.der
      openssl pkeyutl -verify -pubin -keyform DER -inkey chave.der -rawin -in texto -sigfile assinatura`;
    const run = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
    assert.match(run.stdout, /Verified Successfully/, run.stderr);
  });

  test('report.pdf: tagged, head, how to verify, what the verifiable file is, a row for each event, heads on every page', async () => {
    const [size, few] = [await settled(), 500];
    const earlier = size > few ? sql(`select event_id from leaf where n = ${size - few}`) : '0';
    shift(-5, `id < ${earlier}`); // a sheet of them is as good as a book
    let made;
    try {
      made = exported('pdf');
    } finally {
      shift(5, `id < ${earlier}`);
    }
    const { status, json } = verifyFile(made.file);
    assert.equal(status, 0, JSON.stringify(json));
    const pdf = path.join(folder, 'report.pdf');
    fs.writeFileSync(pdf, made.files.get('report.pdf'));
    const tool = (...words) => spawnSync(words[0], words.slice(1), { encoding: 'utf8', maxBuffer: 64 << 20 }).stdout;
    const info = tool('pdfinfo', pdf);
    assert.match(info, /^Tagged: +yes$/m);
    assert.match(info, /^Title: +Registro de auditoria$/m);
    const text = tool('pdftotext', '-layout', pdf, '-');
    const flat = text.replace(/\s+/g, ' ');
    for (const words of [/Cópia para leitura\. O arquivo que se confere é events\.jsonl/, /Unidade IMA, sede \(sede\)/, /Instância [0-9a-f]{32}/,
      /Período \d\d\/\d\d\/\d{4} a \d\d\/\d\d\/\d{4}/, /sozinho, não prova nada/, /ra-cli audit verify ARQUIVO\.zip --log-key log\.vkey/]) assert.match(flat, words);
    assert.ok(text.replace(/\s/g, '').includes(digest(made.files.get('checkpoint'))), 'the digest of the checkpoint');
    const events = linesOf(made.files.get('events.jsonl')).map((line) => JSON.parse(line));
    const { first } = JSON.parse(made.files.get('manifest.json'));
    const rows = [...text.matchAll(/^ *(\d+) +\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d +\p{Lu}/gmu)];
    assert.deepEqual(rows.map((row) => Number(row[1])), events.map((event, i) => first + i));
    assert.match(flat, /Pedido feito · produto: ecpf-a1/);
    const raw = flat.slice(flat.indexOf('Registros')).match(/\b(?!RFB_)[A-Z]{3,}_[A-Z]+|\b1[6-9]\d{8}\b|\d{4}-\d\d-\d\dT|\bin_person\b/g);
    assert.deepEqual(raw, null, 'words and the hour of the office');
    assert.match(flat, /Feito em \d\d\/\d\d\/\d{4}, \d+h/);
    assert.equal(text.match(/^\f? *Folha +Quando +O quê +Quem +Pedido$/gm).length, Number(/^Pages: +(\d+)/m.exec(info)[1]));
    assert.ok(text.includes(kase.code));
    for (const secret of [canary.name, canary.email, canary.phone]) assert.ok(!flat.toUpperCase().includes(secret.toUpperCase()), secret);
  });

  test('what private.jsonl discloses is what the leaves committed to', () => {
    const lines = linesOf(files.get('private.jsonl')).map((line) => JSON.parse(line));
    const created = lines.find((line) => line.data.includes(canary.email));
    assert.ok(created, 'the order of the canary is disclosed to the auditor');
    for (const { n, salt, data } of lines) {
      const commit = createHash('sha256').update(Buffer.from(salt, 'hex')).update(data).digest('hex');
      assert.equal(JSON.parse(leaves[n]).commit, commit, `line ${n}`);
    }
    assert.equal(lines.length, leaves.filter((leaf) => JSON.parse(leaf).commit !== '').length);
    assert.equal(new Set(lines.map((line) => line.salt)).size, lines.length, 'a salt each');
  });

  test('csv has the same events, and no cell that a spreadsheet would run', () => {
    const csv = exported('csv');
    assert.equal(verifyFile(csv.file).status, 0);
    const text = csv.files.get('events.csv').toString('utf8');
    const rows = text.split('\r\n').slice(1, -1);
    assert.equal(rows.length, linesOf(csv.files.get('events.jsonl')).length);
    assert.match(text, /^n,id,ts_utc,/);
    for (const row of rows) assert.ok(!/(^|,)"[=+@-](?!\d)/.test(row), row);
  });

  test('an export is itself an event, and asking for nonsense is told', () => {
    const last = JSON.parse(sql("select convert_from(bytes, 'UTF8') from event where code = 'EXPORT_MADE' order by id desc limit 1"));
    assert.equal(last.actor.kind, 'auditor');
    assert.equal(last.detail.private, true);
    for (const words of [['--from', '2026-02-31', '--to', day()], ['--from', day(), '--to', day(-1)], ['--from', day(),
        '--to', day(), '--format', 'docx']]) {
      assert.equal(cli('auditor', 'audit', 'export', ...words, '-o', path.join(folder, 'nada.zip')).status, 1, words.join(' '));
    }
  });
});

// A range that ends before the checkpoint is led to it by a consistency proof.
function checkEnd(files, root, size, checkpoint) {
  const proof = JSON.parse(files.get('proofs/consistency.json'));
  assert.equal(proof.old_size, size);
  assert.equal(proof.new_size, checkpoint.size);
  assert.ok(verifyConsistency(size, checkpoint.size, proof.proof.map((hash) => Buffer.from(hash, 'hex')), root, checkpoint.root));
}

describe('contract 4: a range of days in the middle of the log', () => {
  test('proofs/ leads from the leaves before it and to the checkpoint after it', async () => {
    const size = await settled();
    const [early, late] = [100, size - 37].map((n) => Number(sql(`select event_id from leaf where n = ${n}`)));
    shift(-5, `id < ${early}`);
    shift(-2, `id >= ${early} and id < ${late}`);
    try {
      const { file, files } = exported('jsonl', day(-3), day(-1));
      const leaves = linesOf(files.get('events.jsonl'));
      const manifest = JSON.parse(files.get('manifest.json'));
      assert.deepEqual([manifest.first, manifest.after], [100, size - 37]);
      const start = JSON.parse(files.get('proofs/start.json'));
      const root = rootAfterPeaks(start.size, start.peaks.map((hash) => Buffer.from(hash, 'hex')), leaves.map(leafHash));
      checkEnd(files, root, manifest.after, openCheckpoint(files.get('checkpoint').toString('utf8'), vkey));
      assert.equal(verifyFile(file).status, 0);
      const proof = JSON.parse(files.get('proofs/consistency.json'));
      proof.proof.reverse();
      assert.equal(falsified(files, (copy) => copy.set('proofs/consistency.json', Buffer.from(JSON.stringify(proof)))).status, 4);
      const peaks = { ...start, peaks: [...start.peaks].reverse() };
      assert.equal(falsified(files, (copy) => copy.set('proofs/start.json', Buffer.from(JSON.stringify(peaks)))).status, 4);
      assert.equal(falsified(files, (copy) => copy.delete('proofs/start.json')).status, 4);
      assert.equal(falsified(files, (copy) => copy.delete('proofs/consistency.json')).status, 4);
    } finally {
      shift(5, `id < ${early}`);
      shift(2, `id >= ${early} and id < ${late}`);
    }
  });

  test('days without events are an empty range, proved as such', () => {
    const { file, files } = exported('jsonl', '2001-01-01', '2001-01-02');
    assert.equal(files.get('events.jsonl').length, 0);
    assert.equal(verifyFile(file).status, 0);
  });
});

// A falsifier who is thorough: after the change the manifest is made anew and signed by somebody who looks the part.
let falsifier;
function signedAnew(files) {
  const copy = new Map(files);
  falsifier ??= selfMade('/C=BR/O=ICP-Brasil/CN=SERVIDOR DE EXPORTACAO TESTE:37295160868');
  const manifest = JSON.parse(copy.get('manifest.json'));
  manifest.after = manifest.first + linesOf(copy.get('events.jsonl') ?? Buffer.alloc(0)).length;
  manifest.files = Object.fromEntries([...copy].filter(([name]) => !name.startsWith('manifest.'))
    .map(([name, bytes]) => [name, { sha256: digest(bytes), size: bytes.length }]));
  const input = path.join(folder, 'm.json');
  fs.writeFileSync(input, JSON.stringify(manifest, null, 2));
  openssl('cms', '-sign', '-binary', '-nosmimecap', '-signer', falsifier.leaf, '-inkey', falsifier.key, '-in', input,
    '-outform', 'DER', '-out', `${input}.p7s`);
  for (const [name, file] of [['manifest.json', input], ['manifest.p7s', `${input}.p7s`]]) {
    copy.delete(name);
    copy.set(name, fs.readFileSync(file));
  }
  return copy;
}

function falsified(files, change, { thorough = true } = {}) {
  const copy = new Map(files);
  change(copy);
  return verifyFile(put(thorough ? signedAnew(copy) : copy));
}

describe('protocol 7: the rows of the log, changed by who owns the database', () => {
  // Each change and the way back, in the event's bytes or the leaves as they stand.
  const own = 'set session_replication_role = replica;';
  const bytesOf = (n) => `(select bytes from event e join leaf l on l.event_id = e.id where l.n = ${n})`;
  const put = (n, hex) => `update event set bytes = '\\x${hex}' where id = (select event_id from leaf where n = ${n});`;
  const changes = [
    ['edited', (was) => put(3, Buffer.from(Buffer.from(was[0], 'hex').toString().replace(/"ts_local":"2/, '"ts_local":"1')).toString('hex')), (was) => put(3, was[0])],
    ['two in each other\'s place', (was) => put(3, was[1]) + put(4, was[0]), (was) => put(3, was[0]) + put(4, was[1])],
    ['dropped', () => 'create table public.kept as select * from leaf where n = 3; delete from leaf where n = 3;',
      () => 'insert into leaf select * from public.kept; drop table public.kept;'],
  ];
  for (const [what, change, back] of changes) {
    test(`${what}: no export of it verifies`, async () => {
      await settled();
      const was = sql(`select encode(${bytesOf(3)}, 'hex') || ' ' || encode(${bytesOf(4)}, 'hex')`).split(' ');
      sql(own + change(was));
      try {
        const words = ['--from', day(-1), '--to', day(1), '--format', 'jsonl', '-o', path.join(folder, `${what[0]}.zip`)];
        assert.equal(cli('auditor', 'audit', 'export', ...words).status, 0);
        assert.equal(verifyFile(path.join(folder, `${what[0]}.zip`)).status, 4, what);
      } finally {
        sql(own + back(was));
      }
    });
  }

  test('and put back, it does', async () => {
    await settled();
    assert.equal(verifyFile(exported().file).status, 0);
  });
});

describe('contract 4: falsified exports never pass (exit 4)', () => {
  let files;
  let lines;
  const setLines = (copy, changed) => copy.set('events.jsonl', Buffer.from(changed.map((line) => `${line}\n`).join('')));
  before(async () => {
    await settled();
    ({ files } = exported());
    lines = linesOf(files.get('events.jsonl')).map((line) => line.toString('utf8'));
  });

  test('nothing changed, and made anew by the falsifier: the tools can make one that reads well', () => {
    assert.equal(verifyFile(put(files)).status, 0);
    assert.equal(falsified(files, () => {}).status, 0, 'without roots only the log is proved, and it is right');
    const withRoots = spawnSync(cliPath, ['--json', '--ca', path.join(home, 'identities/ca.pem'), 'audit', 'verify',
      put(new Map(files)), '--log-key', vkeyFile], { encoding: 'utf8' });
    assert.equal(withRoots.status, 0, withRoots.stdout);
    assert.equal(JSON.parse(withRoots.stdout).signer_trusted, true);
  });

  const other = (text) => text.replace(/"event":"([A-Z_]+)"/, (_, code) => `"event":"${code === 'CALLED' ? 'PARKED' : 'CALLED'}"`);
  for (const [name, change, reason] of [
    ['a leaf changed', (copy) => setLines(copy, lines.map((line, i) => (i === 7 ? other(line) : line))), 'export-leaves'],
    ['one character of a leaf', (copy) => setLines(copy, lines.map((line, i) => (i === 3 ? line.replace('"v":1',
      '"v":2') : line))), 'export-leaves'],
    ['a leaf left out', (copy) => setLines(copy, lines.filter((_, i) => i !== 5)), /^export-(leaves|commitment|proof)$/],
    ['the last leaves cut off', (copy) => setLines(copy, lines.slice(0, -3)), /^export-(leaves|proof|commitment|malformed)$/],
    ['two leaves exchanged', (copy) => setLines(copy, [lines[1], lines[0], ...lines.slice(2)]), /^export-(leaves|commitment)$/],
    ['a leaf put in', (copy) => setLines(copy, [...lines, lines[0]]), /^export-(leaves|proof|malformed)$/],
    ['a last line without its end', (copy) => copy.set('events.jsonl', copy.get('events.jsonl').subarray(0, -1)),
      /^export-(malformed|leaves)$/],
    ['a checkpoint of another size', (copy) => copy.set('checkpoint',
      Buffer.from(copy.get('checkpoint').toString('utf8').replace(/\n(\d+)\n/,
      (_, size) => `\n${Number(size) - 1}\n`))), 'note-signature'],
    ['a checkpoint of another root', (copy) => copy.set('checkpoint',
      Buffer.from(copy.get('checkpoint').toString('utf8').replace(/\n([A-Za-z0-9+/]{43}=)\n/,
      `\n${randomBytes(32).toString('base64')}\n`))), 'note-signature'],
    ['an unsigned checkpoint', (copy) => copy.set('checkpoint',
      Buffer.from(`${copy.get('checkpoint').toString('utf8').split('\n\n')[0]}\n\n`)), /^note-/],
    ['an older checkpoint of the same log', (copy) => copy.set('checkpoint',
      Buffer.from(sql('select note from checkpoint order by size limit 1 offset 3')
      .concat('\n'))), /^(export-leaves|export-proof|note-malformed)$/],
    ['disclosed data changed', (copy) => copy.set('private.jsonl',
      Buffer.from(copy.get('private.jsonl').toString('utf8').replace('WALTRICK', 'WALTRICH'))),
      'export-commitment'],
    ['disclosed data of another leaf', (copy) => copy.set('private.jsonl', Buffer.from(copy.get('private.jsonl').toString('utf8')
      .replace(/"n":\s*(\d+)/, (_, n) => `"n":${Number(n) + 1}`))), /^export-(commitment|malformed)$/],
    ['a file added', (copy) => copy.set('../../etc/cron.d/x', Buffer.from('x')), 'export-malformed'],
    ['no events', (copy) => copy.delete('events.jsonl'), 'export-malformed'],
    ['no checkpoint', (copy) => copy.delete('checkpoint'), 'note-malformed'],
  ]) {
    test(`${name}: told by the manifest, and by the tree when the manifest is made anew`, () => {
      const plain = falsified(files, change, { thorough: false });
      assert.equal(plain.status, 4, JSON.stringify(plain.json));
      assert.ok(plain.json.reason, JSON.stringify(plain.json));
      const { status, json } = falsified(files, change);
      assert.equal(status, 4, JSON.stringify(json));
      assert.match(json.reason, reason instanceof RegExp ? reason : new RegExp(`^${reason}$`), JSON.stringify(json));
    });
  }

  test('manifest and signature: changed, missing, of another', () => {
    for (const change of [
      (copy) => copy.set('manifest.json', Buffer.from(copy.get('manifest.json').toString().replace('"first": 0', '"first": 1'))),
      (copy) => copy.set('manifest.json', Buffer.from('{}')),
      (copy) => copy.delete('manifest.json'),
      (copy) => copy.delete('manifest.p7s'),
      (copy) => copy.set('manifest.p7s', copy.get('manifest.p7s').subarray(0, -10)),
      (copy) => copy.set('manifest.p7s', randomBytes(500)),
      (copy) => copy.set('LEIAME.txt', Buffer.from('confie em nós')),
    ]) assert.equal(falsified(files, change, { thorough: false }).status, 4, change.toString());
    const file = put(signedAnew(files));
    const withRoots = spawnSync(cliPath, ['--json', '--ca', path.join(home, 'identities/ca.pem'), 'audit', 'verify',
      file, '--log-key', vkeyFile], { encoding: 'utf8' });
    assert.equal(withRoots.status, 4, 'with the roots at hand the falsifier\'s signature does not do');
    assert.equal(JSON.parse(withRoots.stdout).reason, 'export-signature');
  });

  test('another log\'s key, a malformed one', () => {
    const keyFile = path.join(folder, 'outra.vkey');
    const raw = Buffer.from(openssl('pkey', '-in', write('k.pem', openssl('genpkey', '-algorithm', 'ed25519')),
      '-pubout').split('-----')[2], 'base64').subarray(-32);
    const key = Buffer.concat([Buffer.from([1]), raw]);
    for (const name of [vkey.name, 'outra.casa']) {
      const id = createHash('sha256').update(`${name}\n`).update(key).digest('hex').slice(0, 8);
      fs.writeFileSync(keyFile, `${name}+${id}+${key.toString('base64')}\n`);
      const { status, json } = verifyFile(put(files), keyFile);
      assert.equal(status, 4, JSON.stringify(json));
      assert.match(json.reason, /^note-/);
    }
    fs.writeFileSync(keyFile, `${vkey.name}+00000000+${key.toString('base64')}\n`);
    assert.notEqual(verifyFile(put(files), keyFile).status, 0);
  });

  test('what is no zip, a cut one, one that says it unpacks to more than there is', () => {
    const good = fs.readFileSync(put(files));
    for (const [name, bytes] of [['empty', Buffer.alloc(0)], ['text', Buffer.from('PK nada')], ['noise', randomBytes(4096)],
      ['cut', good.subarray(0, good.length / 2)],
      ['bomb', zip([['events.jsonl', Buffer.alloc(64 << 20)], ...[...files].filter(([entry]) => entry !== 'events.jsonl')])],
      ['twice', zip([...files, ['events.jsonl', files.get('events.jsonl')]])]]) {
      const run = spawnSync(cliPath, ['--json', 'audit', 'verify', write(`${name}.zip`, bytes), '--log-key', vkeyFile],
        { encoding: 'utf8', timeout: 60000 });
      assert.ok([1, 3, 4].includes(run.status), `${name}: ${run.status} ${run.signal} ${run.stderr}`);
      assert.match(JSON.parse(run.stdout).type, /^urn:guiche:problem:/);
    }
  });

  function write(name, bytes) {
    const file = path.join(folder, name);
    fs.writeFileSync(file, bytes);
    return file;
  }
});

describe('issue 5, 9: the signer\'s journal against the log', () => {
  const signer = path.join(path.dirname(cliPath), 'ra-signer');
  const file = path.join(folder, 'diario.jsonl');
  let lines;
  let whole;

  before(async () => {
    const { uid, gid } = fs.statSync(path.join(home, 'signer/journal')); // only its own user may look
    const printed = spawnSync(signer, ['--home', path.join(home, 'signer'), '--clock', path.join(home, 'clock'),
      '--print-journal'], { encoding: 'utf8', uid, gid });
    assert.equal(printed.status, 0, printed.stderr);
    lines = printed.stdout.trim().split('\n').map((line) => JSON.parse(line));
    await settled();
    whole = exported().file;
  });

  function check(journal) {
    fs.writeFileSync(file, journal.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const run = spawnSync(cliPath, ['--json', 'audit', 'journal', file, whole, '--log-key', vkeyFile], { encoding: 'utf8', cwd: '/',
      env: { PATH: process.env.PATH } });
    return { status: run.status, json: JSON.parse(run.stdout) };
  }

  test('they agree, and the journal names nobody', () => {
    const { status, json } = check(lines);
    assert.equal(status, 0, JSON.stringify(json));
    assert.equal(json.verified, true);
    assert.ok(json.confirmed > 0 && json.logged === json.confirmed, JSON.stringify(json));
    assert.deepEqual([...new Set(lines.slice(1).flatMap((line) => Object.keys(line)))].sort(),
      ['attempt', 'serial', 'spki', 'state', 'transaction']);
  });

  test('a certificate that the signer refused and the AC did not take back is counted for the auditor', () => {
    const kept = { ...lines[1], state: 'not-withdrawn', transaction: 'cd'.repeat(16), serial: '' };
    assert.equal(check(lines).json.kept_by_ac, lines.filter((line) => line.state === 'not-withdrawn').length);
    assert.equal(check([...lines, kept]).json.kept_by_ac, check(lines).json.kept_by_ac + 1);
  });

  test('a certificate that only one of them knows, or knows otherwise, is told (exit 4)', () => {
    const at = lines.findIndex((line) => line.state === 'confirmed');
    const told = (journal) => {
      const { status, json } = check(journal);
      assert.equal(status, 4, JSON.stringify(json));
      assert.equal(json.reason ?? json.code, 'journal-disagrees', JSON.stringify(json));
      return json.detail;
    };
    const changed = (change) => lines.map((line, i) => (i === at ? { ...line, ...change } : line));
    assert.match(told(lines.filter((line, i) => i !== at)), /not-in-journal/);
    assert.match(told(changed({ serial: '00ff' })), /another-serial/);
    assert.match(told(changed({ spki: '00'.repeat(32) })), /another-key/);
    assert.match(told(changed({ state: 'unknown' })), /not-confirmed/);
    assert.match(told([...lines, { ...lines[at], transaction: 'ab'.repeat(16) }]), /not-in-log/);
    assert.equal(check(lines.slice(1)).status, 4, 'without its head it is no journal');
  });
});

describe('identification-rules 3.8', () => {
  test('who came into the roster is in the log: agents as agents, whoever audits by the permission given', () => {
    const events = sql("select convert_from(bytes, 'UTF8') from event where code in ('AGENT_ADDED', 'PERM_GRANTED') order by id")
      .split('\n').map((text) => JSON.parse(text));
    const roles = (code) => [...new Set(events.filter((one) => one.event === code).map((one) => one.detail.role))].sort();
    assert.deepEqual(roles('AGENT_ADDED'), ['agent']);
    assert.ok(roles('PERM_GRANTED').includes('auditor') && !roles('PERM_GRANTED').includes('agent'), roles('PERM_GRANTED').join());
  });

  test('each event says who, at which station and place, when by both clocks and how far apart they are', () => {
    const last = JSON.parse(sql("select convert_from(bytes, 'UTF8') from event where code = 'VALIDATION_APPROVED' order by id desc limit 1"));
    assert.deepEqual([last.actor.kind, last.actor.spki.length, /^[0-9a-f]+$/.test(last.actor.serial)], ['agent', 64, true]);
    assert.ok(last.station.length > 0 && Number.isInteger(last.clock_offset_ms), JSON.stringify(last));
    assert.deepEqual(last.place, { office: 'sede', ibge: '3509502', kind: 'IT' });
    assert.equal(Date.parse(last.ts_local), Date.parse(last.ts_utc));
    assert.match(last.ts_local, /-03:00$/);
  });
});

describe('contract 3: audit prove', () => {
  test('the acts of a certificate, each with its path to the signed root', async () => {
    await settled();
    const file = path.join(folder, 'prova.json');
    done('auditor', 'audit', 'prove', kase.code, '-o', file);
    const document = JSON.parse(fs.readFileSync(file, 'utf8'));
    const checkpoint = openCheckpoint(document.checkpoint, vkey);
    assert.deepEqual(document.leaves.map((one) => JSON.parse(one.leaf).event), ['VALIDATION_APPROVED',
      'VERIFICATION_APPROVED', 'CERT_REQUESTED', 'CERT_ISSUED',
      'CERT_DELIVERED'].filter((event) => document.leaves.some((one) => JSON.parse(one.leaf).event === event)));
    assert.ok(document.leaves.length >= 4);
    for (const { n, leaf, proof } of document.leaves) {
      assert.ok(verifyInclusion(n, checkpoint.size, leafHash(Buffer.from(leaf)), proof.map((hash) => Buffer.from(hash,
        'hex')), checkpoint.root), `leaf ${n}`);
      assert.equal(JSON.parse(leaf).order, document.ref);
    }
    assert.equal(verifyFile(file).status, 0);
    for (const bend of [(copy) => { copy.leaves[0].leaf = copy.leaves[0].leaf.replace('VALIDATION_APPROVED', 'VALIDATION_REFUSED_'); },
      (copy) => { copy.leaves[1].n += 1; }, (copy) => { copy.leaves[0].proof.pop(); }, (copy) => { copy.order = 'AAAAAAAAAAAA'; },
      (copy) => { copy.checkpoint = copy.checkpoint.replace(/\n(\d+)\n/, (_, size) => `\n${Number(size) + 1}\n`); }]) {
      const copy = structuredClone(document);
      bend(copy);
      const bent = path.join(folder, 'torta.json');
      fs.writeFileSync(bent, JSON.stringify(copy));
      const { status, json } = verifyFile(bent);
      assert.ok(status === 4 || (bend.toString().includes('order') && status === 0), `${bend} ${JSON.stringify(json)}`);
    }
  });
});

describe('protocol 7: the public side of the log', () => {
  const tile = async (where) => {
    const response = await fetch(`http://localhost:${port}/log/tile/${where}`);
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
  };
  const hashes = (bytes) => Array.from({ length: bytes.length / 32 }, (_, i) => bytes.subarray(32 * i, 32 * i + 32));

  test('tiles hold the hashes of the leaves, and lead to the checkpoint', async () => {
    await settled();
    const checkpoint = await checkpointNow();
    const all = [];
    for (let index = 0; index * 256 < checkpoint.size; index++) {
      const width = Math.min(256, checkpoint.size - 256 * index);
      const { status, bytes, headers } = await tile(`0/${String(index).padStart(3, '0')}${width < 256 ? `.p/${width}` : ''}`);
      assert.equal(status, 200, `tile ${index} of ${checkpoint.size}`);
      assert.equal(bytes.length, 32 * width);
      assert.match(headers.get('cache-control'), /immutable/);
      all.push(...hashes(bytes));
    }
    assert.ok(rootOf(all).equals(checkpoint.root));
    const stored = sql('select encode(hash, \'hex\') from leaf order by n limit 3').split('\n');
    assert.deepEqual(all.slice(0, 3).map((hash) => hash.toString('hex')), stored);
    const up = await tile(`1/000.p/${Math.floor(checkpoint.size / 256)}`);
    assert.equal(up.status, 200);
    assert.ok(hashes(up.bytes)[0].equals(rootOf(all.slice(0, 256))));
  });

  test('what is not there yet, or has no canonical name, is not found', async () => {
    for (const where of ['0/999', '0/000.p/256', '0/000.p/0', '0/0', '0/x000/000', '9/000', '-1/000', '0/000.p/',
        '0/00a', '63/000', 'entries/000', '']) {
      assert.equal((await tile(where)).status, 404, where);
    }
    assert.equal((await api('GET', '/log/entries/000')).status, 404, 'entries are not public');
  });

  test('a checkpoint follows within a second or two of an act, and only ever grows', async () => {
    const first = await checkpointNow();
    const firstHashes = sql(`select encode(hash, 'hex') from leaf where n < ${first.size} order by n`).split('\n').map((hex) => Buffer.from(hex, 'hex'));
    const acted = Date.now();
    await order();
    let second = first;
    while (second.size === first.size && Date.now() - acted < 5000) {
      await new Promise((resolve) => { setTimeout(resolve, 50); });
      second = await checkpointNow();
    }
    assert.ok(second.size > first.size);
    assert.ok(Date.now() - acted < 3000, `${Date.now() - acted} ms`);
    assert.ok(rootOf(firstHashes).equals(first.root));
    const secondHashes = sql(`select encode(hash, 'hex') from leaf where n < ${second.size} order by n`).split('\n').map((hex) => Buffer.from(hex, 'hex'));
    assert.ok(rootOf(secondHashes).equals(second.root));
    assert.deepEqual(secondHashes.slice(0, first.size), firstHashes, 'nothing that was signed has changed');
    assert.equal(sql('select count(*) from leaf l join event e on e.id = l.event_id where l.hash <> sha256(\'\\x00\'::bytea || e.bytes)'), '0');
  });
});

describe('no personal data and no secret outside their places', () => {
  const secrets = () => [kase.holder.cpf, kase.holder.email, kase.holder.phone, kase.holder.phone.slice(3), 'ZULMIRA',
    'Zulmira', 'WALTRICK',
    '1961-07-13', kase.token, kase.counter, kase.counter.replaceAll('-', ''), kase.mail, kase.mail.replaceAll('-', '')];
  const absent = (text, where, but = []) => {
    for (const secret of secrets()) if (!but.includes(secret)) assert.ok(!text.includes(secret), `${secret} in ${where}`);
  };

  test('not in the leaves, the checkpoint, the CSV', async () => {
    await settled();
    const { files } = exported('csv');
    for (const name of ['events.jsonl', 'events.csv', 'checkpoint', 'LEIAME.txt',
        'manifest.json']) absent(files.get(name).toString('utf8'), name);
  });

  test('not in any log of the instance', () => {
    // What the database refuses it would tell with the row that it refused.
    assert.throws(() => sql(`update person set cpf = '1' where order_id = (select id from orders where code = '${kase.code}')`), /ZULMIRA/);
    for (const name of fs.readdirSync(path.join(home, 'log'))) absent(fs.readFileSync(path.join(home, 'log', name), 'utf8'), `log/${name}`);
  });

  test('no token, no half of a code in the database, however it is written', () => {
    const words = [...asOwnerOf('pg'), '/usr/lib/postgresql/15/bin/pg_dump', '-h', path.join(home, 'pg/run'), '-a', 'ra'];
    const dump = spawnSync(words[0], words.slice(1), { encoding: 'utf8', maxBuffer: 1 << 30, env: { PATH: process.env.PATH } });
    assert.equal(dump.status, 0, dump.stderr);
    assert.ok(dump.stdout.includes(kase.holder.cpf), 'it is the right database');
    for (const secret of [kase.token, kase.counter, kase.counter.replaceAll('-', ''), kase.mail, kase.mail.replaceAll('-', '')]) {
      assert.ok(!dump.stdout.includes(secret), secret);
      assert.ok(!dump.stdout.includes(Buffer.from(secret).toString('hex')), `${secret} in hexadecimal`);
      assert.ok(!dump.stdout.includes(Buffer.from(secret).toString('base64').replace(/=+$/, '')), `${secret} in base64`);
    }
  });

  test('the paper half is in no mail, the mail half in one alone', async () => {
    assert.equal(await mailCode(kase), kase.mail);
    const mails = fs.readdirSync(path.join(home, 'mail')).map((name) => fs.readFileSync(path.join(home, 'mail', name),
      'latin1').replaceAll('=\r\n', ''));
    assert.equal(mails.filter((text) => text.includes(kase.counter)).length, 0);
    assert.equal(mails.filter((text) => text.includes(kase.mail)).length, 1);
    for (const text of mails.filter((one) =>
        one.includes(kase.holder.email))) assert.ok(!text.includes(kase.holder.cpf), 'no CPF in mails');
  });
});
