/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ra-authorization check            compares the matrix with the routes; part of the build of ra-server
 * ra-authorization document FILE    writes docs/authorization.md
 */
#include "authorization/document.h"
#include "authorization/every_route.h"
#include "pki/base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool check(TALLOC_CTX *context, const struct route_table *tables, size_t count)
{
    const char *complaints =
        authorization_check_routes(context, &authorization_table, tables, count, every_known_authorizer);
    if (complaints != NULL && complaints[0] == '\0')
        return true;
    fprintf(
        stderr,
        "ra-server/authorization/matrix.txt and the routes do not fit:\n\n%s\n"
        "The matrix says who may do each operation, on which channel, in which states of a case; its head "
        "tells\n"
        "the form of a row. Then run the target authorization_document and commit docs/authorization.md.\n",
        complaints != NULL ? complaints : "out of memory\n");
    return false;
}

static bool document(TALLOC_CTX *context, const struct route_table *tables, size_t count, const char *path)
{
    struct ra_error error = {0};
    const char *text = authorization_document(context, tables, count);
    if (text != NULL && file_write(path, bytes_of_text(text), 0644, &error))
        return true;
    fprintf(stderr, "%s\n", text != NULL ? error.detail : "out of memory");
    return false;
}

int main(int argc, char **argv)
{
    struct route_table tables[EVERY_ROUTE_TABLES_MAX];
    size_t count = every_route(tables);
    TALLOC_CTX *context = talloc_new(NULL);
    bool done = false;
    if (argc == 2 && strcmp(argv[1], "check") == 0)
        done = check(context, tables, count);
    else if (argc == 3 && strcmp(argv[1], "document") == 0)
        done = document(context, tables, count, argv[2]);
    else
        fprintf(stderr, "usage: %s check | document FILE\n", argv[0]);
    talloc_free(context);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
