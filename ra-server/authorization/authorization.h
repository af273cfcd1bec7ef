/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who may do what, where, and in which state of a case: the one decision, by the matrix of matrix.txt. It
 * stands between the floors and the rooms: the dispatcher calls authorization_permit through struct ra_app
 * after a route's authorize, the orders room calls authorization_check_case whenever it loads a case for a
 * request. A route's authorizer finds out who calls; whether that is enough is said here. What the matrix
 * does not name is refused: an unknown operation, role, channel, machine or state.
 *
 * Thread rules: the table is constant.
 */
#ifndef AUTHORIZATION_AUTHORIZATION_H
#define AUTHORIZATION_AUTHORIZATION_H

#include "authorization/matrix_table.h"
#include "http/http.h"

/* Where one machine of a case stands: "identification", "open". */
struct authorization_state {
    const char *machine;
    const char *state;
};

/* NULL: the matrix has no such row. */
const struct authorization_row *authorization_row(const char *operation);

/* Role × channel × operation. `channel`: HTTP_PUBLIC or HTTP_OFFICE. */
bool authorization_allows_caller(const char *operation, const char *role, enum http_listener channel);

/* State × operation: every machine of the row must be among `states` and in one of the row's states.
 * `*culprit`, when not NULL, gets the machine that is not; NULL when the operation opens no case at all. */
bool authorization_allows_case(const char *operation, const struct authorization_state *states, size_t count,
                               const struct authorization_machine **culprit);

/* For struct ra_app: RA_FORBIDDEN, reason "operation-not-allowed", unless the request's role may do its
 * operation on its channel. A request whose authorizer named no role is a visitor's. */
bool authorization_permit(struct http_request *request, struct ra_error *error);

/* RA_CONFLICT, reason "state-not-allowed", with the machine, its state and the states that would do, for
 * people. RA_INTERNAL when the matrix says that the operation opens no case. */
RA_MUST_CHECK bool authorization_check_case(const char *operation, const struct authorization_state *states,
                                            size_t count, struct ra_error *error);

#endif
