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
-- arrival. Nobody is offered two at a time, nor the same one twice, nor a later one than he has, nor one for half of a visit.
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
   and not exists (select from appointment b where b.visit = a.visit and b.id <> a.id and b.state = 'booked')
   and not exists (select from seat_offer x where x.order_id = w.order_id and x.outcome = '')
   and not exists (select from seat_offer x where x.seat_id = s.id and x.waiting_id = w.id)
 order by w.id, s.starts, s.lane
 limit $4;

-- The whole session from the offered seat on is held for its order, or nothing; if it is let go, the public waits anew.
-- Seats after the first need not have been given back: free ones do. Whose row somebody holds is left to him.
-- name: offer_hold
-- params: seat_id bigint, order_id bigint, now timestamptz, held_until timestamptz, public_from timestamptz, skills integer, until timestamptz
with able as (
  select s.id, s.starts, s.ends
    from seat first join seat s on s.office_id = first.office_id and s.lane = first.lane
                               and s.starts >= first.starts and s.starts < $7
   where first.id = $1 and first.public_from > $3 and s.visibility = 'public' and s.skills & $6 = $6
     and (s.state = 'free' or (s.state = 'held' and s.held_until <= $3))
   order by s.starts
     for update of s skip locked
), whole as (
  select min(starts) as starts from able
  having max(ends) >= $7 and sum(ends - starts) = max(ends) - min(starts) and bool_or(id = $1)
), taken as (
  update seat s set state = 'held', order_id = $2, held_until = $4, public_from = $5
    from able cross join whole
   where s.id = able.id
  returning s.id, s.lane, s.starts, s.ends, s.version
)
select id, lane, starts, ends, version from taken order by starts;

-- name: offer_insert
-- params: waiting_id bigint, order_id bigint, seat_id bigint, starts timestamptz, now timestamptz, until timestamptz, token_hash bytea, lane integer, seats_from timestamptz, ends timestamptz
insert into seat_offer (waiting_id, order_id, seat_id, starts, offered_at, until, token_hash, lane, seats_from, ends)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: offer_find
-- params: token_hash bytea
select f.id, f.order_id, f.starts, f.until, f.outcome, o.code, w.mode,
       extract(epoch from (f.starts at time zone q.zone) - (f.starts at time zone 'UTC'))::integer as offset_s
  from seat_offer f
  join waiting w on w.id = f.waiting_id
  join orders o on o.id = f.order_id
  join office q on q.id = o.office_id
 where f.token_hash = $1;

-- name: offer_open
-- params: order_id bigint
select id, seat_id, offered_at from seat_offer where order_id = $1 and outcome = '';

-- name: offer_readdress
-- params: id bigint, token_hash bytea
update seat_offer set token_hash = $2 where id = $1;

-- name: offer_close
-- params: id bigint, now timestamptz, outcome text
update seat_offer set outcome = $3, ended_at = $2 where id = $1 and outcome = '';

-- name: offer_let_go
-- params: id bigint, order_id bigint
update seat s set state = 'free', order_id = null, held_until = null
  from seat_offer f
 where f.id = $1 and f.order_id = $2 and s.order_id = $2 and s.state = 'held' and s.lane = f.lane
   and s.starts >= f.seats_from and s.starts < f.ends
returning s.id as released_id, s.starts as released_starts, s.version as released_version,
          s.public_from as released_public_from;
