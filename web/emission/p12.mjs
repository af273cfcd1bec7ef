// SPDX-License-Identifier: GPL-3.0-or-later
//
// The holder's file (RFC 7292): key and certificates under PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA-256, sealed
// by an HMAC-SHA-256. Readers checked: OpenSSL, Java, GnuTLS, NSS. Written with pkijs, apart from the MAC: pkijs derives its key
// by one asynchronous digest per iteration, minutes of them at the count below.
import { hmac } from '@noble/hashes/hmac';
import { sha256 } from '@noble/hashes/sha2';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { equalBytes } from './bytes.mjs';

// Paid three times when the file is opened (MAC, key, certificates). Windows and .NET refuse files that ask for
// more than 600,000 in all.
export const ITERATIONS = 100_000;

export const oid = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  keyBag: '1.2.840.113549.1.12.10.1.2',
  certificateBag: '1.2.840.113549.1.12.10.1.3',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
};

export class WrongPassphrase extends Error {}
export class NotOurFile extends Error {}
export class OldProtection extends NotOurFile {} // SHA-1: p12-compatible.mjs may open it

function repeatTo64(bytes) {
  const length = Math.ceil(bytes.length / 64) * 64;
  return Uint8Array.from({ length }, (_, index) => bytes[index % bytes.length]);
}

// RFC 7292 B.2 for a SHA-256 MAC key: 32 bytes wanted, 32 given by one round, so the loop over blocks vanishes.
export function macKey(passphrase, salt, iterations) {
  const password = new Uint8Array(2 * (passphrase.length + 1));
  for (let index = 0; index < passphrase.length; index++) {
    password[2 * index] = passphrase.charCodeAt(index) >> 8;
    password[2 * index + 1] = passphrase.charCodeAt(index) & 0xff;
  }
  const identifier = new Uint8Array(64).fill(3);
  let key = sha256.create().update(identifier).update(repeatTo64(salt)).update(repeatTo64(password)).digest();
  for (let round = 1; round < iterations; round++) key = sha256(key);
  return key;
}

function attribute(type, value) {
  return new pkijs.Attribute({ type, values: [value] });
}

// What ties key and certificate together, and what programs list them by.
export function attributesOf(certificate, friendlyName) {
  return [
    attribute(oid.friendlyName, new asn1js.BmpString({ value: friendlyName })),
    attribute(oid.localKeyId, new asn1js.OctetString({ valueHex: sha256(certificate).slice(0, 20).buffer })),
  ];
}

export const keyBag = (shrouded, bagAttributes) => new pkijs.SafeBag({ bagId: oid.keyBag, bagValue: shrouded, bagAttributes });

export function certificateBag(der, bagAttributes) {
  return new pkijs.SafeBag({
    bagId: oid.certificateBag,
    bagValue: new pkijs.CertBag({ parsedValue: pkijs.Certificate.fromBER(der) }),
    bagAttributes,
  });
}

// key: PKCS#8 DER. certificate and chain: DER, the chain from the issuer up. Returns the file's bytes.
export async function writeP12({ key, certificate, chain, friendlyName, passphrase, iterations = ITERATIONS }) {
  const encryption = () => ({
    password: new TextEncoder().encode(passphrase).buffer,
    contentEncryptionAlgorithm: { name: 'AES-CBC', length: 256 },
    hmacHashAlgorithm: 'SHA-256',
    iterationCount: iterations,
  });
  const bagAttributes = attributesOf(certificate, friendlyName);
  const shrouded = new pkijs.PKCS8ShroudedKeyBag({ parsedValue: pkijs.PrivateKeyInfo.fromBER(key) });
  await shrouded.makeInternalValues(encryption());
  const keySafe = new pkijs.SafeContents({ safeBags: [keyBag(shrouded, bagAttributes)] });
  const certificateSafe = new pkijs.SafeContents({
    safeBags: [certificateBag(certificate, bagAttributes), ...chain.map((der) => certificateBag(der))],
  });
  const safe = new pkijs.AuthenticatedSafe({
    parsedValue: {
      safeContents: [{ privacyMode: 1, value: certificateSafe }, { privacyMode: 0, value: keySafe }],
    },
  });
  await safe.makeInternalValues({ safeContents: [encryption(), {}] });
  const content = new Uint8Array(safe.toSchema().toBER(false));

  const salt = crypto.getRandomValues(new Uint8Array(16));
  const digest = hmac(sha256, macKey(passphrase, salt, iterations), content);
  const pfx = new pkijs.PFX({
    authSafe: new pkijs.ContentInfo({
      contentType: pkijs.ContentInfo.DATA, content: new asn1js.OctetString({ valueHex: content.buffer }),
    }),
    macData: new pkijs.MacData({
      mac: new pkijs.DigestInfo({
        digestAlgorithm: new pkijs.AlgorithmIdentifier({ algorithmId: oid.sha256, algorithmParams: new asn1js.Null() }),
        digest: new asn1js.OctetString({ valueHex: digest.slice().buffer }),
      }),
      macSalt: new asn1js.OctetString({ valueHex: salt.buffer }),
      iterations,
    }),
  });
  return new Uint8Array(pfx.toSchema().toBER(false));
}

export function openPfx(bytes) {
  try {
    const pfx = pkijs.PFX.fromBER(bytes);
    const content = pfx.authSafe.content.getValue();
    return { pfx, content };
  } catch {
    throw new NotOurFile('not a PKCS#12 file');
  }
}

function checkMac({ pfx, content }, passphrase, most) {
  const mac = pfx.macData;
  if (mac?.mac.digestAlgorithm.algorithmId === oid.sha1) throw new OldProtection('sealed by SHA-1');
  if (!mac || mac.mac.digestAlgorithm.algorithmId !== oid.sha256 || mac.iterations > most) {
    throw new NotOurFile('sealed in another way');
  }
  const key = macKey(passphrase, new Uint8Array(mac.macSalt.getValue()), mac.iterations ?? 1);
  const digest = hmac(sha256, key, new Uint8Array(content));
  if (!equalBytes(digest, new Uint8Array(mac.mac.digest.getValue()))) throw new WrongPassphrase('MAC');
}

// Opens a file that writeP12 made, or another program in the same way with up to `most` rounds: {key: PKCS#8 DER, certificates: [DER…], the key's own first}.
export async function readP12(bytes, passphrase, most = 2 * ITERATIONS) {
  const parsed = openPfx(bytes);
  checkMac(parsed, passphrase, most);
  const password = new TextEncoder().encode(passphrase).buffer;
  const safe = pkijs.AuthenticatedSafe.fromBER(parsed.content);
  await safe.parseInternalValues({ safeContents: safe.safeContents.map(() => ({ password })) });
  let key = null;
  const certificates = [];
  for (const { value } of safe.parsedValue.safeContents) {
    for (const bag of value.safeBags) {
      if (bag.bagId === oid.certificateBag) {
        // The bytes as they stand: written anew they could differ.
        certificates.push(new Uint8Array(bag.bagValue.certValue.getValue()));
      } else if (bag.bagId === oid.keyBag) {
        await bag.bagValue.parseInternalValues({ password });
        key = new Uint8Array(bag.bagValue.parsedValue.toSchema().toBER(false));
      }
    }
  }
  if (!key || certificates.length === 0) throw new NotOurFile('no key or no certificate inside');
  return { key, certificates };
}
