/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Questions about free seats, answered from memory alone.
 */
#include "agenda/agenda_internal.h"
#include "agenda/agenda_video.h"
#include "agenda/hours/duration.h"
#include "catalog/local_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_DAYS = 7, NEAR_DAYS = 14, PERSONS_MAX = 50 };

/* --- the question --- */

bool agenda_check_mode(struct http_request *request, const char *mode, const char *media, bool sold_in_person,
                       bool sold_by_video, struct ra_error *error)
{
    bool video_room = false;
    if (!agenda_mode_known(mode))
        return ra_fail_field(error, "mode", "unknown",
                             "Escolha atendimento presencial (in_person) ou por vídeo (video).");
    if (strcmp(mode, "in_person") == 0)
        return sold_in_person ||
               ra_fail_field(error, "mode", "not-sold", "Este certificado não tem atendimento presencial.");
    if (strcmp(media, "token") == 0 || !sold_by_video) {
        ra_fail_reason(error, RA_RULE_REFUSED, "video-not-for-media",
                       "Certificado em token só com atendimento presencial.");
        snprintf(error->source, sizeof error->source, "catálogo: modos do produto");
        return false;
    }
    if (!agenda_video_open(request->app, request->now_us, &video_room, error))
        return false;
    if (video_room)
        return true;
    ra_fail_reason(error, RA_RULE_REFUSED, "video-room-closed",
                   "O atendimento por vídeo ainda não está disponível. Escolha o presencial.");
    snprintf(error->source, sizeof error->source, "video_room; Carta de Serviços 5.1.13");
    return false;
}

/* Digits alone, from 1 to the most. */
static bool read_count(const char *text, unsigned long usual, unsigned long most, unsigned long *count)
{
    size_t length = text != NULL ? strlen(text) : 0;
    *count = usual;
    if (length > 0)
        *count = length <= 3 && text[strspn(text, "0123456789")] == '\0' ? strtoul(text, NULL, 10) : 0;
    return *count >= 1 && *count <= most;
}

static bool read_days(const char *text, size_t *days, struct ra_error *error)
{
    unsigned long count = 0;
    if (!read_count(text, DEFAULT_DAYS, AGENDA_DAYS_MAX, &count))
        return ra_fail_field(error, "days", "range", "Peça de 1 a 62 dias.");
    *days = count;
    return true;
}

static bool read_first_day(const char *text, const char *today, int64_t *number, struct ra_error *error)
{
    int64_t instant_us = 0;
    char stamp[32];
    const char *day = text != NULL && text[0] != '\0' ? text : today;
    snprintf(stamp, sizeof stamp, "%.10sT00:00:00Z", day);
    if (strlen(day) != 10 || !clock_parse(stamp, &instant_us))
        return ra_fail_field(error, "from", "format", "Escreva o dia com ano, mês e dia, como 2026-11-24.");
    *number = instant_us / INT64_C(86400000000);
    return true;
}

static bool read_need(struct http_request *request, struct agenda_question *question, struct ra_error *error)
{
    struct duration duration;
    unsigned long persons = 0;
    if (!read_count(http_query(request, "persons"), 1, PERSONS_MAX, &persons))
        return ra_fail_field(error, "persons", "range", "Diga de 1 a 50 pessoas.");
    const struct duration_part part = {question->product->id, (int)persons};
    if (!duration_of_visit(request->app, request->context, question->first_day * INT64_C(86400000000),
                           question->mode, &part, 1, &duration, error))
        return false;
    question->need = duration_need(&duration);
    return true;
}

bool agenda_read_question(struct http_request *request, struct agenda_question *question,
                          struct ra_error *error)
{
    char today[CATALOG_DAY_SIZE];
    const char *mode = http_query(request, "mode");
    catalog_today(request->app, request->now_us, today);
    *question = (struct agenda_question){.mode = mode != NULL && mode[0] != '\0' ? mode : "in_person"};
    bool good = read_days(http_query(request, "days"), &question->days, error);
    good = read_first_day(http_query(request, "from"), today, &question->first_day, error) && good;
    good = catalog_product_on(request->app, request->context, http_query(request, "product"), today,
                              &question->product, error) &&
           good;
    return good &&
           agenda_check_mode(request, question->mode, question->product->media, question->product->in_person,
                             question->product->video, error) &&
           read_need(request, question, error);
}

/* --- the answer as text --- */

struct text_buffer {
    char *data;
    size_t used, size;
};

static void put(struct text_buffer *buffer, const char *text, size_t length)
{
    memcpy(buffer->data + buffer->used, text, length);
    buffer->used += length;
}

/* Not by snprintf: one for each slot, and there may be hundreds in an answer. */
static void put_count(struct text_buffer *buffer, int count)
{
    char digits[12];
    size_t at = sizeof digits;
    for (unsigned left = (unsigned)count; at == sizeof digits || left > 0; left /= 10)
        digits[--at] = (char)('0' + left % 10);
    put(buffer, digits + at, sizeof digits - at);
}

/* A session of one seat without preparation is the slot itself, whose text is ready. */
static void put_slot(struct text_buffer *buffer, const struct agenda_day *day,
                     const struct agenda_day_slot *slot, const struct agenda_slot *found)
{
    char text[AGENDA_SLOT_TEXT_SIZE];
    if (buffer->data[buffer->used - 1] == '}')
        put(buffer, ",", 1);
    if (found->start_us == slot->start_us && found->end_us == slot->end_us)
        put(buffer, slot->text, slot->text_length);
    else
        put(buffer, text, agenda_slot_text(day, found->start_us, found->end_us, text));
    put_count(buffer, found->seats);
    put(buffer, "}", 1);
}

static struct agenda_look look_of(struct ra_app *app, int64_t now_us, enum agenda_side side)
{
    return (struct agenda_look){.now_us = now_us,
                                .internal_too = side == AGENDA_OFFICE,
                                .clicks = side == AGENDA_PUBLIC ? agenda_clicks_of(app) : NULL};
}

/* The session that could begin with a seat of the slot; no seats: none. */
static struct agenda_slot session_at(const struct agenda_day *day, const struct agenda_day_slot *slot,
                                     const struct agenda_look *look, const struct agenda_need *need)
{
    struct agenda_slot found = {.start_us = slot->start_us + need->before_us, .offset_s = day->offset_s};
    if (slot->start_us > look->now_us)
        found.seats = agenda_slot_free(day, slot, look, need, &found.end_us);
    return found;
}

static void put_day(struct text_buffer *buffer, const struct agenda_day *day, const struct agenda_look *look,
                    const struct agenda_need *need)
{
    for (size_t i = 0; day != NULL && i < day->slot_count; i++) {
        const struct agenda_slot found = session_at(day, &day->slots[i], look, need);
        if (found.seats > 0)
            put_slot(buffer, day, &day->slots[i], &found);
    }
}

bool agenda_slots_text(struct http_request *request, const struct agenda_question *question,
                       enum agenda_side side, struct bytes *text, struct ra_error *error)
{
    struct agenda_day *days[AGENDA_DAYS_MAX];
    struct text_buffer buffer = {.size = 64};
    const struct agenda_look look = look_of(request->app, request->now_us, side);
    agenda_memory_days(agenda_memory_of(request->app), question->first_day, question->days, days);
    for (size_t i = 0; i < question->days; i++)
        buffer.size += days[i] != NULL ? days[i]->slot_count * (AGENDA_SLOT_TEXT_SIZE + 16) : 0;
    buffer.data = talloc_size(request->context, buffer.size);
    if (buffer.data != NULL)
        put(&buffer, "{\"slots\":[", 10);
    for (size_t i = 0; i < question->days; i++) {
        if (buffer.data != NULL)
            put_day(&buffer, days[i], &look, &question->need);
        agenda_day_release(days[i]);
    }
    if (buffer.data == NULL)
        return ra_fail(error, RA_NO_MEMORY, "agenda");
    put(&buffer, "]}", 2);
    *text = (struct bytes){(const uint8_t *)buffer.data, buffer.used};
    return true;
}

/* --- the answer as values --- */

/* The visit that could begin with a seat of the slot: its second session where the seats of the first end. */
static struct agenda_slot visit_at(const struct agenda_day *day, const struct agenda_day_slot *slot,
                                   const struct agenda_look *look, const struct agenda_search *search)
{
    struct agenda_slot found = session_at(day, slot, look, &search->needs[0]);
    if (found.seats == 0 || search->halves < RUN_HALVES)
        return found;
    int64_t whole_us = search->needs[0].before_us + search->needs[0].with_us;
    const struct agenda_day_slot *next = agenda_day_slot_at(day, agenda_slot_cover(day, slot, whole_us));
    int seats = next != NULL ? agenda_slot_free(day, next, look, &search->needs[1], NULL) : 0;
    found.seats = seats < found.seats ? seats : found.seats;
    return found;
}

bool agenda_free_slots(struct ra_app *app, TALLOC_CTX *context, int64_t now_us, int64_t first, size_t count,
                       const struct agenda_search *search, struct agenda_slot **slots, size_t *found,
                       struct ra_error *error)
{
    struct agenda_day *days[AGENDA_DAYS_MAX];
    const struct agenda_look look = look_of(app, now_us, search->side);
    size_t room = 1;
    *found = 0;
    agenda_memory_days(agenda_memory_of(app), first, count, days);
    for (size_t i = 0; i < count; i++)
        room += days[i] != NULL ? days[i]->slot_count : 0;
    *slots = talloc_array(context, struct agenda_slot, (unsigned)room);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; *slots != NULL && days[i] != NULL && j < days[i]->slot_count; j++) {
            const struct agenda_slot visit = visit_at(days[i], &days[i]->slots[j], &look, search);
            if (visit.seats > 0)
                (*slots)[(*found)++] = visit;
        }
        agenda_day_release(days[i]);
    }
    return *slots != NULL || ra_fail(error, RA_NO_MEMORY, "agenda");
}

static json_t *slot_json(struct http_request *request, const struct agenda_slot *slot, const char *office)
{
    TALLOC_CTX *context = request->context;
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:i}", "start", local_time_rfc3339(context, slot->start_us, slot->offset_s), "end",
        local_time_rfc3339(context, slot->end_us, slot->offset_s), "office", office, "seats", slot->seats);
    if (request->face != HTTP_FACE_PAGE)
        return json;
    json_object_set_new(json, "start_text",
                        json_string(local_time_long_text(context, slot->start_us, slot->offset_s)));
    json_object_set_new(json, "start_short",
                        json_string(local_time_short_text(context, slot->start_us, slot->offset_s)));
    return json;
}

/* The wished slot was just found full; memory may hear of it only when the winner's commit is told. */
static size_t leave_out(struct agenda_slot *slots, size_t count, int64_t start_us)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (slots[i].start_us != start_us)
            slots[kept++] = slots[i];
    }
    return kept;
}

json_t *agenda_alternatives_json(struct http_request *request, int64_t wished_us,
                                 const struct agenda_search *search)
{
    struct agenda_slot *slots = NULL;
    struct catalog_office *office = NULL;
    size_t count = 0, nearest[AGENDA_ALTERNATIVES];
    struct ra_error ignored = {0}; /* a refusal without alternatives is still the right refusal */
    json_t *list = json_array();
    int64_t first = wished_us / INT64_C(86400000000) - NEAR_DAYS;
    if (!catalog_office(request->app, request->context, &office, &ignored) ||
        !agenda_free_slots(request->app, request->context, request->now_us, first, 2 * NEAR_DAYS + 1, search,
                           &slots, &count, &ignored))
        return list;
    count = leave_out(slots, count, wished_us);
    size_t found = agenda_nearest(slots, count, wished_us, AGENDA_ALTERNATIVES, nearest);
    for (size_t i = 0; i < found; i++)
        json_array_append_new(list, slot_json(request, &slots[nearest[i]], office->code));
    return list;
}
