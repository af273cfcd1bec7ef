-- SPDX-License-Identifier: GPL-3.0-or-later
-- The day of the office: what is still open at its end, and what was left, printed and signed.

-- name: day_facts
-- params: office_id integer, day date, from timestamptz, to timestamptz
-- The cases that the closing names.
select jsonb_build_object(
  'served', (select count(*) from visit v where v.office_id = $1 and v.day = $2 and v.finished_at is not null),
  'open', (select coalesce(jsonb_agg(jsonb_build_object('order', o.code, 'name', p.name, 'state', o.attendance_state,
                                                       'ticket', v.ticket_letter::text || lpad(v.ticket_number::text, 3, '0'))
                                     order by v.id), '[]')
             from orders o
             join person p on p.order_id = o.id and p.role in ('holder', 'responsible')
             join lateral (select * from visit w where w.order_id = o.id order by w.id desc limit 1) v on true
            where o.office_id = $1 and v.day <= $2 and o.attendance_state in ('waiting', 'called', 'parked')),
  'absent', (select coalesce(jsonb_agg(jsonb_build_object('order', o.code, 'name', p.name,
                                                         'hour', to_char(a.starts at time zone f.zone, 'HH24:MI'))
                                       order by a.starts), '[]')
               from appointment a
               join office f on f.id = a.office_id
               join orders o on o.id = a.order_id
               join person p on p.order_id = o.id and p.role in ('holder', 'responsible')
              where a.office_id = $1 and a.state = 'booked' and a.starts >= $3 and a.starts < $4),
  'unverified', (select coalesce(jsonb_agg(jsonb_build_object('order', o.code, 'name', p.name) order by o.id), '[]')
                   from orders o
                   join person p on p.order_id = o.id and p.role in ('holder', 'responsible')
                  where o.office_id = $1 and o.identification_state = 'validated'),
  'undelivered', (select coalesce(jsonb_agg(jsonb_build_object('order', o.code, 'name', p.name, 'state', o.issuance_state)
                                            order by o.id), '[]')
                    from orders o
                    join person p on p.order_id = o.id and p.role in ('holder', 'responsible')
                   where o.office_id = $1 and o.issuance_state in ('ready', 'requested', 'unknown', 'failed'))) as facts;

-- name: day_ledger
-- params: office_id integer, day date, zone text, from timestamptz, to timestamptz
-- And the rest of it: money, tokens, mails, tomorrow.
select jsonb_build_object(
  'money', (select coalesce(jsonb_agg(jsonb_build_object('method', m.method, 'count', m.count, 'cents', m.cents)
                                      order by m.method), '[]')
              from (select y.method, count(*) as count, sum(y.amount_cents) as cents
                      from payment y join orders o on o.id = y.order_id
                     where o.office_id = $1 and y.at >= $4 and y.at < $5
                     group by y.method) m),
  'tokens', (select jsonb_build_object(
                'house', (select count(*) from media_token t where t.office_id = $1 and t.state in ('stock', 'desk', 'defective')),
                'defective', (select count(*) from media_token t where t.office_id = $1 and t.state = 'defective'),
                'counted', (select cardinality(c.counted) from media_count c where c.office_id = $1 and c.day = $2
                             order by c.id desc limit 1),
                'missing', (select c.missing from media_count c where c.office_id = $1 and c.day = $2 order by c.id desc limit 1),
                'unexpected', (select c.unexpected from media_count c where c.office_id = $1 and c.day = $2
                                order by c.id desc limit 1),
                'later', (select count(*) from media_move m join media_token t on t.id = m.token_id
                           where t.office_id = $1 and m.at > (select max(c.at) from media_count c
                                                               where c.office_id = $1 and c.day = $2)))),
  'bounced', (select coalesce(jsonb_agg(jsonb_build_object('order', o.code, 'kind', b.kind, 'error', b.last_error)
                                        order by b.id), '[]')
                from outbox b join orders o on o.id = b.order_id
               where o.office_id = $1 and b.state = 'failed' and b.created_at < $5
                 and b.created_at >= $4 - interval '7 days'),
  'tomorrow', (select jsonb_build_object('day', t.day, 'booked', count(*) filter (where s.state = 'booked'),
                                         'free', count(*) filter (where s.state = 'free'))
                 from (select min((s.starts at time zone $3)::date) as day from seat s
                        where s.office_id = $1 and s.starts >= $5) t
                 left join seat s on s.office_id = $1 and (s.starts at time zone $3)::date = t.day
                group by t.day),
  'outages', (select coalesce(jsonb_agg(jsonb_build_object('what', u.what, 'from', office_instant(u.started_at, $3),
                                                           'to', office_instant(e.at, $3)) order by u.id), '[]')
                from outage u left join outage_end e on e.outage_id = u.id
               where u.office_id = $1 and u.started_at < $5 and (e.at is null or e.at >= $4)),
  'handover', (select jsonb_build_object('text', h.text, 'agent', h.agent, 'at', office_instant(h.at, $3))
                 from handover_note h where h.office_id = $1 order by h.id desc limit 1),
  'closings', (select coalesce(jsonb_agg(jsonb_build_object('agent', c.agent, 'at', office_instant(c.at, $3), 'difference_cents',
                                                           c.difference_cents, 'reason', c.reason,
                                                           'reopened', case when r.id is not null then
                                                             jsonb_build_object('agent', r.agent, 'at', office_instant(r.at, $3), 'reason', r.reason)
                                                           end) order by c.id), '[]')
                 from day_closing c left join day_reopening r on r.closing_id = c.id
                where c.office_id = $1 and c.day = $2)) as ledger;

-- name: day_close
-- params: office_id integer, day date, content bytea, cms bytea, difference bigint, reason text, agent text, station text, at timestamptz
-- Over the last closing's reopening, or the first of its day. No row: the day is closed, also by who was faster.
insert into day_closing (office_id, day, content, cms, difference_cents, reason, agent, station, at, reopening_id)
select $1, $2, $3, $4, $5, $6, $7, $8, $9, last.reopening_id
  from (select 1) one
  left join lateral (select c.id, r.id as reopening_id
                       from day_closing c left join day_reopening r on r.closing_id = c.id
                      where c.office_id = $1 and c.day = $2 order by c.id desc limit 1) last on true
 where last.id is null or last.reopening_id is not null
on conflict do nothing
returning id;

-- name: day_reopen
-- params: office_id integer, day date, reason text, agent text, station text, at timestamptz
-- No row: the day is not closed.
insert into day_reopening (closing_id, reason, agent, station, at)
select c.id, $3, $4, $5, $6
  from (select id from day_closing where office_id = $1 and day = $2 order by id desc limit 1) c
on conflict do nothing
returning id;

-- name: day_closing_last
-- params: office_id integer, day date
select c.content, c.cms, c.agent, c.at, r.id is not null as reopened
  from day_closing c left join day_reopening r on r.closing_id = c.id
 where c.office_id = $1 and c.day = $2 order by c.id desc limit 1;

-- name: day_handover_add
-- params: office_id integer, text text, agent text, station text, at timestamptz
insert into handover_note (office_id, text, agent, station, at) values ($1, $2, $3, $4, $5) returning id;

-- name: day_board
-- params: office_id integer, since timestamptz, zone text
-- What open screens tell beside the queue: outages, and the note of the last two days.
select jsonb_build_object(
  'outages', (select coalesce(jsonb_agg(u.what order by u.id), '[]')
                from outage u left join outage_end e on e.outage_id = u.id
               where u.office_id = $1 and e.outage_id is null),
  'handover', (select jsonb_build_object('text', h.text, 'agent', h.agent, 'at', office_instant(h.at, $3))
                 from handover_note h where h.office_id = $1 and h.at >= $2 order by h.id desc limit 1)) as board;

-- name: day_outage_open
-- params: office_id integer, what text
select u.id from outage u left join outage_end e on e.outage_id = u.id
 where u.office_id = $1 and u.what = $2 and e.outage_id is null
 order by u.id desc limit 1;

-- name: day_outage_add
-- params: office_id integer, what text, agent text, station text, at timestamptz
insert into outage (office_id, what, agent, station, started_at) values ($1, $2, $3, $4, $5) returning id;

-- name: day_outage_end
-- params: outage_id bigint, agent text, station text, at timestamptz
insert into outage_end (outage_id, agent, station, at) values ($1, $2, $3, $4);

-- name: day_in_hand
-- params: office_id integer
select o.code from orders o where o.office_id = $1 and o.attendance_state = 'called' order by o.id;

-- name: day_booked_until
-- params: office_id integer, from timestamptz, to timestamptz
-- Who is still expected: told of an outage.
select a.order_id from appointment a
 where a.office_id = $1 and a.state = 'booked' and a.starts >= $2 and a.starts < $3 order by a.starts;

-- name: day_print_add
-- params: order_id bigint, what text, agent text, station text, at timestamptz
insert into print_copy (order_id, what, copy, agent, station, at)
select $1, $2, coalesce(max(c.copy), 0) + 1, $3, $4, $5 from print_copy c where c.order_id = $1 and c.what = $2
returning copy;

-- name: day_paid
-- params: order_id bigint
select method, amount_cents, at, reference from payment where order_id = $1 order by id desc limit 1;
