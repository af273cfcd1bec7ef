/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "package.h"

#include "audit/export_archive.h"
#include "pki/base/clock.h"
#include "pki/base/file.h"
#include "pki/trust/merkle.h"
#include "pki/trust/ocsp.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <fcntl.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REF      "6f1c1a52-3f0e-4d6a-9f57-2b7f0a1c9d11"
#define DOCUMENT "0b8a4a0e-6f0d-4f0b-9d55-7f3a5d1e2c33"
#define LOG_NAME "guiche.homologacao/teste"

static const char document_bytes[] = "%PDF-1.4 um documento de teste";

static void must(bool ok, const struct ra_error *error)
{
    if (!ok)
        fail_msg("%s (%s)", error->detail, error->reason);
}

static STACK_OF(X509) *stack_of(X509 *certificate)
{
    STACK_OF(X509) *stack = sk_X509_new_null();
    assert_int_equal(X509_up_ref(certificate), 1);
    assert_true(sk_X509_push(stack, certificate) > 0);
    return stack;
}

void package_world_make(struct package_world *world)
{
    struct ra_error error = {0};
    struct bytes pem;
    office_make(&world->office);
    world->context = world->office.memory;
    world->issued = NULL;
    world->path = talloc_asprintf(world->context, "%s/dossie.zip", world->office.folder);
    char *key = talloc_asprintf(world->context, "%s/log.key", world->office.folder);
    char *roots = talloc_asprintf(world->context, "%s/public/roots.pem", world->office.folder);
    must(note_key_create(key, &error) && note_key_load(world->context, key, LOG_NAME, &world->log, &error) &&
             file_read(world->context, roots, 1 << 20, &pem, &error) &&
             signed_read_certificates(pem, &world->anchors, &error),
         &error);
    world->administrators = stack_of(identity_certificate(world->office.admin));
}

void package_world_free(struct package_world *world)
{
    sk_X509_pop_free(world->anchors, X509_free);
    sk_X509_pop_free(world->administrators, X509_free);
    X509_free(world->issued);
    office_free(&world->office);
}

/* --- files --- */

struct bytes package_get(const struct package *package, const char *name)
{
    for (size_t at = 0; at < package->count; at++)
        if (strcmp(package->files[at].name, name) == 0)
            return package->files[at].content;
    return (struct bytes){NULL, 0};
}

void package_put(struct package *package, const char *name, struct bytes content)
{
    size_t at = 0;
    while (at < package->count && strcmp(package->files[at].name, name) != 0)
        at++;
    assert_true(at < PACKAGE_FILES);
    package->files[at].name = name;
    package->files[at].content = content;
    package->count += at == package->count;
}

void package_remove(struct package *package, const char *name)
{
    size_t at = 0;
    while (at < package->count && strcmp(package->files[at].name, name) != 0)
        at++;
    assert_true(at < package->count);
    package->files[at] = package->files[--package->count];
}

json_t *package_json(const struct package *package, const char *name)
{
    struct bytes content = package_get(package, name);
    json_t *json = json_loadb((const char *)content.data, content.length, 0, NULL);
    assert_non_null(json);
    return json;
}

void package_put_json(struct package_world *world, struct package *package, const char *name,
                      json_t *take_json)
{
    char *text = json_dumps(take_json, JSON_COMPACT);
    assert_non_null(text);
    package_put(package, name, bytes_copy(world->context, text, strlen(text)));
    free(text);
    json_decref(take_json);
}

static struct bytes decoded(struct package_world *world, const json_t *text)
{
    struct bytes bytes;
    assert_true(base64_decode(world->context, json_string_value(text), json_string_length(text), &bytes));
    return bytes;
}

static char *digest_text(struct package_world *world, struct bytes bytes)
{
    uint8_t digest[32];
    assert_true(sha256(bytes, digest));
    return hex_encode(world->context, (struct bytes){digest, sizeof digest});
}

static struct bytes pem_of(struct package_world *world, const json_t *certificates, struct bytes single)
{
    BIO *output = BIO_new(BIO_s_mem());
    char *data = NULL;
    size_t count = certificates != NULL ? json_array_size(certificates) : 1;
    for (size_t at = 0; at < count; at++) {
        struct bytes der = certificates != NULL ? decoded(world, json_array_get(certificates, at)) : single;
        const unsigned char *begin = der.data;
        X509 *certificate = d2i_X509(NULL, &begin, (long)der.length);
        assert_int_equal(PEM_write_bio_X509(output, certificate), 1);
        X509_free(certificate);
    }
    long length = BIO_get_mem_data(output, &data);
    struct bytes pem = bytes_copy(world->context, data, (size_t)length);
    BIO_free(output);
    return pem;
}

/* --- leaves --- */

static json_t *sample_leaves(struct package_world *world)
{
    char *digest = digest_text(world, bytes_of_text(document_bytes));
    char *document =
        talloc_asprintf(world->context, "document|%s|DOC-01|holder|%s|cnh|123|||1|1", DOCUMENT, digest);
    return json_pack("[s, s, s, s]", "consultation|cpf|holder|ok|receita|1||2026-11-26T12:00:00.000000Z",
                     document, "fact|nationality|br", "item|DOC-01|holder|accepted|");
}

static void root_of(struct package_world *world, const json_t *leaves, struct merkle_hash *root)
{
    struct ra_error error = {0};
    size_t count = json_array_size(leaves);
    struct bytes *texts = talloc_array(world->context, struct bytes, (unsigned)count + 1);
    for (size_t at = 0; at < count; at++)
        texts[at] = bytes_of_text(json_string_value(json_array_get(leaves, at)));
    must(merkle_root_of(texts, count, root, &error), &error);
}

void package_put_leaves(struct package_world *world, struct package *package, json_t *take_leaves)
{
    struct merkle_hash root;
    root_of(world, take_leaves, &root);
    json_t *description = package_json(package, "dossier.json");
    char *hex = hex_encode(world->context, (struct bytes){root.bytes, sizeof root.bytes});
    json_object_set_new(description, "root", json_string(hex));
    json_object_set_new(description, "leaves", take_leaves);
    package_put_json(world, package, "dossier.json", description);
}

/* --- the log --- */

struct log {
    const json_t *leaves;
};

static bool read_log(void *state, unsigned level, uint64_t index, struct merkle_hash *hash,
                     struct ra_error *error)
{
    const struct log *log = state;
    struct merkle_hash left, right;
    if (level == 0)
        return merkle_hash_leaf(bytes_of_text(json_string_value(json_array_get(log->leaves, (size_t)index))),
                                hash, error);
    return read_log(state, level - 1, 2 * index, &left, error) &&
           read_log(state, level - 1, 2 * index + 1, &right, error) &&
           merkle_hash_node(&left, &right, hash, error);
}

static void log_event(struct package_world *world, json_t *leaves, const char *event, const char *member,
                      const char *value)
{
    char at[CLOCK_TEXT_SIZE];
    clock_format_utc(clock_now_us(&world->office.clock), at, sizeof at);
    json_t *leaf = json_pack("{s:i, s:s, s:s, s:s, s:{s:s}}", "v", 1, "event", event, "ts_utc", at, "order",
                             REF, "detail", member, value);
    char *text = json_dumps(leaf, JSON_COMPACT);
    json_array_append_new(leaves, json_string(text));
    free(text);
    json_decref(leaf);
}

static json_t *proof_document(struct package_world *world, const char *order, const json_t *leaves)
{
    struct ra_error error = {0};
    struct log log = {leaves};
    const struct merkle_reader reader = {read_log, &log};
    struct checkpoint checkpoint = {.size = json_array_size(leaves)};
    char *note = NULL;
    must(merkle_root(&reader, checkpoint.size, &checkpoint.root, &error) &&
             checkpoint_sign(world->context, world->log, &checkpoint, &note, &error),
         &error);
    json_t *items = json_array();
    for (size_t at = 0; at < json_array_size(leaves); at++) {
        struct merkle_proof proof;
        must(merkle_prove_inclusion(&reader, at, checkpoint.size, &proof, &error), &error);
        json_t *hashes = json_array();
        for (size_t each = 0; each < proof.count; each++)
            json_array_append_new(hashes, json_string(hex_encode(
                                              world->context, (struct bytes){proof.hashes[each].bytes, 32})));
        json_array_append_new(items, json_pack("{s:i, s:O, s:o}", "n", (int)at, "leaf",
                                               json_array_get(leaves, at), "proof", hashes));
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:o}", "format", "guiche-proof-v1", "order", order, "ref", REF,
                     "checkpoint", note, "leaves", items);
}

/* --- the case --- */

static void describe(struct package_world *world, const struct recipe *recipe, const json_t *proofs,
                     struct package *package)
{
    char *digest = digest_text(world, bytes_of_text(document_bytes));
    char *file = talloc_asprintf(world->context, "documents/%s.pdf", digest);
    json_t *description =
        json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:[{s:s, s:s, s:s, s:s, s:s}], s:O}", "format",
                  DOSSIER_FORMAT, "instance", OFFICE_INSTANCE, "order", recipe->order, "ref", REF, "attempt",
                  1, "rules", "2026-11", "ra_cnpj", "12345678000195", "documents", "id", DOCUMENT, "item",
                  "DOC-01", "part", "sealed", "sha256", digest, "file", file, "proofs", proofs);
    package_put_json(world, package, "dossier.json", description);
    package_put_leaves(world, package, sample_leaves(world));
    package_put(package, file, bytes_of_text(document_bytes));
}

static void put_trust(struct package_world *world, struct package *package)
{
    struct ra_error error = {0};
    struct bytes profile;
    json_t *roster = office_roster(&world->office, 1);
    package_put(package, "rosters/1.der", decoded(world, json_object_get(roster, "roster")));
    json_decref(roster);
    json_t *crls = office_crls(&world->office);
    static const char *const names[] = {"crls/1.crl", "crls/2.crl", "crls/3.crl"};
    for (size_t at = 0; at < json_array_size(crls); at++)
        package_put(package, names[at], decoded(world, json_array_get(crls, at)));
    json_decref(crls);
    must(file_read(world->context, "pki/profiles/RFB_ECPF_A1.json", 1 << 16, &profile, &error), &error);
    package_put(package, "profile.json", profile);
    unsigned char *der = NULL;
    int length = i2d_X509(identity_certificate(world->office.admin), &der);
    package_put(package, "administrators.pem", pem_of(world, NULL, (struct bytes){der, (size_t)length}));
    OPENSSL_free(der);
}

static void put_issued(struct package_world *world, json_t *request, json_t *events, struct package *package)
{
    json_t *answer = office_send(&world->office, json_incref(request));
    if (strcmp(answer_text(answer, "type"), "issued") != 0)
        fail_msg("%s %s", answer_text(answer, "reason"), answer_text(answer, "detail"));
    struct bytes der = decoded(world, json_object_get(answer, "certificate"));
    const unsigned char *begin = der.data;
    X509_free(world->issued);
    world->issued = d2i_X509(NULL, &begin, (long)der.length);
    package_put(package, "certificate.pem", pem_of(world, NULL, der));
    package_put(package, "chain.pem", pem_of(world, json_object_get(answer, "chain"), der));
    log_event(world, events, "CERT_ISSUED", "certificate", digest_text(world, der));
    json_decref(answer);
}

static void put_refusal(struct package_world *world, const struct recipe *recipe, json_t *events,
                        struct package *package)
{
    struct statement refusal = office_statement(&world->office, STATEMENT_REFUSAL, recipe->order, 1);
    refusal.refusal.reason = "divergência";
    struct bytes cms = office_sign(&world->office, world->office.agent2, &refusal);
    package_put(package, "statements/refusal-1.p7s", cms);
    log_event(world, events, "VERIFICATION_REFUSED", "statement", digest_text(world, cms));
}

/* --- a renewal --- */

static void bind_wish(struct package_world *world, const struct recipe *recipe, struct draft *draft,
                      bool shown)
{
    struct ra_error error = {0};
    struct statement_validation *facts = &draft->validation.validation;
    struct statement wish = office_statement(&world->office, STATEMENT_RENEWAL, recipe->order, 1);
    unsigned char *spki = NULL;
    int length = i2d_PUBKEY(draft->key, &spki);
    assert_true(length > 0 && sha256((struct bytes){spki, (size_t)length}, wish.renewal.spki));
    OPENSSL_free(spki);
    must(certificate_data_digest(&facts->data, wish.renewal.data, &error), &error);
    if (shown && recipe->bend_wish != NULL)
        recipe->bend_wish(&wish);
    const struct identity *signer =
        shown && recipe->shown_signer != NULL ? recipe->shown_signer : recipe->renews;
    facts->binding = (struct statement_binding){.kind = PROFILE_BINDING_RENEWAL,
                                                .cms = office_sign(&world->office, signer, &wish)};
}

static void bend_to_renewal(struct package_world *world, const struct recipe *recipe, struct draft *draft)
{
    draft->key = world->office.thief_key; /* a key that was not certified before */
    draft->without_verification = true;
    draft->verification.verification.has_mail = false;
    draft->validation.validation.method = IDENTIFICATION_RENEWAL;
    draft->waivers[0] = (struct statement_waiver){.rule = "BIO-01", .reason = "REN-02: assinado com A3"};
    draft->validation.validation.waived.count = 1;
    bind_wish(world, recipe, draft, false);
}

static void bend(struct package_world *world, const struct recipe *recipe, struct draft *draft,
                 struct statement_person people[2])
{
    struct merkle_hash root;
    json_t *leaves = sample_leaves(world);
    root_of(world, leaves, &root);
    json_decref(leaves);
    memcpy(draft->validation.validation.dossier, root.bytes, sizeof root.bytes);
    draft->first = recipe->first != NULL ? recipe->first : draft->first;
    draft->second = recipe->second != NULL ? recipe->second : draft->second;
    if (recipe->alone) {
        struct statement_binding *binding = &draft->validation.validation.binding;
        draft->without_verification = true;
        draft->validation.validation.waived.count = 0;
        binding->has_mail = true;
        memcpy(binding->mail, draft->verification.verification.mail, sizeof binding->mail);
    }
    if (recipe->by_key) {
        draft_bind_spki(draft);
        draft->validation.validation.waived.count = 0;
        draft->verification.verification.waived.count = 0;
    }
    if (recipe->renews != NULL)
        bend_to_renewal(world, recipe, draft);
    draft->validation.issued_at -= recipe->age_s;
    draft->verification.issued_at -= recipe->age_s;
    if (recipe->party != NULL) {
        people[0] = draft->person;
        people[1] = (struct statement_person){recipe->party, STATEMENT_ROLE_REPRESENTATIVE};
        draft->validation.validation.people = (struct statement_people){2, people};
    }
}

static void add_ac_crls(struct package_world *world, json_t *request)
{
    static const char *const names[] = {"tiss", "trfb"};
    for (size_t at = 0; at < sizeof names / sizeof *names; at++) {
        struct ra_error error = {0};
        struct bytes content;
        char *path = talloc_asprintf(world->context, "%s/public/%s.crl", world->office.folder, names[at]);
        must(file_read(world->context, path, 1 << 20, &content, &error), &error);
        json_array_append_new(json_object_get(request, "crls"), office_base64(content));
    }
}

/* OCSP, as the AC answers it now. */
static void add_ac_word(struct package_world *world, const struct recipe *recipe, json_t *request)
{
    struct ra_error error = {0};
    struct bytes question, answer;
    struct hierarchy *hierarchy = &world->office.hierarchy;
    X509 *certificate = identity_certificate(recipe->renews);
    X509 *issuer = hierarchy->certificate[authority_of(hierarchy, X509_get_issuer_name(certificate))];
    must(ocsp_ask(world->context, certificate, issuer, &question, &error) &&
             ocsp_respond(recipe->responder, world->context, question, &answer, &error),
         &error);
    json_object_set_new(request, "ocsp", json_pack("[o]", office_base64(answer)));
}

/* What the package shows, which a dishonest office may have made apart from what was issued by. */
static struct bytes shown_validation(struct package_world *world, const struct recipe *recipe,
                                     struct draft *draft, json_t *request, json_t *events)
{
    if (recipe->renews == NULL)
        return decoded(world, json_object_get(request, "validation"));
    bind_wish(world, recipe, draft, true);
    if (!recipe->unlogged_wish)
        log_event(world, events, "RENEWAL_SIGNED", "signature",
                  digest_text(world, draft->validation.validation.binding.cms));
    json_t *shown = office_request(draft);
    struct bytes validation = decoded(world, json_object_get(shown, "validation"));
    json_decref(shown);
    return validation;
}

void package_make(struct package_world *world, const struct recipe *recipe, struct package *package)
{
    struct draft draft;
    struct statement_person people[2];
    json_t *events = json_array();
    *package = (struct package){.count = 0};
    office_draft(&world->office, recipe->order, 1, &draft);
    bend(world, recipe, &draft, people);
    json_t *request = office_request(&draft);
    if (recipe->renews != NULL) {
        add_ac_crls(world, request);
        add_ac_word(world, recipe, request);
    }
    describe(world, recipe, json_object_get(request, "proofs"), package);
    put_trust(world, package);
    struct bytes validation = shown_validation(world, recipe, &draft, request, events);
    package_put(package, "statements/validation-1.p7s", validation);
    log_event(world, events, "VALIDATION_APPROVED", "statement", digest_text(world, validation));
    if (recipe->alone || recipe->renews != NULL) {
        log_event(world, events, "SECOND_AGENT_WAIVED", "statement", digest_text(world, validation));
    } else if (recipe->refused) {
        put_refusal(world, recipe, events, package);
    } else {
        struct bytes verification = decoded(world, json_object_get(request, "verification"));
        package_put(package, "statements/verification-1.p7s", verification);
        log_event(world, events, "VERIFICATION_APPROVED", "statement", digest_text(world, verification));
    }
    if (recipe->issued)
        put_issued(world, request, events, package);
    package_put_json(world, package, "audit-proof.json", proof_document(world, recipe->order, events));
    package_put(package, "LEIAME.txt", bytes_of_text("leia"));
    json_decref(events);
    json_decref(request);
}

/* --- out --- */

void package_write(struct package_world *world, const struct package *package, const struct identity *signer)
{
    struct ra_error error = {0};
    struct export_archive *archive = NULL;
    char made_at[CLOCK_TEXT_SIZE];
    struct bytes description = package_get(package, "dossier.json");
    json_t *json = json_loadb((const char *)description.data, description.length, 0, NULL);
    const char *order = json_string_value(json_object_get(json, "order"));
    int fd = open(world->path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    must(export_archive_open(world->context, fd, clock_now(&world->office.clock), &archive, &error), &error);
    for (size_t at = 0; at < package->count; at++)
        must(export_archive_file(archive, package->files[at].name, package->files[at].content, &error),
             &error);
    clock_format_utc(clock_now_us(&world->office.clock), made_at, sizeof made_at);
    json_t *manifest = json_pack("{s:s, s:s, s:s}", "format", DOSSIER_FORMAT, "order",
                                 order != NULL ? order : "", "made_at", made_at);
    must(export_archive_finish(archive, manifest, signer != NULL ? signer : world->office.outsider, &error),
         &error);
    json_decref(json);
    talloc_free(archive);
    close(fd);
}

void package_verify(struct package_world *world, const struct package *package, struct dossier_report *report)
{
    struct ra_error error = {0};
    const struct dossier_trust trust = {note_key_verifier(world->log), world->anchors, world->administrators,
                                        1};
    package_write(world, package, NULL);
    must(dossier_verify(world->path, &trust, report, &error), &error);
}
