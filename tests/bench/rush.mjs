// SPDX-License-Identifier: GPL-3.0-or-later
// The opening of an agenda: 20,000 people at once for 4,000 seats. Each looks at a week and clicks a time that is shown;
// who is told that it was taken clicks one of the three offered instead, then looks again; who sees nothing in the weeks
// that are open goes away.
import { randomInt } from 'node:crypto';
import http from 'node:http';
import { pause } from './instance.mjs';

const VISITORS = 20000;
const SEATS = 4000;
const AT_ONCE = 128; // connections; the rest queue in front, as they do in a browser
const CLICKS_MOST = 6; // then somebody gives up

// Orders and tokens as the program would have made them, all at once: making them is not what is measured.
function makeVisitors(instance) {
  instance.sql(`insert into orders (code, office_id, product_id, product_from, price_cents, rules_version, origin, created_at)
      select lpad(n::text, 12, '0'), 1, p.id, p.valid_from, p.price_cents, '', 'site', now()
        from generate_series(700000000001, ${700000000000 + VISITORS}) n,
             (select * from product where id = 'ecpf-a1' order by valid_from desc limit 1) p;
    insert into person (order_id, role, name, cpf, birth_date, email, phone)
      select id, 'holder', 'Pessoa Inventada Para Medir', lpad((id % 100000000000)::text, 11, '0'), '1985-08-15',
             'visita' || id || '@cidadao.example', '+5519' || lpad((id % 1000000000)::text, 9, '0')
        from orders where code >= '700000000000' and code <= '${700000000000 + VISITORS}';
    insert into order_access (token_hash, order_id, kind, created_at, expires_at)
      select sha256(('rush-' || code)::bytea), id, 'bearer', now(), now() + interval '1 day'
        from orders where code >= '700000000000' and code <= '${700000000000 + VISITORS}'`);
}

// The agenda as it opens: what other benchmarks booked is given up, since where a time has few seats left the last of them
// are clicked by many at once, and the share of clicks would say how full the agenda was. The first seats to come stay
// open, the others are blocked; memory follows within its period.
async function openSeats(instance, ask) {
  instance.sql(`set session_replication_role = replica;
    update appointment set state = 'cancelled', seat_id = null where state = 'booked';
    update seat set state = 'free', order_id = null where state = 'booked';
    set session_replication_role = origin;
    update seat set state = 'blocked' where state = 'free' and id not in (
    select id from seat where state = 'free' and visibility = 'public' and starts > now() + interval '1 hour'
     order by starts, lane limit ${SEATS})`);
  for (let tries = 0; tries < 60; tries++) {
    const all = (await ask('GET', '/api/availability?product=ecpf-a1&days=62')).json.slots;
    if (all.reduce((sum, slot) => sum + slot.seats, 0) === SEATS) return [...new Set(all.map((slot) => slot.start.slice(0, 10)))];
    await pause(1);
  }
  throw new Error('memory does not show the seats that are open');
}

// The first days of as many weeks as cover all days that have a seat.
function weeksOf(days) {
  const weeks = [];
  for (const day of days) {
    if (weeks.length === 0 || Date.parse(day) >= Date.parse(weeks.at(-1)) + 7 * 86400000) weeks.push(day);
  }
  return weeks;
}

function client(instance) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  return (method, path, { token, body } = {}) => new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const request = http.request({ host: '127.0.0.1', port: instance.port, agent, method, path, headers: { Accept: 'application/json',
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...(text ? { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) } : {}) } }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, json: JSON.parse(Buffer.concat(chunks).toString()) }));
    });
    request.on('error', reject);
    request.end(text);
  });
}

async function visit(number, ask, weeks, tally) {
  const code = String(700000000001 + number);
  const token = `rush-${code}`;
  let offered = [];
  let clicks = 0;
  for (const week of weeks) {
    for (;;) {
      if (offered.length === 0) {
        const answer = await ask('GET', `/api/availability?product=ecpf-a1&days=7&from=${week}`);
        tally.count(answer.status);
        offered = answer.json.slots;
      }
      if (offered.length === 0) break;
      const { start } = offered[randomInt(offered.length)];
      const begun = process.hrtime.bigint();
      const answer = await ask('POST', `/api/orders/${code}/appointment`, { token, body: { start, mode: 'in_person' } });
      tally.click(answer.status, Number(process.hrtime.bigint() - begun) / 1e6);
      if (answer.status === 201) return;
      offered = answer.json.alternatives ?? [];
      clicks += 1;
      if (clicks === CLICKS_MOST) return;
    }
  }
}

class Tally {
  constructor() { Object.assign(this, { broken: 0, clicks: 0, won: 0, times: [] }); }

  count(status) { if (status >= 500) this.broken += 1; }

  click(status, ms) {
    this.count(status);
    this.clicks += 1;
    this.won += status === 201 ? 1 : 0;
    this.times.push(ms);
  }

  percentile(part) { return this.times.sort((a, b) => a - b)[Math.ceil(this.times.length * part) - 1]; }
}

export async function rush(instance) {
  const ask = client(instance);
  makeVisitors(instance);
  const days = await openSeats(instance, ask);
  const weeks = weeksOf(days);
  const tally = new Tally();
  const begun = Date.now();
  let next = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (next < VISITORS) await visit(next++, ask, weeks, tally);
  }));
  const seconds = (Date.now() - begun) / 1000;
  const sold = Number(instance.sql('select count(*) from appointment a join orders o on o.id = a.order_id where a.state = \'booked\' and o.code between \'700000000000\' and \'700000099999\''));
  const oversold = Number(instance.sql(`select count(*) from (select 1 from appointment where state = 'booked' group by seat_id having count(*) > 1
    union all select 1 from appointment a where a.state = 'booked' group by a.office_id, a.starts
      having count(*) > (select count(*) from seat s where s.office_id = a.office_id and s.starts = a.starts and s.state = 'booked')) x`));
  instance.sql('update seat set state = \'free\' where state = \'blocked\'');
  if (sold !== SEATS || oversold !== 0 || tally.broken !== 0) {
    throw new Error(`rush: ${sold} of ${SEATS} seats sold, ${oversold} oversold, ${tally.broken} answers of 500 and above`);
  }
  return [
    { name: `rush: seats sold to ${VISITORS} visitors`, value: sold, unit: 'seats', bound: SEATS },
    { name: 'rush: oversold', value: oversold, unit: 'seats' },
    { name: 'rush: answers of 500 and above', value: tally.broken, unit: 'answers' },
    { name: 'rush: clicks on a shown seat that got it', value: tally.won / tally.clicks, unit: 'share', bound: 0.9 },
    { name: 'rush: over after', value: seconds, unit: 's' },
    { name: 'rush: click p99', value: tally.percentile(0.99), unit: 'ms' },
  ];
}
