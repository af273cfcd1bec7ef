// SPDX-License-Identifier: GPL-3.0-or-later
//
// The revocation page: the proof is made here, by password or by the certificate's own file, and only the proof leaves.
import { openKeystore } from '../holder/keystore.mjs';
import { proofByKey, proofByPassword } from '../holder/revocation.mjs';
import { WrongPassphrase } from '../emission/p12.mjs';

const form = document.querySelector('[data-revoke]');
const find = (id) => document.getElementById(id);
const loadedAt = performance.now();

function fieldError(id, text) {
  const error = find(`${id}-error`);
  error.textContent = text;
  error.hidden = text === '';
  find(id).closest('.field').classList.toggle('field--error', text !== '');
  if (text) find(id).setAttribute('aria-invalid', 'true');
  else find(id).removeAttribute('aria-invalid');
  if (text) find(id).focus();
  return text === '';
}

function tell(title, text) {
  find('revoke-alert').hidden = title === '';
  find('revoke-alert-title').textContent = title;
  find('revoke-alert-text').textContent = text;
  if (title) find('revoke-alert').focus();
}

// As people write codes: O is 0, I and L are 1.
const readCode = (text) => text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');

const way = () => form.elements.way.value;

function showWay() {
  for (const part of form.querySelectorAll('[data-way]')) part.hidden = !part.dataset.way.split(' ').includes(way());
}

// The server's time when the page was made and what has passed since: this computer's clock may be wrong.
const now = () => Number(form.dataset.now) + Math.round((performance.now() - loadedAt) / 1000);

// The old protection (3DES) is fetched when a file asks for it; the address is not the bundler's to follow.
const compatAddress = '/static/compat.js';
const loadCompat = () => import(compatAddress);

async function openFile() {
  const [file] = find('file').files;
  if (!file) return fieldError('file', 'Escolha o arquivo do certificado.') && null;
  try {
    return await openKeystore(new Uint8Array(await file.arrayBuffer()), find('passphrase').value, loadCompat);
  } catch (error) {
    if (error instanceof WrongPassphrase) fieldError('passphrase', 'Esta senha não abre o arquivo. Confira maiúsculas e minúsculas.');
    else fieldError('file', 'Não conseguimos abrir este arquivo aqui. Use o ra-cli, a senha de revogação, ou ligue para o atendimento.');
    return null;
  }
}

async function makeProof(wish) {
  if (way() === 'password') {
    const password = find('password').value;
    return password ? proofByPassword(password, wish) : fieldError('password', 'Digite a senha de revogação.') && null;
  }
  const store = await openFile();
  return store && proofByKey(store.sign, wish, way() === 'responsible' ? store.pem : '');
}

async function send(wish, proof) {
  const response = await fetch(`/api/orders/${encodeURIComponent(wish.order)}/revocation`, {
    method: 'POST', credentials: 'omit', redirect: 'error',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ reason: wish.reason, proof }),
  });
  return { ok: response.ok, status: response.status, answer: await response.json().catch(() => ({})) };
}

function done(answer) {
  find('revoke-form').hidden = true;
  find('revoke-done').hidden = false;
  find('revoke-order').textContent = answer.order;
  find('revoke-serial').textContent = answer.serial;
  find('revoke-already').hidden = answer.state !== 'revoked';
  find('revoke-going').hidden = answer.state === 'revoked';
  const renewals = answer.renewals ?? [];
  find('revoke-renewals').hidden = renewals.length === 0;
  find('revoke-renewals').textContent = renewals.length === 1
    ? `A renovação que este certificado assinou, pedido ${renewals[0]}, termina com ele. Para ter outro certificado, comece um pedido novo.`
    : `As renovações que este certificado assinou, pedidos ${renewals.join(' e ')}, terminam com ele. Para ter outro certificado, comece um pedido novo.`;
  find('revoke-done-title').focus();
}

function clear() {
  for (const id of ['code', 'file', 'passphrase', 'password', 'sure']) fieldError(id, '');
  tell('', '');
}

async function submit() {
  clear();
  const order = readCode(find('code').value);
  if (!/^[0-9A-HJKMNP-TV-Z]{12}$/.test(order)) return fieldError('code', 'O código do pedido tem 12 letras e números.');
  const wish = { instance: form.dataset.instance, order, reason: Number(find('reason').value), issued_at: now() };
  if (!find('sure').checked) return fieldError('sure', 'Marque que você quer revogar.');
  const proof = await makeProof(wish);
  if (!proof) return false;
  const { ok, answer } = await send(wish, proof);
  if (ok) done(answer);
  else tell('A revogação não foi pedida', answer.detail || 'O serviço não respondeu. Tente em instantes, ou ligue para o atendimento.');
  return ok;
}

if (globalThis.crypto?.subtle) {
  find('revoke-form').hidden = false;
  find('revoke-cannot').hidden = true;
}
for (const radio of form.elements.way) radio.addEventListener('change', showWay);
showWay();
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = find('revoke-send');
  button.disabled = true;
  find('revoke-working').hidden = false;
  // Deriving the password's key takes a moment: the words before it must be on the screen.
  await new Promise((resolve) => { setTimeout(resolve, 30); });
  try {
    await submit();
  } catch {
    tell('A revogação não foi pedida', 'Não houve resposta. Confira a internet e tente de novo, ou ligue para o atendimento.');
  }
  find('revoke-working').hidden = true;
  button.disabled = false;
});
