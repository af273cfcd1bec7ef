/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log_fixture.h"

#include "audit/log_reader.h"
#include "audit/sequencer.h"
#include "db/migrate.h"
#include "floors/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const struct config *log_fixture_config(const char *home)
{
    struct ra_error error = {0};
    const struct config *config = NULL;
    char text[2048];
    const char *pg = getenv("RA_TEST_PG");
    char here[512];
    assert_non_null(pg);
    assert_non_null(getcwd(here, sizeof here));
    snprintf(text, sizeof text,
             "home = %s\ndatabase = host=%s dbname=ra user=ra_app\n"
             "database_owner = host=%s dbname=ra user=ra_owner\nmigrations_dir = %s/sql/migrations\n"
             "rules_dir = %s/sql/rules\nprofiles_dir = %s/pki/profiles\nsigner_socket = %s/sock\n",
             home, pg, pg, here, here, here, home);
    assert_done(config_parse(NULL, "test", text, &config, &error));
    assert_done(migrate(config, &error));
    return config;
}

uint64_t log_fixture_number(struct db *db)
{
    struct ra_error error = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    bool more = true;
    uint64_t size = 0;
    while (more) {
        assert_done(sequencer_number(db, context, &more, &error));
    }
    assert_done(log_size(db, &size, &error));
    talloc_free(context);
    return size;
}
