// SPDX-License-Identifier: GPL-3.0-or-later
//
// The work that the server asks of a click when far too many come: a number that makes SHA-256 of
// "challenge.number" begin with so many zero bits. In short turns, so that the page stays usable meanwhile.
import { sha256 } from '@noble/hashes/sha2';

const TURN = 4000;

export function zeroBits(digest) {
  let bits = 0;
  for (const byte of digest) {
    if (byte !== 0) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}

export async function solve(challenge, bits, pause = () => new Promise((resolve) => { setTimeout(resolve, 0); })) {
  const encoder = new TextEncoder();
  const begun = sha256.create().update(encoder.encode(`${challenge}.`));
  for (let number = 0; ; number++) {
    if (number % TURN === TURN - 1) await pause();
    if (zeroBits(begun.clone().update(encoder.encode(String(number))).digest()) >= bits) return String(number);
  }
}

// The form says itself what to wait for without a script; with one it sends itself.
export async function enhanceWork(form) {
  const { work, nonce } = form.elements;
  const text = form.querySelector('[data-work-text]');
  const button = form.querySelector('button');
  if (text) text.textContent = 'Há muita procura agora. Estamos provando que você não é um robô; leva alguns segundos.';
  button.hidden = true;
  nonce.value = await solve(work.value, Number(form.dataset.work));
  form.requestSubmit();
}
