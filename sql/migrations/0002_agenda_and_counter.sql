-- SPDX-License-Identifier: GPL-3.0-or-later
-- Seats over a rolling horizon, appointments, the counter.

-- The seat row is the guard: whoever turns it to 'booked' has it. A lapsed hold counts as free by its expiry alone.
create table seat (
  id          bigint generated always as identity primary key,
  office_id   integer not null references office,
  lane        integer not null check (lane >= 1),
  visibility  text not null check (visibility in ('public', 'internal')),
  starts      timestamptz not null,
  ends        timestamptz not null check (ends > starts),
  state       text not null default 'free' check (state in ('free', 'held', 'booked', 'blocked')),
  order_id    bigint references orders,
  held_until  timestamptz,
  unique (office_id, lane, starts),
  constraint seat_never_twice exclude using gist
    (office_id with =, lane with =, tstzrange(starts, ends) with &&),
  constraint seat_state_shape check (
    (state in ('free', 'blocked') and order_id is null and held_until is null)
    or (state = 'held' and order_id is not null and held_until is not null)
    or (state = 'booked' and order_id is not null and held_until is null))
);
create index seat_by_start on seat (office_id, starts, lane);
create unique index seat_one_per_order on seat (order_id) where state = 'booked';

create table appointment (
  id            bigint generated always as identity primary key,
  order_id      bigint not null references orders,
  seat_id       bigint references seat,               -- null once cancelled or missed
  office_id     integer not null references office,
  starts        timestamptz not null,
  ends          timestamptz not null,
  mode          text not null check (mode in ('in_person', 'video')),
  priority      text not null default '',
  state         text not null default 'booked' check (state in ('booked', 'cancelled', 'kept', 'missed')),
  uid           text not null unique,                 -- iCalendar UID, stable for the appointment's life
  sequence      integer not null default 0 check (sequence >= 0),
  created_at    timestamptz not null,
  updated_at    timestamptz not null,
  constraint appointment_holds_seat check ((seat_id is not null) = (state in ('booked', 'kept')))
);
create unique index appointment_one_live on appointment (order_id) where state in ('booked', 'kept');
create index appointment_by_day on appointment (office_id, starts);

-- One row a visit. ticket: letter + number without gaps or twins within office and day.
create table visit (
  id             bigint generated always as identity primary key,
  order_id       bigint not null references orders,
  office_id      integer not null references office,
  day            date not null,
  ticket_letter  char(1) not null,
  ticket_number  integer not null check (ticket_number >= 1),
  priority       text not null default '',
  walk_in        boolean not null,
  checked_in_at  timestamptz not null,
  called_at      timestamptz,
  calls          integer not null default 0,
  agent          text not null default '',            -- who called
  station        text not null default '',
  finished_at    timestamptz,
  reason         text not null default '',            -- the stored sentence of why this one was called
  unique (office_id, day, ticket_letter, ticket_number)
);
create index visit_by_order on visit (order_id, id desc);
create index visit_by_day on visit (office_id, day);

create table ticket_counter (
  office_id      integer not null references office,
  day            date not null,
  letter         char(1) not null,
  last           integer not null,
  primary key (office_id, day, letter)
);

-- Each act at the counter with what it changed, so that undo is a new act and never a rewriting.
create table counter_act (
  id          bigint generated always as identity primary key,
  order_id    bigint not null references orders,
  act         text not null,
  agent       text not null,
  station     text not null,
  at          timestamptz not null,
  before      jsonb not null,
  undoes      bigint unique references counter_act
);
create index counter_act_by_order on counter_act (order_id, id desc);
create trigger counter_act_append_only before update or delete or truncate on counter_act
  for each statement execute function refuse_change();

create table payment (
  id           bigint generated always as identity primary key,
  order_id     bigint not null references orders,
  method       text not null,
  amount_cents integer not null check (amount_cents >= 0),
  agent        text not null,
  at           timestamptz not null,
  reference    text not null default ''
);
create index payment_by_order on payment (order_id);
