/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Messages that no packet holds, over a pair of sockets.
 */
#include "check.h"
#include "pki/base/long_message.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LONG = 3 << 20 };

static int ends[2];

static int pair(void **state)
{
    (void)state;
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

static int part(void **state)
{
    (void)state;
    close(ends[0]);
    close(ends[1]);
    return 0;
}

static int taken(void)
{
    char byte = 0;
    int file = -1;
    assert_int_equal(long_message_receive(ends[1], &byte, 1, 0, &file), 1);
    assert_int_equal(byte, LONG_MESSAGE_MARK);
    assert_true(file >= 0);
    return file;
}

static void what_no_packet_holds_arrives_whole(void **state)
{
    (void)state;
    struct ra_error error = {0};
    char *sent = malloc(LONG), *content = NULL;
    size_t length = 0;
    for (size_t i = 0; i < LONG; i++)
        sent[i] = (char)(i % 251);
    assert_true(long_message_send(ends[0], (struct bytes){(const uint8_t *)sent, LONG}, &error));
    assert_true(long_message_read(taken(), LONG, &content, &length, &error));
    assert_int_equal(length, LONG);
    assert_memory_equal(content, sent, LONG);
    free(content);
    assert_true(long_message_send(ends[0], (struct bytes){(const uint8_t *)sent, LONG}, &error));
    assert_false(long_message_read(taken(), LONG - 1, &content, &length, &error));
    assert_int_equal(error.code, RA_TOO_LARGE);
    assert_null(content);
    free(sent);
}

static void a_packet_without_a_file_is_a_packet(void **state)
{
    (void)state;
    char text[8] = "";
    int file = 7;
    assert_int_equal(send(ends[0], "plain", 5, 0), 5);
    assert_int_equal(long_message_receive(ends[1], text, sizeof text, 0, &file), 5);
    assert_int_equal(file, -1);
}

/* What its sender can still change, a pipe that never ends, an empty file. */
static void only_sealed_files_are_read(void **state)
{
    (void)state;
    struct ra_error error = {0};
    char *content = NULL;
    size_t length = 0;
    int open_ended[2];
    int changeable = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int empty = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_int_equal(write(changeable, "{}", 2), 2);
    assert_int_equal(fcntl(changeable, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), 0);
    assert_int_equal(fcntl(empty, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE), 0);
    assert_int_equal(pipe(open_ended), 0);
    assert_false(long_message_read(changeable, LONG, &content, &length, &error));
    assert_false(long_message_read(empty, LONG, &content, &length, &error));
    assert_false(long_message_read(open_ended[0], LONG, &content, &length, &error));
    assert_false(long_message_read(open("/dev/zero", O_RDONLY | O_CLOEXEC), LONG, &content, &length, &error));
    assert_null(content);
    close(open_ended[1]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, pair, part)
    const struct CMUnitTest tests[] = {
        TEST(what_no_packet_holds_arrives_whole),
        TEST(a_packet_without_a_file_is_a_packet),
        TEST(only_sealed_files_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
