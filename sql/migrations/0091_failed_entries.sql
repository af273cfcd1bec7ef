-- SPDX-License-Identifier: GPL-3.0-or-later
-- What strangers got wrong at a door, until the log has told of it: anybody may knock at the rate of the front, and the log
-- keeps what it takes for ten years (docs/decisions/0092). A row for each door, account, manner and address; `account` is
-- '' for all that do not exist. The address is a keyed digest.
create table failed_entry (
  event      text not null,
  account    text not null,
  manner     text not null,
  address    bytea not null check (length(address) = 32),
  failures   integer not null check (failures >= 0),   -- not told yet
  first_at   timestamptz not null,                     -- of these
  last_at    timestamptz not null,
  told_at    timestamptz,
  primary key (event, account, manner, address)
);
grant select, insert, update, delete on failed_entry to ra_app;
grant select on failed_entry to ra_audit;
