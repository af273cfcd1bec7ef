-- SPDX-License-Identifier: GPL-3.0-or-later
-- The counter: who may be called, in which order and by whom, what the panel announces, and what a person needs to be
-- served well.

-- The classes of the law with their place in the queue. `ahead_minutes`: how much earlier than it came a ticket of the
-- class counts as come; nobody is ever passed by who came more than that later (docs/decisions/0027).
create table priority_class (
  class          text not null check (class ~ '^[a-z0-9+]{1,16}$'),
  position       integer not null,                    -- in the list that people choose from
  ahead_minutes  integer not null check (ahead_minutes between 0 and 1440),
  text           text not null,
  label          text not null,                       -- in the sentence of a call: "80+"
  law            text not null,
  declared       boolean not null default true,       -- false: given by the program, nobody chooses it
  valid_from     date not null,
  valid_to       date,
  layer          text not null check (layer in ('SEED', 'NORM', 'AC')),
  source         text not null,
  evidence       text not null check (evidence in ('SEED', 'T', 'S', 'V', 'U')),
  primary key (class, valid_from)
);

alter table visit
  add column state           text not null default 'waiting'
    check (state in ('waiting', 'called', 'parked', 'finished', 'no_show', 'undone')),
  add column due_at          timestamptz,             -- its place in line: the hour booked or the arrival; never moves
  add column by_hour         boolean not null default false,  -- due_at is the hour that was booked
  add column first_called_at timestamptz,
  add column desk            text not null default '',
  add column parked_reason   text not null default '',
  add column parked_until    timestamptz,
  add column reserved_for    text not null default '',        -- transferred: the agent who should call
  add column reserved_until  timestamptz;                     -- from then on anybody may

update visit v
   set due_at = v.checked_in_at, first_called_at = v.called_at,
       state = case when v.id < (select max(w.id) from visit w where w.order_id = v.order_id) then 'finished'
                    when o.attendance_state = 'none' then 'undone' else o.attendance_state end
  from orders o
 where o.id = v.order_id;
-- Two visits left open by one agent cannot both be in hand.
update visit v set state = 'parked'
 where v.state = 'called'
   and v.id < (select max(w.id) from visit w where w.office_id = v.office_id and w.agent = v.agent and w.state = 'called');
update orders o set attendance_state = 'parked'
  from visit v
 where v.order_id = o.id and v.state = 'parked' and o.attendance_state = 'called';
alter table visit alter column due_at set not null;

-- A ticket is called once at a time, an agent has one person before him: whatever the program forgets.
create unique index visit_one_open on visit (order_id) where state in ('waiting', 'called', 'parked');
create unique index visit_one_in_hand on visit (office_id, agent) where state = 'called';
create index visit_waiting on visit (office_id, day) where state = 'waiting';

-- What the panel announces, in the order of its ids. An undone act takes its announcement off the panel.
create table visit_call (
  id         bigint generated always as identity primary key,
  visit_id   bigint not null references visit,
  act_id     bigint not null unique references counter_act,
  office_id  integer not null references office,
  day        date not null,
  ticket     text not null,
  desk       text not null,
  at         timestamptz not null
);
create index visit_call_by_day on visit_call (office_id, day, id desc);
create index visit_call_by_visit on visit_call (visit_id);
create trigger visit_call_append_only before update or delete or truncate on visit_call
  for each statement execute function refuse_change();

-- Facts of the booking that the office prepares for. They belong to the order: a moved appointment keeps them.
create table access_need (
  order_id  bigint not null references orders,
  need      text not null check (need in ('ramp', 'libras', 'interpreter')),
  primary key (order_id, need)
);

insert into state_transition values
  ('attendance', 'waiting', 'parked', 'set aside before being called'),
  ('attendance', 'no_show', 'parked', 'false no-show of one set aside');

grant select on priority_class, visit_call, access_need to ra_app, ra_audit;
grant insert on visit_call, access_need to ra_app;
grant delete on access_need to ra_app;
