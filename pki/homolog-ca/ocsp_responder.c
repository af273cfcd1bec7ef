/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/homolog-ca/ocsp_responder.h"

#include "pki/homolog-ca/certificate_builder.h"
#include "pki/homolog-ca/ocsp_request.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <pthread.h>
#include <string.h>

enum { DAY_S = 86400, RESPONDER_LIFE_S = 90 * DAY_S, KEY_BITS = 2048 };

struct ocsp_responder {
    const struct registry *registry;
    EVP_PKEY *key;
    pthread_mutex_t lock; /* guards what follows */
    X509 *certificate[AUTHORITY_COUNT];
    time_t made_at[AUTHORITY_COUNT];
};

/* --- key and certificates --- */

static bool load_key(struct ocsp_responder *responder, struct ra_error *error)
{
    char *path = store_path(NULL, responder->registry->store, "keys/ocsp.pem");
    bool ok = path != NULL || ra_fail(error, RA_NO_MEMORY, "OCSP key");
    if (ok && store_has(path)) {
        ok = store_read_key(path, &responder->key, error);
    } else if (ok) {
        responder->key = EVP_RSA_gen(KEY_BITS);
        ok = responder->key != NULL ? store_write_key(path, responder->key, error)
                                    : ra_fail_crypto(error, "OCSP key");
    }
    talloc_free(path);
    return ok;
}

static int free_responder(struct ocsp_responder *responder)
{
    for (int i = 0; i < AUTHORITY_COUNT; i++)
        X509_free(responder->certificate[i]);
    EVP_PKEY_free(responder->key);
    pthread_mutex_destroy(&responder->lock);
    return 0;
}

struct ocsp_responder *ocsp_responder_new(TALLOC_CTX *context, const struct registry *registry,
                                          struct ra_error *error)
{
    struct ocsp_responder *responder = talloc_zero(context, struct ocsp_responder);
    if (responder == NULL || pthread_mutex_init(&responder->lock, NULL) != 0) {
        talloc_free(responder);
        ra_fail(error, RA_NO_MEMORY, "OCSP responder");
        return NULL;
    }
    responder->registry = registry;
    talloc_set_destructor(responder, free_responder);
    if (load_key(responder, error))
        return responder;
    talloc_free(responder);
    return NULL;
}

static X509_NAME *responder_name(struct ra_error *error)
{
    X509_NAME *name = X509_NAME_new();
    if (name != NULL && name_add(name, "C", "BR", error) && name_add(name, "O", "ICP-Brasil TESTE", error) &&
        name_add(name, "CN", "OCSP de Teste", error))
        return name;
    X509_NAME_free(name);
    return NULL;
}

/* By the instance's clock alone, like every answer. */
static X509 *certify(const struct ocsp_responder *responder, enum authority_id id, time_t now,
                     struct ra_error *error)
{
    X509 *issuer = responder->registry->hierarchy->certificate[id], *made = NULL;
    X509_NAME *name = responder_name(error);
    bool ok = name != NULL &&
              builder_begin(X509_get_subject_name(issuer), name, responder->key, now - DAY_S,
                            now + RESPONDER_LIFE_S, &made, error) &&
              builder_add_text(made, issuer, NID_subject_key_identifier, "hash", error) &&
              builder_add_text(made, issuer, NID_authority_key_identifier, "keyid:always", error) &&
              builder_add_text(made, issuer, NID_key_usage, "critical,digitalSignature", error) &&
              builder_add_text(made, issuer, NID_ext_key_usage, "OCSPSigning", error) &&
              builder_add_text(made, issuer, NID_id_pkix_OCSP_noCheck, "ignored", error);
    if (ok && X509_sign(made, responder->registry->hierarchy->key[id], EVP_sha256()) <= 0)
        ok = ra_fail_crypto(error, "sign the OCSP responder");
    X509_NAME_free(name);
    if (ok)
        return made;
    X509_free(made);
    return NULL;
}

/* A reference; NULL with the error set. */
static X509 *certificate_of(struct ocsp_responder *responder, enum authority_id id, struct ra_error *error)
{
    time_t now = clock_now(responder->registry->clock);
    pthread_mutex_lock(&responder->lock);
    X509 **kept = &responder->certificate[id];
    if (*kept == NULL || now > responder->made_at[id] + RESPONDER_LIFE_S / 2) {
        X509 *made = certify(responder, id, now, error);
        if (made != NULL) {
            X509_free(*kept);
            *kept = made;
            responder->made_at[id] = now;
        }
    }
    X509 *certificate = *kept;
    if (certificate != NULL)
        X509_up_ref(certificate);
    pthread_mutex_unlock(&responder->lock);
    return certificate;
}

/* --- whom it is about --- */

static bool is_of(const struct hierarchy *hierarchy, enum authority_id id, OCSP_CERTID *asked)
{
    ASN1_OBJECT *algorithm = NULL;
    OCSP_id_get0_info(NULL, &algorithm, NULL, NULL, asked);
    int digest = OBJ_obj2nid(algorithm);
    if (digest != NID_sha1 && digest != NID_sha256)
        return false;
    OCSP_CERTID *ours =
        OCSP_cert_to_id(digest == NID_sha1 ? EVP_sha1() : EVP_sha256(), NULL, hierarchy->certificate[id]);
    bool same = ours != NULL && OCSP_id_issuer_cmp(ours, asked) == 0;
    OCSP_CERTID_free(ours);
    return same;
}

/* The authority that all questions are about; AUTHORITY_COUNT when there is no such one. */
static enum authority_id subject_of(const struct hierarchy *hierarchy, OCSP_REQUEST *request)
{
    for (int i = 0; i < AUTHORITY_COUNT; i++) {
        enum authority_id id = (enum authority_id)i;
        int same = 0, count = OCSP_request_onereq_count(request);
        while (AUTHORITIES[id].leaves != NULL && same < count &&
               is_of(hierarchy, id, OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, same))))
            same++;
        if (same == count)
            return id;
    }
    return AUTHORITY_COUNT;
}

/* --- the answer --- */

static bool was_issued(const struct registry *registry, enum authority_id id, const char *serial)
{
    static const char *const FOLDERS[] = {"issued", "credentials"};
    X509 *found = NULL;
    struct ra_error absent = {0};
    for (size_t i = 0; found == NULL && i < sizeof FOLDERS / sizeof *FOLDERS; i++)
        if (!store_find_certificate(registry->store, FOLDERS[i], serial, &found, &absent))
            found = NULL;
    bool issued = found != NULL && authority_of(registry->hierarchy, X509_get_issuer_name(found)) == id;
    X509_free(found);
    return issued;
}

static bool add_status(const struct registry *registry, enum authority_id id, OCSP_CERTID *asked, time_t now,
                       OCSP_BASICRESP *basic, struct ra_error *error)
{
    char serial[SERIAL_TEXT_SIZE];
    ASN1_INTEGER *number = NULL;
    struct revocation_record record = {.found = false};
    OCSP_id_get0_info(NULL, NULL, NULL, &number, asked);
    serial_text(number, serial);
    if (!revocation_find(registry, id, serial, &record, error))
        return false;
    int status = record.found                       ? V_OCSP_CERTSTATUS_REVOKED
                 : was_issued(registry, id, serial) ? V_OCSP_CERTSTATUS_GOOD
                                                    : V_OCSP_CERTSTATUS_UNKNOWN;
    ASN1_TIME *from = ASN1_TIME_set(NULL, now), *until = ASN1_TIME_set(NULL, now + OCSP_LIFE_S);
    ASN1_TIME *revoked = record.found ? ASN1_TIME_set(NULL, (time_t)record.when) : NULL;
    bool ok = from != NULL && until != NULL && (revoked != NULL) == record.found &&
              OCSP_basic_add1_status(basic, asked, status, record.reason, revoked, from, until) != NULL;
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
    ASN1_TIME_free(revoked);
    return ok || ra_fail_crypto(error, "OCSP status");
}

/* producedAt by the instance's clock: OpenSSL knows only the machine's, and gives no setter. */
static bool set_produced_at(OCSP_BASICRESP *basic, time_t now)
{
    union {
        const ASN1_GENERALIZEDTIME *borrowed;
        ASN1_GENERALIZEDTIME *ours;
    } produced = {.borrowed = OCSP_resp_get0_produced_at(basic)};
    return ASN1_GENERALIZEDTIME_set(produced.ours, now) != NULL;
}

static bool sign(struct ocsp_responder *responder, enum authority_id id, time_t now, OCSP_BASICRESP *basic,
                 struct ra_error *error)
{
    X509 *certificate = certificate_of(responder, id, error);
    if (certificate == NULL)
        return false;
    bool ok = set_produced_at(basic, now) && OCSP_basic_sign(basic, certificate, responder->key, EVP_sha256(),
                                                             NULL, OCSP_RESPID_KEY | OCSP_NOTIME) == 1;
    X509_free(certificate);
    return ok || ra_fail_crypto(error, "sign an OCSP answer");
}

static bool fill(struct ocsp_responder *responder, enum authority_id id, OCSP_REQUEST *request,
                 OCSP_BASICRESP *basic, struct ra_error *error)
{
    time_t now = clock_now(responder->registry->clock);
    bool ok = basic != NULL || ra_fail(error, RA_NO_MEMORY, "OCSP answer");
    for (int i = 0; ok && i < OCSP_request_onereq_count(request); i++)
        ok = add_status(responder->registry, id, OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, i)),
                        now, basic, error);
    /* 2: the request had no nonce. */
    if (ok && OCSP_copy_nonce(basic, request) <= 0)
        ok = ra_fail_crypto(error, "OCSP nonce");
    return ok && sign(responder, id, now, basic, error);
}

static int answer_to(struct ocsp_responder *responder, OCSP_REQUEST *request, OCSP_BASICRESP *basic)
{
    struct ra_error error = {0};
    if (request == NULL)
        return OCSP_RESPONSE_STATUS_MALFORMEDREQUEST;
    enum authority_id id = subject_of(responder->registry->hierarchy, request);
    if (id == AUTHORITY_COUNT)
        return OCSP_RESPONSE_STATUS_UNAUTHORIZED;
    return fill(responder, id, request, basic, &error) ? OCSP_RESPONSE_STATUS_SUCCESSFUL
                                                       : OCSP_RESPONSE_STATUS_INTERNALERROR;
}

bool ocsp_respond(struct ocsp_responder *responder, TALLOC_CTX *memory, struct bytes request,
                  struct bytes *response, struct ra_error *error)
{
    OCSP_REQUEST *read = ocsp_request_read(request);
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    int status = answer_to(responder, read, basic);
    OCSP_RESPONSE *made =
        OCSP_response_create(status, status == OCSP_RESPONSE_STATUS_SUCCESSFUL ? basic : NULL);
    unsigned char *der = NULL;
    int length = made != NULL ? i2d_OCSP_RESPONSE(made, &der) : 0;
    if (length > 0)
        *response = bytes_copy(memory, der, (size_t)length);
    OPENSSL_free(der);
    OCSP_RESPONSE_free(made);
    OCSP_BASICRESP_free(basic);
    OCSP_REQUEST_free(read);
    bool ok = (length > 0 && response->data != NULL) || ra_fail_crypto(error, "OCSP answer");
    ERR_clear_error();
    return ok;
}
