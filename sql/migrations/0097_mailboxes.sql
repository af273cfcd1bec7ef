-- SPDX-License-Identifier: GPL-3.0-or-later
-- The mailbox behind an address, for the limit of what one may be sent: servers take large letters for small ones, and
-- most of them whatever follows a plus. Addresses are kept and written to as they were typed.
create function mailbox_of(email text) returns text language sql immutable parallel safe as $$
  select lower(regexp_replace(email, '\+[^@]*@', '@'))
$$;

create index person_by_mailbox on person (mailbox_of(email));
