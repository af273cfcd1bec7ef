// SPDX-License-Identifier: GPL-3.0-or-later
//
// Writes emission-code.json, the vectors of docs/emission-code.md, from a second implementation that shares no line
// with pki/trust/emission_code.c: Node's own HKDF and Ed25519. Everything is derived from fixed labels, so the output
// never changes. Run: node pki/vectors/emission-code.mjs > pki/vectors/emission-code.json
import { createHash, createPrivateKey, createPublicKey, hkdfSync, sign } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const hex = (bytes) => Buffer.from(bytes).toString("hex");

// Multiplication in GF(32) by schoolbook, reduced by a^5 + a^2 + 1.
function times(left, right) {
  let product = 0;
  for (let bit = 0; bit < 5; bit++) if ((right >> bit) & 1) product ^= left << bit;
  for (let bit = 8; bit >= 5; bit--) if ((product >> bit) & 1) product ^= 0b100101 << (bit - 5);
  return product;
}

function checkCharacter(values, group) {
  const weights = [16, 8, 4, 2]; // a^4, a^3, a^2, a
  return ALPHABET[values.reduce((sum, value, i) => sum ^ times(weights[i], value), group)];
}

function format(half) {
  const bits = [...half].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const values = bits.match(/.{5}/g).map((five) => parseInt(five, 2));
  return [0, 1, 2, 3]
    .map((g) => {
      const own = values.slice(4 * g, 4 * g + 4);
      return own.map((value) => ALPHABET[value]).join("") + checkCharacter(own, g + 1);
    })
    .join("-");
}

function keyOf(half, word, instance, order) {
  const info = Buffer.concat([Buffer.from(word), Buffer.from([0]), Buffer.from(order)]);
  const seed = Buffer.from(hkdfSync("sha256", half, Buffer.from(instance), info, 32));
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  return { key, seed, publicKey: spki.subarray(spki.length - 32) };
}

function part(half, word, about) {
  const zero = Buffer.from([0]);
  const message = Buffer.concat([
    Buffer.from("guiche-emission-v1"), zero, Buffer.from(about.instance), zero, Buffer.from(about.order), zero,
    about.validation, about.spki,
  ]);
  const { key, seed, publicKey } = keyOf(half, word, about.instance, about.order);
  return {
    half: hex(half), text: format(half), seed: hex(seed), public_key: hex(publicKey),
    message_sha256: hex(sha256(message)), proof: hex(sign(null, message, key)),
  };
}

// Bytes in the shape of an RSA-2048 SubjectPublicKeyInfo; nobody knows its private key, and nobody needs it.
function spkiOf(label) {
  const modulus = Buffer.concat([...Array(8).keys()].map((i) => sha256(label, Buffer.from([i]))));
  modulus[0] |= 0x80;
  modulus[255] |= 1;
  return Buffer.concat([
    Buffer.from("30820122300d06092a864886f70d01010105000382010f003082010a0282010100", "hex"), modulus,
    Buffer.from("0203010001", "hex"),
  ]);
}

const special = {
  0: { counter: Buffer.alloc(10, 0), mail: Buffer.alloc(10, 0xff) },
  1: { counter: Buffer.from("00443214c74254b635cf", "hex"), mail: Buffer.from("84653a56d7c675be77df", "hex") },
};

function makeCase(number) {
  const label = (what) => Buffer.from(`vector ${number} ${what}`);
  const order = [...sha256(label("order"))].slice(0, 12).map((byte) => ALPHABET[byte & 31]).join("");
  const about = {
    instance: hex(sha256(label("instance")).subarray(0, 16)), order,
    validation: sha256(label("validation")), spki: spkiOf(label("spki")),
  };
  const halves = special[number] ?? {
    counter: sha256(label("counter")).subarray(0, 10), mail: sha256(label("mail")).subarray(0, 10),
  };
  return {
    instance: about.instance, order, validation_sha256: hex(about.validation), spki: hex(about.spki),
    counter: part(halves.counter, "counter", about), mail: part(halves.mail, "mail", about),
  };
}

const sample = Buffer.from("00443214c74254b635cf", "hex"); // characters 0 to F
const text = format(sample);
const ones = Buffer.from("0842108421" + "0842108421", "hex"); // sixteen characters 1
const accepted = [
  text, text.toLowerCase(), text.replaceAll("-", ""), text.replaceAll("-", " "), ` ${text}\n`,
  text.replaceAll("0", "O"), text.replaceAll("0", "o").replaceAll("1", "I"), text.replaceAll("1", "l"),
].map((typed) => ({ text: typed, half: hex(sample) }));
accepted.push({ text: format(ones).replaceAll("1", "L"), half: hex(ones) });

const swap = (string, i, j) => {
  const letters = [...string];
  [letters[i], letters[j]] = [letters[j], letters[i]];
  return letters.join("");
};
const groups = text.split("-");
const refused = [
  { text: "", reason: "code-length" },
  { text: text.slice(0, -1), reason: "code-length" },
  { text: text + "0", reason: "code-length" },
  { text: groups.map((group) => group.slice(0, 4)).join("-"), reason: "code-length" },
  { text: text + "-".repeat(64), reason: "code-length" },
  { text: "U" + text.slice(1), reason: "code-character" },
  { text: text.replaceAll("-", "_"), reason: "code-character" },
  { text: "é" + text.slice(1), reason: "code-character" },
  { text: swap(text, 0, 1), reason: "code-check" },
  { text: swap(text, 3, 4), reason: "code-check" },
  { text: swap(text, 18, 20), reason: "code-check" },
  { text: [groups[1], groups[0], groups[2], groups[3]].join("-"), reason: "code-check" },
  { text: [groups[3], groups[1], groups[2], groups[0]].join("-"), reason: "code-check" },
  { text: "Z" + text.slice(1), reason: "code-check" },
];

const cases = [...Array(12).keys()].map(makeCase);
process.stdout.write(JSON.stringify({ cases, accepted, refused }, null, 1) + "\n");
