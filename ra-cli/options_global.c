/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/options_global.h"

#include "pki/base/file.h"
#include "pki/token/token_uri.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEFAULT_PORT = 8080 };

const char **options_global_slot(struct options_globals *globals, const char *name)
{
    const struct {
        const char *name;
        const char **slot;
    } table[] = {{"--as", &globals->as},
                 {"--identity", &globals->identity},
                 {"--ca", &globals->ca},
                 {"--server", &globals->server},
                 {"--station", &globals->station},
                 {"--home", &globals->home},
                 {"--scanner-folder", &globals->scanner}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].name, name) == 0)
            return table[i].slot;
    return NULL;
}

/* `ca.pem` beside the identity is the trust that comes with it. */
static const char *ca_beside(struct cli *cli, const char *identity)
{
    const char *slash = strrchr(identity, '/');
    size_t folder = slash == NULL ? 0 : (size_t)(slash - identity) + 1;
    char *path = talloc_asprintf(cli->context, "%.*sca.pem", (int)folder, identity);
    return path != NULL && access(path, R_OK) == 0 ? path : NULL;
}

/* Installed as $RA_HOME/bin/ra-cli, the program knows its instance; built elsewhere, ./var is as good as any.
 */
static const char *home_of_program(struct cli *cli)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0)
        return "./var";
    path[length] = '\0';
    char *end = strstr(path, "/bin/ra-cli");
    if (end == NULL)
        return "./var";
    *end = '\0';
    const char *clock = talloc_asprintf(cli->context, "%s/clock", path);
    return clock != NULL && access(clock, R_OK) == 0 ? talloc_strdup(cli->context, path) : "./var";
}

/* The port the instance was last started with; RA_PORT says otherwise. */
static long instance_port(struct cli *cli)
{
    struct bytes file;
    struct ra_error error = {0};
    const char *given = getenv("RA_PORT");
    const char *path = talloc_asprintf(cli->context, "%s/config/port", cli->home);
    if (given != NULL)
        return strtol(given, NULL, 10);
    return path != NULL && file_read(cli->context, path, 16, &file, &error)
               ? strtol((const char *)file.data, NULL, 10)
               : DEFAULT_PORT;
}

static const char *default_server(struct cli *cli)
{
    long base = instance_port(cli);
    if (base < 1 || base > 65000)
        base = DEFAULT_PORT;
    if (cli->identity_path == NULL)
        return talloc_asprintf(cli->context, "http://localhost:%ld", base);
    return talloc_asprintf(cli->context, "https://localhost:%ld", base + 1);
}

static const char *default_station(struct cli *cli)
{
    char name[64] = "";
    if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0')
        return "estacao";
    return talloc_strdup(cli->context, name);
}

static bool valid_name(const char *name)
{
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == strlen(name);
}

/* A PIN in a URI is in the shell's history by then; still it is not used. */
static bool check_identity(struct cli *cli)
{
    struct ra_error error = {0};
    struct token_uri *uri = NULL;
    if (cli->identity_path == NULL)
        return true;
    if (token_uri_is(cli->identity_path))
        return token_uri_parse(cli->context, cli->identity_path, &uri, &error) ||
               options_refuse(error.detail, NULL);
    return access(cli->identity_path, R_OK) == 0 ||
           options_refuse("não há identidade que se possa ler em", cli->identity_path);
}

/* Of a token there is no beside: the instance's own folder. */
static const char *place_of_identity(struct cli *cli)
{
    if (!token_uri_is(cli->identity_path))
        return cli->identity_path;
    const char *folder = talloc_asprintf(cli->context, "%s/identities/", cli->home);
    return folder == NULL ? "" : folder;
}

bool options_resolve(struct cli *cli, const struct options_globals *globals)
{
    struct ra_error error = {0};
    cli->home = globals->home != NULL ? globals->home : getenv("RA_HOME");
    if (cli->home == NULL)
        cli->home = home_of_program(cli);
    if (globals->as != NULL && globals->identity != NULL)
        return options_refuse("--as e --identity não vão juntos", NULL);
    if (globals->as != NULL && (!valid_name(globals->as) || globals->as[0] == '.'))
        return options_refuse("nome de identidade inválido", globals->as);
    cli->identity_path = globals->identity;
    if (globals->as != NULL)
        cli->identity_path = talloc_asprintf(cli->context, "%s/identities/%s.pem", cli->home, globals->as);
    if (!check_identity(cli))
        return false;
    if (globals->ca != NULL && access(globals->ca, R_OK) != 0)
        return options_refuse("não há certificados que se possam ler em", globals->ca);
    cli->ca_path = globals->ca;
    if (cli->ca_path == NULL && cli->identity_path != NULL)
        cli->ca_path = ca_beside(cli, place_of_identity(cli));
    cli->station = globals->station != NULL ? globals->station : default_station(cli);
    if (!valid_name(cli->station) || strlen(cli->station) > 64)
        return options_refuse("nome de estação inválido", cli->station);
    cli->scanner = globals->scanner != NULL ? globals->scanner : getenv("RA_SCANNER");
    const char *server = globals->server != NULL ? globals->server : default_server(cli);
    size_t length = strlen(server);
    while (length > 0 && server[length - 1] == '/')
        length--;
    cli->server = talloc_strndup(cli->context, server, length);
    /* A station that cannot see the instance's folder keeps its own clock: the server records the difference.
     */
    const char *clock_path = talloc_asprintf(cli->context, "%s/clock", cli->home);
    if (clock_path == NULL || !clock_load(&cli->clock, clock_path, &error))
        cli->clock = (struct ra_clock){0};
    return cli->server != NULL;
}
