-- SPDX-License-Identifier: GPL-3.0-or-later
-- Replacement without cost of a certificate lost or spoiled soon after it was made (identification-rules 5.3; REV-07).

create table replacement (
  order_id      bigint primary key references orders,
  old_order_id  bigint not null unique references orders,   -- once
  old_serial    text not null check (old_serial <> ''),
  granted_by    text not null,                              -- 'holder' or the agent's name
  at            timestamptz not null
);
create trigger replacement_append_only before update or delete or truncate on replacement
  for each statement execute function refuse_change();

grant select on replacement to ra_app, ra_audit;
grant insert on replacement to ra_app;
