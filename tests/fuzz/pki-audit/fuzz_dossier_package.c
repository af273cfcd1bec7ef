/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Foreign packages: what is read has only names of the format, each once and within its limit; without roots
 * nothing is good, however well it reads.
 */
#include "pki/audit/dossier_package.h"
#include "pki/audit/dossier_verify.h"
#include "pki/base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const struct dossier_package *package)
{
    for (size_t at = 0; at < package->count; at++) {
        const struct dossier_part *part = &package->parts[at];
        enum dossier_file file = DOSSIER_README;
        if (!dossier_file_of(part->name, &file) || file != part->file || strstr(part->name, "..") != NULL ||
            part->size > dossier_file_most(file) ||
            (part->content.data != NULL) != dossier_file_is_whole(file))
            abort();
        for (size_t before = 0; before < at; before++)
            if (strcmp(package->parts[before].name, part->name) == 0)
                abort();
    }
}

static void judge(const char *path)
{
    struct ra_error error = {0};
    struct note_verifier log = {.name = "guiche.homologacao/fuzz"};
    struct dossier_report report;
    STACK_OF(X509) *nobody = sk_X509_new_null();
    const struct dossier_trust trust = {&log, nobody, nobody, 1};
    if (dossier_verify(path, &trust, &report, &error) && dossier_holds(&report))
        abort();
    sk_X509_free(nobody);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct ra_error error = {0};
    struct dossier_package *package = NULL;
    int fd = memfd_create("package", MFD_CLOEXEC);
    if (fd < 0 || !file_write_all(fd, (struct bytes){data, size}))
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    TALLOC_CTX *context = talloc_new(NULL);
    if (dossier_package_read(context, path, &package, &error))
        look_at(package);
    judge(path);
    talloc_free(context);
    close(fd);
    return 0;
}
