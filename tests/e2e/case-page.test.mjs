// SPDX-License-Identifier: GPL-3.0-or-later
//
// The agent's page of a case in a browser that carries the agent's certificate: axe finds nothing, the keys do what
// they say, and without a script everything is there.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { checkOnScreens, closePage, openBrowser, openPage } from './browser.mjs';
import { as, home, inventPerson, office, orderByApi } from './instance.mjs';

let browser;
let order;
let folder;
before(async () => {
  browser = await openBrowser();
  folder = await mkdtemp(path.join(tmpdir(), 'case-page-'));
  ({ order } = await orderByApi('ecpf-a1', { holder: inventPerson() }));
  const picture = async (name, words) => {
    const page = await browser.newPage({ viewport: { width: 400, height: 260 } });
    await page.setContent(`<h1>${words}</h1>`);
    const file = path.join(folder, `${name}.png`);
    await page.screenshot({ path: file });
    await page.close();
    return file;
  };
  const add = (file, ...more) => as('agent1', 'document', 'add', order, 'PFBR-01', file, ...more);
  await as('agent1', 'checkin', order, '--walk-in');
  await add(await picture('rg', 'Identidade'), '--kind', 'rg', '--number', '123', '--expires', '2025-01-01', '--original-seen');
  await add(await picture('cpf', 'CPF'), '--kind', 'cpf_proof');
  await add(await picture('rosto', ':-)'), '--kind', 'face');
});
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

async function openCase(options = {}) {
  const identity = await readFile(path.join(home, 'identities/agent1.pem'));
  const page = await openPage(browser, {
    viewport: { width: 1366, height: 768 }, ignoreHTTPSErrors: true,
    clientCertificates: [{ origin: office.origin, cert: identity, key: identity }], ...options,
  });
  await page.goto(`${office.origin}/caso/${order}`);
  return page;
}

const paper = (page) => page.locator('[data-paper]:visible');
const image = (page) => paper(page).locator('img');

test('keys move, zoom, turn and make room', async () => {
  const page = await openCase();
  await assert.doesNotReject(image(page).waitFor());
  await page.waitForFunction(() => [...document.images].some((one) => one.naturalWidth > 0));
  assert.equal(await paper(page).count(), 1);
  assert.equal(await paper(page).locator('h3').innerText(), 'RG');
  const transform = () => image(page).evaluate((one) => one.style.transform);
  await page.keyboard.press('+');
  assert.match(await transform(), /scale\(1\.35/);
  await page.keyboard.press('r');
  assert.match(await transform(), /rotate\(90deg\)/);
  await page.keyboard.press('ArrowRight');
  assert.equal(await paper(page).locator('h3').innerText(), 'comprovante do CPF');
  await page.keyboard.press('ArrowRight');
  assert.equal(await paper(page).locator('h3').innerText(), 'RG', 'round again');
  const width = () => paper(page).evaluate((one) => one.getBoundingClientRect().width);
  const before = await width();
  await page.keyboard.press('f');
  assert.equal(await page.locator('[data-faces]').isVisible(), false);
  assert.ok(await width() > before * 1.3, 'the document takes the room');
  await page.getByLabel('Atalhos').uncheck();
  await page.keyboard.press('f');
  assert.equal(await page.locator('[data-faces]').isVisible(), false, 'keys can be switched off');
  await closePage(page);
});

test('document and face lie side by side, both large', async () => {
  const page = await openCase();
  const [left, right] = await Promise.all(['[data-paper]:visible [data-stage]', '[data-face]:visible [data-stage]']
    .map((where) => page.locator(where).first().boundingBox()));
  assert.ok(left.x + left.width <= right.x);
  assert.ok(left.height > 500 && right.height > 500 && left.width > 550 && right.width > 400, JSON.stringify([left, right]));
  await closePage(page);
});

test('without a script every document is listed with its facts', async () => {
  const page = await openCase({ javaScriptEnabled: false });
  assert.equal(await paper(page).count(), 2);
  assert.equal(await page.locator('[data-face]:visible').count(), 1);
  assert.equal(await page.getByRole('button').count(), 0);
  assert.equal(await page.getByText('vencido').count(), 1);
  await closePage(page);
});

test('axe: the page of a case', async () => {
  const page = await openCase();
  await checkOnScreens(page);
  await closePage(page);
});
