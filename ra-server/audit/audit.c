/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit/audit.h"

#include "approval/office.h"
#include "audit/leaf.h"
#include "audit/news.h"
#include "catalog/catalog.h"
#include "db/db.h"
#include "orders/orders.h"

#include <string.h>

const char *audit_code_word(enum audit_code code)
{
    static const char *const words[] = {
#define X(id, word) [id] = word,
        AUDIT_CODES(X)
#undef X
    };
    return (unsigned)code < AUDIT_CODE_COUNT ? words[code] : "UNKNOWN";
}

/* Who acted, in the leaf's words and in the database's. */
struct actor {
    const char *kind;
    const char *spki;
    const char *serial;
    const char *name;
    const char *station;
    bool clock_known;
    int64_t clock_offset_ms;
};

static const struct actor the_system = {"system", "", "", "system", "", false, 0};
static const struct actor the_holder = {"holder", "", "", "holder", "", false, 0};

static struct actor actor_of(const struct http_request *request)
{
    const struct office_caller *caller = office_caller(request);
    if (caller == NULL && request->listener == HTTP_PROGRAM) {
        return the_system;
    }
    if (caller == NULL) {
        return request->listener == HTTP_OFFICE ? (struct actor){"unknown", "", "", "unknown", "", false, 0}
                                                : the_holder;
    }
    return (struct actor){office_role_word(caller->role),
                          caller->spki,
                          caller->serial,
                          caller->name,
                          caller->station,
                          caller->clock_known,
                          caller->clock_offset_ms};
}

struct writing {
    struct ra_app *app;
    struct db *db;
    int64_t now_us;
    enum audit_code code;
    struct actor actor;
    struct audit_subject subject;
    json_t *detail;
    json_t *personal;
};

static bool store_event(const struct writing *writing, const char *word, struct bytes leaf,
                        const struct audit_private *private_part, struct ra_error *error)
{
    bool opened = private_part->data.length > 0;
    struct db_value order = writing->subject.order_id != 0 ? db_int(writing->subject.order_id) : db_null();
    struct db_value salt =
        opened ? db_bytes((struct bytes){private_part->salt, sizeof private_part->salt}) : db_null();
    struct db_value data = opened ? db_bytes(private_part->data) : db_null();
    return db_exec_later(writing->db, STATEMENT_AUDIT_EVENT_INSERT,
                         DB_VALUES(db_time(writing->now_us), db_text(word), order,
                                   db_text(writing->actor.name), db_bytes(leaf), salt, data),
                         error);
}

/* The leaf has his key; his name it commits to, as to everything personal (protocol 7). */
static bool name_actor(struct writing *writing, struct ra_error *error)
{
    if (writing->actor.spki[0] == '\0') {
        return true;
    }
    if (writing->personal == NULL) {
        writing->personal = json_object();
    }
    return json_object_set_new(writing->personal, AUDIT_ACTOR_NAME, json_string(writing->actor.name)) == 0 ||
           ra_fail(error, RA_NO_MEMORY, "who acted");
}

static bool write_event(TALLOC_CTX *context, struct writing *writing, struct ra_error *error)
{
    char person[37];
    struct catalog_office *office = NULL;
    struct audit_private private_part;
    struct bytes bytes = {NULL, 0};
    if (writing->detail == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "detail of an event");
    }
    if (!audit_leaf_separate(writing->detail, &writing->personal, person, error) ||
        !name_actor(writing, error) || !catalog_office(writing->app, context, &office, error) ||
        !audit_private_build(context, writing->personal, &private_part, error)) {
        return false;
    }
    const struct audit_leaf leaf = {
        .event = audit_code_word(writing->code),
        .at_us = writing->now_us,
        .utc_offset_s = office->offset_s,
        .actor_kind = writing->actor.kind,
        .actor_spki = writing->actor.spki,
        .actor_serial = writing->actor.serial,
        .station = writing->actor.station,
        .office = office->code,
        .ibge = office->ibge,
        .place_kind = office->place_kind,
        .clock_known = writing->actor.clock_known,
        .clock_offset_ms = writing->actor.clock_offset_ms,
        .order_ref = writing->subject.ref,
        .person = person,
        .detail = writing->detail,
        .commit = private_part.commit,
    };
    if (!audit_leaf_build(context, &leaf, &bytes, error)) {
        return false;
    }
    return store_event(writing, leaf.event, bytes, &private_part, error) &&
           audit_news_tell(writing->app, writing->db, writing->code, writing->subject.code, error);
}

static bool write_and_release(struct writing *writing, struct ra_error *error)
{
    TALLOC_CTX *context = talloc_new(NULL);
    bool done = write_event(context, writing, error);
    talloc_free(context);
    json_decref(writing->detail);
    json_decref(writing->personal);
    return done;
}

bool audit_record(struct http_request *request, enum audit_code code, const struct order *order,
                  json_t *take_detail, json_t *take_personal, struct ra_error *error)
{
    struct writing writing = {
        .app = request->app,
        .db = request->db,
        .now_us = request->now_us,
        .code = code,
        .actor = actor_of(request),
        .subject = {order != NULL ? order->id : 0, order != NULL ? order->ref : "",
                    order != NULL ? order->code : ""},
        .detail = take_detail,
        .personal = take_personal,
    };
    return write_and_release(&writing, error);
}

bool audit_record_system(struct ra_app *app, struct db *db, int64_t now_us, enum audit_code code,
                         struct audit_subject subject, json_t *take_detail, json_t *take_personal,
                         struct ra_error *error)
{
    struct writing writing = {
        .app = app,
        .db = db,
        .now_us = now_us,
        .code = code,
        .actor = the_system,
        .subject = subject,
        .detail = take_detail,
        .personal = take_personal,
    };
    return write_and_release(&writing, error);
}

bool audit_case_read(struct http_request *request, const struct order *order, const char *what,
                     struct ra_error *error)
{
    if (request->listener != HTTP_OFFICE) {
        return true;
    }
    return audit_record(request, AUDIT_CASE_READ, order, json_pack("{s:s}", "what", what), NULL, error);
}
