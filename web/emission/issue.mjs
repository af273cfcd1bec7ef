// SPDX-License-Identifier: GPL-3.0-or-later
//
// The emission itself, without a page: key, request, proofs, certificate, file. Each part may be repeated: the key
// stays in `work` until the file is known to be good, and the same key always gets the same certificate.
import { Refusal, askCertificate } from './api.mjs';
import { equalBytes, fromHex, fromPem, toBase64 } from './bytes.mjs';
import { certificateIsFor, exportKey, friendlyName, keyFitsCertificate, makeKey, makeRequest, readCertificate } from './key.mjs';
import { readP12, writeP12, NotOurFile } from './p12.mjs';
import { readCompatible, writeCompatible } from './p12-compatible.mjs';
import { registerPassword } from '../holder/revocation.mjs';
import { prove } from './proof.mjs';
import { signTerm } from './term.mjs';

const label = 'CERTIFICATE';

// A renewal is bound by the holder's signature, and proves nothing more.
function proofs({ order, emission, paper, mail, token }, key) {
  if (token) return {};
  const about = { instance: emission.instance, order, validation: fromHex(emission.validation_sha256), spki: key.spki };
  return { counter: toBase64(prove(paper, 'counter', about)), mail: toBase64(prove(mail, 'mail', about)) };
}

// The two halves look alike; whoever typed each in the other's field need not type them again. A refused proof
// consumes nothing (protocol §6).
async function askEitherWay(work, onWait, ask) {
  const csr = await makeRequest(work.key);
  const term = work.term ? { term_signature: await signTerm(work.key, work.term.digest) } : {};
  const about = { instance: work.emission.instance, order: work.order };
  const revocation = work.revocation ? { revocation_key: await registerPassword(work.key, work.revocation, about) } : {};
  try {
    return await ask(work.order, { csr, proofs: proofs(work, work.key), ...term, ...revocation }, onWait);
  } catch (error) {
    if (!(error instanceof Refusal) || error.word !== 'proof-refused' || work.token) throw error;
    const swapped = { ...work, paper: work.mail, mail: work.paper };
    return ask(work.order, { csr, proofs: proofs(swapped, work.key), ...term, ...revocation }, onWait);
  }
}

function takeCertificate(answer, key) {
  const [certificate, ...rest] = fromPem(label, answer.certificate);
  if (!certificate || !certificateIsFor(certificate, key)) throw new Refusal('foreign-certificate');
  const chain = [...rest, ...fromPem(label, answer.chain)].filter((der) => !equalBytes(der, certificate));
  return { certificate, chain };
}

export function fileName({ name }, order) {
  const plain = name.normalize('NFD').replace(/[^A-Za-z0-9 ]/g, '').trim().toLowerCase().replace(/ +/g, '-');
  return `${plain || 'certificado'}-${order}.p12`;
}

export async function orBrowser(promise) {
  try {
    return await promise;
  } catch {
    throw new Refusal('browser', { retriable: true });
  }
}

// work: {order, emission, paper, mail (10 bytes each; a renewal has its token instead), passphrase, term?, key?, issued?}; what was
// got is kept in it.
// onTask is told "key", "request", "certificate", "file" as each begins.
export async function issue(work, { onTask, onWait, ask = askCertificate }) {
  onTask('key');
  work.key ??= await orBrowser(makeKey());
  if (!work.issued) {
    onTask('request');
    const answer = await askEitherWay(work, (state) => {
      onTask('certificate');
      onWait(state);
    }, ask);
    onTask('certificate');
    work.issued = takeCertificate(answer, work.key);
  }
  onTask('file');
  const about = readCertificate(work.issued.certificate);
  work.file = await orBrowser(exportKey(work.key).then((key) => writeP12({
    key, ...work.issued, friendlyName: friendlyName(about), passphrase: work.passphrase,
  })));
  return { ...about, fileName: fileName(about, work.order) };
}

// "O meu computador diz que a senha está errada": the same key and certificate once more, in the old protection.
// compat: what compat.mjs exports. The file takes the place of the former in `work`.
export async function makeCompatible(work, compat) {
  const about = readCertificate(work.issued.certificate);
  work.file = await orBrowser(exportKey(work.key).then((key) => writeCompatible(compat, {
    key, ...work.issued, friendlyName: friendlyName(about), passphrase: work.passphrase,
  })));
  work.compat = compat;
  return { ...about, fileName: fileName(about, work.order).replace(/\.p12$/, '-compativel.p12') };
}

// Opens what the holder saved. Throws WrongPassphrase, or NotOurFile also where it is another certificate's file, or
// the other variant.
export async function checkSaved(bytes, passphrase, { issued, compat }) {
  const opened = compat ? readCompatible(compat, bytes, passphrase) : await readP12(bytes, passphrase);
  const ours = opened.certificates.some((der) => equalBytes(der, issued.certificate));
  if (!ours || !(await keyFitsCertificate(opened.key, issued.certificate))) throw new NotOurFile('another certificate');
}
