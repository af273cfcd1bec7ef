/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Starting a journal anew: only where there is none that can be used, and nothing of what was there is lost.
 */
#include "pki/base/file.h"
#include "pki/signer/journal_head.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool count_record(void *context, struct bytes payload, struct journal_place place,
                         struct ra_error *error)
{
    (void)payload;
    (void)place;
    (void)error;
    ++*(uint64_t *)context;
    return true;
}

static bool set_aside(const char *folder, const char *name, const char *stamp, struct ra_error *error)
{
    char path[PATH_MAX], aside[PATH_MAX];
    if (!journal_path(path, folder, name, error))
        return false;
    if (snprintf(aside, sizeof aside, "%s/%s.%s", folder, name, stamp) >= (int)sizeof aside)
        return ra_fail(error, RA_IO, "%s: path too long", folder);
    /* What was set aside before is evidence as well. */
    if (access(path, F_OK) == 0 && access(aside, F_OK) == 0)
        return ra_fail(error, RA_CONFLICT, "%s already exists", aside);
    if (rename(path, aside) != 0 && errno != ENOENT)
        return ra_fail_errno(error, path);
    return true;
}

static bool write_new(const char *folder, struct bytes first_record, struct ra_error *error)
{
    char path[PATH_MAX], head_path[PATH_MAX], slots[2 * JOURNAL_SLOT];
    struct journal_head head = {.count = 1};
    uint8_t start[JOURNAL_CHAIN_SIZE];
    if (!journal_path(path, folder, "journal", error) || !journal_path(head_path, folder, "head", error))
        return false;
    memset(slots, '\n', sizeof slots);
    if (!journal_chain_start(start) || !journal_chain_next(start, first_record, head.chain) ||
        !journal_slot_format(&head, slots + JOURNAL_SLOT))
        return ra_fail_crypto(error, "journal chain");
    size_t size = JOURNAL_MAGIC_SIZE + JOURNAL_HEADER_SIZE + first_record.length;
    uint8_t *content = talloc_size(NULL, size);
    if (content == NULL)
        return ra_fail(error, RA_NO_MEMORY, "journal");
    memcpy(content, journal_magic, JOURNAL_MAGIC_SIZE);
    journal_put_length(content + JOURNAL_MAGIC_SIZE, (uint32_t)first_record.length);
    memcpy(content + JOURNAL_MAGIC_SIZE + 4, head.chain, JOURNAL_CHAIN_SIZE);
    memcpy(content + JOURNAL_MAGIC_SIZE + JOURNAL_HEADER_SIZE, first_record.data, first_record.length);
    /* The journal last: a crash between the two leaves a head without a journal, which is not usable. */
    bool ok = file_write(head_path, (struct bytes){(const uint8_t *)slots, sizeof slots}, 0600, error) &&
              file_write(path, (struct bytes){content, size}, 0600, error);
    talloc_free(content);
    return ok;
}

bool journal_create(const char *folder, struct bytes first_record, const char *stamp, struct ra_error *error)
{
    if (first_record.length == 0 || first_record.length > JOURNAL_RECORD_MAX)
        return ra_fail(error, RA_INTERNAL, "journal: first record of %zu bytes", first_record.length);
    struct journal *existing;
    uint64_t records = 0, cut;
    struct ra_error why = {0};
    if (journal_open(NULL, folder, count_record, &records, &existing, &cut, &why)) {
        talloc_free(existing);
        if (records > 1)
            return ra_fail(error, RA_CONFLICT, "the journal is sound: there is nothing to start anew");
        return true;
    }
    /* In use, or not to be looked at just now: nothing is known against it. */
    if (why.code != RA_IO) {
        *error = why;
        return false;
    }
    return set_aside(folder, "journal", stamp, error) && set_aside(folder, "head", stamp, error) &&
           write_new(folder, first_record, error);
}
