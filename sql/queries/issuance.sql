-- SPDX-License-Identifier: GPL-3.0-or-later
-- The mail half of the emission code, requests for certificates, certificates.

-- name: mail_half_insert
-- params: order_id bigint, attempt integer, sealed bytea, public_key bytea, email text, not_after timestamptz
-- One that expired before anybody was sent it makes room for another.
insert into mail_half (order_id, attempt, sealed, public_key, email, not_after) values ($1, $2, $3, $4, $5, $6)
on conflict (order_id, attempt) do update
   set sealed = excluded.sealed, public_key = excluded.public_key, email = excluded.email, not_after = excluded.not_after
 where mail_half.sealed is null and mail_half.sent = 0;

-- name: mail_half_address
-- params: order_id bigint, attempt integer, email text, not_after timestamptz
-- Until it is sent for the first time it follows what the agent is about to sign.
update mail_half set email = $3, not_after = $4
 where order_id = $1 and attempt = $2 and sealed is not null and sent = 0;

-- name: mail_half_find
-- params: order_id bigint, attempt integer
-- `address` is where a mail would go now: it must still be the one that was approved.
select h.sealed, h.public_key, h.email, h.sent, h.not_after, p.email as address
  from mail_half h join person p on p.order_id = h.order_id and p.role in ('holder', 'responsible')
 where h.order_id = $1 and h.attempt = $2;

-- name: mail_half_count
-- params: order_id bigint, attempt integer, now timestamptz
update mail_half set sent = sent + 1
 where order_id = $1 and attempt = $2 and sealed is not null and not_after > $3 and sent < 4
returning sent;

-- name: mail_half_erase
-- params: order_id bigint, attempt integer
update mail_half set sealed = null where order_id = $1 and attempt = $2 and sealed is not null;

-- name: mail_half_expired
-- params: now timestamptz
update mail_half h set sealed = null from orders o
 where o.id = h.order_id and h.sealed is not null and h.not_after <= $1
returning h.order_id, h.attempt, o.ref;

-- name: issuance_find
-- params: order_id bigint, attempt integer
select spki_sha256, csr, proof_counter, proof_mail, transaction, state, reason, certificate, chain, serial, requested_at
  from issuance where order_id = $1 and attempt = $2;

-- name: issuance_intend
-- params: order_id bigint, attempt integer, spki_sha256 bytea, csr bytea, proof_counter bytea, proof_mail bytea, term_signature bytea, requested_at timestamptz
-- The intent. A request that was refused before any effect bound no key: another may take its place.
insert into issuance (order_id, attempt, spki_sha256, csr, proof_counter, proof_mail, term_signature, state,
                      requested_at)
values ($1, $2, $3, $4, $5, $6, $7, 'intent', $8)
on conflict (order_id, attempt) do update
   set spki_sha256 = excluded.spki_sha256, csr = excluded.csr, proof_counter = excluded.proof_counter,
       proof_mail = excluded.proof_mail, term_signature = coalesce(excluded.term_signature, issuance.term_signature),
       state = 'intent', reason = '', requested_at = excluded.requested_at
 where issuance.state = 'refused';

-- name: issuance_key_elsewhere
-- params: spki_sha256 bytea, order_id bigint
-- The AC was asked for it by another order, whatever came of it, or certified it in an earlier attempt of this one,
-- revoked or not.
select exists (select from issuance i where i.spki_sha256 = $1
                  and (i.state in ('issued', 'sent', 'unknown')
                       or i.state = 'refused' and i.reason in ('certificate-mismatch', 'certificate-not-withdrawn', 'ac-refused'))
                  and (i.order_id <> $2
                       or (i.state = 'issued' and i.attempt <> (select o.attempt from orders o where o.id = $2)))
              ) as held;

-- name: issuance_set_state
-- params: order_id bigint, attempt integer, state text, reason text, transaction text, ask_after timestamptz
update issuance set state = $3, reason = $4, transaction = coalesce(nullif($5, ''), transaction), ask_after = $6
 where order_id = $1 and attempt = $2 and state <> 'issued';

-- name: issuance_set_issued
-- params: order_id bigint, attempt integer, certificate bytea, chain bytea, serial text, transaction text, reason text, issued_at timestamptz
update issuance set state = 'issued', certificate = $3, chain = $4, serial = $5, transaction = $6, reason = $7,
       issued_at = $8
 where order_id = $1 and attempt = $2 and state <> 'issued';

-- name: issuance_chain_of
-- params: certificate bytea
select chain from issuance where certificate = $1 and chain is not null limit 1;

-- name: issuance_unresolved
-- params: before timestamptz, now timestamptz
select order_id, attempt from issuance
 where state in ('intent', 'sent', 'unknown') and requested_at < $1 and ask_after <= $2
 order by requested_at limit 20;

-- name: issuance_open_list
-- params:
-- What was asked of the AC and has no end, the oldest first.
select o.code, p.name as product, i.attempt, i.state, encode(i.spki_sha256, 'hex') as spki, i.requested_at
  from issuance i join orders o on o.id = i.order_id
  join product p on p.id = o.product_id and p.valid_from = o.product_from
 where i.state in ('sent', 'unknown') order by i.requested_at limit 200;

-- name: issuance_open_by_key
-- params: spki_sha256 bytea
select order_id, attempt from issuance where spki_sha256 = $1 and state in ('sent', 'unknown');

-- name: issuance_emission_page_logged
-- params: digest text
-- Whether the last event about the emission page names this digest.
select coalesce((select position($1 in convert_from(bytes, 'UTF8')) > 0 from event
                  where code = 'EMISSION_PAGE_CHANGED' order by id desc limit 1), false) as logged;

-- name: issuance_open_ac_ticket
-- params: order_id bigint, text text, due_at timestamptz, at timestamptz
insert into task (order_id, kind, text, due_at, opened_at, opened_by)
values ($1, 'ac_ticket', $2, $3, $4, 'sistema');

-- name: issuance_ac_tickets
select count(*) as open from task where kind = 'ac_ticket' and closed_at is null;
