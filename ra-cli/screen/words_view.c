/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/screen/words_view.h"

#include "ra-cli/screen/keys.h"
#include "ra-cli/words.h"

#include <stdlib.h>
#include <string.h>

enum { RANKS = 9, US = 1000000 };

const char *words_or_nothing(const char *text)
{
    return text == NULL ? "" : text;
}

static bool is(const json_t *object, const char *name, const char *value)
{
    return strcmp(screen_member(object, name), value) == 0;
}

/* --- marks --- */

const char *row_mark(const struct screen_row *row)
{
    if (row->question)
        return json_is_true(json_object_get(row->json, "answered")) ? "[=]" : "[?]";
    if (is(row->json, "state", "accepted"))
        return "[x]";
    if (is(row->json, "state", "rejected"))
        return "[!]";
    return is(row->json, "state", "waived") ? "[-]" : "[ ]";
}

const char *row_word(const struct screen_row *row)
{
    if (row->question)
        return json_is_true(json_object_get(row->json, "answered")) ? "respondida" : "pergunta";
    if (is(row->json, "state", "accepted"))
        return "feito";
    if (is(row->json, "state", "rejected"))
        return "rejeitado";
    return is(row->json, "state", "waived") ? "dispensado" : "falta";
}

/* --- rows --- */

static const char *present_answer(const json_t *question)
{
    size_t index;
    json_t *option;
    json_array_foreach(json_object_get(question, "options"), index, option)
    {
        if (is(question, "value", json_string_value(option)))
            return words_or_nothing(
                json_string_value(json_array_get(json_object_get(question, "labels"), index)));
    }
    return screen_member(question, "value");
}

const char *row_text(TALLOC_CTX *context, const struct screen_row *row)
{
    if (row->question)
        return words_or_nothing(talloc_asprintf(context, "%s %s", screen_member(row->json, "question"),
                                                present_answer(row->json)));
    return words_or_nothing(talloc_asprintf(
        context, "%s%s", json_is_true(json_object_get(row->json, "required")) ? "" : "(opcional) ",
        screen_member(row->json, "text")));
}

const char *row_person(TALLOC_CTX *context, const struct screen_row *row)
{
    static const struct {
        const char *role, *name;
    } roles[] = {{"holder", "Titular"},
                 {"responsible", "Responsável"},
                 {"representative", "Representante"},
                 {"attorney", "Procurador"},
                 {"interpreter", "Intérprete"},
                 {"company", "Empresa"},
                 {"case", "Caso"}};
    const char *role = screen_member(row->json, "person"), *name = screen_member(row->json, "person_name");
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (strcmp(roles[i].role, role) == 0)
            role = roles[i].name;
    return words_or_nothing(talloc_asprintf(context, "%s%s%s", role, name[0] == '\0' ? "" : " ", name));
}

static char *add(char *text, const char *label, const char *value)
{
    return value[0] == '\0' || text == NULL
               ? text
               : talloc_asprintf_append(text, "%s%s%s.", text[0] == '\0' ? "" : " ", label, value);
}

static const char *alternatives(TALLOC_CTX *context, const json_t *item)
{
    const json_t *names = json_object_get(item, "alternative_names");
    char *text = talloc_strdup(context, "");
    size_t index;
    json_t *name;
    json_array_foreach(names, index, name)
    {
        if (text != NULL)
            text = talloc_asprintf_append(text, "%s%s", index == 0 ? "" : ", ", json_string_value(name));
    }
    return words_or_nothing(text);
}

/* Without its last full stop: one is added. */
static const char *whole(TALLOC_CTX *context, const char *text)
{
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == '.')
        length--;
    return words_or_nothing(talloc_strndup(context, text, length));
}

const char *row_detail(TALLOC_CTX *context, const struct screen_row *row, bool with_text)
{
    char *text = talloc_strdup(context, "");
    if (row->question)
        return words_or_nothing(add(text, "Resposta: ", present_answer(row->json)));
    if (with_text)
        text = add(text, "", whole(context, screen_member(row->json, "text")));
    const char *label = is(row->json, "state", "rejected")  ? "REJEITADO: "
                        : is(row->json, "state", "waived")  ? "Dispensado: "
                        : is(row->json, "state", "pending") ? "Falta: "
                                                            : "";
    if (label[0] != '\0')
        text = add(text, label, whole(context, screen_member(row->json, "detail")));
    text = add(text, "Serve: ", whole(context, alternatives(context, row->json)));
    text = add(text, "Por quê: ", whole(context, screen_member(row->json, "why")));
    return words_or_nothing(add(text, "Fonte: ", whole(context, screen_member(row->json, "source_text"))));
}

/* --- hours --- */

static int64_t offset_of(const char *stamp)
{
    size_t length = strlen(stamp);
    if (length < 6 || (stamp[length - 6] != '+' && stamp[length - 6] != '-'))
        return 0;
    long hours = strtol(stamp + length - 5, NULL, 10), minutes = strtol(stamp + length - 2, NULL, 10);
    int64_t offset = hours * 3600 + minutes * 60;
    return stamp[length - 6] == '-' ? -offset : offset;
}

const char *clock_at(TALLOC_CTX *context, const char *stamp, int64_t now_s)
{
    int64_t second = (now_s + offset_of(stamp)) % 86400;
    second = second < 0 ? second + 86400 : second;
    return words_or_nothing(talloc_asprintf(context, "%02lld:%02lld:%02lld", (long long)second / 3600,
                                            (long long)second / 60 % 60, (long long)second % 60));
}

/* --- the case --- */

static size_t columns_of(const char *text)
{
    size_t columns = 0;
    for (; *text != '\0'; text++)
        columns += ((unsigned char)*text & 0xC0) != 0x80;
    return columns;
}

static const char *ticket_of(const struct screen_model *model, const char *order)
{
    for (size_t i = 0; i < screen_queue_count(model, "items"); i++)
        if (is(screen_queue_item(model, "items", i), "order", order))
            return screen_member(screen_queue_item(model, "items", i), "ticket");
    return "";
}

const char *words_called(const json_t *who)
{
    const char *social = screen_member(who, "social_name");
    return social[0] != '\0' ? social : screen_member(who, "name");
}

static const char *holder_name(const struct screen_case *kase)
{
    const char *name = words_called(json_object_get(kase->show, "holder"));
    return name[0] == '\0' ? kase->order : name;
}

const char *case_name(TALLOC_CTX *context, const struct screen_model *model, const struct screen_case *kase)
{
    const char *ticket = ticket_of(model, kase->order);
    return words_or_nothing(
        talloc_asprintf(context, "%s%s%s", ticket, ticket[0] == '\0' ? "" : " ", holder_name(kase)));
}

static bool has_begun(const json_t *states, const char *machine)
{
    const char *state = screen_member(states, machine);
    return state[0] != '\0' && strcmp(state, "none") != 0;
}

static char *add_needs(char *text, const json_t *needs)
{
    size_t index;
    json_t *need;
    json_array_foreach(needs, index, need)
    {
        if (text != NULL)
            text = talloc_asprintf_append(text, " · %s", words_state(json_string_value(need)));
    }
    return text;
}

/* Only the machines that have begun; who is being served has come, and the state of the attendance says it.
 */
static const char *states_line(TALLOC_CTX *context, const struct screen_case *kase)
{
    const json_t *states = json_object_get(kase->show, "states");
    static const char *const machines[][2] = {{"order", "pedido"},
                                              {"appointment", "horário"},
                                              {"attendance", ""},
                                              {"identification", "identificação"},
                                              {"issuance", "certificado"}};
    char *text = talloc_strdup(context, "");
    for (size_t i = 0; text != NULL && i < sizeof machines / sizeof *machines; i++) {
        const char *machine = machines[i][0], *word = machines[i][1];
        if (has_begun(states, machine) &&
            !(strcmp(machine, "appointment") == 0 && has_begun(states, "attendance")))
            text = talloc_asprintf_append(text, "%s%s%s%s", text[0] == '\0' ? "" : " · ", word,
                                          word[0] == '\0' ? "" : ": ",
                                          words_state(screen_member(states, machine)));
    }
    if (text != NULL && is(json_object_get(kase->show, "appointment"), "mode", "video"))
        text = talloc_asprintf_append(text, " · por vídeo");
    return words_or_nothing(add_needs(text, json_object_get(kase->show, "needs")));
}

/* At least a word of the name, whatever the rest takes. */
static const char *beginning(TALLOC_CTX *context, const char *name, size_t columns)
{
    enum { LEAST = 12 };
    const size_t room = columns < LEAST ? LEAST : columns;
    size_t used = 0, bytes = 0;
    if (columns_of(name) <= room)
        return name;
    for (; used < room - 1; used++)
        for (bytes++; ((unsigned char)name[bytes] & 0xC0) == 0x80; bytes++)
            ;
    return words_or_nothing(talloc_asprintf(context, "%.*s…", (int)bytes, name));
}

const char *case_head(TALLOC_CTX *context, const struct screen_case *kase, size_t line, size_t width)
{
    const json_t *holder = json_object_get(kase->show, "holder");
    if (kase->show == NULL)
        return line == 0 ? "lendo o caso…" : "";
    if (line == 0) {
        const char *rest = words_or_nothing(
            talloc_asprintf(context, " · CPF %s · %s · pedido %s", screen_member(holder, "cpf"),
                            screen_member(kase->show, "product_name"), kase->order));
        const size_t taken = columns_of(rest);
        const char *name = beginning(context, holder_name(kase), width < taken ? 0 : width - taken);
        return words_or_nothing(talloc_asprintf(context, "%s%s", name, rest));
    }
    if (line == 1)
        return states_line(context, kase);
    const json_t *company = json_object_get(kase->show, "company");
    const char *confirmed =
        json_is_true(json_object_get(kase->show, "email_confirmed")) ? "" : " (não confirmado)";
    const bool social = screen_member(holder, "social_name")[0] != '\0'; /* the papers have the other name */
    if (company == NULL)
        return words_or_nothing(talloc_asprintf(
            context, "%s%s%s%s%s · %s", social ? "no CPF: " : "", social ? screen_member(holder, "name") : "",
            social ? " · " : "", screen_member(holder, "email"), confirmed, screen_member(holder, "phone")));
    return words_or_nothing(talloc_asprintf(context, "%s · CNPJ %s · %s%s", screen_member(company, "name"),
                                            screen_member(company, "cnpj"), screen_member(holder, "email"),
                                            confirmed));
}

const char *case_count(TALLOC_CTX *context, const struct screen_case *kase)
{
    size_t due = 0, done = 0;
    for (size_t i = 0; i < kase->row_count; i++) {
        const struct screen_row *row = &kase->rows[i];
        if (row->question || !json_is_true(json_object_get(row->json, "required")))
            continue;
        due++;
        done += is(row->json, "state", "accepted") || is(row->json, "state", "waived");
    }
    const bool complete = json_is_true(json_object_get(kase->checklist, "complete")) &&
                          is(json_object_get(kase->show, "states"), "identification", "open");
    return words_or_nothing(talloc_asprintf(context, "%zu de %zu itens%s", done, due,
                                            complete ? ", COMPLETO: pode validar" : ""));
}

const char *words_list(TALLOC_CTX *context, const json_t *list)
{
    char *text = talloc_strdup(context, "");
    size_t index;
    json_t *one;
    json_array_foreach(list, index, one)
    {
        if (text != NULL)
            text = talloc_asprintf_append(text, "%s%s", index == 0 ? "" : ", ", json_string_value(one));
    }
    return words_or_nothing(text);
}

/* --- the help line --- */

static const char *fixed_keys(const struct screen_model *model)
{
    if (model->form != NULL)
        return model->form->then != NULL
                   ? "Enter inclui e aceita  F2 só inclui  Tab campo  ←→ escolhe  Esc fecha"
                   : "Enter envia  Tab campo  ←→ ou letras escolhem  Esc fecha";
    switch (model->page) {
    case PAGE_FIND:
        return "digite 3 letras ou mais  ↑↓ escolhe  Enter abre  Esc fecha";
    case PAGE_TEXT:
        return "↑↓ espaço andam  Esc ou Enter fecha";
    case PAGE_READ:
        return model->read_to_end ? "s ASSINA  n não assina  ↑↓ espaço andam"
                                  : "espaço desce até o fim, para poder assinar  n não assina";
    case PAGE_LOCK:
    case PAGE_QUEUE:
    case PAGE_INBOX:
    case PAGE_CASE:
        break;
    }
    return NULL;
}

const char *keys_line(TALLOC_CTX *context, const struct screen_model *model, size_t width)
{
    const char *fixed = fixed_keys(model);
    char *line = talloc_strdup(context, "");
    size_t used = 0;
    char name[8];
    if (fixed != NULL || model->page == PAGE_LOCK)
        return fixed == NULL ? "" : fixed;
    for (int rank = 1; rank < RANKS; rank++) {
        for (const struct screen_act *act = screen_acts; act->key != 0 && line != NULL; act++) {
            if (act->rank != rank || (act->places & (unsigned)screen_place(model)) == 0)
                continue;
            const size_t more =
                columns_of(act_key_name(act->key, name)) + 1 + columns_of(act->label) + (used > 0 ? 2 : 0);
            if (used + more > width)
                continue;
            line = talloc_asprintf_append(line, "%s%s %s", used > 0 ? "  " : "", act_key_name(act->key, name),
                                          act->label);
            used += more;
        }
    }
    return words_or_nothing(line);
}
