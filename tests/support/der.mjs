// SPDX-License-Identifier: GPL-3.0-or-later
// A reader of DER that owes nothing to the programs under test: elements with tag, content and children.
import { createHash } from 'node:crypto';

export function read(bytes, offset = 0) {
  const tag = bytes[offset];
  let at = offset + 1;
  let length = bytes[at++];
  if (length & 0x80) {
    const count = length & 0x7f;
    if (count === 0 || count > 4) throw new Error(`der: length at ${at}`);
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + bytes[at++];
  }
  const end = at + length;
  if (tag === undefined || end > bytes.length) throw new Error(`der: truncated at ${offset}`);
  const element = { tag, whole: bytes.subarray(offset, end), content: bytes.subarray(at, end), end };
  if (tag & 0x20) {
    element.children = [];
    for (let child = at; child < end; child = element.children.at(-1).next) {
      const inner = read(bytes, child);
      inner.next = inner.end;
      element.children.push(inner);
    }
  }
  return element;
}

export function oid(element) {
  const bytes = element.content;
  const parts = [];
  let value = 0n;
  for (const byte of bytes) {
    value = (value << 7n) | BigInt(byte & 0x7f);
    if (byte & 0x80) continue;
    if (parts.length === 0) {
      const first = value < 40n ? 0n : value < 80n ? 1n : 2n;
      parts.push(first, value - first * 40n);
    } else {
      parts.push(value);
    }
    value = 0n;
  }
  return parts.join('.');
}

export function pemToDer(pem) {
  const found = /-----BEGIN ([A-Z ]+)-----([\s\S]+?)-----END \1-----/.exec(pem);
  if (!found) throw new Error('no PEM block');
  return Buffer.from(found[2], 'base64');
}

export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest();
}

// What stands in a certificate, as bytes and lists.
export function certificate(pemOrDer) {
  const der = Buffer.isBuffer(pemOrDer) ? pemOrDer : pemToDer(pemOrDer);
  const body = read(der).children[0].children;
  const at = body[0].tag === 0xa0 ? 1 : 0;
  const extensions = {};
  const wrapper = body.find((element) => element.tag === 0xa3);
  for (const extension of wrapper ? wrapper.children[0].children : []) {
    const parts = extension.children;
    extensions[oid(parts[0])] = {
      critical: parts.length === 3 && parts[1].content[0] === 0xff,
      value: read(parts.at(-1).content),
    };
  }
  return {
    der,
    version: at === 1 ? body[0].children[0].content[0] + 1 : 1,
    serial: body[at].content.toString('hex'),
    issuer: names(body[at + 2]),
    notBefore: time(body[at + 3].children[0]),
    notAfter: time(body[at + 3].children[1]),
    subject: names(body[at + 4]),
    spki: body[at + 5].whole,
    extensions,
  };
}

function names(sequence) {
  return sequence.children.map((set) => {
    const [type, value] = set.children[0].children;
    return { oid: oid(type), tag: value.tag, text: value.content.toString('latin1'), count: set.children.length };
  });
}

function time(element) {
  const text = element.content.toString('ascii');
  const full = element.tag === 0x17 ? (text < '50' ? `20${text}` : `19${text}`) : text;
  return Date.UTC(full.slice(0, 4), full.slice(4, 6) - 1, full.slice(6, 8), full.slice(8, 10), full.slice(10, 12),
    full.slice(12, 14));
}

// GeneralNames of the subject alternative name: [{tag, oid?, text}].
export function alternativeNames(cert) {
  const extension = cert.extensions['2.5.29.17'];
  return extension.value.children.map((name) => {
    if (name.tag !== 0xa0) return { tag: name.tag, text: name.content.toString('latin1') };
    const [type, value] = name.children;
    return { tag: name.tag, oid: oid(type), inner: value.children[0].tag,
      text: value.children[0].content.toString('latin1') };
  });
}

export function requestSpki(pemOrDer) {
  const der = Buffer.isBuffer(pemOrDer) ? pemOrDer : pemToDer(pemOrDer);
  return read(der).children[0].children[2].whole;
}

// The content that travels inside an attached CMS SignedData.
export function signedContent(cms) {
  const signed = read(cms).children[1].children[0];
  return signed.children[2].children[1].children[0].content;
}
