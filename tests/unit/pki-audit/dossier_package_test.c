/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names and zips that a package may not have: refused before anything of them is believed, and nothing is
 * ever written.
 */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "pki/audit/dossier_package.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DIGEST "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865"

static char path[] = "/tmp/dossier-package.XXXXXX";

static void names_of_the_format_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum dossier_file file;
    } known[] = {
        {"LEIAME.txt", DOSSIER_README},
        {"manifest.json", DOSSIER_MANIFEST},
        {"documents/" DIGEST ".jpg", DOSSIER_DOCUMENT},
        {"documents/" DIGEST ".bin", DOSSIER_DOCUMENT},
        {"statements/validation-1.p7s", DOSSIER_STATEMENT},
        {"statements/revocation-12-3.p7s", DOSSIER_STATEMENT},
        {"rosters/7.der", DOSSIER_ROSTER},
        {"crls/1.crl", DOSSIER_CRL},
    };
    for (size_t at = 0; at < sizeof known / sizeof known[0]; at++) {
        enum dossier_file file = DOSSIER_README;
        assert_true(dossier_file_of(known[at].name, &file));
        assert_int_equal(file, known[at].file);
    }
}

static const char *const foreign_names[] = {
    "",
    "leiame.txt",
    "../LEIAME.txt",
    "/LEIAME.txt",
    "./LEIAME.txt",
    "LEIAME.txt/",
    "documents/",
    "documents/../manifest.json",
    "documents/" DIGEST,
    "documents/" DIGEST ".exe",
    "documents/" DIGEST ".jpg/x",
    "documents/" DIGEST "0.jpg",
    "documents/../" DIGEST ".jpg",
    "documents\\" DIGEST ".jpg",
    "documents/4355A46B19D348DC2F57C046F8EF63D4538EBB936000F3C9EE954A27460DD865.jpg",
    "statements/validation-0.p7s",
    "statements/validation-01.p7s",
    "statements/validation-.p7s",
    "statements/validation-1-1.p7s",
    "statements/revocation-1.p7s",
    "statements/revocation-1-.p7s",
    "statements/validation-12345678901.p7s",
    "statements/other-1.p7s",
    "rosters/-1.der",
    "rosters/1.der.sh",
    "crls/1.crl\n",
    "../../etc/cron.d/x",
    "manifest.json~",
};

static void other_names_are_not(void **state)
{
    (void)state;
    for (size_t at = 0; at < sizeof foreign_names / sizeof foreign_names[0]; at++) {
        enum dossier_file file = DOSSIER_README;
        if (dossier_file_of(foreign_names[at], &file))
            fail_msg("%s", foreign_names[at]);
    }
}

static void extensions_are_of_the_format(void **state)
{
    (void)state;
    static const char *const types[] = {"image/jpeg",      "image/png", "image/tiff",
                                        "application/pdf", "text/html", ""};
    for (size_t at = 0; at < sizeof types / sizeof types[0]; at++) {
        enum dossier_file file = DOSSIER_README;
        char *name = talloc_asprintf(NULL, "documents/" DIGEST ".%s", dossier_extension(types[at]));
        assert_true(dossier_file_of(name, &file));
        talloc_free(name);
    }
}

/* --- zips --- */

static struct archive *begin(void)
{
    struct archive *zip = archive_write_new();
    assert_int_equal(archive_write_set_format_zip(zip), ARCHIVE_OK);
    assert_int_equal(archive_write_open_filename(zip, path), ARCHIVE_OK);
    return zip;
}

static void add(struct archive *zip, const char *name, unsigned type, const char *content, size_t times)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, 0644);
    if (type == AE_IFLNK)
        archive_entry_set_symlink(entry, "/etc/passwd");
    assert_int_equal(archive_write_header(zip, entry), ARCHIVE_OK);
    archive_entry_free(entry);
    for (size_t at = 0; at < times; at++)
        assert_int_equal(archive_write_data(zip, content, strlen(content)), strlen(content));
}

static void end(struct archive *zip)
{
    assert_int_equal(archive_write_close(zip), ARCHIVE_OK);
    archive_write_free(zip);
}

static void expect_refused(const char *detail)
{
    struct ra_error error = {0};
    struct dossier_package *package = NULL;
    TALLOC_CTX *context = talloc_new(NULL);
    if (dossier_package_read(context, path, &package, &error))
        fail_msg("taken: %s", detail);
    assert_int_equal(error.code, RA_VERIFICATION_FAILED);
    assert_string_equal(error.reason, "dossier-malformed");
    assert_non_null(strstr(error.detail, detail));
    assert_null(package);
    talloc_free(context);
}

static void a_good_zip_is_read_whole_but_for_the_documents(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct dossier_package *package = NULL;
    TALLOC_CTX *context = talloc_new(NULL);
    struct archive *zip = begin();
    add(zip, "dossier.json", AE_IFREG, "{}", 1);
    add(zip, "documents/" DIGEST ".txt", AE_IFREG, "1\n", 1);
    add(zip, "crls/1.crl", AE_IFREG, "0123456789abcdef", 10000);
    end(zip);
    assert_true(dossier_package_read(context, path, &package, &error));
    assert_int_equal(package->count, 3);
    const struct dossier_part *document = dossier_package_find(package, DOSSIER_DOCUMENT);
    char *digest = hex_encode(context, (struct bytes){document->digest, sizeof document->digest});
    assert_string_equal(digest, DIGEST);
    assert_int_equal(document->size, 2);
    assert_null(document->content.data);
    assert_int_equal(dossier_package_find(package, DOSSIER_CRL)->content.length, 160000);
    assert_string_equal((const char *)dossier_package_find(package, DOSSIER_DESCRIPTION)->content.data, "{}");
    assert_null(dossier_package_find(package, DOSSIER_PROOF));
    talloc_free(context);
}

static void unknown_names_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"../../etc/cron.d/x", "/LEIAME.txt", "documents/../manifest.json",
                                        "a", "documents/" DIGEST ".sh"};
    for (size_t at = 0; at < sizeof names / sizeof names[0]; at++) {
        struct archive *zip = begin();
        add(zip, "dossier.json", AE_IFREG, "{}", 1);
        add(zip, names[at], AE_IFREG, "x", 1);
        end(zip);
        expect_refused("a mais");
    }
}

static void links_folders_and_doubles_are_refused(void **state)
{
    (void)state;
    struct archive *zip = begin();
    add(zip, "dossier.json", AE_IFLNK, "", 0);
    end(zip);
    expect_refused("a mais");
    zip = begin();
    add(zip, "documents/", AE_IFDIR, "", 0);
    end(zip);
    expect_refused("a mais");
    zip = begin();
    add(zip, "dossier.json", AE_IFREG, "{}", 1);
    add(zip, "dossier.json", AE_IFREG, "{\"a\":1}", 1);
    end(zip);
    expect_refused("a mais");
}

static void what_unpacks_too_large_is_refused(void **state)
{
    (void)state;
    static char mebibyte[(1 << 20) + 1];
    memset(mebibyte, ' ', sizeof mebibyte - 1);
    struct archive *zip = begin();
    add(zip, "documents/" DIGEST ".pdf", AE_IFREG, mebibyte, 21);
    end(zip);
    expect_refused("grande demais");
    zip = begin();
    add(zip, "dossier.json", AE_IFREG, mebibyte, 9);
    end(zip);
    expect_refused("grande demais");
}

static void too_many_files_are_refused(void **state)
{
    (void)state;
    struct archive *zip = begin();
    for (unsigned at = 1; at <= DOSSIER_FILES_MAX + 1; at++) {
        char name[32];
        snprintf(name, sizeof name, "rosters/%u.der", at);
        add(zip, name, AE_IFREG, "x", 1);
    }
    end(zip);
    expect_refused("a mais");
}

static void what_is_no_zip_is_refused(void **state)
{
    (void)state;
    static const char *const contents[] = {"PK\3\4", "texto", "PK\5\6\0\0\0\0"};
    for (size_t at = 0; at < sizeof contents / sizeof contents[0]; at++) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fputs(contents[at], file);
        fclose(file);
        expect_refused("danificado");
    }
}

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    close(fd);
    return fd >= 0 ? 0 : -1;
}

static int remove_file(void **state)
{
    (void)state;
    return remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_the_format_are_known),
        cmocka_unit_test(other_names_are_not),
        cmocka_unit_test(extensions_are_of_the_format),
        cmocka_unit_test(a_good_zip_is_read_whole_but_for_the_documents),
        cmocka_unit_test(unknown_names_are_refused),
        cmocka_unit_test(links_folders_and_doubles_are_refused),
        cmocka_unit_test(what_unpacks_too_large_is_refused),
        cmocka_unit_test(too_many_files_are_refused),
        cmocka_unit_test(what_is_no_zip_is_refused),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
