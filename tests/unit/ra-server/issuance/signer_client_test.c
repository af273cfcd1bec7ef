/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Conversations with a signer: answers, messages to carry, refusals in plain words, a signer that is away,
 * dies, or talks nonsense.
 */
#include "floors/check.h"
#include "issuance/fake_signer.h"
#include "issuance/reasons.h"
#include "issuance/signer_client.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char path[64];

struct talk {
    atomic_int heard;
    atomic_int hang_up_first; /* so many messages get no answer */
    const char *answer;       /* JSON text; NULL: asks to carry, and echoes what came back */
};

/* Asks to carry and is gone before the answer of the AC comes back. */
static json_t *ask_and_leave(struct fake_signer *signer, const json_t *message, void *argument)
{
    (void)message;
    (void)argument;
    fake_signer_carry_and_leave(
        signer, json_pack("{s:s, s:s, s:s}", "type", "carry", "transaction", "00", "message", "AAEC"));
    return NULL;
}

static json_t *speak(struct fake_signer *signer, const json_t *message, void *argument)
{
    struct talk *talk = argument;
    (void)message;
    atomic_fetch_add(&talk->heard, 1);
    if (atomic_load(&talk->hang_up_first) > 0) {
        atomic_fetch_sub(&talk->hang_up_first, 1);
        return NULL;
    }
    if (talk->answer != NULL) {
        return json_loads(talk->answer, JSON_DECODE_ANY, NULL);
    }
    json_t *carried = NULL;
    for (int round = 0; round < 3; round++) {
        json_decref(carried);
        carried = fake_signer_carry(
            signer, json_pack("{s:s, s:s, s:s}", "type", "carry", "transaction", "00", "message", "AAEC"));
    }
    return json_pack("{s:s, s:o}", "type", "issued", "echo", carried);
}

static int setup(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/ra-talk.%d", (int)getpid());
    return 0;
}

static bool double_it(void *argument, TALLOC_CTX *context, struct bytes message, struct bytes *answer,
                      struct ra_error *error)
{
    (void)error;
    atomic_fetch_add((atomic_int *)argument, 1);
    uint8_t *twice = talloc_array(context, uint8_t, (unsigned)(2 * message.length));
    memcpy(twice, message.data, message.length);
    memcpy(twice + message.length, message.data, message.length);
    *answer = (struct bytes){twice, 2 * message.length};
    return true;
}

static bool lose_it(void *argument, TALLOC_CTX *context, struct bytes message, struct bytes *answer,
                    struct ra_error *error)
{
    (void)argument;
    (void)context;
    (void)message;
    (void)answer;
    return ra_fail(error, RA_UPSTREAM, "a AC não respondeu");
}

static json_t *hello(void)
{
    return json_pack("{s:s}", "type", "issue");
}

static void an_answer_comes_back(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct talk talk = {.answer = "{\"type\":\"status\",\"instance\":\"x\"}"};
    struct fake_signer *signer = fake_signer_start(path, speak, &talk);
    struct signer_client *client = signer_client_new(NULL, path);
    json_t *status = NULL;
    for (int at = 0; at < 3; at++) {
        assert_done(signer_status(client, &status, &error));
        assert_string_equal(json_string_value(json_object_get(status, "instance")), "x");
        json_decref(status);
    }
    talloc_free(client);
    fake_signer_stop(signer);
}

static void messages_are_carried_until_the_last_word(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct talk talk = {.answer = NULL};
    atomic_int carried = 0;
    struct fake_signer *signer = fake_signer_start(path, speak, &talk);
    struct signer_client *client = signer_client_new(NULL, path);
    json_t *answer = NULL;
    assert_done(signer_ask(client, hello(), double_it, &carried, &answer, &error));
    assert_int_equal(atomic_load(&carried), 3);
    const json_t *echo = json_object_get(answer, "echo");
    assert_string_equal(json_string_value(json_object_get(echo, "type")), "carried");
    assert_string_equal(json_string_value(json_object_get(echo, "message")), "AAECAAEC");
    json_decref(answer);

    assert_done(signer_ask(client, hello(), lose_it, NULL, &answer, &error));
    echo = json_object_get(answer, "echo");
    assert_string_equal(json_string_value(json_object_get(echo, "error")), "a AC não respondeu");
    json_decref(answer);
    talloc_free(client);
    fake_signer_stop(signer);
}

static bool take_time(void *argument, TALLOC_CTX *context, struct bytes message, struct bytes *answer,
                      struct ra_error *error)
{
    const struct timespec pause = {.tv_nsec = 100000000};
    (void)nanosleep(&pause, NULL);
    return double_it(argument, context, message, answer, error);
}

/* The answer of the AC finds nobody: that is no answer of the signer. */
static void a_signer_that_leaves_while_it_waits_for_the_ac_is_unavailable(void **state)
{
    (void)state;
    struct ra_error error = {0};
    atomic_int carried = 0;
    struct fake_signer *signer = fake_signer_start(path, ask_and_leave, NULL);
    struct signer_client *client = signer_client_new(NULL, path);
    json_t *answer = NULL;
    assert_refused(signer_ask(client, hello(), take_time, &carried, &answer, &error), RA_SIGNER_UNAVAILABLE);
    assert_null(answer);
    assert_int_equal(atomic_load(&carried), 1);
    talloc_free(client);
    fake_signer_stop(signer);
}

static void a_signer_that_is_away_is_said_to_be(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct signer_client *client = signer_client_new(NULL, path);
    json_t *answer = NULL;
    assert_refused(signer_ask(client, hello(), NULL, NULL, &answer, &error), RA_SIGNER_UNAVAILABLE);
    assert_null(answer);
    assert_refused(signer_ask(NULL, hello(), NULL, NULL, &answer, &error), RA_SIGNER_UNAVAILABLE);
    talloc_free(client);
}

static void a_signer_started_anew_is_found_again(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct talk talk = {.answer = "{\"type\":\"status\"}"};
    struct fake_signer *signer = fake_signer_start(path, speak, &talk);
    struct signer_client *client = signer_client_new(NULL, path);
    json_t *status = NULL;
    assert_done(signer_status(client, &status, &error));
    json_decref(status);
    fake_signer_stop(signer);
    assert_refused(signer_status(client, &status, &error), RA_SIGNER_UNAVAILABLE);
    signer = fake_signer_start(path, speak, &talk);
    assert_done(signer_status(client, &status, &error));
    json_decref(status);

    /* Killed and started between two requests: the kept connection is stale, the request is said again. */
    fake_signer_stop(signer);
    signer = fake_signer_start(path, speak, &talk);
    assert_done(signer_status(client, &status, &error));
    json_decref(status);
    talloc_free(client);
    fake_signer_stop(signer);
}

static void a_signer_that_hangs_up_twice_is_unavailable(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct talk talk = {.answer = "{\"type\":\"status\"}", .hang_up_first = 1};
    struct fake_signer *signer = fake_signer_start(path, speak, &talk);
    struct signer_client *client = signer_client_new(NULL, path);
    json_t *status = NULL;
    assert_refused(signer_status(client, &status, &error), RA_SIGNER_UNAVAILABLE);
    assert_done(signer_status(client, &status, &error));
    json_decref(status);
    talloc_free(client);
    fake_signer_stop(signer);
}

static void nonsense_is_no_answer(void **state)
{
    (void)state;
    static const char *const nonsense[] = {"[]", "{}", "{\"type\":7}", "\"status\""};
    for (size_t at = 0; at < sizeof nonsense / sizeof nonsense[0]; at++) {
        struct ra_error error = {0};
        struct talk talk = {.answer = nonsense[at]};
        struct fake_signer *signer = fake_signer_start(path, speak, &talk);
        struct signer_client *client = signer_client_new(NULL, path);
        json_t *status = NULL;
        assert_refused(signer_status(client, &status, &error), RA_SIGNER_UNAVAILABLE);
        talloc_free(client);
        fake_signer_stop(signer);
    }
}

/* The lists of revoked certificates of a large AC. */
static void a_message_that_no_packet_holds_arrives(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct talk talk = {.answer = "{\"type\":\"status\"}"};
    struct fake_signer *signer = fake_signer_start(path, speak, &talk);
    struct signer_client *client = signer_client_new(NULL, path);
    char *long_text = calloc(1, 3 << 20);
    memset(long_text, 'a', (3 << 20) - 1);
    for (int time = 0; time < 2; time++) {
        json_t *answer = NULL;
        assert_true(signer_ask(client, json_pack("{s:s}", "crls", long_text), NULL, NULL, &answer, &error));
        assert_true(signer_expect(answer, "status", &error));
        json_decref(answer);
    }
    assert_int_equal(atomic_load(&talk.heard), 2);
    free(long_text);
    talloc_free(client);
    fake_signer_stop(signer);
}

static void a_message_too_long_is_not_sent(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct talk talk = {.answer = "{\"type\":\"status\"}"};
    struct fake_signer *signer = fake_signer_start(path, speak, &talk);
    struct signer_client *client = signer_client_new(NULL, path);
    json_t *answer = NULL;
    char *long_text = calloc(1, SIGNER_MESSAGE_MAX + 1);
    memset(long_text, 'a', SIGNER_MESSAGE_MAX);
    assert_refused(signer_ask(client, json_pack("{s:s}", "type", long_text), NULL, NULL, &answer, &error),
                   RA_TOO_LARGE);
    assert_int_equal(atomic_load(&talk.heard), 0);
    free(long_text);
    talloc_free(client);
    fake_signer_stop(signer);
}

static void refusals_become_errors_of_their_reason(void **state)
{
    (void)state;
    static const struct {
        const char *reason;
        enum ra_error_code code;
    } cases[] = {
        {"proof-mail", RA_PROOF_REFUSED},
        {"attempt-key", RA_KEY_MISMATCH},
        {"binding-mismatch", RA_KEY_MISMATCH},
        {"csr-exponent", RA_CSR_REFUSED},
        {"same-agent", RA_STATEMENT_REFUSED},
        {"profile-closed", RA_RULE_REFUSED},
        {"certificate-mismatch", RA_CERTIFICATE_REFUSED},
        {"certificate-not-withdrawn", RA_CERTIFICATE_REFUSED},
        {"ac-refused", RA_UPSTREAM},
        {"internal", RA_SIGNER_UNAVAILABLE},
        {"never-heard-of", RA_INTERNAL},
    };
    for (size_t at = 0; at < sizeof cases / sizeof cases[0]; at++) {
        struct ra_error error = {0};
        json_t *refused =
            json_pack("{s:s, s:s, s:s}", "type", "refused", "reason", cases[at].reason, "detail", "x");
        assert_false(signer_expect(refused, "issued", &error));
        assert_int_equal(error.code, cases[at].code);
        assert_string_equal(error.reason, cases[at].reason);
        json_decref(refused);
    }
    struct ra_error error = {0};
    json_t *other = json_pack("{s:s}", "type", "checkpoint");
    assert_refused(signer_expect(other, "issued", &error), RA_SIGNER_UNAVAILABLE);
    assert_true(signer_expect(other, "checkpoint", &error));
    json_decref(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_back),
        cmocka_unit_test(messages_are_carried_until_the_last_word),
        cmocka_unit_test(a_signer_that_leaves_while_it_waits_for_the_ac_is_unavailable),
        cmocka_unit_test(a_signer_that_is_away_is_said_to_be),
        cmocka_unit_test(a_signer_started_anew_is_found_again),
        cmocka_unit_test(a_signer_that_hangs_up_twice_is_unavailable),
        cmocka_unit_test(nonsense_is_no_answer),
        cmocka_unit_test(a_message_that_no_packet_holds_arrives),
        cmocka_unit_test(a_message_too_long_is_not_sent),
        cmocka_unit_test(refusals_become_errors_of_their_reason),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
