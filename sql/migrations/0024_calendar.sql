-- SPDX-License-Identifier: GPL-3.0-or-later
-- The appointment outside the house: revisions that calendars count by, answers that come back, links, reminders, feeds.

alter table appointment
  add column join_url text not null default '',       -- where a video session is joined
  add column set_at   timestamptz;                    -- when the present start was agreed
update appointment set set_at = updated_at;
alter table appointment alter column set_at set not null;

-- RFC 5546 2.1.4: calendars keep the higher SEQUENCE, so it grows by one with whatever a calendar shows and with nothing
-- else. Counted here, so that no path of the program can forget it.
create function appointment_revise() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    new.set_at := new.created_at;
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
create trigger appointment_revise before insert or update on appointment
  for each row execute function appointment_revise();
