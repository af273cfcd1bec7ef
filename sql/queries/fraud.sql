-- SPDX-License-Identifier: GPL-3.0-or-later
-- Fraud: what is known of a case, the comunicado, its task.

-- name: fraud_known
-- params: order_id bigint
-- What the comunicado tells beside the case itself. Instants as everywhere else: UTC, with a Z.
select jsonb_build_object(
    'dates', (select coalesce(jsonb_agg(jsonb_build_object('what', m.kind, 'actor', m.actor, 'at',
                to_char(m.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) order by m.at, m.id), '[]')
              from milestone m where m.order_id = $1),
    'documents', (select coalesce(jsonb_agg(jsonb_build_object('kind', coalesce(k.name, d.kind), 'item', d.item,
                    'person', coalesce(p.name, ''), 'number', d.number, 'issuer', d.issuer, 'via', d.via,
                    'issued', coalesce(d.issued_on::text, ''), 'expires', coalesce(d.expires_on::text, ''),
                    'original_seen', d.original_seen, 'media_type', d.media_type,
                    'sha256', encode(d.sha256, 'hex'), 'agent', d.agent, 'at',
                    to_char(d.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) order by d.at, d.id), '[]')
                  from document d
                  left join person p on p.id = d.person_id
                  left join lateral (select n.name from document_kind n where n.kind = d.kind
                                      order by n.valid_from desc limit 1) k on true
                 where d.order_id = $1 and d.part = 'sealed' and d.removed_at is null),
    'consultations', (select coalesce(jsonb_agg(jsonb_build_object('kind', c.kind, 'person', coalesce(p.name, ''),
                        'base', c.base, 'result', c.result, 'protocol', c.protocol, 'agent', c.agent, 'at',
                        to_char(coalesce(c.consulted_at, c.at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
                        order by c.id), '[]')
                      from consultation c left join person p on p.id = c.person_id where c.order_id = $1),
    'statements', (select coalesce(jsonb_agg(jsonb_build_object('typ', s.typ, 'signer', s.signer, 'sha256',
                     encode(s.sha256, 'hex'), 'at', to_char(s.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
                     order by s.id), '[]')
                   from statement s where s.order_id = $1)) as known;

-- name: fraud_images
-- params: order_id bigint, most integer
-- Papers that identify people and their faces, each content once for a person, faces first. Of a person only as many as
-- an occurrence takes. What came without a kind counts by the item it was shown for.
with paper as (
  select distinct on (d.person_id, kind.word, d.sha256) d.person_id, kind.word, d.sha256, d.size_bytes, d.media_type,
         d.at
    from document d
    cross join lateral (
      select case when d.kind = 'face' and d.media_type in ('image/jpeg', 'image/png') then 'face' else 'document' end
               as word) kind
   where d.order_id = $1 and d.part = 'sealed' and d.removed_at is null and d.person_id is not null
     and (d.kind = 'face'
          or exists (select from document_kind k where k.kind = d.kind and k.identity)
          or (d.kind = '' and exists (select from identification_rule r join document_kind k on k.kind = any (r.alternatives)
                                       where r.id = d.item and k.identity)))
   order by d.person_id, kind.word, d.sha256, d.at desc
), ranked as (
  select *, row_number() over (partition by person_id order by word <> 'face', at desc, sha256) as rank from paper
)
select r.person_id::text as person_id, r.word, r.sha256, r.size_bytes, r.media_type, k.wrapped_key
  from ranked r
  join dossier k on k.order_id = $1
 where r.rank <= $2
 order by r.person_id, r.rank;

-- name: fraud_due
-- params: order_id bigint, office_id integer, day date, business_days integer
-- The clock that runs already, or the one that would start now.
select coalesce((select due_at from task where order_id = $1 and kind = 'fraud_report' and closed_at is null),
                business_deadline($2, $3, $4)) as due_at;

-- name: fraud_open_task
-- params: order_id bigint, text text, office_id integer, day date, business_days integer, at timestamptz, agent text
-- A clock that runs already keeps its end.
insert into task (order_id, kind, text, due_at, opened_at, opened_by)
values ($1, 'fraud_report', $2, business_deadline($3, $4, $5), $6, $7)
on conflict (order_id) where kind = 'fraud_report' and closed_at is null do update set outcome = task.outcome
returning id, due_at, xmax = 0 as opened;

-- name: fraud_close_task
-- params: id bigint, at timestamptz, agent text, outcome text
update task set closed_at = $2, closed_by = $3, outcome = $4 where id = $1 and closed_at is null;

-- name: fraud_add
-- params: order_id bigint, kind text, description text, modus text, physical text, stop text, statement bytea, task_id bigint, form jsonb, agent text, station text, at timestamptz
insert into fraud_report (order_id, kind, description, modus, physical, stop, statement, task_id, form, agent, station,
                          at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
returning id;

-- name: fraud_add_entry
-- params: report_id bigint, entry_id uuid
insert into fraud_report_entry (report_id, entry_id) values ($1, $2);

-- name: fraud_of_order
-- params: order_id bigint
select id from fraud_report where order_id = $1;

-- name: fraud_list
-- params: now timestamptz
-- Those still to be sent first, the most urgent of them at the top.
select r.id, o.code, r.kind, r.stop, r.agent, r.at, t.due_at, s.at as sent_at, coalesce(s.protocol, '') as protocol,
       coalesce(s.at, $1) > t.due_at as late
  from fraud_report r
  join orders o on o.id = r.order_id
  join task t on t.id = r.task_id
  left join fraud_report_sent s on s.report_id = r.id
 order by s.at is not null, t.due_at, r.id desc
 limit 500;

-- name: fraud_show
-- params: id bigint, now timestamptz
select r.id, r.order_id, o.code, o.ref::text as ref, o.identification_state, o.issuance_state, r.kind, r.description,
       r.modus, r.physical, r.stop, r.form, r.agent, r.station, r.at, r.task_id, t.due_at, s.at as sent_at,
       coalesce(s.protocol, '') as protocol, coalesce(s.agent, '') as sent_by, coalesce(s.at, $2) > t.due_at as late,
       (select m.at from milestone m where m.order_id = r.order_id and m.kind = 'revoked'
         order by m.at limit 1) as revoked_at
  from fraud_report r
  join orders o on o.id = r.order_id
  join task t on t.id = r.task_id
  left join fraud_report_sent s on s.report_id = r.id
 where r.id = $1;

-- name: fraud_add_sent
-- params: report_id bigint, protocol text, agent text, station text, at timestamptz
-- Without a change: it was sent before.
insert into fraud_report_sent (report_id, protocol, agent, station, at) values ($1, $2, $3, $4, $5)
on conflict on constraint fraud_sent_once do nothing;

-- name: fraud_unsent_of_task
-- params: task_id bigint
select r.id from fraud_report r
 where r.task_id = $1 and not exists (select from fraud_report_sent s where s.report_id = r.id);

-- name: fraud_deadlines
-- params: now timestamptz
select count(*) as open, count(*) filter (where due_at < $1) as late
  from task where kind = 'fraud_report' and closed_at is null;
