/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/journal.h"

#include "pki/signer/journal_head.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct journal {
    int file;
    int head_file;
    pthread_mutex_t lock;
    pthread_cond_t synced;
    uint64_t end;               /* bytes written */
    struct journal_head latest; /* last record written */
    uint64_t durable;           /* records safe on disk */
    bool syncing;               /* one thread is inside fsync, for all that wait */
    bool broken;
};

static uint32_t get_length(const uint8_t input[4])
{
    return (uint32_t)input[0] << 24 | (uint32_t)input[1] << 16 | (uint32_t)input[2] << 8 | input[3];
}

/* --- opening --- */

static int journal_destructor(struct journal *journal)
{
    if (journal->file >= 0)
        close(journal->file);
    if (journal->head_file >= 0)
        close(journal->head_file);
    pthread_mutex_destroy(&journal->lock);
    pthread_cond_destroy(&journal->synced);
    return 0;
}

static bool read_exactly(int file, uint8_t *output, size_t size, uint64_t offset)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = pread(file, output + done, size - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = EIO; /* shorter than it just was */
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

/* One record at journal->end; *sound is false when the bytes there are none. false: the machine could not
 * look, and what cannot be read is not what is not there. */
static bool read_record(const struct journal *journal, TALLOC_CTX *context, uint64_t size,
                        struct bytes *payload, uint8_t chain[JOURNAL_CHAIN_SIZE], bool *sound,
                        struct ra_error *error)
{
    uint8_t header[JOURNAL_HEADER_SIZE];
    *sound = false;
    if (size - journal->end < JOURNAL_HEADER_SIZE)
        return true;
    if (!read_exactly(journal->file, header, JOURNAL_HEADER_SIZE, journal->end))
        return journal_cannot_look(error, "read");
    uint32_t length = get_length(header);
    if (length == 0 || length > JOURNAL_RECORD_MAX || size - journal->end - JOURNAL_HEADER_SIZE < length)
        return true;
    uint8_t *data = talloc_size(context, length);
    if (data == NULL)
        return ra_fail(error, RA_NO_MEMORY, "journal");
    if (!read_exactly(journal->file, data, length, journal->end + JOURNAL_HEADER_SIZE))
        return journal_cannot_look(error, "read");
    *payload = (struct bytes){data, length};
    if (!journal_chain_next(journal->latest.chain, *payload, chain))
        return ra_fail_crypto(error, "journal chain");
    *sound = CRYPTO_memcmp(chain, header + 4, JOURNAL_CHAIN_SIZE) == 0;
    return true;
}

struct replaying {
    const struct journal_head *head;
    uint64_t size;
    journal_replay_function replay;
    void *context;
};

/* The next record, counted and handed on; *sound is false at the end. */
static bool replay_next(struct journal *journal, const struct replaying *replaying, TALLOC_CTX *memory,
                        bool *sound, struct ra_error *error)
{
    struct bytes payload;
    struct journal_head next = {.count = journal->latest.count + 1};
    if (!read_record(journal, memory, replaying->size, &payload, next.chain, sound, error))
        return false;
    if (!*sound)
        return true;
    const struct journal_place place = {journal->end + JOURNAL_HEADER_SIZE, (uint32_t)payload.length};
    journal->latest = next;
    journal->end += JOURNAL_HEADER_SIZE + payload.length;
    if (next.count == replaying->head->count &&
        CRYPTO_memcmp(next.chain, replaying->head->chain, JOURNAL_CHAIN_SIZE) != 0)
        return ra_fail(error, RA_IO, "journal: it is not the journal that the head file describes");
    return replaying->replay(replaying->context, payload, place, error);
}

static bool replay_all(struct journal *journal, const struct journal_head *head, uint64_t size,
                       journal_replay_function replay, void *replay_context, struct ra_error *error)
{
    if (!journal_chain_start(journal->latest.chain))
        return ra_fail_crypto(error, "journal chain");
    journal->end = JOURNAL_MAGIC_SIZE;
    const struct replaying replaying = {head, size, replay, replay_context};
    for (bool sound = true; sound && journal->end < size;) {
        TALLOC_CTX *memory = talloc_new(NULL);
        bool ok = memory != NULL ? replay_next(journal, &replaying, memory, &sound, error)
                                 : ra_fail(error, RA_NO_MEMORY, "journal");
        talloc_free(memory);
        if (!ok)
            return false;
    }
    if (journal->latest.count < head->count)
        return ra_fail(error, RA_IO,
                       "journal: shortened or altered, %" PRIu64 " sound records where %" PRIu64
                       " were written",
                       journal->latest.count, head->count);
    return true;
}

enum purpose { TO_WRITE, TO_LOOK };

static bool open_files(struct journal *journal, const char *folder, enum purpose purpose,
                       struct ra_error *error)
{
    const int flags = (purpose == TO_WRITE ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW;
    char path[PATH_MAX], head_path[PATH_MAX];
    if (!journal_path(path, folder, "journal", error) || !journal_path(head_path, folder, "head", error))
        return false;
    journal->file = open(path, flags);
    if (journal->file < 0 && errno != ENOENT)
        return journal_cannot_look(error, path);
    if (journal->file < 0)
        return ra_fail(error, RA_IO, "journal: missing (%s)", path);
    if (purpose == TO_WRITE && flock(journal->file, LOCK_EX | LOCK_NB) != 0)
        return ra_fail(error, RA_CONFLICT, "journal: another process uses it (%s)", path);
    journal->head_file = open(head_path, flags);
    if (journal->head_file < 0 && errno != ENOENT)
        return journal_cannot_look(error, head_path);
    if (journal->head_file < 0)
        return ra_fail(error, RA_IO, "journal: its head file is missing (%s)", head_path);
    return true;
}

static struct journal *journal_new(TALLOC_CTX *context)
{
    struct journal *journal = talloc_zero(context, struct journal);
    if (journal == NULL)
        return NULL;
    journal->file = -1;
    journal->head_file = -1;
    pthread_mutex_init(&journal->lock, NULL);
    pthread_cond_init(&journal->synced, NULL);
    talloc_set_destructor(journal, journal_destructor);
    return journal;
}

/* Cuts a torn tail and brings the head up to the last sound record. */
static bool settle(struct journal *journal, uint64_t size, uint64_t *cut, struct ra_error *error)
{
    *cut = size - journal->end;
    if (*cut > 0 && ftruncate(journal->file, (off_t)journal->end) != 0)
        return journal_cannot_look(error, "torn tail");
    if (fdatasync(journal->file) != 0 || !journal_head_write(journal->head_file, &journal->latest))
        return journal_cannot_look(error, "sync");
    journal->durable = journal->latest.count;
    return true;
}

/* The head before the size: a writer at work lengthens the file first. */
static bool prove(struct journal *journal, uint64_t *size, struct journal_head *head, struct ra_error *error)
{
    struct stat status;
    uint8_t start[JOURNAL_MAGIC_SIZE];
    if (!journal_head_read(journal->head_file, head, error))
        return false;
    if (fstat(journal->file, &status) != 0)
        return journal_cannot_look(error, "size");
    *size = (uint64_t)status.st_size;
    if (*size < JOURNAL_MAGIC_SIZE)
        return ra_fail(error, RA_IO, "journal: not a journal of this program");
    if (!read_exactly(journal->file, start, JOURNAL_MAGIC_SIZE, 0))
        return journal_cannot_look(error, "read");
    return CRYPTO_memcmp(start, journal_magic, JOURNAL_MAGIC_SIZE) == 0 ||
           ra_fail(error, RA_IO, "journal: not a journal of this program");
}

bool journal_open(TALLOC_CTX *context, const char *folder, journal_replay_function replay,
                  void *replay_context, struct journal **journal, uint64_t *cut, struct ra_error *error)
{
    *journal = NULL;
    struct journal *opened = journal_new(context);
    if (opened == NULL)
        return ra_fail(error, RA_NO_MEMORY, "journal");
    uint64_t size = 0;
    struct journal_head head = {.count = 0};
    if (!open_files(opened, folder, TO_WRITE, error) || !prove(opened, &size, &head, error) ||
        !replay_all(opened, &head, size, replay, replay_context, error) ||
        !settle(opened, size, cut, error)) {
        talloc_free(opened);
        return false;
    }
    *journal = opened;
    return true;
}

bool journal_examine(const char *folder, journal_replay_function replay, void *replay_context,
                     struct ra_error *error)
{
    struct journal *opened = journal_new(NULL);
    if (opened == NULL)
        return ra_fail(error, RA_NO_MEMORY, "journal");
    uint64_t size = 0;
    struct journal_head head = {.count = 0};
    bool ok = open_files(opened, folder, TO_LOOK, error) && prove(opened, &size, &head, error) &&
              replay_all(opened, &head, size, replay, replay_context, error);
    talloc_free(opened);
    return ok;
}

/* --- writing and reading --- */

bool journal_append(struct journal *journal, struct bytes payload, struct journal_place *place,
                    uint64_t *ticket, struct ra_error *error)
{
    if (payload.length == 0 || payload.length > JOURNAL_RECORD_MAX)
        return ra_fail(error, RA_INTERNAL, "journal: record of %zu bytes", payload.length);
    pthread_mutex_lock(&journal->lock);
    struct journal_head next = {.count = journal->latest.count + 1};
    uint8_t header[JOURNAL_HEADER_SIZE];
    journal_put_length(header, (uint32_t)payload.length);
    bool ok = !journal->broken && journal_chain_next(journal->latest.chain, payload, next.chain);
    if (ok) {
        memcpy(header + 4, next.chain, JOURNAL_CHAIN_SIZE);
        const struct iovec parts[2] = {{header, JOURNAL_HEADER_SIZE},
                                       {(void *)(uintptr_t)payload.data, payload.length}};
        ssize_t put = pwritev(journal->file, parts, 2, (off_t)journal->end);
        ok = put == (ssize_t)(JOURNAL_HEADER_SIZE + payload.length);
    }
    if (ok) {
        *place = (struct journal_place){journal->end + JOURNAL_HEADER_SIZE, (uint32_t)payload.length};
        journal->end += JOURNAL_HEADER_SIZE + payload.length;
        journal->latest = next;
        *ticket = next.count;
    } else {
        journal->broken = true;
    }
    pthread_mutex_unlock(&journal->lock);
    return ok || ra_fail(error, RA_IO, "journal: cannot be written");
}

/* Called with the lock held, which it gives up while the disk works. */
static void sync_for_all(struct journal *journal)
{
    struct journal_head target = journal->latest;
    journal->syncing = true;
    pthread_mutex_unlock(&journal->lock);
    bool ok = fdatasync(journal->file) == 0 && journal_head_write(journal->head_file, &target);
    pthread_mutex_lock(&journal->lock);
    journal->syncing = false;
    if (ok)
        journal->durable = target.count;
    else
        journal->broken = true;
    pthread_cond_broadcast(&journal->synced);
}

bool journal_wait(struct journal *journal, uint64_t ticket, struct ra_error *error)
{
    pthread_mutex_lock(&journal->lock);
    while (journal->durable < ticket && !journal->broken) {
        if (journal->syncing)
            pthread_cond_wait(&journal->synced, &journal->lock);
        else
            sync_for_all(journal);
    }
    bool ok = journal->durable >= ticket;
    pthread_mutex_unlock(&journal->lock);
    return ok || ra_fail(error, RA_IO, "journal: cannot be made durable");
}

bool journal_settle(struct journal *journal, struct ra_error *error)
{
    pthread_mutex_lock(&journal->lock);
    uint64_t newest = journal->latest.count;
    bool broken = journal->broken;
    pthread_mutex_unlock(&journal->lock);
    if (broken)
        return ra_fail(error, RA_IO, "journal: it accepts nothing more");
    return journal_wait(journal, newest, error);
}

void journal_stop(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    journal->broken = true;
    pthread_cond_broadcast(&journal->synced);
    pthread_mutex_unlock(&journal->lock);
}

bool journal_read(struct journal *journal, TALLOC_CTX *context, struct journal_place place,
                  struct bytes *payload, struct ra_error *error)
{
    uint8_t *data = talloc_size(context, place.length);
    if (data == NULL)
        return ra_fail(error, RA_NO_MEMORY, "journal");
    if (!read_exactly(journal->file, data, place.length, place.offset))
        return ra_fail_errno(error, "journal");
    *payload = (struct bytes){data, place.length};
    return true;
}
