/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an uploaded file is, by its bytes alone, and whether it may enter a dossier: one JPEG, PNG, TIFF or
 * PDF, whole, of a size that can be opened, and nothing else besides. Walks structure and never decodes a
 * picture: cropping, legibility and faces are others' work, and find here what they are about to open.
 *
 * Pure and in constant memory; the time is bounded by the file's size and INSPECTION_WORK_MAX. Thread rules:
 * none shared.
 */
#ifndef IDENTIFICATION_INSPECT_H
#define IDENTIFICATION_INSPECT_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    INSPECTION_BYTES_MAX = 20 << 20,   /* bytes of one file */
    INSPECTION_SIDE_MAX = 20000,       /* pixels of one side of an image */
    INSPECTION_PIXELS_MAX = 100000000, /* pixels of one image */
    INSPECTION_IMAGES_MAX = 1000,      /* images of one TIFF */
    INSPECTION_WORK_MAX = 512 << 20,   /* bytes read and made while the compressed parts are opened */
};

/* Every reason for which a file is refused: identifier, error of RA_ERROR_TABLE, the stable word that travels
 * as `reason`, and the sentence that tells its owner what to do. */
#define INSPECTION_REFUSAL_TABLE(X)                                                                             \
    X(INSPECTION_EMPTY, RA_RULE_REFUSED, "document-empty",                                                      \
      "O arquivo veio vazio. Escolha o arquivo de novo e envie outra vez.")                                     \
    X(INSPECTION_LARGE, RA_TOO_LARGE, "document-too-large",                                                     \
      "O arquivo passa de 20 MB. Digitalize com resolução menor ou divida-o em partes.")                        \
    X(INSPECTION_TYPE, RA_UNSUPPORTED_MEDIA, "document-type",                                                   \
      "O arquivo não é JPEG, PNG, PDF nem TIFF (pelo conteúdo). Fotografe o documento ou salve-o em um "     \
      "desses formatos.")                                                                                       \
    X(INSPECTION_VARIANT, RA_UNSUPPORTED_MEDIA, "document-variant",                                             \
      "O arquivo usa uma variante rara do formato, que não abrimos. Salve-o de novo como JPEG ou PDF "         \
      "comum.")                                                                                                 \
    X(INSPECTION_TRUNCATED, RA_RULE_REFUSED, "document-truncated",                                              \
      "O arquivo termina antes do fim. Envie-o outra vez; se continuar assim, gere-o de novo.")                 \
    X(INSPECTION_MALFORMED, RA_RULE_REFUSED, "document-malformed",                                              \
      "O arquivo tem defeito por dentro e pode não abrir. Gere-o de novo e envie outra vez.")                   \
    X(INSPECTION_DIMENSIONS, RA_RULE_REFUSED, "document-dimensions",                                            \
      "A imagem passa de 20.000 pixels de lado ou de 100 milhões de pixels. Digitalize com resolução menor " \
      "(300 dpi bastam).")                                                                                      \
    X(INSPECTION_EXPANSION, RA_RULE_REFUSED, "document-expansion",                                              \
      "O arquivo cresce demais ao ser aberto. Imprima o documento como PDF e envie o novo arquivo.")            \
    X(INSPECTION_TWO_KINDS, RA_RULE_REFUSED, "document-two-kinds",                                              \
      "O arquivo traz outro conteúdo junto com o documento (uma foto com movimento, por exemplo). Envie só "  \
      "o documento: uma foto simples serve.")                                                                   \
    X(INSPECTION_ACTIVE, RA_RULE_REFUSED, "document-active",                                                    \
      "O PDF traz programas, comandos ou formulários que agem ao abrir. Imprima-o como PDF e envie o novo "    \
      "arquivo.")                                                                                               \
    X(INSPECTION_ATTACHMENT, RA_RULE_REFUSED, "document-attachment",                                            \
      "O PDF traz outros arquivos anexados dentro dele. Envie cada documento em um arquivo próprio.")           \
    X(INSPECTION_ENCRYPTED, RA_RULE_REFUSED, "document-encrypted",                                              \
      "O PDF está protegido (senha ou restrições). Salve uma cópia sem proteção e envie a cópia.")

enum inspection_refusal {
#define X(id, code, reason, sentence) id,
    INSPECTION_REFUSAL_TABLE(X)
#undef X
        INSPECTION_REFUSAL_COUNT
};

struct inspection {
    const char *format;     /* "jpeg", "png", "tiff" or "pdf"; static text */
    const char *media_type; /* static text */
    uint32_t width, height; /* pixels of the first image as stored, before any EXIF rotation; 0: a PDF */
    uint32_t pages;         /* images of a TIFF; page objects of a PDF (an edited page counts again, 0: none
                               seen); 1 otherwise */
};

/* Which of the four formats, by its first bytes, and its walk; false with a row of the table above. The
 * content stays the caller's. */
RA_MUST_CHECK bool inspect_document(struct bytes content, struct inspection *inspection,
                                    struct ra_error *error);

/* Sets the error to a row of the table. */
void inspect_set_refusal(enum inspection_refusal refusal, struct ra_error *error);

/* The same, and false: `return inspect_refuse(…);`. */
static inline bool inspect_refuse(enum inspection_refusal refusal, struct ra_error *error)
{
    inspect_set_refusal(refusal, error);
    return false;
}

/* --- one walk per format; inspect_document has seen the first bytes and the size --- */

RA_MUST_CHECK bool inspect_jpeg(struct bytes content, struct inspection *inspection, struct ra_error *error);
RA_MUST_CHECK bool inspect_png(struct bytes content, struct inspection *inspection, struct ra_error *error);
RA_MUST_CHECK bool inspect_tiff(struct bytes content, struct inspection *inspection, struct ra_error *error);
RA_MUST_CHECK bool inspect_pdf(struct bytes content, struct inspection *inspection, struct ra_error *error);

#endif
