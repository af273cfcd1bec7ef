-- SPDX-License-Identifier: GPL-3.0-or-later
-- The price of each product and whether it is on sale, as policies that two administrators may change
-- (docs/decisions/0051). Made from the rows of the catalogue: a price is written there once.
insert into policy_key (key, kind, minimum, maximum, words, members)
select distinct product_price_key(id), 'number', 1, 10000000, '{}'::text[], '{}'::text[] from product
union
select distinct product_sale_key(id), 'flag', null::bigint, null::bigint, '{}'::text[], '{}'::text[] from product
on conflict (key) do nothing;

insert into policy (key, value, valid_from, valid_to, layer, source, evidence, description)
select product_price_key(id), to_jsonb(price_cents), valid_from, null::date, layer, source,
       case when evidence in ('SEED', 'T', 'S', 'V', 'U') then evidence else 'U' end, name || ': preço, em centavos'
  from product where set_by is null
union all
select product_sale_key(id), 'true'::jsonb, valid_from, null::date, layer, source,
       case when evidence in ('SEED', 'T', 'S', 'V', 'U') then evidence else 'U' end, name || ': à venda'
  from product where set_by is null
on conflict (key, valid_from) do update set value = excluded.value, layer = excluded.layer, source = excluded.source,
  evidence = excluded.evidence, description = excluded.description;
