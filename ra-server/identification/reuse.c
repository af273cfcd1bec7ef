/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Collected once, used for every certificate of the visit (DOC-ICP-05.02 2.5), and last time's answers
 * offered for confirmation. Evidence is copied, not shared: each dossier stands and is erased alone.
 */
#include "app.h"
#include "audit/audit.h"
#include "identification/identification.h"
#include "identification/identification_internal.h"
#include "identification/identification_store.h"
#include "identification/judged_case.h"

#include <string.h>
#include <unistd.h>

/* --- what there is to take --- */

bool reuse_offer(struct http_request *request, const struct judged_case *judged, json_t *checklist,
                 struct ra_error *error)
{
    struct db_rows *siblings = NULL, *answers = NULL;
    if (!store_siblings(request, judged->order, judged->facts.day, &siblings, error) ||
        !store_former_answers(request, judged->order, &answers, error))
        return false;
    json_t *orders = json_array();
    json_t *offered = json_array();
    for (size_t i = 0; i < db_row_count(siblings); i++)
        json_array_append_new(orders, json_string(row_text(siblings, i, "code")));
    for (size_t i = 0; i < db_row_count(answers); i++)
        json_array_append_new(offered, json_pack("{s:s,s:s,s:s,s:s}", "key", row_text(answers, i, "key"),
                                                 "value", row_text(answers, i, "value"), "person_id",
                                                 row_text(answers, i, "person_id"), "order",
                                                 row_text(answers, i, "code")));
    return (json_object_set_new(checklist, "reusable", orders) == 0 &&
            json_object_set_new(checklist, "offered", offered) == 0) ||
           ra_fail(error, RA_NO_MEMORY, "checklist");
}

/* --- taking it --- */

struct reuse {
    struct http_request *request;
    struct order *order, *source;
    struct judged_case judged;
    struct vault_key from, to;
};

static bool copy_bytes(struct reuse *reuse, const struct db_rows *rows, size_t row, struct ra_error *error)
{
    const struct config *config = reuse->request->app->config;
    struct bytes digest = row_bytes(rows, row, "sha256");
    int file = -1;
    if (digest.length != 32)
        return ra_fail(error, RA_INTERNAL, "a document without digest");
    if (!http_temporary_file(reuse->request, &file, error))
        return false;
    bool ok = vault_get(config, &reuse->from, reuse->source->ref, digest.data, file, error) &&
              vault_put(config, &reuse->to, reuse->order->ref, digest.data, file, error);
    close(file);
    return ok;
}

static bool copy_documents(struct reuse *reuse, size_t *copied, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!store_reusable_documents(reuse->request, reuse->order, reuse->source, reuse->judged.facts.day, &rows,
                                  error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++)
        if (!copy_bytes(reuse, rows, i, error) ||
            !store_copy_document(reuse->request, reuse->order, row_text(rows, i, "id"),
                                 row_text(rows, i, "person_id"), error))
            return false;
    *copied = db_row_count(rows);
    return true;
}

/* Papers alone: presence and attestations are said of each case anew, and nothing rejected is accepted so. */
static bool is_open_paper_here(const struct judged_case *judged, const char *rule, const char *person_id)
{
    for (size_t i = 0; i < judged->verdict.item_count; i++) {
        const struct engine_item *item = &judged->verdict.items[i];
        if (strcmp(item->rule->id, rule) == 0 && strcmp(item->person->id, person_id) == 0)
            return item->rule->kind == RULES_DOCUMENT && item->state == ENGINE_PENDING;
    }
    return false;
}

/* Taking the evidence is accepting it here too, under the name of the agent who takes it. */
static bool copy_marks(struct reuse *reuse, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!store_reusable_marks(reuse->request, reuse->order, reuse->source, reuse->judged.facts.day, &rows,
                              error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++) {
        const char *rule = row_text(rows, i, "rule_id");
        const char *person_id = row_text(rows, i, "person_id");
        if (is_open_paper_here(&reuse->judged, rule, person_id) &&
            !store_set_item(reuse->request, reuse->order, person_id, rule, "accepted", "",
                            actor_name(reuse->request), error))
            return false;
    }
    return true;
}

static bool copy_all(struct reuse *reuse, struct ra_error *error)
{
    struct http_request *request = reuse->request;
    size_t documents = 0;
    int64_t consultations = 0;
    return copy_documents(reuse, &documents, error) &&
           store_copy_consultations(request, reuse->order, reuse->source, reuse->judged.facts.day,
                                    &consultations, error) &&
           copy_marks(reuse, error) &&
           (documents > 0 || consultations > 0 ||
            ra_fail_reason(error, RA_CONFLICT, "nothing-to-reuse",
                           "Não há nada de hoje, das mesmas pessoas, a aproveitar desse pedido.")) &&
           audit_record(request, AUDIT_DOC_PRESENTED, reuse->order,
                        json_pack("{s:s,s:s,s:I,s:I}", "what", "reused", "from", reuse->source->ref,
                                  "documents", (json_int_t)documents, "consultations",
                                  (json_int_t)consultations),
                        NULL, error);
}

/* What was refused or hangs in a divergence proves nothing elsewhere. */
static bool is_sound(const struct order *source, struct ra_error *error)
{
    return (!orders_in_state(source, ORDERS_MACHINE_IDENTIFICATION, "refused") &&
            !orders_in_state(source, ORDERS_MACHINE_IDENTIFICATION, "suspended")) ||
           ra_fail_reason(error, RA_CONFLICT, "source-not-sound",
                          "O outro pedido foi recusado ou está suspenso: nada dele se aproveita.");
}

/* The source is only read; it is loaded after the order that changes, so two opposite wishes do not lock. */
static bool load(struct reuse *reuse, struct ra_error *error)
{
    const char *from = http_text(reuse->request->body, "from");
    if (from == NULL || from[0] == '\0') {
        ra_fail_field(error, "from", "required", "Diga de que pedido aproveitar.");
        return false;
    }
    struct order *order = NULL, *source = NULL;
    if (!open_for_change(reuse->request, "document", &order, error) ||
        !orders_load(reuse->request, from, &source, error) || !is_sound(source, error))
        return false;
    reuse->order = order;
    reuse->source = source;
    return (source->id != order->id || ra_fail_field(error, "from", "same", "É o mesmo pedido.")) &&
           judged_case_read(reuse->request, order, &reuse->judged, error);
}

bool reuse_evidence(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct reuse reuse = {.request = request};
    if (!load(&reuse, error))
        return false;
    bool ok = store_dossier_key(request, reuse.source->id, &reuse.from, error) &&
              store_dossier_key(request, reuse.order->id, &reuse.to, error) && copy_all(&reuse, error);
    vault_wipe(&reuse.from);
    vault_wipe(&reuse.to);
    return ok && answer_with_checklist(request, response, 200, reuse.order, error);
}
