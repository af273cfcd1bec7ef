-- SPDX-License-Identifier: GPL-3.0-or-later
-- A seat is somebody's from the first click (a hold), and one that is given back belongs to the waiting list first.

-- Given back, a seat is free for the office at once and for the public from here on: a random instant, so that nobody can
-- set a clock by it. It is stored with the seat and honoured by the queries; no job is needed for correctness.
alter table seat add column public_from timestamptz;

create index seat_held_by_order on seat (order_id) where state = 'held';
create index seat_withheld on seat (office_id, public_from) where public_from is not null;

-- May `asker` take this seat now, for what needs `wanted` skills? The office takes any free one that is not kept for
-- walk-ins; the public a public one that is not withheld; whoever holds it, his own. A lapsed hold is nobody's. Simple
-- enough for the planner to put in place.
create function seat_is_open(s seat, at timestamptz, at_office boolean, asker bigint, wanted integer) returns boolean
  language sql immutable as $$
  select (s.state = 'free' or (s.state = 'held' and (s.held_until <= at or s.order_id = asker)))
     and s.visibility <> 'walk_in' and s.skills & wanted = wanted
     and (at_office or (s.state = 'held' and s.order_id = asker)
          or (s.visibility = 'public' and (s.public_from is null or s.public_from <= at)))
$$;

-- Who would take an earlier seat. The list is served in the order of arrival, which is the order of id.
create table waiting (
  id          bigint generated always as identity primary key,
  order_id    bigint not null references orders,
  office_id   integer not null references office,
  mode        text not null check (mode in ('in_person', 'video')),
  first_day   date not null,                          -- of the office's zone, both included
  last_day    date not null check (last_day >= first_day),
  joined_at   timestamptz not null,
  left_at     timestamptz,                            -- null: waits
  outcome     text not null default '' check (outcome in ('', 'served', 'left', 'passed')),
  check ((left_at is null) = (outcome = ''))
);
create unique index waiting_once on waiting (order_id) where left_at is null;
create index waiting_in_turn on waiting (office_id, id) where left_at is null;

-- One seat offered to one of the list, for a time: the seat is held for that order meanwhile. A release of a seat is
-- offered to each of them once.
create table seat_offer (
  id          bigint generated always as identity primary key,
  waiting_id  bigint not null references waiting,
  order_id    bigint not null references orders,
  seat_id     bigint not null,                        -- not a reference: seats that are past may go
  starts      timestamptz not null,
  offered_at  timestamptz not null,
  until       timestamptz not null check (until > offered_at),
  token_hash  bytea not null unique check (length(token_hash) = 32),
  outcome     text not null default '' check (outcome in ('', 'accepted', 'declined', 'lapsed')),
  ended_at    timestamptz,
  check ((ended_at is null) = (outcome = ''))
);
create unique index seat_offer_one_at_a_time on seat_offer (order_id) where outcome = '';
create index seat_offer_open on seat_offer (until) where outcome = '';
create index seat_offer_by_seat on seat_offer (seat_id, waiting_id);

-- Work that was shown for a click under attack counts once. A row is kept as long as its challenge could be shown again.
create table work_spent (
  challenge_hash  bytea primary key check (length(challenge_hash) = 32),
  expires_at      timestamptz not null
);
create index work_spent_by_age on work_spent (expires_at);

grant select, insert, update on waiting, seat_offer to ra_app;
grant select, insert, delete on work_spent to ra_app;
grant select on waiting, seat_offer to ra_audit;
grant usage on all sequences in schema ra to ra_app;
