-- SPDX-License-Identifier: GPL-3.0-or-later
-- IMA's office and its catalogue. Hours, prices and CNPJ are demonstration figures [U]: the Carta de Serviços gives none.
insert into office values
  (1, 'sede', 'IMA, sede', 'Informática de Municípios Associados S.A.', '12345678000195',
   'Rua Benedito de Campos, 853', 'Jardim do Trevo', 'CAMPINAS', 'SP', '3509502', '(19) 3755-6789',
   'America/Sao_Paulo', 'IT', 60, 'Carta de Serviços 5.1.13; CNPJ de demonstração', 'SEED')
on conflict (id) do update set name = excluded.name, legal_name = excluded.legal_name, cnpj = excluded.cnpj,
  address = excluded.address, phone = excluded.phone, horizon_days = excluded.horizon_days, source = excluded.source;

insert into opening (office_id, weekday, opens, closes, slot_minutes, public_lanes, internal_lanes, valid_from, layer,
                     source, evidence)
select 1, weekday, '08:00', '17:00', 20, 2, 1, '2020-01-01', 'SEED', 'horário de demonstração', 'U'
  from generate_series(1, 5) weekday
on conflict (office_id, series, weekday, opens, valid_from) do nothing;
