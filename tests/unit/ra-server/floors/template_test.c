/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "http/template_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char model_text[] = "{\"name\":\"Jo\\u00e3o <b>\\\"x\\\" & "
                                 "'y'\",\"ansi\":\"a\\u001b[31mb\",\"n\":7,\"zero\":0,\"price\":12.5,"
                                 "\"yes\":true,\"no\":false,\"nothing\":null,\"empty\":\"\",\"none\":[],"
                                 "\"a\":{\"b\":{\"c\":\"deep\"},\"name\":\"inner\"},"
                                 "\"list\":[{\"t\":\"1\"},{\"t\":\"2\"}],\"words\":[\"x\",\"y\"]}";

/* A text as a template without partials. */
static bool run_text(TALLOC_CTX *context, enum template_kind kind, const char *source, const json_t *model,
                     struct bytes *output, struct ra_error *error)
{
    const struct templates none = {0};
    struct template template = {.kind = kind, .name = "text"};
    return template_parse(context, source, strlen(source), &template, error) &&
           template_link(&none, &template, error) && template_run(&template, model, context, output, error);
}

static const char *render(TALLOC_CTX *context, enum template_kind kind, const char *source)
{
    struct ra_error error = {0};
    struct bytes output = {0};
    json_t *model = json_loads(model_text, 0, NULL);
    assert_non_null(model);
    if (!run_text(context, kind, source, model, &output, &error))
        fail_msg("%s: %s", source, error.detail);
    json_decref(model);
    assert_int_equal(strlen((const char *)output.data), output.length);
    return (const char *)output.data;
}

static int setup(void **state)
{
    *state = talloc_new(NULL);
    return *state != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    talloc_free(*state);
    return 0;
}

static void renders_as_mustache_says(void **state)
{
    static const char *const samples[][2] = {
        {"plain } text { here", "plain } text { here"},
        {"{{n}} {{ price }} {{yes}}{{no}}{{nothing}}{{missing}}", "7 12.5 true"},
        {"{{a.b.c}}{{a.x.c}}", "deep"},
        {"{{#a}}{{name}}{{n}}{{/a}}", "inner7"},
        {"{{#list}}[{{t}}]{{/list}}", "[1][2]"},
        {"{{#words}}{{.}},{{/words}}", "x,y,"},
        {"{{#yes}}1{{/yes}}{{#no}}2{{/no}}{{#zero}}3{{/zero}}{{#empty}}4{{/empty}}{{#none}}5{{/"
         "none}}{{#n}}6{{/n}}",
         "16"},
        {"{{^yes}}1{{/yes}}{{^no}}2{{/no}}{{^missing}}3{{/missing}}{{^none}}4{{/none}}", "234"},
        {"{{! a comment }}x", "x"},
        {"{{#a.b.c}}{{.}}{{/a.b.c}}", "deep"},
        {"a\n  {{#yes}}  \nb\n{{/yes}}\nc\n", "a\nb\nc\n"},
        {"{{#list}}\n- {{t}}\n{{/list}}", "- 1\n- 2\n"},
        {"{{a}}{{list}}", ""},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        assert_string_equal(render(*state, TEMPLATE_HTML, samples[i][0]), samples[i][1]);
}

static void escapes_whatever_is_inserted(void **state)
{
    assert_string_equal(render(*state, TEMPLATE_HTML, "<p title=\"{{name}}\">"),
                        "<p title=\"João &lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;\">");
    assert_string_equal(render(*state, TEMPLATE_HTML, "{{ansi}}"), "a\xEF\xBF\xBD[31mb");
    assert_string_equal(render(*state, TEMPLATE_TEXT, "{{name}}"), "João <b>\"x\" & 'y'");
    assert_string_equal(render(*state, TEMPLATE_TEXT, "{{ansi}}"), "a\xEF\xBF\xBD[31mb");
}

static void refuses_broken_templates(void **state)
{
    static const char *const samples[] = {"{{",           "{{a",     "{{a}",   "{{#a}}",      "{{/a}}",
                                          "{{#a}}{{/b}}", "{{{a}}}", "{{&a}}", "{{=<% %>=}}", "{{}}",
                                          "{{a b}}",      "{{.a}}",  "{{a.}}", "{{a..b}}",    "{{>none}}",
                                          "{{#}}{{/}}",   "{{a\nb}}"};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct ra_error error = {0};
        struct bytes output = {0};
        json_t *model = json_object();
        assert_false(run_text(*state, TEMPLATE_HTML, samples[i], model, &output, &error));
        assert_true(error.code != RA_OK);
        json_decref(model);
    }
    char *deep = talloc_strdup(*state, "");
    for (int i = 0; i <= TEMPLATE_DEPTH_MAX; i++)
        deep = talloc_asprintf_append(deep, "{{#a}}");
    for (int i = 0; i <= TEMPLATE_DEPTH_MAX; i++)
        deep = talloc_asprintf_append(deep, "{{/a}}");
    struct ra_error error = {0};
    struct bytes output = {0};
    assert_false(run_text(*state, TEMPLATE_HTML, deep, NULL, &output, &error));
}

/* --- folders --- */

static char folder[64];

static void write_template(const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int make_folder(void **state)
{
    char inner[160];
    snprintf(folder, sizeof folder, "/tmp/ra-templates.XXXXXX");
    if (setup(state) != 0 || mkdtemp(folder) == NULL)
        return -1;
    snprintf(inner, sizeof inner, "%s/mail", folder);
    return mkdir(inner, 0700);
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"page.html",     "part.html",     "loop.html",
                                        "mail/note.txt", "mail/part.txt", "mail"};
    char path[160];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
    rmdir(folder);
    return teardown(state);
}

static const char *page(TALLOC_CTX *context, const struct templates *templates, enum template_kind kind,
                        const char *name)
{
    struct ra_error error = {0};
    struct bytes output = {0};
    json_t *model = json_loads(model_text, 0, NULL);
    bool done = template_render(templates, kind, name, model, context, &output, &error);
    json_decref(model);
    return done ? (const char *)output.data : error.detail[0] != '\0' ? NULL : "";
}

static void loads_a_folder_with_partials(void **state)
{
    struct ra_error error = {0};
    struct templates *templates = NULL;
    write_template("page.html", "<{{> part}}>");
    write_template("part.html", "{{#list}}{{t}}{{/list}}");
    write_template("loop.html", "x{{> loop}}");
    write_template("mail/note.txt", "{{> mail/part}}!");
    write_template("mail/part.txt", "{{name}}");
    assert_done(templates_load(*state, folder, &templates, &error));
    assert_true(templates_have(templates, TEMPLATE_HTML, "page"));
    assert_false(templates_have(templates, TEMPLATE_TEXT, "page"));
    assert_string_equal(page(*state, templates, TEMPLATE_HTML, "page"), "<12>");
    assert_string_equal(page(*state, templates, TEMPLATE_TEXT, "mail/note"), "João <b>\"x\" & 'y'!");
    assert_null(page(*state, templates, TEMPLATE_HTML, "loop"));
    assert_null(page(*state, templates, TEMPLATE_HTML, "nowhere"));
}

static void refuses_a_missing_partial_with_its_line(void **state)
{
    struct ra_error error = {0};
    struct templates *templates = NULL;
    write_template("page.html", "one\ntwo {{> nowhere}}\n");
    assert_false(templates_load(*state, folder, &templates, &error));
    assert_non_null(strstr(error.detail, "page:2: there is no partial nowhere"));
    error = (struct ra_error){0};
    write_template("page.html", "one\n\n{{#open}}\n");
    assert_false(templates_load(*state, folder, &templates, &error));
    assert_non_null(strstr(error.detail, "page:3: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(renders_as_mustache_says, setup, teardown),
        cmocka_unit_test_setup_teardown(escapes_whatever_is_inserted, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_broken_templates, setup, teardown),
        cmocka_unit_test_setup_teardown(loads_a_folder_with_partials, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(refuses_a_missing_partial_with_its_line, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
