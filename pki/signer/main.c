/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ra-signer --home DIR --clock FILE [--server-uid N] [--new-journal | --print-log-key | --print-journal]
 *
 * SIGTERM ends it; SIGHUP makes it read the files under DIR/conf again, without a restart.
 */
#include "pki/base/user.h"
#include "pki/signer/examine.h"
#include "pki/signer/listener.h"
#include "pki/signer/log.h"
#include "pki/signer/sandbox.h"
#include "pki/trust/note.h"

#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_USAGE = 2 };

enum action { ACTION_SERVE, ACTION_NEW_JOURNAL, ACTION_PRINT_LOG_KEY, ACTION_PRINT_JOURNAL };

struct options {
    const char *home;
    const char *clock;
    uid_t server_uid;
    enum action action;
};

static int usage(void)
{
    fputs(
        "ra-signer --home DIR --clock FILE [--server-uid N] [--new-journal | --print-log-key | "
        "--print-journal]\n"
        "  --home DIR       folder with conf/, journal/ and run/\n"
        "  --clock FILE     the instance's clock\n"
        "  --server-uid N   user that may connect; ourselves when left out\n"
        "  --new-journal    begin an empty journal and end; a broken one is set aside, a sound one is kept\n"
        "  --print-log-key  print the verifier key of the log and end\n"
        "  --print-journal  print what the journal knows of every certificate, for an auditor, and end\n",
        stderr);
    return EXIT_USAGE;
}

static bool parse_options(int count, char **words, struct options *options)
{
    static const struct option LONG[] = {{"home", required_argument, NULL, 'h'},
                                         {"clock", required_argument, NULL, 'c'},
                                         {"server-uid", required_argument, NULL, 'u'},
                                         {"new-journal", no_argument, NULL, 'n'},
                                         {"print-log-key", no_argument, NULL, 'p'},
                                         {"print-journal", no_argument, NULL, 'j'},
                                         {NULL, 0, NULL, 0}};
    *options = (struct options){.server_uid = geteuid(), .action = ACTION_SERVE};
    bool ok = true;
    for (int found; ok && (found = getopt_long(count, words, "", LONG, NULL)) != -1;) {
        if (found == 'h')
            options->home = optarg;
        else if (found == 'c')
            options->clock = optarg;
        else if (found == 'u')
            ok = user_parse_uid(optarg, &options->server_uid);
        else if (found == 'n')
            options->action = ACTION_NEW_JOURNAL;
        else if (found == 'p')
            options->action = ACTION_PRINT_LOG_KEY;
        else if (found == 'j')
            options->action = ACTION_PRINT_JOURNAL;
        else
            ok = false;
    }
    return ok && optind == count && options->home != NULL && options->clock != NULL;
}

static bool print_log_key(const struct settings *settings, struct ra_error *error)
{
    char *line = note_verifier_line(NULL, note_key_verifier(settings->log_key));
    bool ok = line != NULL && printf("%s\n", line) > 0 && fflush(stdout) == 0;
    talloc_free(line);
    return ok || ra_fail(error, RA_IO, "stdout");
}

static void block_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static bool serve(TALLOC_CTX *context, const struct options *options, const struct settings *settings,
                  struct key_holder *holder, const struct ra_clock *clock, const char *journal,
                  struct ra_error *error)
{
    bool at_rest = true;
    bool isolated = options->server_uid != geteuid();
    struct signer *signer;
    if (!settings_can_sign(settings, error) || !settings_fit_production(settings, clock, isolated, error) ||
        !signer_open(context, settings, clock, journal, isolated, &signer, error))
        return false;
    signer->holder = holder;
    int socket = listener_open(options->home, error);
    if (socket < 0)
        return false;
    bool ok = sandbox_enter(options->home, &signer->confined, error) &&
              settings_fit_confinement(settings, signer->confined, error);
    if (ok)
        log_event(LOG_LEVEL_INFO, "started", "{s:b,s:b}", "isolated", isolated ? 1 : 0, "confined",
                  signer->confined ? 1 : 0);
    ok = ok && listener_run(signer, options->home, socket, options->server_uid, &at_rest, error);
    close(socket);
    if (ok)
        log_event(LOG_LEVEL_INFO, "stopped", "{s:b}", "at_rest", at_rest ? 1 : 0);
    if (!at_rest)
        _exit(EXIT_SUCCESS); /* their threads still use what would be freed; the journal is on disk */
    return ok;
}

static bool run(TALLOC_CTX *context, const struct options *options, struct ra_error *error)
{
    static struct ra_clock clock;
    char journal[PATH_MAX];
    struct settings *settings;
    struct key_holder *holder = NULL;
    if (snprintf(journal, sizeof journal, "%s/journal", options->home) >= (int)sizeof journal)
        return ra_fail(error, RA_IO, "%s: path too long", options->home);
    if (!clock_load(&clock, options->clock, error))
        return false;
    if (options->action == ACTION_SERVE)
        holder = key_holder_connect(context, options->home);
    if (!settings_load(context, options->home, holder, &settings, error))
        return false;
    log_start(&clock);
    switch (options->action) {
    case ACTION_SERVE:
        return serve(context, options, settings, holder, &clock, journal, error);
    case ACTION_NEW_JOURNAL:
        return ledger_create(journal, settings->instance, clock_now(&clock), error);
    case ACTION_PRINT_LOG_KEY:
        return print_log_key(settings, error);
    case ACTION_PRINT_JOURNAL:
        return examine_journal(journal, settings->instance, stdout, error);
    }
    return ra_fail(error, RA_INTERNAL, "action");
}

int main(int count, char **words)
{
    struct options options;
    struct ra_error error = {0};
    if (!parse_options(count, words, &options))
        return usage();
    umask(0077);
    block_signals();
    TALLOC_CTX *context = talloc_new(NULL);
    bool ok = sandbox_hide_memory(&error) && run(context, &options, &error);
    if (!ok)
        log_event(LOG_LEVEL_ALARM, "cannot-run", "{s:s,s:s}", "code", ra_error_info(error.code)->code,
                  "detail", error.detail);
    talloc_free(context);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
