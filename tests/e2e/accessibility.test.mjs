// SPDX-License-Identifier: GPL-3.0-or-later
//
// axe-core finds nothing, on a wide screen and on a narrow one; nothing is wider than the screen.
import test, { after, before } from 'node:test';
import { checkOnScreens as check, closePage, openBrowser, openPage } from './browser.mjs';
import { bookByApi, inventPerson, linkInMail, moveByApi, orderByApi, wordsInMail } from './instance.mjs';
import { address, agenda, emission, headingIs, login, orderForm, orderPage } from './pages.mjs';

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

const plainPages = [
  '/', '/pedido/novo?product=ecpf-a1', '/pedido/novo?product=ecnpj-a1',
  '/pedido/novo?product=se-s', '/checklist', '/checklist?product=ecnpj-a1',
  '/entrar', '/painel', '/renovar', '/certificados', '/revogar', '/privacidade', '/acessibilidade', '/nao-existe',
];
for (const where of plainPages) {
  test(`axe: ${where}`, async () => {
    const page = await openPage(browser);
    await page.goto(address(where));
    await check(page);
    await closePage(page);
  });
}

test('axe: a refused form, the agenda, the order and its confirmation', async () => {
  const page = await openPage(browser);
  const holder = inventPerson();
  await page.goto(address('/pedido/novo?product=ecpf-a1'));
  await orderForm.send(page);
  await orderForm.summary(page).waitFor();
  await check(page);
  await orderForm.fill(page, { holder });
  await orderForm.send(page);
  await agenda.heading(page).waitFor();
  await agenda.choose(page, 3);
  await check(page);
  await agenda.hold(page);
  await agenda.confirm(page).waitFor();
  await check(page);
  await agenda.confirm(page).click();
  await orderPage.code(page).waitFor();
  await check(page);
  await page.goto(await linkInMail(holder.email, '/confirmar/[A-Za-z0-9_-]+'));
  await check(page);
  await page.goto(address('/entrar'));
  await login.cpf(page).fill(holder.cpf);
  await login.ask(page).click();
  await login.code(page).waitFor();
  await check(page);
  await login.code(page).fill(await wordsInMail(holder.email, /código é ([0-9]{6})/));
  await login.enter(page).click();
  await login.orders(page).waitFor();
  await check(page);
  await closePage(page);
});

test('axe: what the links of a mail open, before and after the button', async () => {
  const page = await openPage(browser);
  const [holder, moved] = [inventPerson(), inventPerson()];
  const kase = await orderByApi('ecpf-a1', { holder: moved });
  await bookByApi('ecpf-a1', kase);
  const old = await linkInMail(moved.email, '/horario/[A-Za-z0-9_-]+/cancelar');
  await moveByApi('ecpf-a1', kase);
  await page.goto(old);
  await headingIs(page, 'O horário mudou');
  await check(page);
  await bookByApi('ecpf-a1', await orderByApi('ecpf-a1', { holder }));
  const move = await linkInMail(holder.email, '/horario/[A-Za-z0-9_-]+/mudar');
  await page.goto(move);
  await check(page);
  for (const [act, button, done] of [['confirmar', 'Confirmar que eu vou', 'Presença confirmada'],
    ['cancelar', 'Cancelar este horário', 'Horário cancelado']]) {
    await page.goto(move.replace(/mudar$/, act));
    await check(page);
    await page.getByRole('button', { name: button }).click();
    await headingIs(page, done);
    await check(page);
  }
  await closePage(page);
});

test('axe: the emission page\'s first steps', async () => {
  const page = await openPage(browser);
  await page.goto(address('/emitir/ZZZZZZZZZZZZ#E1GQK-0SBC5-5MR31-2CHK3'));
  await headingIs(page, 'Onde você vai usar o certificado?');
  await check(page);
  await page.getByLabel('Em outro computador').check();
  await check(page);
  await emission.here(page);
  await page.getByText('Ambiente de homologação').waitFor();
  await check(page);
  await emission.paper(page).fill('E1GQK-0SBC5-5MR31-2CHKX');
  await check(page);
  await emission.paper(page).fill('14404-E1G5H-0G1GP-4080B');
  await emission.codes(page);
  await emission.alert(page).waitFor();
  await check(page);
  await closePage(page);
});
