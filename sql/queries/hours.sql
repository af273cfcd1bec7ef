-- SPDX-License-Identifier: GPL-3.0-or-later
-- The calendar of an office, what it makes of the seats, and whom a change of it hits.

-- Days as numbers since 1970-01-01, times as minutes of the day; beyond 1440 it is the next one's.
-- name: hours_series
-- params: office_id integer, first date, last date
select id, series, weekday, every_weeks, extract(epoch from opens)::integer / 60 as opens,
       extract(epoch from closes)::integer / 60 + case when closes <= opens then 1440 else 0 end as closes, slot_minutes,
       public_lanes, internal_lanes, walk_in_lanes, valid_from - date '1970-01-01' as from_day,
       coalesce(valid_to, date '9999-12-31') - date '1970-01-01' as until_day, valid_to is null as endless, source,
       evidence
  from opening
 where office_id = $1 and withdrawn_at is null and valid_from <= $3 and coalesce(valid_to, $2) >= $2
   and coalesce(valid_to, valid_from) >= valid_from
 order by valid_from, series, opens, weekday;

-- name: hours_exceptions
-- params: office_id integer, first date, last date
select id, day::text as day, day - date '1970-01-01' as day_number, kind, coalesce(extract(epoch from opens)::integer / 60, 0) as opens,
       coalesce(extract(epoch from closes)::integer / 60 + case when closes <= opens then 1440 else 0 end, 1440) as closes,
       coalesce(slot_minutes, 0) as slot_minutes, coalesce(public_lanes, 0) as public_lanes,
       coalesce(internal_lanes, 0) as internal_lanes, coalesce(walk_in_lanes, 0) as walk_in_lanes, reason, made_by
  from opening_exception
 where office_id = $1 and day between $2 and $3 and withdrawn_at is null
 order by day, opens nulls first, id;

-- name: hours_holidays
-- params: office_id integer, first date, last date
select day::text as day, day - date '1970-01-01' as day_number, name, kind, closes, source, rule_id,
       coalesce(single_id, 0) as single_id
  from holidays_between($1, $2, $3)
 order by day, name;

-- name: hours_absences
-- params: office_id integer, first date, last date, zone text
select id, agent, reason, made_by, starts, ends,
       (extract(epoch from starts at time zone $4) / 60)::bigint as start_minute,
       (extract(epoch from ends at time zone $4) / 60)::bigint as end_minute
  from agent_absence
 where office_id = $1 and withdrawn_at is null and ends > $2::timestamp at time zone $4
   and starts < ($3 + 1)::timestamp at time zone $4
 order by starts, id;

-- name: hours_duties
-- params: office_id integer, first date, last date
select id, lane, agent, skill_mask(skills) as mask, skills, valid_from - date '1970-01-01' as from_day,
       coalesce(valid_to, date '9999-12-31') - date '1970-01-01' as until_day, valid_from::text as valid_from,
       coalesce(valid_to::text, '') as valid_to
  from lane_duty
 where office_id = $1 and withdrawn_at is null and valid_from <= $3 and coalesce(valid_to, $2) >= $2
 order by lane, valid_from;

-- --- from the plan to seats, in this order ---

-- For the rest of the transaction: these few look at thousands of seats, and how many there are decides how
-- (docs/decisions/0081).
-- name: hours_seats_plan
select set_config('plan_cache_mode', 'force_custom_plan', true);

-- Free seats that the calendar no longer gives. A lapsed hold is nobody's. Each wanted seat is looked up by its key: the
-- planner knows nothing of how many there are, and comparing all with all takes seconds.
-- name: hours_seats_drop
-- params: office_id integer, zone text, after timestamptz, lanes bigint[], visibilities text[], starts text[], ends text[], skills bigint[]
delete from seat s
 where s.office_id = $1 and s.starts > $3
   and (s.state in ('free', 'blocked') or (s.state = 'held' and s.held_until <= $3))
   and s.id not in (select g.id from seats_wanted($2, $4, $5, $6, $7, $8) w
                      join seat g on g.office_id = $1 and g.lane = w.lane and g.starts = w.starts and g.ends = w.ends);

-- Taken ones stay somebody's, but are withdrawn; a hold on one is over.
-- name: hours_seats_lose
-- params: office_id integer, zone text, after timestamptz, lanes bigint[], visibilities text[], starts text[], ends text[], skills bigint[]
update seat s set withdrawn = true
 where s.office_id = $1 and s.starts > $3 and s.state in ('booked', 'held') and not s.withdrawn
   and s.id not in (select g.id from seats_wanted($2, $4, $5, $6, $7, $8) w
                      join seat g on g.office_id = $1 and g.lane = w.lane and g.starts = w.starts and g.ends = w.ends);

-- What is given again, or to others, or for other work.
-- name: hours_seats_regain
-- params: office_id integer, zone text, after timestamptz, lanes bigint[], visibilities text[], starts text[], ends text[], skills bigint[]
update seat s
   set withdrawn = false, skills = w.skills,
       visibility = case when s.unclaimed_was is null then w.visibility else s.visibility end,
       state = case when s.state = 'blocked' then 'free' else s.state end
  from seats_wanted($2, $4, $5, $6, $7, $8) w
 where s.office_id = $1 and s.starts > $3 and w.lane = s.lane and w.starts = s.starts and w.ends = s.ends
   and (s.withdrawn or (s.visibility <> w.visibility and s.unclaimed_was is null) or s.skills <> w.skills or s.state = 'blocked');

-- A seat that is there, or another one in its way, stays as it is.
-- name: hours_seats_publish
-- params: office_id integer, zone text, after timestamptz, lanes bigint[], visibilities text[], starts text[], ends text[], skills bigint[]
insert into seat (office_id, lane, visibility, starts, ends, skills)
select $1, w.lane, w.visibility, w.starts, w.ends, w.skills
  from seats_wanted($2, $4, $5, $6, $7, $8) w
 where w.starts > $3 - interval '1 day'
on conflict do nothing;

-- --- whom it hits ---

-- Appointments of which a seat was withdrawn and that nothing was done for yet.
-- name: hours_hits_new
-- params: office_id integer, now timestamptz
select a.id, a.order_id, a.starts, a.seats_from, a.ends, a.mode
  from appointment a
 where exists (select from seat s where s.order_id = a.order_id and s.state = 'booked' and s.withdrawn)
   and a.office_id = $1 and a.state = 'booked' and a.starts > $2
   and not exists (select from agenda_hit h where h.appointment_id = a.id and h.starts = a.starts
                      and h.outcome in ('message', 'call'))
 order by a.starts, a.id;

-- The same time with another agent, and then the internal reserve.
-- The whole session on one lane, or nothing.
-- name: hours_other_seats
-- params: office_id integer, from timestamptz, until timestamptz, now timestamptz, skills integer
with able as (
  select s.id, s.lane, s.visibility, s.starts, s.ends
    from seat s
   where s.office_id = $1 and s.starts >= $2 and s.starts < $3 and not s.withdrawn and s.skills & $5 = $5
     and (s.state = 'free' or (s.state = 'held' and s.held_until <= $4))
   order by s.starts, s.lane
     for update of s skip locked
)
select lane, array_agg(id order by starts)::text as seats,
       max(array_position('{public,internal,walk_in}', visibility)) > 1 as reserve
  from able
 group by lane
having min(starts) = $2 and max(ends) >= $3 and sum(ends - starts) = max(ends) - min(starts)
 order by max(array_position('{public,internal,walk_in}', visibility)), lane
 limit 1;

-- What the calendar took away stays away, a seat of the session that it left is free again.
-- name: hours_seats_leave
-- params: order_id bigint
update seat set state = 'free', order_id = null, held_until = null where order_id = $1 and state = 'booked';

-- name: hours_seats_take
-- params: seats text, order_id bigint, appointment_id bigint, now timestamptz
with taken as (
  update seat set state = 'booked', order_id = $2, held_until = null, public_from = null
   where id = any ($1::bigint[])
  returning id, starts, ends
)
update appointment a set seat_id = run.first_id, ends = run.ends, updated_at = $4
  from (select (array_agg(id order by starts))[1] as first_id, max(ends) as ends from taken) run
 where a.id = $3 and a.state = 'booked';

-- name: hours_hit_add
-- params: appointment_id bigint, order_id bigint, change_id integer, starts timestamptz, outcome text, at timestamptz
insert into agenda_hit (appointment_id, order_id, change_id, starts, outcome, at) values ($1, $2, $3, $4, $5, $6);

-- Who still waits for another hour, and how to reach them. Nobody is orphaned: this is seen from the seats themselves.
-- name: hours_conflicts
-- params: office_id integer, now timestamptz
select o.code, p.name, p.email, p.phone, o.product_id as product, a.id as appointment, a.starts, a.mode,
       o.email_confirmed_at is not null as confirmed,
       exists (select from outbox x where x.order_id = o.id and x.recipient = p.email and x.state = 'failed') as bounced,
       coalesce(h.outcome, '') as outcome, h.at as told_at
  from appointment a
  join orders o on o.id = a.order_id
  join person p on p.order_id = o.id and p.role in ('holder', 'responsible')
  left join lateral (select * from agenda_hit x where x.appointment_id = a.id order by x.id desc limit 1) h on true
 where a.office_id = $1 and a.state = 'booked' and a.starts > $2
   and exists (select from seat s where s.order_id = a.order_id and s.state = 'booked' and s.withdrawn)
 order by a.starts, a.id;

-- How the mails to this person fare: for the choice between a message and a call.
-- name: hours_reach
-- params: order_id bigint
select p.email, p.phone, o.email_confirmed_at is not null as confirmed,
       exists (select from outbox x where x.order_id = o.id and x.recipient = p.email and x.state = 'failed') as bounced
  from orders o join person p on p.order_id = o.id and p.role in ('holder', 'responsible')
 where o.id = $1;

-- --- another hour ---

-- Free public hours for a session so long (`length`, in seconds), the nearest to a wish first, of two equally near the
-- earlier.
-- name: hours_nearest
-- params: office_id integer, wish timestamptz, now timestamptz, skills integer, most integer, length integer
with able as (
  select lane, starts, ends from seat
   where office_id = $1 and starts > $3 and visibility = 'public' and not withdrawn and skills & $4 = $4
     and (public_from is null or public_from <= $3)
     and (state = 'free' or (state = 'held' and held_until <= $3))
)
select s.starts, s.ends,
       extract(epoch from (s.starts at time zone f.zone) - (s.starts at time zone 'UTC'))::integer as offset_s
  from (select b.starts, min(run.ends) as ends
          from able b
          join lateral (select max(r.ends) as ends, sum(r.ends - r.starts) as covered from able r
                         where r.lane = b.lane and r.starts >= b.starts
                           and r.starts < b.starts + make_interval(secs => $6)) run
            on run.ends >= b.starts + make_interval(secs => $6) and run.covered = run.ends - b.starts
         group by b.starts) s
  join office f on f.id = $1
 order by abs(extract(epoch from s.starts - $2)), s.starts
 limit $5;

-- name: hours_gone_appointment
-- params: appointment_id bigint, now timestamptz
-- One that is to come, and whether it waits for another hour.
select o.code, exists (select from seat s where s.order_id = a.order_id and s.state = 'booked' and s.withdrawn) as waits
  from appointment a
  join orders o on o.id = a.order_id
 where a.id = $1 and a.starts > $2;

-- --- changes, one at a time ---

-- name: hours_lock
select pg_advisory_xact_lock(20021);

-- name: hours_series_add
-- params: office_id integer, series text, weekday integer, opens time, closes time, slot_minutes integer, public integer, internal integer, walk_in integer, every_weeks integer, from date, until date, source text
insert into opening (office_id, series, weekday, opens, closes, slot_minutes, public_lanes, internal_lanes, walk_in_lanes,
                     every_weeks, valid_from, valid_to, layer, source, evidence)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'AC', 'agenda: ' || $13, 'U');

-- Its last day; one before its first takes the series back.
-- name: hours_series_end
-- params: office_id integer, series text, last_day date, now timestamptz
update opening
   set valid_to = greatest($3, valid_from), withdrawn_at = case when $3 < valid_from then $4 end
 where office_id = $1 and series = $2 and withdrawn_at is null and coalesce(valid_to, date '9999-12-31') > $3;

-- name: hours_exception_add
-- params: office_id integer, day date, kind text, opens time, closes time, slot_minutes integer, public integer, internal integer, walk_in integer, reason text, agent text, now timestamptz
insert into opening_exception (office_id, day, kind, opens, closes, slot_minutes, public_lanes, internal_lanes,
                               walk_in_lanes, reason, made_by, made_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: hours_exception_undo
-- params: office_id integer, id integer, now timestamptz
update opening_exception set withdrawn_at = $3 where office_id = $1 and id = $2 and withdrawn_at is null;

-- name: hours_holiday_add
-- params: office_id integer, day date, name text, law text
insert into holiday (office_id, day, name, layer, source, evidence) values ($1, $2, $3, 'AC', $4, 'U');

-- name: hours_holiday_undo
-- params: office_id integer, id integer, now timestamptz
update holiday set withdrawn_at = $3 where office_id = $1 and id = $2 and withdrawn_at is null;

-- name: hours_choice_set
-- params: office_id integer, rule text, closes text, from date, reason text
insert into holiday_choice (office_id, rule_id, closes, valid_from, source, evidence)
select $1, $2, $3, $4, $5, 'U' where exists (select from holiday_rule where id = $2 and kind = 'optional')
on conflict (office_id, rule_id, valid_from) do update set closes = excluded.closes, source = excluded.source;

-- name: hours_absence_add
-- params: office_id integer, agent text, starts text, ends text, zone text, reason text, made_by text, now timestamptz
insert into agent_absence (office_id, agent, starts, ends, reason, made_by, made_at)
values ($1, $2, $3::timestamp at time zone $5, $4::timestamp at time zone $5, $6, $7, $8);

-- name: hours_absence_undo
-- params: office_id integer, id integer, now timestamptz
update agent_absence set withdrawn_at = $3 where office_id = $1 and id = $2 and withdrawn_at is null;

-- name: hours_skills_known
-- params: words text[]
select count(*) as known from agenda_skill where word = any ($1);

-- name: hours_lane_clear
-- params: office_id integer, lane integer, from date, now timestamptz
update lane_duty set withdrawn_at = $4
 where office_id = $1 and lane = $2 and valid_from = $3 and withdrawn_at is null;

-- name: hours_lane_set
-- params: office_id integer, lane integer, agent text, skills text[], from date, until date, made_by text, now timestamptz
insert into lane_duty (office_id, lane, agent, skills, valid_from, valid_to, made_by, made_at)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: hours_change_add
-- params: office_id integer, content jsonb, digest text, agent text, station text, at timestamptz
insert into agenda_change (office_id, content, digest, agent, station, at) values ($1, $2, $3, $4, $5, $6)
returning id;

-- --- shown ---

-- name: hours_day_slots
-- params: office_id integer, day date, zone text, now timestamptz
select starts, max(ends) as ends,
       count(*) filter (where visibility = 'public' and not withdrawn) as public,
       count(*) filter (where visibility = 'internal' and not withdrawn) as internal,
       count(*) filter (where visibility = 'walk_in' and not withdrawn) as walk_in,
       count(*) filter (where not withdrawn and (state = 'free' or (state = 'held' and held_until <= $4))) as free,
       count(*) filter (where state = 'booked') as booked
  from seat
 where office_id = $1 and starts >= $2::timestamp at time zone $3 and starts < ($2 + 1)::timestamp at time zone $3
   and state <> 'blocked'
 group by starts
 order by starts;

-- name: hours_day_appointments
-- params: office_id integer, day date, zone text
select o.code, p.name, o.product_id as product, a.starts, a.ends, a.mode, a.state, coalesce(s.lane, 0) as lane,
       coalesce(s.withdrawn, false) as withdrawn
  from appointment a
  join orders o on o.id = a.order_id
  join person p on p.order_id = o.id and p.role in ('holder', 'responsible')
  left join seat s on s.id = a.seat_id
 where a.office_id = $1 and a.state in ('booked', 'kept')
   and a.starts >= $2::timestamp at time zone $3 and a.starts < ($2 + 1)::timestamp at time zone $3
 order by a.starts, lane, a.id;

-- name: hours_skills
select word, name from agenda_skill order by bit;


-- One row of a series; one day before its first takes it back.
-- name: hours_opening_end
-- params: id integer, last_day date, now timestamptz
update opening
   set valid_to = greatest($2, valid_from), withdrawn_at = case when $2 < valid_from then $3 end
 where id = $1;
