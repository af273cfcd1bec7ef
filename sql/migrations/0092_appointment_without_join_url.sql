-- SPDX-License-Identifier: GPL-3.0-or-later
-- A session's room is derived from its UID and from video_service (0074); the column says nothing since. The member
-- `join_url` of the API and of the mails is that derived address, and stays.

-- The appointment's columns by name: all of them would hold on to the one that goes. And whether the holder emits with the two
-- halves of a code: by video, or with a key that was there before, there are none (protocol 2).
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
       coalesce((select r.rule from renewal r where r.order_id = o.id and r.cms is not null), '') as renewal_rule,
       exists (select from renewal r where r.order_id = o.id) as renewing,
       o.issuance_state in ('none', 'ready', 'failed')
         and exists (select from renewal r join orders f on f.id = r.old_order_id
                      where r.order_id = o.id and r.cms is not null
                        and f.issuance_state in ('revocation_requested', 'revoked')) as renewal_ended,
       exists (select from mail_half h where h.order_id = o.id and h.attempt = o.attempt
                 and (h.sealed is not null or h.sent > 0)) as emitted_by_code
  from orders o
  join office f on f.id = o.office_id
  join product p on p.id = o.product_id and p.valid_from = o.product_from
  left join company c on c.order_id = o.id
  left join lateral (select x.id, x.seat_id, x.starts, x.ends, x.mode, x.priority, x.state, x.uid, x.sequence
                       from appointment x where x.order_id = o.id order by x.id desc limit 1) a on true;

alter table appointment drop column join_url;
