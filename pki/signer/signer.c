/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/signer.h"

#include "pki/signer/log.h"
#include "pki/signer/records.h"

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

static int signer_destructor(struct signer *signer)
{
    pthread_mutex_destroy(&signer->roster_lock);
    pthread_mutex_destroy(&signer->checkpoint_lock);
    return 0;
}

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
    if (pthread_mutex_init(&opened->roster_lock, NULL) != 0 ||
        pthread_mutex_init(&opened->checkpoint_lock, NULL) != 0) {
        talloc_free(opened);
        return ra_fail(error, RA_NO_MEMORY, "signer");
    }
    talloc_set_destructor(opened, signer_destructor);
    if (!ledger_open(opened, folder, settings->instance, &opened->ledger, error) ||
        !records_restore_roster(opened, error)) {
        talloc_free(opened);
        return false;
    }
    *signer = opened;
    return true;
}

struct approval_context signer_approval_context(struct signer *signer, STACK_OF(X509_CRL) *crls)
{
    pthread_mutex_lock(&signer->roster_lock);
    const struct roster *roster = signer->roster;
    pthread_mutex_unlock(&signer->roster_lock);
    return (struct approval_context){.settings = signer->settings,
                                     .roster = roster,
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
    TALLOC_CTX *memory = talloc_new(NULL);
    json_t *answer = memory != NULL ? handle(signer, channel, memory, request, &error) : NULL;
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
    ERR_clear_error();
    return answer;
}
