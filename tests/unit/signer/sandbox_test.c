/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the signer can no longer do once confined. Each attempt runs in a child that reports by its exit
 * status.
 */
#include "pki/signer/sandbox.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CONFINED = 0, COULD = 1, NO_FILTER = 2, NO_LANDLOCK = 3 };

static char home[32]; /* with a conf/ in which a file lies */

/* Runs `attempt` in a confined child: CONFINED when it fails with EPERM or EACCES. */
static int confined(int (*attempt)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct ra_error error = {0};
        bool files_confined = false;
        if (!sandbox_hide_memory(&error) || !sandbox_enter(home, &files_confined, &error))
            _exit(NO_FILTER);
        if (!files_confined)
            _exit(NO_LANDLOCK);
        errno = 0;
        _exit(attempt() == -1 && (errno == EPERM || errno == EACCES) ? CONFINED : COULD);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int make_inet(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}
static int make_inet6(void)
{
    return socket(AF_INET6, SOCK_DGRAM, 0);
}
static int make_netlink(void)
{
    return socket(AF_NETLINK, SOCK_RAW, 0);
}
static int make_pair(void)
{
    int pair[2];
    return socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}
static int connect_out(void)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
    return connect(STDIN_FILENO, (const struct sockaddr *)&address, sizeof address);
}
static int ring(void)
{
    return (int)syscall(SYS_io_uring_setup, 1, NULL);
}
static int execute(void)
{
    char *const arguments[] = {NULL};
    return execve("/bin/true", arguments, arguments);
}
static int execute_at(void)
{
    char *const arguments[] = {NULL};
    return (int)syscall(SYS_execveat, AT_FDCWD, "/bin/true", arguments, arguments, 0);
}
static int write_file(void)
{
    return open("/dev/null", O_WRONLY | O_CLOEXEC);
}
static int create_file(void)
{
    return open("/tmp/ra-signer-sandbox-test", O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
}
/* Each works without the filter: the file is this user's. */
static char kept[32];

static int empty_file(void)
{
    return open(kept, O_RDONLY | O_TRUNC | O_CLOEXEC);
}
static int empty_file_by_the_old_call(void)
{
    return (int)syscall(SYS_open, kept, O_RDONLY | O_TRUNC);
}
static int remove_file(void)
{
    return unlink(kept);
}
static int trace(void)
{
    return (int)syscall(SYS_ptrace, PTRACE_TRACEME, 0, NULL, NULL);
}
static int read_memory(void)
{
    return (int)syscall(SYS_process_vm_writev, getppid(), NULL, 0, NULL, 0, 0);
}
static int change_root(void)
{
    return chroot("/");
}

static int read_at(const char *folder, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}
static int read_own_file(void)
{
    return read_at(home, "conf/own");
}
static int read_beside_it(void)
{
    return read_at(home, "beside");
}
static int read_around_it(void)
{
    return read_at(home, "conf/../beside");
}
static int read_elsewhere(void)
{
    return read_at("/etc", "passwd");
}
static int list_elsewhere(void)
{
    return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void issue_5_no_file_beyond_its_directory(void **state)
{
    (void)state;
    assert_int_equal(confined(read_own_file), COULD);
    assert_int_equal(confined(read_beside_it), CONFINED);
    assert_int_equal(confined(read_around_it), CONFINED);
    assert_int_equal(confined(read_elsewhere), CONFINED);
    assert_int_equal(confined(list_elsewhere), CONFINED);
}

static void protocol_6_no_socket_can_be_made(void **state)
{
    (void)state;
    assert_int_equal(confined(make_inet), CONFINED);
    assert_int_equal(confined(make_inet6), CONFINED);
    assert_int_equal(confined(make_netlink), CONFINED);
    assert_int_equal(confined(make_pair), CONFINED);
    assert_int_equal(confined(connect_out), CONFINED);
    assert_int_equal(confined(ring), CONFINED);
}

static void protocol_6_no_program_can_be_executed(void **state)
{
    (void)state;
    assert_int_equal(confined(execute), CONFINED);
    assert_int_equal(confined(execute_at), CONFINED);
}

static void protocol_6_no_file_can_be_opened_for_writing(void **state)
{
    (void)state;
    assert_int_equal(confined(write_file), CONFINED);
    assert_int_equal(confined(create_file), CONFINED);
    assert_int_equal(confined(change_root), CONFINED);
}

static void protocol_6_no_file_can_be_emptied_or_removed(void **state)
{
    (void)state;
    struct stat status;
    memcpy(kept, "/tmp/sandbox-test.XXXXXX", sizeof "/tmp/sandbox-test.XXXXXX");
    int file = mkstemp(kept);
    assert_true(file >= 0);
    assert_int_equal(write(file, "kept", 4), 4);
    assert_int_equal(confined(empty_file), CONFINED);
    assert_int_equal(confined(empty_file_by_the_old_call), CONFINED);
    assert_int_equal(confined(remove_file), CONFINED);
    assert_int_equal(fstat(file, &status), 0);
    assert_int_equal(status.st_size, 4);
    assert_int_equal(unlink(kept), 0);
    close(file);
}

static void protocol_6_no_process_can_be_touched(void **state)
{
    (void)state;
    assert_int_equal(confined(read_memory), CONFINED);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    assert_int_equal(confined(trace), CONFINED);
#else
    (void)trace; /* left to the sanitizers: their leak check traces its own process */
#endif
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static int map_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
}
static int turn_into_code(void)
{
    static _Alignas(4096) char page[4096];
    return mprotect(page, sizeof page, PROT_READ | PROT_EXEC);
}
static int map_data(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1
                                                                                                      : 0;
}
#endif
static int lower_a_limit_of_another(void)
{
    const struct rlimit none = {0, 0};
    return (int)syscall(SYS_prlimit64, getppid(), RLIMIT_NOFILE, &none, NULL);
}
static int allow_cores(void)
{
    const struct rlimit all = {1 << 20, 1 << 20};
    return (int)syscall(SYS_prlimit64, 0, RLIMIT_CORE, &all, NULL);
}
static int read_a_limit(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_CORE, &limit);
}
static int signal_another(void)
{
    return (int)syscall(SYS_tgkill, getppid(), getppid(), 0);
}
static int signal_itself(void)
{
    return (int)syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), 0);
}

static void issue_5_calls_that_are_half_allowed_do_that_half(void **state)
{
    (void)state;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    assert_int_equal(confined(map_code), CONFINED);
    assert_int_equal(confined(turn_into_code), CONFINED);
    assert_int_equal(confined(map_data), COULD);
#endif
    assert_int_equal(confined(lower_a_limit_of_another), CONFINED);
    assert_int_equal(confined(allow_cores), CONFINED);
    assert_int_equal(confined(read_a_limit), COULD);
    assert_int_equal(confined(signal_another), CONFINED);
    assert_int_equal(confined(signal_itself), COULD);
}

/* Each with arguments that mean nothing: the filter says no before the kernel looks at them, and without it
 * they would fail as EBADF, EFAULT or EINVAL; but without privileges the kernel itself refuses some of them
 * so. */
static const struct {
    const char *name;
    long number;
} forbidden[] = {
#define CALL(name)                                                                                           \
    {                                                                                                        \
#name, SYS_##name                                                                                    \
    }
    CALL(bind),
    CALL(listen),
    CALL(connect),
    CALL(socket),
    CALL(socketpair),
    CALL(sendmmsg),
    CALL(recvmmsg),
    CALL(creat),
    CALL(truncate),
    CALL(ftruncate),
    CALL(rename),
    CALL(renameat2),
    CALL(link),
    CALL(linkat),
    CALL(symlink),
    CALL(mkdir),
    CALL(rmdir),
    CALL(unlinkat),
    CALL(mknod),
    CALL(chmod),
    CALL(fchmod),
    CALL(fchmodat),
    CALL(chown),
    CALL(fchownat),
    CALL(setxattr),
    CALL(fsetxattr),
    CALL(utimensat),
    CALL(fallocate),
    CALL(openat2),
    CALL(open_by_handle_at),
    CALL(name_to_handle_at),
    CALL(mount),
    CALL(umount2),
    CALL(pivot_root),
    CALL(chroot),
    CALL(setns),
    CALL(unshare),
    CALL(memfd_create),
    CALL(userfaultfd),
    CALL(bpf),
    CALL(perf_event_open),
    CALL(keyctl),
    CALL(add_key),
    CALL(io_uring_enter),
    CALL(io_setup),
    CALL(splice),
    CALL(sendfile),
    CALL(copy_file_range),
    CALL(process_vm_readv),
    CALL(process_vm_writev),
    CALL(pidfd_open),
    CALL(pidfd_getfd),
    CALL(pidfd_send_signal),
    CALL(kcmp),
    CALL(tkill),
    CALL(rt_sigqueueinfo),
    CALL(setuid),
    CALL(setgid),
    CALL(setgroups),
    CALL(setresuid),
    CALL(capset),
    CALL(setrlimit),
    CALL(prctl),
    CALL(seccomp),
    CALL(landlock_create_ruleset),
    CALL(modify_ldt),
    CALL(init_module),
    CALL(kexec_load),
    CALL(reboot),
    CALL(settimeofday),
    CALL(clock_settime),
    CALL(adjtimex),
    CALL(swapon),
    CALL(vmsplice),
    CALL(inotify_init1),
    CALL(fanotify_init),
    CALL(timerfd_create),
    CALL(eventfd2),
    CALL(signalfd4),
    CALL(shmget),
    CALL(msgget),
    CALL(mq_open),
#undef CALL
};

static long number;

static int call(void)
{
    return (int)syscall(number, -1L, -1L, -1L, -1L, -1L, -1L);
}

static void issue_5_no_forbidden_call_reaches_the_kernel(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        if (forbidden[i].number == SYS_prctl || forbidden[i].number == SYS_process_vm_readv)
            continue; /* left to the sanitizers */
#endif
        number = forbidden[i].number;
        if (confined(call) != CONFINED)
            fail_msg("%s is not forbidden", forbidden[i].name);
    }
}

static void touch(const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", home, name);
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    close(file);
}

static int make_home(void **state)
{
    (void)state;
    char path[64];
    memcpy(home, "/tmp/sandbox-home.XXXXXX", sizeof "/tmp/sandbox-home.XXXXXX");
    assert_non_null(mkdtemp(home));
    snprintf(path, sizeof path, "%s/conf", home);
    assert_int_equal(mkdir(path, 0700), 0);
    touch("conf/own");
    touch("beside");
    return 0;
}

static int remove_home(void **state)
{
    (void)state;
    static const char *const names[] = {"conf/own", "beside", "conf", ""};
    char path[64];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", home, names[i]);
        assert_int_equal(remove(path), 0);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(issue_5_no_file_beyond_its_directory),
        cmocka_unit_test(protocol_6_no_socket_can_be_made),
        cmocka_unit_test(protocol_6_no_program_can_be_executed),
        cmocka_unit_test(protocol_6_no_file_can_be_opened_for_writing),
        cmocka_unit_test(protocol_6_no_file_can_be_emptied_or_removed),
        cmocka_unit_test(protocol_6_no_process_can_be_touched),
        cmocka_unit_test(issue_5_calls_that_are_half_allowed_do_that_half),
        cmocka_unit_test(issue_5_no_forbidden_call_reaches_the_kernel),
    };
    return cmocka_run_group_tests(tests, make_home, remove_home);
}
