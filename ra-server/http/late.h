/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is said to a client whose request did not come whole in time (408): the library cannot answer in the
 * middle of a body, so both faces of the answer are made once, header and all, to be written past it.
 *
 * Thread rules: constant after late_answers_new.
 */
#ifndef HTTP_LATE_H
#define HTTP_LATE_H

#include "http/internal.h"

struct late_answers {
    struct bytes problem, page; /* whole HTTP answers */
};

/* On `context`, in the words of the site's listener. */
RA_MUST_CHECK bool late_answers_new(TALLOC_CTX *context, const struct http_site *site,
                                    struct late_answers *answers, struct ra_error *error);

#endif
