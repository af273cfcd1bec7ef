-- SPDX-License-Identifier: GPL-3.0-or-later
-- When certificates end, and which notices of it their holders were sent: one for each threshold, ever.

create table expiry (
  order_id   bigint not null references orders,
  attempt    integer not null,
  from_at    timestamptz not null,                        -- validity of the certificate
  until_at   timestamptz not null,
  look_at    timestamptz,                                 -- when to look again; null: never more
  primary key (order_id, attempt)
);
create index expiry_due on expiry (look_at) where look_at is not null;

create index issuance_by_issue on issuance (issued_at) where certificate is not null;
create index expiry_by_start on expiry (from_at);

create table expiry_notice (
  order_id  bigint not null references orders,
  attempt   integer not null,
  days      integer not null check (days between 1 and 365),
  at        timestamptz not null,
  primary key (order_id, attempt, days)
);
create trigger expiry_notice_append_only before update or delete or truncate on expiry_notice
  for each statement execute function refuse_change();

grant select on expiry, expiry_notice to ra_app, ra_audit;
grant insert on expiry, expiry_notice to ra_app;
grant update (look_at) on expiry to ra_app;
