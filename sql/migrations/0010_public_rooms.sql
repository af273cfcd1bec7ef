-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the citizen's side needs: one cookie for several orders, codes bound to an address, a case read in one go.

-- A log-in opens every order of that CPF and address; the token stays one.
alter table order_access drop constraint order_access_pkey;
alter table order_access add primary key (token_hash, order_id);

-- A one-time code opens only orders that name the address it was sent to: somebody else's order with the same CPF
-- must not become a door. '' for a CPF without orders, kept so that both answers cost the same.
alter table login_code add column email text not null default '';

-- Each change of a seat counts, so that memory can tell an older fact from a newer one whatever order they come in.
alter table seat add column version bigint not null default 0;
create function seat_count_change() returns trigger language plpgsql as $$
begin
  new.version := old.version + 1;
  return new;
end $$;
create trigger seat_counts_changes before update on seat
  for each row execute function seat_count_change();

-- The case as every room reads it. One row an order; the appointment is the living one or the last there was.
create view order_case as
select o.id, o.code, o.ref, o.office_id, f.code as office_code, o.product_id, o.product_from, p.name as product_name,
       p.profile_id, p.holder as holder_kind, p.media, p.validity_months, 'in_person' = any (p.modes) as sold_in_person,
       'video' = any (p.modes) as sold_by_video, o.price_cents, o.attempt, o.rules_version, o.email_confirmed_at,
       o.order_state, o.appointment_state, o.attendance_state, o.identification_state, o.issuance_state, o.origin,
       o.created_at, o.closed_at,
       c.cnpj, c.name as company_name, c.uf as company_uf, c.city as company_city, c.cei as company_cei,
       (select jsonb_agg(to_jsonb(q) - 'order_id' order by q.role = 'representative', q.name, q.cpf)
          from person q where q.order_id = o.id) as people,
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

create index appointment_by_order on appointment (order_id, id desc);

grant select on order_case to ra_app, ra_audit;
