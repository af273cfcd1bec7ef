-- SPDX-License-Identifier: GPL-3.0-or-later
-- A session takes as many seats as it lasts: one after the other, on one lane, for one order. What a video session needs
-- to be prepared comes first: `starts` is when the person comes, `seats_from` when the agent begins.

alter table appointment
  add column seats_from timestamptz,
  add column visit bigint;                            -- appointments of one visit share it: they move together

create or replace function appointment_revise() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    new.set_at := new.created_at;
    new.seats_from := coalesce(new.seats_from, new.starts);
    return new;
  end if;
  if new.uid <> old.uid then
    raise exception 'an appointment keeps its UID' using errcode = 'GU002';
  end if;
  new.sequence := old.sequence
    + ((new.starts, new.ends, new.office_id, new.mode, new.join_url, new.state = 'cancelled')
       is distinct from (old.starts, old.ends, old.office_id, old.mode, old.join_url, old.state = 'cancelled'))::integer;
  if new.starts <> old.starts then
    new.set_at := new.updated_at;
  end if;
  return new;
end $$;
update appointment set seats_from = starts;
alter table appointment alter column seats_from set not null;
create index appointment_by_visit on appointment (visit) where visit is not null;

-- An order may have several booked seats now, if they are those of its one live appointment: without a gap, on one lane,
-- from the first to the last. Judged at the commit, when a move has both given back and taken.
drop index seat_one_per_order;
create index seat_booked_by_order on seat (order_id) where state = 'booked';

create function session_is_whole(asked bigint) returns boolean language sql stable as $$
  select case when h.starts is null then a.id is null
              else coalesce(a.seat_id = h.first_id and a.seats_from = h.starts and a.ends = h.ends
                            and h.length = h.ends - h.starts and h.lanes = 1, false) end
    from (select min(starts) as starts, max(ends) as ends, sum(ends - starts) as length,
                 count(distinct (office_id, lane)) as lanes, (array_agg(id order by starts))[1] as first_id
            from seat where order_id = asked and state = 'booked') h
    left join appointment a on a.order_id = asked and a.state in ('booked', 'kept')
$$;

create function session_check() returns trigger language plpgsql as $$
declare
  asked bigint;
begin
  for asked in select new.order_id union select old.order_id where tg_op = 'UPDATE' loop
    if asked is not null and not session_is_whole(asked) then
      raise exception 'the seats of order % are not those of one session', asked using errcode = 'GU003';
    end if;
  end loop;
  return null;
end $$;
create constraint trigger session_whole_of_appointment after insert or update of seat_id on appointment
  deferrable initially deferred for each row execute function session_check();
create constraint trigger session_whole_of_seat after update of state, order_id on seat
  deferrable initially deferred for each row
  when ((old.state = 'booked') is distinct from (new.state = 'booked')
        or (new.state = 'booked' and old.order_id is distinct from new.order_id)) execute function session_check();

-- The waiting list offers whole sessions too.
alter table seat_offer
  add column lane integer,
  add column seats_from timestamptz,
  add column ends timestamptz;
update seat_offer f set lane = s.lane, seats_from = s.starts, ends = s.ends from seat s where s.id = f.seat_id;

create or replace function seat_is_offered(s seat) returns boolean language sql stable as $$
  select exists (select from seat_offer f
                  where f.order_id = s.order_id and f.outcome = '' and f.lane = s.lane
                    and s.starts >= f.seats_from and s.starts < f.ends)
$$;
