/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/imaging.h"

#include "ra-cli/exif.h"
#include "ra-cli/legibility.h"
#include "ra-server/identification/inspect.h"

#include <leptonica/allheaders.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { UPLOAD_MAX = INSPECTION_BYTES_MAX };

static bool no_memory(struct ra_error *error)
{
    return ra_fail(error, RA_NO_MEMORY, "imagem");
}

/* --- what was asked --- */

bool imaging_parse_turn(const char *text, struct imaging_treatment *treatment, struct ra_error *error)
{
    static const char *const turns[] = {"0", "90", "180", "270"};
    for (int i = 0; i < 4; i++)
        if (strcmp(text, turns[i]) == 0) {
            treatment->turn = 90 * i;
            return true;
        }
    return ra_fail_field(error, "rotate", "unknown", "Diga 90, 180 ou 270 (graus para a direita).");
}

static bool read_number(const char **text, char end, int *number)
{
    char *after = NULL;
    if (**text < '0' || **text > '9')
        return false;
    long value = strtol(*text, &after, 10);
    if (value > INSPECTION_SIDE_MAX || *after != end)
        return false;
    *number = (int)value;
    *text = after + 1;
    return true;
}

bool imaging_parse_crop(const char *text, struct imaging_treatment *treatment, struct ra_error *error)
{
    treatment->crop = read_number(&text, ',', &treatment->x) && read_number(&text, ',', &treatment->y) &&
                      read_number(&text, ',', &treatment->width) &&
                      read_number(&text, '\0', &treatment->height) && treatment->width > 0 &&
                      treatment->height > 0;
    return treatment->crop ||
           ra_fail_field(error, "crop", "malformed", "Diga X,Y,LARGURA,ALTURA em pixels: 120,80,1500,950.");
}

/* --- reading --- */

/* What each Exif orientation asks for: turns to the right after a mirroring. */
static PIX *upright(PIX *take_image, int orientation)
{
    static const struct {
        bool mirrored;
        int quarters;
    } ways[9] = {{false, 0}, {false, 0}, {true, 0}, {false, 2}, {true, 2},
                 {true, 3},  {false, 1}, {true, 1}, {false, 3}};
    if (ways[orientation].mirrored && pixFlipLR(take_image, take_image) == NULL) {
        pixDestroy(&take_image);
        return NULL;
    }
    PIX *turned = pixRotateOrth(take_image, ways[orientation].quarters);
    pixDestroy(&take_image);
    return turned;
}

/* Without palette and without transparency: what follows knows grey, colour and black-and-white. */
static PIX *plain(PIX *take_image)
{
    PIX *colours = take_image == NULL ? NULL : pixRemoveColormap(take_image, REMOVE_CMAP_BASED_ON_SRC);
    pixDestroy(&take_image);
    PIX *opaque = colours == NULL ? NULL : pixRemoveAlpha(colours);
    pixDestroy(&colours);
    return opaque;
}

static bool decode(struct bytes file, const struct inspection *inspection, PIX **image,
                   struct ra_error *error)
{
    setMsgSeverity(L_SEVERITY_NONE); /* refusals are said in our words */
    PIX *read = pixReadMem(file.data, file.length);
    if (read != NULL && strcmp(inspection->format, "jpeg") == 0)
        read = upright(read, exif_orientation(file));
    *image = plain(read);
    return *image != NULL ||
           ra_fail(error, RA_UNSUPPORTED_MEDIA,
                   "A imagem não pôde ser aberta nesta estação. Salve-a de novo como JPEG.");
}

static bool is_image(const struct inspection *inspection)
{
    return inspection->width > 0;
}

/* --- treating --- */

static bool replace(PIX **image, PIX *take_next, struct ra_error *error)
{
    pixDestroy(image);
    *image = take_next;
    return take_next != NULL || no_memory(error);
}

static bool turn(PIX **image, const struct imaging_treatment *treatment, struct ra_error *error)
{
    return treatment->turn == 0 || replace(image, pixRotateOrth(*image, treatment->turn / 90), error);
}

static bool clip(PIX **image, int x, int y, int width, int height, struct ra_error *error)
{
    BOX *box = boxCreate(x, y, width, height);
    PIX *part = box == NULL ? NULL : pixClipRectangle(*image, box, NULL);
    boxDestroy(&box);
    return replace(image, part, error);
}

static bool crop(PIX **image, const struct imaging_treatment *treatment, struct ra_error *error)
{
    if (!treatment->crop)
        return true;
    const int width = pixGetWidth(*image), height = pixGetHeight(*image);
    if (treatment->width > width - treatment->x || treatment->height > height - treatment->y) {
        char message[96];
        snprintf(message, sizeof message, "O recorte sai da imagem, que tem %d por %d pixels.", width,
                 height);
        return ra_fail_field(error, "crop", "outside", message);
    }
    return clip(image, treatment->x, treatment->y, treatment->width, treatment->height, error);
}

/* Degrees to turn right so that lines of text lie level; 0 when that cannot be told. */
static double skew_of(PIX *image)
{
    enum { REDUCED_SWEEP = 4, REDUCED_SEARCH = 2 };
    /* An answer at the end of the sweep is none: it goes further than what is asked of it. */
    static const float sweep = IMAGING_SKEW_MAX + 2, step = 1.0F, finest = 0.01F, least_confidence = 3.0F;
    static const float least_angle = 0.1F, largest_angle = IMAGING_SKEW_MAX + 0.1F;
    float angle = 0, confidence = 0;
    PIX *grey = pixConvertTo8(image, 0);
    PIX *ink = NULL;
    if (grey == NULL ||
        pixOtsuAdaptiveThreshold(grey, pixGetWidth(grey), pixGetHeight(grey), 0, 0, 0.1F, NULL, &ink) != 0) {
        pixDestroy(&grey);
        return 0;
    }
    bool found = pixFindSkewSweepAndSearch(ink, &angle, &confidence, REDUCED_SWEEP, REDUCED_SEARCH, sweep,
                                           step, finest) == 0;
    pixDestroy(&grey);
    pixDestroy(&ink);
    return found && confidence >= least_confidence && fabsf(angle) >= least_angle &&
                   fabsf(angle) <= largest_angle
               ? (double)angle
               : 0;
}

/* The grey of an even border, as of a scanner's bed; -1 when the border is anything else. */
static int border_grey(PIX *grey)
{
    enum { NEAR = 16 };
    const int width = pixGetWidth(grey), height = pixGetHeight(grey);
    unsigned histogram[256] = {0}, count = 0, near = 0, most = 0;
    int mode = 0;
    for (int y = 0; y < height; y++) {
        const int step = y == 0 || y == height - 1 || width == 1 ? 1 : width - 1;
        for (int x = 0; x < width; x += step, count++) {
            l_uint32 value = 0;
            pixGetPixel(grey, x, y, &value);
            histogram[value & 0xFF]++;
        }
    }
    for (int i = 0; i < 256; i++)
        if (histogram[i] > most) {
            most = histogram[i];
            mode = i;
        }
    for (int i = mode > NEAR ? mode - NEAR : 0; i < 256 && i <= mode + NEAR; i++)
        near += histogram[i];
    return near * 100 >= count * 95 ? mode : -1;
}

/* Margin that holds nothing but the border's own grey may go; a pale corner of a card may not. */
static bool crop_margin(PIX **image, int border, struct ra_error *error)
{
    enum { DIFFERENT = 24, MARGIN_PART = 50 /* of the longer side stays around */ };
    PIX *grey = pixConvertTo8(*image, 0);
    PIX *content = grey == NULL
                       ? NULL
                       : pixGenerateMaskByBand(grey, border - DIFFERENT < 0 ? 0 : border - DIFFERENT,
                                               border + DIFFERENT > 255 ? 255 : border + DIFFERENT, 0, 0);
    BOX *box = NULL;
    bool found = content != NULL && pixClipToForeground(content, NULL, &box) == 0 && box != NULL;
    pixDestroy(&grey);
    pixDestroy(&content);
    if (!found)
        return true;
    l_int32 x = 0, y = 0, width = 0, height = 0;
    boxGetGeometry(box, &x, &y, &width, &height);
    boxDestroy(&box);
    const int whole_width = pixGetWidth(*image), whole_height = pixGetHeight(*image);
    const int margin = (whole_width > whole_height ? whole_width : whole_height) / MARGIN_PART;
    const int left = x > margin ? x - margin : 0, top = y > margin ? y - margin : 0;
    const int right = x + width + margin < whole_width ? x + width + margin : whole_width;
    const int bottom = y + height + margin < whole_height ? y + height + margin : whole_height;
    return clip(image, left, top, right - left, bottom - top, error);
}

static bool straighten(PIX **image, double *angle, struct ra_error *error)
{
    static const double degree = 0.017453292519943295;
    *angle = skew_of(*image);
    PIX *grey = pixConvertTo8(*image, 0);
    if (grey == NULL)
        return no_memory(error);
    const int border = border_grey(grey);
    pixDestroy(&grey);
    if (*angle != 0 && !replace(image,
                                pixRotate(*image, (float)(*angle * degree), L_ROTATE_AREA_MAP,
                                          border >= 0 && border < 128 ? L_BRING_IN_BLACK : L_BRING_IN_WHITE,
                                          pixGetWidth(*image), pixGetHeight(*image)),
                                error))
        return false;
    return border < 0 || crop_margin(image, border, error);
}

/* --- writing --- */

static bool write_as(TALLOC_CTX *context, PIX *image, bool png, struct imaging_result *result,
                     struct ra_error *error)
{
    l_uint8 *data = NULL;
    size_t size = 0;
    PIX *writable = png || pixGetDepth(image) >= 8 ? pixClone(image) : pixConvertTo8(image, 0);
    bool ok =
        writable != NULL && (png ? pixWriteMemPng(&data, &size, writable, 0) == 0
                                 : pixWriteMemJpeg(&data, &size, writable, IMAGING_JPEG_QUALITY, 0) == 0);
    pixDestroy(&writable);
    result->file = ok ? bytes_copy(context, data, size) : (struct bytes){0};
    result->media_type = png ? "image/png" : "image/jpeg";
    lept_free(data);
    return result->file.data != NULL || no_memory(error);
}

static bool write_image(TALLOC_CTX *context, PIX *image, const struct inspection *inspection,
                        struct imaging_result *result, struct ra_error *error)
{
    const bool png = strcmp(inspection->format, "png") == 0 || pixGetDepth(image) == 1;
    if (!write_as(context, image, png, result, error) ||
        (png && result->file.length > UPLOAD_MAX && !write_as(context, image, false, result, error)))
        return false;
    result->width = pixGetWidth(image);
    result->height = pixGetHeight(image);
    struct inspection again;
    return inspect_document(result->file, &again, error);
}

static bool may_treat(const struct inspection *inspection, struct ra_error *error)
{
    if (!is_image(inspection))
        return ra_fail(error, RA_UNSUPPORTED_MEDIA,
                       "Um PDF não se recorta nem se gira aqui: digitalize de novo como imagem.");
    return inspection->pages <= 1 ||
           ra_fail(error, RA_UNSUPPORTED_MEDIA,
                   "Um TIFF de várias páginas não se trata aqui: salve cada página em um arquivo.");
}

bool imaging_treat(TALLOC_CTX *context, struct bytes file, const struct imaging_treatment *treatment,
                   struct imaging_result *result, struct ra_error *error)
{
    struct inspection inspection;
    PIX *image = NULL;
    *result = (struct imaging_result){0};
    if (!inspect_document(file, &inspection, error) || !may_treat(&inspection, error) ||
        !decode(file, &inspection, &image, error))
        return false;
    bool ok = turn(&image, treatment, error) && crop(&image, treatment, error) &&
              (!treatment->straighten || straighten(&image, &result->straightened, error)) &&
              write_image(context, image, &inspection, result, error);
    pixDestroy(&image);
    return ok;
}

/* --- can it be read? --- */

static PIX *brought_down(PIX *image)
{
    PIX *grey = pixConvertTo8(image, 0);
    const int width = pixGetWidth(image), height = pixGetHeight(image);
    const int longer = width > height ? width : height;
    if (grey == NULL || longer <= LEGIBILITY_SIDE)
        return grey;
    const float factor = (float)LEGIBILITY_SIDE / (float)longer;
    PIX *small = pixScaleAreaMap(grey, factor, factor);
    pixDestroy(&grey);
    return small;
}

/* Byte after byte; free() it. NULL when memory ran out. */
static uint8_t *bytes_of_grey(PIX *grey, int width, int height)
{
    uint8_t *pixels = malloc((size_t)width * (size_t)height);
    for (int y = 0; pixels != NULL && y < height; y++)
        for (int x = 0; x < width; x++) {
            l_uint32 value = 0;
            pixGetPixel(grey, x, y, &value);
            pixels[(size_t)y * (size_t)width + (size_t)x] = (uint8_t)value;
        }
    return pixels;
}

static bool measure(PIX *image, struct imaging_legibility *legibility, struct ra_error *error)
{
    PIX *grey = brought_down(image);
    if (grey == NULL)
        return no_memory(error);
    const int width = pixGetWidth(grey), height = pixGetHeight(grey);
    uint8_t *pixels = bytes_of_grey(grey, width, height);
    pixDestroy(&grey);
    if (pixels == NULL)
        return no_memory(error);
    legibility_measure((struct legibility_grey){pixels, width, height}, pixGetWidth(image),
                       pixGetHeight(image), legibility);
    free(pixels);
    return true;
}

bool imaging_check(struct bytes file, bool *checked, struct imaging_legibility *legibility,
                   struct ra_error *error)
{
    struct inspection inspection;
    PIX *image = NULL;
    *checked = false;
    *legibility = (struct imaging_legibility){0};
    if (!inspect_document(file, &inspection, error))
        return false;
    if (!is_image(&inspection))
        return true;
    *checked = decode(file, &inspection, &image, error) && measure(image, legibility, error);
    pixDestroy(&image);
    return *checked;
}

const char *imaging_verdict_word(enum imaging_verdict verdict)
{
    static const char *const words[] = {"legible", "doubtful", "not-legible"};
    return words[verdict];
}

const char *imaging_verdict_text(enum imaging_verdict verdict)
{
    static const char *const texts[] = {"legível", "duvidosa", "não legível"};
    return texts[verdict];
}
