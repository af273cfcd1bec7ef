// SPDX-License-Identifier: GPL-3.0-or-later
// Issue 4.6, the full-screen counter: a short day of it (the whole one is the suite counter-day), its lock, its line mode,
// the network that goes away, and that each of its keys is a plain command too.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Day, booked, named, threePeopleCompany } from '../support/counter-day.mjs';
import {
  api, attend, book, cli, cliPath, clockOffset, done, home, mail, office, officeUrl, openssl, order, pause, person, root, scratch, seriesFile, slots, sql, uniqueWord,
} from '../support/office.mjs';
import { cups } from '../support/cups.mjs';
import { Screen, cuttable } from '../support/screen.mjs';

describe('issue 4: a day served from the full-screen counter by keys alone', () => {
  let day;
  const serials = [1, 2].map(() => `T${randomInt(1e12)}`);
  before(() => { day = new Day(); });
  after(() => day.close());

  test('an ordinary case, with a phone call in the middle', async () => {
    const [kase, caller] = [await booked(), await booked('ecpf-a1', named('Olga'))];
    await day.ordinary(kase, { during: day.phoneCall(caller) });
    assert.equal(done('agent1', 'show', kase.code).states.issuance, 'ready');
    assert.match(done('agent1', 'show', caller.code).notes[0].text, /CNH digital/);
  });

  test('a walk-in without an order', async () => { await day.walkIn(); });

  test('a wrong document', async () => { await day.wrongDocument(await booked()); });

  test('a company of three signers', async () => {
    const kase = await booked('ecnpj-a1', named('Sonia'), threePeopleCompany());
    done('agent1', 'pay', kase.code, '--method', 'transfer');
    await day.threeSigners(kase);
    assert.equal(done('agent1', 'show', kase.code).states.issuance, 'ready');
  });

  test('a token spoiled', async () => {
    done('agent1', 'token', 'receive', 'token-demonstracao', ...serials);
    await day.spoiledToken(await booked('ecpf-a3'), serials);
  });

  test('at most 40 keys a case beyond what is data', () => {
    assert.equal(day.counts.length, 5);
    for (const one of day.counts) assert.ok(one.keys <= 40, JSON.stringify(day.counts));
  });

  test('the day closes with zero difference, signed', async () => {
    cli('agent1', 'day', 'reopen', '--reason', 'outro teste fechou o dia');
    const facts = done('agent1', 'day', 'show');
    const cents = facts.money.find((one) => one.method === 'cash').cents;
    const house = done('agent1', 'token', 'list').tokens.filter((one) => ['stock', 'desk', 'defective'].includes(one.state));
    await day.closeDay(cents, house.map((one) => one.serial));
    assert.equal(sql('select difference_cents from day_closing order by id desc limit 1'), '0');
  });

  test('a closed day is closed again only after a reopening, which has its reason, its event and its key', async () => {
    const close = () => cli('agent2', 'day', 'close', '--cash', String(done('agent2', 'day', 'show').money.find((one) => one.method === 'cash').cents),
      '--reason', 'conferido de novo');
    const second = close();
    assert.deepEqual([second.status, second.json.reason], [1, 'day-closed']);
    await day.reopenDay('faltou um comprovante');
    const again = cli('agent1', 'day', 'reopen', '--reason', 'outra vez');
    assert.equal(again.json.reason, 'day-open', 'there is nothing to reopen');
    assert.equal(close().status, 0);
    assert.equal(close().json.reason, 'day-closed');
    const [first, last] = done('auditor', 'day', 'show').closings.slice(-2);
    assert.equal(first.reopened.reason, 'faltou um comprovante');
    assert.equal(last.reopened, null);
    assert.equal(sql("select count(*) from event where code = 'DAY_REOPENED'"), String(done('auditor', 'day', 'show').closings.length - 1));
    assert.equal(cli('agent1', 'day', 'reopen', '--reason', 'Clotilde').status, 0);
    assert.equal(sql("select count(*) from event where code = 'DAY_REOPENED' and convert_from(bytes, 'UTF8') like '%Clotilde%'"), '0',
      'what somebody writes is not published, one word or more');
    assert.equal(close().status, 0);
  });
});

describe('issue 4.6: the screen', () => {
  const screens = [];
  const open = (who, options) => {
    const screen = new Screen(who, options);
    screens.push(screen);
    return screen;
  };
  after(() => screens.forEach((screen) => screen.close()));

  test('every act of the help page is a plain command', async () => {
    const help = spawnSync(cliPath, ['--help'], { encoding: 'utf8' }).stdout;
    const screen = open('agent1', { columns: 160, lines: 140 });
    await screen.until(/Senha Hora/);
    screen.press('?');
    const page = (await screen.until(/EM TODA PARTE[\s\S]*NO CASO[\s\S]*Esc fecha/))[0];
    const commands = [...screen.text().matchAll(/\[ra-cli ([a-z -]+)\]/g)].map((match) => match[1]);
    assert.ok(commands.length > 35 && page.length > 0, commands.join());
    for (const command of commands) assert.match(help, new RegExp(`^ {2}${command} `, 'm'), command);
  });

  test('what another agent does appears by itself', async () => {
    const screen = open('agent2', { lines: 120 }); // the queue may hold what other tests left waiting
    await screen.until(/Senha Hora/);
    const kase = await booked('ecpf-a1', named('Quiteria'));
    done('agent1', 'checkin', kase.code, '--walk-in', '--priority', '80+');
    await screen.until(new RegExp(kase.holder.name.toUpperCase().slice(0, 20)));
    done('agent1', 'undo', kase.code);
  });

  test('the lock shows nothing, and only the pass phrase opens an identity that has one', async () => {
    const identity = path.join(scratch(), 'agent1.pem');
    const plain = path.join(home, 'identities/agent1.pem');
    const certificates = fs.readFileSync(plain, 'utf8').match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n/g);
    fs.writeFileSync(identity, openssl('pkcs8', '-topk8', '-in', plain, '-passout', 'pass:uma senha do agente') + certificates.join(''));
    const screen = open(identity);
    await screen.until(/Senha da identidade/);
    screen.type('errada');
    screen.press('Enter');
    await screen.until(/não abre a identidade/);
    screen.type('uma senha do agente');
    screen.press('Enter');
    await screen.until(/Senha Hora/);
    screen.press('C-l');
    await screen.until(/Senha da identidade/);
    assert.doesNotMatch(screen.text(), /Guichê|Fila/);
    screen.type('uma senha do agente');
    screen.press('Enter');
    await screen.until(/Senha Hora/);
    screen.press('Q');
    await screen.until(/SAIU 0/);
  });

  test('products and priorities come from the office\'s rows; the waiting list has its command and its key', async () => {
    const { products, priorities } = done('agent1', 'choices');
    assert.deepEqual(products.map((one) => one.id), (await api('GET', '/api/products')).json.products.map((one) => one.id));
    assert.ok(priorities.some((one) => one.id === 'companion') && priorities.some((one) => one.id === '80+'));
    const kase = await booked('ecpf-a1', named('Olivia'));
    const until = sql('select (max(starts) - interval \'2 days\')::date from seat');
    assert.equal(done('agent1', 'waiting', 'join', kase.code, '--until', until).until, until);
    assert.equal(done('agent1', 'waiting', 'leave', kase.code).state, 'left');
    const screen = open('agent1');
    await screen.until(/Senha Hora/);
    screen.press('/');
    screen.type(kase.code);
    await screen.until(new RegExp(kase.holder.name.toUpperCase().slice(0, 20)));
    screen.press('Enter');
    await screen.until(/de 5 itens/);
    screen.press('*');
    screen.type('Acomp');
    await screen.until(/Acompanhante/);
    screen.press('Escape');
    screen.press('A');
    screen.type(until.split('-').reverse().join(''));
    screen.press('Enter');
    await screen.until(/feito: lista de espera/);
    screen.press('I');
    await screen.until(/feito: sair da espera/);
  });

  test('the line mode speaks the same acts, numbered', async () => {
    const kase = await booked('ecpf-a1', named('Tereza'));
    done('agent1', 'checkin', kase.code, '--walk-in', '--priority', 'pregnant');
    const run = spawnSync(cliPath, ['--server', officeUrl, '--identity', path.join(home, 'identities/agent1.pem'), '--home', home,
      '--plain'], { encoding: 'utf8', input: `/\n${kase.code}\n1\nm\ntrouxe o avô\nQ\n` });
    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stdout, new RegExp(`1\\. .*${kase.code}`));
    assert.match(run.stdout, /Feito: nota/);
    assert.match(run.stdout, new RegExp(`[AB][0-9]{3} ${kase.holder.name}, às [0-9]{2}:[0-9]{2}, esperando, gestante`, 'i'), 'the queue by hour and in words');
    assert.doesNotMatch(run.stdout, /\u001b/, 'nothing is painted');
    assert.equal(done('agent1', 'show', kase.code).notes[0].text, 'trouxe o avô');
    const count = (pattern) => [...run.stdout.matchAll(pattern)].length;
    assert.equal(count(/n próximo/g), 1, 'the keys are told once');
    assert.equal(count(/^Fila do dia/gm), 1, 'and the queue when one comes to it');
    assert.equal(count(/PFBR-01/g) > 0 && count(/^Titular/gm), 1, 'and the case');
    assert.match(run.stdout, /Feito: nota\n\d+ \(escolhido\)\. falta, [A-Z]+-\d+: /, 'after an act only what is in hand');
  });

  test('the line mode breaks between words, tells its keys when asked, and a number means what was heard', async () => {
    const screen = open('agent1', { columns: 40, lines: 1000, options: ['--plain'] });
    const whole = await screen.until(/Fila do dia[\s\S]*Fila: *$/m);
    const words = whole[0].replace(/\s+/g, ' ');
    assert.match(words, /Número escolhe; letra faz; linha vazia é Enter\. ler diz a lista de novo;/);
    for (const line of whole[0].split('\n')) assert.ok([...line].length <= 40, line);
    const kase = await booked('ecpf-a1', person({ name: `${uniqueWord()} Teste` }));
    done('agent2', 'checkin', kase.code, '--walk-in', '--priority', '80+');
    screen.type('ler');
    screen.press('Enter');
    const name = new RegExp(`(\\d+)\\. [A-Z]\\d{3} ${kase.holder.name.toUpperCase().split(' ')[0]}`);
    const [, number] = await screen.until(name);
    done('agent2', 'undo', kase.code); // the list is another than the one that was read out
    for (let tries = 0; tries < 40 && !/A lista mudou/.test(screen.text()); tries++) { // the news is on its way
      screen.type(number);
      screen.press('Enter');
      await pause(250);
    }
    await screen.until(new RegExp(`\\(escolhido\\)\\. ${kase.holder.name.toUpperCase().split(' ')[0]}`));
    screen.type('?');
    screen.press('Enter');
    await screen.until(/n: Chama o próximo da fila\./);
    screen.type('Q');
    screen.press('Enter');
    await screen.until(/SAIU 0/);
  });

  test('a screen opened anew has the case in hand behind x; what commands tell is in the office\'s hour', async () => {
    const kase = await booked('ecpf-a1', named('Zilda'));
    done('agent3', 'checkin', kase.code, '--walk-in');
    done('agent3', 'call', kase.code);
    const screen = open('agent3', { environment: { TZ: 'Asia/Tokyo' } });
    await screen.until(/Há um caso em suas mãos: x abre/);
    screen.press('x');
    await screen.until(/em atendimento[\s\S]*de 5 itens/);
    screen.press('h');
    const { start } = done('agent1', 'show', kase.code).appointment;
    const [day, hour] = [start.slice(0, 10).split('-').reverse().join('/'), start.slice(11, 16)];
    await screen.until(new RegExp(`Hora marcada +${day} ${hour}`));
    screen.press('Escape', 'e');
    await screen.until(/feito: encerrar/);
  });

  test('a command without its second word says which there are', () => {
    const help = spawnSync(cliPath, ['--help'], { encoding: 'utf8' }).stdout;
    const names = [...help.matchAll(/^ {2}([a-z-]+(?: [a-z0-9-]+)*)/gm)].map((match) => match[1]);
    const alone = [...new Set(names.filter((name) => name.includes(' ')).map((name) => name.split(' ')[0]))].filter((word) => !names.includes(word));
    assert.ok(alone.includes('waiting') && alone.includes('day') && alone.includes('outage'), alone.join());
    for (const word of alone) {
      const { status, stderr } = spawnSync(cliPath, ['--as', 'agent1', '--home', home, word], { encoding: 'utf8' });
      assert.equal(status, 2);
      assert.match(stderr, new RegExp(`falta dizer qual: ${word} [a-z]+`), word);
      const lines = [...help.matchAll(new RegExp(`^ {2}${word} .*$`, 'gm'))].map((match) => match[0]);
      for (const line of lines) assert.ok(stderr.includes(line), line);
    }
    assert.match(spawnSync(cliPath, ['--as', 'agent1', '--home', home, 'waiting', 'jion'], { encoding: 'utf8' }).stderr, /falta dizer qual: waiting join, waiting leave/);
    assert.match(spawnSync(cliPath, ['--as', 'agent1', '--home', home, 'jion'], { encoding: 'utf8' }).stderr, /comando desconhecido: jion/);
  });
});

const shortWaits = path.join(process.env.RA_BUILD ?? path.join(root, 'build/release'), 'tests/short_waits.so');

describe('issue 4.6: the network goes away and comes back', () => {
  // The minute of the issue. CUT_SECONDS=60 cuts for as long as it says; the usual run plays the minute in four seconds, with each
  // wait of the client fifteen times shorter (tests/support/short_waits.c).
  test('nothing typed is lost, the act is done once, and news comes again', async () => {
    const kase = await booked('ecpf-a1', named('Ivone'));
    const wire = await cuttable();
    const played = process.env.CUT_SECONDS === undefined;
    const seconds = Number(process.env.CUT_SECONDS ?? 60);
    const environment = played ? { SHORT_WAITS: 15, LD_PRELOAD: shortWaits, ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:verify_asan_link_order=0` } : {};
    const screen = new Screen('agent1', { environment, options: ['--server', wire.url] });
    try {
      await screen.until(/Senha Hora/);
      screen.press('/');
      screen.type(kase.code);
      await screen.until(new RegExp(kase.holder.name.toUpperCase().slice(0, 20)));
      screen.press('Enter');
      await screen.until(/de 5 itens/);
      wire.cut();
      screen.press('m');
      screen.type('escrita sem rede');
      screen.press('Enter', 'p', 'Enter');
      await screen.until(/SEM REDE/);
      const before_ = wire.tries();
      await new Promise((resolve) => { setTimeout(resolve, (seconds * 1000) / (played ? 15 : 1)); });
      const tries = wire.tries() - before_;
      // In a minute 14 of the act and 7 for the news, and one or two more of each around its ends; fewer on a busy machine.
      assert.ok(tries >= seconds / 12 && tries <= seconds / 2.5 + 4, `${tries} tries: neither given up nor hammering`);
      wire.mend();
      await screen.until(/feito: pagar/, 30);
      const { notes, states } = done('agent1', 'show', kase.code);
      assert.deepEqual(notes.map((note) => note.text), ['escrita sem rede']);
      assert.equal(states.order, 'paid');
      screen.press('1');
      await screen.until(/Senha Hora/);
      const later = await booked('ecpf-a1', named('Zuleica'));
      done('agent2', 'checkin', later.code, '--walk-in', '--priority', '80+');
      await screen.until(/ZULEICA/, 30);
      done('agent2', 'undo', later.code);
    } finally {
      screen.close();
      wire.close();
    }
  });

  test('an answer that was lost on the way does not make the act twice', async () => {
    const kase = await booked('ecpf-a1', named('Jandira'));
    const wire = await cuttable();
    const screen = new Screen('agent1', { options: ['--server', wire.url] });
    try {
      await screen.until(/Senha Hora/);
      screen.press('/');
      screen.type(kase.code);
      await screen.until(new RegExp(kase.holder.name.toUpperCase().slice(0, 20)));
      screen.press('Enter');
      await screen.until(/de 5 itens/);
      wire.loseAnswers();
      screen.press('m');
      screen.type('uma vez só');
      screen.press('Enter');
      await screen.until(/SEM REDE/);
      wire.mend();
      await screen.until(/feito: nota/);
      assert.equal(done('agent1', 'show', kase.code).notes.length, 1);
    } finally {
      screen.close();
      wire.close();
    }
  });
});

describe('issue 4.6: outages, papers, the closing', () => {
  test('an outage sets the cases in hand aside and tells those who are still expected today', async () => {
    const kase = await booked('ecpf-a1', named('Beatriz'));
    done('agent3', 'checkin', kase.code, '--walk-in');
    done('agent3', 'call', kase.code);
    const expected = await order('ecpf-a1', named('Ursula'));
    const [seat] = await slots('ecpf-a1', 30);
    await book(expected, seat.start);
    sql(`update appointment set starts = now() + interval '${clockOffset()} seconds' + interval '5 minutes', ends = now() + interval '${clockOffset()} seconds' + interval '20 minutes'
         where order_id = (select id from orders where code = '${expected.code}')`);
    const what = `base${randomInt(1e6)}`;
    const down = done('agent3', 'outage', 'start', what);
    assert.ok(down.in_hand.includes(kase.code));
    assert.equal(done('agent1', 'show', kase.code).states.attendance, 'parked');
    assert.equal(cli('agent3', 'outage', 'start', what).json.reason, 'already-down');
    const hour = new Date(Date.now() + 1000 * clockOffset() - 3 * 3600e3).toISOString().slice(11, 16);
    assert.ok(down.told > 0 || hour >= '23:54', 'those booked are told; who comes after midnight is another day\'s');
    if (down.told > 0) await mail(expected.holder.email, new RegExp(`fora do ar[\\s\\S]*${what}`));
    done('agent3', 'outage', 'end', what);
    const over = done('agent3', 'day', 'show').outages.find((one) => one.what === what);
    for (const at of [over.from, over.to]) assert.match(at, /T\d\d:\d\d:\d\d-03:00$/, 'by the clock on the wall');
    const page = spawnSync(cliPath, ['--server', officeUrl, '--identity', path.join(home, 'identities/agent3.pem'), '--home', home, 'day', 'show'],
      { encoding: 'utf8' }).stdout;
    const local = (instant) => new Intl.DateTimeFormat('pt-BR', { timeZone: 'America/Sao_Paulo', day: '2-digit', month: '2-digit',
      hour: '2-digit', minute: '2-digit' }).format(new Date(instant)).replace(', ', ' ');
    assert.ok(page.includes(`Queda: ${what}, desde ${local(over.from)}, até ${local(over.to)}`), page);
    assert.equal(cli('agent3', 'outage', 'end', what).json.reason, 'not-down');
  });

  test('papers go to CUPS or a folder; a second try says that it is one', async () => {
    const kase = await booked('ecpf-a1', named('Dalva'));
    const folder = scratch();
    const env = (programs) => ({ ...process.env, PATH: `${programs}:${process.env.PATH}` });
    const print = (what, printer, programs = '/usr/bin') => spawnSync(cliPath, ['--server', officeUrl, '--identity',
      path.join(home, 'identities/agent1.pem'), '--home', home, '--json', 'print', kase.code, what, ...printer], { encoding: 'utf8', env: env(programs) });
    const lp = (script) => {
      const programs = scratch();
      fs.writeFileSync(path.join(programs, 'lp'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      return programs;
    };
    assert.equal(print('ticket', ['--printer', folder]).status, 1, 'nobody has arrived');
    assert.equal(print('receipt', ['--printer', folder]).status, 1, 'nothing was paid');
    done('agent1', 'pay', kase.code, '--method', 'card');
    const refused = JSON.parse(print('receipt', ['--printer', 'balcao'], lp('echo "lp: sem papel" >&2; exit 1')).stdout);
    assert.equal(refused.reason, 'printer');
    assert.match(refused.detail, /não aceitou \(lp: sem papel\)/);
    const nowhere = JSON.parse(print('receipt', ['--printer', path.join(folder, 'falta')]).stdout);
    assert.match(nowhere.detail, /A pasta de impressão .*falta não existe/, 'and no copy is counted: the next one is the second');
    const kept = path.join(folder, 'lp.txt');
    assert.equal(print('receipt', ['--printer', 'balcao'], lp(`echo "$@" > ${kept}; cat >> ${kept}`)).status, 0);
    const spooled = fs.readFileSync(kept, 'utf8');
    assert.match(spooled, new RegExp(`-t ${kase.code}-receipt-2 -d balcao`));
    assert.match(spooled, /2a VIA[\s\S]*RECIBO[\s\S]*DALVA[\s\S]*cartão/);
    assert.equal(print('missing', ['--printer', folder]).status, 0);
    assert.doesNotMatch(fs.readFileSync(path.join(folder, `${kase.code}-missing-1.txt`), 'utf8'), /VIA/);
  });

  test('a real CUPS prints the papers, and never sees the slip', async () => {
    const printer = await cups('balcao');
    try {
      const kase = await booked('ecpf-a1', named('Dirce'));
      attend(kase.code);
      done('agent1', 'pay', kase.code, '--method', 'card');
      const run = (...words) => spawnSync(cliPath, ['--server', officeUrl, '--identity', path.join(home, 'identities/agent1.pem'),
        '--home', home, '--json', '--yes', ...words], { encoding: 'utf8', env: { ...process.env, ...printer.env, RA_PRINTER: 'balcao' } });
      assert.equal(run('print', kase.code, 'receipt').status, 0);
      assert.match(await printer.paper(1), /RECIBO[\s\S]*DIRCE[\s\S]*cartão/);
      assert.equal(run('print', kase.code, 'ticket', '--printer', '').status, 0, 'the usual printer');
      await printer.paper(2);
      assert.equal(run('print', kase.code, 'ticket', '--printer', 'nenhuma').status, 3, 'a queue that CUPS does not have');
      const { emission_code: half } = JSON.parse(run('validate', kase.code, '--slip-device', '/dev/null').stdout);
      assert.ok(half.length > 10);
      assert.equal(printer.spooled().length, 2, 'the receipt and the ticket');
      for (const text of printer.spooled()) assert.ok(!text.includes(half) && !text.includes(half.replaceAll('-', '')));
    } finally {
      await printer.close();
    }
  });

  test('the slip goes to a printer\'s own device or nowhere', async () => {
    const kase = await booked('ecpf-a1', named('Elza'));
    attend(kase.code);
    const file = path.join(scratch(), 'papel.txt');
    fs.writeFileSync(file, '');
    const refused = cli('agent1', 'validate', kase.code, '--slip-device', file);
    assert.equal(refused.status, 1);
    assert.equal(fs.readFileSync(file, 'utf8'), '');
    assert.ok(cli('agent1', 'validate', kase.code, '--slip-device', '/dev/null').json.emission_code);
  });

  test('a difference must be explained; the closing is signed over exactly what stands, by who closes', () => {
    const cash = () => done('agent1', 'day', 'show').money.find((one) => one.method === 'cash')?.cents ?? 0;
    const reopen = () => cli('agent1', 'day', 'reopen', '--reason', 'mais um fechamento');
    reopen();
    const count = () => done('agent1', 'token', 'count', '--file', seriesFile(done('agent1', 'token', 'list').tokens
      .filter((one) => ['stock', 'desk', 'defective'].includes(one.state)).map((one) => one.serial)));
    count();
    const tomorrow = office('agent1', 'POST', '/api/office/day/draft', { body: { date: '2099-01-01', cash_cents: 0 } });
    assert.deepEqual([tomorrow.status, tomorrow.json.errors[0].code], [422, 'future']);
    assert.equal(cli('agent1', 'day', 'close', '--cash', String(cash() + 1)).json.reason, 'difference-unexplained');
    done('agent1', 'day', 'close', '--cash', String(cash() + 1), '--reason', 'troco');
    reopen();
    done('agent1', 'day', 'close', '--cash', String(cash()));
    const { content, cms } = office('auditor', 'GET', '/api/office/day/closing').json;
    assert.match(content, /^guiche-day-closing-v1\n/);
    const folder = scratch();
    fs.writeFileSync(path.join(folder, 'dia.txt'), content);
    fs.writeFileSync(path.join(folder, 'dia.p7s'), Buffer.from(cms, 'base64'));
    openssl('cms', '-verify', '-inform', 'DER', '-binary', '-in', path.join(folder, 'dia.p7s'), '-content', path.join(folder, 'dia.txt'),
      '-CAfile', path.join(home, 'identities/ca.pem'), '-purpose', 'any', '-no_check_time', '-out', '/dev/null');
    const body = { cash_cents: cash(), content, cms };
    assert.equal(office('agent1', 'POST', '/api/office/day/closing', { body }).json.reason, 'day-closed', 'the same signature twice');
    reopen();
    assert.equal(office('agent2', 'POST', '/api/office/day/closing', { body }).status, 409, 'another agent, another text');
    assert.equal(office('agent1', 'POST', '/api/office/day/closing', { body: { ...body, cash_cents: cash(), content: `${content}x` } }).json.reason, 'day-changed');
    assert.throws(() => sql('delete from day_closing'), /append-only/);
  });
});
