/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * homolog-ca: the AC of the homologation environment. Commands and options are tables; help is made from
 * them.
 */
#include "pki/homolog-ca/cmp_server.h"
#include "pki/homolog-ca/credentials.h"
#include "pki/homolog-ca/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CA_KEY_BITS = 4096, EXIT_USAGE = 2 };

/* X(member, "--option", "value in help") */
#define OPTIONS(X)                                                                                           \
    X(clock, "--clock", "FILE")                                                                              \
    X(base_url, "--base-url", "URL")                                                                         \
    X(name, "--name", "\"NOME COMPLETO\"")                                                                   \
    X(cpf, "--cpf", "DIGITS")                                                                                \
    X(birth, "--birth", "YYYY-MM-DD")                                                                        \
    X(email, "--email", "ADDRESS")                                                                           \
    X(out, "--out", "FILE")                                                                                  \
    X(dns, "--dns", "HOST")                                                                                  \
    X(ip, "--ip", "ADDRESS")                                                                                 \
    X(csr, "--csr", "FILE")                                                                                  \
    X(port, "--port", "N")                                                                                   \
    X(serial, "--serial", "HEX")                                                                             \
    X(reason, "--reason", "N")                                                                               \
    X(confirm_seconds, "--confirm-seconds", "N")                                                             \
    X(poll, "--poll", "N:S")                                                                                 \
    X(corrupt, "--corrupt", "WORD")                                                                          \
    X(delay_ms, "--delay-ms", "N")

struct options {
#define X(member, option, value) const char *member;
    OPTIONS(X)
#undef X
};

static const struct option_row {
    const char *name;
    const char *value;
    size_t offset;
} OPTION_ROWS[] = {
#define X(member, option, value) {option, value, offsetof(struct options, member)},
    OPTIONS(X)
#undef X
};

enum { OPTION_COUNT = sizeof OPTION_ROWS / sizeof *OPTION_ROWS, COMMAND_OPTIONS_MAX = 8 };

/* What every command works with. */
struct session_state {
    struct store store;
    struct ra_clock clock;
    struct hierarchy hierarchy;
    struct registry registry;
};

typedef bool (*command_function)(struct session_state *state, const struct options *options,
                                 struct ra_error *error);

static bool parse_number(const char *text, const char *option, long least, long most, long *number,
                         struct ra_error *error)
{
    char *end = NULL;
    errno = 0;
    *number = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *number < least || *number > most)
        return ra_fail(error, RA_INVALID, "%s: a number from %ld to %ld", option, least, most);
    return true;
}

static bool run_init(struct session_state *state, const struct options *options, struct ra_error *error)
{
    int lock;
    if (!store_create(&state->store, error) || !store_lock(&state->store, &lock, error))
        return false;
    bool ok = hierarchy_init(&state->store, &state->clock, options->base_url, CA_KEY_BITS, error) &&
              hierarchy_load(&state->store, &state->hierarchy, error);
    close(lock);
    return ok && revocation_refresh(&state->registry, false, error);
}

static bool run_identity(struct session_state *state, const struct options *options, struct ra_error *error)
{
    struct identity_data data = {options->name, options->cpf, options->birth, options->email};
    return credentials_make_identity(&state->registry, &data, options->out, error);
}

static bool run_ra(struct session_state *state, const struct options *options, struct ra_error *error)
{
    if (options->csr == NULL)
        return credentials_make_ra(&state->registry, options->out, error);
    BIO *input = BIO_new_file(options->csr, "r");
    X509_REQ *csr = input != NULL ? PEM_read_bio_X509_REQ(input, NULL, NULL, NULL) : NULL;
    EVP_PKEY *key = csr != NULL ? X509_REQ_get0_pubkey(csr) : NULL;
    bool ok = (key != NULL && X509_REQ_verify(csr, key) == 1) || ra_fail_crypto(error, options->csr);
    ok = ok && credentials_certify_ra(&state->registry, key, options->out, error);
    X509_REQ_free(csr);
    BIO_free(input);
    return ok;
}

static bool run_tls(struct session_state *state, const struct options *options, struct ra_error *error)
{
    return credentials_make_tls(&state->registry, options->dns, options->ip, options->out, error);
}

static bool run_revoke(struct session_state *state, const struct options *options, struct ra_error *error)
{
    long reason = 0;
    return parse_number(options->reason, "--reason", 0, 10, &reason, error) &&
           credentials_revoke(&state->registry, options->serial, (int)reason, error);
}

static bool parse_poll(const char *text, struct cmp_server_options *options, struct ra_error *error)
{
    long count = 0, seconds = 0;
    char first[8] = "";
    const char *colon = strchr(text, ':');
    if (colon == NULL || (size_t)(colon - text) >= sizeof first)
        return ra_fail(error, RA_INVALID, "--poll: N:S, for example 2:1");
    memcpy(first, text, (size_t)(colon - text));
    if (!parse_number(first, "--poll N", 0, 1000, &count, error) ||
        !parse_number(colon + 1, "--poll S", 0, 86400, &seconds, error))
        return false;
    options->poll_count = (int)count;
    options->poll_seconds = (int)seconds;
    return true;
}

static bool parse_serve(const struct options *options, struct cmp_server_options *cmp,
                        struct listener_options *listener, struct ra_error *error)
{
    long port = 0, confirm = CMP_SERVER_CONFIRM_SECONDS, delay = 0;
    if (!parse_number(options->port, "--port", 0, 65535, &port, error) ||
        (options->confirm_seconds != NULL &&
         !parse_number(options->confirm_seconds, "--confirm-seconds", 1, 86400, &confirm, error)) ||
        (options->delay_ms != NULL &&
         !parse_number(options->delay_ms, "--delay-ms", 0, 600000, &delay, error)) ||
        (options->poll != NULL && !parse_poll(options->poll, cmp, error)) ||
        (options->corrupt != NULL && !corruption_parse(options->corrupt, &cmp->corruption) &&
         !ra_fail(error, RA_INVALID,
                  "--corrupt: none, key, name, profile, validity, issuer-over or chain-over")))
        return false;
    cmp->confirm_seconds = (int)confirm;
    *listener = (struct listener_options){.port = (uint16_t)port, .delay_ms = (unsigned)delay};
    return true;
}

/* Two CAs over one state would answer one transaction twice. Held until the process ends. */
static bool hold_serve_lock(const struct store *store, struct ra_error *error)
{
    char *path = store_path(NULL, store, "serve.lock");
    if (path == NULL)
        return ra_fail(error, RA_NO_MEMORY, "serve.lock");
    int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    talloc_free(path);
    if (descriptor < 0)
        return ra_fail_errno(error, "serve.lock");
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        return true;
    close(descriptor);
    return ra_fail(error, RA_CONFLICT, "another homolog-ca serves this folder");
}

/* Until SIGINT or SIGTERM. A failed round is told and tried again: a CA that stops refreshing CRLs over one
 * full disk would stop the office for longer than the disk. */
static void keep_house(struct cmp_server *server, const sigset_t *ending)
{
    struct timespec second = {.tv_sec = 1};
    while (sigtimedwait(ending, NULL, &second) < 0) {
        struct ra_error error = {0};
        if (!cmp_server_tick(server, &error))
            fprintf(stderr, "homolog-ca: %s\n", error.detail);
    }
}

static bool run_serve(struct session_state *state, const struct options *options, struct ra_error *error)
{
    struct cmp_server_options cmp = {0};
    struct listener_options where;
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    if (!parse_serve(options, &cmp, &where, error) || !hold_serve_lock(&state->store, error))
        return false;
    pthread_sigmask(SIG_BLOCK, &ending, NULL); /* before any thread: all of them inherit it */
    signal(SIGPIPE, SIG_IGN);
    TALLOC_CTX *memory = talloc_new(NULL);
    struct cmp_server *server = cmp_server_new(memory, &state->registry, &cmp, error);
    struct ocsp_responder *responder =
        server != NULL ? ocsp_responder_new(memory, &state->registry, error) : NULL;
    struct listener *listener =
        responder != NULL ? listener_start(memory, server, responder, &state->store, &where, error) : NULL;
    if (listener != NULL) {
        printf("homolog-ca: http://127.0.0.1:%u\n", listener_port(listener));
        fflush(stdout);
        keep_house(server, &ending);
        talloc_free(listener); /* before what it uses */
    }
    talloc_free(memory);
    return listener != NULL;
}

static const struct command_row {
    const char *name;
    const char *help;
    command_function run;
    bool needs_hierarchy;
    const char *required[COMMAND_OPTIONS_MAX];
    const char *optional[COMMAND_OPTIONS_MAX];
} COMMANDS[] = {
    {"init",
     "make the hierarchy, or what is missing of it",
     run_init,
     false,
     {"--clock", "--base-url"},
     {NULL}},
    {"identity",
     "a fictional e-CPF for an agent, auditor or administrator",
     run_identity,
     true,
     {"--clock", "--name", "--cpf", "--birth", "--email", "--out"},
     {NULL}},
    {"ra",
     "the AR's credential for CMP; with --csr for a key that lies elsewhere",
     run_ra,
     true,
     {"--clock", "--out"},
     {"--csr"}},
    {"tls", "a server certificate", run_tls, true, {"--clock", "--dns", "--ip", "--out"}, {NULL}},
    {"serve",
     "answer CMP and OCSP, publish CRLs and chains; --poll, --corrupt and --delay-ms are for fault tests",
     run_serve,
     true,
     {"--clock", "--port"},
     {"--confirm-seconds", "--poll", "--corrupt", "--delay-ms"}},
    {"revoke", "revoke by serial", run_revoke, true, {"--clock", "--serial", "--reason"}, {NULL}},
};

enum { COMMAND_COUNT = sizeof COMMANDS / sizeof *COMMANDS };

static const struct option_row *find_option(const char *name)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strcmp(OPTION_ROWS[i].name, name) == 0)
            return &OPTION_ROWS[i];
    return NULL;
}

static void print_options(const char *const *names, const char *before, const char *after)
{
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && names[i] != NULL; i++)
        fprintf(stderr, " %s%s %s%s", before, names[i], find_option(names[i])->value, after);
}

static int print_usage(void)
{
    fprintf(stderr, "homolog-ca: the AC of the homologation environment\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        fprintf(stderr, "  homolog-ca %s DIR", COMMANDS[i].name);
        print_options(COMMANDS[i].required, "", "");
        print_options(COMMANDS[i].optional, "[", "]");
        fprintf(stderr, "\n      %s\n", COMMANDS[i].help);
    }
    return EXIT_USAGE;
}

static const char **option_slot(struct options *options, const struct option_row *row)
{
    return (const char **)(void *)((char *)options + row->offset);
}

static bool listed(const char *const *names, const char *name)
{
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && names[i] != NULL; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool parse_options(const struct command_row *command, int count, char **arguments,
                          struct options *options)
{
    for (int i = 0; i < count; i += 2) {
        const struct option_row *row = find_option(arguments[i]);
        if (row == NULL || i + 1 >= count ||
            (!listed(command->required, row->name) && !listed(command->optional, row->name)))
            return false;
        *option_slot(options, row) = arguments[i + 1];
    }
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->required[i] != NULL; i++)
        if (*option_slot(options, find_option(command->required[i])) == NULL)
            return false;
    return true;
}

static bool run_command(const struct command_row *command, const char *directory,
                        const struct options *options, struct ra_error *error)
{
    struct session_state state = {.store = {directory}};
    state.registry = (struct registry){&state.store, &state.hierarchy, &state.clock};
    bool ok = clock_load(&state.clock, options->clock, error) &&
              (!command->needs_hierarchy || hierarchy_load(&state.store, &state.hierarchy, error)) &&
              command->run(&state, options, error);
    hierarchy_clear(&state.hierarchy);
    return ok;
}

int main(int count, char **arguments)
{
    const struct command_row *command = NULL;
    for (size_t i = 0; count >= 3 && i < COMMAND_COUNT; i++)
        if (strcmp(COMMANDS[i].name, arguments[1]) == 0)
            command = &COMMANDS[i];
    struct options options = {0};
    if (command == NULL || !parse_options(command, count - 3, arguments + 3, &options))
        return print_usage();
    umask(0077);
    struct ra_error error = {0};
    if (run_command(command, arguments[2], &options, &error))
        return 0;
    fprintf(stderr, "homolog-ca %s: %s\n", command->name,
            error.detail[0] != '\0' ? error.detail : ra_error_info(error.code)->sentence);
    return 1;
}
