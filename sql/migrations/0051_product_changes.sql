-- SPDX-License-Identifier: GPL-3.0-or-later
-- The price of a product and whether it is on sale change as policies do (0015): two administrators sign a key of the
-- closed vocabulary, and what they signed makes dated rows. A product's own rows follow its policies here, so that a
-- price still has one place where it is read.

alter table product add column on_sale boolean not null default true;
alter table product add column set_by integer references policy_change;        -- null: a seed
alter table product add column closed_by integer references policy_change;

-- 'product_price_cents_ecpf_a1': the words of a key have no hyphens.
create function product_price_key(id text) returns text language sql immutable as $$
  select 'product_price_cents_' || replace(id, '-', '_')
$$;
create function product_sale_key(id text) returns text language sql immutable as $$
  select 'product_on_sale_' || replace(id, '-', '_')
$$;

-- Runs inside policy_apply, as the owner. The row in force ends the day before and goes on, changed, from the new day;
-- rows that begin later take the value too, up to where the next signed value begins.
create function product_follow_policy() returns trigger language plpgsql
  security definer set search_path = ra, pg_temp as $$
declare
  cents  integer := case when starts_with(new.key, 'product_price_cents_') then new.value::text::integer end;
  sold   boolean := case when starts_with(new.key, 'product_on_sale_') then new.value::text::boolean end;
  old    product;
begin
  for old in
    select * from product
     where new.key in (product_price_key(id), product_sale_key(id))
       and valid_from < new.valid_from and (valid_to is null or valid_to >= new.valid_from)
  loop
    update product set valid_to = new.valid_from - 1, closed_by = new.set_by
     where id = old.id and valid_from = old.valid_from;
    insert into product (id, name, holder, media, profile_id, validity_months, price_cents, modes, summary, notice,
                         position, valid_from, valid_to, layer, source, evidence, on_sale, set_by)
    values (old.id, old.name, old.holder, old.media, old.profile_id, old.validity_months, old.price_cents, old.modes,
            old.summary, old.notice, old.position, new.valid_from, old.valid_to, new.layer, new.source, new.evidence,
            old.on_sale, new.set_by);
  end loop;
  update product
     set price_cents = coalesce(cents, price_cents), on_sale = coalesce(sold, on_sale), set_by = new.set_by
   where new.key in (product_price_key(id), product_sale_key(id))
     and valid_from >= new.valid_from and (new.valid_to is null or valid_from <= new.valid_to);
  return null;
end $$;
revoke execute on function product_follow_policy() from public;
create trigger product_follow_policy after insert on policy
  for each row when (new.set_by is not null and new.key ~ '^product_(price_cents|on_sale)_')
  execute function product_follow_policy();

-- Once changed under signatures a product is the administrators': the seeds pass it by.
create function product_pass_seed_by() returns trigger language plpgsql as $$
begin
  if new.set_by is null
     and exists (select from product where id = new.id and (set_by is not null or closed_by is not null)) then
    return null;
  end if;
  return new;
end $$;
create trigger product_pass_seed_by before insert on product
  for each row execute function product_pass_seed_by();

-- What identifies a case does not hang on prices: they make no other version of the rules.
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
                  where (p.valid_to is null or p.valid_to >= judged_on)
                    and p.key !~ '^product_(price_cents|on_sale)_'))
$$;
