-- SPDX-License-Identifier: GPL-3.0-or-later
-- How often a holder may change his hour: every change withholds a seat from the public and mails an address,
-- and every click stays in the log.
insert into policy (key, value, valid_from, valid_to, layer, source, evidence, description) values
  ('appointment_changes_per_day', '12', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'quantas vezes em 24 horas o titular marca ou muda o horário do mesmo pedido; o atendimento sempre pode'),
  ('agenda_clicks_per_day', '60', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'quantas vezes em 24 horas o titular guarda um horário ou entra na lista de espera pelo mesmo pedido')
on conflict (key, valid_from) do update set value = excluded.value, valid_to = excluded.valid_to,
  layer = excluded.layer, source = excluded.source, evidence = excluded.evidence, description = excluded.description;

insert into policy_key (key, kind, minimum, maximum, words, members) values
  ('appointment_changes_per_day', 'number', 1, 1000000, '{}', '{}'),
  ('agenda_clicks_per_day', 'number', 1, 1000000, '{}', '{}')
on conflict (key) do update set kind = excluded.kind, minimum = excluded.minimum, maximum = excluded.maximum,
  words = excluded.words, members = excluded.members;
