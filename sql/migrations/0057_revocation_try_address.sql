-- SPDX-License-Identifier: GPL-3.0-or-later
-- Wrong revocation passwords are counted by who types them, too: whoever knows an order's code must not be able to close
-- this proof to its holder (issue 5 part 7). A keyed digest, never the address.
alter table revocation_try add column address_hash bytea check (length(address_hash) = 32);
