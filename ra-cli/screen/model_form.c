/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The form of an act: what it is about, its fields with the choices that each offers, and the words of a
 * command when it is sent.
 */
#include "ra-cli/screen/keys.h"
#include "ra-cli/screen/model_internal.h"

#include <string.h>

/* --- choices --- */

static void choices_of_text(struct screen_form *form, struct form_field *field, const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, ";"), value = strcspn(text, "=");
        char *word = talloc_strndup(form, text, value);
        char *label = talloc_strndup(form, text + value + 1, length - value - 1);
        form_choice_add(form, field, word, label);
        text += length + (text[length] == ';');
    }
}

static void choices_of_arrays(struct screen_form *form, struct form_field *field, const json_t *values,
                              const json_t *labels)
{
    size_t index;
    json_t *value;
    json_array_foreach(values, index, value)
    {
        form_choice_add(form, field, json_string_value(value),
                        json_string_value(json_array_get(labels, index)));
    }
}

static void choices_of_objects(struct screen_form *form, struct form_field *field, const json_t *list,
                               const char *value, const char *label)
{
    size_t index;
    json_t *one;
    json_array_foreach(list, index, one)
    {
        form_choice_add(form, field, screen_member(one, value), screen_member(one, label));
    }
}

/* A path is told by its last part; nothing in the scanner's folder: a path is typed. */
static void choices_of_files(struct screen_form *form, struct form_field *field, const json_t *answer)
{
    const json_t *files = json_object_get(answer, "files");
    size_t index;
    json_t *file;
    json_array_foreach(files, index, file)
    {
        const char *slash = strrchr(json_string_value(file), '/');
        form_choice_add(form, field, json_string_value(file), slash == NULL ? NULL : slash + 1);
    }
    if (index > 1)
        form_choice_add(form, field, screen_member(answer, "folder"),
                        talloc_asprintf(form, "todas as %zu folhas", index));
    if (index == 0)
        field->kind = FORM_TEXT;
}

static void choices_of_people(struct screen_form *form, struct form_field *field, const json_t *items)
{
    const char *before = "";
    size_t index;
    json_t *one;
    json_array_foreach(items, index, one)
    {
        const char *id = screen_member(one, "person_id");
        if (id[0] != '\0' && strcmp(id, before) != 0)
            form_choice_add(form, field, id, screen_member(one, "person_name"));
        before = id;
    }
}

static void choices_of_slots(struct screen_form *form, struct form_field *field, const json_t *answer)
{
    size_t index;
    json_t *slot;
    json_array_foreach(json_object_get(answer, "slots"), index, slot)
    {
        const char *start = screen_member(slot, "start");
        if (strlen(start) >= 16 && json_integer_value(json_object_get(slot, "seats")) > 0)
            form_choice_add(form, field, start,
                            talloc_asprintf(form, "%.2s/%.2s %.5s", start + 8, start + 5, start + 11));
    }
}

static void choose_value(struct form_field *field, const char *value)
{
    for (size_t i = 0; i < field->choice_count; i++)
        if (strcmp(field->choices[i].value, value) == 0)
            field->chosen = i;
}

static void fill_choices(struct screen_model *model, struct form_field *field, const struct act_field *of,
                         const json_t *row, const json_t *answer)
{
    struct screen_form *form = model->form;
    switch (of->source) {
    case SOURCE_TEXT:
        choices_of_text(form, field, of->text);
        break;
    case SOURCE_FILES:
        choices_of_files(form, field, answer);
        break;
    case SOURCE_SLOTS:
        choices_of_slots(form, field, answer);
        break;
    case SOURCE_KINDS:
        choices_of_arrays(form, field, json_object_get(row, "alternatives"),
                          json_object_get(row, "alternative_names"));
        break;
    case SOURCE_BASES:
        if (screen_member(row, "consult")[0] != '\0')
            form_choice_add(form, field, screen_member(row, "consult"), NULL);
        choices_of_text(form, field, of->text);
        break;
    case SOURCE_REASONS:
        choices_of_objects(form, field, json_object_get(model->reasons, "reasons"), "code", "text");
        break;
    case SOURCE_PRODUCTS:
        choices_of_objects(form, field, json_object_get(model->lists, "products"), "id", "name");
        break;
    case SOURCE_PRIORITIES:
        choices_of_text(form, field, of->text);
        choices_of_objects(form, field, json_object_get(model->lists, "priorities"), "id", "text");
        break;
    case SOURCE_PEOPLE:
        choices_of_people(form, field, json_object_get(screen_front(model)->checklist, "items"));
        break;
    case SOURCE_ANSWERS:
        choices_of_arrays(form, field, json_object_get(row, "options"), json_object_get(row, "labels"));
        choose_value(field, screen_member(row, "value"));
        break;
    }
}

/* --- fields --- */

static bool is_consultation(const struct screen_act *act)
{
    return strcmp(act->command, "consult") == 0;
}

bool model_form_needs_choices(const struct screen_act *act)
{
    for (const struct act_field *field = act->fields; field->label != NULL; field++)
        if (field->source == SOURCE_FILES || field->source == SOURCE_SLOTS)
            return true;
    return false;
}

void model_ask_choices(struct screen_model *model, const struct screen_act *act)
{
    bool files = false;
    for (const struct act_field *field = act->fields; field->label != NULL; field++)
        files = files || field->source == SOURCE_FILES;
    json_t *words = files ? model_words("scanner", NULL)
                          : model_words("availability", screen_member(screen_front(model)->show, "product"));
    model->form_act = act;
    model_push(model, JOB_CHOICES, words, "", act->label);
}

static void fill_subject(struct screen_model *model, const struct screen_act *act, const json_t *row)
{
    struct screen_form *form = model->form;
    if (act->subject == SUBJECT_NONE)
        return;
    if (act->subject == SUBJECT_ORDER_LAST) {
        form->last = talloc_strdup(form, model_order_in_hand(model));
        return;
    }
    form_positional(form, model_order_in_hand(model));
    if (act->subject == SUBJECT_ORDER)
        return;
    if (act->subject == SUBJECT_QUESTION)
        form_positional(form, screen_member(row, "key"));
    else if (!is_consultation(act))
        form_positional(form, screen_member(row, "id"));
    if (screen_member(row, "person_id")[0] != '\0')
        form_constant(form, "person", screen_member(row, "person_id"));
    form->subject = talloc_strdup(form, act->subject == SUBJECT_QUESTION ? screen_member(row, "question")
                                                                         : screen_member(row, "text"));
}

/* Who comes without an hour is a walk-in: known from the case, so nobody has to say it. */
static void preset_arrival(struct screen_model *model)
{
    const char *appointment =
        screen_member(json_object_get(screen_front(model)->show, "states"), "appointment");
    if (model->page == PAGE_CASE && strcmp(appointment, "booked") != 0 && strcmp(appointment, "kept") != 0)
        choose_value(&model->form->fields[1], "walk-in");
}

static void fill_fields(struct screen_model *model, const struct screen_act *act, const json_t *row,
                        const json_t *answer)
{
    for (const struct act_field *of = act->fields; of->label != NULL; of++) {
        struct form_field *field = form_add(model->form, of->label, of->option, of->kind, of->required);
        if (field == NULL)
            return;
        if (act->first != NULL && of->option != NULL && strcmp(of->option, act->first) == 0)
            model->form->at = model->form->count - 1;
        if (of->kind == FORM_CHOICE)
            fill_choices(model, field, of, row, answer);
        else
            field_set(&field->typed, of->text);
    }
}

void model_open_form(struct screen_model *model, const struct screen_act *act, const json_t *answer)
{
    const json_t *row = NULL;
    if ((act->subject == SUBJECT_ITEM || act->subject == SUBJECT_QUESTION) &&
        (row = model_row_for(model, act)) == NULL)
        return;
    TALLOC_FREE(model->form);
    model->form = form_new(model, act->label, act->command);
    model->form_act = act;
    if (model->form == NULL)
        return;
    fill_subject(model, act, row);
    fill_fields(model, act, row, answer);
    model->form->then = act->then;
    if (strcmp(act->command, "checkin") == 0 && model->form->count == 2)
        preset_arrival(model);
}

void model_form_key(struct screen_model *model, int key)
{
    const struct screen_act *act = model->form_act;
    enum form_outcome outcome = form_key(model->form, key);
    if (outcome == FORM_OPEN)
        return;
    if (outcome == FORM_CLOSED) {
        if (model->flow && act->subject == SUBJECT_QUESTION) /* from the questions back to what is missing */
            screen_front(model)->at = model_next_pending(screen_front(model), 0);
        model->flow = false;
        TALLOC_FREE(model->form);
        return;
    }
    model->message[0] = '\0';
    const char *order = model->form->last != NULL           ? model->form->last
                        : model->form->positional_count > 0 ? model->form->positional[0]
                                                            : "";
    if (order[0] == '\0' && model->page == PAGE_CASE)
        order = screen_front(model)->order; /* what happens to a token happens to its case */
    if (outcome == FORM_SENT)
        model->then = form_then_words(model->form);
    model_push(model, JOB_ACT, form_words(model->form), order, act->label);
    TALLOC_FREE(model->form);
}
