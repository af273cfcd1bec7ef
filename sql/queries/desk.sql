-- SPDX-License-Identifier: GPL-3.0-or-later
-- The visit: tickets, the queue, calls, and the acts with what they changed.

-- name: desk_next_ticket
-- params: office_id integer, day date, letter text
-- The row lock makes numbers follow each other without gaps or twins: a rollback takes the number back too.
insert into ticket_counter (office_id, day, letter, last) values ($1, $2, $3, 1)
on conflict (office_id, day, letter) do update set last = ticket_counter.last + 1
returning last;

-- name: desk_add_visit
-- params: order_id bigint, office_id integer, day date, letter text, number integer, priority text, walk_in boolean, at timestamptz
insert into visit (order_id, office_id, day, ticket_letter, ticket_number, priority, walk_in, checked_in_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
returning id;

-- name: desk_visit
-- params: order_id bigint
select id, ticket_letter::text as letter, ticket_number as number, priority, walk_in, checked_in_at, called_at, calls,
       agent, station, finished_at, reason
  from visit
 where order_id = $1
 order by id desc
 limit 1;

-- name: desk_set_visit
-- params: id bigint, called_at timestamptz, calls integer, agent text, station text, finished_at timestamptz, reason text
update visit set called_at = $2, calls = $3, agent = $4, station = $5, finished_at = $6, reason = $7 where id = $1;

-- name: desk_next_waiting
-- params: office_id integer, day date
-- Legal priority first, then who comes back with a correction, then who had an hour, by that hour, then arrivals. Two agents never get the same visit.
select v.id, o.code
  from visit v
  join orders o on o.id = v.order_id and o.attendance_state = 'waiting'
  left join appointment a on a.order_id = o.id and a.state = 'kept'
 where v.office_id = $1 and v.day = $2 and v.finished_at is null
   and v.id = (select max(w.id) from visit w where w.order_id = v.order_id)
 order by case when v.priority = '80+' then 0 when v.priority not in ('', 'return') then 1
               when v.priority = 'return' then 2 else 3 end,
          v.walk_in, coalesce(a.starts, v.checked_in_at), v.id
   for update of v, o skip locked
 limit 1;

-- name: desk_add_act
-- params: order_id bigint, act text, agent text, station text, at timestamptz, before jsonb, undoes bigint
insert into counter_act (order_id, act, agent, station, at, before, undoes) values ($1, $2, $3, $4, $5, $6, $7)
returning id;

-- name: desk_last_act
-- params: order_id bigint
-- The last act that is neither an undoing nor undone.
select a.id, a.act, a.before
  from counter_act a
 where a.order_id = $1 and a.undoes is null
   and not exists (select from counter_act u where u.undoes = a.id)
 order by a.id desc
 limit 1;

-- name: desk_queue
-- params: office_id integer, day date, zone text
-- Everybody of the day: visits, and appointments whose holder has not come yet.
select o.code, p.name, o.product_id as product, coalesce(a.mode, 'in_person') as mode,
       coalesce(v.ticket_letter::text || lpad(v.ticket_number::text, 3, '0'), '') as ticket,
       coalesce(v.priority, a.priority, '') as priority, coalesce(v.walk_in, false) as walk_in,
       coalesce(a.starts, v.checked_in_at) as start, v.checked_in_at, v.called_at, v.finished_at,
       coalesce(v.agent, '') as agent, o.appointment_state, o.attendance_state, o.identification_state,
       o.issuance_state, o.email_confirmed_at is not null as email_confirmed
  from orders o
  join person p on p.order_id = o.id and p.role in ('holder', 'responsible')
  left join lateral (select * from visit w where w.order_id = o.id and w.office_id = $1 and w.day = $2
                      order by w.id desc limit 1) v on true
  left join appointment a on a.order_id = o.id and a.state in ('booked', 'kept')
       and (a.starts at time zone $3)::date = $2
 where (v.id is not null or a.state = 'booked') and o.office_id = $1
 order by (o.attendance_state = 'called') desc, (o.attendance_state = 'waiting') desc,
          case when coalesce(v.priority, a.priority, '') = '80+' then 0
               when coalesce(v.priority, a.priority, '') not in ('', 'return') then 1
               when coalesce(v.priority, a.priority, '') = 'return' then 2 else 3 end,
          coalesce(v.walk_in, false), coalesce(a.starts, v.checked_in_at), o.id;

-- name: desk_inbox
-- params: office_id integer
-- Cases that wait for a second agent, the oldest first.
select o.code, p.name, o.product_id as product, s.signer as validated_by, s.at as validated_at
  from orders o
  join person p on p.order_id = o.id and p.role in ('holder', 'responsible')
  join statement s on s.order_id = o.id and s.attempt = o.attempt and s.typ = 'guiche-validation-v1'
 where o.office_id = $1 and o.identification_state = 'validated'
 order by s.at;
