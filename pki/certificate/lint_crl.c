/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * CRLs (DOC-ICP-04 7.2, RFC 5280 5). Entries are read one by one and none is kept, so that a list of any
 * length costs no memory.
 */
#include "pki/certificate/lint_internal.h"

#include <stdlib.h>
#include <string.h>

enum { REASON_LAST = 10, REASON_UNUSED = 7, REASON_UNSPECIFIED = 0, REASON_HOLD = 6, REASON_UNHOLD = 8 };

struct crl_entries {
    const struct lint_about *about;
    struct findings *findings;
    size_t malformed, in_future, odd_reasons, holds, odd_serials;
    size_t count;
    struct bytes *serials;
    size_t room;
};

static void see_reason(struct crl_entries *entries, struct bytes value)
{
    struct der outer = der_over(value);
    struct der_element reason;
    if (!der_take(&outer, DER_ENUMERATED, &reason) || !der_done(&outer) || reason.content.length != 1) {
        entries->odd_reasons++;
        return;
    }
    uint8_t code = reason.content.data[0];
    if (code > REASON_LAST || code == REASON_UNUSED || code == REASON_UNSPECIFIED)
        entries->odd_reasons++;
    if (code == REASON_HOLD || code == REASON_UNHOLD)
        entries->holds++;
}

static void see_entry_extensions(struct crl_entries *entries, struct bytes content)
{
    struct view_extensions extensions;
    certificate_view_extensions(content, &extensions);
    entries->malformed += extensions.malformed ? 1 : 0;
    for (size_t i = 0; i < extensions.count; i++) {
        if (extensions.items[i].oid == OID_CRL_REASON)
            see_reason(entries, extensions.items[i].value);
        if (extensions.items[i].critical)
            entries->malformed++;
    }
}

static bool keep_serial(struct crl_entries *entries, TALLOC_CTX *memory, struct bytes serial)
{
    if (entries->count == entries->room) {
        entries->room = entries->room == 0 ? 256 : entries->room * 2;
        struct bytes *more = talloc_realloc(memory, entries->serials, struct bytes, (unsigned)entries->room);
        if (more == NULL)
            return false;
        entries->serials = more;
    }
    entries->serials[entries->count++] = serial;
    return true;
}

static bool see_entry(struct crl_entries *entries, TALLOC_CTX *memory, struct der *list, bool *whole)
{
    struct der fields;
    struct der_element serial, when, extensions;
    time_t instant;
    *whole = der_enter(list, DER_SEQUENCE, &fields) && der_take(&fields, DER_INTEGER, &serial) &&
             der_next(&fields, &when);
    if (!*whole)
        return true;
    entries->odd_serials += lint_serial_good(serial.content) ? 0 : 1;
    if (!lint_time(&when, &instant))
        entries->malformed++;
    else if (entries->about->now != 0 && instant > entries->about->now)
        entries->in_future++;
    if (!der_done(&fields)) {
        *whole = der_take(&fields, DER_SEQUENCE, &extensions) && der_done(&fields);
        if (!*whole)
            return true;
        see_entry_extensions(entries, extensions.content);
    }
    return keep_serial(entries, memory, serial.content);
}

static int compare_serials(const void *left, const void *right)
{
    const struct bytes *a = left;
    const struct bytes *b = right;
    size_t shorter = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->data, b->data, shorter);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

static void lint_serials(struct crl_entries *entries)
{
    if (entries->count > 0)
        qsort(entries->serials, entries->count, sizeof entries->serials[0], compare_serials);
    for (size_t i = 1; i < entries->count; i++)
        if (compare_serials(&entries->serials[i - 1], &entries->serials[i]) == 0) {
            findings_add(entries->findings, FINDING_RULE_CRL_DUPLICATE,
                         "Um número de série aparece mais de uma vez na LCR.");
            return;
        }
}

static bool lint_entries(const struct crl_view *view, const struct lint_about *about,
                         struct findings *findings, struct ra_error *error)
{
    struct crl_entries entries = {.about = about, .findings = findings};
    struct der list = der_over(view->revoked);
    TALLOC_CTX *memory = talloc_new(NULL);
    bool whole = true, enough = memory != NULL;
    if (view->has_list && der_done(&list))
        findings_add(findings, FINDING_RULE_CRL_EMPTY_LIST,
                     "Sem revogados, a lista não aparece: veio vazia.");
    while (enough && whole && !der_done(&list))
        enough = see_entry(&entries, memory, &list, &whole);
    if (!whole || entries.malformed > 0)
        findings_add(findings, FINDING_RULE_ENCODING, "Há entradas malformadas na LCR.");
    if (entries.odd_serials > 0)
        findings_add(findings, FINDING_RULE_CRL_SERIAL,
                     "%zu entradas têm número de série que não é positivo ou passa de 20 bytes.",
                     entries.odd_serials);
    if (entries.in_future > 0)
        findings_add(findings, FINDING_RULE_CRL_FUTURE, "%zu entradas têm data no futuro.",
                     entries.in_future);
    if (entries.odd_reasons > 0)
        findings_add(findings, FINDING_RULE_CRL_REASON,
                     "%zu entradas têm motivo que não existe, ou o motivo 0 escrito.", entries.odd_reasons);
    if (entries.holds > 0)
        findings_add(findings, FINDING_RULE_CRL_HOLD,
                     "%zu entradas são de suspensão, que a ICP-Brasil não admite.", entries.holds);
    if (enough)
        lint_serials(&entries);
    talloc_free(memory);
    return enough || ra_fail(error, RA_NO_MEMORY, "crl");
}

static void lint_times(const struct crl_view *view, const struct lint_about *about, struct findings *findings)
{
    time_t issued, next;
    if (!lint_time(&view->this_update, &issued)) {
        findings_add(findings, FINDING_RULE_TIME_FORM, "thisUpdate não está na forma do RFC 5280.");
        return;
    }
    if (about->now != 0 && issued > about->now)
        findings_add(findings, FINDING_RULE_NOT_YET_VALID, "A LCR tem data no futuro.");
    if (view->next_update.whole.length == 0) {
        findings_add(findings, FINDING_RULE_CRL_NEXT_UPDATE,
                     "A LCR não diz quando sai a próxima (nextUpdate).");
        return;
    }
    if (!lint_time(&view->next_update, &next))
        findings_add(findings, FINDING_RULE_TIME_FORM, "nextUpdate não está na forma do RFC 5280.");
    else if (next <= issued)
        findings_add(findings, FINDING_RULE_VALIDITY, "A LCR termina antes de começar.");
    else if (about->now != 0 && next < about->now)
        findings_add(findings, FINDING_RULE_CRL_EXPIRED, "A LCR está vencida.");
}

/* Zero is one (RFC 5280 5.2.3). */
static bool is_crl_number(struct bytes value)
{
    struct der outer = der_over(value);
    struct der_element number;
    return der_take(&outer, DER_INTEGER, &number) && der_done(&outer) &&
           (lint_serial_good(number.content) || (number.content.length == 1 && number.content.data[0] == 0));
}

static void lint_crl_extensions(const struct view_extensions *extensions, struct findings *findings)
{
    char name[OID_TEXT_SIZE];
    if (extensions->malformed)
        findings_add(findings, FINDING_RULE_EXTENSION_FORM, "A lista de extensões está malformada.");
    const struct view_extension *number = certificate_view_find(extensions, OID_CRL_NUMBER);
    const struct view_extension *key = certificate_view_find(extensions, OID_AUTHORITY_KEY);
    bool more;
    if (number == NULL || !is_crl_number(number->value))
        findings_add(findings, FINDING_RULE_CRL_NUMBER,
                     "A LCR não traz o número (CRLNumber), não negativo e com até 20 bytes.");
    if (key == NULL || !lint_authority_key(key->value, &more))
        findings_add(findings, FINDING_RULE_CRL_AUTHORITY_KEY,
                     "A LCR não traz authorityKeyIdentifier com o identificador da chave da AC.");
    for (size_t i = 0; i < extensions->count; i++) {
        const struct view_extension *extension = &extensions->items[i];
        oid_text(extension->type, name);
        if (extension->critical)
            findings_add(findings, FINDING_RULE_EXTENSION_CRITICAL,
                         "A extensão %s não pode ser crítica aqui.", name);
        for (size_t j = 0; j < i; j++)
            if (bytes_equal(extensions->items[j].type, extension->type))
                findings_add(findings, FINDING_RULE_EXTENSION_DUPLICATE,
                             "A extensão %s aparece mais de uma vez.", name);
    }
}

bool lint_crl(struct bytes der, const struct lint_about *about, struct findings *findings,
              struct ra_error *error)
{
    struct crl_view view;
    if (!crl_view_open(der, &view)) {
        findings_add(findings, FINDING_RULE_ENCODING, "Isto não é uma LCR bem formada.");
        return true;
    }
    if (view.version != 2)
        findings_add(findings, FINDING_RULE_CRL_VERSION, "A LCR não é da versão 2.");
    lint_signature_algorithms(view.inner_algorithm, view.outer_algorithm, findings);
    lint_signature_bits(view.signature, findings);
    lint_issuer_name(view.issuer, findings);
    lint_times(&view, about, findings);
    lint_crl_extensions(&view.extensions, findings);
    if (about->issuer != NULL)
        lint_crl_against(der, about->issuer, findings);
    return lint_entries(&view, about, findings, error);
}
