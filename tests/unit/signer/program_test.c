/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ra-signer and homolog-ca as they are run: two processes, the test between them as the carrier that
 * ra-server is.
 */
#include "pki/base/file.h"
#include "pki/base/long_message.h"
#include "pki/signer/listener.h"
#include "pki/signer/packet.h"
#include "pki/token/token.h"
#include "tests/unit/signer/office.h"

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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ORDER "ABCD1234EFG5"

enum { ARGUMENTS_MAX = 16, ANSWER_SECONDS = 60 };

static struct office office;
static char *clock_file;
static char *socket_path;
static pid_t ac_process;
static unsigned ac_port;
static pid_t signer_process;

/* --- processes --- */

static pid_t start(const char *program, const char *const *given, int *output)
{
    char **arguments = talloc_zero_array(office.memory, char *, ARGUMENTS_MAX);
    int channel[2];
    for (size_t i = 0; given[i] != NULL && i < ARGUMENTS_MAX - 1; i++)
        arguments[i] = talloc_strdup(arguments, given[i]);
    assert_int_equal(pipe(channel), 0);
    pid_t process = fork();
    assert_true(process >= 0);
    if (process == 0) {
        dup2(channel[1], STDOUT_FILENO);
        close(channel[0]);
        close(channel[1]);
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves nothing running */
        execvp(program, arguments);
        _exit(127);
    }
    close(channel[1]);
    *output = channel[0];
    return process;
}

static int wait_for(pid_t process)
{
    int status = 0;
    assert_int_equal(waitpid(process, &status, 0), process);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void read_line(int output, char line[256])
{
    size_t used = 0;
    memset(line, 0, 256);
    while (used < 255 && strchr(line, '\n') == NULL) {
        ssize_t got = read(output, line + used, 255 - used);
        if (got <= 0)
            return;
        used += (size_t)got;
    }
}

static void start_ac(void)
{
    static const char ANNOUNCEMENT[] = "homolog-ca: http://127.0.0.1:";
    const char *arguments[] = {"homolog-ca", "serve",  office.folder, "--clock",
                               clock_file,   "--port", "0",           NULL};
    int output;
    char line[256];
    ac_process = start(HOMOLOG_CA_PROGRAM, arguments, &output);
    read_line(output, line);
    assert_memory_equal(line, ANNOUNCEMENT, sizeof ANNOUNCEMENT - 1);
    ac_port = (unsigned)strtoul(line + sizeof ANNOUNCEMENT - 1, NULL, 10);
}

/* Runs ra-signer to its end with one more option; its first line of output into `line`. */
static int run_signer(const char *option, char line[256])
{
    const char *arguments[] = {"ra-signer", "--home", office.home, "--clock", clock_file, option, NULL};
    int output;
    pid_t process = start(RA_SIGNER_PROGRAM, arguments, &output);
    read_line(output, line);
    close(output);
    return wait_for(process);
}

static int try_connect(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
    int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    assert_true(connection >= 0);
    if (connect(connection, (const struct sockaddr *)&address, sizeof address) == 0)
        return connection;
    close(connection);
    return -1;
}

static int connect_signer(void)
{
    struct ra_error error = {0};
    int connection = try_connect();
    assert_true(connection >= 0);
    assert_true(packet_prepare(connection, &error));
    return connection;
}

/* The connection by which its readiness was seen. */
static int open_signer(void)
{
    const char *arguments[] = {"ra-signer", "--home", office.home, "--clock", clock_file, NULL};
    struct ra_error error = {0};
    int output, connection = -1;
    remove(socket_path);
    signer_process = start(RA_SIGNER_PROGRAM, arguments, &output);
    close(output);
    for (int tries = 0; tries < 1000 && (connection = try_connect()) < 0; tries++)
        nanosleep(&(struct timespec){0, 10 * 1000000L}, NULL);
    assert_true(connection >= 0);
    assert_true(packet_prepare(connection, &error));
    return connection;
}

static void start_signer(void)
{
    close(open_signer());
}

static int stop_signer(int signal_number)
{
    assert_int_equal(kill(signer_process, signal_number), 0);
    return wait_for(signer_process);
}

/* --- carrying --- */

struct download {
    struct bytes content;
};

static size_t receive(char *data, size_t size, size_t count, void *context)
{
    struct download *download = context;
    uint8_t *grown = talloc_size(office.memory, download->content.length + size * count);
    if (download->content.length > 0)
        memcpy(grown, download->content.data, download->content.length);
    memcpy(grown + download->content.length, data, size * count);
    download->content = (struct bytes){grown, download->content.length + size * count};
    return size * count;
}

static struct bytes post(struct bytes message)
{
    struct download download = {{NULL, 0}};
    char *url = talloc_asprintf(office.memory, "http://127.0.0.1:%u/.well-known/cmp", ac_port);
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/pkixcmp");
    headers = curl_slist_append(headers, "Expect:");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &download);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)message.length);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, message.data);
    assert_int_equal(curl_easy_perform(curl), CURLE_OK);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return download.content;
}

static json_t *next_message(int connection)
{
    struct ra_error error = {0};
    json_t *message = NULL;
    assert_int_equal(packet_receive(connection, ANSWER_SECONDS, &message, &error), PACKET_MESSAGE);
    return message;
}

static void send_message(int connection, json_t *message)
{
    struct ra_error error = {0};
    if (!packet_send(connection, message, &error))
        fail_msg("%s", error.detail);
}

/* Answers every carry by way of the AC until the signer's answer comes. */
static json_t *last_word(int connection)
{
    json_t *message = next_message(connection);
    while (strcmp(answer_text(message, "type"), "carry") == 0) {
        struct bytes carried;
        const char *text = answer_text(message, "message");
        assert_true(base64_decode(office.memory, text, strlen(text), &carried));
        json_decref(message);
        send_message(connection,
                     json_pack("{s:s,s:o}", "type", "carried", "message", office_base64(post(carried))));
        message = next_message(connection);
    }
    return message;
}

static json_t *converse(int connection, json_t *request)
{
    send_message(connection, request);
    return last_word(connection);
}

static json_t *ask_once(json_t *request)
{
    int connection = connect_signer();
    json_t *answer = converse(connection, request);
    close(connection);
    return answer;
}

static json_t *honest(void)
{
    struct draft draft;
    office_draft(&office, ORDER, 1, &draft);
    return office_request(&draft);
}

static json_t *resume(void)
{
    return json_pack("{s:s,s:s,s:i}", "type", "resume", "order", ORDER, "attempt", 1);
}

/* --- fixtures --- */

static int make(void **state)
{
    (void)state;
    struct ra_error error = {0};
    curl_global_init(CURL_GLOBAL_DEFAULT);
    office_make(&office);
    TALLOC_FREE(office.ac);
    clock_file = talloc_asprintf(office.memory, "%s/clock", office.folder);
    socket_path = talloc_asprintf(office.memory, "%s/run/sock", office.home);
    char *offset = talloc_asprintf(office.memory, "%lld\n", (long long)office.clock.offset_s);
    assert_true(file_write(clock_file, bytes_of_text(offset), 0644, &error));
    start_ac();
    return 0;
}

static int clean(void **state)
{
    (void)state;
    kill(ac_process, SIGTERM);
    wait_for(ac_process);
    office_free(&office);
    curl_global_cleanup();
    return 0;
}

/* A journal with the roster and nothing else, and no signer that holds it. */
static int new_life(void **state)
{
    (void)state;
    office_reset(&office);
    TALLOC_FREE(office.signer);
    return 0;
}

/* --- tests --- */

static void protocol_6_two_agents_and_a_holder_get_a_certificate(void **state)
{
    (void)state;
    start_signer();
    int connection = connect_signer();
    json_t *issued = converse(connection, honest());
    if (strcmp(answer_text(issued, "type"), "issued") != 0)
        fail_msg("%s %s", answer_text(issued, "reason"), answer_text(issued, "detail"));
    assert_int_equal(json_array_size(json_object_get(issued, "chain")), 3);
    json_t *again = converse(connection, resume());
    assert_true(json_equal(issued, again));
    json_decref(again);
    json_decref(issued);
    close(connection);
    assert_int_equal(stop_signer(SIGTERM), 0);
}

static void protocol_6_status_tells_the_truth(void **state)
{
    (void)state;
    char line[256];
    start_signer();
    json_t *status = ask_once(json_pack("{s:s}", "type", "status"));
    assert_string_equal(answer_text(status, "instance"), OFFICE_INSTANCE);
    assert_true(json_is_false(json_object_get(status, "isolated")));
    assert_int_equal(json_integer_value(json_object_get(status, "agents_floor")), 2);
    assert_int_equal(json_integer_value(json_object_get(status, "roster_version")), 1);
    assert_int_equal(json_integer_value(json_object_get(status, "tree_size")), 0);
    assert_int_equal(stop_signer(SIGTERM), 0);
    assert_int_equal(run_signer("--print-log-key", line), 0);
    line[strcspn(line, "\n")] = '\0';
    assert_string_equal(answer_text(status, "log_key"), line);
    json_decref(status);
}

/* The carrier has the message in hand when the signer dies, and the AC gets it all the same. */
static void protocol_6_kill_9_while_the_ac_works_loses_nothing(void **state)
{
    (void)state;
    int before = office_count_issued(&office);
    start_signer();
    int connection = connect_signer();
    send_message(connection, honest());
    json_t *carry = next_message(connection);
    struct bytes carried;
    const char *text = answer_text(carry, "message");
    assert_string_equal(answer_text(carry, "type"), "carry");
    assert_true(base64_decode(office.memory, text, strlen(text), &carried));
    assert_int_equal(stop_signer(SIGKILL), 128 + SIGKILL);
    post(carried);
    close(connection);
    start_signer();
    json_t *answer = ask_once(resume());
    assert_string_equal(answer_text(answer, "type"), "issued");
    assert_string_equal(answer_text(answer, "transaction"), answer_text(carry, "transaction"));
    assert_int_equal(office_count_issued(&office), before + 1);
    json_decref(answer);
    json_decref(carry);
    assert_int_equal(stop_signer(SIGTERM), 0);
}

static void protocol_6_a_carrier_that_leaves_makes_the_attempt_unknown(void **state)
{
    (void)state;
    start_signer();
    int connection = connect_signer();
    send_message(connection, honest());
    json_decref(next_message(connection));
    close(connection);
    json_t *status = NULL;
    for (int tries = 0; tries < 100; tries++) {
        json_decref(status);
        status = ask_once(json_pack("{s:s}", "type", "status"));
        if (json_integer_value(json_object_get(status, "unknown")) == 1)
            break;
        nanosleep(&(struct timespec){0, 20 * 1000000L}, NULL);
    }
    assert_int_equal(json_integer_value(json_object_get(status, "unknown")), 1);
    json_decref(status);
    connection = connect_signer();
    send_message(connection, resume());
    json_decref(next_message(connection));
    send_message(connection, json_pack("{s:s,s:s}", "type", "carried", "error", "no route"));
    json_t *pending = next_message(connection);
    assert_string_equal(answer_text(pending, "type"), "pending");
    assert_string_equal(answer_text(pending, "state"), "unknown");
    json_decref(pending);
    close(connection);
    json_t *answer = ask_once(resume());
    assert_string_equal(answer_text(answer, "type"), "issued");
    json_decref(answer);
    assert_int_equal(stop_signer(SIGTERM), 0);
}

static void expect_malformed(int connection, const char *text, size_t length)
{
    assert_int_equal(send(connection, text, length, MSG_NOSIGNAL), (ssize_t)length);
    json_t *answer = next_message(connection);
    assert_string_equal(answer_text(answer, "type"), "refused");
    assert_string_equal(answer_text(answer, "reason"), "malformed");
    json_decref(answer);
}

static void protocol_6_what_is_no_message_is_refused_and_the_signer_lives(void **state)
{
    (void)state;
    start_signer();
    int connection = connect_signer();
    char *large = talloc_array(office.memory, char, PACKET_MAX + 1);
    memset(large, '[', PACKET_MAX + 1);
    expect_malformed(connection, "{", 1);
    expect_malformed(connection, "[]", 2);
    expect_malformed(connection, "{\"type\":\"status\",\"type\":\"status\"}", 33);
    expect_malformed(connection, "{\"type\":\"stat\0s\"}", 17);
    expect_malformed(connection, "{\"type\":\"\xff\"}", 12);
    expect_malformed(connection, large, PACKET_MAX);
    expect_malformed(connection, large, PACKET_MAX + 1);
    expect_malformed(connection, "@", 1); /* and no file */
    json_t *status = converse(connection, json_pack("{s:s}", "type", "status"));
    assert_string_equal(answer_text(status, "type"), "status");
    json_decref(status);
    close(connection);
    assert_int_equal(stop_signer(SIGTERM), 0);
}

/* The agents' AC, had it revoked so many. */
static const char *list_of_a_large_ac(void)
{
    enum { REVOKED = 20000 };
    struct bytes der;
    unsigned char *made = NULL;
    assert_true(base64_decode(office.memory, office.crls[0], strlen(office.crls[0]), &der));
    const unsigned char *at = der.data;
    X509_CRL *list = d2i_X509_CRL(NULL, &at, (long)der.length);
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    for (long number = 1; number <= REVOKED; number++) {
        X509_REVOKED *entry = X509_REVOKED_new();
        assert_int_equal(ASN1_INTEGER_set(serial, (number << 32) + 1), 1);
        assert_int_equal(X509_REVOKED_set_serialNumber(entry, serial), 1);
        assert_int_equal(
            X509_REVOKED_set_revocationDate(entry, (ASN1_TIME *)(uintptr_t)X509_CRL_get0_lastUpdate(list)),
            1);
        assert_int_equal(X509_CRL_add0_revoked(list, entry), 1);
    }
    assert_true(X509_CRL_sign(list, office.hierarchy.key[AUTHORITY_TMUL], EVP_sha256()) > 0);
    int length = i2d_X509_CRL(list, &made);
    const char *text = base64_encode(office.memory, (struct bytes){made, (size_t)length});
    OPENSSL_free(made);
    ASN1_INTEGER_free(serial);
    X509_CRL_free(list);
    return text;
}

static json_t *send_long(int connection, const char *text)
{
    struct ra_error error = {0};
    assert_true(long_message_send(connection, bytes_of_text(text), &error));
    return last_word(connection);
}

static void protocol_6_lists_that_no_packet_holds_are_judged_by(void **state)
{
    (void)state;
    const char *usual = office.crls[0];
    start_signer();
    int connection = connect_signer();
    office.crls[0] = list_of_a_large_ac();
    json_t *request = honest();
    office.crls[0] = usual;
    char *text = json_dumps(request, JSON_COMPACT);
    assert_true(strlen(text) > 4 * PACKET_MAX);
    json_t *answer = send_long(connection, text);
    assert_string_equal(answer_text(answer, "type"), "issued");
    json_decref(answer);
    answer = send_long(connection, "[]");
    assert_string_equal(answer_text(answer, "reason"), "malformed");
    json_decref(answer);
    free(text);
    json_decref(request);
    close(connection);
    assert_int_equal(stop_signer(SIGTERM), 0);
}

static void design_no_more_than_sixteen_connections(void **state)
{
    (void)state;
    int connections[LISTENER_CONNECTIONS];
    /* A place that was left is free when its thread has seen that: none may be left before. */
    for (size_t i = 0; i < LISTENER_CONNECTIONS; i++) {
        connections[i] = i == 0 ? open_signer() : connect_signer();
        json_decref(converse(connections[i], json_pack("{s:s}", "type", "status")));
    }
    struct ra_error error = {0};
    json_t *message = NULL;
    int extra = connect_signer();
    assert_int_equal(packet_receive(extra, ANSWER_SECONDS, &message, &error), PACKET_CLOSED);
    close(extra);
    for (size_t i = 0; i < LISTENER_CONNECTIONS; i++)
        close(connections[i]);
    assert_int_equal(stop_signer(SIGTERM), 0);
}

/* Part 9: no core is ever left, and keys are never swapped out (their heap is locked under any limit). */
static void expect_limits_and_lock(void)
{
    char line[256];
    bool no_core = false;
    FILE *limits = fopen(talloc_asprintf(office.memory, "/proc/%d/limits", (int)signer_process), "re");
    assert_non_null(limits);
    while (fgets(line, sizeof line, limits) != NULL)
        no_core = no_core || (strncmp(line, "Max core file size", 18) == 0 &&
                              strstr(line, " 0                    0 ") != NULL);
    fclose(limits);
    assert_true(no_core);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* theirs does not lock: sandbox.c */
    long locked = 0;
    FILE *status = fopen(talloc_asprintf(office.memory, "/proc/%d/status", (int)signer_process), "re");
    assert_non_null(status);
    while (fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, "VmLck:", 6) == 0)
            locked = strtol(line + 6, NULL, 10);
    fclose(status);
    assert_true(locked > 0);
#endif
}

static void protocol_6_the_running_signer_is_confined(void **state)
{
    (void)state;
    start_signer();
    json_decref(ask_once(json_pack("{s:s}", "type", "status"))); /* nobody is answered before */
    char *path = talloc_asprintf(office.memory, "/proc/%d/status", (int)signer_process);
    FILE *status = fopen(path, "re");
    char line[256];
    int found = 0;
    assert_non_null(status);
    while (fgets(line, sizeof line, status) != NULL)
        found += strcmp(line, "NoNewPrivs:\t1\n") == 0 || strcmp(line, "Seccomp:\t2\n") == 0;
    fclose(status);
    assert_int_equal(found, 2);
    expect_limits_and_lock();
    struct stat socket_status;
    assert_int_equal(stat(socket_path, &socket_status), 0);
    assert_int_equal(socket_status.st_mode & 0777, 0660);
    assert_int_equal(stop_signer(SIGTERM), 0);
}

static struct bytes read_conf(void)
{
    struct ra_error error = {0};
    struct bytes content = {NULL, 0};
    char *path = talloc_asprintf(office.memory, "%s/conf/signer.conf", office.home);
    assert_true(file_read(office.memory, path, 1 << 16, &content, &error));
    return content;
}

static void write_conf(struct bytes content, const char *more)
{
    char *path = talloc_asprintf(office.memory, "%s/conf/signer.conf", office.home);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(content.data, 1, content.length, file), content.length);
    assert_true(fputs(more, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* The status says `expected` as soon as the signal was taken. */
static void reload_until(json_int_t expected)
{
    json_int_t floor = -1;
    assert_int_equal(kill(signer_process, SIGHUP), 0);
    for (int tries = 0; tries < 200 && floor != expected; tries++) {
        json_t *status = ask_once(json_pack("{s:s}", "type", "status"));
        floor = json_integer_value(json_object_get(status, "agents_floor"));
        assert_int_equal(json_integer_value(json_object_get(status, "roster_version")), 1);
        json_decref(status);
        nanosleep(&(struct timespec){0, 10 * 1000000L}, NULL);
    }
    assert_int_equal(floor, expected);
}

static void issue_5_files_are_read_again_without_a_restart(void **state)
{
    (void)state;
    const struct bytes before = read_conf();
    start_signer();
    json_decref(ask_once(office_roster(&office, 1)));
    write_conf(before, "agents_floor = 1\n");
    reload_until(1);
    /* Files that do not hold change nothing. */
    write_conf(before, "agents_floor = many\n");
    reload_until(1);
    write_conf(before, "");
    reload_until(2);
    assert_int_equal(stop_signer(SIGTERM), 0);
}

/* --- the AR's key apart --- */

static int run_quietly(const char *const *arguments)
{
    int output;
    pid_t process = start(arguments[0], arguments, &output);
    char line[256];
    read_line(output, line);
    close(output);
    return wait_for(process);
}

static void write_text(const char *path, const char *text)
{
    struct ra_error error = {0};
    remove(path);
    assert_true(file_write(path, bytes_of_text(text), 0600, &error));
}

#define SOFTHSM "/usr/lib/softhsm/libsofthsm2.so"

/* A token of SoftHSM in which the AR's key was made; ra.pem then has its certificates alone. */
static void move_key_to_token(void)
{
    struct ra_error error = {0};
    struct token *token = NULL;
    EVP_PKEY *key = NULL;
    char *folder = talloc_asprintf(office.memory, "%s/tokens", office.folder);
    char *conf = talloc_asprintf(office.memory, "%s/softhsm2.conf", office.folder);
    char *pem = talloc_asprintf(office.memory, "%s/conf/ra.pem", office.home);
    assert_int_equal(mkdir(folder, 0700), 0);
    write_text(conf,
               talloc_asprintf(office.memory, "directories.tokendir = %s\nlog.level = ERROR\n", folder));
    assert_int_equal(setenv("SOFTHSM2_CONF", conf, 1), 0);
    const char *const make_token[] = {"softhsm2-util", "--init-token", "--free",   "--label", "ar",
                                      "--pin",         "271828",       "--so-pin", "314159",  NULL};
    assert_int_equal(run_quietly(make_token), 0);
    assert_true(token_open(office.memory, "pkcs11:token=ar", SOFTHSM, TOKEN_READY, &token, &error));
    assert_true(token_login(token, "271828", NULL, NULL, &error));
    assert_true(token_make_key(token, "ar-cmp", 2048, &key, &error));
    assert_true(credentials_certify_ra(&office.registry, key, pem, &error));
    EVP_PKEY_free(key);
    talloc_free(token);
}

static pid_t start_holder(void)
{
    char *door = talloc_asprintf(office.memory, "%s/run/key.sock", office.home);
    char *pin = talloc_asprintf(office.memory, "%s/pin", office.folder);
    char *uid = talloc_asprintf(office.memory, "%u", (unsigned)geteuid());
    const char *arguments[] = {"ra-keyholder",
                               "--socket",
                               door,
                               "--peer-uid",
                               uid,
                               "--uri",
                               "pkcs11:token=ar",
                               "--label",
                               "ar-cmp",
                               "--module",
                               "/usr/lib/softhsm/libsofthsm2.so",
                               "--pin-file",
                               pin,
                               NULL};
    int output;
    struct stat status;
    write_text(pin, "271828\n");
    remove(door);
    pid_t process = start(RA_KEYHOLDER_PROGRAM, arguments, &output);
    close(output);
    for (int tries = 0; tries < 1000 && stat(door, &status) != 0; tries++)
        nanosleep(&(struct timespec){0, 10 * 1000000L}, NULL);
    assert_int_equal(stat(door, &status), 0);
    return process;
}

static void issue_5_the_ars_key_may_lie_in_a_token(void **state)
{
    (void)state;
    const struct bytes before = read_conf();
    char *pem = talloc_asprintf(office.memory, "%s/conf/ra.pem", office.home);
    struct ra_error error = {0};
    struct bytes credential = {NULL, 0};
    char line[256];
    assert_true(file_read(office.memory, pem, 1 << 16, &credential, &error));
    move_key_to_token();
    write_conf(before, "ra_key = holder\n");
    assert_int_equal(run_signer(NULL, line), 1); /* nobody holds it yet */
    pid_t holder = start_holder();
    start_signer();
    json_decref(ask_once(office_roster(&office, 1)));
    json_t *answer = ask_once(honest());
    assert_string_equal(answer_text(answer, "type"), "issued");
    json_decref(answer);
    /* Without the holder nothing is signed for the AC any more; what is known stays known. */
    assert_int_equal(kill(holder, SIGKILL), 0);
    wait_for(holder);
    answer = ask_once(resume());
    assert_string_equal(answer_text(answer, "type"), "issued");
    json_decref(answer);
    struct draft draft;
    office_draft(&office, "ZZZZ9999ZZZ9", 1, &draft);
    answer = ask_once(office_request(&draft));
    assert_string_not_equal(answer_text(answer, "type"), "issued");
    json_decref(answer);
    assert_int_equal(stop_signer(SIGTERM), 0);
    write_text(pem, talloc_strndup(office.memory, (const char *)credential.data, credential.length));
    write_conf(before, "");
}

static void expect_no_start(void)
{
    char line[256];
    assert_int_equal(run_signer(NULL, line), 1);
}

static void protocol_6_a_missing_or_shorter_journal_stops_the_signer_until_started_anew(void **state)
{
    (void)state;
    char line[256];
    char *path = talloc_asprintf(office.memory, "%s/journal", office.journal);
    char *head = talloc_asprintf(office.memory, "%s/head", office.journal);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(truncate(path, status.st_size - 1), 0);
    expect_no_start();
    assert_int_equal(remove(path), 0);
    expect_no_start();
    assert_int_equal(run_signer("--new-journal", line), 0);
    start_signer();
    json_t *answer = ask_once(json_pack("{s:s}", "type", "status"));
    assert_int_equal(json_integer_value(json_object_get(answer, "roster_version")), 0);
    json_decref(answer);
    json_decref(ask_once(office_roster(&office, 3)));
    assert_int_equal(stop_signer(SIGTERM), 0);
    assert_int_equal(run_signer("--new-journal", line), 1); /* it is sound and in use */
    assert_int_equal(remove(head), 0);
    expect_no_start();
}

static void design_13_open_keys_stop_the_signer(void **state)
{
    (void)state;
    static const char *const KEYS[] = {"log.key", "ra.pem"};
    for (size_t i = 0; i < 2; i++) {
        char *path = talloc_asprintf(office.memory, "%s/conf/%s", office.home, KEYS[i]);
        assert_int_equal(chmod(path, 0640), 0);
        expect_no_start();
        assert_int_equal(chmod(path, 0600), 0);
    }
    char *path = talloc_asprintf(office.memory, "%s/conf/signer.conf", office.home);
    assert_int_equal(chmod(path, 0666), 0);
    expect_no_start();
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(chmod(office.home, 0777), 0); /* conf/ could be exchanged as a whole */
    expect_no_start();
    assert_int_equal(chmod(office.home, 0700), 0);
    char *elsewhere = talloc_asprintf(office.memory, "%s/elsewhere", office.folder);
    assert_int_equal(rename(path, elsewhere), 0);
    assert_int_equal(symlink(elsewhere, path), 0); /* what was judged must be what is read */
    expect_no_start();
    assert_int_equal(rename(elsewhere, path), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, new_life)
    const struct CMUnitTest tests[] = {
        TEST(protocol_6_two_agents_and_a_holder_get_a_certificate),
        TEST(protocol_6_status_tells_the_truth),
        TEST(protocol_6_kill_9_while_the_ac_works_loses_nothing),
        TEST(protocol_6_a_carrier_that_leaves_makes_the_attempt_unknown),
        TEST(protocol_6_what_is_no_message_is_refused_and_the_signer_lives),
        TEST(protocol_6_lists_that_no_packet_holds_are_judged_by),
        TEST(design_no_more_than_sixteen_connections),
        TEST(protocol_6_the_running_signer_is_confined),
        TEST(issue_5_files_are_read_again_without_a_restart),
        TEST(issue_5_the_ars_key_may_lie_in_a_token),
        TEST(protocol_6_a_missing_or_shorter_journal_stops_the_signer_until_started_anew),
        TEST(design_13_open_keys_stop_the_signer),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
