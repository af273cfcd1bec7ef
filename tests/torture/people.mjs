// SPDX-License-Identifier: GPL-3.0-or-later
// People who click without pause, and a ledger of what they were told. An act that got no answer leaves two possible
// states until the next look; an answer leaves one.
import { randomInt } from 'node:crypto';
import http from 'node:http';
import { pause } from '../bench/instance.mjs';

const NOTHING = 'nothing';
const pick = (list) => list[randomInt(list.length)];

export class People {
  constructor(instance, { count, ordersEach, slots }) {
    Object.assign(this, { instance, count, ordersEach, slotCount: slots });
    this.agent = new http.Agent({ keepAlive: true, maxSockets: count });
    this.orders = [];
    this.problems = [];
    this.counts = { acknowledged: { book: 0, move: 0, cancel: 0, hold: 0, let_go: 0 }, refused: 0, unknown: 0 };
  }

  // {status, json}; undefined when there was no answer, or one that says that something is broken.
  ask(method, path, { token, body } = {}) {
    return new Promise((resolve) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const request = http.request({ host: '127.0.0.1', port: this.instance.port, agent: this.agent, method, path, timeout: 15000,
        headers: { Accept: 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}),
          ...(text ? { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) } : {}) } }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', () => resolve(undefined));
        response.on('end', () => {
          if (response.statusCode >= 500) return resolve(undefined);
          try { resolve({ status: response.statusCode, json: JSON.parse(Buffer.concat(chunks).toString()) }); } catch { resolve(undefined); }
        });
      });
      request.on('timeout', () => request.destroy(new Error('no answer')));
      request.on('error', () => resolve(undefined));
      request.end(text);
    });
  }

  // Every third is a company of three signers, whose session takes two seats.
  async #order({ person, company, cpf }, number) {
    const signers = () => ['Rui', 'Lia'].map((name) => ({ name: `${name} Inventado`, cpf: cpf(), birth_date: '1980-01-31' }));
    for (;;) {
      const answer = await this.ask('POST', '/api/orders', { body: number % 3 === 0
        ? { product: 'ecnpj-a1', holder: person(), company: company({ representatives: signers() }) }
        : { product: 'ecpf-a1', holder: person() } });
      if (answer?.status === 201) return { code: answer.json.order, token: answer.json.token, possible: [NOTHING], long: number % 3 === 0 };
    }
  }

  async arrive() {
    const made = await import('../support/office.mjs');
    for (let i = 0; i < this.count * this.ordersEach; i++) this.orders.push(await this.#order(made, i));
    const free = await this.ask('GET', '/api/availability?product=ecpf-a1&days=30');
    this.starts = free.json.slots.slice(-this.slotCount).map((slot) => slot.start);
    const longer = await this.ask('GET', '/api/availability?product=ecnpj-a1&persons=3&days=30');
    this.longStarts = longer.json.slots.map((slot) => slot.start).filter((start) => this.starts.includes(start));
  }

  // What the server says of the order now: the start booked, or nothing.
  async look(order) {
    for (;;) {
      const answer = await this.ask('GET', `/api/orders/${order.code}`, { token: order.token });
      if (answer?.status === 200) {
        const { appointment } = answer.json;
        return appointment?.state === 'booked' ? new Date(appointment.start).toISOString() : NOTHING;
      }
      await pause(0.2);
    }
  }

  async check(order) {
    const truth = await this.look(order);
    if (!order.possible.includes(truth)) {
      this.problems.push(`lost: ${order.code} is ${truth}, was told ${order.possible.join(' or ')}`);
    }
    order.possible = [truth];
  }

  // One act. `after` is what holds if it was done.
  async #act(order, name, method, where, body, after) {
    const answer = await this.ask(method, `/api/orders/${order.code}/${where}`, { token: order.token, body });
    if (answer === undefined) {
      this.counts.unknown += 1;
      if (after !== undefined) order.possible = [...new Set([...order.possible, after])];
      await pause(0.1);
      return this.check(order);
    }
    if (answer.status === 200 || answer.status === 201) {
      this.counts.acknowledged[name] += 1;
      if (after !== undefined) order.possible = [after];
    } else if (answer.status === 409) {
      this.counts.refused += 1;
      if (answer.json.code === 'seat-taken' && answer.json.alternatives?.length !== 3) {
        this.problems.push(`refused without three alternatives: ${JSON.stringify(answer.json).slice(0, 200)}`);
      }
    } else {
      this.problems.push(`${name}: ${answer.status} ${JSON.stringify(answer.json).slice(0, 200)}`);
    }
  }

  async #click(order) {
    const start = pick(order.long ? this.longStarts : this.starts);
    const iso = new Date(start).toISOString();
    const body = { start, mode: 'in_person' };
    const booked = order.possible[0] !== NOTHING;
    switch (pick(booked ? ['move', 'move', 'cancel', 'hold', 'look'] : ['book', 'book', 'book', 'hold', 'let_go'])) {
      case 'book': return this.#act(order, 'book', 'POST', 'appointment', body, iso);
      case 'move': return this.#act(order, 'move', 'PUT', 'appointment', body, iso);
      case 'cancel': return this.#act(order, 'cancel', 'DELETE', 'appointment', undefined, NOTHING);
      case 'hold': return order.possible[0] === iso ? undefined : this.#act(order, 'hold', 'POST', 'hold', body, undefined);
      case 'let_go': return this.#act(order, 'let_go', 'DELETE', 'hold', undefined, undefined);
      default: return this.check(order);
    }
  }

  async #person(number, end) {
    const own = this.orders.filter((_, i) => i % this.count === number);
    while (Date.now() < end) await this.#click(pick(own));
  }

  async until(end) {
    await Promise.all(Array.from({ length: this.count }, (_, i) => this.#person(i, end)));
  }

  async lookAgain() {
    for (const order of this.orders) await this.check(order);
  }
}
