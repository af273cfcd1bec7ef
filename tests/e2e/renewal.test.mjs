// SPDX-License-Identifier: GPL-3.0-or-later
//
// Renewal in the holder's browser (issue 5 part 8): the present certificate's file signs, an agent confers, and the new
// key ends in a .p12 like any other; and what the page says where the norm takes no signature.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { done, identify, person, readyByKey } from '../support/office.mjs';
import { everybodyOpens } from '../support/openers.mjs';
import { sendCsr } from '../support/thief.mjs';
import { checkAccessibility, closePage, openBrowser, openPage } from './browser.mjs';
import { openssl } from './instance.mjs';
import { address, emission, headingIs, renewal, revocation } from './pages.mjs';

const old = { passphrase: 'Senha antiga 1' };
const passphrase = 'Senha nova 2026';
let browser;
let folder;

// A certificate whose file is in the protection of ten years ago: 3DES and SHA-1.
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'e2e-renewal-'));
  browser = await openBrowser();
  const kase = await readyByKey('ecpf-a3', person());
  const { json } = await sendCsr(kase, kase.csr);
  const [leaf, chain] = ['leaf.pem', 'chain.pem'].map((name) => path.join(folder, name));
  await writeFile(leaf, json.certificate);
  await writeFile(chain, json.chain);
  Object.assign(old, { code: kase.code, holder: kase.holder, file: path.join(folder, 'antigo.p12') });
  await openssl('pkcs12', '-export', '-inkey', kase.key, '-in', leaf, '-certfile', chain, '-keypbe', 'PBE-SHA1-3DES', '-certpbe',
    'PBE-SHA1-3DES', '-macalg', 'sha1', '-passout', `pass:${old.passphrase}`, '-out', old.file);
});
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

test('8 from the old file to the new one, the page closed in between', { timeout: 120_000 }, async () => {
  const page = await openPage(browser);
  await page.goto(address('/renovar'));
  await headingIs(page, 'Renovar com o certificado atual');
  await checkAccessibility(page);
  assert.equal(await page.evaluate(() => typeof globalThis.guicheCompat), 'undefined', '3DES is not loaded before a file asks for it');
  await renewal.open(page, old.file, 'outra senha');
  await page.getByText('Esta senha não abre o arquivo').waitFor();
  await renewal.open(page, old.file, old.passphrase);
  await headingIs(page, 'Qual certificado você quer');
  await checkAccessibility(page);
  assert.ok((await renewal.products(page)).every((name) => !/A3|A4|e-CNPJ/.test(name)), 'a key in a file is no A3, and a person is no company');
  await renewal.choose(page, 'ecpf-a1');
  await headingIs(page, 'Confira o que o certificado novo dirá');
  assert.match(await page.getByRole('main').innerText(), /MARINA GONCALVES PRADO[^]*15\/08\/1985/);
  await checkAccessibility(page);
  await renewal.confirm(page);
  await renewal.choosePassphrase(page, passphrase);
  await headingIs(page, /Pedido assinado/);
  await checkAccessibility(page);
  const waiting = path.join(folder, 'espera.guiche');
  const order = await renewal.keep(page, waiting);
  await closePage(page);

  identify(order);
  assert.equal(done('agent1', 'validate', order).agents, 1);

  const again = await openPage(browser);
  await again.goto(address('/renovar'));
  await renewal.resume(again, waiting, 'outra senha');
  await again.getByText('Esta senha não abre o arquivo').waitFor();
  await renewal.resume(again, waiting, passphrase);
  await emission.acceptTerm(again);
  const file = path.join(folder, 'novo.p12');
  await emission.save(again, file);
  await emission.reopen(again, file, passphrase);
  await headingIs(again, /Pronto/);
  const { certificates } = everybodyOpens(file, passphrase);
  const pem = path.join(folder, 'novo.pem');
  await writeFile(pem, certificates[0]);
  assert.match(await openssl('x509', '-in', pem, '-noout', '-subject'), new RegExp(`certificado digital.*MARINA GONCALVES PRADO:${old.holder.cpf}`));
  assert.deepEqual([done('agent1', 'show', order).term.state, done('agent1', 'show', order).states.issuance], ['signed', 'delivered']);

  // REN-06: the new one is an A1, which the norm does not take as a signature.
  await again.goto('about:blank');
  await again.goto(address('/renovar'));
  await renewal.open(again, file, passphrase);
  await renewal.choose(again, 'ecpf-a1');
  await headingIs(again, 'Este certificado não se renova por aqui');
  await again.getByText('um A1, em arquivo, não assina a própria renovação').waitFor();
  assert.match(await again.getByRole('link', { name: 'Fazer um pedido novo' }).getAttribute('href'), /product=ecpf-a1/);
  await checkAccessibility(again);
  await closePage(again);
});

test('8 "Meus certificados" by the file of a valid one', { timeout: 60_000 }, async () => {
  const page = await openPage(browser);
  await page.goto(address('/certificados'));
  await page.getByLabel('Arquivo (.p12 ou .pfx)').setInputFiles(old.file);
  await page.getByLabel('Senha do arquivo').fill(old.passphrase);
  await page.getByRole('button', { name: 'Ver com o certificado' }).click();
  const list = page.getByRole('region', { name: 'Certificados' });
  await list.getByText(old.code).waitFor();
  assert.match(await list.innerText(), /e-CPF A3[^]*Válido/);
  await checkAccessibility(page);
  await closePage(page);
});

test('7 the revocation page opens a 3DES file, and fetches 3DES only then', { timeout: 60_000 }, async () => {
  const page = await openPage(browser);
  const fetched = [];
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  await page.goto(address('/revogar'));
  await revocation.fill(page, old.code, old.file, 'outra senha');
  await page.getByText('Esta senha não abre o arquivo').waitFor();
  assert.equal(fetched.filter((where) => where === '/static/compat.js').length, 1);
  await revocation.fill(page, old.code, old.file, old.passphrase);
  await page.getByRole('heading', { name: 'Pedido de revogação recebido' }).waitFor();
  await closePage(page);
});
