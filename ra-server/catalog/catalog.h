/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The catalogue room: what is on sale on a day, by which office, under which policy, and what to bring. All
 * of it is dated data (design 2.6); the rows live in the database and a copy of them in memory, read at start
 * and again every few seconds, so that no request pays for reading them. Not prices agreed with a holder:
 * those stand in the order.
 *
 * Thread rules: a copy is never changed after it was published, only replaced; everything that a function
 * gives out hangs on the context given and outlives the copy it came from.
 */
#ifndef CATALOG_CATALOG_H
#define CATALOG_CATALOG_H

#include "app.h"
#include "pki/base/error.h"
#include "rooms.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

struct db;

enum { CATALOG_DAY_SIZE = 11 }; /* "2026-11-24" */

/* Texts hang on the context that was given; absent is "". Days are YYYY-MM-DD and both ends are included. */
struct catalog_product {
    const char *id; /* "ecpf-a1" */
    const char *name;
    const char *holder; /* "pf" or "pj" */
    const char *media;  /* "software", "token" or "cloud" */
    const char *profile_id;
    int validity_months;
    int price_cents;
    bool in_person;
    bool video; /* sold for video; whether the room is open is policy `video_room` */
    const char *summary;
    const char *notice; /* restriction to be told with the price, "" */
    int position;
    const char *from;
    const char *until; /* last day of sale: of the row, of the profile or one term before the AC's end */
    const char *issuer_until; /* last day of the AC that issues it */
};

struct catalog_office {
    int id;
    const char *code;
    const char *name;
    const char *legal_name;
    const char *cnpj;
    const char *address;
    const char *district;
    const char *city;
    const char *uf;
    const char *ibge;
    const char *phone;
    const char *zone;       /* IANA name */
    const char *place_kind; /* "IT" or "ITS" */
    int horizon_days;
    int offset_s; /* of the zone from UTC now, by the database's zone data */
};

/* --- pure rules (catalog.c) --- */

/* The day of an instant in a zone `offset_s` seconds east of UTC. */
void catalog_day_of(int64_t instant_us, int offset_s, char day[CATALOG_DAY_SIZE]);

/* `day` lies within [from, until]; an empty `until` never ends. Compares as text: both are YYYY-MM-DD. */
bool catalog_day_within(const char *day, const char *from, const char *until);

/* A product of `months` sold on `day` would end after `until`: all YYYY-MM-DD, the end included. */
bool catalog_outlives(const char *day, int months, const char *until);

/* "R$ 149,00" on `context`; NULL when memory ran out. */
char *catalog_price_text(TALLOC_CTX *context, int price_cents);

/* "São José dos Campos" of a city as registers write it, "SÃO JOSÉ DOS CAMPOS". */
char *catalog_city_text(TALLOC_CTX *context, const char *city);

/* "1 ano", "2 anos", "18 meses" on `context`; NULL when memory ran out. */
char *catalog_validity_text(TALLOC_CTX *context, int months);

/* --- what is in force (catalog_store.c) --- */

/* The instance's office (config office_code). */
RA_MUST_CHECK bool catalog_office(struct ra_app *app, TALLOC_CTX *context, struct catalog_office **office,
                                  struct ra_error *error);

/* Today in the office's zone by the instance's clock. */
void catalog_today(struct ra_app *app, int64_t now_us, char day[CATALOG_DAY_SIZE]);

/* A product that may be ordered on `day`. None: RA_INVALID with the field "product", code "unknown",
 * "not-on-sale", or "outlives-issuer" with a message that says why and what to order instead. */
RA_MUST_CHECK bool catalog_product_on(struct ra_app *app, TALLOC_CTX *context, const char *id,
                                      const char *day, struct catalog_product **product,
                                      struct ra_error *error);

/* All that may be ordered on `day`, in the order of the shop window. */
RA_MUST_CHECK bool catalog_products_on(struct ra_app *app, TALLOC_CTX *context, const char *day,
                                       struct catalog_product **products, size_t *count,
                                       struct ra_error *error);

/* The restriction of the product (certificate-profiles 1.1), also of one that is no longer sold; "" without
 * one. On `context`. */
RA_MUST_CHECK bool catalog_notice(struct ra_app *app, TALLOC_CTX *context, const char *id,
                                  const char **notice, struct ra_error *error);

/* The value of a policy row in force today (table `policy`); no such row is
 * RA_INTERNAL: the seeds carry every key the program reads. The JSON is a
 * new reference. */
RA_MUST_CHECK bool catalog_policy(struct ra_app *app, int64_t now_us, const char *key, json_t **value,
                                  struct ra_error *error);
RA_MUST_CHECK bool catalog_policy_number(struct ra_app *app, int64_t now_us, const char *key, int64_t *value,
                                         struct ra_error *error);
RA_MUST_CHECK bool catalog_policy_flag(struct ra_app *app, int64_t now_us, const char *key, bool *value,
                                       struct ra_error *error);
/* Text on `context`. */
RA_MUST_CHECK bool catalog_policy_text(struct ra_app *app, TALLOC_CTX *context, int64_t now_us,
                                       const char *key, const char **value, struct ra_error *error);

/* Reads the rows anew now instead of at the next period. For start, the job
 * and tests. */
RA_MUST_CHECK bool catalog_refresh(struct ra_app *app, struct db *db, struct ra_error *error);

extern const struct room catalog_room;

#endif
