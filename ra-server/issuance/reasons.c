/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issuance/reasons.h"

#include <string.h>

/* X("word", code, "sentence") */
#define REASONS(X)                                                                                           \
    X("csr-malformed", RA_CSR_REFUSED, "O CSR está malformado.")                                             \
    X("csr-signature", RA_CSR_REFUSED, "A assinatura do CSR não confere com a chave que ele traz.")          \
    X("csr-algorithm", RA_CSR_REFUSED, "O algoritmo da chave ou da assinatura do CSR não é aceito.")         \
    X("csr-key-size", RA_CSR_REFUSED, "O tamanho da chave do CSR não é aceito para este produto.")           \
    X("csr-unverifiable", RA_CSR_REFUSED, "O CSR usa um algoritmo que não se verifica aqui.")                \
    X("csr-weak-key", RA_CSR_REFUSED, "A chave do CSR é fraca e pode ser descoberta; gere outra.")           \
    X("csr-exponent", RA_CSR_REFUSED, "O expoente público da chave do CSR não é aceito.")                    \
    X("key-already-used", RA_KEY_MISMATCH, "Esta chave já foi usada em outro pedido; gere uma nova.")        \
    X("attempt-key", RA_KEY_MISMATCH, "Este pedido já está ligado a outra chave.")                           \
    X("binding-mismatch", RA_KEY_MISMATCH, "A chave não é a que os agentes aprovaram.")                      \
    X("statement-malformed", RA_STATEMENT_REFUSED, "A declaração assinada está malformada.")                 \
    X("statement-signature", RA_STATEMENT_REFUSED, "A assinatura da declaração não confere.")                \
    X("statement-certificate", RA_STATEMENT_REFUSED, "O certificado de quem assina não é aceito.")           \
    X("statement-expired", RA_STATEMENT_REFUSED,                                                             \
      "A declaração perdeu a validade; é preciso assinar de novo.")                                          \
    X("statement-not-yet", RA_STATEMENT_REFUSED, "A declaração tem data no futuro; confira o relógio.")      \
    X("statement-instance", RA_STATEMENT_REFUSED, "A declaração é de outra instalação do sistema.")          \
    X("statement-type", RA_STATEMENT_REFUSED, "A declaração não é do tipo esperado.")                        \
    X("roster-missing", RA_STATEMENT_REFUSED, "Não há lista de agentes em vigor.")                           \
    X("roster-expired", RA_STATEMENT_REFUSED,                                                                \
      "A lista de agentes venceu; os administradores devem assinar outra.")                                  \
    X("roster-not-listed", RA_STATEMENT_REFUSED, "Quem assina não está na lista de agentes.")                \
    X("roster-role", RA_STATEMENT_REFUSED, "Quem assina não tem esse papel na lista de agentes.")            \
    X("roster-lower", RA_STATEMENT_REFUSED, "Já existe uma lista de agentes mais nova.")                     \
    X("roster-threshold", RA_STATEMENT_REFUSED,                                                              \
      "Faltam assinaturas de administradores na lista de agentes.")                                          \
    X("crl-missing", RA_STATEMENT_REFUSED, "Falta a lista de certificados revogados da AC dos agentes.")     \
    X("crl-expired", RA_STATEMENT_REFUSED,                                                                   \
      "A lista de certificados revogados da AC dos agentes está vencida.")                                   \
    X("crl-lower", RA_STATEMENT_REFUSED, "A lista de certificados revogados é mais antiga que a já vista.")  \
    X("certificate-revoked", RA_STATEMENT_REFUSED, "O certificado de quem assina foi revogado.")             \
    X("ocsp-missing", RA_STATEMENT_REFUSED,                                                                  \
      "A AC não disse agora (OCSP) se o certificado de quem assina vale; tente de novo em instantes.")       \
    X("ocsp-expired", RA_STATEMENT_REFUSED, "A resposta da AC (OCSP) sobre o certificado está vencida.")     \
    X("ocsp-unknown", RA_STATEMENT_REFUSED, "A AC não conhece o certificado de quem assina.")                \
    X("same-agent", RA_STATEMENT_REFUSED, "Quem valida não pode verificar: é preciso um segundo agente.")    \
    X("agent-is-subject", RA_STATEMENT_REFUSED, "Um agente não pode atuar no próprio certificado.")          \
    X("signer-not-caller", RA_STATEMENT_REFUSED, "A declaração foi assinada por outra pessoa.")              \
    X("order-mismatch", RA_STATEMENT_REFUSED, "A declaração é de outro pedido ou de outra tentativa.")       \
    X("data-mismatch", RA_STATEMENT_REFUSED, "Os dados assinados não são os do pedido.")                     \
    X("place-mismatch", RA_STATEMENT_REFUSED, "O lugar assinado não combina com a forma de identificação.")  \
    X("dossier-mismatch", RA_STATEMENT_REFUSED,                                                              \
      "O dossiê mudou depois de lido; leia de novo antes de assinar.")                                       \
    X("validation-mismatch", RA_STATEMENT_REFUSED, "A verificação não se refere à validação deste pedido.")  \
    X("waiver-mismatch", RA_STATEMENT_REFUSED, "As dispensas assinadas não são as do pedido.")               \
    X("attempt-superseded", RA_STATEMENT_REFUSED, "Há uma tentativa mais nova deste pedido.")                \
    X("attempt-refused", RA_STATEMENT_REFUSED, "Este pedido foi recusado.")                                  \
    X("binding-not-allowed", RA_STATEMENT_REFUSED, "Esta forma de ligar a chave não é permitida aqui.")      \
    X("floor", RA_STATEMENT_REFUSED, "O caso não tem as assinaturas que a regra exige.")                     \
    X("proof-revocation", RA_PROOF_REFUSED, "A prova não vale para este pedido de revogação.")               \
    X("proof-expired", RA_PROOF_REFUSED, "O pedido de revogação não é de agora.")                            \
    X("revocation-key", RA_PROOF_REFUSED, "A senha de revogação não foi registrada com este certificado.")   \
    X("responsible-mismatch", RA_PROOF_REFUSED, "O e-CPF não é do responsável por este certificado.")        \
    X("renewal-data", RA_STATEMENT_REFUSED, "O titular assinou outros dados.")                               \
    X("renewal-key", RA_STATEMENT_REFUSED, "A chave do pedido não é a que o titular assinou.")               \
    X("renewal-same-key", RA_STATEMENT_REFUSED, "Renovar pede uma chave nova.")                              \
    X("renewal-holder", RA_STATEMENT_REFUSED, "O certificado que assina a renovação é de outra pessoa.")     \
    X("renewal-level", RA_STATEMENT_REFUSED, "A norma não aceita este certificado para a renovação.")        \
    X("proof-missing", RA_PROOF_REFUSED, "Falta um dos códigos de emissão.")                                 \
    X("proof-counter", RA_PROOF_REFUSED, "O código do papel não confere.")                                   \
    X("proof-mail", RA_PROOF_REFUSED, "O código do e-mail não confere.")                                     \
    X("profile-unknown", RA_RULE_REFUSED, "O perfil de certificado não existe nesta instalação.")            \
    X("profile-digest", RA_STATEMENT_REFUSED, "O perfil de certificado não é mais o que foi assinado.")      \
    X("profile-media", RA_STATEMENT_REFUSED, "A mídia assinada não é a do perfil de certificado.")           \
    X("profile-closed", RA_RULE_REFUSED, "Este tipo de certificado não pode ser emitido hoje.")              \
    X("profile-term", RA_RULE_REFUSED, "A validade pedida não é permitida para este certificado.")           \
    X("profile-issuer", RA_RULE_REFUSED,                                                                     \
      "A AC que emite este certificado não é conhecida nesta instalação.")                                   \
    X("checkpoint-inconsistent", RA_INTERNAL, "O registro não continua o que já foi assinado.")              \
    X("unknown-type", RA_INTERNAL, "O módulo assinador não conhece esta mensagem.")                          \
    X("malformed", RA_INTERNAL, "O módulo assinador não entendeu a mensagem.")                               \
    X("internal", RA_SIGNER_UNAVAILABLE, "O módulo assinador falhou.")                                       \
    X("certificate-mismatch", RA_CERTIFICATE_REFUSED,                                                        \
      "A AC devolveu um certificado diferente do pedido; ele foi recusado.")                                 \
    X("certificate-not-withdrawn", RA_CERTIFICATE_REFUSED,                                                   \
      "A AC não revogou o certificado de uma tentativa que já não valia.")                                   \
    X("bundle-malformed", RA_INVALID,                                                                        \
      "O arquivo não é um PKCS#7 de certificados (.p7b) nem um certificado.")                                \
    X("portal-no-certificate", RA_RULE_REFUSED, "O arquivo da AC não traz o certificado desta chave.")       \
    X("ac-refused", RA_UPSTREAM, "A AC recusou o pedido.")

struct reason {
    const char *word;
    enum ra_error_code code;
    const char *sentence;
};

static const struct reason reasons[] = {
#define X(word, code, sentence) {word, code, sentence},
    REASONS(X)
#undef X
};

bool reason_fail(struct ra_error *error, const char *word, const char *detail)
{
    for (size_t at = 0; at < sizeof reasons / sizeof reasons[0]; at++) {
        if (strcmp(reasons[at].word, word) != 0) {
            continue;
        }
        if (detail != NULL && detail[0] != '\0') {
            return ra_fail_reason(error, reasons[at].code, word, "%s (%s)", reasons[at].sentence, detail);
        }
        return ra_fail_reason(error, reasons[at].code, word, "%s", reasons[at].sentence);
    }
    return ra_fail_reason(error, RA_INTERNAL, word, "O módulo assinador recusou sem explicar.");
}
