// SPDX-License-Identifier: GPL-3.0-or-later
//
// The holder's word to revoke, and the key behind a revocation password (docs/revocation.md). The password and the key
// never leave the page.
import { ed25519 } from '@noble/curves/ed25519';
import { scryptAsync } from '@noble/hashes/scrypt';
import { concat, fromAscii, toBase64 } from '../emission/bytes.mjs';

const algorithm = 'RSASSA-PKCS1-v1_5';
const texts = (...words) => fromAscii(words.map((word) => `${word}\0`).join(''));

export const MINIMUM = 10;
export const MAXIMUM = 128;

export const acceptsPassword = (text) => text.length >= MINIMUM && text.length <= MAXIMUM && /^[\x20-\x7e]*$/.test(text);

// about: {instance, order}.
export function passwordSeed(password, { instance, order }) {
  const salt = texts('guiche-revocation-password-v1', instance, order);
  return scryptAsync(fromAscii(password), salt, { N: 65536, r: 8, p: 1, dkLen: 32 });
}

export const passwordPublicKey = (seed) => ed25519.getPublicKey(seed);

export function registrationMessage({ instance, order }, publicKey) {
  return concat(texts('guiche-revocation-key-v1', instance, order), publicKey);
}

// What goes beside the request for a certificate. pair: the new key's CryptoKeyPair.
export async function registerPassword({ pair }, password, about) {
  const publicKey = passwordPublicKey(await passwordSeed(password, about));
  const signature = await crypto.subtle.sign(algorithm, pair.privateKey, registrationMessage(about, publicKey));
  return { public_key: toBase64(publicKey), signature: toBase64(new Uint8Array(signature)) };
}

// wish: {instance, order, reason, issued_at}.
export function wordMessage({ instance, order, reason, issued_at: issuedAt }) {
  return texts('guiche-holder-revocation-v1', instance, order, reason, issuedAt);
}

export async function proofByPassword(password, wish) {
  const signature = ed25519.sign(wordMessage(wish), await passwordSeed(password, wish));
  return { kind: 'password', issued_at: wish.issued_at, signature: toBase64(signature) };
}

// signs: takes bytes, gives the signature of the key in the file. certificate: PEM, only for the responsible person's.
export async function proofByKey(signs, wish, certificate) {
  const signature = toBase64(await signs(wordMessage(wish)));
  return { kind: certificate ? 'responsible' : 'key', issued_at: wish.issued_at, signature, ...(certificate ? { certificate } : {}) };
}
