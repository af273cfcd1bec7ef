-- SPDX-License-Identifier: GPL-3.0-or-later
-- Items, documents, consultations and the key of a dossier.

-- name: identification_items
-- params: order_id bigint, subject text, day date
-- Rules in force on the day, each with its state; person_id is null for what belongs to the company.
select r.id, r.person, r.kind, coalesce(r.consult, '') as consult, r.alternatives, r.text_agent, r.source, r.required,
       r.waivable, coalesce(i.state, 'pending') as state, coalesce(i.reason, '') as reason,
       coalesce(p.id::text, '') as person_id
  from checklist_rule r
  left join person p on p.order_id = $1 and p.role = r.person
  left join checklist_item i on i.order_id = $1 and i.rule_id = r.id and i.person_id is not distinct from p.id
 where r.subject = $2 and r.valid_from <= $3 and (r.valid_to is null or r.valid_to >= $3)
 order by r.position, r.id;

-- name: identification_set_item
-- params: order_id bigint, person_id uuid, rule_id text, state text, reason text, agent text, at timestamptz
insert into checklist_item (order_id, person_id, rule_id, state, reason, agent, at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (order_id, rule_id, (coalesce(person_id, '00000000-0000-0000-0000-000000000000'::uuid)))
do update set state = excluded.state, reason = excluded.reason, agent = excluded.agent, at = excluded.at;

-- name: identification_add_document
-- params: order_id bigint, person_id uuid, item text, attempt integer, part text, kind text, sha256 bytea, size bigint, media_type text, number text, issued date, expires date, via text, original_seen boolean, agent text, station text, at timestamptz
insert into document (order_id, person_id, item, attempt, part, kind, sha256, size_bytes, media_type, number, issued_on,
                      expires_on, via, original_seen, agent, station, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
returning id::text as id;

-- name: identification_documents
-- params: order_id bigint, part text
select d.id::text as id, d.item, coalesce(p.role, 'company') as person, encode(d.sha256, 'hex') as sha256, d.size_bytes,
       d.media_type, d.kind, d.number, coalesce(d.issued_on::text, '') as issued_on,
       coalesce(d.expires_on::text, '') as expires_on, d.via, d.original_seen
  from document d
  left join person p on p.id = d.person_id
 where d.order_id = $1 and d.part = $2 and d.removed_at is null
 order by d.at, d.id;

-- name: identification_document
-- params: id uuid
select d.id::text as id, d.order_id, o.code, o.ref::text as ref, d.sha256, d.size_bytes, d.media_type
  from document d
  join orders o on o.id = d.order_id
 where d.id = $1 and d.removed_at is null;

-- name: identification_document_of_order
-- params: id uuid, order_id bigint
select id::text as id from document where id = $1 and order_id = $2 and removed_at is null;

-- name: identification_add_consultation
-- params: order_id bigint, person_id uuid, kind text, result text, base text, protocol text, evidence_id uuid, agent text, station text, at timestamptz
insert into consultation (order_id, person_id, kind, result, base, protocol, evidence_id, agent, station, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
returning id;

-- name: identification_consultations
-- params: order_id bigint
select c.kind, coalesce(p.role, 'company') as person, c.result, c.base, c.protocol,
       coalesce(encode(d.sha256, 'hex'), '') as evidence, c.at
  from consultation c
  left join person p on p.id = c.person_id
  left join document d on d.id = c.evidence_id
 where c.order_id = $1
 order by c.id;

-- name: identification_dossier_key
-- params: order_id bigint
select wrapped_key from dossier where order_id = $1;

-- name: identification_add_dossier_key
-- params: order_id bigint, wrapped_key bytea, at timestamptz
insert into dossier (order_id, wrapped_key, created_at) values ($1, $2, $3)
on conflict (order_id) do nothing;
