-- SPDX-License-Identifier: GPL-3.0-or-later
-- Replacement of a certificate, and what an order came of.

-- Calendar days of the office from the emission to today; no row: no certificate came of the order.
-- name: replacement_case
-- params: order_id bigint, now timestamptz
select ($2::timestamptz at time zone f.zone)::date - (i.issued_at at time zone f.zone)::date as days_since,
       exists (select from replacement r where r.old_order_id = o.id) as replaced,
       exists (select from replacement r where r.order_id = o.id) as replaces
  from orders o join office f on f.id = o.office_id
  join issuance i on i.order_id = o.id and i.attempt = o.attempt
 where o.id = $1 and i.certificate is not null and i.issued_at is not null;

-- name: replacement_insert
-- params: order_id bigint, old_order_id bigint, old_serial text, granted_by text, now timestamptz
insert into replacement (order_id, old_order_id, old_serial, granted_by, at) values ($1, $2, $3, $4, $5);

-- name: replacement_free
-- params: order_id bigint
update orders set price_cents = 0 where id = $1;

-- name: replacement_origin
-- params: order_id bigint
select 'replacement' as kind, o.code, r.old_serial, 'REV-07' as rule
  from replacement r join orders o on o.id = r.old_order_id where r.order_id = $1
union all
select 'renewal', o.code, r.old_serial, r.rule
  from renewal r join orders o on o.id = r.old_order_id where r.order_id = $1;
