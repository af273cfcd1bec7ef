// SPDX-License-Identifier: GPL-3.0-or-later
//
// Seats on the pages (issue 4, part 2): two orders in one visit, an offer of the waiting list, and the work that a click
// needs under attack, with a script and without.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { api, book, order, policy, slots, sql } from '../support/office.mjs';
import { checkAccessibility, checkOnScreens, closePage, openBrowser, openPage } from './browser.mjs';
import { inventPerson, linkInMail } from './instance.mjs';
import { address, agenda, orderForm, orderPage } from './pages.mjs';

const company = { cnpj: '11.222.333/0001-81', name: 'Padaria Três Irmãos Ltda', city: 'Campinas', uf: 'SP' };
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const narrow = { viewport: { width: 360, height: 740 } };

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());

async function orderOn(page, product, content) {
  await page.goto(address(`/pedido/novo?product=${product}`));
  await orderForm.fill(page, content);
  await orderForm.send(page);
  await agenda.heading(page).waitFor();
  return /\/pedido\/([0-9A-Z]{12})\/agenda/.exec(page.url())[1];
}

test('one visit: an e-CPF and an e-CNPJ of the same person are kept and booked in two seats in a row', async () => {
  const page = await openPage(browser, narrow);
  const holder = inventPerson();
  const first = await orderOn(page, 'ecpf-a1', { holder });
  const second = await orderOn(page, 'ecnpj-a1', { holder, company });
  await page.getByRole('group', { name: 'Na mesma visita' }).waitFor();
  await checkOnScreens(page);
  await page.getByRole('radio', { name: first }).check();
  await agenda.choose(page, 0);
  await agenda.hold(page);
  await page.getByText('Logo depois').waitFor();
  await checkOnScreens(page);
  await agenda.confirm(page).click();
  await orderPage.code(page).waitFor();
  const rows = sql(`select coalesce((a.starts = lag(a.ends) over (order by a.starts))::text, 'first') from appointment a join orders o on o.id = a.order_id
    where o.code in ('${first}', '${second}') and a.state = 'booked' order by a.starts`).split('\n');
  assert.deepEqual(rows, ['first', 'true']);
  // Moving the one moves the other: the page offers hours that have room for both, and says what goes along.
  await page.goto(address(`/pedido/${first}/agenda`));
  await agenda.choose(page, 5);
  await agenda.hold(page);
  await page.getByText('Logo depois').waitFor();
  await checkOnScreens(page);
  await page.getByRole('button', { name: 'Mudar para este horário' }).click();
  await orderPage.code(page).waitFor();
  assert.equal(sql(`select count(distinct a.visit) || ' ' || sum(a.sequence) || ' ' || bool_or(b.id is not null) from appointment a
    join orders o on o.id = a.order_id left join appointment b on b.visit = a.visit and b.id <> a.id and (b.starts = a.ends or b.ends = a.starts)
    where o.code in ('${first}', '${second}') and a.state = 'booked'`), '1 2 true');
  await closePage(page);
});

test('the waiting list joined on the page, its offer read and taken by one tap', async () => {
  const page = await openPage(browser, narrow);
  const holder = inventPerson();
  await orderOn(page, 'ecpf-a1', { holder });
  await page.getByRole('button', { name: 'Entrar na lista' }).click();
  await page.getByText('da lista').first().waitFor();
  await checkAccessibility(page);
  const { start } = (await slots('ecpf-a1', 40)).filter((slot) => slot.seats === 2).at(-1);
  const [giver, other] = [await order(), await order()];
  for (const kase of [giver, other]) await book(kase, start);
  assert.equal((await api('DELETE', `/api/orders/${giver.code}/appointment`, { token: giver.token })).status, 200);
  await page.goto(await linkInMail(holder.email, '/vaga/[A-Za-z0-9_-]+'));
  await checkAccessibility(page);
  await page.getByRole('button', { name: 'Quero este horário' }).click();
  await page.getByRole('heading', { name: 'O horário é seu' }).waitFor();
  await checkAccessibility(page);
  await closePage(page);
});

// axe needs a script to run: what a page without scripts shows is laid out in one that has them, its own left out.
async function checkStill(page) {
  const copy = await openPage(browser);
  await copy.goto(address('/acessibilidade'));
  await copy.setContent((await page.content()).replace(/<script[\s\S]*?<\/script>/g, ''));
  await copy.getByRole('heading', { name: 'Falta um passo' }).waitFor();
  await checkOnScreens(copy);
  await closePage(copy);
}

// The server reads its policies every five seconds.
async function withPolicies(values, run) {
  const set = (list) => { for (const [key, value] of list) policy(key, value); };
  const old = Object.keys(values).map((key) => [key, sql(`select value from policy where key = '${key}' and valid_to is null`)]);
  set(Object.entries(values));
  try {
    await pause(6000);
    await run();
  } finally {
    set(old);
    await pause(6000);
  }
}

test('under attack the page works for its visitor, and without a script a wait does; no pictures', async () => {
  const [scripted, plain] = [await openPage(browser), await openPage(browser, { javaScriptEnabled: false, ...narrow })];
  for (const page of [scripted, plain]) await orderOn(page, 'ecpf-a1', { holder: inventPerson() });
  await withPolicies({ rush_clicks_per_minute: 1, rush_work_bits: 14, rush_wait_seconds: 5 }, async () => {
    const { code, token } = await order();
    await api('POST', `/api/orders/${code}/hold`, { token, body: { start: (await slots()).at(-1).start } });
    for (const [position, page] of [scripted, plain].entries()) {
      await agenda.choose(page, 4 + position); // each an hour of its own: the other may take the last seat of one
      await agenda.hold(page);
    }
    await agenda.confirm(scripted).waitFor(); // solved and sent by itself
    assert.match(await plain.getByRole('main').innerText(), /Espere 5 segundos/);
    assert.equal(await plain.locator('main img').count(), 0);
    await checkStill(plain);
    await pause(5500);
    await plain.getByRole('button', { name: 'Pedir de novo' }).click();
    await agenda.confirm(plain).waitFor();
  });
  for (const page of [scripted, plain]) await closePage(page);
});
