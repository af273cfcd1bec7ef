-- SPDX-License-Identifier: GPL-3.0-or-later
-- Media models and what is asked of a medium at the counter. The ITI's list of homologated models was not read [U]:
-- these rows are of the demonstration and are replaced before production.
insert into media_model (id, name, manufacturer, homologation, valid_from, valid_to, layer, source, evidence) values
  ('softhsm-v2', 'SoftHSM v2', 'SoftHSM project', 'DEMONSTRACAO-0001', '2020-01-01', '2035-12-31', 'AC',
   'token simulado por software, só para demonstração; certificate-profiles 2.4', 'U'),
  ('token-demonstracao', 'Token USB de demonstração', 'Fictícia', 'DEMONSTRACAO-0002', '2020-01-01', '2035-12-31', 'AC',
   'lista de modelos homologados do ITI, ainda não lida; certificate-profiles 2.4', 'U'),
  ('token-antigo', 'Token USB fora de homologação', 'Fictícia', 'DEMONSTRACAO-0003', '2015-01-01', '2020-12-31', 'AC',
   'lista de modelos homologados do ITI, ainda não lida; certificate-profiles 2.4', 'U')
on conflict (id, valid_from) do update set name = excluded.name, manufacturer = excluded.manufacturer,
  homologation = excluded.homologation, valid_to = excluded.valid_to, layer = excluded.layer, source = excluded.source,
  evidence = excluded.evidence;

insert into policy (key, value, valid_from, valid_to, layer, source, evidence, description) values
  ('media_attestation', '"when_taken"', '2020-01-01', null, 'AC', 'DOC-ICP-04 Tabela 4; certificate-profiles 2.4', 'U',
   'mídia na validação de um A3: required (só com token na mesa) ou when_taken (atestada quando há token na mesa)')
on conflict (key, valid_from) do update set value = excluded.value, valid_to = excluded.valid_to,
  layer = excluded.layer, source = excluded.source, evidence = excluded.evidence, description = excluded.description;

insert into policy_key (key, kind, minimum, maximum, words, members) values
  ('media_attestation', 'word', null, null, '{required,when_taken}', '{}')
on conflict do nothing;
