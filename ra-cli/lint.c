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
#include "ra-cli/fields.h"
#include "ra-cli/terminal.h"

#include <string.h>
#include <unistd.h>

enum { LINT_INPUT_MAX = 64 << 20 };

/* What the options name, loaded on the context; about.issuer is lint_examine's to free. */
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

/* `number` says which of several objects; 0 when there is one. */
static bool add_findings(json_t *list, const struct findings *findings, size_t number)
{
    for (size_t i = 0; i < findings->count; i++) {
        json_t *row = finding_json(&findings->items[i]);
        if ((number > 0 && json_object_set_new(row, "object", json_integer((json_int_t)number)) != 0) ||
            json_array_append(list, row) != 0) {
            json_decref(row);
            return false;
        }
        json_decref(row);
    }
    return true;
}

/* Its CN, "" without one or when it cannot be read. On the context. */
static const char *common_name(struct cli *cli, const struct lint_object *object)
{
    struct ra_error ignored = {0};
    struct certificate_reading *reading = NULL;
    X509 *certificate = NULL;
    if (object->kind != LINT_CERTIFICATE || !certificate_decode(object->der, &certificate, &ignored))
        return "";
    const bool read =
        certificate_read_names(cli->context, X509_get_subject_name(certificate), NULL, &reading, &ignored);
    X509_free(certificate);
    return read ? reading->common_name : "";
}

/* "certificado de MARIA": who it is of, when it can be read. On the context. */
static const char *named(struct cli *cli, const struct lint_object *object)
{
    static const char *const words[] = {[LINT_CERTIFICATE] = "certificado",
                                        [LINT_REQUEST] = "pedido de certificado (CSR)",
                                        [LINT_CRL] = "lista de certificados revogados (LCR)"};
    const char *name = common_name(cli, object);
    const char *told =
        name[0] == '\0' ? NULL : talloc_asprintf(cli->context, "%s de %s", words[object->kind], name);
    return told != NULL ? told : words[object->kind];
}

/* For people only: what the file was taken for and what was not looked at. */
static void add_reading(struct cli *cli, const struct lint_inputs *inputs, const struct lint_objects *objects,
                        json_t *answer)
{
    const char *name = objects->count == 1
                           ? named(cli, &objects->items[0])
                           : talloc_asprintf(cli->context, "um conjunto de %zu", objects->count);
    bool unsigned_objects = inputs->about.issuer == NULL && objects->count == 1 &&
                            objects->items[0].kind != LINT_REQUEST; /* a request's own was verified */
    json_object_set_new(answer, "read_as", json_string(name == NULL ? "" : name));
    json_object_set_new(answer, "profile", json_string(inputs->profile == NULL ? "" : inputs->profile->id));
    json_object_set_new(answer, "unsigned", json_boolean(unsigned_objects));
}

/* One of several, as the answer names it. */
static bool add_named(struct cli *cli, const struct lint_object *object, bool beside, json_t *list)
{
    json_t *row = json_pack("{s:s, s:s, s:b}", "kind", lint_kind_word(object->kind), "name",
                            named(cli, object), "beside_issuer", beside);
    return json_array_append_new(list, row) == 0;
}

/* Adds what it finds, and of several objects the row of this one. */
static bool examine_one(struct cli *cli, const struct lint_inputs *inputs, const struct lint_objects *objects,
                        size_t at, struct findings *findings, json_t *answer, struct ra_error *error)
{
    const bool several = objects->count > 1;
    bool beside = false;
    findings_clear(findings);
    if (!lint_one_of(objects, at, &inputs->about, findings, &beside, error))
        return false;
    if (!add_findings(json_object_get(answer, "findings"), findings, several ? at + 1 : 0) ||
        (findings->overflow && json_object_set_new(answer, "whole", json_false()) != 0) ||
        (several && !add_named(cli, &objects->items[at], beside, json_object_get(answer, "objects"))))
        return ra_fail(error, RA_NO_MEMORY, "json");
    return true;
}

static bool examine_all(struct cli *cli, const struct lint_inputs *inputs, const struct lint_objects *objects,
                        json_t *answer, struct ra_error *error)
{
    const bool several = objects->count > 1;
    const char *kind = several ? "bundle" : lint_kind_word(objects->items[0].kind);
    struct findings *findings = findings_new(cli->context);
    if (findings == NULL || json_object_set_new(answer, "kind", json_string(kind)) != 0 ||
        (several && json_object_set_new(answer, "objects", json_array()) != 0))
        return ra_fail(error, RA_NO_MEMORY, "findings");
    bool done = true;
    for (size_t i = 0; done && i < objects->count; i++)
        done = examine_one(cli, inputs, objects, i, findings, answer, error);
    return done;
}

/* "-" is standard input, whatever is at its other end. */
static bool read_file(struct cli *cli, const char *path, struct bytes *content, struct ra_error *error)
{
    return strcmp(path, "-") == 0 ? file_read_open(cli->context, STDIN_FILENO, "a entrada padrão",
                                                   LINT_INPUT_MAX, content, error)
                                  : file_read(cli->context, path, LINT_INPUT_MAX, content, error);
}

bool lint_examine(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    struct lint_inputs inputs = {0};
    struct lint_objects objects;
    struct bytes content;
    json_t *answer = json_pack("{s:s, s:b, s:[]}", "kind", "", "whole", 1, "findings");
    if (answer == NULL)
        return ra_fail(error, RA_NO_MEMORY, "json");
    bool done = read_inputs(cli, arguments, &inputs, error) &&
                read_file(cli, arguments->positional[0], &content, error) &&
                lint_open(cli->context, content, &objects, error) &&
                examine_all(cli, &inputs, &objects, answer, error);
    if (done && !cli->json)
        add_reading(cli, &inputs, &objects, answer);
    X509_free(inputs.about.issuer);
    *result = done ? answer : NULL;
    if (!done)
        json_decref(answer);
    return done;
}

static const char *severity_word(const char *severity)
{
    if (strcmp(severity, "error") == 0)
        return "ERRO ";
    return strcmp(severity, "warning") == 0 ? "aviso" : "nota ";
}

static void print_reading(FILE *out, const json_t *result)
{
    const char *profile = text(result, "profile");
    fputs("Lido como: ", out);
    terminal_text(out, text(result, "read_as"));
    fputs(profile[0] == '\0' ? ", regras gerais da ICP-Brasil (as de um produto: --profile)" : ", regras de ",
          out);
    terminal_text(out, profile);
    fputs(".\n", out);
    if (json_is_true(json_object_get(result, "unsigned")))
        fputs("Nenhuma assinatura de AC foi conferida: para isso, --issuer AC.pem.\n", out);
}

static void print_finding(const json_t *finding, FILE *out)
{
    fprintf(out, "%s %s: ", severity_word(text(finding, "severity")), text(finding, "code"));
    terminal_text(out, text(finding, "detail"));
    fputs(" [", out);
    terminal_text(out, text(finding, "source"));
    fputs("]\n", out);
}

/* Those of one object; how many there were. */
static size_t print_findings(const json_t *list, size_t number, FILE *out)
{
    const json_t *finding;
    size_t index, count = 0;
    json_array_foreach(list, index, finding)
    {
        if (json_integer_value(json_object_get(finding, "object")) != (json_int_t)number)
            continue;
        print_finding(finding, out);
        count++;
    }
    return count;
}

void render_lint(const struct cli *cli, const json_t *result, FILE *out)
{
    const json_t *list = json_object_get(result, "findings");
    const json_t *objects = json_object_get(result, "objects");
    const json_t *object;
    size_t index;
    (void)cli;
    print_reading(out, result);
    if (objects == NULL && print_findings(list, 0, out) == 0)
        fputs("Nada a apontar.\n", out);
    json_array_foreach(objects, index, object)
    {
        fprintf(out, "%zu. ", index + 1);
        terminal_text(out, text(object, "name"));
        fputs(json_is_true(json_object_get(object, "beside_issuer"))
                  ? ":\n"
                  : " (a AC não está aqui: assinatura não conferida):\n",
              out);
        if (print_findings(list, index + 1, out) == 0)
            fputs("Nada a apontar.\n", out);
    }
}
