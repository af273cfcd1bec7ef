/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inspect_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What scanners, phones and programs write. */
static const struct {
    const char *name;
    const char *media_type;
    uint32_t width, height, pages;
} samples[] = {
    {"inspect_jpeg/baseline.jpg", "image/jpeg", 17, 11, 1},
    {"inspect_jpeg/progressive.jpg", "image/jpeg", 17, 11, 1},
    {"inspect_jpeg/cmyk.jpg", "image/jpeg", 17, 11, 1},
    {"inspect_jpeg/gray.jpg", "image/jpeg", 17, 11, 1},
    {"inspect_jpeg/restart.jpg", "image/jpeg", 17, 11, 1},
    {"inspect_jpeg/exif.jpg", "image/jpeg", 17, 11, 1},
    {"inspect_jpeg/two-pictures.jpg", "image/jpeg", 17, 11, 1},
    {"inspect_jpeg/samsung.jpg", "image/jpeg", 17, 11, 1},
    {"inspect_jpeg/pixel.jpg", "image/jpeg", 1, 1, 1},
    {"inspect_png/colour.png", "image/png", 17, 11, 1},
    {"inspect_png/palette.png", "image/png", 17, 11, 1},
    {"inspect_png/interlaced.png", "image/png", 17, 11, 1},
    {"inspect_png/deep.png", "image/png", 17, 11, 1},
    {"inspect_png/noted.png", "image/png", 17, 11, 1},
    {"inspect_png/pixel.png", "image/png", 1, 1, 1},
    {"inspect_tiff/lzw.tif", "image/tiff", 17, 11, 1},
    {"inspect_tiff/fax.tif", "image/tiff", 17, 11, 1},
    {"inspect_tiff/jpeg.tif", "image/tiff", 17, 11, 1},
    {"inspect_tiff/tiled.tif", "image/tiff", 17, 11, 1},
    {"inspect_tiff/packbits.tif", "image/tiff", 17, 11, 1},
    {"inspect_tiff/big-endian.tif", "image/tiff", 17, 11, 1},
    {"inspect_tiff/pages.tif", "image/tiff", 17, 11, 3},
    {"inspect_pdf/minimal.pdf", "application/pdf", 0, 0, 0},
    {"inspect_pdf/cairo.pdf", "application/pdf", 0, 0, 1},
    {"inspect_pdf/poppler.pdf", "application/pdf", 0, 0, 4},
    {"inspect_pdf/ghostscript.pdf", "application/pdf", 0, 0, 3},
    {"inspect_pdf/scan-zip.pdf", "application/pdf", 0, 0, 3},
    {"inspect_pdf/scan-fax.pdf", "application/pdf", 0, 0, 1},
    {"inspect_pdf/scan-jpeg.pdf", "application/pdf", 0, 0, 1},
    {"inspect_pdf/linear.pdf", "application/pdf", 0, 0, 1},
    {"inspect_pdf/object-streams.pdf", "application/pdf", 0, 0, 3},
    {"inspect_pdf/ascii85.pdf", "application/pdf", 0, 0, 1},
    {"inspect_pdf/hex.pdf", "application/pdf", 0, 0, 0},
    {"inspect_pdf/runs.pdf", "application/pdf", 0, 0, 0},
    {"inspect_pdf/updated.pdf", "application/pdf", 0, 0, 2},
};

static void test_samples_are_described(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct inspection found = {0};
        struct ra_error error = {0};
        if (!inspect_document(sample(samples[i].name), &found, &error))
            fail_msg("%s: %s", samples[i].name, error.reason);
        assert_string_equal(found.media_type, samples[i].media_type);
        if (found.width != samples[i].width || found.height != samples[i].height ||
            found.pages != samples[i].pages)
            fail_msg("%s: %u x %u, %u pages", samples[i].name, found.width, found.height, found.pages);
    }
}

/* How many of the last bytes may go: padding, or what follows a first picture. */
static size_t spare_bytes(const char *name)
{
    if (strstr(name, "two-pictures") != NULL || strstr(name, "samsung") != NULL)
        return 400;
    if (strstr(name, ".tif") != NULL)
        return 1;
    return strstr(name, ".pdf") != NULL ? 2 : 0;
}

/* However much is missing: refused, and the reader stays within what is there. */
static void test_a_cut_file_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const char *name = samples[i].name;
        struct bytes whole = sample(name);
        /* An updated document and one for the web have ends before the last. */
        bool has_ends_within = strstr(name, "updated") != NULL || strstr(name, "linear") != NULL;
        for (size_t length = 0; length + spare_bytes(name) < whole.length;
             length += whole.length > 4000 ? 7 : 1) {
            struct inspection found;
            struct ra_error error = {0};
            if (inspect_document(cut(whole, length), &found, &error) && !has_ends_within)
                fail_msg("%s accepted at %zu of %zu bytes", name, length, whole.length);
        }
    }
}

static void test_not_a_document(void **state)
{
    (void)state;
    expect("nothing", (struct bytes){NULL, 0}, "document-empty");
    expect("one byte beyond the limit", repeated(0xFF, INSPECTION_BYTES_MAX + 1), "document-too-large");
    expect("a script", BYTES("#!/bin/sh\nrm -rf /\n"), "document-type");
    expect("a drawing with a script", BYTES("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
           "document-type");
    expect("a zip that leaves its folder", BYTES("PK\3\4\24\0\0\0\0\0\0\0\0\0../../etc/passwd"),
           "document-type");
    expect("a GIF", BYTES("GIF89a\1\0\1\0\0\0\0;"), "document-type");
    expect("a BigTIFF", BYTES("II+\0\10\0\0\0\20\0\0\0\0\0\0\0"), "document-type");
    expect("a PDF behind a script", BYTES("#!/bin/sh\n%PDF-1.4\n%%EOF\n"), "document-type");
    expect("half a signature", BYTES("\x89PNG"), "document-type");
}

/* Where an end record of a ZIP lies, a ZIP's reader begins, whatever is before it. */
static void test_two_kinds_at_once(void **state)
{
    (void)state;
    static const char *const names[] = {"inspect_jpeg/baseline.jpg", "inspect_png/colour.png",
                                        "inspect_tiff/lzw.tif", "inspect_pdf/cairo.pdf"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct bytes good = sample(names[i]);
        expect(names[i], JOINED(good, BYTES("PK\5\6\0\0\0\0\1\0\1\0\56\0\0\0\x1e\0\0\0\0\0")),
               "document-two-kinds");
        expect(names[i], JOINED(good, BYTES("<script>alert(1)</script>")), "document-two-kinds");
        expect(names[i], JOINED(good, BYTES("#!/bin/sh\nrm -rf /\n")), "document-two-kinds");
        expect(names[i], JOINED(good, repeated('a', 65)), "document-two-kinds");
        expect(names[i], JOINED(good, repeated(0, 5000)), NULL);
        expect(names[i], JOINED(good, BYTES("marca42")), NULL);
    }
}

static void test_every_refusal_tells_what_to_do(void **state)
{
    (void)state;
    for (enum inspection_refusal i = 0; i < INSPECTION_REFUSAL_COUNT; i++) {
        struct ra_error error = {0};
        assert_false(inspect_refuse(i, &error));
        assert_true(strncmp(error.reason, "document-", 9) == 0);
        assert_true(strlen(error.detail) > 40 && strlen(error.detail) < sizeof error.detail - 1);
        int status = ra_error_info(error.code)->http_status;
        assert_true(status == 413 || status == 415 || status == 422);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples_are_described),
        cmocka_unit_test(test_a_cut_file_is_refused),
        cmocka_unit_test(test_not_a_document),
        cmocka_unit_test(test_two_kinds_at_once),
        cmocka_unit_test(test_every_refusal_tells_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
