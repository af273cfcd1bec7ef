-- SPDX-License-Identifier: GPL-3.0-or-later
-- The appointment outside the house: links in mails, answers of calendars, reminders, feeds.

-- Nothing for an appointment that has begun.
-- name: calendar_link_insert
-- params: token_hash bytea, uid text, now timestamptz, sequence integer, email text
-- None for an address that is the order's no more, while its mail waited.
with due as (
  select a.id, a.starts
    from appointment a
    join person p on p.order_id = a.order_id and p.role in ('holder', 'responsible') and p.email = $5
   where a.uid = $2 and a.starts > $3
), made as (
  insert into appointment_link (token_hash, appointment_id, created_at, expires_at, sequence)
  select $1, id, $3, starts, $4 from due
  on conflict (token_hash) do nothing
)
select id as appointment_id from due;

-- name: calendar_link_find
-- params: token_hash bytea, now timestamptz
select l.appointment_id, l.sequence, o.code
  from appointment_link l
  join appointment a on a.id = l.appointment_id
  join orders o on o.id = a.order_id
 where l.token_hash = $1 and l.expires_at > $2;

-- name: calendar_link_sweep
-- params: now timestamptz
delete from appointment_link where expires_at <= $1;

-- name: calendar_answer_last
-- params: appointment_id bigint, sequence integer
select answer, stamped_at from appointment_answer
 where appointment_id = $1 and sequence = $2
 order by id desc
 limit 1;

-- name: calendar_answer_insert
-- params: appointment_id bigint, sequence integer, answer text, channel text, stamped timestamptz, at timestamptz
insert into appointment_answer (appointment_id, sequence, answer, channel, stamped_at, at)
values ($1, $2, $3, $4, $5, $6)
on conflict on constraint appointment_answer_once do nothing;

-- name: calendar_reminders_ahead
-- params: now timestamptz, until timestamptz
select a.id, a.order_id, a.starts, a.set_at,
       exists (select from appointment_reminder r
                where r.appointment_id = a.id and r.starts = a.starts and r.kind = 'first') as first_made,
       exists (select from appointment_reminder r
                where r.appointment_id = a.id and r.starts = a.starts and r.kind = 'second') as second_made
  from appointment a
 where a.state = 'booked' and a.starts > $1 and a.starts <= $2
 order by a.starts, a.id;

-- name: calendar_reminder_insert
-- params: appointment_id bigint, starts timestamptz, kind text, at timestamptz
insert into appointment_reminder (appointment_id, starts, kind, at) values ($1, $2, $3, $4)
on conflict do nothing;

-- name: calendar_order_by_uid
-- params: uid text
select order_id from appointment where uid = $1;

-- name: calendar_feed_show
-- params: office_id integer, owner text
select generation, made_at from calendar_feed where office_id = $1 and owner = $2;

-- Two rotations at once wait for each other.
-- name: calendar_feed_next
-- params: office_id integer, owner text
select coalesce((select generation from calendar_feed where office_id = $1 and owner = $2 for update), 0) + 1 as generation;

-- name: calendar_feed_rotate
-- params: office_id integer, owner text, name text, generation integer, token_hash bytea, at timestamptz
insert into calendar_feed (office_id, owner, name, generation, token_hash, made_at) values ($1, $2, $3, $4, $5, $6)
on conflict (office_id, owner) do update
   set name = excluded.name, generation = excluded.generation, token_hash = excluded.token_hash, made_at = excluded.made_at;

-- name: calendar_feed_find
-- params: token_hash bytea
select office_id, owner, name from calendar_feed where token_hash = $1;

-- The office's, or one agent's: whoever comes may be called by any agent, and who was called is his who called.
-- name: calendar_feed_events
-- params: office_id integer, since timestamptz, agent text, now timestamptz
select a.id, a.starts, a.ends, a.mode, a.sequence, a.updated_at
  from appointment a
  join office f on f.id = a.office_id
 where a.office_id = $1 and a.starts >= $2 and a.state in ('booked', 'kept')
   and ($3 = ''
        or (case when exists (select from visit v where v.order_id = a.order_id and v.agent <> ''
                                 and v.day = (a.starts at time zone f.zone)::date)
              then exists (select from visit v where v.order_id = a.order_id and v.agent = $3
                              and v.day = (a.starts at time zone f.zone)::date)
              else a.starts > $4 end))
 order by a.starts, a.id;
