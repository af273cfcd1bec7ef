// SPDX-License-Identifier: GPL-3.0-or-later
//
// Somebody whose hour is gone follows the link of the mail: axe finds nothing, nothing is wider than the screen, and one
// button gives the hour up; the link then says so.
import test, { after, before } from 'node:test';
import { book, done, order, slots } from '../support/office.mjs';
import { checkOnScreens as check, closePage, openBrowser, openPage } from './browser.mjs';
import { linkInMail } from './instance.mjs';
import { headingIs } from './pages.mjs';

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

test('axe: the page of somebody whose hour is gone', async () => {
  const kase = await order();
  const { start, end } = (await slots('ecpf-a1', 62)).filter((slot) => slot.seats === 2).at(-1);
  await book(kase, start);
  done('agent1', 'block', 'day', start.slice(0, 10), '--opens', start.slice(11, 16), '--closes', end.slice(11, 16),
    '--reason', 'teste da página');
  const number = done('agent1', 'hours').exceptions.at(-1).id;
  try {
    const link = new URL(await linkInMail(kase.holder.email, '/remarcar/[0-9]+/[A-Za-z0-9_-]+'));
    const page = await openPage(browser);
    await page.goto(link.href);
    await check(page);
    await page.goto(`${link.href}?cancel=1`);
    await check(page);
    await page.getByRole('button', { name: 'Cancelar o horário' }).click();
    await headingIs(page, 'Horário cancelado');
    await check(page);
    await page.goto(link.href);
    await headingIs(page, 'O horário já foi resolvido');
    await check(page);
    await closePage(page);
  } finally {
    done('agent1', 'hours', 'undo', String(number));
  }
});
