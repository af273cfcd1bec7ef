/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/term.h"

#include "pki/base/file.h"
#include "pki/trust/signed.h"
#include "pki/trust/term.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/signing.h"
#include "ra-cli/terminal.h"

#include <openssl/crypto.h>
#include <string.h>

enum { LARGEST_PAPER = 20 << 20 };

/* --- the agent --- */

/* The text that the PDF is set from, by the server's word: the PDF is what is signed, and --term keeps it. */
static bool show_draft(struct cli *cli, const char *order, FILE *out, struct ra_error *error)
{
    struct bytes text;
    if (!client_download(cli, client_order_path(cli, order, "/term/draft?part=text"), &text, error))
        return false;
    const char *shown = talloc_strndup(cli->context, (const char *)text.data, text.length);
    if (shown == NULL)
        return ra_fail(error, RA_NO_MEMORY, "termo");
    fputs("\nO termo de titularidade:\n\n", out);
    term_show(out, shown);
    return true;
}

bool term_fetch_draft(struct cli *cli, const char *order, const char *copy, struct bytes *pdf,
                      struct ra_error *error)
{
    uint8_t digest[32];
    if (!client_download(cli, client_order_path(cli, order, "/term/draft"), pdf, error) ||
        (copy != NULL && !file_write(copy, *pdf, 0600, error)))
        return false;
    const char *hash = sha256(*pdf, digest) ? hex_encode(cli->context, (struct bytes){digest, 32}) : NULL;
    if (hash == NULL)
        return ra_fail_crypto(error, "termo");
    if (cli->json)
        return true;
    FILE *out = cli_reading(cli, stderr);
    if (!show_draft(cli, order, out, error))
        return false;
    fprintf(out, "\nO PDF desse termo (%zu bytes), que você contra-assina junto:\n  SHA-256 %s\n",
            pdf->length, hash);
    if (copy != NULL) {
        fputs("  cópia para ler e imprimir: ", out);
        terminal_text(out, copy);
        fputc('\n', out);
    }
    return true;
}

bool term_countersign(struct cli *cli, const struct identity *identity, struct bytes pdf,
                      const char **countersignature, struct ra_error *error)
{
    struct bytes cms;
    if (!signed_sign_detached(cli->context, identity, pdf, clock_now(&cli->clock), &cms, error))
        return false;
    *countersignature = base64_encode(cli->context, cms);
    return *countersignature != NULL || ra_fail(error, RA_NO_MEMORY, "termo");
}

static const char *part_path(struct cli *cli, const char *order, const char *part)
{
    const char *suffix = talloc_asprintf(cli->context, "/term?part=%s", client_escape(cli, part));
    return suffix == NULL ? NULL : client_order_path(cli, order, suffix);
}

bool term_get(struct cli *cli, const struct cli_arguments *arguments, json_t **result, struct ra_error *error)
{
    const char *part = cli_option(arguments, "part");
    const char *path = part_path(cli, arguments->positional[0], part == NULL ? "pdf" : part);
    return client_save(cli, path, cli_option(arguments, "o"), result, error);
}

bool term_paper(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                struct ra_error *error)
{
    struct bytes content;
    return file_read(cli->context, arguments->positional[1], LARGEST_PAPER, &content, error) &&
           client_upload(cli, client_order_path(cli, arguments->positional[0], "/term/paper"),
                         "application/octet-stream", content, result, error);
}

/* --- the holder --- */

struct read_term {
    struct bytes pdf;
    const char *text;
};

static bool prove(struct cli *cli, const char *code, enum emission_half kind,
                  const struct emission_case *about, const char **text, struct ra_error *error)
{
    uint8_t half[EMISSION_HALF_SIZE];
    uint8_t proof[EMISSION_PROOF_SIZE];
    bool ok = emission_half_parse(code, half, error) && emission_prove(half, kind, about, proof, error);
    OPENSSL_cleanse(half, sizeof half);
    if (!ok)
        return false;
    *text = base64_encode(cli->context, (struct bytes){proof, sizeof proof});
    return *text != NULL || ra_fail(error, RA_NO_MEMORY, "termo");
}

static bool read_by_codes(struct cli *cli, const char *order, const struct term_codes *codes,
                          struct read_term *term, struct ra_error *error)
{
    const char *counter, *mail, *text;
    struct emission_case about = codes->about;
    about.spki = bytes_of_text(TERM_READING);
    if (codes->counter == NULL || codes->mail == NULL)
        return ra_fail(error, RA_INVALID, "para ler o termo faltam os códigos: --code e --mail-code");
    if (!prove(cli, codes->counter, EMISSION_COUNTER, &about, &counter, error) ||
        !prove(cli, codes->mail, EMISSION_MAIL, &about, &mail, error))
        return false;
    json_t *answer = NULL;
    json_t *body = json_pack("{s:{s:s,s:s}}", "proofs", "counter", counter, "mail", mail);
    bool ok = body != NULL &&
              client_json(cli, "POST", client_order_path(cli, order, "/term"), body, &answer, error) &&
              signing_bytes(cli, answer, "pdf", &term->pdf, error) &&
              signing_text(answer, "text", &text, error);
    if (ok) {
        term->text = talloc_strdup(cli->context, text);
        ok = term->text != NULL || ra_fail(error, RA_NO_MEMORY, "termo");
    }
    json_decref(body);
    json_decref(answer);
    return ok;
}

/* As an agent, or with the token of the order. */
static bool read_by_name(struct cli *cli, const char *order, struct read_term *term, struct ra_error *error)
{
    struct bytes text;
    if (!client_download(cli, part_path(cli, order, "pdf"), &term->pdf, error) ||
        !client_download(cli, part_path(cli, order, "text"), &text, error))
        return false;
    term->text = talloc_strndup(cli->context, (const char *)text.data, text.length);
    return term->text != NULL || ra_fail(error, RA_NO_MEMORY, "termo");
}

static bool as_announced(const json_t *announced, struct bytes pdf, uint8_t digest[32],
                         struct ra_error *error)
{
    const char *hash;
    uint8_t expected[32];
    if (!signing_text(announced, "sha256", &hash, error))
        return false;
    if (!sha256(pdf, digest))
        return ra_fail_crypto(error, "termo");
    bool same = hex_decode(hash, expected, sizeof expected) &&
                bytes_equal((struct bytes){expected, 32}, (struct bytes){digest, 32});
    return same || ra_fail_reason(error, RA_VERIFICATION_FAILED, "term-mismatch",
                                  "o termo recebido não é o que o servidor anunciou");
}

/* The term is to be read where it is agreed to, whole; the file is to be kept. */
static void show_term(FILE *out, const char *text, const char *file)
{
    term_show(out, text);
    fputs("\nO mesmo texto, em PDF, está em ", out);
    terminal_text(out, file);
    fputs(". Leia antes de aceitar.\n", out);
}

bool term_accept(struct cli *cli, const char *order, const json_t *announced, const struct term_codes *codes,
                 EVP_PKEY *key, const char *file, const char **signature, struct ra_error *error)
{
    struct read_term term = {.text = ""};
    struct bytes made;
    uint8_t digest[32];
    bool read = cli->identity_path != NULL || cli->bearer != NULL
                    ? read_by_name(cli, order, &term, error)
                    : read_by_codes(cli, order, codes, &term, error);
    if (!read || !as_announced(announced, term.pdf, digest, error) ||
        !file_write(file, term.pdf, 0600, error))
        return false;
    if (!cli->json)
        show_term(cli_reading(cli, stderr), term.text, file);
    if (!cli_agrees(cli, "\nLi e aceito o termo de titularidade?"))
        return ra_fail(error, RA_FORBIDDEN, "o termo não foi aceito e nada foi pedido");
    if (!term_sign(cli->context, key, digest, &made, error))
        return false;
    *signature = base64_encode(cli->context, made);
    return *signature != NULL || ra_fail(error, RA_NO_MEMORY, "termo");
}
