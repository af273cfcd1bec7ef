// SPDX-License-Identifier: GPL-3.0-or-later
// The checklist as an agent reads it at the counter: sample people and companies, the sentences that matter, and the
// whole text beside the golden one in checklists/ (order and rules masked). After a text was changed on purpose:
// CHECKLISTS_WRITE=1 node --test tests/integration/checklists.test.mjs, and read what changed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import {
  api, cliPath, clockOffset, company, cpf, done, home, officeUrl, order, person, photograph, publicUrl, root,
} from '../support/office.mjs';

const golden = path.join(root, 'tests/integration/checklists');

function printed(code) {
  const run = spawnSync(cliPath, ['--server', officeUrl, '--identity', path.join(home, 'identities/agent1.pem'), '--home', home,
    'checklist', code], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  return run.stdout.replace(/^Pedido .*\n/, 'Pedido CÓDIGO, DIA, regras VERSÃO\n');
}

// The text, checked against the golden one; wrapped lines joined, so that a sentence is found wherever it breaks.
function listOf(code, name) {
  const text = printed(code);
  for (const line of text.split('\n')) assert.ok([...line].length <= 80, `over 80 columns: ${line}`);
  const file = path.join(golden, `${name}.txt`);
  if (process.env.CHECKLISTS_WRITE) fs.writeFileSync(file, text);
  assert.equal(text, fs.readFileSync(file, 'utf8'), `${name}.txt`);
  return text.replace(/\n {2,}/g, ' ');
}

function says(text, ...sentences) {
  for (const sentence of sentences) assert.ok(text.includes(sentence), `it does not say: ${sentence}\n${text}`);
}

function saysNot(text, ...words) {
  for (const word of words) assert.ok(!text.includes(word), `it says: ${word}\n${text}`);
}

const birthDate = (years) => {
  const today = new Date(Date.now() + clockOffset() * 1000);
  return `${today.getUTCFullYear() - years}-01-01`;
};
const fact = (code, key, value, ...who) => done('agent1', 'fact', code, key, value, ...(who.length ? ['--person', ...who] : []));
const consult = (code, kind, ...words) => done('agent1', 'consult', code, kind, '--result', 'ok', ...words);
const show = (code, item, kind, ...words) => done('agent1', 'document', 'add', code, item, photograph(), '--kind', kind,
  '--original-seen', ...words);
const accept = (code, item, ...words) => done('agent1', 'item', 'accept', code, item, ...words);
const join = (code, role, name, number = cpf()) => {
  done('agent1', 'person', 'add', code, role, '--name', name, '--cpf', number, '--birth-date', '1975-03-01');
  return number;
};

async function arrived(product = 'ecpf-a1', holder = person(), extra = {}) {
  const { code } = await order(product, holder, extra);
  done('agent1', 'checkin', code, '--walk-in');
  return code;
}

const child = (age, as = 'parent') => [person({ name: 'Ana Clara Prado', birth_date: birthDate(age) }), {
  representatives: [{ name: 'Rita Gonçalves Prado', cpf: cpf(), birth_date: '1980-01-31', as }] }];

describe('people', () => {
  test('PFBR: a Brazilian adult with RG, up to the end', async () => {
    const code = await arrived();
    says(listOf(code, 'brasileiro-chegada'), '[x] ATT-01', '[ ] PFBR-01', 'Serve: rg; cin = CIN (nova identidade)', '[ ] NEG-01',
      'Ainda falta algo. Titular: PFBR-01, PFBR-03, REC-01, NEG-01.', 'DOC-ICP-05 v6.1 3.2.3.1 a.');
    show(code, 'PFBR-01', 'rg');
    accept(code, 'PFBR-01');
    for (const base of ['psbio', 'cpf', 'neglist']) consult(code, base);
    const text = listOf(code, 'brasileiro-rg');
    says(text, '[x] PFBR-01', 'Completo: pode validar.');
    saysNot(text, 'Falta', 'Serve:', 'Por quê:', 'EXP-04', 'PFBR-02', 'CAP-');
  });

  test('EXP-02: an expired CNH, consulted in full', async () => {
    const code = await arrived();
    show(code, 'PFBR-01', 'cnh', '--number', '01234567890', '--expires', '2024-05-10');
    says(listOf(code, 'cnh-vencida'), 'Falta: CNH vencida ou com mais de uma via só vale com a consulta', '[ ] EXP-04',
      'Consulta: cnh', 'Res. 90/2012 NOTA 6 ao 3.1.9.1');
    consult(code, 'cnh', '--registration', '01234567890', '--form-number', '123456789', '--via-seen', '1', '--evidence', photograph());
    accept(code, 'PFBR-01');
    says(listOf(code, 'cnh-vencida-consultada'), '[x] PFBR-01', '[x] EXP-04');
  });

  test('PFER: a resident foreigner', async () => {
    const code = await arrived('ecpf-a1', person({ name: 'Hans Christian Andersen' }));
    fact(code, 'residence', 'foreign_resident');
    const text = listOf(code, 'estrangeiro-residente');
    says(text, 'CRNM ou CNE original, válida hoje', 'DOC-ICP-05 v6.1 3.2.3.1 a-iii', 'rne = RNE ou CIE');
    saysNot(text, 'Tradução', 'PFBR-01');
  });

  test('PFEN: a non-resident foreigner, with an interpreter', async () => {
    const code = await arrived('ecpf-a1', person({ name: 'Hans Christian Andersen' }));
    fact(code, 'residence', 'foreign_nonresident');
    join(code, 'interpreter', 'Karen Blixen');
    const text = listOf(code, 'estrangeiro-nao-residente');
    says(text, 'Passaporte original, válido hoje', 'Tradução juramentada do passaporte, feita por tradutor público.',
      'Carta de Serviços 5.1.13', '(opcional) Comprovante do CPF', 'Intérprete: KAREN BLIXEN',
      'Não se colhe biometria dele.', '(a confirmar)');
    assert.equal(text.match(/PFBR-03 /g).length, 1, 'no biometrics of the interpreter');
  });

  test('CAP-01: a child of ten with her mother', async () => {
    const text = listOf(await arrived('ecpf-a1', ...child(10)), 'menor-com-a-mae');
    says(text, '[x] CAP-01', 'Titular: ANA CLARA PRADO', 'Representante: RITA GONCALVES PRADO', 'a certidão de nascimento não basta',
      'Prova da representação: filiação na certidão ou no documento do menor', 'represents_as', 'Resposta: mãe ou pai');
    saysNot(text, 'emancipa', 'curatela?');
  });

  test('CAP-01: an assisted seventeen-year-old', async () => {
    says(listOf(await arrived('ecpf-a1', ...child(17)), 'assistido-17'), '[x] CAP-01   Titular de 16 ou 17 anos',
      'O titular menor foi emancipado?', 'Representante: RITA');
  });

  test('CAP-06: an emancipated seventeen-year-old', async () => {
    const code = await arrived('ecpf-a1', person({ birth_date: birthDate(17) }));
    says(printed(code), '[ ] CAP-01');
    fact(code, 'emancipated', 'yes');
    const text = listOf(code, 'emancipado-17');
    says(text, '[ ] CAP-06   Prova da emancipação: escritura registrada ou sentença.', 'Código Civil art. 5º');
    saysNot(text, 'CAP-01');
  });

  test('CAP-02: a holder under curatela, with the curator', async () => {
    const text = listOf(await arrived('ecpf-a1', person(), { representatives: [{ name: 'Rui Prado', cpf: cpf(),
      birth_date: '1980-01-31', as: 'curator' }] }), 'curatela');
    says(text, '[x] CAP-02', 'Decisão ou termo de curatela que nomeie esta pessoa.', 'Resposta: sim, com curatela', 'Resposta: curador');
  });
});

describe('companies', () => {
  test('PJ: a limited company, up to the end', async () => {
    const code = await arrived('ecnpj-a1');
    says(listOf(code, 'empresa-chegada'), 'Responsável pela empresa: MARINA', 'Empresa: PADARIA TRES IRMAOS LTDA',
      'Qual é a natureza jurídica da empresa ou entidade? Vale agora: ainda não informada.', 'nature: ltda (sociedade limitada)');
    fact(code, 'nature', 'ltda');
    fact(code, 'act_names_administrators', 'yes');
    const text = listOf(code, 'ltda');
    says(text, 'Contrato social consolidado (ou original e alterações), registrado na Junta Comercial.', '[ ] PJ-07',
      'Ainda falta algo. Responsável pela empresa: PFBR-01, PFBR-03, REC-01, NEG-01, PJ-07. Empresa: PJ-01, PJ-02, PJ-03, PJ-10.');
    saysNot(text, 'PJ-04', 'Estatuto');
  });

  test('PJ-09: an S/A with joint signature and two directors, one of them the responsible person', async () => {
    const holder = person();
    const code = await arrived('ecnpj-a1', holder);
    fact(code, 'nature', 'sa');
    fact(code, 'signature', 'joint');
    join(code, 'representative', 'Maria Firmina dos Reis');
    join(code, 'representative', holder.name, holder.cpf);
    says(printed(code), '[ ] PJ-09');
    fact(code, 'joint_complete', 'yes');
    const text = listOf(code, 'sa-em-conjunto');
    says(text, '[x] PJ-09', 'Estatuto social em vigor', 'Ata de eleição da diretoria, registrada; o mandato',
      'Representante: MARIA FIRMINA DOS REIS');
    assert.equal(text.match(/\[ \] PFBR-01/g).length, 2, 'who has two roles is identified once');
    assert.equal(text.match(/Quem participa do pedido é identificado/g).length, 1, 'and why is said once');
  });

  test('PJ-03: a public body', async () => {
    const code = await arrived('ecnpj-a1', person(), { company: company({ name: 'Câmara Municipal de Teste' }) });
    fact(code, 'nature', 'orgao_publico');
    const text = listOf(code, 'orgao-publico');
    says(text, 'Lei ou decreto de criação do órgão', 'Ato de nomeação ou termo de posse, publicado no diário oficial.');
    saysNot(text, 'certidao_used', 'act_names_administrators', 'Contrato');
  });

  test('PJ-03: a MEI', async () => {
    const code = await arrived('ecnpj-a1', person(), { company: company({ name: 'Marina Prado MEI' }) });
    fact(code, 'nature', 'mei');
    const text = listOf(code, 'mei');
    says(text, 'CCMEI, conferido no Portal do Empreendedor');
    saysNot(text, 'PJ-04', 'assinatura', 'poderes de administração');
  });

  test('REP: a company with an attorney', async () => {
    const code = await arrived('ecnpj-a1');
    fact(code, 'nature', 'ltda');
    fact(code, 'representation', 'attorney');
    says(printed(code), '[ ] REP-02   O procurador do representante está no caso');
    join(code, 'attorney', 'Luiz Gama');
    const text = listOf(code, 'com-procurador');
    says(text, 'Procurador: LUIZ GAMA', 'Procuração por instrumento público, com poderes expressos perante a ICP-Brasil',
      'o responsável na Receita vem em pessoa, sempre', '[x] REP-02', 'Res. 107/2015 (citada por outra fonte)');
  });

  test('PJ-04: an association', async () => {
    const code = await arrived('ecnpj-a1', person(), { company: company({ name: 'Associação dos Testes' }) });
    fact(code, 'nature', 'associacao');
    says(listOf(code, 'associacao'), 'Estatuto registrado no Registro Civil de Pessoas Jurídicas (RCPJ).',
      'Ata de nomeação registrada no RCPJ; o mandato (validade) está em curso hoje.');
  });
});

describe('CAP-01: who is under 16 orders with a representative', () => {
  test('alone it is refused, and told what to do', async () => {
    const [holder] = child(10);
    const answer = await api('POST', '/api/orders', { body: { product: 'ecpf-a1', holder } });
    assert.equal(answer.status, 422);
    assert.equal(answer.json.reason, 'CAP-01');
    assert.match(answer.json.detail, /informe a mãe, o pai ou o tutor/);
    const blank = await api('POST', '/api/orders', { body: { product: 'ecpf-a1', holder, representatives: [{ name: '', as: '' }] } });
    assert.equal(blank.json.reason, 'CAP-01');
  });

  test('the page takes it without any script, and shows what was typed again', async () => {
    const [holder, { representatives: [mother] }] = child(10);
    const fields = (changes = {}) => new URLSearchParams({ product: 'ecpf-a1',
      ...Object.fromEntries(Object.entries(holder).map(([name, value]) => [`holder.${name}`, value])),
      ...Object.fromEntries(Object.entries({ ...mother, email: '', phone: '', ...changes }).map(([name, value]) => [`representatives.0.${name}`, value])) });
    const send = (changes) => api('POST', '/pedido/novo', { body: fields(changes).toString(),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html', Origin: publicUrl } });
    const wrong = await send({ cpf: '11111111111', as: 'guardian' });
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /id="representatives\.0\.cpf-error"/);
    assert.match(wrong.text, /value="Rita Gonçalves Prado"/);
    assert.match(wrong.text, /<option value="guardian" selected>/);
    assert.equal((await send()).status, 303);
  });
});
