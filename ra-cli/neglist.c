/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lista negativa: searching it, feeding it, taking an occurrence out.
 */
#include "pki/base/file.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/fields.h"
#include "ra-cli/moment.h"
#include "ra-cli/terminal.h"

#include <string.h>

enum { LARGEST_IMAGE = 20 << 20 };

/* Options and the members of the API that they fill; the first ones are searched by. */
enum { SEARCHED = 8 };
static const struct {
    const char *option, *member;
} texts[] = {{"name", "name"},
             {"cpf", "cpf"},
             {"email", "email"},
             {"phone", "phone"},
             {"cnpj", "cnpj"},
             {"company", "company_name"},
             {"uf", "uf"},
             {"description", "description"},
             {"modus", "modus"},
             {"source", "source"},
             {"reference", "reference"}};

static json_t *body_of(const struct cli_arguments *arguments)
{
    json_t *body = json_object();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *value = cli_option(arguments, texts[i].option);
        if (value != NULL)
            json_object_set_new(body, texts[i].member, json_string(value));
    }
    return body;
}

static bool post(struct cli *cli, const char *path, json_t *take_body, json_t **result,
                 struct ra_error *error)
{
    if (path == NULL || take_body == NULL) {
        json_decref(take_body);
        return ra_fail(error, RA_NO_MEMORY, "json");
    }
    const bool ok = client_json(cli, "POST", path, take_body, result, error);
    json_decref(take_body);
    return ok;
}

static const char *entry_path(struct cli *cli, const struct cli_arguments *arguments, const char *suffix)
{
    return talloc_asprintf(cli->context, "/api/office/neglist/%s%s",
                           client_escape(cli, arguments->positional[0]), suffix);
}

/* --- search --- */

bool neglist_search(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                    struct ra_error *error)
{
    const char *mode = cli_flag(arguments, "all") ? "all" : "any", *city;
    if (cli_flag(arguments, "all") && cli_flag(arguments, "any"))
        return ra_fail_field(error, "mode", "both", "Escolha --all ou --any.");
    char *path = talloc_asprintf(cli->context, "/api/office/neglist?mode=%s", mode);
    for (size_t i = 0; path != NULL && i < SEARCHED; i++) {
        const char *value = cli_option(arguments, texts[i].option);
        if (value != NULL)
            path = talloc_asprintf_append(path, "&%s=%s", texts[i].member, client_escape(cli, value));
    }
    for (size_t i = 0; path != NULL && (city = cli_option_at(arguments, "city", i)) != NULL; i++)
        path =
            talloc_asprintf_append(path, "%s%s", i == 0 ? "&municipality=" : ",", client_escape(cli, city));
    if (path != NULL && cli_flag(arguments, "faces"))
        path = talloc_asprintf_append(path, "&faces=1");
    return path != NULL ? client_json(cli, "GET", path, NULL, result, error)
                        : ra_fail(error, RA_NO_MEMORY, "path");
}

static void labelled(FILE *out, const char *label, const char *value)
{
    if (value[0] == '\0')
        return;
    fputs("    ", out);
    terminal_column(out, label, 16);
    terminal_text(out, value);
    fputc('\n', out);
}

/* What agrees with the search, in the words of the form. */
static void print_strength(FILE *out, const json_t *item)
{
    static const struct {
        const char *field, *name;
    } names[] = {{"name", "nome"},
                 {"cpf", "CPF"},
                 {"email", "e-mail"},
                 {"phone", "telefone"},
                 {"cnpj", "CNPJ"},
                 {"company_name", "razão social"},
                 {"description", "características"}};
    const json_t *matched = json_object_get(item, "matched");
    if (json_array_size(matched) == 0)
        return;
    fputs(strcmp(text(item, "strength"), "strong") == 0 ? "    coincidência FORTE:"
                                                        : "    coincidência fraca:",
          out);
    for (size_t i = 0; i < json_array_size(matched); i++)
        for (size_t n = 0; n < sizeof names / sizeof *names; n++)
            if (strcmp(names[n].field, json_string_value(json_array_get(matched, i))) == 0)
                fprintf(out, "%s %s", i == 0 ? "" : ",", names[n].name);
    fputc('\n', out);
}

static void print_item(FILE *out, const json_t *item)
{
    char at[MOMENT_SIZE];
    const json_t *faces = json_object_get(item, "faces");
    terminal_text(out, text(item, "entry"));
    fprintf(out, "  %s  ", moment_day(text(item, "at"), at));
    terminal_text(out, text(item, "name")[0] != '\0' ? text(item, "name") : text(item, "company_name"));
    fputc('\n', out);
    print_strength(out, item);
    labelled(out, "CPF", text(item, "cpf"));
    labelled(out, "e-mail", text(item, "email"));
    labelled(out, "telefone", text(item, "phone"));
    labelled(out, "razão social", text(item, "company_name"));
    labelled(out, "CNPJ", text(item, "cnpj"));
    labelled(out, "UF", text(item, "uf"));
    labelled(out, "município", text(item, "municipality"));
    labelled(out, "características", text(item, "description"));
    labelled(out, "como agiu", text(item, "modus"));
    for (size_t i = 0; i < json_array_size(faces); i++)
        labelled(out, "rosto", json_string_value(json_array_get(faces, i)));
}

void render_neglist(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    const json_int_t left_off = json_integer_value(json_object_get(result, "left_off"));
    size_t index;
    json_t *item;
    json_array_foreach(json_object_get(result, "items"), index, item) print_item(out, item);
    if (json_array_size(json_object_get(result, "items")) == 0)
        fputs("(nada encontrado; olhe também os fraudadores da região: --uf, --city, --faces)\n", out);
    if (left_off > 0)
        fprintf(out, "e mais %lld que não cabem aqui; restrinja por UF ou município\n", (long long)left_off);
}

void render_neglist_entry(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    print_item(out, result);
    labelled(out, "incluída por", text(result, "agent"));
}

/* --- occurrences --- */

bool neglist_add(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                 struct ra_error *error)
{
    json_t *body = body_of(arguments);
    const char *city = cli_option(arguments, "city"), *order = cli_option(arguments, "order");
    if (city != NULL)
        json_object_set_new(body, "municipality", json_string(city));
    if (order != NULL)
        json_object_set_new(body, "order", json_string(client_order_code(cli, order)));
    return post(cli, "/api/office/neglist", body, result, error);
}

bool neglist_show(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    const char *path = entry_path(cli, arguments, "");
    return path != NULL ? client_json(cli, "GET", path, NULL, result, error)
                        : ra_fail(error, RA_NO_MEMORY, "path");
}

bool neglist_withdraw(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                      struct ra_error *error)
{
    const char *kind = cli_flag(arguments, "expired") ? "expired" : "withdrawn";
    return post(cli, entry_path(cli, arguments, "/withdraw"),
                json_pack("{s:s, s:s}", "reason", cli_option(arguments, "reason"), "kind", kind), result,
                error);
}

/* --- images --- */

bool neglist_image_add(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                       struct ra_error *error)
{
    struct bytes content;
    const char *suffix =
        talloc_asprintf(cli->context, "/images?kind=%s", client_escape(cli, cli_option(arguments, "kind")));
    const char *path = suffix != NULL ? entry_path(cli, arguments, suffix) : NULL;
    if (path == NULL)
        return ra_fail(error, RA_NO_MEMORY, "path");
    return file_read(cli->context, arguments->positional[1], LARGEST_IMAGE, &content, error) &&
           client_upload(cli, path, "application/octet-stream", content, result, error);
}

bool neglist_image_get(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                       struct ra_error *error)
{
    const char *path = talloc_asprintf(cli->context, "/api/office/neglist/images/%s",
                                       client_escape(cli, arguments->positional[0]));
    return client_save(cli, path, cli_option(arguments, "o"), result, error);
}
