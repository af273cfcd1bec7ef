/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of pki/token share: the session, and PKCS#11's answers as our errors.
 */
#ifndef PKI_TOKEN_TOKEN_INTERNAL_H
#define PKI_TOKEN_TOKEN_INTERNAL_H

#include "pki/token/token.h"

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

struct token_uri {
    P11KitUri *uri;
};

struct token {
    CK_FUNCTION_LIST *module;   /* the one whose slot was chosen */
    CK_FUNCTION_LIST **modules; /* the system's, NULL-ended; NULL: one was loaded by name */
    CK_SLOT_ID slot;
    CK_SESSION_HANDLE session; /* CK_INVALID_HANDLE: none */
    struct token_facts facts;
    const struct token_uri *uri;
    token_ask_pin *ask;
    void *ask_state;
    CK_RV last; /* of a signature: OpenSSL's callers see only that it failed */
};

/* *error from an answer that is not CKR_OK; returns false. */
bool token_fail(struct ra_error *error, CK_RV answer);

/* A key of OpenSSL whose private half is the object `handle`. The session must outlive it. */
RA_MUST_CHECK bool token_key_wrap(struct token *token, CK_OBJECT_HANDLE handle, CK_OBJECT_HANDLE public_part,
                                  EVP_PKEY **key, struct ra_error *error);

enum { TOKEN_FOUND_MAX = 64 };

/* Handles of what matches, at most TOKEN_FOUND_MAX. */
RA_MUST_CHECK bool token_find(struct token *token, CK_ATTRIBUTE *template, CK_ULONG count,
                              CK_OBJECT_HANDLE found[TOKEN_FOUND_MAX], CK_ULONG *number,
                              struct ra_error *error);

/* One attribute's bytes, on the token. An attribute that the object has not gives empty bytes. */
RA_MUST_CHECK bool token_read(struct token *token, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
                              struct bytes *value, struct ra_error *error);

#endif
