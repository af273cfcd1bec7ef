/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "term/term_fonts.h"

#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* The font map of the process: made once and never freed, because pango looks fonts up in threads of its own,
 * which outlive a map and leak what they hold of it. One sheet is set at a time. */
static pthread_mutex_t fonts_lock = PTHREAD_MUTEX_INITIALIZER;
static PangoFontMap *fonts_map;
static char fonts_folder[256];

/* These two files alone: what else the machine has must not change a byte. */
static FcConfig *read_fonts(const char *folder)
{
    static const char *const names[] = {"Lato-Regular.ttf", "Lato-Bold.ttf"};
    FcConfig *config = FcConfigCreate();
    bool found = config != NULL;
    for (size_t at = 0; found && at < sizeof names / sizeof names[0]; at++) {
        char path[sizeof fonts_folder + 32];
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[at]);
        found = FcConfigAppFontAddFile(config, (const FcChar8 *)path) == FcTrue;
    }
    if (!found && config != NULL) {
        FcConfigDestroy(config);
        config = NULL;
    }
    return config;
}

static bool make_map(const char *folder)
{
    FcConfig *config = strlen(folder) < sizeof fonts_folder ? read_fonts(folder) : NULL;
    if (config == NULL)
        return false;
    fonts_map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(fonts_map), config);
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(fonts_map), 72);
    memcpy(fonts_folder, folder, strlen(folder) + 1);
    FcConfigDestroy(config);
    return true;
}

/* Screen metrics would round the widths. */
static void use_true_metrics(PangoContext *fonts)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(fonts, options);
    pango_context_set_round_glyph_positions(fonts, FALSE);
    cairo_font_options_destroy(options);
}

bool term_fonts_open(const char *folder, PangoContext **fonts, struct ra_error *error)
{
    if (fonts_map == NULL && !make_map(folder))
        return ra_fail(error, RA_IO, "faltam os tipos Lato-Regular.ttf e Lato-Bold.ttf em %s", folder);
    if (strcmp(folder, fonts_folder) != 0)
        return ra_fail(error, RA_INTERNAL, "term: a second folder of fonts");
    *fonts = pango_font_map_create_context(fonts_map);
    pango_context_set_language(*fonts, pango_language_from_string("pt-br"));
    use_true_metrics(*fonts);
    return true;
}

void term_fonts_lock(void)
{
    (void)pthread_mutex_lock(&fonts_lock);
}

void term_fonts_unlock(void)
{
    (void)pthread_mutex_unlock(&fonts_lock);
}

#if defined(__SANITIZE_ADDRESS__)
/* fontconfig keeps pointers as offsets, which the leak checker cannot follow: what it holds looks lost. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig.so\n";
}
#endif
