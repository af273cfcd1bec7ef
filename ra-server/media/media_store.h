/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The statements of the media room. Rows hang on the request's context. `day` is YYYY-MM-DD in the office's
 * zone.
 */
#ifndef MEDIA_MEDIA_STORE_H
#define MEDIA_MEDIA_STORE_H

#include "catalog/catalog.h"
#include "db/db.h"
#include "media/media_rules.h"
#include "orders/orders.h"

/* One piece. `id` 0: not known. */
struct media_token {
    int64_t id;
    const char *model, *serial, *homologation;
    enum media_state state;
    bool brought;
    bool valid;       /* its homologation, on the day asked for */
    const char *code; /* of the case that it is with; "" for none */
};

/* One act to be written: it changes the state with it. */
struct media_step {
    const struct media_token *token;
    enum media_act act;
    enum media_state to;
    const struct order *order; /* NULL: none */
    const char *note;
};

RA_MUST_CHECK bool media_store_models(struct http_request *request, const char *day, struct db_rows **rows,
                                      struct ra_error *error);
/* {id, name, homologation, valid_to, valid}; RA_NOT_FOUND. */
RA_MUST_CHECK bool media_store_model(struct http_request *request, const char *id, const char *day,
                                     struct db_rows **row, struct ra_error *error);
/* A piece of that model that nobody saw before. RA_CONFLICT, reason "media_serial_once". */
RA_MUST_CHECK bool media_store_add(struct http_request *request, int office_id, const struct db_rows *model,
                                   const char *serial, struct media_token *token, struct ra_error *error);

/* Not locked: of two acts at once media_store_step refuses the second (RA_ILLEGAL_TRANSITION). */
RA_MUST_CHECK bool media_store_by_serial(struct http_request *request, int office_id, const char *serial,
                                         const char *day, struct media_token *token, struct ra_error *error);
/* The piece on the desk for this case, or the one that was delivered in it. */
RA_MUST_CHECK bool media_store_of_order(struct http_request *request, const struct order *order,
                                        const char *day, struct media_token *token, struct ra_error *error);

RA_MUST_CHECK bool media_store_step(struct http_request *request, const struct media_step *step,
                                    struct ra_error *error);

RA_MUST_CHECK bool media_store_list(struct http_request *request, int office_id, const char *state,
                                    const char *day, struct db_rows **rows, struct ra_error *error);
/* JSON texts; new reference. */
RA_MUST_CHECK bool media_store_in_house(struct http_request *request, int office_id, json_t **serials,
                                        struct ra_error *error);
RA_MUST_CHECK bool media_store_figures(struct http_request *request, int office_id,
                                       struct media_figures *figures, struct ra_error *error);

RA_MUST_CHECK bool media_store_moves(struct http_request *request, const struct catalog_office *office,
                                     const char *day, bool earlier, struct media_moves *moves,
                                     struct ra_error *error);

/* Arrays of JSON texts. */
RA_MUST_CHECK bool media_store_add_count(struct http_request *request, int office_id, const char *day,
                                         const json_t *counted, const json_t *missing,
                                         const json_t *unexpected, struct ra_error *error);
RA_MUST_CHECK bool media_store_count(struct http_request *request, int office_id, const char *day,
                                     struct db_rows **rows, struct ra_error *error);

#endif
