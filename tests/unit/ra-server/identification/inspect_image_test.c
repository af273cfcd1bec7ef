/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inspect_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static struct bytes number(uint32_t value, unsigned size, bool big_endian)
{
    uint8_t data[4];
    for (unsigned i = 0; i < size; i++)
        data[i] = (uint8_t)(value >> 8 * (big_endian ? size - 1 - i : i));
    return cut((struct bytes){data, size}, size);
}

/* --- sizes, from the header alone --- */

static struct bytes png_chunk(const char *type, struct bytes content)
{
    struct bytes named = JOINED(bytes_of_text(type), content);
    uint32_t sum = (uint32_t)crc32(0, named.data, (uInt)named.length);
    return JOINED(number((uint32_t)content.length, 4, true), named, number(sum, 4, true));
}

static struct bytes png_header(uint32_t width, uint32_t height)
{
    return JOINED(
        BYTES("\x89PNG\r\n\x1A\n"),
        png_chunk("IHDR", JOINED(number(width, 4, true), number(height, 4, true), BYTES("\10\2\0\0\0"))));
}

static struct bytes jpeg_header(uint32_t width, uint32_t height)
{
    return JOINED(BYTES("\xFF\xD8\xFF\xC0\0\x11\10"), number(height, 2, true), number(width, 2, true),
                  BYTES("\3\1\x22\0\2\x11\1\3\x11\1"));
}

static struct bytes tiff_entry(uint32_t tag, uint32_t type, uint32_t count, uint32_t value)
{
    return JOINED(number(tag, 2, false), number(type, 2, false), number(count, 4, false),
                  number(value, 4, false));
}

/* One strip of four bytes at 8; the directory at 12. `more` is one more entry; next 0: the last. */
static struct bytes tiff_file(uint32_t width, uint32_t height, struct bytes more, uint32_t next)
{
    return JOINED(BYTES("II*\0\14\0\0\0data"), number(more.length > 0 ? 6 : 5, 2, false),
                  tiff_entry(256, 4, 1, width), tiff_entry(257, 4, 1, height), tiff_entry(259, 3, 1, 4),
                  tiff_entry(273, 4, 1, 8), tiff_entry(279, 4, 1, 4), more, number(next, 4, false));
}

static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        uint32_t width, height;
        const char *reason; /* of a header without the rest */
        const char *whole;  /* of a TIFF, where the header can be all there is */
    } cases[] = {
        {20001, 20001, "document-dimensions", "document-dimensions"},
        {20001, 1, "document-dimensions", "document-dimensions"},
        {1, 20001, "document-dimensions", "document-dimensions"},
        {10001, 10000, "document-dimensions", "document-dimensions"},
        {10000, 10000, "document-truncated", NULL},
        {20000, 5000, "document-truncated", NULL},
        {0, 10, "document-malformed", "document-malformed"},
        {10, 0, "document-malformed", "document-malformed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect("PNG", png_header(cases[i].width, cases[i].height), cases[i].reason);
        expect("JPEG", jpeg_header(cases[i].width, cases[i].height), cases[i].reason);
        expect("TIFF", tiff_file(cases[i].width, cases[i].height, (struct bytes){NULL, 0}, 0),
               cases[i].whole);
    }
    expect("PNG without even its checksum", cut(png_header(20001, 20001), 24), "document-dimensions");
}

/* --- JPEG --- */

static struct bytes jpeg_with(struct bytes segments)
{
    struct bytes good = sample("inspect_jpeg/baseline.jpg");
    return JOINED(BYTES("\xFF\xD8"), segments, (struct bytes){good.data + 2, good.length - 2});
}

static struct bytes jpeg_note(const char *marker, struct bytes content)
{
    return JOINED(bytes_of_text(marker), number((uint32_t)content.length + 2, 2, true), content);
}

/* ÿØÿà/… : the length of the first segment opens a comment of a script, which a later note closes. */
static struct bytes jpeg_as_script(void)
{
    struct bytes body = joined(2, (const struct bytes[]){BYTES("JFIX\0"), repeated(' ', 0x2F2A - 7)});
    return jpeg_with(JOINED(jpeg_note("\xFF\xE0", body), jpeg_note("\xFF\xFE", BYTES("*/=alert(1)/*"))));
}

static void test_jpeg(void **state)
{
    (void)state;
    struct bytes good = sample("inspect_jpeg/baseline.jpg");
    expect("a script behind a signature", BYTES("\xFF\xD8\xFF\xE0#!/bin/sh\nrm -rf /\n"),
           "document-truncated");
    expect("a short script behind a header",
           BYTES("\xFF\xD8\xFF\xE0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0alert(document.cookie)"),
           "document-malformed");
    expect("a page in a comment", jpeg_with(jpeg_note("\xFF\xFE", BYTES("<html><SCRIPT>alert(1)</script>"))),
           "document-two-kinds");
    expect("a PHP program in a note", jpeg_with(jpeg_note("\xFF\xED", BYTES("\0\1<?php echo 1;"))),
           "document-two-kinds");
    expect("a comment of a script", jpeg_as_script(), "document-two-kinds");
    expect("an ordinary comment", jpeg_with(jpeg_note("\xFF\xFE", BYTES("Foto da CNH, frente <1>"))), NULL);
    expect("a JFIF header longer than it is",
           jpeg_with(jpeg_note("\xFF\xE0", BYTES("JFIF\0\1\1\0\0\1\0\1\0\0/*<-"))), "document-two-kinds");
    expect("a PDF within", jpeg_with(jpeg_note("\xFF\xFE", BYTES("%PDF-1.4 1 0 obj"))), "document-two-kinds");
    expect("an archive in a comment",
           jpeg_with(jpeg_note("\xFF\xFE", BYTES("PK\5\6\0\0\0\0\1\0\1\0\56\0\0\0\x1e\0\0\0\0\1"
                                                 "x"))),
           "document-two-kinds");
    expect("a film behind the picture",
           JOINED(good, BYTES("\0\0\0\x18"), BYTES("ftypmp42"), repeated(7, 100)), "document-two-kinds");
    expect("a second picture that is cut", JOINED(good, cut(good, good.length - 10)), "document-truncated");
    expect("no picture at all", BYTES("\xFF\xD8\xFF\xD9"), "document-malformed");
    expect("a header and no scan", JOINED(jpeg_header(1, 1), BYTES("\xFF\xD9")), "document-malformed");
    expect("two headers", JOINED(jpeg_header(1, 1), (struct bytes){jpeg_header(1, 1).data + 2, 19}),
           "document-malformed");
    expect("a scan before its header", BYTES("\xFF\xD8\xFF\xDA\0\10\1\1\0\0\77\0\0\xFF\xD9"),
           "document-malformed");
    expect("a length of one", BYTES("\xFF\xD8\xFF\xE0\0\1\xFF\xD9"), "document-malformed");
    expect("a lossless picture", with_byte(jpeg_header(1, 1), 3, 0xC3), "document-variant");
    expect("fill bytes between segments", jpeg_with(BYTES("\xFF\xFF\xFF")), NULL);
}

/* --- PNG --- */

static struct bytes png_with(struct bytes chunks)
{
    return JOINED(png_header(1, 1), chunks, png_chunk("IDAT", deflated(BYTES("\0rgb"))),
                  png_chunk("IEND", (struct bytes){NULL, 0}));
}

static struct bytes png_profile(size_t size)
{
    return png_with(png_chunk("iCCP", JOINED(BYTES("perfil\0\0"), deflated(repeated(0, size)))));
}

static void test_png(void **state)
{
    (void)state;
    const struct bytes nothing = {NULL, 0};
    struct bytes half = JOINED(png_header(1, 1), png_chunk("IDAT", deflated(BYTES("\0rgb"))));
    expect("the smallest", png_with(nothing), NULL);
    expect("no data", JOINED(png_header(1, 1), png_chunk("IEND", nothing)), "document-malformed");
    expect("an unknown critical chunk", png_with(png_chunk("ABCD", nothing)), "document-malformed");
    expect("an unknown optional chunk", png_with(png_chunk("abCd", nothing)), NULL);
    expect("a second header", png_with((struct bytes){png_header(1, 1).data + 8, 25}), "document-malformed");
    expect("a chunk that is no name", png_with(png_chunk("a1Cd", nothing)), "document-malformed");
    expect("data in two places",
           JOINED(half, png_chunk("tEXt", BYTES("a\0b")), png_chunk("IDAT", nothing),
                  png_chunk("IEND", nothing)),
           "document-malformed");
    expect("a chunk longer than the file", JOINED(half, BYTES("\x7F\xFF\xFF\xFFIDAT")), "document-truncated");
    expect("an impossible depth", with_byte(png_with(nothing), 24, 3), "document-malformed");
    expect("a page in a text", png_with(png_chunk("tEXt", BYTES("Comment\0<script>alert(1)</script>"))),
           "document-two-kinds");
    expect("a profile", png_profile(100000), NULL);
    expect("a profile that explodes", png_profile(9 << 20), "document-expansion");
    expect("a text that explodes",
           png_with(png_chunk("zTXt", JOINED(BYTES("Comment\0\0"), deflated(repeated('a', 9 << 20))))),
           "document-expansion");
    expect(
        "an international text that explodes",
        png_with(png_chunk("iTXt", JOINED(BYTES("Comment\0\1\0pt\0\0"), deflated(repeated('a', 9 << 20))))),
        "document-expansion");
    expect("texts that explode together",
           JOINED(png_header(1, 1),
                  png_chunk("zTXt", JOINED(BYTES("a\0\0"), deflated(repeated('a', 5 << 20)))),
                  png_chunk("zTXt", JOINED(BYTES("b\0\0"), deflated(repeated('b', 5 << 20)))), half),
           "document-expansion");
}

/* Checksums cover everything: no byte can change. */
static void test_png_byte_by_byte(void **state)
{
    (void)state;
    struct bytes good = sample("inspect_png/palette.png");
    for (size_t i = 0; i < good.length; i++) {
        struct inspection found;
        struct ra_error error = {0};
        if (inspect_document(with_byte(good, i, good.data[i] ^ 0x10), &found, &error))
            fail_msg("accepted with byte %zu changed", i);
    }
}

/* --- TIFF --- */

static void test_tiff(void **state)
{
    (void)state;
    const struct bytes nothing = {NULL, 0};
    struct bytes good = tiff_file(9, 9, nothing, 0);
    expect("the smallest", good, NULL);
    expect("a chain that returns to its start", tiff_file(9, 9, nothing, 12), "document-malformed");
    expect("a chain of one large image", tiff_file(10000, 10000, tiff_entry(277, 3, 1, 16), 12),
           "document-malformed");
    expect("a chain that leaves the file", tiff_file(9, 9, nothing, 5000), "document-truncated");
    expect("a directory in the header", BYTES("II*\0\4\0\0\0\1\0\0\0"), "document-malformed");
    expect("no directory", BYTES("II*\0\0\0\0\0"), "document-malformed");
    expect("a directory without entries", BYTES("II*\0\10\0\0\0\0\0\0\0\0\0"), "document-malformed");
    expect("a directory of 65535 entries", BYTES("II*\0\10\0\0\0\xFF\xFF\0\0\0\0"), "document-malformed");
    expect("a strip beyond the file", with_byte(good, 12 + 2 + 4 * 12 + 8, 200), "document-truncated");
    expect("a strip at the end of the address space", with_byte(good, 12 + 2 + 3 * 12 + 11, 0xFF),
           "document-truncated");
    expect("a text beyond the file", tiff_file(9, 9, tiff_entry(270, 2, 4000000000U, 8), 0),
           "document-truncated");
    expect("values whose size overflows", tiff_file(9, 9, tiff_entry(270, 12, 0x20000001, 8), 0),
           "document-truncated");
    expect("the width twice", tiff_file(9, 9, tiff_entry(256, 4, 1, 9), 0), "document-malformed");
    expect("fewer strips than rows ask for", tiff_file(9, 9, tiff_entry(278, 4, 1, 1), 0),
           "document-malformed");
    expect("enough rows in a strip", tiff_file(9, 9, tiff_entry(278, 4, 1, 9), 0), NULL);
    expect("strips of no row", tiff_file(9, 9, tiff_entry(278, 4, 1, 0), 0), "document-malformed");
    expect("a thumbnail that contains itself", tiff_file(9, 9, tiff_entry(330, 4, 1, 12), 0),
           "document-malformed");
    expect("a rare compression", with_byte(good, 12 + 2 + 2 * 12 + 9, 200), "document-variant");
    expect("an image of 200 MB once opened", tiff_file(10000, 10000, tiff_entry(277, 3, 1, 16), 0), NULL);
    expect("samples of 64 bits", tiff_file(10000, 10000, tiff_entry(258, 3, 1, 64), 0), "document-expansion");
    expect("a value of an unknown type", tiff_file(9, 9, tiff_entry(60000, 99, 0xFFFFFFFF, 0xFFFFFFFF), 0),
           NULL);
}

/* A thousand images that are all the same four bytes. */
static void test_tiff_pages_add_up(void **state)
{
    (void)state;
    enum { DIRECTORY = 2 + 5 * 12 + 4 };
    struct bytes file = BYTES("II*\0\14\0\0\0data");
    for (uint32_t i = 0; i < 200; i++) {
        uint32_t next = i == 199 ? 0 : 12 + (i + 1) * DIRECTORY;
        struct bytes one = tiff_file(10000, 10000, (struct bytes){NULL, 0}, next);
        file = JOINED(file, (struct bytes){one.data + 12, DIRECTORY});
    }
    expect("200 pages of 12.5 MB", file, "document-expansion");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes), cmocka_unit_test(test_jpeg),
        cmocka_unit_test(test_png),   cmocka_unit_test(test_png_byte_by_byte),
        cmocka_unit_test(test_tiff),  cmocka_unit_test(test_tiff_pages_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
