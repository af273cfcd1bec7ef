/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The auditor: exports, their verification without a server, proofs of single cases.
 */
#include "pki/audit/export_verify.h"
#include "pki/audit/journal_check.h"
#include "pki/audit/proof_verify.h"
#include "pki/base/file.h"
#include "pki/trust/note.h"
#include "pki/trust/signed.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"

bool audit_export(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    const char *format = cli_option(arguments, "format");
    const char *path = talloc_asprintf(cli->context, "/api/office/audit/export?from=%s&to=%s&format=%s",
                                       client_escape(cli, cli_option(arguments, "from")),
                                       client_escape(cli, cli_option(arguments, "to")),
                                       format == NULL ? "jsonl" : client_escape(cli, format));
    return client_save(cli, path, cli_option(arguments, "o"), result, error);
}

bool audit_prove(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                 struct ra_error *error)
{
    const char *path = talloc_asprintf(cli->context, "/api/office/audit/prove/%s",
                                       client_escape(cli, client_order_code(cli, arguments->positional[0])));
    return client_save(cli, path, cli_option(arguments, "o"), result, error);
}

/* --- verification: no server, nothing but the file and the log's key --- */

enum { KEY_FILE_MAX = 1024, ANCHORS_FILE_MAX = 1 << 20 };

static bool read_log_key(struct cli *cli, const char *path, struct note_verifier *verifier,
                         struct ra_error *error)
{
    struct bytes file;
    return file_read(cli->context, path, KEY_FILE_MAX, &file, error) &&
           note_verifier_parse((const char *)file.data, verifier, error);
}

static bool read_anchors(struct cli *cli, STACK_OF(X509) **anchors, struct ra_error *error)
{
    struct bytes pem;
    if (cli->ca_path == NULL)
        return true;
    return file_read(cli->context, cli->ca_path, ANCHORS_FILE_MAX, &pem, error) &&
           signed_read_certificates(pem, anchors, error);
}

static bool verify_export(struct cli *cli, const char *path, const struct note_verifier *verifier,
                          json_t **result, struct ra_error *error)
{
    STACK_OF(X509) *anchors = NULL;
    struct export_report report;
    bool ok =
        read_anchors(cli, &anchors, error) && export_verify(path, verifier, anchors, NULL, &report, error);
    sk_X509_pop_free(anchors, X509_free);
    if (!ok)
        return false;
    *result =
        json_pack("{s:b,s:s,s:I,s:I,s:I,s:I,s:I,s:i,s:s,s:b,s:s}", "verified", 1, "origin", report.origin,
                  "tree_size", (json_int_t)report.size, "first", (json_int_t)report.first, "after",
                  (json_int_t)report.after, "events", (json_int_t)(report.after - report.first), "disclosed",
                  (json_int_t)report.disclosed, "files", (int)report.files, "signer", report.signer,
                  "signer_trusted", report.signer_trusted ? 1 : 0, "made_at", report.made_at);
    return *result != NULL || ra_fail(error, RA_NO_MEMORY, "json");
}

static bool verify_proof(struct bytes document, const struct note_verifier *verifier, json_t **result,
                         struct ra_error *error)
{
    struct proof_report report;
    if (!proof_verify(document, verifier, &report, error))
        return false;
    *result =
        json_pack("{s:b,s:s,s:s,s:I,s:I}", "verified", 1, "origin", report.origin, "order", report.order,
                  "tree_size", (json_int_t)report.size, "events", (json_int_t)report.leaves);
    return *result != NULL || ra_fail(error, RA_NO_MEMORY, "json");
}

/* A proof of one case (audit prove) is a JSON document, an export a zip: the first byte tells them apart. */
bool audit_verify(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    const char *path = arguments->positional[0];
    struct note_verifier verifier;
    struct bytes document;
    if (!read_log_key(cli, cli_option(arguments, "log-key"), &verifier, error))
        return false;
    bool small = file_read(cli->context, path, PROOF_MAX, &document, error);
    if (!small && error->code != RA_TOO_LARGE)
        return false;
    if (small && document.length > 0 && document.data[0] == '{')
        return verify_proof(document, &verifier, result, error);
    return verify_export(cli, path, &verifier, result, error);
}

/* --- the signer's journal against the log --- */

static bool report_journal(const struct journal_report *report, json_t **result, struct ra_error *error)
{
    const size_t differ = json_array_size(report->disagreement);
    *result = json_pack("{s:b,s:I,s:I,s:I,s:I,s:I,s:O}", "verified", differ == 0, "attempts",
                        (json_int_t)report->attempts, "confirmed", (json_int_t)report->confirmed, "logged",
                        (json_int_t)report->logged, "kept_by_ac", (json_int_t)report->kept_by_ac, "tree_size",
                        (json_int_t)report->export.size, "disagreement", report->disagreement);
    if (*result == NULL)
        return ra_fail(error, RA_NO_MEMORY, "json");
    const json_t *first = json_array_get(report->disagreement, 0);
    return differ == 0 ||
           ra_fail_reason(error, RA_VERIFICATION_FAILED, "journal-disagrees",
                          "o diário do assinador e o registro diferem em %zu certificado(s); o primeiro: "
                          "transação %s, %s",
                          differ, json_string_value(json_object_get(first, "transaction")),
                          json_string_value(json_object_get(first, "what")));
}

bool audit_journal(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                   struct ra_error *error)
{
    STACK_OF(X509) *anchors = NULL;
    struct note_verifier verifier;
    struct journal_report report = {.attempts = 0};
    bool ok = read_log_key(cli, cli_option(arguments, "log-key"), &verifier, error) &&
              read_anchors(cli, &anchors, error) &&
              journal_check(cli->context, arguments->positional[0], arguments->positional[1], &verifier,
                            anchors, &report, error) &&
              report_journal(&report, result, error);
    sk_X509_pop_free(anchors, X509_free);
    json_decref(report.disagreement);
    return ok;
}

/* --- waivers --- */

bool audit_waivers(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                   struct ra_error *error)
{
    const char *from = cli_option(arguments, "from");
    const char *to = cli_option(arguments, "to");
    const char *path = talloc_asprintf(cli->context, "/api/office/waivers?from=%s&to=%s",
                                       client_escape(cli, from == NULL ? "" : from),
                                       client_escape(cli, to == NULL ? "" : to));
    return (path != NULL || ra_fail(error, RA_NO_MEMORY, "path")) &&
           client_json(cli, "GET", path, NULL, result, error);
}
