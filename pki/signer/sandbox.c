/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <openssl/crypto.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Sanitizers map terabytes of shadow memory, and their leak check traces its own process: neither can be had
 * together with locked memory or without ptrace. Only sanitizer builds are relaxed. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static const int ALLOWED[] = {
    /* files that are open, and the peers' sockets */
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(preadv),
    SCMP_SYS(pwritev),
    SCMP_SYS(lseek),
    SCMP_SYS(fdatasync),
    SCMP_SYS(fsync),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(getdents64),
    SCMP_SYS(statx),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(close),
    SCMP_SYS(fcntl),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(recvmsg),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    SCMP_SYS(shutdown),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    /* memory, threads, time, signals, randomness */
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(mlock),
    SCMP_SYS(munlock),
    SCMP_SYS(clone),
    SCMP_SYS(clone3),
    SCMP_SYS(futex),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(get_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_getparam),
    SCMP_SYS(sched_getscheduler),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getppid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrlimit),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

static const int ALLOWED_TO_SANITIZERS[] = {
    SCMP_SYS(ptrace),   SCMP_SYS(prctl),      SCMP_SYS(arch_prctl),       SCMP_SYS(wait4),
    SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents),         SCMP_SYS(pipe2),
    SCMP_SYS(ioctl),    SCMP_SYS(kill),       SCMP_SYS(process_vm_readv), SCMP_SYS(personality),
};

/* Private numbers of keys live in OpenSSL's secure heap, which is small enough to be locked under any limit
 * (best effort: a signer that swaps still signs). Everything is locked only where no limit can later starve
 * the heap or a thread's stack. */
static bool lock_memory(struct ra_error *error)
{
    enum { SECURE_HEAP = 256 << 10, SMALLEST_BLOCK = 32 };
    struct rlimit limit;
    if (CRYPTO_secure_malloc_init(SECURE_HEAP, SMALLEST_BLOCK) == 0)
        return ra_fail(error, RA_CRYPTO, "secure heap");
    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY)
        mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
    return true;
}

bool sandbox_hide_memory(struct ra_error *error)
{
    const struct rlimit none = {0, 0};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
        return ra_fail_errno(error, "hardening");
    if (SANITIZED)
        return true;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return ra_fail_errno(error, "hardening");
    return lock_memory(error);
}

static bool allow(scmp_filter_ctx filter, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        /* Calls that this architecture does not have are nothing to allow. */
        int added = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
        if (added != 0 && added != -EDOM)
            return false;
    }
    return true;
}

/* Reading is fine (OpenSSL and libc look things up late), writing and creating is not; nor is O_TRUNC, which
 * empties a file that is opened only to be read. */
static bool allow_opening_to_read(scmp_filter_ctx filter)
{
    enum { CHANGES = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC };
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, CHANGES, O_RDONLY)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
                            SCMP_A1(SCMP_CMP_MASKED_EQ, CHANGES, O_RDONLY)) != -EINVAL;
}

/* No memory becomes code any more, no limit is set (of this process or another), no signal leaves the
 * process.
 */
static bool allow_in_part(scmp_filter_ctx filter)
{
    const scmp_datum_t code = SANITIZED ? 0 : PROT_EXEC;
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, code, 0)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, code, 0)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, SCMP_A2(SCMP_CMP_EQ, 0)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                            SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid())) == 0;
}

/* --- files --- */

/* Every right over files that the oldest Landlock knows, and to move files, which came second. */
static uint64_t file_rights(long version)
{
    const uint64_t first = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
    return version >= 2 ? first | LANDLOCK_ACCESS_FS_REFER : first;
}

static bool allow_reading(int ruleset, const char *path)
{
    struct landlock_path_beneath_attr rule = {.allowed_access =
                                                  LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
                                              .parent_fd = open(path, O_PATH | O_CLOEXEC)};
    bool ok = rule.parent_fd >= 0 &&
              syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
    if (rule.parent_fd >= 0)
        close(rule.parent_fd);
    return ok;
}

/* Sanitizers read /proc of their own process to look for leaks. */
static bool restrict_to(int ruleset, const char *conf)
{
    return allow_reading(ruleset, conf) && (!SANITIZED || allow_reading(ruleset, "/proc")) &&
           syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
}

static bool confine_files(const char *home, bool *confined, struct ra_error *error)
{
    char conf[PATH_MAX];
    if (snprintf(conf, sizeof conf, "%s/conf", home) >= (int)sizeof conf)
        return ra_fail(error, RA_IO, "%s: path too long", home);
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    *confined = version >= 1;
    if (!*confined)
        return true;
    const struct landlock_ruleset_attr handled = {.handled_access_fs = file_rights(version)};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
    bool ok = ruleset >= 0 && restrict_to(ruleset, conf);
    if (!ok)
        ra_fail_errno(error, "landlock");
    if (ruleset >= 0)
        close(ruleset);
    return ok;
}

/* --- system calls --- */

static bool filter_calls(struct ra_error *error)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL)
        return ra_fail(error, RA_INTERNAL, "seccomp");
    bool ok = allow(filter, ALLOWED, sizeof ALLOWED / sizeof *ALLOWED) && allow_opening_to_read(filter) &&
              allow_in_part(filter);
    if (ok && SANITIZED)
        ok = allow(filter, ALLOWED_TO_SANITIZERS,
                   sizeof ALLOWED_TO_SANITIZERS / sizeof *ALLOWED_TO_SANITIZERS);
    int loaded = ok ? seccomp_load(filter) : -EINVAL;
    seccomp_release(filter);
    if (loaded == 0)
        return true;
    errno = -loaded;
    return ra_fail_errno(error, "seccomp");
}

bool sandbox_enter(const char *home, bool *confined, struct ra_error *error)
{
    return confine_files(home, confined, error) && filter_calls(error);
}
