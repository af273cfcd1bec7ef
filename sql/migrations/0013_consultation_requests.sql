-- SPDX-License-Identifier: GPL-3.0-or-later
-- Questions to the official bases that the program asks itself. The question is a row before anything is sent; what
-- came of it is a consultation like any other, with the answer as evidence in the dossier.

create table consultation_request (
  id               uuid primary key default gen_random_uuid(),
  order_id         bigint not null references orders,
  person_id        uuid references person,               -- null: the company
  kind             text not null check (kind in ('cpf', 'cnpj', 'cnh', 'psbio')),
  asked            jsonb not null default '{}',          -- numbers as read off the licence
  state            text not null default 'asking' check (state in ('asking', 'done')),
  attempts         integer not null default 0,
  next_at          timestamptz not null,                 -- not sent (again) before; while it is under way a lease
  result           text check (result in ('ok', 'alert', 'not_found', 'conflict', 'unavailable')),
  reason           text not null default '',             -- while asking: of the last failure
  base             text not null default '',
  protocol         text not null default '',
  facts            jsonb not null default '{}',
  evidence_id      uuid references document,
  recorded         boolean not null default false,       -- false at the end: it came when nothing could change any more
  agent            text not null,
  station          text not null,
  asked_at         timestamptz not null,
  done_at          timestamptz,
  check ((state = 'done') = (result is not null)),
  check ((state = 'done') = (done_at is not null))
);
create index consultation_request_waiting on consultation_request (kind, next_at) where state = 'asking';
create index consultation_request_by_order on consultation_request (order_id);
create unique index consultation_request_once on consultation_request
  (order_id, kind, coalesce(person_id, '00000000-0000-0000-0000-000000000000'::uuid)) where state = 'asking';

create function consultation_request_stays() returns trigger language plpgsql as $$
begin
  if old.state = 'done' then
    raise exception 'what came of a consultation does not change' using errcode = 'GU002';
  end if;
  return new;
end $$;
create trigger consultation_request_done before update on consultation_request
  for each row execute function consultation_request_stays();
create trigger consultation_request_stays before delete or truncate on consultation_request
  for each statement execute function refuse_change();

grant select, insert, update on consultation_request to ra_app;
grant select on consultation_request to ra_audit;
