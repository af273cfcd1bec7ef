/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/records.h"

#include "pki/certificate/reader.h"
#include "pki/signer/log.h"
#include "pki/signer/request.h"
#include "pki/signer/state.h"
#include "pki/trust/note.h"
#include "pki/trust/roster.h"

#include <openssl/crypto.h>
#include <string.h>

enum { DAY_S = 86400 };

/* Protocol 5: at most 30 days; the demonstration office signs for a year. */
static int64_t longest_roster_life(const struct settings *settings)
{
    switch (settings->environment) {
    case ENVIRONMENT_HOMOLOGATION:
        return (int64_t)366 * DAY_S;
    case ENVIRONMENT_PRODUCTION:
        break;
    }
    return (int64_t)30 * DAY_S;
}

/* --- roster --- */

static bool names_agent(const struct statement_roster *roster, const char *cpf)
{
    for (size_t i = 0; i < roster->count; i++)
        if (roster->entries[i].role == ROSTER_AGENT && strcmp(roster->entries[i].cpf, cpf) == 0)
            return true;
    return false;
}

/* No administrator is an agent, whatever key they sign with. A pinned certificate without a CPF names nobody.
 */
static bool parts_people(const struct settings *settings, const struct roster *roster, struct ra_error *error)
{
    for (int i = 0; i < sk_X509_num(settings->administrators); i++) {
        struct ra_error unread = {0};
        char cpf[12];
        if (certificate_read_cpf(sk_X509_value(settings->administrators, i), cpf, &unread)) {
            if (names_agent(&roster->statement->roster, cpf))
                return ra_fail_reason(error, RA_STATEMENT_REFUSED, "roster-role",
                                      "A lista faz de um administrador um agente.");
        } else if (unread.code == RA_NO_MEMORY) {
            *error = unread;
            return false;
        }
    }
    return true;
}

static bool judge_roster(struct signer *signer, TALLOC_CTX *context, struct bytes bundle, time_t now,
                         int64_t lowest, struct roster **roster, struct ra_error *error)
{
    const struct roster_trust trust = {.instance = signer->settings->instance,
                                       .administrators = signer->settings->administrators,
                                       .threshold = signer->settings->roster_threshold,
                                       .longest_life_s = longest_roster_life(signer->settings),
                                       .lowest_version = lowest,
                                       .now = now};
    switch (roster_verify(context, bundle, &trust, roster, error)) {
    case SIGNED_VALID:
        return parts_people(signer->settings, *roster, error);
    case SIGNED_INVALID:
    case SIGNED_CANNOT_TELL:
        return false;
    }
    return ra_fail(error, RA_INTERNAL, "verdict");
}

bool records_read_roster(struct signer *signer, TALLOC_CTX *context, struct roster **roster,
                         struct ra_error *error)
{
    int64_t version, accepted_at;
    struct bytes bundle;
    struct ra_error why = {0};
    *roster = NULL;
    TALLOC_CTX *memory = talloc_new(NULL);
    bool ok = ledger_read_roster(signer->ledger, memory, &version, &accepted_at, &bundle, error);
    if (ok && version > 0 &&
        !judge_roster(signer, context, bundle, (time_t)accepted_at, version, roster, &why)) {
        *roster = NULL;
        log_event(LOG_LEVEL_ALARM, "roster-unsupported", "{s:I,s:s}", "version", (json_int_t)version,
                  "reason", why.reason);
    }
    talloc_free(memory);
    return ok;
}

/* With roster_lock held. */
static bool accept_roster(struct signer *signer, struct bytes bundle, struct roster *roster,
                          struct ra_error *error)
{
    const struct roster *current = signer_roster(signer);
    int64_t version = roster->statement->roster.version;
    /* The same one again is no harm; another one of the same version is a fork. */
    if (current != NULL && current->statement->roster.version == version &&
        CRYPTO_memcmp(current->digest, roster->digest, sizeof roster->digest) == 0)
        return true;
    if (!ledger_accept_roster(signer->ledger, version, clock_now(signer->clock), bundle, error))
        return false;
    state_put_roster(signer->state, roster);
    log_event(LOG_LEVEL_INFO, "roster", "{s:I}", "version", (json_int_t)version);
    return true;
}

/* With roster_lock held. */
static bool judge_and_accept(struct signer *signer, TALLOC_CTX *memory, struct bytes bundle,
                             json_int_t *version, struct ra_error *error)
{
    struct roster *roster;
    int64_t lowest, accepted_at;
    struct bytes previous;
    if (!ledger_read_roster(signer->ledger, memory, &lowest, &accepted_at, &previous, error) ||
        !judge_roster(signer, memory, bundle, clock_now(signer->clock), lowest, &roster, error))
        return false;
    *version = roster->statement->roster.version;
    return accept_roster(signer, bundle, roster, error);
}

json_t *handle_roster(struct signer *signer, const struct signer_channel *channel, TALLOC_CTX *memory,
                      json_t *request, struct ra_error *error)
{
    (void)channel;
    struct bytes bundle;
    json_int_t version = 0;
    if (!request_parse_roster(memory, request, &bundle, error))
        return NULL;
    pthread_mutex_lock(&signer->state->roster_lock);
    bool ok = judge_and_accept(signer, memory, bundle, &version, error);
    pthread_mutex_unlock(&signer->state->roster_lock);
    return ok ? json_pack("{s:s,s:I}", "type", "roster", "version", version) : NULL;
}

/* --- checkpoint --- */

/* With the checkpoint's lock held. */
static bool sign_next(struct signer *signer, TALLOC_CTX *memory, const struct checkpoint_request *asked,
                      char **note, struct ra_error *error)
{
    uint64_t last_size;
    struct merkle_hash last_root;
    if (!ledger_last_checkpoint(signer->ledger, &last_size, &last_root, error))
        return false;
    if (!merkle_verify_consistency(last_size, &last_root, asked->size, &asked->root, &asked->proof, error)) {
        if (error->code != RA_CRYPTO)
            ra_fail_reason(error, RA_VERIFICATION_FAILED, "checkpoint-inconsistent",
                           "A árvore não continua a que foi assinada por último.");
        return false;
    }
    if (asked->size > last_size && !ledger_sign_checkpoint(signer->ledger, asked->size, &asked->root, error))
        return false;
    const struct checkpoint checkpoint = {.size = asked->size, .root = asked->root};
    return checkpoint_sign(memory, signer->settings->log_key, &checkpoint, note, error);
}

json_t *handle_checkpoint(struct signer *signer, const struct signer_channel *channel, TALLOC_CTX *memory,
                          json_t *request, struct ra_error *error)
{
    (void)channel;
    struct checkpoint_request *asked = talloc(memory, struct checkpoint_request);
    char *note = NULL;
    if (asked == NULL) {
        ra_fail(error, RA_NO_MEMORY, "checkpoint");
        return NULL;
    }
    if (!request_parse_checkpoint(memory, request, asked, error))
        return NULL;
    pthread_mutex_lock(&signer->state->checkpoint_lock);
    bool ok = sign_next(signer, memory, asked, &note, error);
    pthread_mutex_unlock(&signer->state->checkpoint_lock);
    return ok ? json_pack("{s:s,s:s}", "type", "checkpoint", "note", note) : NULL;
}

/* --- status --- */

json_t *handle_status(struct signer *signer, const struct signer_channel *channel, TALLOC_CTX *memory,
                      json_t *request, struct ra_error *error)
{
    (void)channel;
    if (!request_parse_status(request, error))
        return NULL;
    struct approval_context about = signer_approval_context(signer, NULL);
    uint64_t size;
    struct merkle_hash root;
    const char *log_key = note_verifier_line(memory, note_key_verifier(signer->settings->log_key));
    if (log_key == NULL) {
        ra_fail(error, RA_NO_MEMORY, "status");
        return NULL;
    }
    if (!ledger_last_checkpoint(signer->ledger, &size, &root, error))
        return NULL;
    const struct statement *roster = about.roster != NULL ? about.roster->statement : NULL;
    return json_pack("{s:s,s:s,s:b,s:b,s:I,s:I,s:I,s:s,s:I,s:I,s:I}", "type", "status", "instance",
                     signer->settings->instance, "isolated", signer->isolated ? 1 : 0, "confined",
                     signer->confined ? 1 : 0, "agents_floor", (json_int_t)signer->settings->agents_floor,
                     "roster_version", (json_int_t)(roster != NULL ? roster->roster.version : 0),
                     "roster_not_after", (json_int_t)(roster != NULL ? roster->not_after : 0), "log_key",
                     log_key, "tree_size", (json_int_t)size, "unknown",
                     (json_int_t)ledger_unresolved(signer->ledger), "weak_keys",
                     (json_int_t)weak_key_count(signer->settings->weak_keys));
}
