// SPDX-License-Identifier: GPL-3.0-or-later
//
// The written form of half an emission code (docs/emission-code.md): 80 bits in four groups of four characters of
// Crockford base 32, a check character after each group.

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const GROUPS = 4;
const GROUP_LENGTH = 5; // with the check character
const LENGTH = GROUPS * GROUP_LENGTH;
const INPUT_MAX = 64; // blanks and hyphens included

// Times a in GF(32) = GF(2)[a]/(a^5+a^2+1).
const timesA = (value) => (value & 16 ? (value << 1) ^ 0b100101 : value << 1);

// Of group number `group`, from 1: its position counts, so that two groups exchanged do not pass.
export function checkCharacter(values, group) {
  return alphabet[values.reduce((sum, value) => timesA(sum ^ value), 0) ^ group];
}

// What a person typed, made plain: no blanks or hyphens, upper case, O read as 0, I and L as 1. Letters of ASCII
// alone: toUpperCase would make two of a "ß" and an I of a "ı".
export function clean(text) {
  const upper = text.replace(/[ \t\r\n-]/g, '').replace(/[a-z]/g, (letter) => letter.toUpperCase());
  return upper.replace(/O/g, '0').replace(/[IL]/g, '1');
}

export const grouped = (text) => (clean(text).match(new RegExp(`.{1,${GROUP_LENGTH}}`, 'g')) ?? []).join('-');

// Of each group: 'empty', 'partial', 'ok' or 'wrong'.
export function groupStates(text) {
  const plain = clean(text);
  return Array.from({ length: GROUPS }, (_, index) => {
    const group = plain.slice(index * GROUP_LENGTH, (index + 1) * GROUP_LENGTH);
    const values = [...group].map((character) => alphabet.indexOf(character));
    if (values.includes(-1)) return 'wrong';
    if (group.length < GROUP_LENGTH) return group ? 'partial' : 'empty';
    return checkCharacter(values.slice(0, 4), index + 1) === group[4] ? 'ok' : 'wrong';
  });
}

// {state, group}: 'ok', 'partial', 'empty', 'long', or 'wrong' with the number of the first group at fault.
export function judge(text) {
  const states = groupStates(text);
  const wrong = states.indexOf('wrong');
  if (wrong >= 0) return { state: 'wrong', group: wrong + 1 };
  if (clean(text).length > LENGTH || text.length > INPUT_MAX) return { state: 'long', group: 0 };
  if (states.every((state) => state === 'empty')) return { state: 'empty', group: 0 };
  return { state: states.every((state) => state === 'ok') ? 'ok' : 'partial', group: 0 };
}

// The 10 bytes of a half, or null where judge does not say 'ok'.
export function readHalf(text) {
  if (judge(text).state !== 'ok') return null;
  let bits = 0n;
  [...clean(text)].forEach((character, index) => {
    if (index % GROUP_LENGTH !== GROUP_LENGTH - 1) bits = (bits << 5n) | BigInt(alphabet.indexOf(character));
  });
  return Uint8Array.from({ length: 10 }, (_, index) => Number((bits >> BigInt(72 - 8 * index)) & 0xffn));
}

export function writeHalf(bytes) {
  let bits = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const values = Array.from({ length: 16 }, () => {
    const value = Number(bits & 31n);
    bits >>= 5n;
    return value;
  }).reverse();
  return Array.from({ length: GROUPS }, (_, index) => {
    const group = values.slice(index * 4, index * 4 + 4);
    return group.map((value) => alphabet[value]).join('') + checkCharacter(group, index + 1);
  }).join('-');
}
