// SPDX-License-Identifier: GPL-3.0-or-later
//
// Slot picker: says the chosen time in full beside the button, and filters by part of the day.

const parts = [
  { name: 'Todos', test: () => true },
  { name: 'Manhã', test: (hour) => hour < 12 },
  { name: 'Tarde', test: (hour) => hour >= 12 },
];

// The label says the office's local time; the value carries an offset of its own.
const hourOf = (slot) => Number.parseInt(slot.textContent, 10);

function filter(list, part) {
  for (const day of list.querySelectorAll('.day')) {
    let shown = 0;
    for (const item of day.querySelectorAll('.slots li')) {
      item.hidden = !part.test(hourOf(item));
      shown += item.hidden ? 0 : 1;
    }
    day.hidden = shown === 0;
  }
}

function addFilters(form, list) {
  const group = document.createElement('div');
  group.className = 'filters';
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', 'Parte do dia');
  for (const part of parts) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = part.name;
    button.setAttribute('aria-pressed', String(part === parts[0]));
    button.addEventListener('click', () => {
      for (const other of group.children) other.setAttribute('aria-pressed', String(other === button));
      filter(list, part);
    });
    group.append(button);
  }
  list.before(group);
}

export function enhanceAgenda(form) {
  const list = form.querySelector('.days');
  if (list?.querySelector('.slot')) addFilters(form, list);
  document.documentElement.classList.add('has-script');
  const chosen = form.querySelector('[data-chosen]');
  const tell = () => {
    const radio = form.querySelector('input[name="start"]:checked');
    if (radio && chosen) chosen.textContent = `Escolhido: ${radio.dataset.long}.`;
  };
  form.addEventListener('change', tell);
  tell();
}
