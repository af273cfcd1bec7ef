// SPDX-License-Identifier: GPL-3.0-or-later
//
// "Meus certificados" by the file of a valid one: the signature is made here, and only it leaves.
import { fromAscii, toBase64 } from '../emission/bytes.mjs';
import { WrongPassphrase } from '../emission/p12.mjs';
import { openKeystore } from '../holder/keystore.mjs';

const form = document.querySelector('[data-certificates]');
const find = (id) => document.getElementById(id);
const loadedAt = performance.now();
const compatAddress = '/static/compat.js';

function fieldError(id, text) {
  const error = find(`${id}-error`);
  error.textContent = text;
  error.hidden = text === '';
  find(id).closest('.field').classList.toggle('field--error', text !== '');
  if (text) find(id).setAttribute('aria-invalid', 'true');
  else find(id).removeAttribute('aria-invalid');
  if (text) find(id).focus();
}

const tags = {
  valid: ['Válido', 'success'], expired: ['Vencido', 'warning'], revoking: ['Revogação pedida', 'warning'], revoked: ['Revogado', 'danger'],
};

function element({ order, product, serial, until, state }) {
  const one = document.querySelector('[data-one]').content.cloneNode(true);
  const put = (name, text) => {
    one.querySelector(`[data-${name}]`).textContent = text;
  };
  const [label, tone] = tags[state];
  put('product', product);
  put('order', order);
  put('serial', serial);
  put('until', until ? new Date(until).toLocaleDateString('pt-BR', { timeZone: 'America/Sao_Paulo' }) : '');
  put('label', label);
  one.querySelector('[data-label]').classList.add(tone);
  one.querySelector('[data-revoke]').href = `/revogar?pedido=${encodeURIComponent(order)}`;
  one.querySelector('[data-acts]').hidden = state !== 'valid';
  return one;
}

async function openFile() {
  const [file] = find('file').files;
  if (!file) {
    fieldError('file', 'Escolha o arquivo do certificado.');
    return null;
  }
  try {
    return await openKeystore(new Uint8Array(await file.arrayBuffer()), find('passphrase').value, () => import(compatAddress));
  } catch (error) {
    if (error instanceof WrongPassphrase) fieldError('passphrase', 'Esta senha não abre o arquivo. Confira maiúsculas e minúsculas.');
    else fieldError('file', 'Não conseguimos abrir este arquivo aqui. Entre pelo e-mail, ou ligue para o atendimento.');
    return null;
  }
}

async function ask() {
  fieldError('file', '');
  fieldError('passphrase', '');
  const signer = await openFile();
  if (!signer) return;
  const issuedAt = Number(form.dataset.now) + Math.round((performance.now() - loadedAt) / 1000);
  const message = fromAscii(['guiche-certificates-v1', form.dataset.instance, issuedAt].map((word) => `${word}\0`).join(''));
  const response = await fetch('/api/certificates', {
    method: 'POST', credentials: 'omit', redirect: 'error', headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ certificate: signer.pem, issued_at: issuedAt, signature: toBase64(await signer.sign(message)) }),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    fieldError('file', answer.detail || 'O serviço não respondeu. Tente em instantes.');
    return;
  }
  find('passphrase').value = '';
  const list = document.querySelector('[data-list]');
  list.replaceChildren(...answer.certificates.map(element));
  list.hidden = false;
  list.focus();
}

if (globalThis.crypto?.subtle) form.hidden = false;
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const working = document.querySelector('[data-working]');
  working.textContent = 'Assinando…';
  try {
    await ask();
  } catch {
    fieldError('file', 'Não houve resposta. Confira a internet e tente de novo.');
  }
  working.textContent = '';
});
