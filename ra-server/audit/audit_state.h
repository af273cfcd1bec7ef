/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the room keeps between runs of its jobs: app->room_state[ROOM_AUDIT]. Zero at the start.
 */
#ifndef AUDIT_AUDIT_STATE_H
#define AUDIT_AUDIT_STATE_H

#include "audit/self_watch.h"
#include "audit/sequencer.h"

struct audit_state {
    struct sequencer_state sequencer;
    struct self_watch watch;
};

#endif
