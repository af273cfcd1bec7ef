/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_identify engine RULES.json SECONDS      dossiers that the engine judges in a second on one core
 * bench_identify seal FOLDER MEGABYTES TURNS    megabytes a second: sealed into a dossier, and libsodium
 * alone
 *
 * Prints one JSON object. RULES.json is what rules_in_force() gives.
 */
#include "identification/engine.h"
#include "identification/vault.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int fail(const struct ra_error *error)
{
    fprintf(stderr, "bench_identify: %s\n", error->detail);
    return 1;
}

/* --- the engine --- */

static const char *const declared[] = {"nis"};

#define ONE "00000000-0000-4000-8000-000000000001"
#define TWO "00000000-0000-4000-8000-000000000002"

static const struct engine_person people[] = {
    {.id = ONE,
     .role = RULES_ROLE_RESPONSIBLE,
     .birth_date = "1975-02-28",
     .also_representative = true,
     .declared = declared,
     .declared_count = 1},
    {.id = TWO, .role = RULES_ROLE_REPRESENTATIVE, .birth_date = "1980-08-15"},
    {.id = "", .role = RULES_ROLE_COMPANY, .birth_date = ""},
};

static const struct engine_answer answers[] = {{"", "nature", "sa"},
                                               {"", "signature", "joint"},
                                               {"", "joint_complete", "yes"},
                                               {ONE, "residence", "brazilian"}};

#define PAPER(person, rule, its_kind, its_number, issued, expires, copy)                                     \
    {                                                                                                        \
        .person_id = person, .item = rule, .kind = its_kind, .number = its_number, .issued_on = issued,      \
        .expires_on = expires, .via = copy, .original_seen = true, .photo = true, .legible = true            \
    }
static const struct engine_document documents[] = {
    PAPER(ONE, "PFBR-01", "cnh", "01234567890", "2022-01-10", "2032-01-10", "2"),
    PAPER(ONE, "PFBR-05a", "nis_proof", "", "", "", ""),
    PAPER(TWO, "PFBR-01", "rg", "12.345.678-9", "2015-03-02", "", ""),
    PAPER(TWO, "PFBR-03", "face", "", "", "", ""),
    PAPER("", "PJ-01", "cnpj_card", "", "2026-11-26", "", ""),
    PAPER("", "PJ-03", "constitution_act", "", "2010-05-05", "", ""),
    PAPER("", "PJ-04", "appointment_act", "", "2025-04-30", "2028-04-30", ""),
};

#define CONSULTED(person, its_base, its_result)                                                              \
    {                                                                                                        \
        .person_id = person, .kind = its_base, .result = its_result, .day = "2026-11-26", .base = its_base,  \
        .protocol = "P-1", .registration = "01234567890", .form_number = "1234567890", .via_seen = "2",      \
        .has_evidence = true                                                                                 \
    }
static const struct engine_consultation consultations[] = {
    CONSULTED(ONE, "cnh", "ok"),          CONSULTED(ONE, "cpf", "unavailable"), CONSULTED(ONE, "cpf", "ok"),
    CONSULTED(ONE, "psbio", "ok"),        CONSULTED(ONE, "neglist", "ok"),      CONSULTED(TWO, "cpf", "ok"),
    CONSULTED(TWO, "psbio", "not_found"), CONSULTED(TWO, "neglist", "ok"),      CONSULTED("", "cnpj", "ok"),
};

static const struct engine_mark marks[] = {
    {ONE, "ATT-01", "accepted", ""}, {ONE, "PFBR-01", "accepted", ""}, {ONE, "PFBR-05a", "accepted", ""},
    {ONE, "PJ-07", "accepted", ""},  {TWO, "ATT-01", "accepted", ""},  {TWO, "PFBR-01", "accepted", ""},
    {"", "PJ-01", "accepted", ""},   {"", "PJ-03", "accepted", ""},    {"", "PJ-04", "accepted", ""},
    {"", "PJ-10", "accepted", ""},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct engine_case dossier = {
    .day = "2026-11-26",
    .requested_on = "2026-11-20",
    .subject = "pj",
    .mode = "in_person",
    .media = "software",
    .people = people,
    .people_count = COUNT(people),
    .answers = answers,
    .answer_count = COUNT(answers),
    .documents = documents,
    .document_count = COUNT(documents),
    .consultations = consultations,
    .consultation_count = COUNT(consultations),
    .marks = marks,
    .mark_count = COUNT(marks),
};

static int bench_engine(const char *path, double seconds)
{
    struct ra_error error = {0};
    struct ruleset *ruleset = NULL;
    json_t *snapshot = json_load_file(path, 0, NULL);
    if (!ruleset_read(NULL, snapshot, "bench", &ruleset, &error))
        return fail(&error);
    unsigned long judged = 0;
    size_t items = 0;
    bool complete = false;
    double begun = now_s(), taken = 0;
    while (taken < seconds) {
        TALLOC_CTX *context = talloc_new(NULL);
        struct engine_verdict verdict;
        if (!engine_judge(context, ruleset, &dossier, &verdict, &error))
            return fail(&error);
        items = verdict.item_count;
        complete = verdict.complete;
        talloc_free(context);
        judged++;
        taken = now_s() - begun;
    }
    printf("{\"per_second\":%.0f,\"items\":%zu,\"complete\":%s}\n", (double)judged / taken, items,
           complete ? "true" : "false");
    talloc_free(ruleset);
    json_decref(snapshot);
    return 0;
}

/* --- sealing --- */

enum { CHUNK = 65536 };

/* The same chunks through secretstream alone: no file, no fsync. */
static double stream_alone(const uint8_t *bytes, size_t size)
{
    static uint8_t sealed[CHUNK + crypto_secretstream_xchacha20poly1305_ABYTES];
    uint8_t key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
    uint8_t header[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
    crypto_secretstream_xchacha20poly1305_state state;
    crypto_secretstream_xchacha20poly1305_keygen(key);
    double begun = now_s();
    crypto_secretstream_xchacha20poly1305_init_push(&state, header, key);
    for (size_t at = 0; at < size; at += CHUNK) {
        size_t length = size - at < CHUNK ? size - at : CHUNK;
        crypto_secretstream_xchacha20poly1305_push(&state, sealed, NULL, bytes + at, length, NULL, 0, 0);
    }
    return now_s() - begun;
}

static double seal_once(const struct config *config, const struct vault_key *key, int file, unsigned turn)
{
    struct ra_error error = {0};
    uint8_t digest[32] = {0};
    memcpy(digest, &turn, sizeof turn);
    double begun = now_s();
    if (!vault_put(config, key, "bench", digest, file, &error)) {
        fail(&error);
        exit(1);
    }
    return now_s() - begun;
}

static int by_value(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;
    return difference < 0 ? -1 : difference > 0;
}

static double median(double *values, unsigned count)
{
    qsort(values, count, sizeof *values, by_value);
    return values[count / 2];
}

static int bench_seal(const char *folder, size_t megabytes, unsigned turns)
{
    enum { TURNS_MAX = 64 };
    double sealed[TURNS_MAX], alone[TURNS_MAX];
    const size_t size = megabytes << 20;
    const struct config config = {.dossier_dir = folder};
    struct vault_key key;
    char path[4096];
    struct rusage before, after;
    uint8_t *bytes = malloc(size);
    if (bytes == NULL || sodium_init() < 0 || turns == 0 || turns > TURNS_MAX)
        return 1;
    randombytes_buf(bytes, size);
    randombytes_buf(key.bytes, sizeof key.bytes);
    snprintf(path, sizeof path, "%s/upload", folder);
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || write(file, bytes, size) != (ssize_t)size)
        return 1;
    getrusage(RUSAGE_SELF, &before);
    for (unsigned i = 0; i < turns; i++) {
        sealed[i] = seal_once(&config, &key, file, i + 1);
        alone[i] = stream_alone(bytes, size);
    }
    getrusage(RUSAGE_SELF, &after);
    close(file);
    free(bytes);
    printf("{\"sealed_mb_s\":%.1f,\"stream_mb_s\":%.1f,\"grown_kb\":%ld}\n",
           (double)megabytes / median(sealed, turns), (double)megabytes / median(alone, turns),
           after.ru_maxrss - before.ru_maxrss);
    return 0;
}

int main(int count, char **words)
{
    if (count == 4 && strcmp(words[1], "engine") == 0)
        return bench_engine(words[2], strtod(words[3], NULL));
    if (count == 5 && strcmp(words[1], "seal") == 0)
        return bench_seal(words[2], strtoul(words[3], NULL, 10), (unsigned)strtoul(words[4], NULL, 10));
    fputs("usage: bench_identify engine RULES.json SECONDS | seal FOLDER MEGABYTES TURNS\n", stderr);
    return 2;
}
