/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "day/day.h"
#include "day/day_store.h"

bool day_add_board(struct http_request *request, json_t *answer, struct ra_error *error)
{
    struct day_span span;
    json_t *board = NULL;
    if (!day_span(request, NULL, &span, error) || !day_store_board(request, &span, &board, error))
        return false;
    bool done = json_object_update(answer, board) == 0;
    json_decref(board);
    return done || ra_fail(error, RA_NO_MEMORY, "board");
}
