// SPDX-License-Identifier: GPL-3.0-or-later
// Issue 5.4, the media stock: each token has serial, model, homologation, validity and a state that only counter acts move;
// the daily count balances; a spoiled token means the next one and a new attempt; receipt with serial before `finish`.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import path from 'node:path';
import { describe, test } from 'node:test';

import { api, attend, cli, done, home, makeCsr, office, order, person, photograph, policy, scratch, seriesFile, sql, until, validate, verify } from '../support/office.mjs';

const serial = () => `T${randomInt(1e12)}`;
const refused = (run, reason) => {
  assert.equal(run.status, 1, run.stdout + run.stderr);
  assert.equal(run.json.reason, reason, run.stdout);
};
const found = (one) => done('agent1', 'token', 'list').tokens.find((token) => token.serial === one);
const events = (code, word) => Number(sql(`select count(*) from event e join orders o on o.id = e.order_id where o.code = '${code}' and e.code = '${word}'`));
const inHouse = () => done('agent1', 'token', 'list').tokens.filter(({ state }) => ['stock', 'desk', 'defective'].includes(state)).map((token) => token.serial);

async function ready(one) {
  const kase = await order('ecpf-a3', person());
  const keys = makeCsr();
  attend(kase.code, { finish: false });
  done('agent1', 'token', 'take', one, kase.code);
  const { statement } = validate(kase.code, { csr: keys.csr });
  return { ...kase, ...keys, statement };
}

describe('the stock', () => {
  const [first, second, third] = [serial(), serial(), serial()];

  test('tokens come with model, homologation and its validity; a serial comes once', () => {
    assert.deepEqual(done('agent1', 'token', 'receive', 'token-demonstracao', first, second, third, '--reason', 'NF 1234'),
      { model: 'Token USB de demonstração', received: 3, state: 'stock' });
    const token = found(first);
    assert.equal(token.homologation, 'DEMONSTRACAO-0002');
    assert.equal(token.valid_to, '2035-12-31');
    assert.equal(token.state, 'stock');
    refused(cli('agent1', 'token', 'receive', 'token-demonstracao', serial(), first), 'media-serial-known');
    refused(cli('agent1', 'token', 'receive', 'token-antigo', serial()), 'media-homologation');
    assert.equal(cli('agent1', 'token', 'receive', 'desconhecido', serial()).json.errors[0].field, 'model');
    assert.equal(cli('agent1', 'token', 'receive', 'token-demonstracao', 'a b').json.errors[0].code, 'serial');
    assert.equal(cli('auditor', 'token', 'receive', 'token-demonstracao', serial()).status, 1);
  });

  test('for another product, for an unknown piece, twice: refused', async () => {
    const a1 = await order('ecpf-a1');
    refused(cli('agent1', 'token', 'take', first, a1.code), 'media-not-for-product');
    const [one, other] = [await order('ecpf-a3'), await order('ecpf-a3')];
    refused(cli('agent1', 'token', 'take', serial(), one.code), 'media-unknown');
    assert.equal(done('agent1', 'token', 'take', first, one.code).state, 'desk');
    refused(cli('agent1', 'token', 'take', first, other.code), 'media-state');
    refused(cli('agent1', 'token', 'take', second, one.code), 'media-taken');
    assert.equal(done('agent1', 'token', 'return', first).state, 'stock');
    assert.equal(found(first).order, '');
  });

  test('the database itself: no state without an act, no act rewritten, none that the table does not know', () => {
    const asApp = (text) => sql(`set role ra_app; ${text}`);
    assert.throws(() => asApp(`update media_token set state = 'stock' where serial = '${first}'`), /permission denied/);
    assert.throws(() => sql(`delete from media_move where token_id = (select id from media_token where serial = '${first}')`), /append|insert-only|refuse|never/i);
    const move = (act, from, to) => `insert into media_move (token_id, act, from_state, to_state, agent, station, at) select id, '${act}', '${from}', '${to}', 'x', 'x', now() from media_token where serial = '${first}'`;
    assert.throws(() => asApp(move('deliver', 'stock', 'delivered')), /foreign key/);
    assert.throws(() => asApp(move('return', 'delivered', 'returned')), /media: return from delivered/);
  });

  test('a token that its holder brings: with its model, and back to its holder', async () => {
    const [kase, own] = [await order('ecpf-a3'), serial()];
    const token = done('agent1', 'token', 'take', own, kase.code, '--own', 'token-demonstracao');
    assert.deepEqual([token.state, token.brought], ['desk', true]);
    refused(cli('agent1', 'token', 'take', second, kase.code, '--own', 'token-demonstracao'), 'media-state');
    assert.equal(done('agent1', 'token', 'return', own).state, 'delivered');
  });
});

describe('the closing of the day', () => {
  test('opening and acts give the closing; the count is held against the ledger, and the difference is shown', () => {
    const one = serial();
    done('agent1', 'token', 'receive', 'token-demonstracao', one);
    const here = inHouse();
    const before = done('agent1', 'token', 'balance');
    assert.equal(before.ledger, true);
    assert.equal(before.balanced, false);
    const sum = (figures) => figures.stock + figures.desk + figures.delivered + figures.defective + figures.returned;
    assert.equal(sum(before.closing), sum(before.opening) + before.acts.receive + Number(sql("select count(*) from media_move where act = 'bring' and from_state = 'new'")));

    const wrong = done('agent1', 'token', 'count', ...here.slice(0, 12).filter((x) => x !== one), 'NAO-EXISTE');
    assert.equal(wrong.balanced, false);
    assert.ok(wrong.count.missing.includes(one));
    assert.deepEqual(wrong.count.unexpected, ['NAO-EXISTE']);
    assert.match(wrong.obstacle, /não bate/);

    const right = done('agent2', 'token', 'count', '--file', seriesFile(here));
    assert.deepEqual([right.balanced, right.obstacle, right.count.missing, right.count.unexpected], [true, '', [], []]);
    assert.equal(done('auditor', 'token', 'balance').balanced, true);

    done('agent1', 'token', 'return', one);
    const after = done('agent1', 'token', 'balance');
    assert.equal(after.balanced, false);
    assert.match(after.obstacle, /conte de novo/);
  });
});

describe('a case with a token', () => {
  test('the agent attests the medium; the statement carries model, serial and homologation', async () => {
    const one = serial();
    done('agent1', 'token', 'receive', 'token-demonstracao', one);
    const kase = await ready(one);
    const cms = Buffer.from(sql(`select encode(cms, 'hex') from statement where encode(sha256, 'hex') = '${kase.statement}'`), 'hex').toString('latin1');
    assert.ok(cms.includes(`"serial":"${one}"`) && cms.includes('"homologation":"DEMONSTRACAO-0002"'), 'media in what was signed');
  });

  test('a spoiled token: the next one and a new attempt; nothing signed for the first is left', async () => {
    const [one, next] = [serial(), serial()];
    done('agent1', 'token', 'receive', 'token-demonstracao', one, next);
    const kase = await ready(one);
    verify(kase.code);
    const spoiled = done('agent1', 'token', 'defective', one, '--reason', 'não responde');
    assert.deepEqual([spoiled.state, spoiled.next, spoiled.attempt], ['defective', 'take', 2]);
    assert.equal(done('agent1', 'show', kase.code).states.identification, 'open');
    assert.equal(cli('agent1', 'issue', kase.code, '--csr', kase.csr).status, 1);
    done('agent1', 'token', 'take', next, kase.code);
    validate(kase.code, { csr: kase.csr });
    verify(kase.code);
    assert.ok(done('agent1', 'issue', kase.code, '--csr', kase.csr).serial);
    assert.equal(done('agent1', 'token', 'return', one).state, 'returned');
  });

  test('receipt with serial before finish; the piece is not given back in silence', async () => {
    const one = serial();
    done('agent1', 'token', 'receive', 'token-demonstracao', one);
    const kase = await ready(one);
    verify(kase.code);
    refused(cli('agent1', 'token', 'deliver', one, kase.code), 'state-not-allowed');
    done('agent1', 'issue', kase.code, '--csr', kase.csr);
    refused(cli('agent1', 'finish', kase.code), 'media-not-delivered');
    refused(cli('agent1', 'token', 'return', one), 'media-in-use');
    refused(cli('agent1', 'token', 'deliver', one, kase.code), 'media-receipt-missing');
    const other = await order('ecpf-a3');
    refused(cli('agent1', 'token', 'deliver', one, other.code), 'media-other-order');
    const token = done('agent1', 'token', 'deliver', one, kase.code, '--paper', photograph());
    assert.deepEqual([token.state, token.next], ['delivered', 'finish']);
    assert.equal(events(kase.code, 'MEDIA_RECEIPT'), 1);
    const seen = (await api('GET', `/api/orders/${kase.code}`, { token: kase.token })).json;
    assert.deepEqual(seen.next.map(({ text }) => text), ['Guarde o token, e não conte a ninguém o PIN e o PUK.']);
    done('agent1', 'finish', kase.code);
    const file = path.join(scratch(), 'caso.zip');
    done('agent1', 'dossier', 'export', kase.code, '-o', file);
    assert.equal(cli('agent1', 'dossier', 'verify', file, '--log-key', path.join(home, 'identities/log.vkey')).status, 0, 'the receipt is part of the dossier');
  });

  test('a defect after the certificate was issued asks for its revocation', async () => {
    const one = serial();
    done('agent1', 'token', 'receive', 'token-demonstracao', one);
    const kase = await ready(one);
    verify(kase.code);
    done('agent1', 'issue', kase.code, '--csr', kase.csr);
    assert.equal(done('agent1', 'token', 'defective', one, '--reason', 'queimou').next, 'revoke');
    refused(cli('agent1', 'finish', kase.code), 'media-not-delivered');
  });
});

describe('an A3 without a piece of the stock', () => {
  // The server reads a policy that was set by hand within five seconds.
  const untilTold = (code, reason) => until(
    () => (office('agent1', 'GET', `/api/office/orders/${code}/validation`).json.reason ?? '') === reason, `${code}: ${reason}`);

  test('media_attestation: where the policy says required nobody validates one; where a piece may be absent, that is all right', async () => {
    const [kase, file] = [await order('ecpf-a3', person()), await order('ecpf-a1')];
    for (const one of [kase, file]) attend(one.code, { finish: false });
    const { csr } = makeCsr();
    await untilTold(kase.code, '');
    policy('media_attestation', '"required"');
    try {
      await untilTold(kase.code, 'media-missing');
      refused(cli('agent1', 'validate', kase.code, '--bind-csr', csr), 'media-missing');
      await untilTold(file.code, '');
    } finally {
      policy('media_attestation', '"when_taken"');
    }
    await untilTold(kase.code, '');
  });
});
