// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is about to be certified, as rows to read.
import { masks } from '../scripts/identifiers.mjs';
import { longDate, longMoment, previewLabels } from './texts.mjs';

const months = (count) => (count === 12 ? '1 ano' : count % 12 === 0 ? `${count / 12} anos` : `${count} meses`);

const shown = {
  cpf: (value) => (/^\d{11}$/.test(value) ? masks.cpf(value) : value),
  cnpj: (value) => (/^[0-9A-Z]{14}$/.test(value) ? masks.cnpj(value) : value),
  term: (value) => (typeof value === 'number' ? months(value) : value),
};

// Statements carry seconds, the API's own times are ISO texts.
function timeOf(value) {
  const time = new Date(typeof value === 'number' ? value * 1000 : value);
  return Number.isNaN(time.getTime()) ? null : time;
}

export function previewRows({ preview = {}, not_after: notAfter }) {
  const values = { ...preview, term: preview.term ?? preview.term_months };
  const rows = previewLabels
    .filter(([key]) => values[key] !== undefined && values[key] !== '')
    .map(([key, label]) => [label, String((shown[key] ?? ((value) => value))(values[key]))]);
  const until = timeOf(notAfter);
  return until ? [...rows, ['Emitir até', longMoment(until)]] : rows;
}

export const issuedRows = ({ name, serial, until, fileName }, order) => [
  ['Titular', name],
  ['Vale até', longDate(until)],
  ['Número de série', serial],
  ['Arquivo', fileName],
  ['Pedido', order],
];
