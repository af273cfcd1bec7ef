// SPDX-License-Identifier: GPL-3.0-or-later
//
// One step of the page at a time, and small helpers over its elements.

export const find = (id) => document.getElementById(id);
const steps = () => [...document.querySelectorAll('[data-step]')];

// An emission and a renewal go through other steps.
let progress = 'progress';
export const followProgress = (id) => {
  progress = id;
};

function markProgress(name) {
  const items = [...find(progress).children];
  const at = items.findIndex((item) => item.dataset.for === name);
  find(progress).hidden = at < 0;
  items.forEach((item, index) => {
    item.classList.toggle('is-done', index < at);
    if (index === at) item.setAttribute('aria-current', 'step');
    else item.removeAttribute('aria-current');
  });
}

// Shows one step and puts the reader at its heading.
export function show(name) {
  for (const step of steps()) step.hidden = step.dataset.step !== name;
  markProgress(name);
  const heading = document.querySelector(`[data-step="${name}"] h1`);
  document.title = `${heading.textContent} · IMA Certificado Digital`;
  window.scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}

export function alertIn(step, explanation) {
  const box = document.querySelector(`[data-alert="${step}"]`);
  box.hidden = !explanation;
  if (!explanation) return;
  box.querySelector('[data-alert-title]').textContent = explanation.title;
  box.querySelector('[data-alert-text]').textContent = explanation.text;
  box.focus();
}

export function stop({ title, text }) {
  find('stopped-title').textContent = title;
  find('stopped-text').textContent = text;
  show('stopped');
}

// The sentence beside a field, or none; the field is marked for whoever does not see it.
export function fieldError(id, text) {
  const error = find(`${id}-error`);
  error.textContent = text;
  error.hidden = text === '';
  find(id).toggleAttribute('aria-invalid', text !== '');
  if (text) find(id).setAttribute('aria-invalid', 'true');
  find(id).closest('.field').classList.toggle('field--error', text !== '');
  if (text) find(id).focus();
}

export function live(id, text, wrong) {
  const word = find(`${id}-live`);
  // The same words again would be read aloud at every key.
  if (word.textContent !== text) word.textContent = text;
  word.classList.toggle('is-wrong', wrong);
  if (wrong) find(id).setAttribute('aria-invalid', 'true');
  else find(id).removeAttribute('aria-invalid');
}

export function facts(list, rows) {
  list.replaceChildren(...rows.map(([term, text]) => {
    const row = document.createElement('div');
    const dt = document.createElement('dt');
    const dd = document.createElement('dd');
    dt.textContent = term;
    dd.textContent = text;
    row.append(dt, dd);
    return row;
  }));
}

export function onSubmit(name, act) {
  document.querySelector(`[data-form="${name}"]`).addEventListener('submit', (event) => {
    event.preventDefault();
    act();
  });
}
