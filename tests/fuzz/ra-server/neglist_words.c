/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names and descriptions of the lista negativa: whatever is typed, its words are capital letters and digits,
 * no word is empty, and a text of those words gives them again. The first byte chooses the field.
 */
#include "identification/neglist.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

static char *joined(TALLOC_CTX *context, const struct neglist_words *words)
{
    char *text = talloc_strdup(context, "");
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->items[i];
        if (word[0] == '\0' || word[strspn(word, capitals)] != '\0')
            abort();
        text = talloc_asprintf_append(text, "%s ", word);
    }
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum neglist_field fields[] = {NEGLIST_NAME, NEGLIST_COMPANY_NAME, NEGLIST_DESCRIPTION};
    struct neglist_words words, again;
    struct ra_error error = {0};
    if (size == 0)
        return 0;
    TALLOC_CTX *context = talloc_new(NULL);
    const enum neglist_field field = fields[data[0] % 3];
    const char *text = talloc_strndup(context, (const char *)data + 1, size - 1);
    if (!neglist_words(context, field, text, &words, &error) ||
        !neglist_words(context, field, joined(context, &words), &again, &error) || words.count != again.count)
        abort();
    for (size_t i = 0; i < words.count; i++)
        if (strcmp(words.items[i], again.items[i]) != 0)
            abort();
    talloc_free(context);
    return 0;
}
