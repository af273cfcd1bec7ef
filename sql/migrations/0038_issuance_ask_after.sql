-- SPDX-License-Identifier: GPL-3.0-or-later
-- When an open request for a certificate is asked about next: an AC that says "in five minutes", or a portal to which
-- people carry files, is not asked every few seconds, and does not stand before those that can be answered.
alter table issuance add column ask_after timestamptz not null default '-infinity';
create index issuance_open on issuance (ask_after) where state in ('intent', 'sent', 'unknown');
