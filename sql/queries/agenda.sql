-- SPDX-License-Identifier: GPL-3.0-or-later
-- Seats over the horizon and who has them.

-- name: agenda_durations
select product_id, mode, persons, minutes, preparation_minutes, skill_mask(skills) as skills,
       valid_from::text as valid_from, coalesce(valid_to::text, '') as valid_to
  from session_duration;

-- name: agenda_seats
-- params: office_id integer, first date, last date
-- Whole days of the office's zone.
select s.id, s.lane, s.visibility, s.starts, s.ends, s.state, s.held_until, s.public_from, s.version, s.skills,
       (s.starts at time zone f.zone)::date::text as day,
       extract(epoch from (s.starts at time zone f.zone) - (s.starts at time zone 'UTC'))::integer as offset_s
  from seat s join office f on f.id = s.office_id
 where s.office_id = $1 and s.starts >= $2::timestamp at time zone f.zone
   and s.starts < ($3 + 1)::timestamp at time zone f.zone
 order by s.starts, s.lane;

-- The order of locks, everywhere: first the orders, by code; then seats. Whoever holds a seat's row waits for no other:
-- a first pass steps over what is locked, a second one waits holding none, and two seats are locked together in the
-- order of start and lane (agenda_pair_lock). So nobody waits in a ring.

-- First pass: whoever finds a row locked steps to the next one. What the order holds itself comes first; then an
-- internal lane first for the office, so that public ones stay for the public. Other holds of the order are let go.
-- name: agenda_take
-- params: office_id integer, start timestamptz, now timestamptz, internal_too boolean, order_id bigint, mode text, priority text, uid text, skills integer
with chosen as (
  select s.id, s.state = 'held' and s.order_id = $5 as own from seat s
   where s.office_id = $1 and s.starts = $2 and seat_is_open(s, $3, $4, $5, $9)
   order by own desc, (s.visibility = 'public') = $4, s.lane
   limit 1
     for update of s skip locked
), taken as (
  update seat s set state = 'booked', order_id = $5, held_until = null, public_from = null
    from chosen where s.id = chosen.id
  returning s.id, s.office_id, s.starts, s.ends, s.version
), released as (
  update seat s set state = 'free', order_id = null, held_until = null
    from (select h.id from seat h, chosen
           where h.order_id = $5 and h.state = 'held' and h.id <> chosen.id and not seat_is_offered(h)
             for update of h skip locked) other
   where s.id = other.id
  returning s.id, s.starts, s.version, s.public_from
), made as (
  insert into appointment (order_id, seat_id, office_id, starts, ends, mode, priority, uid, created_at, updated_at)
  select $5, id, office_id, starts, ends, $6, $7, $8, $3, $3 from taken
  returning id
)
select taken.id as seat_id, taken.ends, taken.version, made.id as appointment_id,
       released.id as released_id, released.starts as released_starts,
       released.version as released_version, released.public_from as released_public_from
  from taken cross join made left join released on true;

-- Second pass: waits for whoever holds the last rows, in case they give them back.
-- name: agenda_take_waiting
-- params: office_id integer, start timestamptz, now timestamptz, internal_too boolean, order_id bigint, mode text, priority text, uid text, skills integer
with chosen as (
  select s.id, s.state = 'held' and s.order_id = $5 as own from seat s
   where s.office_id = $1 and s.starts = $2 and seat_is_open(s, $3, $4, $5, $9)
   order by own desc, (s.visibility = 'public') = $4, s.lane
   limit 1
     for update of s
), taken as (
  update seat s set state = 'booked', order_id = $5, held_until = null, public_from = null
    from chosen where s.id = chosen.id
  returning s.id, s.office_id, s.starts, s.ends, s.version
), released as (
  update seat s set state = 'free', order_id = null, held_until = null
    from (select h.id from seat h, chosen
           where h.order_id = $5 and h.state = 'held' and h.id <> chosen.id and not seat_is_offered(h)
             for update of h skip locked) other
   where s.id = other.id
  returning s.id, s.starts, s.version, s.public_from
), made as (
  insert into appointment (order_id, seat_id, office_id, starts, ends, mode, priority, uid, created_at, updated_at)
  select $5, id, office_id, starts, ends, $6, $7, $8, $3, $3 from taken
  returning id
)
select taken.id as seat_id, taken.ends, taken.version, made.id as appointment_id,
       released.id as released_id, released.starts as released_starts,
       released.version as released_version, released.public_from as released_public_from
  from taken cross join made left join released on true;

-- name: agenda_wait_briefly
-- params: milliseconds text
select set_config('lock_timeout', $1, true);

-- name: agenda_move
-- params: office_id integer, start timestamptz, now timestamptz, internal_too boolean, order_id bigint, appointment_id bigint, mode text, priority text, skills integer
with chosen as (
  select s.id, s.state = 'held' and s.order_id = $5 as own from seat s
   where s.office_id = $1 and s.starts = $2 and seat_is_open(s, $3, $4, $5, $9)
   order by own desc, (s.visibility = 'public') = $4, s.lane
   limit 1
     for update of s skip locked
), taken as (
  update seat s set state = 'booked', order_id = $5, held_until = null, public_from = null
    from chosen where s.id = chosen.id
  returning s.id, s.starts, s.ends, s.version
), released as (
  update seat s set state = 'free', order_id = null, held_until = null
    from (select h.id from seat h, chosen
           where h.order_id = $5 and h.state = 'held' and h.id <> chosen.id and not seat_is_offered(h)
             for update of h skip locked) other
   where s.id = other.id
  returning s.id, s.starts, s.version, s.public_from
), moved as (
  update appointment a
     set seat_id = taken.id, starts = taken.starts, ends = taken.ends, mode = $7, priority = $8,
         updated_at = $3
    from taken
   where a.id = $6
  returning a.seat_id, a.ends, a.sequence
)
select moved.seat_id, moved.ends, taken.version, moved.sequence,
       released.id as released_id, released.starts as released_starts,
       released.version as released_version, released.public_from as released_public_from
  from moved cross join taken left join released on true;

-- name: agenda_move_waiting
-- params: office_id integer, start timestamptz, now timestamptz, internal_too boolean, order_id bigint, appointment_id bigint, mode text, priority text, skills integer
with chosen as (
  select s.id, s.state = 'held' and s.order_id = $5 as own from seat s
   where s.office_id = $1 and s.starts = $2 and seat_is_open(s, $3, $4, $5, $9)
   order by own desc, (s.visibility = 'public') = $4, s.lane
   limit 1
     for update of s
), taken as (
  update seat s set state = 'booked', order_id = $5, held_until = null, public_from = null
    from chosen where s.id = chosen.id
  returning s.id, s.starts, s.ends, s.version
), released as (
  update seat s set state = 'free', order_id = null, held_until = null
    from (select h.id from seat h, chosen
           where h.order_id = $5 and h.state = 'held' and h.id <> chosen.id and not seat_is_offered(h)
             for update of h skip locked) other
   where s.id = other.id
  returning s.id, s.starts, s.version, s.public_from
), moved as (
  update appointment a
     set seat_id = taken.id, starts = taken.starts, ends = taken.ends, mode = $7, priority = $8,
         updated_at = $3
    from taken
   where a.id = $6
  returning a.seat_id, a.ends, a.sequence
)
select moved.seat_id, moved.ends, taken.version, moved.sequence,
       released.id as released_id, released.starts as released_starts,
       released.version as released_version, released.public_from as released_public_from
  from moved cross join taken left join released on true;

-- A hold taken again keeps its end: nobody holds a seat for ever by clicking.
-- name: agenda_hold
-- params: office_id integer, start timestamptz, now timestamptz, internal_too boolean, order_id bigint, until timestamptz, skills integer
with chosen as (
  select s.id, s.state = 'held' and s.order_id = $5 as own from seat s
   where s.office_id = $1 and s.starts = $2 and seat_is_open(s, $3, $4, $5, $7)
   order by own desc, (s.visibility = 'public') = $4, s.lane
   limit 1
     for update of s skip locked
), taken as (
  update seat s
     set state = 'held', order_id = $5,
         held_until = case when chosen.own and s.held_until > $3 then s.held_until else $6 end,
         public_from = case when chosen.own then s.public_from end
    from chosen where s.id = chosen.id
  returning s.id, s.starts, s.ends, s.held_until, s.public_from, s.version
), released as (
  update seat s set state = 'free', order_id = null, held_until = null
    from (select h.id from seat h, chosen
           where h.order_id = $5 and h.state = 'held' and h.id <> chosen.id and not seat_is_offered(h)
             for update of h skip locked) other
   where s.id = other.id
  returning s.id, s.starts, s.version, s.public_from
)
select taken.id as seat_id, taken.ends, taken.held_until, taken.public_from, taken.version,
       released.id as released_id, released.starts as released_starts,
       released.version as released_version, released.public_from as released_public_from
  from taken left join released on true;

-- name: agenda_hold_waiting
-- params: office_id integer, start timestamptz, now timestamptz, internal_too boolean, order_id bigint, until timestamptz, skills integer
with chosen as (
  select s.id, s.state = 'held' and s.order_id = $5 as own from seat s
   where s.office_id = $1 and s.starts = $2 and seat_is_open(s, $3, $4, $5, $7)
   order by own desc, (s.visibility = 'public') = $4, s.lane
   limit 1
     for update of s
), taken as (
  update seat s
     set state = 'held', order_id = $5,
         held_until = case when chosen.own and s.held_until > $3 then s.held_until else $6 end,
         public_from = case when chosen.own then s.public_from end
    from chosen where s.id = chosen.id
  returning s.id, s.starts, s.ends, s.held_until, s.public_from, s.version
), released as (
  update seat s set state = 'free', order_id = null, held_until = null
    from (select h.id from seat h, chosen
           where h.order_id = $5 and h.state = 'held' and h.id <> chosen.id and not seat_is_offered(h)
             for update of h skip locked) other
   where s.id = other.id
  returning s.id, s.starts, s.version, s.public_from
)
select taken.id as seat_id, taken.ends, taken.held_until, taken.public_from, taken.version,
       released.id as released_id, released.starts as released_starts,
       released.version as released_version, released.public_from as released_public_from
  from taken left join released on true;

-- All that could serve one visit of two, both halves, locked in the order of start and lane: the one place where a
-- seat is waited for while another is held.
-- name: agenda_pair_lock
-- params: office_id integer, start timestamptz, later timestamptz, now timestamptz, internal_too boolean, first_order bigint, second_order bigint, first_skills integer, second_skills integer
select s.id, s.lane, s.starts = $3 as later, s.visibility = 'public' as is_public,
       s.state = 'held' and s.order_id = case when s.starts = $3 then $7 else $6 end as own
  from seat s
 where s.office_id = $1 and s.starts in ($2, $3)
   and seat_is_open(s, $4, $5, case when s.starts = $3 then $7 else $6 end, case when s.starts = $3 then $9 else $8 end)
 order by s.starts, s.lane
   for update;

-- A seat whose row is locked and was found open.
-- name: agenda_take_locked
-- params: seat_id bigint, now timestamptz, order_id bigint, mode text, priority text, uid text
with taken as (
  update seat s set state = 'booked', order_id = $3, held_until = null, public_from = null
   where s.id = $1
  returning s.id, s.office_id, s.starts, s.ends, s.version
), released as (
  update seat s set state = 'free', order_id = null, held_until = null
    from (select h.id from seat h
           where h.order_id = $3 and h.state = 'held' and h.id <> $1 and not seat_is_offered(h)
             for update of h skip locked) other
   where s.id = other.id
  returning s.id, s.starts, s.version, s.public_from
), made as (
  insert into appointment (order_id, seat_id, office_id, starts, ends, mode, priority, uid, created_at, updated_at)
  select $3, id, office_id, starts, ends, $4, $5, $6, $2, $2 from taken
  returning id
)
select taken.id as seat_id, taken.ends, taken.version, made.id as appointment_id,
       released.id as released_id, released.starts as released_starts,
       released.version as released_version, released.public_from as released_public_from
  from taken cross join made left join released on true;

-- name: agenda_hold_locked
-- params: seat_id bigint, now timestamptz, order_id bigint, until timestamptz
with taken as (
  update seat s
     set held_until = case when s.state = 'held' and s.order_id = $3 and s.held_until > $2 then s.held_until else $4 end,
         public_from = case when s.state = 'held' and s.order_id = $3 then s.public_from end,
         state = 'held', order_id = $3
   where s.id = $1
  returning s.id, s.starts, s.ends, s.held_until, s.public_from, s.version
), released as (
  update seat s set state = 'free', order_id = null, held_until = null
    from (select h.id from seat h
           where h.order_id = $3 and h.state = 'held' and h.id <> $1 and not seat_is_offered(h)
             for update of h skip locked) other
   where s.id = other.id
  returning s.id, s.starts, s.version, s.public_from
)
select taken.id as seat_id, taken.ends, taken.held_until, taken.public_from, taken.version,
       released.id as released_id, released.starts as released_starts,
       released.version as released_version, released.public_from as released_public_from
  from taken left join released on true;

-- Work that was shown counts once; what could no longer be shown goes with the next one.
-- name: work_spend
-- params: challenge_hash bytea, expires_at timestamptz, now timestamptz
with old as (delete from work_spent where expires_at < $3)
insert into work_spent (challenge_hash, expires_at) values ($1, $2) on conflict do nothing;

-- name: agenda_own_hold
-- params: order_id bigint, now timestamptz
select s.id, s.starts, s.ends, s.held_until, s.version,
       extract(epoch from (s.starts at time zone f.zone) - (s.starts at time zone 'UTC'))::integer as offset_s
  from seat s join office f on f.id = s.office_id
 where s.order_id = $1 and s.state = 'held' and s.held_until > $2
 order by s.held_until desc
 limit 1;

-- name: agenda_let_go
-- params: order_id bigint
update seat s set state = 'free', order_id = null, held_until = null
  from (select h.id from seat h
         where h.order_id = $1 and h.state = 'held' and not seat_is_offered(h) for update skip locked) own
 where s.id = own.id
returning s.id as released_id, s.starts as released_starts, s.version as released_version,
          s.public_from as released_public_from;

-- The office may give it away at once, the public from the given instant on.
-- name: agenda_seat_free
-- params: seat_id bigint, order_id bigint, public_from timestamptz
update seat set state = 'free', order_id = null, held_until = null, public_from = $3
 where id = $1 and order_id = $2 and state = 'booked'
returning version;

-- name: agenda_cancel
-- params: appointment_id bigint, now timestamptz
update appointment set state = 'cancelled', seat_id = null, updated_at = $2
 where id = $1 and state in ('booked', 'kept')
returning sequence;

-- name: agenda_keep
-- params: appointment_id bigint, now timestamptz
update appointment set state = 'kept', updated_at = $2 where id = $1 and state = 'booked';

-- name: agenda_unkeep
-- params: appointment_id bigint, now timestamptz
update appointment set state = 'booked', updated_at = $2 where id = $1 and state = 'kept';

-- name: agenda_miss
-- params: appointment_id bigint, now timestamptz
update appointment set state = 'missed', seat_id = null, updated_at = $2
 where id = $1 and state in ('booked', 'kept');

-- Undo of a no-show: only a seat at the very same start will do.
-- name: agenda_restore
-- params: appointment_id bigint, order_id bigint, now timestamptz
with chosen as (
  select s.id from appointment a
    join seat s on s.office_id = a.office_id and s.starts = a.starts
   where a.id = $1 and a.state = 'missed' and seat_is_open(s, $3, true, $2, 0)
   order by s.visibility = 'public', s.lane
   limit 1
     for update of s skip locked
), taken as (
  update seat s set state = 'booked', order_id = $2, held_until = null, public_from = null
    from chosen where s.id = chosen.id
  returning s.id, s.version
)
update appointment a set state = 'booked', seat_id = taken.id, updated_at = $3
  from taken
 where a.id = $1
returning a.seat_id, taken.version;

-- Where a video session is joined.
-- name: agenda_conference
-- params: uid text
select join_url from appointment where uid = $1;
