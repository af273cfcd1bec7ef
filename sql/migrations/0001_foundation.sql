-- SPDX-License-Identifier: GPL-3.0-or-later
-- Offices, dated data, people, orders with their five state machines.
-- Runs as ra_owner in schema ra. ra_app serves and owns nothing; ra_audit reads.

create extension if not exists btree_gist;

-- Refuses whatever a C programmer forgot: a table that carries this trigger only ever grows.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'table % is append-only', tg_table_name using errcode = 'GU002';
end $$;

create table office (
  id            integer primary key,
  code          text not null unique,
  name          text not null,
  legal_name    text not null,
  cnpj          text not null check (cnpj ~ '^[0-9A-Z]{12}[0-9]{2}$'),
  address       text not null,
  district      text not null,
  city          text not null,
  uf            char(2) not null,
  ibge          char(7) not null,
  phone         text not null,
  zone          text not null,                      -- IANA name
  place_kind    text not null check (place_kind in ('IT', 'ITS')),
  horizon_days  integer not null check (horizon_days between 1 and 366),
  source        text not null,
  evidence      text not null
);

-- Opening hours: our own structure. weekday: 1 Monday … 7 Sunday.
create table opening (
  id              integer generated always as identity primary key,
  office_id       integer not null references office,
  weekday         smallint not null check (weekday between 1 and 7),
  opens           time not null,
  closes          time not null check (closes > opens),
  slot_minutes    integer not null check (slot_minutes between 5 and 240),
  public_lanes    integer not null check (public_lanes >= 0),
  internal_lanes  integer not null check (internal_lanes >= 0),
  valid_from      date not null,
  valid_to        date,
  layer           text not null check (layer in ('SEED', 'NORM', 'AC')),
  source          text not null,
  evidence        text not null,
  unique (office_id, weekday, opens, valid_from)
);

create table holiday (
  id          integer generated always as identity primary key,
  office_id   integer references office,             -- null: every office
  day         date not null,
  name        text not null,
  layer       text not null check (layer in ('SEED', 'NORM', 'AC')),
  source      text not null,
  evidence    text not null
);
create unique index holiday_once on holiday (day, coalesce(office_id, 0));

create table product (
  id               text not null,
  name             text not null,
  holder           text not null check (holder in ('pf', 'pj')),
  media            text not null check (media in ('software', 'token', 'cloud')),
  profile_id       text not null,
  validity_months  integer not null check (validity_months between 1 and 60),
  price_cents      integer not null check (price_cents >= 0),
  modes            text[] not null,
  summary          text not null,
  position         integer not null,
  valid_from       date not null,
  valid_to         date,
  layer            text not null check (layer in ('SEED', 'NORM', 'AC')),
  source           text not null,
  evidence         text not null,
  primary key (id, valid_from)
);

-- Policy switches and figures, dated. value is JSON so that numbers stay numbers.
create table policy (
  key         text not null,
  value       jsonb not null,
  valid_from  date not null,
  valid_to    date,
  layer       text not null check (layer in ('SEED', 'NORM', 'AC')),
  source      text not null,
  evidence    text not null,
  description text not null,
  primary key (key, valid_from)
);

-- What to bring and what to check. One row an item; alternatives are a group that counts as one item.
create table checklist_rule (
  id             text not null,                      -- rule id of the domain document (PFBR-01, PJ-01 …)
  subject        text not null check (subject in ('pf', 'pj')),
  person         text not null check (person in ('holder', 'responsible', 'company')),
  kind           text not null check (kind in ('document', 'consultation', 'biometric', 'presence', 'attestation')),
  consult        text,                               -- for kind consultation
  alternatives   text[] not null default '{}',       -- document kinds, any one of which serves
  text_citizen   text not null,
  text_agent     text not null,
  required       boolean not null,
  waivable       boolean not null default false,
  position       integer not null,
  layer          text not null check (layer in ('SEED', 'NORM', 'AC')),
  source         text not null,
  evidence       text not null,
  valid_from     date not null,
  valid_to       date,
  primary key (id, subject, valid_from)
);

-- The legal transitions of the five machines; a trigger on orders enforces them, C maps the refusal to 409.
create table state_transition (
  machine     text not null,
  from_state  text not null,
  to_state    text not null,
  meaning     text not null,
  primary key (machine, from_state, to_state)
);

insert into state_transition values
  ('order', 'awaiting_payment', 'paid', 'payment received'),
  ('order', 'awaiting_payment', 'cancelled', 'given up before paying'),
  ('order', 'paid', 'awaiting_payment', 'payment recorded by mistake'),
  ('order', 'paid', 'refunded', 'money given back'),
  ('order', 'cancelled', 'awaiting_payment', 'cancelled by mistake'),
  ('appointment', 'none', 'booked', 'a seat taken'),
  ('appointment', 'none', 'kept', 'walk-in'),
  ('appointment', 'booked', 'cancelled', 'given up'),
  ('appointment', 'cancelled', 'booked', 'booked anew'),
  ('appointment', 'cancelled', 'kept', 'came all the same'),
  ('appointment', 'booked', 'kept', 'checked in'),
  ('appointment', 'kept', 'booked', 'checked in by mistake'),
  ('appointment', 'kept', 'none', 'walk-in undone'),
  ('appointment', 'kept', 'cancelled', 'walk-in of a cancelled appointment undone'),
  ('appointment', 'booked', 'missed', 'did not come'),
  ('appointment', 'missed', 'booked', 'a false no-show, or booked anew'),
  ('appointment', 'missed', 'kept', 'came late'),
  ('appointment', 'kept', 'missed', 'left before being served, or late arrival undone'),
  ('attendance', 'none', 'waiting', 'check-in'),
  ('attendance', 'waiting', 'none', 'check-in undone'),
  ('attendance', 'waiting', 'called', 'called to the counter'),
  ('attendance', 'called', 'waiting', 'call undone'),
  ('attendance', 'called', 'parked', 'set aside'),
  ('attendance', 'parked', 'called', 'taken up again'),
  ('attendance', 'parked', 'waiting', 'back to the queue'),
  ('attendance', 'called', 'finished', 'attendance over'),
  ('attendance', 'parked', 'finished', 'attendance over'),
  ('attendance', 'finished', 'called', 'finished by mistake'),
  ('attendance', 'finished', 'parked', 'finished by mistake while parked'),
  ('attendance', 'finished', 'waiting', 'came back with what was missing'),
  ('attendance', 'waiting', 'no_show', 'not there when called'),
  ('attendance', 'called', 'no_show', 'not there when called'),
  ('attendance', 'no_show', 'waiting', 'came after all'),
  ('attendance', 'no_show', 'called', 'false no-show'),
  ('attendance', 'none', 'no_show', 'did not come'),
  ('attendance', 'no_show', 'none', 'no-show of an absent person undone'),
  ('identification', 'open', 'validated', 'first agent signed'),
  ('identification', 'open', 'suspended', 'divergence: to be regularised'),
  ('identification', 'suspended', 'open', 'regularised'),
  ('identification', 'open', 'refused', 'case ended'),
  ('identification', 'suspended', 'refused', 'case ended'),
  ('identification', 'validated', 'verified', 'second agent signed'),
  ('identification', 'validated', 'returned', 'second agent sent back'),
  ('identification', 'validated', 'refused', 'case ended'),
  ('identification', 'validated', 'open', 'new attempt'),
  ('identification', 'verified', 'open', 'new attempt'),
  ('identification', 'verified', 'refused', 'case ended'),
  ('identification', 'returned', 'open', 'correction begun'),
  ('identification', 'returned', 'validated', 'corrected and signed again'),
  ('identification', 'returned', 'refused', 'case ended'),
  ('issuance', 'none', 'ready', 'both statements present'),
  ('issuance', 'ready', 'none', 'attempt voided'),
  ('issuance', 'ready', 'requested', 'handed to the signer'),
  ('issuance', 'requested', 'ready', 'refused before any effect'),
  ('issuance', 'requested', 'issued', 'certificate compared and confirmed'),
  ('issuance', 'requested', 'unknown', 'answer lost'),
  ('issuance', 'requested', 'failed', 'the AC refused or answered wrongly'),
  ('issuance', 'unknown', 'requested', 'asking the AC'),
  ('issuance', 'unknown', 'issued', 'the AC had issued'),
  ('issuance', 'unknown', 'failed', 'the AC had refused'),
  ('issuance', 'failed', 'none', 'attempt voided'),
  ('issuance', 'failed', 'requested', 'tried again'),
  ('issuance', 'issued', 'delivered', 'the holder has it'),
  ('issuance', 'issued', 'revocation_requested', 'first statement signed'),
  ('issuance', 'delivered', 'revocation_requested', 'first statement signed'),
  ('issuance', 'revocation_requested', 'revoked', 'the AC revoked'),
  ('issuance', 'revocation_requested', 'issued', 'request withdrawn'),
  ('issuance', 'issued', 'revoked', 'the AC revoked'),
  ('issuance', 'delivered', 'revoked', 'the AC revoked');

create table orders (
  id                    bigint generated always as identity primary key,
  code                  text not null unique check (code ~ '^[0-9A-HJKMNP-TV-Z]{12}$'),  -- Crockford, 60 random bits
  ref                   uuid not null unique default gen_random_uuid(),   -- how the log names the case
  office_id             integer not null references office,
  product_id            text not null,
  product_from          date not null,
  price_cents           integer not null check (price_cents >= 0),
  attempt               integer not null default 1 check (attempt >= 1),
  rules_version         text not null,
  email_confirmed_at    timestamptz,
  order_state           text not null default 'awaiting_payment',
  appointment_state     text not null default 'none',
  attendance_state      text not null default 'none',
  identification_state  text not null default 'open',
  issuance_state        text not null default 'none',
  origin                text not null check (origin in ('site', 'counter')),
  address_hash          bytea,                       -- keyed hash of the peer address, for the open-order limit
  created_at            timestamptz not null,
  closed_at             timestamptz,                 -- cancelled, refused or delivered
  foreign key (product_id, product_from) references product (id, valid_from)
);
create index orders_open_by_address on orders (address_hash) where closed_at is null;

create function orders_check_transition() returns trigger language plpgsql as $$
declare
  machines constant text[] := array['order', 'appointment', 'attendance', 'identification', 'issuance'];
  before constant text[] := array[old.order_state, old.appointment_state, old.attendance_state,
                                  old.identification_state, old.issuance_state];
  after constant text[] := array[new.order_state, new.appointment_state, new.attendance_state,
                                 new.identification_state, new.issuance_state];
begin
  for i in 1 .. 5 loop
    if before[i] is distinct from after[i] and not exists (
      select from state_transition t
       where t.machine = machines[i] and t.from_state = before[i] and t.to_state = after[i])
    then
      raise exception '%: % -> % is not a legal transition', machines[i], before[i], after[i]
        using errcode = 'GU001', constraint = machines[i] || ':' || before[i] || ':' || after[i];
    end if;
  end loop;
  if new.code <> old.code or new.ref <> old.ref then
    raise exception 'the code of an order never changes' using errcode = 'GU002';
  end if;
  return new;
end $$;
create trigger orders_legal_transition before update on orders
  for each row execute function orders_check_transition();

create function orders_check_start() returns trigger language plpgsql as $$
begin
  if (new.order_state, new.appointment_state, new.attendance_state, new.identification_state, new.issuance_state)
     is distinct from ('awaiting_payment'::text, 'none'::text, 'none'::text, 'open'::text, 'none'::text) then
    raise exception 'an order starts at the start' using errcode = 'GU001', constraint = 'start';
  end if;
  return new;
end $$;
create trigger orders_legal_start before insert on orders
  for each row execute function orders_check_start();

-- The people of a case. For a company `responsible` is the person whose data stands in the certificate.
create table person (
  id             uuid primary key default gen_random_uuid(),
  order_id       bigint not null references orders,
  role           text not null check (role in ('holder', 'responsible', 'representative')),
  name           text not null,
  cpf            char(11) not null check (cpf ~ '^[0-9]{11}$'),
  birth_date     date not null,
  email          text not null,
  phone          text not null,
  nis            text not null default '',
  rg             text not null default '',
  rg_issuer      text not null default '',
  rg_uf          text not null default '',
  voter_id       text not null default '',
  voter_zone     text not null default '',
  voter_section  text not null default '',
  voter_city     text not null default '',
  voter_uf       text not null default '',
  cei            text not null default '',
  unique (order_id, role, cpf)
);
create unique index person_one_subject on person (order_id) where role in ('holder', 'responsible');
create index person_by_cpf on person (cpf);
create index person_by_email on person (email);
create index person_by_phone on person (phone);

create table company (
  order_id  bigint primary key references orders,
  cnpj      char(14) not null check (cnpj ~ '^[0-9A-Z]{12}[0-9]{2}$'),
  name      text not null,
  uf        char(2) not null,
  city      text not null,
  cei       text not null default ''
);
create index company_by_cnpj on company (cnpj);

-- When each thing happened: what the hour's clock and the timeline are computed from.
create table milestone (
  id        bigint generated always as identity primary key,
  order_id  bigint not null references orders,
  kind      text not null check (kind in ('ordered', 'booked', 'moved', 'cancelled', 'email_confirmed', 'paid',
              'checked_in', 'called', 'parked', 'no_show', 'finished', 'undone', 'validated', 'verified', 'returned',
              'refused', 'new_attempt', 'csr_received', 'issued', 'delivered', 'paused', 'resumed',
              'revocation_requested', 'revoked')),
  at        timestamptz not null,
  actor     text not null,                            -- 'holder', 'system' or the agent's name in the roster
  detail    text not null default ''
);
create index milestone_by_order on milestone (order_id, at);
create index milestone_by_kind on milestone (kind, at);
create trigger milestone_append_only before update or delete or truncate on milestone
  for each statement execute function refuse_change();

create table note (
  id        bigint generated always as identity primary key,
  order_id  bigint not null references orders,
  text      text not null check (length(text) between 1 and 2000),
  agent     text not null,
  at        timestamptz not null
);
create index note_by_order on note (order_id);

-- Bearer tokens, page cookies and the log-in by one-time code: only hashes are kept.
create table order_access (
  token_hash  bytea primary key check (length(token_hash) = 32),
  order_id    bigint not null references orders,
  kind        text not null check (kind in ('bearer', 'session')),
  created_at  timestamptz not null,
  expires_at  timestamptz not null
);
create index order_access_by_order on order_access (order_id);

create table login_code (
  id          bigint generated always as identity primary key,
  cpf         char(11) not null,
  code_hash   bytea not null check (length(code_hash) = 32),
  tries       integer not null default 0,
  created_at  timestamptz not null,
  expires_at  timestamptz not null,
  used_at     timestamptz
);
create index login_code_by_cpf on login_code (cpf, created_at);

create table email_confirmation (
  token_hash    bytea primary key check (length(token_hash) = 32),
  order_id      bigint not null references orders,
  email         text not null,
  created_at    timestamptz not null,
  confirmed_at  timestamptz
);
create index email_confirmation_by_order on email_confirmation (order_id);

create table idempotency (
  scope         text not null,
  key_hash      bytea not null,
  request_hash  bytea not null,
  status        integer not null,
  content_type  text not null,
  headers       jsonb not null,
  body          bytea not null,
  created_at    timestamptz not null,
  primary key (scope, key_hash)
);
create index idempotency_by_age on idempotency (created_at);

-- Whatever leaves the house is written here in the business transaction and sent afterwards.
create table outbox (
  id          bigint generated always as identity primary key,
  order_id    bigint references orders,
  kind        text not null,                          -- template of the notice
  recipient   text not null,
  message     jsonb not null,
  state       text not null default 'pending' check (state in ('pending', 'sent', 'failed')),
  tries       integer not null default 0,
  next_at     timestamptz not null,
  created_at  timestamptz not null,
  sent_at     timestamptz,
  last_error  text not null default ''
);
create index outbox_ready on outbox (next_at) where state = 'pending';
create index outbox_by_order on outbox (order_id);
