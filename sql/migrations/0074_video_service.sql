-- SPDX-License-Identifier: GPL-3.0-or-later
-- Where sessions by video are joined, as their calendars were told: the service's address is part of the appointment's
-- place, so that another one is told as another address of the office is. The room's own name is derived, not kept.

create table video_service (
  office_id integer primary key references office,
  url       text not null
);
grant select on video_service to ra_app, ra_audit;
grant insert, update on video_service to ra_app;

create function appointment_place(office integer, mode text) returns text language sql stable set search_path from current as $$
  select case when $2 = 'video' then coalesce((select v.url from video_service v where v.office_id = $1), '')
              else (select office_place(f) from office f where f.id = $1) end
$$;

alter table appointment disable trigger user;
update appointment a set place = '' where a.mode = 'video';
alter table appointment enable trigger user;

create or replace function appointment_revise() returns trigger language plpgsql set search_path from current as $$
begin
  if tg_op = 'INSERT' then
    new.set_at := new.created_at;
    new.seats_from := coalesce(new.seats_from, new.starts);
    new.place := appointment_place(new.office_id, new.mode);
    return new;
  end if;
  if new.uid <> old.uid then
    raise exception 'an appointment keeps its UID' using errcode = 'GU002';
  end if;
  if new.mode <> old.mode then
    new.place := appointment_place(new.office_id, new.mode);
  end if;
  new.sequence := old.sequence
    + ((new.starts, new.ends, new.office_id, new.place, new.mode, new.state = 'cancelled')
       is distinct from
       (old.starts, old.ends, old.office_id, old.place, old.mode, old.state = 'cancelled'))::integer;
  if new.starts <> old.starts then
    new.set_at := new.updated_at;
  end if;
  return new;
end $$;

comment on column appointment.join_url is 'Not used any more: the room is derived from the UID and video_service.';
