// SPDX-License-Identifier: GPL-3.0-or-later
//
// The term of the holder (docs/term.md): read by proof of both halves, shown as text, signed with the new key. What
// is signed is the SHA-256 of the PDF that came, worked out here.
import { sha256 } from '@noble/hashes/sha2';
import { Refusal, askTerm, askTermByToken } from './api.mjs';
import { concat, fromAscii, fromBase64, fromHex, toBase64, toHex } from './bytes.mjs';
import { prove } from './proof.mjs';

const algorithm = 'RSASSA-PKCS1-v1_5';
const zero = new Uint8Array(1);

export const termMessage = (digest) => concat(fromAscii('guiche-term-v1'), zero, digest);

// In base64. digest: 32 bytes.
export async function signTerm({ pair }, digest) {
  return toBase64(new Uint8Array(await crypto.subtle.sign(algorithm, pair.privateKey, termMessage(digest))));
}

// In a proof of reading these words stand where the key of a request would.
const reading = fromAscii('guiche-term-read-v1');

export function readingProofs({ order, emission, paper, mail }) {
  const about = { instance: emission.instance, order, validation: fromHex(emission.validation_sha256), spki: reading };
  return { counter: toBase64(prove(paper, 'counter', about)), mail: toBase64(prove(mail, 'mail', about)) };
}

// The two halves look alike: typed each in the other's field they are exchanged in `work`, for good.
async function askEitherWay(work, ask) {
  try {
    return await ask(work.order, { proofs: readingProofs(work) });
  } catch (error) {
    if (!(error instanceof Refusal) || error.word !== 'proof-refused') throw error;
    const swapped = { ...work, paper: work.mail, mail: work.paper };
    const answer = await ask(work.order, { proofs: readingProofs(swapped) });
    Object.assign(work, { paper: swapped.paper, mail: swapped.mail });
    return answer;
  }
}

async function askByCodes(work, ask) {
  const { pdf, text } = await askEitherWay(work, ask);
  return { pdf: fromBase64(pdf), text };
}

// Puts {pdf, digest, text} into work.term; nothing where the case has no term. A renewal has a token and no codes.
export async function readTerm(work, ask = askTerm) {
  delete work.term;
  if (!work.emission.term) return;
  const { pdf, text } = await (work.token ? askTermByToken(work) : askByCodes(work, ask));
  const digest = sha256(pdf);
  if (toHex(digest) !== work.emission.term.sha256) throw new Refusal('foreign-term');
  work.term = { pdf, digest, text };
}

const marks = [
  ['## ', 'section'], ['# ', 'title'], ['> ', 'subtitle'], ['! ', 'notice'], ['% ', 'footer'], ['= ', 'fact'],
  ['- ', 'item'], ['_ ', 'sign'],
];

// The lines of the text as [{kind, text, label?}…].
export function termBlocks(text) {
  return text.split('\n').filter((line) => line !== '').map((line) => {
    const [mark, kind] = marks.find(([start]) => line.startsWith(start)) ?? ['', 'paragraph'];
    const rest = line.slice(mark.length);
    if (kind !== 'fact') return { kind, text: rest };
    const cut = rest.indexOf(' | ');
    return { kind, label: rest.slice(0, cut), text: rest.slice(cut + 3) };
  });
}
