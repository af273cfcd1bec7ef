// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the pages gain from a script. Everything works without it: the server checks every field again and the
// slot picker is a list of radio buttons.
import { enhanceAgenda } from './agenda.mjs';
import { enhanceFields } from './fields.mjs';
import { enhanceWork } from './work.mjs';

// Whoever reads by ear starts at what went wrong.
document.querySelector('[data-focus]')?.focus();

enhanceFields(document);
for (const form of document.querySelectorAll('[data-agenda]')) enhanceAgenda(form);

for (const form of document.querySelectorAll('[data-work]')) enhanceWork(form);

for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}

// One click, one request. The server would recognise the second by its idempotency key; the person should not
// have to wonder.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = 'yes';
  });
}
// Back from the next page the browser shows this one as it was left.
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
});
