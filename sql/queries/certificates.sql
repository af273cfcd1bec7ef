-- SPDX-License-Identifier: GPL-3.0-or-later
-- The certificates of a holder, for the holder.

-- One row for each order that the token opens, so that none at all means that it opens nothing.
-- name: certificates_of_access
-- params: token_hash bytea, now timestamptz
select o.code, coalesce(p.name, '') as product_name, coalesce(p.media, '') as media, o.issuance_state,
       coalesce(i.serial, '') as serial, e.from_at, e.until_at
  from order_access a
  join orders o on o.id = a.order_id
  left join product p on p.id = o.product_id and p.valid_from = o.product_from
  left join issuance i on i.order_id = o.id and i.attempt = o.attempt and i.certificate is not null
  left join expiry e on e.order_id = i.order_id and e.attempt = i.attempt
 where a.token_hash = $1 and a.expires_at > $2
 order by e.until_at desc nulls last, o.created_at desc
 limit 50;

-- The certificate that signs is ours, open and not over: whose it is. A company's speaks for the company alone.
-- name: certificates_signer
-- params: certificate bytea, now timestamptz
select o.id, q.cpf, coalesce(c.cnpj, '') as cnpj
  from issuance i
  join orders o on o.id = i.order_id and o.attempt = i.attempt
  join expiry e on e.order_id = i.order_id and e.attempt = i.attempt
  join person q on q.order_id = o.id and q.role in ('holder', 'responsible') and q.removed_at is null
  left join company c on c.order_id = o.id
 where i.certificate = $1 and o.issuance_state in ('issued', 'delivered') and e.until_at > $2;

-- name: certificates_of_person
-- params: cpf text, cnpj text
select o.code, p.name as product_name, p.media, o.issuance_state, i.serial, e.from_at, e.until_at
  from person q
  join orders o on o.id = q.order_id
  join product p on p.id = o.product_id and p.valid_from = o.product_from
  join issuance i on i.order_id = o.id and i.attempt = o.attempt and i.certificate is not null
  left join company c on c.order_id = o.id
  left join expiry e on e.order_id = i.order_id and e.attempt = i.attempt
 where q.cpf = $1 and q.role in ('holder', 'responsible') and q.removed_at is null and ($2 = '' or c.cnpj = $2)
 order by e.until_at desc nulls last
 limit 50;
