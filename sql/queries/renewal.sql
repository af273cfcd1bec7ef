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

-- name: renewal_sign
-- params: order_id bigint, cms bytea, spki_sha256 bytea, now timestamptz
update renewal set cms = $2, spki_sha256 = $3, signed_at = $4 where order_id = $1 and cms is null;
