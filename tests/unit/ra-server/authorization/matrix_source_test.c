/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../floors/check.h"
#include "authorization/matrix_source.h"

#include <string.h>
#include <talloc.h>

#define WORDS                                                                                                \
    "role visitor public,office visitante\n"                                                                 \
    "role agent office agente\n"                                                                             \
    "machine door a porta\n"                                                                                 \
    "state door open em aberto\n"                                                                            \
    "state door shut  fechada, com chave\n"                                                                  \
    "machine lamp a luz\n"                                                                                   \
    "state lamp on acesa\n"                                                                                  \
    "case homely door=open|shut lamp=on\n"

static void reads_words_rows_and_cases(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct authorization_table table;
    TALLOC_CTX *context = talloc_new(NULL);
    assert_done(matrix_source_read(context, "m.txt",
                                   WORDS "# a note\n\n"
                                         "allow visit  public,office  visitor  -\n"
                                         "allow enter  office  visitor,agent  door=open\n"
                                         "allow dwell  office  agent  homely\n"
                                         "allow look   office  agent  *",
                                   &table, &error));
    assert_int_equal(table.role_count, 2);
    assert_int_equal(table.machine_count, 2);
    assert_string_equal(table.machines[0].states[1].text, "fechada, com chave");
    assert_int_equal(table.row_count, 4);
    const struct authorization_row *dwell = &table.rows[0], *enter = &table.rows[1], *look = &table.rows[2],
                                   *visit = &table.rows[3];
    assert_string_equal(dwell->operation, "dwell");
    assert_int_equal(dwell->states[0], 3);
    assert_int_equal(dwell->states[1], 1);
    assert_string_equal(enter->origin, "m.txt:12");
    assert_int_equal(enter->channels, 2);
    assert_int_equal(enter->roles, 3);
    assert_true(enter->on_case);
    assert_int_equal(enter->states[0], 1);
    assert_true(enter->states[1] == AUTHORIZATION_ANY);
    assert_true(look->on_case && look->states[0] == AUTHORIZATION_ANY);
    assert_string_equal(visit->operation, "visit");
    assert_int_equal(visit->channels, 3);
    assert_false(visit->on_case);
    talloc_free(context);
}

static void refuses_what_would_allow_by_mistake(void **state)
{
    (void)state;
    static const char *const samples[][2] = {
        {"permit visit public visitor -\n", "a line begins with"},
        {"allow visit street visitor -\n", "unknown channel: street"},
        {"allow visit public king -\n", "unknown role: king"},
        {"allow visit public agent -\n", "does not exist on one of the channels: agent"},
        {"allow visit public,office visitor,agent -\n", "does not exist on one of the channels: agent"},
        {"allow visit public,public visitor -\n", "named twice: public"},
        {"allow visit public visitor\n", "states are missing"},
        {"allow visit public\n", "an empty list of"},
        {"allow visit\n", "an empty list of"},
        {"allow\n", "a word of letters"},
        {"allow vi-sit public visitor -\n", "a word of letters"},
        {"allow visit public visitor door\n", "states are -, *"},
        {"allow visit public visitor wall=open\n", "unknown machine: wall"},
        {"allow visit public visitor door=ajar\n", "unknown state: ajar"},
        {"allow visit public visitor door=\n", "an empty list of"},
        {"allow visit public visitor door=open door=shut\n", "named twice: door"},
        {"allow visit public visitor door=open|open\n", "named twice: open"},
        {"allow visit public visitor * door=open\n", "nothing may follow"},
        {"allow visit public visitor homely door=open\n", "nothing may follow"},
        {"allow visit public visitor -\nallow visit office agent -\n", "has a row already: visit"},
        {"role agent office de novo\n", "declared already: agent"},
        {"role guest public\n", "a text for people"},
        {"role guest public \"hóspede\"\n", "a text for people"},
        {"machine door de novo\n", "declared already: door"},
        {"state door open de novo\n", "declared already: open"},
        {"state wall open aberta\n", "unknown machine: wall"},
        {"case homely door=open\n", "declared already: homely"},
        {"case bare\n", "states are missing"},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct ra_error error = {0};
        struct authorization_table table;
        TALLOC_CTX *context = talloc_new(NULL);
        char *text = talloc_asprintf(context, "%s%s", WORDS, samples[i][0]);
        assert_false(matrix_source_read(context, "m.txt", text, &table, &error));
        if (strstr(error.detail, samples[i][1]) == NULL || strncmp(error.detail, "m.txt:", 6) != 0)
            fail_msg("%s gave: %s", samples[i][0], error.detail);
        talloc_free(context);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_words_rows_and_cases),
        cmocka_unit_test(refuses_what_would_allow_by_mistake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
