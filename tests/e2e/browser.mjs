// SPDX-License-Identifier: GPL-3.0-or-later
//
// A browser for the tests: Debian's chromium without a window, a fresh profile each time, nothing sent to anybody.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function openBrowser(more = []) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...more],
  });
}

// A page that fails the test on any script error or refused resource. Options as newContext takes them.
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ locale: 'pt-BR', timezoneId: 'America/Sao_Paulo', acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(error.message));
  page.on('console', (message) => {
    // A refused form is answered with 4xx, which the browser reports; that is no fault of the page.
    if (message.type() === 'error' && !/the server responded with a status of 4/.test(message.text())) page.complaints.push(message.text());
  });
  return page;
}

export async function closePage(page) {
  await page.context().close();
  assert.deepEqual(page.complaints, []);
}

export const wide = { width: 1280, height: 900 };
export const narrow = { width: 360, height: 740 };

// The page as it stands, on a wide screen and on a narrow one: axe-core finds nothing, and nothing is wider than the
// screen.
export async function checkOnScreens(page) {
  for (const size of [wide, narrow]) {
    await page.setViewportSize(size);
    await checkAccessibility(page);
    const { content, screen } = await page.evaluate(() => ({
      content: document.documentElement.scrollWidth, screen: document.documentElement.clientWidth,
    }));
    assert.ok(content <= screen, `${page.url()} is ${content} wide on ${screen}`);
  }
}

// axe-core finds nothing on the page as it stands. A button on its way from disabled to enabled has no colour yet.
export async function checkAccessibility(page) {
  await page.evaluate(() => Promise.allSettled(document.getAnimations()
    .filter((animation) => animation.effect.getComputedTiming().endTime !== Infinity).map(({ finished }) => finished)));
  if (!await page.evaluate(() => globalThis.axe !== undefined)) await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }));
  const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
  assert.deepEqual(found, [], `axe-core at ${page.url()}`);
}
