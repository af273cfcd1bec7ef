-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the office was told by mail because it asks for somebody (issue 5): one row for each alarm, so that it is told
-- once. `about` tells one alarm from the next of its kind: order and attempt, serial and step, or the part that is ill.
create table alarm (
  id         bigint generated always as identity primary key,
  code       text not null,
  about      text not null,
  text       text not null,
  raised_at  timestamptz not null,
  over_at    timestamptz                               -- of a part that is well again
);
create index alarm_by_subject on alarm (code, about, raised_at);
grant select, insert on alarm to ra_app;
grant update (over_at) on alarm to ra_app;
grant select on alarm to ra_audit;
grant usage on all sequences in schema ra to ra_app;
