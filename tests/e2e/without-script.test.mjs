// SPDX-License-Identifier: GPL-3.0-or-later
//
// The booking with JavaScript off: forms, links and nothing else (design 2.5).
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { closePage, openBrowser, openPage } from './browser.mjs';
import { inventPerson, linkInMail, orderByApi, wordsInMail } from './instance.mjs';
import { address, agenda, confirmation, home, login, orderForm, orderPage } from './pages.mjs';

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

const openPlain = () => openPage(browser, { javaScriptEnabled: false });

test('design 2.5: order, time and confirmation without a script', async () => {
  const page = await openPlain();
  const holder = inventPerson('José da Conceição Araújo');
  await page.goto(address('/'));
  await home.orderLink(page, 'e-CPF A1').click();
  await orderForm.fill(page, { holder });
  await orderForm.send(page);
  await agenda.heading(page).waitFor();
  await agenda.choose(page, 7);
  await agenda.hold(page);
  await agenda.another(page).click(); // let go: back to the list
  await agenda.heading(page).waitFor();
  const when = await agenda.choose(page, 7);
  await agenda.hold(page);
  await page.getByText('Este horário está guardado para você').waitFor();
  assert.ok((await orderPage.main(page).innerText()).includes(when), when);
  await agenda.confirm(page).click();
  const code = (await orderPage.code(page).textContent()).replace(/[\s-]/g, '');
  await page.goto(await linkInMail(holder.email, '/confirmar/[A-Za-z0-9_-]+'));
  await confirmation.button(page).click();
  await confirmation.done(page).waitFor();
  await page.goto(address(`/pedido/${code}`));
  assert.doesNotMatch(await orderPage.main(page).innerText(), /não confirmado/);
  await closePage(page);
});

test('design 2.5: a refused form without a script', async () => {
  const page = await openPlain();
  await page.goto(address('/pedido/novo?product=ecnpj-a1'));
  const holder = inventPerson();
  await orderForm.fill(page, { holder, company: { cnpj: '11.222.333/0001-82', name: 'Padaria Três Irmãos Ltda', city: 'Campinas', uf: 'SP' } });
  await orderForm.send(page);
  const cnpj = orderForm.field(page, 'CNPJ');
  assert.equal(await cnpj.getAttribute('aria-invalid'), 'true');
  assert.equal(await orderForm.field(page, 'Nome completo').inputValue(), holder.name);
  assert.equal(await orderForm.summary(page).getByRole('link').first().getAttribute('href'), '#company.cnpj');
  await closePage(page);
});

test('contract 2: who lost the page comes back by CPF and the code of the mail; a wrong code opens nothing', async () => {
  const holder = inventPerson();
  const { order } = await orderByApi('ecpf-a1', { holder });
  const page = await openPlain();
  assert.equal((await page.goto(address(`/pedido/${order}`))).status(), 401);
  await page.goto(address('/entrar'));
  await login.cpf(page).fill(holder.cpf);
  await login.ask(page).click();
  const code = await wordsInMail(holder.email, /código é ([0-9]{6})/);
  await login.code(page).fill(String((Number(code) + 1) % 1_000_000).padStart(6, '0'));
  await login.enter(page).click();
  await page.getByText('Este código não confere').first().waitFor();
  await login.code(page).fill(code);
  await login.enter(page).click();
  await login.orders(page).waitFor();
  await page.getByRole('link', { name: 'e-CPF A1' }).click();
  assert.equal((await orderPage.code(page).textContent()).replace(/[\s-]/g, ''), order);
  await page.goto(address('/pedidos'));
  await login.leave(page).click();
  assert.notEqual((await page.goto(address(`/pedido/${order}`))).status(), 200);
  await closePage(page);
});

test('log in by CPF and code: an unknown CPF is told the same as a known one', async () => {
  const page = await openPlain();
  await page.goto(address('/entrar'));
  await login.cpf(page).fill(inventPerson().cpf);
  await login.ask(page).click();
  await login.code(page).waitFor();
  await closePage(page);
});

test('the emission page says that it needs JavaScript', async () => {
  const page = await openPlain();
  await page.goto(address('/emitir'));
  await page.getByText('Esta página precisa de JavaScript').waitFor();
  await closePage(page);
});
