/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A key that lies in another process: what is asked of it, and what is not. A thread plays the holder.
 */
#include "pki/keyholder/protocol.h"
#include "pki/signer/key_holder.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static TALLOC_CTX *memory;
static char home[64];
static EVP_PKEY *real;    /* the holder's */
static X509 *certificate; /* of its public half */
static pthread_t playing;
static int door = -1;
static int answered; /* questions that were digests */
static int patience; /* questions until it hangs up */

static void reply_to(int connection, struct bytes packet)
{
    uint8_t reply[KEYHOLDER_ANSWER_MAX] = {KEYHOLDER_REFUSED};
    const EVP_MD *algorithm = NULL;
    struct bytes digest = {NULL, 0};
    size_t size = sizeof reply - 1;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(real, NULL);
    if (keyholder_read_question(packet, &algorithm, &digest) && EVP_PKEY_sign_init(context) == 1 &&
        EVP_PKEY_CTX_set_signature_md(context, algorithm) == 1 &&
        EVP_PKEY_sign(context, reply + 1, &size, digest.data, digest.length) == 1) {
        reply[0] = KEYHOLDER_DONE;
        answered++;
    }
    EVP_PKEY_CTX_free(context);
    assert_true(send(connection, reply, reply[0] == KEYHOLDER_DONE ? 1 + size : 1, MSG_NOSIGNAL) > 0);
}

static void *play(void *argument)
{
    (void)argument;
    uint8_t packet[KEYHOLDER_QUESTION_MAX + 1];
    int connection = accept4(door, NULL, NULL, SOCK_CLOEXEC);
    for (ssize_t got; patience-- > 0 && (got = recv(connection, packet, sizeof packet, 0)) > 0;)
        reply_to(connection, (struct bytes){packet, (size_t)got});
    close(connection);
    return NULL;
}

static int make(void **state)
{
    (void)state;
    memory = talloc_new(NULL);
    real = EVP_RSA_gen(2048);
    certificate = X509_new();
    assert_int_equal(X509_set_pubkey(certificate, real), 1);
    memcpy(home, "/tmp/key-holder-test.XXXXXX", sizeof "/tmp/key-holder-test.XXXXXX");
    assert_non_null(mkdtemp(home));
    assert_int_equal(mkdir(talloc_asprintf(memory, "%s/run", home), 0700), 0);
    return 0;
}

static int clean(void **state)
{
    (void)state;
    remove(talloc_asprintf(memory, "%s/run/key.sock", home));
    remove(talloc_asprintf(memory, "%s/run", home));
    remove(home);
    X509_free(certificate);
    EVP_PKEY_free(real);
    talloc_free(memory);
    return 0;
}

static void open_door(int questions)
{
    patience = questions;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/run/key.sock", home);
    unlink(address.sun_path);
    door = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(door, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(door, 1), 0);
    answered = 0;
    assert_int_equal(pthread_create(&playing, NULL, play, NULL), 0);
}

static bool sign_with(EVP_PKEY *key, const EVP_MD *algorithm, int padding, uint8_t *signature, size_t *size)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *about = NULL;
    bool ok = EVP_DigestSignInit(context, &about, algorithm, NULL, key) == 1 &&
              EVP_PKEY_CTX_set_rsa_padding(about, padding) == 1 &&
              EVP_DigestSign(context, signature, size, (const unsigned char *)"mensagem", 8) == 1;
    EVP_MD_CTX_free(context);
    return ok;
}

static void expect_signature(EVP_PKEY *key, const EVP_MD *algorithm)
{
    uint8_t signature[512];
    size_t size = sizeof signature;
    assert_true(sign_with(key, algorithm, RSA_PKCS1_PADDING, signature, &size));
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestVerifyInit(context, NULL, algorithm, NULL, real), 1);
    assert_int_equal(EVP_DigestVerify(context, signature, size, (const unsigned char *)"mensagem", 8), 1);
    EVP_MD_CTX_free(context);
}

static void issue_5_digests_are_signed_and_nothing_else(void **state)
{
    (void)state;
    struct ra_error error = {0};
    EVP_PKEY *key = NULL;
    uint8_t signature[512];
    size_t size = sizeof signature;
    open_door(100);
    struct key_holder *holder = key_holder_connect(memory, home);
    assert_non_null(holder);
    assert_true(key_holder_key(holder, certificate, &key, &error));
    expect_signature(key, EVP_sha256());
    expect_signature(key, EVP_sha384());
    expect_signature(key, EVP_sha512());
    assert_int_equal(answered, 3);
    assert_false(sign_with(key, EVP_sha1(), RSA_PKCS1_PADDING, signature, &size));
    size = sizeof signature;
    assert_false(sign_with(key, EVP_sha256(), RSA_PKCS1_PSS_PADDING, signature, &size));
    assert_int_equal(answered, 3);
    /* It decrypts nothing. */
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    assert_int_equal(EVP_PKEY_decrypt_init(context), 1);
    size = sizeof signature;
    assert_true(EVP_PKEY_decrypt(context, signature, &size, signature, 256) <= 0);
    EVP_PKEY_CTX_free(context);
    close(door);
    talloc_free(holder);
    pthread_join(playing, NULL);
    EVP_PKEY_free(key);
}

static void issue_5_a_holder_that_leaves_ends_the_signing(void **state)
{
    (void)state;
    struct ra_error error = {0};
    EVP_PKEY *key = NULL;
    uint8_t signature[512];
    size_t size = sizeof signature;
    open_door(1);
    struct key_holder *holder = key_holder_connect(memory, home);
    assert_true(key_holder_key(holder, certificate, &key, &error));
    expect_signature(key, EVP_sha256());
    pthread_join(playing, NULL);
    close(door);
    assert_false(sign_with(key, EVP_sha256(), RSA_PKCS1_PADDING, signature, &size));
    EVP_PKEY_free(key);
    talloc_free(holder);
}

static void issue_5_without_a_holder_there_is_none(void **state)
{
    (void)state;
    assert_null(key_holder_connect(memory, "/nowhere"));
}

static void issue_5_what_is_no_question_is_refused(void **state)
{
    (void)state;
    static const uint8_t digest[64] = {0};
    uint8_t question[KEYHOLDER_QUESTION_MAX];
    size_t length = 0;
    const EVP_MD *algorithm = NULL;
    struct bytes read = {NULL, 0};
    assert_false(keyholder_write_question(NID_sha256, (struct bytes){digest, 31}, question, &length));
    assert_false(keyholder_write_question(NID_sha1, (struct bytes){digest, 20}, question, &length));
    assert_false(keyholder_write_question(NID_md5, (struct bytes){digest, 32}, question, &length));
    assert_true(keyholder_write_question(NID_sha256, (struct bytes){digest, 32}, question, &length));
    for (size_t cut = 0; cut < length; cut++)
        assert_false(keyholder_read_question((struct bytes){question, cut}, &algorithm, &read));
    assert_true(keyholder_read_question((struct bytes){question, length}, &algorithm, &read));
    assert_int_equal(read.length, 32);
    question[0] ^= 1;
    assert_false(keyholder_read_question((struct bytes){question, length}, &algorithm, &read));
    question[0] ^= 1;
    question[4] = 9;
    assert_false(keyholder_read_question((struct bytes){question, length}, &algorithm, &read));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(issue_5_digests_are_signed_and_nothing_else),
        cmocka_unit_test(issue_5_a_holder_that_leaves_ends_the_signing),
        cmocka_unit_test(issue_5_without_a_holder_there_is_none),
        cmocka_unit_test(issue_5_what_is_no_question_is_refused),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
