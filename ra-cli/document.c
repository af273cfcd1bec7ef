/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Documents into a dossier and out of it: from files, a folder or a scanner, treated and looked at on the
 * way.
 */
#include "pki/base/file.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/imaging.h"
#include "ra-cli/intake.h"
#include "ra-cli/terminal.h"
#include "ra-server/identification/inspect.h"

#include <string.h>

/* One `document add`: the same facts for every file. */
struct sending {
    struct cli *cli;
    const char *path; /* of the API, with the facts */
    struct imaging_treatment treatment;
    bool treated;
    bool keep_original;
    bool has_text; /* a face or fingers are not read */
    bool not_legible;
    json_t *documents; /* what the server answered, one each */
};

/* --- legibility in words --- */

static json_t *legibility_json(const struct imaging_legibility *legibility)
{
    return json_pack("{s:s,s:i,s:i,s:f,s:f,s:f,s:f}", "verdict", imaging_verdict_word(legibility->verdict),
                     "width", legibility->width, "height", legibility->height, "sharpness",
                     legibility->sharpness, "contrast", legibility->contrast, "dark", legibility->dark,
                     "bright", legibility->bright);
}

/* "nitidez 0,120", the comma of Portuguese whatever the locale. */
static void figure(FILE *out, const char *label, double value, int decimals)
{
    char number[32];
    snprintf(number, sizeof number, "%.*f", decimals, value);
    char *point = strchr(number, '.');
    if (point != NULL)
        *point = ',';
    fprintf(out, "%s %s", label, number);
}

static void reasons(FILE *out, const struct imaging_legibility *legibility)
{
    const char *between = "";
    if (legibility->of_sharpness != IMAGING_LEGIBLE) {
        figure(out, "pouca nitidez:", legibility->sharpness, 3);
        between = "; ";
    }
    if (legibility->of_contrast != IMAGING_LEGIBLE) {
        fputs(between, out);
        figure(out, "pouco contraste:", legibility->contrast, 0);
        between = "; ";
    }
    if (legibility->of_size != IMAGING_LEGIBLE) {
        fprintf(out, "%simagem pequena: %d por %d pixels", between, legibility->width, legibility->height);
        between = "; ";
    }
    if (legibility->of_exposure != IMAGING_LEGIBLE)
        fprintf(out, "%s%s", between,
                legibility->dark > legibility->bright ? "escura demais" : "clara demais");
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static void warn(FILE *out, const char *file, const struct imaging_legibility *legibility)
{
    fputs("ra-cli: ", out);
    terminal_text(out, name_of(file));
    fprintf(out, ": leitura %s (", imaging_verdict_text(legibility->verdict));
    reasons(out, legibility);
    fputs("). Confira a imagem: se não se lê, digitalize de novo, ou diga --not-legible.\n", out);
}

bool document_check(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                    struct ra_error *error)
{
    struct bytes content;
    struct imaging_legibility legibility;
    bool checked = false;
    if (!file_read(cli->context, arguments->positional[0], INSPECTION_BYTES_MAX, &content, error) ||
        !imaging_check(content, &checked, &legibility, error))
        return false;
    if (!checked)
        return ra_fail(error, RA_UNSUPPORTED_MEDIA, "Só imagens se medem: um PDF, abra-o e leia.");
    *result = legibility_json(&legibility);
    return *result != NULL || ra_fail(error, RA_NO_MEMORY, "json");
}

void render_document_check(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    const char *word = json_string_value(json_object_get(result, "verdict"));
    for (int i = IMAGING_LEGIBLE; i <= IMAGING_NOT_LEGIBLE; i++)
        if (strcmp(word, imaging_verdict_word((enum imaging_verdict)i)) == 0)
            fprintf(out, "Leitura: %s\n", imaging_verdict_text((enum imaging_verdict)i));
    fprintf(out, "  tamanho   %d por %d pixels\n", (int)json_integer_value(json_object_get(result, "width")),
            (int)json_integer_value(json_object_get(result, "height")));
    figure(out, "  nitidez  ", json_real_value(json_object_get(result, "sharpness")), 3);
    fputc('\n', out);
    figure(out, "  contraste", json_real_value(json_object_get(result, "contrast")), 0);
    fputc('\n', out);
    figure(out, "  preto    ", 100 * json_real_value(json_object_get(result, "dark")), 0);
    fputs(" %\n", out);
    figure(out, "  branco   ", 100 * json_real_value(json_object_get(result, "bright")), 0);
    fputs(" %\n", out);
}

/* --- sending --- */

static bool upload(struct sending *sending, struct bytes content, json_t **answer, struct ra_error *error)
{
    return client_upload(sending->cli, sending->path, "application/octet-stream", content, answer, error) &&
           (json_array_append_new(sending->documents, *answer) == 0 || ra_fail(error, RA_NO_MEMORY, "json"));
}

/* What cannot be opened here is sent as it is: the server says what is wrong with it. */
static void look_at(const struct sending *sending, const char *file, struct bytes content,
                    json_t **legibility)
{
    struct imaging_legibility found;
    struct ra_error unreadable = {0};
    bool checked = false;
    *legibility = NULL;
    if (!sending->has_text || !imaging_check(content, &checked, &found, &unreadable) || !checked)
        return;
    *legibility = legibility_json(&found);
    if (found.verdict != IMAGING_LEGIBLE && !sending->not_legible)
        warn(cli_reading(sending->cli, stderr), file, &found);
}

static bool treat(TALLOC_CTX *context, struct sending *sending, struct bytes *content, json_t **treated,
                  struct ra_error *error)
{
    struct imaging_result result;
    json_t *original = NULL;
    *treated = NULL;
    if (!sending->treated)
        return true;
    if (!imaging_treat(context, *content, &sending->treatment, &result, error) ||
        (sending->keep_original && !upload(sending, *content, &original, error)))
        return false;
    *content = result.file;
    *treated = json_pack("{s:i,s:i,s:f}", "width", result.width, "height", result.height, "straightened",
                         result.straightened);
    return *treated != NULL || ra_fail(error, RA_NO_MEMORY, "json");
}

static bool send_content(TALLOC_CTX *context, struct sending *sending, const char *file,
                         struct ra_error *error)
{
    struct bytes content;
    json_t *answer = NULL, *treated = NULL, *legibility = NULL;
    bool ok = file_read(context, file, INSPECTION_BYTES_MAX, &content, error) &&
              treat(context, sending, &content, &treated, error);
    if (ok) {
        look_at(sending, file, content, &legibility);
        ok = upload(sending, content, &answer, error);
    }
    if (ok && treated != NULL)
        json_object_set(answer, "treated", treated);
    if (ok && legibility != NULL)
        json_object_set(answer, "legibility", legibility);
    json_decref(treated);
    json_decref(legibility);
    return ok;
}

/* One file in memory at a time. */
static bool send_file(struct sending *sending, const char *file, struct ra_error *error)
{
    TALLOC_CTX *context = talloc_new(sending->cli->context);
    bool ok = context == NULL ? ra_fail(error, RA_NO_MEMORY, "document add")
                              : send_content(context, sending, file, error);
    talloc_free(context);
    return ok;
}

static bool send_named(struct sending *sending, const struct cli_arguments *arguments, struct ra_error *error)
{
    struct intake intake = {.count = 0};
    for (size_t i = 2; i < arguments->positional_count; i++)
        if (!intake_add(sending->cli->context, arguments->positional[i], &intake, error))
            return false;
    for (size_t i = 0; i < intake.count; i++)
        if (!send_file(sending, intake.files[i], error))
            return false;
    return true;
}

static bool send_scanned(struct sending *sending, const char *folder, struct ra_error *error)
{
    struct scanner *scanner = NULL;
    const char *file = NULL;
    if (!scanner_open(sending->cli->context, folder, &scanner, error))
        return false;
    fprintf(stderr, "Digitalize agora. Termino %d segundos depois da última folha, ou com Enter.\n",
            INTAKE_NEXT_WAIT_S);
    while (scanner_next(scanner, &file, error) && file != NULL) {
        if (!send_file(sending, file, error) || !scanner_sent(scanner, file, error))
            return false;
        fputs("incluída: ", stderr);
        terminal_text(stderr, name_of(file));
        fputc('\n', stderr);
    }
    return error->code == RA_OK;
}

/* --- the command --- */

/* Query string of the options that describe a document. */
static char *document_query(struct cli *cli, const struct cli_arguments *arguments)
{
    static const char *const described[] = {"kind", "number", "issued", "expires",
                                            "via",  "person", "issuer", "sides"};
    char *query =
        talloc_asprintf(cli->context, "/documents?item=%s", client_escape(cli, arguments->positional[1]));
    for (size_t i = 0; query != NULL && i < sizeof described / sizeof *described; i++) {
        const char *value = cli_option(arguments, described[i]);
        if (value != NULL)
            query = talloc_asprintf_append(query, "&%s=%s", described[i], client_escape(cli, value));
    }
    if (query != NULL && cli_flag(arguments, "original-seen"))
        query = talloc_asprintf_append(query, "&original_seen=1");
    if (query != NULL && cli_flag(arguments, "no-photo"))
        query = talloc_asprintf_append(query, "&photo=0");
    if (query != NULL && cli_flag(arguments, "not-legible"))
        query = talloc_asprintf_append(query, "&legible=0");
    return query;
}

static bool read_treatment(const struct cli_arguments *arguments, struct sending *sending,
                           struct ra_error *error)
{
    const char *turn = cli_option(arguments, "rotate"), *crop = cli_option(arguments, "crop");
    sending->treatment.straighten = cli_flag(arguments, "straighten");
    sending->treated = turn != NULL || crop != NULL || sending->treatment.straighten;
    sending->keep_original = cli_flag(arguments, "keep-original");
    return (turn == NULL || imaging_parse_turn(turn, &sending->treatment, error)) &&
           (crop == NULL || imaging_parse_crop(crop, &sending->treatment, error));
}

static bool prepare(struct cli *cli, const struct cli_arguments *arguments, struct sending *sending,
                    struct ra_error *error)
{
    const char *kind = cli_option(arguments, "kind");
    const char *query = document_query(cli, arguments);
    *sending = (struct sending){.cli = cli,
                                .has_text = kind == NULL ||
                                            (strcmp(kind, "face") != 0 && strcmp(kind, "fingerprint") != 0),
                                .not_legible = cli_flag(arguments, "not-legible"),
                                .documents = json_array()};
    if (query == NULL || sending->documents == NULL)
        return ra_fail(error, RA_NO_MEMORY, "document add");
    sending->path = client_order_path(cli, arguments->positional[0], query);
    if ((cli_option(arguments, "scanner") != NULL) == (arguments->positional_count > 2))
        return ra_fail(error, RA_INVALID, "Diga os arquivos (ou uma pasta), ou --scanner PASTA.");
    return read_treatment(arguments, sending, error);
}

/* What went in before a refusal stays in: the agent has to know. */
static void say_how_many(const struct sending *sending)
{
    const size_t count = json_array_size(sending->documents);
    if (count > 0)
        fprintf(stderr, "ra-cli: antes da recusa entraram %zu (ra-cli checklist mostra o caso)\n", count);
}

bool identification_document_add(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                                 struct ra_error *error)
{
    struct sending sending;
    const char *folder = cli_option(arguments, "scanner");
    bool ok =
        prepare(cli, arguments, &sending, error) &&
        (folder != NULL ? send_scanned(&sending, folder, error) : send_named(&sending, arguments, error));
    if (!ok)
        say_how_many(&sending);
    else if (json_array_size(sending.documents) == 1)
        *result = json_incref(json_array_get(sending.documents, 0));
    else
        *result = json_pack("{s:O}", "documents", sending.documents);
    json_decref(sending.documents);
    return ok;
}

bool identification_document_get(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                                 struct ra_error *error)
{
    const char *path = talloc_asprintf(cli->context, "/api/office/documents/%s",
                                       client_escape(cli, arguments->positional[0]));
    return client_save(cli, path, cli_option(arguments, "o"), result, error);
}
