/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "approval/trust_state.h"

#include "approval/crl_set.h"
#include "approval/trust_internal.h"
#include "db/db.h"
#include "issuance/reasons.h"
#include "pki/base/file.h"

#include <string.h>

enum { PEM_MAX = 1 << 20, DAY_S = 86400 };

/* --- start and end --- */

static int state_destructor(struct trust_state *state)
{
    for (size_t at = 0; at < state->needed_count; at++) {
        X509_NAME_free(state->needed[at].issuer);
    }
    sk_X509_pop_free(state->anchors, X509_free);
    sk_X509_pop_free(state->administrators, X509_free);
    sk_X509_pop_free(state->untrusted, X509_free);
    sk_X509_CRL_pop_free(state->crls, X509_CRL_free);
    talloc_free(state->roster_context);
    (void)pthread_rwlock_destroy(&state->lock);
    return 0;
}

static bool read_pem(struct trust_state *state, const char *path, STACK_OF(X509) **certificates,
                     struct bytes *pem, struct ra_error *error)
{
    return file_read(state, path, PEM_MAX, pem, error) && signed_read_certificates(*pem, certificates, error);
}

static bool load_roster(struct ra_app *app, struct db *db, struct ra_error *error)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct db_rows *rows = NULL;
    bool done = db_query(db, context, STATEMENT_APPROVAL_ROSTER_LATEST, DB_NO_VALUES, &rows, error);
    if (done && db_row_count(rows) == 1) {
        /* One that no longer holds is as none: administrators still pass and hand in the next. */
        struct ra_error passed_over = {0};
        (void)!trust_roster_install(app, row_bytes(rows, 0, "bundle"), clock_now(&app->clock), &passed_over);
    }
    talloc_free(context);
    return done;
}

bool trust_state_start(struct ra_app *app, struct db *db, struct ra_error *error)
{
    struct trust_state *state = talloc_zero(NULL, struct trust_state);
    struct bytes administrators_pem = {NULL, 0};
    if (state == NULL || pthread_rwlock_init(&state->lock, NULL) != 0) {
        talloc_free(state);
        return ra_fail(error, RA_NO_MEMORY, "approval room");
    }
    talloc_set_destructor(state, state_destructor);
    app->room_state[ROOM_APPROVAL] = state;
    return read_pem(state, app->config->agents_anchors, &state->anchors, &state->anchors_pem, error) &&
           read_pem(state, app->config->administrators, &state->administrators, &administrators_pem, error) &&
           trust_read_folder(app, error) && load_roster(app, db, error);
}

void trust_state_free(struct ra_app *app)
{
    talloc_free(app->room_state[ROOM_APPROVAL]);
    app->room_state[ROOM_APPROVAL] = NULL;
}

/* --- certificates and statements --- */

static struct signed_trust trust_at(const struct trust_state *state, time_t now)
{
    return (struct signed_trust){
        .anchors = state->anchors, .untrusted = state->untrusted, .crls = state->crls, .now = now};
}

bool trust_check_certificate(struct ra_app *app, X509 *certificate, time_t now, struct ra_error *error)
{
    struct trust_state *state = trust_state_of(app);
    trust_need(app, certificate);
    (void)pthread_rwlock_rdlock(&state->lock);
    struct signed_trust trust = trust_at(state, now);
    struct ra_error cause = {0};
    enum signed_verdict verdict = signed_check_certificate(certificate, &trust, &cause);
    (void)pthread_rwlock_unlock(&state->lock);
    if (verdict == SIGNED_VALID) {
        return true;
    }
    if (cause.code != RA_STATEMENT_REFUSED) {
        *error = cause;
        return false;
    }
    return ra_fail_reason(error, RA_UNAUTHENTICATED, cause.reason, "%s", cause.detail);
}

bool trust_is_administrator(struct ra_app *app, X509 *certificate)
{
    const struct trust_state *state = trust_state_of(app);
    for (int at = 0; at < sk_X509_num(state->administrators); at++) {
        if (X509_cmp(sk_X509_value(state->administrators, at), certificate) == 0) {
            return true;
        }
    }
    return false;
}

/* Who signed is known only after the verification, which needs the CRLs: so for all that travels inside. */
static void need_of_cms(struct ra_app *app, struct bytes cms)
{
    STACK_OF(X509) *inside = crl_set_of_cms(cms);
    for (int at = 0; at < sk_X509_num(inside) && at < CRL_DEPTH_MAX; at++) {
        trust_need(app, sk_X509_value(inside, at));
    }
    sk_X509_pop_free(inside, X509_free);
}

/* With the lock held. */
static bool require_agent(const struct trust_state *state, const uint8_t spki[32], time_t now,
                          struct ra_error *error)
{
    const struct roster_entry *entry = NULL;
    if (state->roster == NULL) {
        return reason_fail(error, "roster-missing", NULL);
    }
    return roster_require(state->roster, spki, ROSTER_AGENT, now, &entry, error);
}

bool trust_verify_statement(struct ra_app *app, TALLOC_CTX *context, struct bytes cms,
                            enum statement_type type, time_t now, struct signed_statement **statement,
                            struct ra_error *error)
{
    struct trust_state *state = trust_state_of(app);
    need_of_cms(app, cms);
    (void)pthread_rwlock_rdlock(&state->lock);
    struct signed_trust trust = trust_at(state, now);
    bool valid = signed_verify(context, cms, type, &trust, statement, error) == SIGNED_VALID &&
                 require_agent(state, (*statement)->signer_spki, now, error);
    (void)pthread_rwlock_unlock(&state->lock);
    return valid;
}

bool trust_verify_detached(struct ra_app *app, struct bytes cms, struct bytes content, time_t now,
                           uint8_t signer_spki[32], struct ra_error *error)
{
    struct trust_state *state = trust_state_of(app);
    need_of_cms(app, cms);
    (void)pthread_rwlock_rdlock(&state->lock);
    struct signed_trust trust = trust_at(state, now);
    bool valid = signed_verify_detached(cms, content, &trust, signer_spki, error) == SIGNED_VALID &&
                 require_agent(state, signer_spki, now, error);
    (void)pthread_rwlock_unlock(&state->lock);
    return valid;
}

bool trust_verify_administrator(struct ra_app *app, TALLOC_CTX *context, struct bytes cms,
                                enum statement_type type, time_t now, struct signed_statement **statement,
                                struct ra_error *error)
{
    struct trust_state *state = trust_state_of(app);
    need_of_cms(app, cms);
    (void)pthread_rwlock_rdlock(&state->lock);
    struct signed_trust trust = trust_at(state, now);
    bool valid = signed_verify(context, cms, type, &trust, statement, error) == SIGNED_VALID;
    (void)pthread_rwlock_unlock(&state->lock);
    return valid && (trust_is_administrator(app, (*statement)->signer) ||
                     ra_fail_reason(error, RA_STATEMENT_REFUSED, "statement-certificate",
                                    "Quem assinou não é um dos administradores configurados."));
}

bool trust_anchors_pem(struct ra_app *app, TALLOC_CTX *context, const char **pem, struct ra_error *error)
{
    const struct trust_state *state = trust_state_of(app);
    *pem = talloc_strndup(context, (const char *)state->anchors_pem.data, state->anchors_pem.length);
    return *pem != NULL || ra_fail(error, RA_NO_MEMORY, "anchors");
}

/* --- roster --- */

bool trust_roster_entry(struct ra_app *app, TALLOC_CTX *context, const uint8_t spki[32], time_t now,
                        struct roster_entry *entry, struct ra_error *error)
{
    struct trust_state *state = trust_state_of(app);
    const char *reason = "";
    (void)pthread_rwlock_rdlock(&state->lock);
    const struct roster_entry *found = NULL;
    if (state->roster == NULL) {
        reason = "roster-missing";
    } else if (state->roster->statement->not_after <= now) {
        reason = "roster-expired";
    } else if ((found = roster_find(state->roster, spki, now)) == NULL) {
        reason = "roster-not-listed";
    } else {
        *entry = *found;
        entry->name = talloc_strdup(context, found->name);
        entry->cpf = talloc_strdup(context, found->cpf);
    }
    (void)pthread_rwlock_unlock(&state->lock);
    if (reason[0] != '\0') {
        (void)reason_fail(error, reason, NULL);
        error->code = RA_FORBIDDEN;
        return false;
    }
    return (entry->name != NULL && entry->cpf != NULL) || ra_fail(error, RA_NO_MEMORY, "roster entry");
}

json_t *trust_agents(struct ra_app *app, time_t now)
{
    struct trust_state *state = trust_state_of(app);
    json_t *names = json_array();
    (void)pthread_rwlock_rdlock(&state->lock);
    const struct statement *statement = state->roster != NULL ? state->roster->statement : NULL;
    const size_t count = statement != NULL && statement->not_after > now ? statement->roster.count : 0;
    for (size_t i = 0; i < count; i++) {
        const struct roster_entry *entry = &statement->roster.entries[i];
        if (entry->role == ROSTER_AGENT && entry->from <= now && entry->until > now) {
            json_array_append_new(names, json_string(entry->name));
        }
    }
    (void)pthread_rwlock_unlock(&state->lock);
    return names;
}

/* The instance that the bundle itself names: the signer, who knows which one is ours, judges it before any
 * bundle is stored, and trust_instance_known drops one that it would not take. */
static const char *instance_named(TALLOC_CTX *context, struct bytes bundle, STACK_OF(X509) *administrators,
                                  time_t now, struct ra_error *error)
{
    struct bytes objects[ROSTER_SIGNERS_MAX];
    struct signed_statement *first = NULL;
    size_t count = 0;
    if (!roster_unbundle(bundle, objects, &count, error)) {
        return NULL;
    }
    if (count == 0 || signed_verify_pinned(context, objects[0], STATEMENT_ROSTER, administrators, now, &first,
                                           error) != SIGNED_VALID) {
        return NULL;
    }
    return first->statement->instance;
}

static bool judge(struct ra_app *app, TALLOC_CTX *context, struct bytes bundle, time_t now, int64_t lowest,
                  struct roster **roster, struct ra_error *error)
{
    const struct trust_state *state = trust_state_of(app);
    char known[33];
    bool ours = trust_instance(app, known);
    const char *named = instance_named(context, bundle, state->administrators, now, error);
    if (named == NULL) {
        return false;
    }
    const struct roster_trust trust = {
        .instance = ours ? known : named,
        .administrators = state->administrators,
        .threshold = app->config->production ? 2 : 1,
        .longest_life_s = (app->config->production ? 30 : 366) * (int64_t)DAY_S,
        .lowest_version = lowest,
        .now = now,
    };
    return roster_verify(context, bundle, &trust, roster, error) == SIGNED_VALID;
}

bool trust_roster_judge(struct ra_app *app, TALLOC_CTX *context, struct bytes bundle, time_t now,
                        struct roster **roster, struct ra_error *error)
{
    int64_t version = 0;
    int64_t not_after = 0;
    (void)trust_roster_facts(app, &version, &not_after);
    return judge(app, context, bundle, now, version, roster, error);
}

bool trust_roster_read(struct ra_app *app, TALLOC_CTX *context, struct bytes bundle, struct roster **roster)
{
    struct ra_error unreadable = {0};
    return judge(app, context, bundle, clock_now(&app->clock), 0, roster, &unreadable);
}

bool trust_roster_install(struct ra_app *app, struct bytes bundle, time_t now, struct ra_error *error)
{
    struct trust_state *state = trust_state_of(app);
    struct roster *roster = NULL;
    /* No child of the state: talloc's lists of children are not safe among threads. */
    TALLOC_CTX *context = talloc_new(NULL);
    if (!judge(app, context, bundle, now, 0, &roster, error)) {
        talloc_free(context);
        return false;
    }
    (void)pthread_rwlock_wrlock(&state->lock);
    TALLOC_CTX *before = state->roster_context;
    state->roster = roster;
    state->roster_context = context;
    (void)pthread_rwlock_unlock(&state->lock);
    talloc_free(before);
    return true;
}

bool trust_roster_facts(struct ra_app *app, int64_t *version, int64_t *not_after)
{
    struct trust_state *state = trust_state_of(app);
    (void)pthread_rwlock_rdlock(&state->lock);
    bool known = state->roster != NULL;
    if (known) {
        *version = state->roster->statement->roster.version;
        *not_after = state->roster->statement->not_after;
    }
    (void)pthread_rwlock_unlock(&state->lock);
    return known;
}

void trust_instance_known(struct ra_app *app, const char *instance)
{
    struct trust_state *state = trust_state_of(app);
    TALLOC_CTX *dropped = NULL;
    (void)pthread_rwlock_wrlock(&state->lock);
    if (state->instance[0] == '\0' && strlen(instance) < sizeof state->instance) {
        memcpy(state->instance, instance, strlen(instance) + 1);
    }
    if (state->roster != NULL && strcmp(state->roster->statement->instance, state->instance) != 0) {
        dropped = state->roster_context;
        state->roster = NULL;
        state->roster_context = NULL;
    }
    (void)pthread_rwlock_unlock(&state->lock);
    talloc_free(dropped);
}

bool trust_instance(struct ra_app *app, char instance[33])
{
    struct trust_state *state = trust_state_of(app);
    (void)pthread_rwlock_rdlock(&state->lock);
    memcpy(instance, state->instance, sizeof state->instance);
    (void)pthread_rwlock_unlock(&state->lock);
    return instance[0] != '\0';
}
