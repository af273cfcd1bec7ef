/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/identity.h"

#include "pki/trust/secret_file.h"
#include "pki/trust/signed.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>
#include <string.h>

enum {
    CERTIFICATES_MAX = 32,    /* in one file */
    ITERATIONS_MAX = 5000000, /* of a MAC: more is a file made to keep the reader busy */
};

struct identity {
    EVP_PKEY *key;
    X509 *certificate;
    STACK_OF(X509) *chain;
    uint8_t spki[32];
};

static int identity_release(struct identity *identity)
{
    EVP_PKEY_free(identity->key); /* OpenSSL wipes private numbers when it frees them */
    X509_free(identity->certificate);
    sk_X509_pop_free(identity->chain, X509_free);
    return 0;
}

EVP_PKEY *identity_key(const struct identity *identity)
{
    return identity->key;
}

X509 *identity_certificate(const struct identity *identity)
{
    return identity->certificate;
}

STACK_OF(X509) *identity_chain(const struct identity *identity)
{
    return identity->chain;
}

const uint8_t *identity_spki(const struct identity *identity)
{
    return identity->spki;
}

/* What a pass-phrase question came to. */
struct question {
    const struct identity_passphrase *passphrase;
    struct ra_error *error;
    bool asked;
    bool refused; /* nobody to ask, or nobody answered; *error is set */
};

static bool ask(struct question *question, char buffer[IDENTITY_PASSPHRASE_SIZE])
{
    const struct identity_passphrase *passphrase = question->passphrase;
    question->asked = true;
    memset(buffer, 0, IDENTITY_PASSPHRASE_SIZE);
    if (passphrase == NULL || passphrase->ask == NULL)
        question->refused = !ra_fail_reason(question->error, RA_INVALID, "identity-passphrase",
                                            "O arquivo da identidade é protegido por senha.");
    else
        question->refused =
            !passphrase->ask(passphrase->state, buffer, IDENTITY_PASSPHRASE_SIZE, question->error);
    buffer[IDENTITY_PASSPHRASE_SIZE - 1] = '\0';
    return !question->refused;
}

static int answer_pem(char *buffer, int size, int writing, void *state)
{
    struct question *question = state;
    char answer[IDENTITY_PASSPHRASE_SIZE];
    int length = -1;
    if (writing == 0 && !question->asked && ask(question, answer)) {
        size_t found = strlen(answer);
        if (size > 0 && found <= (size_t)size) {
            memcpy(buffer, answer, found);
            length = (int)found;
        }
    }
    OPENSSL_cleanse(answer, sizeof answer);
    return length;
}

static bool refuse(struct ra_error *error, const char *reason, const char *detail)
{
    ERR_clear_error();
    return ra_fail_reason(error, RA_INVALID, reason, "%s", detail);
}

static bool wrong_passphrase(struct ra_error *error)
{
    return refuse(error, "identity-passphrase", "A senha da identidade não confere.");
}

static bool read_pem_key(BIO *input, struct question *question, EVP_PKEY **key)
{
    *key = PEM_read_bio_PrivateKey(input, NULL, answer_pem, question);
    if (*key != NULL)
        return true;
    if (question->refused) {
        ERR_clear_error();
        return false; /* the error says why nobody answered */
    }
    if (question->asked)
        return wrong_passphrase(question->error);
    return refuse(question->error, "identity-without-key",
                  "O arquivo da identidade não traz uma chave privada.");
}

static bool read_pem_certificates(BIO *input, STACK_OF(X509) *found, struct ra_error *error)
{
    for (;;) {
        X509 *certificate = PEM_read_bio_X509(input, NULL, NULL, NULL);
        if (certificate == NULL)
            break;
        if (sk_X509_num(found) == CERTIFICATES_MAX || sk_X509_push(found, certificate) <= 0) {
            X509_free(certificate);
            return refuse(error, "identity-malformed", "O arquivo da identidade traz certificados demais.");
        }
    }
    bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    return ended || refuse(error, "identity-malformed", "Um certificado da identidade está danificado.");
}

static bool read_pem(struct bytes file, struct question *question, EVP_PKEY **key, STACK_OF(X509) *found)
{
    BIO *input = BIO_new_mem_buf(file.data, (int)file.length);
    BIO *again = BIO_new_mem_buf(file.data, (int)file.length);
    bool done = false;
    if (input == NULL || again == NULL)
        ra_fail_crypto(question->error, "identity");
    else
        done = read_pem_key(input, question, key) && read_pem_certificates(again, found, question->error);
    BIO_free(input);
    BIO_free(again);
    return done;
}

/* Leaves in `answer` the pass phrase that the file's MAC accepts. */
static bool open_pkcs12(PKCS12 *container, struct question *question, char answer[IDENTITY_PASSPHRASE_SIZE])
{
    answer[0] = '\0';
    if (PKCS12_mac_present(container) != 1)
        return refuse(question->error, "identity-malformed",
                      "O arquivo PKCS#12 não tem proteção de integridade.");
    const ASN1_INTEGER *iterations = NULL;
    PKCS12_get0_mac(NULL, NULL, NULL, &iterations, container);
    if (iterations != NULL &&
        (ASN1_INTEGER_get(iterations) < 1 || ASN1_INTEGER_get(iterations) > ITERATIONS_MAX))
        return refuse(question->error, "identity-malformed",
                      "O arquivo PKCS#12 pede contas demais para ser aberto.");
    if (PKCS12_verify_mac(container, "", 0) == 1)
        return true;
    if (!ask(question, answer))
        return false;
    return PKCS12_verify_mac(container, answer, -1) == 1 || wrong_passphrase(question->error);
}

static bool read_pkcs12(struct bytes file, struct question *question, EVP_PKEY **key, STACK_OF(X509) *found)
{
    char answer[IDENTITY_PASSPHRASE_SIZE] = "";
    const unsigned char *at = file.data;
    X509 *leaf = NULL;
    STACK_OF(X509) *others = NULL;
    PKCS12 *container = d2i_PKCS12(NULL, &at, (long)file.length);
    bool done = false;
    if (container == NULL || at != file.data + file.length)
        refuse(question->error, "identity-malformed", "O arquivo da identidade não é PEM nem PKCS#12.");
    else if (open_pkcs12(container, question, answer)) {
        if (PKCS12_parse(container, answer, key, &leaf, &others) != 1)
            refuse(question->error, "identity-malformed",
                   "O arquivo PKCS#12 usa uma cifra antiga (RC2) ou está danificado. Refaça-o com: "
                   "openssl "
                   "pkcs12 -legacy -in ANTIGO -nodes | openssl pkcs12 -export -out NOVO");
        else
            done = true;
    }
    if (done && leaf != NULL && sk_X509_push(found, leaf) > 0)
        leaf = NULL;
    while (done && others != NULL && sk_X509_num(others) > 0 && sk_X509_num(found) < CERTIFICATES_MAX) {
        X509 *other = sk_X509_shift(others);
        if (sk_X509_push(found, other) <= 0)
            X509_free(other);
    }
    OPENSSL_cleanse(answer, sizeof answer);
    X509_free(leaf);
    sk_X509_pop_free(others, X509_free);
    PKCS12_free(container);
    return done;
}

static bool choose_certificate(struct identity *identity, STACK_OF(X509) *found, struct ra_error *error)
{
    for (int i = 0; i < sk_X509_num(found); i++) {
        X509 *candidate = sk_X509_value(found, i);
        if (X509_check_private_key(candidate, identity->key) != 1)
            continue;
        ERR_clear_error();
        if (X509_up_ref(candidate) != 1)
            return ra_fail_crypto(error, "identity");
        identity->certificate = candidate;
        return true;
    }
    if (sk_X509_num(found) == 0)
        return refuse(error, "identity-without-certificate", "O arquivo da identidade não traz certificado.");
    return refuse(error, "identity-key-mismatch", "A chave da identidade não é a do certificado.");
}

static X509 *find_issuer(X509 *certificate, STACK_OF(X509) *found)
{
    for (int i = 0; i < sk_X509_num(found); i++) {
        X509 *candidate = sk_X509_value(found, i);
        if (X509_check_issued(candidate, certificate) == X509_V_OK)
            return candidate;
    }
    return NULL;
}

/* From the leaf upwards; what does not belong to the path is dropped, and so is the root. */
static bool order_chain(struct identity *identity, STACK_OF(X509) *found, struct ra_error *error)
{
    X509 *below = identity->certificate;
    while (sk_X509_num(identity->chain) < IDENTITY_CHAIN_MAX) {
        X509 *issuer = X509_self_signed(below, 0) == 1 ? NULL : find_issuer(below, found);
        if (issuer == NULL || X509_self_signed(issuer, 0) == 1)
            break;
        if (X509_up_ref(issuer) != 1)
            return ra_fail_crypto(error, "identity");
        if (sk_X509_push(identity->chain, issuer) <= 0) {
            X509_free(issuer);
            return ra_fail(error, RA_NO_MEMORY, "identity");
        }
        below = issuer;
    }
    return true;
}

static bool is_pem(struct bytes file)
{
    static const char mark[] = "-----BEGIN";
    return memmem(file.data, file.length, mark, sizeof mark - 1) != NULL;
}

bool identity_parse(TALLOC_CTX *context, struct bytes file, const struct identity_passphrase *passphrase,
                    struct identity **identity, struct ra_error *error)
{
    struct question question = {.passphrase = passphrase, .error = error};
    *identity = NULL;
    if (file.length == 0 || file.length > IDENTITY_FILE_MAX)
        return refuse(error, "identity-malformed", "O arquivo da identidade está vazio ou é grande demais.");
    struct identity *made = talloc_zero(context, struct identity);
    if (made == NULL)
        return ra_fail(error, RA_NO_MEMORY, "identity");
    talloc_set_destructor(made, identity_release);
    STACK_OF(X509) *found = sk_X509_new_null();
    made->chain = sk_X509_new_null();
    ERR_clear_error();
    bool done = false;
    if (found == NULL || made->chain == NULL)
        ra_fail(error, RA_NO_MEMORY, "identity");
    else if (is_pem(file))
        done = read_pem(file, &question, &made->key, found);
    else
        done = read_pkcs12(file, &question, &made->key, found);
    if (done && made->key == NULL)
        done = refuse(error, "identity-without-key", "O arquivo da identidade não traz uma chave privada.");
    done = done && choose_certificate(made, found, error) && order_chain(made, found, error) &&
           signed_spki_digest(made->certificate, made->spki, error);
    sk_X509_pop_free(found, X509_free);
    if (!done) {
        talloc_free(made);
        return false;
    }
    *identity = made;
    return true;
}

bool identity_assemble(TALLOC_CTX *context, EVP_PKEY *take_key, STACK_OF(X509) *certificates,
                       struct identity **identity, struct ra_error *error)
{
    *identity = NULL;
    struct identity *made = talloc_zero(context, struct identity);
    if (made == NULL) {
        EVP_PKEY_free(take_key);
        return ra_fail(error, RA_NO_MEMORY, "identity");
    }
    made->key = take_key;
    talloc_set_destructor(made, identity_release);
    made->chain = sk_X509_new_null();
    bool done = made->chain != NULL ? choose_certificate(made, certificates, error)
                                    : ra_fail(error, RA_NO_MEMORY, "identity");
    if (!done || !order_chain(made, certificates, error) ||
        !signed_spki_digest(made->certificate, made->spki, error)) {
        talloc_free(made);
        return false;
    }
    *identity = made;
    return true;
}

bool identity_load(TALLOC_CTX *context, const char *path, const struct identity_passphrase *passphrase,
                   struct identity **identity, struct ra_error *error)
{
    struct bytes file;
    *identity = NULL;
    TALLOC_CTX *scratch = talloc_new(context);
    if (scratch == NULL)
        return ra_fail(error, RA_NO_MEMORY, "identity");
    bool done = secret_file_read(scratch, path, IDENTITY_FILE_MAX, &file, error) &&
                identity_parse(context, file, passphrase, identity, error);
    talloc_free(scratch);
    return done;
}
