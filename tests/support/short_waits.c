/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Preloaded: every wait for a moment of the monotonic clock takes a part of its time, so that a program's
 * waits between two tries over a minute are played in seconds. SHORT_WAITS says how many times shorter.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { NS = 1000000000 };

int pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock,
                           const struct timespec *until)
{
    const char *times = getenv("SHORT_WAITS");
    const long factor = times == NULL ? 1 : strtol(times, NULL, 10);
    struct timespec now, wall;
    clock_gettime(clock, &now);
    clock_gettime(CLOCK_REALTIME, &wall);
    long long left_ns = (long long)(until->tv_sec - now.tv_sec) * NS + (until->tv_nsec - now.tv_nsec);
    if (left_ns <= 0)
        return ETIMEDOUT;
    left_ns = left_ns / (factor < 1 ? 1 : factor) + wall.tv_nsec;
    wall.tv_sec += (time_t)(left_ns / NS);
    wall.tv_nsec = (long)(left_ns % NS);
    return pthread_cond_timedwait(condition, mutex, &wall);
}
