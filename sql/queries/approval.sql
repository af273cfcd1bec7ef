-- SPDX-License-Identifier: GPL-3.0-or-later
-- Statements and rosters as they were signed.

-- name: approval_roster_latest
select version, bundle from roster order by version desc limit 1;

-- name: approval_roster_insert
-- params: version integer, bundle bytea, not_after timestamptz, accepted_at timestamptz
-- The signer answers the same roster again with the same version: the first row stays.
insert into roster (version, bundle, not_after, accepted_at) values ($1, $2, $3, $4)
on conflict (version) do nothing;

-- name: approval_statement_insert
-- params: order_id bigint, attempt integer, typ text, cms bytea, sha256 bytea, signer_spki bytea, signer text, issued_at timestamptz, not_after timestamptz, at timestamptz
insert into statement (order_id, attempt, typ, cms, sha256, signer_spki, signer, issued_at, not_after, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: approval_pair
-- params: order_id bigint, attempt integer
-- What a certificate is asked for by; of each there is one at most.
select typ, cms from statement
 where order_id = $1 and attempt = $2 and typ in ('guiche-validation-v1', 'guiche-verification-v1');

-- name: approval_statements
-- params: order_id bigint, attempt integer, typ text
select cms, sha256, signer_spki, signer from statement where order_id = $1 and attempt = $2 and typ = $3 order by id;
