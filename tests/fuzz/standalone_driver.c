/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Replays a corpus folder through a fuzz entry point, so that gcc builds and sanitizer builds run it as a
 * test. An empty or missing folder is a failure: a test that reads nothing proves nothing.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LARGEST_SAMPLE = 4 << 20 };

static int replay(const char *folder, const char *name)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return -1;
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(LARGEST_SAMPLE);
    if (file == NULL || data == NULL) {
        free(data);
        if (file != NULL)
            fclose(file);
        return -1;
    }
    size_t size = fread(data, 1, LARGEST_SAMPLE, file);
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
        return 2;
    }
    DIR *folder = opendir(argv[1]);
    if (folder == NULL) {
        perror(argv[1]);
        return 1;
    }
    int samples = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        if (replay(argv[1], entry->d_name) == 0)
            samples++;
    }
    closedir(folder);
    printf("%d samples replayed\n", samples);
    return samples > 0 ? 0 : 1;
}
