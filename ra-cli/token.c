/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/token.h"

#include "pki/base/file.h"
#include "pki/trust/media_receipt.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/csr.h"
#include "ra-cli/terminal.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { WRONG_IN_A_ROW = 2 };

bool cli_token_open(struct cli *cli, const char *uri, enum token_state wanted, struct token **token,
                    struct ra_error *error)
{
    const char *module = getenv("RA_PKCS11_MODULE");
    return token_open(cli->context, uri, module != NULL && module[0] != '\0' ? module : NULL, wanted, token,
                      error);
}

const char *cli_token_label(struct cli *cli, const char *order)
{
    const char *label = talloc_asprintf(cli->context, "guiche %s", client_order_code(cli, order));
    return label == NULL ? "" : label;
}

/* --- PIN --- */

static void show_token(const struct token *token)
{
    const struct token_facts *facts = token_facts(token);
    fputs("Token ", stderr);
    terminal_text(stderr, facts->label);
    fputs(", série ", stderr);
    terminal_text(stderr, facts->serial);
    fputs(" (", stderr);
    terminal_text(stderr, facts->model);
    fputs(")\n", stderr);
}

/* What the token says of the tries left; PKCS#11 gives no number. */
static void tell_tries(enum token_tries tries, const char *what)
{
    switch (tries) {
    case TOKEN_TRIES_FINE:
        break;
    case TOKEN_TRIES_LOW:
        fprintf(stderr, "O token avisa: houve %s errado antes e restam poucas tentativas.\n", what);
        break;
    case TOKEN_TRIES_LAST:
        fprintf(stderr, "ATENÇÃO: resta UMA tentativa de %s. Se estiver errado, o token se bloqueia.\n",
                what);
        break;
    case TOKEN_TRIES_NONE:
        fprintf(stderr, "O token se bloqueou: não resta tentativa de %s.\n", what);
        break;
    }
}

/* false: the last try is at stake and nobody said yes to it. */
static bool may_try(enum token_tries tries, const char *what, struct ra_error *error)
{
    switch (tries) {
    case TOKEN_TRIES_FINE:
        return true;
    case TOKEN_TRIES_LOW:
        tell_tries(tries, what);
        return true;
    case TOKEN_TRIES_LAST:
        tell_tries(tries, what);
        if (terminal_confirm("Usar a última tentativa?"))
            return true;
        return ra_fail_reason(error, RA_CONFLICT, "token-last-try",
                              "Nada foi tentado: resta uma só tentativa de %s, e ela ficou guardada.", what);
    case TOKEN_TRIES_NONE:
        break;
    }
    return ra_fail_reason(error, RA_CONFLICT,
                          strcmp(what, "PUK") == 0 ? "token-puk-locked" : "token-pin-locked",
                          "O token está bloqueado por tentativas erradas de %s.", what);
}

static bool ask_secret(const char *prompt, char pin[TOKEN_PIN_SIZE], struct ra_error *error)
{
    memset(pin, 0, TOKEN_PIN_SIZE);
    if (!terminal_secret(prompt, pin, TOKEN_PIN_SIZE))
        return ra_fail_reason(error, RA_INVALID, "token-no-terminal",
                              "O titular digita o PIN no terminal, e aqui não há um.");
    return pin[0] != '\0' || ra_fail_reason(error, RA_FORBIDDEN, "token-gave-up", "Nada foi tentado.");
}

static const char keypad[] = "Digite no teclado do leitor (só o titular): %s.\n";

/* A wrong PIN here counts as anywhere: the last try is asked about first. */
static bool ask_again(void *state, char pin[TOKEN_PIN_SIZE])
{
    struct token *token = state;
    struct ra_error error = {0};
    enum token_tries tries;
    bool may = token_pin_tries(token, &tries, &error) && may_try(tries, "PIN", &error);
    if (may && token_facts(token)->pinpad) {
        fprintf(stderr, keypad, "o PIN, para esta assinatura");
        return true;
    }
    may = may && ask_secret("PIN, para esta assinatura (só o titular digita): ", pin, &error);
    if (!may)
        fprintf(stderr, "%s\n", error.detail);
    return may;
}

static bool try_pin(struct token *token, struct ra_error *error)
{
    char pin[TOKEN_PIN_SIZE];
    if (token_facts(token)->pinpad) {
        fprintf(stderr, keypad, "o PIN");
        return token_login(token, NULL, ask_again, token, error);
    }
    bool done = ask_secret("PIN do token (só o titular digita): ", pin, error) &&
                token_login(token, pin, ask_again, token, error);
    OPENSSL_cleanse(pin, sizeof pin);
    return done;
}

static bool is_wrong(const struct ra_error *error)
{
    return strcmp(error->reason, "token-pin-wrong") == 0;
}

bool cli_token_login(struct cli *cli, struct token *token, struct ra_error *error)
{
    (void)cli;
    show_token(token);
    for (int wrong = 0; wrong < WRONG_IN_A_ROW; wrong++) {
        enum token_tries tries;
        if (!token_pin_tries(token, &tries, error) || !may_try(tries, "PIN", error))
            return false;
        if (try_pin(token, error))
            return true;
        if (!is_wrong(error) || !token_pin_tries(token, &tries, error))
            return false;
        fputs("O PIN não confere.\n", stderr);
        if (tries == TOKEN_TRIES_NONE)
            return may_try(tries, "PIN", error);
        if (wrong == WRONG_IN_A_ROW - 1)
            tell_tries(tries, "PIN");
    }
    return ra_fail_reason(
        error, RA_FORBIDDEN, "token-pin-wrong",
        "O PIN não confere; paramos aqui para não gastar as tentativas. O titular confere o "
        "PIN antes de repetir o comando.");
}

/* A new secret, typed twice. */
static bool ask_new(const char *what, char pin[TOKEN_PIN_SIZE], struct ra_error *error)
{
    char prompt[96], again[TOKEN_PIN_SIZE];
    (void)snprintf(prompt, sizeof prompt, "%s novo (só o titular digita): ", what);
    if (!ask_secret(prompt, pin, error))
        return false;
    (void)snprintf(prompt, sizeof prompt, "Repita o %s: ", what);
    bool same = ask_secret(prompt, again, error);
    if (same && strcmp(pin, again) != 0)
        same =
            ra_fail_reason(error, RA_INVALID, "token-pin-shape", "Os dois não são iguais; nada foi mudado.");
    OPENSSL_cleanse(again, sizeof again);
    return same;
}

/* --- setup, unlock --- */

static json_t *token_json(const struct token *token)
{
    const struct token_facts *facts = token_facts(token);
    return json_pack("{s:s, s:s, s:s, s:s}", "label", facts->label, "model", facts->model, "serial",
                     facts->serial, "manufacturer", facts->manufacturer);
}

static bool tell_token(const struct token *token, const char *what, json_t **result, struct ra_error *error)
{
    *result = json_pack("{s:s, s:o}", "done", what, "token", token_json(token));
    return *result != NULL || ra_fail(error, RA_NO_MEMORY, "json");
}

static bool change(struct token *token, const char *label, bool setup, const char *puk, const char *pin,
                   struct ra_error *error)
{
    return setup ? token_setup(token, label, puk, pin, error) : token_unlock(token, puk, pin, error);
}

static void tell_puk_tries(struct token *token)
{
    struct ra_error ignored = {0};
    enum token_tries tries;
    if (token_puk_tries(token, &tries, &ignored))
        tell_tries(tries, "PUK");
}

static bool ask_both_and(struct token *token, const char *label, bool setup, struct ra_error *error)
{
    if (token_facts(token)->pinpad) {
        fprintf(stderr, keypad, "o PUK e, em seguida, o PIN novo");
        return change(token, label, setup, NULL, NULL, error);
    }
    char puk[TOKEN_PIN_SIZE] = "", pin[TOKEN_PIN_SIZE] = "";
    /* A used token is erased by the PUK that it has, and keeps it. */
    const bool chooses = setup && !token_facts(token)->initialised;
    bool done = (chooses ? ask_new("PUK", puk, error)
                         : ask_secret("PUK do token (só o titular digita): ", puk, error)) &&
                ask_new("PIN", pin, error);
    if (done && setup && strcmp(puk, pin) == 0)
        done = ra_fail_reason(error, RA_INVALID, "token-pin-shape",
                              "O PIN e o PUK precisam ser diferentes: um salva o outro.");
    done = done && change(token, label, setup, puk, pin, error);
    if (!done && is_wrong(error))
        tell_puk_tries(token);
    OPENSSL_cleanse(puk, sizeof puk);
    OPENSSL_cleanse(pin, sizeof pin);
    return done;
}

bool token_command_setup(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                         struct ra_error *error)
{
    struct token *token = NULL;
    const char *label = cli_option(arguments, "label");
    if (!cli_token_open(cli, cli_option(arguments, "token"), TOKEN_ANY, &token, error))
        return false;
    show_token(token);
    if (token_facts(token)->initialised &&
        !terminal_confirm("Este token já foi usado: tudo o que está nele será apagado, também certificados. "
                          "Continuar?"))
        return ra_fail_reason(error, RA_CONFLICT, "token-in-use", "Nada foi apagado.");
    /* A blank token has no PUK to be tried; some call it locked. */
    enum token_tries tries = TOKEN_TRIES_FINE;
    return (!token_facts(token)->initialised || token_puk_tries(token, &tries, error)) &&
           may_try(tries, "PUK", error) &&
           ask_both_and(token, label == NULL ? "guiche" : label, true, error) &&
           tell_token(token, "setup", result, error);
}

bool token_command_unlock(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                          struct ra_error *error)
{
    struct token *token = NULL;
    enum token_tries tries;
    if (!cli_token_open(cli, cli_option(arguments, "token"), TOKEN_READY, &token, error))
        return false;
    show_token(token);
    return token_puk_tries(token, &tries, error) && may_try(tries, "PUK", error) &&
           ask_both_and(token, "", false, error) && tell_token(token, "unlocked", result, error);
}

/* --- the key of a case --- */

static const json_t *piece_of(const json_t *list, const char *order)
{
    size_t index;
    json_t *piece;
    json_array_foreach(json_object_get(list, "tokens"), index, piece)
    {
        const char *code = json_string_value(json_object_get(piece, "order"));
        if (code != NULL && strcmp(code, order) == 0)
            return piece;
    }
    return NULL;
}

bool cli_token_is_attested(struct cli *cli, const char *order, const struct token *token,
                           struct ra_error *error)
{
    json_t *list = NULL;
    if (cli->identity_path == NULL)
        return true;
    if (!client_json(cli, "GET", "/api/office/media?state=desk", NULL, &list, error))
        return false;
    const json_t *piece = piece_of(list, client_order_code(cli, order));
    const char *serial = json_string_value(json_object_get(piece, "serial"));
    bool good = serial == NULL || strcasecmp(serial, token_facts(token)->serial) == 0;
    if (!good)
        ra_fail_reason(error, RA_CONFLICT, "token-other",
                       "No leitor está o token de série %s; na mesa, para este pedido, está o %s.",
                       token_facts(token)->serial, serial);
    json_decref(list);
    return good;
}

/* The same command again finds the key that is there. */
static bool key_of(struct token *token, const char *label, unsigned bits, EVP_PKEY **key,
                   struct ra_error *error)
{
    if (!token_find_key(token, label, key, error))
        return false;
    if (*key != NULL)
        return true;
    fputs("Criando a chave no token; pode levar um minuto.\n", stderr);
    return token_make_key(token, label, bits, key, error);
}

/* What the profiles ask for: 2048, and 4096 for A4. */
static bool read_bits(const char *text, unsigned *bits, struct ra_error *error)
{
    *bits = text != NULL && strcmp(text, "4096") == 0 ? 4096 : 2048;
    return text == NULL || strcmp(text, "2048") == 0 || *bits == 4096 ||
           ra_fail_field(error, "bits", "choice", "O tamanho da chave é 2048, ou 4096 para A4.");
}

bool token_command_csr(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                       struct ra_error *error)
{
    const char *order = arguments->positional[0], *output = cli_option(arguments, "o");
    struct token *token = NULL;
    EVP_PKEY *key = NULL;
    struct csr *csr = NULL;
    const char *pem = NULL;
    unsigned bits = 0;
    if (!read_bits(cli_option(arguments, "bits"), &bits, error) ||
        !cli_token_open(cli, cli_option(arguments, "token"), TOKEN_READY, &token, error) ||
        !cli_token_is_attested(cli, order, token, error) || !cli_token_login(cli, token, error) ||
        !key_of(token, cli_token_label(cli, order), bits, &key, error))
        return false;
    bool done = csr_of_key(cli, key, &csr, error) || token_explain(token, error);
    done = done && csr_pem(cli, csr->request, &pem, error) &&
           file_write(output, bytes_of_text(pem), 0600, error);
    const char *spki = done ? hex_encode(cli->context, (struct bytes){csr->spki_digest, 32}) : NULL;
    if (done)
        *result =
            json_pack("{s:s, s:s, s:o}", "csr", output, "spki_sha256", spki, "token", token_json(token));
    EVP_PKEY_free(key);
    return done && (*result != NULL || ra_fail(error, RA_NO_MEMORY, "json"));
}

void render_token_csr(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    const char *file = json_string_value(json_object_get(result, "csr"));
    fputs("A chave está no token e não sai dele. Agora: ra-cli validate PEDIDO --bind-csr ", out);
    terminal_text(out, file == NULL ? "" : file);
    fputc('\n', out);
}

void render_token_done(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    const char *done = json_string_value(json_object_get(result, "done"));
    fputs(
        done != NULL && strcmp(done, "setup") == 0
            ? "Token pronto. Só o titular sabe o PUK e o PIN: se perder os dois, o token não tem conserto.\n"
            : "PIN trocado pelo PUK; o que está no token continua lá.\n",
        out);
}

/* --- the receipt, signed by the key in the token --- */

bool token_sign_receipt(struct cli *cli, const char *order, const char *uri, struct bytes pdf,
                        const char **signature, struct ra_error *error)
{
    struct token *token = NULL;
    EVP_PKEY *key = NULL;
    uint8_t digest[32];
    struct bytes made = {NULL, 0};
    if (!sha256(pdf, digest))
        return ra_fail_crypto(error, "receipt");
    if (!cli_token_open(cli, uri, TOKEN_READY, &token, error) ||
        !cli_token_is_attested(cli, order, token, error) || !cli_token_login(cli, token, error) ||
        !token_find_key(token, cli_token_label(cli, order), &key, error))
        return false;
    bool done = key != NULL || ra_fail_reason(error, RA_CONFLICT, "token-without-key",
                                              "A chave deste pedido não está no token.");
    done =
        done && (media_receipt_sign(cli->context, key, digest, &made, error) || token_explain(token, error));
    EVP_PKEY_free(key);
    *signature = done ? base64_encode(cli->context, made) : NULL;
    return done && (*signature != NULL || ra_fail(error, RA_NO_MEMORY, "receipt"));
}

/* --- the caller's own identity --- */

bool cli_token_identity(struct cli *cli, struct identity **identity, struct ra_error *error)
{
    struct token *token = NULL;
    if (cli->token_identity == NULL) {
        if (!cli_token_open(cli, cli->identity_path, TOKEN_READY, &token, error) ||
            !cli_token_login(cli, token, error) ||
            !token_identity(cli->context, token, &cli->token_identity, error))
            return false;
        cli->token_signs_raw = token_signs_raw(token);
    }
    *identity = cli->token_identity;
    return true;
}
