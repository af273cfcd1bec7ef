-- SPDX-License-Identifier: GPL-3.0-or-later
-- What moving a case costs.

-- Who waits for the certificate gets it in the transaction that writes it: one move, with both milestones and both events.
insert into state_transition values
  ('issuance', 'requested', 'delivered', 'compared, confirmed and handed to the holder who waited'),
  ('issuance', 'unknown', 'delivered', 'the AC had issued, and the holder asked again');

-- A move changes one machine of five: only for that one is the table of transitions asked.
create or replace function orders_check_transition() returns trigger language plpgsql as $$
declare
  machines constant text[] := array['order', 'appointment', 'attendance', 'identification', 'issuance'];
  before constant text[] := array[old.order_state, old.appointment_state, old.attendance_state,
                                  old.identification_state, old.issuance_state];
  after constant text[] := array[new.order_state, new.appointment_state, new.attendance_state,
                                 new.identification_state, new.issuance_state];
begin
  for i in 1 .. 5 loop
    continue when before[i] is not distinct from after[i];
    if not exists (select from state_transition t
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
