// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import test from 'node:test';
import { cnpjIsValid, cpfIsValid, masks, nisIsValid } from '../scripts/identifiers.mjs';

test('CPF: check digits', () => {
  for (const good of ['123.456.789-09', '11144477735', '987.654.321-00']) assert.ok(cpfIsValid(good), good);
  for (const bad of ['123.456.789-00', '111.111.111-11', '1234567890', '']) assert.ok(!cpfIsValid(bad), bad);
});

test('CNPJ: check digits, numeric and alphanumeric', () => {
  for (const good of ['11.222.333/0001-81', '12.ABC.345/01DE-35', '12abc34501de35']) assert.ok(cnpjIsValid(good), good);
  for (const bad of ['11.222.333/0001-82', '12.ABC.345/01DE-36', '00.000.000/0000-00', '12.ABC.345/01DE-3A']) assert.ok(!cnpjIsValid(bad), bad);
});

test('NIS: check digit', () => {
  assert.ok(nisIsValid('123.45678.90-0'));
  assert.ok(!nisIsValid('123.45678.90-1'));
});

test('masks grow with what is typed and never add what was not', () => {
  assert.equal(masks.cpf('1234'), '123.4');
  assert.equal(masks.cpf('12345678909999'), '123.456.789-09');
  assert.equal(masks.cnpj('12abc34501de35'), '12.ABC.345/01DE-35');
  assert.equal(masks.phone('19987654321'), '(19) 98765-4321');
  assert.equal(masks.phone('1937556789'), '(19) 3755-6789');
  assert.equal(masks.phone('+55 19 98765'), '+55 19 98765');
  assert.equal(masks.uf('sp1'), 'SP');
  assert.equal(masks.nis('12345678900'), '123.45678.90-0');
});
