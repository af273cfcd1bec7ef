-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the floors themselves ask: health and idempotency keys.

-- name: floor_ping
select 1 as one;

-- Two requests with the same key wait for each other until the first one's transaction ends.
-- name: idempotency_lock
-- params: scope text, key_hash text
select pg_advisory_xact_lock(hashtextextended($1 || ':' || $2, 0));

-- name: idempotency_find
-- params: scope text, key_hash bytea
select request_hash, status, content_type, body
  from idempotency
 where scope = $1 and key_hash = $2;

-- name: idempotency_insert
-- params: scope text, key_hash bytea, request_hash bytea, status integer, content_type text, body bytea, at timestamptz
insert into idempotency (scope, key_hash, request_hash, status, content_type, headers, body, created_at)
values ($1, $2, $3, $4, $5, '{}', $6, $7)
on conflict (scope, key_hash) do nothing;

-- name: idempotency_sweep
-- params: before timestamptz
delete from idempotency where created_at < $1;

-- Run by --migrate alone, as ra_owner. The lock ends with the transaction.
-- name: migration_lock
select pg_advisory_xact_lock(hashtextextended('ra.migrate', 0));

-- name: migration_table
create table if not exists ra.schema_migration (
  kind        text not null check (kind in ('migration', 'rule')),
  name        text not null,
  checksum    text not null check (checksum ~ '^[0-9a-f]{64}$'),
  applied_at  timestamptz not null,
  primary key (kind, name)
);

-- name: migration_list
-- params: kind text
select name from ra.schema_migration where kind = $1 order by name;

-- name: migration_find
-- params: kind text, name text
select checksum from ra.schema_migration where kind = $1 and name = $2;

-- name: migration_record
-- params: kind text, name text, checksum text, at timestamptz
insert into ra.schema_migration (kind, name, checksum, applied_at)
values ($1, $2, $3, $4)
on conflict (kind, name) do update set checksum = excluded.checksum, applied_at = excluded.applied_at;
