// SPDX-License-Identifier: GPL-3.0-or-later
//
// A pretend server for the emission page: it knows one order, checks the proofs as the signer does, and signs with
// an authority of its own in memory. For unit tests and the preview; the real one is tested in tests/e2e.
import { ed25519 } from '@noble/curves/ed25519';
import { sha256 } from '@noble/hashes/sha2';
import * as x509 from '@peculiar/x509';
import { equalBytes, fromAscii, fromBase64, fromHex, toBase64, toHex, toPem } from '../emission/bytes.mjs';
import { writeHalf } from '../emission/code.mjs';
import { message, publicKeyOf } from '../emission/proof.mjs';

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
const day = 86_400_000;

export class Authority {
  order = 'G7MZ4K2QX9TB';
  instance = '00112233445566778899aabbccddeeff';
  validation = '7d'.repeat(32);
  paper = fromAscii('papel-0123');
  mail = fromAscii('email-4567');
  pending = 0; // answers 202 this many times first
  requests = 0;
  issued = null; // {spki, answer}

  paperCode = writeHalf(this.paper);
  mailCode = writeHalf(this.mail);

  term = fromAscii('%PDF-1.5 um termo de mentira');
  termText = '# Termo de titularidade\n= Nome | MARINA GONCALVES PRADO\n- Guardo a chave só comigo.\n% Rodapé';

  async start() {
    this.keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    this.certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01', name: 'CN=AC TESTE', notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + 900 * day),
      keys: this.keys, signingAlgorithm: algorithm, extensions: [new x509.BasicConstraintsExtension(true)],
    });
    return this;
  }

  emission() {
    return {
      instance: this.instance, validation_sha256: this.validation, binding: 'code',
      not_after: Math.floor((Date.now() + 7 * day) / 1000), state: this.issued ? 'issued' : 'ready',
      preview: { product: 'e-CPF A1', name: 'MARINA GONCALVES PRADO', cpf: '***.456.789-**', term_months: 12 },
      term: { sha256: toHex(sha256(this.term)), title: 'Termo de titularidade' },
    };
  }

  problem(status, word, detail = '') {
    return { status, body: { type: `urn:guiche:problem:${word}`, title: word, status, detail } };
  }

  proofHolds(half, kind, about, proof) {
    const key = publicKeyOf(half, kind, about);
    try {
      return ed25519.verify(fromBase64(proof), message(about), key);
    } catch {
      return false;
    }
  }

  readTerm({ proofs }) {
    const about = {
      instance: this.instance, order: this.order, validation: fromHex(this.validation), spki: fromAscii('guiche-term-read-v1'),
    };
    const holds = this.proofHolds(this.paper, 'counter', about, proofs.counter) && this.proofHolds(this.mail, 'mail', about, proofs.mail);
    return holds ? { status: 200, body: { pdf: toBase64(this.term), text: this.termText } }
      : this.problem(422, 'proof-refused', 'O código de emissão não confere.');
  }

  // A request without a signature comes from a program that makes none; a wrong one is refused.
  async termHolds(request, signature) {
    if (signature === undefined) return true;
    const key = await request.publicKey.export(algorithm, ['verify']);
    const signed = Uint8Array.from([...fromAscii('guiche-term-v1'), 0, ...sha256(this.term)]);
    return crypto.subtle.verify(algorithm, key, fromBase64(signature), signed);
  }

  async certify({ csr, proofs, term_signature: termSignature }) {
    this.requests += 1;
    const request = new x509.Pkcs10CertificateRequest(csr);
    if (!(await request.verify())) return this.problem(422, 'csr-refused');
    const spki = new Uint8Array(request.publicKey.rawData);
    const about = { instance: this.instance, order: this.order, validation: fromHex(this.validation), spki };
    if (!this.proofHolds(this.paper, 'counter', about, proofs.counter) || !this.proofHolds(this.mail, 'mail', about, proofs.mail)) {
      return this.problem(422, 'proof-refused', 'O código de emissão não confere.');
    }
    if (!(await this.termHolds(request, termSignature))) {
      return { status: 422, body: { type: 'urn:guiche:problem:rule-refused', reason: 'term-signature-invalid' } };
    }
    this.termSignature = termSignature;
    if (this.issued && !equalBytes(this.issued.spki, spki)) return this.problem(409, 'key-mismatch');
    if (this.pending > 0) {
      this.pending -= 1;
      return { status: 202, body: { state: 'sent', retry_after_s: 1, poll: '' } };
    }
    this.issued ??= { spki, answer: await this.sign(request) };
    return { status: 200, body: this.issued.answer };
  }

  async sign(request) {
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: toHex(crypto.getRandomValues(new Uint8Array(8))).replace(/^./, '4'),
      subject: 'CN=MARINA GONCALVES PRADO:12345678909', issuer: this.certificate.subject,
      notBefore: new Date(), notAfter: new Date(Date.now() + 365 * day),
      publicKey: request.publicKey, signingKey: this.keys.privateKey, signingAlgorithm: algorithm,
    });
    return {
      certificate: toPem('CERTIFICATE', new Uint8Array(certificate.rawData)),
      chain: toPem('CERTIFICATE', new Uint8Array(this.certificate.rawData)),
    };
  }
}
