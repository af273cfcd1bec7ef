-- SPDX-License-Identifier: GPL-3.0-or-later
-- What comes back about an appointment, what reminds of it, and who may subscribe to the agenda.

-- The links of the mails: one token opens one appointment, until it starts.
create table appointment_link (
  token_hash      bytea primary key check (length(token_hash) = 32),
  appointment_id  bigint not null references appointment,
  created_at      timestamptz not null,
  expires_at      timestamptz not null check (expires_at > created_at)
);
create index appointment_link_by_age on appointment_link (expires_at);

-- Confirmed by a link, or answered by a calendar (RFC 5546 3.2.3, 3.2.7), to one revision of the appointment.
create table appointment_answer (
  id              bigint generated always as identity primary key,
  appointment_id  bigint not null references appointment,
  sequence        integer not null check (sequence >= 0),
  answer          text not null check (answer in ('accepted', 'tentative', 'declined', 'countered')),
  channel         text not null check (channel in ('calendar', 'link')),
  stamped_at      timestamptz not null,               -- DTSTAMP of the answer
  at              timestamptz not null,               -- when it came
  constraint appointment_answer_once unique (appointment_id, sequence, answer, stamped_at)
);
create trigger appointment_answer_append_only before update or delete or truncate on appointment_answer
  for each statement execute function refuse_change();

-- One of a kind for each start that was ever agreed: a move has its own, a restart none twice.
create table appointment_reminder (
  appointment_id  bigint not null references appointment,
  starts          timestamptz not null,
  kind            text not null check (kind in ('first', 'second')),
  at              timestamptz not null,
  primary key (appointment_id, starts, kind)
);
create trigger appointment_reminder_append_only before update or delete or truncate on appointment_reminder
  for each statement execute function refuse_change();
create index appointment_to_come on appointment (starts) where state = 'booked';

-- The secret address of a feed is made of the server's key and the generation; kept is its hash.
create table calendar_feed (
  office_id   integer not null references office,
  owner       text not null check (owner ~ '^([0-9a-f]{64})?$'),   -- the agent's key; '' is the office itself
  name        text not null,                          -- of the agent in the roster
  generation  integer not null check (generation >= 1),
  token_hash  bytea not null unique check (length(token_hash) = 32),
  made_at     timestamptz not null,
  primary key (office_id, owner)
);

grant select on appointment_link, appointment_answer, appointment_reminder, calendar_feed to ra_app;
grant insert on appointment_link, appointment_answer, appointment_reminder, calendar_feed to ra_app;
grant delete on appointment_link to ra_app;
grant update (generation, token_hash, name, made_at) on calendar_feed to ra_app;
grant select on appointment_answer, appointment_reminder to ra_audit;
grant usage on all sequences in schema ra to ra_app;
