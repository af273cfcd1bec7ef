// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a link or QR brings: /emitir/ORDER#HALF (of the mail), #e=HALF, #p=HALF (of the paper), or both.

// A code of an order as people type it, or "": 12 characters, Crockford base 32.
export function normaliseOrder(text) {
  const clean = text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  return /^[0-9A-HJKMNP-TV-Z]{12}$/.test(clean) ? clean : '';
}

export function orderOfPath(path) {
  const match = /^\/emitir\/([^/]+)\/?$/.exec(path);
  try {
    return match ? normaliseOrder(decodeURIComponent(match[1])) : '';
  } catch {
    return '';
  }
}

// {paper, mail}: texts as they came, "" where absent. Nothing is judged here.
export function readFragment(hash) {
  const halves = { paper: '', mail: '' };
  const text = hash.replace(/^#/, '');
  if (text === '') return halves;
  if (!text.includes('=')) return { ...halves, mail: text };
  const values = new URLSearchParams(text);
  return { paper: values.get('p') ?? '', mail: values.get('e') ?? '' };
}

// People paste the whole link into the field of the code.
export function readPasted(text) {
  const match = /\/emitir\/([^/#?\s]+)\/?#(\S+)$/.exec(text.trim());
  return match ? { order: normaliseOrder(match[1]), ...readFragment(match[2]) } : null;
}
