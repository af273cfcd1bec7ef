/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The program homolog-ca as it is run: its commands, its HTTP face, kill -9 and the clean stop. The hierarchy
 * is made beforehand with small keys; `init` finds it complete.
 */
#include "pki/base/file.h"
#include "pki/cmp/cmp_message.h"
#include "pki/trust/ocsp.h"
#include "tests/unit/pki-cmp/world.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */
#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct world world;
static char *clock_file;

enum { ARGUMENTS_MAX = 24 };

struct program {
    pid_t process;
    int output;
    unsigned port;
};

/* Starts homolog-ca with the arguments; its standard output comes through `output`. */
static struct program start(const char *const *given)
{
    struct program program = {0};
    char **arguments = talloc_zero_array(world.memory, char *, ARGUMENTS_MAX);
    for (size_t i = 0; given[i] != NULL && i < ARGUMENTS_MAX - 1; i++)
        arguments[i] = talloc_strdup(arguments, given[i]);
    int channel[2];
    assert_int_equal(pipe(channel), 0);
    program.process = fork();
    assert_true(program.process >= 0);
    if (program.process == 0) {
        dup2(channel[1], STDOUT_FILENO);
        close(channel[0]);
        close(channel[1]);
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves nothing running */
        execv(HOMOLOG_CA_PROGRAM, arguments);
        _exit(127);
    }
    close(channel[1]);
    program.output = channel[0];
    return program;
}

static int finish(struct program *program)
{
    int status = 0;
    assert_int_equal(waitpid(program->process, &status, 0), program->process);
    close(program->output);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run(const char *command, ...)
{
    const char *arguments[ARGUMENTS_MAX] = {"homolog-ca", command, world.folder, "--clock", clock_file};
    int count = 5;
    va_list list;
    va_start(list, command);
    for (const char *argument; (argument = va_arg(list, const char *)) != NULL && count < ARGUMENTS_MAX - 1;)
        arguments[count++] = argument;
    va_end(list);
    struct program program = start(arguments);
    return finish(&program);
}

static struct program serve(const char *option, const char *value)
{
    const char *arguments[] = {"homolog-ca", "serve", world.folder, "--clock", clock_file,
                               "--port",     "0",     option,       value,     NULL};
    struct program program = start(arguments);
    char line[128] = "";
    size_t used = 0;
    while (used < sizeof line - 1 && strchr(line, '\n') == NULL) {
        ssize_t got = read(program.output, line + used, sizeof line - 1 - used);
        assert_true(got > 0);
        used += (size_t)got;
        line[used] = '\0';
    }
    static const char ANNOUNCEMENT[] = "homolog-ca: http://127.0.0.1:";
    assert_memory_equal(line, ANNOUNCEMENT, sizeof ANNOUNCEMENT - 1);
    program.port = (unsigned)strtoul(line + sizeof ANNOUNCEMENT - 1, NULL, 10);
    assert_in_range(program.port, 1, 65535);
    return program;
}

static int stop(struct program *program, int signal_number)
{
    assert_int_equal(kill(program->process, signal_number), 0);
    return finish(program);
}

struct download {
    TALLOC_CTX *memory;
    struct bytes content;
};

static size_t receive(char *data, size_t size, size_t count, void *context)
{
    struct download *download = context;
    uint8_t *grown = talloc_size(download->memory, download->content.length + size * count);
    if (grown == NULL)
        return 0;
    if (download->content.length > 0)
        memcpy(grown, download->content.data, download->content.length);
    memcpy(grown + download->content.length, data, size * count);
    download->content = (struct bytes){grown, download->content.length + size * count};
    return size * count;
}

/* One HTTP request; `body` NULL means GET. The status, or 0 when the connection broke. */
static long http(unsigned port, const char *path, const char *type, const struct bytes *body,
                 TALLOC_CTX *memory, struct bytes *answer)
{
    struct download download = {.memory = memory};
    char *url = talloc_asprintf(memory, "http://127.0.0.1:%u%s", port, path);
    char *header = talloc_asprintf(memory, "Content-Type: %s", type);
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, header);
    headers = curl_slist_append(headers, "Expect:");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &download);
    if (body != NULL) {
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body->length);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->data);
    }
    long status = 0;
    if (curl_easy_perform(curl) == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    *answer = download.content;
    return status;
}

/* Carries to the running program; may kill it right after it answered the Nth message. */
struct line {
    struct program *program;
    int kill_after;
    int carried;
};

static bool carry(void *context, struct bytes request, TALLOC_CTX *memory, struct bytes *response,
                  struct ra_error *error)
{
    struct line *line = context;
    long status =
        http(line->program->port, "/.well-known/cmp", "application/pkixcmp", &request, memory, response);
    if (status != 200)
        return ra_fail(error, RA_UPSTREAM, "HTTP %ld", status);
    if (++line->carried == line->kill_after) {
        stop(line->program, SIGKILL);
        return ra_fail(error, RA_UPSTREAM, "the CA was killed");
    }
    return true;
}

static enum cmp_result ask(struct line *line, const struct cmp_certificate_request *request,
                           struct cmp_outcome *outcome)
{
    struct cmp_authority authority = world_authority(&world);
    struct ra_error error = {0};
    authority.carry = carry;
    authority.carry_context = line;
    struct cmp_exchange *exchange = cmp_exchange_new(world.memory, &authority, request, &error);
    assert_non_null(exchange);
    if (!cmp_exchange_advance(exchange, outcome, &error))
        assert_int_equal(outcome->result, CMP_UNKNOWN);
    talloc_free(exchange);
    return outcome->result;
}

static int make_world(void **state)
{
    (void)state;
    struct ra_error error = {0};
    curl_global_init(CURL_GLOBAL_DEFAULT);
    world_make(&world);
    TALLOC_FREE(world.server);
    clock_file = store_path(world.memory, &world.store, "clock");
    char *offset = talloc_asprintf(world.memory, "%lld\n", (long long)world.clock.offset_s);
    assert_true(file_write(clock_file, bytes_of_text(offset), 0644, &error));
    return 0;
}

static int drop_world(void **state)
{
    (void)state;
    world_free(&world);
    curl_global_cleanup();
    return 0;
}

static void init_finds_everything_and_publishes(void **state)
{
    (void)state;
    assert_int_equal(run("init", "--base-url", "http://localhost:1", NULL), 0);
    static const char *const FILES[] = {"roots.pem",      "ac-chain.pem",      "agents-chain.pem",
                                        "ac-anchors.pem", "tiss.crl",          "tmul.crl",
                                        "tiss.p7b",       "agents-anchors.pem"};
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        struct stat status;
        assert_int_equal(stat(store_path(world.memory, &world.store, "public/%s", FILES[i]), &status), 0);
        assert_int_equal(status.st_mode & 0777, 0644);
    }
    struct stat status;
    assert_int_equal(stat(store_path(world.memory, &world.store, "keys/tr5.pem"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void wrong_use_is_told_apart(void **state)
{
    (void)state;
    char *out = store_path(world.memory, &world.store, "nobody.pem");
    assert_int_equal(run("init", NULL), 2);
    assert_int_equal(run("conjure", NULL), 2);
    assert_int_equal(run("ra", "--out", out, "--colour", "blue", NULL), 2);
    assert_int_equal(run("identity", "--name", "Fulano", "--cpf", "11144477736", "--birth", "1980-01-31",
                         "--email", "a@b.test", "--out", out, NULL),
                     1);
    assert_int_equal(run("revoke", "--serial", "00", "--reason", "1", NULL), 1);
    assert_int_equal(access(out, F_OK), -1);
}

static void credentials_are_valid_by_both_clocks(void **state)
{
    (void)state;
    char *out = store_path(world.memory, &world.store, "someone.pem");
    X509 *certificate = NULL;
    struct ra_error error = {0};
    assert_int_equal(run("identity", "--name", "Fulana de Tal", "--cpf", "111.444.777-35", "--birth",
                         "1980-01-31", "--email", "fulana@exemplo.test", "--out", out, NULL),
                     0);
    assert_true(store_read_certificate(out, &certificate, &error));
    time_t machine = time(NULL), instance = clock_now(&world.clock);
    assert_int_equal(
        X509_cmp_timeframe(NULL, X509_get0_notBefore(certificate), X509_get0_notAfter(certificate)), 0);
    assert_true(X509_cmp_time(X509_get0_notBefore(certificate), &machine) < 0);
    assert_true(X509_cmp_time(X509_get0_notAfter(certificate), &instance) > 0);
    X509_free(certificate);
}

/* Whether the CRL that the program publishes holds what it issued for this transaction. */
static bool crl_of_program_holds(const struct program *program, const struct cmp_certificate_request *request)
{
    struct transaction record;
    struct ra_error error = {0};
    struct bytes der;
    bool found = false;
    X509_REVOKED *entry = NULL;
    assert_true(transaction_read(&world.store, (struct bytes){request->transaction, CMP_TRANSACTION_SIZE},
                                 &record, &found, &error));
    assert_true(found);
    assert_int_equal(http(program->port, "/crl/tiss.crl", "", NULL, world.memory, &der), 200);
    const unsigned char *at = der.data;
    X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)der.length);
    assert_non_null(crl);
    bool holds = X509_CRL_get0_by_cert(crl, &entry, record.certificate) == 1;
    X509_CRL_free(crl);
    X509_free(record.certificate);
    return holds;
}

static void issue_2_6_a_repeated_transaction_gets_the_stored_certificate_a_rr_revokes(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome first, second, third;
    struct ra_error error = {0};
    struct program program = serve(NULL, NULL);
    struct line line = {.program = &program, .kill_after = 1};
    assert_int_equal(ask(&line, &request, &first), CMP_UNKNOWN);

    program = serve(NULL, NULL);
    line = (struct line){.program = &program};
    assert_int_equal(ask(&line, &request, &second), CMP_GRANTED);
    assert_int_equal(ask(&line, &request, &third), CMP_GRANTED);
    assert_int_equal(X509_cmp(second.certificate, third.certificate), 0);
    assert_int_equal(world_count_issued(&world), 1);

    struct cmp_authority authority = world_authority(&world);
    authority.carry = carry;
    authority.carry_context = &line;
    cmp_outcome_clear(&first);
    assert_true(cmp_revoke(&authority, request.transaction, second.certificate, 4, &first, &error));
    assert_int_equal(first.result, CMP_GRANTED);
    struct bytes der;
    assert_int_equal(http(program.port, "/crl/tiss.crl", "", NULL, world.memory, &der), 200);
    const unsigned char *at = der.data;
    X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)der.length);
    X509_REVOKED *entry = NULL;
    assert_int_equal(X509_CRL_get0_by_cert(crl, &entry, second.certificate), 1);
    X509_CRL_free(crl);
    cmp_outcome_clear(&second);
    cmp_outcome_clear(&third);
    assert_int_equal(stop(&program, SIGTERM), 0);
}

static void issue_2_6_a_refused_certconf_revokes_in_the_crl(void **state)
{
    (void)state;
    struct program program = serve("--corrupt", "key"); /* the client refuses what is not its key */
    struct line line = {.program = &program};
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    assert_int_equal(ask(&line, &request, &outcome), CMP_CERTIFICATE_REFUSED);
    assert_true(crl_of_program_holds(&program, &request));
    assert_int_equal(stop(&program, SIGTERM), 0);
}

static void issue_2_6_a_missing_certconf_revokes_in_the_crl(void **state)
{
    (void)state;
    struct program program = serve("--confirm-seconds", "1");
    struct line line = {.program = &program, .kill_after = 1}; /* killed before the certConf can come */
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    assert_int_equal(ask(&line, &request, &outcome), CMP_UNKNOWN);
    program = serve("--confirm-seconds", "1");
    for (int tries = 0; tries < 100 && !crl_of_program_holds(&program, &request); tries++)
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    assert_true(crl_of_program_holds(&program, &request));
    assert_int_equal(stop(&program, SIGTERM), 0);
}

static void waits_and_corrupts_when_told_to(void **state)
{
    (void)state;
    struct program program = serve("--poll", "1:7");
    struct line line = {.program = &program};
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    assert_int_equal(ask(&line, &request, &outcome), CMP_WAITING);
    assert_int_equal(outcome.retry_after_s, 7);
    assert_int_equal(stop(&program, SIGINT), 0);
    program = serve("--corrupt", "key");
    request = world_request(&world);
    assert_int_equal(ask(&line, &request, &outcome), CMP_CERTIFICATE_REFUSED);
    assert_int_equal(stop(&program, SIGTERM), 0);
}

static void ocsp_is_answered_to_post_and_to_get(void **state)
{
    (void)state;
    struct program program = serve(NULL, NULL);
    struct ra_error error = {0};
    struct bytes request, posted, got;
    X509 *issuer = world.hierarchy.certificate[AUTHORITY_TISS];
    assert_true(ocsp_ask(world.memory, world.ra_certificate, issuer, &request, &error));
    assert_int_equal(http(program.port, "/ocsp", "application/ocsp-request", &request, world.memory, &posted),
                     200);
    char *text = base64_encode(world.memory, request);
    char *path = talloc_asprintf(world.memory, "/ocsp/%s", text);
    assert_int_equal(http(program.port, path, "", NULL, world.memory, &got), 200);
    assert_true(ocsp_answers(request, posted) && ocsp_answers(request, got));
    assert_int_equal(stop(&program, SIGTERM), 0);
}

static void http_refuses_what_is_not_its_own(void **state)
{
    (void)state;
    struct program program = serve(NULL, NULL);
    struct bytes answer;
    uint8_t *large = talloc_zero_size(world.memory, 70000);
    struct bytes body = {large, 70000}, rubbish = bytes_of_text("rubbish");
    static const char CMP[] = "application/pkixcmp";
    assert_int_equal(http(program.port, "/healthz", "", NULL, world.memory, &answer), 200);
    assert_int_equal(http(program.port, "/p7b/tiss.p7b", "", NULL, world.memory, &answer), 200);
    assert_int_equal(http(program.port, "/lcr/tmul.crl", "", NULL, world.memory, &answer), 200);
    assert_int_equal(http(program.port, "/crl/../keys/tr5.pem", "", NULL, world.memory, &answer), 404);
    assert_int_equal(http(program.port, "/crl/%2e%2e%2fkeys%2ftr5.crl", "", NULL, world.memory, &answer),
                     404);
    assert_int_equal(http(program.port, "/pkix/", CMP, &rubbish, world.memory, &answer), 400);
    assert_int_equal(http(program.port, "/pkix/", "text/plain", &rubbish, world.memory, &answer), 415);
    assert_int_equal(http(program.port, "/pkix/", CMP, &body, world.memory, &answer), 413);
    static const char OCSP[] = "application/ocsp-request";
    assert_int_equal(http(program.port, "/ocsp", OCSP, &rubbish, world.memory, &answer), 200);
    assert_int_equal(http(program.port, "/ocsp", CMP, &rubbish, world.memory, &answer), 415);
    assert_int_equal(http(program.port, "/pkix/", OCSP, &rubbish, world.memory, &answer), 415);
    assert_int_equal(http(program.port, "/elsewhere", CMP, &rubbish, world.memory, &answer), 404);
    const char *second[] = {"homolog-ca", "serve", world.folder, "--clock", clock_file, "--port", "0", NULL};
    struct program rival = start(second);
    assert_int_equal(finish(&rival), 1);
    assert_int_equal(stop(&program, SIGTERM), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(init_finds_everything_and_publishes),
        cmocka_unit_test(wrong_use_is_told_apart),
        cmocka_unit_test(credentials_are_valid_by_both_clocks),
        cmocka_unit_test(issue_2_6_a_repeated_transaction_gets_the_stored_certificate_a_rr_revokes),
        cmocka_unit_test(issue_2_6_a_refused_certconf_revokes_in_the_crl),
        cmocka_unit_test(issue_2_6_a_missing_certconf_revokes_in_the_crl),
        cmocka_unit_test(waits_and_corrupts_when_told_to),
        cmocka_unit_test(ocsp_is_answered_to_post_and_to_get),
        cmocka_unit_test(http_refuses_what_is_not_its_own),
    };
    return cmocka_run_group_tests(tests, make_world, drop_world);
}
