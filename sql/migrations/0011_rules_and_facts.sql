-- SPDX-License-Identifier: GPL-3.0-or-later
-- Identification rules as dated rows, the facts and the people of a case they are applied to, and the snapshots that
-- let an old dossier be judged again by its own version.

drop table checklist_rule;

-- Kinds of documents. expiry: how EXP-01…EXP-03 and CAP-04 look at its date. valid_to: the kind itself stops serving
-- (EXP-06), whatever date stands on the paper.
create table document_kind (
  kind            text not null check (kind ~ '^[a-z][a-z0-9_]{1,40}$'),
  name            text not null,                      -- what people call it
  identity        boolean not null,                   -- serves to identify a person: photo demanded (PHO-01)
  expiry          text not null check (expiry in ('none', 'strict', 'consulted', 'curatela', 'power_of_attorney')),
  number_pattern  text not null default '',           -- POSIX extended; '' = free
  number_hint     text not null default '',
  valid_from      date not null,
  valid_to        date,
  layer           text not null check (layer in ('SEED', 'NORM', 'AC')),
  norm            text not null,
  item            text not null default '',
  evidence        text not null check (evidence in ('SEED', 'T', 'S', 'V', 'U')),
  primary key (kind, valid_from)
);

-- What is asked once of a case or of a person, so that the rules know which of them apply. A fact becomes the tag
-- "key=value" of the engine.
create table fact_key (
  key            text not null check (key ~ '^[a-z][a-z0-9_]{1,40}$'),
  scope          text not null check (scope in ('case', 'person')),
  roles          text[] not null default '{}',        -- scope person: of whom it is asked
  options        text[] not null,                     -- the values that exist
  labels         text[] not null,                     -- the same in words, one each
  default_value  text not null,
  question       text not null,
  asked_when     text[] not null default '{}',        -- tags that make the question matter
  position       integer not null,
  valid_from     date not null,
  valid_to       date,
  layer          text not null check (layer in ('SEED', 'NORM', 'AC')),
  norm           text not null,
  item           text not null default '',
  evidence       text not null check (evidence in ('SEED', 'T', 'S', 'V', 'U')),
  primary key (key, valid_from),
  check (cardinality(options) = cardinality(labels) and default_value = any (options))
);

-- One row a rule of the domain document; several rows where it differs by subject (variant). The first five kinds are
-- items of a checklist; `judgement` rows say how evidence is judged and `process` rows how the house works: they carry
-- the norm's source for what the program refuses or does.
create table identification_rule (
  id            text not null check (id ~ '^[A-Z]{2,5}-[0-9]{2}[a-z]?$'),
  variant       text not null default '',
  section       text not null,                        -- of the domain document
  kind          text not null check (kind in ('document', 'consultation', 'biometric', 'presence', 'attestation',
                  'judgement', 'process')),
  roles         text[] not null default '{}',         -- holder responsible representative attorney interpreter company
  when_all      text[] not null default '{}',         -- tags that must all hold
  unless_any    text[] not null default '{}',         -- tags none of which may hold
  satisfied_by  text[] not null default '{}',         -- the item is accepted by itself once these hold
  consult       text not null default '',             -- kinds consultation and biometric: the base asked
  passes        text[] not null default '{ok}',       -- results of that base that satisfy
  diverges      boolean not null default false,       -- result `conflict` suspends the case (DIV-01)
  alternatives  text[] not null default '{}',         -- document kinds any one of which serves
  required      boolean not null default true,
  waive_when    text[] not null default '{}',         -- with waivable: tags that must hold for a waiver
  waivable      boolean not null default false,
  recency_days  integer check (recency_days >= 0),    -- evidence no older than this on the day of the session
  text_citizen  text not null,
  text_agent    text not null,
  why           text not null,                        -- the sentence that says why it is asked
  position      integer not null,
  layer         text not null check (layer in ('SEED', 'NORM', 'AC')),
  norm          text not null,
  item          text not null default '',
  evidence      text not null check (evidence in ('SEED', 'T', 'S', 'V', 'U')),
  valid_from    date not null,
  valid_to      date check (valid_to >= valid_from),
  primary key (id, variant, valid_from)
);

-- Everything a dossier can be judged by on a day, as one value: its digest is the version.
create function rules_in_force(judged_on date) returns jsonb language sql stable set search_path from current as $$
  select jsonb_build_object(
    'day', judged_on,
    'rules', (select coalesce(jsonb_agg(to_jsonb(r) order by r.position, r.id, r.variant), '[]')
                from identification_rule r
               where r.valid_from <= judged_on and (r.valid_to is null or r.valid_to >= judged_on)),
    'kinds', (select coalesce(jsonb_agg(to_jsonb(k) order by k.kind), '[]') from document_kind k
               where k.valid_from <= judged_on),
    'facts', (select coalesce(jsonb_agg(to_jsonb(f) order by f.position, f.key), '[]') from fact_key f
               where f.valid_from <= judged_on and (f.valid_to is null or f.valid_to >= judged_on)),
    'policies', (select coalesce(jsonb_object_agg(p.key, p.value), '{}') from policy p
                  where p.valid_from <= judged_on and (p.valid_to is null or p.valid_to >= judged_on)))
$$;

-- The rules as some dossier was judged by them: kept whole, so that the same version always gives the same answer.
create table rules_snapshot (
  version  text primary key check (version ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}\.[0-9a-f]{16}$'),
  rules    jsonb not null,
  at       timestamptz not null
);
create trigger rules_snapshot_append_only before update or delete or truncate on rules_snapshot
  for each statement execute function refuse_change();

-- --- people and facts of a case ---

alter table person drop constraint person_role_check;
alter table person add constraint person_role_check
  check (role in ('holder', 'responsible', 'representative', 'attorney', 'interpreter'));
alter table person add column removed_at timestamptz;

-- The last row of a key counts; former answers stay readable. person_id null: the case.
create table fact (
  id         bigint generated always as identity primary key,
  order_id   bigint not null references orders,
  person_id  uuid references person,
  key        text not null,
  value      text not null,
  agent      text not null,
  station    text not null,
  at         timestamptz not null
);
create index fact_by_order on fact (order_id, id);
create trigger fact_append_only before update or delete or truncate on fact
  for each statement execute function refuse_change();

-- --- evidence ---

alter table document add column issuer text not null default '';
alter table document add column sides text not null default 'both' check (sides in ('front', 'back', 'both'));
alter table document add column photo boolean not null default true;     -- false: the paper shows no photograph
alter table document add column legible boolean not null default true;
alter table document add column copied_from uuid references document;    -- the same evidence in another order

alter table consultation drop constraint consultation_result_check;
alter table consultation add constraint consultation_result_check
  check (result in ('ok', 'alert', 'not_found', 'conflict', 'unavailable'));
alter table consultation add column consulted_at timestamptz;            -- when the base answered, as the agent says
alter table consultation add column registration text not null default '';  -- CNH: número de registro
alter table consultation add column form_number text not null default '';   -- CNH: espelho
alter table consultation add column via_seen text not null default '';
alter table consultation add column copied_from bigint references consultation;

-- What people must do by a moment: a conflict of the biometric base, a fraud report.
create table task (
  id         bigint generated always as identity primary key,
  order_id   bigint references orders,
  person_id  uuid references person,
  kind       text not null check (kind in ('psbio_conflict', 'psbio_enrolment', 'fraud_report', 'second_document')),
  text       text not null,
  due_at     timestamptz not null,
  opened_at  timestamptz not null,
  opened_by  text not null,
  closed_at  timestamptz,
  closed_by  text not null default '',
  outcome    text not null default ''
);
create index task_open on task (due_at) where closed_at is null;
create index task_by_order on task (order_id);

-- Coded reasons of a rejection or a return: the same words for the list that is printed and for the machine.
create table reason_code (
  code          text not null check (code ~ '^[a-z][a-z0-9_]{1,40}$'),
  rule_id       text not null,
  suspends      boolean not null default false,
  text_citizen  text not null,                        -- what is wrong and what to bring
  text_agent    text not null,
  position      integer not null,
  valid_from    date not null,
  valid_to      date,
  primary key (code, valid_from)
);

grant select on document_kind, fact_key, identification_rule, rules_snapshot, fact, task, reason_code to ra_app, ra_audit;
grant insert on rules_snapshot, fact, task to ra_app;
grant update (closed_at, closed_by, outcome) on task to ra_app;
grant usage on all sequences in schema ra to ra_app;

-- The view that every room reads follows the people who are still part of the case.
create or replace view order_case as
select o.id, o.code, o.ref, o.office_id, f.code as office_code, o.product_id, o.product_from, p.name as product_name,
       p.profile_id, p.holder as holder_kind, p.media, p.validity_months, 'in_person' = any (p.modes) as sold_in_person,
       'video' = any (p.modes) as sold_by_video, o.price_cents, o.attempt, o.rules_version, o.email_confirmed_at,
       o.order_state, o.appointment_state, o.attendance_state, o.identification_state, o.issuance_state, o.origin,
       o.created_at, o.closed_at,
       c.cnpj, c.name as company_name, c.uf as company_uf, c.city as company_city, c.cei as company_cei,
       (select jsonb_agg(to_jsonb(q) - 'order_id'
                         order by q.role not in ('holder', 'responsible'), q.role, q.name, q.cpf)
          from person q where q.order_id = o.id and q.removed_at is null) as people,
       a.id as appointment_id, a.seat_id, a.starts, a.ends, a.mode, a.priority, a.state as appointment_row_state,
       a.uid, a.sequence,
       extract(epoch from (a.starts at time zone f.zone) - (a.starts at time zone 'UTC'))::integer as offset_s,
       coalesce((select i.serial from issuance i
                  where i.order_id = o.id and i.serial <> '' order by i.attempt desc limit 1), '') as serial
  from orders o
  join office f on f.id = o.office_id
  join product p on p.id = o.product_id and p.valid_from = o.product_from
  left join company c on c.order_id = o.id
  left join lateral (select * from appointment x where x.order_id = o.id order by x.id desc limit 1) a on true;

insert into state_transition values
  ('identification', 'returned', 'suspended', 'divergence found while correcting');

-- The last moment of the nth business day after a day, by the office's holidays and zone; n = 0 is the day itself.
create function business_deadline(of_office integer, after_day date, business_days integer) returns timestamptz
language sql stable set search_path from current as $$
  select ((business_day + 1)::timestamp at time zone f.zone) - interval '1 second'
    from office f,
         lateral (select candidate::date as business_day
                    from generate_series(after_day::timestamp, after_day::timestamp + interval '90 days',
                                         interval '1 day') candidate
                   where (business_days = 0 and candidate = after_day)
                      or (candidate > after_day and extract(isodow from candidate) < 6
                          and not exists (select from holiday h
                                           where h.day = candidate::date
                                             and (h.office_id is null or h.office_id = of_office)))
                   order by candidate offset greatest(business_days - 1, 0) limit 1) days
   where f.id = of_office
$$;
