-- SPDX-License-Identifier: GPL-3.0-or-later
-- Words signed by the key of a certificate that open something (a renewal, the list of a holder's certificates) open it
-- once: what was overheard or kept is not said again while it is fresh (issue 5 part 8).

create table possession_use (
  digest   bytea primary key check (length(digest) = 32),   -- of the words and the key
  used_at  timestamptz not null
);
create index possession_use_by_time on possession_use (used_at);

grant select, insert, delete on possession_use to ra_app;
