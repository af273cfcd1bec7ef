-- SPDX-License-Identifier: GPL-3.0-or-later
-- Revocation (rules 3.10, certificate-profiles 2.5): one clock for each certificate, from the moment somebody asked to
-- the moment its serial was seen in the AC's CRL; the holder's own words; the public halves of revocation passwords.

create table revocation (
  id            bigint generated always as identity primary key,
  order_id      bigint not null references orders,
  attempt       integer not null,
  serial        text not null check (serial <> ''),
  reason        smallint check (reason in (0, 1, 3, 4, 5, 9)),   -- as the AC was asked; null before
  authority     text not null default '' check (authority in ('', 'ac', 'court')),  -- whose order lies in the dossier
  requested_at  timestamptz not null,                            -- receipt of the first request
  requested_by  text not null,                                   -- 'holder' or the agent's name
  executed_at   timestamptz,                                     -- the AC confirmed
  seen_at       timestamptz,                                     -- the serial stood in the CRL: the end
  withdrawn_at  timestamptz,                                     -- what was asked did not hold: the end
  crl_sha256    bytea check (length(crl_sha256) = 32),
  lateness      smallint not null default 0 check (lateness between 0 and 3),  -- past: 1 target, 2 alarm, 3 hard limit
  looks         integer not null default 0,
  next_at       timestamptz not null,
  check ((seen_at is null) = (crl_sha256 is null))
);
create unique index revocation_once on revocation (order_id, attempt) where withdrawn_at is null;
create index revocation_open on revocation (next_at) where seen_at is null and withdrawn_at is null;

-- The holder's words as they came. `refused` is the signer's reason, once it said that a word is none.
create table revocation_word (
  id           bigint generated always as identity primary key,
  order_id     bigint not null references orders,
  attempt      integer not null,
  kind         text not null check (kind in ('key', 'password', 'responsible')),
  reason       smallint not null check (reason in (0, 1, 3, 4, 5, 9)),
  issued_at    timestamptz not null,
  signature    bytea not null,
  responsible  bytea not null default '',            -- DER of the e-CPF
  refused      text not null default '',
  at           timestamptz not null,
  constraint revocation_word_once unique (order_id, attempt, signature)
);

-- Wrong words of the last minutes, whatever order they named: the code's digest, so that a code that does not exist is
-- counted as one that does.
create table revocation_try (
  code_hash  bytea not null check (length(code_hash) = 32),
  at         timestamptz not null
);
create index revocation_try_by_code on revocation_try (code_hash, at);

create table revocation_key (
  order_id      bigint not null references orders,
  attempt       integer not null,
  public_key    bytea not null check (length(public_key) = 32),
  registration  bytea not null,
  at            timestamptz not null,
  primary key (order_id, attempt)
);

create unique index task_revocation_once on task (order_id) where kind = 'revocation' and closed_at is null;

grant select on revocation, revocation_word, revocation_key, revocation_try to ra_app;
grant select on revocation, revocation_word to ra_audit;
grant insert on revocation, revocation_word, revocation_key, revocation_try to ra_app;
grant update (reason, authority, executed_at, seen_at, withdrawn_at, crl_sha256, lateness, looks, next_at)
  on revocation to ra_app;
grant update (refused) on revocation_word to ra_app;
grant update on revocation_key to ra_app;
grant delete on revocation_try to ra_app;
grant usage on all sequences in schema ra to ra_app;
