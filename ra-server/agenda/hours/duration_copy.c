/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The durations in force, in memory: a booking asks for them without a query of its own.
 */
#include "agenda/agenda_internal.h"
#include "agenda/hours/duration.h"

#include <pthread.h>

struct duration_copy {
    pthread_rwlock_t lock;
    struct duration_row *rows; /* one talloc array with its texts */
    size_t count;
};

static int destroy(struct duration_copy *copy)
{
    pthread_rwlock_destroy(&copy->lock);
    return 0;
}

struct duration_copy *duration_copy_new(TALLOC_CTX *context)
{
    struct duration_copy *copy = talloc_zero(context, struct duration_copy);
    if (copy == NULL || pthread_rwlock_init(&copy->lock, NULL) != 0) {
        talloc_free(copy);
        return NULL;
    }
    talloc_set_destructor(copy, destroy);
    return copy;
}

static const char *kept_text(struct duration_row *rows, const struct db_rows *from, size_t row,
                             const char *column, bool *whole)
{
    const char *text = talloc_strdup(rows, row_text(from, row, column));
    *whole = *whole && text != NULL;
    return text;
}

static struct duration_row *read_rows(struct duration_copy *copy, const struct db_rows *from)
{
    size_t count = db_row_count(from);
    struct duration_row *rows = talloc_zero_array(copy, struct duration_row, (unsigned)count);
    bool whole = rows != NULL;
    for (size_t i = 0; whole && i < count; i++)
        rows[i] = (struct duration_row){
            .product = kept_text(rows, from, i, "product_id", &whole),
            .mode = kept_text(rows, from, i, "mode", &whole),
            .persons = (int)row_int(from, i, "persons"),
            .minutes = (int)row_int(from, i, "minutes"),
            .preparation_minutes = (int)row_int(from, i, "preparation_minutes"),
            .skills = (uint32_t)row_int(from, i, "skills"),
            .from = kept_text(rows, from, i, "valid_from", &whole),
            .until = kept_text(rows, from, i, "valid_to", &whole),
        };
    if (whole)
        return rows;
    talloc_free(rows);
    return NULL;
}

bool duration_load(struct duration_copy *copy, struct db *db, struct ra_error *error)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    struct db_rows *from = NULL;
    bool done = db_query(db, scratch, STATEMENT_AGENDA_DURATIONS, DB_NO_VALUES, &from, error);
    struct duration_row *rows = done ? read_rows(copy, from) : NULL;
    if (done && rows == NULL)
        done = ra_fail(error, RA_NO_MEMORY, "durations");
    if (done) {
        pthread_rwlock_wrlock(&copy->lock);
        struct duration_row *old = copy->rows;
        copy->rows = rows;
        copy->count = db_row_count(from);
        pthread_rwlock_unlock(&copy->lock);
        talloc_free(old);
    }
    talloc_free(scratch);
    return done;
}

bool duration_of_visit(struct ra_app *app, TALLOC_CTX *context, int64_t start_us, const char *mode,
                       const struct duration_part *parts, size_t count, struct duration *duration,
                       struct ra_error *error)
{
    struct duration_copy *copy = agenda_durations_of(app);
    struct catalog_office *office = NULL;
    char day[CATALOG_DAY_SIZE];
    if (!catalog_office(app, context, &office, error))
        return false;
    catalog_day_of(start_us, office->offset_s, day);
    pthread_rwlock_rdlock(&copy->lock);
    bool known = duration_add_up(copy->rows, copy->count, day, mode, parts, count, duration);
    pthread_rwlock_unlock(&copy->lock);
    return known || ra_fail_reason(error, RA_RULE_REFUSED, "no-duration",
                                   "Este atendimento não é feito deste modo. Escolha outro.");
}
