// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which calls are announced, and when: each once, one after another, none cut off by the next. Calls have growing ids;
// the last one announced is remembered, so that a panel that reconnects or is loaded anew repeats nothing.

export class Announcements {
  #announce;
  #memory;
  #waiting = [];
  #running = null;
  #last;

  // announce(call) resolves when it was said to its end; memory: {read() → last id or null, write(id)}.
  constructor(announce, memory) {
    this.#announce = announce;
    this.#memory = memory;
    this.#last = memory.read();
  }

  // The calls as the panel has them now, the newest first.
  take(calls) {
    const ids = new Set(calls.map((call) => call.id));
    const oldest = Math.min(...ids);
    // Still in the reach of the list and no longer there: it was undone.
    this.#waiting = this.#waiting.filter((call) => call.id < oldest || ids.has(call.id));
    if (this.#last === null) { // switched on in the middle of the day: what went before was heard
      this.#remember(Math.max(0, ...ids));
      return;
    }
    const fresh = calls.filter((call) => call.id > this.#last).sort((left, right) => left.id - right.id);
    if (fresh.length > 0) this.#remember(fresh.at(-1).id);
    this.#waiting.push(...fresh);
    if (this.#running === null && this.#waiting.length > 0) this.#running = this.#run();
  }

  get idle() {
    return this.#running ?? Promise.resolve();
  }

  #remember(id) {
    this.#last = id;
    this.#memory.write(id);
  }

  async #run() {
    while (this.#waiting.length > 0) await this.#announce(this.#waiting.shift());
    this.#running = null;
  }
}

// "A014" as it is said: the letter, then the number without its zeros.
export function ticketAloud(ticket) {
  const [, letters, digits] = /^(\D*)(\d*)$/.exec(ticket) ?? [null, ticket, ''];
  return digits === '' ? letters : `${letters} ${Number(digits)}`;
}
