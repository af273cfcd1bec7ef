/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "catalog/page.h"

bool page_is_wanted(const struct http_request *request)
{
    return request->face == HTTP_FACE_PAGE;
}

void page_set(json_t *model, const char *name, json_t *take_value)
{
    json_object_set_new(model, name, take_value);
}

void page_set_text(json_t *model, const char *name, const char *text)
{
    json_object_set_new(model, name, json_string(text));
}

json_t *page_frame(json_t *model, const char *title)
{
    if (model != NULL)
        page_set_text(model, "title", title);
    return model;
}
