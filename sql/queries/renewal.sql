-- SPDX-License-Identifier: GPL-3.0-or-later
-- Renewal: the certificate it rests on, and what the holder signed.

-- name: renewal_certificate
-- params: certificate bytea
-- A certificate of ours by its bytes: whose it is, how it stands, and whether its holder was collected biometrically.
select o.id, o.code, o.issuance_state, o.product_id, i.serial,
       exists (select from consultation c where c.order_id = o.id and c.kind = 'psbio' and c.result in ('ok', 'not_found'))
         as biometrics,
       exists (select from renewal r join orders n on n.id = r.order_id
                where r.old_order_id = o.id and n.issuance_state in ('issued', 'delivered')) as renewed
  from issuance i join orders o on o.id = i.order_id and o.attempt = i.attempt
 where i.certificate = $1;

-- name: renewal_start
-- params: order_id bigint, old_order_id bigint, old_serial text, old_certificate bytea, rule text, now timestamptz
insert into renewal (order_id, old_order_id, old_serial, old_certificate, rule, started_at) values ($1, $2, $3, $4, $5, $6);

-- name: renewal_of
-- params: order_id bigint
select rule, old_serial, old_certificate, cms, spki_sha256 from renewal where order_id = $1;

-- name: renewal_dependents
-- params: order_id bigint
-- Renewals that were signed with this order's certificate and have none of their own yet.
select o.code
  from renewal r join orders o on o.id = r.order_id
 where r.old_order_id = $1 and r.cms is not null and o.closed_at is null and o.issuance_state in ('none', 'ready', 'failed')
 order by r.signed_at, o.id;

-- name: renewal_sign
-- params: order_id bigint, cms bytea, spki_sha256 bytea, now timestamptz
update renewal set cms = $2, spki_sha256 = $3, signed_at = $4 where order_id = $1 and cms is null;

-- Certificates whose end was not noted yet, in the order of their issue: only the last weeks need to be looked at.
-- name: expiry_unknown
-- params: most integer
select i.order_id, i.attempt, i.certificate
  from issuance i left join expiry e using (order_id, attempt)
 where i.certificate is not null and e.order_id is null
   and i.issued_at > coalesce((select max(from_at) from expiry), '-infinity') - interval '30 days'
 order by i.issued_at limit $1;

-- name: expiry_insert
-- params: order_id bigint, attempt integer, from_at timestamptz, until_at timestamptz, look_at timestamptz
insert into expiry (order_id, attempt, from_at, until_at, look_at) values ($1, $2, $3, $4, $5) on conflict do nothing;

-- name: expiry_due
-- params: now timestamptz, most integer
select order_id, attempt from expiry where look_at <= $1 order by look_at limit $2;

-- What the rule asks, read under the case's lock. `held`: a renewal that its holder signed is under way; `replaced`:
-- the same people hold another certificate of the same kind that ends later, however they came to it.
-- name: expiry_case
-- params: order_id bigint, attempt integer
select e.from_at, e.until_at, o.issuance_state, o.attempt = e.attempt as present,
       array_to_string(array(select n.days from expiry_notice n where n.order_id = e.order_id and n.attempt = e.attempt), ',')
         as made,
       exists (select from renewal r join orders n on n.id = r.order_id
                where r.old_order_id = o.id and r.cms is not null and n.issuance_state not in ('revoked', 'revocation_requested')
                  and n.identification_state <> 'refused' and n.order_state not in ('cancelled', 'refunded')) as held,
       exists (select from expiry x
                 join orders n on n.id = x.order_id and n.attempt = x.attempt
                 join product np on np.id = n.product_id and np.valid_from = n.product_from
                 join product op on op.id = o.product_id and op.valid_from = o.product_from
                 join person q on q.order_id = n.id and q.role in ('holder', 'responsible') and q.removed_at is null
                 join person p on p.order_id = o.id and p.role in ('holder', 'responsible') and p.removed_at is null
                 left join company nc on nc.order_id = n.id
                 left join company oc on oc.order_id = o.id
                where q.cpf = p.cpf and np.holder = op.holder and nc.cnpj is not distinct from oc.cnpj
                  and n.id <> o.id and x.until_at > e.until_at and n.issuance_state in ('issued', 'delivered')) as replaced
  from expiry e join orders o on o.id = e.order_id
 where e.order_id = $1 and e.attempt = $2;

-- name: expiry_look
-- params: order_id bigint, attempt integer, look_at timestamptz
update expiry set look_at = $3 where order_id = $1 and attempt = $2;

-- name: expiry_notice_insert
-- params: order_id bigint, attempt integer, days integer, now timestamptz
insert into expiry_notice (order_id, attempt, days, at) values ($1, $2, $3, $4) on conflict do nothing;

-- Once: a second use of the same words is not added, and waits for the first to be decided.
-- name: possession_spend
-- params: digest bytea, now timestamptz
insert into possession_use (digest, used_at) values ($1, $2) on conflict do nothing;

-- name: possession_sweep
-- params: before timestamptz
delete from possession_use where used_at < $1;
