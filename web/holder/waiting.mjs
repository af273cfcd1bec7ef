// SPDX-License-Identifier: GPL-3.0-or-later
//
// Between the holder's signature and the agent's the new key must outlive the page: it waits in a file, sealed by
// the passphrase that the .p12 will have (PBKDF2-HMAC-SHA-256, AES-256-GCM).
import { fromAscii, fromBase64, toBase64 } from '../emission/bytes.mjs';
import { NotOurFile, WrongPassphrase } from '../emission/p12.mjs';

const KIND = 'guiche-renewal-waiting-v1';
const ROUNDS = 600_000;

async function sealingKey(passphrase, salt) {
  const base = await crypto.subtle.importKey('raw', fromAscii(passphrase), 'PBKDF2', false, ['deriveKey']);
  return crypto.subtle.deriveKey({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ROUNDS }, base,
    { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

const cipher = (iv, order) => ({ name: 'AES-GCM', iv, additionalData: fromAscii(`${KIND}\0${order}`) });

// content: {token, key (PKCS#8 in base64), revocation?}. Returns the file's bytes.
export async function sealWaiting(order, content, passphrase) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const box = await crypto.subtle.encrypt(cipher(iv, order), await sealingKey(passphrase, salt), fromAscii(JSON.stringify(content)));
  return fromAscii(JSON.stringify({
    kind: KIND, order, salt: toBase64(salt), iv: toBase64(iv), box: toBase64(new Uint8Array(box)),
  }));
}

function parse(bytes) {
  try {
    const { kind, order, salt, iv, box } = JSON.parse(new TextDecoder().decode(bytes));
    if (kind !== KIND || !/^[0-9A-HJKMNP-TV-Z]{12}$/.test(order)) throw new Error('another file');
    return { order, salt: fromBase64(salt), iv: fromBase64(iv), box: fromBase64(box) };
  } catch {
    throw new NotOurFile('no waiting file');
  }
}

// {order, token, key, revocation?}. Throws WrongPassphrase or NotOurFile.
export async function openWaiting(bytes, passphrase) {
  const { order, salt, iv, box } = parse(bytes);
  let plain;
  try {
    plain = await crypto.subtle.decrypt(cipher(iv, order), await sealingKey(passphrase, salt), box);
  } catch {
    throw new WrongPassphrase('box');
  }
  return { order, ...JSON.parse(new TextDecoder().decode(plain)) };
}
