/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The package of one case: taken from the server, checked without it.
 */
#include "pki/audit/dossier_verify.h"
#include "pki/base/file.h"
#include "pki/trust/note.h"
#include "pki/trust/signed.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/fields.h"
#include "ra-cli/moment.h"
#include "ra-cli/terminal.h"

#include <string.h>

enum { KEY_FILE_MAX = 1024, CERTIFICATES_FILE_MAX = 1 << 20 };

bool dossier_export(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                    struct ra_error *error)
{
    const char *path = client_order_path(cli, arguments->positional[0], "/dossier/export");
    return client_save(cli, path, cli_option(arguments, "o"), result, error);
}

/* --- verification: nothing but the file and what is given beside it --- */

static bool read_certificates(struct cli *cli, const char *path, STACK_OF(X509) **certificates,
                              struct ra_error *error)
{
    struct bytes pem;
    return file_read(cli->context, path, CERTIFICATES_FILE_MAX, &pem, error) &&
           signed_read_certificates(pem, certificates, error);
}

static bool read_trust(struct cli *cli, const struct cli_arguments *arguments, struct dossier_trust *trust,
                       struct note_verifier *verifier, struct ra_error *error)
{
    struct bytes key;
    const char *given = cli_option(arguments, "ca");
    const char *ca = given != NULL ? given : cli->ca_path;
    const char *administrators = cli_option(arguments, "administrators");
    const char *needed = cli_option(arguments, "administrators-needed");
    if (needed != NULL && (strlen(needed) != 1 || needed[0] < '1' || needed[0] > '9'))
        return ra_fail(error, RA_INVALID, "--administrators-needed é um algarismo de 1 a 9");
    trust->roster_threshold = needed == NULL ? 1 : (unsigned)(needed[0] - '0');
    if (ca == NULL)
        return ra_fail(error, RA_INVALID, "diga em que raízes confia: --ca ARQUIVO");
    trust->log = verifier;
    return file_read(cli->context, cli_option(arguments, "log-key"), KEY_FILE_MAX, &key, error) &&
           note_verifier_parse((const char *)key.data, verifier, error) &&
           read_certificates(cli, ca, &trust->anchors, error) &&
           (administrators == NULL || read_certificates(cli, administrators, &trust->administrators, error));
}

static json_t *checks_json(const struct dossier_report *report)
{
    json_t *checks = json_array();
    for (size_t at = 0; at < DOSSIER_CHECK_COUNT; at++) {
        const struct dossier_check *check = &report->checks[at];
        enum dossier_check_id id = (enum dossier_check_id)at;
        if (check->verdict == DOSSIER_NOT_ASKED && !check->needed)
            continue;
        json_t *row = json_pack("{s:s,s:s,s:b,s:s,s:s}", "check", dossier_check_word(id), "verdict",
                                dossier_verdict_word(check->verdict), "needed", check->needed ? 1 : 0, "text",
                                dossier_check_label(id), "detail", check->detail);
        if (json_array_append_new(checks, row) != 0) {
            json_decref(checks);
            return NULL;
        }
    }
    return checks;
}

static json_t *report_json(const struct dossier_report *report)
{
    return json_pack("{s:b,s:s,s:I,s:s,s:s,s:s,s:s,s:I,s:I,s:o}", "verified", dossier_holds(report) ? 1 : 0,
                     "order", report->order, "attempt", (json_int_t)report->attempt, "rules", report->rules,
                     "serial", report->serial, "exporter", report->exporter, "made_at", report->made_at,
                     "documents", (json_int_t)report->documents, "leaves", (json_int_t)report->leaves,
                     "checks", checks_json(report));
}

/* A package that does not hold is a refusal, and still a list of what holds and what does not. */
static bool refuse(struct cli *cli, json_t *take_report, struct ra_error *error)
{
    const char *failed = "";
    size_t index;
    json_t *check;
    json_array_foreach(json_object_get(take_report, "checks"), index, check)
    {
        const char *verdict = json_string_value(json_object_get(check, "verdict"));
        bool needed = json_is_true(json_object_get(check, "needed"));
        if (failed[0] == '\0' && (strcmp(verdict, "failed") == 0 || (needed && strcmp(verdict, "ok") != 0)))
            failed = json_string_value(json_object_get(check, "check"));
    }
    ra_fail_reason(error, RA_VERIFICATION_FAILED, "dossier-refused",
                   "O dossiê não se prova por inteiro: veja a lista.");
    if (cli->json) {
        const struct ra_error_info *info = ra_error_info(error->code);
        cli->problem = json_pack("{s:s+,s:s,s:i,s:s,s:s,s:s}", "type", "urn:guiche:problem:", info->code,
                                 "title", info->sentence, "status", info->http_status, "detail",
                                 error->detail, "reason", error->reason, "check", failed);
        json_object_update_missing(cli->problem, take_report);
    } else {
        render_dossier(cli, take_report, stdout);
    }
    json_decref(take_report);
    return false;
}

bool dossier_verify_file(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                         struct ra_error *error)
{
    struct dossier_trust trust = {0};
    struct note_verifier verifier;
    struct dossier_report report;
    json_t *json = NULL;
    bool ok = read_trust(cli, arguments, &trust, &verifier, error) &&
              dossier_verify(arguments->positional[0], &trust, &report, error);
    sk_X509_pop_free(trust.anchors, X509_free);
    sk_X509_pop_free(trust.administrators, X509_free);
    if (!ok)
        return false;
    json = report_json(&report);
    if (json == NULL)
        return ra_fail(error, RA_NO_MEMORY, "json");
    if (!dossier_holds(&report))
        return refuse(cli, json, error);
    *result = json;
    return true;
}

/* --- for people --- */

static const char *verdict_text(const char *word)
{
    if (strcmp(word, "ok") == 0)
        return "ok";
    return strcmp(word, "failed") == 0 ? "falhou" : "não dá para saber";
}

void render_dossier(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    char at[MOMENT_SIZE];
    size_t index;
    json_t *check;
    fputs("Dossiê do pedido ", out);
    terminal_text(out, text(result, "order"));
    fprintf(out, ", tentativa %lld, exportado em ",
            (long long)json_integer_value(json_object_get(result, "attempt")));
    fputs(moment_anywhere(text(result, "made_at"), at), out);
    fputc('\n', out);
    json_array_foreach(json_object_get(result, "checks"), index, check)
    {
        const char *detail = text(check, "detail");
        terminal_column(out, verdict_text(text(check, "verdict")), 18);
        terminal_text(out, text(check, "text"));
        if (detail[0] != '\0') {
            fputs(" (", out);
            terminal_text(out, detail);
            fputc(')', out);
        }
        fputc('\n', out);
    }
    fputs(json_is_true(json_object_get(result, "verified")) ? "O dossiê confere.\n"
                                                            : "O dossiê NÃO confere por inteiro.\n",
          out);
}
