// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the specs touch on the pages, by the words a person sees. The only file with selectors.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { base } from './instance.mjs';

export const address = (where) => base + where;

// --- order and agenda ----------------------------------------------------------------------------------------------

export const home = {
  orderLink: (page, product) => page.getByRole('link', { name: `Pedir ${product}` }),
};

const fieldsOfPerson = {
  name: 'Nome completo', cpf: 'CPF', birth_date: 'Data de nascimento', email: 'E-mail', phone: 'Telefone',
};
const fieldsOfCompany = { cnpj: 'CNPJ', name: 'Nome empresarial', city: 'Município', uf: 'Estado' };

export const orderForm = {
  field: (page, label) => page.getByLabel(label, { exact: true }),
  async fill(page, { holder = {}, company = {} }) {
    for (const [key, value] of Object.entries(company)) await this.field(page, fieldsOfCompany[key]).fill(value);
    for (const [key, value] of Object.entries(holder)) await this.field(page, fieldsOfPerson[key]).fill(value);
  },
  live: (page, text) => page.locator('.field__live', { hasText: text }),
  summary: (page) => page.locator('#erros'),
  send: (page) => page.getByRole('button', { name: 'Continuar para o horário' }).click(),
};

export const agenda = {
  heading: (page) => page.getByRole('heading', { level: 1, name: /Escolha o dia e a hora|Mudar o horário/ }),
  slots: (page) => page.locator('.days .slot input'),
  chosen: (page) => page.locator('[data-chosen]'),
  filter: (page, name) => page.getByRole('button', { name, exact: true }),
  // Picks the slot at `index` of those shown and returns its words.
  async choose(page, index) {
    const radio = this.slots(page).nth(index);
    await radio.check();
    return radio.getAttribute('data-long');
  },
  // The first click keeps the seat, the second books it.
  hold: (page) => page.getByRole('button', { name: 'Guardar este horário' }).click(),
  confirm: (page) => page.getByRole('button', { name: /(Confirmar|Mudar para) este horário$/ }),
  async send(page) {
    await this.hold(page);
    await this.confirm(page).click();
  },
  another: (page) => page.getByRole('button', { name: 'Escolher outro horário' }),
};

export const orderPage = {
  code: (page) => page.locator('[data-order-code]'),
  main: (page) => page.getByRole('main'),
  invitation: (page) => page.getByRole('link', { name: 'Pôr na minha agenda' }),
  move: (page) => page.getByRole('link', { name: 'Mudar o horário' }),
  cancelSummary: (page) => page.getByText('Cancelar o horário', { exact: true }),
  cancel: (page) => page.getByRole('button', { name: 'Cancelar este horário' }),
};

export const confirmation = {
  button: (page) => page.getByRole('button', { name: 'Confirmar meu e-mail' }),
  done: (page) => page.getByRole('heading', { name: 'E-mail confirmado' }),
};

export const login = {
  cpf: (page) => page.getByLabel('CPF', { exact: true }),
  ask: (page) => page.getByRole('button', { name: 'Mandar o código' }),
  code: (page) => page.getByLabel('Código do e-mail'),
  enter: (page) => page.getByRole('button', { name: 'Entrar', exact: true }),
  orders: (page) => page.getByRole('heading', { level: 1, name: 'Seus pedidos' }),
  leave: (page) => page.getByRole('button', { name: 'Sair' }),
};

export async function headingIs(page, name) {
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

// --- the emission page ---------------------------------------------------------------------------------------------

const next = (page, name) => page.getByRole('button', { name, exact: true }).click();

export const emission = {
  order: (page) => page.getByLabel('Código do pedido'),
  paper: (page) => page.getByLabel('Código do papel'),
  mail: (page) => page.getByLabel('Código do e-mail'),
  passphrase: (page) => page.getByLabel('Senha', { exact: true }),
  repeat: (page) => page.getByLabel('Repita a senha', { exact: true }),
  file: (page) => page.getByLabel('Arquivo salvo'),
  check: (page) => page.getByLabel('Senha do arquivo'),
  alert: (page) => page.locator('[data-alert]:visible'),

  async here(page) {
    await headingIs(page, 'Onde você vai usar o certificado?');
    await page.getByLabel('Neste computador').check();
    await next(page, 'Continuar');
    await headingIs(page, 'Informe os dois códigos');
  },
  // Codes and term alike.
  async goOn(page) {
    await next(page, 'Continuar');
  },
  async codes(page) {
    await this.goOn(page);
  },
  async confirm(page) {
    await headingIs(page, 'Confira o que vai ser certificado');
    await next(page, 'Está tudo certo');
  },
  accept: (page) => page.getByLabel('Li e aceito o termo'),
  async acceptTerm(page) {
    await headingIs(page, 'Leia e aceite o termo');
    await page.getByText('Li e aceito o termo', { exact: true }).click();
    await this.goOn(page);
  },
  // The term's bytes, saved as the holder saves them.
  async termFile(page, file) {
    const [download] = await Promise.all([
      page.waitForEvent('download'), page.getByRole('link', { name: 'Salvar o termo (PDF)' }).click(),
    ]);
    await download.saveAs(file);
    return readFile(file);
  },
  async choosePassphrase(page, text) {
    await headingIs(page, 'Escolha a senha do arquivo');
    await this.passphrase(page).fill(text);
    await this.repeat(page).fill(text);
    await next(page, 'Emitir o certificado');
  },
  async passwordIsWrong(page) {
    await page.getByText('Meu computador diz que a senha está errada').click();
    await next(page, 'Fazer o arquivo compatível');
  },
  async forget(page) {
    await next(page, 'Terminar e apagar a chave da página');
  },
  async retry(page) {
    await next(page, 'Tentar de novo');
  },
  async save(page, file) {
    await page.getByRole('heading', { level: 1, name: 'Guarde o arquivo' }).waitFor({ timeout: 60_000 });
    const [download] = await Promise.all([
      page.waitForEvent('download'), page.getByRole('link', { name: 'Salvar o arquivo' }).click(),
    ]);
    assert.match(download.suggestedFilename(), /\.p12$/);
    await download.saveAs(file);
  },
  async reopen(page, file, passphrase) {
    await this.file(page).setInputFiles(file);
    await this.check(page).fill(passphrase);
    await next(page, 'Conferir o arquivo');
  },
};

// --- renewal and revocation by the holder --------------------------------------------------------------------------

export const renewal = {
  async open(page, file, text) {
    await page.getByLabel('Arquivo do certificado atual').setInputFiles(file);
    await page.getByLabel('Senha do certificado atual').fill(text);
    await next(page, 'Abrir o certificado');
  },
  products: (page) => page.getByLabel('Certificado novo').locator('option').allInnerTexts(),
  async choose(page, product) {
    await page.getByLabel('Certificado novo').selectOption(product);
    await next(page, 'Continuar');
  },
  async confirm(page) {
    await next(page, 'Está tudo certo');
  },
  async choosePassphrase(page, text) {
    await headingIs(page, 'Escolha a senha do arquivo');
    await emission.passphrase(page).fill(text);
    await emission.repeat(page).fill(text);
    await next(page, 'Assinar o pedido de renovação');
  },
  // Saves the waiting file and returns the order's code.
  async keep(page, file) {
    const [download] = await Promise.all([
      page.waitForEvent('download'), page.getByRole('link', { name: 'Guardar o arquivo de espera' }).click(),
    ]);
    await download.saveAs(file);
    return /renovacao-(\w{12})\.guiche$/.exec(download.suggestedFilename())[1];
  },
  async resume(page, file, text) {
    const field = page.getByLabel('Arquivo de espera');
    if (!(await field.isVisible())) await page.getByText('Já assinei a renovação e vim terminar').click();
    await field.setInputFiles(file);
    await page.getByLabel('Senha escolhida na renovação').fill(text);
    await next(page, 'Continuar a renovação');
  },
};

export const revocation = {
  async fill(page, order, file, text) {
    await page.getByLabel('Código do pedido').fill(order);
    await page.getByText('Com o arquivo do próprio certificado').click();
    await page.getByLabel('Arquivo', { exact: true }).setInputFiles(file);
    await page.getByLabel('Senha do arquivo').fill(text);
    if (!(await page.getByLabel('Quero revogar este certificado').isChecked())) await page.getByText('Quero revogar este certificado').click();
    await next(page, 'Revogar o certificado');
  },
};
