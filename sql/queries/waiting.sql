-- SPDX-License-Identifier: GPL-3.0-or-later
-- The waiting list, and the offers of seats that were given back.

-- Who is on the list already keeps the place and changes the days.
-- name: waiting_join
-- params: order_id bigint, office_id integer, mode text, first date, last date, now timestamptz
insert into waiting (order_id, office_id, mode, first_day, last_day, joined_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (order_id) where left_at is null
  do update set mode = excluded.mode, first_day = excluded.first_day, last_day = excluded.last_day
returning id;

-- name: waiting_leave
-- params: order_id bigint, now timestamptz, outcome text
update waiting set left_at = $2, outcome = $3 where order_id = $1 and left_at is null;

-- `place` counts from 1.
-- name: waiting_of
-- params: order_id bigint
select w.id, w.first_day::text as first_day, w.last_day::text as last_day,
       (select count(*) from waiting e
         where e.office_id = w.office_id and e.left_at is null and e.id <= w.id) as place
  from waiting w
 where w.order_id = $1 and w.left_at is null;

-- An offer whose seat became the asker's in another way was accepted.
-- name: offers_end
-- params: now timestamptz
update seat_offer f
   set ended_at = $1,
       outcome = case when exists (select from appointment a
                                    where a.order_id = f.order_id and a.seat_id = f.seat_id)
                      then 'accepted' else 'lapsed' end
 where f.outcome = '' and f.until <= $1;

-- Who lets one offer after the other go by leaves the list, so that nobody waits behind an empty place.
-- name: waiting_pass_over
-- params: now timestamptz, most bigint
update waiting w set left_at = $1, outcome = 'passed'
 where w.left_at is null
   and (select count(*) from seat_offer f
         where f.waiting_id = w.id and f.outcome = 'lapsed'
           and f.id > coalesce((select max(g.id) from seat_offer g
                                 where g.waiting_id = w.id and g.outcome in ('accepted', 'declined')), 0)) >= $2
returning w.order_id;

-- Seats given back and still kept from the public, each with those of the list who would have it, in the order of
-- arrival. Nobody is offered two at a time, nor the same one twice, nor a later one than he has.
-- name: offers_due
-- params: office_id integer, now timestamptz, earliest timestamptz, most integer
select s.id as seat_id, s.starts, w.id as waiting_id, w.order_id, w.mode,
       extract(epoch from (s.starts at time zone f.zone) - (s.starts at time zone 'UTC'))::integer as offset_s
  from waiting w
  join orders o on o.id = w.order_id and o.closed_at is null
  join office f on f.id = w.office_id
  left join appointment a on a.order_id = w.order_id and a.state in ('booked', 'kept')
  join seat s on s.office_id = w.office_id and s.public_from > $2 and s.visibility = 'public' and s.starts > $3
             and (s.state = 'free' or (s.state = 'held' and s.held_until <= $2))
             and (s.starts at time zone f.zone)::date between w.first_day and w.last_day
 where w.office_id = $1 and w.left_at is null
   and (a.id is null or (a.state = 'booked' and a.starts > s.starts))
   and not exists (select from seat_offer x where x.order_id = w.order_id and x.outcome = '')
   and not exists (select from seat_offer x where x.seat_id = s.id and x.waiting_id = w.id)
 order by w.id, s.starts, s.lane
 limit $4;

-- The offered seat is held for its order; if it is let go, the public waits anew.
-- name: offer_hold
-- params: seat_id bigint, order_id bigint, now timestamptz, until timestamptz, public_from timestamptz, skills integer
update seat set state = 'held', order_id = $2, held_until = $4, public_from = $5
 where id = $1 and visibility = 'public' and public_from > $3 and skills & $6 = $6
   and (state = 'free' or (state = 'held' and held_until <= $3))
returning version;

-- name: offer_insert
-- params: waiting_id bigint, order_id bigint, seat_id bigint, starts timestamptz, now timestamptz, until timestamptz, token_hash bytea
insert into seat_offer (waiting_id, order_id, seat_id, starts, offered_at, until, token_hash)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: offer_find
-- params: token_hash bytea
select f.id, f.order_id, f.seat_id, f.starts, f.until, f.outcome, o.code, w.mode,
       extract(epoch from (f.starts at time zone q.zone) - (f.starts at time zone 'UTC'))::integer as offset_s
  from seat_offer f
  join waiting w on w.id = f.waiting_id
  join orders o on o.id = f.order_id
  join office q on q.id = o.office_id
 where f.token_hash = $1;

-- name: offer_close
-- params: id bigint, now timestamptz, outcome text
update seat_offer set outcome = $3, ended_at = $2 where id = $1 and outcome = '';

-- name: offer_let_go
-- params: seat_id bigint, order_id bigint
update seat set state = 'free', order_id = null, held_until = null
 where id = $1 and order_id = $2 and state = 'held'
returning id as released_id, starts as released_starts, version as released_version,
          public_from as released_public_from;
