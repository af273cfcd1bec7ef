// SPDX-License-Identifier: GPL-3.0-or-later
//
// From half a code to an Ed25519 key and the proof over the request (protocol §3).
import { ed25519 } from '@noble/curves/ed25519';
import { hkdf } from '@noble/hashes/hkdf';
import { sha256 } from '@noble/hashes/sha2';
import { concat, fromAscii } from './bytes.mjs';

const zero = new Uint8Array(1);

// kind: "counter" (paper) or "mail".
export function seedOf(half, kind, { instance, order }) {
  return hkdf(sha256, half, fromAscii(instance), concat(fromAscii(kind), zero, fromAscii(order)), 32);
}

export const publicKeyOf = (half, kind, about) => ed25519.getPublicKey(seedOf(half, kind, about));

// about: {instance (32 hexadecimal digits), order, validation (32 bytes), spki (DER)}.
export function message({ instance, order, validation, spki }) {
  return concat(
    fromAscii('guiche-emission-v1'), zero, fromAscii(instance), zero, fromAscii(order), zero, validation, spki,
  );
}

export function prove(half, kind, about) {
  return ed25519.sign(message(about), seedOf(half, kind, about));
}
