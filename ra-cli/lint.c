/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lint: a certificate, a request or a CRL against what ICP-Brasil asks of it. No server, no identity.
 */
#include "pki/certificate/lint.h"

#include "pki/base/file.h"
#include "pki/certificate/armour.h"
#include "pki/certificate/reader.h"
#include "ra-cli/commands.h"
#include "ra-cli/csr.h"
#include "ra-cli/terminal.h"

#include <string.h>

enum { LINT_INPUT_MAX = 64 << 20 };

/* What the options name, loaded; freed with lint_inputs_clear. */
struct lint_inputs {
    struct lint_about about;
    struct weak_key_list *weak_keys;
    struct certificate_profile *profile;
};

static bool read_issuer(struct cli *cli, const char *path, struct lint_inputs *inputs, struct ra_error *error)
{
    struct bytes content;
    return path == NULL || (file_read(cli->context, path, CERTIFICATE_MAX, &content, error) &&
                            certificate_decode(content, &inputs->about.issuer, error));
}

static bool read_crl(struct cli *cli, const char *path, struct lint_inputs *inputs, struct ra_error *error)
{
    static const char *const labels[] = {"X509 CRL", NULL};
    struct bytes content;
    if (path == NULL)
        return true;
    if (!file_read(cli->context, path, LINT_INPUT_MAX, &content, error))
        return false;
    return armour_open(cli->context, content, labels, &inputs->about.crl) ||
           ra_fail(error, RA_INVALID, "%s: não é uma LCR, em PEM ou DER", path);
}

static bool read_inputs(struct cli *cli, const struct cli_arguments *arguments, struct lint_inputs *inputs,
                        struct ra_error *error)
{
    const char *profile = cli_option(arguments, "profile");
    inputs->about.now = clock_now(&cli->clock);
    if (!read_issuer(cli, cli_option(arguments, "issuer"), inputs, error) ||
        !read_crl(cli, cli_option(arguments, "crl"), inputs, error) ||
        (profile != NULL && !profile_load(cli->context, profile, &inputs->profile, error)) ||
        !csr_weak_keys(cli, arguments, &inputs->weak_keys, error))
        return false;
    inputs->about.profile = inputs->profile;
    inputs->about.weak_keys = inputs->weak_keys;
    return true;
}

static json_t *finding_json(const struct finding *finding)
{
    const struct finding_row *row = finding_row(finding->rule);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "code", finding->code, "severity",
                     finding_severity_word(finding->severity), "source", finding->source, "norm", row->norm,
                     "item", row->item, "detail", finding->detail);
}

static json_t *findings_json(enum lint_kind kind, const struct findings *findings)
{
    json_t *list = json_array();
    for (size_t i = 0; i < findings->count; i++)
        json_array_append_new(list, finding_json(&findings->items[i]));
    return json_pack("{s:s, s:b, s:o}", "kind", lint_kind_word(kind), "whole", !findings->overflow,
                     "findings", list);
}

/* "certificado de MARIA": who it is of, when it can be read. On the context. */
static const char *named(struct cli *cli, enum lint_kind kind, struct bytes content)
{
    static const char *const words[] = {[LINT_CERTIFICATE] = "certificado",
                                        [LINT_REQUEST] = "pedido de certificado (CSR)",
                                        [LINT_CRL] = "lista de certificados revogados (LCR)"};
    struct ra_error ignored = {0};
    X509 *certificate = NULL;
    char name[256] = "";
    if (kind == LINT_CERTIFICATE && certificate_decode(content, &certificate, &ignored))
        (void)X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                                        sizeof name);
    X509_free(certificate);
    return name[0] == '\0' ? words[kind] : talloc_asprintf(cli->context, "%s de %s", words[kind], name);
}

/* For people only: what the file was taken for and what was not looked at. */
static void add_reading(struct cli *cli, const struct lint_inputs *inputs, enum lint_kind kind,
                        struct bytes content, json_t *answer)
{
    const char *name = named(cli, kind, content);
    json_object_set_new(answer, "read_as", json_string(name == NULL ? "" : name));
    json_object_set_new(answer, "profile", json_string(inputs->profile == NULL ? "" : inputs->profile->id));
    json_object_set_new(answer, "unsigned", json_boolean(inputs->about.issuer == NULL));
}

bool lint_examine(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    struct lint_inputs inputs = {0};
    struct findings *findings = findings_new(cli->context);
    struct bytes content;
    enum lint_kind kind;
    if (findings == NULL)
        return ra_fail(error, RA_NO_MEMORY, "findings");
    bool done = read_inputs(cli, arguments, &inputs, error) &&
                file_read(cli->context, arguments->positional[0], LINT_INPUT_MAX, &content, error) &&
                lint_file(cli->context, content, &inputs.about, &kind, findings, error);
    *result = done ? findings_json(kind, findings) : NULL;
    if (*result != NULL && !cli->json)
        add_reading(cli, &inputs, kind, content, *result);
    X509_free(inputs.about.issuer);
    if (!done)
        return false;
    return *result != NULL || ra_fail(error, RA_NO_MEMORY, "json");
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value != NULL ? value : "";
}

static const char *severity_word(const char *severity)
{
    if (strcmp(severity, "error") == 0)
        return "ERRO ";
    return strcmp(severity, "warning") == 0 ? "aviso" : "nota ";
}

static void print_reading(FILE *out, const json_t *result)
{
    const char *profile = text_of(result, "profile");
    fputs("Lido como: ", out);
    terminal_text(out, text_of(result, "read_as"));
    fputs(profile[0] == '\0' ? ", regras gerais da ICP-Brasil (as de um produto: --profile)" : ", regras de ",
          out);
    terminal_text(out, profile);
    fputs(".\n", out);
    if (json_is_true(json_object_get(result, "unsigned")))
        fputs("Nenhuma assinatura de AC foi conferida: para isso, --issuer AC.pem.\n", out);
}

void render_lint(const struct cli *cli, const json_t *result, FILE *out)
{
    const json_t *list = json_object_get(result, "findings");
    const json_t *finding;
    size_t index;
    (void)cli;
    print_reading(out, result);
    if (json_array_size(list) == 0)
        fputs("Nada a apontar.\n", out);
    json_array_foreach(list, index, finding)
    {
        fprintf(out, "%s %s: ", severity_word(text_of(finding, "severity")), text_of(finding, "code"));
        terminal_text(out, text_of(finding, "detail"));
        fputs(" [", out);
        terminal_text(out, text_of(finding, "source"));
        fputs("]\n", out);
    }
}
