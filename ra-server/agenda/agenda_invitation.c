/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_invitation.h"

#include "agenda/agenda_calendar.h"
#include "agenda/agenda_place.h"
#include "agenda/agenda_video.h"
#include "catalog/catalog.h"
#include "db/db.h"

static bool read_conference(struct ra_app *app, struct db *db, TALLOC_CTX *context, const char *uid,
                            const char **url, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(db, context, STATEMENT_AGENDA_MODE, DB_VALUES(db_text(uid)), &rows, error))
        return false;
    return agenda_video_room(app, context, db_row_count(rows) > 0 ? row_text(rows, 0, "mode") : "", uid, url,
                             error);
}

bool agenda_invitation(struct ra_app *app, struct db *db, TALLOC_CTX *context,
                       const struct invitation *invitation, struct bytes *output, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    const char *conference = "";
    if (!catalog_office(app, context, &office, error) ||
        !read_conference(app, db, context, invitation->uid, &conference, error))
        return false;
    const char *url = talloc_asprintf(context, "%s/entrar", app->config->public_url);
    const bool by_video = conference[0] != '\0';
    const char *location = by_video ? "Por vídeo" : agenda_place_text(context, office);
    const char *description = talloc_asprintf(
        context, "%s%s%s: a lista está em %s/checklist\nPara mudar ou cancelar o horário: %s\nTelefone: %s",
        by_video ? "Entre na sala: " : "", conference,
        by_video ? "\nTenha à mão os documentos originais" : "Leve os documentos originais",
        app->config->public_url, url, office->phone);
    if (url == NULL || location == NULL || description == NULL)
        return ra_fail(error, RA_NO_MEMORY, "invitation");
    const struct calendar_facts facts = {
        .method = invitation->method,
        .uid = invitation->uid,
        .sequence = invitation->sequence,
        .start_us = invitation->start_us,
        .end_us = invitation->end_us,
        .stamp_us = invitation->stamp_us,
        .zone = office->zone,
        .cancelled = invitation->cancelled,
        .summary = "Atendimento do certificado digital",
        .description = description,
        .location = location,
        .organizer = app->config->smtp_from,
        .organizer_name = "IMA Certificado Digital",
        .attendee = invitation->attendee,
        .url = url,
        .conference = conference,
    };
    return calendar_write(context, &facts, output, error);
}
