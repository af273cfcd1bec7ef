/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/token/token_internal.h"

#include <stdio.h>
#include <string.h>

enum { SLOTS_MAX = 64 };

/* --- answers --- */

static const struct answer {
    CK_RV answer;
    enum ra_error_code code;
    const char *reason, *sentence;
} answers[] = {
#define GONE(answer)                                                                                         \
    {                                                                                                        \
        answer, RA_CONFLICT, "token-gone",                                                                   \
            "O token foi retirado ou parou de responder. Coloque-o de novo e repita o mesmo comando: nada "  \
            "se perde."                                                                                      \
    }
    GONE(CKR_DEVICE_REMOVED),
    GONE(CKR_TOKEN_NOT_PRESENT),
    GONE(CKR_TOKEN_NOT_RECOGNIZED),
    GONE(CKR_DEVICE_ERROR),
    GONE(CKR_SESSION_HANDLE_INVALID),
    GONE(CKR_SESSION_CLOSED),
    GONE(CKR_SLOT_ID_INVALID),
    GONE(CKR_OBJECT_HANDLE_INVALID),
    GONE(CKR_KEY_HANDLE_INVALID),
#undef GONE
    {CKR_PIN_INCORRECT, RA_FORBIDDEN, "token-pin-wrong", "O PIN não confere."},
    {CKR_PIN_LOCKED, RA_CONFLICT, "token-pin-locked",
     "O token está bloqueado por tentativas erradas. O titular desbloqueia com o PUK: ra-cli token unlock."},
    {CKR_FUNCTION_CANCELED, RA_FORBIDDEN, "token-gave-up", "Nada foi assinado: o PIN não foi dado."},
    {CKR_PIN_LEN_RANGE, RA_INVALID, "token-pin-shape", "O token não aceita um PIN ou PUK deste tamanho."},
    {CKR_PIN_INVALID, RA_INVALID, "token-pin-shape", "O token não aceita estes caracteres no PIN ou PUK."},
    {CKR_USER_PIN_NOT_INITIALIZED, RA_CONFLICT, "token-without-pin",
     "O token ainda não tem PIN: o titular o escolhe com ra-cli token setup."},
    {CKR_DEVICE_MEMORY, RA_CONFLICT, "token-full", "Não há mais lugar no token."},
    {CKR_TOKEN_WRITE_PROTECTED, RA_CONFLICT, "token-readonly", "O token não aceita gravação."},
    {CKR_MECHANISM_INVALID, RA_INVALID, "token-mechanism",
     "O token não faz este tipo de chave ou assinatura."},
    {CKR_KEY_SIZE_RANGE, RA_INVALID, "token-mechanism", "O token não faz chaves RSA de 2048 bits."},
    {CKR_HOST_MEMORY, RA_NO_MEMORY, "", "PKCS#11"},
};

bool token_fail(struct ra_error *error, CK_RV answer)
{
    for (size_t at = 0; at < sizeof answers / sizeof *answers; at++)
        if (answers[at].answer == answer)
            return ra_fail_reason(error, answers[at].code, answers[at].reason, "%s", answers[at].sentence);
    return ra_fail_reason(error, RA_IO, "token-failed", "O módulo do token respondeu 0x%lX.", answer);
}

/* --- modules and slots --- */

static int release(struct token *token)
{
    if (token->session != CK_INVALID_HANDLE)
        (void)token->module->C_CloseSession(token->session); /* ends the login with it */
    if (token->modules != NULL)
        p11_kit_modules_finalize_and_release(token->modules);
    else if (token->module != NULL) {
        (void)p11_kit_module_finalize(token->module);
        p11_kit_module_release(token->module);
    }
    return 0;
}

static bool no_module(struct ra_error *error, const char *which)
{
    return ra_fail_reason(error, RA_INVALID, "token-module", "O módulo PKCS#11 %s não abre: %s", which,
                          p11_kit_message() == NULL ? "sem explicação" : p11_kit_message());
}

static bool load(struct token *token, const char *named, struct ra_error *error)
{
    const char *path = named != NULL ? named : token_uri_module(token->uri);
    if (path == NULL) {
        token->modules = p11_kit_modules_load_and_initialize(0);
        return token->modules != NULL || no_module(error, "do sistema");
    }
    if (path[0] != '/')
        return ra_fail_reason(error, RA_INVALID, "token-module",
                              "Diga o módulo PKCS#11 pelo caminho inteiro do arquivo.");
    token->module = p11_kit_module_load(path, 0);
    if (token->module == NULL)
        return no_module(error, path);
    if (p11_kit_module_initialize(token->module) == CKR_OK)
        return true;
    p11_kit_module_release(token->module);
    token->module = NULL;
    return no_module(error, path);
}

/* PKCS#11 pads with blanks and ends with no NUL. */
static void unpad(const CK_UTF8CHAR *from, size_t length, char *to)
{
    while (length > 0 && (from[length - 1] == ' ' || from[length - 1] == '\0'))
        length--;
    memcpy(to, from, length);
    to[length] = '\0';
}

static void read_facts(const CK_TOKEN_INFO *info, struct token_facts *facts)
{
    unpad(info->label, sizeof info->label, facts->label);
    unpad(info->manufacturerID, sizeof info->manufacturerID, facts->manufacturer);
    unpad(info->model, sizeof info->model, facts->model);
    unpad(info->serialNumber, sizeof info->serialNumber, facts->serial);
    facts->initialised = (info->flags & CKF_TOKEN_INITIALIZED) != 0;
    facts->has_pin = (info->flags & CKF_USER_PIN_INITIALIZED) != 0;
    facts->pinpad = (info->flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
}

/* What the search found so far: blank tokens count only while no other fits. */
struct search {
    enum token_state wanted;
    size_t ready, blank;
};

static void consider(struct token *token, CK_FUNCTION_LIST *module, CK_SLOT_ID slot, struct search *search)
{
    CK_TOKEN_INFO info;
    if (module->C_GetTokenInfo(slot, &info) != CKR_OK || (info.flags & CKF_WRITE_PROTECTED) != 0 ||
        p11_kit_uri_match_token_info(token->uri->uri, &info) != 1)
        return;
    const bool initialised = (info.flags & CKF_TOKEN_INITIALIZED) != 0;
    size_t *count = initialised ? &search->ready : &search->blank;
    (*count)++;
    if (*count > 1 || (!initialised && (search->ready > 0 || search->wanted == TOKEN_READY)))
        return;
    token->slot = slot;
    token->module = module;
    read_facts(&info, &token->facts);
}

static void search_module(struct token *token, CK_FUNCTION_LIST *module, struct search *search)
{
    CK_SLOT_ID slots[SLOTS_MAX];
    CK_ULONG count = SLOTS_MAX;
    if (module->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK)
        return;
    for (CK_ULONG at = 0; at < count; at++)
        consider(token, module, slots[at], search);
}

static bool choose(struct token *token, enum token_state wanted, struct ra_error *error)
{
    struct search search = {.wanted = wanted};
    if (token->modules == NULL && token->module != NULL)
        search_module(token, token->module, &search);
    for (size_t at = 0; token->modules != NULL && token->modules[at] != NULL; at++)
        search_module(token, token->modules[at], &search);
    if (search.ready > 1 || (search.ready == 0 && wanted == TOKEN_ANY && search.blank > 1))
        return ra_fail_reason(error, RA_CONFLICT, "token-ambiguous",
                              "Há mais de um token assim; diga qual: pkcs11:serial=NUMERO.");
    if (token->module != NULL && (search.ready == 1 || (search.blank == 1 && wanted == TOKEN_ANY)))
        return true;
    if (search.blank > 0)
        return ra_fail_reason(error, RA_CONFLICT, "token-blank",
                              "O token está em branco: o titular escolhe PUK e PIN com ra-cli token setup.");
    return ra_fail_reason(error, RA_CONFLICT, "token-absent",
                          "Não há no leitor um token que responda a este endereço.");
}

static bool open_session(struct token *token, struct ra_error *error)
{
    CK_FUNCTION_LIST *module = token->module;
    CK_RV answer = module == NULL ? CKR_SLOT_ID_INVALID
                                  : module->C_OpenSession(token->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION,
                                                          NULL, NULL, &token->session);
    if (answer == CKR_OK)
        return true;
    token->session = CK_INVALID_HANDLE;
    return token_fail(error, answer);
}

bool token_open(TALLOC_CTX *context, const char *uri, const char *module, enum token_state wanted,
                struct token **token, struct ra_error *error)
{
    struct token_uri *parsed = NULL;
    *token = NULL;
    struct token *made = talloc_zero(context, struct token);
    if (made == NULL)
        return ra_fail(error, RA_NO_MEMORY, "token");
    if (!token_uri_parse(made, uri, &parsed, error)) {
        talloc_free(made);
        return false;
    }
    made->uri = parsed;
    talloc_set_destructor(made, release);
    if (!load(made, module, error) || !choose(made, wanted, error)) {
        talloc_free(made);
        return false;
    }
    /* A blank token has no sessions yet. */
    if (made->facts.initialised && !open_session(made, error)) {
        talloc_free(made);
        return false;
    }
    *token = made;
    return true;
}

const struct token_facts *token_facts(const struct token *token)
{
    return &token->facts;
}

/* --- PIN and PUK --- */

static bool tries_of(struct token *token, CK_FLAGS low, CK_FLAGS last, CK_FLAGS locked,
                     enum token_tries *tries, struct ra_error *error)
{
    CK_TOKEN_INFO info;
    CK_RV answer = token->module->C_GetTokenInfo(token->slot, &info);
    if (answer != CKR_OK)
        return token_fail(error, answer);
    *tries = (info.flags & locked) != 0 ? TOKEN_TRIES_NONE
             : (info.flags & last) != 0 ? TOKEN_TRIES_LAST
             : (info.flags & low) != 0  ? TOKEN_TRIES_LOW
                                        : TOKEN_TRIES_FINE;
    return true;
}

bool token_pin_tries(struct token *token, enum token_tries *tries, struct ra_error *error)
{
    return tries_of(token, CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED, tries, error);
}

bool token_puk_tries(struct token *token, enum token_tries *tries, struct ra_error *error)
{
    return tries_of(token, CKF_SO_PIN_COUNT_LOW, CKF_SO_PIN_FINAL_TRY, CKF_SO_PIN_LOCKED, tries, error);
}

static CK_UTF8CHAR *pin_bytes(const char *pin)
{
    return (CK_UTF8CHAR *)(uintptr_t)pin; /* the interface lacks its const */
}

static CK_ULONG pin_length(const char *pin)
{
    return pin == NULL ? 0 : strlen(pin);
}

bool token_login(struct token *token, const char *pin, token_ask_pin *ask, void *ask_state,
                 struct ra_error *error)
{
    token->ask = ask;
    token->ask_state = ask_state;
    CK_RV answer = token->module->C_Login(token->session, CKU_USER, pin_bytes(pin), pin_length(pin));
    return answer == CKR_OK || answer == CKR_USER_ALREADY_LOGGED_IN || token_fail(error, answer);
}

static bool name_puk(struct ra_error *error)
{
    if (strcmp(error->reason, "token-pin-wrong") == 0)
        return ra_fail_reason(error, RA_FORBIDDEN, "token-pin-wrong", "O PUK não confere.");
    if (strcmp(error->reason, "token-pin-locked") == 0)
        return ra_fail_reason(error, RA_CONFLICT, "token-puk-locked",
                              "O PUK foi bloqueado por tentativas erradas: este token não serve mais.");
    return false;
}

static bool set_pin(struct token *token, const char *puk, const char *pin, struct ra_error *error)
{
    CK_RV answer = token->module->C_Login(token->session, CKU_SO, pin_bytes(puk), pin_length(puk));
    if (answer != CKR_OK) {
        (void)token_fail(error, answer);
        return name_puk(error);
    }
    answer = token->module->C_InitPIN(token->session, pin_bytes(pin), pin_length(pin));
    (void)token->module->C_Logout(token->session);
    return answer == CKR_OK || token_fail(error, answer);
}

bool token_unlock(struct token *token, const char *puk, const char *pin, struct ra_error *error)
{
    return set_pin(token, puk, pin, error);
}

bool token_setup(struct token *token, const char *label, const char *puk, const char *pin,
                 struct ra_error *error)
{
    CK_UTF8CHAR padded[32];
    CK_TOKEN_INFO info;
    size_t length = strlen(label);
    if (length > sizeof padded)
        length = sizeof padded;
    memset(padded, ' ', sizeof padded);
    memcpy(padded, label, length);
    /* Not while a session is open. */
    if (token->session != CK_INVALID_HANDLE)
        (void)token->module->C_CloseSession(token->session);
    token->session = CK_INVALID_HANDLE;
    CK_RV answer = token->module->C_InitToken(token->slot, pin_bytes(puk), pin_length(puk), padded);
    if (answer != CKR_OK) {
        (void)token_fail(error, answer);
        return name_puk(error);
    }
    if (!open_session(token, error) || !set_pin(token, puk, pin, error))
        return false;
    if (token->module->C_GetTokenInfo(token->slot, &info) == CKR_OK)
        read_facts(&info, &token->facts);
    return true;
}
