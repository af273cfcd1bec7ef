// SPDX-License-Identifier: GPL-3.0-or-later
// SIGKILL at random, to the server, to the whole of PostgreSQL, or to both; then `./run start`, as an operator would.
import { randomInt } from 'node:crypto';
import { pause } from '../bench/instance.mjs';

const LEAST_S = 3;
const MOST_S = 9;

export class Killer {
  constructor(instance, say) {
    this.instance = instance;
    this.say = say;
    this.counts = { server: 0, postgres: 0, both: 0 };
  }

  #kill(names) {
    const processes = this.instance.processes();
    // The postmaster last: its children must not have time to be told.
    for (const name of names) {
      for (const pid of processes.get(name).reverse()) {
        try { process.kill(pid, 'SIGKILL'); } catch { /* gone already */ }
      }
    }
  }

  // The supervisor sees a child's death and ends the rest; a start finds what is left.
  async #startAgain() {
    for (let tries = 1; ; tries++) {
      try {
        await this.instance.later('stop');
        await this.instance.later('start');
        return;
      } catch (error) {
        if (tries === 5) throw error;
        this.say(`the start failed, once more: ${String(error).split('\n').at(-1).slice(0, 160)}`);
        await pause(1);
      }
    }
  }

  async until(end) {
    while (Date.now() + (MOST_S + 5) * 1000 < end) {
      await pause(LEAST_S + randomInt((MOST_S - LEAST_S) * 1000) / 1000);
      const victim = ['server', 'postgres', 'both'][randomInt(3)];
      this.counts[victim] += 1;
      this.#kill(victim === 'both' ? ['postgres', 'server'] : [victim]);
      await this.#startAgain();
    }
  }

  // Whatever happened last: the instance answers.
  async calm() {
    await this.#startAgain();
  }
}
