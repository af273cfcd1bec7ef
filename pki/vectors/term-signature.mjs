// SPDX-License-Identifier: GPL-3.0-or-later
//
// Writes term-signature.json, the vectors of docs/term.md, from a second implementation that shares no line with
// pki/trust/term.c: Node's own RSA, HKDF and Ed25519. The key was made for this file and serves nothing else;
// PKCS1-v1_5 draws nothing, so the output never changes.
// Run: node pki/vectors/term-signature.mjs > pki/vectors/term-signature.json
import { createHash, createPrivateKey, createPublicKey, hkdfSync, sign } from "node:crypto";

const pkcs8 = [
  "MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQDNq1A0ls1Vx7KVOu5PygSaGaYEHeQHp/z1BWHGcpM5suhP/5y/",
  "VpnFu3cwy3AGA/FSdqztvQOgEVUyyHNFMa1DFkmdBIWDLSsBQKsmSazzldQ03fjAXpD554cMwI+D1rywi60RNaX4xRLLE32HSF+z",
  "94UKsdpVOhvYeG4uyz5SOI3Y6KerHiCtc9twACRsAjB4Lkx5iHv7150cUYyhf/ws5oaWy4v0YjKSuewv7gCW3s8vG8Qg/8ZkEMai",
  "tpVscUWoZ5K1zYyr4tIt8splR3OqsSUcMcx0TR3l1Hh5bNuVqrX6QXF1qp9iib5tljs89bLyXaRsyTUBBIffRbNwsct/AgMBAAEC",
  "ggEAIAwDeDZOnNZRmC7cZw1iRdrHmMOe6Px+43T+ZRbW+aTMIyRVZHvA2Tkv8NKk9s2oItfVc/PsUTBHjMgELMd5U8dGGtPTXqXB",
  "ROAylZ7hoVD62xlYAy2ZEdTxoQXjjED/xNNMLoQkA6KS85bADBOLFLagVz1wTlsQGge7RMpW6yZCG81greB9M1Gjm8G1AmN+rhnf",
  "nIj/mlW/y4ECWlg6jT5oc3ogdyKUlyivrFb4HAxFxK1UhOEPCZmfpt0OgU9C+LpcFiSXQk4gd+szAdEdqTiGiVFd4JxJB5F3G22H",
  "WYJ4BtuoFiHu2Nz4SGqeFd9VxhuhNMJg3krx/ZtxHcmEaQKBgQD2D6V4XcSoejskOpJWotCkfLhZ1nXFgLaxbMNVzKCQi4IxwVMn",
  "E/nweRusc7WiqddYX9Dy6EqS9+wd5a2zsPSYgXTu7snjhSDvw9NCqCEqGBlrVpiR3N7wHkhgurENlTLZwmFkuYC3QNby/NkjUi+U",
  "TZMMXplmmL0vUV4ZbzCimQKBgQDV+gBCbXRVSbu6VAap2wNmyB5AUuVIzveSAOrkviMnuTd/wCjjqRMilRew/fBmPXDXhdmsBsbg",
  "ZxEes2HRMtVoxLpKFbSapKxY9ukPuZp4U35dvDEXepWgIHicGnychvwCpAn5i7vyTEuPrci3jnN8DVTTHdG9fFWYPZ1c1PZF1wKB",
  "gEvSqHe91VLhT4Yrclq2EzsMn7Y3StVQg3uK+2peAwBnrPfuDdSV6Ef82dU7VrZIRe6aoAWqJQjC0wSneO5NUiIIimLyPE4bAPpB",
  "SsFYk9en03VrGtqfyCcP/deoz9RSrHfD2UUzkIFnvpTj63lh4v19JhoCsJyX5nxFQ4zs4XzJAoGABQ3eq7MCKHGRaZlKfwCZV/gq",
  "HsLWf53D40L6SWTkV6/cS7wyOw5nUU3MPXYCE6gn3i9fMN0IHYzRrrP1/4b/23WqIM3acjyphYBviNuNdoIiXfxv/Gn81sdtkeJe",
  "RyQ5F6bgRXCzg8mhj0c/knZe6/M0qbfumFczfmEWMnclSgkCgYBWE1L8rvK77kOJ3LnDo/Jef35VOL0oqHQhH5mUSr+fVoc9qGgI",
  "RiEH7TFkJzlRZIWm+EFejG84/QuxQ+sOYhbHUwKqe9Id66/++s4n+AY9uK5htrHeA4BoZGDk64g8rE1fUWfGZ5K8OD4Dn1aNGzi1",
  "yl6b34deuOQHd0lt5501Zw==",
].join("");

const sha256 = (bytes) => createHash("sha256").update(bytes).digest();
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const zero = Buffer.from([0]);
const key = createPrivateKey({ key: Buffer.from(pkcs8, "base64"), format: "der", type: "pkcs8" });
const spki = createPublicKey(key).export({ format: "der", type: "spki" });

// Any bytes do for a PDF here: only their digest is signed.
function signature(number) {
  const pdf = Buffer.from(`%PDF-1.5 vector ${number}`);
  const message = Buffer.concat([Buffer.from("guiche-term-v1"), zero, sha256(pdf)]);
  return { pdf: hex(pdf), pdf_sha256: hex(sha256(pdf)), message: hex(message), signature: hex(sign("sha256", message, key)) };
}

function proof(half, word, about) {
  const info = Buffer.concat([Buffer.from(word), zero, Buffer.from(about.order)]);
  const seed = Buffer.from(hkdfSync("sha256", half, Buffer.from(about.instance), info, 32));
  const own = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const message = Buffer.concat([
    Buffer.from("guiche-emission-v1"), zero, Buffer.from(about.instance), zero, Buffer.from(about.order), zero,
    about.validation, Buffer.from("guiche-term-read-v1"),
  ]);
  return hex(sign(null, message, createPrivateKey({ key: own, format: "der", type: "pkcs8" })));
}

const about = { instance: "00112233445566778899aabbccddeeff", order: "7Q2KX0M4ZT9A", validation: sha256("validation") };
const halves = { counter: sha256("counter").subarray(0, 10), mail: sha256("mail").subarray(0, 10) };
const reading = {
  instance: about.instance, order: about.order, validation_sha256: hex(about.validation),
  counter: { half: hex(halves.counter), proof: proof(halves.counter, "counter", about) },
  mail: { half: hex(halves.mail), proof: proof(halves.mail, "mail", about) },
};
const signatures = [0, 1, 2].map(signature);
process.stdout.write(JSON.stringify({ pkcs8, spki: hex(spki), signatures, reading }, null, 1) + "\n");
