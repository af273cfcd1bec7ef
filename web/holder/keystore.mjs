// SPDX-License-Identifier: GPL-3.0-or-later
//
// A certificate's file (.p12), opened in the page: the key is imported so that it can only sign, and never leaves.
import { toPem } from '../emission/bytes.mjs';
import { keyFitsCertificate, readCertificate } from '../emission/key.mjs';
import { NotOurFile, readP12 } from '../emission/p12.mjs';

// What other programs make may ask for more rounds than our own page does.
const MOST_ROUNDS = 1_000_000;

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

// Throws WrongPassphrase, or NotOurFile where it is no file that a page can open.
export async function openKeystore(bytes, passphrase) {
  const { key, certificates } = await readP12(bytes, passphrase, MOST_ROUNDS);
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
