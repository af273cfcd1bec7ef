// SPDX-License-Identifier: GPL-3.0-or-later
// What must be true of the rows whatever happened, asked of PostgreSQL as its superuser; each query gives the rows that
// contradict it. Nothing here calls the program.

export const RULES = [
  ['oversold: a start with more live appointments than seats', `
    select a.office_id, a.starts, count(*) from appointment a where a.state in ('booked', 'kept')
     group by 1, 2 having count(*) > (select count(*) from seat s where s.office_id = a.office_id and s.starts = a.starts)`],
  ['oversold: more live appointments at an instant than seats', `
    select a.id, count(*) from appointment a join appointment b on b.office_id = a.office_id and b.state in ('booked', 'kept')
       and b.seats_from <= a.seats_from and b.ends > a.seats_from
     where a.state in ('booked', 'kept')
     group by a.id having count(*) > (select count(*) from seat s where s.office_id = min(a.office_id)
                                         and s.starts <= min(a.seats_from) and s.ends > min(a.seats_from))`],
  ['oversold: a seat that two live appointments have', `
    select seat_id, count(*) from appointment where state in ('booked', 'kept') group by 1 having count(*) > 1`],
  ['oversold: two seats of one lane at the same time', `
    select a.id, b.id from seat a join seat b on b.office_id = a.office_id and b.lane = a.lane and b.id > a.id
       and tstzrange(a.starts, a.ends) && tstzrange(b.starts, b.ends)`],
  ['an order with two live appointments', `
    select order_id from appointment where state in ('booked', 'kept') group by 1 having count(*) > 1`],
  ['an order with booked seats on two lanes', `
    select order_id from seat where state = 'booked' group by 1 having count(distinct (office_id, lane)) > 1`],
  ['a session with a gap', `
    select order_id from seat where state = 'booked' group by 1 having sum(ends - starts) <> max(ends) - min(starts)`],
  ['booked seats without their appointment, or an appointment without its seats', `
    select coalesce(s.order_id, a.order_id)
      from (select order_id, min(starts) as starts, max(ends) as ends, (array_agg(id order by starts))[1] as first
              from seat where state = 'booked' group by 1) s
      full join (select * from appointment where state in ('booked', 'kept')) a
        on a.order_id = s.order_id and a.seat_id = s.first and a.seats_from = s.starts and a.ends = s.ends
     where s.order_id is null or a.id is null`],
  ['a session shorter than its people and its product ask for', `
    select a.order_id from appointment a join orders o on o.id = a.order_id
      join lateral (select d.minutes from session_duration d
                     where d.mode = a.mode and d.product_id in (o.product_id, '*')
                       and d.persons <= (select count(*) from person p where p.order_id = o.id and p.removed_at is null)
                     order by d.product_id = '*', d.persons desc limit 1) need on true
     where a.state = 'booked' and a.ends - a.starts < make_interval(mins => need.minutes)`],
  ['a visit of two of which one half moved', `
    select a.visit from appointment a join appointment b on b.visit = a.visit and b.id > a.id
     where a.state = 'booked' and b.state = 'booked' and a.ends <> b.seats_from and b.ends <> a.seats_from`],
  ['a case whose state is not that of its appointment', `
    select o.code, o.appointment_state, a.state from orders o
      left join lateral (select * from appointment x where x.order_id = o.id order by x.id desc limit 1) a on true
     where o.appointment_state <> coalesce(a.state, 'none')`],
  ['a booking without its event in the log, or the other way round', `
    select (select count(*) from appointment), (select count(*) from event where code = 'APPT_BOOKED')
     where (select count(*) from appointment) <> (select count(*) from event where code = 'APPT_BOOKED')`],
  ['a move or a cancellation without its event', `
    select kind, n from (select kind, count(*) as n from milestone where kind in ('moved', 'cancelled') group by 1) m
     where n <> (select count(*) from event e
                  where e.code = case m.kind when 'moved' then 'APPT_RESCHEDULED' else 'APPT_CANCELLED' end)`],
  ['a booking, move or cancellation without its mail', `
    select k.mail, k.n, (select count(*) from outbox x where x.kind = k.mail) from (
      select case kind when 'booked' then 'booked' when 'moved' then 'moved' else 'cancelled' end as mail, count(*) as n
        from milestone where kind in ('booked', 'moved', 'cancelled') group by 1) k
     where k.n <> (select count(*) from outbox x where x.kind = k.mail)`],
];

// What each person was last told, against the rows.
function ledger(instance, orders) {
  const rows = new Map(instance.sql(`select o.code, coalesce(to_char(a.starts at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"'), 'nothing')
    from orders o left join appointment a on a.order_id = o.id and a.state = 'booked'`).split('\n').map((line) => line.split('\t')));
  return orders.filter((order) => !order.possible.includes(rows.get(order.code)))
    .map((order) => `lost: ${order.code} is ${rows.get(order.code)} in the database, was told ${order.possible.join(' or ')}`);
}

export function audit(instance, orders) {
  const found = RULES.flatMap(([name, query]) => {
    const text = instance.sql(query);
    return text === '' ? [] : [`${name}: ${text.split('\n').slice(0, 3).join('; ')}`];
  });
  return [...found, ...ledger(instance, orders)];
}
