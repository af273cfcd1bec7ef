-- SPDX-License-Identifier: GPL-3.0-or-later
-- Seats over the horizon and who has them.

-- name: agenda_durations
select product_id, mode, persons, minutes, preparation_minutes, skill_mask(skills) as skills,
       valid_from::text as valid_from, coalesce(valid_to::text, '') as valid_to
  from session_duration;

-- name: agenda_seats
-- params: office_id integer, first date, last date
-- Whole days of the office's zone.
select s.id, s.lane, coalesce(s.unclaimed_was, s.visibility) as visibility, s.unclaimed_was is not null as unclaimed,
       s.starts, s.ends, s.state, s.held_until, s.public_from, s.version, s.skills,
       (s.starts at time zone f.zone)::date::text as day,
       extract(epoch from (s.starts at time zone f.zone) - (s.starts at time zone 'UTC'))::integer as offset_s
  from seat s join office f on f.id = s.office_id
 where s.office_id = $1 and s.starts >= $2::timestamp at time zone f.zone
   and s.starts < ($3 + 1)::timestamp at time zone f.zone
 order by s.starts, s.lane;

-- The order of locks, everywhere: first the orders, by code; then seats. Whoever holds a seat's row waits for no other:
-- a first pass steps over what is locked, a second one waits holding none, and seats that are needed together are locked
-- in the order of start and lane (agenda_lock_runs). So nobody waits in a ring.

-- First pass: whoever finds a row locked steps to the next one. What the order holds itself comes first; then an
-- internal lane first for the office, so that public ones stay for the public. Other holds of the order are let go.
-- name: agenda_take
-- params: office_id integer, start timestamptz, now timestamptz, internal_too boolean, order_id bigint, mode text, priority text, uid text, skills integer, until timestamptz
with chosen as (
  select s.id, s.state = 'held' and s.order_id = $5 as own from seat s
   where s.office_id = $1 and s.starts = $2 and seat_is_open(s, $3, $4, $5, $9) and s.ends >= $10
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
-- params: office_id integer, start timestamptz, now timestamptz, internal_too boolean, order_id bigint, mode text, priority text, uid text, skills integer, until timestamptz
with chosen as (
  select s.id, s.state = 'held' and s.order_id = $5 as own from seat s
   where s.office_id = $1 and s.starts = $2 and seat_is_open(s, $3, $4, $5, $9) and s.ends >= $10
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
-- params: office_id integer, start timestamptz, now timestamptz, internal_too boolean, order_id bigint, appointment_id bigint, mode text, priority text, skills integer, until timestamptz
with chosen as (
  select s.id, s.state = 'held' and s.order_id = $5 as own from seat s
   where s.office_id = $1 and s.starts = $2 and seat_is_open(s, $3, $4, $5, $9) and s.ends >= $10
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
     set seat_id = taken.id, starts = taken.starts, seats_from = taken.starts, ends = taken.ends, mode = $7,
         priority = $8, visit = null, updated_at = $3
    from taken
   where a.id = $6
  returning a.seat_id, a.ends, a.sequence
)
select moved.seat_id, moved.ends, taken.version, moved.sequence,
       released.id as released_id, released.starts as released_starts,
       released.version as released_version, released.public_from as released_public_from
  from moved cross join taken left join released on true;

-- name: agenda_move_waiting
-- params: office_id integer, start timestamptz, now timestamptz, internal_too boolean, order_id bigint, appointment_id bigint, mode text, priority text, skills integer, until timestamptz
with chosen as (
  select s.id, s.state = 'held' and s.order_id = $5 as own from seat s
   where s.office_id = $1 and s.starts = $2 and seat_is_open(s, $3, $4, $5, $9) and s.ends >= $10
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
     set seat_id = taken.id, starts = taken.starts, seats_from = taken.starts, ends = taken.ends, mode = $7,
         priority = $8, visit = null, updated_at = $3
    from taken
   where a.id = $6
  returning a.seat_id, a.ends, a.sequence
)
select moved.seat_id, moved.ends, taken.version, moved.sequence,
       released.id as released_id, released.starts as released_starts,
       released.version as released_version, released.public_from as released_public_from
  from moved cross join taken left join released on true;

-- A hold taken again keeps its end: nobody holds a seat for ever by clicking. The order keeps in which way it is meant.
-- name: agenda_hold
-- params: office_id integer, start timestamptz, now timestamptz, internal_too boolean, order_id bigint, held_until timestamptz, skills integer, until timestamptz, mode text
with chosen as (
  select s.id, s.state = 'held' and s.order_id = $5 as own from seat s
   where s.office_id = $1 and s.starts = $2 and seat_is_open(s, $3, $4, $5, $7) and s.ends >= $8
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
), noted as (
  update orders o set hold_mode = $9 where o.id = $5 and o.hold_mode <> $9 and exists (select from taken)
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
-- params: office_id integer, start timestamptz, now timestamptz, internal_too boolean, order_id bigint, held_until timestamptz, skills integer, until timestamptz, mode text
with chosen as (
  select s.id, s.state = 'held' and s.order_id = $5 as own from seat s
   where s.office_id = $1 and s.starts = $2 and seat_is_open(s, $3, $4, $5, $7) and s.ends >= $8
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
), noted as (
  update orders o set hold_mode = $9 where o.id = $5 and o.hold_mode <> $9 and exists (select from taken)
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

-- All that could serve a session of several seats, or the two halves of one visit, locked in the order of start and lane:
-- the one place where a seat is waited for while another is held. `freed`: what this transaction gave back itself.
-- name: agenda_lock_runs
-- params: office_id integer, now timestamptz, internal_too boolean, halves bigint[], froms text[], untils text[], orders bigint[], skills bigint[], freed bigint[]
select s.id, s.lane, s.starts, s.ends, h.half, s.visibility = 'public' as is_public,
       s.state = 'held' and s.order_id = h.order_id as own
  from unnest($4, $5::timestamptz[], $6::timestamptz[], $7, $8) as h (half, begins, until, order_id, skills)
  join seat s on s.office_id = $1 and s.starts >= h.begins and s.starts < h.until
 where seat_is_open(s, $2, $3, h.order_id, h.skills::integer)
    or (s.id = any ($9) and s.state = 'free' and s.skills & h.skills::integer = h.skills::integer)
 order by s.starts, s.lane
   for update of s;

-- Seats whose rows are locked and were found open. First what was taken, in order; then other holds, which go with it.
-- name: agenda_take_run
-- params: seats bigint[], start timestamptz, now timestamptz, order_id bigint, mode text, priority text, uid text
with taken as (
  update seat s set state = 'booked', order_id = $4, held_until = null, public_from = null
   where s.id = any ($1)
  returning s.id, s.office_id, s.starts, s.ends, s.version
), released as (
  update seat s set state = 'free', order_id = null, held_until = null
    from (select h.id from seat h
           where h.order_id = $4 and h.state = 'held' and h.id <> all ($1) and not seat_is_offered(h)
             for update of h skip locked) other
   where s.id = other.id
  returning s.id, s.starts, s.ends, s.version, s.public_from
), made as (
  insert into appointment (order_id, seat_id, office_id, starts, seats_from, ends, mode, priority, uid, created_at, updated_at)
  select $4, (array_agg(id order by starts))[1], min(office_id), $2, min(starts), max(ends), $5, $6, $7, $3, $3 from taken
  returning id
)
select false as released, t.id, t.starts, t.ends, t.version, null::timestamptz as held_until,
       null::timestamptz as public_from, made.id as appointment_id, 0 as sequence
  from taken t cross join made
union all
select true, r.id, r.starts, r.ends, r.version, null, r.public_from, 0, 0 from released r
 order by released, starts;

-- name: agenda_move_run
-- params: seats bigint[], start timestamptz, now timestamptz, order_id bigint, mode text, priority text, appointment_id bigint
with taken as (
  update seat s set state = 'booked', order_id = $4, held_until = null, public_from = null
   where s.id = any ($1)
  returning s.id, s.starts, s.ends, s.version
), released as (
  update seat s set state = 'free', order_id = null, held_until = null
    from (select h.id from seat h
           where h.order_id = $4 and h.state = 'held' and h.id <> all ($1) and not seat_is_offered(h)
             for update of h skip locked) other
   where s.id = other.id
  returning s.id, s.starts, s.ends, s.version, s.public_from
), moved as (
  update appointment a
     set seat_id = run.first_id, starts = $2, seats_from = run.starts, ends = run.ends, mode = $5, priority = $6,
         visit = null, updated_at = $3
    from (select (array_agg(id order by starts))[1] as first_id, min(starts) as starts, max(ends) as ends from taken) run
   where a.id = $7
  returning a.id, a.sequence
)
select false as released, t.id, t.starts, t.ends, t.version, null::timestamptz as held_until,
       null::timestamptz as public_from, moved.id as appointment_id, moved.sequence
  from taken t cross join moved
union all
select true, r.id, r.starts, r.ends, r.version, null, r.public_from, 0, 0 from released r
 order by released, starts;

-- A hold taken again keeps its end, a run the earliest of its seats.
-- name: agenda_hold_run
-- params: seats bigint[], now timestamptz, order_id bigint, held_until timestamptz, mode text
with taken as (
  update seat s
     set held_until = case when s.state = 'held' and s.order_id = $3 and s.held_until > $2 then s.held_until else $4 end,
         public_from = case when s.state = 'held' and s.order_id = $3 then s.public_from end,
         state = 'held', order_id = $3
   where s.id = any ($1)
  returning s.id, s.starts, s.ends, s.held_until, s.public_from, s.version
), noted as (
  update orders o set hold_mode = $5 where o.id = $3 and o.hold_mode <> $5 and exists (select from taken)
), released as (
  update seat s set state = 'free', order_id = null, held_until = null
    from (select h.id from seat h
           where h.order_id = $3 and h.state = 'held' and h.id <> all ($1) and not seat_is_offered(h)
             for update of h skip locked) other
   where s.id = other.id
  returning s.id, s.starts, s.ends, s.version, s.public_from
)
select false as released, t.id, t.starts, t.ends, t.version, t.held_until, t.public_from, 0 as appointment_id,
       0 as sequence
  from taken t
union all
select true, r.id, r.starts, r.ends, r.version, null, r.public_from, 0, 0 from released r
 order by released, starts;

-- Two appointments of one visit.
-- name: agenda_join_visit
-- params: first bigint, second bigint
update appointment set visit = $1 where id in ($1, $2);

-- The other order of the visit, while both are booked.
-- name: agenda_companion
-- params: code text
select o.code
  from orders own
  join appointment a on a.order_id = own.id and a.state = 'booked'
  join appointment b on b.visit = a.visit and b.id <> a.id and b.state = 'booked'
  join orders o on o.id = b.order_id and o.closed_at is null
 where own.code = $1;

-- Work that was shown counts once; what could no longer be shown goes with the next one.
-- name: work_spend
-- params: challenge_hash bytea, expires_at timestamptz, now timestamptz
with old as (delete from work_spent where expires_at < $3)
insert into work_spent (challenge_hash, expires_at) values ($1, $2) on conflict do nothing;

-- name: agenda_own_hold
-- params: order_id bigint, now timestamptz
-- Its seats follow each other; an offer of the waiting list stands apart on its own lane or hour.
select s.starts, s.ends, s.held_until, s.offered,
       case when s.offered then coalesce(w.mode, o.hold_mode) else o.hold_mode end as mode,
       extract(epoch from (s.starts at time zone f.zone) - (s.starts at time zone 'UTC'))::integer as offset_s
  from (select h.*, seat_is_offered(h) as offered from seat h where h.order_id = $1 and h.state = 'held') s
  join office f on f.id = s.office_id
  join orders o on o.id = s.order_id
  left join waiting w on w.order_id = o.id and w.left_at is null
 where s.held_until > $2
 order by s.offered, s.starts;

-- Bookings and moves of the holder's own since that instant.
-- name: agenda_changes
-- params: order_id bigint, since timestamptz
select count(*) as done from milestone
 where order_id = $1 and kind in ('booked', 'moved') and actor = 'holder' and at > $2;

-- Hours held, and places taken in the waiting list.
-- name: agenda_clicks
-- params: order_id bigint, since timestamptz
select count(*) as done from event
 where order_id = $1 and code in ('SEAT_HELD', 'WAITING_JOINED') and actor = 'holder' and at > $2;

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
-- params: order_id bigint, public_from timestamptz
update seat set state = 'free', order_id = null, held_until = null, public_from = $2
 where order_id = $1 and state = 'booked'
returning id, starts, version, state;

-- Left by who did not come: for whoever comes without an hour.
-- name: agenda_seat_leave
-- params: order_id bigint
update seat set state = 'free', order_id = null, held_until = null, public_from = null, unclaimed_was = visibility,
       visibility = 'walk_in'
 where order_id = $1 and state = 'booked'
returning id, starts, version, state;

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

-- Undo of a no-show: only seats at the very same time will do.
-- name: agenda_missed_span
-- params: appointment_id bigint
-- Preparation takes two hours at most.
select case when seats_from between starts - interval '2 hours' and starts then seats_from else starts end as seats_from,
       ends
  from appointment where id = $1 and state = 'missed';

-- name: agenda_unclaimed
-- params: appointment_id bigint
select s.id from appointment a
  join seat s on s.office_id = a.office_id and s.starts >= a.seats_from and s.starts < a.ends
 where a.id = $1 and s.state = 'free' and s.unclaimed_was is not null;

-- name: agenda_restore_run
-- params: seats bigint[], now timestamptz, order_id bigint, appointment_id bigint
with taken as (
  update seat s set state = 'booked', order_id = $3, held_until = null, public_from = null,
         visibility = coalesce(s.unclaimed_was, s.visibility), unclaimed_was = null
   where s.id = any ($1)
  returning s.id, s.starts, s.ends, s.version
), restored as (
  update appointment a set state = 'booked', seat_id = run.first_id, seats_from = run.starts, ends = run.ends, updated_at = $2
    from (select (array_agg(id order by starts))[1] as first_id, min(starts) as starts, max(ends) as ends from taken) run
   where a.id = $4
)
select id, starts, version from taken order by starts;

-- Where sessions by video are joined, by the configuration.
-- name: agenda_video_service
-- params: office_id integer, url text
insert into video_service (office_id, url) values ($1, $2)
on conflict (office_id) do update set url = excluded.url where video_service.url <> excluded.url;

-- Appointments to come whose calendars were told of another place than the present one. Without a video service there is
-- nothing to tell those who are seen by video.
-- name: agenda_places_changed
-- params: office_id integer, place text, now timestamptz, most integer
select a.id, a.order_id, appointment_place(a.office_id, a.mode) as place
  from appointment a join office f on f.id = a.office_id
 where a.office_id = $1 and a.state = 'booked' and a.starts > $3 and office_place(f) = $2
   and a.place <> appointment_place(a.office_id, a.mode) and appointment_place(a.office_id, a.mode) <> ''
 order by a.starts, a.id
 limit $4;

-- name: agenda_place_set
-- params: appointment_id bigint, place text, now timestamptz
update appointment set place = $2, updated_at = $3 where id = $1 and state = 'booked' and place <> $2
returning sequence;

-- name: agenda_mode
-- params: uid text
select mode from appointment where uid = $1;
