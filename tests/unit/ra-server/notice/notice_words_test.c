/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the mails about an hour say, from the templates themselves.
 */
#include "http/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Nobody brings papers to a video call; nobody holds them to a camera at the counter. */
static void who_comes_brings_the_papers_and_who_calls_has_them_at_hand(void **state)
{
    static const char *const mails[] = {"mail/booked", "mail/moved", "mail/reminder"};
    static const enum template_kind kinds[] = {TEMPLATE_TEXT, TEMPLATE_HTML};
    TALLOC_CTX *context = talloc_new(NULL);
    struct templates *templates = NULL;
    struct ra_error error = {0};
    (void)state;
    assert_true(templates_load(context, RA_SOURCE_DIR "/web/templates", &templates, &error));
    json_t *visit = json_pack("{s:s}", "start_text", "terça-feira"),
           *video =
               json_pack("{s:s,s:s}", "start_text", "terça-feira", "join_url", "https://video.example/x");
    for (size_t i = 0; i < sizeof mails / sizeof *mails; i++) {
        for (size_t j = 0; j < sizeof kinds / sizeof *kinds; j++) {
            struct bytes text;
            assert_true(template_render(templates, kinds[j], mails[i], visit, context, &text, &error));
            assert_non_null(strstr((const char *)text.data, "Traga os documentos originais."));
            assert_null(strstr((const char *)text.data, "à mão"));
            assert_true(template_render(templates, kinds[j], mails[i], video, context, &text, &error));
            assert_null(strstr((const char *)text.data, "Traga"));
            assert_non_null(strstr((const char *)text.data, "Tenha à mão os documentos originais"));
            assert_non_null(strstr((const char *)text.data, "por vídeo, em "));
        }
    }
    json_decref(visit);
    json_decref(video);
    talloc_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_comes_brings_the_papers_and_who_calls_has_them_at_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
