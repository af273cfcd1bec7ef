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

-- name: identification_norm_note
-- params: day date
select text_citizen, source
  from norm_note
 where id = 'resolution-90' and valid_from <= $1 and (valid_to is null or valid_to >= $1)
 order by valid_from desc
 limit 1;

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
       d.original_seen, d.issuer, d.sides, d.photo, d.legible, d.agent, d.at,
       coalesce(d.copied_from::text, '') as copied_from
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
returning kind, coalesce((select o.code from orders o where o.id = task.order_id), '') as code;

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
-- Who comes back is who left: what was consulted and accepted of him was about that name and that date.
on conflict (order_id, role, cpf) do update set email = excluded.email, phone = excluded.phone, removed_at = null
  where person.name = excluded.name and person.birth_date = excluded.birth_date
returning id::text as id;

-- name: identification_remove_person
-- params: id uuid, order_id bigint, at timestamptz
update person set removed_at = $3
 where id = $1 and order_id = $2 and role not in ('holder', 'responsible') and removed_at is null;

-- name: identification_waiver_register
-- params: from_day date, to_day date, zone text
-- Every waiver ever given, from the log: also those that were taken back or whose case came to nothing.
select e.at, e.actor, o.code, convert_from(e.bytes, 'UTF8')::jsonb -> 'detail' ->> 'item' as rule,
       coalesce(convert_from(p.data, 'UTF8')::jsonb ->> 'reason', '') as reason,
       coalesce(i.state, '') as state, coalesce(s.signer, '') as confirmed_by
  from event e
  join orders o on o.id = e.order_id
  left join event_private p on p.event_id = e.id
  left join lateral (select c.state from checklist_item c
                      where c.order_id = o.id
                        and c.rule_id = convert_from(e.bytes, 'UTF8')::jsonb -> 'detail' ->> 'item'
                        and coalesce(c.person_id::text, '')
                            = coalesce(convert_from(e.bytes, 'UTF8')::jsonb ->> 'person', '')
                      order by c.at desc limit 1) i on true
  left join lateral (select v.signer from statement v
                      where v.order_id = o.id and v.typ = 'guiche-verification-v1' and v.at >= e.at
                      order by v.at limit 1) s on true
 where e.code = 'ITEM_WAIVED' and (e.at at time zone $3)::date between $1 and $2
 order by e.id
 limit 5000;

-- name: identification_siblings
-- params: order_id bigint, day date
-- Other orders of the same people with evidence collected today: one visit, several certificates.
select distinct o.code
  from person mine
  join person theirs on theirs.cpf = mine.cpf and theirs.name = mine.name and theirs.birth_date = mine.birth_date
       and theirs.order_id <> mine.order_id and theirs.removed_at is null
  join orders o on o.id = theirs.order_id
  join office f on f.id = o.office_id
 where mine.order_id = $1 and mine.removed_at is null
   and (exists (select from document d where d.person_id = theirs.id and d.part = 'sealed' and d.removed_at is null
                   and (d.at at time zone f.zone)::date = $2)
        or exists (select from consultation c where c.person_id = theirs.id
                      and (c.at at time zone f.zone)::date = $2))
 order by o.code;

-- name: identification_reusable_documents
-- params: order_id bigint, source_id bigint, day date
-- Papers of the same people (and of the same company), and what proves their consultations.
select distinct on (d.id) d.id::text as id, d.sha256, d.item, coalesce(mine.id::text, '') as person_id
  from document d
  join orders o on o.id = d.order_id
  join office f on f.id = o.office_id
  left join consultation k on k.evidence_id = d.id
  left join person theirs on theirs.id = coalesce(d.person_id, k.person_id)
  left join person mine on mine.order_id = $1 and mine.cpf = theirs.cpf and mine.name = theirs.name
       and mine.birth_date = theirs.birth_date and mine.removed_at is null and theirs.removed_at is null
 where d.order_id = $2 and d.part = 'sealed' and d.removed_at is null and (d.at at time zone f.zone)::date = $3
   and (mine.id is not null
        or (theirs.id is null
            and exists (select from company a join company b on b.cnpj = a.cnpj and b.name = a.name
                         where a.order_id = $1 and b.order_id = $2)))
   and not exists (select from document c where c.order_id = $1 and c.copied_from = d.id)
 order by d.id, mine.role not in ('holder', 'responsible');

-- name: identification_copy_document
-- params: source_id uuid, order_id bigint, person_id uuid, attempt integer, agent text, station text, at timestamptz
insert into document (order_id, person_id, item, attempt, part, kind, sha256, size_bytes, media_type, number, issued_on,
                      expires_on, via, original_seen, agent, station, at, issuer, sides, photo, legible, copied_from)
select $2, case when d.person_id is null then null else $3 end, d.item, $4, d.part, d.kind, d.sha256, d.size_bytes,
       d.media_type, d.number, d.issued_on, d.expires_on, d.via, d.original_seen, $5, $6, $7, d.issuer, d.sides, d.photo,
       d.legible, d.id
  from document d where d.id = $1;

-- name: identification_copy_consultations
-- params: order_id bigint, source_id bigint, day date, agent text, station text, at timestamptz
insert into consultation (order_id, person_id, kind, result, base, protocol, evidence_id, agent, station, at,
                          consulted_at, registration, form_number, via_seen, copied_from)
select $1, mine.id, c.kind, c.result, c.base, c.protocol,
       (select d.id from document d where d.order_id = $1 and d.copied_from = c.evidence_id limit 1),
       $4, $5, $6, coalesce(c.consulted_at, c.at), c.registration, c.form_number, c.via_seen, c.id
  from consultation c
  join orders o on o.id = c.order_id
  join office f on f.id = o.office_id
  left join person theirs on theirs.id = c.person_id
  left join lateral (select m.id from person m
                      where m.order_id = $1 and m.cpf = theirs.cpf and m.name = theirs.name
                        and m.birth_date = theirs.birth_date and m.removed_at is null and theirs.removed_at is null
                      order by m.role not in ('holder', 'responsible') limit 1) mine on true
 where c.order_id = $2 and c.kind <> 'neglist' and (c.at at time zone f.zone)::date = $3
   and (mine.id is not null
        or (c.person_id is null
            and exists (select from company a join company b on b.cnpj = a.cnpj and b.name = a.name
                         where a.order_id = $1 and b.order_id = $2)))
   and not exists (select from consultation k
                    where k.order_id = $1
                      and (k.copied_from = c.id
                           or (k.kind = c.kind and k.person_id is not distinct from mine.id
                               and coalesce(k.consulted_at, k.at) > coalesce(c.consulted_at, c.at))))
 order by c.id;

-- name: identification_reusable_marks
-- params: order_id bigint, source_id bigint, day date
-- What was accepted today of the same people there.
select i.rule_id, coalesce(mine.id::text, '') as person_id
  from checklist_item i
  join orders o on o.id = i.order_id
  join office f on f.id = o.office_id
  left join person theirs on theirs.id = i.person_id
  left join lateral (select m.id from person m
                      where m.order_id = $1 and m.cpf = theirs.cpf and m.name = theirs.name
                        and m.birth_date = theirs.birth_date and m.removed_at is null and theirs.removed_at is null
                      order by m.role not in ('holder', 'responsible') limit 1) mine on true
 where i.order_id = $2 and i.state = 'accepted' and (i.at at time zone f.zone)::date = $3 and (mine.id is not null or i.person_id is null);

-- name: identification_former_answers
-- params: order_id bigint
-- What was last answered of the same people and company in earlier orders, where this one has no answer yet.
select distinct on (mine.id, f.key) coalesce(mine.id::text, '') as person_id, f.key, f.value, o.code, f.at
  from fact f
  join orders o on o.id = f.order_id and o.id <> $1
  left join person theirs on theirs.id = f.person_id
  left join lateral (select m.id from person m
                      where m.order_id = $1 and m.cpf = theirs.cpf and m.name = theirs.name
                        and m.birth_date = theirs.birth_date and m.removed_at is null and theirs.removed_at is null
                      order by m.role not in ('holder', 'responsible') limit 1) mine on true
 where (mine.id is not null
        or (f.person_id is null
            and exists (select from company a join company b on b.cnpj = a.cnpj and b.name = a.name
                         where a.order_id = $1 and b.order_id = o.id)))
   and not exists (select from fact g where g.order_id = $1 and g.key = f.key
                      and g.person_id is not distinct from mine.id)
 order by mine.id, f.key, f.id desc;
