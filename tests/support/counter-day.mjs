// SPDX-License-Identifier: GPL-3.0-or-later
// A day at the counter, played on the full-screen terminal by keys alone: who comes, what goes wrong, the second agent,
// the closing. Every key that is not data is counted, for each case.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

import { api, book, company, cpf, done, makeCsr, order, person, photograph, scratch, seriesFile, slots, sql } from './office.mjs';
import { Screen } from './screen.mjs';

const dmy = (iso) => iso.split('-').reverse().join('');
const surname = () => Array.from({ length: 7 }, () => 'BCDFGHJLMNPRSTVZ'[randomInt(16)]).join('');
export const named = (first) => person({ name: `${first} ${surname()} Teste` });

export class Day {
  constructor() {
    this.scanner = scratch();
    this.agent = new Screen('agent1', { environment: { RA_SCANNER: this.scanner } });
    this.second = new Screen('agent2');
    this.second.press('2');
    this.cash = 0;
    this.counts = [];
    this.protocol = 0;
  }

  close() {
    this.agent.close();
    this.second.close();
  }

  scan(sheets) {
    for (let i = 0; i < sheets; i++) {
      const name = path.join(this.scanner, `folha-${Date.now()}-${i}.jpg`);
      fs.copyFileSync(photograph(), `${name}.part`);
      fs.utimesSync(`${name}.part`, 1, 1); // a file of this second is still being scanned
      fs.renameSync(`${name}.part`, name);
    }
  }

  // --- steps, each by keys -----------------------------------------------------------------------------------------

  async open(screen, text, code) {
    screen.press('/');
    screen.type(text);
    await screen.until(new RegExp(code));
    screen.press('Enter');
    await screen.until(/\d+ de \d+ itens/);
  }

  document(fields = '1011201510012035') {
    this.agent.type(fields);
    this.agent.press('Enter');
  }

  consult() {
    this.agent.type(`P-${++this.protocol}`);
    this.agent.press('Enter');
  }

  // What a person must show, in the order of the list, once its flow has begun.
  person() {
    this.document('101120151001203512345678');
    for (let i = 0; i < 3; i++) this.consult();
  }

  async complete() {
    await this.agent.until(/COMPLETO/);
  }

  async pay(method, cents) {
    this.agent.press('p', method, 'Enter');
    await this.agent.until(/feito: pagar/);
    if (method === 'd') this.cash += cents;
  }

  async validate() {
    this.agent.press('v');
    await this.agent.until(/ASSINA|espaço desce/);
    this.agent.press('End', 's');
    await this.agent.until(/CÓDIGO DO PAPEL/);
    this.agent.press('Enter');
  }

  // For the key that was born in the token: bound by its request, and no paper.
  async validateFor(csr) {
    this.agent.press('V');
    this.agent.type(csr);
    this.agent.press('Enter');
    await this.agent.until(/ASSINA|espaço desce/);
    this.agent.press('End', 's');
    await this.agent.until(/feito: validar/);
  }

  async finish() {
    this.agent.press('e');
    await this.agent.until(/feito: encerrar/);
  }

  // The second agent sits before the inbox; others' cases may wait there too.
  async verify(kase) {
    const name = kase.holder.name.toUpperCase().slice(0, 20);
    await this.second.until(new RegExp(name));
    const at = this.second.text().split('\n').filter((line) => /validado por|renovação: conferir/.test(line)).findIndex((line) => line.includes(name));
    // Walking past what other tests left there is no key of this case.
    if (at > 0) this.second.tmux('send-keys', '-t', 't', 'Home', ...Array.from({ length: at }, () => 'Down'));
    this.second.press('y');
    await this.second.until(/ASSINA|espaço desce/);
    this.second.press('End', 's');
    await this.second.until(/feito: conferir/);
    if (at > 0) this.second.tmux('send-keys', '-t', 't', 'Home');
  }

  // --- cases -------------------------------------------------------------------------------------------------------

  async counted(kind, kase, serve) {
    const before = this.agent.pressed + this.second.pressed;
    await serve();
    this.counts.push({ kind, order: kase.code, keys: this.agent.pressed + this.second.pressed - before });
  }

  async arrive(kase) {
    await this.open(this.agent, kase.holder.cpf, kase.code);
    this.agent.press('i', 'Enter', 'k');
  }

  async end(kase, method, cents) {
    await this.complete();
    await this.pay(method, cents);
    await this.validate();
    await this.finish();
    await this.verify(kase);
  }

  // An e-CPF; `during` happens in the middle of it.
  ordinary(kase, { method = 'P', cents = 14900, during } = {}) {
    return this.counted(during ? during.name : 'e-CPF', kase, async () => {
      this.scan(1);
      await this.arrive(kase);
      this.agent.press('Enter');
      this.person();
      if (during) {
        await this.complete();
        await during.call(this, kase);
      }
      await this.end(kase, method, cents);
    });
  }

  // The paper is not good: included, refused with a coded reason; another one comes.
  wrongDocument(kase) {
    return this.counted('documento errado', kase, async () => {
      this.scan(2);
      await this.arrive(kase);
      this.agent.press('d');
      this.agent.type('1011201510012035999');
      this.agent.press('F2', 'r', 'Enter', 'b', 'Enter');
      this.person();
      await this.end(kase, 'd', 14900);
      const items = done('agent1', 'show', kase.code).timeline.length;
      assert.ok(items > 0);
      assert.equal(sql(`select count(*) from event e join orders o on o.id = e.order_id where o.code = '${kase.code}' and e.code in ('DOC_REJECTED', 'ITEM_REJECTED')`), '1');
    });
  }

  // Three who sign together for a company: the questions, each person, the company's papers. Paid by transfer before.
  threeSigners(kase) {
    return this.counted('empresa com três assinaturas', kase, async () => {
      this.scan(6);
      await this.arrive(kase);
      this.agent.press('f');
      for (const answer of ['sociedade an', 'em', 'sim']) {
        this.agent.type(answer);
        this.agent.press('Enter');
      }
      await this.agent.until(/Todas as pessoas .* sim/);
      this.agent.press('Escape', 'Enter');
      for (let signer = 0; signer < 3; signer++) {
        if (signer > 0) this.agent.press('a'); // here, too: the first one's arrival said so already
        this.person();
        if (signer === 0) this.agent.press('a'); // responsible for the CNPJ
      }
      this.document('');
      this.consult();
      this.document('');
      this.document('1011201510012035');
      this.agent.press('a');
      await this.complete();
      await this.validate();
      await this.finish();
      await this.verify(kase);
    });
  }

  // Nobody knew of this one: the order is made at the counter.
  walkIn() {
    const holder = named('Zulmira');
    const kase = { holder, code: undefined };
    return this.counted('sem pedido nem hora', kase, async () => {
      this.scan(1);
      this.agent.press('w', 'Tab');
      this.agent.type(`${holder.cpf}${dmy(holder.birth_date)}${holder.name}`);
      this.agent.press('Tab');
      this.agent.type(holder.email);
      this.agent.press('Tab');
      this.agent.type(holder.phone);
      this.agent.press('Enter');
      kase.code = (await this.agent.until(new RegExp(`CPF ${holder.cpf} .* pedido ([0-9A-Z]{12})`)))[1];
      this.agent.press('i', 'Enter', 'k', 'Enter');
      this.person();
      await this.end(kase, 'd', 14900);
    }).then(() => { this.counts.at(-1).order = kase.code; return kase; });
  }

  // The first token does not start: it is written off, the next one serves.
  spoiledToken(kase, [first, next]) {
    return this.counted('token estragado', kase, async () => {
      this.scan(1);
      await this.arrive(kase);
      this.agent.press('K');
      this.agent.type(first);
      this.agent.press('Enter', 'B');
      this.agent.type(first);
      this.agent.press('Tab');
      this.agent.type('não inicializa');
      this.agent.press('Enter', 'K');
      this.agent.type(next);
      this.agent.press('Enter', 'Enter');
      this.person();
      await this.complete();
      await this.pay('P', 0);
      await this.validateFor(makeCsr().csr);
      await this.finish();
      await this.verify(kase);
    });
  }

  // In the middle of a case somebody telephones: his case beside, a note, and back.
  phoneCall(caller) {
    return async function telefonema(kase) {
      await this.open(this.agent, caller.holder.cpf, caller.code);
      this.agent.press('m');
      this.agent.type('pergunta se a CNH digital serve');
      this.agent.press('Enter');
      await this.agent.until(/feito: nota/);
      this.agent.press('x');
      await this.agent.until(new RegExp(`pedido ${kase.code}`));
    };
  }

  // Counts the drawers and signs; what the closing said.
  async closeDay(cents, serials) {
    this.agent.press('1');
    await this.agent.until(/Senha Hora/);
    this.agent.press('c');
    if (serials.length <= 12) this.agent.type(serials.join(' '));
    else {
      this.agent.press('Tab');
      this.agent.type(seriesFile(serials));
    }
    this.agent.press('Enter');
    await this.agent.until(/feito: contar tokens/);
    this.agent.press('o');
    this.agent.type('Tudo em ordem; a impressora pede papel.');
    this.agent.press('Enter');
    await this.agent.until(/feito: passagem/);
    this.agent.press('D');
    this.agent.type(`${Math.floor(cents / 100)},${String(cents % 100).padStart(2, '0')}`);
    this.agent.press('Enter');
    await this.agent.until(/ASSINA|espaço desce/);
    this.agent.press('End');
    await this.agent.until(/Diferença: R\$ 0,00/);
    this.agent.press('s');
    await this.agent.until(/feito: fechar o dia/);
  }

  async reopenDay(reason) {
    this.agent.press('R');
    this.agent.type(reason);
    this.agent.press('Enter');
    await this.agent.until(/feito: reabrir o dia/);
  }
}

// An order with an hour, as citizens make it. Where the day has no seats left the person comes without one.
export async function booked(product = 'ecpf-a1', holder = named('Marina'), extra = {}) {
  const kase = await order(product, holder, extra);
  const free = await slots(product, 3).catch(() => []);
  if (free.length > 0) await book(kase, free[0].start).catch(() => undefined);
  return kase;
}

export function threePeopleCompany() {
  const two = ['Rui', 'Lia'].map((first) => ({ name: `${first} ${surname()}`, cpf: cpf(), birth_date: '1980-01-31' }));
  return { company: company({ representatives: two }) };
}

export { api, done };
