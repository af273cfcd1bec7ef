-- SPDX-License-Identifier: GPL-3.0-or-later
-- Dossier, checklist, statements, issuance, the log.

-- A key per dossier, wrapped by the master key file; deleting the row erases the dossier.
create table dossier (
  order_id     bigint primary key references orders,
  wrapped_key  bytea not null,
  created_at   timestamptz not null
);

create table document (
  id             uuid primary key default gen_random_uuid(),
  order_id       bigint not null references orders,
  person_id      uuid references person,              -- null: the company
  item           text not null,                       -- checklist rule id it serves
  attempt        integer not null,
  part           text not null check (part in ('sealed', 'annex')),
  kind           text not null default '',
  sha256         bytea not null check (length(sha256) = 32),
  size_bytes     bigint not null check (size_bytes > 0),
  media_type     text not null,
  number         text not null default '',
  issued_on      date,
  expires_on     date,
  via            text not null default '',
  original_seen  boolean not null default false,
  agent          text not null,
  station        text not null,
  at             timestamptz not null,
  removed_at     timestamptz
);
create index document_by_order on document (order_id);

create table checklist_item (
  order_id   bigint not null references orders,
  person_id  uuid references person,
  rule_id    text not null,
  state      text not null default 'pending' check (state in ('pending', 'accepted', 'rejected', 'waived')),
  reason     text not null default '',
  agent      text not null default '',
  at         timestamptz
);
create unique index checklist_item_once on checklist_item
  (order_id, rule_id, coalesce(person_id, '00000000-0000-0000-0000-000000000000'::uuid));

create table consultation (
  id           bigint generated always as identity primary key,
  order_id     bigint not null references orders,
  person_id    uuid references person,
  kind         text not null,
  result       text not null check (result in ('ok', 'alert', 'not_found', 'conflict', 'unavailable')),
  base         text not null default '',
  protocol     text not null default '',
  evidence_id  uuid references document,
  agent        text not null,
  station      text not null,
  at           timestamptz not null
);
create index consultation_by_order on consultation (order_id);
create trigger consultation_append_only before update or delete or truncate on consultation
  for each statement execute function refuse_change();

-- Signed statements as they travelled: the bytes are the truth, the columns only find them.
create table statement (
  id           bigint generated always as identity primary key,
  order_id     bigint not null references orders,
  attempt      integer not null,
  typ          text not null check (typ in ('guiche-validation-v1', 'guiche-verification-v1', 'guiche-refusal-v1',
                 'guiche-revocation-v1')),
  cms          bytea not null,
  sha256       bytea not null unique check (length(sha256) = 32),
  signer_spki  bytea not null check (length(signer_spki) = 32),
  signer       text not null,
  issued_at    timestamptz not null,
  not_after    timestamptz not null,
  at           timestamptz not null
);
create unique index statement_once on statement (order_id, attempt, typ)
  where typ in ('guiche-validation-v1', 'guiche-verification-v1', 'guiche-refusal-v1');
create unique index revocation_once_per_agent on statement (order_id, attempt, typ, signer_spki)
  where typ = 'guiche-revocation-v1';
create index statement_by_order on statement (order_id);
create trigger statement_append_only before update or delete or truncate on statement
  for each statement execute function refuse_change();

create table roster (
  version      integer primary key,
  bundle       bytea not null,
  not_after    timestamptz not null,
  accepted_at  timestamptz not null
);
create trigger roster_append_only before update or delete or truncate on roster
  for each statement execute function refuse_change();

-- The mail half of an emission code, encrypted under a key file outside the database; destroyed when spent.
create table mail_half (
  order_id    bigint not null references orders,
  attempt     integer not null,
  sealed      bytea,                                  -- null once destroyed
  public_key  bytea not null check (length(public_key) = 32),
  email       text not null,
  sent        integer not null default 0 check (sent between 0 and 4),
  not_after   timestamptz not null,
  primary key (order_id, attempt)
);

-- Intent before effect: the row is there before the signer is asked.
create table issuance (
  order_id        bigint not null references orders,
  attempt         integer not null,
  spki_sha256     bytea not null check (length(spki_sha256) = 32),
  csr             bytea not null,
  proof_counter   bytea,
  proof_mail      bytea,
  term_signature  bytea,
  transaction     text not null default '',
  state           text not null check (state in ('intent', 'sent', 'unknown', 'issued', 'refused')),
  reason          text not null default '',
  certificate     bytea,
  chain           bytea,                              -- PEM
  serial          text not null default '',
  requested_at    timestamptz not null,
  issued_at       timestamptz,
  primary key (order_id, attempt)
);
create unique index issuance_one_order_per_key on issuance (spki_sha256) where state in ('issued', 'sent', 'unknown');
create index issuance_by_serial on issuance (serial) where serial <> '';

-- The log. A leaf is exactly event.bytes; event_queue is what the sequencer has still to number.
create table event (
  id        bigint generated always as identity primary key,
  at        timestamptz not null,
  code      text not null,
  order_id  bigint,
  actor     text not null,
  bytes     bytea not null
);
create index event_by_time on event (at);
create index event_by_order on event (order_id, id);
create trigger event_append_only before update or delete or truncate on event
  for each statement execute function refuse_change();

-- What opens a leaf's commitments: erased with the dossier, the leaf stays provable.
create table event_private (
  event_id    bigint primary key references event,
  order_id    bigint,
  salt        bytea not null check (length(salt) = 32),
  data        bytea not null
);

create table event_queue (
  event_id  bigint primary key references event
);

create table leaf (
  n         bigint primary key check (n >= 0),
  event_id  bigint not null unique references event,
  hash      bytea not null check (length(hash) = 32)
);
create trigger leaf_append_only before update or delete or truncate on leaf
  for each statement execute function refuse_change();

-- Complete subtrees of the Merkle tree: level 0 are the leaves' hashes (kept in leaf), so levels start at 1.
create table tree_node (
  level  integer not null check (level between 1 and 62),
  n      bigint not null check (n >= 0),
  hash   bytea not null check (length(hash) = 32),
  primary key (level, n)
);
create trigger tree_node_append_only before update or delete or truncate on tree_node
  for each statement execute function refuse_change();

create table checkpoint (
  size       bigint primary key check (size >= 0),
  root       bytea not null check (length(root) = 32),
  note       text not null,
  signed_at  timestamptz not null
);
create trigger checkpoint_append_only before update or delete or truncate on checkpoint
  for each statement execute function refuse_change();
