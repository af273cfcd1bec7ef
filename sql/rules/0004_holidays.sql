-- SPDX-License-Identifier: GPL-3.0-or-later
-- Fixed national holidays of the horizon's years; the issue on the agenda completes them (Easter, São Paulo, Campinas).
insert into holiday (office_id, day, name, layer, source, evidence)
select null, make_date(year, month, day), name, 'NORM', source, 'T'
  from generate_series(2025, 2031) year,
       (values (1, 1, 'Confraternização Universal', 'Lei 662/1949'), (4, 21, 'Tiradentes', 'Lei 662/1949'),
               (5, 1, 'Dia do Trabalho', 'Lei 662/1949'), (9, 7, 'Independência', 'Lei 662/1949'),
               (10, 12, 'Nossa Senhora Aparecida', 'Lei 6.802/1980'), (11, 2, 'Finados', 'Lei 662/1949'),
               (11, 15, 'Proclamação da República', 'Lei 662/1949'),
               (11, 20, 'Consciência Negra', 'Lei 14.759/2023'), (12, 25, 'Natal', 'Lei 662/1949'))
       as fixed (month, day, name, source)
on conflict (day, coalesce(office_id, 0)) do nothing;
