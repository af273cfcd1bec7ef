/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An upload judged where it lies: mapped, inspected, and recognised by libmagic as a second opinion.
 */
#include "identification/identification.h"
#include "identification/identification_internal.h"

#include <magic.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

_Static_assert((int)IDENTIFICATION_DOCUMENT_MAX == (int)INSPECTION_BYTES_MAX,
               "the route's limit is the inspection's");

enum { RECOGNISED_BYTES = 1 << 20 /* libmagic needs the beginning alone */ };

/* libmagic's database takes milliseconds to load and a handle belongs to one thread: one handle per worker,
 * closed when the worker ends. */
static pthread_key_t recogniser_key;
static pthread_once_t recogniser_once = PTHREAD_ONCE_INIT;
static bool recogniser_has_key;

static void close_recogniser(void *handle)
{
    magic_close(handle);
}

static void make_recogniser_key(void)
{
    recogniser_has_key = pthread_key_create(&recogniser_key, close_recogniser) == 0;
}

/* A handle whose database did not load is not kept: the next upload tries again. */
static bool find_recogniser(magic_t *recogniser, struct ra_error *error)
{
    if (pthread_once(&recogniser_once, make_recogniser_key) != 0 || !recogniser_has_key)
        return ra_fail(error, RA_INTERNAL, "thread key");
    *recogniser = pthread_getspecific(recogniser_key);
    if (*recogniser != NULL)
        return true;
    magic_t handle = magic_open(MAGIC_MIME_TYPE | MAGIC_ERROR);
    if (handle != NULL && magic_load(handle, NULL) == 0 && pthread_setspecific(recogniser_key, handle) == 0) {
        *recogniser = handle;
        return true;
    }
    if (handle != NULL)
        magic_close(handle);
    return ra_fail(error, RA_INTERNAL, "libmagic has no database");
}

static bool recognise(struct bytes content, const char *media_type, struct ra_error *error)
{
    magic_t recogniser = NULL;
    if (!find_recogniser(&recogniser, error))
        return false;
    size_t length = content.length < RECOGNISED_BYTES ? content.length : RECOGNISED_BYTES;
    const char *found = magic_buffer(recogniser, content.data, length);
    return (found != NULL && strcmp(found, media_type) == 0) || inspect_refuse(INSPECTION_TYPE, error);
}

bool upload_inspect(int descriptor, uint64_t length, struct inspection *inspection, struct ra_error *error)
{
    if (length == 0 || length > INSPECTION_BYTES_MAX)
        return inspect_refuse(length == 0 ? INSPECTION_EMPTY : INSPECTION_LARGE, error);
    void *map = mmap(NULL, (size_t)length, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (map == MAP_FAILED)
        return ra_fail_errno(error, "upload");
    const struct bytes content = {map, (size_t)length};
    bool ok =
        inspect_document(content, inspection, error) && recognise(content, inspection->media_type, error);
    munmap(map, content.length);
    return ok;
}
