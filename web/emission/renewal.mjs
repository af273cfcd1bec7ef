// SPDX-License-Identifier: GPL-3.0-or-later
//
// The steps of a renewal (/renovar) before the emission itself: the present certificate's file signs the wish and the new
// key; then an agent confers, and the page, or the waiting file after it, goes on to the term and the certificate.
import { openKeystore } from '../holder/keystore.mjs';
import { dataFields, signWish, startRequest } from '../holder/renewal.mjs';
import { openWaiting, sealWaiting } from '../holder/waiting.mjs';
import { Refusal, askCase, askInstance, askOrder, askProducts, sendWish, startRenewal } from './api.mjs';
import { fromBase64, toBase64 } from './bytes.mjs';
import { loadCompat } from './compat-load.mjs';
import { orBrowser } from './issue.mjs';
import { exportKey, makeKey, restoreKey } from './key.mjs';
import { WrongPassphrase } from './p12.mjs';
import { alertIn, facts, fieldError, find, onSubmit, show } from './screen.mjs';
import { readTerm } from './term.mjs';
import { dataLabels, longDate } from './texts.mjs';
import { masks } from '../scripts/identifiers.mjs';

// page: what main.mjs lends: {work, explainAt, keepPage, letGo, onReady}.
let page;
let signer = null;
let products = [];
let clock = null; // the server's, and when it was asked

const masked = (field, value) => (field === 'cpf' || field === 'cnpj' ? masks[field](value)
  : field === 'birth_date' ? value.split('-').reverse().join('/') : value);

const dataRows = (data) => dataFields.filter((field) => data[field]).map((field) => [dataLabels[field], masked(field, data[field])]);

async function askClock() {
  const { instance, now } = await askInstance();
  clock = { instance, now, at: performance.now() };
}
const serverNow = () => clock.now + Math.round((performance.now() - clock.at) / 1000);

async function openFile(fileId, passphraseId, open) {
  fieldError(fileId, '');
  fieldError(passphraseId, '');
  const [file] = find(fileId).files;
  if (!file) {
    fieldError(fileId, 'Escolha o arquivo.');
    return null;
  }
  try {
    return await open(new Uint8Array(await file.arrayBuffer()), find(passphraseId).value);
  } catch (error) {
    if (error instanceof WrongPassphrase) fieldError(passphraseId, 'Esta senha não abre o arquivo. Confira maiúsculas e minúsculas.');
    else fieldError(fileId, 'Não conseguimos abrir este arquivo aqui. Confira se é o arquivo certo, ou ligue para (19) 3755-6789.');
    return null;
  }
}

// --- the present certificate ---

const holderKind = ({ number }) => (number.length === 14 ? 'pj' : 'pf');

function offerProducts() {
  const fitting = products.filter(({ holder, media }) => holder === holderKind(signer.about) && media === 'software');
  find('renew-product').replaceChildren(...fitting.map(({ id, name, validity_months: months, price_cents: cents }) => {
    const option = document.createElement('option');
    const price = (cents / 100).toLocaleString('pt-BR', { style: 'currency', currency: 'BRL' });
    option.value = id;
    option.textContent = `${name}, ${months} meses, ${price}`;
    return option;
  }));
}

async function takePresent() {
  alertIn('renew', null);
  signer = await openFile('renew-file', 'renew-passphrase', (bytes, passphrase) => openKeystore(bytes, passphrase, loadCompat));
  if (!signer) return;
  find('renew-passphrase').value = '';
  try {
    [products] = await Promise.all([askProducts(), askClock()]);
  } catch (error) {
    page.explainAt('renew', error);
    return;
  }
  facts(find('renew-present'), [['Titular', signer.about.name], ['Vale até', longDate(signer.about.until)],
    ['Número de série', signer.about.serial]]);
  offerProducts();
  show('renew-product');
}

// --- the way that the norm gives ---

function tellOtherWay({ path, why }, product) {
  find('renew-why').textContent = why;
  find('renew-way').textContent = path === 'VIDEO'
    ? 'O caminho é a videoconferência: faça um pedido novo, pelo botão abaixo, e marque a sessão. Seu certificado atual continua valendo até vencer.'
    : 'O caminho é o atendimento presencial: faça um pedido novo, pelo botão abaixo, e escolha o horário. Seu certificado atual continua valendo até vencer.';
  find('renew-order').href = `/pedido/novo?product=${encodeURIComponent(product)}`;
  show('renew-other');
}

async function askWay() {
  alertIn('renew-product', null);
  const product = find('renew-product').value;
  try {
    const answer = await startRenewal(await startRequest(signer, { instance: clock.instance, issued_at: serverNow(), product }));
    if (answer.path !== 'ONLINE') {
      tellOtherWay(answer, product);
      return;
    }
    const { order, token, attempt, instance, data } = answer;
    Object.assign(page.work(), { order, token, wish: { instance, order, attempt, data } });
    facts(find('renew-data'), dataRows(data));
    show('renew-confirm');
  } catch (error) {
    page.explainAt('renew-product', error);
  }
}

// --- the signature ---

async function keepWaiting(work) {
  const key = toBase64(await exportKey(work.key));
  const content = { token: work.token, key, ...(work.revocation ? { revocation: work.revocation } : {}) };
  const file = await sealWaiting(work.order, content, work.passphrase);
  const link = find('renew-keep');
  link.href = URL.createObjectURL(new Blob([file], { type: 'application/json' }));
  link.download = `renovacao-${work.order}.guiche`;
  find('renew-keep-name').textContent = link.download;
}

// After the passphrase: the new key, and the wish over it. Told again it goes on where it stopped.
export async function signRenewal() {
  const work = page.work();
  alertIn('renew-sign', null);
  find('renew-retry').hidden = true;
  show('renew-sign');
  try {
    work.key ??= await orBrowser(makeKey());
    if (!work.signed) {
      const cms = await orBrowser(signWish(signer, { ...work.wish, spki: work.key.spki, issued_at: serverNow() }));
      await sendWish(work, { cms, spki: toBase64(work.key.spki) });
      work.signed = true;
    }
    await orBrowser(keepWaiting(work));
    waitForAgent();
  } catch (error) {
    find('renew-retry').hidden = page.explainAt('renew-sign', error).go !== 'retry';
  }
}

// --- until an agent has signed ---

let waiting = null;
const hasEnded = ({ order, identification }) => ['cancelled', 'refunded'].includes(order) || identification === 'refused';

async function look() {
  const work = page.work();
  const { states } = await askOrder(work);
  if (hasEnded(states)) throw new Refusal('renewal-ended');
  if (states.identification !== 'verified') return false;
  work.emission = await askCase(work.order);
  await readTerm(work);
  page.onReady();
  return true;
}

async function lookAndWait(pause) {
  clearTimeout(waiting);
  alertIn('renew-wait', null);
  try {
    if (await look()) return;
  } catch (error) {
    if (page.explainAt('renew-wait', error).go === 'stop') return;
  }
  waiting = setTimeout(() => lookAndWait(Math.min(pause * 1.5, 30_000)), pause);
}

function waitForAgent() {
  const work = page.work();
  find('renew-wait-order').textContent = work.order;
  find('renew-keep-panel').hidden = Boolean(work.resumed);
  if (!work.resumed) page.keepPage();
  show('renew-wait');
  lookAndWait(2_000);
}

async function resume() {
  const opened = await openFile('resume-file', 'resume-passphrase', openWaiting);
  if (!opened) return;
  const { order, token, key, revocation } = opened;
  Object.assign(page.work(), { order, token, revocation, resumed: true, passphrase: find('resume-passphrase').value, key: await restoreKey(fromBase64(key)) });
  find('resume-passphrase').value = '';
  waitForAgent();
}

export function startRenewalPage(lent) {
  page = lent;
  find('passphrase-next').textContent = 'Assinar o pedido de renovação';
  find('passphrase-note').textContent = 'Ao continuar, a chave nova é criada aqui e o pedido é assinado com o certificado atual.';
  find('stopped-back').dataset.go = 'renew';
  find('stopped-back').textContent = 'Voltar ao início da renovação';
  onSubmit('renew', takePresent);
  onSubmit('renew-product', askWay);
  onSubmit('renew-confirm', () => show('passphrase'));
  onSubmit('renew-resume', resume);
  find('renew-look').addEventListener('click', () => lookAndWait(5_000));
  find('renew-retry').addEventListener('click', signRenewal);
  find('renew-keep').addEventListener('click', () => page.letGo());
}
