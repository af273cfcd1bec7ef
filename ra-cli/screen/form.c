/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/screen/form.h"

#include "ra-cli/screen/keys.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- making one --- */

struct screen_form *form_new(TALLOC_CTX *context, const char *title, const char *command)
{
    struct screen_form *form = talloc_zero(context, struct screen_form);
    if (form == NULL)
        return NULL;
    form->title = talloc_strdup(form, title);
    form->command = talloc_strdup(form, command);
    return form;
}

struct form_field *form_add(struct screen_form *form, const char *label, const char *option,
                            enum form_kind kind, bool required)
{
    if (form == NULL || form->count == FORM_FIELDS_MAX)
        return NULL;
    struct form_field *field = &form->fields[form->count++];
    *field = (struct form_field){.label = talloc_strdup(form, label),
                                 .option = option == NULL ? NULL : talloc_strdup(form, option),
                                 .kind = kind,
                                 .required = required};
    return field;
}

void form_choice_add(struct screen_form *form, struct form_field *field, const char *value, const char *label)
{
    if (field == NULL || value == NULL || field->choice_count == FORM_CHOICES_MAX)
        return;
    struct form_choice *longer =
        talloc_realloc(form, field->choices, struct form_choice, (unsigned)field->choice_count + 1);
    if (longer == NULL)
        return;
    field->choices = longer;
    longer[field->choice_count++] =
        (struct form_choice){talloc_strdup(form, value), talloc_strdup(form, label == NULL ? value : label)};
}

void form_positional(struct screen_form *form, const char *word)
{
    if (form != NULL && form->positional_count < FORM_WORDS_MAX)
        form->positional[form->positional_count++] = talloc_strdup(form, word);
}

void form_constant(struct screen_form *form, const char *option, const char *value)
{
    if (form == NULL || form->constant_count + 2 > FORM_WORDS_MAX)
        return;
    form->constant[form->constant_count++] = talloc_asprintf(form, "--%s", option);
    if (value != NULL)
        form->constant[form->constant_count++] = talloc_strdup(form, value);
}

/* --- values --- */

static size_t digits_of(enum form_kind kind)
{
    switch (kind) {
    case FORM_DATE:
        return 8;
    case FORM_CPF:
        return 11;
    case FORM_CNPJ:
        return 14;
    case FORM_TEXT:
    case FORM_WORDS:
    case FORM_MONEY:
    case FORM_CHOICE:
        break;
    }
    return 0;
}

/* "1.234,5" in cents; NULL: not an amount. */
static const char *cents_of(struct screen_form *form, const char *typed)
{
    int64_t cents = 0;
    int decimals = -1;
    for (; *typed != '\0'; typed++) {
        if (*typed == '.' && decimals < 0)
            continue;
        if (*typed == ',' && decimals < 0) {
            decimals = 0;
            continue;
        }
        if (*typed < '0' || *typed > '9' || decimals == 2 || cents > INT64_C(99999999999))
            return NULL;
        cents = cents * 10 + (*typed - '0');
        decimals += decimals >= 0;
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 2; i++)
        cents *= 10;
    return talloc_asprintf(form, "%lld", (long long)cents);
}

const char *form_value(struct screen_form *form, const struct form_field *field)
{
    char digits[32];
    const char *value = field->typed.text;
    switch (field->kind) {
    case FORM_CHOICE:
        return field->choice_count == 0 ? "" : field->choices[field->chosen].value;
    case FORM_DATE:
        if (field_digits(&field->typed, digits, sizeof digits) != 8)
            return field->typed.text;
        value = talloc_asprintf(form, "%.4s-%.2s-%.2s", digits + 4, digits + 2, digits);
        break;
    case FORM_CPF:
    case FORM_CNPJ:
    case FORM_TEXT:
    case FORM_WORDS:
        break;
    case FORM_MONEY:
        value = value[0] == '\0' ? "" : cents_of(form, value);
        break;
    }
    return value == NULL ? "" : value;
}

const char *form_shown(struct screen_form *form, const struct form_field *field)
{
    char digits[32];
    if (field->kind == FORM_CHOICE)
        return field->choice_count == 0 ? "(não há o que escolher)" : field->choices[field->chosen].label;
    if (field->kind != FORM_DATE || field_digits(&field->typed, digits, sizeof digits) != field->typed.length)
        return field->typed.text;
    const char *shown = strlen(digits) > 4
                            ? talloc_asprintf(form, "%.2s/%.2s/%.4s", digits, digits + 2, digits + 4)
                            : talloc_asprintf(form, strlen(digits) > 2 ? "%.2s/%.2s" : "%.2s", digits,
                                              strlen(digits) > 2 ? digits + 2 : "");
    return shown == NULL ? "" : shown;
}

/* --- keys --- */

static void move(struct screen_form *form, bool forward)
{
    if (form->count == 0)
        return;
    form->at = (form->at + (forward ? 1 : form->count - 1)) % form->count;
    field_set(&form->fields[form->at].typed,
              form->fields[form->at].kind == FORM_CHOICE ? "" : form->fields[form->at].typed.text);
}

static void choose(struct form_field *field, bool forward)
{
    if (field->choice_count > 0)
        field->chosen = (field->chosen + (forward ? 1 : field->choice_count - 1)) % field->choice_count;
    field_set(&field->typed, "");
}

/* The first choice whose value or label begins with what was typed; else the letter begins a new search. */
static bool find_choice(struct form_field *field)
{
    for (size_t i = 0; i < field->choice_count; i++) {
        if (strncasecmp(field->choices[i].value, field->typed.text, field->typed.length) == 0 ||
            strncasecmp(field->choices[i].label, field->typed.text, field->typed.length) == 0) {
            field->chosen = i;
            return true;
        }
    }
    return false;
}

static void type_choice(struct form_field *field, int key)
{
    if (key == ' ' && field->typed.length == 0) {
        choose(field, true);
        return;
    }
    if (!field_key(&field->typed, key) || field->typed.length == 0 || find_choice(field))
        return;
    field_set(&field->typed, "");
    if (!field_key(&field->typed, key) || !find_choice(field))
        field_set(&field->typed, "");
}

static void type_text(struct screen_form *form, struct form_field *field, int key)
{
    char digits[32];
    const size_t whole = digits_of(field->kind);
    if (!field_key(&field->typed, key) || whole == 0 || key == SCREEN_BACKSPACE || key == SCREEN_CLEAR)
        return;
    if (field_digits(&field->typed, digits, sizeof digits) == whole && form->at + 1 < form->count)
        move(form, true);
}

static const char *what_is_wrong(struct screen_form *form)
{
    char digits[32];
    for (size_t i = 0; i < form->count; i++) {
        const struct form_field *field = &form->fields[i];
        const size_t whole = digits_of(field->kind);
        const char *wrong = NULL;
        if (field->required && form_value(form, field)[0] == '\0')
            wrong = "falta";
        else if (whole != 0 && field->typed.length > 0 &&
                 field_digits(&field->typed, digits, sizeof digits) != whole)
            wrong = "incompleto";
        else if (field->kind == FORM_MONEY && field->typed.length > 0 && form_value(form, field)[0] == '\0')
            wrong = "não é um valor";
        if (wrong == NULL)
            continue;
        form->at = i;
        return talloc_asprintf(form, "%s: %s", field->label, wrong);
    }
    return NULL;
}

static enum form_outcome finish(struct screen_form *form, enum form_outcome outcome)
{
    form->problem = what_is_wrong(form);
    return form->problem == NULL ? outcome : FORM_OPEN;
}

enum form_outcome form_key(struct screen_form *form, int key)
{
    struct form_field *field = form->count == 0 ? NULL : &form->fields[form->at];
    form->problem = NULL;
    switch (key) {
    case SCREEN_ESCAPE:
        return FORM_CLOSED;
    case SCREEN_ENTER:
        return finish(form, FORM_SENT);
    case SCREEN_SEND:
        return finish(form, form->then == NULL ? FORM_SENT : FORM_SENT_1);
    case SCREEN_TAB:
    case SCREEN_DOWN:
        move(form, true);
        return FORM_OPEN;
    case SCREEN_BACKTAB:
    case SCREEN_UP:
        move(form, false);
        return FORM_OPEN;
    case SCREEN_LEFT:
    case SCREEN_RIGHT:
        if (field != NULL && field->kind == FORM_CHOICE)
            choose(field, key == SCREEN_RIGHT);
        return FORM_OPEN;
    default:
        break;
    }
    if (field != NULL && field->kind == FORM_CHOICE)
        type_choice(field, key);
    else if (field != NULL)
        type_text(form, field, key);
    return FORM_OPEN;
}

/* --- words --- */

static void add_word(json_t *words, const char *word)
{
    json_array_append_new(words, json_string(word));
}

static void add_each_word(json_t *words, const char *text)
{
    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        const size_t length = strcspn(text, " ");
        json_array_append_new(words, json_stringn(text, length));
        text += length;
    }
}

static json_t *begin_words(const char *command)
{
    json_t *words = json_array();
    for (size_t length; *command != '\0'; command += length + (command[length] == ' ')) {
        length = strcspn(command, " ");
        json_array_append_new(words, json_stringn(command, length));
    }
    return words;
}

json_t *form_words(struct screen_form *form)
{
    json_t *words = begin_words(form->command);
    for (size_t i = 0; i < form->constant_count; i++)
        add_word(words, form->constant[i]);
    for (size_t i = 0; i < form->count; i++) {
        const struct form_field *field = &form->fields[i];
        const char *value = form_value(form, field);
        if (field->option == NULL || value[0] == '\0')
            continue;
        add_word(words, talloc_asprintf(form, "--%s", field->option[0] == '\0' ? value : field->option));
        if (field->option[0] != '\0')
            add_word(words, value);
    }
    add_word(words, "--");
    for (size_t i = 0; i < form->positional_count; i++)
        add_word(words, form->positional[i]);
    for (size_t i = 0; i < form->count; i++) {
        const char *value = form_value(form, &form->fields[i]);
        if (form->fields[i].option == NULL && form->fields[i].kind == FORM_WORDS)
            add_each_word(words, value);
        else if (form->fields[i].option == NULL && value[0] != '\0')
            add_word(words, value);
    }
    if (form->last != NULL)
        add_word(words, form->last);
    return words;
}

json_t *form_then_words(struct screen_form *form)
{
    if (form->then == NULL)
        return NULL;
    json_t *words = begin_words(form->then);
    for (size_t i = 0; i + 1 < form->constant_count; i++)
        if (strcmp(form->constant[i], "--person") == 0) {
            add_word(words, form->constant[i]);
            add_word(words, form->constant[i + 1]);
        }
    add_word(words, "--");
    for (size_t i = 0; i < form->positional_count; i++)
        add_word(words, form->positional[i]);
    return words;
}
