-- SPDX-License-Identifier: GPL-3.0-or-later
-- The outbox: written with the act, sent afterwards.

-- name: notice_insert
-- params: order_id bigint, kind text, recipient text, message jsonb, at timestamptz
insert into outbox (order_id, kind, recipient, message, next_at, created_at) values ($1, $2, $3, $4, $5, $5);

-- The next try is set before this one begins: whoever dies in between tries again by itself. The pauses grow from half
-- a minute to four hours. A batch at a time: what a busy hour costs the database is a few commits, not two a mail.
-- name: notice_claim
-- params: now timestamptz, most integer
update outbox o
   set tries = o.tries + 1,
       next_at = $1 + least(interval '30 seconds' * power(4, least(o.tries, 6)), interval '4 hours')
  from (select id from outbox where state = 'pending' and next_at <= $1
         order by next_at, id limit $2 for update skip locked) due
 where o.id = due.id
returning o.id, o.order_id, o.kind, o.recipient, o.message, o.tries, o.created_at;

-- name: notice_sent
-- params: ids bigint[], now timestamptz
update outbox set state = 'sent', sent_at = $2, last_error = '' where id = any ($1);

-- name: notice_not_sent
-- params: id bigint, state text, reason text
update outbox set state = $2, last_error = $3 where id = $1;

-- name: notice_waiting
-- params: now timestamptz
select count(*) as waiting, coalesce(extract(epoch from $1 - min(created_at)), 0)::bigint as oldest_s
  from outbox where state = 'pending';

-- Told once: not again while it lasts, and not within the hour for a part that falters.
-- name: notice_alarm_raise
-- params: code text, about text, words text, recipient text, message jsonb, at timestamptz
with raised as (
  insert into alarm (code, about, text, raised_at)
  select $1, $2, $3, $6
   where not exists (select from alarm where code = $1 and about = $2
                        and (over_at is null or raised_at > $6::timestamptz - interval '1 hour'))
  returning id
)
insert into outbox (kind, recipient, message, next_at, created_at)
select 'office_alarm', $4, $5, $6, $6 from raised where $4 <> '';

-- name: notice_alarm_over
-- params: code text, about text, at timestamptz
update alarm set over_at = $3 where code = $1 and about = $2 and over_at is null;
