/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Were the signers agents when they signed? By the rosters in the package, whose signatures are judged
 * against the administrators given from outside; without those, against the package's own hint, which proves
 * nothing and is said so.
 */
#include "pki/audit/dossier_case.h"
#include "pki/certificate/reader.h"
#include "pki/trust/roster.h"

#include <stdio.h>
#include <string.h>

enum { YEAR_S = 366 * 86400 };

struct judging {
    struct dossier_case *dossier;
    STACK_OF(X509) *administrators;
    char why[320]; /* the last thing that was wrong with a roster */
};

/* The newest roster that was signed before the instant and holds at it; NULL when there is none. Of two that
 * hold the newer binds: it may have taken somebody off the list. */
static bool roster_at(struct judging *judging, time_t instant, struct roster **newest, struct ra_error *error)
{
    const struct dossier_package *package = judging->dossier->package;
    const unsigned asked = judging->dossier->trust->roster_threshold;
    const struct roster_trust trust = {.instance = judging->dossier->instance,
                                       .administrators = judging->administrators,
                                       .threshold = asked == 0 ? 1 : asked,
                                       .longest_life_s = YEAR_S,
                                       .now = instant};
    *newest = NULL;
    for (size_t at = 0; at < package->count; at++) {
        struct ra_error why = {0};
        struct roster *roster = NULL;
        if (package->parts[at].file != DOSSIER_ROSTER) {
            continue;
        }
        enum signed_verdict verdict =
            roster_verify(judging->dossier->context, package->parts[at].content, &trust, &roster, &why);
        if (verdict == SIGNED_CANNOT_TELL) {
            *error = why;
            return false;
        }
        if (verdict == SIGNED_INVALID) {
            (void)snprintf(judging->why, sizeof judging->why, "%s", why.detail);
        } else if (*newest == NULL ||
                   roster->statement->roster.version > (*newest)->statement->roster.version) {
            *newest = roster;
        }
    }
    return true;
}

static const char *fault_in(const struct roster *roster, const struct signed_statement *statement)
{
    const struct roster_entry *entry = NULL;
    struct ra_error why = {0};
    char cpf[12];
    if (!roster_require(roster, statement->signer_spki, ROSTER_AGENT, statement->statement->issued_at, &entry,
                        &why)) {
        return "quem assinou não era agente pela lista";
    }
    if (!certificate_read_cpf(statement->signer, cpf, &why) || strcmp(cpf, entry->cpf) != 0) {
        return "o CPF do certificado não é o da lista";
    }
    return NULL;
}

/* Every good statement's signer; *fault NULL when all were agents, and `listed` how many. */
static bool judge_signers(struct judging *judging, const char **fault, bool *without_roster, size_t *listed,
                          struct ra_error *error)
{
    const struct dossier_case *dossier = judging->dossier;
    for (size_t at = 0; at < dossier->statement_count && *fault == NULL; at++) {
        const struct signed_statement *statement = dossier->statements[at].good;
        struct roster *roster = NULL;
        if (statement == NULL) {
            continue;
        }
        if (!roster_at(judging, (time_t)statement->statement->issued_at, &roster, error)) {
            return false;
        }
        if (roster == NULL) {
            *without_roster = true;
            return true;
        }
        *fault = fault_in(roster, statement);
        (*listed)++;
    }
    return true;
}

static void settle(struct dossier_case *dossier, const struct judging *judging, const char *fault,
                   bool without_roster, size_t listed)
{
    bool pinned = dossier->trust->administrators != NULL;
    if (without_roster) {
        dossier_settle(dossier, DOSSIER_CHECK_ROSTER, DOSSIER_CANNOT_TELL, "nenhuma lista que sirva");
        dossier_settle(dossier, DOSSIER_CHECK_ROSTER_SIGNATURE, pinned ? DOSSIER_FAILS : DOSSIER_CANNOT_TELL,
                       "%s", judging->why[0] != '\0' ? judging->why : "não há lista de agentes no dossiê");
        return;
    }
    if (listed == 0) {
        dossier_settle(dossier, DOSSIER_CHECK_ROSTER, DOSSIER_CANNOT_TELL, "nenhuma assinatura que confira");
        return;
    }
    dossier_settle(dossier, DOSSIER_CHECK_ROSTER, fault != NULL ? DOSSIER_FAILS : DOSSIER_HOLDS, "%s",
                   fault != NULL ? fault : "");
    if (pinned) {
        dossier_settle(dossier, DOSSIER_CHECK_ROSTER_SIGNATURE, DOSSIER_HOLDS, "%s", "");
    } else {
        dossier_settle(dossier, DOSSIER_CHECK_ROSTER_SIGNATURE, DOSSIER_CANNOT_TELL,
                       "sem --administrators só se sabe o que o próprio arquivo diz");
    }
}

bool dossier_check_roster(struct dossier_case *dossier, struct ra_error *error)
{
    const struct dossier_part *hint = dossier_package_find(dossier->package, DOSSIER_ADMINISTRATORS);
    STACK_OF(X509) *hinted = NULL;
    struct ra_error unread = {0};
    const char *fault = NULL;
    bool without_roster = false;
    size_t listed = 0;
    if (dossier->trust->administrators == NULL && hint != NULL &&
        !signed_read_certificates(hint->content, &hinted, &unread)) {
        hinted = NULL;
    }
    struct judging judging = {dossier, dossier->trust->administrators, ""};
    if (judging.administrators == NULL) {
        judging.administrators = hinted;
    }
    bool done = judge_signers(&judging, &fault, &without_roster, &listed, error);
    if (done) {
        settle(dossier, &judging, fault, without_roster, listed);
    }
    sk_X509_pop_free(hinted, X509_free);
    return done;
}
