/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The public rooms on real sockets and a private PostgreSQL (tests/support/scratch-postgres), with their jobs
 * and a mail spool, for tests that want the whole way of a request.
 */
#ifndef ROOMS_FIXTURE_H
#define ROOMS_FIXTURE_H

#include "app.h"
#include "db/db.h"
#include "pki/base/error.h"

/* clang-format off: cmocka.h wants these four before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
/* clang-format on */

#include <jansson.h>

#define assert_done(call)                                                                                    \
    do {                                                                                                     \
        if (!(call))                                                                                         \
            fail_msg("%s: %s (%s)", #call, error.detail, ra_error_info(error.code)->code);                   \
    } while (0)

/* Group set-up and tear-down: one instance, empty but for the rules' data. */
int rooms_start(void **state);
int rooms_stop(void **state);

struct ra_app *rooms_app(void);

/* A connection of the test's own, as ra_app, with the program's statements. */
struct db *rooms_db(void);

struct answer {
    int status;
    json_t *json;   /* NULL when the body is none */
    char *body;     /* as it came */
    char *cookie;   /* "name=value" of Set-Cookie, NULL when there was none */
    char *location; /* NULL when there was none */
};

/* One request on the public listener. `token` may be NULL; `body` is JSON text or NULL. Safe from any thread.
 */
struct answer *ask(const char *method, const char *path, const char *token, const char *body);

/* The page face: a form post (`form` not NULL) or a GET; `cookie` may be NULL. */
struct answer *browse(const char *path, const char *cookie, const char *form);

void answer_free(struct answer *answer);

/* Text member of an answer's JSON. */
const char *answer_text(const struct answer *answer, const char *name);

/* A fresh person's order of an e-CPF A1: fictional, with valid check digits, no two alike. */
struct placed {
    char code[16];
    char token[64];
    char cpf[12];
    char email[64];
};
struct placed place_order(void);

/* A JSON body for an order by person number `number` ("cpf", "email" and "phone" derive from it). */
char *order_body(unsigned number, char cpf[12], char email[64]);

/* Runs one statement of SQL as the owner; gives the first column of the first row, "" when there is none. The
 * caller frees. */
char *owner_sql(const char *sql);

/* Reads the whole agenda and catalogue anew, after owner_sql changed them. */
void rooms_refresh(void);

/* The text of the newest mail to an address, unquoted; waits for the outbox. Fails the test when none comes.
 */
char *mail_to(const char *address);

#endif
