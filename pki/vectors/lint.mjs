// SPDX-License-Identifier: GPL-3.0-or-later
//
// Examines pki/vectors/lint/*.der with a second implementation that shares no line with pki/certificate/lint*.c, and
// compares with pki/vectors/lint.json. What it knows of each rule is written down in docs/lint.md.
// Run: node pki/vectors/lint.mjs (quiet when all agree). As of 2026-11-23T12:00:00Z.
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const today = Date.UTC(2026, 10, 23, 12);
const universal = { seq: 0x30, set: 0x31, oid: 0x06, int: 0x02, bits: 0x03, octets: 0x04, bool: 0x01 };

// --- DER ---

function element(bytes, at = 0) {
  if (bytes.length < at + 2) throw new Error('cut');
  let length = bytes[at + 1];
  let begin = at + 2;
  if (length & 0x80) {
    const count = length & 0x7f;
    if (count < 1 || count > 3 || bytes[begin] === 0) throw new Error('length');
    length = bytes.readUIntBE(begin, count);
    begin += count;
    if (length < 0x80) throw new Error('length');
  }
  if (begin + length > bytes.length) throw new Error('cut');
  return { tag: bytes[at], whole: bytes.subarray(at, begin + length), content: bytes.subarray(begin, begin + length) };
}

function children(bytes) {
  const list = [];
  for (let at = 0; at < bytes.length; at += list.at(-1).whole.length) list.push(element(bytes, at));
  return list;
}

const one = (bytes) => {
  const only = element(bytes);
  if (only.whole.length !== bytes.length) throw new Error('more than one');
  return only;
};

function dotted(content) {
  const arcs = [];
  let value = 0;
  for (const octet of content) {
    value = value * 128 + (octet & 0x7f);
    if (octet & 0x80) continue;
    if (arcs.length === 0) arcs.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)));
    else arcs.push(value);
    value = 0;
  }
  return arcs.join('.');
}

function time({ tag, content }) {
  const text = content.toString('latin1');
  const found = tag === 0x17 ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
    : tag === 0x18 ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text) : null;
  if (!found) return null;
  const [year, month, day, hour, minute, second] = found.slice(1).map(Number);
  const full = tag === 0x17 ? (year < 50 ? 2000 : 1900) + year : year;
  return tag === 0x18 && full < 2050 ? null : Date.UTC(full, month - 1, day, hour, minute, second);
}

// --- numbers ---

const digit = (sum, ten = 0) => { const rest = sum % 11; return rest < 2 ? ten : 11 - rest; };
const weigh = (text, weights) => [...text].reduce((sum, c, i) => sum + (c.charCodeAt(0) - 48) * weights[i], 0);

function isCpf(text) {
  if (!/^\d{11}$/.test(text) || /^(\d)\1+$/.test(text)) return false;
  return digit(weigh(text.slice(0, 9), [10, 9, 8, 7, 6, 5, 4, 3, 2])) === Number(text[9]) &&
    digit(weigh(text.slice(0, 10), [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])) === Number(text[10]);
}

function isCnpj(text) {
  if (!/^[0-9A-Z]{12}\d\d$/.test(text) || /^(.)\1+$/.test(text)) return false;
  return digit(weigh(text.slice(0, 12), [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) === Number(text[12]) &&
    digit(weigh(text.slice(0, 13), [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) === Number(text[13]);
}

const isNis = (text) => digit(weigh(text.slice(0, 10), [3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) === Number(text[10]);

function isVoter(text) {
  const small = text.slice(8, 10) === '01' || text.slice(8, 10) === '02';
  const uf = Number(text.slice(8, 10));
  const modulus = (sum) => { const rest = sum % 11; return rest === 10 ? 0 : rest === 0 && small ? 1 : rest; };
  const first = modulus(weigh(text.slice(0, 8), [2, 3, 4, 5, 6, 7, 8, 9]));
  return uf >= 1 && uf <= 28 && first === Number(text[10]) &&
    modulus(Number(text[8]) * 7 + Number(text[9]) * 8 + first * 9) === Number(text[11]);
}

function isCei(text) {
  const sum = weigh(text.slice(0, 11), [7, 4, 1, 8, 5, 2, 1, 6, 3, 7, 4]);
  return (10 - (Math.floor(sum / 10) % 10 + sum % 10) % 10) % 10 === Number(text[11]);
}

const ufs = new Set('AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO ZZ'.split(' '));
const zeros = (text) => /^0+$/.test(text);
const inNames = /^[A-Za-z0-9 !"#$%&'()*+,\-./:;=?@\\]*$/;
const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

// --- the parts ---

const refusedSignatures = new Set(['1.2.840.113549.1.1.4', '1.2.840.113549.1.1.5', '1.2.840.113549.1.1.14',
  '1.2.840.113549.1.1.12', '1.2.840.113549.1.1.10', '1.2.840.10045.4.1', '1.2.840.10045.4.3.3']);
const acceptedSignatures = new Set(['1.2.840.113549.1.1.11', '1.2.840.113549.1.1.13', '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.4', '1.3.101.112', '1.3.101.113']);

function signature(add, inner, outer) {
  if (!inner.whole.equals(outer.whole)) add('signature-differs');
  const name = dotted(children(outer.content)[0].content);
  if (refusedSignatures.has(name)) add('signature-algorithm');
  else if (!acceptedSignatures.has(name)) add('signature-unverifiable');
  else if ((children(outer.content)[1]?.whole.toString('hex') ?? '') !== (name.startsWith('1.2.840.113549.') ? '0500' : '')) add('signature-parameters');
}

function signed(add, bits) {
  if (bits.content.length < 2 || bits.content[0] !== 0) add('encoding');
}

function issuerName(add, name) {
  const attributes = quietly(add, 'issuer-form', () => children(name.content).map(({ content }) => children(one(content).content)[1].content.length));
  if (attributes && (attributes.length === 0 || attributes.includes(0))) add('issuer-form');
}

function serialNumber(content) {
  const value = content[0] === 0 ? content.subarray(1) : content;
  return content[0] < 0x80 && value.length > 0 && value.some((octet) => octet !== 0) && value.length <= 20 && (content[0] !== 0 || value[0] >= 0x80);
}

const keyIdentifier = (value) => {
  try {
    const parts = children(one(value).content);
    return parts[0]?.tag === 0x80 && parts[0].content.length > 0 ? parts.length : 0;
  } catch {
    return 0;
  }
};

// A web address; what has another scheme is none, and what has no scheme is told.
function address(add, text) {
  const good = /^https?:\/\/(?:\[[^\]]+\]|[A-Za-z0-9][A-Za-z0-9.-]*)(?::\d*)?(?:[/?#].*)?$/.test(text) && /^[!#-;=?-\[\]_a-z~]*$/.test(text);
  if (!good && (/^https?:/.test(text) || !/^[A-Za-z]{2,}:./.test(text))) add('web-address');
  return good;
}

// The URI of the first name of each DistributionPoint.
function crlPoints(add, value) {
  const found = new Set();
  for (const point of value ? children(one(value).content) : []) {
    if (point.tag !== universal.seq) throw new Error('point');
    const [name, ...more] = children(point.content);
    const uri = children(children(name.content)[0].content)[0];
    if (uri.tag !== 0x86 || !address(add, uri.content.toString('latin1'))) continue;
    found.add(uri.content.toString('latin1'));
    if (more.length > 0) add('crl-point-partial');
  }
  return found.size;
}

function authorityAccess(add, value) {
  let chain = false;
  for (const description of value ? children(one(value).content) : []) {
    if (description.tag !== universal.seq) throw new Error('access');
    const [method, uri] = children(description.content);
    const good = uri.tag === 0x86 && address(add, uri.content.toString('latin1'));
    chain ||= good && dotted(method.content) === '1.3.6.1.5.5.7.48.2';
  }
  return chain;
}

function rsa(add, parameters, bits, holder, policy) {
  let numbers;
  try {
    if (parameters.length !== 1 || parameters[0].whole.toString('hex') !== '0500' || bits[0] !== 0) throw new Error('form');
    numbers = children(one(bits.subarray(1)).content).map(({ content }) => {
      if (content[0] & 0x80 || (content[0] === 0 && !(content[1] & 0x80))) throw new Error('number');
      return BigInt(`0x${content.toString('hex')}`);
    });
  } catch {
    add('key-form');
    return;
  }
  const [modulus, exponent] = numbers;
  const size = modulus.toString(2).length;
  if (size < 2048 || (holder && size !== 2048 && size !== 4096)) add('key-size');
  else if (holder && policy && (policy === 4) !== (size === 4096)) add('key-size-policy');
  if (exponent !== 65537n) add('key-exponent');
  for (let prime = 2n; prime <= 167n; prime++) {
    if (modulus % prime === 0n) {
      add('key-small-factor');
      return;
    }
  }
}

function key(add, spki, holder, policy) {
  const [algorithm, bits] = children(spki.content);
  const [type, ...parameters] = children(algorithm.content);
  const name = dotted(type.content);
  if (bits.tag !== universal.bits) add('key-form');
  else if (name === '1.2.840.113549.1.1.1') rsa(add, parameters, bits.content, holder, policy);
  else if (name === '1.2.840.10045.2.1') {
    const wanted = holder ? '1.3.36.3.3.2.8.1.1.7' : '1.3.36.3.3.2.8.1.1.13';
    if (parameters[0].tag !== universal.oid) add('key-form');
    else if (dotted(parameters[0].content) !== wanted) add('key-algorithm');
    else if (bits.content.length !== (holder ? 66 : 130) || bits.content.readUInt16BE(0) !== 4) add('key-form');
  } else if (/^1\.3\.101\.11[023]$/.test(name)) {
    if (parameters.length > 0 || bits.content.length !== (name.endsWith('3') ? 58 : 33) || bits.content[0] !== 0) add('key-form');
  } else add(name === '1.2.840.10040.4.1' ? 'key-algorithm' : 'key-unverifiable');
}

function extensionList(content) {
  return children(content).map(({ content: fields }) => {
    const parts = children(fields);
    if (parts[0].tag !== universal.oid) throw new Error('no name');
    const flag = parts.length === 3 ? parts[1].content[0] : 0;
    return { oid: dotted(parts[0].content), critical: flag !== 0, spelled: parts.length === 3 && flag !== 0xff, value: parts.at(-1).content };
  });
}

const find = (list, oid) => list.find((extension) => extension.oid === oid)?.value;

function subject(add, name, policy) {
  const seen = { '2.5.4.6': [], '2.5.4.10': [], '2.5.4.11': [], '2.5.4.3': [], '2.5.4.5': [] };
  for (const set of children(name.content)) {
    const [type, value] = children(children(set.content)[0].content);
    const oid = dotted(type.content);
    const text = value.content.toString('latin1');
    const characters = value.tag === 0x0c ? [...value.content.toString('utf8')].length : text.length;
    if (value.tag === 0x13 && !printable.test(text)) add('string-charset');
    if (value.tag === 0x0c) {
      if (!Buffer.from(value.content.toString('utf8')).equals(value.content)) add('string-charset');
      if (oid === '2.5.4.6' || oid === '2.5.4.5') add('string-type');
    }
    if (value.tag !== 0x13 && value.tag !== 0x0c) add('string-type');
    if (!inNames.test(text)) add('name-charset');
    if (characters < 1 || characters > (oid === '2.5.4.8' || oid === '2.5.4.7' ? 128 : 64)) add('rdn-length');
    if (!/^2\.5\.4\.(?:3|5|6|7|8|10|11)$/.test(oid)) add('subject-attribute');
    if (/^ | $/.test(text)) add('subject-blanks');
    seen[oid]?.push(text);
  }
  const units = seen['2.5.4.11'].map((unit) => unit.trim());
  for (const unit of units) {
    const typed = /^(?:RFB e-|Certificado P).* A(\d)$/i.exec(unit);
    if (typed && policy && Number(typed[1]) !== policy) add('ou-policy');
  }
  const common = seen['2.5.4.3'].at(-1) ?? '';
  const number = seen['2.5.4.5'].at(-1) ?? '';
  if (seen['2.5.4.3'].length !== 1) add('subject-form');
  if (seen['2.5.4.6'].length !== 1 || seen['2.5.4.6'][0] !== 'BR') add('subject-country');
  if (seen['2.5.4.10'].length !== 1 || seen['2.5.4.10'][0].trim().toLowerCase() !== 'icp-brasil') add('subject-organization');
  if (seen['2.5.4.5'].length > 1 || (number && !isCpf(number) && !isCnpj(number))) add('subject-serial');
  const parts = /^(.*):([^:]*)$/.exec(common);
  if (!parts || (!isCpf(parts[2]) && !isCnpj(parts[2]))) add('common-name');
  else {
    if (parts[1].length < 1 || parts[1].length > (isCpf(parts[2]) ? 52 : 49)) add('common-name-width');
    if (parts[1].endsWith(' ')) add('subject-blanks');
    if (/[a-z]/.test(common)) add('common-name-case');
    if (common.includes(',')) add('common-name-comma');
  }
  if (!number) {
    if (!units.some(isCnpj)) add('ou-ar');
    if (!units.some((unit) => /^(presencial|videoconferencia|certificado digital|ar eletronica)$/i.test(unit))) add('ou-method');
  }
  return { common, number };
}

function tail(add, text) {
  let kept = text.replace(/ +$/, '');
  if (/^[0 ]+$/.test(kept)) kept = '';
  if (kept !== text) add('san-padding');
  if (kept && !ufs.has(kept.slice(-2))) add('san-uf');
  return kept.length;
}

// Digits of a fixed place; '' for zeros, null (and the finding) for anything else.
function digits(add, text) {
  if (!/^\d+$/.test(text)) {
    add('san-digits');
    return null;
  }
  return zeros(text) ? '' : text;
}

function width(add, text, least, most) {
  if (text.length < least) add('san-short');
  if (text.length > most) add('san-long');
  return text.length >= least;
}

function person(add, text, issued) {
  if (!width(add, text, 45, 55)) return '';
  const born = digits(add, text.slice(0, 8));
  if (born !== null) {
    const [day, month, year] = [text.slice(0, 2), text.slice(2, 4), text.slice(4, 8)].map(Number);
    const date = new Date(Date.UTC(year, month - 1, day));
    if (born === '' || year < 1900 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) add('san-birth-date');
    else if (issued && date.getTime() > issued - 3 * 3600000) add('san-birth-future');
  }
  const cpf = digits(add, text.slice(8, 19));
  if (cpf !== null && !isCpf(cpf)) add('san-cpf');
  const nis = digits(add, text.slice(19, 30));
  if (nis && !isNis(nis)) add('san-nis');
  const rg = text.slice(30, 45);
  if (!/^[0-9A-Z]{15}$/.test(rg)) add('san-rg');
  const rest = tail(add, text.slice(45));
  const absent = /^0*$/.test(rg);
  if (absent !== (rest === 0)) add('san-rg-issuer');
  return cpf ?? '';
}

function voter(add, text) {
  if (!width(add, text, 19, 41)) return;
  const [title, zone, section] = [text.slice(0, 12), text.slice(12, 15), text.slice(15, 19)].map((part) => digits(add, part));
  if (title === null || zone === null || section === null) return;
  const rest = tail(add, text.slice(19));
  if (title === '' && (zone || section || rest)) add('san-voter-absent');
  if (title && !isVoter(title)) add('san-voter');
}

function icpName(add, arc, text, found, issued) {
  if (!/^[A-Z0-9 !"#$%&'()*+,\-./:;=?@\\]*$/.test(text)) add('san-charset');
  if (arc === 1 || arc === 4) found.cpf = person(add, text, issued);
  if (arc === 2 && text.length === 0) add('san-responsible-name');
  if (arc === 2 && text.length > 105) add('san-long');
  if (arc === 3 && width(add, text, 14, 14)) {
    if (!isCnpj(text)) add('san-cnpj');
    found.cnpj = text;
  }
  if (arc === 5) voter(add, text);
  if ((arc === 6 || arc === 7) && width(add, text, 12, 12)) {
    const cei = digits(add, text);
    if (cei && !isCei(cei)) add('san-cei');
  }
}

function otherName(add, entry, seen, found, issued) {
  const [type, wrapped] = children(entry.content);
  const icp = /^2\.16\.76\.1\.3\.([1-7])$/.exec(dotted(type.content));
  if (entry.whole.length > 127) add('san-size');
  if (!icp) {
    if (!dotted(type.content).startsWith('2.16.76.1.') && dotted(type.content) !== '1.3.6.1.4.1.311.20.2.3') add('san-foreign');
    return;
  }
  const arc = Number(icp[1]);
  seen[arc] = (seen[arc] ?? 0) + 1;
  if (seen[arc] > 1) {
    add('san-duplicate');
    return;
  }
  const inner = one(wrapped.content);
  if ([0x0c, 0x16, 0x14].includes(inner.tag)) add('san-inner-type');
  else if (inner.tag !== 0x04 && inner.tag !== 0x13) {
    add('san-inner-unreadable');
    return;
  }
  icpName(add, arc, inner.content.toString('latin1'), found, issued);
}

function alternativeNames(add, value, { common, number }, issued) {
  const seen = {};
  const found = { cpf: '', cnpj: '' };
  let mails = 0;
  const entries = value ? children(one(value).content) : [];
  if (entries.length === 0) add('san-malformed');
  for (const entry of entries) {
    if (entry.tag !== 0xa0 && entry.tag !== 0x81) add('san-kind');
    if (entry.tag === 0xa0) otherName(add, entry, seen, found, issued);
    if (entry.tag === 0x81) {
      if (!/^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$/.test(entry.content.toString('latin1'))) add('san-email');
      if (mails++ > 0) add('san-email-twice');
    }
  }
  if (mails === 0) add('san-email');
  if (!seen[1] && !seen[3]) add('san-identity');
  else if (!number) for (const arc of seen[3] ? [4, 2, 3, 7] : [1, 6, 5]) { if (!seen[arc]) add('san-set'); }
  else for (const arc of [2, 4, 5, 7]) { if (seen[arc]) add('san-extinct'); }
  const own = seen[3] ? found.cnpj : seen[1] ? found.cpf : '';
  if (own && common.includes(':') && common.slice(common.lastIndexOf(':') + 1) !== own) add('common-name');
  if (own && number && number !== own) add('subject-serial');
  return { person: Boolean(seen[1]), company: Boolean(seen[3]) };
}

const quietly = (add, code, read) => {
  try {
    return read();
  } catch {
    add(code);
    return undefined;
  }
};

function policies(add, value, policy, who, number) {
  if (!value) {
    add('policy-count');
    return;
  }
  const list = children(one(value).content);
  if (list[0]?.tag !== universal.seq || children(list[0].content)[0]?.tag !== universal.oid) {
    add('extension-form');
    return;
  }
  if (list.length !== 1) {
    add('policy-count');
    return;
  }
  if (!policy) add('policy-arc');
  const qualifiers = children(list[0].content)[1];
  const statements = (qualifiers ? children(qualifiers.content) : []).map(({ content }) => children(content)[1])
    .filter(({ tag }) => tag === 0x16).map(({ content }) => address(add, content.toString('latin1')));
  if (!statements.includes(true)) add('policy-cps');
  const seal = policy === 201 || policy === 202;
  if (seal && who.person) add('policy-holder');
  if (number && !seal && who.company) add('policy-holder');
  if ((number && policy === 1) || policy === 2 || (policy >= 101 && policy <= 104)) add('policy-extinct');
}

function usages(add, value) {
  const names = value === undefined ? [] : quietly(add, 'extension-form', () => {
    const only = one(value);
    if (only.tag !== universal.seq) throw new Error('form');
    return children(only.content).map(({ tag, content }) => {
      if (tag !== universal.oid) throw new Error('form');
      return dotted(content);
    });
  });
  if (names === undefined) return;
  for (const name of names) {
    if (name === '1.3.6.1.4.1.311.20.2.2') add('extended-key-usage-logon');
    else if (name !== '1.3.6.1.5.5.7.3.2' && name !== '1.3.6.1.5.5.7.3.4') add('extended-key-usage-extra');
  }
  if (!names.includes('1.3.6.1.5.5.7.3.2') || !names.includes('1.3.6.1.5.5.7.3.4')) add('extended-key-usage');
}

function policyOf(value) {
  const list = value ? children(one(value).content) : [];
  const found = list.length === 1 && /^2\.16\.76\.1\.2\.(\d+)\.\d+$/.exec(dotted(children(list[0].content)[0]?.content ?? Buffer.alloc(0)));
  return found ? Number(found[1]) : 0;
}

function constraints(add, extension, holder) {
  if (!extension) return;
  const read = quietly(add, 'basic-constraints', () => {
    const parts = children(one(extension.value).content);
    const flag = parts.find(({ tag }) => tag === universal.bool);
    if (flag && flag.content[0] !== 0xff) throw new Error('DER');
    if (parts.some(({ tag, content }) => tag === universal.int && content[0] & 0x80)) throw new Error('negative');
    return { authority: Boolean(flag), path: parts.some(({ tag }) => tag === universal.int) };
  });
  if (read && (holder ? read.authority || read.path : !extension.critical)) add('basic-constraints');
}

function certificate(add, der) {
  const parts = quietly(add, 'encoding', () => {
    const [tbs, outer, mark] = children(one(der).content);
    return { fields: children(tbs.content), outer, mark };
  });
  if (!parts) return;
  const { fields, outer, mark } = parts;
  const version = fields[0].tag === 0xa0 ? children(fields[0].content)[0].content[0] + 1 : 1;
  const [serial, inner, issuer, validity, name, spki] = fields.slice(fields[0].tag === 0xa0 ? 1 : 0);
  const list = fields.at(-1).tag === 0xa3 ? extensionList(children(fields.at(-1).content)[0].content) : [];
  const names = find(list, '2.5.29.17');
  const usage = find(list, '2.5.29.15');
  const holds = names?.includes(Buffer.from('0605604c0103', 'hex')) ?? false;
  const basic = find(list, '2.5.29.19');
  const authority = !holds && basic?.includes(Buffer.from('0101ff', 'hex')) && (usage?.at(-1) & 0x04) !== 0;
  const policy = policyOf(find(list, '2.5.29.32'));
  key(add, spki, !authority, authority ? 0 : policy);
  if (version !== 3) add('version');
  if (!serialNumber(serial.content)) add('serial');
  else if (serial.content.length > 20) add('serial-sign');
  signature(add, inner, outer);
  signed(add, mark);
  issuerName(add, issuer);
  if (fields.some(({ tag }) => tag === 0x81 || tag === 0x82)) add('unique-id');
  if (!authority && issuer.whole.equals(name.whole)) add('self-issued');
  const [from, until] = children(validity.content).map(time);
  if (from === null || until === null) add('time-form');
  else {
    if (from >= until) add('validity');
    if (until < today) add('expired');
    if (from > today) add('not-yet-valid');
    const years = { 1: 1, 201: 1, 101: 1, 2: 2, 3: 5, 202: 5, 4: 6, 104: 6 }[policy];
    if (!authority && years && until - from > (years * 365 + Math.floor(years / 4) + 2) * 86400000) add('validity-policy');
  }
  let told = { common: '', number: '' };
  let who = { person: false, company: false };
  if (!authority) {
    told = subject(add, name, policy);
    who = alternativeNames(add, names, told, from ?? 0);
  }
  const counted = {};
  for (const { oid, critical, spelled } of list) {
    if (spelled) add('extension-form');
    if (critical && ['2.5.29.37', '2.5.29.17', '2.5.29.32'].includes(oid)) add('criticality');
    else if (critical && !['2.5.29.15', '2.5.29.19'].includes(oid)) add('critical-extension');
    counted[oid] = (counted[oid] ?? 0) + 1;
    if (counted[oid] > 1) add('duplicate-extension');
  }
  const bits = usage?.length === 4 ? usage[3] : -1;
  const algorithm = dotted(children(children(spki.content)[0].content)[0].content);
  const signsOnly = !authority && ['1.2.840.10045.2.1', '1.3.101.112', '1.3.101.113'].includes(algorithm);
  if (signsOnly && bits === 0xe0) add('key-usage-algorithm');
  else if (bits !== (authority ? 0x06 : signsOnly ? 0xc0 : 0xe0)) add('key-usage');
  if (bits > 0 && usage[2] !== Math.log2(bits & -bits)) add('extension-form');
  if (list.some(({ oid, critical }) => oid === '2.5.29.15' && !critical)) add('key-usage-critical');
  if (!authority) {
    usages(add, find(list, '2.5.29.37'));
    policies(add, find(list, '2.5.29.32'), policy, who, told.number);
    if (quietly(add, 'extension-form', () => authorityAccess(add, find(list, '1.3.6.1.5.5.7.1.1'))) === false) add('ca-issuers');
  }
  const root = issuer.whole.equals(name.whole);
  const points = quietly(add, 'extension-form', () => crlPoints(add, find(list, '2.5.29.31')));
  if (!root && points < (authority ? 1 : 2)) add('crl-points');
  const own = find(list, '2.5.29.35');
  const identified = own ? keyIdentifier(own) : 0;
  if (identified === 0 && (!root || own)) add('authority-key');
  if (identified > 1 && !authority) add('authority-key-more');
  const named = find(list, '2.5.29.14');
  if (named ? named[0] !== universal.octets || named[1] === 0 || named[1] + 2 !== named.length : authority) add('subject-key');
  constraints(add, list.find(({ oid }) => oid === '2.5.29.19'), !authority);
}

function request(add, der) {
  const [body, algorithm, bits] = children(one(der).content);
  const [version, , spki, attributes] = children(body.content);
  if (version.content.toString('hex') !== '00') add('encoding');
  const suite = dotted(children(algorithm.content)[0].content);
  if (suite !== '1.2.840.113549.1.1.12') signature(add, algorithm, algorithm);
  signed(add, bits);
  for (const attribute of attributes ? children(attributes.content) : []) {
    const name = dotted(children(attribute.content)[0].content);
    if (name === '1.2.840.113549.1.9.7') add('csr-password');
    if (name === '1.2.840.113549.1.9.14') add('csr-ignored');
  }
  key(add, spki, true, 0);
  const holder = createPublicKey({ key: spki.whole, format: 'der', type: 'spki' });
  const digest = { '1.2.840.113549.1.1.5': 'sha1', '1.2.840.113549.1.1.12': 'sha384' }[suite] ?? 'sha256';
  if (!verify(digest, body.whole, holder, bits.content.subarray(1))) add('csr-signature');
}

function crl(add, der) {
  const [body, outer, mark] = children(one(der).content);
  const fields = children(body.content);
  const version = fields[0].tag === universal.int ? fields.shift().content[0] + 1 : 1;
  if (version !== 2) add('crl-version');
  const [inner, issuer, issued, ...rest] = fields;
  signature(add, inner, outer);
  signed(add, mark);
  issuerName(add, issuer);
  const next = rest[0]?.tag === 0x17 || rest[0]?.tag === 0x18 ? time(rest.shift()) : undefined;
  if (next === undefined) add('crl-next-update');
  else if (next === null || time(issued) === null) add('time-form');
  else if (next <= time(issued)) add('validity');
  else if (next < today) add('crl-expired');
  if (time(issued) > today) add('not-yet-valid');
  const revoked = rest[0]?.tag === universal.seq ? rest.shift() : undefined;
  const list = quietly(add, 'extension-form', () => (rest[0]?.tag === 0xa0 ? extensionList(children(rest[0].content)[0].content) : [])) ?? [];
  const number = find(list, '2.5.29.20');
  if (!number || (number.toString('hex') !== '020100' && !serialNumber(one(number).content))) add('crl-number');
  if (!keyIdentifier(find(list, '2.5.29.35') ?? Buffer.alloc(0))) add('crl-authority-key');
  if (list.some(({ critical }) => critical)) add('critical-extension');
  if (new Set(list.map(({ oid }) => oid)).size < list.length) add('duplicate-extension');
  if (revoked && revoked.content.length === 0) add('crl-empty-list');
  const told = new Set();
  const serials = new Set();
  quietly(add, 'encoding', () => {
    for (const entry of revoked ? children(revoked.content) : []) {
      if (entry.tag !== universal.seq) throw new Error('entry');
      const [serial, when, more] = children(entry.content);
      if (time(when) > today) told.add('crl-future');
      const words = more ? extensionList(more.content) : [];
      if (words.some(({ critical }) => critical)) told.add('encoding');
      const code = find(words, '2.5.29.21');
      const reason = code?.at(-1);
      if (code && code[0] !== 0x0a) told.add('crl-reason');
      else if (reason === 0 || reason === 7 || reason > 10) told.add('crl-reason');
      if (reason === 6 || reason === 8) told.add('crl-hold');
      if (!serialNumber(serial.content)) told.add('crl-serial');
      const text = serial.content.toString('hex');
      if (serials.has(text)) told.add('crl-duplicate');
      serials.add(text);
    }
  });
  for (const code of told) add(code);
}

function kindOf(der) {
  try {
    const fields = children(children(one(der).content)[0].content);
    if (fields[0].tag === 0xa0) return certificate;
    const first = fields[0].tag === universal.int ? 1 : 0;
    if (children(fields[first].content)[0]?.tag !== universal.oid) return request;
    return fields[first + 2].tag === universal.seq ? certificate : crl;
  } catch {
    return certificate;
  }
}

// Codes that the second implementation finds in one object.
export function examine(der) {
  const codes = [];
  kindOf(der)((code) => codes.push(code), der);
  return codes;
}

// Vectors on which the two implementations differ: [{file, expected, found}].
export function differences(folder = new URL('.', import.meta.url)) {
  const vectors = JSON.parse(readFileSync(new URL('lint.json', folder), 'utf8'));
  return vectors.map(({ file, findings }) => ({
    file,
    expected: findings.map(({ code }) => code).sort(),
    found: examine(readFileSync(new URL(`lint/${file}.der`, folder))).sort(),
  })).filter(({ expected, found }) => expected.join() !== found.join());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = differences();
  for (const { file, expected, found: other } of found) console.error(`${file}: ${expected} / ${other}`);
  process.exit(found.length === 0 ? 0 : 1);
}
