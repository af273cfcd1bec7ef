/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_video.h"

#include "catalog/catalog.h"
#include "config/config.h"
#include "orders/tokens.h"

#include <string.h>

static bool has_service(const struct ra_app *app)
{
    return app->config->video_url[0] != '\0';
}

bool agenda_video_open(struct ra_app *app, int64_t now_us, bool *open, struct ra_error *error)
{
    if (!catalog_policy_flag(app, now_us, "video_room", open, error))
        return false;
    *open = *open && has_service(app);
    return true;
}

bool agenda_video_room(struct ra_app *app, TALLOC_CTX *context, const char *mode, const char *uid,
                       const char **url, struct ra_error *error)
{
    char token[TOKEN_SIZE];
    *url = "";
    if (strcmp(mode, "video") != 0 || !has_service(app))
        return true;
    if (!token_video_room(app, uid, token, error))
        return false;
    *url = talloc_asprintf(context, "%s%s", app->config->video_url, token);
    return *url != NULL || ra_fail(error, RA_NO_MEMORY, "video room");
}
