/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/intake.h"
#include "ra-server/identification/inspect.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    TALLOC_CTX *context;
    char folder[64];
};

static int setup(void **state)
{
    struct place *place = talloc_zero(NULL, struct place);
    snprintf(place->folder, sizeof place->folder, "/tmp/intake-XXXXXX");
    place->context = place;
    *state = place;
    return mkdtemp(place->folder) == NULL;
}

static const char *in(const struct place *place, const char *name)
{
    return talloc_asprintf(place->context, "%s/%s", place->folder, name);
}

static void put(const struct place *place, const char *name, off_t size)
{
    int file = open(in(place, name), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    assert_true(file >= 0);
    assert_int_equal(0, ftruncate(file, size));
    close(file);
}

static int teardown(void **state)
{
    struct place *place = *state;
    static const char *const names[] = {
        "enviados/folha1.jpg", "enviados/2-folha1.jpg", "enviados", "pasta",      "folha1.jpg",
        "folha2.jpg",          "folha10.jpg",           ".oculto",  "atalho.jpg", "folha3.jpg.part"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        (void)remove(in(place, names[i]));
    for (int i = 0; i <= INTAKE_FILES_MAX; i++)
        (void)remove(in(place, talloc_asprintf(place, "n%d.jpg", i)));
    int left = rmdir(place->folder);
    talloc_free(place);
    return left;
}

static void test_a_folder_gives_its_own_files_in_order(void **state)
{
    struct place *place = *state;
    struct intake intake = {.count = 0};
    struct ra_error error = {0};
    put(place, "folha10.jpg", 3);
    put(place, "folha2.jpg", 3);
    put(place, "folha1.jpg", 3);
    put(place, ".oculto", 3);
    put(place, "folha3.jpg.part", 3);
    assert_int_equal(0, mkdir(in(place, "pasta"), 0700));
    assert_int_equal(0, symlink("folha1.jpg", in(place, "atalho.jpg")));
    assert_true(intake_add(place, place->folder, &intake, &error));
    assert_int_equal(3, intake.count);
    assert_string_equal(in(place, "folha1.jpg"), intake.files[0]);
    assert_string_equal(in(place, "folha2.jpg"), intake.files[1]);
    assert_string_equal(in(place, "folha10.jpg"), intake.files[2]);
}

static void test_an_empty_folder_is_refused(void **state)
{
    struct place *place = *state;
    struct intake intake = {.count = 0};
    struct ra_error error = {0};
    assert_false(intake_add(place, place->folder, &intake, &error));
    assert_int_equal(RA_NOT_FOUND, error.code);
}

static void test_more_than_forty_are_refused(void **state)
{
    struct place *place = *state;
    struct intake intake = {.count = 0};
    struct ra_error error = {0};
    for (int i = 0; i < INTAKE_FILES_MAX; i++)
        put(place, talloc_asprintf(place, "n%d.jpg", i), 1);
    assert_true(intake_add(place, place->folder, &intake, &error));
    assert_int_equal(INTAKE_FILES_MAX, intake.count);
    put(place, "n40.jpg", 1);
    intake.count = 0;
    assert_false(intake_add(place, place->folder, &intake, &error));
    assert_int_equal(RA_TOO_LARGE, error.code);
}

static void test_sizes_are_asked_before_anything_is_sent(void **state)
{
    struct place *place = *state;
    struct intake intake = {.count = 0};
    struct ra_error error = {0};
    put(place, "folha1.jpg", INSPECTION_BYTES_MAX);
    assert_true(intake_add(place, in(place, "folha1.jpg"), &intake, &error));
    put(place, "folha2.jpg", INSPECTION_BYTES_MAX + 1);
    assert_false(intake_add(place, in(place, "folha2.jpg"), &intake, &error));
    assert_string_equal("document-too-large", error.reason);
    assert_non_null(strstr(error.detail, "folha2.jpg"));
    error = (struct ra_error){0};
    put(place, "folha2.jpg", 0);
    assert_false(intake_add(place, in(place, "folha2.jpg"), &intake, &error));
    assert_string_equal("document-empty", error.reason);
}

static void test_the_scanner_gives_what_came_after_it_was_opened(void **state)
{
    struct place *place = *state;
    struct scanner *scanner = NULL;
    const char *path = NULL;
    struct ra_error error = {0};
    put(place, "folha2.jpg", 3);
    assert_true(scanner_open(place, place->folder, &scanner, &error));
    put(place, "folha1.jpg", 5);
    assert_true(scanner_next(scanner, &path, &error));
    assert_string_equal(in(place, "folha1.jpg"), path);
    assert_true(scanner_sent(scanner, path, &error));
    assert_int_equal(0, access(in(place, "enviados/folha1.jpg"), F_OK));
    put(place, "folha1.jpg", 7); /* scanners count anew: the same name is another sheet */
    assert_true(scanner_next(scanner, &path, &error));
    assert_string_equal(in(place, "folha1.jpg"), path);
    assert_true(scanner_sent(scanner, path, &error));
    assert_int_equal(0, access(in(place, "enviados/2-folha1.jpg"), F_OK));
    assert_true(scanner_next(scanner, &path, &error));
    assert_null(path);
}

static void test_only_whole_sheets_wait(void **state)
{
    struct place *place = *state;
    struct intake intake = {.count = 0};
    struct ra_error error = {0};
    struct stat written;
    assert_true(intake_whole(place, place->folder, 0, &intake, &error)); /* none is no failure */
    put(place, "folha1.jpg", 3);
    put(place, "folha2.jpg", 0);
    put(place, "folha3.jpg.part", 3);
    assert_int_equal(0, stat(in(place, "folha1.jpg"), &written));
    assert_true(intake_whole(place, place->folder, written.st_mtim.tv_sec, &intake, &error));
    assert_int_equal(0, intake.count);
    assert_true(intake_whole(place, place->folder, written.st_mtim.tv_sec + 1, &intake, &error));
    assert_int_equal(1, intake.count);
    assert_string_equal(in(place, "folha1.jpg"), intake.files[0]);
    assert_false(intake_whole(place, in(place, "nada"), 0, &intake, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_folder_gives_its_own_files_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_empty_folder_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_more_than_forty_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sizes_are_asked_before_anything_is_sent, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_scanner_gives_what_came_after_it_was_opened, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_only_whole_sheets_wait, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
