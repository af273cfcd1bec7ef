-- SPDX-License-Identifier: GPL-3.0-or-later
-- Holidays by their law. Campinas' 12 August is the one of the municipal law of 2025; 14 July and 15 October are none.
-- Religious holidays of a municipality are at most four, Good Friday among them (Lei 9.093/1995): Campinas has four.
insert into holiday_rule (id, scope, uf, ibge, month, day, easter_offset, name, kind, valid_from, layer, source, evidence)
values
  ('new-year', 'national', null, null, 1, 1, null, 'Confraternização Universal', 'holiday', '1949-04-06', 'NORM',
   'Lei 662/1949; Lei 10.607/2002', 'T'),
  ('tiradentes', 'national', null, null, 4, 21, null, 'Tiradentes', 'holiday', '2002-12-20', 'NORM',
   'Lei 662/1949; Lei 10.607/2002', 'T'),
  ('labour', 'national', null, null, 5, 1, null, 'Dia do Trabalho', 'holiday', '1949-04-06', 'NORM',
   'Lei 662/1949; Lei 10.607/2002', 'T'),
  ('independence', 'national', null, null, 9, 7, null, 'Independência', 'holiday', '1949-04-06', 'NORM',
   'Lei 662/1949; Lei 10.607/2002', 'T'),
  ('aparecida', 'national', null, null, 10, 12, null, 'Nossa Senhora Aparecida', 'holiday', '1980-07-01', 'NORM',
   'Lei 6.802/1980', 'T'),
  ('all-souls', 'national', null, null, 11, 2, null, 'Finados', 'holiday', '2002-12-20', 'NORM',
   'Lei 662/1949; Lei 10.607/2002', 'T'),
  ('republic', 'national', null, null, 11, 15, null, 'Proclamação da República', 'holiday', '1949-04-06', 'NORM',
   'Lei 662/1949; Lei 10.607/2002', 'T'),
  ('black-awareness', 'national', null, null, 11, 20, null, 'Consciência Negra', 'holiday', '2023-12-22', 'NORM',
   'Lei 14.759/2023', 'T'),
  ('christmas', 'national', null, null, 12, 25, null, 'Natal', 'holiday', '1949-04-06', 'NORM',
   'Lei 662/1949; Lei 10.607/2002', 'T'),
  ('sp-1932', 'state', 'SP', null, 7, 9, null, 'Revolução Constitucionalista', 'holiday', '1997-03-06', 'NORM',
   'Lei estadual (SP) 9.497/1997', 'T'),
  ('campinas-good-friday', 'municipal', null, '3509502', null, null, -2, 'Sexta-feira Santa', 'holiday', '2020-01-01',
   'NORM', 'calendário oficial de Campinas; Lei 9.093/1995', 'S'),
  ('campinas-corpus-christi', 'municipal', null, '3509502', null, null, 60, 'Corpus Christi', 'holiday', '2020-01-01',
   'NORM', 'calendário oficial de Campinas; Lei 9.093/1995', 'S'),
  ('campinas-conception', 'municipal', null, '3509502', 12, 8, null, 'Nossa Senhora da Conceição', 'holiday',
   '2020-01-01', 'NORM', 'calendário oficial de Campinas; Lei 9.093/1995', 'S'),
  ('campinas-evangelical', 'municipal', null, '3509502', 8, 12, null, 'Dia do Evangélico', 'holiday', '2026-01-01',
   'NORM', 'Lei municipal (Campinas) 16.785/2025', 'S'),
  ('carnival-monday', 'national', null, null, null, null, -48, 'Carnaval (segunda-feira)', 'optional', '2020-01-01',
   'NORM', 'ponto facultativo, por decreto de cada ano', 'S'),
  ('carnival-tuesday', 'national', null, null, null, null, -47, 'Carnaval (terça-feira)', 'optional', '2020-01-01',
   'NORM', 'ponto facultativo, por decreto de cada ano', 'S'),
  ('ash-wednesday', 'national', null, null, null, null, -46, 'Quarta-feira de Cinzas', 'optional', '2020-01-01',
   'NORM', 'ponto facultativo até as 14h ou o meio-dia, por decreto de cada ano', 'S')
on conflict (id, valid_from) do update set name = excluded.name, kind = excluded.kind, source = excluded.source,
  evidence = excluded.evidence;

-- What the demonstration office does on optional days; `ra-cli holiday choose` changes it.
insert into holiday_choice (office_id, rule_id, closes, valid_from, source, evidence) values
  (1, 'carnival-monday', 'day', '2020-01-01', 'decisão do atendimento', 'U'),
  (1, 'carnival-tuesday', 'day', '2020-01-01', 'decisão do atendimento', 'U'),
  (1, 'ash-wednesday', 'morning', '2020-01-01', 'decisão do atendimento', 'U')
on conflict (office_id, rule_id, valid_from) do nothing;
