-- SPDX-License-Identifier: GPL-3.0-or-later
-- Lista negativa (rules 3.2, 3.9): occurrences of fraud and of attempts, searched in every identification. Nothing is
-- changed or deleted: an occurrence leaves the searches by a row of neglist_withdrawal.

-- Texts are stored as pki/certificate normalises them, '' unknown. The columns *_words are what names and descriptions
-- are compared by (identification/neglist.h): capital letters and digits, without the words that say nothing.
create table neglist_entry (
  id                 uuid primary key default gen_random_uuid(),
  source             text not null check (source in ('local', 'ac')),
  reference          text not null default '' check (length(reference) <= 120),   -- how the AC calls the occurrence
  order_id           bigint references orders,        -- the case it came from, when it is one of ours
  name               text not null default '' check (length(name) <= 100),
  name_words         text[] not null default '{}',
  cpf                text not null default '' check (cpf ~ '^([0-9]{11})?$'),
  email              text not null default '' check (length(email) <= 254),
  phone              text not null default '' check (length(phone) <= 14),
  company_name       text not null default '' check (length(company_name) <= 150),
  company_words      text[] not null default '{}',
  cnpj               text not null default '' check (cnpj ~ '^([0-9A-Z]{12}[0-9]{2})?$'),
  uf                 text not null default '' check (uf ~ '^([A-Z]{2})?$'),
  municipality       text not null default '' check (municipality ~ '^([0-9]{7})?$'),   -- IBGE
  description        text not null default '' check (length(description) <= 2000),      -- what could be seen of the person
  description_words  text[] not null default '{}',
  modus              text not null default '' check (length(modus) <= 2000),
  agent              text not null,
  station            text not null,
  at                 timestamptz not null,
  check (concat(name, cpf, email, phone, company_name, cnpj, description) <> '')
);
create index neglist_entry_by_time on neglist_entry (at desc);
create trigger neglist_entry_append_only before update or delete or truncate on neglist_entry
  for each statement execute function refuse_change();

-- A key per occurrence, wrapped by the master key file; deleting the row erases its images.
create table neglist_key (
  entry_id     uuid primary key references neglist_entry,
  wrapped_key  bytea not null,
  created_at   timestamptz not null
);

create table neglist_image (
  id          uuid primary key default gen_random_uuid(),
  entry_id    uuid not null references neglist_entry,
  kind        text not null check (kind in ('document', 'face')),
  sha256      bytea not null check (length(sha256) = 32),
  size_bytes  bigint not null check (size_bytes > 0),
  media_type  text not null,
  agent       text not null,
  station     text not null,
  at          timestamptz not null,
  constraint neglist_image_once unique (entry_id, kind, sha256)
);
create trigger neglist_image_append_only before update or delete or truncate on neglist_image
  for each statement execute function refuse_change();

create table neglist_withdrawal (
  entry_id  uuid not null references neglist_entry,
  kind      text not null check (kind in ('withdrawn', 'expired')),
  reason    text not null check (length(reason) between 1 and 500),
  agent     text not null,
  station   text not null,
  at        timestamptz not null,
  constraint neglist_withdrawn_once primary key (entry_id)
);
create trigger neglist_withdrawal_append_only before update or delete or truncate on neglist_withdrawal
  for each statement execute function refuse_change();

grant select on neglist_entry, neglist_image, neglist_withdrawal to ra_app, ra_audit;
grant select on neglist_key to ra_app;
grant insert on neglist_entry, neglist_key, neglist_image, neglist_withdrawal to ra_app;
