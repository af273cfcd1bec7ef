-- SPDX-License-Identifier: GPL-3.0-or-later
-- What goes into the package of one case, from every room's tables, read only.

-- name: dossier_documents
-- params: order_id bigint
select d.id::text as id, d.item, d.part, d.attempt, d.kind, coalesce(p.role, 'company') as person, d.sha256,
       d.size_bytes, d.media_type, d.number, coalesce(d.issued_on::text, '') as issued_on,
       coalesce(d.expires_on::text, '') as expires_on, d.via, d.issuer, d.sides, d.photo, d.legible,
       d.original_seen, d.agent, d.station, d.at
  from document d
  left join person p on p.id = d.person_id
 where d.order_id = $1 and d.removed_at is null
 order by d.part desc, d.at, d.id;

-- name: dossier_key
-- params: order_id bigint
select wrapped_key from dossier where order_id = $1;

-- name: dossier_statements
-- params: order_id bigint
select attempt, typ, cms, sha256, signer, issued_at from statement where order_id = $1 order by id;

-- name: dossier_rosters
-- params: order_id bigint
-- The rosters in force when each statement came, and the one in force now.
select distinct r.version, r.bundle
  from (select s.at from statement s where s.order_id = $1 union all select 'infinity'::timestamptz) moment
 cross join lateral (select version, bundle from roster where accepted_at <= moment.at
                      order by version desc limit 1) r
 order by r.version;

-- name: dossier_certificate
-- params: order_id bigint, attempt integer
select certificate, chain, proof_counter, proof_mail, serial, issued_at
  from issuance
 where order_id = $1 and attempt = $2 and state = 'issued' and certificate is not null;
