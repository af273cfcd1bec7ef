-- SPDX-License-Identifier: GPL-3.0-or-later
-- The log: events, their numbers, the tree, checkpoints, exports.

-- name: audit_event_insert
-- params: at timestamptz, code text, order_id bigint, actor text, bytes bytea, salt bytea, data bytea
-- Event, what opens its commitment, and its place in the sequencer's queue, in one go: all or nothing.
with e as (insert into event (at, code, order_id, actor, bytes) values ($1, $2, $3, $4, $5) returning id),
     p as (insert into event_private (event_id, order_id, salt, data) select e.id, $3, $6, $7 from e
            where $6 is not null),
     q as (insert into event_queue (event_id) select e.id from e)
select e.id from e;

-- name: audit_sequencer_lock
-- One sequencer at a time; the lock ends with the transaction.
select pg_try_advisory_xact_lock(hashtextextended('ra.sequencer', 0)) as held;

-- name: audit_queue_next
select q.event_id, e.bytes from event_queue q join event e on e.id = q.event_id order by q.event_id limit 500;

-- name: audit_queue_done
-- params: events bigint[]
delete from event_queue where event_id = any($1);

-- name: audit_queue_lag
-- params: now timestamptz
select count(*) as waiting,
       coalesce(extract(epoch from $1 - min(e.at)) * 1000, 0)::bigint as oldest_ms
  from event_queue q join event e on e.id = q.event_id;

-- name: audit_tree_size
select coalesce(max(n) + 1, 0) as size from leaf;

-- name: audit_leaves_read
-- params: first bigint, after bigint
-- Each leaf with its event as the bytes say it and as the columns do, and what opens its commitment; an event that is
-- gone leaves nulls.
select l.n, l.hash, e.bytes, e.code, e.at, e.actor, coalesce(o.ref::text, '') as order_ref, p.salt, p.data
  from leaf l left join event e on e.id = l.event_id left join orders o on o.id = e.order_id
  left join event_private p on p.event_id = l.event_id
 where l.n >= $1 and l.n < $2 order by l.n;

-- name: audit_leaves_insert
-- params: first bigint, events bigint[], hashes text[]
insert into leaf (n, event_id, hash)
select $1 + t.place - 1, t.event_id, decode(t.hash, 'hex')
  from unnest($2, $3) with ordinality as t (event_id, hash, place);

-- name: audit_nodes_insert
-- params: levels bigint[], places bigint[], hashes text[]
insert into tree_node (level, n, hash)
select t.level, t.n, decode(t.hash, 'hex') from unnest($1, $2, $3) as t (level, n, hash);

-- name: audit_leaf_hash
-- params: n bigint
select hash from leaf where n = $1;

-- name: audit_node_hash
-- params: level integer, n bigint
select hash from tree_node where level = $1 and n = $2;

-- name: audit_leaf_hashes
-- params: first bigint, after bigint
select hash from leaf where n >= $1 and n < $2 order by n;

-- name: audit_node_hashes
-- params: level integer, first bigint, after bigint
select hash from tree_node where level = $1 and n >= $2 and n < $3 order by n;

-- name: audit_checkpoint_insert
-- params: size bigint, root bytea, note text, signed_at timestamptz
-- After a crash the signer answers for the same size again: the first note stays.
insert into checkpoint (size, root, note, signed_at) values ($1, $2, $3, $4) on conflict (size) do nothing;

-- name: audit_checkpoint_latest
select size, root, note from checkpoint order by size desc limit 1;

-- name: audit_export_range
-- params: since timestamptz, until timestamptz, size bigint
-- Leaves of the days asked for, as one unbroken range of the signed tree: what lies between belongs to it.
select coalesce(min(l.n), 0) as first, coalesce(max(l.n) + 1, 0) as after
  from event e join leaf l on l.event_id = e.id
 where e.at >= $1 and e.at < $2 and l.n < $3;

-- name: audit_export_leaves
-- params: first bigint, after bigint
select l.n, e.bytes from leaf l join event e on e.id = l.event_id where l.n >= $1 and l.n < $2 order by l.n;

-- name: audit_report_rows
-- params: first bigint, after bigint
-- As they are read by people: who by name, the order by its code.
select l.n, e.actor, coalesce(o.code, '') as order_code, e.bytes
  from leaf l join event e on e.id = l.event_id left join orders o on o.id = e.order_id
 where l.n >= $1 and l.n < $2 order by l.n;

-- name: audit_report_unhurried
-- params: milliseconds text
-- Setting the pages of a long report takes longer than a transaction may otherwise stand idle.
select set_config('idle_in_transaction_session_timeout', $1, true);

-- name: audit_export_private
-- params: first bigint, after bigint
select l.n, p.salt, p.data from leaf l join event_private p on p.event_id = l.event_id
 where l.n >= $1 and l.n < $2 order by l.n;

-- name: audit_order_leaves
-- params: order_id bigint, codes text[], size bigint
select l.n, e.bytes from event e join leaf l on l.event_id = e.id
 where e.order_id = $1 and e.code = any($2) and l.n < $3 order by l.n;

-- name: audit_order_acts
-- params: order_id bigint, codes text[]
select count(*) as acts from event where order_id = $1 and code = any($2);

-- name: audit_failure_of_cpf
-- params: event text, cpf text, manner text, address bytea, now timestamptz
insert into failed_entry (event, account, manner, address, failures, first_at, last_at)
values ($1, case when exists (select from person p where p.cpf = $2) then $2 else '' end, $3, $4, 1, $5, $5)
on conflict (event, account, manner, address) do update
   set failures = failed_entry.failures + 1, last_at = excluded.last_at,
       first_at = case when failed_entry.failures = 0 then excluded.first_at else failed_entry.first_at end;

-- name: audit_failure_of_order
-- params: event text, code text, manner text, address bytea, now timestamptz
insert into failed_entry (event, account, manner, address, failures, first_at, last_at)
values ($1, case when exists (select from orders o where o.code = $2) then $2 else '' end, $3, $4, 1, $5, $5)
on conflict (event, account, manner, address) do update
   set failures = failed_entry.failures + 1, last_at = excluded.last_at,
       first_at = case when failed_entry.failures = 0 then excluded.first_at else failed_entry.first_at end;

-- name: audit_failures_due
-- params: since timestamptz
-- Not told yet, and nothing told of the same since then.
select event, account, manner from failed_entry
 group by event, account, manner
having sum(failures) > 0 and coalesce(max(told_at), '-infinity') <= $1
 order by min(first_at) limit 100;

-- name: audit_failures_take
-- params: event text, account text, manner text, now timestamptz
-- What is counted by now, which is told from here on; whoever counts meanwhile waits, and begins at nothing.
with counted as (
  select address, failures, first_at, last_at from failed_entry
   where event = $1 and account = $2 and manner = $3 order by address for update
), told as (
  update failed_entry f set failures = 0, told_at = $4 from counted c
   where f.event = $1 and f.account = $2 and f.manner = $3 and f.address = c.address
)
select sum(failures)::bigint as failures, count(*) filter (where failures > 0) as addresses,
       min(first_at) filter (where failures > 0) as first_at, max(last_at) as last_at
  from counted;

-- name: audit_failures_sweep
-- params: before timestamptz
-- What was told so long ago that the next failure is told at once.
delete from failed_entry where failures = 0 and told_at <= $1;
