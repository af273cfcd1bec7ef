-- SPDX-License-Identifier: GPL-3.0-or-later
-- Questions to the official bases: asked by agents, taken by the jobs, ended with a consultation.

-- name: consultation_ask
-- params: order_id bigint, person_id uuid, kind text, asked jsonb, agent text, station text, at timestamptz
-- The same question while it is under way is that question; with other numbers it gives no row.
insert into consultation_request (order_id, person_id, kind, asked, agent, station, asked_at, next_at)
values ($1, $2, $3, $4, $5, $6, $7, $7)
on conflict (order_id, kind, (coalesce(person_id, '00000000-0000-0000-0000-000000000000'::uuid)))
      where state = 'asking'
do update set kind = excluded.kind where consultation_request.asked = excluded.asked
returning id::text as id, asked_at = $7 as fresh;

-- name: consultation_request_show
-- params: id uuid, order_id bigint
select q.id::text as id, q.kind, coalesce(p.role, 'company') as person, coalesce(q.person_id::text, '') as person_id,
       q.state, q.attempts, coalesce(q.result, '') as result, q.reason, q.base, q.protocol, q.facts,
       coalesce(q.evidence_id::text, '') as evidence_id, coalesce(encode(d.sha256, 'hex'), '') as evidence,
       q.recorded, q.asked_at, q.done_at
  from consultation_request q
  left join person p on p.id = q.person_id
  left join document d on d.id = q.evidence_id
 where q.id = $1 and q.order_id = $2;

-- name: consultation_take
-- params: kind text, at timestamptz, lease_until timestamptz, most integer
-- A question whose lease ran out (its end could not be recorded) is taken again.
update consultation_request q
   set attempts = q.attempts + 1, next_at = $3
 where q.id in (select id from consultation_request
                 where kind = $1 and state = 'asking' and next_at <= $2
                 order by next_at, asked_at
                 limit $4 for update skip locked)
returning q.id::text as id, q.order_id, coalesce(q.person_id::text, '') as person_id, q.asked, q.attempts, q.reason,
          q.agent, q.station;

-- name: consultation_release
-- params: kind text, at timestamptz
-- At the start nothing is under way: what the program that ended had sent is due now.
update consultation_request set next_at = $2 where kind = $1 and state = 'asking' and next_at > $2;

-- name: consultation_put_off
-- params: id uuid, next_at timestamptz, reason text
update consultation_request set next_at = $2, reason = $3 where id = $1 and state = 'asking';

-- name: consultation_still_asking
-- params: id uuid
select id::text as id from consultation_request where id = $1 and state = 'asking' for update;

-- name: consultation_cnh_document
-- params: order_id bigint, person_id uuid
-- The licence as it was digitised last.
select number, via
  from document
 where order_id = $1 and person_id = $2 and kind = 'cnh' and removed_at is null
 order by at desc, id
 limit 1;

-- name: consultation_done
-- params: id uuid, result text, reason text, base text, protocol text, facts jsonb, evidence_id uuid, recorded boolean, at timestamptz
update consultation_request
   set state = 'done', result = $2, reason = $3, base = $4, protocol = $5, facts = $6, evidence_id = $7,
       recorded = $8, done_at = $9
 where id = $1;
