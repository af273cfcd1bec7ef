-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is on sale, by which office, under which policy. Read as a whole into memory every few seconds.

-- name: catalog_products
select id, name, holder, media, profile_id, validity_months, price_cents, 'in_person' = any (modes) as in_person,
       'video' = any (modes) as video, summary, notice, position, valid_from::text as valid_from,
       coalesce(valid_to::text, '') as valid_to
  from product
 where on_sale
 order by position, id, valid_from;

-- name: catalog_policies
select key, value, valid_from::text as valid_from, coalesce(valid_to::text, '') as valid_to
  from policy
 order by key, valid_from;

-- name: catalog_offices
-- params: now timestamptz
select id, code, name, legal_name, cnpj, address, district, city, uf::text as uf, ibge::text as ibge, phone, zone,
       place_kind, horizon_days,
       extract(epoch from ($1 at time zone zone) - ($1 at time zone 'UTC'))::integer as offset_s
  from office
 order by id;
