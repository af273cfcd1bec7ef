-- SPDX-License-Identifier: GPL-3.0-or-later
-- Holds, what becomes of a seat given back, the waiting list, and the work asked of a click under attack. Figures of the
-- office's own [U].
insert into policy (key, value, valid_from, valid_to, layer, source, evidence, description) values
  ('hold_minutes', '10', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'por quantos minutos um horário escolhido fica guardado até ser confirmado'),
  ('release_delay_minutes_min', '5', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'menor espera, em minutos, até um horário devolvido voltar ao público'),
  ('release_delay_minutes_max', '45', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'maior espera, em minutos, até um horário devolvido voltar ao público; o sorteio fica entre a menor e a maior'),
  ('waiting_offer_minutes', '30', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'por quantos minutos um horário devolvido fica oferecido a quem está na lista de espera'),
  ('waiting_offers_missed', '3', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'depois de quantas ofertas seguidas sem resposta a pessoa sai da lista de espera'),
  ('rush_clicks_per_minute', '3000', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'cliques em horários por minuto, de todos, a partir dos quais cada clique precisa de uma prova de trabalho'),
  ('rush_work_bits', '18', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'bits zero que a prova de trabalho precisa mostrar'),
  ('rush_wait_seconds', '30', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'espera, em segundos, que vale no lugar da prova de trabalho para quem não usa JavaScript')
on conflict (key, valid_from) do update set value = excluded.value, valid_to = excluded.valid_to,
  layer = excluded.layer, source = excluded.source, evidence = excluded.evidence, description = excluded.description;

insert into policy_key (key, kind, minimum, maximum, words, members) values
  ('hold_minutes', 'number', 1, 60, '{}', '{}'),
  ('release_delay_minutes_min', 'number', 0, 240, '{}', '{}'),
  ('release_delay_minutes_max', 'number', 0, 240, '{}', '{}'),
  ('waiting_offer_minutes', 'number', 5, 240, '{}', '{}'),
  ('waiting_offers_missed', 'number', 1, 100, '{}', '{}'),
  ('rush_clicks_per_minute', 'number', 1, 100000000, '{}', '{}'),
  ('rush_work_bits', 'number', 8, 24, '{}', '{}'),
  ('rush_wait_seconds', 'number', 5, 600, '{}', '{}')
on conflict (key) do update set kind = excluded.kind, minimum = excluded.minimum, maximum = excluded.maximum,
  words = excluded.words, members = excluded.members;
