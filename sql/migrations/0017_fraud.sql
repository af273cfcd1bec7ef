-- SPDX-License-Identifier: GPL-3.0-or-later
-- Fraud (rules 3.9): the comunicado that goes to the AC, once for a case, and when it went. What was known is kept as it
-- was known then.

create table fraud_report (
  id           bigint generated always as identity primary key,
  order_id     bigint not null references orders,
  kind         text not null check (kind in ('attempt', 'realised')),
  description  text not null check (length(description) between 1 and 2000),
  modus        text not null check (length(modus) <= 2000),
  physical     text not null check (length(physical) <= 2000),
  stop         text not null check (stop in ('none', 'refusal', 'revocation')),
  statement    bytea references statement (sha256),     -- what stopped the case
  task_id      bigint not null references task,
  form         jsonb not null,
  agent        text not null,
  station      text not null,
  at           timestamptz not null,
  constraint fraud_report_once unique (order_id),
  check ((stop = 'none') = (statement is null))
);
create trigger fraud_report_append_only before update or delete or truncate on fraud_report
  for each statement execute function refuse_change();

-- The occurrences of the lista negativa that it made.
create table fraud_report_entry (
  report_id  bigint not null references fraud_report,
  entry_id   uuid not null references neglist_entry,
  primary key (report_id, entry_id)
);
create trigger fraud_report_entry_append_only before update or delete or truncate on fraud_report_entry
  for each statement execute function refuse_change();

create table fraud_report_sent (
  report_id  bigint not null references fraud_report,
  protocol   text not null check (length(protocol) between 1 and 120),   -- as the AC numbered it
  agent      text not null,
  station    text not null,
  at         timestamptz not null,
  constraint fraud_sent_once primary key (report_id)
);
create trigger fraud_report_sent_append_only before update or delete or truncate on fraud_report_sent
  for each statement execute function refuse_change();

-- Whoever says it first, the holder or an agent, starts the one clock of a case.
create unique index task_fraud_once on task (order_id) where kind = 'fraud_report' and closed_at is null;

grant select on fraud_report, fraud_report_entry, fraud_report_sent to ra_app, ra_audit;
grant insert on fraud_report, fraud_report_entry, fraud_report_sent to ra_app;
grant usage on all sequences in schema ra to ra_app;
