// SPDX-License-Identifier: GPL-3.0-or-later
//
// The page of a case: one document at a time beside the face of its person, zoom and turn, keys. Without it every
// document is listed with its image and its facts.
import { held, moved, transformOf, turned, whole, zoomed } from './view.mjs';

const step = 1.35;
const pan = 80; // pixels a key moves

function enhanceStage(stage) {
  const image = stage.querySelector('img');
  let view = whole;
  const show = (next) => {
    if (!image || !image.naturalWidth) return;
    const room = { width: stage.clientWidth, height: stage.clientHeight };
    const size = { width: image.naturalWidth, height: image.naturalHeight };
    view = held(next, room, size);
    image.style.transform = transformOf(view, room, size);
    stage.classList.toggle('is-zoomed', view.zoom > 1);
  };
  const acts = {
    in: () => show(zoomed(view, step)),
    out: () => show(zoomed(view, 1 / step)),
    turn: () => show(turned(view)),
    fit: () => show({ ...whole, turns: view.turns }),
    move: (x, y) => show(moved(view, x, y)),
    again: () => show(view),
  };
  let grip;
  stage.addEventListener('pointerdown', (event) => {
    if (view.zoom === 1) return;
    grip = [event.clientX, event.clientY];
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener('pointermove', (event) => {
    if (!grip) return;
    acts.move(event.clientX - grip[0], event.clientY - grip[1]);
    grip = [event.clientX, event.clientY];
  });
  for (const end of ['pointerup', 'pointercancel']) stage.addEventListener(end, () => { grip = undefined; });
  stage.addEventListener('dblclick', () => (view.zoom > 1 ? acts.fit() : show(zoomed(view, 2.5))));
  new ResizeObserver(acts.again).observe(stage);
  return acts;
}

function enhance(compare) {
  const papers = [...compare.querySelectorAll('[data-paper]')];
  const faces = [...compare.querySelectorAll('[data-face]')];
  const pane = compare.querySelector('[data-faces]');
  const noFace = compare.querySelector('[data-no-face]');
  const tools = compare.querySelector('[data-tools]');
  const keys = compare.querySelector('[data-keys]');
  const stages = new Map([...compare.querySelectorAll('[data-stage]')].map((stage) => [stage, enhanceStage(stage)]));
  let current = 0;

  function show(index) {
    current = (index + papers.length) % papers.length;
    const { id, dataset: { person } } = papers[current];
    papers.forEach((paper, i) => { paper.hidden = i !== current; });
    const theirs = faces.filter((face) => person === '' || face.dataset.person === person).slice(-1);
    for (const face of faces) face.hidden = !theirs.includes(face);
    noFace.hidden = theirs.length > 0;
    for (const link of document.querySelectorAll('[data-tab]')) {
      if (link.hash === `#${id}`) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
    compare.querySelector('[data-tab][aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  // The pane that has the focus; the document unless it is the face.
  function stage() {
    const focused = document.activeElement?.closest('[data-face] [data-stage]');
    return stages.get(focused ?? papers[current].querySelector('[data-stage]'));
  }

  const acts = {
    previous: () => show(current - 1),
    next: () => show(current + 1),
    in: () => stage()?.in(),
    out: () => stage()?.out(),
    turn: () => stage()?.turn(),
    fit: () => stage()?.fit(),
    face: () => {
      pane.hidden = !pane.hidden;
      tools.querySelector('[data-act="face"]').setAttribute('aria-pressed', String(!pane.hidden));
    },
  };
  const byKey = { ArrowLeft: 'previous', ArrowRight: 'next', '+': 'in', '=': 'in', '-': 'out', '0': 'fit', r: 'turn', R: 'turn', f: 'face', F: 'face' };
  const pans = { ArrowLeft: [pan, 0], ArrowRight: [-pan, 0], ArrowUp: [0, pan], ArrowDown: [0, -pan] };

  for (const link of document.querySelectorAll('[data-tab]')) {
    link.addEventListener('click', (event) => {
      const index = papers.findIndex((paper) => `#${paper.id}` === link.hash);
      if (index < 0) return;
      event.preventDefault();
      show(index);
      compare.scrollIntoView({ block: 'nearest' });
    });
  }
  for (const button of tools.querySelectorAll('[data-act]')) button.addEventListener('click', () => acts[button.dataset.act]());
  document.addEventListener('keydown', (event) => {
    if (!keys.checked || event.ctrlKey || event.altKey || event.metaKey || event.target.closest('input, textarea, select')) return;
    if (event.shiftKey && pans[event.key]) stage()?.move(...pans[event.key]);
    else if (byKey[event.key]) acts[byKey[event.key]]();
    else return;
    event.preventDefault();
  });

  compare.classList.add('is-enhanced');
  tools.hidden = false;
  show(Math.max(0, papers.findIndex((paper) => `#${paper.id}` === window.location.hash)));
}

const compare = document.querySelector('[data-compare]');
if (compare?.querySelector('[data-paper]')) enhance(compare);
