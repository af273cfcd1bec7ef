-- SPDX-License-Identifier: GPL-3.0-or-later
-- Items, documents, consultations and the key of a dossier.

-- name: identification_rules
-- params: day date
select rules_in_force($1) as rules,
       $1::text || '.' || left(encode(sha256(convert_to(rules_in_force($1)::text, 'UTF8')), 'hex'), 16) as version;

-- name: identification_snapshot
-- params: version text
select rules from rules_snapshot where version = $1;

-- name: identification_keep_snapshot
-- params: version text, rules jsonb, at timestamptz
insert into rules_snapshot (version, rules, at) values ($1, $2, $3) on conflict (version) do nothing;

-- name: identification_marks
-- params: order_id bigint
select coalesce(person_id::text, '') as person_id, rule_id, state, reason, at
  from checklist_item
 where order_id = $1
 order by at;

-- name: identification_answers
-- params: order_id bigint
select distinct on (person_id, key) coalesce(person_id::text, '') as person_id, key, value
  from fact
 where order_id = $1
 order by person_id, key, id desc;

-- name: identification_add_answer
-- params: order_id bigint, person_id uuid, key text, value text, agent text, station text, at timestamptz
insert into fact (order_id, person_id, key, value, agent, station, at) values ($1, $2, $3, $4, $5, $6, $7);

-- name: identification_reasons
-- params: day date
select code, rule_id, suspends, text_citizen, text_agent
  from reason_code
 where valid_from <= $1 and (valid_to is null or valid_to >= $1)
 order by position, code;

-- name: identification_set_item
-- params: order_id bigint, person_id uuid, rule_id text, state text, reason text, agent text, at timestamptz
insert into checklist_item (order_id, person_id, rule_id, state, reason, agent, at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (order_id, rule_id, (coalesce(person_id, '00000000-0000-0000-0000-000000000000'::uuid)))
do update set state = excluded.state, reason = excluded.reason, agent = excluded.agent, at = excluded.at;

-- name: identification_add_document
-- params: order_id bigint, person_id uuid, item text, attempt integer, part text, kind text, sha256 bytea, size bigint, media_type text, number text, issued date, expires date, via text, original_seen boolean, agent text, station text, at timestamptz, issuer text, sides text, photo boolean, legible boolean
insert into document (order_id, person_id, item, attempt, part, kind, sha256, size_bytes, media_type, number, issued_on,
                      expires_on, via, original_seen, agent, station, at, issuer, sides, photo, legible)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
returning id::text as id;

-- name: identification_documents
-- params: order_id bigint, part text
select d.id::text as id, d.item, coalesce(p.role, 'company') as person, coalesce(d.person_id::text, '') as person_id,
       encode(d.sha256, 'hex') as sha256, d.size_bytes, d.media_type, d.kind, d.number,
       coalesce(d.issued_on::text, '') as issued_on, coalesce(d.expires_on::text, '') as expires_on, d.via,
       d.original_seen, d.issuer, d.sides, d.photo, d.legible, d.agent, d.at
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
select id::text as id, encode(sha256, 'hex') as sha256 from document
 where id = $1 and order_id = $2 and removed_at is null;

-- name: identification_add_consultation
-- params: order_id bigint, person_id uuid, kind text, result text, base text, protocol text, evidence_id uuid, agent text, station text, at timestamptz, consulted_at timestamptz, registration text, form_number text, via_seen text
insert into consultation (order_id, person_id, kind, result, base, protocol, evidence_id, agent, station, at,
                          consulted_at, registration, form_number, via_seen)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
returning id;

-- name: identification_consultations
-- params: order_id bigint
select c.kind, coalesce(p.role, 'company') as person, coalesce(c.person_id::text, '') as person_id, c.result, c.base,
       c.protocol, c.registration, c.form_number, c.via_seen, coalesce(encode(d.sha256, 'hex'), '') as evidence, c.at,
       coalesce(c.consulted_at, c.at) as consulted_at,
       (coalesce(c.consulted_at, c.at) at time zone f.zone)::date::text as day
  from consultation c
  left join person p on p.id = c.person_id
  left join document d on d.id = c.evidence_id
  join orders o on o.id = c.order_id
  join office f on f.id = o.office_id
 where c.order_id = $1
 order by c.id;

-- name: identification_dossier_key
-- params: order_id bigint
select wrapped_key from dossier where order_id = $1;

-- name: identification_add_dossier_key
-- params: order_id bigint, wrapped_key bytea, at timestamptz
insert into dossier (order_id, wrapped_key, created_at) values ($1, $2, $3)
on conflict (order_id) do nothing;

-- name: identification_open_task
-- params: order_id bigint, person_id uuid, kind text, text text, office_id integer, day date, business_days integer, at timestamptz, agent text
insert into task (order_id, person_id, kind, text, due_at, opened_at, opened_by)
values ($1, $2, $3, $4, business_deadline($5, $6, $7), $8, $9)
returning id, due_at;

-- name: identification_close_tasks
-- params: order_id bigint, person_id uuid, kind text, at timestamptz, agent text, outcome text
update task set closed_at = $4, closed_by = $5, outcome = $6
 where order_id = $1 and person_id is not distinct from $2 and kind = $3 and closed_at is null;

-- name: identification_close_task
-- params: id bigint, at timestamptz, agent text, outcome text
update task set closed_at = $2, closed_by = $3, outcome = $4 where id = $1 and closed_at is null
returning kind;

-- name: identification_tasks
-- params: now timestamptz
select t.id, coalesce(o.code, '') as code, t.kind, t.text, t.due_at, t.opened_at, t.opened_by, t.due_at < $1 as late
  from task t
  left join orders o on o.id = t.order_id
 where t.closed_at is null
 order by t.due_at, t.id
 limit 200;

-- name: identification_add_person
-- params: order_id bigint, role text, name text, cpf text, birth_date date, email text, phone text
insert into person (order_id, role, name, cpf, birth_date, email, phone)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (order_id, role, cpf) do update set name = excluded.name, birth_date = excluded.birth_date,
  email = excluded.email, phone = excluded.phone, removed_at = null
returning id::text as id;

-- name: identification_remove_person
-- params: id uuid, order_id bigint, at timestamptz
update person set removed_at = $3
 where id = $1 and order_id = $2 and role not in ('holder', 'responsible') and removed_at is null;
