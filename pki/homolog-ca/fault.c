/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/homolog-ca/fault.h"

#include "pki/base/file.h"
#include "pki/cmp/cmp_message.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { FAULT_FILE_LIMIT = 1024, OVERSIZE = 2 << 20, HELD_TICK_MS = 10, HELD_TICKS_MAX = 12000 };

static const struct {
    const char *word;
    int body_type;
} ANSWERS[FAULT_ANSWER_COUNT] = {
    [FAULT_ANSWER_IP] = {"ip", CMP_BODY_IP},
    [FAULT_ANSWER_CP] = {"cp", CMP_BODY_CP},
    [FAULT_ANSWER_POLLREP] = {"pollrep", CMP_BODY_POLLREP},
    [FAULT_ANSWER_PKICONF] = {"pkiconf", CMP_BODY_PKICONF},
    [FAULT_ANSWER_RP] = {"rp", CMP_BODY_RP},
};

static const char *const DISTURBANCES[] = {
    [DISTURBANCE_NONE] = "none",
    [DISTURBANCE_GARBAGE] = "garbage",
    [DISTURBANCE_TRUNCATED] = "truncated",
    [DISTURBANCE_OVERSIZED] = "oversized",
    [DISTURBANCE_EMPTY] = "empty",
    [DISTURBANCE_HTML] = "html",
    [DISTURBANCE_UNTYPED] = "untyped",
    [DISTURBANCE_HELD] = "held",
    [DISTURBANCE_CUT] = "cut",
    [DISTURBANCE_REPLAY] = "replay",
    [DISTURBANCE_TWICE] = "twice",
};

static void read_disturbance(const char *line, struct fault *fault)
{
    for (size_t answer = 0; answer < FAULT_ANSWER_COUNT; answer++) {
        const size_t length = strlen(ANSWERS[answer].word);
        if (strncmp(line, ANSWERS[answer].word, length) != 0 || line[length] != ' ')
            continue;
        for (size_t how = 0; how < sizeof DISTURBANCES / sizeof *DISTURBANCES; how++)
            if (strcmp(DISTURBANCES[how], line + length + 1) == 0)
                fault->answers[answer] = (enum disturbance)how;
    }
}

static void read_line(const char *line, struct fault *fault)
{
    static const struct {
        const char *line;
        enum fault_wait wait;
    } WAITS[] = {
        {"wait", FAULT_WAIT_ON}, {"wait once", FAULT_WAIT_ONCE}, {"wait forever", FAULT_WAIT_FOREVER}};
    for (size_t i = 0; i < sizeof WAITS / sizeof *WAITS; i++)
        if (strcmp(WAITS[i].line, line) == 0)
            fault->wait = WAITS[i].wait;
    fault->signer_over = fault->signer_over || strcmp(line, "signer-over") == 0;
    fault->second = fault->second || strcmp(line, "second") == 0;
    if (!corruption_parse(line, &fault->corruption))
        read_disturbance(line, fault);
}

void fault_read(const struct store *store, enum corruption otherwise, struct fault *fault)
{
    *fault = (struct fault){.corruption = otherwise};
    TALLOC_CTX *scratch = talloc_new(NULL);
    const char *path = store_path(scratch, store, "fault");
    struct bytes content;
    struct ra_error ignored = {0};
    char text[FAULT_FILE_LIMIT + 1] = "";
    if (path != NULL && store_has(path) && file_read(scratch, path, FAULT_FILE_LIMIT, &content, &ignored) &&
        content.length > 0)
        memcpy(text, content.data, content.length);
    talloc_free(scratch);
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        read_line(line, fault);
}

struct kept_answer {
    struct bytes bytes;
    TALLOC_CTX *owner; /* of the bytes */
};

struct fault_memory {
    pthread_mutex_t lock;
    struct kept_answer newest[FAULT_ANSWER_COUNT]; /* under the lock */
    enum fault_answer certified; /* under the lock: which of them came last with a certificate */
};

static int destroy_memory(struct fault_memory *kept)
{
    pthread_mutex_destroy(&kept->lock);
    return 0;
}

struct fault_memory *fault_memory_new(TALLOC_CTX *context)
{
    struct fault_memory *kept = talloc_zero(context, struct fault_memory);
    if (kept == NULL || pthread_mutex_init(&kept->lock, NULL) != 0) {
        talloc_free(kept);
        return NULL;
    }
    talloc_set_destructor(kept, destroy_memory);
    return kept;
}

/* FAULT_ANSWER_COUNT for what nobody lies about (error, genp …). */
static enum fault_answer answer_type(struct bytes answer)
{
    struct cmp_peek peek;
    struct ra_error ignored = {0};
    int found = 0;
    if (!cmp_peek(answer, &peek, &ignored))
        return FAULT_ANSWER_COUNT;
    while (found < FAULT_ANSWER_COUNT && ANSWERS[found].body_type != peek.body_type)
        found++;
    return (enum fault_answer)found;
}

static enum disturbance told(const struct store *store, enum fault_answer type)
{
    struct fault fault;
    fault_read(store, CORRUPTION_NONE, &fault);
    return fault.answers[type];
}

static void keep(struct fault_memory *kept, enum fault_answer type, struct bytes answer)
{
    pthread_mutex_lock(&kept->lock);
    struct kept_answer *newest = &kept->newest[type];
    talloc_free(newest->owner);
    newest->owner = talloc_new(kept);
    newest->bytes = bytes_copy(newest->owner, answer.data, answer.length);
    if (type == FAULT_ANSWER_IP || type == FAULT_ANSWER_CP)
        kept->certified = type;
    pthread_mutex_unlock(&kept->lock);
}

static struct bytes recall(struct fault_memory *kept, TALLOC_CTX *memory, enum fault_answer type, bool twice)
{
    pthread_mutex_lock(&kept->lock);
    const struct bytes newest = kept->newest[twice ? kept->certified : type].bytes;
    struct bytes copy = {NULL, 0};
    if (newest.length > 0)
        copy = bytes_copy(memory, newest.data, newest.length);
    pthread_mutex_unlock(&kept->lock);
    return copy;
}

static void hold(const struct store *store, enum fault_answer type)
{
    const struct timespec tick = {.tv_nsec = HELD_TICK_MS * 1000000L};
    for (int ticks = 0; ticks < HELD_TICKS_MAX && told(store, type) == DISTURBANCE_HELD; ticks++)
        nanosleep(&tick, NULL);
}

/* The message with bytes behind it, more than anybody should take. */
static struct bytes swell(TALLOC_CTX *memory, struct bytes answer)
{
    uint8_t *swollen = talloc_zero_size(memory, OVERSIZE);
    if (swollen != NULL && answer.length <= OVERSIZE)
        memcpy(swollen, answer.data, answer.length);
    return (struct bytes){swollen, swollen != NULL ? OVERSIZE : 0};
}

static const char PAGE[] = "<!DOCTYPE html><title>502</title><h1>Estamos em manutenção</h1>\n";

void fault_disturb(struct fault_memory *kept, const struct store *store, TALLOC_CTX *memory,
                   struct bytes answer, struct disturbed *disturbed)
{
    static const uint8_t NOISE[] = {0x30, 0x82, 0xff, 0xff, 0x30, 0x80, 0xde, 0xad, 0xbe, 0xef, 0x00, 0x00};
    *disturbed = (struct disturbed){.body = answer, .type = "application/pkixcmp"};
    const enum fault_answer type = answer_type(answer);
    if (type == FAULT_ANSWER_COUNT)
        return;
    switch (told(store, type)) {
    case DISTURBANCE_NONE:
        keep(kept, type, answer);
        break;
    case DISTURBANCE_GARBAGE:
        disturbed->body = (struct bytes){NOISE, sizeof NOISE};
        break;
    case DISTURBANCE_TRUNCATED:
        disturbed->body.length = answer.length / 2;
        break;
    case DISTURBANCE_OVERSIZED:
        disturbed->body = swell(memory, answer);
        break;
    case DISTURBANCE_EMPTY:
        disturbed->body.length = 0;
        break;
    case DISTURBANCE_HTML:
        disturbed->body = bytes_of_text(PAGE);
        disturbed->type = "text/html; charset=utf-8";
        break;
    case DISTURBANCE_UNTYPED:
        disturbed->type = "text/html; charset=utf-8";
        break;
    case DISTURBANCE_HELD:
        hold(store, type);
        break;
    case DISTURBANCE_CUT:
        disturbed->cut = true;
        break;
    case DISTURBANCE_REPLAY:
        disturbed->body = recall(kept, memory, type, false);
        break;
    case DISTURBANCE_TWICE:
        disturbed->body = recall(kept, memory, type, true);
        break;
    }
}
