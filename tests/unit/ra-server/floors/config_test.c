/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char least[] = "home = /srv/ar\ndatabase = dbname=ra\n";

static void parses_values_and_defaults(void **state)
{
    (void)state;
    struct ra_error error = {0};
    const struct config *config = NULL;
    assert_done(config_parse(NULL, "conf",
                             "# comment\n\nhome=/srv/ar\ndatabase = host=/run dbname=ra \n"
                             "workers_public = 9\nproduction = yes\ndossier_dir = /disk/dossier\n",
                             &config, &error));
    assert_string_equal(config->database, "host=/run dbname=ra");
    assert_int_equal(config->workers_public, 9);
    assert_int_equal(config->rate_per_minute, 1000);
    assert_true(config->production);
    assert_string_equal(config->dossier_dir, "/disk/dossier");
    assert_string_equal(config->public_socket, "/srv/ar/run/public.sock");
    assert_string_equal(config->smtp_url, "");
    talloc_free((void *)(uintptr_t)config);
}

static void refuses(const char *line, const char *told)
{
    struct ra_error error = {0};
    const struct config *config = NULL;
    char text[256];
    snprintf(text, sizeof text, "%s%s\n", least, line);
    assert_false(config_parse(NULL, "conf", text, &config, &error));
    assert_non_null(strstr(error.detail, told));
}

static void refuses_what_it_does_not_know(void **state)
{
    (void)state;
    refuses("colour = red", "conf:3: unknown key colour");
    refuses("home = /other", "given twice");
    refuses("workers_public = 0", "workers_public");
    refuses("workers_public = 65", "workers_public");
    refuses("workers_public = 4x", "workers_public");
    refuses("workers_public =", "workers_public");
    refuses("production = maybe", "production");
    refuses("dossier_dir =", "dossier_dir needs a path");
    refuses("just words", "conf:3");
}

static void refuses_a_missing_required_key(void **state)
{
    (void)state;
    struct ra_error error = {0};
    const struct config *config = NULL;
    assert_false(config_parse(NULL, "conf", "home = /srv/ar\n", &config, &error));
    assert_non_null(strstr(error.detail, "database is required"));
}

/* "#name = value" says its default: without the # it must parse. Explaining lines begin with "# ". */
static void every_default_of_the_sample_parses(void **state)
{
    (void)state;
    struct ra_error error = {0};
    const struct config *config = NULL;
    char *sample = NULL;
    size_t size = 0;
    FILE *output = open_memstream(&sample, &size);
    assert_non_null(output);
    config_print_sample(output);
    fclose(output);
    int options = 0;
    for (char *at = strchr(sample, '\n'); at != NULL; at = strchr(at + 1, '\n')) {
        if (at[1] == '#' && at[2] != ' ') {
            at[1] = ' ';
            options++;
        }
    }
    assert_true(options > 20);
    assert_done(config_parse(NULL, "sample", sample, &config, &error));
    assert_int_equal(config->queue_limit, 256);
    talloc_free((void *)(uintptr_t)config);
    free(sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_values_and_defaults),
        cmocka_unit_test(refuses_what_it_does_not_know),
        cmocka_unit_test(refuses_a_missing_required_key),
        cmocka_unit_test(every_default_of_the_sample_parses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
