/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asking the official bases by machine (identification-rules 2.2, 3.1, 3.3; docs/consultation-bases.md). An
 * agent's request only writes down the question; one job a kind asks, outside any transaction, with its own
 * thread, limit and circuit breaker, so that a slow base delays neither other bases nor other cases. The
 * answer becomes a consultation of the case, with its bytes as evidence in the sealed part of the dossier.
 *
 * Without a file for the base (consultation_base.h) an agent records what he looked up elsewhere, and nothing
 * here has a part in it.
 */
#ifndef IDENTIFICATION_CONSULTATION_H
#define IDENTIFICATION_CONSULTATION_H

#include "http/http.h"
#include "rooms.h"

/* The request for a consultation brings no result, and the program can ask this base itself. */
bool consultation_to_ask(const struct http_request *request);

/* Writes down the question and answers 202 with its id;
 * {"kind","person"?,"registration"?,"form_number"?,"via_seen"?}. The same question while it is under way is
 * that one. */
http_handler consultation_ask;

/* A table of its own within the identification room: the route that tells how a question stands, the jobs,
 * the health of each base. */
extern const struct room consultation_room;

#endif
