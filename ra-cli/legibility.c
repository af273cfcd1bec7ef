/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/legibility.h"

#include <stdlib.h>

/* A tile holds two or three lines of small print at LEGIBILITY_SIDE. */
enum { TILE = 48, TILES_MAX = (LEGIBILITY_SIDE / TILE + 1) * (LEGIBILITY_SIDE / TILE + 1) };

/* Grey levels: below this spread a tile is plain paper, shadow or noise. */
static const double text_like_spread = 24;

/* Variance of the Laplacian that rounding and JPEG's own blocks make where nothing is drawn. */
static const double noise = 4;

/* Measured on cards and pages of print and on their blurred copies. The first is what reads with ease,
 * below the second nobody reads. */
static const struct {
    double good, bad;
} sharpness_limits = {0.10, 0.008}, contrast_limits = {70, 35}, size_limits = {700, 350};
static const double dark_limit = 0.60, bright_limit = 0.995;

struct tile {
    double sharpness;
    double contrast;
};

static int pixel(struct legibility_grey grey, int x, int y)
{
    return grey.pixels[(size_t)y * (size_t)grey.width + (size_t)x];
}

/* Grey levels between the twentieth darkest and the twentieth lightest of a hundred. */
static double spread_of(const unsigned histogram[256], unsigned count)
{
    const unsigned cut = count / 20;
    unsigned below = 0, above = 0;
    int low = 0, high = 255;
    while (low < 255 && (below += histogram[low]) <= cut)
        low++;
    while (high > 0 && (above += histogram[high]) <= cut)
        high--;
    return high > low ? high - low : 0;
}

/* The Laplacian's variance over the grey's: how much of what is drawn is edge. It does not depend on the
 * contrast, which is another figure. */
static bool measure_tile(struct legibility_grey grey, int left, int top, struct tile *tile)
{
    unsigned histogram[256] = {0};
    double sum = 0, squares = 0, edges = 0, edge_squares = 0;
    const unsigned count = TILE * TILE;
    for (int y = top; y < top + TILE; y++)
        for (int x = left; x < left + TILE; x++) {
            const int value = pixel(grey, x, y);
            const int edge = 4 * value - pixel(grey, x - 1, y) - pixel(grey, x + 1, y) -
                             pixel(grey, x, y - 1) - pixel(grey, x, y + 1);
            histogram[value]++;
            sum += value;
            squares += (double)value * value;
            edges += edge;
            edge_squares += (double)edge * edge;
        }
    const double variance = squares / count - (sum / count) * (sum / count);
    tile->contrast = spread_of(histogram, count);
    if (tile->contrast < text_like_spread || variance <= 0)
        return false;
    const double edge_variance = edge_squares / count - (edges / count) * (edges / count);
    tile->sharpness = edge_variance > noise ? (edge_variance - noise) / variance : 0;
    return true;
}

static int by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The value that three quarters of them do not exceed: a photo on the card or a plain edge must not hide the
 * text beside it. */
static double upper_quarter(double *values, size_t count)
{
    if (count == 0)
        return 0;
    qsort(values, count, sizeof *values, by_value);
    return values[count - 1 - count / 4];
}

static enum imaging_verdict judge(double figure, double good, double bad)
{
    return figure >= good ? IMAGING_LEGIBLE : figure >= bad ? IMAGING_DOUBTFUL : IMAGING_NOT_LEGIBLE;
}

static void measure_exposure(struct legibility_grey grey, struct imaging_legibility *legibility)
{
    enum { BLACK = 8, WHITE = 250 };
    const size_t count = (size_t)grey.width * (size_t)grey.height;
    size_t dark = 0, bright = 0;
    for (size_t i = 0; i < count; i++) {
        dark += grey.pixels[i] <= BLACK;
        bright += grey.pixels[i] >= WHITE;
    }
    legibility->dark = count == 0 ? 0 : (double)dark / (double)count;
    legibility->bright = count == 0 ? 0 : (double)bright / (double)count;
    legibility->of_exposure = legibility->dark > dark_limit || legibility->bright > bright_limit
                                  ? IMAGING_DOUBTFUL
                                  : IMAGING_LEGIBLE;
}

static void measure_tiles(struct legibility_grey grey, struct imaging_legibility *legibility)
{
    double sharpness[TILES_MAX], contrast[TILES_MAX];
    size_t count = 0;
    for (int y = 1; y + TILE < grey.height; y += TILE)
        for (int x = 1; x + TILE < grey.width && count < TILES_MAX; x += TILE) {
            struct tile tile;
            if (!measure_tile(grey, x, y, &tile))
                continue;
            sharpness[count] = tile.sharpness;
            contrast[count++] = tile.contrast;
        }
    legibility->sharpness = upper_quarter(sharpness, count);
    legibility->contrast = upper_quarter(contrast, count);
}

static void worst(struct imaging_legibility *legibility, enum imaging_verdict verdict)
{
    if (verdict > legibility->verdict)
        legibility->verdict = verdict;
}

void legibility_measure(struct legibility_grey grey, int width, int height,
                        struct imaging_legibility *legibility)
{
    *legibility = (struct imaging_legibility){.width = width, .height = height};
    measure_exposure(grey, legibility);
    measure_tiles(grey, legibility);
    legibility->of_sharpness = judge(legibility->sharpness, sharpness_limits.good, sharpness_limits.bad);
    legibility->of_contrast = judge(legibility->contrast, contrast_limits.good, contrast_limits.bad);
    legibility->of_size = judge(width > height ? width : height, size_limits.good, size_limits.bad);
    worst(legibility, legibility->of_sharpness);
    worst(legibility, legibility->of_contrast);
    worst(legibility, legibility->of_size);
    worst(legibility, legibility->of_exposure);
}
