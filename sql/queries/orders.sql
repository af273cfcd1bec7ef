-- SPDX-License-Identifier: GPL-3.0-or-later
-- The case: ordering, reading, moving its machines, who may open it, contacts, payment, notes.

-- name: order_by_code
-- params: code text
select * from order_case where code = $1;

-- name: order_by_id
-- params: id bigint
select * from order_case where id = $1;

-- Waits for whoever changes the case; the case itself is read afterwards, in a statement that sees their work.
-- name: order_lock_by_code
-- params: code text
select id from orders where code = $1 for update;

-- name: order_lock_by_id
-- params: id bigint
select id from orders where id = $1 for update;

-- What of a case may have moved since it was read without being held.
-- name: order_hold
-- params: id bigint
select attempt, order_state, appointment_state, attendance_state, identification_state, issuance_state, closed_at
  from orders where id = $1 for update;

-- Two orders for the same person at the same moment wait for each other, so that both cannot be the last allowed one.
-- Sorted: locks are taken in one order everywhere. No CNPJ is no lock: people's orders would all wait for each other.
-- name: order_limits_lock
-- params: cpf text, cnpj text, email text, phone text
select pg_advisory_xact_lock(key)
  from (select distinct hashtextextended(name, 0) as key
          from unnest(array['cpf:' || $1, 'cnpj:' || $2, 'email:' || mailbox_of($3), 'phone:' || $4]) name
         where name <> 'cnpj:'
         order by 1) keys;

-- name: order_limits_count
-- params: cpf text, cnpj text, email text, phone text, address_hash bytea
select (select count(distinct o.id) from person p join orders o on o.id = p.order_id
         where p.cpf = $1 and p.role <> 'representative' and o.closed_at is null) as cpf,
       (select count(*) from company c join orders o on o.id = c.order_id
         where c.cnpj = $2 and o.closed_at is null) as cnpj,
       (select count(distinct o.id) from person p join orders o on o.id = p.order_id
         where mailbox_of(p.email) = mailbox_of($3) and p.role <> 'representative' and o.closed_at is null) as email,
       (select count(distinct o.id) from person p join orders o on o.id = p.order_id
         where p.phone = $4 and p.role <> 'representative' and o.closed_at is null) as phone,
       (select count(*) from orders o where o.address_hash = $5 and o.closed_at is null) as address;

-- name: order_insert
-- params: code text, office_id integer, product_id text, product_from date, price_cents integer, origin text, address_hash bytea, at timestamptz, actor text, people jsonb, company jsonb
-- No rules have judged it yet (rules_version): the first agent's signature says which.
-- Everything an order is made of in one round trip. `company` is an empty array for a person's certificate.
with made as (
  insert into orders (code, office_id, product_id, product_from, price_cents, rules_version, origin, address_hash,
                      created_at)
  values ($1, $2, $3, $4, $5, '', $6, $7, $8)
  returning id, ref
), people as (
  insert into person (order_id, role, name, cpf, birth_date, email, phone, nis, rg, rg_issuer, rg_uf, voter_id,
                      voter_zone, voter_section, voter_city, voter_uf, cei, social_name)
  select made.id, q.*
    from made, jsonb_to_recordset($10) as q (role text, name text, cpf text, birth_date date, email text, phone text,
         nis text, rg text, rg_issuer text, rg_uf text, voter_id text, voter_zone text, voter_section text,
         voter_city text, voter_uf text, cei text, social_name text)
), firm as (
  insert into company (order_id, cnpj, name, uf, city, cei)
  select made.id, c.* from made, jsonb_to_recordset($11) as c (cnpj text, name text, uf text, city text, cei text)
), ordered as (
  insert into milestone (order_id, kind, at, actor) select made.id, 'ordered', $8, $9 from made
)
select id, ref from made;

-- name: order_access_insert
-- params: token_hash bytea, order_id bigint, kind text, at timestamptz, expires timestamptz
insert into order_access (token_hash, order_id, kind, created_at, expires_at) values ($1, $2, $3, $4, $5)
on conflict (token_hash, order_id) do nothing;

-- A fresh session takes over what the browser's former one opened.
-- name: order_access_inherit
-- params: new_hash bytea, old_hash bytea, at timestamptz, expires timestamptz
insert into order_access (token_hash, order_id, kind, created_at, expires_at, by_mail)
select $1, order_id, 'session', $3, $4, by_mail from order_access
 where token_hash = $2 and kind = 'session' and expires_at > $3
on conflict (token_hash, order_id) do nothing;

-- name: order_access_check
-- params: token_hash bytea, code text, now timestamptz
select 1 as one
  from order_access a join orders o on o.id = a.order_id
 where a.token_hash = $1 and o.code = $2 and a.expires_at > $3;

-- name: order_access_companions
-- params: token_hash bytea, now timestamptz, order_id bigint
select c.code, c.product_name
  from order_access a join order_case c on c.id = a.order_id
 where a.token_hash = $1 and a.expires_at > $2 and c.id <> $3 and c.closed_at is null
   and c.appointment_state in ('none', 'cancelled', 'missed')
   and (c.people -> 0 ->> 'cpf') = (select people -> 0 ->> 'cpf' from order_case where id = $3)
 order by c.id desc;

-- name: order_access_orders
-- params: token_hash bytea, now timestamptz
select c.* from order_access a join order_case c on c.id = a.order_id
 where a.token_hash = $1 and a.expires_at > $2
 order by c.created_at desc
 limit 50;

-- name: order_access_close
-- params: token_hash bytea
delete from order_access where token_hash = $1 and kind = 'session';

-- name: order_access_sweep
-- params: now timestamptz
delete from order_access where expires_at < $1;

-- A step of a machine and, when a kind is given, its milestone in one round trip. The trigger refuses illegal steps.
-- Closed: nothing is left to do for the holder or for the office.
-- name: order_advance
-- params: id bigint, machine text, state text, at timestamptz, kind text, actor text, detail text
with moved as (
  update orders set
    order_state = case $2 when 'order' then $3 else order_state end,
    appointment_state = case $2 when 'appointment' then $3 else appointment_state end,
    attendance_state = case $2 when 'attendance' then $3 else attendance_state end,
    identification_state = case $2 when 'identification' then $3 else identification_state end,
    issuance_state = case $2 when 'issuance' then $3 else issuance_state end,
    closed_at = case
      when case $2 when 'order' then $3 else order_state end in ('cancelled', 'refunded')
        or case $2 when 'identification' then $3 else identification_state end = 'refused'
        or case $2 when 'issuance' then $3 else issuance_state end
           in ('issued', 'delivered', 'revocation_requested', 'revoked')
      then coalesce(closed_at, $4) end
  where id = $1
  returning id, closed_at
), noted as (
  insert into milestone (order_id, kind, at, actor, detail)
  select id, $5, $4, $6, $7 from moved where $5 is not null
)
select closed_at from moved;

-- name: order_set_rules_version
-- params: id bigint, version text
update orders set rules_version = $2 where id = $1;

-- name: order_next_attempt
-- params: id bigint
update orders set attempt = attempt + 1 where id = $1 returning attempt;

-- name: order_milestone_insert
-- params: order_id bigint, kind text, at timestamptz, actor text, detail text
insert into milestone (order_id, kind, at, actor, detail) values ($1, $2, $3, $4, $5);

-- name: order_timeline
-- params: order_id bigint
select kind, at, actor, detail
  from (select kind, at, actor, detail, id from milestone where order_id = $1
        union all
        select 'confirmed', b.at, 'holder', b.channel, b.id
          from appointment_answer b join appointment a on a.id = b.appointment_id
         where a.order_id = $1 and b.answer = 'accepted') happened
 order by at, id;

-- name: order_notes
-- params: order_id bigint
select text, agent, at from note where order_id = $1 order by at, id;

-- name: order_note_insert
-- params: order_id bigint, text text, agent text, at timestamptz
insert into note (order_id, text, agent, at) values ($1, $2, $3, $4);

-- name: order_payment_insert
-- params: order_id bigint, method text, amount_cents integer, agent text, at timestamptz, reference text
insert into payment (order_id, method, amount_cents, agent, at, reference) values ($1, $2, $3, $4, $5, $6)
returning id;

-- Two agents with one voucher: the second waits here, and then sees the first.
-- name: order_voucher_lock
-- params: reference text
select pg_advisory_xact_lock(20055, hashtext(upper(translate($1, ' -', ''))));

-- name: order_voucher_used
-- params: reference text
select exists (select from payment
                where method = 'voucher' and upper(translate(reference, ' -', '')) = upper(translate($1, ' -', ''))) as used;

-- name: order_contact_update
-- params: person_id uuid, email text, phone text
update person set email = $2, phone = $3 where id = $1;

-- name: order_email_unconfirm
-- params: order_id bigint
update orders set email_confirmed_at = null where id = $1;

-- Whoever reads the old address moves and cancels nothing any more.
-- name: order_links_drop
-- params: order_id bigint
delete from appointment_link l using appointment a where a.id = l.appointment_id and a.order_id = $1;

-- name: order_mail_sessions_drop
-- params: order_id bigint
delete from order_access where order_id = $1 and by_mail;

-- What still waits to be told about the appointment follows the order to its new address.
-- name: order_mail_readdress
-- params: order_id bigint, email text
update outbox set recipient = $2
 where order_id = $1 and state = 'pending'
   and kind in ('booked', 'moved', 'place', 'cancelled', 'reminder', 'outage', 'seat_offer', 'hour_gone');

-- name: order_confirmation_insert
-- params: token_hash bytea, order_id bigint, email text, at timestamptz
insert into email_confirmation (token_hash, order_id, email, created_at) values ($1, $2, $3, $4)
on conflict (token_hash) do nothing;

-- name: order_confirmation_find
-- params: token_hash bytea, since timestamptz
-- An address that was changed meanwhile cannot be confirmed by the old link.
select o.code, e.confirmed_at is not null as confirmed
  from email_confirmation e
  join orders o on o.id = e.order_id
  join person p on p.order_id = o.id and p.role in ('holder', 'responsible')
 where e.token_hash = $1 and e.created_at > $2 and p.email = e.email;

-- name: order_confirmation_confirm
-- params: token_hash bytea, at timestamptz
with confirmed as (
  update email_confirmation set confirmed_at = coalesce(confirmed_at, $2) where token_hash = $1 returning order_id
)
update orders o set email_confirmed_at = coalesce(o.email_confirmed_at, $2)
  from confirmed where o.id = confirmed.order_id;

-- name: order_login_ask
-- params: cpf text, at timestamptz
insert into login_ask (cpf, asked_at) values ($1, $2);

-- The oldest, with whatever was asked for the same CPF meanwhile: one answer does for them.
-- name: order_login_next
delete from login_ask where cpf = (select cpf from login_ask order by id limit 1) returning cpf;

-- The addresses of a person's orders; each gets a code of its own.
-- name: order_login_addresses
-- params: cpf text
select p.email, max(o.id) as order_id
  from person p join orders o on o.id = p.order_id
 where p.cpf = $1 and p.role <> 'representative'
 group by p.email
 order by 2 desc
 limit 5;

-- name: order_login_recent
-- params: cpf text, since timestamptz
select count(*) as codes from login_code where cpf = $1 and created_at > $2;

-- name: order_login_insert
-- params: cpf text, email text, code_hash bytea, at timestamptz, expires timestamptz
insert into login_code (cpf, email, code_hash, created_at, expires_at) values ($1, $2, $3, $4, $5) returning id;

-- name: order_login_candidates
-- params: cpf text, now timestamptz, tries integer
select id, email, code_hash from login_code
 where cpf = $1 and expires_at > $2 and used_at is null and tries < $3
 order by id desc
   for update;

-- name: order_login_count_try
-- params: cpf text, now timestamptz
update login_code set tries = tries + 1 where cpf = $1 and expires_at > $2 and used_at is null;

-- name: order_login_use
-- params: id bigint, at timestamptz
update login_code set used_at = $2 where id = $1;

-- name: order_login_open
-- params: token_hash bytea, cpf text, email text, at timestamptz, expires timestamptz
insert into order_access (token_hash, order_id, kind, created_at, expires_at, by_mail)
select distinct $1, p.order_id, 'session', $4, $5, true
  from person p
 where p.cpf = $2 and p.email = $3 and p.role <> 'representative'
on conflict (token_hash, order_id) do nothing;

-- name: order_login_sweep
-- params: before timestamptz
delete from login_code where created_at < $1;

-- name: order_find_by_cpf
-- params: cpf text
select c.* from order_case c
 where c.id in (select order_id from person where cpf = $1) order by c.created_at desc limit 50;

-- name: order_find_by_cnpj
-- params: cnpj text
select c.* from order_case c
 where c.id in (select order_id from company where cnpj = $1) order by c.created_at desc limit 50;

-- name: order_find_by_phone
-- params: phone text
select c.* from order_case c
 where c.id in (select order_id from person where phone = $1) order by c.created_at desc limit 50;

-- name: order_find_by_serial
-- params: serial text
select c.* from order_case c
 where c.id in (select order_id from issuance where serial = $1) order by c.created_at desc limit 50;

-- name: order_find_by_name
-- params: name text
-- Anywhere in the name; % and _ of the text sought are letters like any other.
select c.* from order_case c
 where c.id in (select order_id from person where position($1 in name) > 0
                union select order_id from company where position($1 in name) > 0)
 order by c.created_at desc limit 50;
