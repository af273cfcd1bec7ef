/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/pki-cmp/world.h"

#include "pki/base/decoded.h"
#include "pki/base/der.h"
#include "pki/base/file.h"
#include "pki/cmp/cmp_message.h"
#include "pki/homolog-ca/certificate_builder.h"
#include "tests/support/implicit_confirm.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <dirent.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLOCK_AHEAD_S = 400 * 86400, TEST_KEY_BITS = 2048, DAY_S = 86400 };

static void must(bool ok, const struct ra_error *error)
{
    if (!ok)
        fail_msg("%s", error->detail);
}

static void make_template(struct world *world)
{
    static const char *const POLICY[] = {"2.16.76.1.2.1.999999", NULL};
    struct ra_error error = {0};
    world->subject = X509_NAME_new();
    must(name_add(world->subject, "C", "BR", &error) && name_add(world->subject, "O", "ICP-Brasil", &error) &&
             name_add(world->subject, "OU", "RFB e-CPF A1", &error) &&
             name_add(world->subject, "CN", "MARIA FICTICIA:12345678909", &error),
         &error);
    X509 *scratch = X509_new();
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    must(builder_add_text(scratch, NULL, NID_key_usage,
                          "critical,digitalSignature,nonRepudiation,keyEncipherment", &error) &&
             builder_add_text(scratch, NULL, NID_ext_key_usage, "clientAuth,emailProtection", &error) &&
             builder_add_policies(scratch, POLICY, "http://dpc.teste.invalid/dpc.pdf", &error) &&
             builder_push_other_name(names, "2.16.76.1.3.1", "150819851234567890900000000000000000000000000",
                                     &error) &&
             builder_push_text_name(names, GEN_EMAIL, "maria@exemplo.test", &error),
         &error);
    assert_int_equal(X509_add1_ext_i2d(scratch, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT), 1);
    must(builder_add_text(scratch, NULL, NID_basic_constraints, "CA:FALSE", &error), &error);
    world->extensions =
        sk_X509_EXTENSION_deep_copy(X509_get0_extensions(scratch), X509_EXTENSION_dup, X509_EXTENSION_free);
    assert_non_null(world->extensions);
    GENERAL_NAMES_free(names);
    X509_free(scratch);
}

static void make_ra(struct world *world)
{
    struct ra_error error = {0};
    char *path = store_path(world->memory, &world->store, "ra.pem");
    must(credentials_make_ra(&world->registry, path, &error), &error);
    must(store_read_key(path, &world->ra_key, &error) &&
             store_read_certificate(path, &world->ra_certificate, &error),
         &error);
}

void world_restart(struct world *world, struct cmp_server_options options)
{
    struct ra_error error = {0};
    TALLOC_FREE(world->server);
    world->server = cmp_server_new(world->memory, &world->registry, &options, &error);
    must(world->server != NULL, &error);
}

void world_make(struct world *world)
{
    world_make_at(world, CLOCK_AHEAD_S);
}

void world_make_at(struct world *world, int64_t ahead_s)
{
    *world = (struct world){.folder = "/tmp/homolog-ca-test.XXXXXX", .clock = {ahead_s}};
    struct ra_error error = {0};
    world->memory = talloc_new(NULL);
    assert_non_null(mkdtemp(world->folder));
    world->store.root = world->folder;
    world->registry = (struct registry){&world->store, &world->hierarchy, &world->clock};
    must(hierarchy_init(&world->store, &world->clock, "http://localhost:1", TEST_KEY_BITS, &error) &&
             hierarchy_load(&world->store, &world->hierarchy, &error),
         &error);
    make_ra(world);
    make_template(world);
    world->holder_key = EVP_RSA_gen(2048);
    world->other_key = EVP_RSA_gen(2048);
    world->anchors = sk_X509_new_null();
    sk_X509_push(world->anchors, world->hierarchy.certificate[AUTHORITY_TR5]);
    world_restart(world, (struct cmp_server_options){.confirm_seconds = 600});
}

static void remove_tree(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        remove(path);
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char *inside = talloc_asprintf(NULL, "%s/%s", path, entry->d_name);
        remove_tree(inside);
        talloc_free(inside);
    }
    closedir(folder);
    remove(path);
}

void world_free(struct world *world)
{
    talloc_free(world->memory);
    sk_X509_free(world->anchors);
    X509_free(world->ra_certificate);
    EVP_PKEY_free(world->ra_key);
    EVP_PKEY_free(world->holder_key);
    EVP_PKEY_free(world->other_key);
    X509_NAME_free(world->subject);
    sk_X509_EXTENSION_pop_free(world->extensions, X509_EXTENSION_free);
    hierarchy_clear(&world->hierarchy);
    remove_tree(world->folder);
}

static bool lose(struct ra_error *error)
{
    return ra_fail(error, RA_UNAVAILABLE, "the carrier lost it");
}

static struct bytes altered(TALLOC_CTX *memory, struct bytes message)
{
    uint8_t *copy = talloc_memdup(memory, message.data, message.length);
    copy[message.length - 20] ^= 1;
    return (struct bytes){copy, message.length};
}

/* The last octet of the body, which is a number's in certConf: still DER, and not what was protected. */
static struct bytes with_altered_body(TALLOC_CTX *memory, struct bytes message, struct bytes body)
{
    uint8_t *copy = talloc_memdup(memory, message.data, message.length);
    copy[body.data + body.length - 1 - message.data] ^= 1;
    return (struct bytes){copy, message.length};
}

/* So many other certificates that none of this conversation is kept decoded (pki/base/decoded.h). */
static void crowd_out(const struct world *world)
{
    enum { MANY = 16 * DECODED_MAX };
    unsigned char *der = NULL;
    int length = i2d_X509(world->ra_certificate, &der);
    assert_true(length > 0);
    for (int i = 0; i < MANY; i++) {
        der[length - 1] = (unsigned char)i;
        der[length - 2] = (unsigned char)(i >> 8);
        X509 *other = decoded_certificate((struct bytes){der, (size_t)length});
        assert_non_null(other);
        X509_free(other);
    }
    OPENSSL_free(der);
}

static bool misbehave(struct world *world, TALLOC_CTX *memory, struct bytes *response, struct ra_error *error)
{
    switch (world->fault) {
    case CARRIER_HONEST:
    case CARRIER_LOSES_REQUEST:
    case CARRIER_ALTERS_REQUEST:
        return true;
    case CARRIER_LOSES_ANSWER:
        return lose(error);
    case CARRIER_ALTERS_ANSWER:
        crowd_out(world);
        *response = altered(memory, *response);
        return true;
    case CARRIER_REPLAYS_FIRST:
        *response = world->first_answer;
        return true;
    case CARRIER_BRINGS_RUBBISH:
        *response = bytes_of_text("<html>502 Bad Gateway</html>");
        return true;
    case AC_CONFIRMS_FOR_US:
        *response = implicit_confirm(memory, *response, world->hierarchy.cmp_key);
        return true;
    }
    return false;
}

static bool carry(void *context, struct bytes request, TALLOC_CTX *memory, struct bytes *response,
                  struct ra_error *error)
{
    struct world *world = context;
    struct cmp_peek peek;
    must(cmp_peek(request, &peek, error), error);
    assert_int_equal(peek.transaction.length, CMP_TRANSACTION_SIZE);
    assert_in_range(world->carried, 0, 15);
    world->body_types[world->carried++] = peek.body_type;
    bool faulty = world->fault != CARRIER_HONEST && world->carried >= world->fault_from;
    if ((faulty && world->fault == CARRIER_LOSES_REQUEST) ||
        (world->deaf_from != 0 && world->carried >= world->deaf_from))
        return lose(error);
    if (faulty && world->fault == CARRIER_ALTERS_REQUEST) {
        crowd_out(world);
        request = with_altered_body(memory, request, peek.body);
    }
    must(cmp_server_handle(world->server, memory, request, response, error), error);
    if (world->carried == 1)
        world->first_answer = bytes_copy(world->memory, response->data, response->length);
    return !faulty || misbehave(world, memory, response, error);
}

struct cmp_authority world_authority(struct world *world)
{
    return (struct cmp_authority){
        .ra_certificate = world->ra_certificate,
        .ra_key = world->ra_key,
        .anchors = world->anchors,
        .clock = &world->clock,
        .carry = carry,
        .carry_context = world,
    };
}

static enum cmp_check check(void *context, X509 *certificate, struct ra_error *error)
{
    struct world *world = context;
    assert_non_null(certificate);
    world->checks++;
    switch (world->verdict) {
    case CMP_CHECK_ACCEPTED:
        break;
    case CMP_CHECK_REFUSED:
        ra_fail_reason(error, RA_CERTIFICATE_REFUSED, "certificate-mismatch", "o teste recusa");
        break;
    case CMP_CHECK_UNDECIDED:
        ra_fail(error, RA_NO_MEMORY, "the test ran out of it");
        break;
    }
    return world->verdict;
}

struct cmp_certificate_request world_request(struct world *world)
{
    struct cmp_certificate_request request = {
        .subject = world->subject,
        .extensions = world->extensions,
        .public_key = world->holder_key,
        .not_before = clock_now(&world->clock),
        .not_after = clock_now(&world->clock) + (time_t)365 * DAY_S,
        .check = check,
        .check_context = world,
    };
    assert_true(random_bytes(request.transaction, sizeof request.transaction));
    return request;
}

bool world_ask(struct world *world, const struct cmp_certificate_request *request,
               struct cmp_outcome *outcome, struct ra_error *error)
{
    struct cmp_authority authority = world_authority(world);
    *error = (struct ra_error){0};
    world->carried = 0;
    world->checks = 0;
    struct cmp_exchange *exchange = cmp_exchange_new(world->memory, &authority, request, error);
    must(exchange != NULL, error);
    bool ok = cmp_exchange_advance(exchange, outcome, error);
    talloc_free(exchange);
    return ok;
}

bool world_crl_holds(struct world *world, X509 *certificate, int *reason)
{
    struct ra_error error = {0};
    struct bytes content;
    char *path = store_path(world->memory, &world->store, "public/tiss.crl");
    must(file_read(world->memory, path, 1 << 20, &content, &error), &error);
    const unsigned char *at = content.data;
    X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)content.length);
    assert_non_null(crl);
    assert_int_equal(X509_CRL_verify(crl, world->hierarchy.key[AUTHORITY_TISS]), 1);
    X509_REVOKED *entry = NULL;
    bool held = X509_CRL_get0_by_cert(crl, &entry, certificate) == 1;
    if (held && reason != NULL) {
        ASN1_ENUMERATED *code = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
        *reason = code != NULL ? (int)ASN1_ENUMERATED_get(code) : -1;
        ASN1_ENUMERATED_free(code);
    }
    X509_CRL_free(crl);
    return held;
}

int world_count_issued(struct world *world)
{
    DIR *folder = opendir(store_path(world->memory, &world->store, "issued"));
    assert_non_null(folder);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

void world_expect_granted(struct world *world, const struct cmp_certificate_request *request,
                          struct cmp_outcome *outcome)
{
    struct ra_error error;
    if (!world_ask(world, request, outcome, &error))
        fail_msg("%s", error.detail);
    if (outcome->result != CMP_GRANTED)
        fail_msg("result %d: %s", (int)outcome->result, outcome->status_text);
}
