/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "approval/office.h"
#include "audit/audit.h"
#include "dossier/dossier.h"
#include "dossier/dossier_export.h"
#include "orders/orders.h"

#include <sys/stat.h>
#include <unistd.h>

static bool record(struct http_request *request, const struct order *order,
                   const struct dossier_packed *packed, struct ra_error *error)
{
    return audit_record(request, AUDIT_EXPORT_MADE, order,
                        json_pack("{s:s, s:s, s:i, s:I, s:I}", "what", "dossier", "root", packed->root,
                                  "attempt", order->attempt, "documents", (json_int_t)packed->documents,
                                  "leaves", (json_int_t)packed->leaves),
                        NULL, error);
}

static bool reply_file(struct http_response *response, const struct order *order, int fd,
                       struct ra_error *error)
{
    struct stat status;
    if (fstat(fd, &status) != 0) {
        return ra_fail_errno(error, "fstat");
    }
    const char *name = talloc_asprintf(response->context, "dossie-%s.zip", order->code);
    http_set_attachment(response, name != NULL ? name : "dossie.zip");
    http_set_header(response, "Cache-Control", "no-store");
    http_reply_file(response, 200, "application/zip", fd, (uint64_t)status.st_size);
    return true;
}

static bool export_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct dossier_packed packed = {0};
    int fd = -1;
    if (!orders_load_for_update(request, http_path_parameter(request, "code"), &order, error) ||
        !http_temporary_file(request, &fd, error)) {
        return false;
    }
    if (dossier_export(request, order, fd, &packed, error) && record(request, order, &packed, error) &&
        reply_file(response, order, fd, error)) {
        return true;
    }
    (void)close(fd);
    return false;
}

static const struct http_route routes[] = {
    {
        .method = HTTP_GET,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/orders/{code}/dossier/export",
        .authorize = office_authorize_agent_or_auditor,
        .handler = export_get,
        .operation = "dossierExport",
        .summary = "O caso inteiro, selado, para conferir sem o servidor",
        .response_type = "application/zip",
        .statuses = {200, 404, 409},
    },
};

const struct room dossier_room = {
    .name = "dossier",
    .id = ROOM_DOSSIER,
    .routes = routes,
    .route_count = sizeof routes / sizeof routes[0],
};
