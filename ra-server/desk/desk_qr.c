/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/desk_qr.h"

#include "desk/desk_act.h"

#include <ctype.h>
#include <qrencode.h>
#include <string.h>

enum { QUIET = 4 };

static bool dark(const QRcode *code, int row, int column)
{
    return (code->data[row * code->width + column] & 1) != 0;
}

/* One rectangle for each run of dark modules in a row. */
static char *add_row(char *svg, const QRcode *code, int row)
{
    for (int column = 0; column < code->width && svg != NULL; column++) {
        int end = column;
        while (end < code->width && dark(code, row, end))
            end++;
        if (end > column)
            svg = talloc_asprintf_append(svg, "M%d %dh%dv1h-%dz", column + QUIET, row + QUIET, end - column,
                                         end - column);
        column = end;
    }
    return svg;
}

char *desk_qr_svg(TALLOC_CTX *context, const char *text)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (code == NULL)
        return NULL;
    const int size = code->width + 2 * QUIET;
    char *svg = talloc_asprintf(context,
                                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
                                "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/>"
                                "<path d=\"",
                                size, size, size, size);
    for (int row = 0; row < code->width && svg != NULL; row++)
        svg = add_row(svg, code, row);
    QRcode_free(code);
    return svg != NULL ? talloc_asprintf_append(svg, "\"/></svg>") : NULL;
}

bool desk_qr(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error))
        return false;
    const char *address =
        talloc_asprintf(request->context, "%s/pedido/%s", request->app->config->public_url, order->code);
    const char *svg = address != NULL ? desk_qr_svg(request->context, address) : NULL;
    if (svg == NULL)
        return ra_fail(error, RA_NO_MEMORY, "QR");
    http_reply_bytes(response, 200, "image/svg+xml", bytes_of_text(svg));
    return true;
}

bool desk_qr_read(const char *text, char code[ORDERS_CODE_SIZE])
{
    static const char *const marks[] = {"/pedido/", "/emitir/"};
    const char *at = NULL;
    char part[ORDERS_CODE_SIZE * 2];
    for (size_t i = 0; i < sizeof marks / sizeof *marks && at == NULL; i++) {
        at = strstr(text, marks[i]);
        if (at != NULL)
            at += strlen(marks[i]);
    }
    if (at == NULL)
        return orders_code_normalise(text, code);
    size_t length = 0;
    while (isalnum((unsigned char)at[length]) && length < sizeof part - 1)
        length++;
    memcpy(part, at, length);
    part[length] = '\0';
    return orders_code_normalise(part, code);
}
