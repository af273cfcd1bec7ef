-- SPDX-License-Identifier: GPL-3.0-or-later
-- A certificate that the AC returned and the AR refused is a matter to take up with the AC: a task like the others. What
-- kinds there are is the programs' to say.
alter table task drop constraint task_kind_check;
alter table task add constraint task_kind_check check (kind ~ '^[a-z][a-z0-9_]{1,40}$');
