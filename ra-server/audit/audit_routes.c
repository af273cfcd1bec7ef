/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The log to the public (checkpoint and hash tiles, C2SP), exports and proofs to the auditor.
 */
#include "app.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "audit/audit_state.h"
#include "audit/export.h"
#include "audit/failures.h"
#include "audit/log_reader.h"
#include "audit/proof.h"
#include "catalog/catalog.h"
#include "catalog/local_time.h"
#include "orders/orders.h"
#include "pki/certificate/calendar.h"
#include "pki/trust/tile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- public --- */

static bool checkpoint_get(struct http_request *request, struct http_response *response,
                           struct ra_error *error)
{
    struct log_checkpoint checkpoint;
    if (!log_checkpoint_latest(request->db, request->context, &checkpoint, error)) {
        return false;
    }
    if (checkpoint.size == 0) {
        return ra_fail(error, RA_NOT_FOUND, "O registro ainda não tem checkpoint.");
    }
    http_set_header(response, "Cache-Control", "no-cache");
    http_reply_bytes(response, 200, "text/plain; charset=utf-8", bytes_of_text(checkpoint.note));
    return true;
}

static bool tile_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct log_checkpoint checkpoint;
    struct tile tile;
    struct bytes hashes = {NULL, 0};
    char path[TILE_PATH_SIZE + 8];
    const char *rest = http_path_parameter(request, "rest");
    int length = snprintf(path, sizeof path, "tile/%s", rest != NULL ? rest : "");
    if (length < 0 || (size_t)length >= sizeof path || !tile_parse(path, &tile)) {
        return ra_fail(error, RA_NOT_FOUND, "Não há tal parte do registro.");
    }
    if (!log_checkpoint_latest(request->db, request->context, &checkpoint, error)) {
        return false;
    }
    unsigned level = 8 * tile.level;
    uint64_t first = tile.index * TILE_WIDTH;
    if (first + tile.width > checkpoint.size >> level) {
        return ra_fail(error, RA_NOT_FOUND, "O registro ainda não chegou a esta parte.");
    }
    if (!log_hashes(request->db, request->context, level, first, tile.width, &hashes, error)) {
        return false;
    }
    http_set_header(response, "Cache-Control", "public, max-age=31536000, immutable");
    http_reply_bytes(response, 200, "application/octet-stream", hashes);
    return true;
}

/* --- export --- */

/* A real day, "2026-11-24". */
static bool parse_day(const char *text, int64_t *number)
{
    struct calendar_day day;
    if (text == NULL || calendar_parse(text, &day) != CALENDAR_DAY) {
        return false;
    }
    *number = local_day_number(day.year, day.month, day.day);
    return true;
}

static bool parse_format(const char *text, enum export_format *format)
{
    static const char *const words[] = {[EXPORT_JSONL] = "jsonl", [EXPORT_CSV] = "csv", [EXPORT_PDF] = "pdf"};
    for (size_t at = 0; at < sizeof words / sizeof words[0]; at++) {
        if (text == NULL || strcmp(text, words[at]) == 0) {
            *format = (enum export_format)at;
            return true;
        }
    }
    return false;
}

/* Days are the office's: the first from its midnight, the last to its midnight. */
static bool read_wish(struct http_request *request, struct export_wish *wish, struct ra_error *error)
{
    const int64_t day_us = 86400000000;
    struct catalog_office *office = NULL;
    int64_t from = 0;
    int64_t to = 0;
    wish->from = http_query(request, "from");
    wish->to = http_query(request, "to");
    wish->with_private = office_caller(request)->role == OFFICE_AUDITOR;
    if (!parse_day(wish->from, &from)) {
        return ra_fail_field(error, "from", "date", "Informe o primeiro dia como AAAA-MM-DD.");
    }
    if (!parse_day(wish->to, &to) || to < from) {
        return ra_fail_field(error, "to", "date",
                             "Informe o último dia como AAAA-MM-DD, não antes do primeiro.");
    }
    if (!parse_format(http_query(request, "format"), &wish->format)) {
        return ra_fail_field(error, "format", "unknown", "O formato é jsonl, csv ou pdf.");
    }
    if (!catalog_office(request->app, request->context, &office, error)) {
        return false;
    }
    wish->since_us = from * day_us - (int64_t)office->offset_s * 1000000;
    wish->until_us = (to + 1) * day_us - (int64_t)office->offset_s * 1000000;
    return true;
}

static bool record_export(struct http_request *request, const struct export_wish *wish,
                          const struct export_done *done, struct ra_error *error)
{
    return audit_record(request, AUDIT_EXPORT_MADE, NULL,
                        json_pack("{s:s, s:s, s:I, s:I, s:I, s:b}", "from", wish->from, "to", wish->to,
                                  "first", (json_int_t)done->first, "after", (json_int_t)done->after, "size",
                                  (json_int_t)done->size, "private", wish->with_private),
                        NULL, error);
}

static bool export_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct export_wish wish = {0};
    struct export_done done = {0};
    struct stat status;
    int fd = -1;
    if (!read_wish(request, &wish, error) || !http_temporary_file(request, &fd, error)) {
        return false;
    }
    if (!export_write(request, &wish, fd, &done, error) || !record_export(request, &wish, &done, error)) {
        (void)close(fd);
        return false;
    }
    if (fstat(fd, &status) != 0) {
        (void)close(fd);
        return ra_fail_errno(error, "fstat");
    }
    const char *name = talloc_asprintf(request->context, "auditoria-%s-%s.zip", wish.from, wish.to);
    http_set_attachment(response, name != NULL ? name : "auditoria.zip");
    http_reply_file(response, 200, "application/zip", fd, (uint64_t)status.st_size);
    return true;
}

/* --- proof of one case --- */

static bool prove_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct audit_proof proof = {0};
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !audit_proof_of(request, order, &proof, error)) {
        return false;
    }
    if (!audit_record(
            request, AUDIT_PROOF_MADE, order,
            json_pack("{s:I, s:I}", "size", (json_int_t)proof.size, "leaves", (json_int_t)proof.leaves), NULL,
            error)) {
        json_decref(proof.document);
        return false;
    }
    http_reply(response, 200, proof.document);
    return true;
}

/* --- the room --- */

static const struct http_parameter export_parameters[] = {
    {"from", true, "{\"type\":\"string\",\"format\":\"date\"}", "primeiro dia"},
    {"to", true, "{\"type\":\"string\",\"format\":\"date\"}", "último dia"},
    {"format", false, "{\"enum\":[\"jsonl\",\"csv\",\"pdf\"]}", "além de events.jsonl, que sempre vem"},
    {0},
};

static const char proof_schema[] =
    "{\"type\":\"object\",\"required\":[\"format\",\"order\",\"ref\",\"checkpoint\",\"leaves\"],"
    "\"properties\":{"
    "\"format\":{\"type\":\"string\"},\"order\":{\"type\":\"string\"},\"ref\":{\"type\":\"string\"},"
    "\"checkpoint\":{\"type\":\"string\"},\"leaves\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
    "\"properties\":{\"n\":{\"type\":\"integer\"},\"leaf\":{\"type\":\"string\"},\"proof\":{\"type\":"
    "\"array\","
    "\"items\":{\"type\":\"string\"}}}}}}}";

static const struct http_route routes[] = {
    {
        .method = HTTP_GET,
        .listeners = HTTP_BOTH,
        .api_path = "/log/checkpoint",
        .authorize = http_anyone,
        .handler = checkpoint_get,
        .transaction = HTTP_OWN,
        .operation = "logCheckpoint",
        .summary = "Checkpoint assinado do registro (C2SP)",
        .response_type = "text/plain",
        .statuses = {200, 404},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_BOTH,
        .api_path = "/log/tile/{rest*}",
        .authorize = http_anyone,
        .handler = tile_get,
        .transaction = HTTP_OWN,
        .operation = "logTile",
        .summary = "Hashes do registro (C2SP)",
        .response_type = "application/octet-stream",
        .statuses = {200, 404},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/audit/export",
        .authorize = office_authorize_auditor,
        .handler = export_get,
        .operation = "auditExport",
        .summary = "Exportação do registro, com provas",
        .query = export_parameters,
        .response_type = "application/zip",
        .statuses = {200, 409, 422},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/audit/prove/{code}",
        .authorize = office_authorize_auditor,
        .handler = prove_get,
        .operation = "auditProve",
        .summary = "Provas de inclusão dos atos de um pedido",
        .response_schema = proof_schema,
        .statuses = {200, 404},
    },
};

static const struct job jobs[] = {{.name = "sequencer", .period_ms = 250, .run = sequencer_run},
                                  {.name = "failures", .period_ms = 5000, .run = audit_failures_run},
                                  {.name = "self-watch", .period_ms = 10000, .run = self_watch_run}};

/* Late is what an operator should look at; a promise of one second leaves room for a slow disk. */
static const int64_t lag_alarm_ms = 5000;

static enum health_state log_health(struct ra_app *app, struct db *db, json_t *facts, char *detail,
                                    size_t detail_size)
{
    (void)facts;
    struct sequencer_state *state = &((struct audit_state *)app->room_state[ROOM_AUDIT])->sequencer;
    struct ra_error error = {0};
    struct db_rows *row = NULL;
    TALLOC_CTX *context = talloc_new(NULL);
    int64_t now_us = clock_now_us(&app->clock);
    int64_t since = atomic_load(&state->unsigned_since_us);
    int64_t unsigned_ms = since == 0 ? 0 : (now_us - since) / 1000;
    enum health_state health = HEALTH_FAILING;
    if (db_one(db, context, STATEMENT_AUDIT_QUEUE_LAG, DB_VALUES(db_time(now_us)), &row, &error)) {
        int64_t oldest_ms = row_int(row, 0, "oldest_ms");
        bool late = oldest_ms > lag_alarm_ms || unsigned_ms > lag_alarm_ms;
        health = atomic_load(&state->broken) ? HEALTH_DEGRADED : late ? HEALTH_DEGRADED : HEALTH_OK;
        (void)snprintf(detail, detail_size,
                       "%" PRId64 " waiting, oldest %" PRId64 " ms, unsigned for %" PRId64 " ms%s",
                       row_int(row, 0, "waiting"), oldest_ms, unsigned_ms,
                       atomic_load(&state->broken) ? ", shorter than what the signer signed" : "");
    }
    talloc_free(context);
    return health;
}

static const struct health_part health[] = {{.name = "log", .check = log_health},
                                            {.name = "log_content", .check = log_content_health}};

static bool start(struct ra_app *app, struct db *db, struct ra_error *error)
{
    (void)db;
    app->room_state[ROOM_AUDIT] = calloc(1, sizeof(struct audit_state));
    return app->room_state[ROOM_AUDIT] != NULL || ra_fail(error, RA_NO_MEMORY, "audit room");
}

static void stop(struct ra_app *app)
{
    free(app->room_state[ROOM_AUDIT]);
    app->room_state[ROOM_AUDIT] = NULL;
}

const struct room audit_room = {
    .name = "audit",
    .id = ROOM_AUDIT,
    .routes = routes,
    .route_count = sizeof routes / sizeof routes[0],
    .jobs = jobs,
    .job_count = sizeof jobs / sizeof jobs[0],
    .health = health,
    .health_count = sizeof health / sizeof health[0],
    .start = start,
    .stop = stop,
};
