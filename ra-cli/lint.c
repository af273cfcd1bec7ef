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
#include <unistd.h>

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

/* `number` says which of several objects; 0 when there is one. */
static void add_findings(json_t *list, const struct findings *findings, size_t number)
{
    for (size_t i = 0; i < findings->count; i++) {
        json_t *row = finding_json(&findings->items[i]);
        if (number > 0)
            json_object_set_new(row, "object", json_integer((json_int_t)number));
        json_array_append_new(list, row);
    }
}

static X509 *decoded(const struct lint_object *object)
{
    struct ra_error ignored = {0};
    X509 *certificate = NULL;
    return object->kind == LINT_CERTIFICATE && certificate_decode(object->der, &certificate, &ignored)
               ? certificate
               : NULL;
}

/* "certificado de MARIA": who it is of, when it can be read. On the context. */
static const char *named(struct cli *cli, const struct lint_object *object)
{
    static const char *const words[] = {[LINT_CERTIFICATE] = "certificado",
                                        [LINT_REQUEST] = "pedido de certificado (CSR)",
                                        [LINT_CRL] = "lista de certificados revogados (LCR)"};
    X509 *certificate = decoded(object);
    char name[256] = "";
    if (certificate != NULL)
        (void)X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                                        sizeof name);
    X509_free(certificate);
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

static bool issued(X509 *issuer, X509 *certificate)
{
    return issuer != NULL &&
           X509_NAME_cmp(X509_get_subject_name(issuer), X509_get_issuer_name(certificate)) == 0;
}

/* Among several, each is judged beside its AC: the one among them, or the one that --issuer names. NULL
 * without; the caller's to free. */
static X509 *issuer_among(const struct lint_objects *objects, size_t of, X509 *named_issuer)
{
    X509 *subject = decoded(&objects->items[of]);
    X509 *found = NULL;
    for (size_t i = 0; subject != NULL && found == NULL && i < objects->count; i++) {
        X509 *candidate = i != of ? decoded(&objects->items[i]) : NULL;
        if (issued(candidate, subject))
            found = candidate;
        else
            X509_free(candidate);
    }
    if (subject != NULL && found == NULL && issued(named_issuer, subject) && X509_up_ref(named_issuer) == 1)
        found = named_issuer;
    X509_free(subject);
    return found;
}

/* *beside: an AC stood beside it, or a request's own key. */
static bool examine_one(const struct lint_inputs *inputs, const struct lint_objects *objects, size_t at,
                        struct findings *findings, bool *beside, struct ra_error *error)
{
    struct lint_about about = inputs->about;
    X509 *issuer = NULL;
    if (objects->count > 1)
        about.issuer = issuer = issuer_among(objects, at, inputs->about.issuer);
    *beside = about.issuer != NULL || objects->items[at].kind == LINT_REQUEST;
    findings_clear(findings);
    bool done = lint_object(&objects->items[at], &about, findings, error);
    X509_free(issuer);
    return done;
}

static bool examine_all(struct cli *cli, const struct lint_inputs *inputs, const struct lint_objects *objects,
                        json_t *answer, struct ra_error *error)
{
    struct findings *findings = findings_new(cli->context);
    if (findings == NULL)
        return ra_fail(error, RA_NO_MEMORY, "findings");
    json_t *rows = json_object_get(answer, "findings");
    json_t *list = json_array();
    const bool several = objects->count > 1;
    bool whole = true, beside = false, done = true;
    for (size_t i = 0; done && i < objects->count; i++) {
        done = examine_one(inputs, objects, i, findings, &beside, error);
        add_findings(rows, findings, several ? i + 1 : 0);
        whole = whole && !findings->overflow;
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:b}", "kind", lint_kind_word(objects->items[i].kind),
                                        "name", named(cli, &objects->items[i]), "beside_issuer", beside));
    }
    json_object_set_new(answer, "kind",
                        json_string(several ? "bundle" : lint_kind_word(objects->items[0].kind)));
    json_object_set_new(answer, "whole", json_boolean(whole));
    if (several)
        json_object_set(answer, "objects", list);
    json_decref(list);
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

static void print_finding(const json_t *finding, FILE *out)
{
    fprintf(out, "%s %s: ", severity_word(text_of(finding, "severity")), text_of(finding, "code"));
    terminal_text(out, text_of(finding, "detail"));
    fputs(" [", out);
    terminal_text(out, text_of(finding, "source"));
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
        terminal_text(out, text_of(object, "name"));
        fputs(json_is_true(json_object_get(object, "beside_issuer"))
                  ? ":\n"
                  : " (a AC não está aqui: assinatura não conferida):\n",
              out);
        if (print_findings(list, index + 1, out) == 0)
            fputs("Nada a apontar.\n", out);
    }
}
