/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every page's model has besides the handler's own facts: title, the homologation notice. Used on the
 * page face alone, so that the API's answers stay as the contract tells them.
 */
#ifndef CATALOG_PAGE_H
#define CATALOG_PAGE_H

#include "http/http.h"

#include <jansson.h>
#include <stdbool.h>

bool page_is_wanted(const struct http_request *request);

/* Adds the title to `model`, which stays the caller's; NULL passes through. */
json_t *page_frame(json_t *model, const char *title);

/* Takes the reference of `value`; text members from talloc memory: page_set_text. */
void page_set(json_t *model, const char *name, json_t *take_value);
void page_set_text(json_t *model, const char *name, const char *text);

#endif
