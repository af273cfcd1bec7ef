/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * renewal_path of identification-rules 5.2 (DOC-ICP-05 3.3.2 after Res. 211/2024;
 * DOC-ICP-05.02 2.1.6, 2.1.7): pure. What is never waived, whatever the path: lista negativa and Receita
 * (their consultations), and the company's own documents (REN-05).
 */
#ifndef RENEWAL_RENEWAL_RULES_H
#define RENEWAL_RENEWAL_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum renewal_path { RENEWAL_ONLINE, RENEWAL_VIDEO, RENEWAL_IN_PERSON };

/* X(identifier, "rule", "why, for people") */
#define RENEWAL_REASONS(X)                                                                                   \
    X(RENEWAL_REASON_NONE, "", "")                                                                           \
    X(RENEWAL_REASON_EXPIRED, "REN-07",                                                                      \
      "O certificado venceu ou foi revogado: vale o caminho da primeira "                                    \
      "emissão.")                                                                                            \
    X(RENEWAL_REASON_ELSEWHERE, "REN-07", "Este certificado não foi emitido aqui.")                          \
    X(RENEWAL_REASON_SEAL, "REN-03",                                                                         \
      "Um selo eletrônico não manifesta a vontade da empresa (Res. 211, art. 4) nem diz quem é o "        \
      "responsável: não assina a própria renovação.")                                                        \
    X(RENEWAL_REASON_LEVEL, "REN-06",                                                                        \
      "A norma só aceita a assinatura de um certificado A3 ou de nível mais alto, em token; um A1, em "    \
      "arquivo, não assina a própria renovação.")                                                            \
    X(RENEWAL_REASON_HIGHER, "REN-01", "O certificado novo é de nível mais alto que o atual.")               \
    X(RENEWAL_REASON_BIOMETRICS, "REN-02", "A biometria do titular ainda não foi coletada.")                 \
    X(RENEWAL_REASON_HOLDER, "REN-02", "O certificado que assina não é do mesmo titular e responsável.")     \
    X(RENEWAL_REASON_EARLY, "REN-08", "Ainda é cedo para renovar este certificado.")                         \
    X(RENEWAL_REASON_DONE, "REN-08", "Este certificado já foi renovado.")

enum renewal_reason {
#define X(id, rule, text) id,
    RENEWAL_REASONS(X)
#undef X
        RENEWAL_REASON_COUNT
};

/* The present certificate and what is wanted. */
struct renewal_question {
    bool issued_here;
    bool revoked;         /* or about to be */
    bool renewed;         /* another one stands in its place already */
    bool same_holder;     /* as the new order's data */
    bool biometrics;      /* collected when it was issued */
    bool company;         /* a company's certificate */
    bool seal;            /* one that names no responsible person: a selo eletrônico */
    bool video_possible;  /* the product is sold for video, and the room is open */
    int level;            /* of the certificate that signs; 0: unknown */
    int wanted_level;     /* of the new one */
    int lowest_level;     /* policy renewal_signing_level */
    int64_t window_s;     /* policy renewal_window_days */
    int64_t expires_in_s; /* negative: expired */
};

struct renewal_answer {
    enum renewal_path path;
    enum renewal_reason reason; /* why not ONLINE */
    const char *rule;           /* ONLINE: "REN-02" or "REN-03"; else the reason's */
};

struct renewal_answer renewal_path_of(const struct renewal_question *question);

const char *renewal_path_word(enum renewal_path path); /* "ONLINE", "VIDEO", "IN_PERSON" */
const char *renewal_reason_rule(enum renewal_reason reason);
const char *renewal_reason_text(enum renewal_reason reason);

/* Of an item of the checklist: kind "document", "biometric", "presence", "consultation", "attestation"; the
 * company's items are the company's. What an online renewal under that rule waives. */
bool renewal_waives(const char *kind, bool of_company);

/* "REN-02: …", what stands in the agent's statement beside each waived item; "" for no such rule. */
const char *renewal_waiver_text(const char *rule);

#endif
