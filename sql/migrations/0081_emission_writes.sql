-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the rows of an emission cost to write.

-- A certificate does not compress, and its chain in PEM by a quarter: trying took longer than all else the row needs.
alter table issuance alter column certificate set storage external, alter column chain set storage external;

-- A case moves a dozen times between order and certificate: in a page with room its row moves without touching its indexes.
alter table orders set (fillfactor = 80);

-- The queue's row is written by the statement that writes the event, events are never deleted, and the leaf that takes the
-- queue's place refers to the event too.
alter table event_queue drop constraint event_queue_event_id_fkey;
