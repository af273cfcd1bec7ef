-- SPDX-License-Identifier: GPL-3.0-or-later
-- The calendar of an office: series of opening hours, holidays with their law, exceptions of one day, agents' absences,
-- and every change of it with the appointments that it hit. Precedence: exception, then holiday, then series.

-- --- series ---

-- A row is a weekday's span, every so many weeks from the week of valid_from on. `closes` at or before `opens` is of the
-- next day. Rows of one series are written and ended together.
alter table opening drop constraint opening_check;
alter table opening drop constraint opening_office_id_weekday_opens_valid_from_key;
alter table opening
  add column every_weeks smallint not null default 1 check (every_weeks between 1 and 8),
  add column walk_in_lanes integer not null default 0 check (walk_in_lanes >= 0),
  add column series text not null default 'seed' check (series ~ '^[a-z0-9-]{1,40}$'),
  add column withdrawn_at timestamptz,
  add constraint opening_once unique (office_id, series, weekday, opens, valid_from),
  add constraint opening_lanes check (public_lanes + internal_lanes + walk_in_lanes between 1 and 100),
  add constraint opening_lasts check (closes <> opens);

-- --- holidays ---

-- What the law says once for all years. easter_offset: days from Easter Sunday. 'optional' (ponto facultativo) closes
-- an office only as it chose.
create table holiday_rule (
  id             text not null check (id ~ '^[a-z0-9-]{1,40}$'),
  scope          text not null check (scope in ('national', 'state', 'municipal')),
  uf             char(2),
  ibge           char(7),
  month          smallint check (month between 1 and 12),
  day            smallint check (day between 1 and 31),
  easter_offset  smallint check (easter_offset between -60 and 70),
  name           text not null,
  kind           text not null check (kind in ('holiday', 'optional')),
  valid_from     date not null,
  valid_to       date,
  layer          text not null check (layer in ('SEED', 'NORM', 'AC')),
  source         text not null,
  evidence       text not null,
  primary key (id, valid_from),
  check ((easter_offset is null) = (month is not null and day is not null)),
  check ((scope = 'state') = (uf is not null)),
  check ((scope = 'municipal') = (ibge is not null))
);

-- Whether an office closes on an optional day: all day, until noon, or not at all. The newest row is in force.
create table holiday_choice (
  office_id   integer not null references office,
  rule_id     text not null,
  closes      text not null check (closes in ('day', 'morning', 'none')),
  valid_from  date not null,
  source      text not null,
  evidence    text not null,
  primary key (office_id, rule_id, valid_from)
);

-- Single days are taken back, never forgotten. Those that the rules now give are no single days any more.
delete from holiday where office_id is null and layer = 'NORM';
alter table holiday add column withdrawn_at timestamptz;
drop index holiday_once;
create unique index holiday_once on holiday (day, coalesce(office_id, 0)) where withdrawn_at is null;

-- Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher).
create function easter(year integer) returns date language sql immutable as $$
  with a as (select year % 19 as a, year / 100 as b, year % 100 as c),
       d as (select a, b, c, b / 4 as d, b % 4 as e, (b - (b + 8) / 25 + 1) / 3 as g from a),
       h as (select a, c, e, (19 * a + b - d - g + 15) % 30 as h from d),
       l as (select a, h, (32 + 2 * e + 2 * (c / 4) - h - c % 4) % 7 as l from h),
       m as (select h, l, (a + 11 * h + 22 * l) / 451 as m from l)
  select make_date(year, (h + l - 7 * m + 114) / 31, (h + l - 7 * m + 114) % 31 + 1) from m
$$;

-- The holidays of an office with what they close. A fixed day that a year does not have (29 February) is none.
create function holidays_between(of_office integer, first date, last date)
  returns table (day date, name text, kind text, closes text, source text, rule_id text, single_id integer)
  language sql stable set search_path from current as $$
  with years as (select generate_series(extract(year from first)::integer - 1,
                                        extract(year from last)::integer + 1) as year),
  rule_days as (
    select r.*, case when r.easter_offset is not null then easter(y.year) + r.easter_offset
                     when r.month = 2 and r.day = 29 and make_date(y.year, 3, 1) - make_date(y.year, 2, 1) < 29 then null
                     else make_date(y.year, r.month, r.day) end as on_day
      from holiday_rule r cross join years y join office f on f.id = of_office
     where r.scope = 'national' or r.uf = f.uf or r.ibge = f.ibge)
  select r.on_day, r.name, r.kind,
         case when r.kind = 'holiday' then 'day'
              else coalesce((select c.closes from holiday_choice c
                              where c.office_id = of_office and c.rule_id = r.id and c.valid_from <= r.on_day
                              order by c.valid_from desc limit 1), 'none') end,
         r.source, r.id, null
    from rule_days r
   where r.on_day between first and last and r.valid_from <= r.on_day and (r.valid_to is null or r.valid_to >= r.on_day)
  union all
  select h.day, h.name, 'holiday', 'day', h.source, '', h.id
    from holiday h
   where h.day between first and last and h.withdrawn_at is null and (h.office_id is null or h.office_id = of_office)
$$;

-- Deadlines count the holidays that the rules give too; an optional day is a business day.
create or replace function business_deadline(of_office integer, after_day date, business_days integer)
  returns timestamptz language sql stable set search_path from current as $$
  select ((business_day + 1)::timestamp at time zone f.zone) - interval '1 second'
    from office f,
         lateral (select candidate::date as business_day
                    from generate_series(after_day::timestamp, after_day::timestamp + interval '90 days',
                                         interval '1 day') candidate
                   where (business_days = 0 and candidate = after_day)
                      or (candidate > after_day and extract(isodow from candidate) < 6
                          and candidate::date not in (select h.day from holidays_between(of_office, after_day, after_day + 90) h
                                                       where h.kind = 'holiday'))
                   order by candidate offset greatest(business_days - 1, 0) limit 1) days
   where f.id = of_office
$$;

-- --- exceptions, agents ---

-- One day's own hours ('open': they take the place of series and holiday), or a closed day or part of one.
create table opening_exception (
  id              integer generated always as identity primary key,
  office_id       integer not null references office,
  day             date not null,
  kind            text not null check (kind in ('open', 'closed')),
  opens           time,
  closes          time,
  slot_minutes    integer check (slot_minutes between 5 and 240),
  public_lanes    integer check (public_lanes >= 0),
  internal_lanes  integer check (internal_lanes >= 0),
  walk_in_lanes   integer check (walk_in_lanes >= 0),
  reason          text not null check (length(reason) between 1 and 200),
  made_by         text not null,
  made_at         timestamptz not null,
  withdrawn_at    timestamptz,
  check ((opens is null) = (closes is null) and closes <> opens),
  check ((kind = 'open') = (slot_minutes is not null and public_lanes is not null and internal_lanes is not null
                            and walk_in_lanes is not null)),
  check (kind = 'closed' or (opens is not null and public_lanes + internal_lanes + walk_in_lanes between 1 and 100))
);
create index opening_exception_by_day on opening_exception (office_id, day) where withdrawn_at is null;

create table agent_absence (
  id            integer generated always as identity primary key,
  office_id     integer not null references office,
  agent         text not null check (length(agent) between 1 and 120),   -- as in the roster
  starts        timestamptz not null,
  ends          timestamptz not null check (ends > starts),
  reason        text not null check (length(reason) between 1 and 200),
  made_by       text not null,
  made_at       timestamptz not null,
  withdrawn_at  timestamptz
);
create index agent_absence_by_time on agent_absence (office_id, ends) where withdrawn_at is null;

-- Whose presence a lane rests on, and what may be done there. A lane without a row rests on anybody and allows all.
create table lane_duty (
  id            integer generated always as identity primary key,
  office_id     integer not null references office,
  lane          integer not null check (lane between 1 and 100),
  agent         text not null check (length(agent) <= 120),              -- '': anybody
  skills        text[] not null,
  valid_from    date not null,
  valid_to      date,
  made_by       text not null,
  made_at       timestamptz not null,
  withdrawn_at  timestamptz,
  check (valid_to is null or valid_to >= valid_from)
);
create unique index lane_duty_once on lane_duty (office_id, lane, valid_from) where withdrawn_at is null;

-- --- changes ---

-- What was changed, under the digest of what was shown before; whom it hit stands in agenda_hit.
create table agenda_change (
  id         integer generated always as identity primary key,
  office_id  integer not null references office,
  content    jsonb not null,
  digest     text not null check (length(digest) = 64),
  agent      text not null,
  station    text not null,
  at         timestamptz not null
);
create trigger agenda_change_append_only before update or delete or truncate on agenda_change
  for each statement execute function refuse_change();

-- A seat that the calendar no longer gives but somebody still has: his until he chose. Given back, it is nobody's.
alter table seat add column withdrawn boolean not null default false;
create index seat_withdrawn on seat (office_id, starts) where withdrawn;
create function seat_stay_withdrawn() returns trigger language plpgsql as $$
begin
  if new.withdrawn and new.state in ('free', 'held') then
    new.state := 'blocked';
    new.order_id := null;
    new.held_until := null;
  end if;
  return new;
end $$;
create trigger seat_stay_withdrawn before update on seat
  for each row when (new.withdrawn) execute function seat_stay_withdrawn();

-- The plan of a horizon, as the program hands it over: local times become instants here, by the database's zone data.
create function seats_wanted(zone text, lanes bigint[], visibilities text[], starts text[], ends text[], skills bigint[])
  returns table (lane integer, visibility text, starts timestamptz, ends timestamptz, skills integer)
  language sql stable as $$
  select w.lane::integer, w.visibility, w.starts::timestamp at time zone $1, w.ends::timestamp at time zone $1,
         w.skills::integer
    from unnest($2, $3, $4, $5, $6) as w (lane, visibility, starts, ends, skills)
$$;

-- Each appointment that lost its seat, and what was done for it at once. Whether it still waits is seen from the
-- appointment itself: booked, on a withdrawn seat.
create table agenda_hit (
  id              bigint generated always as identity primary key,
  appointment_id  bigint not null references appointment,
  order_id        bigint not null references orders,
  change_id       integer references agenda_change,    -- null: found by the program
  starts          timestamptz not null,
  outcome         text not null check (outcome in ('same_time', 'reserve', 'message', 'call')),
  at              timestamptz not null
);
create index agenda_hit_by_appointment on agenda_hit (appointment_id, id);
create trigger agenda_hit_append_only before update or delete or truncate on agenda_hit
  for each statement execute function refuse_change();

grant select on holiday_rule, holiday_choice, opening_exception, agent_absence, lane_duty, agenda_change, agenda_hit
  to ra_app, ra_audit;
grant update (closes, source) on holiday_choice to ra_app;
grant insert on opening, holiday, holiday_choice, opening_exception, agent_absence, lane_duty, agenda_change, agenda_hit
  to ra_app;
grant update (valid_to, withdrawn_at) on opening, lane_duty to ra_app;
grant update (withdrawn_at) on holiday, opening_exception, agent_absence to ra_app;
grant usage on all sequences in schema ra to ra_app;
