-- SPDX-License-Identifier: GPL-3.0-or-later
-- Policies, and the changes that two administrators sign.

-- name: policy_rows_on
-- params: day date
-- One row a key: where windows overlap the later row is the later decision.
select distinct on (key) key, value, layer, source, evidence, valid_from::text as valid_from,
       coalesce(valid_to::text, '') as valid_to, description, policy_accepts(key) as accepts,
       coalesce(set_by, 0) as set_by
  from policy
 where valid_from <= $1 and (valid_to is null or valid_to >= $1)
 order by key, policy.valid_from desc;

-- name: policy_rows_all
select key, value, layer, source, evidence, valid_from::text as valid_from, coalesce(valid_to::text, '') as valid_to,
       description, policy_accepts(key) as accepts, coalesce(set_by, 0) as set_by
  from policy
 order by key, policy.valid_from;

-- name: policy_accepts
-- params: key text
select policy_accepts($1) as accepts;

-- Whoever proposes, signs or withdraws waits for the one before.
-- name: policy_lock
select pg_advisory_xact_lock(hashtextextended('ra.policy', 0));

-- name: policy_next_version
select coalesce(max(version), 0) + 1 as version from policy_change;

-- name: policy_problem
-- params: key text, before jsonb, value jsonb, valid_from date, today date
select policy_change_problem($1, $2, $3, $4, $5) as problem;

-- name: policy_changes
-- params: ended boolean
-- The newest first; those that ended only when asked for.
select c.version, c.key, c.before, c.value, c.valid_from::text as valid_from, c.layer, c.source, c.evidence, c.reason,
       c.not_after, coalesce(o.outcome, '') as outcome, coalesce(o.actor, '') as ended_by, o.at as ended_at,
       array(select s.signer from policy_signature s where s.version = c.version order by s.at, s.signer) as signers
  from policy_change c left join policy_outcome o using (version)
 where $1 or o.outcome is null
 order by c.version desc;

-- name: policy_change_find
-- params: version integer
select c.content, c.not_after, coalesce(o.outcome, '') as outcome
  from policy_change c left join policy_outcome o using (version)
 where c.version = $1;

-- name: policy_signatures
-- params: version integer
select cms from policy_signature where version = $1 order by at, signer_spki;

-- name: policy_change_insert
-- params: version integer, content bytea
-- The other columns are read from the content by the table's trigger.
insert into policy_change (version, content) values ($1, $2);

-- name: policy_signature_insert
-- params: version integer, signer_spki bytea, signer text, cms bytea, at timestamptz
insert into policy_signature (version, signer_spki, signer, cms, at) values ($1, $2, $3, $4, $5);

-- name: policy_outcome_insert
-- params: version integer, outcome text, actor text, at timestamptz
insert into policy_outcome (version, outcome, actor, at) values ($1, $2, $3, $4);
