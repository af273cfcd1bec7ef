/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every command of ra-cli shares: who is asking, where, how answers are shown. ra-cli speaks to the
 * office API (or, for a holder, to the public one) and never to the database. One thread.
 */
#ifndef RA_CLI_CLI_H
#define RA_CLI_CLI_H

#include "pki/base/attributes.h"
#include "pki/base/clock.h"
#include "pki/base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <talloc.h>

/* Exit status (contract 3). */
enum cli_exit {
    CLI_DONE = 0,
    CLI_REFUSED = 1,
    CLI_USAGE = 2,
    CLI_UNREACHABLE = 3,
    CLI_VERIFICATION_FAILED = 4,
};

/* What stands around a command that is not run from the shell. Called on the thread that runs the command. */
struct cli_host {
    void *state;
    /* Shows what was written to cli->reading and asks; only true goes on. */
    bool (*agree)(void *state, const char *question);
    /* The pass phrase of the identity, as terminal_secret. */
    bool (*secret)(void *state, char *buffer, size_t size);
    /* The server did not answer for the `attempt`-th time (0, 1, …): waits, and says whether to try again. */
    bool (*patience)(void *state, unsigned attempt);
};

struct identity; /* pki/trust/identity.h */

struct cli {
    TALLOC_CTX *context;
    const char *server;              /* base URL without a final slash */
    const char *identity_path;       /* PEM or PKCS#12; NULL: none, as a holder has none */
    const char *ca_path;             /* trust for the server's certificate; NULL: the system's */
    const char *home;                /* $RA_HOME, for --as */
    const char *station;             /* name of this workplace, goes into every event */
    const char *bearer;              /* token of a holder's order, sent while it is set; NULL: none */
    bool json;                       /* stdout is exactly one JSON document */
    bool yes;                        /* nothing is asked */
    size_t columns;                  /* of the terminal that a result is shown on; 0: as many as usual */
    struct ra_clock clock;           /* the instance's clock, when it can be read here */
    char *passphrase;                /* of the identity, asked once; wiped at the end */
    struct identity *token_identity; /* of pkcs11:…, once it was opened; on `context` */
    bool token_signs_raw;            /* and whether its token can what TLS 1.3 asks */
    json_t *problem;                 /* the server's refusal, shown as it came under --json; owned */
    const char *scanner;             /* folder where the scanner leaves its sheets; NULL: none is known */
    const struct cli_host *host;     /* NULL: the shell, and questions go to the terminal */
    FILE *reading;                   /* where what is to be read before signing goes; NULL: the terminal */
    void *connection;                /* client.c's, kept between requests; client_disconnect ends it */
};

/* Where something to be read goes: cli->reading, or `usual`. */
FILE *cli_reading(const struct cli *cli, FILE *usual);

/* Columns for what a result is written in. */
size_t cli_columns(const struct cli *cli);

/* A question whose "yes" has consequences; true without asking under --yes. */
bool cli_agrees(const struct cli *cli, const char *question);

enum { CLI_PASSPHRASE_SIZE = 256 };

/* Whether the identity's file needs a pass phrase: PKCS#12 always, PEM when its key is encrypted. */
bool cli_identity_is_protected(const struct cli *cli);

/* The pass phrase of the identity, asked on the terminal the first time; false without a terminal. The buffer
 * is the caller's to wipe. */
bool cli_identity_passphrase(struct cli *cli, char *buffer, size_t size);

/* The pass phrase of a new .p12: the first line of `file`, or typed twice when that is NULL; Enter alone has
 * one suggested on the terminal. The buffer is the caller's to wipe. */
RA_MUST_CHECK bool cli_new_passphrase(struct cli *cli, const char *file, char *buffer, size_t size,
                                      struct ra_error *error);

/* The first line of a file, without its end: a secret that a program hands over. RA_INVALID when it does not
 * fit. The buffer is the caller's to wipe. */
RA_MUST_CHECK bool cli_first_line(struct cli *cli, const char *path, char *buffer, size_t size,
                                  struct ra_error *error);

enum { CLI_ARGUMENTS_MAX = 16, CLI_OPTIONS_MAX = 32, CLI_REPEATS_MAX = 16 };

/* One option of a command: "--reason R" or, without a value name, a flag. */
struct cli_option {
    const char *name;  /* without the dashes */
    const char *value; /* name of its value in the help; NULL for a flag */
    bool required;
    bool repeatable;
};

/* What the command line gave to a command. Strings are argv's. */
struct cli_arguments {
    const struct cli_option *options; /* ends with a NULL name */
    const char *positional[CLI_ARGUMENTS_MAX];
    size_t positional_count;
    const char *values[CLI_OPTIONS_MAX][CLI_REPEATS_MAX];
    size_t value_counts[CLI_OPTIONS_MAX];
};

/* First value of an option, NULL when it was not given; a flag that was given yields "". */
const char *cli_option(const struct cli_arguments *arguments, const char *name);
bool cli_flag(const struct cli_arguments *arguments, const char *name);

/* n-th value of a repeatable option, NULL past the end. */
const char *cli_option_at(const struct cli_arguments *arguments, const char *name, size_t index);

/* Runs, and hands over the document to show (owned by the caller). false with *error set. */
typedef bool cli_run(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                     struct ra_error *error);

/* Shows a result to a person. */
typedef void cli_render(const struct cli *cli, const json_t *result, FILE *out);

struct cli_command {
    const char *name;       /* one or two words: "document add" */
    const char *positional; /* "ORDER ITEM FILE…" */
    size_t positional_min;
    size_t positional_max;
    const struct cli_option *options; /* NULL: none */
    bool needs_server;
    cli_run *run;
    cli_render *render;
    const char *summary;
};

/* The table of all commands, ended by a NULL name; help and parser are made from it. */
extern const struct cli_command cli_commands[];

#endif
