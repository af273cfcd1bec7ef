// SPDX-License-Identifier: GPL-3.0-or-later
//
// The emission page on a real instance: from two codes to a .p12 that other programs open (issue 6, protocol 3, 4).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { everybodyOpens } from '../support/openers.mjs';
import { checkAccessibility, closePage, openBrowser, openPage } from './browser.mjs';
import { approve, as, attend, base, bookByApi, home, inventPerson, openssl, orderByApi } from './instance.mjs';
import { address, emission, headingIs } from './pages.mjs';

const passphrase = 'Senha forte 2026';
let browser;
let folder;
let picture;

before(async () => {
  browser = await openBrowser();
  folder = await mkdtemp(path.join(tmpdir(), 'e2e-p12-'));
  const page = await openPage(browser);
  picture = await page.screenshot({ type: 'jpeg' });
  await closePage(page);
});
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

const formatted = (cpf) => cpf.replace(/(\d{3})(\d{3})(\d{3})(\d{2})/, '$1.$2.$3-$4');

// A case that both agents have signed: {order, paper, link}.
async function approvedCase(holder) {
  const ordered = await orderByApi('ecpf-a1', { holder });
  await bookByApi('ecpf-a1', ordered);
  await attend(ordered.order, picture);
  return { order: ordered.order, ...(await approve(ordered.order, holder.email)) };
}

async function checkFile(file, holder) {
  const { certificates, alias } = everybodyOpens(file, passphrase);
  assert.match(alias, /marina goncalves prado - expira em \d\d\/\d\d\/\d{4}/i);
  const pem = path.join(folder, 'open.pem');
  await writeFile(pem, certificates[0]);
  assert.match(await openssl('x509', '-in', pem, '-noout', '-subject'), new RegExp(`MARINA GONCALVES PRADO:${holder.cpf}`));
  return certificates[0];
}

// "Meu computador diz que a senha está errada", after everything went well.
async function makeCompatible(page, file) {
  assert.equal(await page.evaluate(() => typeof globalThis.guicheCompat), 'undefined', 'not loaded before it is asked for');
  await emission.passwordIsWrong(page);
  await headingIs(page, 'Guarde o arquivo');
  await page.getByText('Este é o arquivo compatível').waitFor();
  await emission.save(page, file);
}

test('issue 6: two codes, a key made in the browser, a file that openssl and Java open', { timeout: 180_000 }, async () => {
  const holder = inventPerson();
  const { order, paper, link } = await approvedCase(holder);
  const page = await openPage(browser);

  await page.goto(link);
  assert.equal(page.url(), address(`/emitir/${order}`), 'the code leaves the address');
  await emission.here(page);
  assert.equal(await emission.order(page).inputValue(), order);
  await emission.paper(page).fill(await emission.mail(page).inputValue());
  await emission.codes(page);
  await page.getByText('Este é o código do e-mail. O do papel é outro.').waitFor();
  await emission.paper(page).fill('');
  await emission.paper(page).pressSequentially(paper.replaceAll('-', '').toLowerCase());
  assert.equal(await emission.paper(page).inputValue(), paper);
  await emission.codes(page);
  await headingIs(page, 'Confira o que vai ser certificado');
  assert.match(await page.getByRole('main').innerText(), /MARINA GONCALVES PRADO/);
  await emission.confirm(page);
  await headingIs(page, 'Leia e aceite o termo');
  const pdf = await emission.termFile(page, path.join(folder, 'termo.pdf'));
  // Nobody accepts by passing on; by keyboard alone the box is reached and ticked.
  await emission.goOn(page);
  await page.getByText('marque que leu e aceita o termo').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'term-accept');
  assert.equal(await emission.accept(page).getAttribute('aria-invalid'), 'true');
  await checkAccessibility(page);
  const words = await page.getByRole('article', { name: 'Termo de titularidade' }).innerText();
  for (const word of [formatted(holder.cpf), 'Guardo a chave', '[U]', 'DOC-ICP-05']) {
    assert.ok(words.includes(word), word);
  }
  await page.keyboard.press('Space');
  assert.equal(await emission.accept(page).isChecked(), true);
  await emission.goOn(page);
  for (const [text, told] of [['', 'Escolha uma senha.'], ['curta', 'Falta à senha o que não está marcado']]) {
    await headingIs(page, 'Escolha a senha do arquivo');
    await emission.passphrase(page).fill(text);
    await page.getByRole('button', { name: 'Emitir o certificado' }).click();
    await page.getByText(told).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'passphrase');
  }
  // The network fails once, after the key was made: the same key is sent again.
  await page.route('**/csr', (route) => route.abort(), { times: 1 });
  await emission.choosePassphrase(page, passphrase);
  await emission.alert(page).filter({ hasText: 'Sem resposta do servidor' }).waitFor();
  await emission.retry(page);
  const file = path.join(folder, 'titular.p12');
  await emission.save(page, file);

  // Leaving now would lose the certificate's only key: the browser asks.
  const asked = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  const dialog = await asked;
  assert.equal(dialog.type(), 'beforeunload');
  page.complaints.length = 0; // the aborted request
  await dialog.dismiss();

  await emission.reopen(page, file, 'senha errada');
  await page.getByText('Esta senha não abre o arquivo').waitFor();
  await emission.reopen(page, file, passphrase);
  await headingIs(page, /Pronto/);
  const certificate = await checkFile(file, holder);
  await checkAccessibility(page);
  const compatible = path.join(folder, 'compativel.p12');
  await makeCompatible(page, compatible);
  await emission.reopen(page, file, passphrase);
  await page.getByText('Este não é o arquivo deste certificado').waitFor();
  await emission.reopen(page, compatible, passphrase);
  await headingIs(page, /Pronto/);
  assert.equal(await checkFile(compatible, holder), certificate, 'the same certificate');
  await emission.forget(page);
  await page.getByText('A chave já não está nesta página').waitFor();
  await page.getByText('Meu computador diz que a senha está errada').waitFor({ state: 'hidden' });
  const { term } = await as('agent1', 'show', order);
  assert.equal(term.state, 'signed');
  assert.equal(term.sha256, createHash('sha256').update(pdf).digest('hex'), 'what was read is what was signed');

  // Again from the start: another key is another certificate, which there will not be.
  await page.goto('about:blank'); // the same address with a fragment would not load anew
  await page.goto(link);
  await emission.here(page);
  await emission.paper(page).fill(paper);
  await emission.codes(page);
  const stopped = page.getByRole('heading', { level: 1, name: /já foi emitido para outra chave/ });
  const confirm = page.getByRole('heading', { level: 1, name: 'Confira o que vai ser certificado' });
  await stopped.or(confirm).waitFor();
  if (await confirm.isVisible()) {
    await emission.confirm(page);
    await emission.acceptTerm(page);
    await emission.choosePassphrase(page, passphrase);
  }
  await stopped.waitFor();
  await closePage(page);
});

test('protocol 1: codes of another case emit nothing; the right ones then do, in either field', { timeout: 180_000 }, async () => {
  const holder = inventPerson();
  const [{ order, paper, link }, other] = [await approvedCase(holder), await approvedCase(inventPerson())];
  const mail = decodeURIComponent(new URL(link).hash.replace(/^#(e=)?/, ''));
  const page = await openPage(browser);
  await page.goto(address(`/emitir/${order}`));
  await emission.here(page);
  await emission.paper(page).fill(other.paper);
  await emission.mail(page).fill(mail);
  await emission.codes(page);
  await emission.alert(page).filter({ hasText: 'Os códigos não conferem' }).waitFor();
  await emission.paper(page).fill(mail);
  await emission.mail(page).fill(paper);
  await emission.codes(page);
  await emission.confirm(page);
  await emission.acceptTerm(page);
  await emission.choosePassphrase(page, passphrase);
  const file = path.join(folder, 'segunda.p12');
  await emission.save(page, file);
  await emission.reopen(page, file, passphrase);
  await headingIs(page, /Pronto/);
  await checkFile(file, holder);
  await closePage(page);
});

test('protocol 4: one immutable file that fetches nothing else', async () => {
  const page = await openPage(browser);
  const asked = [];
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) asked.push(request.url());
  });
  const response = await page.goto(address('/emitir/G7MZ4K2QX9TB#p=ABCDE'));
  await headingIs(page, 'Onde você vai usar o certificado?');
  assert.deepEqual(asked.map((url) => url.replace(/#.*/, '')), [address('/emitir/G7MZ4K2QX9TB')]);
  const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');
  assert.equal(digest(await response.body()), digest(await readFile(path.join(home, 'www/emitir/index.html'))));
  await closePage(page);
});

test('protocol 3: a mistyped group is named before anything is asked of the server', async () => {
  const page = await openPage(browser);
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(address('/emitir/G7MZ4K2QX9TB'));
  await emission.here(page);
  await emission.paper(page).fill('E1GQK-0SBC5-5MR31-2CHKX');
  await page.getByText('Confira o 4º grupo').waitFor();
  await emission.codes(page);
  assert.equal(asked.filter((url) => url.includes('/api/')).length, 0);
  await closePage(page);
});

test('an order that does not exist', async () => {
  const page = await openPage(browser);
  await page.goto(address('/emitir/ZZZZZZZZZZZZ'));
  await emission.here(page);
  await emission.paper(page).fill('E1GQK-0SBC5-5MR31-2CHK3');
  await emission.mail(page).fill('CNPPX-2TBCR-5MT39-ADHQQ');
  await emission.codes(page);
  await emission.alert(page).filter({ hasText: 'Não encontramos este pedido' }).waitFor();
  await closePage(page);
});

test('protocol 4: neither https nor loopback: the page says why it cannot go on', async () => {
  const { port } = new URL(base);
  const far = await openBrowser(['--host-resolver-rules=MAP ar.example 127.0.0.1']);
  try {
    const page = await openPage(far);
    await page.goto(`http://ar.example:${port}/emitir/G7MZ4K2QX9TB`);
    await headingIs(page, 'Esta página não pode continuar');
    await closePage(page);
  } finally {
    await far.close();
  }
});

test('issue 6: a window inside an app is told to open a browser; a phone is told of computers', async () => {
  const phone = 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36';
  const inside = await openPage(browser, { userAgent: `${phone} Instagram 330.0.0.0` });
  await inside.goto(address('/emitir/G7MZ4K2QX9TB'));
  await headingIs(inside, 'Abra em um navegador');
  await closePage(inside);
  const page = await openPage(browser, { userAgent: phone, viewport: { width: 390, height: 844 } });
  await page.goto(address('/emitir/G7MZ4K2QX9TB'));
  await page.getByText('Você está num celular').waitFor();
  assert.deepEqual(await page.locator('.choice:visible strong').allInnerTexts(), ['Em outro computador', 'No celular']);
  await closePage(page);
});
