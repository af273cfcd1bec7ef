/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit/export_report.h"

#include "approval/approval.h"
#include "audit/report_words.h"
#include "catalog/catalog.h"
#include "catalog/local_time.h"
#include "term/term.h"

#include <inttypes.h>
#include <string.h>

struct export_report {
    struct http_request *request;
    const struct catalog_office *office;
    char *text; /* lines with marks (term/term.h) */
};

/* "2026-11-24" as "24/11/2026". */
static const char *day_text(TALLOC_CTX *context, const char *day)
{
    const char *text = talloc_asprintf(context, "%.2s/%.2s/%.4s", day + 8, day + 5, day);
    return text != NULL ? text : day;
}

static const char how_to_verify[] =
    "## Como conferir\n"
    "- O arquivo que se confere é events.jsonl, com o checkpoint e as "
    "provas: este PDF é uma cópia para leitura e, "
    "sozinho, não prova nada.\n"
    "- ra-cli audit verify ARQUIVO.zip --log-key log.vkey confere a "
    "exportação inteira, sem o servidor. A chave do registro "
    "(log.vkey) vem por outro caminho, nunca com a exportação.\n"
    "- O SHA-256 deste PDF está em manifest.json, assinado em manifest.p7s. "
    "LEIAME.txt diz como conferir tudo só com o "
    "openssl e uma ferramenta de árvores RFC 6962.\n"
    "- Códigos e resumos aparecem aqui pelo começo; inteiros, estão na linha de mesma folha em "
    "events.jsonl.\n"
    "## Registros\n"
    "| Folha | Quando | O quê | Quem | Pedido\n";

static bool write_head(struct export_report *report, const struct export_report_head *head,
                       struct ra_error *error)
{
    struct http_request *request = report->request;
    const struct catalog_office *office = report->office;
    const char *instance = "";
    uint8_t digest[32];
    if (!approval_instance(request, &instance, error)) {
        return false;
    }
    if (!sha256(bytes_of_text(head->checkpoint->note), digest)) {
        return ra_fail_crypto(error, "checkpoint");
    }
    const struct merkle_hash *root = &head->checkpoint->root;
    const char *root_text = hex_encode(request->context, (struct bytes){root->bytes, sizeof root->bytes});
    const char *note_text = hex_encode(request->context, (struct bytes){digest, sizeof digest});
    const char *made_at = local_time_short_text(request->context, request->now_us, office->offset_s);
    report->text = talloc_asprintf(
        request->context,
        "# Registro de auditoria\n"
        "> %s a %s\n"
        "! Cópia para leitura. O arquivo que se confere é events.jsonl, que está no mesmo pacote.\n"
        "%% %s · registro de auditoria de %s a %s\n"
        "= Unidade | %s (%s), %s, %s/%s\n"
        "= Autoridade de registro | %s\n"
        "= Instância | %s\n"
        "= Período | %s a %s, pelo horário da unidade\n"
        "= Folhas | %" PRIu64 " a %" PRIu64 ": %" PRIu64 " registros\n"
        "= Árvore assinada | %" PRIu64 " folhas, raiz %s\n"
        "= SHA-256 do checkpoint | %s\n"
        "= Feito em | %s\n",
        day_text(request->context, head->from), day_text(request->context, head->to), office->legal_name,
        day_text(request->context, head->from), day_text(request->context, head->to), office->name,
        office->code, office->address, office->city, office->uf, office->legal_name, instance,
        day_text(request->context, head->from), day_text(request->context, head->to), head->first,
        head->after > head->first ? head->after - 1 : head->first, head->after - head->first,
        head->checkpoint->size, root_text != NULL ? root_text : "", note_text != NULL ? note_text : "",
        made_at != NULL ? made_at : "");
    report->text = report->text != NULL ? talloc_strdup_append_buffer(report->text, how_to_verify) : NULL;
    return report->text != NULL || ra_fail(error, RA_NO_MEMORY, "report");
}

bool export_report_allows(uint64_t events, struct ra_error *error)
{
    return events <= EXPORT_REPORT_MAX ||
           ra_fail_reason(error, RA_RULE_REFUSED, "report-too-long",
                          "O PDF leva até %d registros e este período tem %" PRIu64
                          ": peça um período menor, ou jsonl ou csv, que não têm limite.",
                          EXPORT_REPORT_MAX, events);
}

bool export_report_begin(struct http_request *request, const struct export_report_head *head,
                         struct export_report **report, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    struct export_report *made = talloc_zero(request->context, struct export_report);
    if (made == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "report");
    }
    if (!export_report_allows(head->after - head->first, error) ||
        !catalog_office(request->app, request->context, &office, error)) {
        return false;
    }
    made->request = request;
    made->office = office;
    *report = made;
    return write_head(made, head, error);
}

/* A cell holds neither the mark between cells nor the end of a line. */
static void make_cell(char *text)
{
    for (char *at = text; *at != '\0'; at++) {
        if (*at == '|' || (unsigned char)*at < ' ') {
            *at = '/';
        }
    }
}

static const char *word_of_actor(const char *actor)
{
    return strcmp(actor, "holder") == 0 ? "titular" : strcmp(actor, "system") == 0 ? "sistema" : actor;
}

bool export_report_add(struct export_report *report, const struct export_report_row *row,
                       struct ra_error *error)
{
    json_t *leaf = json_loadb((const char *)row->leaf.data, row->leaf.length, JSON_REJECT_DUPLICATES, NULL);
    const char *event = json_string_value(json_object_get(leaf, "event"));
    const char *when = json_string_value(json_object_get(leaf, "ts_local"));
    if (event == NULL || when == NULL || strlen(when) < strlen("2026-11-24T08:00:00")) {
        json_decref(leaf);
        return ra_fail(error, RA_INTERNAL, "leaf %" PRIu64 " has no event or no time", row->n);
    }
    char *what = report_act(report, event, json_object_get(leaf, "detail"), report->office->offset_s);
    char *who = talloc_strdup(report, word_of_actor(row->actor));
    if (what != NULL && who != NULL) {
        make_cell(what);
        make_cell(who);
        report->text = talloc_asprintf_append_buffer(
            report->text, "| %" PRIu64 " | %.2s/%.2s/%.4s %.8s | %s | %s | %s\n", row->n, when + 8, when + 5,
            when, when + 11, what, who, row->order[0] != '\0' ? row->order : "–");
    }
    bool done = what != NULL && who != NULL && report->text != NULL;
    talloc_free(what);
    talloc_free(who);
    json_decref(leaf);
    return done || ra_fail(error, RA_NO_MEMORY, "report");
}

bool export_report_finish(struct export_report *report, struct bytes *pdf, struct ra_error *error)
{
    char day[CATALOG_DAY_SIZE];
    catalog_today(report->request->app, report->request->now_us, day);
    return term_sheet_of(report->request, report->office, day, bytes_of_text(report->text), pdf, error);
}
