// SPDX-License-Identifier: GPL-3.0-or-later
//
// A certificate's file (.p12), opened in the page: the key is imported so that it can only sign, and never leaves.
import { toPem } from '../emission/bytes.mjs';
import { keyFitsCertificate, readCertificate } from '../emission/key.mjs';
import { NotOurFile, OldProtection, readP12 } from '../emission/p12.mjs';
import { readCompatible } from '../emission/p12-compatible.mjs';

// What other programs make may ask for more rounds than our own page does.
const MOST_ROUNDS = 1_000_000;

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

// loadCompat: gives what compat.mjs exports; called only for a file in the old protection (3DES).
async function read(bytes, passphrase, loadCompat) {
  try {
    return await readP12(bytes, passphrase, MOST_ROUNDS);
  } catch (error) {
    if (!(error instanceof OldProtection)) throw error;
    return readCompatible(await loadCompat(), bytes, passphrase, MOST_ROUNDS);
  }
}

// Throws WrongPassphrase, or NotOurFile where it is no file that a page can open.
export async function openKeystore(bytes, passphrase, loadCompat) {
  const { key, certificates } = await read(bytes, passphrase, loadCompat);
  for (const [index, certificate] of certificates.entries()) {
    if (!(await keyFitsCertificate(key, certificate).catch(() => false))) continue;
    const signer = await crypto.subtle.importKey('pkcs8', key, algorithm, false, ['sign']);
    return {
      certificate,
      chain: certificates.filter((_, at) => at !== index),
      pem: toPem('CERTIFICATE', certificate),
      about: readCertificate(certificate),
      sign: async (message) => new Uint8Array(await crypto.subtle.sign(algorithm, signer, message)),
    };
  }
  throw new NotOurFile('no certificate of this key');
}
