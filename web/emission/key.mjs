// SPDX-License-Identifier: GPL-3.0-or-later
//
// The holder's key pair and what leaves this page of it: a certificate request (PKCS#10).
import * as x509 from '@peculiar/x509';
import { equalBytes, toPem } from './bytes.mjs';

const algorithm = {
  name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]),
};

// Extractable, because the key's only home is the .p12 that this page writes.
export async function makeKey() {
  const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
  return { pair, spki };
}

export async function exportKey({ pair }) {
  return new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
}

// The same key from its PKCS#8 form, after it waited in a file.
export async function restoreKey(pkcs8) {
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']);
  const { kty, n, e } = await crypto.subtle.exportKey('jwk', privateKey);
  const publicKey = await crypto.subtle.importKey('jwk', { kty, n, e }, algorithm, true, ['verify']);
  return { pair: { privateKey, publicKey }, spki: new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)) };
}

// The subject is ignored: the certificate is built from what the agents approved (design 2.9).
export async function makeRequest({ pair }) {
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=EMISSAO', keys: pair, signingAlgorithm: algorithm,
  });
  return toPem('CERTIFICATE REQUEST', new Uint8Array(request.rawData));
}

const oids = { commonName: '2.5.4.3', serialNumber: '2.5.4.5' };

// What people recognise a certificate by. "MARIA DA SILVA:52998224725" is how the common name goes.
export function readCertificate(der) {
  const certificate = new x509.X509Certificate(der);
  const commonName = certificate.subjectName.getField(oids.commonName).at(-1) ?? '';
  return {
    spki: new Uint8Array(certificate.publicKey.rawData),
    name: commonName.split(':')[0],
    number: commonName.split(':')[1] ?? '', // CPF or CNPJ
    serial: certificate.serialNumber,
    from: certificate.notBefore,
    until: certificate.notAfter,
  };
}

// What programs list the certificate by: whose it is, and until when (the day that stands in the certificate).
export function friendlyName({ name, until }) {
  const [year, month, day] = until.toISOString().slice(0, 10).split('-');
  return `${name} - expira em ${day}/${month}/${year}`;
}

// Does this private key (PKCS#8) belong to this certificate? Asked by use, not by comparing numbers.
export async function keyFitsCertificate(pkcs8, der) {
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
  const publicKey = await crypto.subtle.importKey('spki', readCertificate(der).spki, algorithm, false, ['verify']);
  const challenge = crypto.getRandomValues(new Uint8Array(32));
  const signature = await crypto.subtle.sign(algorithm, privateKey, challenge);
  return crypto.subtle.verify(algorithm, publicKey, signature, challenge);
}

export const certificateIsFor = (der, { spki }) => equalBytes(readCertificate(der).spki, spki);
