/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A token as who signs: of its certificates, the one that has its key there.
 */
#include "pki/token/token_internal.h"

#include <openssl/err.h>
#include <string.h>

static CK_OBJECT_CLASS certificate_class = CKO_CERTIFICATE, private_class = CKO_PRIVATE_KEY,
                       public_class = CKO_PUBLIC_KEY;

static bool by_id(struct token *token, CK_OBJECT_CLASS *class, struct bytes id, CK_OBJECT_HANDLE *object,
                  struct ra_error *error)
{
    CK_OBJECT_HANDLE found[TOKEN_FOUND_MAX] = {0};
    CK_ULONG count = 0;
    CK_ATTRIBUTE template[] = {{CKA_CLASS, class, sizeof *class},
                               {CKA_ID, (void *)(uintptr_t)id.data, id.length}};
    if (!token_find(token, template, 2, found, &count, error))
        return false;
    *object = count == 1 ? found[0] : CK_INVALID_HANDLE;
    return true;
}

static bool push(struct token *token, CK_OBJECT_HANDLE object, STACK_OF(X509) *all, struct ra_error *error)
{
    struct bytes der = {NULL, 0};
    if (!token_read(token, object, CKA_VALUE, &der, error))
        return false;
    const unsigned char *from = der.data;
    X509 *read = d2i_X509(NULL, &from, (long)der.length);
    ERR_clear_error();
    if (read == NULL || from != der.data + der.length) {
        X509_free(read); /* not ours to judge: what does not parse is passed over */
        return true;
    }
    if (sk_X509_push(all, read) > 0)
        return true;
    X509_free(read);
    return ra_fail(error, RA_NO_MEMORY, "token");
}

/* Does the URI ask for this object? Without "object" and "id" it asks for any. */
static bool is_asked_for(struct token *token, CK_OBJECT_HANDLE object, struct bytes id,
                         struct ra_error *error, bool *asked)
{
    const CK_ATTRIBUTE *label = p11_kit_uri_get_attribute(token->uri->uri, CKA_LABEL);
    const CK_ATTRIBUTE *wanted = p11_kit_uri_get_attribute(token->uri->uri, CKA_ID);
    struct bytes name = {NULL, 0};
    if (!token_read(token, object, CKA_LABEL, &name, error))
        return false;
    *asked = (label == NULL || bytes_equal(name, (struct bytes){label->pValue, label->ulValueLen})) &&
             (wanted == NULL || bytes_equal(id, (struct bytes){wanted->pValue, wanted->ulValueLen}));
    return true;
}

struct candidate {
    CK_OBJECT_HANDLE private_part, public_part;
    size_t count;
};

static bool consider(struct token *token, CK_OBJECT_HANDLE certificate, struct candidate *chosen,
                     struct ra_error *error)
{
    struct bytes id = {NULL, 0};
    bool asked = false;
    CK_OBJECT_HANDLE private_part = CK_INVALID_HANDLE, public_part = CK_INVALID_HANDLE;
    if (!token_read(token, certificate, CKA_ID, &id, error) ||
        !is_asked_for(token, certificate, id, error, &asked))
        return false;
    if (!asked || id.length == 0)
        return true;
    if (!by_id(token, &private_class, id, &private_part, error) ||
        !by_id(token, &public_class, id, &public_part, error))
        return false;
    if (private_part == CK_INVALID_HANDLE)
        return true;
    *chosen = (struct candidate){private_part, public_part == CK_INVALID_HANDLE ? private_part : public_part,
                                 chosen->count + 1};
    return true;
}

static bool gather(struct token *token, STACK_OF(X509) *all, struct candidate *chosen, struct ra_error *error)
{
    CK_OBJECT_HANDLE found[TOKEN_FOUND_MAX] = {0};
    CK_ULONG count = 0;
    CK_ATTRIBUTE template[] = {{CKA_CLASS, &certificate_class, sizeof certificate_class}};
    if (!token_find(token, template, 1, found, &count, error))
        return false;
    for (CK_ULONG at = 0; at < count; at++)
        if (!push(token, found[at], all, error) || !consider(token, found[at], chosen, error))
            return false;
    if (chosen->count == 1)
        return true;
    return chosen->count == 0
               ? ra_fail_reason(error, RA_CONFLICT, "token-without-certificate",
                                "Não há no token um certificado com a sua chave.")
               : ra_fail_reason(error, RA_CONFLICT, "token-ambiguous",
                                "Há mais de um certificado no token; diga qual: pkcs11:…;object=NOME.");
}

bool token_identity(TALLOC_CTX *context, struct token *token, struct identity **identity,
                    struct ra_error *error)
{
    struct candidate chosen = {CK_INVALID_HANDLE, CK_INVALID_HANDLE, 0};
    EVP_PKEY *key = NULL;
    STACK_OF(X509) *all = sk_X509_new_null();
    bool done = all != NULL ? gather(token, all, &chosen, error) : ra_fail(error, RA_NO_MEMORY, "token");
    done = done && token_key_wrap(token, chosen.private_part, chosen.public_part, &key, error) &&
           identity_assemble(context, key, all, identity, error);
    if (done)
        (void)talloc_steal(*identity, token); /* the key must not outlive its session */
    sk_X509_pop_free(all, X509_free);
    return done;
}
