/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/pki-certificate/vectors.h"

#include "pki/base/file.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static void write_object(const char *folder, const char *name, struct bytes der)
{
    struct ra_error error = {0};
    char path[512];
    snprintf(path, sizeof path, "%s/%s.der", folder, name);
    if (!file_write(path, der, 0644, &error))
        abort();
}

static json_t *row(const char *name, const struct findings *findings)
{
    json_t *list = json_array();
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s}", "code", finding->code, "severity",
                                        finding_severity_word(finding->severity), "source", finding->source));
    }
    return json_pack("{s:s, s:o}", "file", name, "findings", list);
}

void vector_write(const char *name, struct bytes der, const struct findings *findings)
{
    const char *folder = getenv("LINT_VECTORS");
    char slug[96];
    char path[512];
    size_t length = 0;
    if (folder == NULL)
        return;
    for (; name[length] != '\0' && length < sizeof slug - 1; length++) {
        char c = name[length];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        slug[length] = (char)(plain ? c : '-');
    }
    slug[length] = '\0';
    write_object(folder, slug, der);
    snprintf(path, sizeof path, "%s/lint.json", folder);
    json_t *all = json_load_file(path, 0, NULL);
    all = all != NULL ? all : json_array();
    json_array_append_new(all, row(slug, findings));
    if (json_dump_file(all, path, JSON_INDENT(1)) != 0)
        abort();
    json_decref(all);
}
