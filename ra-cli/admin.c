/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The administrator: the roster of who is an agent (protocol 5).
 */
#include "pki/base/file.h"
#include "pki/certificate/reader.h"
#include "pki/trust/roster.h"
#include "pki/trust/signed.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/signing.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, DEFAULT_DAYS = 30, LONGEST_DAYS = 365, CERTIFICATE_FILE_MAX = 65536 };

/* The first certificate of a PEM file; identity files hold key, leaf and chain, the leaf first. */
static bool leaf_of(struct cli *cli, const char *path, X509 **leaf, struct ra_error *error)
{
    struct bytes file;
    if (!file_read(cli->context, path, CERTIFICATE_FILE_MAX, &file, error))
        return false;
    BIO *memory = BIO_new_mem_buf(file.data, (int)file.length);
    *leaf = memory == NULL ? NULL : PEM_read_bio_X509(memory, NULL, NULL, NULL);
    BIO_free(memory);
    ERR_clear_error();
    return *leaf != NULL ||
           ra_fail_reason(error, RA_IO, RA_FILE_UNREADABLE, "%s: não traz um certificado em PEM", path);
}

static bool fill_entry(struct cli *cli, X509 *certificate, enum roster_role role, int64_t from, int64_t until,
                       struct roster_entry *entry, struct ra_error *error)
{
    struct certificate_reading *reading = NULL;
    char cpf[12];
    if (!certificate_read(cli->context, certificate, &reading, error) ||
        !certificate_read_cpf(certificate, cpf, error))
        return false;
    *entry = (struct roster_entry){.role = role, .from = from, .until = until};
    entry->name = reading->data.name;
    entry->cpf = talloc_strdup(cli->context, cpf);
    memcpy(entry->spki, reading->spki_digest, sizeof entry->spki);
    return entry->cpf != NULL || ra_fail(error, RA_NO_MEMORY, "roster");
}

static bool add_entries(struct cli *cli, const struct cli_arguments *arguments, const char *option,
                        enum roster_role role, const struct statement *statement,
                        struct roster_entry *entries, size_t *count, struct ra_error *error)
{
    const char *path;
    for (size_t i = 0; (path = cli_option_at(arguments, option, i)) != NULL; i++) {
        X509 *certificate = NULL;
        bool ok = leaf_of(cli, path, &certificate, error) &&
                  fill_entry(cli, certificate, role, statement->issued_at - DAY_S, statement->not_after,
                             &entries[*count], error);
        X509_free(certificate);
        if (!ok)
            return false;
        (*count)++;
    }
    return true;
}

static bool number_option(const struct cli_arguments *arguments, const char *name, long fallback,
                          long highest, long *number, struct ra_error *error)
{
    const char *text = cli_option(arguments, name);
    char *end = NULL;
    *number = text == NULL ? fallback : strtol(text, &end, 10);
    if (text != NULL && (*end != '\0' || end == text || *number < 1 || *number > highest))
        return ra_fail(error, RA_INVALID, "--%s é um número de 1 a %ld", name, highest);
    return true;
}

/* Version after the one in force; the first when there is none. */
static bool next_version(struct cli *cli, const json_t *me, const struct cli_arguments *arguments,
                         int64_t *version, struct ra_error *error)
{
    (void)cli;
    long given;
    if (!number_option(arguments, "version", 1, 1000000, &given, error))
        return false;
    *version = cli_flag(arguments, "version") ? given
                                              : json_integer_value(json_object_get(me, "roster_version")) + 1;
    return true;
}

static bool build_roster(struct cli *cli, const struct cli_arguments *arguments,
                         const struct identity *identity, const json_t *me, struct statement *statement,
                         struct ra_error *error)
{
    long days;
    size_t count = 0;
    struct roster_entry *entries =
        talloc_zero_array(cli->context, struct roster_entry, 2 * CLI_REPEATS_MAX + 1);
    if (entries == NULL)
        return ra_fail(error, RA_NO_MEMORY, "roster");
    if (!number_option(arguments, "days", DEFAULT_DAYS, LONGEST_DAYS, &days, error) ||
        !signing_text(me, "instance", &statement->instance, error) ||
        !next_version(cli, me, arguments, &statement->roster.version, error))
        return false;
    statement->type = STATEMENT_ROSTER;
    statement->order = "";
    statement->issued_at = (int64_t)clock_now(&cli->clock);
    statement->not_after = statement->issued_at + days * DAY_S;
    if (!add_entries(cli, arguments, "agent", ROSTER_AGENT, statement, entries, &count, error) ||
        !add_entries(cli, arguments, "auditor", ROSTER_AUDITOR, statement, entries, &count, error) ||
        !fill_entry(cli, identity_certificate(identity), ROSTER_ADMIN, statement->issued_at - DAY_S,
                    statement->not_after, &entries[count++], error))
        return false;
    statement->roster.entries = entries;
    statement->roster.count = count;
    return true;
}

static bool deliver(struct cli *cli, struct bytes bundle, json_t **result, struct ra_error *error)
{
    char *text = base64_encode(cli->context, bundle);
    json_t *body = text == NULL ? NULL : json_pack("{s:s}", "roster", text);
    if (body == NULL)
        return ra_fail(error, RA_NO_MEMORY, "json");
    bool ok = client_json(cli, "POST", "/api/office/roster", body, result, error);
    json_decref(body);
    return ok;
}

bool admin_roster_sign(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                       struct ra_error *error)
{
    struct identity *identity = NULL;
    struct statement statement = {0};
    struct bytes cms, bundle;
    json_t *me = NULL;
    bool ok =
        signing_identity(cli, &identity, error) &&
        client_json(cli, "GET", "/api/office/me", NULL, &me, error) &&
        build_roster(cli, arguments, identity, me, &statement, error) &&
        signing_sign(cli, identity, &statement, (struct bytes){NULL, 0}, STATEMENT_ROSTER, &cms, error) &&
        roster_bundle(cli->context, &cms, 1, &bundle, error) && deliver(cli, bundle, result, error);
    json_decref(me);
    return ok;
}

static json_t *entry_json(const struct roster_entry *entry)
{
    char from[CLOCK_TEXT_SIZE], until[CLOCK_TEXT_SIZE];
    clock_format_utc(entry->from * 1000000, from, sizeof from);
    clock_format_utc(entry->until * 1000000, until, sizeof until);
    return json_pack("{s:s,s:s,s:s,s:s,s:s}", "name", entry->name, "cpf", entry->cpf, "role",
                     roster_role_word(entry->role), "from", from, "until", until);
}

bool admin_roster_show(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                       struct ra_error *error)
{
    (void)arguments;
    json_t *answer = NULL, *me = NULL;
    struct bytes bundle;
    struct roster *roster = NULL;
    const char *instance;
    bool ok = client_json(cli, "GET", "/api/office/me", NULL, &me, error) &&
              signing_text(me, "instance", &instance, error) &&
              client_json(cli, "GET", "/api/office/roster", NULL, &answer, error) &&
              signing_bytes(cli, answer, "roster", &bundle, error) &&
              signing_roster(cli, bundle, instance, &roster, error);
    json_t *entries = ok ? json_array() : NULL;
    for (size_t i = 0; ok && i < roster->statement->roster.count; i++)
        json_array_append_new(entries, entry_json(&roster->statement->roster.entries[i]));
    if (ok)
        *result = json_pack("{s:I,s:o}", "version", (json_int_t)roster->statement->roster.version, "entries",
                            entries);
    json_decref(answer);
    json_decref(me);
    return ok && (*result != NULL || ra_fail(error, RA_NO_MEMORY, "json"));
}
