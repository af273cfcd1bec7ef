/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/audit/journal_check.h"

#include "pki/base/file.h"

#include <string.h>

enum { JOURNAL_FILE_MAX = 256 << 20 };

struct checking {
    json_t *attempts; /* transaction → line of the journal */
    struct journal_report *report;
};

static bool malformed(struct ra_error *error)
{
    return ra_fail_reason(error, RA_VERIFICATION_FAILED, "journal-malformed",
                          "o diário do assinador está malformado");
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* --- the journal --- */

static bool take_line(struct checking *checking, const char *line, size_t length, bool first,
                      struct ra_error *error)
{
    json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
    bool ok;
    if (first) {
        ok = strcmp(text_of(object, "journal"), "guiche-journal-1") == 0;
    } else {
        const char *transaction = text_of(object, "transaction");
        ok = transaction[0] != '\0' && json_object_get(checking->attempts, transaction) == NULL &&
             json_object_set(checking->attempts, transaction, object) == 0;
        checking->report->attempts++;
        checking->report->kept_by_ac += strcmp(text_of(object, "state"), "not-withdrawn") == 0 ? 1 : 0;
        checking->report->confirmed += strcmp(text_of(object, "state"), "confirmed") == 0 ? 1 : 0;
    }
    json_decref(object);
    return ok || malformed(error);
}

static bool read_journal(struct checking *checking, TALLOC_CTX *context, const char *path,
                         struct ra_error *error)
{
    struct bytes file;
    if (!file_read(context, path, JOURNAL_FILE_MAX, &file, error))
        return false;
    bool first = true;
    for (size_t at = 0; at < file.length;) {
        const char *line = (const char *)file.data + at;
        const char *end = memchr(line, '\n', file.length - at);
        if (end == NULL)
            return malformed(error);
        if (!take_line(checking, line, (size_t)(end - line), first, error))
            return false;
        first = false;
        at += (size_t)(end - line) + 1;
    }
    return !first || malformed(error);
}

/* --- against the log --- */

static bool disagree(const struct checking *checking, const char *transaction, const char *serial,
                     const char *what, struct ra_error *error)
{
    json_t *one = json_pack("{s:s,s:s,s:s}", "transaction", transaction, "serial", serial, "what", what);
    return json_array_append_new(checking->report->disagreement, one) == 0 ||
           ra_fail(error, RA_NO_MEMORY, "journal");
}

/* What the journal line says differently from the leaf; NULL when they agree. */
static const char *difference(const json_t *attempt, const json_t *detail)
{
    if (attempt == NULL)
        return "not-in-journal";
    if (strcmp(text_of(attempt, "state"), "confirmed") != 0)
        return "not-confirmed";
    if (strcmp(text_of(attempt, "serial"), text_of(detail, "serial")) != 0)
        return "another-serial";
    if (strcmp(text_of(attempt, "spki"), text_of(detail, "spki")) != 0)
        return "another-key";
    return NULL;
}

/* A CERT_MISMATCH with a transaction is a certificate too: the signer let it go, the server then refused it.
 * One without tells that nothing was let go, or speaks again of a certificate whose leaf came before. */
static bool is_certificate(const char *event, const char *transaction)
{
    return strcmp(event, "CERT_ISSUED") == 0 ||
           (strcmp(event, "CERT_MISMATCH") == 0 && transaction[0] != '\0');
}

static bool take_leaf(void *context, const json_t *leaf, struct ra_error *error)
{
    const struct checking *checking = context;
    const json_t *detail = json_object_get(leaf, "detail");
    const char *transaction = text_of(detail, "transaction");
    if (!is_certificate(text_of(leaf, "event"), transaction))
        return true;
    checking->report->logged++;
    const char *what = difference(json_object_get(checking->attempts, transaction), detail);
    if (what != NULL && !disagree(checking, transaction, text_of(detail, "serial"), what, error))
        return false;
    json_object_del(checking->attempts, transaction);
    return true;
}

/* What is left of the journal was never told by the log. */
static bool take_rest(const struct checking *checking, struct ra_error *error)
{
    const char *transaction = NULL;
    json_t *attempt = NULL;
    json_object_foreach(checking->attempts, transaction, attempt)
    {
        if (strcmp(text_of(attempt, "state"), "confirmed") == 0 &&
            !disagree(checking, transaction, text_of(attempt, "serial"), "not-in-log", error))
            return false;
    }
    return true;
}

static bool check(struct checking *checking, TALLOC_CTX *context, const char *journal, const char *export,
                  const struct note_verifier *verifier, const STACK_OF(X509) *anchors, struct ra_error *error)
{
    const struct export_reader reader = {take_leaf, checking};
    struct export_report *found = &checking->report->export;
    if (!read_journal(checking, context, journal, error) ||
        !export_verify(export, verifier, anchors, &reader, found, error))
        return false;
    if (found->first != 0)
        return ra_fail_reason(error, RA_VERIFICATION_FAILED, "export-not-whole",
                              "a exportação não começa na primeira folha do registro");
    return take_rest(checking, error);
}

bool journal_check(TALLOC_CTX *context, const char *journal, const char *export,
                   const struct note_verifier *verifier, const STACK_OF(X509) *anchors,
                   struct journal_report *report, struct ra_error *error)
{
    *report = (struct journal_report){.disagreement = json_array()};
    struct checking checking = {.attempts = json_object(), .report = report};
    bool ok = report->disagreement != NULL && checking.attempts != NULL
                  ? check(&checking, context, journal, export, verifier, anchors, error)
                  : ra_fail(error, RA_NO_MEMORY, "journal");
    json_decref(checking.attempts);
    if (!ok) {
        json_decref(report->disagreement);
        report->disagreement = NULL;
    }
    return ok;
}
