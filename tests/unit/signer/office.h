/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the signer's tests share: an AC in a temporary folder (RSA 2048 hierarchy, to be quick), agents with
 * identities, an administrator's roster, the signer's home with its files, and drafts of requests that a test
 * bends before they are signed. All people are fictional.
 */
#ifndef TESTS_UNIT_SIGNER_OFFICE_H
#define TESTS_UNIT_SIGNER_OFFICE_H

#include "pki/homolog-ca/cmp_server.h"
#include "pki/homolog-ca/credentials.h"
#include "pki/signer/signer.h"
#include "pki/trust/emission_code.h"
#include "pki/trust/identity.h"

/* X(member, file, name, CPF) */
#define OFFICE_PEOPLE(X)                                                                                     \
    X(agent1, "agent1", "ANA BEATRIZ SOUZA TESTE", "73190486204")                                            \
    X(agent2, "agent2", "BRUNO CARVALHO LIMA TESTE", "64081725390")                                          \
    X(agent3, "agent3", "CARLA MENDES ROCHA TESTE", "91527304680")                                           \
    X(auditor, "auditor", "DANIEL FERREIRA ALVES TESTE", "50813697484")                                      \
    X(outsider, "outsider", "PESSOA DE FORA TESTE", "37295160868")                                           \
    X(admin, "admin", "ELISA NOGUEIRA PRADO TESTE", "82746019396")

#define OFFICE_INSTANCE "00112233445566778899aabbccddeeff"
#define OFFICE_OTHER    "ffeeddccbbaa99887766554433221100"
#define OFFICE_HOLDER   "12345678909"
#define OFFICE_UNSOLD   "RFB_ECPF_X1" /* a profile that the AC refuses */

/* How the carrier misbehaves, from the message with this number on (1 is the ir); 0 is honest. */
struct office_line {
    int loses_request_from;
    int loses_answer_from;
    int carried;
    void (*on_message)(int number); /* called before the message goes out; may be NULL */
    int slow_ms;
    bool confirms_for_us; /* the AC's first answer says that no certConf is needed */
    char transaction[33]; /* of the newest message */
};

struct office {
    TALLOC_CTX *memory;
    char folder[64];
    char *home;    /* the signer's */
    char *journal; /* home/journal */
    struct store store;
    struct hierarchy hierarchy;
    struct ra_clock clock;
    struct registry registry;
    struct cmp_server *ac;
#define X(member, file, name, cpf) struct identity *member;
    OFFICE_PEOPLE(X)
#undef X
    EVP_PKEY *holder_key;
    EVP_PKEY *thief_key;
    const char *crls[3]; /* base64: tmul, tac5, tr5 */
    struct settings *settings;
    struct signer *signer;
    struct office_line line;
};

/* With the roster accepted; the clock stands 100 days ahead of the machine's. */
void office_make(struct office *office);
void office_free(struct office *office);

/* The journal alone is begun anew (a new life for the next test), the roster accepted. */
void office_reset(struct office *office);

/* Closes and opens the signer over the same journal. */
void office_restart(struct office *office);

/* An AC over the same folder that lies so. */
void office_corrupt_ac(struct office *office, enum corruption corruption);

/* What the AC publishes now goes along with the next requests. */
void office_read_crls(struct office *office);

/* Everything an honest issue is made of. A test bends it, then calls office_request. */
struct draft {
    struct office *office;
    struct statement validation;
    struct statement verification;
    struct statement_person person;
    struct statement_waiver waivers[2];
    const struct identity *first;
    const struct identity *second;
    bool without_verification;
    bool keep_validation_digest; /* verification.validation stays as the test set it */
    EVP_PKEY *key;               /* in the CSR */
    EVP_PKEY *proved_key;        /* in the proofs; `key` unless a thief moves proofs */
    uint8_t counter_half[EMISSION_HALF_SIZE];
    uint8_t mail_half[EMISSION_HALF_SIZE];
    uint8_t used_counter_half[EMISSION_HALF_SIZE]; /* with which the proofs are made */
    uint8_t used_mail_half[EMISSION_HALF_SIZE];
    const char *proof_instance;
    const char *proof_order;
};

void office_draft(struct office *office, const char *order, int64_t attempt, struct draft *draft);

/* Bound by the hash of the draft's key instead. */
void draft_bind_spki(struct draft *draft);

/* Signs what the draft says and returns the request. */
json_t *office_request(struct draft *draft);

/* Signs one statement. */
struct bytes office_sign(struct office *office, const struct identity *identity,
                         const struct statement *statement);

/* Head of a statement of this moment. */
struct statement office_statement(struct office *office, enum statement_type type, const char *order,
                                  int64_t attempt);

json_t *office_base64(struct bytes value);
json_t *office_crls(struct office *office);

/* A roster of this version with the three agents and the auditor, as a request. */
json_t *office_roster(struct office *office, int64_t version);

/* PKCS#10 in DER with a subject of the sender's fancy. */
struct bytes office_csr(struct office *office, EVP_PKEY *key);

/* Hands the request to the signer in this process; takes its reference. The answer is the caller's. */
json_t *office_send(struct office *office, json_t *request);

/* The answer's member, "" when absent. */
const char *answer_text(json_t *answer, const char *member);

/* Sends, checks type and reason, forgets the answer. */
void office_expect_refused(struct office *office, json_t *request, const char *reason);
void office_expect(struct office *office, json_t *request, const char *type);

/* Certificates the AC ever made over CMP, and how many are on its CRL. */
int office_count_issued(struct office *office);
int office_count_revoked(struct office *office);

#endif
