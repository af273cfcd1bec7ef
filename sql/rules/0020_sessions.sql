-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a session takes. Figures of the demonstration office [U]: the Carta de Serviços gives none.
insert into agenda_skill (word, bit, name) values
  ('video', 0, 'atendimento por vídeo'),
  ('company', 1, 'certificado de empresa'),
  ('libras', 2, 'Libras')
on conflict (word) do update set name = excluded.name;

insert into session_duration (product_id, mode, persons, minutes, preparation_minutes, skills, valid_from, valid_to,
                              layer, source, evidence)
select product_id, mode, persons, minutes, preparation_minutes, skills::text[], '2020-01-01', null, 'AC',
       'decisão do atendimento', 'U'
  from (values ('*', 'in_person', 1, 20, 0, '{}'),
               ('*', 'in_person', 2, 30, 0, '{}'),
               ('*', 'in_person', 3, 40, 0, '{}'),
               ('*', 'in_person', 5, 60, 0, '{}'),
               ('*', 'video', 1, 20, 10, '{video}'),
               ('*', 'video', 2, 40, 10, '{video}'),
               ('ecnpj-a1', 'in_person', 1, 20, 0, '{company}'),
               ('ecnpj-a1', 'in_person', 2, 30, 0, '{company}'),
               ('ecnpj-a1', 'in_person', 3, 40, 0, '{company}'),
               ('ecnpj-a1', 'in_person', 5, 60, 0, '{company}'),
               ('ecnpj-a1', 'video', 1, 20, 10, '{video,company}'),
               ('ecnpj-a1', 'video', 2, 40, 10, '{video,company}'),
               ('ecnpj-a3', 'in_person', 1, 20, 0, '{company}'),
               ('ecnpj-a3', 'in_person', 2, 30, 0, '{company}'),
               ('ecnpj-a3', 'in_person', 3, 40, 0, '{company}'),
               ('ecnpj-a3', 'in_person', 5, 60, 0, '{company}'))
       as figures (product_id, mode, persons, minutes, preparation_minutes, skills)
on conflict (product_id, mode, persons, valid_from) do nothing;
