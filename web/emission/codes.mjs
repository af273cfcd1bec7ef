// SPDX-License-Identifier: GPL-3.0-or-later
//
// The step where order and codes are typed, pasted, or came with the link.
import { grouped, judge, readHalf } from './code.mjs';
import { normaliseOrder, readPasted } from './fragment.mjs';
import { find, live } from './screen.mjs';
import { liveCode } from './texts.mjs';

const halves = ['paper', 'mail'];

function tellOrder() {
  const text = find('order').value.trim();
  const ok = normaliseOrder(text) !== '';
  const wrong = !ok && text.replace(/[\s-]/g, '').length >= 12;
  live('order', ok ? 'Código no formato certo.' : wrong ? 'São 12 letras e números, sem a letra U.' : '', wrong);
}

function tellHalf(id) {
  const verdict = judge(find(id).value);
  live(id, liveCode(verdict), verdict.state === 'wrong' || verdict.state === 'long');
}

// Hyphens appear while typing at the end; in the middle of the text the cursor must not jump.
function groupWhileTyping(input, event) {
  const atEnd = input.selectionStart === input.value.length;
  if (atEnd && !event.inputType?.startsWith('delete')) input.value = grouped(input.value);
}

// What a link or a pasted address brought goes to its own field.
export function fill({ order = '', paper = '', mail = '' }) {
  if (order) find('order').value = order;
  if (paper) find('paper').value = grouped(paper);
  if (mail) find('mail').value = grouped(mail);
  tellOrder();
  halves.forEach(tellHalf);
}

export function watchCodes() {
  find('order').addEventListener('input', tellOrder);
  for (const id of ['order', ...halves]) {
    find(id).addEventListener('paste', (event) => {
      const pasted = readPasted(event.clipboardData.getData('text'));
      if (!pasted) return;
      event.preventDefault();
      fill(pasted);
    });
  }
  for (const id of halves) {
    find(id).addEventListener('input', (event) => {
      groupWhileTyping(event.target, event);
      tellHalf(id);
    });
  }
}

// {order, paper, mail} ready to use; or null, with the first field at fault marked and focused.
export function takeCodes() {
  const order = normaliseOrder(find('order').value);
  if (!order) {
    live('order', 'Informe o código do pedido: são 12 letras e números.', true);
    find('order').focus();
    return null;
  }
  const taken = { order };
  for (const id of halves) {
    taken[id] = readHalf(find(id).value);
    if (taken[id]) continue;
    const verdict = judge(find(id).value);
    const missing = id === 'paper' ? 'Falta o código do papel, ou parte dele.' : 'Falta o código do e-mail, ou parte dele.';
    live(id, liveCode(verdict) || missing, true);
    find(id).focus();
    return null;
  }
  if (String(taken.paper) === String(taken.mail)) { // bytes
    live('paper', 'Este é o código do e-mail. O do papel é outro.', true);
    find('paper').focus();
    return null;
  }
  return taken;
}
