-- SPDX-License-Identifier: GPL-3.0-or-later
-- A day is closed once. Who closes it again reopens it first, with the reason: both stay.

create table day_reopening (
  id          bigint generated always as identity primary key,
  closing_id  bigint not null unique references day_closing,
  reason      text not null check (length(reason) between 1 and 500),
  agent       text not null,
  station     text not null,
  at          timestamptz not null
);
create trigger day_reopening_append_only before update or delete or truncate on day_reopening
  for each statement execute function refuse_change();

-- The reopening that a closing answers to; the first closing of a day answers to none.
alter table day_closing add column reopening_id bigint unique references day_reopening;

-- What was closed over a closing, before there was this table.
alter table day_closing disable trigger day_closing_append_only;
insert into day_reopening (closing_id, reason, agent, station, at)
select former, 'fechado outra vez, quando ainda se podia', agent, station, at
  from (select *, lag(id) over (partition by office_id, day order by id) as former from day_closing) c
 where former is not null;
update day_closing c set reopening_id = r.id
  from day_reopening r
  join day_closing f on f.id = r.closing_id
 where c.office_id = f.office_id and c.day = f.day
   and c.id = (select min(n.id) from day_closing n where n.office_id = f.office_id and n.day = f.day and n.id > f.id);
alter table day_closing enable trigger day_closing_append_only;

create unique index day_closing_once on day_closing (office_id, day) where reopening_id is null;

grant select on day_reopening to ra_app, ra_audit;
grant insert on day_reopening to ra_app;
grant usage on all sequences in schema ra to ra_app;
