// SPDX-License-Identifier: GPL-3.0-or-later
//
// A citizen with JavaScript: product, order, time, mail, and what can be changed afterwards.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { closePage, openBrowser, openPage } from './browser.mjs';
import { inventPerson, linkInMail } from './instance.mjs';
import { address, agenda, confirmation, headingIs, home, orderForm, orderPage } from './pages.mjs';

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

async function orderAndBook(page, product, content) {
  await page.goto(address('/'));
  await home.orderLink(page, product).click();
  await orderForm.fill(page, content);
  await orderForm.send(page);
  await agenda.heading(page).waitFor();
  const when = await agenda.choose(page, 5);
  await agenda.send(page);
  await orderPage.code(page).waitFor();
  return when;
}

test('issue 3: an e-CPF ordered, booked, and the address confirmed from the mail', async () => {
  const page = await openPage(browser);
  const holder = inventPerson();
  const when = await orderAndBook(page, 'e-CPF A1', { holder });
  const code = (await orderPage.code(page).textContent()).replace(/[\s-]/g, '');
  assert.match(code, /^[0-9A-HJKMNP-TV-Z]{12}$/);
  assert.match(await orderPage.main(page).innerText(), /não confirmado/);
  assert.ok((await orderPage.main(page).innerText()).includes(when), when);

  await page.goto(await linkInMail(holder.email, '/confirmar/[A-Za-z0-9_-]+'));
  await confirmation.button(page).click();
  await confirmation.done(page).waitFor();
  await page.goto(address(`/pedido/${code}`));
  assert.doesNotMatch(await orderPage.main(page).innerText(), /não confirmado/);
  await closePage(page);
});

test('issue 3: an e-CNPJ with letters in its number', async () => {
  const page = await openPage(browser);
  await orderAndBook(page, 'e-CNPJ A1', {
    holder: inventPerson('Rafael Teixeira Lopes'),
    company: { cnpj: '12abc34501de35', name: 'Alfa Numérica Comércio Ltda', city: 'Campinas', uf: 'SP' },
  });
  assert.match(await orderPage.main(page).innerText(), /12\.ABC\.345\/01DE-35/);
  await closePage(page);
});

test('issue 3: the invitation can be taken, the time moved and cancelled', async () => {
  const page = await openPage(browser);
  await orderAndBook(page, 'e-CPF A1', { holder: inventPerson() });
  const link = await orderPage.invitation(page).getAttribute('href');
  const invitation = await page.request.get(address(link));
  assert.match(invitation.headers()['content-type'], /^text\/calendar/);
  const text = (await invitation.text()).replace(/\r?\n[ \t]/g, ''); // iCalendar folds long lines
  assert.match(text, /BEGIN:VEVENT[\s\S]*Benedito de Campos/);

  await orderPage.move(page).click();
  await agenda.heading(page).waitFor();
  const later = await agenda.choose(page, 9);
  await agenda.send(page);
  await orderPage.code(page).waitFor();
  assert.ok((await orderPage.main(page).innerText()).includes(later), later);

  await orderPage.cancelSummary(page).click();
  await orderPage.cancel(page).click();
  await page.getByText('Nenhum horário marcado').waitFor();
  await closePage(page);
});

test('design 2.5: a refused form says what is wrong at the top and beside the field, and keeps what was typed', async () => {
  const page = await openPage(browser);
  await page.goto(address('/pedido/novo?product=ecpf-a1'));
  const holder = { ...inventPerson(), cpf: '123.456.789-00' };
  await orderForm.fill(page, { holder });
  await orderForm.live(page, 'Confira o CPF').waitFor();
  await orderForm.send(page);
  await orderForm.summary(page).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'erros');
  assert.equal(await orderForm.field(page, 'E-mail').inputValue(), holder.email);
  const cpf = orderForm.field(page, 'CPF');
  assert.equal(await cpf.getAttribute('aria-invalid'), 'true');
  await orderForm.summary(page).getByRole('link').first().click();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'holder.cpf');
  await closePage(page);
});

test('the script masks while typing and never changes what the server gets', async () => {
  const page = await openPage(browser);
  await page.goto(address('/pedido/novo?product=ecpf-a1'));
  await orderForm.field(page, 'CPF').pressSequentially('12345678909');
  assert.equal(await orderForm.field(page, 'CPF').inputValue(), '123.456.789-09');
  await orderForm.live(page, 'CPF válido').waitFor();
  await orderForm.field(page, 'Telefone').pressSequentially('19987654321');
  assert.equal(await orderForm.field(page, 'Telefone').inputValue(), '(19) 98765-4321');
  await closePage(page);
});

test('the slot picker filters by part of the day and says what was chosen', async () => {
  const page = await openPage(browser);
  await page.goto(address('/pedido/novo?product=ecpf-a1'));
  await orderForm.fill(page, { holder: inventPerson() });
  await orderForm.send(page);
  await agenda.heading(page).waitFor();
  await agenda.filter(page, 'Tarde').click();
  const shown = await page.locator('.days .slot:visible').allInnerTexts();
  assert.ok(shown.length > 0);
  for (const text of shown) assert.ok(Number.parseInt(text, 10) >= 12, text);
  await page.locator('.days .slot:visible input').first().check();
  assert.match(await agenda.chosen(page).textContent(), /^Escolhido: /);
  await closePage(page);
});

test('an address that does not exist answers 404 with a page of ours', async () => {
  const page = await openPage(browser);
  const response = await page.goto(address('/nao-existe'));
  assert.equal(response.status(), 404);
  await headingIs(page, /Não encontramos/);
  await closePage(page);
});
