// SPDX-License-Identifier: GPL-3.0-or-later
//
// The emission page (protocol §3, §4). The key lives in `work`, in this page's memory and nowhere else, until the
// holder has opened the saved file again.
import { Refusal, askCase, isHomologation } from './api.mjs';
import { fill, takeCodes, watchCodes } from './codes.mjs';
import { inAppBrowser, isPhone, obstacle } from './environment.mjs';
import { orderOfPath, readFragment } from './fragment.mjs';
import { loadCompat } from './compat-load.mjs';
import { checkSaved, issue, makeCompatible } from './issue.mjs';
import { NotOurFile, WrongPassphrase } from './p12.mjs';
import { acceptsPassword } from '../holder/revocation.mjs';
import { accepts, judge, suggest } from './passphrase.mjs';
import { issuedRows, previewRows } from './preview.mjs';
import { signRenewal, startRenewalPage } from './renewal.mjs';
import { alertIn, fieldError, find, followProgress, live, onSubmit, facts, show, stop } from './screen.mjs';
import { readTerm } from './term.mjs';
import { showTerm } from './term-view.mjs';
import { explain, refusals, texts } from './texts.mjs';

let work = {};
let place = '';
let unsaved = false;
let received = {}; // what the link brought

// A link opened in the same tab brings the other half. The fragment does not stay in the address: the next person
// at this computer would find it in the history.
function takeLink() {
  const brought = readFragment(location.hash);
  received = { ...received, order: orderOfPath(location.pathname) || received.order };
  for (const half of ['paper', 'mail']) if (brought[half]) received[half] = brought[half];
  if (location.hash) history.replaceState(null, '', location.pathname);
  fill(received);
}

function explainAt(step, error) {
  const refusal = error instanceof Refusal ? error : new Refusal('browser', { retriable: true });
  const explanation = explain(refusal);
  if (explanation.go === 'stop') {
    unsaved = false;
    stop(explanation);
  } else {
    alertIn(step, explanation);
  }
  return explanation;
}

function onWhere() {
  const advice = [...document.querySelectorAll('[data-advice]')];
  for (const radio of document.querySelectorAll('[name="place"]')) {
    radio.addEventListener('change', () => {
      place = radio.value;
      for (const panel of advice) panel.hidden = panel.dataset.advice !== place;
    });
  }
  onSubmit('where', () => {
    const error = document.querySelector('[data-error="where"]');
    error.hidden = place !== '';
    error.textContent = place ? '' : 'Escolha uma das opções.';
    if (!place) {
      document.querySelector('.choice:not([hidden]) [name="place"]').focus();
      return;
    }
    show('codes');
  });
}

const issuedStates = ['issued', 'delivered', 'revocation_requested', 'revoked'];

function caseProblem(emission) {
  if (emission.binding !== 'code') return refusals['other-binding'];
  // The clock of this computer may be wrong; an expired code is the server's to refuse.
  return issuedStates.includes(emission.state) ? refusals['key-mismatch'] : null;
}

function onCodes() {
  watchCodes();
  onSubmit('codes', async () => {
    alertIn('codes', null);
    const codes = takeCodes();
    if (!codes) return;
    find('codes-next').disabled = true;
    try {
      const emission = await askCase(codes.order);
      const problem = caseProblem(emission);
      if (problem) {
        stop(problem);
        return;
      }
      // Another order is another key.
      if (codes.order !== work.order) work = {};
      work = { ...work, ...codes, emission };
      await readTerm(work);
      offerTerm();
      facts(find('preview'), previewRows(emission));
      show('confirm');
    } catch (error) {
      explainAt('codes', error);
    } finally {
      find('codes-next').disabled = false;
    }
  });
}

// /renovar: the same page, after other steps. A renewal chose its passphrase before the key waited.
const isRenewal = () => /^\/renovar(\/|$)/.test(location.pathname);
const afterTerm = () => (isRenewal() ? emit() : show('passphrase'));

function onRenewalReady() {
  if (work.emission.binding !== 'renewal') {
    stop(refusals.conflict);
    return;
  }
  offerTerm();
  if (work.term) show('term');
  else emit();
}

function startRenewal() {
  followProgress('renew-progress');
  find('term-back').hidden = true;
  startRenewalPage({
    work: () => work,
    explainAt,
    keepPage: () => {
      unsaved = true;
    },
    letGo: () => {
      unsaved = false;
    },
    onReady: onRenewalReady,
  });
}

// A term that was accepted before the codes were typed again is to be accepted again: it may be another.
function offerTerm() {
  find('term-accept').checked = false;
  fieldError('term-accept', '');
  if (!work.term) return;
  showTerm(find('term-text'), work.term.text);
  const link = find('term-pdf');
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([work.term.pdf], { type: 'application/pdf' }));
  link.download = `termo-${work.order}.pdf`;
}

function onTerm() {
  find('term-accept').addEventListener('change', () => fieldError('term-accept', ''));
  onSubmit('term', () => {
    if (!find('term-accept').checked) {
      fieldError('term-accept', texts.termNotAccepted);
      return;
    }
    afterTerm();
  });
}

function tellRules() {
  const rules = judge(find('passphrase').value).map((rule) => {
    const item = document.createElement('li');
    item.textContent = rule.text;
    item.classList.toggle('is-ok', rule.ok);
    const state = document.createElement('span');
    state.className = 'visually-hidden';
    state.textContent = rule.ok ? ': cumprido' : ': falta';
    item.append(state);
    return item;
  });
  find('passphrase-rules').replaceChildren(...rules);
}

function tellRepeat() {
  const first = find('passphrase').value;
  const second = find('repeat').value;
  const wrong = second !== '' && !first.startsWith(second);
  live('repeat', wrong ? 'As duas senhas são diferentes.' : second && first === second ? 'As duas são iguais.' : '', wrong);
}

// It may be left out: the certificate's own key and the office revoke as well.
function takeRevocation(passphrase) {
  const password = find('revocation').value;
  delete work.revocation;
  if (password === '' && find('revocation-repeat').value === '') {
    fieldError('revocation', '');
    return true;
  }
  const wrong = !acceptsPassword(password) ? texts.revocationWeak
    : password === passphrase ? texts.revocationSame
      : password !== find('revocation-repeat').value ? texts.revocationRepeat : '';
  fieldError('revocation', wrong);
  if (!wrong) work.revocation = password;
  return !wrong;
}

function onPassphrase() {
  tellRules();
  find('passphrase').addEventListener('input', () => {
    tellRules();
    tellRepeat();
  });
  find('repeat').addEventListener('input', tellRepeat);
  const reveal = (shown) => {
    for (const id of ['passphrase', 'repeat', 'revocation', 'revocation-repeat']) find(id).type = shown ? 'text' : 'password';
  };
  find('show-passphrase').addEventListener('change', (event) => reveal(event.target.checked));
  find('suggest').addEventListener('click', () => {
    find('passphrase').value = suggest();
    find('repeat').value = '';
    find('show-passphrase').checked = true;
    reveal(true);
    tellRules();
    tellRepeat();
    find('suggested').textContent = 'Anote a senha sugerida e repita-a abaixo.';
  });
  onSubmit('passphrase', () => {
    const text = find('passphrase').value;
    fieldError('passphrase', accepts(text) ? '' : text === '' ? texts.passphraseMissing : texts.passphraseWeak);
    if (!accepts(text)) return;
    if (text !== find('repeat').value) {
      live('repeat', 'Repita a senha exatamente como acima.', true);
      find('repeat').focus();
      return;
    }
    if (!takeRevocation(text)) return;
    work.passphrase = text;
    if (isRenewal()) signRenewal();
    else emit();
  });
}

function markTasks(now) {
  const items = [...find('tasks').children];
  const at = items.findIndex((item) => item.dataset.task === now);
  items.forEach((item, index) => {
    item.classList.toggle('is-done', index < at || now === 'end');
    item.classList.toggle('is-now', index === at);
  });
}

async function emit() {
  show('emit');
  alertIn('emit', null);
  find('retry').hidden = true;
  find('back-to-codes').hidden = true;
  find('waiting').hidden = true;
  unsaved = true;
  try {
    const about = await issue(work, {
      onTask: markTasks,
      onWait: () => {
        find('waiting').hidden = false;
      },
    });
    markTasks('end');
    offer(about);
  } catch (error) {
    markTasks('');
    // A key that was not accepted is not tried again.
    if (error instanceof Refusal && error.word === 'csr-refused') delete work.key;
    const { go } = explainAt('emit', error);
    find('retry').hidden = go !== 'retry';
    find('back-to-codes').hidden = go !== 'codes' || isRenewal();
    if (go === 'codes') unsaved = false;
  }
}

function offer(about) {
  const link = find('download');
  link.href = URL.createObjectURL(new Blob([work.file], { type: 'application/x-pkcs12' }));
  link.download = about.fileName;
  find('file-name').textContent = about.fileName;
  document.querySelector('[data-compatible-made]').hidden = !work.compat;
  if (work.compat) find('save-lead').textContent = 'Falta guardar e conferir o segundo arquivo, como fez com o primeiro.';
  facts(find('issued'), issuedRows(about, work.order));
  show('save');
}

const emptyFields = () => {
  for (const id of ['passphrase', 'repeat', 'revocation', 'revocation-repeat', 'check', 'paper', 'mail', 'file']) find(id).value = '';
};

// The file was opened: nothing is lost when the page closes. The key stays a little, because only now does the holder
// learn whether the program that is to use it takes the file.
const rest = 15 * 60_000;
let resting = null;
function finish() {
  unsaved = false;
  emptyFields();
  find('compatible-offer').hidden = Boolean(work.compat);
  clearTimeout(resting);
  resting = setTimeout(forget, rest);
  show('done');
}

function forget() {
  clearTimeout(resting);
  work = { order: work.order };
  emptyFields();
  find('compatible-offer').hidden = true;
  find('forget').hidden = true;
  find('end-text').textContent = 'A chave já não está nesta página. Pode fechá-la.';
}

function onSave() {
  onSubmit('reopen', async () => {
    fieldError('file', '');
    fieldError('check', '');
    const [file] = find('file').files;
    if (!file) {
      fieldError('file', 'Mostre onde está o arquivo que você salvou.');
      return;
    }
    try {
      await checkSaved(new Uint8Array(await file.arrayBuffer()), find('check').value, work);
      document.querySelector('[data-leave]').hidden = place === 'here';
      finish();
    } catch (error) {
      if (error instanceof WrongPassphrase) fieldError('check', 'Esta senha não abre o arquivo. Confira maiúsculas e minúsculas.');
      else if (error instanceof NotOurFile) fieldError('file', 'Este não é o arquivo deste certificado. Procure pelo nome que está acima, ou salve de novo.');
      else fieldError('file', 'Não foi possível ler o arquivo. Salve de novo e tente outra vez.');
    }
  });
  find('save-again').addEventListener('click', () => find('download').click());
  find('forget').addEventListener('click', forget);
  find('compatible').addEventListener('click', async () => {
    find('compatible').disabled = true;
    try {
      clearTimeout(resting);
      offer(await makeCompatible(work, loadCompat()));
    } catch {
      const error = find('compatible-error');
      error.textContent = 'Não foi possível fazer o arquivo neste navegador. O primeiro continua bom; tente em outro computador ou ligue para (19) 3755-6789.';
      error.hidden = false;
    } finally {
      find('compatible').disabled = false;
    }
  });
}

function onElsewhere() {
  for (const button of document.querySelectorAll('[data-go]')) {
    button.addEventListener('click', () => show(button.dataset.go));
  }
  onSubmit('confirm', () => (work.term ? show('term') : afterTerm()));
  find('retry').addEventListener('click', emit);
  find('back-to-codes').addEventListener('click', () => show('codes'));
  for (const button of document.querySelectorAll('[data-copy-link]')) {
    button.addEventListener('click', async () => {
      const fragment = new URLSearchParams(Object.entries({ p: received.paper, e: received.mail }).filter(([, half]) => half));
      const text = [location.origin + location.pathname, String(fragment)].filter(Boolean).join('#');
      const said = document.querySelector('[data-copied]');
      try {
        await navigator.clipboard.writeText(text);
        said.textContent = 'Copiado.';
      } catch {
        said.textContent = text;
      }
    });
  }
  window.addEventListener('hashchange', takeLink);
  window.addEventListener('beforeunload', (event) => {
    if (unsaved) event.preventDefault();
  });
}

// Asked when somebody goes on, since the page by itself fetches nothing (protocol §4). Who cannot be reached says
// nothing here, and nothing can be issued either.
async function sayWhere() {
  document.querySelector('[data-homologation]').hidden = !await isHomologation().catch(() => false);
}

function start() {
  takeLink();
  document.addEventListener('submit', sayWhere, { once: true });
  const { userAgent } = navigator;
  const blocked = obstacle({
    protocol: location.protocol, hostname: location.hostname, userAgent,
    hasCrypto: Boolean(globalThis.crypto?.subtle && AbortSignal.timeout && Array.prototype.at),
  });
  const app = inAppBrowser(userAgent);
  document.querySelector('[data-app]').textContent = app;
  document.querySelector('[data-address]').textContent = `${location.host}${location.pathname}`;
  document.querySelector('[data-phone-advice]').hidden = !isPhone(userAgent);
  document.querySelector('[data-here]').hidden = isPhone(userAgent); // a phone is no "neste computador"
  onWhere();
  onCodes();
  onTerm();
  onPassphrase();
  onSave();
  onElsewhere();
  if (isRenewal()) startRenewal();
  show(blocked || (isRenewal() ? 'renew' : 'where'));
}

start();
