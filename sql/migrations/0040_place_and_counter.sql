-- SPDX-License-Identifier: GPL-3.0-or-later
-- Where an appointment is, as its calendar was told; the seat of who did not come; the end of a parking; a desk to which
-- somebody is handed on.

-- --- the place ---

-- As the invitation says it (agenda/agenda_place.c writes the same).
create function office_place(f office) returns text language sql immutable as $$
  select f.name || ': ' || f.address || ', ' || f.district || ', ' || f.city || ', ' || f.uf
$$;

alter table appointment add column place text not null default '';
update appointment a set place = office_place(f) from office f where f.id = a.office_id;

create or replace function appointment_revise() returns trigger language plpgsql set search_path from current as $$
begin
  if tg_op = 'INSERT' then
    new.set_at := new.created_at;
    new.seats_from := coalesce(new.seats_from, new.starts);
    select office_place(f) into new.place from office f where f.id = new.office_id;
    return new;
  end if;
  if new.uid <> old.uid then
    raise exception 'an appointment keeps its UID' using errcode = 'GU002';
  end if;
  new.sequence := old.sequence
    + ((new.starts, new.ends, new.office_id, new.place, new.mode, new.join_url, new.state = 'cancelled')
       is distinct from
       (old.starts, old.ends, old.office_id, old.place, old.mode, old.join_url, old.state = 'cancelled'))::integer;
  if new.starts <> old.starts then
    new.set_at := new.updated_at;
  end if;
  return new;
end $$;

-- --- the seat of who did not come ---

-- What it was before it was left to walk-ins; null: it was not.
alter table seat add column unclaimed_was text check (unclaimed_was in ('public', 'internal', 'walk_in'));
alter table seat add constraint seat_unclaimed check (unclaimed_was is null or visibility = 'walk_in');

-- --- the counter ---

alter table visit
  add column parked_told   timestamptz,               -- the end of a parking that the agents were told of
  add column reserved_desk text not null default '';  -- handed on to a desk: whoever sits there should call
create index visit_parked_until on visit (parked_until) where state = 'parked' and parked_until is not null;
