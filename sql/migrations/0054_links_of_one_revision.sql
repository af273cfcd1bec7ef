-- SPDX-License-Identifier: GPL-3.0-or-later
-- A mail's links act on the time that the mail was about, and on no later one.

alter table appointment_link add column sequence integer check (sequence >= 0);
update appointment_link l set sequence = a.sequence from appointment a where a.id = l.appointment_id;
alter table appointment_link alter column sequence set not null;
