// SPDX-License-Identifier: GPL-3.0-or-later
//
// A signed statement of the holder (protocol §2): attached CMS SignedData in DER, one SignerInfo, SHA-256,
// signingCertificateV2. The sets are sorted here, because the verifier compares its own DER with these bytes.
import { sha256 } from '@noble/hashes/sha2';
import { X509Certificate } from '@peculiar/x509';
import * as asn1js from 'asn1js';
import { concat, equalBytes } from '../emission/bytes.mjs';

const oid = {
  signedData: '1.2.840.113549.1.7.2', sha256: '2.16.840.1.101.3.4.2.1', rsa: '1.2.840.113549.1.1.1',
  contentType: '1.2.840.113549.1.9.3', messageDigest: '1.2.840.113549.1.9.4', signingTime: '1.2.840.113549.1.9.5',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
};

const object = (value) => new asn1js.ObjectIdentifier({ value });
const integer = (value) => new asn1js.Integer({ value });
const octets = (bytes) => new asn1js.OctetString({ valueHex: bytes.slice().buffer });
const sequence = (...value) => new asn1js.Sequence({ value });
const set = (...value) => new asn1js.Set({ value });
const tagged = (tagNumber, ...value) => new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber }, value });
const parsed = (der) => asn1js.fromBER(der).result;
const encoded = (element) => new Uint8Array(element.toBER(false));

function byBytes(left, right) {
  const at = left.findIndex((byte, index) => byte !== right[index]);
  return at < 0 ? left.length - right.length : left[at] - (right[at] ?? -1);
}
const sorted = (list) => [...list].sort(byBytes);

const digestAlgorithm = () => sequence(object(oid.sha256));
const attribute = (type, value) => encoded(sequence(object(type), set(value)));

function attributesOf(type, content, certificate, at) {
  return sorted([
    attribute(oid.contentType, object(type)),
    attribute(oid.messageDigest, octets(sha256(content))),
    attribute(oid.signingTime, new asn1js.UTCTime({ valueDate: new Date(at * 1000) })),
    attribute(oid.signingCertificateV2, sequence(sequence(sequence(octets(sha256(certificate)))))),
  ]);
}

// The certificates from the signer's up to where the file has no more: nothing else may travel inside.
export function pathOf(certificate, others) {
  const path = [certificate];
  for (let at = new X509Certificate(certificate); at.issuer !== at.subject;) {
    const next = others.find((der) => new X509Certificate(der).subject === at.issuer && !path.some((one) => equalBytes(one, der)));
    if (!next) break;
    path.push(next);
    at = new X509Certificate(next);
  }
  return path;
}

function nameOf(certificate) {
  const fields = parsed(certificate).valueBlock.value[0].valueBlock.value;
  const at = fields[0] instanceof asn1js.Integer ? 0 : 1; // after the version, where there is one
  return { serial: fields[at], issuer: fields[at + 2] };
}

// type: the eContentType. content: bytes. signer: what openKeystore gives. at: Unix seconds.
export async function signAttached(type, content, signer, at) {
  const { certificate, chain, sign } = signer;
  const attributes = attributesOf(type, content, certificate, at);
  const signature = await sign(encoded(set(...attributes.map(parsed))));
  const { serial, issuer } = nameOf(certificate);
  const signerInfo = sequence(
    integer(1), sequence(parsed(encoded(issuer)), parsed(encoded(serial))), digestAlgorithm(), tagged(0, ...attributes.map(parsed)),
    sequence(object(oid.rsa), new asn1js.Null()), octets(signature),
  );
  const signedData = sequence(
    integer(3), set(digestAlgorithm()), sequence(object(type), tagged(0, octets(content))),
    tagged(0, ...sorted(pathOf(certificate, chain)).map(parsed)), set(signerInfo),
  );
  return concat(encoded(sequence(object(oid.signedData), tagged(0, signedData))));
}
