-- SPDX-License-Identifier: GPL-3.0-or-later
-- A mail that has nothing left to say is dropped: it did not come back, and its address is as good as before.

alter table outbox drop constraint outbox_state_check;
alter table outbox add constraint outbox_state_check check (state in ('pending', 'sent', 'failed', 'dropped'));

-- An instant in the office's time, as RFC 3339 has it: a day is read by the clock on the office's wall.
create function office_instant(at timestamptz, zone text) returns text language sql stable as $$
  select to_char(local.at, 'YYYY-MM-DD"T"HH24:MI:SS') || case when local.ahead < interval '0' then '-' else '+' end
         || to_char(greatest(local.ahead, -local.ahead), 'HH24:MI')
    from (select $1 at time zone $2 as at, ($1 at time zone $2) - ($1 at time zone 'UTC') as ahead) local
$$;
