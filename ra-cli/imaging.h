/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A document's image on the agent's station, before it goes into the dossier: turned, cropped, straightened,
 * and asked whether a person could read it. Only images that passed the inspection of uploads are opened, so
 * what reaches the decoders is whole and of a bounded size.
 *
 * The verdict advises: figures and thresholds are this program's own, not a norm's (the norm asks for legible
 * copies, EXP and MOD rules leave the judgement to the agent).
 *
 * Ownership: results hang on the context given. Thread rules: none shared.
 */
#ifndef RA_CLI_IMAGING_H
#define RA_CLI_IMAGING_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <stdbool.h>

/* Done in this order. All zero: nothing. */
struct imaging_treatment {
    int turn; /* degrees to the right: 0, 90, 180 or 270 */
    bool crop;
    int x, y, width, height; /* pixels, of the image as it stands after the turn */
    bool straighten;         /* up to IMAGING_SKEW_MAX degrees, then the empty margin goes */
};

enum { IMAGING_SKEW_MAX = 7, IMAGING_JPEG_QUALITY = 92 };

/* What became of an image. */
struct imaging_result {
    struct bytes file;
    const char *media_type; /* "image/jpeg" or "image/png"; static text */
    int width, height;      /* pixels */
    double straightened;    /* degrees to the right; 0: it was straight, or could not be told */
};

enum imaging_verdict { IMAGING_LEGIBLE, IMAGING_DOUBTFUL, IMAGING_NOT_LEGIBLE };

/* What a verdict comes from; each figure has its own and the worst counts. */
struct imaging_legibility {
    enum imaging_verdict verdict;
    int width, height; /* pixels */
    double sharpness;  /* variance of the Laplacian over that of the grey, where there seems to be text */
    double contrast;   /* grey levels between dark and light there, 0 to 255 */
    double dark;       /* share of pixels without drawing, black */
    double bright;     /* and burnt to white */
    enum imaging_verdict of_sharpness, of_contrast, of_size, of_exposure;
};

/* "90" and the like; "X,Y,W,H". false with a field error. */
RA_MUST_CHECK bool imaging_parse_turn(const char *text, struct imaging_treatment *treatment,
                                      struct ra_error *error);
RA_MUST_CHECK bool imaging_parse_crop(const char *text, struct imaging_treatment *treatment,
                                      struct ra_error *error);

/* JPEG stays JPEG (quality IMAGING_JPEG_QUALITY), PNG and black-and-white TIFF become PNG, other TIFF JPEG.
 * RA_UNSUPPORTED_MEDIA for a PDF and a TIFF of several pages, RA_INVALID for a crop outside the image, and
 * what the inspection refuses. */
RA_MUST_CHECK bool imaging_treat(TALLOC_CTX *context, struct bytes file,
                                 const struct imaging_treatment *treatment, struct imaging_result *result,
                                 struct ra_error *error);

/* *checked is false for what is no image (a PDF): there is nothing to measure. */
RA_MUST_CHECK bool imaging_check(struct bytes file, bool *checked, struct imaging_legibility *legibility,
                                 struct ra_error *error);

/* "legible", "doubtful", "not-legible"; and for people. */
const char *imaging_verdict_word(enum imaging_verdict verdict);
const char *imaging_verdict_text(enum imaging_verdict verdict);

#endif
