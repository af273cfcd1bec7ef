// SPDX-License-Identifier: GPL-3.0-or-later
//
// The holder's file once more, for programs that answer "wrong password" to the right one: both parts under
// PBE-SHA1-3DES, sealed by an HMAC-SHA-1. Weaker, and said so. `compat` is what compat.mjs exports.
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { equalBytes } from './bytes.mjs';
import { NotOurFile, WrongPassphrase, attributesOf, certificateBag, keyBag, oid, openPfx } from './p12.mjs';

// Old programs take any number; the forge under it is pure JavaScript.
export const ITERATIONS = 10_000;

const pbe = '1.2.840.113549.1.12.1.3';
const salted = () => ({ salt: crypto.getRandomValues(new Uint8Array(8)), iterations: ITERATIONS });

const algorithm = ({ salt, iterations }) => new pkijs.AlgorithmIdentifier({
  algorithmId: pbe,
  algorithmParams: new asn1js.Sequence({
    value: [new asn1js.OctetString({ valueHex: salt.slice().buffer }), new asn1js.Integer({ value: iterations })],
  }),
});

function parametersOf({ algorithmId, algorithmParams }, most) {
  const [salt, iterations] = algorithmParams?.valueBlock?.value ?? [];
  if (algorithmId !== pbe || !salt || !iterations || iterations.valueBlock.valueDec > most) {
    throw new NotOurFile('sealed in another way');
  }
  return { salt: new Uint8Array(salt.getValue()), iterations: iterations.valueBlock.valueDec };
}

const bytesOf = (schema) => new Uint8Array(schema.toBER(false));
const octets = (bytes) => new asn1js.OctetString({ valueHex: bytes.slice().buffer });

function encryptedSafe(compat, passphrase, safe) {
  const parameters = salted();
  const content = compat.encrypt(passphrase, parameters, bytesOf(safe.toSchema()));
  return new pkijs.ContentInfo({
    contentType: pkijs.ContentInfo.ENCRYPTED_DATA,
    content: new pkijs.EncryptedData({
      encryptedContentInfo: new pkijs.EncryptedContentInfo({
        contentType: pkijs.ContentInfo.DATA, contentEncryptionAlgorithm: algorithm(parameters),
        encryptedContent: octets(content), disableSplit: true,
      }),
    }).toSchema(),
  });
}

const plainSafe = (safe) => new pkijs.ContentInfo({
  contentType: pkijs.ContentInfo.DATA, content: octets(bytesOf(safe.toSchema())),
});

// As writeP12 of p12.mjs.
export function writeCompatible(compat, { key, certificate, chain, friendlyName, passphrase }) {
  const bagAttributes = attributesOf(certificate, friendlyName);
  const parameters = salted();
  const shrouded = new pkijs.PKCS8ShroudedKeyBag({
    encryptionAlgorithm: algorithm(parameters), encryptedData: octets(compat.encrypt(passphrase, parameters, key)),
  });
  const keys = new pkijs.SafeContents({ safeBags: [keyBag(shrouded, bagAttributes)] });
  const certificates = new pkijs.SafeContents({
    safeBags: [certificateBag(certificate, bagAttributes), ...chain.map((der) => certificateBag(der))],
  });
  const content = bytesOf(new asn1js.Sequence({
    value: [encryptedSafe(compat, passphrase, certificates).toSchema(), plainSafe(keys).toSchema()],
  }));
  const seal = salted();
  const pfx = new pkijs.PFX({
    authSafe: new pkijs.ContentInfo({ contentType: pkijs.ContentInfo.DATA, content: octets(content) }),
    macData: new pkijs.MacData({
      mac: new pkijs.DigestInfo({
        digestAlgorithm: new pkijs.AlgorithmIdentifier({ algorithmId: oid.sha1, algorithmParams: new asn1js.Null() }),
        digest: octets(compat.mac(passphrase, seal, content)),
      }),
      macSalt: octets(seal.salt),
      iterations: seal.iterations,
    }),
  });
  return bytesOf(pfx.toSchema());
}

function checkMac(compat, { pfx, content }, passphrase, most) {
  const { macData } = pfx;
  if (!macData || macData.mac.digestAlgorithm.algorithmId !== oid.sha1 || macData.iterations > most) {
    throw new NotOurFile('sealed in another way');
  }
  const parameters = { salt: new Uint8Array(macData.macSalt.getValue()), iterations: macData.iterations ?? 1 };
  const digest = compat.mac(passphrase, parameters, new Uint8Array(content));
  if (!equalBytes(digest, new Uint8Array(macData.mac.digest.getValue()))) throw new WrongPassphrase('MAC');
}

function decryptedBags(compat, passphrase, info, most) {
  if (info.contentType === pkijs.ContentInfo.DATA) return pkijs.SafeContents.fromBER(info.content.getValue()).safeBags;
  const { encryptedContentInfo } = new pkijs.EncryptedData({ schema: info.content });
  const plain = compat.decrypt(passphrase, parametersOf(encryptedContentInfo.contentEncryptionAlgorithm, most),
    new Uint8Array(encryptedContentInfo.getEncryptedContent()));
  if (!plain) throw new WrongPassphrase('certificates');
  return pkijs.SafeContents.fromBER(plain).safeBags;
}

// As readP12 of p12.mjs.
export function readCompatible(compat, bytes, passphrase, most = 10 * ITERATIONS) {
  const opened = openPfx(bytes);
  checkMac(compat, opened, passphrase, most);
  const { safeContents } = pkijs.AuthenticatedSafe.fromBER(opened.content);
  let key = null;
  const certificates = [];
  for (const bag of safeContents.flatMap((info) => decryptedBags(compat, passphrase, info, most))) {
    if (bag.bagId === oid.certificateBag) certificates.push(new Uint8Array(bag.bagValue.certValue.getValue()));
    if (bag.bagId === oid.keyBag) {
      key = compat.decrypt(passphrase, parametersOf(bag.bagValue.encryptionAlgorithm, most), new Uint8Array(bag.bagValue.encryptedData.getValue()));
    }
  }
  if (!key || certificates.length === 0) throw new NotOurFile('no key or no certificate inside');
  return { key, certificates };
}
