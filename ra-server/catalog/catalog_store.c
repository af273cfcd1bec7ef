/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The copy of the catalogue in memory: read whole, published under a lock, never changed afterwards.
 */
#include "catalog/catalog.h"
#include "catalog/catalog_internal.h"
#include "db/db.h"
#include "pki/certificate/profile.h"

#include <pthread.h>
#include <string.h>

struct policy_row {
    const char *key;
    json_t *value;
    const char *from;
    const char *until;
};

struct catalog_copy {
    struct catalog_product *products;
    size_t product_count;
    struct policy_row *policies;
    size_t policy_count;
    struct catalog_office office;
};

struct catalog_state {
    pthread_rwlock_t lock; /* guards the pointer */
    struct catalog_copy *copy;
};

static int copy_destructor(struct catalog_copy *copy)
{
    for (size_t i = 0; i < copy->policy_count; i++)
        json_decref(copy->policies[i].value);
    return 0;
}

/* A product leaves the shop with its profile, and one term before the AC that issues it ends. */
static bool close_with_profile(const struct ra_app *app, struct catalog_copy *copy,
                               struct catalog_product *product, struct ra_error *error)
{
    char last[DATE_SIZE];
    struct certificate_profile *profile = NULL;
    const char *path = talloc_asprintf(copy, "%s/%s.json", app->config->profiles_dir, product->profile_id);
    if (path == NULL)
        return ra_fail(error, RA_NO_MEMORY, "catalogue");
    if (!profile_load(copy, path, &profile, error))
        return false;
    profile_last_day(profile, (unsigned)product->validity_months, last);
    product->issuer_until = profile->issuer_until;
    if (strcmp(product->from, profile->valid_from) < 0)
        product->from = profile->valid_from;
    if (product->until[0] == '\0' || strcmp(last, product->until) < 0)
        product->until = talloc_strdup(copy, last);
    return product->until != NULL || ra_fail(error, RA_NO_MEMORY, "catalogue");
}

static bool read_products(struct ra_app *app, struct db *db, struct catalog_copy *copy,
                          struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(db, copy, STATEMENT_CATALOG_PRODUCTS, DB_NO_VALUES, &rows, error))
        return false;
    copy->product_count = db_row_count(rows);
    copy->products = talloc_zero_array(copy, struct catalog_product, (unsigned)copy->product_count);
    if (copy->products == NULL)
        return ra_fail(error, RA_NO_MEMORY, "catalogue");
    for (size_t i = 0; i < copy->product_count; i++) {
        copy->products[i] = (struct catalog_product){
            .id = row_text(rows, i, "id"),
            .name = row_text(rows, i, "name"),
            .holder = row_text(rows, i, "holder"),
            .media = row_text(rows, i, "media"),
            .profile_id = row_text(rows, i, "profile_id"),
            .validity_months = (int)row_int(rows, i, "validity_months"),
            .price_cents = (int)row_int(rows, i, "price_cents"),
            .in_person = row_bool(rows, i, "in_person"),
            .video = row_bool(rows, i, "video"),
            .summary = row_text(rows, i, "summary"),
            .notice = row_text(rows, i, "notice"),
            .position = (int)row_int(rows, i, "position"),
            .from = row_text(rows, i, "valid_from"),
            .until = row_text(rows, i, "valid_to"),
        };
        if (!close_with_profile(app, copy, &copy->products[i], error))
            return false;
    }
    return true;
}

static bool read_policies(struct db *db, struct catalog_copy *copy, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(db, copy, STATEMENT_CATALOG_POLICIES, DB_NO_VALUES, &rows, error))
        return false;
    size_t count = db_row_count(rows);
    copy->policies = talloc_zero_array(copy, struct policy_row, (unsigned)count);
    if (copy->policies == NULL)
        return ra_fail(error, RA_NO_MEMORY, "catalogue");
    for (size_t i = 0; i < count; i++) {
        copy->policies[i] = (struct policy_row){
            .key = row_text(rows, i, "key"),
            .value = row_json(rows, i, "value"),
            .from = row_text(rows, i, "valid_from"),
            .until = row_text(rows, i, "valid_to"),
        };
        copy->policy_count = i + 1;
        if (copy->policies[i].value == NULL)
            return ra_fail(error, RA_NO_MEMORY, "catalogue");
    }
    return true;
}

static bool read_office(struct ra_app *app, struct db *db, struct catalog_copy *copy, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(db, copy, STATEMENT_CATALOG_OFFICES, DB_VALUES(db_time(clock_now_us(&app->clock))), &rows,
                  error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++) {
        if (strcmp(row_text(rows, i, "code"), app->config->office_code) != 0)
            continue;
        copy->office = (struct catalog_office){
            .id = (int)row_int(rows, i, "id"),
            .code = row_text(rows, i, "code"),
            .name = row_text(rows, i, "name"),
            .legal_name = row_text(rows, i, "legal_name"),
            .cnpj = row_text(rows, i, "cnpj"),
            .address = row_text(rows, i, "address"),
            .district = row_text(rows, i, "district"),
            .city = row_text(rows, i, "city"),
            .uf = row_text(rows, i, "uf"),
            .ibge = row_text(rows, i, "ibge"),
            .phone = row_text(rows, i, "phone"),
            .zone = row_text(rows, i, "zone"),
            .place_kind = row_text(rows, i, "place_kind"),
            .horizon_days = (int)row_int(rows, i, "horizon_days"),
            .offset_s = (int)row_int(rows, i, "offset_s"),
        };
        return true;
    }
    return ra_fail(error, RA_INTERNAL, "office_code names no office of the database");
}

bool catalog_refresh(struct ra_app *app, struct db *db, struct ra_error *error)
{
    struct catalog_state *state = app->room_state[ROOM_CATALOG];
    struct catalog_copy *copy = talloc_zero(NULL, struct catalog_copy);
    if (copy == NULL)
        return ra_fail(error, RA_NO_MEMORY, "catalogue");
    talloc_set_destructor(copy, copy_destructor);
    if (!read_products(app, db, copy, error) || !read_policies(db, copy, error) ||
        !read_office(app, db, copy, error)) {
        talloc_free(copy);
        return false;
    }
    pthread_rwlock_wrlock(&state->lock);
    struct catalog_copy *old = state->copy;
    state->copy = copy;
    pthread_rwlock_unlock(&state->lock);
    talloc_free(old);
    return true;
}

bool catalog_start(struct ra_app *app, struct db *db, struct ra_error *error)
{
    struct catalog_state *state = talloc_zero(NULL, struct catalog_state);
    if (state == NULL || pthread_rwlock_init(&state->lock, NULL) != 0) {
        talloc_free(state);
        return ra_fail(error, RA_NO_MEMORY, "catalogue");
    }
    app->room_state[ROOM_CATALOG] = state;
    return catalog_refresh(app, db, error);
}

void catalog_stop(struct ra_app *app)
{
    struct catalog_state *state = app->room_state[ROOM_CATALOG];
    if (state == NULL)
        return;
    pthread_rwlock_destroy(&state->lock);
    talloc_free(state->copy);
    talloc_free(state);
    app->room_state[ROOM_CATALOG] = NULL;
}

/* The copy with the lock held for reading; release it with unlock. */
static const struct catalog_copy *lock_copy(struct ra_app *app)
{
    struct catalog_state *state = app->room_state[ROOM_CATALOG];
    pthread_rwlock_rdlock(&state->lock);
    return state->copy;
}

static void unlock_copy(struct ra_app *app)
{
    struct catalog_state *state = app->room_state[ROOM_CATALOG];
    pthread_rwlock_unlock(&state->lock);
}

/* Texts of a struct whose members all point into the copy, moved to the caller's context. */
static bool keep_texts(TALLOC_CTX *context, const char **const members[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        *members[i] = talloc_strdup(context, *members[i]);
        if (*members[i] == NULL)
            return false;
    }
    return true;
}

bool catalog_office(struct ra_app *app, TALLOC_CTX *context, struct catalog_office **office,
                    struct ra_error *error)
{
    struct catalog_office *found = talloc(context, struct catalog_office);
    if (found == NULL)
        return ra_fail(error, RA_NO_MEMORY, "catalogue");
    *found = lock_copy(app)->office;
    const char **const members[] = {&found->code,    &found->name, &found->legal_name, &found->cnpj,
                                    &found->address, &found->city, &found->district,   &found->uf,
                                    &found->ibge,    &found->zone, &found->phone,      &found->place_kind};
    bool kept_all = keep_texts(found, members, sizeof members / sizeof members[0]);
    unlock_copy(app);
    *office = found;
    return kept_all || ra_fail(error, RA_NO_MEMORY, "catalogue");
}

void catalog_today(struct ra_app *app, int64_t now_us, char day[CATALOG_DAY_SIZE])
{
    int offset_s = lock_copy(app)->office.offset_s;
    unlock_copy(app);
    catalog_day_of(now_us, offset_s, day);
}

static bool keep_product(TALLOC_CTX *context, struct catalog_product *product)
{
    const char **const members[] = {
        &product->id,      &product->name, &product->holder, &product->media,  &product->profile_id,
        &product->summary, &product->from, &product->until,  &product->notice, &product->issuer_until};
    return keep_texts(context, members, sizeof members / sizeof members[0]);
}

bool catalog_products_on(struct ra_app *app, TALLOC_CTX *context, const char *day,
                         struct catalog_product **products, size_t *count, struct ra_error *error)
{
    const struct catalog_copy *copy = lock_copy(app);
    struct catalog_product *found =
        talloc_array(context, struct catalog_product, (unsigned)copy->product_count);
    bool whole = found != NULL;
    *count = 0;
    for (size_t i = 0; whole && i < copy->product_count; i++) {
        const struct catalog_product *product = &copy->products[i];
        if (!catalog_day_within(day, product->from, product->until))
            continue;
        found[*count] = *product;
        whole = keep_product(found, &found[(*count)++]);
    }
    unlock_copy(app);
    *products = found;
    return whole || ra_fail(error, RA_NO_MEMORY, "catalogue");
}

/* The same certificate for a shorter term, and the first that lasts as long, for the same holder and kept in
 * the same way. */
static char *alternatives_text(TALLOC_CTX *context, const struct catalog_copy *copy,
                               const struct catalog_product *wanted, const char *day)
{
    char *text = talloc_strdup(context, "");
    bool shorter = false;
    bool as_long = false;
    for (size_t i = 0; text != NULL && i < copy->product_count; i++) {
        const struct catalog_product *product = &copy->products[i];
        if (!catalog_day_within(day, product->from, product->until) ||
            strcmp(product->holder, wanted->holder) != 0 || strcmp(product->media, wanted->media) != 0)
            continue;
        bool *kind = strcmp(product->profile_id, wanted->profile_id) == 0  ? &shorter
                     : product->validity_months >= wanted->validity_months ? &as_long
                                                                           : NULL;
        if (kind == NULL || *kind)
            continue;
        *kind = true;
        const char *term = catalog_validity_text(context, product->validity_months);
        text = talloc_asprintf_append(text, "%s%s (%s)",
                                      shorter && as_long ? " ou " : " No lugar: ", product->name, term);
    }
    return text;
}

/* Why a product with this id, if there is one, may not be ordered on `day`. */
static bool refuse_product(TALLOC_CTX *context, const struct catalog_copy *copy, const char *id,
                           const char *day, struct ra_error *error)
{
    const struct catalog_product *wanted = NULL;
    for (size_t i = 0; i < copy->product_count && id != NULL; i++)
        if (strcmp(copy->products[i].id, id) == 0)
            wanted = &copy->products[i];
    if (wanted == NULL)
        return ra_fail_field(error, "product", "unknown",
                             "Este certificado não existe. Escolha um dos que estão à venda.");
    const char *instead = alternatives_text(context, copy, wanted, day);
    if (instead == NULL)
        return ra_fail(error, RA_NO_MEMORY, "catalogue");
    bool outlives = catalog_outlives(day, wanted->validity_months, wanted->issuer_until);
    const char *sentence =
        outlives ? talloc_asprintf(
                       context, "Não está à venda: passaria do fim da AC que o emite, em %.2s/%.2s/%.4s.%s",
                       wanted->issuer_until + 8, wanted->issuer_until + 5, wanted->issuer_until, instead)
                 : talloc_asprintf(context, "Não está à venda hoje.%s", instead);
    if (sentence == NULL)
        return ra_fail(error, RA_NO_MEMORY, "catalogue");
    return ra_fail_field(error, "product", outlives ? "outlives-issuer" : "not-on-sale", sentence);
}

bool catalog_product_on(struct ra_app *app, TALLOC_CTX *context, const char *id, const char *day,
                        struct catalog_product **product, struct ra_error *error)
{
    struct catalog_product *products = NULL;
    size_t count = 0;
    if (!catalog_products_on(app, context, day, &products, &count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (id != NULL && strcmp(products[i].id, id) == 0) {
            *product = &products[i];
            return true;
        }
    }
    bool told = refuse_product(context, lock_copy(app), id, day, error);
    unlock_copy(app);
    return told;
}

bool catalog_notice(struct ra_app *app, TALLOC_CTX *context, const char *id, const char **notice,
                    struct ra_error *error)
{
    const struct catalog_copy *copy = lock_copy(app);
    *notice = "";
    for (size_t i = 0; i < copy->product_count; i++)
        if (strcmp(copy->products[i].id, id) == 0)
            *notice = copy->products[i].notice;
    *notice = talloc_strdup(context, *notice);
    unlock_copy(app);
    return *notice != NULL || ra_fail(error, RA_NO_MEMORY, "catalogue");
}

bool catalog_policy(struct ra_app *app, int64_t now_us, const char *key, json_t **value,
                    struct ra_error *error)
{
    const struct catalog_copy *copy = lock_copy(app);
    char day[CATALOG_DAY_SIZE];
    catalog_day_of(now_us, copy->office.offset_s, day);
    *value = NULL;
    /* Where windows overlap the later row is the later decision: rows are ordered by their begin. */
    for (size_t i = copy->policy_count; i > 0 && *value == NULL; i--) {
        const struct policy_row *row = &copy->policies[i - 1];
        if (strcmp(row->key, key) == 0 && catalog_day_within(day, row->from, row->until))
            *value = json_deep_copy(row->value);
    }
    unlock_copy(app);
    return *value != NULL || ra_fail(error, RA_INTERNAL, "no policy row in force for %s", key);
}

bool catalog_policy_number(struct ra_app *app, int64_t now_us, const char *key, int64_t *value,
                           struct ra_error *error)
{
    json_t *json = NULL;
    if (!catalog_policy(app, now_us, key, &json, error))
        return false;
    bool fits = json_is_integer(json);
    *value = json_integer_value(json);
    json_decref(json);
    return fits || ra_fail(error, RA_INTERNAL, "policy %s is no number", key);
}

bool catalog_policy_flag(struct ra_app *app, int64_t now_us, const char *key, bool *value,
                         struct ra_error *error)
{
    json_t *json = NULL;
    if (!catalog_policy(app, now_us, key, &json, error))
        return false;
    bool fits = json_is_boolean(json);
    *value = json_is_true(json);
    json_decref(json);
    return fits || ra_fail(error, RA_INTERNAL, "policy %s is no flag", key);
}

bool catalog_policy_text(struct ra_app *app, TALLOC_CTX *context, int64_t now_us, const char *key,
                         const char **value, struct ra_error *error)
{
    json_t *json = NULL;
    if (!catalog_policy(app, now_us, key, &json, error))
        return false;
    bool fits = json_is_string(json);
    *value = fits ? talloc_strdup(context, json_string_value(json)) : NULL;
    json_decref(json);
    if (!fits)
        return ra_fail(error, RA_INTERNAL, "policy %s is no text", key);
    return *value != NULL || ra_fail(error, RA_NO_MEMORY, "catalogue");
}
