/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The agent's page of a case: per person the checklist, the documents with their facts, and the face to
 * compare them with. Shows and changes nothing; each document is read, and recorded as read, by its own
 * request.
 */
#include "app.h"
#include "audit/audit.h"
#include "catalog/catalog.h"
#include "catalog/local_time.h"
#include "catalog/page.h"
#include "identification/case_words.h"
#include "identification/identification_internal.h"
#include "identification/judged_case.h"

#include <inttypes.h>
#include <string.h>

/* What every part of the page is made from. */
struct page {
    struct http_request *request;
    const struct judged_case *judged;
    const json_t *items; /* of the checklist */
    int offset_s;        /* of the office's zone */
};

static const char *day_text(const struct page *page, const char *day)
{
    if (strlen(day) != 10)
        return day;
    return talloc_asprintf(page->request->context, "%.2s/%.2s/%.4s", day + 8, day + 5, day);
}

/* "123.456.789-09" */
static const char *cpf_text(const struct page *page, const char *cpf)
{
    return strlen(cpf) != 11 ? cpf
                             : talloc_asprintf(page->request->context, "%.3s.%.3s.%.3s-%.2s", cpf, cpf + 3,
                                               cpf + 6, cpf + 9);
}

static const char *size_text(const struct page *page, int64_t size)
{
    return size < 1 << 20 ? talloc_asprintf(page->request->context, "%" PRId64 " kB", (size + 1023) / 1024)
                          : talloc_asprintf(page->request->context, "%.1f MB", (double)size / (1 << 20));
}

/* --- documents --- */

static void add_fact(json_t *facts, const char *label, const char *value, const char *warning)
{
    if (value[0] != '\0')
        json_array_append_new(facts,
                              json_pack("{s:s,s:s,s:s}", "label", label, "value", value, "warning", warning));
}

/* A consultation's evidence is a print of a screen: there is no original to see. */
static json_t *facts_json(const struct page *page, size_t row)
{
    const struct db_rows *rows = page->judged->documents;
    const struct engine_document *document = &page->judged->facts.documents[row];
    const struct rules_document_kind *kind = ruleset_kind(page->judged->ruleset, document->kind);
    const bool expired =
        document->expires_on[0] != '\0' && strcmp(document->expires_on, page->judged->facts.day) < 0;
    const bool first_via = document->via[0] == '\0' || strcmp(document->via, "1") == 0;
    json_t *facts = json_array();
    add_fact(facts, "Item", document->item, "");
    if (strcmp(document->kind, "evidence") == 0)
        return facts;
    add_fact(facts, "Número", document->number, "");
    add_fact(facts, "Órgão emissor", row_text(rows, row, "issuer"), "");
    add_fact(facts, "Emissão", day_text(page, document->issued_on), "");
    add_fact(facts, "Validade", day_text(page, document->expires_on), expired ? "vencido" : "");
    add_fact(facts, "Via", document->via, first_via ? "" : "consulte a base");
    add_fact(facts, "Lados", words_of_sides(row_text(rows, row, "sides")), "");
    add_fact(facts, "Original visto", document->original_seen ? "sim" : "não",
             document->original_seen ? "" : "falta ver");
    if (!document->legible)
        add_fact(facts, "Legível", "não", "peça outro");
    if (kind != NULL && kind->identity && !document->photo)
        add_fact(facts, "Foto", "não tem", "não serve");
    return facts;
}

static const char *kind_text(const struct page *page, const char *kind)
{
    const struct rules_document_kind *known = ruleset_kind(page->judged->ruleset, kind);
    if (known != NULL)
        return known->name;
    if (strcmp(kind, "evidence") == 0)
        return "comprovante de consulta";
    return kind[0] == '\0' ? "documento" : kind;
}

static const char *person_name(const struct page *page, const char *person_id)
{
    const struct order *order = page->judged->order;
    for (size_t i = 0; i < order->people_count; i++)
        if (strcmp(order->people[i].id, person_id) == 0)
            return order->people[i].name;
    return order->company == NULL ? "" : order->company->name;
}

static bool is_face(const struct engine_document *document)
{
    return strcmp(document->kind, "face") == 0;
}

static json_t *document_json(const struct page *page, size_t row, size_t number)
{
    TALLOC_CTX *context = page->request->context;
    const struct db_rows *rows = page->judged->documents;
    const struct engine_document *document = &page->judged->facts.documents[row];
    const char *id = row_text(rows, row, "id");
    const char *type = row_text(rows, row, "media_type");
    const bool image = strcmp(type, "image/jpeg") == 0 || strcmp(type, "image/png") == 0;
    const bool pdf = strcmp(type, "application/pdf") == 0;
    const char *href = talloc_asprintf(context, "/api/office/documents/%s", id);
    json_t *json =
        json_pack("{s:s,s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:b,s:b,s:b,s:s,s:s,s:s}", "id", id, "number",
                  (json_int_t)number, "item", document->item, "person_id", document->person_id, "person_name",
                  person_name(page, document->person_id), "kind", document->kind, "kind_text",
                  kind_text(page, document->kind), "media_type", type, "size_text",
                  size_text(page, row_int(rows, row, "size_bytes")), "sha256", row_text(rows, row, "sha256"),
                  "facts", facts_json(page, row), "image", image, "pdf", pdf, "other", !image && !pdf, "href",
                  talloc_asprintf(context, "%s?inline=1", href), "download_href", href, "by_text",
                  strcmp(row_text(rows, row, "agent"), "holder") == 0 ? "enviado pela pessoa"
                                                                      : row_text(rows, row, "agent"));
    if (json != NULL)
        page_set_text(json, "at_text",
                      local_time_short_text(context, row_time(rows, row, "at"), page->offset_s));
    return json;
}

/* Faces apart: they are what documents are compared with. */
static json_t *documents_json(const struct page *page, bool faces)
{
    json_t *documents = json_array();
    for (size_t i = 0; i < page->judged->facts.document_count; i++)
        if (is_face(&page->judged->facts.documents[i]) == faces)
            json_array_append_new(documents, document_json(page, i, json_array_size(documents) + 1));
    return documents;
}

/* --- checklist --- */

static json_t *consultations_json(const struct page *page, const char *kind, const char *person_id)
{
    const struct engine_case *facts = &page->judged->facts;
    json_t *consultations = json_array();
    for (size_t i = 0; i < facts->consultation_count; i++) {
        const struct engine_consultation *one = &facts->consultations[i];
        if (strcmp(one->kind, kind) != 0 || strcmp(one->person_id, person_id) != 0)
            continue;
        const bool ok = strcmp(one->result, "ok") == 0;
        json_array_append_new(consultations,
                              json_pack("{s:s,s:s,s:s,s:s,s:s}", "base", one->base, "result_text",
                                        words_of_result(one->result), "tone", ok ? "success" : "warning",
                                        "protocol", one->protocol, "day_text", day_text(page, one->day)));
    }
    return consultations;
}

/* Where on the page the papers of an item are. */
static json_t *papers_json(const struct page *page, const char *item, const char *person_id)
{
    const struct engine_case *facts = &page->judged->facts;
    json_t *papers = json_array();
    size_t number = 0;
    for (size_t i = 0; i < facts->document_count; i++) {
        const struct engine_document *one = &facts->documents[i];
        if (is_face(one))
            continue;
        number++;
        if (strcmp(one->item, item) == 0 && strcmp(one->person_id, person_id) == 0)
            json_array_append_new(papers, json_pack("{s:s,s:I}", "document",
                                                    row_text(page->judged->documents, i, "id"), "number",
                                                    (json_int_t)number));
    }
    return papers;
}

static json_t *item_with_words(const struct page *page, json_t *item)
{
    const struct words_state state = words_of_item(json_string_value(json_object_get(item, "state")),
                                                   json_is_true(json_object_get(item, "required")));
    const char *consult = json_string_value(json_object_get(item, "consult"));
    const char *person = json_string_value(json_object_get(item, "person_id"));
    json_t *copy = json_copy(item);
    if (copy == NULL)
        return NULL;
    page_set_text(copy, "label", state.label);
    page_set_text(copy, "tone", state.tone);
    page_set(copy, "papers", papers_json(page, json_string_value(json_object_get(item, "id")), person));
    if (consult != NULL)
        page_set(copy, "consultations", consultations_json(page, consult, person));
    return copy;
}

static bool still_open(const json_t *item)
{
    const char *state = json_string_value(json_object_get(item, "state"));
    return json_is_true(json_object_get(item, "required")) && strcmp(state, "accepted") != 0 &&
           strcmp(state, "waived") != 0;
}

static json_t *items_of(const struct page *page, const struct engine_person *person, size_t *open)
{
    json_t *items = json_array();
    size_t index;
    json_t *item;
    *open = 0;
    json_array_foreach(page->items, index, item)
    {
        if (strcmp(json_string_value(json_object_get(item, "person_id")), person->id) != 0)
            continue;
        *open += still_open(item) ? 1 : 0;
        json_array_append_new(items, item_with_words(page, item));
    }
    return items;
}

static json_t *person_json(const struct page *page, const struct engine_person *person)
{
    const struct order *order = page->judged->order;
    const struct order_person *one = judged_case_order_person(page->judged, person);
    size_t open = 0;
    json_t *items = items_of(page, person, &open);
    json_t *json =
        json_pack("{s:s,s:s,s:s,s:s,s:o,s:I,s:b}", "id", person->id, "role", rules_role_word(person->role),
                  "role_text", words_of_role(person->role), "name", person_name(page, person->id), "items",
                  items, "open", (json_int_t)open, "done", open == 0);
    if (json == NULL)
        return NULL;
    page_set_text(json, "open_text",
                  open == 0   ? "nada falta"
                  : open == 1 ? "falta 1 item"
                              : talloc_asprintf(page->request->context, "faltam %zu itens", open));
    if (one != NULL) {
        page_set_text(json, "cpf_text", cpf_text(page, one->cpf));
        page_set_text(json, "birth_text", day_text(page, one->birth_date));
    } else if (order->company != NULL) {
        page_set_text(json, "cnpj", order->company->cnpj);
    }
    return json;
}

static json_t *people_json(const struct page *page)
{
    json_t *people = json_array();
    for (size_t i = 0; i < page->judged->facts.people_count; i++)
        json_array_append_new(people, person_json(page, &page->judged->facts.people[i]));
    return people;
}

/* --- the whole --- */

static json_t *case_json(const struct page *page)
{
    const struct judged_case *judged = page->judged;
    const struct order *order = judged->order;
    const char *word = order->states[ORDERS_MACHINE_IDENTIFICATION];
    const struct words_state state = words_of_identification(word);
    json_t *documents = documents_json(page, false);
    json_t *faces = documents_json(page, true);
    json_t *json = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:{s:s,s:s,s:s},s:o,s:b,s:o,s:b,s:o}", "order",
                             order->code, "product_name", order->product_name, "subject_name",
                             person_name(page, order->company == NULL ? order->subject->id : ""), "day",
                             judged->facts.day, "day_text", day_text(page, judged->facts.day), "rules",
                             judged->ruleset->version, "complete", judged->verdict.complete ? 1 : 0,
                             "identification", "state", word, "label", state.label, "tone", state.tone,
                             "documents", documents, "has_documents", json_array_size(documents) > 0, "faces",
                             faces, "has_faces", json_array_size(faces) > 0, "people", people_json(page));
    if (json != NULL && judged->verdict.suspended != NULL)
        page_set_text(json, "suspended", judged->verdict.suspended->rule->id);
    return json;
}

/* Documents of the same origin may be shown inside the page; nothing may show the page inside itself. */
static void allow_documents(struct http_response *response)
{
    http_set_header(response, "Content-Security-Policy",
                    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; "
                    "img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
                    "frame-ancestors 'none'");
}

bool case_page(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct judged_case judged;
    struct catalog_office *office = NULL;
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !audit_case_read(request, order, "case", error) ||
        !judged_case_read(request, order, &judged, error) ||
        !catalog_office(request->app, request->context, &office, error))
        return false;
    json_t *checklist = judged_case_json(&judged);
    const struct page page = {.request = request,
                              .judged = &judged,
                              .items = json_object_get(checklist, "items"),
                              .offset_s = office->offset_s};
    json_t *model = checklist == NULL ? NULL : case_json(&page);
    json_decref(checklist);
    if (page_is_wanted(request)) {
        page_frame(model, talloc_asprintf(request->context, "Caso %s", order->code));
        allow_documents(response);
    }
    http_reply(response, 200, model);
    return true;
}
