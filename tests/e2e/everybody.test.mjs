// SPDX-License-Identifier: GPL-3.0-or-later
//
// The way from the order to the hour for whoever sees, hears or types otherwise (research, list 12): by the keyboard alone,
// read out by a screen reader, at 400 % zoom, and with a name as long as names get.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { checkAccessibility, closePage, openBrowser, openPage } from './browser.mjs';
import { as, inventPerson, linkInMail, wordsInMail } from './instance.mjs';
import { address, agenda, confirmation, headingIs, orderForm, orderPage } from './pages.mjs';
import { Screen } from '../support/screen.mjs';

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

// --- by the keyboard alone -----------------------------------------------------------------------------------------

// What has the focus: its name, and whether one sees where it is. A radio or a box is drawn by what lies beside it; the button
// within a date is the browser's own, and so is its frame.
const focused = (page) => page.evaluate(() => {
  const element = document.activeElement;
  const label = element.labels?.[0];
  const drawn = [element, label, element.nextElementSibling, element.parentElement].filter(Boolean);
  const within = element.type === 'date' && !element.matches(':focus');
  const marked = within || drawn.some((one) => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
  });
  const box = (label?.contains(element) ? label : element).getBoundingClientRect();
  return {
    name: (label?.innerText ?? element.innerText ?? '').trim(), type: element.type ?? element.tagName,
    seen: element === document.body || (marked && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth),
  };
});

// Tab until something of this name has the focus; every stop on the way shows itself.
async function tabTo(page, name, most = 60) {
  const passed = [];
  for (let stop = 0; stop < most; stop++) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    assert.ok(now.seen, `the focus on "${now.name}" (${now.type}) cannot be seen`);
    if (name instanceof RegExp ? name.test(now.name) : now.name === name) return now;
    passed.push(now.name);
  }
  throw new Error(`Tab never came to ${name}: ${passed.join(' | ')}`);
}

async function typeDate(page, iso) {
  const [year, month, day] = iso.split('-');
  const value = () => page.evaluate(() => document.activeElement.value);
  await page.keyboard.type(`${day}${month}${year}`);
  if (await value() === iso) return;
  for (let part = 0; part < 3; part++) await page.keyboard.press('ArrowLeft'); // the browser speaks another language
  await page.keyboard.type(`${month}${day}${year}`);
  assert.equal(await value(), iso);
}

test('keyboard alone: from the order to the confirmed appointment, the focus always seen', async () => {
  const page = await openPage(browser);
  const holder = inventPerson();
  await page.goto(address('/'));
  assert.equal((await tabTo(page, 'Ir para o conteúdo', 1)).name, 'Ir para o conteúdo');
  await page.keyboard.press('Enter');
  await tabTo(page, /^Pedir e-CPF A1/);
  assert.ok(await page.evaluate(() => document.activeElement.closest('main') !== null));
  await page.keyboard.press('Enter');
  await headingIs(page, 'Pedido de e-CPF A1');
  await tabTo(page, 'Nome completo');
  await page.keyboard.type(holder.name);
  await tabTo(page, 'CPF');
  await page.keyboard.type(holder.cpf);
  await tabTo(page, 'Data de nascimento');
  await typeDate(page, holder.birth_date);
  await tabTo(page, 'E-mail');
  await page.keyboard.type(holder.email);
  await tabTo(page, 'Telefone');
  await page.keyboard.type(holder.phone);
  await tabTo(page, 'Continuar para o horário');
  await page.keyboard.press('Enter');
  await agenda.heading(page).waitFor();
  await tabTo(page, /^\d+h\d*$/);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  const chosen = await agenda.chosen(page).innerText();
  await tabTo(page, 'Guardar este horário', 30);
  await page.keyboard.press('Enter');
  await agenda.confirm(page).waitFor();
  await tabTo(page, /^Atendimento prioritário/);
  await page.keyboard.press('ArrowDown');
  await tabTo(page, 'Rampa ou caminho sem degraus');
  await page.keyboard.press('Space');
  await tabTo(page, 'Confirmar este horário');
  await page.keyboard.press('Enter');
  await orderPage.code(page).waitFor();
  const code = (await orderPage.code(page).textContent()).replace(/[\s-]/g, '');
  const when = /\d+ de [a-zç]+ de \d+, às \d+h\d*/.exec(chosen)[0];
  assert.ok((await orderPage.main(page).innerText()).includes(when), when);
  const { needs } = await as('agent1', 'show', code);
  assert.deepEqual(needs, ['ramp']);
  await page.goto(await linkInMail(holder.email, '/confirmar/[A-Za-z0-9_-]+'));
  await tabTo(page, 'Confirmar meu e-mail');
  await page.keyboard.press('Space');
  await confirmation.done(page).waitFor();
  await closePage(page);
});

// --- read out ------------------------------------------------------------------------------------------------------

// What a screen reader has of a page: its title, the regions one jumps to, one heading of the first level, no control without a name.
async function readOut(page, heading) {
  const tree = await page.locator('body').ariaSnapshot();
  const title = await page.title();
  assert.match(title, /^\S.* · IMA Certificado Digital$/);
  for (const region of ['banner', 'navigation "Principal"', 'main', 'contentinfo']) assert.match(tree, new RegExp(`^ *- ${region}`, 'm'), `${title}: ${region}`);
  assert.equal([...tree.matchAll(/heading ".*" \[level=1\]/g)].length, 1, tree);
  assert.match(tree, new RegExp(`heading "${heading}" \\[level=1\\]`));
  assert.doesNotMatch(tree, /^ *- (textbox|combobox|radio|checkbox|button|link)(:| \[|$)/m, `${title}: a control without a name`);
  return { tree, title };
}

test('screen reader path start to finish: titles, regions, names, what is wrong, what changes', async () => {
  const page = await openPage(browser);
  const holder = inventPerson();
  const titles = [];
  await page.goto(address('/pedido/novo?product=ecpf-a1'));
  titles.push((await readOut(page, 'Pedido de e-CPF A1')).title);
  await orderForm.send(page);
  await orderForm.summary(page).waitFor();
  const refused = await readOut(page, 'Pedido de e-CPF A1');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'erros', 'what is wrong is read first');
  assert.match(refused.tree, /- alert:\n(.*\n)*? *- heading/);
  // From the top of the page to its end, each leading to its field, which says its fault as its description.
  const faults = await page.evaluate(() => [...document.querySelectorAll('#erros a')].map((link) => link.hash.slice(1)));
  const fields = await page.evaluate(() => [...document.querySelectorAll('main form [name]')].map((one) => one.name));
  assert.ok(faults.length >= 5, faults.join());
  assert.deepEqual(faults, fields.filter((name) => faults.includes(name)));
  for (const name of faults) {
    const said = await page.evaluate((id) => {
      const field = document.getElementById(id);
      return { invalid: field.getAttribute('aria-invalid'), words: field.getAttribute('aria-describedby').split(' ').map((one) => document.getElementById(one)?.innerText) };
    }, name);
    assert.equal(said.invalid, 'true');
    assert.ok(said.words.every(Boolean) && said.words.length >= 2, `${name}: ${said.words}`);
  }
  await orderForm.fill(page, { holder: { ...holder, cpf: '12345678900' } });
  const live = orderForm.live(page, 'Confira o CPF');
  await live.waitFor();
  assert.match(await live.evaluate((one) => one.closest('[aria-live]')?.getAttribute('aria-live') ?? one.getAttribute('role')), /polite|status/);
  await orderForm.field(page, 'CPF').fill(holder.cpf);
  await orderForm.send(page);
  await agenda.heading(page).waitFor();
  const days = await readOut(page, 'Escolha o dia e a hora');
  titles.push(days.title);
  assert.match(days.tree, /- group "[\p{L}-]+, \d+ de \p{L}+ de \d+ .*":\n *- text: .*\n *- list:\n *- listitem:\n *- radio "\d+h\d*"/u, 'an hour is read with its day');
  await agenda.choose(page, 2);
  assert.match(await agenda.chosen(page).innerText(), /\d+h/);
  assert.equal(await agenda.chosen(page).getAttribute('aria-live'), 'polite');
  await agenda.hold(page);
  await agenda.confirm(page).waitFor();
  const last = await readOut(page, 'Confirme o horário');
  titles.push(last.title);
  assert.match(last.tree, /- combobox "Atendimento prioritário.*"/);
  assert.match(last.tree, /- checkbox "Atendimento em Libras"/);
  await agenda.confirm(page).click();
  await orderPage.code(page).waitFor();
  titles.push((await readOut(page, 'Pedido de e-CPF A1')).title);
  await page.goto(await linkInMail(holder.email, '/confirmar/[A-Za-z0-9_-]+'));
  await confirmation.button(page).click();
  await confirmation.done(page).waitFor();
  titles.push((await readOut(page, 'E-mail confirmado')).title);
  assert.equal(new Set(titles).size, titles.length, `each page says where one is: ${titles.join(' | ')}`);
  await closePage(page);
});

// --- 400 % zoom ----------------------------------------------------------------------------------------------------

// 1280 CSS pixels at 400 % are 320 (WCAG 1.4.10): nothing scrolls sideways, nothing sticks out of its box or lies under the edge.
async function reflows(page) {
  const { overflow, cut } = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const shown = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility !== 'hidden';
    const words = [...document.querySelectorAll('main h1, main h2, main p, main label, main legend, main a, main button, main dd, main dt, main li, main input, main select')];
    return {
      overflow: document.documentElement.scrollWidth - width,
      cut: words.filter(shown).filter((one) => {
        const box = one.getBoundingClientRect();
        const hidden = one.closest('.slot') && one.tagName === 'INPUT'; // drawn by its label
        return !hidden && box.width > 1 && (box.left < -1 || box.right > width + 1 || (one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX === 'hidden'));
      }).map((one) => `${one.tagName} ${one.innerText?.slice(0, 40)}`),
    };
  });
  assert.ok(overflow <= 0, `${page.url()} is ${overflow} pixels too wide`);
  assert.deepEqual(cut, [], page.url());
}

test('400 % zoom: no page of the citizen scrolls sideways or cuts a word', async () => {
  const page = await openPage(browser, { viewport: { width: 320, height: 256 } });
  for (const where of ['/', '/checklist?product=ecpf-a1', '/entrar', '/pedido/novo?product=ecnpj-a1', '/acessibilidade', '/revogar']) {
    await page.goto(address(where));
    await reflows(page);
  }
  const holder = inventPerson();
  await page.goto(address('/pedido/novo?product=ecpf-a1'));
  await orderForm.send(page);
  await orderForm.summary(page).waitFor();
  await reflows(page);
  await checkAccessibility(page); // as accessibility.test.mjs does at 360 and 1280 pixels for all
  await orderForm.fill(page, { holder });
  await orderForm.send(page);
  await agenda.heading(page).waitFor();
  await agenda.choose(page, 1);
  await reflows(page);
  await checkAccessibility(page);
  assert.equal(await page.locator('.chosen').evaluate((bar) => getComputedStyle(bar).position), 'static', 'nothing lies over half of the screen');
  await agenda.hold(page);
  await agenda.confirm(page).waitFor();
  await reflows(page);
  await agenda.confirm(page).click();
  await orderPage.code(page).waitFor();
  await reflows(page);
  await page.goto(await linkInMail(holder.email, '/horario/[A-Za-z0-9_-]+/mudar'));
  await reflows(page);
  await closePage(page);
});

// --- long names ----------------------------------------------------------------------------------------------------

test('a name of 120 characters, with accents and an apostrophe: as long as the certificate takes, told where longer', async () => {
  const holder = inventPerson(`Maria Antônia Conceição d'Ávila ${'Gonçalves Brandão '.repeat(6)}`.slice(0, 99).trim().padEnd(100, 'á'));
  assert.equal(holder.name.length, 100);
  const page = await openPage(browser, { viewport: { width: 320, height: 640 } });
  await page.goto(address('/pedido/novo?product=ecpf-a1'));
  await orderForm.fill(page, { holder: { ...holder, name: holder.name.padEnd(120, 'á') } });
  await orderForm.send(page);
  await page.getByRole('link', { name: /O nome tem no máximo 100 caracteres; aqui há 120\. Um mais longo não cabe/ }).waitFor();
  assert.equal((await orderForm.field(page, 'Nome completo').inputValue()).length, 120, 'what was typed stays');
  await orderForm.fill(page, { holder });
  await orderForm.send(page);
  await agenda.heading(page).waitFor();
  await agenda.choose(page, 4);
  await agenda.send(page);
  await orderPage.code(page).waitFor();
  const code = (await orderPage.code(page).textContent()).replace(/[\s-]/g, '');
  const official = holder.name.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase();
  assert.ok((await orderPage.main(page).innerText()).includes(official), 'whole on the page');
  await reflows(page);
  await closePage(page);
  const calendar = await wordsInMail(holder.email, /BEGIN:VCALENDAR[\s\S]*END:VCALENDAR/);
  assert.ok(!calendar.includes('ANTONIA'), 'no name in the calendar, long or short');
  const shown = await as('agent1', 'show', code);
  assert.equal(shown.holder.name, official);
  const screen = new Screen('agent1');
  try {
    await screen.until(/Senha Hora/);
    screen.press('/');
    screen.type(code);
    await screen.until(new RegExp(official.slice(0, 30)));
    screen.press('Enter');
    await screen.until(/de [1-9]\d* itens/);
    const lines = screen.text().split('\n');
    assert.ok(lines.every((line) => [...line].length <= 80));
    assert.match(screen.text(), new RegExp(`Titular[^\n]*${official.slice(0, 30)}`));
    assert.match(lines[2], new RegExp(`^${official.slice(0, 25)}.*… · CPF ${holder.cpf} · .*${code}`), 'of a long name the beginning, and all of the rest');
  } finally {
    screen.close();
  }
});
