/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A token or card through PKCS#11 (OASIS, 2.40): find it, let its holder in, make a key in it that never
 * leaves it, give it its certificate, sign. The module is configuration: named by the caller, by the URI's
 * module-path, or else whatever the machine's p11-kit knows; a vendor's own works unchanged.
 *
 * PIN and PUK are the holder's: they come in as text that the caller wipes, go to the module and are kept
 * nowhere.
 *
 * Errors, beside RA_NO_MEMORY and RA_CRYPTO, each with its reason:
 *   RA_CONFLICT   token-gone (pulled out: put it back and repeat), token-absent, token-ambiguous,
 * token-blank, token-without-pin, token-pin-locked, token-puk-locked, token-full, token-without-key,
 *                 token-without-certificate, token-readonly
 *   RA_FORBIDDEN  token-pin-wrong
 *   RA_INVALID    token-uri, token-uri-pin, token-module, token-pin-shape, token-key-extractable,
 *                 token-mechanism
 *   RA_IO         token-failed, with the module's answer in hexadecimal
 *
 * Thread rules: a token belongs to one thread; its keys may sign in several, one after the other.
 */
#ifndef PKI_TOKEN_TOKEN_H
#define PKI_TOKEN_TOKEN_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"
#include "pki/token/token_uri.h"
#include "pki/trust/identity.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

enum { TOKEN_PIN_SIZE = 65 };

struct token;

/* What PKCS#11 lets a token say of the tries that are left; it has no number. */
enum token_tries { TOKEN_TRIES_FINE, TOKEN_TRIES_LOW, TOKEN_TRIES_LAST, TOKEN_TRIES_NONE };

struct token_facts {
    char label[33], manufacturer[33], model[17], serial[17]; /* without the padding */
    bool initialised, has_pin, pinpad;
};

enum token_state { TOKEN_READY, TOKEN_ANY /* also one without PIN and label */ };

/* Asks the holder for the PIN again where a key wants it for every signature; with a keypad of its own the
 * token takes it there, and the buffer stays empty. false: nothing is tried. The buffer is wiped after. */
typedef bool token_ask_pin(void *state, char pin[TOKEN_PIN_SIZE]);

/* Finds the one token that the URI describes and opens a session. `module`: its file, or NULL. On `context`;
 * freeing it ends session and login. */
RA_MUST_CHECK bool token_open(TALLOC_CTX *context, const char *uri, const char *module,
                              enum token_state wanted, struct token **token, struct ra_error *error);

const struct token_facts *token_facts(const struct token *token);

/* Asked anew each time. */
RA_MUST_CHECK bool token_pin_tries(struct token *token, enum token_tries *tries, struct ra_error *error);
RA_MUST_CHECK bool token_puk_tries(struct token *token, enum token_tries *tries, struct ra_error *error);

/* One try with the holder's PIN (NULL on a token with a keypad of its own). `ask` may be NULL. */
RA_MUST_CHECK bool token_login(struct token *token, const char *pin, token_ask_pin *ask, void *ask_state,
                               struct ra_error *error);

/* Wipes the token, names it and sets PUK and PIN for the first time. Both NULL on a token with a keypad of
 * its own, here and below. */
RA_MUST_CHECK bool token_setup(struct token *token, const char *label, const char *puk, const char *pin,
                               struct ra_error *error);

/* A new PIN by the PUK. What is in the token stays. */
RA_MUST_CHECK bool token_unlock(struct token *token, const char *puk, const char *pin,
                                struct ra_error *error);

/* --- keys: label is how they are found again; EVP_PKEY_free before the token --- */

/* RSA, made in the token: sensitive, never extractable, checked by asking the token. */
RA_MUST_CHECK bool token_make_key(struct token *token, const char *label, unsigned bits, EVP_PKEY **key,
                                  struct ra_error *error);

/* *key NULL: there is none of that label. */
RA_MUST_CHECK bool token_find_key(struct token *token, const char *label, EVP_PKEY **key,
                                  struct ra_error *error);

/* A signature failed: *error becomes what the module answered, which OpenSSL does not carry; left as it is
 * when the module had no part in it. Returns false. */
bool token_explain(struct token *token, struct ra_error *error);

/* Signs without padding, as RSASSA-PSS of TLS 1.3 needs it. */
bool token_signs_raw(const struct token *token);

/* --- certificates --- */

/* Writes the certificate beside the key of that label, and its chain. What is there already is left: the same
 * call again goes on where a pulled token stopped it. */
RA_MUST_CHECK bool token_write_certificates(struct token *token, const char *label, X509 *certificate,
                                            STACK_OF(X509) *chain, struct ra_error *error);

/* Reads the certificate back from beside the key, lets the key sign a fresh challenge, and verifies it with
 * that certificate. RA_VERIFICATION_FAILED, reason "token-challenge". */
RA_MUST_CHECK bool token_prove(struct token *token, const char *label, X509 *certificate,
                               struct ra_error *error);

/* --- identity (token_identity.c) --- */

/* The key with its certificate and what else of the chain the token holds; the URI's object or id says which
 * when there are several. After token_login. On `context`, and the token with it. */
RA_MUST_CHECK bool token_identity(TALLOC_CTX *context, struct token *token, struct identity **identity,
                                  struct ra_error *error);

#endif
