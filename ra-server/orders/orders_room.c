/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The room's state, its gates and its sweeping. Its routes stand beside their handlers.
 */
#include "orders/orders_internal.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

/* --- gates --- */

static bool gate_asks(struct http_request *request, const char *policy, const char *stage, bool *asks,
                      struct ra_error *error)
{
    const char *value = NULL;
    if (!catalog_policy_text(request->app, request->context, request->now_us, policy, &value, error))
        return false;
    *asks = strcmp(value, stage) == 0;
    return true;
}

static bool refuse(struct ra_error *error, const char *reason, const char *policy, const char *sentence)
{
    ra_fail_reason(error, RA_RULE_REFUSED, reason, "%s", sentence);
    snprintf(error->source, sizeof error->source, "%s", policy);
    return false;
}

bool orders_check_gates(struct http_request *request, const struct order *order, const char *stage,
                        struct ra_error *error)
{
    bool payment = false, email = false;
    if (!gate_asks(request, "payment_gate", stage, &payment, error) ||
        !gate_asks(request, "email_gate", stage, &email, error))
        return false;
    if (payment && !orders_in_state(order, ORDERS_MACHINE_ORDER, "paid"))
        return refuse(error, "payment-missing", "payment_gate", "Falta registrar o pagamento do pedido.");
    if (email && !order->email_confirmed)
        return refuse(error, "email-unconfirmed", "email_gate", "Falta o titular confirmar o e-mail.");
    return true;
}

/* --- sweeping --- */

static bool sweep(struct job_run *run, struct ra_error *error)
{
    int64_t day_ago = run->now_us - INT64_C(86400000000);
    return db_exec(run->db, STATEMENT_ORDER_ACCESS_SWEEP, DB_VALUES(db_time(run->now_us)), NULL, error) &&
           db_exec(run->db, STATEMENT_ORDER_LOGIN_SWEEP, DB_VALUES(db_time(day_ago)), NULL, error);
}

static const struct job jobs[] = {{"access-sweep", 3600000, sweep}};

/* --- room --- */

static int wipe(struct orders_state *state)
{
    OPENSSL_cleanse(state->token_key, sizeof state->token_key);
    return 0;
}

static bool start(struct ra_app *app, struct db *db, struct ra_error *error)
{
    (void)db;
    struct orders_state *state = talloc_zero(NULL, struct orders_state);
    if (state == NULL)
        return ra_fail(error, RA_NO_MEMORY, "orders");
    talloc_set_destructor(state, wipe);
    app->room_state[ROOM_ORDERS] = state;
    return tokens_load_key(app->config, state->token_key, error);
}

static void stop(struct ra_app *app)
{
    talloc_free(app->room_state[ROOM_ORDERS]);
    app->room_state[ROOM_ORDERS] = NULL;
}

const struct room orders_room = {
    .name = "orders",
    .id = ROOM_ORDERS,
    .jobs = jobs,
    .job_count = sizeof jobs / sizeof jobs[0],
    .start = start,
    .stop = stop,
};
