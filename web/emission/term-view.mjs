// SPDX-License-Identifier: GPL-3.0-or-later
//
// The term as elements: headings below the page's own, facts, lists.
import { termBlocks } from './term.mjs';

function element(name, text, className = '') {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

const plain = {
  title: ({ text }) => element('h2', text),
  subtitle: ({ text }) => element('p', text, 'term__subtitle'),
  notice: ({ text }) => element('p', text, 'term__notice'),
  section: ({ text }) => element('h3', text),
  paragraph: ({ text }) => element('p', text),
  footer: ({ text }) => element('p', text, 'small'),
};

function fact({ label, text }) {
  const row = document.createElement('div');
  row.append(element('dt', label), element('dd', text));
  return row;
}

const groups = {
  fact: { name: 'dl', className: 'facts', make: fact },
  item: { name: 'ul', className: '', make: ({ text }) => element('li', text) },
};

// A line to sign by hand has no place on a screen, nor the sentence that leads to it; the footer ends the text.
function onScreen(blocks) {
  const shown = blocks.filter((block, index) => block.kind !== 'sign' && blocks[index + 1]?.kind !== 'sign');
  const footers = shown.filter(({ kind }) => kind === 'footer');
  const last = shown.at(-1)?.kind === 'section' ? shown.slice(0, -1) : shown;
  return [...last.filter(({ kind }) => kind !== 'footer'), ...footers];
}

export function showTerm(container, text) {
  container.replaceChildren();
  let group = null;
  for (const block of onScreen(termBlocks(text))) {
    const kind = groups[block.kind];
    if (!kind) {
      group = null;
      container.append(plain[block.kind](block));
      continue;
    }
    if (group?.kind !== kind) {
      group = { kind, list: element(kind.name, '', kind.className) };
      container.append(group.list);
    }
    group.list.append(kind.make(block));
  }
}
