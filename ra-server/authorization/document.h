/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * docs/authorization.md, made of the matrix and the routes.
 */
#ifndef AUTHORIZATION_DOCUMENT_H
#define AUTHORIZATION_DOCUMENT_H

#include "http/router.h"

/* Markdown in Portuguese, by the order of the tables; NULL without memory. Every operation has its row. */
char *authorization_document(TALLOC_CTX *context, const struct route_table *tables, size_t table_count);

#endif
