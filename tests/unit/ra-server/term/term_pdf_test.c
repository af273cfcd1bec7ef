/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The term as a PDF: the same bytes for the same facts, tags, language, pages. Its text is read back by
 * another program in tests/integration/term.test.mjs.
 */
#include "floors/check.h"
#include "sample.h"
#include "term/term_pdf.h"

#include <glib.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const struct term_sheet sheet = {
    .fonts = "/usr/share/fonts/truetype/lato", .author = "IMA", .day = "2026-11-24"};

static struct bytes make(TALLOC_CTX *context, const struct term_blocks *blocks)
{
    struct ra_error error = {0};
    struct bytes pdf;
    assert_done(term_pdf(context, blocks, &sheet, &pdf, &error));
    return pdf;
}

static size_t count_of(struct bytes pdf, const char *text)
{
    size_t found = 0;
    size_t length = strlen(text);
    for (size_t at = 0; at + length <= pdf.length; at++)
        found += memcmp(pdf.data + at, text, length) == 0;
    return found;
}

static int setup(void **state)
{
    *state = talloc_new(NULL);
    return 0;
}

static int teardown(void **state)
{
    talloc_free(*state);
    return 0;
}

static void the_same_facts_give_the_same_bytes(void **state)
{
    for (unsigned sample = SAMPLE_PERSON; sample < SAMPLES; sample++) {
        const struct term_blocks blocks = sample_blocks(*state, (enum sample)sample);
        assert_true(bytes_equal(make(*state, &blocks), make(*state, &blocks)));
    }
}

/* A head and rows: one table, its head repeated on the second page without a tag of its own. */
static void a_long_table_runs_over_pages(void **state)
{
    enum { ROWS = 80 };
    struct ra_error error = {0};
    struct term_blocks blocks;
    char *text = talloc_strdup(*state, "# Lista\n% rodapé\n| n | quando | o quê | quem | pedido\n");
    for (int at = 0; at < ROWS; at++)
        text = talloc_asprintf_append_buffer(text, "| %d | hoje | algo | alguém | –\n", at);
    assert_done(term_blocks_read(*state, bytes_of_text(text), &blocks, &error));
    struct bytes pdf = make(*state, &blocks);
    assert_int_equal(count_of(pdf, "/S /Table"), 1);
    assert_int_equal(count_of(pdf, "/S /TR"), ROWS + 1);
    assert_int_equal(count_of(pdf, "/S /TH"), TERM_ROW_CELLS);
    assert_int_equal(count_of(pdf, "/S /TD"), ROWS * TERM_ROW_CELLS);
}

static void count_warning(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer warnings)
{
    (void)domain;
    (void)level;
    (void)message;
    ++*(unsigned *)warnings;
}

/* Reasons have up to 500 characters, of two octets or more each; beyond any reason no character is cut in
 * two. */
static void a_long_cell_is_shown_whole_or_cut_between_characters(void **state)
{
    static const int lengths[] = {200, 500, 3000};
    struct ra_error error = {0};
    unsigned warnings = 0;
    size_t sizes[3];
    GLogFunc usual = g_log_set_default_handler(count_warning, &warnings);
    for (size_t at = 0; at < 3; at++) {
        struct term_blocks blocks;
        char *text =
            talloc_strdup(*state, "# Lista\n% rodapé\n| n | quando | o quê | quem | pedido\n| 1 | a");
        for (int i = 0; i < lengths[at]; i++)
            text = talloc_strdup_append_buffer(text, "ã");
        text = talloc_strdup_append_buffer(text, " | b | c | d\n");
        assert_done(term_blocks_read(*state, bytes_of_text(text), &blocks, &error));
        sizes[at] = make(*state, &blocks).length;
    }
    (void)g_log_set_default_handler(usual, NULL);
    assert_int_equal(warnings, 0);
    assert_true(sizes[0] < sizes[1] && sizes[1] < sizes[2]);
}

/* Each with a context of its own: talloc's are not shared among threads. */
static void *make_in_a_thread(void *argument)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct ra_error error = {0};
    struct bytes pdf = {NULL, 0};
    bool done = term_pdf(context, argument, &sheet, &pdf, &error);
    struct bytes *result = talloc_zero(NULL, struct bytes);
    if (done)
        *result = bytes_copy(result, pdf.data, pdf.length);
    talloc_free(context);
    return result;
}

static void four_threads_at_once_give_the_same_bytes(void **state)
{
    struct term_blocks blocks = sample_blocks(*state, SAMPLE_COMPANY);
    const struct bytes expected = make(*state, &blocks);
    pthread_t threads[4];
    for (size_t at = 0; at < 4; at++)
        assert_int_equal(pthread_create(&threads[at], NULL, make_in_a_thread, &blocks), 0);
    for (size_t at = 0; at < 4; at++) {
        void *result = NULL;
        assert_int_equal(pthread_join(threads[at], &result), 0);
        assert_true(bytes_equal(*(struct bytes *)result, expected));
        talloc_free(result);
    }
}

static void other_facts_give_other_bytes(void **state)
{
    const struct term_blocks person = sample_blocks(*state, SAMPLE_PERSON);
    const struct term_blocks company = sample_blocks(*state, SAMPLE_COMPANY);
    assert_false(bytes_equal(make(*state, &person), make(*state, &company)));
}

static void it_is_tagged_and_says_its_language_and_title(void **state)
{
    const struct term_blocks blocks = sample_blocks(*state, SAMPLE_COMPANY);
    const struct bytes pdf = make(*state, &blocks);
    assert_int_equal(count_of(pdf, "/StructTreeRoot "), 1);
    assert_int_equal(count_of(pdf, "/MarkInfo << /Marked true >>"), 1);
    assert_int_equal(count_of(pdf, "/Lang (pt-BR)"), 1);
    assert_int_equal(count_of(pdf, "/DisplayDocTitle true"), 1);
    assert_int_equal(count_of(pdf, "/S /Document\n"), 1);
    assert_int_equal(count_of(pdf, "/S /H1\n"), 1);
    assert_int_equal(count_of(pdf, "/S /H2\n"), 7);
    assert_int_equal(count_of(pdf, "/S /L\n"), 1);
    assert_int_equal(count_of(pdf, "/S /LI\n"), 9);
    assert_int_equal(count_of(pdf, "/S /TH\n"), count_of(pdf, "/S /TD\n"));
    assert_int_equal(count_of(pdf, "/MediaBox [ 0 0 595.276 841.89 ]"), 2);
    assert_int_equal(count_of(pdf, "/CreationDate (20261124000000Z)"), 1);
}

/* The table of objects was moved by what was put into the catalogue: its place must be where it is said. */
static void the_table_of_objects_is_where_it_is_said_to_be(void **state)
{
    const struct term_blocks blocks = sample_blocks(*state, SAMPLE_PERSON);
    const struct bytes pdf = make(*state, &blocks);
    char tail[64] = "";
    memcpy(tail, pdf.data + pdf.length - 40, 40);
    const char *mark = strstr(tail, "startxref\n");
    assert_non_null(mark);
    size_t offset = strtoul(mark + strlen("startxref\n"), NULL, 10);
    assert_true(offset < pdf.length);
    assert_memory_equal(pdf.data + offset, "xref\n", 5);
    assert_string_equal(tail + 40 - strlen("%%EOF\n"), "%%EOF\n");
}

static void a_long_term_goes_on_to_further_pages(void **state)
{
    struct term_blocks blocks = sample_blocks(*state, SAMPLE_PERSON);
    struct term_block *many = talloc_zero_array(*state, struct term_block, (unsigned)blocks.count + 200);
    memcpy(many, blocks.items, blocks.count * sizeof *many);
    for (size_t at = 0; at < 200; at++)
        many[blocks.count + at] = (struct term_block){TERM_ITEM, "Um item a mais.", ""};
    assert_int_equal(count_of(make(*state, &blocks), "/Type /Page %"), 2);
    blocks = (struct term_blocks){blocks.count + 200, many};
    assert_true(count_of(make(*state, &blocks), "/Type /Page %") > 5);
}

static void without_its_fonts_nothing_is_made(void **state)
{
    struct ra_error error = {0};
    struct bytes pdf;
    const struct term_blocks blocks = sample_blocks(*state, SAMPLE_PERSON);
    const struct term_sheet elsewhere = {.fonts = "/nonexistent", .author = "IMA", .day = "2026-11-24"};
    assert_refused(term_pdf(*state, &blocks, &elsewhere, &pdf, &error), RA_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_its_fonts_nothing_is_made), /* first: fonts are opened once */
        cmocka_unit_test(the_same_facts_give_the_same_bytes),
        cmocka_unit_test(a_long_table_runs_over_pages),
        cmocka_unit_test(a_long_cell_is_shown_whole_or_cut_between_characters),
        cmocka_unit_test(four_threads_at_once_give_the_same_bytes),
        cmocka_unit_test(other_facts_give_other_bytes),
        cmocka_unit_test(it_is_tagged_and_says_its_language_and_title),
        cmocka_unit_test(the_table_of_objects_is_where_it_is_said_to_be),
        cmocka_unit_test(a_long_term_goes_on_to_further_pages),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
