/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The identification room: what must be seen of whom, what was seen, and the dossier that keeps it. Items
 * come from dated rows (identification_rule); documents are encrypted files; the sealed part has a Merkle
 * root that the agents' statements bind (protocol 2). Not the signatures (approval).
 *
 * Thread rules: everything belongs to the request.
 */
#ifndef IDENTIFICATION_IDENTIFICATION_H
#define IDENTIFICATION_IDENTIFICATION_H

#include "http/http.h"
#include "orders/orders.h"
#include "pki/base/error.h"
#include "rooms.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { IDENTIFICATION_DOCUMENT_MAX = 20 << 20 }; /* bytes of one file */

/* {"items":[…],"complete":bool,"questions":[…],"rules","day","suspended"?}: the contract's checklist with the
 * facts that may be asked and the rule version that judged; new reference. */
RA_MUST_CHECK bool identification_checklist(struct http_request *request, const struct order *order,
                                            json_t **checklist, struct ra_error *error);

/* Every required item is accepted or waived; otherwise RA_RULE_REFUSED, reason "checklist-incomplete", the
 * detail naming what is missing and `source` the rule. What a validation asks first. */
RA_MUST_CHECK bool identification_require_complete(struct http_request *request, const struct order *order,
                                                   struct ra_error *error);

/* The sealed part: {"root":hex,"leaves":[text…],"documents":[{"id","item","sha256","size","media_type"}]}
 * (new reference) and its RFC 6962 root over the leaf texts. */
RA_MUST_CHECK bool identification_dossier(struct http_request *request, const struct order *order,
                                          json_t **dossier, uint8_t root[32], struct ra_error *error);

/* The e-mail or telephone of the order's subject has just changed. Whom our own negative list had cleared is
 * looked up again (rules 3.2): the answer was about another address. */
RA_MUST_CHECK bool identification_contact_changed(struct http_request *request, const struct order *order,
                                                  struct ra_error *error);

/* [{"rule","reason"}…] of the waived items; new reference. */
RA_MUST_CHECK bool identification_waivers(struct http_request *request, const struct order *order,
                                          json_t **waivers, struct ra_error *error);

/* Keeps bytes in the append-only annex (term signature, receipts); nothing signed is voided. `kind` is a
 * stable word. */
RA_MUST_CHECK bool identification_annex_add(struct http_request *request, const struct order *order,
                                            const char *kind, const char *media_type, struct bytes content,
                                            struct ra_error *error);

/* PSBio knows everybody who gains by the certificate: of each person but interpreters the last answer is
 * "ok", and an agent answered that the person's data have not changed since. What may spare a second agent.
 */
RA_MUST_CHECK bool identification_everybody_matched(struct http_request *request, const struct order *order,
                                                    bool *matched, struct ra_error *error);

/* The version of the rules that this case is judged by: today's while it is open, afterwards the one it was
 * signed under. Lives as long as the request. */
RA_MUST_CHECK bool identification_rules_version(struct http_request *request, const struct order *order,
                                                const char **version, struct ra_error *error);

/* The version of the rules in force on a day, whatever the case, on `context`. */
RA_MUST_CHECK bool identification_rules_version_on(struct db *db, TALLOC_CTX *context, const char *day,
                                                   const char **version, struct ra_error *error);

/* From here on the case is judged by today's rules, whatever comes: called when the first agent signs. */
RA_MUST_CHECK bool identification_fix_rules(struct http_request *request, struct order *order,
                                            struct ra_error *error);

/* [{"item","person","person_name","code","why","text"}…]: what the people of the case must still bring or
 * mend, in their words; new reference. */
RA_MUST_CHECK bool identification_missing(struct http_request *request, const struct order *order,
                                          json_t **missing, struct ra_error *error);

/* Of those only what an agent refused: what was uploaded beforehand and does not serve, and why. */
RA_MUST_CHECK bool identification_corrections(struct http_request *request, const struct order *order,
                                              json_t **corrections, struct ra_error *error);

/* The second agent sends a case back: each of [{"item","person"?,"reason"}…] is rejected with its reason,
 * coded or free; what was accepted stays accepted. `items` may be NULL. */
RA_MUST_CHECK bool identification_send_back(struct http_request *request, const struct order *order,
                                            const json_t *items, struct ra_error *error);

/* The order said in what quality a representative acts ("parent", "guardian", "curator"). A curator means
 * that the holder is under curatela. Facts of the case from then on. */
RA_MUST_CHECK bool identification_represents(struct http_request *request, const struct order *order,
                                             const char *cpf, const char *as, struct ra_error *error);

/* A person came to the counter, or the check-in was undone: the item of presence follows. `who` names a
 * person by role or CPF; NULL the order's subject, "all" everybody of the case. */
RA_MUST_CHECK bool identification_presence(struct http_request *request, struct order *order, const char *who,
                                           bool present, struct ra_error *error);

/* Inspects the file that was uploaded with this request (HTTP_BODY_RAW), before any case is locked: its media
 * type by content, static text; else refused as a document of the dossier is. */
RA_MUST_CHECK bool identification_upload_inspect(struct http_request *request, const char **media_type,
                                                 struct ra_error *error);

/* Keeps that file in the annex. */
RA_MUST_CHECK bool identification_annex_add_upload(struct http_request *request, const struct order *order,
                                                   const char *kind, const char *media_type,
                                                   struct ra_error *error);

/* The newest of a kind that the order's current attempt has in its annex. */
struct annex_file {
    bool found;
    uint8_t sha256[32];
    const char *media_type;
};
RA_MUST_CHECK bool identification_annex_find(struct http_request *request, const struct order *order,
                                             const char *kind, struct annex_file *file,
                                             struct ra_error *error);

/* Its bytes, on the request's context. */
RA_MUST_CHECK bool identification_annex_read(struct http_request *request, const struct order *order,
                                             const struct annex_file *file, struct bytes *content,
                                             struct ra_error *error);

extern const struct room identification_room;

#endif
