// SPDX-License-Identifier: GPL-3.0-or-later
//
// The old protection of PKCS#12 (RFC 7292 appendices B, C: SHA-1 and three-key 3DES), which WebCrypto has not and old
// Windows and some emitters of fiscal notes ask for. A bundle of its own, inert in the page until somebody needs it;
// the structure around it is p12-compatible.mjs.
import forge from 'node-forge/lib/forge.js';
import 'node-forge/lib/des.js';
import 'node-forge/lib/hmac.js';
import 'node-forge/lib/pbe.js';
import 'node-forge/lib/sha1.js';

const purpose = { key: 1, iv: 2, mac: 3 };

const toBinary = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
const fromBinary = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const derive = (passphrase, { salt, iterations }, id, length) => (
  forge.pbe.generatePkcs12Key(passphrase, forge.util.createBuffer(toBinary(salt)), id, iterations, length));

function run(cipher, passphrase, parameters, bytes) {
  cipher.start(derive(passphrase, parameters, purpose.iv, 8));
  cipher.update(forge.util.createBuffer(toBinary(bytes)));
  return cipher.finish() ? fromBinary(cipher.output.getBytes()) : null;
}

// bytes under passphrase, salt and iterations.
export const encrypt = (passphrase, parameters, bytes) => (
  run(forge.des.createEncryptionCipher(derive(passphrase, parameters, purpose.key, 24)), passphrase, parameters, bytes));

// null where the padding does not fit: another passphrase.
export const decrypt = (passphrase, parameters, bytes) => (
  run(forge.des.createDecryptionCipher(derive(passphrase, parameters, purpose.key, 24)), passphrase, parameters, bytes));

export function mac(passphrase, parameters, content) {
  const hmac = forge.hmac.create();
  hmac.start('sha1', derive(passphrase, parameters, purpose.mac, 20));
  hmac.update(toBinary(content));
  return fromBinary(hmac.digest().getBytes());
}
