-- SPDX-License-Identifier: GPL-3.0-or-later
-- A new norm is one dated row: it takes the place of the former row of the same rule, kind, fact or policy from its
-- first day on, and no older row has to be touched. And some questions are spared where the answer changes nothing.

alter table fact_key add column asked_unless text[] not null default '{}';   -- tags that make it pointless

create or replace function rules_in_force(judged_on date) returns jsonb
language sql stable set search_path from current as $$
  select jsonb_build_object(
    'day', judged_on,
    'rules', (select coalesce(jsonb_agg(to_jsonb(r) order by r.position, r.id, r.variant), '[]')
                from (select distinct on (id, variant) * from identification_rule where valid_from <= judged_on
                       order by id, variant, valid_from desc) r
               where r.valid_to is null or r.valid_to >= judged_on),
    'kinds', (select coalesce(jsonb_agg(to_jsonb(k) order by k.kind), '[]')
                from (select distinct on (kind) * from document_kind where valid_from <= judged_on
                       order by kind, valid_from desc) k),
    'facts', (select coalesce(jsonb_agg(to_jsonb(f) order by f.position, f.key), '[]')
                from (select distinct on (key) * from fact_key where valid_from <= judged_on
                       order by key, valid_from desc) f
               where f.valid_to is null or f.valid_to >= judged_on),
    'policies', (select coalesce(jsonb_object_agg(p.key, p.value), '{}')
                   from (select distinct on (key) * from policy where valid_from <= judged_on
                          order by key, valid_from desc) p
                  where p.valid_to is null or p.valid_to >= judged_on))
$$;
