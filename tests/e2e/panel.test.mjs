// SPDX-License-Identifier: GPL-3.0-or-later
//
// The panel of the waiting room in a browser: live, each call announced once and to its end.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { checkAccessibility, closePage, openBrowser, openPage } from './browser.mjs';
import { address } from './pages.mjs';
import { cpf, done, order, person } from '../support/office.mjs';

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());

const arrive = async () => {
  const kase = await order('ecpf-a1', person({ cpf: cpf() }));
  return { ...kase, ...done('agent1', 'checkin', kase.code, '--walk-in') };
};
const number = (ticket) => Number(ticket.slice(1));

test('calls appear at once, are announced one after another, and not again after a reload; after midnight it says that nobody was called', async () => {
  const page = await openPage(browser, { viewport: { width: 1920, height: 1080 } });
  await page.goto(address('/painel'));
  await page.evaluate(() => {
    globalThis.said = [];
    const place = document.querySelector('[data-announcement]');
    new MutationObserver(() => globalThis.said.push(place.textContent)).observe(place, { childList: true });
  });
  const [first, second] = [await arrive(), await arrive()];
  done('agent1', 'call', first.code, '--desk', '7');
  done('agent1', 'call', second.code);
  await page.locator('.call--newest').filter({ hasText: second.ticket }).waitFor();
  await page.waitForFunction(() => globalThis.said.length >= 1);
  assert.deepEqual(await page.evaluate(() => globalThis.said), [`Senha B ${number(first.ticket)}. Guichê 7.`], 'the second waits');
  assert.ok(await page.locator('.call--speaking').filter({ hasText: first.ticket }).count());
  await checkAccessibility(page);
  await page.waitForFunction(() => globalThis.said.length === 2, undefined, { timeout: 8000 });
  const { height, screen } = await page.evaluate(() => ({
    height: document.documentElement.scrollHeight, screen: document.documentElement.clientHeight }));
  assert.ok(height <= screen, 'six calls fit a television');
  const letters = await page.locator('.call--newest .call__ticket').evaluate((one) => Number.parseFloat(getComputedStyle(one).fontSize));
  assert.ok(letters >= 250, `${letters} px of 1080: read from six metres`);
  await page.reload();
  await page.locator('.call--newest').filter({ hasText: second.ticket }).waitFor();
  await page.waitForTimeout(300);
  assert.equal(await page.locator('[data-announcement]').textContent(), '', 'nothing is said twice');
  const nobody = page.getByText('Ninguém foi chamado ainda hoje.');
  await page.route('**/api/display', (route) => route.fulfill({ json: { now_text: '0h00', calls: [] } }));
  done('agent1', 'undo', second.code);
  await nobody.waitFor(); // midnight: the calls of the day are gone, and the panel says so
  await page.unroute('**/api/display');
  done('agent1', 'call', second.code);
  await page.locator('.call--newest').filter({ hasText: second.ticket }).waitFor();
  assert.ok(await nobody.isHidden());
  for (const kase of [first, second]) done('agent1', 'finish', kase.code);
  await closePage(page);
});
