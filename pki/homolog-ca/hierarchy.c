/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/homolog-ca/hierarchy.h"

#include "pki/base/file.h"
#include "pki/homolog-ca/certificate_builder.h"

#include <openssl/pkcs7.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum {
    HOUR = 3600,
    DAY = 24 * HOUR,
    MONTH = 30 * DAY,
    YEAR = 31557600, /* seconds of a Julian year */
    CMP_KEY_BITS = 2048,
    JOB_COUNT = AUTHORITY_COUNT + 1, /* the last one is the CMP signer's */
};

#define TEST_ORGANISATION "ICP-Brasil TESTE"
#define TEST_UNIT         "Ambiente de Teste - Sem Valor Legal"
#define TEST_CPS          "http://dpc.teste.invalid/dpc.pdf"

/* The real type arcs with a number that no AC has (certificate-profiles 3.2). */
static const struct leaf_policy LEGACY_LEAVES[] = {{"2.16.76.1.2.1.999999", 1, 2048},
                                                   {"2.16.76.1.2.3.999999", 5, 2048},
                                                   {"2.16.76.1.2.4.999999", 6, 4096},
                                                   {NULL, 0, 0}};
static const struct leaf_policy NEW_LEAVES[] = {{"2.16.76.1.2.3.999999", 5, 2048},
                                                {"2.16.76.1.2.4.999999", 6, 4096},
                                                {"2.16.76.1.2.201.999999", 1, 2048},
                                                {"2.16.76.1.2.202.999999", 5, 2048},
                                                {NULL, 0, 0}};

const struct authority_row AUTHORITIES[AUTHORITY_COUNT] = {
    [AUTHORITY_TR5] = {"tr5", AUTHORITY_TR5, TEST_UNIT, "AC Raiz de Teste v5", 13, 90 * DAY, NULL},
    [AUTHORITY_TRFB] = {"trfb", AUTHORITY_TR5, "AC Raiz de Teste v5", "AC de Teste Receita v4", 13, 45 * DAY,
                        NULL},
    [AUTHORITY_TISS] = {"tiss", AUTHORITY_TRFB, "Secretaria da Receita Federal do Brasil - RFB",
                        "AC de Teste RFB v5", 12, 6 * HOUR, LEGACY_LEAVES},
    [AUTHORITY_TAC5] = {"tac5", AUTHORITY_TR5, "AC Raiz de Teste v5", "AC de Teste v5", 13, 45 * DAY, NULL},
    [AUTHORITY_TMUL] = {"tmul", AUTHORITY_TAC5, "AC de Teste v5", "AC de Teste Multipla v5", 12, 6 * HOUR,
                        LEGACY_LEAVES},
    [AUTHORITY_TR12] = {"tr12", AUTHORITY_TR12, TEST_UNIT, "AC Raiz de Teste v12", 13, 90 * DAY, NULL},
    [AUTHORITY_TAC12] = {"tac12", AUTHORITY_TR12, "AC Raiz de Teste v12", "AC de Teste v12", 13, 45 * DAY,
                         NULL},
    [AUTHORITY_TISS12] = {"tiss12", AUTHORITY_TAC12, "AC de Teste v12", "AC de Teste Final v12", 12, 6 * HOUR,
                          NEW_LEAVES},
    [AUTHORITY_TLS] = {"tls", AUTHORITY_TLS, TEST_UNIT, "Raiz TLS de Teste", 10, 90 * DAY, NULL},
};

struct clock_span clock_span_now(const struct ra_clock *clock)
{
    static const struct ra_clock MACHINE = {0};
    time_t machine = clock_now(&MACHINE), instance = clock_now(clock);
    return machine < instance ? (struct clock_span){machine, instance}
                              : (struct clock_span){instance, machine};
}

enum authority_id authority_by_name(const char *name)
{
    int found = 0;
    while (found < AUTHORITY_COUNT && strcmp(AUTHORITIES[found].name, name) != 0)
        found++;
    return (enum authority_id)found;
}

/* Keys: a queue of names, taken by as many threads as there are processors. RSA 4096 takes seconds. */
struct key_queue {
    const struct store *store;
    int ca_key_bits;
    atomic_int next;
    pthread_mutex_t lock; /* guards `ok` and `error` */
    bool ok;
    struct ra_error error;
};

static const char *job_name(int job)
{
    return job < AUTHORITY_COUNT ? AUTHORITIES[job].name : "cmp";
}

static EVP_PKEY *generate_key(const struct key_queue *queue, int job)
{
    if (job == AUTHORITY_TLS)
        return EVP_EC_gen("P-256");
    return EVP_RSA_gen((unsigned)(job < AUTHORITY_COUNT ? queue->ca_key_bits : CMP_KEY_BITS));
}

static bool ensure_key(const struct key_queue *queue, int job, struct ra_error *error)
{
    char *path = store_path(NULL, queue->store, "keys/%s.pem", job_name(job));
    if (path == NULL)
        return ra_fail(error, RA_NO_MEMORY, "key");
    bool ok = true;
    if (!store_has(path)) {
        EVP_PKEY *key = generate_key(queue, job);
        ok = key != NULL ? store_write_key(path, key, error) : ra_fail_crypto(error, "generate a key");
        EVP_PKEY_free(key);
    }
    talloc_free(path);
    return ok;
}

static void *work_on_keys(void *argument)
{
    struct key_queue *queue = argument;
    for (int job; (job = atomic_fetch_add(&queue->next, 1)) < JOB_COUNT;) {
        struct ra_error error = {0};
        if (ensure_key(queue, job, &error))
            continue;
        pthread_mutex_lock(&queue->lock);
        queue->ok = false;
        queue->error = error;
        pthread_mutex_unlock(&queue->lock);
    }
    return NULL;
}

static bool ensure_keys(const struct store *store, int ca_key_bits, struct ra_error *error)
{
    enum { THREADS_MAX = 8 };
    pthread_t threads[THREADS_MAX];
    struct key_queue queue = {.store = store, .ca_key_bits = ca_key_bits, .ok = true};
    pthread_mutex_init(&queue.lock, NULL);
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int started = 0;
    for (; started < THREADS_MAX && started + 1 < processors; started++)
        if (pthread_create(&threads[started], NULL, work_on_keys, &queue) != 0)
            break;
    work_on_keys(&queue);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&queue.lock);
    if (!queue.ok)
        *error = queue.error;
    return queue.ok;
}

static X509_NAME *new_name(const char *unit, const char *common_name, struct ra_error *error)
{
    X509_NAME *name = X509_NAME_new();
    if (name != NULL && name_add(name, "C", "BR", error) && name_add(name, "O", TEST_ORGANISATION, error) &&
        name_add(name, "OU", unit, error) && name_add(name, "CN", common_name, error))
        return name;
    X509_NAME_free(name);
    return NULL;
}

static bool is_root(enum authority_id id)
{
    return AUTHORITIES[id].issuer == id;
}

static time_t not_after_of(X509 *certificate)
{
    struct tm parts = {0};
    return ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) == 1 ? timegm(&parts) : 0;
}

static bool add_authority_policies(X509 *certificate, const struct authority_row *row, struct ra_error *error)
{
    const char *oids[8] = {"2.16.76.1.1.999999", NULL};
    for (size_t i = 0; row->leaves != NULL && row->leaves[i].oid != NULL && i < 7; i++)
        oids[i] = row->leaves[i].oid;
    return builder_add_policies(certificate, oids, TEST_CPS, error);
}

static bool add_authority_extensions(const struct hierarchy *hierarchy, enum authority_id id,
                                     X509 *certificate, struct ra_error *error)
{
    const struct authority_row *row = &AUTHORITIES[id];
    bool issues_leaves = row->leaves != NULL;
    const char *constraints = issues_leaves ? "critical,CA:TRUE,pathlen:0"
                              : is_root(id) ? "critical,CA:TRUE"
                                            : "critical,CA:TRUE,pathlen:1";
    X509 *issuer = is_root(id) ? NULL : hierarchy->certificate[row->issuer];
    if (!builder_add_text(certificate, issuer, NID_subject_key_identifier, "hash", error) ||
        !builder_add_text(certificate, issuer, NID_authority_key_identifier, "keyid:always", error) ||
        !builder_add_text(certificate, issuer, NID_basic_constraints, constraints, error) ||
        !builder_add_text(certificate, issuer, NID_key_usage, "critical,keyCertSign,cRLSign", error))
        return false;
    if (id == AUTHORITY_TLS)
        return true;
    if (!add_authority_policies(certificate, row, error))
        return false;
    char address[512];
    snprintf(address, sizeof address, "%s/crl/%s.crl", hierarchy->base_url, AUTHORITIES[row->issuer].name);
    return is_root(id) || builder_add_crl_points(certificate, (const char *[]){address, NULL}, error);
}

static bool sign_authority(struct hierarchy *hierarchy, enum authority_id id, const struct ra_clock *clock,
                           struct ra_error *error)
{
    const struct authority_row *row = &AUTHORITIES[id];
    struct clock_span span = clock_span_now(clock);
    time_t not_after = span.later + (time_t)row->years * YEAR;
    X509_NAME *name = new_name(row->unit, row->common_name, error);
    if (name == NULL)
        return false;
    const X509_NAME *issuer = name;
    if (!is_root(id)) {
        issuer = X509_get_subject_name(hierarchy->certificate[row->issuer]);
        time_t limit = not_after_of(hierarchy->certificate[row->issuer]);
        not_after = not_after < limit ? not_after : limit;
    }
    X509 *made = NULL;
    const EVP_MD *digest = id == AUTHORITY_TLS ? EVP_sha256() : EVP_sha512();
    bool ok =
        builder_begin(issuer, name, hierarchy->key[id], span.earlier - MONTH, not_after, &made, error) &&
        add_authority_extensions(hierarchy, id, made, error);
    if (ok && X509_sign(made, hierarchy->key[row->issuer], digest) <= 0)
        ok = ra_fail_crypto(error, "sign an authority");
    X509_NAME_free(name);
    if (!ok) {
        X509_free(made);
        return false;
    }
    hierarchy->certificate[id] = made;
    return true;
}

static bool write_one(const struct store *store, const char *name, X509 *certificate, struct ra_error *error)
{
    char *path = store_path(NULL, store, "certificates/%s.pem", name);
    STACK_OF(X509) *one = sk_X509_new_null();
    bool ok = path != NULL && one != NULL && sk_X509_push(one, certificate) > 0
                  ? store_write_certificates(path, one, error)
                  : ra_fail(error, RA_NO_MEMORY, "certificate");
    sk_X509_free(one);
    talloc_free(path);
    return ok;
}

static bool load_pair(const struct store *store, const char *name, EVP_PKEY **key, X509 **certificate,
                      struct ra_error *error)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    char *key_path = store_path(scratch, store, "keys/%s.pem", name);
    char *certificate_path = store_path(scratch, store, "certificates/%s.pem", name);
    bool ok = key_path != NULL && certificate_path != NULL ? store_read_key(key_path, key, error)
                                                           : ra_fail(error, RA_NO_MEMORY, "hierarchy");
    if (ok && store_has(certificate_path))
        ok = store_read_certificate(certificate_path, certificate, error);
    talloc_free(scratch);
    return ok;
}

static bool sign_cmp_signer(struct hierarchy *hierarchy, const struct ra_clock *clock, struct ra_error *error)
{
    X509 *issuer = hierarchy->certificate[AUTHORITY_TISS], *made = NULL;
    X509_NAME *name = new_name(TEST_UNIT, "AC de Teste RFB v5 - mensagens CMP", error);
    bool ok = name != NULL &&
              builder_begin(X509_get_subject_name(issuer), name, hierarchy->cmp_key,
                            clock_span_now(clock).earlier - MONTH, not_after_of(issuer), &made, error) &&
              builder_add_text(made, issuer, NID_subject_key_identifier, "hash", error) &&
              builder_add_text(made, issuer, NID_key_usage, "critical,digitalSignature", error) &&
              builder_add_text(made, issuer, NID_ext_key_usage, "cmcCA", error) &&
              hierarchy_add_issuer_extensions(hierarchy, AUTHORITY_TISS, made, error);
    if (ok && X509_sign(made, hierarchy->key[AUTHORITY_TISS], EVP_sha256()) <= 0)
        ok = ra_fail_crypto(error, "sign the CMP signer");
    X509_NAME_free(name);
    if (!ok) {
        X509_free(made);
        return false;
    }
    hierarchy->cmp_certificate = made;
    return true;
}

/* Certificates come after all keys, issuers before those they certify, so that a half-made hierarchy can be
 * finished: a certificate on disk always belongs to the key on disk. */
static bool ensure_certificates(const struct store *store, struct hierarchy *hierarchy,
                                const struct ra_clock *clock, struct ra_error *error)
{
    for (int i = 0; i < AUTHORITY_COUNT; i++) {
        enum authority_id id = (enum authority_id)i;
        if (!load_pair(store, AUTHORITIES[id].name, &hierarchy->key[id], &hierarchy->certificate[id], error))
            return false;
        if (hierarchy->certificate[id] == NULL &&
            (!sign_authority(hierarchy, id, clock, error) ||
             !write_one(store, AUTHORITIES[id].name, hierarchy->certificate[id], error)))
            return false;
    }
    if (!load_pair(store, "cmp", &hierarchy->cmp_key, &hierarchy->cmp_certificate, error))
        return false;
    return hierarchy->cmp_certificate != NULL || (sign_cmp_signer(hierarchy, clock, error) &&
                                                  write_one(store, "cmp", hierarchy->cmp_certificate, error));
}

STACK_OF(X509) *hierarchy_chain(const struct hierarchy *hierarchy, enum authority_id authority)
{
    STACK_OF(X509) *chain = sk_X509_new_null();
    for (enum authority_id id = authority; chain != NULL; id = AUTHORITIES[id].issuer) {
        if (X509_add_cert(chain, hierarchy->certificate[id], X509_ADD_FLAG_UP_REF) != 1) {
            sk_X509_pop_free(chain, X509_free);
            return NULL;
        }
        if (is_root(id))
            break;
    }
    return chain;
}

bool hierarchy_add_issuer_extensions(const struct hierarchy *hierarchy, enum authority_id issuer,
                                     X509 *certificate, struct ra_error *error)
{
    char first[512], second[512], chain[512], responder[512];
    const char *name = AUTHORITIES[issuer].name;
    snprintf(first, sizeof first, "%s/crl/%s.crl", hierarchy->base_url, name);
    snprintf(second, sizeof second, "%s/lcr/%s.crl", hierarchy->base_url, name);
    snprintf(chain, sizeof chain, "%s/p7b/%s.p7b", hierarchy->base_url, name);
    snprintf(responder, sizeof responder, "%s/ocsp", hierarchy->base_url);
    return builder_add_text(certificate, hierarchy->certificate[issuer], NID_authority_key_identifier,
                            "keyid:always", error) &&
           builder_add_crl_points(certificate, (const char *[]){first, second, NULL}, error) &&
           builder_add_access(certificate, chain, responder, error);
}

/* PKCS#7 certs-only (degenerate SignedData), as caIssuers promises. */
static bool write_p7b(const struct store *store, const char *name, STACK_OF(X509) *chain,
                      struct ra_error *error)
{
    char *path = store_path(NULL, store, "public/%s.p7b", name);
    PKCS7 *bundle = PKCS7_new();
    bool ok = path != NULL && bundle != NULL && PKCS7_set_type(bundle, NID_pkcs7_signed) == 1 &&
              PKCS7_content_new(bundle, NID_pkcs7_data) == 1 && PKCS7_set_detached(bundle, 1) == 1;
    for (int i = 0; ok && i < sk_X509_num(chain); i++)
        ok = PKCS7_add_certificate(bundle, sk_X509_value(chain, i)) == 1;
    unsigned char *der = NULL;
    int length = ok ? i2d_PKCS7(bundle, &der) : 0;
    ok = length > 0 ? file_write(path, (struct bytes){der, (size_t)length}, 0644, error)
                    : ra_fail_crypto(error, "certs-only PKCS#7");
    OPENSSL_free(der);
    PKCS7_free(bundle);
    talloc_free(path);
    return ok;
}

static bool write_public(const struct store *store, const char *name, STACK_OF(X509) *certificates,
                         struct ra_error *error)
{
    char *path = store_path(NULL, store, "public/%s.pem", name);
    bool ok = path != NULL && certificates != NULL ? store_write_certificates(path, certificates, error)
                                                   : ra_fail(error, RA_NO_MEMORY, "public certificates");
    talloc_free(path);
    return ok;
}

static bool publish_chain(const struct store *store, const struct hierarchy *hierarchy, enum authority_id id,
                          const char *name, struct ra_error *error)
{
    STACK_OF(X509) *chain = hierarchy_chain(hierarchy, id);
    bool ok = write_public(store, name, chain, error) && write_p7b(store, AUTHORITIES[id].name, chain, error);
    sk_X509_pop_free(chain, X509_free);
    return ok;
}

static bool publish_set(const struct store *store, const struct hierarchy *hierarchy, const char *name,
                        const enum authority_id *members, size_t count, struct ra_error *error)
{
    STACK_OF(X509) *set = sk_X509_new_null();
    bool ok = set != NULL;
    for (size_t i = 0; ok && i < count; i++)
        ok = sk_X509_push(set, hierarchy->certificate[members[i]]) > 0;
    ok = ok ? write_public(store, name, set, error) : ra_fail(error, RA_NO_MEMORY, "public certificates");
    sk_X509_free(set);
    return ok;
}

static bool publish(const struct store *store, const struct hierarchy *hierarchy, struct ra_error *error)
{
    static const enum authority_id ALL[] = {AUTHORITY_TR5, AUTHORITY_TR12, AUTHORITY_TLS};
    static const enum authority_id AC[] = {AUTHORITY_TR5, AUTHORITY_TR12};
    static const enum authority_id AGENTS[] = {AUTHORITY_TR5};
    static const enum authority_id INTERMEDIATES[] = {AUTHORITY_TISS, AUTHORITY_TRFB,   AUTHORITY_TMUL,
                                                      AUTHORITY_TAC5, AUTHORITY_TISS12, AUTHORITY_TAC12};
    for (int i = 0; i < AUTHORITY_COUNT; i++)
        if (!publish_chain(store, hierarchy, (enum authority_id)i, AUTHORITIES[i].name, error))
            return false;
    return publish_chain(store, hierarchy, AUTHORITY_TISS, "ac-chain", error) &&
           publish_chain(store, hierarchy, AUTHORITY_TMUL, "agents-chain", error) &&
           publish_set(store, hierarchy, "roots", ALL, 3, error) &&
           publish_set(store, hierarchy, "ac-anchors", AC, 2, error) &&
           publish_set(store, hierarchy, "agents-anchors", AGENTS, 1, error) &&
           publish_set(store, hierarchy, "intermediates", INTERMEDIATES, 6, error);
}

static bool set_base_url(const struct store *store, const char *url, struct hierarchy *hierarchy,
                         struct ra_error *error)
{
    static const char ALLOWED[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:/[]";
    size_t length = strlen(url);
    while (length > 0 && url[length - 1] == '/')
        length--;
    if (strncmp(url, "http://", 7) != 0 || strspn(url, ALLOWED) != strlen(url) ||
        length >= sizeof hierarchy->base_url - 1)
        return ra_fail(error, RA_INVALID, "--base-url must look like http://localhost:8082");
    memcpy(hierarchy->base_url, url, length);
    hierarchy->base_url[length] = '\0';
    char *path = store_path(NULL, store, "base-url");
    bool ok = path != NULL && file_write(path, bytes_of_text(hierarchy->base_url), 0644, error);
    talloc_free(path);
    return ok;
}

bool hierarchy_init(const struct store *store, const struct ra_clock *clock, const char *base_url,
                    int ca_key_bits, struct ra_error *error)
{
    struct hierarchy hierarchy = {0};
    bool ok = store_create(store, error) && set_base_url(store, base_url, &hierarchy, error) &&
              ensure_keys(store, ca_key_bits, error) &&
              ensure_certificates(store, &hierarchy, clock, error) && publish(store, &hierarchy, error);
    hierarchy_clear(&hierarchy);
    return ok;
}

static bool load_base_url(const struct store *store, struct hierarchy *hierarchy, struct ra_error *error)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    char *path = store_path(scratch, store, "base-url");
    struct bytes content;
    bool ok = path != NULL && file_read(scratch, path, sizeof hierarchy->base_url - 1, &content, error);
    if (ok)
        memcpy(hierarchy->base_url, content.data, content.length);
    talloc_free(scratch);
    return ok;
}

bool hierarchy_load(const struct store *store, struct hierarchy *hierarchy, struct ra_error *error)
{
    *hierarchy = (struct hierarchy){0};
    if (!load_base_url(store, hierarchy, error) ||
        !load_pair(store, "cmp", &hierarchy->cmp_key, &hierarchy->cmp_certificate, error))
        return false;
    bool complete = hierarchy->cmp_certificate != NULL;
    for (int i = 0; i < AUTHORITY_COUNT; i++) {
        if (!load_pair(store, AUTHORITIES[i].name, &hierarchy->key[i], &hierarchy->certificate[i], error))
            return false;
        complete = complete && hierarchy->certificate[i] != NULL;
    }
    return complete || ra_fail(error, RA_INTERNAL, "the hierarchy is incomplete: run homolog-ca init again");
}

void hierarchy_clear(struct hierarchy *hierarchy)
{
    for (int i = 0; i < AUTHORITY_COUNT; i++) {
        X509_free(hierarchy->certificate[i]);
        EVP_PKEY_free(hierarchy->key[i]);
    }
    X509_free(hierarchy->cmp_certificate);
    EVP_PKEY_free(hierarchy->cmp_key);
    *hierarchy = (struct hierarchy){0};
}
