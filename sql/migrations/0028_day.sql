-- SPDX-License-Identifier: GPL-3.0-or-later
-- The day of the office: what one shift leaves to the next, outages, what was printed, and the closing that an agent
-- signs. Nothing of it is ever rewritten.

create table handover_note (
  id         bigint generated always as identity primary key,
  office_id  integer not null references office,
  text       text not null check (length(text) between 1 and 2000),
  agent      text not null,
  station    text not null,
  at         timestamptz not null
);
create index handover_note_by_office on handover_note (office_id, id desc);
create trigger handover_note_append_only before update or delete or truncate on handover_note
  for each statement execute function refuse_change();

create table outage (
  id          bigint generated always as identity primary key,
  office_id   integer not null references office,
  what        text not null check (length(what) between 1 and 40),
  agent       text not null,
  station     text not null,
  started_at  timestamptz not null
);
create trigger outage_append_only before update or delete or truncate on outage
  for each statement execute function refuse_change();
create table outage_end (
  outage_id   bigint primary key references outage,
  agent       text not null,
  station     text not null,
  at          timestamptz not null
);
create trigger outage_end_append_only before update or delete or truncate on outage_end
  for each statement execute function refuse_change();

-- Each paper that left a printer, so that a second one says that it is one.
create table print_copy (
  id         bigint generated always as identity primary key,
  order_id   bigint not null references orders,
  what       text not null check (what in ('ticket', 'missing', 'receipt')),
  copy       integer not null check (copy >= 1),
  agent      text not null,
  station    text not null,
  at         timestamptz not null,
  unique (order_id, what, copy)
);
create trigger print_copy_append_only before update or delete or truncate on print_copy
  for each statement execute function refuse_change();

-- `content` are the very bytes that the agent read and signed (detached CMS, docs/decisions/0028).
create table day_closing (
  id          bigint generated always as identity primary key,
  office_id   integer not null references office,
  day         date not null,
  content     bytea not null,
  cms         bytea not null,
  difference_cents bigint not null,
  reason      text not null default '' check (length(reason) <= 500),
  agent       text not null,
  station     text not null,
  at          timestamptz not null,
  constraint day_closing_explained check (difference_cents = 0 or reason <> '')
);
create index day_closing_by_day on day_closing (office_id, day, id desc);
create trigger day_closing_append_only before update or delete or truncate on day_closing
  for each statement execute function refuse_change();

grant select on handover_note, outage, outage_end, print_copy, day_closing to ra_app, ra_audit;
grant insert on handover_note, outage, outage_end, print_copy, day_closing to ra_app;
grant usage on all sequences in schema ra to ra_app;
