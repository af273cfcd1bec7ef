/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A private key in the token behind an EVP_PKEY: an RSA key with a method of our own, so that requests, CMS
 * and TLS sign with it as with any other. OpenSSL pads for PSS itself and then asks for the bare operation.
 */
/* OpenSSL 3 calls RSA_METHOD deprecated in favour of providers; there is none for PKCS#11 in Debian 12. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "pki/token/token_internal.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <string.h>

struct private_part {
    struct token *token;
    CK_OBJECT_HANDLE handle;
    bool asks_each_time; /* CKA_ALWAYS_AUTHENTICATE */
};

static int private_index = -1;
static RSA_METHOD *method;
/* A session signs one thing at a time, and TLS may want it while a statement is being signed. */
static pthread_mutex_t signing = PTHREAD_MUTEX_INITIALIZER;

/* A key may want the PIN for each signature: its holder types it again. */
static CK_RV authenticate(const struct private_part *part)
{
    struct token *token = part->token;
    char pin[TOKEN_PIN_SIZE] = "";
    if (!part->asks_each_time)
        return CKR_OK;
    if (!token->facts.pinpad && (token->ask == NULL || !token->ask(token->ask_state, pin)))
        return CKR_USER_NOT_LOGGED_IN;
    CK_RV answer = token->module->C_Login(token->session, CKU_CONTEXT_SPECIFIC,
                                          token->facts.pinpad ? NULL : (CK_UTF8CHAR *)pin,
                                          token->facts.pinpad ? 0 : strlen(pin));
    OPENSSL_cleanse(pin, sizeof pin);
    return answer;
}

static CK_RV sign(const struct private_part *part, CK_MECHANISM_TYPE type, const unsigned char *from,
                  CK_ULONG length, unsigned char *to, CK_ULONG *size)
{
    struct token *token = part->token;
    CK_MECHANISM mechanism = {type, NULL, 0};
    CK_RV answer = token->module->C_SignInit(token->session, &mechanism, part->handle);
    if (answer == CKR_OK)
        answer = authenticate(part);
    return answer != CKR_OK
               ? answer
               : token->module->C_Sign(token->session, (CK_BYTE *)(uintptr_t)from, length, to, size);
}

static int private_encrypt(int length, const unsigned char *from, unsigned char *to, RSA *rsa, int padding)
{
    const struct private_part *part = RSA_get_ex_data(rsa, private_index);
    CK_ULONG size = (CK_ULONG)RSA_size(rsa);
    if (part == NULL || length < 0 || (padding != RSA_PKCS1_PADDING && padding != RSA_NO_PADDING))
        return -1;
    pthread_mutex_lock(&signing);
    part->token->last = sign(part, padding == RSA_NO_PADDING ? CKM_RSA_X_509 : CKM_RSA_PKCS, from,
                             (CK_ULONG)length, to, &size);
    bool done = part->token->last == CKR_OK;
    pthread_mutex_unlock(&signing);
    return done ? (int)size : -1;
}

static int private_decrypt(int length, const unsigned char *from, unsigned char *to, RSA *rsa, int padding)
{
    (void)length, (void)from, (void)to, (void)rsa, (void)padding;
    return -1; /* this program only signs */
}

static int finish(RSA *rsa)
{
    OPENSSL_free(RSA_get_ex_data(rsa, private_index));
    return RSA_meth_get_finish(RSA_PKCS1_OpenSSL())(rsa);
}

static bool prepare(struct ra_error *error)
{
    if (method != NULL)
        return true;
    private_index = RSA_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    RSA_METHOD *made = RSA_meth_dup(RSA_PKCS1_OpenSSL());
    if (private_index < 0 || made == NULL || RSA_meth_set1_name(made, "PKCS#11") != 1 ||
        RSA_meth_set_flags(made, RSA_FLAG_EXT_PKEY | RSA_METHOD_FLAG_NO_CHECK) != 1 ||
        RSA_meth_set_priv_enc(made, private_encrypt) != 1 ||
        RSA_meth_set_priv_dec(made, private_decrypt) != 1 || RSA_meth_set_finish(made, finish) != 1) {
        RSA_meth_free(made);
        return ra_fail_crypto(error, "token");
    }
    method = made;
    return true;
}

static RSA *public_half(struct bytes modulus, struct bytes exponent)
{
    RSA *rsa = RSA_new();
    BIGNUM *n = BN_bin2bn(modulus.data, (int)modulus.length, NULL);
    BIGNUM *e = BN_bin2bn(exponent.data, (int)exponent.length, NULL);
    if (rsa != NULL && n != NULL && e != NULL && RSA_set_method(rsa, method) == 1 &&
        RSA_set0_key(rsa, n, e, NULL) == 1)
        return rsa;
    BN_free(n);
    BN_free(e);
    RSA_free(rsa);
    return NULL;
}

static bool assemble(struct private_part **part, struct bytes modulus, struct bytes exponent, EVP_PKEY **key,
                     struct ra_error *error)
{
    RSA *rsa = public_half(modulus, exponent);
    EVP_PKEY *made = EVP_PKEY_new();
    if (rsa == NULL || made == NULL || RSA_set_ex_data(rsa, private_index, *part) != 1) {
        RSA_free(rsa);
        EVP_PKEY_free(made);
        return ra_fail_crypto(error, "token");
    }
    *part = NULL; /* the RSA's now */
    if (EVP_PKEY_assign_RSA(made, rsa) != 1) {
        RSA_free(rsa);
        EVP_PKEY_free(made);
        return ra_fail_crypto(error, "token");
    }
    *key = made;
    return true;
}

bool token_key_wrap(struct token *token, CK_OBJECT_HANDLE handle, CK_OBJECT_HANDLE public_part,
                    EVP_PKEY **key, struct ra_error *error)
{
    struct bytes modulus = {NULL, 0}, exponent = {NULL, 0}, each = {NULL, 0};
    *key = NULL;
    if (!prepare(error) || !token_read(token, public_part, CKA_MODULUS, &modulus, error) ||
        !token_read(token, public_part, CKA_PUBLIC_EXPONENT, &exponent, error) ||
        !token_read(token, handle, CKA_ALWAYS_AUTHENTICATE, &each, error))
        return false;
    if (modulus.length == 0 || modulus.length > 1024 || exponent.length == 0 || exponent.length > 8)
        return ra_fail_reason(error, RA_INVALID, "token-mechanism", "A chave do token não é RSA.");
    struct private_part *part = OPENSSL_zalloc(sizeof *part);
    if (part == NULL)
        return ra_fail(error, RA_NO_MEMORY, "token");
    *part = (struct private_part){token, handle, each.length == sizeof(CK_BBOOL) && each.data[0] == CK_TRUE};
    bool done = assemble(&part, modulus, exponent, key, error);
    OPENSSL_free(part);
    return done;
}

bool token_explain(struct token *token, struct ra_error *error)
{
    CK_RV last = token->last;
    token->last = CKR_OK;
    return last != CKR_OK && token_fail(error, last);
}

bool token_signs_raw(const struct token *token)
{
    CK_MECHANISM_INFO info;
    return token->module->C_GetMechanismInfo(token->slot, CKM_RSA_X_509, &info) == CKR_OK &&
           (info.flags & CKF_SIGN) != 0;
}
