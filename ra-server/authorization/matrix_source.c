/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "authorization/matrix_source.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const channel_words[AUTHORIZATION_CHANNELS] = {"public", "office"};

enum { ROWS_MAX = 1024, CASES_MAX = 32 };

/* What several rows ask of a case, under a name. */
struct named_case {
    const char *word;
    uint32_t states[AUTHORIZATION_MACHINES_MAX];
};

/* The table while it grows: the same arrays, writable. */
struct reader {
    TALLOC_CTX *context;
    const char *file;
    size_t line;
    const char *at; /* what is left of the line */
    struct authorization_role roles[AUTHORIZATION_WORDS_MAX];
    size_t role_count;
    struct authorization_machine machines[AUTHORIZATION_MACHINES_MAX];
    struct authorization_word states[AUTHORIZATION_MACHINES_MAX][AUTHORIZATION_WORDS_MAX];
    size_t machine_count;
    struct named_case cases[CASES_MAX];
    size_t case_count;
    struct authorization_row rows[ROWS_MAX];
    size_t row_count;
};

static bool refuse(const struct reader *reader, struct ra_error *error, const char *what, const char *word)
{
    return ra_fail(error, RA_INVALID, "%s:%zu: %s: %s", reader->file, reader->line, what, word);
}

/* --- pieces of a line --- */

static bool is_word(const char *word)
{
    if (!isalpha((unsigned char)word[0]))
        return false;
    for (; *word != '\0'; word++) {
        if (!isalnum((unsigned char)*word) && *word != '_')
            return false;
    }
    return true;
}

/* The next piece without blanks; "" at the end of the line, NULL without memory. */
static char *next_piece(struct reader *reader)
{
    reader->at += strspn(reader->at, " \t");
    size_t length = strcspn(reader->at, " \t");
    char *piece = talloc_strndup(reader->context, reader->at, length);
    reader->at += length;
    return piece;
}

static bool next_word(struct reader *reader, const char **word, struct ra_error *error)
{
    *word = next_piece(reader);
    if (*word == NULL)
        return ra_fail(error, RA_NO_MEMORY, "matrix");
    return is_word(*word) || refuse(reader, error, "a word of letters, digits and _ belongs here", *word);
}

/* The rest of the line, for people. It becomes a C string as it is. */
static bool rest_text(struct reader *reader, const char **text, struct ra_error *error)
{
    reader->at += strspn(reader->at, " \t");
    *text = talloc_strdup(reader->context, reader->at);
    if (*text == NULL)
        return ra_fail(error, RA_NO_MEMORY, "matrix");
    if ((*text)[0] == '\0' || strpbrk(*text, "\"\\|") != NULL)
        return refuse(reader, error, "a text for people ends the line, without \" \\ |", *text);
    reader->at = "";
    return true;
}

/* --- lists of words that become bits --- */

struct vocabulary {
    const char *what; /* for messages: "channel" */
    const char *const *words;
    size_t count;
};

static bool add_bit(const struct reader *reader, const struct vocabulary *vocabulary, const char *word,
                    uint32_t *bits, struct ra_error *error)
{
    for (size_t i = 0; i < vocabulary->count; i++) {
        if (strcmp(vocabulary->words[i], word) != 0)
            continue;
        if ((*bits >> i & 1) != 0)
            return refuse(reader, error, "named twice", word);
        *bits |= UINT32_C(1) << i;
        return true;
    }
    char what[64];
    snprintf(what, sizeof what, "unknown %s", vocabulary->what);
    return refuse(reader, error, what, word);
}

static bool read_bits(const struct reader *reader, const struct vocabulary *vocabulary, char *list,
                      const char *separator, uint32_t *bits, struct ra_error *error)
{
    char *rest = NULL;
    *bits = 0;
    for (char *word = strtok_r(list, separator, &rest); word != NULL;
         word = strtok_r(NULL, separator, &rest)) {
        if (!add_bit(reader, vocabulary, word, bits, error))
            return false;
    }
    return *bits != 0 || refuse(reader, error, "an empty list of", vocabulary->what);
}

static bool read_channels(struct reader *reader, uint32_t *channels, struct ra_error *error)
{
    const struct vocabulary vocabulary = {"channel", channel_words, AUTHORIZATION_CHANNELS};
    char *list = next_piece(reader);
    return list != NULL ? read_bits(reader, &vocabulary, list, ",", channels, error)
                        : ra_fail(error, RA_NO_MEMORY, "matrix");
}

/* --- role, machine, state --- */

static bool read_role(struct reader *reader, struct ra_error *error)
{
    struct authorization_role role = {0};
    if (!next_word(reader, &role.word, error) || !read_channels(reader, &role.channels, error) ||
        !rest_text(reader, &role.text, error))
        return false;
    for (size_t i = 0; i < reader->role_count; i++) {
        if (strcmp(reader->roles[i].word, role.word) == 0)
            return refuse(reader, error, "this role was declared already", role.word);
    }
    if (reader->role_count == AUTHORIZATION_WORDS_MAX)
        return refuse(reader, error, "too many roles", role.word);
    reader->roles[reader->role_count++] = role;
    return true;
}

/* Its place, or machine_count. */
static size_t find_machine(const struct reader *reader, const char *word)
{
    size_t at = 0;
    while (at < reader->machine_count && strcmp(reader->machines[at].word, word) != 0)
        at++;
    return at;
}

static bool read_machine(struct reader *reader, struct ra_error *error)
{
    struct authorization_machine machine = {0};
    if (!next_word(reader, &machine.word, error) || !rest_text(reader, &machine.text, error))
        return false;
    if (find_machine(reader, machine.word) != reader->machine_count)
        return refuse(reader, error, "this machine was declared already", machine.word);
    if (reader->machine_count == AUTHORIZATION_MACHINES_MAX)
        return refuse(reader, error, "too many machines", machine.word);
    machine.states = reader->states[reader->machine_count];
    reader->machines[reader->machine_count++] = machine;
    return true;
}

static bool read_state(struct reader *reader, struct ra_error *error)
{
    const char *word = NULL;
    struct authorization_word state = {0};
    if (!next_word(reader, &word, error) || !next_word(reader, &state.word, error) ||
        !rest_text(reader, &state.text, error))
        return false;
    size_t at = find_machine(reader, word);
    if (at == reader->machine_count)
        return refuse(reader, error, "unknown machine", word);
    struct authorization_machine *machine = &reader->machines[at];
    for (size_t i = 0; i < machine->state_count; i++) {
        if (strcmp(machine->states[i].word, state.word) == 0)
            return refuse(reader, error, "this state was declared already", state.word);
    }
    if (machine->state_count == AUTHORIZATION_WORDS_MAX)
        return refuse(reader, error, "too many states", state.word);
    reader->states[at][machine->state_count++] = state;
    return true;
}

/* --- the states of a case --- */

/* "machine=state|state" */
static bool read_restriction(struct reader *reader, char *piece, uint32_t *states, struct ra_error *error)
{
    const char *words[AUTHORIZATION_WORDS_MAX];
    char *equals = strchr(piece, '=');
    if (equals == NULL)
        return refuse(reader, error, "states are -, *, the name of a case or machine=state|state", piece);
    *equals = '\0';
    size_t at = find_machine(reader, piece);
    if (at == reader->machine_count)
        return refuse(reader, error, "unknown machine", piece);
    if (states[at] != AUTHORIZATION_ANY)
        return refuse(reader, error, "named twice", piece);
    const struct authorization_machine *machine = &reader->machines[at];
    const struct vocabulary vocabulary = {"state", words, machine->state_count};
    for (size_t i = 0; i < machine->state_count; i++)
        words[i] = machine->states[i].word;
    return read_bits(reader, &vocabulary, equals + 1, "|", &states[at], error);
}

/* From `piece` to the end of the line. */
static bool read_restrictions(struct reader *reader, char *piece, uint32_t *states, struct ra_error *error)
{
    for (size_t i = 0; i < AUTHORIZATION_MACHINES_MAX; i++)
        states[i] = AUTHORIZATION_ANY;
    if (piece != NULL && piece[0] == '\0')
        return refuse(reader, error, "states are missing", "-, *, the name of a case or machine=state|state");
    for (; piece != NULL && piece[0] != '\0'; piece = next_piece(reader)) {
        if (!read_restriction(reader, piece, states, error))
            return false;
    }
    return piece != NULL || ra_fail(error, RA_NO_MEMORY, "matrix");
}

static const struct named_case *find_case(const struct reader *reader, const char *word)
{
    for (size_t i = 0; i < reader->case_count; i++) {
        if (strcmp(reader->cases[i].word, word) == 0)
            return &reader->cases[i];
    }
    return NULL;
}

static bool read_case(struct reader *reader, struct ra_error *error)
{
    struct named_case named = {0};
    if (!next_word(reader, &named.word, error) ||
        !read_restrictions(reader, next_piece(reader), named.states, error))
        return false;
    if (find_case(reader, named.word) != NULL)
        return refuse(reader, error, "this case was declared already", named.word);
    if (reader->case_count == CASES_MAX)
        return refuse(reader, error, "too many cases", named.word);
    reader->cases[reader->case_count++] = named;
    return true;
}

/* --- allow --- */

static bool read_roles(struct reader *reader, struct authorization_row *row, struct ra_error *error)
{
    const char *words[AUTHORIZATION_WORDS_MAX];
    const struct vocabulary vocabulary = {"role", words, reader->role_count};
    char *list = next_piece(reader);
    for (size_t i = 0; i < reader->role_count; i++)
        words[i] = reader->roles[i].word;
    if (list == NULL)
        return ra_fail(error, RA_NO_MEMORY, "matrix");
    if (!read_bits(reader, &vocabulary, list, ",", &row->roles, error))
        return false;
    for (size_t i = 0; i < reader->role_count; i++) {
        if ((row->roles >> i & 1) != 0 && (row->channels & ~reader->roles[i].channels) != 0)
            return refuse(reader, error, "this role does not exist on one of the channels", words[i]);
    }
    return true;
}

/* "-", "*", the name of a case, or restrictions of its own. */
static bool read_states(struct reader *reader, struct authorization_row *row, struct ra_error *error)
{
    char *piece = next_piece(reader);
    if (piece == NULL)
        return ra_fail(error, RA_NO_MEMORY, "matrix");
    const struct named_case *named = find_case(reader, piece);
    bool none = strcmp(piece, "-") == 0;
    row->on_case = !none;
    if (!none && strcmp(piece, "*") != 0 && named == NULL)
        return read_restrictions(reader, piece, row->states, error);
    for (size_t i = 0; i < AUTHORIZATION_MACHINES_MAX; i++)
        row->states[i] = named != NULL ? named->states[i] : AUTHORIZATION_ANY;
    reader->at += strspn(reader->at, " \t");
    return reader->at[0] == '\0' ||
           refuse(reader, error, "nothing may follow -, * or the name of a case", reader->at);
}

static bool read_allow(struct reader *reader, struct ra_error *error)
{
    struct authorization_row row = {
        .origin = talloc_asprintf(reader->context, "%s:%zu", reader->file, reader->line)};
    if (row.origin == NULL)
        return ra_fail(error, RA_NO_MEMORY, "matrix");
    if (!next_word(reader, &row.operation, error) || !read_channels(reader, &row.channels, error) ||
        !read_roles(reader, &row, error) || !read_states(reader, &row, error))
        return false;
    for (size_t i = 0; i < reader->row_count; i++) {
        if (strcmp(reader->rows[i].operation, row.operation) == 0)
            return refuse(reader, error, "this operation has a row already", row.operation);
    }
    if (reader->row_count == ROWS_MAX)
        return refuse(reader, error, "too many rows", row.operation);
    reader->rows[reader->row_count++] = row;
    return true;
}

/* --- the file --- */

static bool read_line(struct reader *reader, const char *line, struct ra_error *error)
{
    static const struct {
        const char *word;
        bool (*read)(struct reader *reader, struct ra_error *error);
    } kinds[] = {{"role", read_role},
                 {"machine", read_machine},
                 {"state", read_state},
                 {"case", read_case},
                 {"allow", read_allow}};
    reader->at = line;
    const char *kind = next_piece(reader);
    if (kind == NULL)
        return ra_fail(error, RA_NO_MEMORY, "matrix");
    if (kind[0] == '\0' || kind[0] == '#')
        return true;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].word, kind) == 0)
            return kinds[i].read(reader, error);
    }
    return refuse(reader, error, "a line begins with role, machine, state, case, allow or #", kind);
}

static int compare_rows(const void *left, const void *right)
{
    const struct authorization_row *a = left, *b = right;
    return strcmp(a->operation, b->operation);
}

bool matrix_source_read(TALLOC_CTX *context, const char *file, const char *text,
                        struct authorization_table *table, struct ra_error *error)
{
    struct reader *reader = talloc_zero(context, struct reader);
    if (reader == NULL)
        return ra_fail(error, RA_NO_MEMORY, "matrix");
    reader->context = context;
    reader->file = file;
    for (const char *at = text; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        char *line = talloc_strndup(reader, at, length);
        if (line == NULL)
            return ra_fail(error, RA_NO_MEMORY, "matrix");
        reader->line++;
        if (!read_line(reader, line, error))
            return false;
        at += length + (at[length] == '\n' ? 1 : 0);
    }
    qsort(reader->rows, reader->row_count, sizeof reader->rows[0], compare_rows);
    *table = (struct authorization_table){reader->roles,         reader->role_count, reader->machines,
                                          reader->machine_count, reader->rows,       reader->row_count};
    return true;
}
