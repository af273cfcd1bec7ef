// SPDX-License-Identifier: GPL-3.0-or-later
//
// The passphrase of the .p12. Printable ASCII only: programs disagree on how other characters are encoded, and the
// holder would find out on another computer.

export const MINIMUM = 8;
export const MAXIMUM = 64;

const printable = /^[\x20-\x7e]*$/;

// The rules in the order they are shown, each with whether the text keeps it.
export function judge(text) {
  return [
    { id: 'length', text: `De ${MINIMUM} a ${MAXIMUM} caracteres`, ok: text.length >= MINIMUM && text.length <= MAXIMUM },
    { id: 'ascii', text: 'Só letras sem acento, números, espaço e sinais do teclado', ok: text !== '' && printable.test(text) },
    { id: 'edges', text: 'Sem espaço no começo nem no fim', ok: text !== '' && text === text.trim() },
    { id: 'variety', text: 'Pelo menos cinco caracteres diferentes', ok: new Set(text).size >= 5 },
  ];
}

export const accepts = (text) => judge(text).every((rule) => rule.ok);

// Easy to copy by hand: no letter that looks like another. 79 bits.
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

function randomBelow(limit) {
  const byte = new Uint8Array(1);
  // The tail that would favour the first letters is drawn again.
  do crypto.getRandomValues(byte); while (byte[0] >= 256 - (256 % limit));
  return byte[0] % limit;
}

export function suggest() {
  const letters = Array.from({ length: 16 }, () => alphabet[randomBelow(alphabet.length)]).join('');
  return letters.match(/.{4}/g).join('-');
}
