-- SPDX-License-Identifier: GPL-3.0-or-later
-- Products on sale. Prices are demonstration figures [U]. Windows: a term must end by 2029-03-02
-- (Res. CG ICP-Brasil 211/2024 art. 13), so a product leaves the shop one term before.
-- A3 terms stop at 24 months: the issuing AC of the legacy chain ends 2029-02-20 (certificate-profiles 1.7).
insert into product (id, name, holder, media, profile_id, validity_months, price_cents, modes, summary, position,
                     valid_from, valid_to, layer, source, evidence) values
  ('ecpf-a1', 'e-CPF A1', 'pf', 'software', 'RFB_ECPF_A1', 12, 14900, '{in_person,video}',
   'Certificado de pessoa física guardado no seu computador, por 1 ano.', 1,
   '2020-01-01', '2028-03-02', 'AC', 'Leiaute RFB 5.0; preço de demonstração', 'S'),
  ('ecpf-a3', 'e-CPF A3', 'pf', 'token', 'RFB_ECPF_A3', 24, 23900, '{in_person}',
   'Certificado de pessoa física guardado em token, por 2 anos.', 2,
   '2020-01-01', '2027-03-02', 'AC', 'Leiaute RFB 5.0; preço de demonstração', 'S'),
  ('ecnpj-a1', 'e-CNPJ A1', 'pj', 'software', 'RFB_ECNPJ_A1', 12, 19900, '{in_person,video}',
   'Certificado de empresa guardado no computador, por 1 ano.', 3,
   '2020-01-01', '2028-03-02', 'AC', 'Leiaute RFB 5.0; preço de demonstração', 'S'),
  ('ecnpj-a3', 'e-CNPJ A3', 'pj', 'token', 'RFB_ECNPJ_A3', 24, 29900, '{in_person}',
   'Certificado de empresa guardado em token, por 2 anos.', 4,
   '2020-01-01', '2027-03-02', 'AC', 'Leiaute RFB 5.0; preço de demonstração', 'S')
on conflict (id, valid_from) do update set name = excluded.name, holder = excluded.holder, media = excluded.media,
  profile_id = excluded.profile_id, validity_months = excluded.validity_months, price_cents = excluded.price_cents,
  modes = excluded.modes, summary = excluded.summary, position = excluded.position, valid_to = excluded.valid_to,
  layer = excluded.layer, source = excluded.source, evidence = excluded.evidence;

insert into policy (key, value, valid_from, valid_to, layer, source, evidence, description) values
  ('open_orders_per_cpf', '5', '2020-01-01', null, 'AC', 'contrato de homologação', 'U',
   'pedidos abertos por CPF'),
  ('open_orders_per_cnpj', '5', '2020-01-01', null, 'AC', 'contrato de homologação', 'U',
   'pedidos abertos por CNPJ'),
  ('open_orders_per_email', '5', '2020-01-01', null, 'AC', 'contrato de homologação', 'U',
   'pedidos abertos por e-mail'),
  ('open_orders_per_phone', '5', '2020-01-01', null, 'AC', 'contrato de homologação', 'U',
   'pedidos abertos por telefone'),
  ('open_orders_per_address', '200', '2020-01-01', null, 'AC', 'contrato de homologação', 'U',
   'pedidos abertos por endereço de rede'),
  ('payment_gate', '"none"', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'etapa que exige pagamento: none, checkin ou validate'),
  ('email_gate', '"none"', '2020-01-01', null, 'AC', 'decisão do atendimento', 'U',
   'etapa que exige e-mail confirmado: none ou validate'),
  ('minimum_age_years', '16', '2020-01-01', null, 'NORM', 'Código Civil art. 3º; regra CAP-01', 'S',
   'idade mínima do titular sem representante'),
  ('promise_minutes', '60', '2020-01-01', null, 'SEED', 'Carta de Serviços 5.1.13', 'SEED',
   'prazo prometido entre a confirmação e o certificado'),
  ('agents_floor', '2', '2020-01-01', null, 'NORM', 'regra 3.6', 'U',
   'agentes de registro que assinam cada caso'),
  ('term_signature', '{"page":"required","new_key":"required","csr":"at_counter","token":"required"}', '2020-01-01',
   null, 'NORM', 'DOC-ICP-05 4.1 c (Res. 211/2024)', 'T',
   'assinatura do termo pelo titular, por forma de emissão: required (com a chave nova) ou at_counter (no papel)'),
  ('term_countersignature', '"required"', '2020-01-01', null, 'NORM', 'regra 3.5, passo 2 (Res. 136/2018)', 'T',
   'contra-assinatura do termo pelo agente que valida: required ou optional'),
  ('term_text', '"demonstracao-1"', '2020-01-01', null, 'AC', 'texto de demonstração; modelo ADE não lido', 'U',
   'texto do termo de titularidade em vigor (web/templates/term)'),
  ('video_room', 'false', '2020-01-01', null, 'SEED', 'Carta de Serviços 5.1.13', 'SEED',
   'atendimento por videoconferência disponível'),
  ('statement_hours', '24', '2020-01-01', null, 'AC', 'protocolo 2', 'U',
   'vida de uma declaração assinada, em horas'),
  ('code_days', '7', '2020-01-01', null, 'AC', 'protocolo 2', 'U',
   'vida de uma declaração com código de emissão, em dias')
on conflict (key, valid_from) do update set value = excluded.value, valid_to = excluded.valid_to,
  layer = excluded.layer, source = excluded.source, evidence = excluded.evidence, description = excluded.description;
