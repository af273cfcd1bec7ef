/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/slip.h"

#include "ra-cli/terminal.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <qrencode.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINK_MAX = 512, MARGIN = 2 };

static bool dark(const QRcode *code, int row, int column)
{
    if (row < 0 || column < 0 || row >= code->width || column >= code->width)
        return false;
    return (code->data[row * code->width + column] & 1) != 0;
}

/* Two rows of modules in one line of text. Light is drawn: terminals are dark and readers want dark on light.
 */
static void draw(FILE *out, const QRcode *code)
{
    static const char *const blocks[2][2] = {{"█", "▀"}, {"▄", " "}};
    for (int row = -MARGIN; row < code->width + MARGIN; row += 2) {
        fputs("      ", out);
        for (int column = -MARGIN; column < code->width + MARGIN; column++)
            fputs(blocks[dark(code, row, column)][dark(code, row + 1, column)], out);
        fputc('\n', out);
    }
}

static void draw_link(FILE *out, const char *page, const char *code)
{
    char link[LINK_MAX];
    int length = snprintf(link, sizeof link, "%s#p=%s", page, code);
    QRcode *qr =
        length > 0 && (size_t)length < sizeof link ? QRcode_encodeString8bit(link, 0, QR_ECLEVEL_M) : NULL;
    if (qr != NULL) {
        draw(out, qr);
        OPENSSL_cleanse(qr->data, (size_t)qr->width * (size_t)qr->width);
        QRcode_free(qr);
    }
    OPENSSL_cleanse(link, sizeof link);
}

void slip_print(FILE *out, const char *page, const char *code, bool mailed)
{
    fprintf(out, "\n  CÓDIGO DO PAPEL\n\n      %s\n\n", code);
    if (page != NULL && page[0] != '\0') {
        draw_link(out, page, code);
        fputs("\n      ", out);
        terminal_text(out, page);
        fputs("\n\n", out);
    }
    fputs(mailed
              ? "  1. A outra metade do código chega agora por e-mail.\n"
              : "  1. Depois da conferência do segundo agente, chega por e-mail a outra metade do código.\n",
          out);
    fputs("  2. No computador onde vai usar o certificado, abra o endereço acima (ou leia o quadro)\n"
          "     e digite as duas metades. O certificado nasce ali, e a chave não passa por nós.\n"
          "  3. Quem tem só este papel não consegue emitir. Perdeu? Volte ao atendimento.\n\n"
          "  Este código não fica guardado e não pode ser mostrado de novo.\n",
          out);
}

bool slip_open(const char *device, FILE **out, struct ra_error *error)
{
    struct stat status;
    *out = NULL;
    if (device == NULL)
        device = getenv("RA_SLIP_DEVICE");
    if (device == NULL)
        return true;
    int descriptor = open(device, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (descriptor < 0)
        return ra_fail_file(error, RA_FILE_WRITE, device);
    *out = fstat(descriptor, &status) == 0 && S_ISCHR(status.st_mode) ? fdopen(descriptor, "w") : NULL;
    if (*out == NULL) {
        close(descriptor);
        return ra_fail(error, RA_INVALID, "o papel do titular só sai direto no dispositivo da impressora: %s",
                       device);
    }
    setvbuf(*out, NULL, _IONBF, 0);
    return true;
}
