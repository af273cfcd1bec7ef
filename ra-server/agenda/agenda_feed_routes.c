/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A feed's address for those it belongs to, and the feed for whoever has the address.
 */
#include "agenda/agenda_feed.h"
#include "agenda/agenda_feed_calendar.h"
#include "approval/trust_state.h"
#include "audit/audit.h"
#include "catalog/catalog.h"
#include "catalog/local_time.h"
#include "db/db.h"
#include "orders/tokens.h"

#include <string.h>

enum { PAST_DAYS = 7, SPKI_BYTES = 32, TAG_BYTES = 16 };

struct feed {
    enum feed_of of;
    const char *owner; /* the agent's key in hexadecimal; "" of the office */
    const char *name;  /* of the agent; "" */
};

/* --- the address --- */

static const char *address_of(struct http_request *request, const char *token)
{
    return talloc_asprintf(request->context, "%s/api/feeds/%s/agenda.ics", request->app->config->public_url,
                           token);
}

static bool read_feed(struct http_request *request, const char *of, enum feed_act act, struct feed *feed,
                      struct ra_error *error)
{
    const struct office_caller *caller = office_caller(request);
    bool office = of != NULL && strcmp(of, "office") == 0;
    if (of == NULL || (!office && strcmp(of, "agent") != 0))
        return ra_fail_field(error, "of", "unknown", "Diga de quem é a agenda: office ou agent.");
    *feed = office ? (struct feed){FEED_OF_OFFICE, "", ""}
                   : (struct feed){FEED_OF_AGENT, caller->spki, caller->name};
    return agenda_feed_may(caller->role, feed->of, act) ||
           ra_fail(error, RA_FORBIDDEN,
                   office ? "O endereço da agenda da unidade é trocado por um administrador."
                          : "Só agentes têm agenda própria.");
}

static bool answer(struct http_request *request, struct http_response *response, const struct feed *feed,
                   const char *token, int64_t made_us, enum audit_code code, struct ra_error *error)
{
    const char *of = feed->of == FEED_OF_OFFICE ? "office" : "agent";
    http_reply(response, 200,
               json_pack("{s:s, s:s, s:s}", "of", of, "url", address_of(request, token), "since",
                         local_time_rfc3339(request->context, made_us, 0)));
    return audit_record(request, code, NULL, json_pack("{s:s}", "of", of), NULL, error);
}

static bool show_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    struct feed feed = {FEED_OF_AGENT, "", ""};
    struct db_rows *rows = NULL;
    char token[TOKEN_SIZE];
    if (!read_feed(request, http_query(request, "of"), FEED_SHOW, &feed, error) ||
        !catalog_office(request->app, request->context, &office, error) ||
        !db_query(request->db, request->context, STATEMENT_CALENDAR_FEED_SHOW,
                  DB_VALUES(db_int(office->id), db_text(feed.owner)), &rows, error))
        return false;
    if (db_row_count(rows) == 0)
        return ra_fail(error, RA_NOT_FOUND,
                       "Esta agenda ainda não tem endereço: crie-o com ra-cli agenda feed rotate.");
    return token_feed(request->app, office->code, feed.owner, row_int(rows, 0, "generation"), token, error) &&
           answer(request, response, &feed, token, row_time(rows, 0, "made_at"), AUDIT_FEED_SHOWN, error);
}

static bool rotate_handler(struct http_request *request, struct http_response *response,
                           struct ra_error *error)
{
    struct catalog_office *office = NULL;
    struct feed feed = {FEED_OF_AGENT, "", ""};
    struct db_rows *row = NULL;
    char token[TOKEN_SIZE];
    uint8_t hash[TOKEN_HASH_SIZE];
    if (!read_feed(request, http_text(request->body, "of"), FEED_ROTATE, &feed, error) ||
        !catalog_office(request->app, request->context, &office, error) ||
        !db_one(request->db, request->context, STATEMENT_CALENDAR_FEED_NEXT,
                DB_VALUES(db_int(office->id), db_text(feed.owner)), &row, error))
        return false;
    int64_t generation = row_int(row, 0, "generation");
    return token_feed(request->app, office->code, feed.owner, generation, token, error) &&
           token_hash(token, hash, error) &&
           db_exec(request->db, STATEMENT_CALENDAR_FEED_ROTATE,
                   DB_VALUES(db_int(office->id), db_text(feed.owner), db_text(feed.name), db_int(generation),
                             db_bytes((struct bytes){hash, sizeof hash}), db_time(request->now_us)),
                   NULL, error) &&
           answer(request, response, &feed, token, request->now_us, AUDIT_FEED_ROTATED, error);
}

/* --- the feed --- */

static bool no_feed(struct ra_error *error)
{
    return ra_fail(error, RA_NOT_FOUND, "Não há agenda neste endereço.");
}

/* Whoever left the roster has no agenda here, whatever address he kept. */
static bool still_agent(struct http_request *request, const char *owner, struct ra_error *error)
{
    uint8_t spki[SPKI_BYTES];
    struct roster_entry entry = {0};
    struct ra_error refused = {0};
    if (owner[0] == '\0')
        return true;
    if (!hex_decode(owner, spki, sizeof spki))
        return no_feed(error);
    return (trust_roster_entry(request->app, request->context, spki, (time_t)(request->now_us / 1000000),
                               &entry, &refused) &&
            entry.role == ROSTER_AGENT) ||
           no_feed(error);
}

static bool find_feed(struct http_request *request, struct db_rows **row, struct ra_error *error)
{
    uint8_t hash[TOKEN_HASH_SIZE];
    if (!token_hash(http_path_parameter(request, "token"), hash, error) ||
        !db_query(request->db, request->context, STATEMENT_CALENDAR_FEED_FIND,
                  DB_VALUES(db_bytes((struct bytes){hash, sizeof hash})), row, error))
        return false;
    return (db_row_count(*row) == 1 || no_feed(error)) &&
           still_agent(request, row_text(*row, 0, "owner"), error);
}

static struct feed_event *read_events(TALLOC_CTX *context, const struct db_rows *rows)
{
    struct feed_event *events = talloc_array(context, struct feed_event, (unsigned)db_row_count(rows) + 1);
    for (size_t i = 0; events != NULL && i < db_row_count(rows); i++)
        events[i] = (struct feed_event){
            .id = row_int(rows, i, "id"),
            .start_us = row_time(rows, i, "starts"),
            .end_us = row_time(rows, i, "ends"),
            .changed_us = row_time(rows, i, "updated_at"),
            .sequence = (int)row_int(rows, i, "sequence"),
            .video = strcmp(row_text(rows, i, "mode"), "video") == 0,
        };
    return events;
}

static const char *host_of(struct http_request *request)
{
    const char *url = request->app->config->public_url;
    const char *host = strstr(url, "://");
    host = host != NULL ? host + 3 : url;
    return talloc_strndup(request->context, host, strcspn(host, ":/"));
}

static bool write_feed(struct http_request *request, const struct db_rows *feed, struct bytes *bytes,
                       struct ra_error *error)
{
    struct catalog_office *office = NULL;
    struct db_rows *rows = NULL;
    const char *agent = row_text(feed, 0, "name");
    int64_t since_us = request->now_us - PAST_DAYS * INT64_C(86400000000);
    if (!catalog_office(request->app, request->context, &office, error) ||
        !db_query(request->db, request->context, STATEMENT_CALENDAR_FEED_EVENTS,
                  DB_VALUES(db_int(row_int(feed, 0, "office_id")), db_time(since_us), db_text(agent),
                            db_time(request->now_us)),
                  &rows, error))
        return false;
    const struct feed_facts facts = {
        .name = agent[0] == '\0' ? talloc_asprintf(request->context, "Agenda: %s", office->name)
                                 : talloc_asprintf(request->context, "Minha agenda: %s", office->name),
        .host = host_of(request),
        .zone = office->zone,
        .location = office->name,
        .organizer = request->app->config->smtp_from,
        .since_us = since_us,
        .events = read_events(request->context, rows),
        .count = db_row_count(rows),
    };
    if (facts.name == NULL || facts.host == NULL || facts.events == NULL)
        return ra_fail(error, RA_NO_MEMORY, "feed");
    return calendar_feed_write(request->context, &facts, bytes, error);
}

/* The tag of the content; the zone's beginning moves with the days only where there is no event. */
static bool tag_of(struct http_request *request, struct bytes bytes, const char **tag, struct ra_error *error)
{
    uint8_t digest[32];
    if (!sha256(bytes, digest))
        return ra_fail_crypto(error, "SHA-256");
    const char *hex = hex_encode(request->context, (struct bytes){digest, TAG_BYTES});
    *tag = hex != NULL ? talloc_asprintf(request->context, "\"%s\"", hex) : NULL;
    return *tag != NULL || ra_fail(error, RA_NO_MEMORY, "feed");
}

static bool feed_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct db_rows *feed = NULL;
    struct bytes bytes = {NULL, 0};
    const char *tag = NULL;
    if (!find_feed(request, &feed, error) || !write_feed(request, feed, &bytes, error) ||
        !tag_of(request, bytes, &tag, error))
        return false;
    if (agenda_feed_unchanged(http_header(request, "if-none-match"), tag)) {
        response->status = 304;
        response->content = HTTP_CONTENT_NONE;
    } else {
        http_reply_bytes(response, 200, "text/calendar; charset=utf-8; method=PUBLISH", bytes);
    }
    http_set_header(response, "ETag", tag);
    http_set_header(response, "Cache-Control", "private, no-cache");
    return true;
}

/* --- table --- */

static const struct http_parameter of_query[] = {
    {"of", true, "{\"type\":\"string\",\"enum\":[\"office\",\"agent\"]}", "De quem é a agenda."},
    {NULL, false, NULL, NULL},
};
static const char feed_schema[] =
    "{\"type\":\"object\",\"required\":[\"of\",\"url\",\"since\"],\"properties\":{\"of\":{\"type\":"
    "\"string\"},"
    "\"url\":{\"type\":\"string\"},\"since\":{\"type\":\"string\",\"format\":\"date-time\"}}}";
static const char of_schema[] =
    "{\"type\":\"object\",\"required\":[\"of\"],\"properties\":{\"of\":{\"type\":\"string\",\"enum\":["
    "\"office\",\"agent\"]}}}";

static const struct http_route routes[] = {
    {
        .method = HTTP_GET,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/agenda/feed",
        .authorize = office_authorize_any,
        .handler = show_handler,
        .transaction = HTTP_WRAPPED,
        .operation = "officeFeedShow",
        .summary = "O endereço secreto da agenda.",
        .query = of_query,
        .response_schema = feed_schema,
        .statuses = {200, 403, 404, 422, 0},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/agenda/feed",
        .authorize = office_authorize_agent_or_admin,
        .handler = rotate_handler,
        .body = HTTP_BODY_JSON,
        .transaction = HTTP_WRAPPED,
        .operation = "officeFeedRotate",
        .summary = "Cria o endereço secreto da agenda, ou o troca: o anterior deixa de valer.",
        .request_schema = of_schema,
        .response_schema = feed_schema,
        .statuses = {200, 403, 422, 0},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_PUBLIC,
        .api_path = "/api/feeds/{token}/agenda.ics",
        .authorize = http_anyone,
        .handler = feed_handler,
        .transaction = HTTP_OWN,
        .operation = "feedRead",
        .summary = "A agenda para assinar, sem dados de cidadãos (iCalendar).",
        .response_type = "text/calendar",
        .statuses = {200, 304, 404, 0},
    },
};

const struct room agenda_feed_room = {
    .name = "agenda-feed",
    .id = ROOM_AGENDA,
    .routes = routes,
    .route_count = sizeof routes / sizeof routes[0],
};
