/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/rules.h"

#include "pki/certificate/calendar.h"

#include <stdio.h>
#include <string.h>

static const char *const known_kinds[] = {"cnh",
                                          "ctps",
                                          "passport",
                                          "rg",
                                          "cin",
                                          "voter_card",
                                          "professional_card",
                                          "foreign_resident_card",
                                          "cnpj_card",
                                          "constitution_act",
                                          "appointment_act",
                                          "evidence",
                                          "power_of_attorney",
                                          "term",
                                          "other"};

static bool rule_kind_known(const char *kind)
{
    for (size_t i = 0; i < sizeof known_kinds / sizeof *known_kinds; i++)
        if (strcmp(known_kinds[i], kind) == 0)
            return true;
    return false;
}

static bool refuse(const struct rule_item *item, const char *reason, const char *source, const char *detail,
                   struct ra_error *error)
{
    ra_fail_reason(error, RA_RULE_REFUSED, reason, "%s: %s", item->id, detail);
    snprintf(error->source, sizeof error->source, "%s", source);
    return false;
}

static bool kind_serves(const struct rule_item *item, const char *kind)
{
    for (size_t i = 0; i < item->alternative_count; i++)
        if (strcmp(item->alternatives[i], kind) == 0)
            return true;
    return false;
}

static bool document_serves(const struct rule_item *item, const struct rule_document *document,
                            struct ra_error *error)
{
    if (!kind_serves(item, document->kind))
        return refuse(item, "document-kind", item->source, "esta espécie de documento não serve para o item.",
                      error);
    if (item->in_person && !document->original_seen)
        return refuse(item, "original-not-seen", item->source,
                      "registre que o original foi visto (original seen).", error);
    const bool cnh = strcmp(document->kind, "cnh") == 0;
    const bool expired = document->expires_on[0] != '\0' && strcmp(document->expires_on, item->day) < 0;
    if (expired && !cnh)
        return refuse(item, "document-expired", "regra EXP-01; Carta de Serviços 5.1.13",
                      "o documento está vencido no dia do atendimento.", error);
    if (expired && !item->cnh_consulted)
        return refuse(item, "cnh-not-consulted", "regra EXP-02; Carta de Serviços 5.1.13",
                      "CNH vencida só vale com a consulta ao Senatran ou Detran registrada.", error);
    const bool later_copy = document->via[0] != '\0' && strcmp(document->via, "1") != 0;
    if (cnh && later_copy && !item->cnh_consulted)
        return refuse(item, "cnh-not-consulted", "regra EXP-03; Carta de Serviços 5.1.13",
                      "CNH com mais de uma via só vale com a consulta ao Senatran ou Detran registrada.",
                      error);
    return true;
}

bool rule_document_item(const struct rule_item *item, struct ra_error *error)
{
    if (item->document_count == 0)
        return refuse(item, "document-missing", item->source,
                      "nenhum documento foi digitalizado para este item.", error);
    for (size_t i = 0; i < item->document_count; i++) {
        struct ra_error why = {0};
        if (document_serves(item, &item->documents[i], &why))
            return true;
        *error = why; /* the last one shown is the one the agent has in hand */
    }
    return false;
}

bool rule_document_fields(const struct rule_document *document, const char *day, struct ra_error *error)
{
    bool ok = true;
    struct calendar_day parsed;
    const bool issued = document->issued_on[0] != '\0', expires = document->expires_on[0] != '\0';
    if (document->kind[0] != '\0' && !rule_kind_known(document->kind))
        ok = ra_fail_field(error, "kind", "unknown", "Espécie de documento desconhecida.");
    if (issued && calendar_parse(document->issued_on, &parsed) != CALENDAR_DAY)
        ok = ra_fail_field(error, "issued", "date", "A data de emissão não existe.");
    else if (issued && strcmp(document->issued_on, day) > 0)
        ok = ra_fail_field(error, "issued", "future", "A data de emissão está no futuro.");
    if (expires && calendar_parse(document->expires_on, &parsed) != CALENDAR_DAY)
        ok = ra_fail_field(error, "expires", "date", "A data de validade não existe.");
    else if (issued && expires && strcmp(document->expires_on, document->issued_on) < 0)
        ok = ra_fail_field(error, "expires", "order", "A validade termina antes da emissão.");
    return ok;
}
