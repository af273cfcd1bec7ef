/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/token/token_internal.h"

#include <string.h>

static const char scheme[] = "pkcs11:";

bool token_uri_is(const char *text)
{
    return text != NULL && strncmp(text, scheme, sizeof scheme - 1) == 0;
}

static int release(struct token_uri *uri)
{
    p11_kit_uri_free(uri->uri);
    return 0;
}

static bool refuse_pin(struct ra_error *error)
{
    return ra_fail_reason(error, RA_INVALID, "token-uri-pin",
                          "O PIN não vai no endereço do token: ele é digitado pelo titular.");
}

bool token_uri_parse(TALLOC_CTX *context, const char *text, struct token_uri **uri, struct ra_error *error)
{
    *uri = NULL;
    if (!token_uri_is(text) || strlen(text) > TOKEN_URI_MAX)
        return ra_fail_reason(error, RA_INVALID, "token-uri", "Escreva o token como pkcs11:token=NOME.");
    /* Also where p11-kit would not take it for one: a misspelt attribute must not carry a PIN either. */
    if (strcasestr(text, "pin-value") != NULL || strcasestr(text, "pin-source") != NULL ||
        strcasestr(text, "pinfile") != NULL)
        return refuse_pin(error);
    struct token_uri *made = talloc_zero(context, struct token_uri);
    if (made == NULL || (made->uri = p11_kit_uri_new()) == NULL) {
        talloc_free(made);
        return ra_fail(error, RA_NO_MEMORY, "token");
    }
    talloc_set_destructor(made, release);
    bool good = p11_kit_uri_parse(text, P11_KIT_URI_FOR_ANY, made->uri) == P11_KIT_URI_OK &&
                !p11_kit_uri_any_unrecognized(made->uri);
    if (good &&
        (p11_kit_uri_get_pin_value(made->uri) != NULL || p11_kit_uri_get_pin_source(made->uri) != NULL)) {
        talloc_free(made);
        return refuse_pin(error);
    }
    if (!good) {
        talloc_free(made);
        return ra_fail_reason(error, RA_INVALID, "token-uri",
                              "O endereço do token não se entende; escreva pkcs11:token=NOME.");
    }
    *uri = made;
    return true;
}

const char *token_uri_module(const struct token_uri *uri)
{
    return p11_kit_uri_get_module_path(uri->uri);
}
