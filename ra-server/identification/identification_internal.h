/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the identification room share.
 */
#ifndef IDENTIFICATION_INTERNAL_H
#define IDENTIFICATION_INTERNAL_H

#include "http/http.h"
#include "identification/identification_store.h"
#include "identification/inspect.h"

/* upload.c: inspects a file of `length` bytes where it lies; libmagic must see the same type in it. Refused
 * with a row of INSPECTION_REFUSAL_TABLE. */
RA_MUST_CHECK bool upload_inspect(int descriptor, uint64_t length, struct inspection *inspection,
                                  struct ra_error *error);

/* documents.c */
http_handler document_add, document_add_by_holder, document_get;

/* case_page.c */
http_handler case_page;

/* items.c */
http_handler item_accept, item_reject, item_reopen, item_waive;

/* consultations.c */
http_handler consultation_add;

/* Whom a consultation of that base is about, as judged_case_person's mask: those with an item that asks for
 * it; without any, the company for its number and people otherwise. */
struct judged_case;
unsigned consultation_roles(const struct judged_case *judged, const char *kind);

/* Writes a consultation down and does what its result leads to: events, tasks of the biometric base.
 * Suspending is judged_case_settle's. */
RA_MUST_CHECK bool consultation_keep(struct http_request *request, const struct judged_case *judged,
                                     const struct store_consultation *consultation, struct ra_error *error);

/* corrections.c */
http_handler reasons_list, missing_get, tasks_list, task_close;

/* reuse.c */
http_handler reuse_evidence;
struct judged_case;
/* Adds "reusable" (orders with evidence of today's visit) and "offered" (earlier answers) to a checklist. */
RA_MUST_CHECK bool reuse_offer(struct http_request *request, const struct judged_case *judged,
                               json_t *checklist, struct ra_error *error);

/* waivers.c */
http_handler waiver_register;

/* public_checklist.c */
http_handler public_checklist;

/* people.c */
http_handler person_add, person_remove, fact_set;

/* Judges the case anew and suspends or resumes it as the dossier says (DIV-01); *judged is as it then stands.
 */
RA_MUST_CHECK bool judged_case_settle(struct http_request *request, struct order *order,
                                      struct judged_case *judged, struct ra_error *error);

/* The checklist as it stands after an act; suspends or resumes the case as the dossier says (DIV-01). */
RA_MUST_CHECK bool answer_with_checklist(struct http_request *request, struct http_response *response,
                                         int status, struct order *order, struct ra_error *error);

/* Encrypts the file into the dossier and adds its row. */
RA_MUST_CHECK bool document_keep(struct http_request *request, const struct order *order,
                                 const struct store_document *document, int descriptor, const char **id,
                                 struct ra_error *error);

/* Items and consultations change what statements bind: the case must still be open to change. A void attempt
 * and a loaded order come with it. */
RA_MUST_CHECK bool open_for_change(struct http_request *request, const char *why, struct order **order,
                                   struct ra_error *error);

/* Agent's name and station of the request; "holder" and "" on the public listener, "system" and "" of a job.
 */
const char *actor_name(const struct http_request *request);
const char *actor_station(const struct http_request *request);

#endif
