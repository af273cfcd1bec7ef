/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The job of revocations: asks the signer for what has its proofs, looks for what the AC confirmed in its
 * CRL, and keeps the clocks. What fails is tried again after a growing pause; a restart changes nothing.
 */
#include "app.h"
#include "approval/revocation_basis.h"
#include "approval/trust_state.h"
#include "audit/audit.h"
#include "issuance/ac_carrier.h"
#include "issuance/issuance.h"
#include "issuance/signer_client.h"
#include "log.h"
#include "notice/notice.h"
#include "pki/certificate/reader.h"
#include "revocation/revocation_store.h"

#include <string.h>

static const int64_t second_us = 1000000;
static const int64_t tries_kept_us = INT64_C(3600000000);

enum outcome { OUTCOME_WAITING, OUTCOME_REVOKED, OUTCOME_DEAD_WORD };

struct asking {
    struct job_run *run;
    const struct revocation_ticket *ticket;
    struct order *order;
    struct bytes certificate;
    json_t *crls;
    json_t *ocsp;
    int64_t reason;
};

/* --- asking the signer --- */

static json_t *holder_json(const struct asking *asking, const struct revocation_word *word,
                           const struct revocation_key *key)
{
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "kind",
                     holder_revocation_kind_word(word->kind), "order", asking->order->code, "attempt",
                     (json_int_t)asking->order->attempt, "reason", (json_int_t)word->reason, "issued_at",
                     (json_int_t)word->issued_at, "signature", signer_base64(word->signature), "public_key",
                     signer_base64(key->public_key), "registration", signer_base64(key->registration),
                     "responsible", signer_base64(word->responsible));
}

/* `take_holder` may be NULL. */
static bool ask(struct asking *asking, json_t *take_statements, json_t *take_holder, enum outcome *outcome,
                struct ra_error *error)
{
    struct ra_app *app = asking->run->app;
    json_t *answer = NULL;
    json_t *request = json_pack("{s:s, s:o, s:o, s:O, s:O, s:o*}", "type", "revoke", "statements",
                                take_statements, "certificate", signer_base64(asking->certificate), "crls",
                                asking->crls, "ocsp", asking->ocsp, "holder", take_holder);
    if (!signer_ask(signer_client_of(app), request, ac_carry, ac_carrier_of(app), &answer, error))
        return false;
    const char *type = json_string_value(json_object_get(answer, "type"));
    bool pending = type != NULL && strcmp(type, "pending") == 0;
    bool done = pending || signer_expect(answer, "revoked", error);
    *outcome = done && !pending ? OUTCOME_REVOKED : OUTCOME_WAITING;
    if (!done && revocation_word_is_dead(error->reason))
        *outcome = OUTCOME_DEAD_WORD;
    json_decref(answer);
    return done;
}

static bool add_status_of(struct asking *asking, struct bytes der, struct ra_error *error)
{
    struct job_run *run = asking->run;
    X509 *certificate = NULL;
    STACK_OF(X509) *chain = NULL;
    if (der.length == 0)
        return true;
    bool done = certificate_decode(der, &certificate, error) &&
                issuance_chain_of(run->db, run->context, der, &chain, error);
    if (done)
        trust_learn(run->app, chain);
    done = done && trust_add_crls(run->app, certificate, asking->crls, error) &&
           trust_add_ocsp(run->app, certificate, asking->ocsp, error);
    sk_X509_pop_free(chain, X509_free);
    X509_free(certificate);
    return done;
}

static bool ask_by_word(struct asking *asking, const struct revocation_word *word, enum outcome *outcome,
                        struct ra_error *error)
{
    struct revocation_key key = {.public_key = {NULL, 0}};
    struct db *db = asking->run->db;
    if (word->kind == HOLDER_REVOCATION_PASSWORD &&
        !revocation_store_key(db, asking->run->context, asking->order->id, asking->order->attempt, &key,
                              error))
        return false;
    asking->reason = word->reason;
    (void)json_array_clear(asking->ocsp); /* of the word before */
    return add_status_of(asking, word->responsible, error) &&
           ask(asking, json_array(), holder_json(asking, word, &key), outcome, error);
}

/* What the signer refused for good is never asked again. */
static bool bury(struct asking *asking, const struct revocation_word *word, const char *reason,
                 struct ra_error *error)
{
    return db_exec(asking->run->db, STATEMENT_REVOCATION_WORD_REFUSE,
                   DB_VALUES(db_int(word->id), db_text(reason)), NULL, error);
}

static bool try_words(struct asking *asking, enum outcome *outcome, size_t *alive, struct ra_error *error)
{
    struct revocation_word *words = NULL;
    size_t count = 0;
    *alive = 0;
    if (!revocation_store_words(asking->run->db, asking->run->context, asking->order->id,
                                asking->order->attempt, &words, &count, error))
        return false;
    for (size_t at = 0; at < count; at++) {
        struct ra_error cause = {0};
        *outcome = OUTCOME_WAITING;
        bool asked = ask_by_word(asking, &words[at], outcome, &cause);
        if (*outcome == OUTCOME_REVOKED)
            return true;
        *alive += *outcome == OUTCOME_WAITING;
        if (!asked)
            log_error("revocation-not-done", "revocation", &cause);
        if (*outcome == OUTCOME_DEAD_WORD && !bury(asking, &words[at], cause.reason, error))
            return false;
        *outcome = OUTCOME_WAITING;
    }
    return true;
}

static bool try_statements(struct asking *asking, enum outcome *outcome, size_t *alive,
                           struct ra_error *error)
{
    struct revocation_basis basis;
    struct job_run *run = asking->run;
    if (!revocation_basis_find(run->app, run->db, run->context, (time_t)(run->now_us / second_us),
                               asking->order, &basis, error))
        return false;
    *alive += basis.stored;
    if (basis.count == 0) {
        if (basis.unfit.code != RA_OK)
            log_error("revocation-unfit", "revocation", &basis.unfit);
        return true;
    }
    json_t *statements = json_array();
    for (size_t at = 0; at < basis.count; at++) {
        asking->reason = basis.statements[at]->statement->revocation.reason;
        json_array_append_new(statements, signer_base64(basis.cms[at]));
        if (!trust_add_crls(run->app, basis.statements[at]->signer, asking->crls, error)) {
            json_decref(statements);
            return false;
        }
    }
    return ask(asking, statements, NULL, outcome, error);
}

/* --- writing what came of it --- */

static bool write_executed(struct asking *asking, struct ra_error *error)
{
    struct job_run *run = asking->run;
    const struct audit_subject subject = {asking->order->id, asking->order->ref, asking->order->code};
    return db_exec(run->db, STATEMENT_REVOCATION_EXECUTED,
                   DB_VALUES(db_int(asking->ticket->id), db_int(asking->reason), db_time(run->now_us)), NULL,
                   error) &&
           audit_record_system(run->app, run->db, run->now_us, AUDIT_REVOCATION_EXECUTED, subject,
                               json_pack("{s:s, s:I}", "serial", asking->ticket->serial, "reason",
                                         (json_int_t)asking->reason),
                               NULL, error);
}

/* Nothing that was asked holds: the certificate goes on as before. */
static bool write_withdrawn(struct asking *asking, struct ra_error *error)
{
    struct job_run *run = asking->run;
    struct order *order = NULL;
    if (!orders_load_by_id(run->context, run->db, asking->order->id, true, &order, error))
        return false;
    const struct audit_subject subject = {order->id, order->ref, order->code};
    return db_exec(run->db, STATEMENT_REVOCATION_WITHDRAW,
                   DB_VALUES(db_int(asking->ticket->id), db_time(run->now_us),
                             db_text("o pedido de revogação não se sustentou")),
                   NULL, error) &&
           (!orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "revocation_requested") ||
            orders_set_state_by_system(run->db, run->now_us, order, ORDERS_MACHINE_ISSUANCE, "issued",
                                       error)) &&
           audit_record_system(run->app, run->db, run->now_us, AUDIT_REVOCATION_WITHDRAWN, subject,
                               json_pack("{s:s}", "serial", asking->ticket->serial), NULL, error);
}

typedef bool write_end(struct asking *asking, struct ra_error *error);

static bool in_transaction(struct asking *asking, write_end *write, struct ra_error *error)
{
    struct db *db = asking->run->db;
    if (!db_begin(db, error))
        return false;
    if (write(asking, error) && db_commit(db, error))
        return true;
    db_rollback(db);
    return false;
}

/* `*open`: something asked for it holds, and the AC has not said that it was done. */
static bool ask_all(struct asking *asking, bool *open, struct ra_error *error)
{
    enum outcome outcome = OUTCOME_WAITING;
    size_t alive = 0;
    if (!try_words(asking, &outcome, &alive, error) ||
        (outcome != OUTCOME_REVOKED && !try_statements(asking, &outcome, &alive, error)))
        return false;
    *open = outcome != OUTCOME_REVOKED && (alive > 0 || asking->ticket->by_authority);
    if (outcome == OUTCOME_REVOKED) {
        asking->run->again = true; /* the CRL may be there already */
        return in_transaction(asking, write_executed, error);
    }
    return alive > 0 || asking->ticket->by_authority || in_transaction(asking, write_withdrawn, error);
}

static bool ask_ac(struct job_run *run, const struct revocation_ticket *ticket, bool *open,
                   struct ra_error *error)
{
    struct asking asking = {.run = run, .ticket = ticket, .crls = json_array(), .ocsp = json_array()};
    bool done =
        ((asking.crls != NULL && asking.ocsp != NULL) || ra_fail(error, RA_NO_MEMORY, "revocation")) &&
        orders_load_by_id(run->context, run->db, ticket->order_id, false, &asking.order, error) &&
        issuance_certificate(run->db, run->context, ticket->order_id, ticket->attempt, &asking.certificate,
                             error) &&
        ask_all(&asking, open, error);
    json_decref(asking.crls);
    json_decref(asking.ocsp);
    return done;
}

/* --- looking --- */

/* Nobody told us that the AC did it (a portal never does), and its CRL says so. */
static bool note_executed(struct job_run *run, const struct revocation_ticket *ticket, int reason,
                          struct ra_error *error)
{
    struct asking asking = {.run = run, .ticket = ticket, .reason = reason};
    return ticket->executed ||
           (orders_load_by_id(run->context, run->db, ticket->order_id, false, &asking.order, error) &&
            write_executed(&asking, error));
}

static bool look(struct job_run *run, const struct revocation_ticket *ticket, struct ra_error *error)
{
    struct revocation_sight sight;
    if (!revocation_watch(run, ticket, &sight, error) || !sight.seen)
        return error->code == RA_OK;
    if (!db_begin(run->db, error))
        return false;
    if (note_executed(run, ticket, sight.reason, error) && revocation_close(run, ticket, sight.crl, error) &&
        db_commit(run->db, error)) {
        jobs_wake(run->app->jobs, NOTICE_JOB);
        return true;
    }
    db_rollback(run->db);
    return false;
}

/* Where the AC's answer ended the ticket, or made it due at once, there is nothing to look for yet. */
static bool ask_and_look(struct job_run *run, const struct revocation_ticket *ticket, struct ra_error *error)
{
    bool open = false;
    return ask_ac(run, ticket, &open, error) && (!open || look(run, ticket, error));
}

/* The next look is set first: whoever dies in between looks again. */
static bool turn(struct job_run *run, const struct revocation_ticket *ticket, struct ra_error *error)
{
    int64_t next_us = run->now_us + revocation_pause_s(ticket->looks) * second_us;
    return db_exec(run->db, STATEMENT_REVOCATION_LOOK_AGAIN, DB_VALUES(db_int(ticket->id), db_time(next_us)),
                   NULL, error) &&
           (ticket->executed ? look(run, ticket, error) : ask_and_look(run, ticket, error));
}

bool revocation_run(struct job_run *run, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_exec(run->db, STATEMENT_REVOCATION_TRY_SWEEP, DB_VALUES(db_time(run->now_us - tries_kept_us)),
                 NULL, error) ||
        !db_query(run->db, run->context, STATEMENT_REVOCATION_DUE, DB_VALUES(db_time(run->now_us)), &rows,
                  error))
        return false;
    for (size_t row = 0; row < db_row_count(rows) && !jobs_stopping(run->app->jobs); row++) {
        const struct revocation_ticket ticket = {
            .id = row_int(rows, row, "id"),
            .order_id = row_int(rows, row, "order_id"),
            .attempt = row_int(rows, row, "attempt"),
            .serial = row_text(rows, row, "serial"),
            .by_authority = row_text(rows, row, "authority")[0] != '\0',
            .executed = !row_is_null(rows, row, "executed_at"),
            .looks = row_int(rows, row, "looks"),
        };
        struct ra_error cause = {0};
        if (!turn(run, &ticket, &cause))
            log_error("revocation-not-done", "revocation", &cause);
    }
    return revocation_clocks(run, error);
}
