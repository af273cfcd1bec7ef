-- SPDX-License-Identifier: GPL-3.0-or-later
-- Legal priority at the counter (research 6.1): whom the law puts first, by how much, and how a no-show is established.
-- The law's order is in `ahead_minutes` (80+ before the other classes, donors after them); the minutes themselves are this
-- office's bound of waiting for everyone else [U].
insert into priority_class (class, position, ahead_minutes, text, label, law, declared, valid_from, valid_to, layer, source, evidence)
values
  ('60+', 1, 240, '60 anos ou mais', '60+', 'Lei 10.741, art. 3º', true, '2020-01-01', null, 'NORM', 'Lei 10.048/2000, art. 1º; Lei 10.741/2003, art. 3º', 'U'),
  ('80+', 2, 480, '80 anos ou mais', '80+', 'Lei 10.741, art. 3º § 2º', true, '2020-01-01', null, 'NORM', 'Lei 10.741/2003, art. 3º § 2º (Lei 13.466/2017)', 'U'),
  ('pregnant', 3, 240, 'Gestante', 'gestante', 'Lei 10.048, art. 1º', true, '2020-01-01', null, 'NORM', 'Lei 10.048/2000, art. 1º', 'U'),
  ('infant', 4, 240, 'Com criança de colo', 'criança de colo', 'Lei 10.048, art. 1º', true, '2020-01-01', null, 'NORM', 'Lei 10.048/2000, art. 1º', 'U'),
  ('nursing', 5, 240, 'Lactante', 'lactante', 'Lei 10.048, art. 1º', true, '2020-01-01', null, 'NORM', 'Lei 10.048/2000, art. 1º', 'U'),
  ('disability', 6, 240, 'Pessoa com deficiência', 'pessoa com deficiência', 'Lei 10.048, art. 1º', true, '2020-01-01', null, 'NORM', 'Lei 10.048/2000, art. 1º; Lei 13.146/2015, art. 9º', 'U'),
  ('autism', 7, 240, 'Pessoa com transtorno do espectro autista', 'pessoa com TEA', 'Lei 10.048, art. 1º', true, '2020-01-01', null, 'NORM', 'Lei 10.048/2000, art. 1º (Lei 14.626/2023)', 'U'),
  ('obesity', 8, 240, 'Pessoa com obesidade', 'pessoa com obesidade', 'Lei 10.048, art. 1º', true, '2020-01-01', null, 'NORM', 'Lei 10.048/2000, art. 1º', 'U'),
  ('mobility', 9, 240, 'Mobilidade reduzida', 'mobilidade reduzida', 'Lei 10.048, art. 1º', true, '2020-01-01', null, 'NORM', 'Lei 10.048/2000, art. 1º (Lei 14.626/2023)', 'U'),
  ('companion', 10, 240, 'Acompanhante de quem tem prioridade', 'acompanhante', 'Lei 10.048, art. 1º', true, '2020-01-01', null, 'NORM', 'Lei 10.048/2000, art. 1º: o acompanhante é atendido junto', 'U'),
  ('donor', 11, 120, 'Doador de sangue', 'doador de sangue', 'Lei 10.048, art. 1º, depois dos demais', true, '2020-01-01', null, 'NORM', 'Lei 10.048/2000, art. 1º (Lei 14.626/2023): depois dos demais; comprovante de até 120 dias', 'U'),
  ('return', 99, 90, 'Volta com a correção pedida', 'volta com a correção pedida', 'decisão do atendimento', false, '2020-01-01', null, 'AC', 'política priority_return', 'U')
on conflict (class, valid_from) do update set position = excluded.position, ahead_minutes = excluded.ahead_minutes,
  text = excluded.text, label = excluded.label, law = excluded.law, declared = excluded.declared, valid_to = excluded.valid_to,
  layer = excluded.layer, source = excluded.source, evidence = excluded.evidence;

insert into policy (key, value, valid_from, valid_to, layer, source, evidence, description) values
  ('queue_hour_ahead_minutes', '60', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'minutos que a hora marcada adianta em relação a quem chega sem marcar'),
  ('queue_late_minutes', '15', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'atraso em minutos até o qual vale a hora marcada; depois conta a chegada'),
  ('transfer_hold_minutes', '15', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'minutos em que só o agente escolhido chama quem lhe foi transferido'),
  ('noshow_calls', '1', '2020-01-01', null, 'AC', 'decisão do atendimento de demonstração', 'U',
   'chamadas sem resposta antes de registrar a ausência de quem chegou'),
  ('noshow_call_minutes', '3', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'minutos entre duas chamadas que contam para a ausência')
on conflict (key, valid_from) do update set value = excluded.value, valid_to = excluded.valid_to,
  layer = excluded.layer, source = excluded.source, evidence = excluded.evidence, description = excluded.description;

insert into policy_key (key, kind, minimum, maximum, words, members) values
  ('queue_hour_ahead_minutes', 'number', 0, 240, '{}', '{}'),
  ('queue_late_minutes', 'number', 0, 120, '{}', '{}'),
  ('transfer_hold_minutes', 'number', 0, 240, '{}', '{}'),
  ('noshow_calls', 'number', 1, 10, '{}', '{}'),
  ('noshow_call_minutes', 'number', 0, 60, '{}', '{}')
on conflict (key) do update set kind = excluded.kind, minimum = excluded.minimum, maximum = excluded.maximum,
  words = excluded.words, members = excluded.members;
