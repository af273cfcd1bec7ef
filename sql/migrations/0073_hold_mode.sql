-- SPDX-License-Identifier: GPL-3.0-or-later
-- In which way the order's latest hold is meant: a session by video begins after what is prepared, so its page and its
-- confirmation need to know.

alter table orders add column hold_mode text not null default 'in_person' check (hold_mode in ('in_person', 'video'));
