/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The visit: each verb of the counter is one POST.
 */
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/moment.h"
#include "ra-cli/terminal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool act_with(struct cli *cli, const char *path, json_t *take_body, json_t **result,
                     struct ra_error *error)
{
    if (take_body == NULL)
        return ra_fail(error, RA_NO_MEMORY, "json");
    bool done = client_json(cli, "POST", path, take_body, result, error);
    json_decref(take_body);
    return done;
}

static bool act(struct cli *cli, const char *order, const char *verb, json_t **result, struct ra_error *error)
{
    return client_json(cli, "POST", client_order_path(cli, order, verb), NULL, result, error);
}

/* A member of the body for an option that was given. */
static void copy(json_t *body, const struct cli_arguments *arguments, const char *option)
{
    const char *value = cli_option(arguments, option);
    if (value != NULL)
        json_object_set_new(body, option, json_string(value));
}

/* --- arrival --- */

/* The words of --need, as the API takes them; new reference. */
json_t *counter_needs_asked(const struct cli_arguments *arguments)
{
    json_t *needs = json_array();
    const char *need;
    for (size_t i = 0; (need = cli_option_at(arguments, "need", i)) != NULL; i++)
        json_array_append_new(needs, json_string(need));
    return needs;
}

/* Twelve letters and digits in one word, with or without hyphens. The server looks at anything else. */
static bool looks_like_code(const char *text)
{
    size_t letters = 0;
    for (; *text != '\0'; text++) {
        if (isalnum((unsigned char)*text))
            letters++;
        else if (*text != '-')
            return false;
    }
    return letters == 12;
}

/* Somebody who comes on another day than the one booked is received, and the agent told: for people only, the
 * API's answer has no such member. */
static void note_other_day(struct cli *cli, json_t *answer)
{
    struct ra_error ignored = {0};
    json_t *kase = NULL;
    char now[CLOCK_TEXT_SIZE];
    if (cli->json ||
        !client_json(cli, "GET",
                     client_order_path(cli, json_string_value(json_object_get(answer, "order")), ""), NULL,
                     &kase, &ignored))
        return;
    json_t *start = json_object_get(json_object_get(kase, "appointment"), "start");
    clock_format_utc(clock_now_us(&cli->clock), now, sizeof now);
    if (json_is_string(start) && json_object_set(answer, "booked_for", start) == 0)
        json_object_set_new(answer, "now", json_string(now));
    json_decref(kase);
}

bool counter_checkin(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                     struct ra_error *error)
{
    const char *who = arguments->positional[0];
    json_t *body = json_pack("{s:b}", "walk_in", cli_flag(arguments, "walk-in") ? 1 : 0);
    copy(body, arguments, "priority");
    copy(body, arguments, "person");
    if (cli_option(arguments, "need") != NULL)
        json_object_set_new(body, "needs", counter_needs_asked(arguments));
    const bool code = looks_like_code(who);
    /* The square on the slip carries the counter's half behind '#': it never leaves the station. */
    if (!code)
        json_object_set_new(body, "who", json_stringn(who, strcspn(who, "#")));
    const char *path = code ? client_order_path(cli, who, "/checkin") : "/api/office/checkin";
    if (!act_with(cli, path, body, result, error))
        return false;
    note_other_day(cli, *result);
    return true;
}

bool counter_priority(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                      struct ra_error *error)
{
    const char *class = arguments->positional[1];
    return act_with(cli, client_order_path(cli, arguments->positional[0], "/priority"),
                    json_pack("{s:s}", "priority", strcmp(class, "none") == 0 ? "" : class), result, error);
}

bool counter_needs(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                   struct ra_error *error)
{
    json_t *needs = json_array();
    for (size_t i = 1; i < arguments->positional_count; i++)
        json_array_append_new(needs, json_string(arguments->positional[i]));
    return act_with(cli, client_order_path(cli, arguments->positional[0], "/needs"),
                    json_pack("{s:o}", "needs", needs), result, error);
}

bool counter_choices(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                     struct ra_error *error)
{
    (void)arguments;
    return client_json(cli, "GET", "/api/office/choices", NULL, result, error);
}

static void render_list(const json_t *list, const char *value, FILE *out)
{
    size_t index;
    json_t *one;
    json_array_foreach(list, index, one)
    {
        terminal_column(out, json_string_value(json_object_get(one, "id")), 16);
        terminal_text(out, json_string_value(json_object_get(one, value)));
        fputc('\n', out);
    }
}

void render_choices(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    render_list(json_object_get(result, "products"), "name", out);
    fputc('\n', out);
    render_list(json_object_get(result, "priorities"), "text", out);
}

/* --- the waiting list --- */

bool counter_waiting_join(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                          struct ra_error *error)
{
    json_t *body = json_object();
    copy(body, arguments, "from");
    copy(body, arguments, "until");
    copy(body, arguments, "mode");
    return act_with(cli, client_order_path(cli, arguments->positional[0], "/waiting"), body, result, error);
}

bool counter_waiting_leave(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                           struct ra_error *error)
{
    return client_json(cli, "DELETE", client_order_path(cli, arguments->positional[0], "/waiting"), NULL,
                       result, error);
}

void render_waiting(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    char from[MOMENT_SIZE], until[MOMENT_SIZE];
    const json_int_t place = json_integer_value(json_object_get(result, "place"));
    if (place == 0)
        fputs("fora da lista de espera\n", out);
    else
        fprintf(out, "%lldº da lista de espera, de %s a %s\n", (long long)place,
                moment_day(json_string_value(json_object_get(result, "from")), from),
                moment_day(json_string_value(json_object_get(result, "until")), until));
}

/* --- the visit --- */

bool counter_call(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    const char *path = arguments->positional_count == 0
                           ? "/api/office/call"
                           : client_order_path(cli, arguments->positional[0], "/call");
    json_t *body = json_object();
    copy(body, arguments, "desk");
    return act_with(cli, path, body, result, error);
}

bool counter_park(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    const char *minutes = cli_option(arguments, "minutes");
    json_t *body = json_object();
    copy(body, arguments, "reason");
    if (minutes != NULL)
        json_object_set_new(body, "minutes", json_integer(strtol(minutes, NULL, 10)));
    return act_with(cli, client_order_path(cli, arguments->positional[0], "/park"), body, result, error);
}

bool counter_transfer(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                      struct ra_error *error)
{
    json_t *body = json_object();
    copy(body, arguments, "to");
    copy(body, arguments, "desk");
    return act_with(cli, client_order_path(cli, arguments->positional[0], "/transfer"), body, result, error);
}

bool counter_reactivate(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                        struct ra_error *error)
{
    return act(cli, arguments->positional[0], "/reactivate", result, error);
}

bool counter_noshow(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                    struct ra_error *error)
{
    return act(cli, arguments->positional[0], "/noshow", result, error);
}

bool counter_finish(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                    struct ra_error *error)
{
    return act(cli, arguments->positional[0], "/finish", result, error);
}

bool counter_undo(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    return act(cli, arguments->positional[0], "/undo", result, error);
}
