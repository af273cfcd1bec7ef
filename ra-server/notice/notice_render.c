/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a row of the outbox to a mail: the texts by their templates, the invitation, the message around them.
 */
#include "agenda/agenda_invitation.h"
#include "http/template.h"
#include "notice/notice_internal.h"
#include "notice/notice_message.h"

#include <string.h>

static const char subject_mark[] = "Assunto: ";

static bool render_calendar(struct job_run *run, const struct notice_row *row, struct bytes *calendar,
                            struct ra_error *error)
{
    const json_t *facts = json_object_get(row->message, "appointment");
    const char *method = notice_calendar_method(row->kind);
    *calendar = (struct bytes){NULL, 0};
    if (method[0] == '\0')
        return true;
    const struct invitation invitation = {
        .method = method,
        .uid = json_string_value(json_object_get(facts, "uid")),
        .sequence = (int)notice_number(facts, "sequence"),
        .start_us = notice_number(facts, "start_us"),
        .end_us = notice_number(facts, "end_us"),
        .stamp_us = row->created_us,
        .cancelled = row->kind == NOTICE_CANCELLED,
        .attendee = row->recipient,
    };
    if (invitation.uid == NULL)
        return ra_fail(error, RA_INTERNAL, "an invitation without its appointment");
    return agenda_invitation(run->app, run->db, run->context, &invitation, calendar, error);
}

/* The first line of the text template is the subject. */
static bool split_subject(TALLOC_CTX *context, struct bytes rendered, struct notice_message *message,
                          struct ra_error *error)
{
    const char *text = (const char *)rendered.data;
    const char *end = strchr(text, '\n');
    size_t mark = sizeof subject_mark - 1;
    if (end == NULL || strncmp(text, subject_mark, mark) != 0)
        return ra_fail(error, RA_INTERNAL, "a mail's text does not begin with its subject");
    message->subject = talloc_strndup(context, text + mark, (size_t)(end - text) - mark);
    message->text = end + 1 + strspn(end + 1, "\n");
    return message->subject != NULL || ra_fail(error, RA_NO_MEMORY, "mail");
}

static bool render_texts(struct job_run *run, const struct notice_row *row, const json_t *model,
                         struct notice_message *message, struct ra_error *error)
{
    const char *name = talloc_asprintf(run->context, "mail/%s", notice_template(row->kind));
    struct bytes text, html;
    if (name == NULL)
        return ra_fail(error, RA_NO_MEMORY, "mail");
    if (!template_render(run->app->templates, TEMPLATE_TEXT, name, model, run->context, &text, error) ||
        !template_render(run->app->templates, TEMPLATE_HTML, name, model, run->context, &html, error))
        return false;
    message->html = (const char *)html.data;
    return split_subject(run->context, text, message, error);
}

bool notice_render(struct job_run *run, const struct notice_row *row, struct bytes *mail,
                   struct ra_error *error)
{
    struct notice_message message = {
        .from_name = "IMA Certificado Digital",
        .from = run->app->config->smtp_from,
        .to = row->recipient,
        .calendar_method = notice_calendar_method(row->kind),
        .at_us = run->now_us,
        .message_id = talloc_asprintf(run->context, "aviso.%lld.%lld@guiche", (long long)row->id,
                                      (long long)row->created_us),
    };
    json_t *model = json_object();
    bool done = notice_model(run, row, model, error) && render_texts(run, row, model, &message, error) &&
                render_calendar(run, row, &message.calendar, error) &&
                notice_message_write(run->context, &message, mail, error);
    json_decref(model);
    return done;
}
