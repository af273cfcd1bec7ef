// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the holder signs with the present certificate to renew it (docs/renewal.md), without a page.
import { sha256 } from '@noble/hashes/sha2';
import { fromAscii, toBase64, toHex } from '../emission/bytes.mjs';
import { signAttached } from './cms.mjs';

export const RENEWAL_TYPE = '2.25.152520765271026514040956998696801732245.7';
const LIFE_S = 7 * 86_400;

// In the order of pki/certificate/data.h.
export const dataFields = [
  'name', 'cpf', 'birth_date', 'email', 'nis', 'rg', 'rg_issuer', 'rg_uf', 'voter_id', 'voter_zone', 'voter_section',
  'voter_city', 'voter_uf', 'cei', 'company_name', 'cnpj', 'company_uf', 'company_city', 'company_cei',
];

const zeroEnded = (...words) => fromAscii(words.map((word) => `${word}\0`).join(''));

export const startMessage = ({ instance, issued_at: at }) => zeroEnded('guiche-renewal-start-v1', instance, at);

// The first call's body: who has the key asks, nobody else.
export async function startRequest(signer, wish) {
  const { issued_at: at, product } = wish;
  return { certificate: signer.pem, issued_at: at, signature: toBase64(await signer.sign(startMessage(wish))), product, key: 'software' };
}

// A field that the server left out cannot be signed for.
export function dataDigest(data) {
  const words = dataFields.flatMap((field) => {
    if (typeof data[field] !== 'string') throw new TypeError(`no ${field}`);
    return [field, data[field]];
  });
  return sha256(zeroEnded(...words));
}

export function wishText({ instance, order, attempt, data, spki, issued_at: at }) {
  return JSON.stringify({
    typ: 'guiche-renewal-v1', instance, order, attempt, issued_at: at, not_after: at + LIFE_S,
    data: toHex(dataDigest(data)), spki: toHex(sha256(spki)),
  });
}

// In base64. wish: {instance, order, attempt, data, spki (DER), issued_at}.
export async function signWish(signer, wish) {
  return toBase64(await signAttached(RENEWAL_TYPE, fromAscii(wishText(wish)), signer, wish.issued_at));
}
