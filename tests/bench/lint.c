/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_lint SECONDS FILE…    certificates (DER) that the linter examines in a second on one core, and beside
 * it what decoding alone costs: d2i_X509 of OpenSSL, which builds the key too.
 *
 * Prints one JSON object.
 */
#include "pki/certificate/lint.h"

#include "pki/base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FILES_MAX = 64, FILE_SIZE_MAX = 65536, BATCH = 64 };

struct samples {
    size_t count;
    struct bytes der[FILES_MAX];
};

static double processor_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool lint_one(struct bytes der, struct findings *findings, struct ra_error *error)
{
    static const struct lint_about about = {0};
    findings_clear(findings);
    return lint_certificate(der, &about, findings, error);
}

static bool decode_one(struct bytes der, struct findings *findings, struct ra_error *error)
{
    const unsigned char *at = der.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.length);
    (void)findings;
    X509_free(certificate);
    return certificate != NULL || ra_fail(error, RA_INVALID, "not a certificate");
}

typedef bool step(struct bytes der, struct findings *findings, struct ra_error *error);

/* How many a second; negative when one failed. */
static double measure(const struct samples *samples, double seconds, step *run, struct findings *findings,
                      struct ra_error *error)
{
    double begun = processor_s(), now = begun;
    size_t done = 0;
    while (now - begun < seconds) {
        for (size_t i = 0; i < BATCH; i++, done++)
            if (!run(samples->der[done % samples->count], findings, error))
                return -1;
        now = processor_s();
    }
    return (double)done / (now - begun);
}

int main(int count, char **arguments)
{
    struct ra_error error = {0};
    struct samples samples = {0};
    TALLOC_CTX *memory = talloc_new(NULL);
    struct findings *findings = findings_new(memory);
    if (count < 3 || count - 2 > FILES_MAX || findings == NULL) {
        fprintf(stderr, "usage: bench_lint SECONDS FILE...\n");
        return 2;
    }
    for (int i = 2; i < count; i++)
        if (!file_read(memory, arguments[i], FILE_SIZE_MAX, &samples.der[samples.count++], &error)) {
            fprintf(stderr, "bench_lint: %s\n", error.detail);
            return 1;
        }
    double seconds = strtod(arguments[1], NULL);
    double linted = measure(&samples, seconds, lint_one, findings, &error);
    double decoded = measure(&samples, seconds, decode_one, findings, &error);
    talloc_free(memory);
    if (linted < 0 || decoded < 0) {
        fprintf(stderr, "bench_lint: %s\n", error.detail);
        return 1;
    }
    printf("{\"linted_per_s\":%.0f,\"decoded_per_s\":%.0f}\n", linted, decoded);
    return 0;
}
