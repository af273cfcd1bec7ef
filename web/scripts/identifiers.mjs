// SPDX-License-Identifier: GPL-3.0-or-later
//
// Check digits and masks, as hints while typing; the server's rules (pki/certificate/identifiers.h) decide.

export const digits = (text) => text.replace(/\D/g, '');

// Modulo 11 with the given weights; what the two remainders mean is the same for CPF, CNPJ and NIS.
function mod11(values, weights) {
  const rest = values.reduce((sum, value, index) => sum + value * weights[index], 0) % 11;
  return rest < 2 ? 0 : 11 - rest;
}

const down = (from, count) => Array.from({ length: count }, (_, index) => from - index);
const cnpjWeights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];

export function cpfIsValid(text) {
  const numbers = [...digits(text)].map(Number);
  if (numbers.length !== 11 || new Set(numbers).size === 1) return false;
  return mod11(numbers.slice(0, 9), down(10, 9)) === numbers[9] && mod11(numbers.slice(0, 10), down(11, 10)) === numbers[10];
}

// Alphanumeric CNPJ (IN RFB 2.229/2024): a character counts as its ASCII code less 48.
export function cnpjIsValid(text) {
  const clean = text.toUpperCase().replace(/[./\s-]/g, '');
  if (!/^[0-9A-Z]{12}[0-9]{2}$/.test(clean) || /^(.)\1{13}$/.test(clean)) return false;
  const values = [...clean].map((character) => character.charCodeAt(0) - 48);
  return mod11(values.slice(0, 12), cnpjWeights.slice(1)) === values[12] && mod11(values.slice(0, 13), cnpjWeights) === values[13];
}

export function nisIsValid(text) {
  const numbers = [...digits(text)].map(Number);
  return numbers.length === 11 && mod11(numbers.slice(0, 10), [3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) === numbers[10];
}

// Puts the characters into the # of the pattern; stops where they end, so that deleting is never fought.
function fill(pattern, characters) {
  let text = '';
  let next = 0;
  for (const mark of pattern) {
    if (next === characters.length) break;
    text += mark === '#' ? characters[next++] : mark;
  }
  return text;
}

export const masks = {
  cpf: (text) => fill('###.###.###-##', digits(text).slice(0, 11)),
  cnpj: (text) => fill('##.###.###/####-##', text.toUpperCase().replace(/[^0-9A-Z]/g, '').slice(0, 14)),
  nis: (text) => fill('###.#####.##-#', digits(text).slice(0, 11)),
  phone(text) {
    if (text.trim().startsWith('+')) return text;
    const numbers = digits(text).slice(0, 11);
    return fill(numbers.length > 10 ? '(##) #####-####' : '(##) ####-####', numbers);
  },
  uf: (text) => text.toUpperCase().replace(/[^A-Z]/g, '').slice(0, 2),
};

export const checks = {
  cpf: { length: 11, valid: cpfIsValid, right: 'CPF válido.', wrong: 'Confira o CPF: os dois últimos números não batem com os outros.' },
  cnpj: { length: 14, valid: cnpjIsValid, right: 'CNPJ válido.', wrong: 'Confira o CNPJ: os dois últimos números não batem com o resto.' },
  nis: { length: 11, valid: nisIsValid, right: 'Número válido.', wrong: 'Confira o número: o último não bate com os outros.' },
};
