-- SPDX-License-Identifier: GPL-3.0-or-later
-- A session that a code in the mail opened belongs to whoever reads that mailbox. When the order's address changes, because it was
-- wrong perhaps, what the former one opened ends; what the order itself gave (its token, the cookie of the browser that made it)
-- stays. Which of today's sessions a mail opened is not known: all of them end once, and are opened anew by a code.

alter table order_access add column by_mail boolean not null default false;
delete from order_access where kind = 'session';
