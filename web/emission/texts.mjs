// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the page says, apart from what stands in page.html.

const phone = '(19) 3755-6789';

// By the word of a Refusal: title, text, and where the person goes from there:
// "codes" (type again), "retry" (the same again), "stop" (nothing more to do here).
export const refusals = {
  'not-found': {
    title: 'Não encontramos este pedido', go: 'codes',
    text: 'Confira o código do pedido no papel ou no e-mail: são 12 letras e números.',
  },
  'not-ready': {
    title: 'Ainda não dá para emitir', go: 'stop',
    text: 'A conferência dos agentes ainda não terminou. Quando terminar, o código do e-mail chega, e esta página passa a funcionar.',
  },
  expired: {
    title: 'O prazo para emitir passou', go: 'stop',
    text: 'Por segurança os códigos valem por poucos dias. Volte ao balcão com um documento: os agentes fazem nova conferência e você recebe códigos novos.',
  },
  'other-binding': {
    title: 'Este certificado não se emite aqui', go: 'stop',
    text: 'Ele está ligado a uma chave que já existe, num token ou em outro programa. Termine a emissão onde a chave está.',
  },
  'proof-refused': {
    title: 'Os códigos não conferem com este pedido', go: 'codes',
    text: 'Confira se os dois são deste pedido e do último atendimento: uma nova conferência anula os códigos antigos. Nada foi emitido, e você pode tentar de novo.',
  },
  'key-mismatch': {
    title: 'Este certificado já foi emitido para outra chave', go: 'stop',
    text: `Se foi você, em outra janela ou antes de recarregar a página, e o arquivo não foi salvo, a chave se perdeu e não há como recuperá-la. Volte ao balcão com um documento: os agentes anulam este e abrem uma nova tentativa. Se não foi você, ligue agora para ${phone}.`,
  },
  conflict: {
    title: 'O pedido não está pronto para emitir', go: 'stop',
    text: 'Ele pode já ter sido emitido, cancelado, ou estar em nova conferência. Veja o andamento em “Meu pedido”, no início do site, ou ligue.',
  },
  'csr-refused': {
    title: 'A chave criada aqui não foi aceita', go: 'retry',
    text: 'Tente de novo: outra chave será criada. Se a recusa se repetir, use outro navegador ou o computador assistido da nossa sede.',
  },
  'certificate-refused': {
    title: 'A autoridade devolveu um certificado diferente do pedido', go: 'stop',
    text: 'Ele foi recusado por segurança e nada foi entregue. Os agentes já foram avisados; ligue para saber o próximo passo.',
  },
  'rate-limited': {
    title: 'Muitas tentativas em pouco tempo', go: 'retry',
    text: 'Espere um minuto e tente de novo.',
  },
  offline: {
    title: 'Sem resposta do servidor', go: 'retry',
    text: 'Confira a internet e tente de novo. Não feche nem recarregue a página: repetir daqui é seguro e não emite duas vezes.',
  },
  slow: {
    title: 'A autoridade ainda não respondeu', go: 'retry',
    text: 'O pedido foi entregue e está registrado. Deixe a página aberta e tente de novo daqui a pouco: repetir é seguro.',
  },
  server: {
    title: 'O serviço não respondeu como esperado', go: 'retry',
    text: 'Espere um instante e tente de novo. Não feche nem recarregue a página: repetir daqui é seguro.',
  },
  'foreign-certificate': {
    title: 'O certificado recebido não é desta chave', go: 'stop',
    text: `Ele não serve e não foi guardado. Não tente de novo: ligue para ${phone}.`,
  },
  'foreign-term': {
    title: 'O termo recebido não é o deste pedido', go: 'stop',
    text: `Ele não foi assinado e nada foi emitido. Ligue para ${phone}.`,
  },
  'term-refused': {
    title: 'A assinatura do termo não foi aceita', go: 'retry',
    text: 'Nada foi emitido. Tente de novo; se a recusa se repetir, volte aos códigos para ler o termo em vigor.',
  },
  'renewal-ended': {
    title: 'Esta renovação foi encerrada', go: 'stop',
    text: `O agente não pôde confirmar o pedido, ou ele foi cancelado. Veja o e-mail que mandamos, ou ligue para ${phone}. Seu certificado atual continua como está.`,
  },
  'renewal-refused': {
    title: 'O pedido de renovação não foi aceito', go: 'stop',
    text: `Nada foi emitido e seu certificado atual continua como está. Tente de novo com o mesmo arquivo, ou ligue para ${phone}.`,
  },
  'ocsp-silent': {
    title: 'A autoridade não confirmou o seu certificado atual', go: 'retry',
    text: 'Antes de emitir perguntamos a ela se o certificado que assinou a renovação ainda vale, e a resposta não veio ou já venceu. Nada foi emitido. Espere um instante e tente de novo.',
  },
  'ocsp-unknown': {
    title: 'A autoridade não conhece o seu certificado atual', go: 'stop',
    text: `Por isso ele não assina a renovação. Nada foi emitido. Ligue para ${phone}: o caminho é um pedido novo, com atendimento.`,
  },
  'renewal-signed': {
    title: 'Esta renovação já foi assinada', go: 'stop',
    text: 'Use o arquivo de espera que você guardou. Se ele se perdeu, comece outra renovação.',
  },
  browser: {
    title: 'O navegador não conseguiu criar a chave ou o arquivo', go: 'retry',
    text: 'Feche outros programas e tente de novo. Se continuar, use outro navegador.',
  },
};

// The server's words that mean the same to the holder.
const sameAs = {
  invalid: 'server', 'bad-request': 'server', 'bad-json': 'server', internal: 'server', unavailable: 'server',
  'signer-unavailable': 'server', database: 'server', timeout: 'server', upstream: 'slow',
  'rule-refused': 'conflict', 'statement-refused': 'conflict', 'illegal-transition': 'conflict',
};

const byReason = {
  'ocsp-missing': 'ocsp-silent', 'ocsp-expired': 'ocsp-silent', 'ocsp-unknown': 'ocsp-unknown',
  'statement-expired': 'expired', 'crl-missing': 'server', 'crl-expired': 'server', 'proof-renewal': 'renewal-refused', 'renewal-mismatch': 'renewal-refused', 'renewal-signed': 'renewal-signed', 'attempt-key': 'key-mismatch', 'term-signature-invalid': 'term-refused',
};

export function explain(refusal) {
  const word = byReason[refusal.reason] ?? sameAs[refusal.word] ?? refusal.word;
  const known = refusals[word];
  if (known) {
    // What the server adds to a conflict says which of the several it is.
    return word === 'conflict' && refusal.detail ? { ...known, text: refusal.detail } : known;
  }
  const fallback = refusals.server;
  return refusal.retriable ? fallback : { ...fallback, go: 'stop', text: refusal.detail || fallback.text };
}

export const texts = {
  revocationWeak: 'Use de 10 a 128 letras sem acento, números, espaços e sinais do teclado.',
  revocationSame: 'Escolha outra senha: quem vê a do arquivo não deve poder revogar, e quem perde o arquivo ainda precisa desta.',
  revocationRepeat: 'Repita a senha de revogação exatamente como acima.',
  passphraseMissing: 'Escolha uma senha.',
  passphraseWeak: 'Falta à senha o que não está marcado na lista abaixo.',
  termNotAccepted: 'Para emitir, marque que leu e aceita o termo. Se não aceita, ligue ou volte ao balcão: nada foi emitido.',
};

export function liveCode({ state, group }) {
  if (state === 'ok') return 'Código completo e sem erro de digitação.';
  if (state === 'wrong') return `Confira o ${group}º grupo: há um caractere errado.`;
  if (state === 'long') return 'Há caracteres demais: são quatro grupos de cinco.';
  return '';
}

// What a renewed certificate will say, by the names of dataFields in holder/renewal.mjs.
export const dataLabels = {
  name: 'Nome', cpf: 'CPF', birth_date: 'Nascimento', email: 'E-mail', nis: 'NIS (PIS, PASEP)', rg: 'RG', rg_issuer: 'Órgão do RG',
  rg_uf: 'UF do RG', voter_id: 'Título de eleitor', voter_zone: 'Zona', voter_section: 'Seção', voter_city: 'Município do título',
  voter_uf: 'UF do título', cei: 'CEI', company_name: 'Empresa', cnpj: 'CNPJ', company_uf: 'UF da empresa',
  company_city: 'Município da empresa', company_cei: 'CEI da empresa',
};

// Labels of the preview, in the order shown. The server sends those that apply.
export const previewLabels = [
  ['product', 'Certificado'],
  ['company_name', 'Empresa'],
  ['cnpj', 'CNPJ'],
  ['name', 'Nome'],
  ['cpf', 'CPF'],
  ['email', 'E-mail'],
  ['term', 'Validade'],
];

const date = new Intl.DateTimeFormat('pt-BR', { dateStyle: 'long' });
export const longDate = (value) => date.format(value);
const moment = new Intl.DateTimeFormat('pt-BR', { dateStyle: 'long', timeStyle: 'short' });
export const longMoment = (value) => moment.format(value);
