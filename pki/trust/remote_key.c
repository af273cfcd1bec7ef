/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An RSA key with a method of our own. OpenSSL pads for PSS itself and then asks for the bare operation.
 */
/* OpenSSL 3 calls RSA_METHOD deprecated in favour of providers; there is none for this in Debian 12. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "pki/trust/remote_key.h"

#include <openssl/crypto.h>
#include <openssl/rsa.h>
#include <pthread.h>

struct remote {
    remote_key_sign *sign;
    remote_key_release *release;
    void *context;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int remote_index = -1;
static RSA_METHOD *method;

static int private_encrypt(int length, const unsigned char *from, unsigned char *to, RSA *rsa, int padding)
{
    const struct remote *remote = RSA_get_ex_data(rsa, remote_index);
    size_t size = (size_t)RSA_size(rsa);
    if (remote == NULL || length < 0 || (padding != RSA_PKCS1_PADDING && padding != RSA_NO_PADDING))
        return -1;
    const enum remote_padding kind = padding == RSA_NO_PADDING ? REMOTE_PADDING_NONE : REMOTE_PADDING_PKCS1;
    const size_t room = size;
    bool done = remote->sign(remote->context, kind, (struct bytes){from, (size_t)length}, to, &size);
    return done && size <= room ? (int)size : -1;
}

static int private_decrypt(int length, const unsigned char *from, unsigned char *to, RSA *rsa, int padding)
{
    (void)length, (void)from, (void)to, (void)rsa, (void)padding;
    return -1; /* this program only signs */
}

static int finish(RSA *rsa)
{
    struct remote *remote = RSA_get_ex_data(rsa, remote_index);
    if (remote != NULL && remote->release != NULL)
        remote->release(remote->context);
    OPENSSL_free(remote);
    return RSA_meth_get_finish(RSA_PKCS1_OpenSSL())(rsa);
}

static void prepare(void)
{
    remote_index = RSA_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    RSA_METHOD *made = RSA_meth_dup(RSA_PKCS1_OpenSSL());
    if (remote_index >= 0 && made != NULL && RSA_meth_set1_name(made, "remote") == 1 &&
        RSA_meth_set_flags(made, RSA_FLAG_EXT_PKEY | RSA_METHOD_FLAG_NO_CHECK) == 1 &&
        RSA_meth_set_priv_enc(made, private_encrypt) == 1 &&
        RSA_meth_set_priv_dec(made, private_decrypt) == 1 && RSA_meth_set_finish(made, finish) == 1)
        method = made;
    else
        RSA_meth_free(made);
}

static RSA *public_half(EVP_PKEY *public_key)
{
    RSA *rsa = RSA_new();
    BIGNUM *n = NULL, *e = NULL;
    if (rsa != NULL && RSA_set_method(rsa, method) == 1 && EVP_PKEY_get_bn_param(public_key, "n", &n) == 1 &&
        EVP_PKEY_get_bn_param(public_key, "e", &e) == 1 && RSA_set0_key(rsa, n, e, NULL) == 1)
        return rsa;
    BN_free(n);
    BN_free(e);
    RSA_free(rsa);
    return NULL;
}

/* The remote part is the RSA's only at the end: what fails before leaves the context with the caller. */
static bool assemble(RSA *rsa, struct remote *remote, EVP_PKEY **key)
{
    EVP_PKEY *made = EVP_PKEY_new();
    if (rsa == NULL || made == NULL || EVP_PKEY_assign_RSA(made, rsa) != 1) {
        RSA_free(rsa);
        EVP_PKEY_free(made);
        return false;
    }
    if (RSA_set_ex_data(rsa, remote_index, remote) != 1) {
        EVP_PKEY_free(made);
        return false;
    }
    *key = made;
    return true;
}

bool remote_key_new(EVP_PKEY *public_key, remote_key_sign *sign, remote_key_release *release, void *context,
                    EVP_PKEY **key, struct ra_error *error)
{
    *key = NULL;
    if (public_key == NULL || EVP_PKEY_get_base_id(public_key) != EVP_PKEY_RSA)
        return ra_fail_reason(error, RA_INVALID, "remote-key-type", "A chave não é RSA.");
    pthread_once(&once, prepare);
    struct remote *remote = method != NULL ? OPENSSL_zalloc(sizeof *remote) : NULL;
    if (remote == NULL)
        return ra_fail(error, RA_NO_MEMORY, "remote key");
    *remote = (struct remote){sign, release, context};
    if (assemble(public_half(public_key), remote, key))
        return true;
    OPENSSL_free(remote);
    return ra_fail_crypto(error, "remote key");
}
