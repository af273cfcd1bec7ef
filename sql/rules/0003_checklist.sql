-- SPDX-License-Identifier: GPL-3.0-or-later
-- The items of the Carta de Serviços 5.1.13 as identification-rules 2 restates them.
insert into checklist_rule (id, subject, person, kind, consult, alternatives, text_citizen, text_agent, required,
                            waivable, position, layer, source, evidence, valid_from, valid_to) values
  ('PFBR-01', 'pf', 'holder', 'document', null, '{cnh,ctps,passport,rg,cin,professional_card,voter_card}',
   'Documento de identidade original, com foto e na validade: CNH, Carteira de Trabalho ou passaporte; RG, CIN ou carteira profissional com foto também servem.',
   'Documento de identidade original com foto, válido no dia; confira nome, CPF e nascimento com o pedido.',
   true, false, 10, 'SEED', 'Carta de Serviços 5.1.13; DOC-ICP-05 3.2.3.1 a', 'SEED', '2020-01-01', null),
  ('PFBR-01', 'pj', 'responsible', 'document', null, '{cnh,ctps,passport,rg,cin,professional_card,voter_card}',
   'Documento de identidade original, com foto e na validade, do responsável pela empresa: CNH, Carteira de Trabalho ou passaporte; RG, CIN ou carteira profissional com foto também servem.',
   'Documento de identidade original com foto do responsável, válido no dia; confira nome, CPF e nascimento com o pedido.',
   true, false, 10, 'SEED', 'Carta de Serviços 5.1.13; DOC-ICP-05 3.2.3.1 a', 'SEED', '2020-01-01', null),
  ('PJ-01', 'pj', 'company', 'document', null, '{cnpj_card}',
   'Cartão CNPJ da empresa.',
   'Cartão CNPJ: confira situação ATIVA, nome empresarial e responsável; consulte de novo na hora.',
   true, false, 20, 'SEED', 'Carta de Serviços 5.1.13', 'SEED', '2020-01-01', null),
  ('PJ-03', 'pj', 'company', 'document', null, '{constitution_act}',
   'Ato constitutivo da empresa (contrato social, estatuto ou requerimento), registrado no órgão competente.',
   'Ato constitutivo registrado; a última alteração consolidada basta.',
   true, false, 30, 'SEED', 'Carta de Serviços 5.1.13; DOC-ICP-05 3.2.2', 'SEED', '2020-01-01', null),
  ('PJ-04', 'pj', 'company', 'document', null, '{appointment_act,constitution_act}',
   'Ato de nomeação dos representantes legais (por exemplo, ata de eleição); quando o ato constitutivo já os nomeia, ele serve.',
   'Ato de nomeação dos representantes; o mandato deve estar em curso hoje. Se o ato constitutivo nomeia os administradores, digitalize-o também aqui.',
   true, false, 40, 'SEED', 'Carta de Serviços 5.1.13; DOC-ICP-05 3.2.2', 'SEED', '2020-01-01', null)
on conflict (id, subject, valid_from) do update set person = excluded.person, kind = excluded.kind,
  alternatives = excluded.alternatives, text_citizen = excluded.text_citizen, text_agent = excluded.text_agent,
  required = excluded.required, waivable = excluded.waivable, position = excluded.position, layer = excluded.layer,
  source = excluded.source, evidence = excluded.evidence, valid_to = excluded.valid_to;
