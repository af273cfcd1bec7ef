// SPDX-License-Identifier: GPL-3.0-or-later
//
// Masks while typing and a live word on the check digits, for inputs with data-mask.
import { checks, masks } from './identifiers.mjs';

function applyMask(input, mask) {
  const atEnd = input.selectionStart === input.value.length;
  const masked = mask(input.value);
  // In the middle of the text the cursor would jump; the mask is put on when the field is left.
  if (atEnd && masked !== input.value) input.value = masked;
}

function liveWord(input) {
  const word = document.createElement('p');
  word.className = 'field__live';
  word.setAttribute('aria-live', 'polite');
  input.closest('.field').append(word);
  return word;
}

function judge(input, check, word) {
  const count = input.value.replace(/[^0-9A-Za-z]/g, '').length;
  if (count < check.length) {
    word.textContent = '';
    return;
  }
  const valid = check.valid(input.value);
  word.textContent = valid ? check.right : check.wrong;
  word.classList.toggle('is-wrong', !valid);
}

export function enhanceFields(root) {
  for (const input of root.querySelectorAll('input[data-mask]')) {
    const kind = input.dataset.mask;
    const check = checks[kind];
    const word = check ? liveWord(input) : null;
    const refresh = () => {
      if (check) judge(input, check, word);
    };
    input.addEventListener('input', (event) => {
      if (!event.inputType?.startsWith('delete')) applyMask(input, masks[kind]);
      refresh();
    });
    input.addEventListener('change', () => {
      input.value = masks[kind](input.value);
      refresh();
    });
    // What came back from the server already has the server's word beside it.
    if (input.value) input.value = masks[kind](input.value);
  }
}
