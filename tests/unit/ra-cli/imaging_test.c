/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pages made here, with text of the library's own font: what treatment does to their geometry, and what the
 * figures say of sharp and spoiled ones.
 */
#include "ra-cli/exif.h"
#include "ra-cli/imaging.h"
#include "ra-server/identification/inspect.h"

#include <leptonica/allheaders.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double degree = 0.017453292519943295;

/* Lines of print, dark on light, a margin around. */
static PIX *page_of(int width, int height, unsigned ink, unsigned paper)
{
    enum { FONT = 12, LINE = 34, MARGIN = 60 };
    static const char *const words = "Registro Geral 12.345.678-9 Campinas SP 10/05/2023 filiacao";
    PIX *page = pixCreate(width, height, 8);
    L_BMF *font = bmfCreate(NULL, FONT);
    assert_non_null(page);
    assert_non_null(font);
    pixSetAllArbitrary(page, paper);
    for (int y = 2 * MARGIN; y < height - MARGIN; y += LINE) {
        l_int32 used = 0, overflow = 0;
        pixSetTextline(page, font, words, ink, MARGIN, y, &used, &overflow);
    }
    bmfDestroy(&font);
    return page;
}

static PIX *text_page(void)
{
    return page_of(900, 700, 20, 240);
}

static struct bytes encoded(PIX *take_image, bool png)
{
    l_uint8 *data = NULL;
    size_t size = 0;
    assert_non_null(take_image);
    assert_int_equal(0, png ? pixWriteMemPng(&data, &size, take_image, 0)
                            : pixWriteMemJpeg(&data, &size, take_image, 90, 0));
    pixDestroy(&take_image);
    return (struct bytes){data, size};
}

static void release(struct bytes file)
{
    lept_free((void *)(uintptr_t)file.data);
}

static struct imaging_result treated(TALLOC_CTX *context, struct bytes file,
                                     struct imaging_treatment treatment)
{
    struct imaging_result result;
    struct ra_error error = {0};
    if (!imaging_treat(context, file, &treatment, &result, &error))
        fail_msg("%s", error.detail);
    return result;
}

/* --- geometry --- */

static void test_turning_swaps_the_sides(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    struct bytes file = encoded(text_page(), false);
    const struct imaging_result right = treated(context, file, (struct imaging_treatment){.turn = 90});
    assert_int_equal(700, right.width);
    assert_int_equal(900, right.height);
    assert_string_equal("image/jpeg", right.media_type);
    const struct imaging_result about = treated(context, file, (struct imaging_treatment){.turn = 180});
    assert_int_equal(900, about.width);
    release(file);
    talloc_free(context);
}

static void test_cropping_takes_the_rectangle(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    PIX *image = pixCreate(400, 300, 8);
    pixSetAllArbitrary(image, 255);
    pixSetPixel(image, 100, 50, 0);
    struct bytes file = encoded(image, true);
    struct imaging_treatment treatment = {0};
    struct ra_error error = {0};
    assert_true(imaging_parse_crop("100,50,200,120", &treatment, &error));
    const struct imaging_result result = treated(context, file, treatment);
    assert_int_equal(200, result.width);
    assert_int_equal(120, result.height);
    assert_string_equal("image/png", result.media_type);
    PIX *back = pixReadMem(result.file.data, result.file.length);
    l_uint32 corner = 1;
    pixGetPixel(back, 0, 0, &corner);
    assert_int_equal(0, corner);
    pixDestroy(&back);
    release(file);
    talloc_free(context);
}

static void test_a_crop_outside_the_image_is_refused(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    struct bytes file = encoded(text_page(), true);
    static const char *const outside[] = {"0,0,901,10", "890,0,20,10", "0,690,10,20",
                                          "20000,20000,20000,20000"};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        struct imaging_treatment treatment = {0};
        struct imaging_result result;
        struct ra_error error = {0};
        assert_true(imaging_parse_crop(outside[i], &treatment, &error));
        assert_false(imaging_treat(context, file, &treatment, &result, &error));
        assert_int_equal(RA_INVALID, error.code);
    }
    release(file);
    talloc_free(context);
}

static void test_what_is_no_crop_and_no_turn(void **state)
{
    (void)state;
    static const char *const crops[] = {"",        "1,2,3",   "1,2,3,4,5",   "-1,2,3,4",
                                        "1,2,0,4", "1,2,3,x", "99999,0,1,1", "1,2,3,4 "};
    for (size_t i = 0; i < sizeof crops / sizeof *crops; i++) {
        struct imaging_treatment treatment = {0};
        struct ra_error error = {0};
        assert_false(imaging_parse_crop(crops[i], &treatment, &error));
    }
    struct imaging_treatment treatment = {0};
    struct ra_error error = {0};
    assert_false(imaging_parse_turn("45", &treatment, &error));
    assert_true(imaging_parse_turn("270", &treatment, &error));
    assert_int_equal(270, treatment.turn);
}

/* What is left of a skew, measured independently of the module. */
static double skew_left(struct bytes file)
{
    float angle = 0, confidence = 0;
    PIX *image = pixReadMem(file.data, file.length);
    PIX *grey = pixConvertTo8(image, 0);
    PIX *ink = pixThresholdToBinary(grey, 130);
    assert_int_equal(0, pixFindSkewSweepAndSearch(ink, &angle, &confidence, 2, 1, 9.0F, 1.0F, 0.01F));
    pixDestroy(&image);
    pixDestroy(&grey);
    pixDestroy(&ink);
    return (double)angle;
}

static void test_a_skewed_page_is_straightened(void **state)
{
    (void)state;
    static const double skews[] = {3, -3, 6.5, -1};
    for (size_t i = 0; i < sizeof skews / sizeof *skews; i++) {
        TALLOC_CTX *context = talloc_new(NULL);
        PIX *page = text_page();
        PIX *skewed =
            pixRotate(page, (float)(skews[i] * degree), L_ROTATE_AREA_MAP, L_BRING_IN_WHITE, 900, 700);
        pixDestroy(&page);
        struct bytes file = encoded(skewed, false);
        assert_true(fabs(skew_left(file)) > 0.7);
        const struct imaging_result result =
            treated(context, file, (struct imaging_treatment){.straighten = true});
        assert_true(fabs(result.straightened + skews[i]) < 0.3);
        assert_true(fabs(skew_left(result.file)) < 0.3);
        release(file);
        talloc_free(context);
    }
}

static void test_only_empty_margin_goes(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    PIX *bed = pixCreate(1200, 1600, 8);
    PIX *card = page_of(700, 400, 20, 215); /* a pale card on a white bed */
    pixSetAllArbitrary(bed, 250);
    pixRasterop(bed, 200, 300, 700, 400, PIX_SRC, card, 0, 0);
    pixDestroy(&card);
    struct bytes file = encoded(bed, true);
    const struct imaging_result result =
        treated(context, file, (struct imaging_treatment){.straighten = true});
    assert_int_equal(700 + 2 * (1600 / 50), result.width);
    assert_int_equal(400 + 2 * (1600 / 50), result.height);
    release(file);
    talloc_free(context);
}

static void test_a_straight_photograph_keeps_its_size(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    PIX *table = pixCreate(900, 700, 8);
    PIX *card = page_of(600, 400, 20, 215);
    for (int y = 0; y < 700; y++)
        for (int x = 0; x < 900; x++)
            pixSetPixel(table, x, y, (l_uint32)(60 + (x * 7 + y * 13) % 90));
    pixRasterop(table, 150, 150, 600, 400, PIX_SRC, card, 0, 0);
    pixDestroy(&card);
    struct bytes file = encoded(table, true);
    const struct imaging_result result =
        treated(context, file, (struct imaging_treatment){.straighten = true});
    assert_int_equal(900, result.width);
    assert_int_equal(700, result.height);
    release(file);
    talloc_free(context);
}

/* A telephone's picture: stored lying, said to be turned. */
static void test_a_picture_is_turned_as_its_camera_was(void **state)
{
    (void)state;
    static const uint8_t block[] = {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,    'M', 'M',
                                    0,    42,   0, 0,  0,   8,   0,   1,   1, 0x12, 0,   3,
                                    0,    0,    0, 1,  0,   6,   0,   0,   0, 0,    0,   0};
    TALLOC_CTX *context = talloc_new(NULL);
    struct bytes plain = encoded(text_page(), false);
    uint8_t *data = talloc_size(context, plain.length + sizeof block);
    memcpy(data, plain.data, 2);
    memcpy(data + 2, block, sizeof block);
    memcpy(data + 2 + sizeof block, plain.data + 2, plain.length - 2);
    const struct bytes held = {data, plain.length + sizeof block};
    assert_int_equal(6, exif_orientation(held));
    assert_int_equal(1, exif_orientation(plain));
    const struct imaging_result result =
        treated(context, held, (struct imaging_treatment){.crop = true, .width = 700, .height = 900});
    assert_int_equal(700, result.width);
    assert_int_equal(900, result.height);
    assert_int_equal(1, exif_orientation(result.file));
    release(plain);
    talloc_free(context);
}

static void test_neither_pdf_nor_several_pages_are_treated(void **state)
{
    (void)state;
    static const char pdf[] = "%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n";
    TALLOC_CTX *context = talloc_new(NULL);
    const struct imaging_treatment treatment = {.turn = 90};
    struct imaging_result result;
    struct imaging_legibility legibility;
    struct ra_error error = {0};
    bool checked = true;
    assert_false(imaging_treat(context, bytes_of_text(pdf), &treatment, &result, &error));
    assert_int_equal(RA_UNSUPPORTED_MEDIA, error.code);
    error = (struct ra_error){0};
    assert_true(imaging_check(bytes_of_text(pdf), &checked, &legibility, &error));
    assert_false(checked);
    assert_false(imaging_check(bytes_of_text("#!/bin/sh"), &checked, &legibility, &error));
    talloc_free(context);
}

/* --- legibility --- */

static struct imaging_legibility measured(PIX *take_image)
{
    struct bytes file = encoded(take_image, true);
    struct imaging_legibility legibility;
    struct ra_error error = {0};
    bool checked = false;
    assert_true(imaging_check(file, &checked, &legibility, &error));
    assert_true(checked);
    release(file);
    return legibility;
}

static PIX *blurred(PIX *take_image, int radius)
{
    PIX *once = pixBlockconv(take_image, radius, radius);
    PIX *twice = pixBlockconv(once, radius, radius);
    pixDestroy(&take_image);
    pixDestroy(&once);
    return twice;
}

static void test_print_is_legible(void **state)
{
    (void)state;
    const struct imaging_legibility legibility = measured(text_page());
    assert_int_equal(IMAGING_LEGIBLE, legibility.verdict);
    assert_int_equal(900, legibility.width);
    assert_true(legibility.contrast > 150);
    /* a scan of higher resolution says the same */
    PIX *page = text_page();
    PIX *large = pixScale(page, 3, 3);
    pixDestroy(&page);
    assert_int_equal(IMAGING_LEGIBLE, measured(large).verdict);
}

static void test_blur_is_told_by_sharpness_alone(void **state)
{
    (void)state;
    const double sharp = measured(text_page()).sharpness;
    const struct imaging_legibility soft = measured(blurred(text_page(), 2));
    const struct imaging_legibility lost = measured(blurred(text_page(), 6));
    assert_true(soft.sharpness < sharp / 3);
    assert_int_equal(IMAGING_DOUBTFUL, soft.verdict);
    assert_int_equal(IMAGING_DOUBTFUL, soft.of_sharpness);
    assert_int_equal(IMAGING_NOT_LEGIBLE, lost.verdict);
}

static void test_a_dark_page_lacks_contrast(void **state)
{
    (void)state;
    const struct imaging_legibility dim = measured(page_of(900, 700, 10, 64));
    const struct imaging_legibility night = measured(page_of(900, 700, 2, 30));
    assert_int_equal(IMAGING_LEGIBLE, dim.of_sharpness);
    assert_int_equal(IMAGING_DOUBTFUL, dim.of_contrast);
    assert_int_equal(IMAGING_DOUBTFUL, dim.verdict);
    assert_int_equal(IMAGING_NOT_LEGIBLE, night.verdict);
}

static void test_black_and_white_pages_without_text_are_not_legible(void **state)
{
    (void)state;
    PIX *black = pixCreate(900, 700, 8);
    const struct imaging_legibility dark = measured(black);
    assert_int_equal(IMAGING_NOT_LEGIBLE, dark.verdict);
    assert_int_equal(IMAGING_DOUBTFUL, dark.of_exposure);
    PIX *white = pixCreate(900, 700, 8);
    pixSetAllArbitrary(white, 255);
    const struct imaging_legibility burnt = measured(white);
    assert_int_equal(IMAGING_NOT_LEGIBLE, burnt.verdict);
    assert_true(burnt.bright > 0.99);
}

static void test_few_pixels_are_told(void **state)
{
    (void)state;
    assert_int_equal(IMAGING_DOUBTFUL, measured(page_of(500, 400, 20, 240)).of_size);
    PIX *pixel = pixCreate(1, 1, 8);
    const struct imaging_legibility one = measured(pixel);
    assert_int_equal(IMAGING_NOT_LEGIBLE, one.verdict);
    assert_int_equal(IMAGING_NOT_LEGIBLE, one.of_size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turning_swaps_the_sides),
        cmocka_unit_test(test_cropping_takes_the_rectangle),
        cmocka_unit_test(test_a_crop_outside_the_image_is_refused),
        cmocka_unit_test(test_what_is_no_crop_and_no_turn),
        cmocka_unit_test(test_a_skewed_page_is_straightened),
        cmocka_unit_test(test_only_empty_margin_goes),
        cmocka_unit_test(test_a_straight_photograph_keeps_its_size),
        cmocka_unit_test(test_a_picture_is_turned_as_its_camera_was),
        cmocka_unit_test(test_neither_pdf_nor_several_pages_are_treated),
        cmocka_unit_test(test_print_is_legible),
        cmocka_unit_test(test_blur_is_told_by_sharpness_alone),
        cmocka_unit_test(test_a_dark_page_lacks_contrast),
        cmocka_unit_test(test_black_and_white_pages_without_text_are_not_legible),
        cmocka_unit_test(test_few_pixels_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
