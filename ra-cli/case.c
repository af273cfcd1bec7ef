/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Orders and appointments as staff see and change them.
 */
#include "ra-cli/client.h"
#include "ra-cli/commands.h"

#include <string.h>

static bool no_memory(struct ra_error *error)
{
    return ra_fail(error, RA_NO_MEMORY, "json");
}

/* Adds --option to the body under `member` when it was given. */
static bool copy_option(json_t *body, const struct cli_arguments *arguments, const char *option,
                        const char *member)
{
    const char *value = cli_option(arguments, option);
    return value == NULL || json_object_set_new(body, member, json_string(value)) == 0;
}

static bool send_body(struct cli *cli, const char *method, const char *path, json_t *take_body,
                      json_t **result, struct ra_error *error)
{
    if (take_body == NULL)
        return no_memory(error);
    bool ok = client_json(cli, method, path, take_body, result, error);
    json_decref(take_body);
    return ok;
}

bool case_queue(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                struct ra_error *error)
{
    const char *date = cli_option(arguments, "date");
    const char *path =
        date == NULL ? "/api/office/queue"
                     : talloc_asprintf(cli->context, "/api/office/queue?date=%s", client_escape(cli, date));
    return client_json(cli, "GET", path, NULL, result, error);
}

bool case_find(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
               struct ra_error *error)
{
    const char *path =
        talloc_asprintf(cli->context, "/api/office/find?q=%s", client_escape(cli, arguments->positional[0]));
    return client_json(cli, "GET", path, NULL, result, error);
}

bool case_show(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
               struct ra_error *error)
{
    return client_json(cli, "GET", client_order_path(cli, arguments->positional[0], ""), NULL, result, error);
}

/* Options of `order new` and the member of the body each fills. */
static const struct member_option {
    const char *option;
    const char *member;
} holder_options[] = {{"name", "name"},
                      {"cpf", "cpf"},
                      {"birth-date", "birth_date"},
                      {"email", "email"},
                      {"phone", "phone"},
                      {"nis", "nis"},
                      {"rg", "rg"},
                      {"rg-issuer", "rg_issuer"},
                      {"rg-uf", "rg_uf"},
                      {"voter-id", "voter_id"},
                      {"voter-zone", "voter_zone"},
                      {"voter-section", "voter_section"},
                      {"voter-city", "voter_city"},
                      {"voter-uf", "voter_uf"},
                      {"cei", "cei"},
                      {"social-name", "social_name"}},
  company_options[] = {{"cnpj", "cnpj"},
                       {"company-name", "name"},
                       {"company-uf", "uf"},
                       {"company-city", "city"},
                       {"company-cei", "cei"}},
  representative_options[] = {{"representative-name", "name"},
                              {"representative-cpf", "cpf"},
                              {"representative-birth-date", "birth_date"},
                              {"representative-as", "as"}};

/* A member of the body for each option given. */
static bool copy_options(json_t *object, const struct cli_arguments *arguments,
                         const struct member_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!copy_option(object, arguments, options[i].option, options[i].member))
            return false;
    return true;
}

#define COPY_OPTIONS(object, arguments, options)                                                             \
    copy_options(object, arguments, options, sizeof(options) / sizeof *(options))

bool case_order_new(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                    struct ra_error *error)
{
    json_t *holder = json_object();
    json_t *company = json_object();
    json_t *representative = json_object();
    bool ok = holder != NULL && company != NULL && representative != NULL &&
              COPY_OPTIONS(holder, arguments, holder_options) &&
              COPY_OPTIONS(company, arguments, company_options) &&
              COPY_OPTIONS(representative, arguments, representative_options);
    json_t *body = ok ? json_pack("{s:s,s:O}", "product", arguments->positional[0], "holder", holder) : NULL;
    if (body != NULL && json_object_size(company) > 0)
        json_object_set(body, "company", company);
    if (body != NULL && json_object_size(representative) > 0)
        json_object_set_new(body, "representatives", json_pack("[O]", representative));
    json_decref(holder);
    json_decref(company);
    json_decref(representative);
    return send_body(cli, "POST", "/api/office/orders", body, result, error);
}

bool case_contact(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    json_t *body = json_object();
    if (body == NULL || !copy_option(body, arguments, "email", "email") ||
        !copy_option(body, arguments, "phone", "phone")) {
        json_decref(body);
        return no_memory(error);
    }
    return send_body(cli, "PUT", client_order_path(cli, arguments->positional[0], "/contact"), body, result,
                     error);
}

bool case_availability(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                       struct ra_error *error)
{
    const char *from = cli_option(arguments, "from");
    const char *days = cli_option(arguments, "days");
    const char *mode = cli_option(arguments, "mode");
    const char *path = talloc_asprintf(
        cli->context, "/api/office/availability?product=%s&mode=%s%s%s&days=%s",
        client_escape(cli, arguments->positional[0]), mode == NULL ? "in_person" : client_escape(cli, mode),
        from == NULL ? "" : "&from=", from == NULL ? "" : client_escape(cli, from),
        days == NULL ? "7" : client_escape(cli, days));
    return client_json(cli, "GET", path, NULL, result, error);
}

static json_t *appointment_body(const struct cli_arguments *arguments)
{
    const char *mode = cli_option(arguments, "mode");
    json_t *body =
        json_pack("{s:s,s:s}", "start", arguments->positional[1], "mode", mode == NULL ? "in_person" : mode);
    if (cli_option(arguments, "need") != NULL)
        json_object_set_new(body, "needs", counter_needs_asked(arguments));
    if (body != NULL && (!copy_option(body, arguments, "priority", "priority") ||
                         !copy_option(body, arguments, "with", "with"))) {
        json_decref(body);
        return NULL;
    }
    return body;
}

bool case_book(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
               struct ra_error *error)
{
    return send_body(cli, "POST", client_order_path(cli, arguments->positional[0], "/appointment"),
                     appointment_body(arguments), result, error);
}

bool case_move(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
               struct ra_error *error)
{
    return send_body(cli, "PUT", client_order_path(cli, arguments->positional[0], "/appointment"),
                     appointment_body(arguments), result, error);
}

bool case_cancel(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                 struct ra_error *error)
{
    return client_json(cli, "DELETE", client_order_path(cli, arguments->positional[0], "/appointment"), NULL,
                       result, error);
}

bool case_pay(struct cli *cli, const struct cli_arguments *arguments, json_t **result, struct ra_error *error)
{
    const char *method = cli_option(arguments, "method");
    json_t *body = json_pack("{s:s}", "method", method == NULL ? "cash" : method);
    if (body != NULL && !copy_option(body, arguments, "reference", "reference")) {
        json_decref(body);
        return no_memory(error);
    }
    return send_body(cli, "POST", client_order_path(cli, arguments->positional[0], "/pay"), body, result,
                     error);
}

bool case_note(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
               struct ra_error *error)
{
    return send_body(cli, "POST", client_order_path(cli, arguments->positional[0], "/note"),
                     json_pack("{s:s}", "text", arguments->positional[1]), result, error);
}

bool case_resend(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                 struct ra_error *error)
{
    const char *what = arguments->positional_count > 1 ? arguments->positional[1] : "confirmation";
    return send_body(cli, "POST", client_order_path(cli, arguments->positional[0], "/resend"),
                     json_pack("{s:s}", "what", what), result, error);
}

bool case_clock(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                struct ra_error *error)
{
    const char *from = cli_option(arguments, "from");
    const char *to = cli_option(arguments, "to");
    const char *path =
        talloc_asprintf(cli->context, "/api/office/clock?%s%s&%s%s",
                        from == NULL ? "" : "from=", from == NULL ? "" : client_escape(cli, from),
                        to == NULL ? "" : "to=", to == NULL ? "" : client_escape(cli, to));
    return client_json(cli, "GET", path, NULL, result, error);
}
