/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The term's lines with marks (web/templates/term) as plain text: everything that the PDF says, in its order.
 */
#include "ra-cli/term.h"
#include "ra-cli/terminal.h"

#include <stdio.h>
#include <string.h>

enum { MARK_LENGTH = 2, LABEL_COLUMNS = 28, LINE_MAX_BYTES = 4096 };

static void fact(FILE *out, char *line)
{
    char *separator = strstr(line, " | ");
    fputs("  ", out);
    if (separator == NULL) {
        terminal_text(out, line);
        fputc('\n', out);
        return;
    }
    *separator = '\0';
    terminal_column(out, line, LABEL_COLUMNS);
    fputs("  ", out);
    terminal_paragraph(out, separator + 3, LABEL_COLUMNS + 4, LABEL_COLUMNS + 4, terminal_width(out));
}

static void block(FILE *out, char *line)
{
    const size_t width = terminal_width(out);
    if (strncmp(line, "## ", MARK_LENGTH + 1) == 0) {
        fputc('\n', out);
        terminal_paragraph(out, line + MARK_LENGTH + 1, 0, 0, width);
    } else if (strncmp(line, "= ", MARK_LENGTH) == 0) {
        fact(out, line + MARK_LENGTH);
    } else if (strncmp(line, "- ", MARK_LENGTH) == 0) {
        fputs("  - ", out);
        terminal_paragraph(out, line + MARK_LENGTH, MARK_LENGTH + 2, MARK_LENGTH + 2, width);
    } else if (strncmp(line, "_ ", MARK_LENGTH) == 0) {
        fputs("  ____________________  ", out);
        terminal_paragraph(out, line + MARK_LENGTH, LABEL_COLUMNS, LABEL_COLUMNS, width);
    } else if (strchr("#>!%|", line[0]) != NULL && line[1] == ' ') {
        terminal_paragraph(out, line + MARK_LENGTH, 0, 0, width);
    } else {
        terminal_paragraph(out, line, 0, 0, width);
    }
}

void term_show(FILE *out, const char *text)
{
    char line[LINE_MAX_BYTES];
    for (const char *at = text; *at != '\0';) {
        const size_t length = strcspn(at, "\n");
        const size_t taken = length < sizeof line ? length : sizeof line - 1;
        (void)snprintf(line, sizeof line, "%.*s", (int)taken, at);
        if (taken > 0)
            block(out, line);
        at += taken;
        at += *at == '\n';
    }
}
