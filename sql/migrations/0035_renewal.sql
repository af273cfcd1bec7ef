-- SPDX-License-Identifier: GPL-3.0-or-later
-- Renewal by the holder's own signature (identification-rules 5.2): a new order that rests on a certificate of ours. The
-- row is there from the start; what the holder signed comes once.

create table renewal (
  order_id         bigint primary key references orders,
  old_order_id     bigint not null references orders,
  old_serial       text not null,
  old_certificate  bytea not null,
  rule             text not null check (rule in ('REN-02', 'REN-03')),
  started_at       timestamptz not null,
  cms              bytea,
  spki_sha256      bytea check (length(spki_sha256) = 32),
  signed_at        timestamptz,
  check ((cms is null) = (signed_at is null) and (cms is null) = (spki_sha256 is null))
);
create index renewal_by_old on renewal (old_order_id);

grant select on renewal to ra_app, ra_audit;
grant insert on renewal to ra_app;
grant update (cms, spki_sha256, signed_at) on renewal to ra_app;

-- A case whose holder has signed his renewal is judged, and its certificate made, as one.
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
                  where i.order_id = o.id and i.serial <> '' order by i.attempt desc limit 1), '') as serial,
       coalesce((select r.rule from renewal r where r.order_id = o.id and r.cms is not null), '') as renewal_rule
  from orders o
  join office f on f.id = o.office_id
  join product p on p.id = o.product_id and p.valid_from = o.product_from
  left join company c on c.order_id = o.id
  left join lateral (select * from appointment x where x.order_id = o.id order by x.id desc limit 1) a on true;
