/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rooms.h"

/* One line a room, in the order of their start: `&orders_room,`. Ends with NULL. */
const struct room *const rooms[] = {
    NULL,
};
