/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_cmp_bound EMISSIONS KEY4096.pem KEY2048.pem
 *
 * What the conversation with the AC costs by itself: OpenSSL's own CMP client and server in one process, ir,
 * ip, certConf and pkiConf encoded and decoded, signed and verified, a certificate signed for each; nothing
 * is judged, journaled, stored or sent. On as many threads as there are processors. Its RSA operations are
 * five signatures (one of 4096 bits), as in an emission, and eight of its verifications, four of each size.
 */
#include <openssl/cmp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { THREADS_MAX = 64, VALID_S = 86400 };

static EVP_PKEY *authority_key, *party_key; /* one key serves both parties and the holder */
static X509 *authority, *server, *client;
static atomic_long left, serials;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_cmp_bound: %s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static void must(int ok, const char *what)
{
    if (ok != 1)
        die(what);
}

static void add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_nconf_nid(NULL, &context, nid, value);
    must(extension != NULL && X509_add_ext(certificate, extension, -1) == 1, "extension");
    X509_EXTENSION_free(extension);
}

/* Signed by the authority; `issuer` NULL: the authority itself. */
static X509 *certify(const char *name, EVP_PKEY *key, X509 *issuer)
{
    X509 *made = X509_new();
    X509_NAME *subject = made != NULL ? X509_get_subject_name(made) : NULL;
    must(subject != NULL && X509_set_version(made, X509_VERSION_3) == 1 &&
             ASN1_INTEGER_set_int64(X509_get_serialNumber(made), atomic_fetch_add(&serials, 1)) == 1 &&
             X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1,
                                        0) == 1 &&
             X509_set_issuer_name(made, issuer != NULL ? X509_get_subject_name(issuer) : subject) == 1 &&
             X509_gmtime_adj(X509_getm_notBefore(made), -VALID_S) != NULL &&
             X509_gmtime_adj(X509_getm_notAfter(made), VALID_S) != NULL && X509_set_pubkey(made, key) == 1,
         "certificate");
    add_extension(made, issuer != NULL ? issuer : made, NID_basic_constraints,
                  issuer != NULL ? "CA:FALSE" : "critical,CA:TRUE");
    add_extension(made, issuer != NULL ? issuer : made, NID_subject_key_identifier, "hash");
    must(X509_sign(made, authority_key, EVP_sha256()) > 0, "signature of a certificate");
    return made;
}

static OSSL_CMP_PKISI *on_request(OSSL_CMP_SRV_CTX *cmp, const OSSL_CMP_MSG *message, int id,
                                  const OSSL_CRMF_MSG *crmf, const X509_REQ *csr, X509 **certificate,
                                  STACK_OF(X509) **chain, STACK_OF(X509) **roots)
{
    (void)cmp, (void)message, (void)id, (void)crmf, (void)csr;
    *certificate = certify("titular", party_key, authority);
    *chain = *roots = NULL;
    return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_accepted, 0, NULL);
}

static int on_confirmation(OSSL_CMP_SRV_CTX *cmp, const OSSL_CMP_MSG *message, int id,
                           const ASN1_OCTET_STRING *hash, const OSSL_CMP_PKISI *info)
{
    (void)cmp, (void)message, (void)id, (void)hash, (void)info;
    return 1;
}

/* As it would arrive. */
static OSSL_CMP_MSG *arrived(const OSSL_CMP_MSG *message)
{
    unsigned char *encoded = NULL;
    int length = i2d_OSSL_CMP_MSG(message, &encoded);
    const unsigned char *at = encoded;
    OSSL_CMP_MSG *decoded = length > 0 ? d2i_OSSL_CMP_MSG(NULL, &at, length) : NULL;
    OPENSSL_free(encoded);
    return decoded;
}

static OSSL_CMP_MSG *transfer(OSSL_CMP_CTX *cmp, const OSSL_CMP_MSG *message)
{
    OSSL_CMP_MSG *request = arrived(message);
    OSSL_CMP_MSG *answer =
        request != NULL ? OSSL_CMP_SRV_process_request(OSSL_CMP_CTX_get_transfer_cb_arg(cmp), request) : NULL;
    OSSL_CMP_MSG *brought = answer != NULL ? arrived(answer) : NULL;
    OSSL_CMP_MSG_free(request);
    OSSL_CMP_MSG_free(answer);
    return brought;
}

static void set_party(OSSL_CMP_CTX *cmp, X509 *certificate)
{
    X509_STORE *trusted = X509_STORE_new();
    must(trusted != NULL && X509_STORE_add_cert(trusted, authority) == 1 &&
             OSSL_CMP_CTX_set0_trustedStore(cmp, trusted) == 1 &&
             OSSL_CMP_CTX_set1_cert(cmp, certificate) == 1 && OSSL_CMP_CTX_set1_pkey(cmp, party_key) == 1,
         "party");
}

static void converse(void)
{
    OSSL_CMP_SRV_CTX *answers = OSSL_CMP_SRV_CTX_new(NULL, NULL);
    OSSL_CMP_CTX *asks = OSSL_CMP_CTX_new(NULL, NULL);
    must(answers != NULL && asks != NULL, "contexts");
    set_party(OSSL_CMP_SRV_CTX_get0_cmp_ctx(answers), server);
    set_party(asks, client);
    must(OSSL_CMP_SRV_CTX_init(answers, NULL, on_request, NULL, NULL, NULL, on_confirmation, NULL) == 1 &&
             OSSL_CMP_SRV_CTX_set_accept_raverified(answers, 1) == 1 && EVP_PKEY_up_ref(party_key) == 1 &&
             OSSL_CMP_CTX_set0_newPkey(asks, 0, party_key) == 1 &&
             OSSL_CMP_CTX_set1_subjectName(asks, X509_get_subject_name(client)) == 1 &&
             OSSL_CMP_CTX_set_option(asks, OSSL_CMP_OPT_POPO_METHOD, OSSL_CRMF_POPO_RAVERIFIED) == 1 &&
             OSSL_CMP_CTX_set_transfer_cb(asks, transfer) == 1 &&
             OSSL_CMP_CTX_set_transfer_cb_arg(asks, answers) == 1,
         "settings");
    if (OSSL_CMP_exec_certreq(asks, OSSL_CMP_IR, NULL) == NULL)
        die("conversation");
    OSSL_CMP_CTX_free(asks);
    OSSL_CMP_SRV_CTX_free(answers);
}

static void *work(void *unused)
{
    while (atomic_fetch_sub(&left, 1) > 0)
        converse();
    return unused;
}

static EVP_PKEY *load_key(const char *path)
{
    FILE *file = fopen(path, "r");
    EVP_PKEY *key = file != NULL ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
    if (key == NULL)
        die(path);
    fclose(file);
    return key;
}

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    must(clock_gettime(clock, &now) == 0, "clock");
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    long count = argc == 4 ? strtol(argv[1], NULL, 10) : 0;
    long threads = sysconf(_SC_NPROCESSORS_ONLN);
    pthread_t running[THREADS_MAX];
    if (count <= 0) {
        fprintf(stderr, "usage: bench_cmp_bound EMISSIONS KEY4096.pem KEY2048.pem\n");
        return 2;
    }
    threads = threads < 1 ? 1 : threads > THREADS_MAX ? THREADS_MAX : threads;
    authority_key = load_key(argv[2]);
    party_key = load_key(argv[3]);
    authority = certify("AC", authority_key, NULL);
    server = certify("AC CMP", party_key, authority);
    client = certify("AR", party_key, authority);
    converse();
    atomic_store(&left, count);
    double started = seconds_of(CLOCK_MONOTONIC), busy = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    for (long i = 0; i < threads; i++)
        must(pthread_create(&running[i], NULL, work, NULL) == 0, "thread");
    for (long i = 0; i < threads; i++)
        pthread_join(running[i], NULL);
    printf("{\"emissions\":%ld,\"threads\":%ld,\"seconds\":%.6f,\"cpu_seconds\":%.6f}\n", count, threads,
           seconds_of(CLOCK_MONOTONIC) - started, seconds_of(CLOCK_PROCESS_CPUTIME_ID) - busy);
    X509_free(authority);
    X509_free(server);
    X509_free(client);
    EVP_PKEY_free(authority_key);
    EVP_PKEY_free(party_key);
    return 0;
}
