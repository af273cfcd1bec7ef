// SPDX-License-Identifier: GPL-3.0-or-later
//
// The panel of the waiting room, live: the stream says that there are calls, the panel asks which. Without a script the
// page is loaded anew every ten seconds.
import { Announcements, ticketAloud } from './announcements.mjs';

const SHOWN_MS = 5000; // one announcement at least, to be read
const SPOKEN_MS = 15000; // a voice that never says that it ended
const ASK_AGAIN_MS = 30000;
const COME_BACK_MS = 3000;

const list = document.querySelector('[data-calls]');
const lost = document.querySelector('[data-lost]');
const announcement = document.querySelector('[data-announcement]');
const voice = document.querySelector('[data-voice]');
const clock = document.querySelector('[data-clock]');

const wait = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

// --- showing ---

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function row(call, index) {
  const item = element('li', index === 0 ? 'call call--newest' : 'call', '');
  item.dataset.call = call.id;
  const time = element('time', 'call__time', call.at_text);
  time.dateTime = call.at;
  item.append(element('span', 'call__label', 'Senha'), ' ', element('strong', 'call__ticket', call.ticket), ' ',
    element('span', 'call__desk', call.desk_text), ' ', time);
  return item;
}

function show(panel) {
  clock.textContent = panel.now_text;
  document.querySelector('[data-empty]').hidden = panel.calls.length > 0; // at midnight the calls of the day go
  const speaking = list.querySelector('.call--speaking')?.dataset.call;
  list.replaceChildren(...panel.calls.map(row));
  if (speaking) list.querySelector(`[data-call="${speaking}"]`)?.classList.add('call--speaking');
}

// --- announcing ---

function speak(text) {
  if (voice.getAttribute('aria-pressed') !== 'true') return Promise.resolve();
  return Promise.race([wait(SPOKEN_MS), new Promise((resolve) => {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = 'pt-BR';
    utterance.rate = 0.9;
    utterance.onend = resolve;
    utterance.onerror = resolve;
    speechSynthesis.speak(utterance);
  })]);
}

async function announce(call) {
  const text = `Senha ${ticketAloud(call.ticket)}. ${call.desk_text}.`;
  list.querySelector(`[data-call="${call.id}"]`)?.classList.add('call--speaking');
  announcement.textContent = text;
  await Promise.all([speak(text), wait(SHOWN_MS)]);
  list.querySelector('.call--speaking')?.classList.remove('call--speaking');
}

const memory = {
  read: () => (sessionStorage.announced === undefined ? null : Number(sessionStorage.announced)),
  write: (id) => { sessionStorage.announced = id; },
};
const announcements = new Announcements(announce, memory);

if ('speechSynthesis' in window) {
  voice.hidden = false;
  voice.addEventListener('click', () => {
    const on = voice.getAttribute('aria-pressed') !== 'true';
    voice.setAttribute('aria-pressed', String(on));
    voice.textContent = on ? 'Desligar a voz' : 'Ligar a voz';
    if (on) speak('Voz ligada.');
  });
}

// --- hearing ---

let asking = false;
let again = false;
async function ask() {
  if (asking) { // one question at a time; news that came meanwhile asks once more
    again = true;
    return;
  }
  asking = true;
  do {
    again = false;
    try {
      const answer = await fetch('/api/display', { headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(8000) });
      if (!answer.ok) throw new Error(String(answer.status));
      const panel = await answer.json();
      show(panel);
      announcements.take(panel.calls);
      lost.hidden = true;
    } catch {
      lost.hidden = false;
    }
  } while (again);
  asking = false;
}

function listen() {
  const stream = new EventSource('/api/display/events');
  for (const kind of ['hello', 'reload', 'calls']) stream.addEventListener(kind, ask);
  stream.addEventListener('error', () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, COME_BACK_MS); // refused: no browser comes back by itself
  });
}

listen();
setInterval(ask, ASK_AGAIN_MS);
