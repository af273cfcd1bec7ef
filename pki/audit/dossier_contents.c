/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Manifest, documents and leaves of a package.
 */
#include "pki/audit/dossier_case.h"
#include "pki/base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LEAVES_MAX = 20000, DIGEST_DIGITS = 64, ID_MAX = 64 };

static json_t *load(const struct dossier_part *part)
{
    if (part == NULL || part->content.data == NULL) {
        return NULL;
    }
    json_t *json =
        json_loadb((const char *)part->content.data, part->content.length, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(json)) {
        json_decref(json);
        return NULL;
    }
    return json;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* --- dossier.json --- */

static bool leaves_are_texts(const json_t *leaves)
{
    size_t at = 0;
    const json_t *leaf = NULL;
    json_array_foreach(leaves, at, leaf)
    {
        if (!json_is_string(leaf)) {
            return false;
        }
    }
    return json_is_array(leaves) && json_array_size(leaves) <= LEAVES_MAX;
}

static bool find_root(struct dossier_case *dossier, struct ra_error *error)
{
    const json_t *leaves = json_object_get(dossier->description, "leaves");
    size_t count = json_array_size(leaves);
    struct bytes *texts = talloc_array(dossier->context, struct bytes, (unsigned)count + 1);
    if (texts == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "leaves");
    }
    for (size_t at = 0; at < count; at++) {
        const json_t *leaf = json_array_get(leaves, at);
        texts[at] = (struct bytes){(const uint8_t *)json_string_value(leaf), json_string_length(leaf)};
    }
    dossier->report->leaves = count;
    return merkle_root_of(texts, count, &dossier->root, error);
}

bool dossier_read_description(struct dossier_case *dossier, struct ra_error *error)
{
    struct dossier_report *report = dossier->report;
    dossier->description = load(dossier_package_find(dossier->package, DOSSIER_DESCRIPTION));
    const json_t *description = dossier->description;
    const json_t *attempt = json_object_get(description, "attempt");
    if (strcmp(text_of(description, "format"), DOSSIER_FORMAT) != 0 || !json_is_integer(attempt) ||
        !leaves_are_texts(json_object_get(description, "leaves")) ||
        !json_is_array(json_object_get(description, "documents"))) {
        return dossier_malformed(error, "dossier.json falta ou está malformado");
    }
    dossier->instance = text_of(description, "instance");
    dossier->order = text_of(description, "order");
    dossier->ref = text_of(description, "ref");
    dossier->attempt = json_integer_value(attempt);
    report->attempt = dossier->attempt;
    (void)snprintf(report->order, sizeof report->order, "%s", dossier->order);
    (void)snprintf(report->ref, sizeof report->ref, "%s", dossier->ref);
    (void)snprintf(report->rules, sizeof report->rules, "%s", text_of(description, "rules"));
    return find_root(dossier, error);
}

/* --- manifest.json --- */

static const char *manifest_fault(struct dossier_case *dossier)
{
    const json_t *manifest = dossier->manifest;
    const struct dossier_part *content = dossier_package_find(dossier->package, DOSSIER_MANIFEST);
    const struct dossier_part *signature = dossier_package_find(dossier->package, DOSSIER_SIGNATURE);
    const char *made_at = text_of(manifest, "made_at");
    if (strcmp(text_of(manifest, "format"), DOSSIER_FORMAT) != 0 ||
        !clock_parse(made_at, &dossier->made_at_us) ||
        strcmp(text_of(manifest, "order"), dossier->order) != 0) {
        return "o manifesto falta, está malformado ou é de outro caso";
    }
    if (signature == NULL ||
        !manifest_signature_holds(content->content, signature->content, NULL, 0, &dossier->exporter)) {
        return "a assinatura não confere";
    }
    (void)snprintf(dossier->report->made_at, sizeof dossier->report->made_at, "%s", made_at);
    manifest_show_subject(dossier->exporter, dossier->report->exporter);
    if (dossier->trust->anchors == NULL ||
        !manifest_signature_holds(content->content, signature->content, dossier->trust->anchors,
                                  (time_t)(dossier->made_at_us / 1000000), NULL)) {
        return "quem assinou não tem caminho até as raízes dadas";
    }
    return NULL;
}

static void check_files(struct dossier_case *dossier)
{
    const struct dossier_package *package = dossier->package;
    json_t *files = json_object_get(dossier->manifest, "files");
    const char *name = NULL;
    const json_t *row = NULL;
    if (!json_is_object(files)) {
        dossier_settle(dossier, DOSSIER_CHECK_FILES, DOSSIER_FAILS, "o manifesto não lista arquivos");
        return;
    }
    for (size_t at = 0; at < package->count; at++) {
        const struct dossier_part *part = &package->parts[at];
        bool apart = part->file == DOSSIER_MANIFEST || part->file == DOSSIER_SIGNATURE;
        if (!apart && !manifest_lists(files, part->name, part->digest, part->size)) {
            dossier_settle(dossier, DOSSIER_CHECK_FILES, DOSSIER_FAILS, "%s não é o que o manifesto diz",
                           part->name);
            return;
        }
    }
    json_object_foreach(files, name, row)
    {
        if (!dossier_package_has(package, name)) {
            dossier_settle(dossier, DOSSIER_CHECK_FILES, DOSSIER_FAILS,
                           "falta um arquivo que o manifesto cita");
            return;
        }
    }
    dossier_settle(dossier, DOSSIER_CHECK_FILES, DOSSIER_HOLDS, "arquivos: %zu", package->count);
}

void dossier_check_manifest(struct dossier_case *dossier)
{
    dossier->manifest = load(dossier_package_find(dossier->package, DOSSIER_MANIFEST));
    char exporter[MANIFEST_SUBJECT_MAX] = "";
    const char *fault = manifest_fault(dossier);
    if (dossier->exporter != NULL) {
        manifest_show_name(dossier->exporter, exporter);
    }
    dossier_settle(dossier, DOSSIER_CHECK_MANIFEST, fault == NULL ? DOSSIER_HOLDS : DOSSIER_FAILS, "%s",
                   fault != NULL ? fault : exporter);
    check_files(dossier);
}

/* --- documents --- */

/* What leaves and annex name: "sealed" by the document's id, and the digests of all. */
struct named {
    json_t *sealed;  /* {id: digest} */
    json_t *digests; /* {digest: true} */
    const char *fault;
};

static bool is_digest(const char *text, size_t length)
{
    return length == DIGEST_DIGITS && strspn(text, "0123456789abcdef") >= DIGEST_DIGITS;
}

/* The n-th field of "document|id|item|person|sha256|…", which must be ended by a '|'; NULL without one. */
static const char *field(const char *leaf, size_t number, size_t *length)
{
    for (; number > 0; number--) {
        leaf = strchr(leaf, '|');
        if (leaf == NULL) {
            return NULL;
        }
        leaf++;
    }
    const char *end = strchr(leaf, '|');
    *length = end != NULL ? (size_t)(end - leaf) : 0;
    return end != NULL ? leaf : NULL;
}

static bool name_digest(struct named *named, const char *digest, size_t length)
{
    char key[DIGEST_DIGITS + 1];
    (void)snprintf(key, sizeof key, "%.*s", (int)length, digest);
    return json_object_set_new(named->digests, key, json_true()) == 0;
}

static bool take_leaf(struct named *named, const char *leaf)
{
    enum { ID = 1, DIGEST = 4 };
    size_t id_length = 0;
    size_t length = 0;
    char key[ID_MAX + 1];
    const char *id = field(leaf, ID, &id_length);
    const char *digest = field(leaf, DIGEST, &length);
    if (id == NULL || digest == NULL || id_length == 0 || id_length > ID_MAX || !is_digest(digest, length)) {
        named->fault = "uma folha de documento está malformada";
        return true;
    }
    (void)snprintf(key, sizeof key, "%.*s", (int)id_length, id);
    if (json_object_get(named->sealed, key) != NULL) {
        named->fault = "duas folhas têm o mesmo documento";
        return true;
    }
    return json_object_set_new(named->sealed, key, json_stringn(digest, length)) == 0 &&
           name_digest(named, digest, length);
}

static bool take_leaves(struct named *named, const json_t *leaves)
{
    static const char document[] = "document|";
    size_t at = 0;
    const json_t *leaf = NULL;
    json_array_foreach(leaves, at, leaf)
    {
        const char *text = json_string_value(leaf);
        if (strncmp(text, document, sizeof document - 1) == 0 && !take_leaf(named, text)) {
            return false;
        }
    }
    return true;
}

/* What dossier.json tells of the documents agrees with the leaves, and names those of the annex. */
static bool take_descriptions(struct named *named, const json_t *documents)
{
    size_t at = 0;
    size_t sealed = 0;
    const json_t *document = NULL;
    json_array_foreach(documents, at, document)
    {
        const char *part = text_of(document, "part");
        const char *digest = text_of(document, "sha256");
        if (!is_digest(digest, strlen(digest))) {
            named->fault = "dossier.json descreve mal um documento";
        } else if (strcmp(part, "sealed") == 0) {
            sealed++;
            if (strcmp(text_of(named->sealed, text_of(document, "id")), digest) != 0) {
                named->fault = "dossier.json descreve um documento que as folhas não têm";
            }
        } else if (strcmp(part, "annex") != 0) {
            named->fault = "dossier.json descreve um documento de parte desconhecida";
        } else if (!name_digest(named, digest, DIGEST_DIGITS)) {
            return false;
        }
    }
    if (named->fault == NULL && sealed != json_object_size(named->sealed)) {
        named->fault = "dossier.json não descreve todos os documentos das folhas";
    }
    return true;
}

static bool compare_files(struct dossier_case *dossier, struct named *named, struct ra_error *error)
{
    const struct dossier_package *package = dossier->package;
    const size_t folder = strlen(dossier_file_name(DOSSIER_DOCUMENT));
    size_t *count = &dossier->report->documents;
    for (size_t at = 0; at < package->count && named->fault == NULL; at++) {
        const struct dossier_part *part = &package->parts[at];
        char stem[DIGEST_DIGITS + 1];
        if (part->file != DOSSIER_DOCUMENT) {
            continue;
        }
        (*count)++;
        (void)snprintf(stem, sizeof stem, "%s", part->name + folder);
        char *digest = hex_encode(dossier->context, (struct bytes){part->digest, sizeof part->digest});
        if (digest == NULL) {
            return ra_fail(error, RA_NO_MEMORY, "documents");
        }
        if (strcmp(digest, stem) != 0) {
            named->fault = "o conteúdo de um documento não é o que o nome dele diz";
        } else if (json_object_del(named->digests, stem) != 0) {
            named->fault = "há um documento a mais";
        }
    }
    if (named->fault == NULL && json_object_size(named->digests) > 0) {
        named->fault = "falta um documento que o dossiê cita";
    }
    return true;
}

bool dossier_check_documents(struct dossier_case *dossier, struct ra_error *error)
{
    struct named named = {json_object(), json_object(), NULL};
    const json_t *description = dossier->description;
    bool done = named.sealed != NULL && named.digests != NULL &&
                take_leaves(&named, json_object_get(description, "leaves")) &&
                take_descriptions(&named, json_object_get(description, "documents"));
    done = done ? compare_files(dossier, &named, error) : ra_fail(error, RA_NO_MEMORY, "documents");
    json_decref(named.sealed);
    json_decref(named.digests);
    if (named.fault != NULL) {
        dossier_settle(dossier, DOSSIER_CHECK_DOCUMENTS, DOSSIER_FAILS, "%s", named.fault);
    } else {
        dossier_settle(dossier, DOSSIER_CHECK_DOCUMENTS, DOSSIER_HOLDS, "documentos: %zu",
                       dossier->report->documents);
    }
    return done;
}

/* --- root --- */

/* The newest good validation of an earlier attempt: what was signed before the case changed or was sent back.
 */
static const struct dossier_statement *earlier_validation(const struct dossier_case *dossier)
{
    const struct dossier_statement *newest = NULL;
    for (size_t at = 0; at < dossier->statement_count; at++) {
        const struct dossier_statement *one = &dossier->statements[at];
        if (one->type == STATEMENT_VALIDATION && one->good != NULL &&
            (newest == NULL || one->good->statement->attempt > newest->good->statement->attempt)) {
            newest = one;
        }
    }
    return newest;
}

static bool binds_root(const struct dossier_case *dossier, const struct dossier_statement *validation)
{
    return bytes_equal((struct bytes){dossier->root.bytes, sizeof dossier->root.bytes},
                       (struct bytes){validation->good->statement->validation.dossier, 32});
}

static void judge_unvalidated(struct dossier_case *dossier)
{
    const struct dossier_statement *before = earlier_validation(dossier);
    if (before == NULL) {
        dossier_settle(dossier, DOSSIER_CHECK_ROOT, DOSSIER_CANNOT_TELL, "ninguém validou o caso ainda");
    } else if (binds_root(dossier, before)) {
        dossier_settle(dossier, DOSSIER_CHECK_ROOT, DOSSIER_CANNOT_TELL,
                       "a validação da tentativa %" PRId64 " não vale mais; não há outra",
                       before->good->statement->attempt);
    } else {
        dossier_settle(dossier, DOSSIER_CHECK_ROOT, DOSSIER_FAILS,
                       "mudou depois da validação da tentativa %" PRId64 ", que ficou sem efeito",
                       before->good->statement->attempt);
    }
}

void dossier_check_root(struct dossier_case *dossier)
{
    uint8_t claimed[32];
    if (!hex_decode(text_of(dossier->description, "root"), claimed, sizeof claimed) ||
        !bytes_equal((struct bytes){claimed, sizeof claimed},
                     (struct bytes){dossier->root.bytes, sizeof dossier->root.bytes})) {
        dossier_settle(dossier, DOSSIER_CHECK_ROOT, DOSSIER_FAILS,
                       "a raiz de dossier.json não é a das folhas");
    } else if (dossier->validation == NULL) {
        judge_unvalidated(dossier);
    } else if (dossier->validation->good == NULL) {
        dossier_settle(dossier, DOSSIER_CHECK_ROOT, DOSSIER_CANNOT_TELL, "a validação não confere");
    } else if (!binds_root(dossier, dossier->validation)) {
        dossier_settle(dossier, DOSSIER_CHECK_ROOT, DOSSIER_FAILS, "mudou depois da validação");
    } else if (strcmp(text_of(dossier->description, "rules"),
                      dossier->validation->good->statement->validation.rules) != 0) {
        dossier_settle(dossier, DOSSIER_CHECK_ROOT, DOSSIER_FAILS,
                       "a versão das regras não é a que a validação nomeia");
    } else {
        dossier_settle(dossier, DOSSIER_CHECK_ROOT, DOSSIER_HOLDS, "folhas: %zu", dossier->report->leaves);
    }
}
