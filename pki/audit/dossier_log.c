/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the signed log says of the case: the leaves are in the tree, and they name the very statements and the
 * very certificate of the package. A database that was changed afterwards cannot say so.
 */
#include "pki/audit/dossier_case.h"
#include "pki/audit/proof_verify.h"
#include "pki/base/clock.h"

#include <string.h>

struct acts {
    struct dossier_case *dossier;
    json_t *events; /* array of leaves, parsed */
    const char *fault;
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* The event of this word whose detail has this member; NULL when the log proves none. */
static const json_t *find_event(const struct acts *acts, const char *word, const char *member,
                                const char *value)
{
    size_t at = 0;
    const json_t *event = NULL;
    json_array_foreach(acts->events, at, event)
    {
        if (strcmp(text_of(event, "event"), word) == 0 &&
            (member == NULL || strcmp(text_of(json_object_get(event, "detail"), member), value) == 0)) {
            return event;
        }
    }
    return NULL;
}

/* The log took the statement while it was alive: nobody dated one back with a certificate that had ended. */
static bool came_in_time(const json_t *event, const struct statement *statement)
{
    int64_t at_us = 0;
    if (!clock_parse(text_of(event, "ts_utc"), &at_us)) {
        return false;
    }
    int64_t at = at_us / 1000000;
    return at >= statement->issued_at - STATEMENT_CLOCK_SKEW_S &&
           at <= statement->not_after + STATEMENT_CLOCK_SKEW_S;
}

static const char *event_of(enum statement_type type)
{
    switch (type) {
    case STATEMENT_VALIDATION:
        return "VALIDATION_APPROVED";
    case STATEMENT_VERIFICATION:
        return "VERIFICATION_APPROVED";
    case STATEMENT_REFUSAL:
        return "VERIFICATION_REFUSED";
    case STATEMENT_REVOCATION:
        return "REVOCATION_REQUESTED";
    case STATEMENT_ROSTER:
    case STATEMENT_RULES:
    case STATEMENT_RENEWAL:
    case STATEMENT_TYPE_COUNT:
    default:
        return "";
    }
}

static bool is_alone(const struct dossier_case *dossier, const struct dossier_statement *statement)
{
    return statement == dossier->validation && dossier_stands_alone(dossier);
}

static bool judge_statement(struct acts *acts, const struct dossier_statement *statement,
                            struct ra_error *error)
{
    if (statement->good == NULL) {
        return true;
    }
    char *digest = hex_encode(acts->dossier->context, (struct bytes){statement->good->digest, 32});
    if (digest == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "log");
    }
    const json_t *event = find_event(acts, event_of(statement->type), "statement", digest);
    if (event == NULL) {
        acts->fault = "uma das declarações não está no registro provado";
    } else if (!came_in_time(event, statement->good->statement)) {
        acts->fault = "uma das declarações entrou no registro fora do seu prazo";
    } else if (is_alone(acts->dossier, statement) &&
               find_event(acts, "SECOND_AGENT_WAIVED", "statement", digest) == NULL) {
        acts->fault = "falta a verificação, e o registro não diz que um agente bastou";
    }
    return true;
}

/* A renewal rests on what the holder signed, and the log had it before the agent's statement. */
static bool judge_wish(struct acts *acts, struct ra_error *error)
{
    const struct signed_statement *wish = acts->dossier->wish.good;
    if (wish == NULL) {
        return true;
    }
    char *digest = hex_encode(acts->dossier->context, (struct bytes){wish->digest, 32});
    if (digest == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "log");
    }
    if (find_event(acts, "RENEWAL_SIGNED", "signature", digest) == NULL) {
        acts->fault = "o pedido de renovação que o titular assinou não está no registro provado";
    }
    return true;
}

static bool judge_certificate(struct acts *acts, struct ra_error *error)
{
    const struct dossier_case *dossier = acts->dossier;
    unsigned char *der = NULL;
    uint8_t hash[32];
    if (dossier->certificate == NULL) {
        if (find_event(acts, "CERT_ISSUED", NULL, "") != NULL) {
            acts->fault = "o registro diz que houve emissão, e o certificado não está no dossiê";
        }
        return true;
    }
    int length = i2d_X509(dossier->certificate, &der);
    bool hashed = length > 0 && sha256((struct bytes){der, (size_t)length}, hash);
    OPENSSL_free(der);
    char *digest = hashed ? hex_encode(dossier->context, (struct bytes){hash, sizeof hash}) : NULL;
    if (digest == NULL) {
        return ra_fail_crypto(error, "digest of the certificate");
    }
    if (find_event(acts, "CERT_ISSUED", "certificate", digest) == NULL) {
        acts->fault = "a emissão deste certificado não está no registro provado";
    }
    return true;
}

static bool judge_acts(struct acts *acts, struct ra_error *error)
{
    const struct dossier_case *dossier = acts->dossier;
    for (size_t at = 0; at < dossier->statement_count && acts->fault == NULL; at++) {
        if (!judge_statement(acts, &dossier->statements[at], error)) {
            return false;
        }
    }
    if ((acts->fault == NULL && !judge_wish(acts, error)) ||
        (acts->fault == NULL && !judge_certificate(acts, error))) {
        return false;
    }
    dossier_settle(acts->dossier, DOSSIER_CHECK_LOG_ACTS, acts->fault == NULL ? DOSSIER_HOLDS : DOSSIER_FAILS,
                   "%s", acts->fault != NULL ? acts->fault : "");
    return true;
}

/* The leaves of a proof that holds, as JSON. */
static bool read_events(json_t *proof, json_t *events)
{
    size_t at = 0;
    json_t *item = NULL;
    json_array_foreach(json_object_get(proof, "leaves"), at, item)
    {
        const json_t *leaf = json_object_get(item, "leaf");
        if (json_array_append_new(events, json_loadb(json_string_value(leaf), json_string_length(leaf),
                                                     JSON_REJECT_DUPLICATES, NULL)) != 0) {
            return false;
        }
    }
    return true;
}

static bool check_acts(struct dossier_case *dossier, struct bytes document, struct ra_error *error)
{
    struct acts acts = {.dossier = dossier, .events = json_array()};
    json_t *proof = json_loadb((const char *)document.data, document.length, JSON_REJECT_DUPLICATES, NULL);
    bool done = acts.events != NULL && proof != NULL && read_events(proof, acts.events)
                    ? judge_acts(&acts, error)
                    : ra_fail(error, RA_NO_MEMORY, "log");
    json_decref(proof);
    json_decref(acts.events);
    return done;
}

bool dossier_check_log(struct dossier_case *dossier, struct ra_error *error)
{
    const struct dossier_part *part = dossier_package_find(dossier->package, DOSSIER_PROOF);
    struct proof_report report;
    struct ra_error why = {0};
    dossier_settle(dossier, DOSSIER_CHECK_LOG_ACTS, DOSSIER_CANNOT_TELL, "sem provas que confiram");
    if (part == NULL) {
        dossier_settle(dossier, DOSSIER_CHECK_LOG, DOSSIER_CANNOT_TELL, "faltam as provas do registro");
        return true;
    }
    if (!proof_verify(part->content, dossier->trust->log, &report, &why)) {
        if (why.code != RA_VERIFICATION_FAILED) {
            *error = why;
            return false;
        }
        dossier_settle(dossier, DOSSIER_CHECK_LOG, DOSSIER_FAILS, "%s", why.detail);
        return true;
    }
    if (strcmp(report.order, dossier->order) != 0 || strcmp(report.ref, dossier->ref) != 0) {
        dossier_settle(dossier, DOSSIER_CHECK_LOG, DOSSIER_FAILS, "as provas são de outro pedido");
        return true;
    }
    dossier_settle(dossier, DOSSIER_CHECK_LOG, DOSSIER_HOLDS, "folhas: %llu, de %s",
                   (unsigned long long)report.leaves, report.origin);
    return check_acts(dossier, part->content, error);
}
