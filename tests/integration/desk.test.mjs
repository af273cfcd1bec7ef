// SPDX-License-Identifier: GPL-3.0-or-later
// The counter of issue 4.5: who came, whose turn it is and why, what is undone, and what the waiting room is told.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import {
  api, book, cli, cliLater, clockOffset, cpf, done, office, officeLater, order, person, publicUrl, slots, sql,
} from '../support/office.mjs';
import { closeStreams, publicStream } from '../support/events.mjs';

after(closeStreams);

const refused = (run, reason) => {
  assert.equal(run.status, 1, `${run.stdout}${run.stderr}`);
  if (reason) assert.equal(run.json.reason, reason, run.stdout);
  return run.json;
};
const queue = () => done('agent1', 'queue');
const inQueue = (code) => queue().items.find((one) => one.order === code);
// Made by staff: the limit of open orders for an address is for the public.
const orderAtCounter = async () => {
  const holder = person({ cpf: cpf() });
  const answer = await officeLater('agent1', 'POST', '/api/office/orders', { body: { product: 'ecpf-a1', holder } });
  assert.equal(answer.status, 201, answer.text);
  return { code: answer.json.order, holder };
};
const arrive = async (...words) => {
  const kase = await orderAtCounter();
  return { ...kase, ...done('agent1', 'checkin', kase.code, '--walk-in', ...words) };
};
const eventsOf = (code) => sql(`select e.code from event e join orders o on o.id = e.order_id where o.code = '${code}' order by e.id`).split('\n');
const finish = (...cases) => { for (const { code } of cases) done('agent1', 'finish', code); };

// A session of today, whatever the hour: booked as anybody books, then moved by hand to this noon.
async function bookedToday(changes = {}) {
  const kase = await order('ecpf-a1', person({ cpf: cpf(), ...changes }));
  await book(kase);
  const day = new Date(Date.now() + clockOffset() * 1000 - 3 * 3600e3).toISOString().slice(0, 10);
  sql(`update appointment set starts = '${day} 12:00-03', ends = '${day} 12:20-03' from orders o
    where o.id = order_id and o.code = '${kase.code}'`);
  return kase;
}

before(() => { // what another file left waiting would stand in every line here
  for (const item of queue().items.filter((one) => ['waiting', 'called', 'parked'].includes(one.state))) {
    if (item.state === 'waiting') done('agent1', 'call', item.order);
    done('agent1', 'finish', item.order);
  }
});

describe('check-in by QR, CPF or name', () => {
  test('the square on the order\'s page carries the address that the counter reads', async () => {
    const kase = await bookedToday();
    const where = `/api/orders/${kase.code}/qr.svg`;
    assert.equal((await api('GET', where)).status, 401);
    const square = await api('GET', where, { token: kase.token });
    assert.equal(square.headers.get('content-type'), 'image/svg+xml');
    assert.match(square.text, /^<svg [^]*<path d="M4 4h7/, 'with its finder at the corner');
    assert.equal(done('agent1', 'checkin', `${publicUrl}/pedido/${kase.code}`).order, kase.code);
    done('agent1', 'undo', kase.code);
    assert.equal(inQueue(kase.code).state, 'booked');
    assert.equal(inQueue(kase.code).ticket, '', 'the ticket of a check-in that was none is not shown');
    // The slip's own square has the counter's half behind it: the code is read, the half stays at the station.
    assert.equal(done('agent1', 'checkin', `${publicUrl}/emitir/${kase.code}#p=SEGREDO-DO-PAPEL`).order, kase.code);
    assert.equal(sql(`select count(*) from event_private where convert_from(data, 'UTF8') like '%SEGREDO%'`), '0');
    done('agent1', 'undo', kase.code);
    assert.equal(done('agent1', 'checkin', kase.code.toLowerCase()).order, kase.code);
    done('agent1', 'undo', kase.code);
  });

  test('by CPF and by a name that one person has today; two of a name are asked apart', async () => {
    const surname = `QUARESMA ${'ABCDEFGH'.split('').sort(() => Math.random() - 0.5).join('')}`;
    const [first, second] = [await bookedToday({ name: `Ivone ${surname}` }), await bookedToday({ name: `Davi ${surname}` })];
    assert.equal(done('agent1', 'checkin', first.holder.cpf).order, first.code);
    done('agent1', 'undo', first.code);
    const both = refused(cli('agent1', 'checkin', surname), 'ambiguous');
    assert.deepEqual(both.candidates.map((one) => one.order).sort(), [first.code, second.code].sort());
    assert.equal(done('agent1', 'checkin', `Davi ${surname}`).order, second.code);
    assert.equal(done('agent1', 'checkin', surname).order, first.code, 'the other has arrived: one is left');
    for (const kase of [first, second]) done('agent1', 'undo', kase.code);
    refused(cli('agent1', 'checkin', 'Ninguem Assim'), 'nobody-expected');
    refused(cli('agent1', 'checkin', 'Nadia Esteves')); // twelve letters, as a code has
    refused(cli('agent1', 'checkin', '??'));
  });

  test('a walk-in is found by CPF among the open orders', async () => {
    const kase = await order('ecpf-a1', person({ cpf: cpf() }));
    refused(cli('agent1', 'checkin', kase.holder.cpf), 'nobody-expected');
    const came = done('agent1', 'checkin', kase.holder.cpf, '--walk-in');
    assert.equal(came.order, kase.code);
    assert.match(came.ticket, /^B\d{3,}$/);
    done('agent1', 'undo', kase.code);
  });
});

describe('tickets and calls under pressure', () => {
  test('ticket counter under 64: no gap, no twin, also where some are refused', async () => {
    const cases = await Promise.all(Array.from({ length: 64 }, orderAtCounter));
    const answers = await Promise.all(cases.flatMap((kase, i) => [
      officeLater(`agent${(i % 3) + 1}`, 'POST', `/api/office/orders/${kase.code}/checkin`, { body: { walk_in: true } }),
      ...(i % 4 === 0 ? [officeLater('agent1', 'POST', `/api/office/orders/${kase.code}/checkin`, { body: { walk_in: true } })] : []),
    ]));
    const made = answers.filter((one) => one.status === 200).map((one) => Number(one.json.ticket.slice(1))).sort((a, b) => a - b);
    assert.equal(made.length, 64);
    assert.ok(answers.every((one) => one.status === 200 || one.json.reason === 'already-waiting'));
    assert.deepEqual(made, Array.from({ length: 64 }, (_, i) => made[0] + i));
  });

  test('three agents press call at once until nobody waits: each ticket is won once, nobody has two in hand', async () => {
    const won = [];
    await Promise.all(['agent1', 'agent2', 'agent3'].map(async (agent) => {
      for (;;) {
        const answer = await officeLater(agent, 'POST', '/api/office/call', { body: {} });
        if (answer.json.reason === 'nobody-waits') return;
        assert.equal(answer.status, 200, answer.text);
        won.push(answer.json);
        const finished = await officeLater(agent, 'POST', `/api/office/orders/${answer.json.order}/finish`);
        assert.equal(finished.status, 200, finished.text);
      }
    }));
    assert.ok(won.length >= 64);
    assert.equal(new Set(won.map((one) => one.order)).size, won.length);
    assert.equal(sql(`select count(*) from (select agent from visit where state = 'called' group by agent having count(*) > 1) two`), '0');
  });

  test('one agent pressing twice gets one person; the other press is told so', async () => {
    const cases = [await arrive(), await arrive()];
    const answers = await Promise.all([1, 2, 3, 4].map(() => officeLater('agent1', 'POST', '/api/office/call', { body: {} })));
    for (const one of answers)
      assert.ok(one.status === 200 || ['already-calling', 'nobody-waits'].includes(one.json.reason), one.text);
    const mine = queue().items.filter((one) => cases.some((kase) => kase.code === one.order));
    assert.equal(mine.filter((one) => one.state === 'called').length, 1, JSON.stringify(mine));
    for (const one of mine) if (one.state === 'waiting') done('agent1', 'call', one.order);
    finish(...cases);
  });
});

describe('whose turn, and why', () => {
  test('80+ before who came earlier, with the sentence; a choice says whom it passed', async () => {
    const [first, second, old] = [await arrive(), await arrive(), await arrive('--priority', '80+')];
    assert.deepEqual(queue().items.filter((one) => one.state === 'waiting').map((one) => one.order),
      [old.code, first.code, second.code]);
    const call = done('agent1', 'call', '--desk', '3');
    assert.equal(call.order, old.code);
    assert.equal(call.sentence, `${old.ticket} antes de ${first.ticket}, ${second.ticket}: 80+, Lei 10.741, art. 3º § 2º`);
    assert.equal(sql(`select reason from visit v join orders o on o.id = v.order_id where o.code = '${old.code}'`), call.sentence);
    const choice = done('agent2', 'call', second.code);
    assert.equal(choice.sentence, `${second.ticket} chamado pelo agente, antes de ${first.ticket}`);
    assert.match(done('agent3', 'call').sentence, new RegExp(`^${first.ticket} na sua vez: chegada às \\d+h`));
    const leaf = sql(`select convert_from(bytes, 'UTF8') from event where code = 'CALLED' order by id desc limit 1`);
    assert.ok(!leaf.includes('80+') && !leaf.includes('Lei'), 'a class is health data: not in the log\'s leaf');
    finish(first, second, old);
  });

  test('priority: declared at booking, changed on arrival, each an act with its undo; nothing is asked to prove it', async () => {
    const kase = await order('ecpf-a1', person({ cpf: cpf() }));
    const { start } = (await slots()).at(-1);
    const where = `/api/orders/${kase.code}/appointment`;
    assert.equal((await api('POST', where, { token: kase.token, body: { start, priority: 'vip' } })).status, 422);
    assert.equal((await api('POST', where, { token: kase.token, body: { start, priority: 'return' } })).status, 422);
    assert.equal((await api('POST', where, { token: kase.token, body: { start, priority: 'autism' } })).status, 201);
    assert.equal(done('agent1', 'checkin', kase.code).priority, 'autism');
    assert.equal(done('agent1', 'priority', kase.code, 'companion').priority, 'companion');
    assert.equal(done('agent1', 'priority', kase.code, 'none').priority, '');
    assert.equal(done('agent2', 'undo', kase.code).priority, 'companion');
    refused(cli('agent1', 'priority', kase.code, 'amigo'));
    done('agent1', 'call', kase.code);
    finish(kase);
  });

  test('ramp, Libras, interpreter: facts of the booking, kept when it moves, shown at the counter', async () => {
    const kase = await order('ecpf-a1', person({ cpf: cpf() }));
    const [one, other] = (await slots()).slice(-2);
    const where = `/api/orders/${kase.code}/appointment`;
    assert.equal((await api('POST', where, { token: kase.token, body: { start: one.start, needs: ['elevator'] } })).status, 422);
    assert.equal((await api('POST', where, { token: kase.token, body: { start: one.start, needs: ['ramp', 'libras'] } })).status, 201);
    assert.equal((await api('PUT', where, { token: kase.token, body: { start: other.start } })).status, 200);
    assert.deepEqual(done('agent1', 'checkin', kase.code).needs, ['libras', 'ramp']);
    assert.deepEqual(inQueue(kase.code).needs, ['libras', 'ramp']);
    assert.deepEqual(done('agent1', 'show', kase.code).needs, ['libras', 'ramp']);
    assert.deepEqual(done('agent1', 'needs', kase.code, 'interpreter').needs, ['interpreter']);
    assert.deepEqual(done('agent1', 'needs', kase.code).needs, []);
    done('agent1', 'call', kase.code);
    finish(kase);
  });
});

describe('what becomes of a visit', () => {
  test('park with reason and timer; calling another sets aside, and loses nothing', async () => {
    const [first, second] = [await arrive(), await arrive()];
    done('agent1', 'call', first.code);
    done('agent1', 'park', first.code, '--reason', 'foi buscar o RG', '--minutes', '20');
    const parked = inQueue(first.code);
    assert.equal(parked.state, 'parked');
    assert.equal(parked.parked_reason, 'foi buscar o RG');
    const left = (Date.parse(parked.parked_until) - Date.parse(queue().now)) / 60e3;
    assert.ok(left > 18 && left <= 20, String(left));
    refused(cli('agent1', 'park', second.code, '--minutes', '0'));
    done('agent1', 'call', first.code);
    const next = done('agent1', 'call', second.code);
    assert.equal(next.set_aside, first.ticket);
    assert.equal(inQueue(first.code).state, 'parked');
    assert.equal(done('agent1', 'undo', first.code).undone, 'park', 'the setting aside is an act of its own');
    assert.equal(inQueue(first.code).state, 'parked', 'and cannot put a second one before the agent');
    finish(first, second);
  });

  test('transfer keeps the place and is first the other agent\'s; reactivate brings back', async () => {
    const [first, second] = [await arrive(), await arrive()];
    assert.equal(done('agent1', 'call').order, first.code);
    refused(cli('agent1', 'transfer', first.code, '--to', 'Ninguem'));
    const names = queue().agents.map((one) => one.name);
    const bruno = names.find((name) => !name.startsWith('ANA'));
    assert.ok(queue().agents.find((one) => one.name.startsWith('ANA')).free === false, JSON.stringify(queue().agents));
    done('agent1', 'transfer', first.code, '--to', bruno.slice(0, 5).toLowerCase());
    assert.equal(inQueue(first.code).reserved_for, bruno);
    assert.equal(done('agent1', 'call').order, second.code, 'not his any more');
    const to = names.indexOf(bruno) === 1 ? 'agent2' : 'agent3';
    assert.equal(done(to, 'call').order, first.code, 'and not behind who came later');
    done('agent1', 'reactivate', second.code);
    assert.equal(inQueue(second.code).state, 'waiting');
    done('agent1', 'call', second.code);
    finish(first, second);
  });

  test('transfer to a desk: whoever sits there calls, nobody else before the time is over', async () => {
    const [first, second] = [await arrive(), await arrive()];
    assert.equal(done('agent1', 'call', '--desk', '1').order, first.code);
    refused(cli('agent1', 'transfer', first.code, '--desk', 'mesa <3>'));
    done('agent1', 'transfer', first.code, '--desk', '3');
    assert.equal(inQueue(first.code).reserved_desk, '3');
    assert.equal(done('agent1', 'call').order, second.code, 'he sits at desk 1');
    assert.equal(done('agent2', 'call', '--desk', '3').order, first.code);
    assert.equal(inQueue(first.code).reserved_desk, '');
    done('agent2', 'undo', first.code);
    assert.equal(inQueue(first.code).reserved_desk, '3', 'an undone call puts the wish back');
    done('agent2', 'call', first.code);
    finish(first, second);
  });

  test('when the time of a parking is over, the screens and the log are told once', async () => {
    const kase = await arrive();
    done('agent1', 'call', kase.code);
    done('agent1', 'park', kase.code, '--minutes', '1');
    const told = () => eventsOf(kase.code).filter((code) => code === 'PARKING_OVER').length;
    assert.equal(told(), 0);
    sql(`update visit set parked_until = parked_until - interval '2 minutes' where order_id = (select id from orders where code = '${kase.code}')`);
    for (let tries = 0; tries < 120 && told() === 0; tries++) await new Promise((resolve) => { setTimeout(resolve, 100); });
    assert.equal(told(), 1);
    assert.equal(inQueue(kase.code).state, 'parked', 'nobody is put back in line by a clock');
    done('agent1', 'call', kase.code);
    finish(kase);
  });

  test('agent crash during attendance: another puts the person back in line at the old place', async () => {
    const first = await arrive();
    done('agent1', 'call', first.code);
    const later = await arrive();
    refused(cli('agent2', 'call', first.code), 'already-called');
    done('agent2', 'reactivate', first.code);
    assert.equal(done('agent2', 'call').order, first.code, 'before who came meanwhile');
    done('agent2', 'undo', first.code);
    done('agent2', 'undo', first.code);
    assert.equal(inQueue(first.code).agent, done('agent1', 'queue').agents[0].name, 'undone, it is again where it was');
    done('agent1', 'call', later.code);
    finish(first, later);
  });

  test('undo of each slip: wrong person called, false no-show, finished too early, wrong check-in', async () => {
    const slip = await arrive();
    const state = () => inQueue(slip.code)?.state;
    done('agent1', 'call', slip.code);
    done('agent1', 'undo', slip.code);
    assert.equal(state(), 'waiting');
    assert.equal(inQueue(slip.code).sentence, '', 'the sentence of a call that was none goes too');
    done('agent1', 'call', slip.code);
    done('agent1', 'noshow', slip.code);
    assert.equal(state(), 'no_show');
    done('agent1', 'undo', slip.code);
    assert.equal(state(), 'called');
    done('agent1', 'noshow', slip.code);
    done('agent2', 'reactivate', slip.code);
    assert.equal(state(), 'waiting', 'or he comes back after all');
    done('agent1', 'call', slip.code);
    done('agent1', 'finish', slip.code);
    done('agent1', 'undo', slip.code);
    assert.equal(state(), 'called');
    const other = await arrive();
    done('agent1', 'finish', slip.code);
    done('agent1', 'call', other.code);
    assert.equal(done('agent1', 'undo', slip.code).states.attendance, 'parked', 'beside, while another is before the agent');
    finish(slip, other);
    const wrong = await arrive();
    done('agent1', 'undo', wrong.code);
    assert.equal(done('agent1', 'show', wrong.code).states.attendance, 'none');
    const again = done('agent1', 'checkin', wrong.code, '--walk-in');
    assert.ok(Number(again.ticket.slice(1)) > Number(wrong.ticket.slice(1)), 'its number is not given again');
    done('agent1', 'undo', wrong.code);
    const undone = Number(sql(`select count(*) from counter_act where undoes is not null and order_id =
      (select id from orders where code = '${slip.code}')`));
    assert.equal(undone, 4, 'each undo is a new act');
  });

  test('no-show after n calls m minutes apart, by policy; the clock stepping back counts for nothing', async () => {
    const set = (calls, minutes) => sql(`update policy set value = '${calls}' where key = 'noshow_calls';
      update policy set value = '${minutes}' where key = 'noshow_call_minutes'`);
    const absent = await arrive();
    set(2, 3);
    try {
      done('agent1', 'call', absent.code);
      done('agent1', 'call', absent.code);
      assert.equal(inQueue(absent.code).calls, 2);
      const detail = () => cli('agent1', 'noshow', absent.code).json;
      let told = detail();
      for (let tries = 0; told.reason !== 'calls-missing' && tries < 100; tries++) { // the rows are read again within seconds
        if (told.states) done('agent1', 'undo', absent.code);
        await new Promise((resolve) => { setTimeout(resolve, 100); });
        told = detail();
      }
      assert.match(told.detail, /2 chamadas, com 3 minutos entre uma e outra; contam 1/);
      sql(`set session_replication_role = replica; update visit_call set at = at - interval '4 minutes'
        where id = (select min(c.id) from visit_call c join visit v on v.id = c.visit_id join orders o on o.id = v.order_id
                     where o.code = '${absent.code}')`);
      assert.equal(done('agent1', 'noshow', absent.code).states.attendance, 'no_show');
    } finally {
      set(1, 3);
    }
    // A station whose clock was ahead wrote a later arrival: nobody has waited less than nothing.
    const ahead = await arrive();
    sql(`update visit set checked_in_at = checked_in_at + interval '1 hour', due_at = due_at + interval '1 hour' from orders o
      where o.id = order_id and o.code = '${ahead.code}'`);
    assert.equal(inQueue(ahead.code).waited_s, 0);
    done('agent1', 'call', ahead.code);
    finish(ahead);
  });
});

describe('the panel', () => {
  test('ticket and desk alone, the newest first; a call that was undone leaves it; it hears at once', async () => {
    const stream = publicStream('/api/display/events');
    await stream.next('hello');
    const [first, second] = [await arrive('--priority', 'autism'), await arrive()];
    done('agent1', 'call', first.code, '--desk', '3');
    await stream.next('calls');
    done('agent1', 'call', second.code);
    await stream.next('calls');
    const panel = await api('GET', '/api/display');
    assert.equal(panel.json.calls[0].ticket, second.ticket);
    assert.equal(panel.json.calls[0].desk_text, 'Guichê 3', 'where the agent sits is remembered for the day');
    assert.equal(panel.json.calls[1].ticket, first.ticket);
    assert.ok(panel.json.calls.length <= 6);
    for (const secret of [first.holder.name, first.holder.cpf, first.code, 'autism', 'TEA'])
      assert.ok(!panel.text.includes(secret), secret);
    done('agent1', 'call', second.code); // again: announced anew, listed once
    await stream.next('calls');
    const again = await api('GET', '/api/display');
    assert.equal(again.json.calls.filter((one) => one.ticket === second.ticket).length, 1);
    assert.ok(again.json.calls[0].id > panel.json.calls[0].id);
    done('agent1', 'undo', second.code);
    done('agent1', 'undo', second.code);
    await stream.next('calls');
    assert.ok(!(await api('GET', '/api/display')).json.calls.some((one) => one.ticket === second.ticket));
    refused(cli('agent1', 'call', second.code, '--desk', '<b>3</b>'));
    done('agent1', 'call', second.code);
    finish(first, second);
    stream.close();
  });

  test('without a script the page is loaded anew and shows the same', async () => {
    const page = await (await fetch(`${publicUrl}/painel`, { headers: { Accept: 'text/html' } })).text();
    assert.match(page, /<noscript><meta http-equiv="refresh" content="10"><\/noscript>/);
    assert.match(page, /<strong class="call__ticket">B\d{3}<\/strong>/);
  });
});

test('the office API refuses what no command sends', async () => {
  const kase = await arrive();
  for (const [where, body, field] of [
    ['checkin', { who: '' }, 'who'], [`orders/${kase.code}/priority`, {}, 'priority'], [`orders/${kase.code}/needs`, {}, 'needs'],
    [`orders/${kase.code}/needs`, { needs: 'ramp' }, 'needs'], [`orders/${kase.code}/park`, { reason: 'a\u0007' }, 'reason'],
    [`orders/${kase.code}/park`, { minutes: 4000 }, 'minutes'],
  ]) {
    const answer = office('agent1', 'POST', `/api/office/${where}`, { body });
    assert.equal(answer.status, 422, `${where}: ${answer.text}`);
    assert.equal(answer.json.errors[0].field, field);
  }
  const lost = await cliLater('agent1', 'transfer', 'AAAAAAAAAAAA');
  assert.equal(lost.status, 1);
  done('agent1', 'call', kase.code);
  finish(kase);
});
