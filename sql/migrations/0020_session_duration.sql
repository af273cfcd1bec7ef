-- SPDX-License-Identifier: GPL-3.0-or-later
-- How long a session lasts and what its agent must be able to do: product × persons × mode, dated. And seats that say
-- what may be done on them.

-- What not every agent, counter or camera can serve. `bit` is the place of the word in the masks of seats and sessions.
create table agenda_skill (
  word  text primary key check (word ~ '^[a-z_]{2,20}$'),
  bit   smallint not null unique check (bit between 0 and 29),
  name  text not null
);

create function skill_mask(words text[]) returns integer language sql stable set search_path from current as $$
  select coalesce(sum(1 << bit), 0)::integer from agenda_skill where word = any (words)
$$;

-- The row with the most persons that are not more than those who come; a row of the product before one of '*'.
create table session_duration (
  product_id           text not null check (product_id = '*' or product_id ~ '^[a-z0-9-]{1,40}$'),
  mode                 text not null check (mode in ('in_person', 'video')),
  persons              integer not null check (persons between 1 and 50),
  minutes              integer not null check (minutes between 5 and 480),
  preparation_minutes  integer not null check (preparation_minutes between 0 and 120),
  skills               text[] not null default '{}',
  valid_from           date not null,
  valid_to             date,
  layer                text not null check (layer in ('SEED', 'NORM', 'AC')),
  source               text not null,
  evidence             text not null,
  primary key (product_id, mode, persons, valid_from)
);

-- A walk-in seat is kept for who comes without an hour: no booking takes it.
alter table seat drop constraint seat_visibility_check;
alter table seat add constraint seat_visibility_check check (visibility in ('public', 'internal', 'walk_in'));
alter table seat add column skills integer not null default 1073741823;   -- all

grant select on agenda_skill, session_duration to ra_app, ra_audit;
