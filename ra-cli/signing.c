/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/signing.h"

#include "pki/base/file.h"
#include "pki/trust/merkle.h"
#include "pki/trust/signed.h"
#include "ra-cli/client.h"
#include "ra-cli/leaf_view.h"
#include "ra-cli/terminal.h"
#include "ra-cli/token.h"

#include <stdio.h>
#include <string.h>

enum { TRUST_FILE_MAX = 1 << 20, DOSSIER_LEAVES_MAX = 4096, ROSTER_LIFE_S = 400 * 86400 };

static bool ask_passphrase(void *state, char *buffer, size_t size, struct ra_error *error)
{
    if (!cli_identity_passphrase(state, buffer, size))
        return ra_fail(error, RA_INVALID, "a identidade pede senha, e não há terminal para perguntar");
    return true;
}

bool signing_identity(struct cli *cli, struct identity **identity, struct ra_error *error)
{
    if (cli->identity_path == NULL)
        return ra_fail(error, RA_UNAUTHENTICATED, "diga quem assina: --as NOME ou --identity ARQUIVO");
    if (token_uri_is(cli->identity_path))
        return cli_token_identity(cli, identity, error);
    const struct identity_passphrase passphrase = {.ask = ask_passphrase, .state = cli};
    return identity_load(cli->context, cli->identity_path, &passphrase, identity, error);
}

/* A key that is not the caller's identity: a holder's certificate. */
struct key_question {
    struct cli *cli;
    const char *file; /* with the pass phrase; NULL: ask */
};

static bool ask_key_passphrase(void *state, char *buffer, size_t size, struct ra_error *error)
{
    const struct key_question *question = state;
    if (question->file != NULL)
        return cli_first_line(question->cli, question->file, buffer, size, error);
    return terminal_secret("Senha do arquivo do certificado: ", buffer, size) ||
           ra_fail(error, RA_INVALID, "sem terminal para perguntar a senha; use --passphrase-file ARQUIVO");
}

bool signing_identity_at(struct cli *cli, const char *path, const char *passphrase_file,
                         struct identity **identity, struct ra_error *error)
{
    struct key_question question = {cli, passphrase_file};
    const struct identity_passphrase passphrase = {ask_key_passphrase, &question};
    return identity_load(cli->context, path, &passphrase, identity, error);
}

static bool show_content(struct cli *cli, struct bytes content, enum statement_type type, const char *title,
                         struct ra_error *error)
{
    FILE *out = cli_reading(cli, stderr);
    struct statement_line *lines = NULL;
    size_t count = 0;
    if (!statement_describe(cli->context, content, type, &lines, &count, error))
        return false;
    fprintf(out, "\n%s\n", title);
    for (size_t i = 0; i < count; i++) {
        fputs("  ", out);
        terminal_column(out, lines[i].label, 36);
        fputc(' ', out);
        terminal_text(out, lines[i].value);
        fputc('\n', out);
    }
    return true;
}

bool signing_sign_content(struct cli *cli, const struct identity *identity, enum statement_type type,
                          struct bytes content, struct bytes *cms, struct ra_error *error)
{
    if (!cli->json && !show_content(cli, content, type, "O que você vai assinar:", error))
        return false;
    if (!cli_agrees(cli, "\nAssinar?"))
        return ra_fail(error, RA_FORBIDDEN, "nada foi assinado");
    return signed_sign(cli->context, identity, type, content, clock_now(&cli->clock), cms, error);
}

bool signing_sign(struct cli *cli, const struct identity *identity, const struct statement *statement,
                  struct bytes also_read, enum statement_type also_type, struct bytes *cms,
                  struct ra_error *error)
{
    struct bytes content;
    if (!statement_write(cli->context, statement, &content, error))
        return false;
    if (!cli->json && also_read.length > 0 &&
        !show_content(cli, also_read, also_type, "O que o primeiro agente assinou:", error))
        return false;
    return signing_sign_content(cli, identity, statement->type, content, cms, error);
}

bool signing_text(const json_t *object, const char *name, const char **text, struct ra_error *error)
{
    *text = json_string_value(json_object_get(object, name));
    return *text != NULL || ra_fail(error, RA_UPSTREAM, "falta \"%s\" na resposta do servidor", name);
}

bool signing_bytes(struct cli *cli, const json_t *object, const char *name, struct bytes *bytes,
                   struct ra_error *error)
{
    const char *text;
    if (!signing_text(object, name, &text, error))
        return false;
    if (!base64_decode(cli->context, text, strlen(text), bytes))
        return ra_fail(error, RA_UPSTREAM, "\"%s\" não é base64", name);
    return true;
}

bool signing_head(struct cli *cli, const json_t *facts, enum statement_type type, int64_t life_s,
                  struct statement *statement, struct ra_error *error)
{
    const json_t *attempt = json_object_get(facts, "attempt");
    if (!signing_text(facts, "instance", &statement->instance, error) ||
        !signing_text(facts, "order", &statement->order, error))
        return false;
    if (!json_is_integer(attempt))
        return ra_fail(error, RA_UPSTREAM, "falta \"attempt\" na resposta do servidor");
    statement->type = type;
    statement->attempt = json_integer_value(attempt);
    statement->issued_at = (int64_t)clock_now(&cli->clock);
    statement->not_after = statement->issued_at + life_s;
    return true;
}

/* --- dossier --- */

/* The leaf "document|<id>|…|<sha256>|…" must stand among the leaves, with the digest of the bytes fetched. */
static bool document_is_as_listed(struct cli *cli, const json_t *document, const json_t *leaves,
                                  struct ra_error *error)
{
    const char *id, *item;
    if (!signing_text(document, "id", &id, error) || !signing_text(document, "item", &item, error))
        return false;
    const char *path = talloc_asprintf(cli->context, "/api/office/documents/%s", client_escape(cli, id));
    struct bytes content;
    uint8_t digest[32];
    if (!client_download(cli, path, &content, error))
        return false;
    const char *hex = sha256(content, digest) ? hex_encode(cli->context, (struct bytes){digest, 32}) : NULL;
    const char *begin = talloc_asprintf(cli->context, "document|%s|", id);
    const char *middle = hex == NULL ? NULL : talloc_asprintf(cli->context, "|%s|", hex);
    if (begin == NULL || middle == NULL)
        return ra_fail(error, RA_NO_MEMORY, "dossier");
    size_t index;
    json_t *leaf;
    json_array_foreach(leaves, index, leaf)
    {
        const char *text = json_string_value(leaf);
        if (text != NULL && strncmp(text, begin, strlen(begin)) == 0 && strstr(text, middle) != NULL)
            return true;
    }
    return ra_fail_reason(error, RA_VERIFICATION_FAILED, "dossier-document",
                          "o documento %s não é o que o dossiê diz ser", id);
}

/* Each document leaf must be backed by a listed document, or bytes nobody fetched would be signed. */
static size_t document_leaves(const json_t *leaves)
{
    size_t index, count = 0;
    json_t *leaf;
    json_array_foreach(leaves, index, leaf)
    {
        const char *text = json_string_value(leaf);
        count += text != NULL && strncmp(text, "document|", 9) == 0;
    }
    return count;
}

static bool leaves_root(struct cli *cli, const json_t *leaves, uint8_t root[32], struct ra_error *error)
{
    size_t count = json_array_size(leaves);
    struct bytes *texts = talloc_array(cli->context, struct bytes, (unsigned)count + 1);
    if (texts == NULL)
        return ra_fail(error, RA_NO_MEMORY, "dossier");
    for (size_t i = 0; i < count; i++) {
        const json_t *leaf = json_array_get(leaves, i);
        if (!json_is_string(leaf))
            return ra_fail(error, RA_UPSTREAM, "folha do dossiê malformada");
        texts[i] = (struct bytes){(const uint8_t *)json_string_value(leaf), json_string_length(leaf)};
    }
    struct merkle_hash hash;
    if (!merkle_root_of(texts, count, &hash, error))
        return false;
    memcpy(root, hash.bytes, sizeof hash.bytes);
    return true;
}

/* What the root stands for, read from the very texts that are hashed: the facts answered, each item with its
 * state, each consultation and paper. Signing it unseen would be signing blind (protocol 2). */
static void show_leaves(const struct cli *cli, const json_t *leaves)
{
    FILE *out = cli_reading(cli, stdout);
    size_t index;
    json_t *leaf;
    fputs("\nO que o dossiê diz (é o que a raiz assinada prende):\n", out);
    json_array_foreach(leaves, index, leaf)
    {
        const char *text = json_string_value(leaf);
        leaf_show(out, text == NULL ? "?" : text);
    }
}

bool signing_dossier(struct cli *cli, const json_t *dossier, uint8_t root[32], struct ra_error *error)
{
    const json_t *leaves = json_object_get(dossier, "leaves");
    const json_t *documents = json_object_get(dossier, "documents");
    if (!json_is_array(leaves) || !json_is_array(documents) || json_array_size(leaves) > DOSSIER_LEAVES_MAX)
        return ra_fail(error, RA_UPSTREAM, "dossiê malformado na resposta do servidor");
    if (document_leaves(leaves) != json_array_size(documents))
        return ra_fail_reason(error, RA_VERIFICATION_FAILED, "dossier-document",
                              "o dossiê cita documentos que não foram apresentados");
    size_t index;
    json_t *document;
    json_array_foreach(documents, index, document)
    {
        if (!document_is_as_listed(cli, document, leaves, error))
            return false;
    }
    if (!leaves_root(cli, leaves, root, error))
        return false;
    if (!cli->json)
        show_leaves(cli, leaves);
    const char *claimed = json_string_value(json_object_get(dossier, "root"));
    uint8_t expected[32];
    if (claimed == NULL || !hex_decode(claimed, expected, sizeof expected) ||
        !bytes_equal((struct bytes){root, 32}, (struct bytes){expected, 32}))
        return ra_fail_reason(error, RA_VERIFICATION_FAILED, "dossier-root", "a raiz do dossiê não confere");
    return true;
}

/* --- trust --- */

static bool read_certificates(struct cli *cli, const char *path, STACK_OF(X509) **certificates,
                              struct ra_error *error)
{
    struct bytes pem;
    return file_read(cli->context, path, TRUST_FILE_MAX, &pem, error) &&
           signed_read_certificates(pem, certificates, error);
}

bool signing_trust(struct cli *cli, const json_t *crls, struct signed_trust *trust, struct ra_error *error)
{
    *trust = (struct signed_trust){.now = clock_now(&cli->clock)};
    if (cli->ca_path == NULL)
        return ra_fail(error, RA_INVALID, "falta o arquivo das raízes: --ca ARQUIVO");
    if (!read_certificates(cli, cli->ca_path, &trust->anchors, error))
        return false;
    trust->crls = sk_X509_CRL_new_null();
    if (trust->crls == NULL)
        return ra_fail(error, RA_NO_MEMORY, "crls");
    size_t index;
    json_t *item;
    json_array_foreach(crls, index, item)
    {
        const char *text = json_string_value(item);
        struct bytes der;
        if (text == NULL || !base64_decode(cli->context, text, strlen(text), &der))
            return ra_fail(error, RA_UPSTREAM, "LCR malformada na resposta do servidor");
        if (!signed_read_crl(der, trust->crls, error))
            return false;
    }
    return true;
}

void signing_trust_free(struct signed_trust *trust)
{
    sk_X509_pop_free(trust->anchors, X509_free);
    sk_X509_CRL_pop_free(trust->crls, X509_CRL_free);
    *trust = (struct signed_trust){0};
}

bool signing_administrators(struct cli *cli, STACK_OF(X509) **administrators, struct ra_error *error)
{
    const char *beside = token_uri_is(cli->identity_path) ? cli->ca_path : cli->identity_path;
    if (beside == NULL)
        return ra_fail(error, RA_INVALID, "falta o arquivo das raízes: --ca ARQUIVO");
    const char *slash = strrchr(beside, '/');
    int folder = slash == NULL ? 0 : (int)(slash - beside) + 1;
    const char *path = talloc_asprintf(cli->context, "%.*sadministrators.pem", folder, beside);
    return (path != NULL || ra_fail(error, RA_NO_MEMORY, "path")) &&
           read_certificates(cli, path, administrators, error);
}

bool signing_roster(struct cli *cli, struct bytes bundle, const char *instance, struct roster **roster,
                    struct ra_error *error)
{
    struct roster_trust trust = {
        .instance = instance, .threshold = 1, .longest_life_s = ROSTER_LIFE_S, .now = clock_now(&cli->clock)};
    if (!signing_administrators(cli, &trust.administrators, error))
        return false;
    enum signed_verdict verdict = roster_verify(cli->context, bundle, &trust, roster, error);
    sk_X509_pop_free(trust.administrators, X509_free);
    return verdict == SIGNED_VALID;
}

bool signing_data(const json_t *object, struct certificate_data *data, struct ra_error *error)
{
    const json_t *fields = json_object_get(object, "data");
    bool ok = true;
#define X(member) ok = ok && signing_text(fields, #member, &data->member, error);
    CERTIFICATE_DATA_FIELDS(X)
#undef X
    return ok;
}

bool signing_post(struct cli *cli, const char *path, struct bytes cms, json_t **answer,
                  struct ra_error *error)
{
    char *text = base64_encode(cli->context, cms);
    json_t *body = text == NULL ? NULL : json_pack("{s:s}", "cms", text);
    if (body == NULL)
        return ra_fail(error, RA_NO_MEMORY, "json");
    bool ok = client_json(cli, "POST", path, body, answer, error);
    json_decref(body);
    return ok;
}
