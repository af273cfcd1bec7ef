// SPDX-License-Identifier: GPL-3.0-or-later
// A key that everybody knows: what `openssl genrsa 2048` made on an amd64 with Debian's OpenSSL of 2008 as process 2008, with
// a ~/.rnd (pki/weak-keys; docs/lint.md).
import { createPrivateKey } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

import { openssl, scratch } from './office.mjs';

const p = BigInt('0xf974c3e8aa027eb0f187ca86603cac0537306b6dc74951b8b06baa679c3d05015f8d0375fdb9880983a61ccb30b0f6d154f14e932cc55ead50a6a374e8b9a13b'
  + 'baf1795d134bcef75e9c4fc0a10c38790854870daf398fd2d07211a1e8faaf8928d632d719f5b10a758a1d872c08cd395d1d160d706b746d264d400f54f83a71');
const q = BigInt('0xe5d38669fa4193593388879e6c3e9afd1cb27400a18fe18e0d8d5a0b3030c3697ea2fa18d6bf46af3c60f5235f5cafb4fd0f3eedfbdb89b7714cfcc548e18e05'
  + '06758983a14d22326e1e1d2c3de92b50b2d9b83e738ebaf7e7226fd1e804b76199c5db827a6ef836963fa384a6fb0845b49f6dd2c0c4fb305a052079378522b1');
const e = 65537n;

function inverse(number, modulus) {
  let [a, b, u, v] = [number % modulus, modulus, 1n, 0n];
  while (b !== 0n) [a, b, u, v] = [b, a % b, v, u - (a / b) * v];
  return ((u % modulus) + modulus) % modulus;
}

const word = (number) => {
  const digits = number.toString(16);
  return Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex').toString('base64url');
};

export function debianKeyCsr(folder = scratch()) {
  const d = inverse(e, (p - 1n) * (q - 1n));
  const jwk = { kty: 'RSA', n: word(p * q), e: word(e), d: word(d), p: word(p), q: word(q), dp: word(d % (p - 1n)), dq: word(d % (q - 1n)), qi: word(inverse(q, p)) };
  const key = path.join(folder, 'debian.key');
  const csr = path.join(folder, 'debian.csr');
  fs.writeFileSync(key, createPrivateKey({ key: jwk, format: 'jwk' }).export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
  openssl('req', '-new', '-key', key, '-subj', '/CN=ignorado', '-out', csr);
  return { key, csr };
}
