-- SPDX-License-Identifier: GPL-3.0-or-later
-- The visit: tickets, the queue, calls, and the acts with what they changed.

-- name: desk_classes
-- params: day date
select class, ahead_minutes, text, label, law, declared
  from priority_class
 where valid_from <= $1 and (valid_to is null or valid_to >= $1)
   and valid_from = (select max(p.valid_from) from priority_class p
                      where p.class = priority_class.class and p.valid_from <= $1)
 order by position;

-- name: desk_next_ticket
-- params: office_id integer, day date, letter text
-- The row lock makes numbers follow each other without gaps or twins: a rollback takes the number back too.
insert into ticket_counter (office_id, day, letter, last) values ($1, $2, $3, 1)
on conflict (office_id, day, letter) do update set last = ticket_counter.last + 1
returning last;

-- name: desk_add_visit
-- params: order_id bigint, office_id integer, day date, letter text, number integer, priority text, walk_in boolean, at timestamptz, due_at timestamptz, by_hour boolean
insert into visit (order_id, office_id, day, ticket_letter, ticket_number, priority, walk_in, checked_in_at, due_at, by_hour)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
returning id;

-- name: desk_visit
-- params: order_id bigint
select id, ticket_letter::text as letter, ticket_number as number, state, priority, walk_in, by_hour, due_at, checked_in_at,
       called_at, first_called_at, calls, agent, station, desk, finished_at, reason, parked_reason, parked_until,
       reserved_for, reserved_desk, reserved_until
  from visit
 where order_id = $1
 order by id desc
 limit 1;

-- name: desk_set_visit
-- params: id bigint, state text, priority text, called_at timestamptz, first_called_at timestamptz, calls integer, agent text, station text, desk text, finished_at timestamptz, reason text, parked_reason text, parked_until timestamptz, reserved_for text, reserved_until timestamptz, reserved_desk text
update visit set state = $2, priority = $3, called_at = $4, first_called_at = $5, calls = $6, agent = $7, station = $8,
       desk = $9, finished_at = $10, reason = $11, parked_reason = $12, parked_until = $13, reserved_for = $14,
       reserved_until = $15, reserved_desk = $16
 where id = $1;

-- name: desk_waiting
-- params: office_id integer, day date, agent text, now timestamptz, desk text
-- Whom this agent may call at this desk. The order is the program's (desk_order.h).
select v.id, o.code, v.ticket_letter::text as letter, v.ticket_number as number, v.priority, v.by_hour, v.due_at
  from visit v
  join orders o on o.id = v.order_id
 where v.office_id = $1 and v.day = $2 and v.state = 'waiting'
   and ((v.reserved_for in ('', $3) and v.reserved_desk in ('', $5)) or v.reserved_until <= $4);

-- name: desk_claim
-- params: ids bigint[]
-- The first of them that no other agent is just calling, held. Two agents never get the same one.
select v.id, o.code
  from unnest($1) with ordinality as wanted (id, place)
  join visit v on v.id = wanted.id
  join orders o on o.id = v.order_id
 where v.state = 'waiting' and o.attendance_state = 'waiting'
 order by wanted.place
   for update of v, o skip locked
 limit 1;

-- name: desk_in_hand
-- params: office_id integer, agent text
select o.code from visit v join orders o on o.id = v.order_id
 where v.office_id = $1 and v.agent = $2 and v.state = 'called';

-- name: desk_of_agent
-- params: office_id integer, day date, agent text
-- Where the agent sat at his last call of the day.
select c.desk
  from visit_call c join counter_act a on a.id = c.act_id
 where c.office_id = $1 and c.day = $2 and a.agent = $3 and c.desk <> ''
 order by c.id desc
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

-- name: desk_add_call
-- params: visit_id bigint, act_id bigint, ticket text, desk text, at timestamptz
insert into visit_call (visit_id, act_id, office_id, day, ticket, desk, at)
select id, $2, office_id, day, $3, $4, $5 from visit where id = $1;

-- name: desk_calls
-- params: visit_id bigint, newest integer
-- The last calls of a visit that stand, in their order.
select at from (
  select c.id, c.at from visit_call c
   where c.visit_id = $1 and not exists (select from counter_act u where u.undoes = c.act_id)
   order by c.id desc
   limit $2) newest
 order by id;

-- name: desk_panel
-- params: office_id integer, day date, size integer
-- The newest first. A call that was undone, or whose ticket went back to the queue, leaves the panel.
select c.id, c.ticket, c.desk, c.at
  from visit_call c
  join visit v on v.id = c.visit_id
 where c.office_id = $1 and c.day = $2 and v.state in ('called', 'parked', 'finished')
   and not exists (select from counter_act u where u.undoes = c.act_id)
   and c.id = (select max(d.id) from visit_call d
                where d.visit_id = c.visit_id and not exists (select from counter_act u where u.undoes = d.act_id))
 order by c.id desc
 limit $3;

-- name: desk_set_appointment_priority
-- params: order_id bigint, priority text, now timestamptz
update appointment set priority = $2, updated_at = $3 where order_id = $1 and state in ('booked', 'kept');

-- name: desk_needs
-- params: order_id bigint
select need from access_need where order_id = $1 order by need;

-- name: desk_clear_needs
-- params: order_id bigint
delete from access_need where order_id = $1;

-- name: desk_add_needs
-- params: order_id bigint, needs text[]
insert into access_need (order_id, need) select $1, need from unnest($2) as wanted (need) on conflict do nothing;

-- name: desk_expected
-- params: office_id integer, day date, zone text, cpf text, name text
-- Who has an hour today and has not come, by CPF ('' for any) or by a part of the name.
select o.code, p.name, o.product_id as product, a.starts
  from appointment a
  join orders o on o.id = a.order_id
  join person p on p.order_id = o.id
 where a.office_id = $1 and a.state = 'booked' and (a.starts at time zone $3)::date = $2
   and case when $4 <> '' then p.cpf = $4
            else position($5 in p.name) > 0 or position($5 in p.social_name) > 0 end
 order by a.starts, o.code
 limit 10;

-- name: desk_open_of_cpf
-- params: office_id integer, cpf text
-- Who came without an hour: his open orders that are not being served already.
select o.code, p.name, o.product_id as product, null::timestamptz as starts
  from person p
  join orders o on o.id = p.order_id
 where o.office_id = $1 and p.cpf = $2 and o.closed_at is null and o.attendance_state in ('none', 'finished', 'no_show')
 order by o.created_at, o.code
 limit 10;

-- name: desk_queue
-- params: office_id integer, day date, zone text
-- Everybody of the day: visits, and appointments whose holder has not come yet.
select o.code, p.name, p.social_name, o.product_id as product, coalesce(a.mode, 'in_person') as mode,
       coalesce(v.ticket_letter::text || lpad(v.ticket_number::text, 3, '0'), '') as ticket,
       coalesce(v.priority, a.priority, '') as priority, coalesce(v.walk_in, false) as walk_in,
       coalesce(a.starts, v.checked_in_at) as start, v.id as visit_id, v.checked_in_at, v.called_at, v.finished_at,
       v.due_at, coalesce(v.by_hour, false) as by_hour, coalesce(v.calls, 0) as calls, coalesce(v.agent, '') as agent,
       coalesce(v.desk, '') as desk, coalesce(v.reason, '') as reason, coalesce(v.parked_reason, '') as parked_reason,
       v.parked_until, coalesce(v.reserved_for, '') as reserved_for, coalesce(v.reserved_desk, '') as reserved_desk,
       o.appointment_state, o.attendance_state,
       o.identification_state, o.issuance_state, o.email_confirmed_at is not null as email_confirmed,
       array(select n.need from access_need n where n.order_id = o.id order by n.need) as needs
  from orders o
  join person p on p.order_id = o.id and p.role in ('holder', 'responsible')
  left join lateral (select * from visit w where w.order_id = o.id and w.office_id = $1 and w.day = $2 and w.state <> 'undone'
                      order by w.id desc limit 1) v on true
  left join appointment a on a.order_id = o.id and a.state in ('booked', 'kept')
       and (a.starts at time zone $3)::date = $2
 where (v.id is not null or a.state = 'booked') and o.office_id = $1
 order by coalesce(a.starts, v.checked_in_at), o.id;

-- Parkings that are over and of which nobody was told.
-- name: desk_parkings_over
-- params: now timestamptz
select v.id, v.order_id, o.code, o.ref, v.parked_until
  from visit v join orders o on o.id = v.order_id
 where v.state = 'parked' and v.parked_until <= $1 and v.parked_told is distinct from v.parked_until
 order by v.parked_until
 limit 100;

-- name: desk_parking_told
-- params: visit_id bigint, parked_until timestamptz
update visit set parked_told = $2
 where id = $1 and state = 'parked' and parked_until = $2 and parked_told is distinct from $2;

-- name: desk_agents_busy
-- params: office_id integer
-- Who has whom before him.
select v.agent, v.desk, v.ticket_letter::text || lpad(v.ticket_number::text, 3, '0') as ticket, o.code
  from visit v join orders o on o.id = v.order_id
 where v.office_id = $1 and v.state = 'called';

-- name: desk_inbox
-- params: office_id integer
-- Cases that wait for an agent without anybody at the counter, the oldest first: validated ones for the second agent, and
-- renewals that their holders signed for the one that confers.
with waiting as (
  select s.order_id, 'second_agent' as kind, s.signer as validated_by, s.at as since
    from statement s join orders o on o.id = s.order_id and o.attempt = s.attempt
   where s.typ = 'guiche-validation-v1' and o.office_id = $1 and o.identification_state = 'validated'
  union all
  select r.order_id, 'renewal', '', r.signed_at
    from renewal r join orders o on o.id = r.order_id join orders f on f.id = r.old_order_id
   where r.cms is not null and o.office_id = $1 and o.identification_state in ('open', 'returned') and o.closed_at is null
     and f.issuance_state not in ('revocation_requested', 'revoked')
)
select o.code, p.name, p.social_name, o.product_id as product, w.kind, w.validated_by, w.since
  from waiting w
  join orders o on o.id = w.order_id
  join person p on p.order_id = o.id and p.role in ('holder', 'responsible') and p.removed_at is null
 order by w.since, o.id;
