-- SPDX-License-Identifier: GPL-3.0-or-later
-- Until when a lost certificate is replaced without cost.
insert into policy (key, value, valid_from, valid_to, layer, source, evidence, description) values
  ('replacement_days', '14', '2020-01-01', null, 'AC', 'perguntas frequentes da IMA; regra REV-07', 'S',
   'substituição sem custo: dias corridos desde a emissão, com o certificado anterior revogado; 0: nenhuma')
on conflict (key, valid_from) do update set value = excluded.value, valid_to = excluded.valid_to,
  layer = excluded.layer, source = excluded.source, evidence = excluded.evidence, description = excluded.description;

insert into policy_key (key, kind, minimum, maximum, words, members) values
  ('replacement_days', 'number', 0, 90, '{}', '{}')
on conflict (key) do update set kind = excluded.kind, minimum = excluded.minimum, maximum = excluded.maximum,
  words = excluded.words, members = excluded.members;
