/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metrics.h"

#include <inttypes.h>
#include <stdatomic.h>

static const struct {
    const char *kind;
    const char *name;
    const char *help;
} rows[METRIC_COUNT] = {
#define X(id, kind, name, help) [id] = {#kind, name, help},
    METRICS(X)
#undef X
};

static atomic_int_least64_t values[METRIC_COUNT];

void metric_add(enum metric metric, int64_t amount)
{
    atomic_fetch_add_explicit(&values[metric], amount, memory_order_relaxed);
}

int64_t metric_value(enum metric metric)
{
    return atomic_load_explicit(&values[metric], memory_order_relaxed);
}

char *metrics_text(TALLOC_CTX *context)
{
    char *text = talloc_strdup(context, "");
    for (int i = 0; i < METRIC_COUNT && text != NULL; i++)
        text = talloc_asprintf_append(text, "# HELP %s %s\n# TYPE %s %s\n%s %" PRId64 "\n", rows[i].name,
                                      rows[i].help, rows[i].name, rows[i].kind, rows[i].name,
                                      metric_value((enum metric)i));
    return text;
}
