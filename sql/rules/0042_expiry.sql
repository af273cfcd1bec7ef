-- SPDX-License-Identifier: GPL-3.0-or-later
-- When the holder is told that the certificate ends.
insert into policy (key, value, valid_from, valid_to, layer, source, evidence, description) values
  ('expiry_notice_first_days', '60', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'primeiro aviso de vencimento do certificado, em dias antes; 0: nenhum'),
  ('expiry_notice_second_days', '30', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'segundo aviso de vencimento do certificado, em dias antes; 0: nenhum'),
  ('expiry_notice_third_days', '15', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'terceiro aviso de vencimento do certificado, em dias antes; 0: nenhum'),
  ('expiry_notice_fourth_days', '7', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'quarto aviso de vencimento do certificado, em dias antes; 0: nenhum'),
  ('expiry_notice_fifth_days', '1', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'último aviso de vencimento do certificado, em dias antes; 0: nenhum')
on conflict (key, valid_from) do update set value = excluded.value, valid_to = excluded.valid_to,
  layer = excluded.layer, source = excluded.source, evidence = excluded.evidence, description = excluded.description;

insert into policy_key (key, kind, minimum, maximum, words, members) values
  ('expiry_notice_first_days', 'number', 0, 365, '{}', '{}'),
  ('expiry_notice_second_days', 'number', 0, 365, '{}', '{}'),
  ('expiry_notice_third_days', 'number', 0, 365, '{}', '{}'),
  ('expiry_notice_fourth_days', 'number', 0, 365, '{}', '{}'),
  ('expiry_notice_fifth_days', 'number', 0, 365, '{}', '{}')
on conflict (key) do update set kind = excluded.kind, minimum = excluded.minimum, maximum = excluded.maximum,
  words = excluded.words, members = excluded.members;
