// SPDX-License-Identifier: GPL-3.0-or-later
//
// Writes revocation.json, the vectors of docs/revocation.md, from a second implementation that shares no line with
// pki/trust/holder_revocation.c: Node's own RSA, scrypt and Ed25519. The key was made for such files and serves nothing
// else; nothing here draws a random number, so the output never changes.
// Run: node pki/vectors/revocation.mjs > pki/vectors/revocation.json
import { createPrivateKey, createPublicKey, scryptSync, sign } from "node:crypto";

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

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const key = createPrivateKey({ key: Buffer.from(pkcs8, "base64"), format: "der", type: "pkcs8" });
const spki = createPublicKey(key).export({ format: "der", type: "spki" });
const texts = (...words) => Buffer.concat(words.map((word) => Buffer.from(`${word}\0`)));

const about = { instance: "00112233445566778899aabbccddeeff", order: "7Q2KX0M4ZT9A" };
const wordOf = ({ instance, order }, { reason, issued_at }) =>
  texts("guiche-holder-revocation-v1", instance, order, reason, issued_at);

const words = [{ reason: 1, issued_at: 1790000000 }, { reason: 0, issued_at: 1790003600 }].map((one) => {
  const message = wordOf(about, one);
  return { ...one, message: hex(message), signature: hex(sign("sha256", message, key)) };
});

const passwords = ["uma senha bem longa", "Ca3e~ !#9zQw"].map((password) => {
  const salt = texts("guiche-revocation-password-v1", about.instance, about.order);
  const seed = scryptSync(password, salt, 32, { N: 65536, r: 8, p: 1, maxmem: 128 << 20 });
  const own = createPrivateKey({ key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]),
    format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(own).export({ format: "der", type: "spki" }).subarray(-32);
  const registration = Buffer.concat([texts("guiche-revocation-key-v1", about.instance, about.order), publicKey]);
  return { password, seed: hex(seed), public_key: hex(publicKey), registration: hex(sign("sha256", registration, key)),
    signature: hex(sign(null, wordOf(about, words[0]), own)) };
});
process.stdout.write(JSON.stringify({ pkcs8, spki: hex(spki), ...about, words, passwords }, null, 1) + "\n");
