/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "pki/trust/note.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder of its own and a key in it. */
struct desk {
    char folder[64];
    char path[96];
    struct note_key *key;
    char *note;
};

static int desk_setup(void **state)
{
    struct ra_error error = {0};
    struct desk *desk = talloc_zero(NULL, struct desk);
    snprintf(desk->folder, sizeof desk->folder, "/tmp/note-test-XXXXXX");
    if (mkdtemp(desk->folder) == NULL)
        return -1;
    snprintf(desk->path, sizeof desk->path, "%s/log.key", desk->folder);
    assert_true(note_key_create(desk->path, &error));
    assert_true(note_key_load(desk, desk->path, "exemplo.test/log", &desk->key, &error));
    struct checkpoint checkpoint = {.size = 42, .root.bytes = {1, 2, 3}};
    assert_true(checkpoint_sign(desk, desk->key, &checkpoint, &desk->note, &error));
    *state = desk;
    return 0;
}

static int desk_teardown(void **state)
{
    struct desk *desk = *state;
    unlink(desk->path);
    rmdir(desk->folder);
    talloc_free(desk);
    return 0;
}

static void refuse(struct desk *desk, const char *note, const char *reason)
{
    struct ra_error error = {0};
    struct checkpoint checkpoint;
    assert_false(checkpoint_verify(bytes_of_text(note), note_key_verifier(desk->key), &checkpoint, &error));
    assert_int_equal(error.code, RA_VERIFICATION_FAILED);
    if (strcmp(error.reason, reason) != 0)
        fail_msg("reason %s instead of %s for:\n%s", error.reason, reason, note);
    assert_int_equal(checkpoint.size, 0);
}

/* The good note with the first `old` replaced. */
static char *edited(struct desk *desk, const char *old, const char *new)
{
    char *at = strstr(desk->note, old);
    assert_non_null(at);
    return talloc_asprintf(desk, "%.*s%s%s", (int)(at - desk->note), desk->note, new, at + strlen(old));
}

static void a_signed_checkpoint_verifies(void **state)
{
    struct desk *desk = *state;
    struct ra_error error = {0};
    struct checkpoint checkpoint;
    assert_true(
        checkpoint_verify(bytes_of_text(desk->note), note_key_verifier(desk->key), &checkpoint, &error));
    assert_string_equal(checkpoint.origin, "exemplo.test/log");
    assert_int_equal(checkpoint.size, 42);
    assert_int_equal(checkpoint.root.bytes[2], 3);
    assert_ptr_equal(strstr(desk->note,
                            "exemplo.test/log\n42\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
                            "\xe2\x80\x94 exemplo.test/log "),
                     desk->note);
}

/* Made by another program (Node's crypto) from the seed 00 01 .. 1f. */
static const char known_line[] = "exemplo.test/log+57a1929b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
static const char known_key[] = "-----BEGIN PRIVATE KEY-----\n"
                                "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"
                                "-----END PRIVATE KEY-----\n";
static const char known_note[] =
    "exemplo.test/log\n12345\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n\n"
    "\xe2\x80\x94 exemplo.test/log V6GSm8gyZ7okNToC/xltjHdFkLJcjeoCx4zeL5Ohx4oSN7CQS4JD"
    "gR9Ndagah3A3g9MMimAxGN/ib9Ix6etoSHfkmQE=\n";

static void a_note_made_elsewhere_verifies_and_is_made_alike_here(void **state)
{
    struct desk *desk = *state;
    struct ra_error error = {0};
    struct note_verifier verifier;
    struct checkpoint checkpoint;
    struct note_key *key = NULL;
    char *again = NULL;
    char *path = talloc_asprintf(desk, "%s/known.key", desk->folder);
    assert_true(note_verifier_parse(known_line, &verifier, &error));
    assert_string_equal(verifier.name, "exemplo.test/log");
    assert_true(checkpoint_verify(bytes_of_text(known_note), &verifier, &checkpoint, &error));
    assert_int_equal(checkpoint.size, 12345);
    assert_int_equal(checkpoint.root.bytes[0], 0x48);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(known_key, file) >= 0);
    fclose(file);
    assert_true(note_key_load(desk, path, "exemplo.test/log", &key, &error));
    unlink(path);
    assert_string_equal(note_verifier_line(desk, note_key_verifier(key)), known_line);
    assert_true(checkpoint_sign(desk, key, &checkpoint, &again, &error));
    assert_string_equal(again, known_note);
}

static void the_verifier_line_goes_there_and_back(void **state)
{
    struct desk *desk = *state;
    struct ra_error error = {0};
    struct note_verifier read;
    const struct note_verifier *verifier = note_key_verifier(desk->key);
    char *line = note_verifier_line(desk, verifier);
    assert_true(note_verifier_parse(line, &read, &error));
    assert_memory_equal(&read, verifier, sizeof read);
    assert_true(note_verifier_parse(talloc_asprintf(desk, "%s\n", line), &read, &error));
    assert_false(note_verifier_parse(talloc_asprintf(desk, "%s\n\n", line), &read, &error));
    assert_false(note_verifier_parse(talloc_asprintf(desk, "%s ", line), &read, &error));
    assert_false(note_verifier_parse(talloc_asprintf(desk, " %s", line), &read, &error));
    assert_false(
        note_verifier_parse(talloc_asprintf(desk, "x%s", line), &read, &error)); /* the id follows the name */
    for (size_t i = 0; line[i] != '\0'; i++) {
        char kept = line[i];
        line[i] = kept == 'A' ? 'B' : 'A';
        assert_false(note_verifier_parse(line, &read, &error));
        line[i] = '\0';
        assert_false(note_verifier_parse(line, &read, &error));
        line[i] = kept;
    }
    assert_false(note_verifier_parse("", &read, &error));
    assert_false(
        note_verifier_parse("+57a1929b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", &read, &error));
    assert_false(note_verifier_parse("exemplo.test/log+57A1929B+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
                                     &read, &error));
    assert_false(note_verifier_parse("exemplo.test/log+57a1929b", &read, &error));
    assert_false(note_verifier_parse("exemplo.test/log", &read, &error));
}

static void any_changed_byte_of_a_checkpoint_is_refused(void **state)
{
    struct desk *desk = *state;
    size_t length = strlen(desk->note);
    char *copy = talloc_strdup(desk, desk->note);
    for (size_t i = 0; i < length; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            struct ra_error error = {0};
            struct checkpoint checkpoint;
            copy[i] = (char)(copy[i] ^ (1 << bit));
            if (checkpoint_verify((struct bytes){(const uint8_t *)copy, length}, note_key_verifier(desk->key),
                                  &checkpoint, &error))
                fail_msg("byte %zu bit %u passed", i, bit);
            copy[i] = desk->note[i];
        }
}

static void truncated_and_longer_notes_are_refused(void **state)
{
    struct desk *desk = *state;
    size_t length = strlen(desk->note);
    for (size_t i = 0; i < length; i++) {
        struct ra_error error = {0};
        struct checkpoint checkpoint;
        assert_false(checkpoint_verify((struct bytes){(const uint8_t *)desk->note, i},
                                       note_key_verifier(desk->key), &checkpoint, &error));
    }
    refuse(desk, talloc_asprintf(desk, "%s\n", desk->note), "note-malformed");
    refuse(desk, talloc_asprintf(desk, "%sx", desk->note), "note-malformed");
    refuse(desk, talloc_asprintf(desk, "\n%s", desk->note), "note-malformed");
}

static void shapes_that_only_look_alike_are_refused(void **state)
{
    struct desk *desk = *state;
    refuse(desk, edited(desk, "\n42\n", "\n042\n"), "note-malformed");
    refuse(desk, edited(desk, "\n42\n", "\n+42\n"), "note-malformed");
    refuse(desk, edited(desk, "\n42\n", "\n-42\n"), "note-malformed");
    refuse(desk, edited(desk, "\n42\n", "\n42 \n"), "note-malformed");
    refuse(desk, edited(desk, "\n42\n", "\n\n"), "note-malformed");
    refuse(desk, edited(desk, "\n42\n", "\n42\r\n"), "note-malformed");
    refuse(desk, edited(desk, "\n42\n", "\n99999999999999999999\n"), "note-malformed");
    refuse(desk, edited(desk, "\n42\n", "\n43\n"), "note-signature");
    refuse(desk, edited(desk, "AQID", "AQIE"), "note-signature");
    refuse(desk, edited(desk, "AAA=\n\n", "AAB=\n\n"), "note-malformed"); /* bits that decode to nothing */
    refuse(desk, edited(desk, "AAA=\n\n", "AAA=\nextension\n\n"), "note-malformed");
    refuse(desk, edited(desk, "\xe2\x80\x94 ", "- "), "note-malformed");
    refuse(desk, edited(desk, "exemplo.test/log\n", "outro.test/log\n"), "note-origin");
    refuse(desk, edited(desk, "exemplo.test/log ", "outro.test/log "), "note-unsigned");
    refuse(desk, "", "note-malformed");
}

static void a_note_without_our_signature_or_with_it_twice_is_refused(void **state)
{
    struct desk *desk = *state;
    char *line = strstr(desk->note, "\n\n") + 2;
    refuse(desk, talloc_strndup(desk, desk->note, (size_t)(line - desk->note)), "note-unsigned");
    refuse(desk, talloc_asprintf(desk, "%s%s", desk->note, line), "note-malformed");
}

static void signatures_of_witnesses_are_passed_over(void **state)
{
    struct desk *desk = *state;
    struct ra_error error = {0};
    struct checkpoint checkpoint;
    char *line = strstr(desk->note, "\n\n") + 2;
    static const char witness[] = "\xe2\x80\x94 witness.test AAAAAAECAwQ=\n";
    char *with =
        talloc_asprintf(desk, "%.*s%s%s%s", (int)(line - desk->note), desk->note, witness, line, witness);
    assert_true(checkpoint_verify(bytes_of_text(with), note_key_verifier(desk->key), &checkpoint, &error));
    /* but not too many, nor misshapen ones */
    char *many = talloc_strdup(desk, desk->note);
    for (unsigned i = 0; i < NOTE_SIGNATURES_MAX; i++)
        many = talloc_asprintf_append(many, "%s", witness);
    refuse(desk, many, "note-malformed");
    refuse(desk, talloc_asprintf(desk, "%s\xe2\x80\x94 witness.test AAAA\n", desk->note), "note-malformed");
    refuse(desk, talloc_asprintf(desk, "%s\xe2\x80\x94 wit ness AAAAAAECAwQ=\n", desk->note),
           "note-malformed");
}

static void another_key_of_the_same_name_is_not_ours(void **state)
{
    struct desk *desk = *state;
    struct ra_error error = {0};
    struct note_key *other = NULL;
    struct checkpoint checkpoint = {.size = 42};
    char *path = talloc_asprintf(desk, "%s/other.key", desk->folder);
    char *note = NULL;
    assert_true(note_key_create(path, &error));
    assert_true(note_key_load(desk, path, "exemplo.test/log", &other, &error));
    unlink(path);
    assert_true(checkpoint_sign(desk, other, &checkpoint, &note, &error));
    refuse(desk, note, "note-unsigned");
}

static void key_files_are_private_and_never_overwritten(void **state)
{
    struct desk *desk = *state;
    struct ra_error error = {0};
    struct stat status;
    assert_int_equal(stat(desk->path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_false(note_key_create(desk->path, &error));
    assert_int_equal(error.code, RA_CONFLICT);
}

static void load_fails(struct desk *desk, const void *content, size_t length, const char *name)
{
    struct ra_error error = {0};
    struct note_key *key = NULL;
    char *path = talloc_asprintf(desk, "%s/bad.key", desk->folder);
    FILE *file = fopen(path, "w");
    assert_int_equal(fwrite(content, 1, length, file), length);
    fclose(file);
    assert_false(note_key_load(desk, path, name, &key, &error));
    assert_int_equal(error.code, RA_INVALID);
    assert_null(key);
    unlink(path);
}

static void other_key_files_and_names_are_refused(void **state)
{
    struct desk *desk = *state;
    struct ra_error error = {0};
    struct note_key *key = NULL;
    char *pem = NULL;
    load_fails(desk, "", 0, "log");
    load_fails(desk, "garbage", 7, "log");
    load_fails(desk, known_key, 60, "log");
    static const char *const names[] = {"", "a b", "a+b", "a\nb", "logé"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        load_fails(desk, known_key, sizeof known_key - 1, names[i]);
    EVP_PKEY *x25519 = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    BIO *output = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(output, x25519, NULL, NULL, 0, NULL, NULL), 1);
    long length = BIO_get_mem_data(output, &pem);
    load_fails(desk, pem, (size_t)length, "log");
    BIO_free(output);
    EVP_PKEY_free(x25519);
    assert_false(note_key_load(desk, "/nonexistent/log.key", "log", &key, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signed_checkpoint_verifies),
        cmocka_unit_test(a_note_made_elsewhere_verifies_and_is_made_alike_here),
        cmocka_unit_test(the_verifier_line_goes_there_and_back),
        cmocka_unit_test(any_changed_byte_of_a_checkpoint_is_refused),
        cmocka_unit_test(truncated_and_longer_notes_are_refused),
        cmocka_unit_test(shapes_that_only_look_alike_are_refused),
        cmocka_unit_test(a_note_without_our_signature_or_with_it_twice_is_refused),
        cmocka_unit_test(signatures_of_witnesses_are_passed_over),
        cmocka_unit_test(another_key_of_the_same_name_is_not_ours),
        cmocka_unit_test(key_files_are_private_and_never_overwritten),
        cmocka_unit_test(other_key_files_and_names_are_refused),
    };
    return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
