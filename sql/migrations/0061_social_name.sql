-- SPDX-License-Identifier: GPL-3.0-or-later
-- How a person is to be called, where that is not the name in the register. The certificate carries the register's.

alter table person add column social_name text not null default '' check (length(social_name) <= 100);
