/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The job that has revocations done whose statements are complete: asks the signer, carries to the AC, writes
 * the end.
 */
#include "app.h"
#include "approval/handlers.h"
#include "approval/revocation_basis.h"
#include "approval/trust_state.h"
#include "audit/audit.h"
#include "db/db.h"
#include "issuance/ac_carrier.h"
#include "issuance/issuance.h"
#include "issuance/signer_client.h"
#include "log.h"
#include "orders/orders.h"

#include <string.h>

struct revoking {
    struct job_run *run;
    struct order *order;
    json_t *statements; /* base64 */
    json_t *crls;
    int64_t reason;
};

static bool append(struct revoking *revoking, const struct revocation_basis *basis, size_t at,
                   struct ra_error *error)
{
    const struct signed_statement *statement = basis->statements[at];
    revoking->reason = statement->statement->revocation.reason;
    if (!trust_add_crls(revoking->run->app, statement->signer, revoking->crls, error)) {
        return false;
    }
    return json_array_append_new(revoking->statements, signer_base64(basis->cms[at])) == 0 ||
           ra_fail(error, RA_NO_MEMORY, "revocation");
}

/* `*complete`: as many statements as the reason asks for. */
static bool gather(struct revoking *revoking, bool *complete, struct ra_error *error)
{
    struct revocation_basis basis;
    if (!revocation_basis_find(revoking->run->app, revoking->run->db, revoking->run->context,
                               (time_t)(revoking->run->now_us / 1000000), revoking->order, &basis, error)) {
        return false;
    }
    for (size_t at = 0; at < basis.count; at++) {
        if (!append(revoking, &basis, at, error)) {
            return false;
        }
    }
    *complete = basis.count > 0;
    if (*complete || basis.unfit.code == RA_OK) {
        return true;
    }
    *error = basis.unfit;
    return false;
}

static bool ask(struct revoking *revoking, bool *revoked, struct ra_error *error)
{
    struct ra_app *app = revoking->run->app;
    struct bytes certificate = {NULL, 0};
    json_t *answer = NULL;
    if (!issuance_certificate(revoking->run->db, revoking->run->context, revoking->order->id,
                              revoking->order->attempt, &certificate, error)) {
        return false;
    }
    json_t *request = json_pack("{s:s, s:O, s:o, s:O}", "type", "revoke", "statements", revoking->statements,
                                "certificate", signer_base64(certificate), "crls", revoking->crls);
    if (!signer_ask(signer_client_of(app), request, ac_carry, ac_carrier_of(app), &answer, error)) {
        return false;
    }
    const char *type = json_string_value(json_object_get(answer, "type"));
    bool pending = type != NULL && strcmp(type, "pending") == 0;
    bool done = pending || signer_expect(answer, "revoked", error);
    *revoked = done && !pending;
    json_decref(answer);
    return done;
}

static bool write_end(struct revoking *revoking, struct ra_error *error)
{
    struct job_run *run = revoking->run;
    struct order *order = NULL;
    if (!orders_load_by_id(run->context, run->db, revoking->order->id, true, &order, error)) {
        return false;
    }
    const struct audit_subject subject = {order->id, order->ref, order->code};
    return orders_set_state_by_system(run->db, run->now_us, order, ORDERS_MACHINE_ISSUANCE, "revoked",
                                      error) &&
           orders_milestone_by_system(run->db, run->now_us, order, "revoked", order->serial, error) &&
           audit_record_system(
               run->app, run->db, run->now_us, AUDIT_REVOCATION_EXECUTED, subject,
               json_pack("{s:s, s:I}", "serial", order->serial, "reason", (json_int_t)revoking->reason), NULL,
               error);
}

static bool end(struct revoking *revoking, struct ra_error *error)
{
    struct db *db = revoking->run->db;
    if (!db_begin(db, error)) {
        return false;
    }
    if (write_end(revoking, error) && db_commit(db, error)) {
        return true;
    }
    db_rollback(db);
    return false;
}

static bool revoke_one(struct job_run *run, int64_t order_id, struct ra_error *error)
{
    struct revoking revoking = {.run = run, .statements = json_array(), .crls = json_array()};
    bool complete = false;
    bool revoked = false;
    bool done = revoking.statements != NULL && revoking.crls != NULL;
    if (!done) {
        (void)ra_fail(error, RA_NO_MEMORY, "revocation");
    }
    done = done && orders_load_by_id(run->context, run->db, order_id, false, &revoking.order, error) &&
           gather(&revoking, &complete, error) && (!complete || ask(&revoking, &revoked, error)) &&
           (!revoked || end(&revoking, error));
    json_decref(revoking.statements);
    json_decref(revoking.crls);
    return done;
}

bool revocation_run(struct job_run *run, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(run->db, run->context, STATEMENT_APPROVAL_REVOCATIONS_DUE, DB_NO_VALUES, &rows, error)) {
        return false;
    }
    for (size_t row = 0; row < db_row_count(rows) && !jobs_stopping(run->app->jobs); row++) {
        struct ra_error cause = {0};
        if (!revoke_one(run, row_int(rows, row, "id"), &cause)) {
            log_error("revocation-not-done", "approval", &cause);
        }
    }
    return true;
}
