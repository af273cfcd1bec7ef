/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/signer.h"

#include "pki/signer/log.h"
#include "pki/signer/records.h"
#include "pki/signer/state.h"

#include <openssl/err.h>
#include <string.h>

static const struct {
    const char *type;
    signer_handler *handle;
} HANDLERS[] = {
    {"issue", handle_issue},     {"resume", handle_resume}, {"revoke", handle_revoke},
    {"refusal", handle_refusal}, {"roster", handle_roster}, {"checkpoint", handle_checkpoint},
    {"status", handle_status},
};

bool signer_open(TALLOC_CTX *context, const struct settings *settings, const struct ra_clock *clock,
                 const char *folder, bool isolated, struct signer **signer, struct ra_error *error)
{
    *signer = NULL;
    struct signer *opened = talloc_zero(context, struct signer);
    if (opened == NULL)
        return ra_fail(error, RA_NO_MEMORY, "signer");
    opened->settings = settings;
    opened->clock = clock;
    opened->isolated = isolated;
    opened->state = state_new(opened, settings);
    struct roster *roster = NULL;
    bool ok = opened->state != NULL || ra_fail(error, RA_NO_MEMORY, "signer");
    if (!ok || !ledger_open(opened, folder, settings->instance, &opened->ledger, error) ||
        !records_read_roster(opened, opened, &roster, error)) {
        talloc_free(opened);
        return false;
    }
    state_put_roster(opened->state, roster);
    *signer = opened;
    return true;
}

/* --- reading the files again --- */

static bool same_house(const struct settings *old, const struct settings *new, struct ra_error *error)
{
    if (strcmp(old->instance, new->instance) != 0 || old->environment != new->environment ||
        strcmp(old->log_name, new->log_name) != 0)
        return ra_fail(error, RA_INVALID, "reload: instance, environment and log name cannot change");
    TALLOC_CTX *memory = talloc_new(NULL);
    const char *before = note_verifier_line(memory, note_key_verifier(old->log_key));
    const char *after = note_verifier_line(memory, note_key_verifier(new->log_key));
    bool same = before != NULL && after != NULL && strcmp(before, after) == 0;
    talloc_free(memory);
    return same || ra_fail(error, RA_INVALID, "reload: the log key cannot change");
}

/* With roster_lock held. */
static bool take_files(struct signer *signer, TALLOC_CTX *memory, struct settings *settings,
                       struct ra_error *error)
{
    struct signer next = *signer;
    struct roster *roster = NULL;
    next.settings = settings;
    struct files *files = state_files_new(memory, settings);
    if (files == NULL)
        return ra_fail(error, RA_NO_MEMORY, "reload");
    talloc_steal(files, settings);
    if (!records_read_roster(&next, memory, &roster, error))
        return false;
    state_put_roster(signer->state, roster);
    state_replace(signer->state, files);
    return true;
}

bool signer_reload(struct signer *signer, const char *home, struct ra_error *error)
{
    TALLOC_CTX *memory = talloc_new(NULL);
    struct settings *settings = NULL;
    struct files *current = state_hold(signer->state);
    bool ok = settings_load(memory, home, signer->holder, &settings, error) &&
              settings_can_sign(settings, error) &&
              settings_fit_production(settings, signer->clock, signer->isolated, error) &&
              same_house(current->settings, settings, error);
    if (ok) {
        pthread_mutex_lock(&signer->state->roster_lock);
        ok = take_files(signer, memory, settings, error);
        pthread_mutex_unlock(&signer->state->roster_lock);
    }
    state_let_go(signer->state, current);
    talloc_free(memory);
    return ok;
}

/* --- the roster --- */

const struct roster *signer_roster(struct signer *signer)
{
    pthread_mutex_lock(&signer->state->lock);
    const struct roster *roster = signer->state->roster;
    pthread_mutex_unlock(&signer->state->lock);
    return roster;
}

struct approval_context signer_approval_context(struct signer *signer, STACK_OF(X509_CRL) *crls)
{
    return (struct approval_context){.settings = signer->settings,
                                     .roster = signer_roster(signer),
                                     .crls = crls,
                                     .began = ledger_began(signer->ledger),
                                     .now = clock_now(signer->clock)};
}

json_t *signer_refusal(const struct ra_error *error)
{
    bool ours = error->reason[0] == '\0';
    if (ours)
        log_event(LOG_LEVEL_ALARM, "internal", "{s:s,s:s}", "code", ra_error_info(error->code)->code,
                  "detail", error->detail);
    return json_pack("{s:s,s:s,s:s,s:s}", "type", "refused", "reason", ours ? "internal" : error->reason,
                     "detail", ours ? "" : error->detail, "field",
                     error->field_count > 0 ? error->fields[0].field : "");
}

static signer_handler *find_handler(const char *type)
{
    for (size_t i = 0; type != NULL && i < sizeof HANDLERS / sizeof *HANDLERS; i++)
        if (strcmp(type, HANDLERS[i].type) == 0)
            return HANDLERS[i].handle;
    return NULL;
}

bool signer_carry(struct signer *signer, const struct signer_channel *channel, const char *transaction,
                  struct bytes message, TALLOC_CTX *memory, struct bytes *answer, struct ra_error *error)
{
    return ledger_settle(signer->ledger, error) &&
           channel->carry(channel->context, transaction, message, memory, answer, error);
}

json_t *signer_handle(struct signer *signer, const struct signer_channel *channel, json_t *request)
{
    struct ra_error error = {0};
    const char *type = json_string_value(json_object_get(request, "type"));
    signer_handler *handle = find_handler(type);
    if (handle == NULL) {
        ra_fail_reason(&error, RA_BAD_REQUEST, "unknown-type", "tipo de mensagem desconhecido");
        return signer_refusal(&error);
    }
    ERR_clear_error();
    struct files *files = state_hold(signer->state);
    struct signer now = *signer;
    now.settings = files->settings;
    TALLOC_CTX *memory = talloc_new(NULL);
    json_t *answer = memory != NULL ? handle(&now, channel, memory, request, &error) : NULL;
    if (answer != NULL && !ledger_settle(signer->ledger, &error)) {
        json_decref(answer);
        answer = NULL;
    }
    if (answer == NULL) {
        answer = signer_refusal(&error);
        log_event(LOG_LEVEL_WARNING, "refused", "{s:s,s:s}", "request", type, "reason",
                  error.reason[0] != '\0' ? error.reason : "internal");
    }
    talloc_free(memory);
    state_let_go(signer->state, files);
    ERR_clear_error();
    return answer;
}
