/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_links.h"

#include "agenda/agenda_internal.h"

static struct db_value hash_value(const uint8_t hash[TOKEN_HASH_SIZE])
{
    return db_bytes((struct bytes){hash, TOKEN_HASH_SIZE});
}

bool agenda_link_issue(struct ra_app *app, struct db *db, int64_t now_us, const struct agenda_link_mail *mail,
                       char token[TOKEN_SIZE], struct ra_error *error)
{
    uint8_t hash[TOKEN_HASH_SIZE];
    struct db_rows *rows = NULL;
    TALLOC_CTX *scratch = talloc_new(NULL);
    bool done = token_appointment(app, mail->uid, mail->asked_us, mail->email, token, error) &&
                token_hash(token, hash, error) &&
                db_query(db, scratch, STATEMENT_CALENDAR_LINK_INSERT,
                         DB_VALUES(hash_value(hash), db_text(mail->uid), db_time(now_us),
                                   db_int(mail->sequence), db_text(mail->email)),
                         &rows, error);
    if (!done || db_row_count(rows) == 0)
        token[0] = '\0';
    talloc_free(scratch);
    return done;
}

bool agenda_link_open(struct http_request *request, bool lock, struct order **order, struct agenda_link *link,
                      struct ra_error *error)
{
    uint8_t hash[TOKEN_HASH_SIZE];
    struct db_rows *rows = NULL;
    if (!token_hash(http_path_parameter(request, "token"), hash, error) ||
        !db_query(request->db, request->context, STATEMENT_CALENDAR_LINK_FIND,
                  DB_VALUES(hash_value(hash), db_time(request->now_us)), &rows, error))
        return false;
    if (db_row_count(rows) == 0)
        return ra_fail(error, RA_NOT_FOUND,
                       "Este link já não vale. Entre com o seu CPF para ver o seu pedido.");
    *link = (struct agenda_link){row_int(rows, 0, "appointment_id"), row_int(rows, 0, "sequence")};
    const char *code = row_text(rows, 0, "code");
    return lock ? agenda_load_by_code(request, code, order, error) : orders_load(request, code, order, error);
}

bool agenda_link_sweep(struct db *db, int64_t now_us, struct ra_error *error)
{
    return db_exec(db, STATEMENT_CALENDAR_LINK_SWEEP, DB_VALUES(db_time(now_us)), NULL, error);
}
