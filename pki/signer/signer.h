/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The process that alone holds the AR's CMP credential and the log's key (protocol 6): from one request to
 * one answer. It trusts no database and no caller; it has no network, so messages to the AC go through the
 * caller, whom CMP's own protection makes harmless.
 *
 * Thread rules: signer_handle from any number of threads.
 */
#ifndef PKI_SIGNER_SIGNER_H
#define PKI_SIGNER_SIGNER_H

#include "pki/signer/approval.h"
#include "pki/signer/ledger.h"
#include "pki/signer/settings.h"

#include <jansson.h>
#include <pthread.h>

/* Takes one CMP message to the AC through whoever sent the request; the answer is on `memory`. false: none
 * came. */
typedef bool (*signer_carry_function)(void *context, const char *transaction, struct bytes message,
                                      TALLOC_CTX *memory, struct bytes *answer, struct ra_error *error);

struct signer_channel {
    signer_carry_function carry;
    void *context;
};

struct signer_state;

/* What one request sees: signer_handle gives each its own copy, so that a reload never changes the files
 * under a request. Borrowed parts outlive it. Made by signer_open. */
struct signer {
    const struct settings *settings;
    const struct ra_clock *clock;
    struct ledger *ledger;
    bool isolated;             /* runs under a user of its own, apart from the server's */
    bool confined;             /* reads no file but its own; see sandbox.h */
    struct key_holder *holder; /* NULL where the key is in a file */
    struct signer_state *state;
};

/* On `context`. Opens the journal of `folder` and proves the roster in it anew; a roster that today's files
 * no longer support is left out, with an alarm in the log. */
RA_MUST_CHECK bool signer_open(TALLOC_CTX *context, const struct settings *settings,
                               const struct ra_clock *clock, const char *folder, bool isolated,
                               struct signer **signer, struct ra_error *error);

/* Reads the files under `home` again and judges by them from the next request on; the roster is proved anew.
 * Instance, environment and log key stay what they are: files that name others are refused, and with any
 * error everything stays as it was. Requests at work end by the files they began with. Any thread. */
RA_MUST_CHECK bool signer_reload(struct signer *signer, const char *home, struct ra_error *error);

/* The roster as it stands, NULL without one; old ones stay, so the pointer is good for life. */
const struct roster *signer_roster(struct signer *signer);

/* One request, one answer (the caller's to json_decref; NULL only when memory ran out). Never fails: what
 * goes wrong is a `refused` answer with its reason. Anything but a refusal waits until every record it may
 * rest on is durable. */
json_t *signer_handle(struct signer *signer, const struct signer_channel *channel, json_t *request);

/* Hands one message for the AC to the channel, once every record is durable. */
RA_MUST_CHECK bool signer_carry(struct signer *signer, const struct signer_channel *channel,
                                const char *transaction, struct bytes message, TALLOC_CTX *memory,
                                struct bytes *answer, struct ra_error *error);

/* {"type":"refused",…} for an error. Details of our own faults go to the log, not to the caller. */
json_t *signer_refusal(const struct ra_error *error);

/* What statements of this moment are judged by. */
struct approval_context signer_approval_context(struct signer *signer, STACK_OF(X509_CRL) *crls);

/* The handlers; each parses its own request. NULL with error set is a refusal. */
typedef json_t *signer_handler(struct signer *signer, const struct signer_channel *channel,
                               TALLOC_CTX *memory, json_t *request, struct ra_error *error);
signer_handler handle_issue, handle_resume;      /* issue.c */
signer_handler handle_revoke, handle_refusal;    /* revoke.c */
signer_handler handle_roster, handle_checkpoint; /* records.c */
signer_handler handle_status;

#endif
