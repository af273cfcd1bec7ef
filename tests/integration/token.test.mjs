// SPDX-License-Identifier: GPL-3.0-or-later
// Issue 5.4: the key is made in the token and bound by `spki`; PIN and PUK are typed by the holder without echo and kept
// nowhere; certificate and chain are written back, then a challenge is signed and verified; an agent's identity may be a
// token. SoftHSM plays the token, behind a module that fails on demand (tests/support/flaky_token.c).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { X509Certificate, randomInt } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import {
  attend, cli, cliPath, done, home, identify, officeUrl, openssl, order, person, publicUrl, root, scratch, sql, until, validate, verify,
} from '../support/office.mjs';

const folder = scratch();
const flaky = path.join(process.env.RA_BUILD ?? path.join(root, 'build/release'), 'tests/flaky_token.so');
const environment = { SOFTHSM2_CONF: path.join(folder, 'softhsm2.conf') };
fs.mkdirSync(path.join(folder, 'tokens'));
fs.writeFileSync(environment.SOFTHSM2_CONF, `directories.tokendir = ${folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n`);

// Ordered before anything else: a connection that rests while the commands below block this process is closed by the
// server, and fetch does not notice.
const [firstCase, pulledCase, fullCase, agentsCase] = [await order('ecpf-a3', person()), await order('ecpf-a3', person()),
  await order('ecpf-a3', person()), await order('ecpf-a1', person())];

const pin = '482916';
const puk = '77310482';

// A command with a terminal, and what the holder types.
function typed(who, words, answers, env = {}) {
  const identity = who === null ? [] : ['--server', officeUrl, '--identity', who.startsWith('pkcs11:') ? who : path.join(home, `identities/${who}.pem`)];
  const run = spawnSync('python3', [path.join(root, 'tests/support/typed.py')], {
    encoding: 'utf8', input: JSON.stringify({ command: [cliPath, ...identity, '--home', home, '--json', ...words], answers, env: { ...environment, ...env } }),
    cwd: folder,
  });
  assert.equal(run.status, 0, run.stderr);
  const result = JSON.parse(run.stdout);
  for (const [question, secret] of answers) {
    if (/PIN|PUK/.test(question) && secret.length > 3) assert.ok(!(result.terminal + result.stdout).includes(secret), `echoed: ${result.terminal}`);
  }
  return { ...result, json: JSON.parse(result.stdout) };
}

const holderPin = [['PIN do token', pin]];
function works(run) {
  assert.equal(run.status, 0, run.terminal + run.stdout);
  return run.json;
}
function works2(run) {
  works(run);
  return run;
}
function refused(run, reason) {
  assert.notEqual(run.status, 0, run.stdout);
  assert.equal(run.json.reason, reason, run.terminal + run.stdout);
  return run;
}

function hsm(...words) {
  const run = spawnSync('softhsm2-util', words, { encoding: 'utf8', env: { ...process.env, ...environment } });
  assert.equal(run.status, 0, run.stdout + run.stderr);
}

let made = 0;
function blank() {
  const label = `t${made += 1}x${randomInt(1e6)}`;
  hsm('--init-token', '--free', '--label', label, '--pin', pin, '--so-pin', puk);
  return `pkcs11:token=${label}`;
}

const serialOf = (uri) => refused(typed('agent1', ['token', 'csr', 'AAAAAAAAAAAA', '--token', uri, '-o', 'x'], [['PIN do token', '']]), 'token-gave-up').terminal.match(/série (\w+)/)[1];

// An A3 case with this token on the desk, up to the validation.
function atCounter(kase, uri) {
  const serial = serialOf(uri);
  attend(kase.code, { finish: false });
  done('agent1', 'token', 'receive', 'softhsm-v2', serial);
  done('agent1', 'token', 'take', serial, kase.code);
  return { ...kase, uri, serial, csr: path.join(folder, `${kase.code}.csr`) };
}

const makeCsr = (kase, env) => typed('agent1', ['token', 'csr', kase.code, '--token', kase.uri, '-o', kase.csr], holderPin, env);
const issue = (kase, env) => typed('agent1', ['issue', kase.code, '--token', kase.uri], holderPin, env);

const p11 = (uri, ...words) => {
  const run = spawnSync('p11tool', ['--provider', '/usr/lib/softhsm/libsofthsm2.so', '--login', '--set-pin', pin, ...words, uri], {
    encoding: 'utf8', env: { ...process.env, ...environment } });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  return run.stdout;
};

describe('from a blank token to the receipt', () => {
  let kase;
  before(() => hsm('--show-slots'));

  test('the holder chooses PUK and PIN: nothing is echoed, both differ, a blank token is no other', () => {
    const choose = [['PUK novo', puk], ['Repita o PUK', puk], ['PIN novo', pin], ['Repita o PIN', pin]];
    refused(typed(null, ['token', 'csr', 'AAAAAAAAAAAA', '--token', 'pkcs11:manufacturer=SoftHSM%20project', '-o', 'x'], []), 'token-blank');
    refused(typed(null, ['token', 'setup', '--token', 'pkcs11:', '--label', 'marina'], [['PUK novo', puk], ['Repita o PUK', '00000000']]), 'token-pin-shape');
    refused(typed(null, ['token', 'setup', '--token', 'pkcs11:', '--label', 'marina'],
      [['PUK novo', puk], ['Repita o PUK', puk], ['PIN novo', puk], ['Repita o PIN', puk]]), 'token-pin-shape');
    assert.equal(works(typed(null, ['token', 'setup', '--token', 'pkcs11:', '--label', 'marina'], choose)).token.label, 'marina');
    refused(typed(null, ['token', 'setup', '--token', 'pkcs11:token=marina'], [['será apagado', 'n']]), 'token-in-use');
  });

  test('a PIN in the address is refused, wherever it stands', () => {
    for (const uri of ['pkcs11:token=marina?pin-value=482916', 'pkcs11:token=marina?pin-source=/tmp/pin', 'pkcs11:token=marina;pin-value=482916']) {
      assert.equal(cli('agent1', 'token', 'csr', 'AAAAAAAAAAAA', '--token', uri, '-o', 'x').json.reason, 'token-uri-pin', uri);
      const run = spawnSync(cliPath, ['--identity', uri, '--json', 'queue'], { encoding: 'utf8' });
      assert.equal(run.status, 2);
      assert.ok(!(run.stdout + run.stderr).includes('482916'));
    }
    assert.equal(cli('agent1', 'token', 'csr', 'AAAAAAAAAAAA', '--token', 'pkcs11:nonsense', '-o', 'x').json.reason, 'token-uri');
  });

  test('the key is made in the token, never extractable, and bound by spki', () => {
    kase = atCounter(firstCase, 'pkcs11:token=marina');
    const first = works(makeCsr(kase));
    assert.match(openssl('req', '-in', kase.csr, '-noout', '-verify', '-text'), /2048 bit/);
    assert.equal(works(makeCsr(kase)).spki_sha256, first.spki_sha256, 'the same command finds the key that is there');
    const listed = p11(kase.uri, '--list-privkeys');
    assert.match(listed, /CKA_NEVER_EXTRACTABLE/);
    assert.match(listed, /CKA_SENSITIVE/);
    const { statement } = validate(kase.code, { csr: kase.csr });
    verify(kase.code);
    const signed = Buffer.from(sql(`select encode(cms, 'hex') from statement where encode(sha256, 'hex') = '${statement}'`), 'hex').toString('latin1');
    assert.ok(signed.includes(`"spki":"${first.spki_sha256}"`) && signed.includes(`"serial":"${kase.serial}"`), 'key and medium in what was signed');
  });

  test('certificate and chain are written back, a challenge is signed and verified, the term is signed', () => {
    const answer = works(issue(kase));
    assert.equal(answer.token.proved, true);
    const certificates = p11(kase.uri, '--list-all-certs');
    assert.equal(certificates.match(/Type: X\.509 Certificate/g).length, 1 + answer.chain.match(/BEGIN/g).length);
    const stored = p11(kase.uri, '--list-all-certs').match(/URL: (\S*MARINA\S*)/)[1];
    assert.equal(new X509Certificate(p11(stored, '--export')).fingerprint256, new X509Certificate(answer.certificate).fingerprint256);
    assert.equal(done('agent1', 'show', kase.code).term.state, 'signed');
  });

  test('again: the same certificate, and nothing is written twice', () => {
    const count = () => p11(kase.uri, '--list-all-certs').match(/Type:/g).length;
    const objects = count();
    works(issue(kase));
    assert.equal(count(), objects);
  });

  test('the receipt is signed by the key in the token; then the attendance may end', () => {
    assert.equal(cli('agent1', 'finish', kase.code).json.reason, 'media-not-delivered');
    const signature = Buffer.alloc(256, 1).toString('base64');
    const forged = JSON.parse(spawnSync('curl', ['-sS', '--cacert', path.join(home, 'identities/ca.pem'), '--cert', path.join(home, 'identities/agent1.pem'),
      '-H', 'Content-Type: application/json', '-d', JSON.stringify({ order: kase.code, receipt_signature: signature }),
      `${officeUrl}/api/office/media/${kase.serial}/deliver`], { encoding: 'utf8' }).stdout);
    assert.equal(forged.reason, 'media-receipt-invalid');
    assert.equal(works(typed('agent1', ['token', 'deliver', kase.serial, kase.code, '--token', kase.uri], holderPin)).state, 'delivered');
    done('agent1', 'finish', kase.code);
  });

  test('8 the holder renews with the token: the new key is born in it, and the certificate is written back by its holder', async () => {
    const asHolder = (...words) => works(typed(null, ['--server', publicUrl, ...words], holderPin));
    const { order: fresh, rule, waived } = asHolder('renew', '--token', kase.uri);
    assert.equal(rule, 'REN-02');
    assert.deepEqual(waived.map((one) => one.kind), ['document', 'biometric', 'presence']);
    identify(fresh);
    done('agent1', 'validate', fresh);
    const answer = asHolder('issue', fresh, '--token', kase.uri);
    assert.equal(answer.token.proved, true);
    assert.equal(done('agent1', 'show', fresh).term.state, 'signed', 'read with the token of the order, signed by the new key');
    assert.match(p11(`${kase.uri};object=guiche%20${fresh}`, '--list-privkeys'), /CKA_NEVER_EXTRACTABLE/);
    // Of two certificates in the token the order's label says which; by its key the holder revokes the former.
    assert.equal(asHolder('revoke', kase.code, '--token', kase.uri, '--reason', '4').state, 'requested');
    const asked = () => sql(`select reason from revocation r join orders o on o.id = r.order_id where o.code = '${kase.code}'`);
    assert.equal(await until(asked, 'the AC is asked'), '4');
  });

  test('PIN and PUK are in no file of the instance or the station', () => {
    const found = spawnSync('grep', ['-rlaE', `${pin}|${puk}`, folder, home, '--exclude-dir=pg'], { encoding: 'utf8' });
    assert.equal(found.stdout, '');
  });
});

describe('a wrong PIN', () => {
  const tries = path.join(folder, 'tries');
  const counted = { RA_PKCS11_MODULE: flaky, FLAKY_TRIES: tries };
  const command = (uri) => ['token', 'csr', 'AAAAAAAAAAAA', '--token', uri, '-o', 'x'];

  test('says what the token says of the tries left, and never spends the last one in silence', () => {
    const uri = blank();
    const wrong = [['PIN do token', '0000'], ['PIN do token', '1111']];
    const first = refused(typed(null, command(uri), wrong, counted), 'token-pin-wrong');
    assert.match(first.terminal, /restam poucas tentativas/);
    assert.match(first.terminal, /resta UMA tentativa de PIN[^]*$/, 'and what is left when it stops');
    assert.equal(first.status, 1);
    assert.equal(fs.readFileSync(tries, 'utf8'), '2');
    const kept = refused(typed(null, [...command(uri), '--yes'], [['Usar a última tentativa?', 'n']], counted), 'token-last-try');
    assert.match(kept.terminal, /resta UMA tentativa/);
    assert.equal(fs.readFileSync(tries, 'utf8'), '2', 'nothing was tried');
    refused(typed(null, command(uri), [['Usar a última tentativa?', 's'], ['PIN do token', '2222']], counted), 'token-pin-locked');
    refused(typed(null, command(uri), [], counted), 'token-pin-locked');
    works(typed(null, ['token', 'unlock', '--token', uri], [['PUK do token', puk], ['PIN novo', pin], ['Repita o PIN', pin]], counted));
    assert.equal(fs.readFileSync(tries, 'utf8'), '0');
  });

  test('ra-keyholder, started again and again with a wrong PIN in its file, spends one try and no more', () => {
    const uri = blank();
    const file = path.join(folder, 'pin');
    fs.writeFileSync(file, '0000\n', { mode: 0o600 });
    fs.writeFileSync(tries, '0');
    const start = () => spawnSync(path.join(process.env.RA_BUILD ?? path.join(root, 'build/release'), 'bin/ra-keyholder'), ['--socket', path.join(folder, 'key.sock'),
      '--peer-uid', String(process.getuid()), '--uri', uri, '--label', 'ar', '--module', flaky, '--pin-file', file],
    { encoding: 'utf8', timeout: 5000, env: { ...process.env, ...environment, ...counted } });
    assert.match(start().stderr, /O PIN não confere/);
    assert.equal(fs.readFileSync(tries, 'utf8'), '1');
    assert.match(start().stderr, /nothing was tried now/);
    assert.equal(fs.readFileSync(tries, 'utf8'), '1');
    fs.writeFileSync(file, `${'1'.repeat(80)}\n`);
    fs.writeFileSync(tries, '0');
    assert.match(start().stderr, /no PIN in it/);
    assert.equal(fs.readFileSync(tries, 'utf8'), '0', 'the beginning of a line is no PIN');
  });

  test('a wrong PUK, and no terminal', () => {
    const uri = blank();
    refused(typed(null, ['token', 'unlock', '--token', uri], [['PUK do token', '00000000'], ['PIN novo', pin], ['Repita o PIN', pin]]), 'token-pin-wrong');
    const run = spawnSync('setsid', ['-w', cliPath, '--json', ...command(uri)], { encoding: 'utf8', env: { ...process.env, ...environment } });
    assert.equal(JSON.parse(run.stdout).reason, 'token-no-terminal');
  });
});

describe('a wrong PUK', () => {
  const tries = path.join(folder, 'puk-tries');
  const counted = { RA_PKCS11_MODULE: flaky, FLAKY_PUK_TRIES: tries };
  const spent = () => fs.readFileSync(tries, 'utf8');
  const given = (secret) => [['PUK do token', secret], ['PIN novo', pin], ['Repita o PIN', pin]];
  const last = [['Usar a última tentativa?', 's']];

  test('says what the token says of the tries left, and never spends the last one in silence', () => {
    const unlock = (uri, answers) => typed(null, ['token', 'unlock', '--token', uri], answers, counted);
    const uri = blank();
    assert.match(refused(unlock(uri, given('00000000')), 'token-pin-wrong').terminal, /restam poucas tentativas/);
    assert.match(refused(unlock(uri, given('00000001')), 'token-pin-wrong').terminal, /resta UMA tentativa de PUK/);
    assert.equal(spent(), '2');
    refused(unlock(uri, [['Usar a última tentativa?', 'n']]), 'token-last-try');
    assert.equal(spent(), '2', 'nothing was tried');
    works(unlock(uri, [...last, ...given(puk)]));
    assert.equal(spent(), '0');
    for (const answers of [given('00000000'), given('00000000'), [...last, ...given('00000000')]]) refused(unlock(uri, answers), 'token-pin-wrong');
    refused(unlock(uri, []), 'token-puk-locked');
  });

  test('a used token is erased by the PUK that it has, asked for once; a wrong one erases nothing and is counted', () => {
    fs.writeFileSync(tries, '0');
    const uri = blank();
    const label = uri.slice('pkcs11:token='.length);
    const setup = (secret) => typed(null, ['token', 'setup', '--token', uri, '--label', label], [['será apagado', 's'], ...given(secret)], counted);
    assert.match(refused(setup('00000000'), 'token-pin-wrong').terminal, /restam poucas tentativas/);
    assert.equal(spent(), '1');
    works(setup(puk));
    assert.equal(spent(), '0');
  });
});

describe('a reader with a keypad, and a key that asks each time', () => {
  const at = (env) => ({ RA_PKCS11_MODULE: flaky, FLAKY_TRIES: path.join(folder, 'tries-keypad'), ...env });
  const request = (uri) => ['token', 'csr', 'AAAAAAAAAAAA', '--token', uri, '-o', path.join(folder, `${Math.random()}.csr`)];

  test('PIN and PUK are typed there: the program asks for none and has none to give', () => {
    const uri = blank();
    const keypad = at({ FLAKY_PINPAD: pin, FLAKY_PINPAD_PUK: puk });
    assert.match(works2(typed('agent1', request(uri), [], keypad)).terminal, /teclado do leitor/);
    refused(typed('agent1', request(uri), [], at({ FLAKY_PINPAD: '0000' })), 'token-pin-wrong');
    const last = refused(typed('agent1', request(uri), [['Usar a última tentativa?', 'n']], at({ FLAKY_PINPAD: '0000' })), 'token-last-try');
    assert.doesNotMatch(last.terminal, /teclado do leitor/);
    works(typed(null, ['token', 'unlock', '--token', uri], [], at({ FLAKY_PINPAD: '918273', FLAKY_PINPAD_PUK: puk })));
    works2(typed('agent1', request(uri), [], at({ FLAKY_PINPAD: '918273' })));
    works(typed(null, ['token', 'setup', '--token', uri, '--label', uri.slice('pkcs11:token='.length)], [['será apagado', 's']], keypad));
    works2(typed('agent1', request(uri), [], keypad));
  });

  test('the PIN is asked for each signature, and none is tried where none is given', () => {
    const uri = blank();
    const always = at({ FLAKY_ALWAYS: pin, FLAKY_TRIES: path.join(folder, 'tries-always') });
    const each = (typedPin) => [['PIN do token', pin], ['PIN, para esta assinatura', typedPin]];
    works2(typed('agent1', request(uri), each(pin), always));
    refused(typed('agent1', request(uri), each('0000'), always), 'token-pin-wrong');
    assert.equal(fs.readFileSync(path.join(folder, 'tries-always'), 'utf8'), '1');
    refused(typed('agent1', request(uri), each(''), always), 'token-gave-up');
    assert.equal(fs.readFileSync(path.join(folder, 'tries-always'), 'utf8'), '0', 'the right PIN at login, and nothing since');
    works2(typed('agent1', request(uri), [], at({ FLAKY_ALWAYS: pin, FLAKY_PINPAD: pin })));
  });
});

describe('a token pulled out mid-way leaves the order where it can go on', () => {
  const at = (call) => ({ RA_PKCS11_MODULE: flaky, FLAKY_GONE: call });
  const states = (code) => done('agent1', 'show', code).states;

  test('at every step: before the key, while it signs, between the commands, after the certificate came', () => {
    const kase = atCounter(pulledCase, blank());
    refused(makeCsr(kase, at('C_GenerateKeyPair')), 'token-gone');
    assert.equal(states(kase.code).identification, 'open');
    refused(makeCsr(kase, at('C_SignInit')), 'token-gone');
    const bound = works(makeCsr(kase));
    validate(kase.code, { csr: kase.csr });
    verify(kase.code);

    const tokens = path.join(folder, 'tokens');
    fs.renameSync(tokens, `${tokens}-away`);
    fs.mkdirSync(tokens);
    refused(issue(kase), 'token-absent');
    fs.rmdirSync(tokens);
    fs.renameSync(`${tokens}-away`, tokens);
    refused(issue(kase, at('C_SignInit:2')), 'token-gone');
    assert.equal(states(kase.code).issuance, 'ready');
    refused(issue(kase, at('C_CreateObject')), 'token-gone');
    assert.equal(states(kase.code).issuance, 'delivered', 'one known state');
    const answer = works(issue(kase));
    assert.equal(answer.token.proved, true);
    assert.equal(Number(sql(`select count(*) from issuance i join orders o on o.id = i.order_id where o.code = '${kase.code}'`)), 1);
    assert.equal(works(makeCsr(kase)).spki_sha256, bound.spki_sha256);

    const other = blank();
    refused(typed('agent1', ['issue', kase.code, '--token', other], []), 'token-other');
    refused(typed(null, ['--server', `http://localhost:${process.env.RA_PORT}`, 'issue', kase.code, '--token',
      `${other}?module-path=/usr/lib/softhsm/libsofthsm2.so`], holderPin), 'token-without-key');
    refused(typed('agent1', ['issue', kase.code, '--token', 'pkcs11:manufacturer=SoftHSM%20project'], []), 'token-ambiguous');
    refused(typed('agent1', ['issue', kase.code, '--token', `${other}?module-path=/usr/lib/nowhere.so`], []), 'token-module');
  });
});

describe('a token without room', () => {
  const full = (call) => ({ RA_PKCS11_MODULE: flaky, FLAKY_FULL: call });
  const states = (code) => done('agent1', 'show', code).states;

  test('for the key, for the certificate, for the chain: told by its name, and the order goes on once there is room', () => {
    const kase = atCounter(fullCase, blank());
    refused(makeCsr(kase, full('C_GenerateKeyPair')), 'token-full');
    assert.equal(states(kase.code).identification, 'open');
    const bound = works(makeCsr(kase));
    validate(kase.code, { csr: kase.csr });
    verify(kase.code);
    const stored = () => p11(kase.uri, '--list-all').match(/Type: X\.509 Certificate/g)?.length ?? 0; // the key is listed in any case
    for (const [call, kept] of [['C_CreateObject', 0], ['C_CreateObject:2', 1]]) {
      refused(issue(kase, full(call)), 'token-full');
      assert.equal(states(kase.code).issuance, 'delivered', 'one known state');
      assert.equal(stored(), kept, call);
    }
    const answer = works(issue(kase));
    assert.equal(answer.token.proved, true);
    assert.equal(stored(), 1 + answer.chain.match(/BEGIN/g).length);
    assert.equal(works(makeCsr(kase)).spki_sha256, bound.spki_sha256);
    assert.equal(sql(`select count(*) from issuance i join orders o on o.id = i.order_id where o.code = '${kase.code}'`), '1');
  });
});

describe('an agent whose identity is a token', () => {
  test('TLS and statements by the key in it; also where the token cannot sign for TLS 1.3', () => {
    const uri = blank();
    const key = path.join(folder, 'agent.key');
    openssl('pkcs8', '-topk8', '-nocrypt', '-in', path.join(home, 'identities/agent1.pem'), '-out', key);
    hsm('--import', key, '--token', uri.slice('pkcs11:token='.length), '--pin', pin, '--label', 'agente', '--id', 'a1');
    const pem = fs.readFileSync(path.join(home, 'identities/agent1.pem'), 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
    pem.forEach((one, index) => {
      const file = path.join(folder, `c${index}.pem`);
      fs.writeFileSync(file, one);
      p11(uri, '--write', '--load-certificate', file, '--label', `c${index}`, '--id', index === 0 ? 'a1' : `b${index}`);
    });
    const ask = [['PIN do token', pin]];
    const kase = agentsCase;
    attend(kase.code, { finish: false });
    assert.ok(Array.isArray(works(typed(uri, ['queue'], ask)).items));
    assert.ok(works(typed(uri, ['queue'], ask, { RA_PKCS11_MODULE: flaky, FLAKY_NO_RAW: '1' })).items);
    assert.ok(works(typed(uri, ['validate', kase.code], ask)).statement);
    verify(kase.code);
    refused(typed(uri, ['queue'], [['PIN do token', '']]), 'token-gave-up');
  });
});

test('a key of the size that A4 asks for is made in the token; a module that lies about sizes is not believed', () => {
  const uri = blank();
  const csr = path.join(folder, 'a4.csr');
  const make = (bits, env) => typed(null, ['token', 'csr', 'AAAAAAAAAAA4', '--token', uri, '-o', csr, '--bits', bits], holderPin, env);
  assert.equal(cli('agent1', 'token', 'csr', 'AAAAAAAAAAA4', '--token', uri, '-o', csr, '--bits', '1024').status, 1);
  works(make('4096'));
  assert.match(openssl('req', '-in', csr, '-noout', '-verify', '-text'), /4096 bit/);
  for (const FLAKY_LIES of ['length', 'count']) refused(make('4096', { RA_PKCS11_MODULE: flaky, FLAKY_LIES }), 'token-mechanism');
});
