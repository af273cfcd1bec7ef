/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The AR's client against a server that is not ours: the mock that `openssl cmp` brings along, over HTTP.
 * Protected by signature and by MAC, asked by ir and by p10cr, answered at once and after polling.
 */
#include "pki/cmp/cmp_message.h"
#include "tests/unit/pki-cmp/world.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 40 };

static struct world world;
static pid_t mock;
static unsigned port;
static X509_REQ *csr;
static CURL *curl; /* one connection: the mock forgets a transaction whose connection ends */

static char *in_folder(const char *name)
{
    return talloc_asprintf(world.memory, "%s/%s", world.folder, name);
}

static unsigned free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(probe, (const struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(probe, (struct sockaddr *)&address, &size), 0);
    close(probe);
    return ntohs(address.sin_port);
}

static bool answers(void)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
    int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = connect(probe, (const struct sockaddr *)&address, sizeof address) == 0;
    close(probe);
    return ok;
}

/* Starts the mock with these options besides its port and the certificate it hands out. */
static void start_mock(const char *const *options)
{
    char *arguments[ARGUMENTS_MAX] = {NULL};
    int count = 0;
    port = free_port();
    const char *const first[] = {"openssl",
                                 "cmp",
                                 "-port",
                                 talloc_asprintf(world.memory, "%u", port),
                                 "-rsp_cert",
                                 in_folder("made.pem"),
                                 "-accept_raverified",
                                 NULL};
    for (const char *const *at = first; *at != NULL; at++)
        arguments[count++] = talloc_strdup(world.memory, *at);
    for (const char *const *at = options; *at != NULL && count < ARGUMENTS_MAX - 1; at++)
        arguments[count++] = talloc_strdup(world.memory, *at);
    mock = fork();
    assert_true(mock >= 0);
    if (mock == 0) {
        int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
        dup2(nowhere, STDIN_FILENO);
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves nothing running */
        execvp("openssl", arguments);
        _exit(127);
    }
    for (int tries = 0; tries < 500 && !answers(); tries++)
        nanosleep(&(struct timespec){0, 10 * 1000000L}, NULL);
    assert_true(answers());
}

static int stop_mock(void **state)
{
    (void)state;
    kill(mock, SIGKILL);
    return waitpid(mock, NULL, 0) == mock ? 0 : -1;
}

/* --- carrying --- */

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

static bool carry(void *context, struct bytes request, TALLOC_CTX *memory, struct bytes *response,
                  struct ra_error *error)
{
    (void)context;
    struct download download = {.memory = memory};
    struct cmp_peek peek;
    assert_true(cmp_peek(request, &peek, error));
    world.body_types[world.carried++] = peek.body_type;
    char *url = talloc_asprintf(memory, "http://127.0.0.1:%u/", port);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/pkixcmp");
    headers = curl_slist_append(headers, "Expect:");
    headers = curl_slist_append(headers, "Connection: keep-alive");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)request.length);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)request.data);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &download);
    CURLcode result = curl_easy_perform(curl);
    curl_slist_free_all(headers);
    *response = download.content;
    return result == CURLE_OK || ra_fail(error, RA_UPSTREAM, "%s", curl_easy_strerror(result));
}

/* --- fixtures --- */

static void write_pem(const char *name, X509 *certificate)
{
    FILE *file = fopen(in_folder(name), "we");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    fclose(file);
}

/* The mock makes no certificate: it hands out the one that our own CA made for the holder's key. */
static int make_world(void **state)
{
    (void)state;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    world_make_at(&world, 0);
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    world_expect_granted(&world, &request, &outcome);
    write_pem("made.pem", outcome.certificate);
    cmp_outcome_clear(&outcome);
    csr = X509_REQ_new();
    assert_int_equal(X509_REQ_set_subject_name(csr, world.subject), 1);
    assert_int_equal(X509_REQ_set_pubkey(csr, world.holder_key), 1);
    assert_true(X509_REQ_sign(csr, world.holder_key, EVP_sha256()) > 0);
    return 0;
}

static int drop_world(void **state)
{
    (void)state;
    X509_REQ_free(csr);
    world_free(&world);
    return 0;
}

static struct cmp_authority by_signature(void)
{
    struct cmp_authority authority = world_authority(&world);
    authority.carry = carry;
    return authority;
}

static struct cmp_authority by_mac(void)
{
    struct cmp_authority authority = by_signature();
    authority.ra_certificate = NULL;
    authority.ra_key = NULL;
    authority.mac_reference = bytes_of_text("ar-de-teste");
    authority.mac_secret = bytes_of_text("um segredo com a AC");
    return authority;
}

enum { MORE = 4 };

static void start_signing_mock(const char *const more[MORE])
{
    const char *const options[] = {"-srv_cert",
                                   in_folder("certificates/cmp.pem"),
                                   "-srv_key",
                                   in_folder("keys/cmp.pem"),
                                   "-srv_trusted",
                                   in_folder("certificates/tr5.pem"),
                                   "-srv_untrusted",
                                   in_folder("public/ac-chain.pem"),
                                   "-rsp_extracerts",
                                   in_folder("public/ac-chain.pem"),
                                   more[0],
                                   more[1],
                                   more[2],
                                   more[3],
                                   NULL};
    start_mock(options);
}

static void start_secret_mock(const char *secret)
{
    const char *const options[] = {"-srv_ref",
                                   "ar-de-teste",
                                   "-srv_secret",
                                   talloc_asprintf(world.memory, "pass:%s", secret),
                                   "-rsp_extracerts",
                                   in_folder("public/ac-chain.pem"),
                                   NULL};
    start_mock(options);
}

/* --- one exchange --- */

static bool ask(const struct cmp_authority *authority, const X509_REQ *by_csr, struct cmp_outcome *outcome)
{
    struct ra_error error = {0};
    struct cmp_certificate_request request = world_request(&world);
    request.csr = by_csr;
    world.carried = 0;
    world.checks = 0;
    struct cmp_exchange *exchange = cmp_exchange_new(world.memory, authority, &request, &error);
    assert_non_null(exchange);
    curl = curl_easy_init();
    bool understood = cmp_exchange_advance(exchange, outcome, &error);
    while (understood && outcome->result == CMP_WAITING) {
        cmp_outcome_clear(outcome);
        understood = cmp_exchange_advance(exchange, outcome, &error);
    }
    if (!understood)
        print_message("%s\n", error.detail);
    talloc_free(exchange);
    curl_easy_cleanup(curl);
    return understood;
}

static void expect_granted(const struct cmp_authority *authority, const X509_REQ *by_csr, int first_body)
{
    struct cmp_outcome outcome;
    assert_true(ask(authority, by_csr, &outcome));
    assert_int_equal(outcome.result, CMP_GRANTED);
    assert_int_equal(world.checks, 1);
    assert_int_equal(world.body_types[0], first_body);
    assert_int_equal(world.body_types[world.carried - 1], CMP_BODY_CERTCONF);
    assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(outcome.certificate), world.holder_key), 1);
    cmp_outcome_clear(&outcome);
}

static void issue_5_ir_and_p10cr_by_signature(void **state)
{
    (void)state;
    const struct cmp_authority authority = by_signature();
    start_signing_mock((const char *const[MORE]){NULL});
    expect_granted(&authority, NULL, CMP_BODY_IR);
    expect_granted(&authority, csr, CMP_BODY_P10CR);
}

static void issue_5_ir_and_p10cr_by_mac(void **state)
{
    (void)state;
    const struct cmp_authority authority = by_mac();
    start_secret_mock("um segredo com a AC");
    expect_granted(&authority, NULL, CMP_BODY_IR);
    expect_granted(&authority, csr, CMP_BODY_P10CR);
}

static void issue_5_polling(void **state)
{
    (void)state;
    const struct cmp_authority authority = by_signature();
    start_signing_mock((const char *const[MORE]){"-poll_count", "2"});
    expect_granted(&authority, NULL, CMP_BODY_IR);
    assert_true(world.carried >= 4);
}

static void issue_5_another_secret_is_no_answer(void **state)
{
    (void)state;
    const struct cmp_authority authority = by_mac();
    struct cmp_outcome outcome;
    start_secret_mock("outro segredo");
    assert_false(ask(&authority, NULL, &outcome));
    assert_int_equal(outcome.result, CMP_UNKNOWN);
    assert_int_equal(world.checks, 0);
}

static void issue_5_a_refusal_is_understood(void **state)
{
    (void)state;
    const struct cmp_authority authority = by_signature();
    struct cmp_outcome outcome;
    start_signing_mock((const char *const[MORE]){"-pkistatus", "2"});
    assert_true(ask(&authority, NULL, &outcome));
    assert_int_equal(outcome.result, CMP_REFUSED);
    assert_int_equal(world.checks, 0);
    cmp_outcome_clear(&outcome);
}

/* What is said of who asks, or of the message, says nothing of a certificate that an earlier one may have
 * brought: an AR's credential that lapsed in between must not begin a second transaction. */
static void protocol_6_an_ac_that_does_not_know_us_any_more_has_not_refused(void **state)
{
    (void)state;
    const struct cmp_authority authority = by_signature();
    struct cmp_outcome outcome;
    start_signing_mock((const char *const[MORE]){"-pkistatus", "2", "-failure", "20"}); /* signerNotTrusted */
    assert_false(ask(&authority, NULL, &outcome));
    assert_int_equal(outcome.result, CMP_UNKNOWN);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, stop_mock)
    const struct CMUnitTest tests[] = {
        TEST(issue_5_ir_and_p10cr_by_signature),
        TEST(issue_5_ir_and_p10cr_by_mac),
        TEST(issue_5_polling),
        TEST(issue_5_another_secret_is_no_answer),
        TEST(issue_5_a_refusal_is_understood),
        TEST(protocol_6_an_ac_that_does_not_know_us_any_more_has_not_refused),
    };
    return cmocka_run_group_tests(tests, make_world, drop_world);
}
