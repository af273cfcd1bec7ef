/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two ra-server on one home: the test holds the lock as the first, the program itself is the second.
 */
#include "check.h"
#include "instance_lock.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct instance {
    char home[64];
    char folder[80];
    char lock[96];
    char socket[96];
    char settings[96];
    char log[96];
    const struct config *config;
};

static int setup(void **state)
{
    struct ra_error error = {0};
    struct instance *made = talloc_zero(NULL, struct instance);
    assert_non_null(made);
    snprintf(made->home, sizeof made->home, "/tmp/ra-server.XXXXXX");
    assert_non_null(mkdtemp(made->home));
    snprintf(made->folder, sizeof made->folder, "%s/run", made->home);
    snprintf(made->lock, sizeof made->lock, "%s/lock", made->folder);
    snprintf(made->socket, sizeof made->socket, "%s/public.sock", made->folder);
    snprintf(made->settings, sizeof made->settings, "%s/server.conf", made->folder);
    snprintf(made->log, sizeof made->log, "%s/log", made->folder);
    assert_int_equal(mkdir(made->folder, 0700), 0);
    FILE *file = fopen(made->settings, "w");
    assert_non_null(file);
    fprintf(file, "home = %s\ndatabase = host=/nonexistent\n", made->home);
    assert_int_equal(fclose(file), 0);
    assert_done(config_load(made, made->settings, &made->config, &error));
    *state = made;
    return 0;
}

static int teardown(void **state)
{
    struct instance *instance = *state;
    unlink(instance->socket);
    unlink(instance->log);
    unlink(instance->settings);
    assert_int_equal(unlink(instance->lock), 0);
    assert_int_equal(rmdir(instance->folder), 0);
    assert_int_equal(rmdir(instance->home), 0);
    talloc_free(instance);
    return 0;
}

static void the_lock_is_one_and_comes_back(void **state)
{
    const struct instance *instance = *state;
    struct ra_error error = {0};
    int first = -1;
    int second = -1;
    assert_done(instance_lock_take(instance->config, &first, &error));
    assert_refused(instance_lock_take(instance->config, &second, &error), RA_CONFLICT);
    assert_int_equal(second, -1);
    assert_int_equal(close(first), 0);
    assert_done(instance_lock_take(instance->config, &second, &error));
    assert_int_equal(close(second), 0);
}

/* The exit status of a ra-server on this home, its log in `log`. */
static int run_server(const struct instance *instance, char *log, size_t size)
{
    char program[] = RA_SERVER_PROGRAM;
    char option[] = "--config";
    char settings[96];
    memcpy(settings, instance->settings, sizeof settings);
    char *const arguments[] = {program, option, settings, NULL};
    posix_spawn_file_actions_t actions;
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(
        posix_spawn_file_actions_addopen(&actions, 2, instance->log, O_WRONLY | O_CREAT | O_TRUNC, 0600), 0);
    pid_t child = -1;
    int status = 0;
    assert_int_equal(posix_spawn(&child, program, &actions, NULL, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    assert_int_equal(waitpid(child, &status, 0), child);
    FILE *file = fopen(instance->log, "r");
    assert_non_null(file);
    log[fread(log, 1, size - 1, file)] = '\0';
    fclose(file);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_true(strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void a_second_server_says_so_and_leaves_the_sockets(void **state)
{
    const struct instance *instance = *state;
    struct ra_error error = {0};
    struct stat before;
    struct stat after;
    char log[4096];
    int lock = -1;
    int live = listen_at(instance->socket);
    assert_int_equal(stat(instance->socket, &before), 0);
    assert_done(instance_lock_take(instance->config, &lock, &error));
    assert_int_equal(run_server(instance, log, sizeof log), EXIT_FAILURE);
    assert_non_null(strstr(log, "another ra-server runs on"));
    assert_int_equal(stat(instance->socket, &after), 0);
    assert_int_equal(after.st_ino, before.st_ino);
    /* With the home free the same start goes further: it is the lock that stopped it. */
    assert_int_equal(close(lock), 0);
    assert_int_equal(run_server(instance, log, sizeof log), EXIT_FAILURE);
    assert_null(strstr(log, "another ra-server"));
    assert_int_equal(close(live), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_lock_is_one_and_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_second_server_says_so_and_leaves_the_sockets, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
