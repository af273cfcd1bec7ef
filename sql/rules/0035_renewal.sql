-- SPDX-License-Identifier: GPL-3.0-or-later
-- Renewal (identification-rules 5.2): what the norm accepts as a signature, and when people are told.
insert into policy (key, value, valid_from, valid_to, layer, source, evidence, description) values
  ('renewal_signing_level', '3', '2020-01-01', null, 'NORM', 'DOC-ICP-05 3.3.2 (Res. 211/2024); regras REN-01 e REN-06', 'T',
   'nível mínimo do certificado que assina a própria renovação: 3 é A3 ou SE-H'),
  ('renewal_window_days', '3650', '2020-01-01', null, 'NORM', 'DOC-ICP-05 3.3.2; regra REN-08 (nenhum limite lido)', 'U',
   'quantos dias antes do vencimento o titular pode renovar com assinatura')
on conflict (key, valid_from) do update set value = excluded.value, valid_to = excluded.valid_to,
  layer = excluded.layer, source = excluded.source, evidence = excluded.evidence, description = excluded.description;

insert into policy_key (key, kind, minimum, maximum, words, members) values
  ('renewal_signing_level', 'number', 1, 4, '{}', '{}'),
  ('renewal_window_days', 'number', 1, 3650, '{}', '{}')
on conflict (key) do update set kind = excluded.kind, minimum = excluded.minimum, maximum = excluded.maximum,
  words = excluded.words, members = excluded.members;
