/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/homolog-ca/cmp_server.h"

#include "pki/homolog-ca/cmp_session.h"

#include <dirent.h>
#include <openssl/err.h>
#include <string.h>
#include <unistd.h>

enum { SESSIONS_MAX = 1024, SESSION_IDLE_S = 3600 };

/* A certificate that waits for its certConf. */
struct unconfirmed {
    struct unconfirmed *next;
    uint8_t id[TRANSACTION_ID_MAX];
    size_t id_length;
    time_t deadline;
};

struct cmp_server {
    struct registry registry;
    struct cmp_server_options options;
    pthread_mutex_t lock; /* guards the two lists and the first fields of every session */
    struct session *sessions;
    size_t session_count;
    struct unconfirmed *unconfirmed;
};

static void session_free(struct cmp_server *server, struct session *session)
{
    server->session_count--;
    session_end(session);
    pthread_mutex_destroy(&session->busy);
    talloc_free(session);
}

/* Under the lock: drops every session that nobody holds and that is closed or idle. */
static void drop_sessions(struct cmp_server *server, time_t idle_before)
{
    for (struct session **at = &server->sessions; *at != NULL;) {
        struct session *session = *at;
        if (session->references == 0 && (!session->open || session->last_used < idle_before)) {
            *at = session->next;
            session_free(server, session);
        } else {
            at = &session->next;
        }
    }
}

static struct session *find_session(const struct cmp_server *server, struct bytes id)
{
    struct session *session = server->sessions;
    while (session != NULL && !bytes_equal(session_id(session), id))
        session = session->next;
    return session;
}

static struct session *add_session(struct cmp_server *server, struct bytes id)
{
    if (server->session_count >= SESSIONS_MAX)
        return NULL;
    struct session *session = talloc_zero(NULL, struct session);
    if (session == NULL || pthread_mutex_init(&session->busy, NULL) != 0) {
        talloc_free(session);
        return NULL;
    }
    memcpy(session->id, id.data, id.length);
    session->id_length = id.length;
    session->registry = &server->registry;
    session->options = &server->options;
    session->next = server->sessions;
    server->sessions = session;
    server->session_count++;
    return session;
}

/* The session of a transaction with `busy` held; NULL when there are too many. */
static struct session *acquire(struct cmp_server *server, struct bytes id)
{
    pthread_mutex_lock(&server->lock);
    struct session *session = find_session(server, id);
    if (session == NULL)
        session = add_session(server, id);
    if (session != NULL)
        session->references++;
    pthread_mutex_unlock(&server->lock);
    if (session != NULL)
        pthread_mutex_lock(&session->busy);
    return session;
}

static void release(struct cmp_server *server, struct session *session, bool open)
{
    pthread_mutex_unlock(&session->busy);
    pthread_mutex_lock(&server->lock);
    session->references--;
    session->open = open;
    session->last_used = clock_now(server->registry.clock);
    if (!open)
        drop_sessions(server, 0);
    pthread_mutex_unlock(&server->lock);
}

static void push_unconfirmed(struct cmp_server *server, struct unconfirmed *entry)
{
    pthread_mutex_lock(&server->lock);
    entry->next = server->unconfirmed;
    server->unconfirmed = entry;
    pthread_mutex_unlock(&server->lock);
}

/* Looks at the transaction again when its time is over; several entries for one do no harm. */
static void expect_confirmation(struct cmp_server *server, struct bytes id, time_t issued_at)
{
    struct unconfirmed *entry = talloc_zero(NULL, struct unconfirmed);
    if (entry == NULL)
        return; /* found again at the next start */
    memcpy(entry->id, id.data, id.length);
    entry->id_length = id.length;
    entry->deadline = issued_at + server->options.confirm_seconds;
    push_unconfirmed(server, entry);
}

static struct unconfirmed *take_overdue(struct cmp_server *server, time_t now)
{
    struct unconfirmed *found = NULL;
    pthread_mutex_lock(&server->lock);
    for (struct unconfirmed **at = &server->unconfirmed; *at != NULL && found == NULL;) {
        if ((*at)->deadline <= now) {
            found = *at;
            *at = found->next;
        } else {
            at = &(*at)->next;
        }
    }
    pthread_mutex_unlock(&server->lock);
    return found;
}

static bool begins_transaction(int body_type)
{
    switch (body_type) {
    case CMP_BODY_CERTCONF:
    case CMP_BODY_POLLREQ:
    case CMP_BODY_ERROR:
        return false;
    default:
        return true;
    }
}

static OSSL_CMP_MSG *decode(struct bytes encoded)
{
    const unsigned char *at = encoded.data;
    OSSL_CMP_MSG *message = d2i_OSSL_CMP_MSG(NULL, &at, (long)encoded.length);
    if (message != NULL && at == encoded.data + encoded.length)
        return message;
    OSSL_CMP_MSG_free(message);
    return NULL;
}

static bool process(struct session *session, TALLOC_CTX *memory, const OSSL_CMP_MSG *message,
                    int *answer_type, struct bytes *response, struct ra_error *error)
{
    OSSL_CMP_MSG *answer = OSSL_CMP_SRV_process_request(session->cmp, message);
    unsigned char *der = NULL;
    int length = answer != NULL ? i2d_OSSL_CMP_MSG(answer, &der) : 0;
    if (length > 0) {
        *response = bytes_copy(memory, der, (size_t)length);
        *answer_type = OSSL_CMP_MSG_get_bodytype(answer);
    }
    OPENSSL_free(der);
    OSSL_CMP_MSG_free(answer);
    bool ok = length > 0 && response->data != NULL;
    if (!ok)
        ra_fail_crypto(error, "answer a CMP message");
    ERR_clear_error();
    return ok;
}

/* A message and the certificates that came with it. */
struct incoming {
    struct cmp_peek peek;
    OSSL_CMP_MSG *message;
    STACK_OF(X509) *extra;
};

static bool converse(struct cmp_server *server, TALLOC_CTX *memory, const struct incoming *incoming,
                     struct bytes *response, struct ra_error *error)
{
    const struct cmp_peek *peek = &incoming->peek;
    struct session *session = acquire(server, peek->transaction);
    if (session == NULL)
        return ra_fail(error, RA_UNAVAILABLE, "too many CMP transactions at once");
    session->message = peek;
    fault_read(server->registry.store, server->options.corruption, &session->fault);
    int answer_type = CMP_BODY_ERROR;
    bool ok = session->cmp != NULL && !begins_transaction(peek->body_type);
    ok = (ok || session_begin(session, error)) && session_know(session, incoming->extra, error) &&
         process(session, memory, incoming->message, &answer_type, response, error);
    session->message = NULL;
    bool certified = answer_type == CMP_BODY_IP || answer_type == CMP_BODY_CP;
    release(server, session, certified || answer_type == CMP_BODY_POLLREP);
    if (certified)
        expect_confirmation(server, peek->transaction, clock_now(server->registry.clock));
    return ok;
}

static bool read_incoming(TALLOC_CTX *memory, struct bytes request, struct incoming *incoming,
                          struct ra_error *error)
{
    struct bytes bare = {NULL, 0};
    return cmp_split(memory, request, &bare, &incoming->extra, error) &&
           ((incoming->message = decode(bare)) != NULL || ra_fail(error, RA_BAD_REQUEST, "not a PKIMessage"));
}

bool cmp_server_handle(struct cmp_server *server, TALLOC_CTX *memory, struct bytes request,
                       struct bytes *response, struct ra_error *error)
{
    struct incoming incoming = {.message = NULL};
    *response = (struct bytes){NULL, 0};
    if (!cmp_peek(request, &incoming.peek, error))
        return false;
    const size_t id_length = incoming.peek.transaction.length;
    if (id_length == 0 || id_length > TRANSACTION_ID_MAX)
        return ra_fail(error, RA_BAD_REQUEST, "a transactionID of 1 to %d bytes is required",
                       TRANSACTION_ID_MAX);
    ERR_clear_error();
    bool ok = read_incoming(memory, request, &incoming, error) &&
              converse(server, memory, &incoming, response, error);
    OSSL_CMP_MSG_free(incoming.message);
    sk_X509_pop_free(incoming.extra, X509_free);
    ERR_clear_error();
    return ok;
}

/* A name in transactions/ that is a whole record; temporary files have a suffix. */
static bool parse_id(const char *name, uint8_t id[TRANSACTION_ID_MAX], size_t *length)
{
    size_t digits = strlen(name);
    *length = digits / 2;
    return digits > 0 && digits % 2 == 0 && *length <= TRANSACTION_ID_MAX && hex_decode(name, id, *length);
}

static bool recover_one(struct cmp_server *server, const char *name, struct ra_error *error)
{
    uint8_t id[TRANSACTION_ID_MAX];
    size_t length = 0;
    struct transaction record;
    bool found = false;
    if (!parse_id(name, id, &length))
        return true;
    if (!transaction_read(server->registry.store, (struct bytes){id, length}, &record, &found, error))
        return false;
    bool ok =
        record.certificate == NULL || store_index_issued(server->registry.store, record.certificate, error);
    if (ok && record.state == TRANSACTION_ISSUED)
        expect_confirmation(server, (struct bytes){id, length}, (time_t)record.at);
    X509_free(record.certificate);
    return ok;
}

/* What a kill left of file_write: "NAME.XXXXXX". Only the serving process writes in these two folders. */
static void sweep(const struct store *store, const char *folder_name, const char *suffix)
{
    char *path = store_path(NULL, store, "%s", folder_name);
    DIR *folder = path != NULL ? opendir(path) : NULL;
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        const char *rest = strchr(entry->d_name, '.');
        if (rest != NULL && rest != entry->d_name && strcmp(rest, suffix) != 0)
            unlinkat(dirfd(folder), entry->d_name, 0);
    }
    if (folder != NULL)
        closedir(folder);
    talloc_free(path);
}

static bool recover(struct cmp_server *server, struct ra_error *error)
{
    sweep(server->registry.store, "transactions", "");
    sweep(server->registry.store, "issued", ".der");
    char *path = store_path(NULL, server->registry.store, "transactions");
    DIR *folder = path != NULL ? opendir(path) : NULL;
    talloc_free(path);
    if (folder == NULL)
        return ra_fail_errno(error, "transactions");
    bool ok = true;
    for (struct dirent *entry; ok && (entry = readdir(folder)) != NULL;)
        ok = recover_one(server, entry->d_name, error);
    closedir(folder);
    return ok;
}

static int destroy_server(struct cmp_server *server)
{
    for (struct unconfirmed *entry = server->unconfirmed, *next; entry != NULL; entry = next) {
        next = entry->next;
        talloc_free(entry);
    }
    for (struct session *session = server->sessions, *next; session != NULL; session = next) {
        next = session->next;
        session_free(server, session);
    }
    pthread_mutex_destroy(&server->lock);
    return 0;
}

struct cmp_server *cmp_server_new(TALLOC_CTX *context, const struct registry *registry,
                                  const struct cmp_server_options *options, struct ra_error *error)
{
    struct cmp_server *server = talloc_zero(context, struct cmp_server);
    if (server == NULL || pthread_mutex_init(&server->lock, NULL) != 0) {
        talloc_free(server);
        ra_fail(error, RA_NO_MEMORY, "CMP server");
        return NULL;
    }
    talloc_set_destructor(server, destroy_server);
    server->registry = *registry;
    server->options = *options;
    if (recover(server, error) && revocation_refresh(registry, false, error))
        return server;
    talloc_free(server);
    return NULL;
}

/* Revokes the certificate unless it was confirmed meanwhile. */
static bool withdraw_overdue(struct cmp_server *server, const struct unconfirmed *overdue,
                             struct ra_error *error)
{
    struct session *session = acquire(server, (struct bytes){overdue->id, overdue->id_length});
    if (session == NULL)
        return ra_fail(error, RA_UNAVAILABLE, "too many CMP transactions at once");
    struct transaction record;
    bool found = false;
    bool ok = transaction_read(server->registry.store, session_id(session), &record, &found, error);
    bool late = found && record.state == TRANSACTION_ISSUED &&
                record.at + server->options.confirm_seconds <= clock_now(server->registry.clock);
    if (ok && late)
        ok = session_withdraw(session, &record, error);
    X509_free(record.certificate);
    release(server, session, false);
    return ok;
}

bool cmp_server_tick(struct cmp_server *server, struct ra_error *error)
{
    bool ok = true;
    for (struct unconfirmed *overdue;
         ok && (overdue = take_overdue(server, clock_now(server->registry.clock))) != NULL;) {
        ok = withdraw_overdue(server, overdue, error);
        if (ok)
            talloc_free(overdue);
        else
            push_unconfirmed(server, overdue);
    }
    pthread_mutex_lock(&server->lock);
    drop_sessions(server, clock_now(server->registry.clock) - SESSION_IDLE_S);
    pthread_mutex_unlock(&server->lock);
    return ok && revocation_refresh(&server->registry, false, error);
}
