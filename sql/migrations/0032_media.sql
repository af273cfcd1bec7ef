-- SPDX-License-Identifier: GPL-3.0-or-later
-- Cryptographic media (tokens, cards): which models may be used, each piece that the office holds or held, and the
-- ledger of the counter acts. The state of a piece follows from the ledger alone: ra_app writes acts, never states.

-- Dated data, as every norm and price (certificate-profiles 2.4).
create table media_model (
  id            text not null check (id ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  name          text not null check (length(name) between 1 and 64),   -- as the token itself says it (PKCS#11 "model")
  manufacturer  text not null default '' check (length(manufacturer) <= 64),
  homologation  text not null check (length(homologation) between 1 and 64),
  valid_from    date not null,
  valid_to      date,                                                  -- last day of the homologation
  layer         text not null check (layer in ('SEED', 'NORM', 'AC')),
  source        text not null,
  evidence      text not null,
  primary key (id, valid_from),
  check (valid_to is null or valid_to >= valid_from)
);

create table media_token (
  id            bigint generated always as identity primary key,
  office_id     integer not null references office,
  model_id      text not null,
  model         text not null,
  serial        text not null check (serial ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$'),
  homologation  text not null,
  valid_to      date,
  state         text not null default 'new' check (state in ('new', 'stock', 'desk', 'delivered', 'defective', 'returned')),
  brought       boolean not null default false,   -- the holder's own: it goes back to the holder, not into the stock
  order_id      bigint references orders,
  constraint media_serial_once unique (serial),
  check ((order_id is not null) or state not in ('desk', 'delivered'))
);
-- One order, one token: the spoiled one leaves before the next one comes.
create unique index media_token_of_order on media_token (order_id) where state in ('desk', 'delivered');
create index media_token_by_state on media_token (office_id, state);

create table media_transition (
  act         text not null,
  from_state  text not null,
  to_state    text not null,
  primary key (act, from_state, to_state)
);
insert into media_transition values
  ('receive', 'new', 'stock'), ('take', 'stock', 'desk'), ('bring', 'new', 'desk'), ('bring', 'delivered', 'desk'),
  ('deliver', 'desk', 'delivered'),
  ('defective', 'stock', 'defective'), ('defective', 'desk', 'defective'), ('defective', 'delivered', 'defective'),
  ('return', 'desk', 'stock'), ('return', 'desk', 'delivered'), ('return', 'stock', 'returned'),
  ('return', 'defective', 'returned'), ('return', 'delivered', 'returned');

create table media_move (
  id          bigint generated always as identity primary key,
  token_id    bigint not null references media_token,
  act         text not null,
  from_state  text not null,
  to_state    text not null,
  order_id    bigint references orders,
  attempt     integer,
  note        text not null default '' check (length(note) <= 200),
  agent       text not null,
  station     text not null,
  at          timestamptz not null,
  foreign key (act, from_state, to_state) references media_transition
);
create index media_move_by_token on media_move (token_id, id);
create index media_move_by_day on media_move (at);
create trigger media_move_append_only before update or delete or truncate on media_move
  for each statement execute function refuse_change();

-- The only way a state changes. Two agents with the same piece wait for each other; the second is refused.
create function media_apply_move() returns trigger language plpgsql security definer set search_path = ra, pg_temp as $$
begin
  update media_token
     set state = new.to_state,
         brought = case new.act when 'bring' then true when 'return' then false else brought end,
         order_id = case when new.to_state in ('desk', 'delivered') then coalesce(new.order_id, order_id) end
   where id = new.token_id and state = new.from_state;
  if not found then
    raise exception 'media: % from %', new.act, new.from_state
      using errcode = 'GU001', constraint = 'media:' || new.from_state || ':' || new.to_state;
  end if;
  return null;
end $$;
create trigger media_move_applies after insert on media_move for each row execute function media_apply_move();

-- What was found in the drawer, compared with the ledger of that moment.
create table media_count (
  id          bigint generated always as identity primary key,
  office_id   integer not null references office,
  day         date not null,
  counted     text[] not null,
  missing     text[] not null,      -- in the ledger, not in the drawer
  unexpected  text[] not null,      -- in the drawer, elsewhere or nowhere in the ledger
  agent       text not null,
  station     text not null,
  at          timestamptz not null
);
create index media_count_by_day on media_count (office_id, day, id desc);
create trigger media_count_append_only before update or delete or truncate on media_count
  for each statement execute function refuse_change();

grant select on media_model, media_token, media_move, media_count, media_transition to ra_app, ra_audit;
grant insert on media_token, media_move, media_count to ra_app;
grant usage on all sequences in schema ra to ra_app;
