/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What agents signed: each signature by itself, the two that approve together, and who signed.
 */
#include "pki/audit/dossier_case.h"
#include "pki/certificate/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- each by itself --- */

static void read_name(struct dossier_statement *statement, int64_t *attempt)
{
    static const struct {
        const char *word;
        enum statement_type type;
    } words[] = {{"validation-", STATEMENT_VALIDATION},
                 {"verification-", STATEMENT_VERIFICATION},
                 {"refusal-", STATEMENT_REFUSAL},
                 {"revocation-", STATEMENT_REVOCATION}};
    const char *rest = statement->part->name + strlen(dossier_file_name(DOSSIER_STATEMENT));
    for (size_t at = 0; at < sizeof words / sizeof words[0]; at++) {
        size_t length = strlen(words[at].word);
        if (strncmp(rest, words[at].word, length) == 0) {
            statement->type = words[at].type;
            *attempt = strtoll(rest + length, NULL, 10);
        }
    }
}

static const char *head_fault(const struct dossier_case *dossier, const struct statement *content,
                              int64_t attempt)
{
    if (strcmp(content->order, dossier->order) != 0) {
        return "é de outro pedido";
    }
    if (strcmp(content->instance, dossier->instance) != 0) {
        return "é de outra instalação";
    }
    return content->attempt != attempt ? "é de outra tentativa" : NULL;
}

static bool judge(struct dossier_case *dossier, struct dossier_statement *statement, int64_t attempt,
                  struct ra_error *error)
{
    const struct signed_trust trust = {.anchors = dossier->trust->anchors};
    struct ra_error why = {0};
    switch (signed_verify_archived(dossier->context, statement->part->content, statement->type, &trust,
                                   &statement->good, &statement->chain, &why)) {
    case SIGNED_VALID:
        break;
    case SIGNED_INVALID:
        (void)snprintf(statement->why, sizeof statement->why, "%s", why.detail);
        return true;
    case SIGNED_CANNOT_TELL:
    default:
        *error = why;
        return false;
    }
    const char *fault = head_fault(dossier, statement->good->statement, attempt);
    if (fault != NULL) {
        (void)snprintf(statement->why, sizeof statement->why, "%s", fault);
        statement->good = NULL;
    }
    return true;
}

static void place(struct dossier_case *dossier, const struct dossier_statement *statement, int64_t attempt)
{
    if (attempt != dossier->attempt) {
        return;
    }
    if (statement->type == STATEMENT_VALIDATION) {
        dossier->validation = statement;
    } else if (statement->type == STATEMENT_VERIFICATION) {
        dossier->verification = statement;
    } else if (statement->type == STATEMENT_REFUSAL) {
        /* It ends a case. Of one that brought a certificate nothing is asked the less for it. */
        dossier->refused = dossier_package_find(dossier->package, DOSSIER_CERTIFICATE) == NULL;
    }
}

static bool judge_all(struct dossier_case *dossier, struct ra_error *error)
{
    const struct dossier_package *package = dossier->package;
    dossier->statements =
        talloc_zero_array(dossier->context, struct dossier_statement, (unsigned)package->count + 1);
    if (dossier->statements == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "statements");
    }
    for (size_t at = 0; at < package->count; at++) {
        int64_t attempt = 0;
        if (package->parts[at].file != DOSSIER_STATEMENT) {
            continue;
        }
        struct dossier_statement *statement = &dossier->statements[dossier->statement_count++];
        statement->part = &package->parts[at];
        read_name(statement, &attempt);
        if (!judge(dossier, statement, attempt, error)) {
            return false;
        }
        place(dossier, statement, attempt);
    }
    return true;
}

/* --- as checks --- */

static void settle_one(struct dossier_case *dossier, enum dossier_check_id id,
                       const struct dossier_statement *statement, const char *absent)
{
    char signer[MANIFEST_SUBJECT_MAX];
    if (statement == NULL) {
        dossier_settle(dossier, id, DOSSIER_CANNOT_TELL, "%s", absent);
    } else if (statement->good == NULL) {
        dossier_settle(dossier, id, DOSSIER_FAILS, "%s", statement->why);
    } else {
        manifest_show_name(statement->good->signer, signer);
        dossier_settle(dossier, id, DOSSIER_HOLDS, "%s", signer);
    }
}

static void settle_others(struct dossier_case *dossier)
{
    size_t count = 0;
    for (size_t at = 0; at < dossier->statement_count; at++) {
        const struct dossier_statement *one = &dossier->statements[at];
        if (one == dossier->validation || one == dossier->verification) {
            continue;
        }
        count++;
        if (one->good == NULL) {
            dossier_settle(dossier, DOSSIER_CHECK_OTHERS, DOSSIER_FAILS, "%s: %s", one->part->name, one->why);
            return;
        }
    }
    if (count > 0) {
        dossier_settle(dossier, DOSSIER_CHECK_OTHERS, DOSSIER_HOLDS, "declarações: %zu", count);
    }
}

static bool same_waivers(const struct statement_waivers *left, const struct statement_waivers *right)
{
    bool same = left->count == right->count;
    for (size_t at = 0; same && at < left->count; at++) {
        same = strcmp(left->items[at].rule, right->items[at].rule) == 0 &&
               strcmp(left->items[at].reason, right->items[at].reason) == 0;
    }
    return same;
}

static void settle_pair(struct dossier_case *dossier)
{
    const struct signed_statement *validation = dossier->validation->good;
    const struct signed_statement *verification = dossier->verification->good;
    const struct statement_verification *confirmed = &verification->statement->verification;
    if (!bytes_equal((struct bytes){confirmed->validation, sizeof confirmed->validation},
                     (struct bytes){validation->digest, sizeof validation->digest})) {
        dossier_settle(dossier, DOSSIER_CHECK_PAIR, DOSSIER_FAILS, "a verificação nomeia outra validação");
    } else if (!same_waivers(&confirmed->waived, &validation->statement->validation.waived)) {
        dossier_settle(dossier, DOSSIER_CHECK_PAIR, DOSSIER_FAILS,
                       "as dispensas confirmadas não são as da validação");
    } else {
        dossier_settle(dossier, DOSSIER_CHECK_PAIR, DOSSIER_HOLDS, "%s", "");
    }
}

static bool has_pair(const struct dossier_case *dossier)
{
    return dossier->validation != NULL && dossier->validation->good != NULL &&
           dossier->verification != NULL && dossier->verification->good != NULL;
}

static bool carries_its_binding(const struct statement_binding *binding)
{
    switch (binding->kind) {
    case PROFILE_BINDING_CODE:
        return binding->has_mail;
    case PROFILE_BINDING_SPKI:
    case PROFILE_BINDING_RENEWAL:
        return true;
    case PROFILE_BINDING_COUNT:
    default:
        return false;
    }
}

/* What the norm itself waives of a renewal asks for no second agent; anything else that is waived does. */
static bool waives_nothing_else(const struct statement_validation *validation)
{
    for (size_t at = 0; at < validation->waived.count; at++) {
        if (validation->binding.kind != PROFILE_BINDING_RENEWAL ||
            strncmp(validation->waived.items[at].reason, "REN-", 4) != 0) {
            return false;
        }
    }
    return true;
}

bool dossier_stands_alone(const struct dossier_case *dossier)
{
    if (dossier->verification != NULL || dossier->refused || dossier->validation == NULL ||
        dossier->validation->good == NULL) {
        return false;
    }
    const struct statement_validation *validation = &dossier->validation->good->statement->validation;
    return waives_nothing_else(validation) && carries_its_binding(&validation->binding);
}

bool dossier_check_statements(struct dossier_case *dossier, struct ra_error *error)
{
    if (!judge_all(dossier, error) || !dossier_judge_wish(dossier, error)) {
        return false;
    }
    if (dossier->validation != NULL || !dossier->refused) {
        settle_one(dossier, DOSSIER_CHECK_VALIDATION, dossier->validation,
                   "não há validação desta tentativa");
    }
    if (dossier->verification != NULL || (!dossier->refused && !dossier_stands_alone(dossier))) {
        settle_one(dossier, DOSSIER_CHECK_VERIFICATION, dossier->verification,
                   "não há verificação desta tentativa");
    }
    settle_others(dossier);
    if (has_pair(dossier)) {
        settle_pair(dossier);
    } else if (!dossier->refused && !dossier_stands_alone(dossier)) {
        dossier_settle(dossier, DOSSIER_CHECK_PAIR, DOSSIER_CANNOT_TELL, "falta uma das duas");
    }
    return true;
}

/* --- who signed --- */

static bool is_party(const struct statement_people *people, const char *cpf)
{
    for (size_t at = 0; at < people->count; at++) {
        if (strcmp(people->items[at].cpf, cpf) == 0) {
            return true;
        }
    }
    return false;
}

static void settle_signers(struct dossier_case *dossier)
{
    const struct signed_statement *first = dossier->validation->good;
    const struct signed_statement *second = dossier->verification->good;
    const struct statement_people *people = &first->statement->validation.people;
    struct ra_error unread = {0};
    char first_cpf[12];
    char second_cpf[12];
    if (!certificate_read_cpf(first->signer, first_cpf, &unread) ||
        !certificate_read_cpf(second->signer, second_cpf, &unread)) {
        dossier_settle(dossier, DOSSIER_CHECK_SIGNERS, DOSSIER_CANNOT_TELL,
                       "o certificado de um dos agentes não traz o CPF");
    } else if (strcmp(first_cpf, second_cpf) == 0 ||
               bytes_equal((struct bytes){first->signer_spki, 32}, (struct bytes){second->signer_spki, 32})) {
        dossier_settle(dossier, DOSSIER_CHECK_SIGNERS, DOSSIER_FAILS, "a mesma pessoa assinou as duas");
    } else if (is_party(people, first_cpf) || is_party(people, second_cpf)) {
        dossier_settle(dossier, DOSSIER_CHECK_SIGNERS, DOSSIER_FAILS, "um dos agentes é parte do caso");
    } else {
        dossier_settle(dossier, DOSSIER_CHECK_SIGNERS, DOSSIER_HOLDS, "%s", "");
    }
}

static void settle_only_signer(struct dossier_case *dossier)
{
    const struct signed_statement *only = dossier->validation->good;
    struct ra_error unread = {0};
    char cpf[12];
    if (!certificate_read_cpf(only->signer, cpf, &unread)) {
        dossier_settle(dossier, DOSSIER_CHECK_SIGNERS, DOSSIER_CANNOT_TELL,
                       "o certificado do agente não traz o CPF");
    } else if (is_party(&only->statement->validation.people, cpf)) {
        dossier_settle(dossier, DOSSIER_CHECK_SIGNERS, DOSSIER_FAILS, "o agente é parte do caso");
    } else {
        dossier_settle(dossier, DOSSIER_CHECK_SIGNERS, DOSSIER_HOLDS,
                       "um agente; piso do assinador não conferível aqui");
    }
}

/* In ICP-Brasil every holder has a path to the root: the holder must not have made the package. */
static void refuse_party_as_exporter(struct dossier_case *dossier)
{
    char cpf[12];
    struct ra_error unread = {0};
    if (dossier->exporter != NULL && certificate_read_cpf(dossier->exporter, cpf, &unread) &&
        is_party(&dossier->validation->good->statement->validation.people, cpf)) {
        dossier_settle(dossier, DOSSIER_CHECK_MANIFEST, DOSSIER_FAILS,
                       "quem assinou o manifesto é parte do caso");
    }
}

void dossier_check_signers(struct dossier_case *dossier)
{
    if (dossier->validation != NULL && dossier->validation->good != NULL) {
        refuse_party_as_exporter(dossier);
    }
    if (has_pair(dossier)) {
        settle_signers(dossier);
    } else if (dossier_stands_alone(dossier)) {
        settle_only_signer(dossier);
    } else if (!dossier->refused) {
        dossier_settle(dossier, DOSSIER_CHECK_SIGNERS, DOSSIER_CANNOT_TELL, "falta uma das duas declarações");
    }
}
