// SPDX-License-Identifier: GPL-3.0-or-later
// The auditor's own arithmetic, from the published rules alone: RFC 6962 trees, C2SP signed notes and tiles, zip files.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

export function leafHash(bytes) {
  return createHash('sha256').update(Buffer.from([0])).update(bytes).digest();
}

export function nodeHash(left, right) {
  return createHash('sha256').update(Buffer.from([1])).update(left).update(right).digest();
}

// RFC 6962 2.1: the largest power of two below n splits a list of n.
function split(n) {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

export function rootOf(hashes) {
  if (hashes.length === 0) return createHash('sha256').digest();
  if (hashes.length === 1) return hashes[0];
  const k = split(hashes.length);
  return nodeHash(rootOf(hashes.slice(0, k)), rootOf(hashes.slice(k)));
}

// RFC 6962 2.1.1, as RFC 9162 2.1.3.2 verifies it.
export function verifyInclusion(index, size, leaf, proof, root) {
  let fn = index;
  let sn = size - 1;
  let hash = leaf;
  for (const step of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(step, hash);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else {
      hash = nodeHash(hash, step);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && hash.equals(root);
}

// RFC 9162 2.1.4.2.
export function verifyConsistency(first, second, proof, firstRoot, secondRoot) {
  if (first === second) return proof.length === 0 && firstRoot.equals(secondRoot);
  const path = [...proof];
  if (Number.isInteger(Math.log2(first))) path.unshift(firstRoot);
  let fn = first - 1;
  let sn = second - 1;
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  if (path.length === 0) return false;
  let fr = path[0];
  let sr = path[0];
  for (const step of path.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeHash(step, fr);
      sr = nodeHash(step, sr);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else {
      sr = nodeHash(sr, step);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && fr.equals(firstRoot) && sr.equals(secondRoot);
}

// The root of a tree whose first leaves are known only by the peaks of their complete subtrees.
export function rootAfterPeaks(size, peaks, hashes) {
  const stack = [];
  let rest = size;
  for (const peak of peaks) {
    const width = 2 ** Math.floor(Math.log2(rest));
    stack.push({ width, hash: peak });
    rest -= width;
  }
  for (const hash of hashes) {
    stack.push({ width: 1, hash });
    while (stack.length > 1 && stack.at(-1).width === stack.at(-2).width) {
      const right = stack.pop();
      const left = stack.pop();
      stack.push({ width: left.width * 2, hash: nodeHash(left.hash, right.hash) });
    }
  }
  return stack.map((entry) => entry.hash).reduceRight((right, left) => nodeHash(left, right));
}

export function verifierKey(line) {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(line.trim()) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  const expected = createHash('sha256').update(`${name}\n`).update(bytes).digest().subarray(0, 4).toString('hex');
  if (bytes.length !== 33 || bytes[0] !== 1 || expected !== id) throw new Error('not a verifier key');
  return { name, id, key: createPublicKey({ format: 'der', type: 'spki',
    key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes.subarray(1)]) }) };
}

// {origin, size, root} of a checkpoint whose signature by this key is good; throws otherwise.
export function openCheckpoint(note, verifier) {
  const cut = note.indexOf('\n\n');
  const text = note.slice(0, cut + 1);
  const lines = note.slice(cut + 2).split('\n').filter((line) => line !== '');
  const own = lines.map((line) => line.split(' ')).filter((parts) => parts[0] === '—' && parts[1] === verifier.name);
  if (own.length !== 1) throw new Error('not signed by the log');
  const signature = Buffer.from(own[0][2], 'base64');
  if (signature.subarray(0, 4).toString('hex') !== verifier.id) throw new Error('another key');
  if (!verify(null, Buffer.from(text), verifier.key, signature.subarray(4))) throw new Error('bad signature');
  const [origin, size, root] = text.split('\n');
  if (origin !== verifier.name || !/^(0|[1-9][0-9]*)$/.test(size)) throw new Error('malformed checkpoint');
  return { origin, size: Number(size), root: Buffer.from(root, 'base64') };
}

// --- zip ------------------------------------------------------------------------------------------------------------

// [name, bytes] in the order of the central directory.
export function unzip(bytes) {
  let end = bytes.length - 22;
  while (end >= 0 && bytes.readUInt32LE(end) !== 0x06054b50) end -= 1;
  if (end < 0) throw new Error('no end of central directory');
  let at = bytes.readUInt32LE(end + 16);
  const files = [];
  for (let i = 0; i < bytes.readUInt16LE(end + 10); i++) {
    if (bytes.readUInt32LE(at) !== 0x02014b50) throw new Error('central directory');
    const method = bytes.readUInt16LE(at + 10);
    const size = bytes.readUInt32LE(at + 20);
    const lengths = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const local = bytes.readUInt32LE(at + 42);
    const name = bytes.subarray(at + 46, at + 46 + lengths[0]).toString('utf8');
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const data = bytes.subarray(start, start + size);
    files.push([name, method === 0 ? Buffer.from(data) : inflateRawSync(data)]);
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  return files;
}

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let i = 0; i < 8; i++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ crcTable[(value ^ byte) & 0xff];
  return (value ^ 0xffffffff) >>> 0;
}

export function zip(files) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const [name, content] of files) {
    const packed = deflateRawSync(content);
    const label = Buffer.from(name);
    const common = Buffer.alloc(26);
    [20, 0x800, 8, 0, 0x21].forEach((value, i) => common.writeUInt16LE(value, 2 * i));
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(label.length, 22);
    parts.push(Buffer.from('504b0304', 'hex'), common, label, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('504b01021400', 'hex'), common, tail, label]));
    offset += 30 + label.length + packed.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}
