/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The orders room: the case itself. Who wants which certificate, for which company, how to reach them, what
 * was paid, and the five linked state machines (design 2.7) that every other room moves. Not the seat
 * (agenda), not the visit (desk), not the dossier (identification), not the statements (approval).
 *
 * The row `orders` is written here alone; the database refuses illegal transitions with RA_ILLEGAL_TRANSITION
 * (409, reason "machine:from:to").
 *
 * Ownership: an order and all its texts hang on the context it was loaded on; for a request that is the
 * request's. Thread rules: an order belongs to the worker that loaded it.
 */
#ifndef ORDERS_ORDERS_H
#define ORDERS_ORDERS_H

#include "http/http.h"
#include "pki/base/error.h"
#include "pki/certificate/data.h"
#include "pki/certificate/profile.h"
#include "rooms.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

struct db;

enum {
    ORDERS_CODE_LENGTH = 12, /* Crockford base 32, 60 random bits */
    ORDERS_CODE_SIZE = ORDERS_CODE_LENGTH + 1,
};

enum orders_machine {
    ORDERS_MACHINE_ORDER,          /* awaiting_payment paid cancelled refunded */
    ORDERS_MACHINE_APPOINTMENT,    /* none booked cancelled kept missed */
    ORDERS_MACHINE_ATTENDANCE,     /* none waiting called parked finished no_show */
    ORDERS_MACHINE_IDENTIFICATION, /* open suspended validated verified returned refused */
    ORDERS_MACHINE_ISSUANCE, /* none ready requested unknown failed issued delivered revocation_requested
                                revoked */
    ORDERS_MACHINE_COUNT
};

/* Absent texts are "". Already normalised as pki/certificate does it; phone is E.164. */
struct order_person {
    const char *id;   /* uuid */
    const char *role; /* "holder", "responsible" or "representative" */
    const char *name, *cpf, *birth_date, *email, *phone;
    const char *nis, *rg, *rg_issuer, *rg_uf;
    const char *voter_id, *voter_zone, *voter_section, *voter_city, *voter_uf, *cei;
    const char *social_name; /* how to call the person; never in the certificate */
};

struct order_company {
    const char *cnpj, *name, *uf, *city, *cei;
};

/* The appointment that is alive, or the last one there was. */
struct order_appointment {
    int64_t id;
    int64_t seat_id;  /* 0 once cancelled or missed */
    int64_t start_us; /* microseconds since the epoch */
    int64_t end_us;
    int offset_s;         /* of the office's zone at the start */
    const char *mode;     /* "in_person" or "video" */
    const char *priority; /* "" or a class of the law's list */
    const char *state;    /* "booked", "cancelled", "kept" or "missed" */
    const char *uid;      /* iCalendar */
    int sequence;
};

struct order {
    int64_t id;
    const char *code;
    const char *ref; /* uuid: how the log names the case */
    int office_id;
    const char *office_code;

    const char *product_id;
    const char *product_from; /* YYYY-MM-DD: with the id, the product row that was bought */
    const char *product_name;
    const char *profile_id;
    const char *media; /* "software", "token" or "cloud" */
    int validity_months;
    bool sold_in_person, sold_by_video;
    int price_cents;

    enum certificate_holder holder_kind;
    struct order_person *people; /* the subject first */
    size_t people_count;
    struct order_person *subject;  /* the holder, or a company's responsible person: people[0] */
    struct order_company *company; /* NULL for a person's certificate */

    int attempt;
    const char *rules_version; /* that the dossier was judged by when it was signed; "" before */
    const char *states[ORDERS_MACHINE_COUNT];
    const char *origin; /* "site" or "counter" */
    bool email_confirmed;
    int64_t created_us;
    int64_t closed_us;                     /* 0 = open */
    struct order_appointment *appointment; /* NULL: never had one */
    const char *serial;                    /* of the issued certificate, hexadecimal; "" before */
    const char *renewal_rule;              /* "REN-02", "REN-03": the holder signed a renewal; "" otherwise */
    bool renewing;                         /* begun as a renewal, signed or not */
    bool renewal_ended;   /* the certificate that it was signed with is revoked, or about to be */
    bool emitted_by_code; /* a code in two halves was made for this attempt; without one the key came first */
};

/* --- codes (orders.c, pure) --- */

/* A fresh random code. */
RA_MUST_CHECK bool orders_code_generate(char code[ORDERS_CODE_SIZE], struct ra_error *error);

/* What a person typed: upper case, hyphens and blanks dropped, O→0, I and L→1. false: no code could look so.
 */
RA_MUST_CHECK bool orders_code_normalise(const char *input, char code[ORDERS_CODE_SIZE]);

/* "booked" and the like is the present state of that machine. */
bool orders_in_state(const struct order *order, enum orders_machine machine, const char *state);

/* The data that would reach the certificate; strings borrowed from the order. */
void orders_certificate_data(const struct order *order, struct certificate_data *data);

/* How the holder of this case is identified: by his signature, by video, in person. */
enum identification_method orders_method(const struct order *order);

/* --- loading (orders_store.c) --- */

/* By code, as typed by people. No such order: RA_NOT_FOUND. In a state in which the authorisation matrix does
 * not allow the request's operation: RA_CONFLICT, reason "state-not-allowed"; then *order is set all the
 * same, for the record of the refusal. */
RA_MUST_CHECK bool orders_load(struct http_request *request, const char *code, struct order **order,
                               struct ra_error *error);

/* The same, holding the row until the transaction ends: whoever changes a case starts with this, and so two
 * clicks wait for each other. What it gives was read after the lock was got. */
RA_MUST_CHECK bool orders_load_for_update(struct http_request *request, const char *code,
                                          struct order **order, struct ra_error *error);

/* Holds the row of an order that was read without, and reads anew what may have moved since: attempt, states,
 * end. Its data have not: under statements they change only with the attempt (approval_void_attempt), and not
 * at all once the certificate was asked for. */
RA_MUST_CHECK bool orders_hold(struct http_request *request, struct order *order, struct ra_error *error);
RA_MUST_CHECK bool orders_hold_by_system(struct db *db, struct order *order, struct ra_error *error);

/* For jobs: no request. `lock` as above. */
RA_MUST_CHECK bool orders_load_by_id(TALLOC_CTX *context, struct db *db, int64_t id, bool lock,
                                     struct order **order, struct ra_error *error);

/* --- changing --- */

/* Moves one machine; order->states follows. Same state again does nothing. `closed_us` follows by the rule:
 * an order is closed when cancelled, refunded, refused, or its certificate issued. */
RA_MUST_CHECK bool orders_set_state(struct http_request *request, struct order *order,
                                    enum orders_machine machine, const char *state, struct ra_error *error);
RA_MUST_CHECK bool orders_set_state_by_system(struct db *db, int64_t now_us, struct order *order,
                                              enum orders_machine machine, const char *state,
                                              struct ra_error *error);

/* orders_set_state and orders_milestone in one round trip: for steps that always change the state. */
RA_MUST_CHECK bool orders_advance(struct http_request *request, struct order *order,
                                  enum orders_machine machine, const char *state, const char *kind,
                                  const char *detail, struct ra_error *error);

RA_MUST_CHECK bool orders_advance_by_system(struct db *db, int64_t now_us, struct order *order,
                                            enum orders_machine machine, const char *state, const char *kind,
                                            const char *detail, struct ra_error *error);

/* A new attempt at identification: attempt + 1 (protocol 2: a higher one kills the lower). */
RA_MUST_CHECK bool orders_next_attempt(struct http_request *request, struct order *order,
                                       struct ra_error *error);

/* The rules that the dossier was judged by; order->rules_version follows. */
RA_MUST_CHECK bool orders_set_rules_version(struct http_request *request, struct order *order,
                                            const char *version, struct ra_error *error);

/* When something happened (table milestone, kinds there). The actor is 'holder' on the public side and the
 * agent's name at the office. */
RA_MUST_CHECK bool orders_milestone(struct http_request *request, const struct order *order, const char *kind,
                                    const char *detail, struct ra_error *error);
RA_MUST_CHECK bool orders_milestone_by_system(struct db *db, int64_t now_us, const struct order *order,
                                              const char *kind, const char *detail, struct ra_error *error);

/* --- ordering again (orders_again.c) --- */

/* A new order for `product` with the data of a former one, with a bearer token for it: what a renewal begins
 * with. Limits, events and mails as for any order. */
RA_MUST_CHECK bool orders_again(struct http_request *request, const struct order *former, const char *product,
                                struct order **order, const char **token, struct ra_error *error);

/* --- showing --- */

/* The contract's `show`: {"order","product","holder":{…},"company":{…}?,"states":{…},"serial"?, and more};
 * new reference, NULL when memory ran out. */
json_t *orders_show_json(struct http_request *request, const struct order *order);

/* --- who may (orders_access.c) --- */

/* A new cookie that opens this order and whatever the browser's present one opens. */
RA_MUST_CHECK bool orders_grant_session(struct http_request *request, struct http_response *response,
                                        const struct order *order, struct ra_error *error);

/* Authorizer for /api/orders/{code}… and /pedido/{code}…: the bearer token or the page's cookie opens exactly
 * this order. Without any: RA_UNAUTHENTICATED. With one that does not open it: RA_NOT_FOUND, whether the
 * order exists or not. */
bool orders_authorize_holder(struct http_request *request, struct ra_error *error);

/* The hash of the bearer or session token that came with the request. RA_UNAUTHENTICATED when none did;
 * whether it opens anything is not asked here. */
RA_MUST_CHECK bool orders_access_hash(struct http_request *request, uint8_t hash[32], struct ra_error *error);

/* Does that token, or (NULL or "") the bearer or the cookie of the request, open the order of this code? */
RA_MUST_CHECK bool orders_is_opened(struct http_request *request, const char *token, const char *code,
                                    bool *opened, struct ra_error *error);

/* The open orders without an appointment that the request's cookie opens besides this one, of the same
 * person: [{"order","product_name"}]; new reference. */
RA_MUST_CHECK bool orders_companions(struct http_request *request, const struct order *order, json_t **list,
                                     struct ra_error *error);

/* --- gates by policy --- */

/* `stage` is "checkin" or "validate". RA_RULE_REFUSED when a policy row (payment_gate, email_gate) asks at
 * this stage for what is still missing. */
RA_MUST_CHECK bool orders_check_gates(struct http_request *request, const struct order *order,
                                      const char *stage, struct ra_error *error);

/* One room in four tables of the program: state and jobs, and the routes by whom they are for. */
extern const struct room orders_room;
extern const struct room orders_public_room;
extern const struct room orders_login_room;
extern const struct room orders_office_room;

#endif
