/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A private key in the token behind an EVP_PKEY (remote_key.h), so that requests, CMS and TLS sign with it as
 * with any other.
 */
#include "pki/token/token_internal.h"
#include "pki/trust/remote_key.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/param_build.h>
#include <pthread.h>
#include <string.h>

struct private_part {
    struct token *token;
    CK_OBJECT_HANDLE handle;
    bool asks_each_time; /* CKA_ALWAYS_AUTHENTICATE */
};

/* A session signs one thing at a time, and TLS may want it while a statement is being signed. */
static pthread_mutex_t signing = PTHREAD_MUTEX_INITIALIZER;

/* A key may want the PIN for each signature: its holder types it again. */
static CK_RV authenticate(const struct private_part *part)
{
    struct token *token = part->token;
    char pin[TOKEN_PIN_SIZE] = "";
    if (!part->asks_each_time)
        return CKR_OK;
    if (token->ask != NULL ? !token->ask(token->ask_state, pin) : !token->facts.pinpad)
        return CKR_FUNCTION_CANCELED;
    CK_RV answer = token->module->C_Login(token->session, CKU_CONTEXT_SPECIFIC,
                                          token->facts.pinpad ? NULL : (CK_UTF8CHAR *)pin,
                                          token->facts.pinpad ? 0 : strlen(pin));
    OPENSSL_cleanse(pin, sizeof pin);
    return answer;
}

static CK_RV sign_in_token(const struct private_part *part, CK_MECHANISM_TYPE type, const unsigned char *from,
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

static bool sign(void *context, enum remote_padding padding, struct bytes input, uint8_t *output,
                 size_t *size)
{
    const struct private_part *part = context;
    CK_MECHANISM_TYPE type = padding == REMOTE_PADDING_NONE ? CKM_RSA_X_509 : CKM_RSA_PKCS;
    CK_ULONG written = *size;
    pthread_mutex_lock(&signing);
    part->token->last = sign_in_token(part, type, input.data, input.length, output, &written);
    bool done = part->token->last == CKR_OK;
    pthread_mutex_unlock(&signing);
    *size = written;
    return done;
}

static void release(void *context)
{
    OPENSSL_free(context);
}

static bool public_half(struct bytes modulus, struct bytes exponent, EVP_PKEY **key, struct ra_error *error)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *n = BN_bin2bn(modulus.data, (int)modulus.length, NULL);
    BIGNUM *e = BN_bin2bn(exponent.data, (int)exponent.length, NULL);
    OSSL_PARAM *parts = build != NULL && n != NULL && e != NULL &&
                                OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
                                OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1
                            ? OSSL_PARAM_BLD_to_param(build)
                            : NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    bool ok = parts != NULL && context != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
              EVP_PKEY_fromdata(context, key, EVP_PKEY_PUBLIC_KEY, parts) == 1;
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parts);
    OSSL_PARAM_BLD_free(build);
    BN_free(n);
    BN_free(e);
    return ok || ra_fail_crypto(error, "token");
}

bool token_key_wrap(struct token *token, CK_OBJECT_HANDLE handle, CK_OBJECT_HANDLE public_part,
                    EVP_PKEY **key, struct ra_error *error)
{
    struct bytes modulus = {NULL, 0}, exponent = {NULL, 0}, each = {NULL, 0};
    *key = NULL;
    if (!token_read(token, public_part, CKA_MODULUS, &modulus, error) ||
        !token_read(token, public_part, CKA_PUBLIC_EXPONENT, &exponent, error) ||
        !token_read(token, handle, CKA_ALWAYS_AUTHENTICATE, &each, error))
        return false;
    if (modulus.length == 0 || modulus.length > 1024 || exponent.length == 0 || exponent.length > 8)
        return ra_fail_reason(error, RA_INVALID, "token-mechanism", "A chave do token não é RSA.");
    struct private_part *part = OPENSSL_zalloc(sizeof *part);
    if (part == NULL)
        return ra_fail(error, RA_NO_MEMORY, "token");
    *part = (struct private_part){token, handle, each.length == sizeof(CK_BBOOL) && each.data[0] == CK_TRUE};
    EVP_PKEY *half = NULL;
    bool done =
        public_half(modulus, exponent, &half, error) && remote_key_new(half, sign, release, part, key, error);
    EVP_PKEY_free(half);
    if (!done)
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
