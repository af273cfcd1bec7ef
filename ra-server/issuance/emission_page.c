/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issuance/emission_page.h"

#include "audit/audit.h"
#include "log.h"
#include "pki/base/clock.h"
#include "pki/base/file.h"

enum { PAGE_MAX = 8 << 20 };

static bool is_logged(struct db *db, TALLOC_CTX *context, const char *digest, bool *logged,
                      struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (!db_one(db, context, STATEMENT_ISSUANCE_EMISSION_PAGE_LOGGED, DB_VALUES(db_text(digest)), &row,
                error))
        return false;
    *logged = row_bool(row, 0, "logged");
    return true;
}

static bool record_digest(struct ra_app *app, struct db *db, const char *digest, struct ra_error *error)
{
    const struct audit_subject nobody = {.order_id = 0, .ref = "", .code = ""};
    if (!db_begin(db, error))
        return false;
    if (audit_record_system(app, db, clock_now_us(&app->clock), AUDIT_EMISSION_PAGE_CHANGED, nobody,
                            json_pack("{s:s}", "sha256", digest), NULL, error) &&
        db_commit(db, error))
        return true;
    db_rollback(db);
    return false;
}

bool emission_page_record(struct ra_app *app, struct db *db, struct ra_error *error)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct ra_error unread = {0};
    struct bytes page;
    uint8_t digest[32];
    bool logged = false;
    if (!file_read(context, app->config->emission_page, PAGE_MAX, &page, &unread)) {
        log_error("no-emission-page", app->config->emission_page, &unread);
        talloc_free(context);
        return true;
    }
    const char *hex =
        sha256(page, digest) ? hex_encode(context, (struct bytes){digest, sizeof digest}) : NULL;
    bool ok = hex != NULL || ra_fail_crypto(error, "emission page");
    ok = ok && is_logged(db, context, hex, &logged, error) && (logged || record_digest(app, db, hex, error));
    talloc_free(context);
    return ok;
}
