/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The calendar: opening hours, holidays, closed days, absent agents. A change is shown with whom it hits
 * before it is made: asked on a terminal, at once with --yes, or later with --apply and the digest that
 * --preview gave.
 */
#include "pki/base/file.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/terminal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { CALENDAR_MAX = 256 * 1024 };

static const char changes_path[] = "/api/office/agenda/changes";

/* --- making a change --- */

static bool post(struct cli *cli, const json_t *change, const char *digest, json_t **result,
                 struct ra_error *error)
{
    json_t *body = json_pack("{s:O}", "change", change);
    if (digest != NULL)
        json_object_set_new(body, "digest", json_string(digest));
    bool ok = body != NULL ? client_json(cli, "POST", changes_path, body, result, error)
                           : ra_fail(error, RA_NO_MEMORY, "json");
    json_decref(body);
    return ok;
}

/* The preview stays in *result where it is not to be made. */
static bool preview_and_make(struct cli *cli, const json_t *change, bool only_look, json_t **result,
                             struct ra_error *error)
{
    json_t *preview = NULL;
    if (!post(cli, change, NULL, &preview, error))
        return false;
    bool asks = !only_look && !cli->yes;
    if (asks)
        render_agenda_change(cli, preview, stderr);
    bool make = !only_look && (cli->yes || terminal_confirm("Fazer esta mudança?"));
    const char *digest = json_string_value(json_object_get(preview, "digest"));
    if (!make || digest == NULL) {
        *result = preview;
        return true;
    }
    bool ok = post(cli, change, digest, result, error);
    json_decref(preview);
    return ok;
}

static bool make(struct cli *cli, const struct cli_arguments *arguments, json_t *take_change, json_t **result,
                 struct ra_error *error)
{
    const char *digest = cli_option(arguments, "apply");
    bool ok = take_change == NULL ? ra_fail(error, RA_NO_MEMORY, "json")
              : digest != NULL
                  ? post(cli, take_change, digest, result, error)
                  : preview_and_make(cli, take_change, cli_flag(arguments, "preview"), result, error);
    json_decref(take_change);
    return ok;
}

/* --- options --- */

static const struct {
    const char *option, *member;
} texts[] = {{"opens", "opens"}, {"closes", "closes"}, {"from", "from"},   {"until", "until"},
             {"rrule", "rrule"}, {"reason", "reason"}, {"on", "last_day"}, {"law", "law"}},
  numbers[] = {{"slot", "slot_minutes"},
               {"public", "public_lanes"},
               {"internal", "internal_lanes"},
               {"walk-in", "walk_in_lanes"},
               {"every", "every_weeks"}};

static bool add_number(json_t *change, const char *member, const char *text, struct ra_error *error)
{
    char *end = NULL;
    long number = strtol(text, &end, 10);
    if (text[0] == '\0' || *end != '\0')
        return ra_fail_field(error, member, "number", "Escreva um número.");
    json_object_set_new(change, member, json_integer(number));
    return true;
}

/* {"kind": …} with every option that was given. */
static bool change_of(const struct cli_arguments *arguments, const char *kind, json_t **change,
                      struct ra_error *error)
{
    *change = json_pack("{s:s}", "kind", kind);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *value = cli_option(arguments, texts[i].option);
        if (value != NULL)
            json_object_set_new(*change, texts[i].member, json_string(value));
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const char *value = cli_option(arguments, numbers[i].option);
        if (value != NULL && !add_number(*change, numbers[i].member, value, error)) {
            json_decref(*change);
            return false;
        }
    }
    return *change != NULL || ra_fail(error, RA_NO_MEMORY, "json");
}

static bool simple(struct cli *cli, const struct cli_arguments *arguments, const char *kind,
                   const char *member, json_t **result, struct ra_error *error)
{
    json_t *change = NULL;
    if (!change_of(arguments, kind, &change, error))
        return false;
    json_object_set_new(change, member, json_string(arguments->positional[0]));
    return make(cli, arguments, change, result, error);
}

static bool undo(struct cli *cli, const struct cli_arguments *arguments, const char *kind, json_t **result,
                 struct ra_error *error)
{
    json_t *change = json_pack("{s:s}", "kind", kind);
    if (!add_number(change, "id", arguments->positional[0], error)) {
        json_decref(change);
        return false;
    }
    return make(cli, arguments, change, result, error);
}

/* --- hours --- */

static int weekday_of(const char *word, size_t length)
{
    static const char *const names[] = {"", "seg", "ter", "qua", "qui", "sex", "sab", "dom"};
    if (length == 1 && word[0] >= '1' && word[0] <= '7')
        return word[0] - '0';
    for (int weekday = 1; weekday <= 7; weekday++)
        if (length == 3 && strncmp(names[weekday], word, 3) == 0)
            return weekday;
    return 0;
}

/* "seg-sex", "ter,qui", "1,3,6" */
static json_t *weekdays_of(const char *text)
{
    json_t *list = json_array();
    while (*text != '\0') {
        size_t length = strcspn(text, ",-");
        int first = weekday_of(text, length), last = first;
        text += length;
        if (*text == '-') {
            length = strcspn(++text, ",");
            last = weekday_of(text, length);
            text += length;
        }
        if (first == 0 || last < first) {
            json_decref(list);
            return NULL;
        }
        for (int weekday = first; weekday <= last; weekday++)
            json_array_append_new(list, json_integer(weekday));
        text += *text == ',' ? 1 : 0;
    }
    return list;
}

bool hours_list(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                struct ra_error *error)
{
    (void)arguments;
    return client_json(cli, "GET", "/api/office/agenda/hours", NULL, result, error);
}

bool hours_add(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
               struct ra_error *error)
{
    const char *days = cli_option(arguments, "days");
    json_t *change = NULL, *weekdays = days != NULL ? weekdays_of(days) : NULL;
    if ((days != NULL) == (cli_option(arguments, "rrule") != NULL) || (days != NULL && weekdays == NULL)) {
        json_decref(weekdays);
        return ra_fail_field(error, "days", "days",
                             "Diga os dias com --days (seg-sex, ter,qui) ou com --rrule.");
    }
    if (!change_of(arguments, "series", &change, error)) {
        json_decref(weekdays);
        return false;
    }
    if (weekdays != NULL)
        json_object_set_new(change, "weekdays", weekdays);
    return make(cli, arguments, change, result, error);
}

bool hours_end(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
               struct ra_error *error)
{
    return simple(cli, arguments, "series_end", "series", result, error);
}

bool hours_open(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                struct ra_error *error)
{
    return simple(cli, arguments, "open_day", "day", result, error);
}

bool hours_close(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                 struct ra_error *error)
{
    return simple(cli, arguments, "close_day", "day", result, error);
}

bool hours_undo(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                struct ra_error *error)
{
    return undo(cli, arguments, "day_undo", result, error);
}

/* --- holidays --- */

bool holiday_add(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                 struct ra_error *error)
{
    json_t *change = NULL;
    if (!change_of(arguments, "holiday", &change, error))
        return false;
    json_object_set_new(change, "day", json_string(arguments->positional[0]));
    json_object_set_new(change, "name", json_string(arguments->positional[1]));
    return make(cli, arguments, change, result, error);
}

bool holiday_remove(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                    struct ra_error *error)
{
    return undo(cli, arguments, "holiday_undo", result, error);
}

bool holiday_choose(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                    struct ra_error *error)
{
    json_t *change = NULL;
    if (!change_of(arguments, "holiday_choice", &change, error))
        return false;
    json_object_set_new(change, "rule", json_string(arguments->positional[0]));
    json_object_set_new(change, "closes", json_string(arguments->positional[1]));
    return make(cli, arguments, change, result, error);
}

/* --- agents --- */

static bool holds_text(const char *name, const char *part)
{
    size_t length = strlen(part);
    for (; *name != '\0'; name++)
        if (strncasecmp(name, part, length) == 0)
            return true;
    return false;
}

/* The one agent whose name holds what was typed, as the roster has it. */
static bool agent_named(struct cli *cli, const char *typed, char **name, struct ra_error *error)
{
    json_t *day = NULL;
    const json_t *agent;
    size_t at, found = 0;
    if (!client_json(cli, "GET", "/api/office/agenda", NULL, &day, error))
        return false;
    json_array_foreach(json_object_get(day, "agents"), at, agent)
    {
        const char *full = json_string_value(json_object_get(agent, "name"));
        if (full == NULL || !holds_text(full, typed))
            continue;
        found++;
        *name = talloc_strdup(cli->context, full);
    }
    json_decref(day);
    if (found == 1)
        return *name != NULL || ra_fail(error, RA_NO_MEMORY, "agent");
    return ra_fail_field(error, "agent", found == 0 ? "unknown" : "ambiguous",
                         found == 0 ? "Não há agente com este nome no quadro; veja ra-cli agenda."
                                    : "Há mais de um agente com este nome: escreva mais dele.");
}

bool block_agent(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                 struct ra_error *error)
{
    char *name = NULL;
    const char *from = cli_option(arguments, "from"), *to = cli_option(arguments, "to");
    if (!agent_named(cli, arguments->positional[0], &name, error))
        return false;
    json_t *change = json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "absence", "agent", name, "starts", from,
                               "ends", to != NULL ? to : from, "reason", cli_option(arguments, "reason"));
    return make(cli, arguments, change, result, error);
}

bool block_undo(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                struct ra_error *error)
{
    return undo(cli, arguments, "absence_undo", result, error);
}

static json_t *words_of(const char *text)
{
    json_t *list = json_array();
    while (*text != '\0') {
        size_t length = strcspn(text, ",");
        if (length > 0)
            json_array_append_new(list, json_stringn(text, length));
        text += length + (text[length] == ',' ? 1 : 0);
    }
    return list;
}

bool agenda_lane(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                 struct ra_error *error)
{
    const char *agent = cli_option(arguments, "agent");
    char *name = NULL;
    json_t *change = NULL;
    if ((agent != NULL && !agent_named(cli, agent, &name, error)) ||
        !change_of(arguments, "lane", &change, error))
        return false;
    json_object_set_new(change, "agent", json_string(name != NULL ? name : ""));
    json_object_set_new(change, "skills", words_of(cli_option(arguments, "skills")));
    if (!add_number(change, "lane", arguments->positional[0], error)) {
        json_decref(change);
        return false;
    }
    return make(cli, arguments, change, result, error);
}

/* --- the day, and out and in --- */

bool agenda_day(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                struct ra_error *error)
{
    const char *date = cli_option(arguments, "date");
    const char *path =
        date == NULL ? "/api/office/agenda"
                     : talloc_asprintf(cli->context, "/api/office/agenda?date=%s", client_escape(cli, date));
    return client_json(cli, "GET", path, NULL, result, error);
}

bool agenda_conflicts(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                      struct ra_error *error)
{
    (void)arguments;
    return client_json(cli, "GET", "/api/office/agenda/conflicts", NULL, result, error);
}

bool agenda_export(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                   struct ra_error *error)
{
    const char *output = cli_option(arguments, "o");
    size_t size = 0;
    if (!client_download_file(cli, "/api/office/agenda/calendar.ics", output, &size, error))
        return false;
    *result = json_pack("{s:s, s:I}", "file", output, "bytes", (json_int_t)size);
    return true;
}

bool agenda_import(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                   struct ra_error *error)
{
    struct bytes content;
    json_t *change = NULL;
    if (!file_read(cli->context, arguments->positional[0], CALENDAR_MAX, &content, error) ||
        !change_of(arguments, "import", &change, error))
        return false;
    json_t *calendar = json_stringn((const char *)content.data, content.length);
    if (calendar == NULL) {
        json_decref(change);
        return ra_fail_field(error, "calendar", "encoding", "O arquivo não é texto em UTF-8.");
    }
    json_object_set_new(change, "calendar", calendar);
    return make(cli, arguments, change, result, error);
}
