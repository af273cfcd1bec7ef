-- SPDX-License-Identifier: GPL-3.0-or-later
-- Revocation: the clock of each certificate that is to be revoked, the holder's words, the tries.

-- name: revocation_open
-- params: order_id bigint, attempt integer, serial text, requested_by text, now timestamptz, limit_hours integer
-- The first request starts the clock and its task; a later one only has the job look at once.
with opened as (
  insert into revocation (order_id, attempt, serial, requested_at, requested_by, next_at)
  values ($1, $2, $3, $5, $4, $5)
  on conflict (order_id, attempt) where withdrawn_at is null do update set next_at = $5
  returning order_id, requested_at
)
insert into task (order_id, kind, text, due_at, opened_at, opened_by)
select order_id, 'revocation', 'Revogar o certificado ' || $3, requested_at + make_interval(hours => $6), $5, $4
  from opened
on conflict (order_id) where kind = 'revocation' and closed_at is null do nothing;

-- name: revocation_of_order
-- params: order_id bigint, attempt integer
select * from revocation where order_id = $1 and attempt = $2 and withdrawn_at is null;

-- name: revocation_set_authority
-- params: order_id bigint, attempt integer, authority text
update revocation set authority = $3 where order_id = $1 and attempt = $2 and withdrawn_at is null;

-- name: revocation_due
-- params: now timestamptz
select id, order_id, attempt, serial, authority, executed_at, looks from revocation
 where seen_at is null and withdrawn_at is null and next_at <= $1
 order by next_at limit 50;

-- name: revocation_look_again
-- params: id bigint, next timestamptz
update revocation set looks = looks + 1, next_at = $2 where id = $1;

-- name: revocation_executed
-- params: id bigint, reason smallint, now timestamptz
update revocation set executed_at = $3, reason = $2, looks = 0, next_at = $3 where id = $1 and executed_at is null;

-- name: revocation_seen
-- params: id bigint, now timestamptz, crl_sha256 bytea
with ended as (
  update revocation set seen_at = $2, crl_sha256 = $3 where id = $1 and seen_at is null returning order_id
)
update task t set closed_at = $2, closed_by = 'system', outcome = 'na LCR' from ended
 where t.order_id = ended.order_id and t.kind = 'revocation' and t.closed_at is null;

-- name: revocation_withdraw
-- params: id bigint, now timestamptz, reason text
with ended as (
  update revocation set withdrawn_at = $2 where id = $1 and executed_at is null returning order_id
)
update task t set closed_at = $2, closed_by = 'system', outcome = $3 from ended
 where t.order_id = ended.order_id and t.kind = 'revocation' and t.closed_at is null;

-- name: revocation_clocks
-- params: now timestamptz
-- All that are not done, the oldest first.
select r.id, r.order_id, o.code, o.ref::text as ref, r.serial, r.authority, r.requested_at, r.requested_by, r.executed_at,
       r.lateness, o.issuance_state, extract(epoch from $1 - r.requested_at)::bigint as age_s
  from revocation r join orders o on o.id = r.order_id
 where r.seen_at is null and r.withdrawn_at is null
 order by r.requested_at, r.id limit 500;

-- name: revocation_set_lateness
-- params: id bigint, lateness smallint
update revocation set lateness = $2 where id = $1;

-- name: revocation_word_add
-- params: order_id bigint, attempt integer, kind text, reason smallint, issued_at timestamptz, signature bytea, responsible bytea, now timestamptz
-- Without a change: the same word was said before.
insert into revocation_word (order_id, attempt, kind, reason, issued_at, signature, responsible, at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict on constraint revocation_word_once do nothing;

-- name: revocation_words
-- params: order_id bigint, attempt integer
select id, kind, reason, issued_at, signature, responsible from revocation_word
 where order_id = $1 and attempt = $2 and refused = '' order by id desc;

-- name: revocation_word_refuse
-- params: id bigint, refused text
update revocation_word set refused = $2 where id = $1;

-- name: revocation_key_put
-- params: order_id bigint, attempt integer, public_key bytea, registration bytea, now timestamptz
insert into revocation_key (order_id, attempt, public_key, registration, at) values ($1, $2, $3, $4, $5)
on conflict (order_id, attempt) do update
   set public_key = excluded.public_key, registration = excluded.registration, at = excluded.at;

-- name: revocation_key_of
-- params: order_id bigint, attempt integer
select public_key, registration from revocation_key where order_id = $1 and attempt = $2;

-- Words about one order wait for each other, so that many at once are not each the first.
-- name: revocation_tries_lock
-- params: code_hash bytea
select pg_advisory_xact_lock(hashtextextended('revocation:' || encode($1, 'hex'), 0));

-- name: revocation_tries
-- params: code_hash bytea, since timestamptz, address_hash bytea
select count(*) as tries, count(*) filter (where address_hash = $3) as own from revocation_try where code_hash = $1 and at > $2;

-- name: revocation_try_add
-- params: code_hash bytea, now timestamptz, address_hash bytea
insert into revocation_try (code_hash, at, address_hash) values ($1, $2, $3);

-- name: revocation_try_sweep
-- params: before timestamptz
delete from revocation_try where at < $1;

-- name: revocation_find_order
-- params: code text
-- Before anything is proved: whether there is a certificate to revoke, and which.
select o.id, o.attempt, i.certificate, i.serial
  from orders o join issuance i on i.order_id = o.id and i.attempt = o.attempt and i.state = 'issued'
 where o.code = $1 and o.issuance_state in ('issued', 'delivered', 'revocation_requested', 'revoked');

-- name: revocation_issued_here
-- params: certificate bytea
-- Somebody's certificate of ours that is neither revoked nor about to be.
select exists (select from issuance i join orders o on o.id = i.order_id and o.attempt = i.attempt
                where i.certificate = $1 and o.issuance_state in ('issued', 'delivered')) as issued;
