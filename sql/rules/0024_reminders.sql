-- SPDX-License-Identifier: GPL-3.0-or-later
-- When an appointment is called to mind.
insert into policy (key, value, valid_from, valid_to, layer, source, evidence, description) values
  ('reminder_first_hours', '72', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'primeiro lembrete do horário marcado, em horas antes; 0: nenhum'),
  ('reminder_second_hours', '24', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'segundo lembrete do horário marcado, em horas antes; 0: nenhum')
on conflict (key, valid_from) do update set value = excluded.value, valid_to = excluded.valid_to,
  layer = excluded.layer, source = excluded.source, evidence = excluded.evidence, description = excluded.description;

insert into policy_key (key, kind, minimum, maximum, words, members) values
  ('reminder_first_hours', 'number', 0, 336, '{}', '{}'),
  ('reminder_second_hours', 'number', 0, 336, '{}', '{}')
on conflict (key) do update set kind = excluded.kind, minimum = excluded.minimum, maximum = excluded.maximum,
  words = excluded.words, members = excluded.members;
