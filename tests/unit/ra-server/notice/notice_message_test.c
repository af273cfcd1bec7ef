/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mails as bytes: headers of other alphabets, quoted-printable, the parts and their types.
 */
#include "notice/notice_message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Undoes quoted-printable, for the comparison. */
static char *unquoted(TALLOC_CTX *context, const char *text)
{
    char *output = talloc_zero_size(context, strlen(text) + 1);
    size_t used = 0;
    for (; *text != '\0'; text++) {
        if (*text != '=') {
            output[used++] = *text;
            continue;
        }
        if (text[1] != '\r') {
            uint8_t octet;
            char pair[3] = {text[1], text[2], '\0'};
            assert_true(hex_decode(pair, &octet, 1));
            output[used++] = (char)octet;
        }
        text += 2;
    }
    return output;
}

static void check_lines(const char *text, size_t most)
{
    for (const char *line = text; *line != '\0';) {
        const char *end = strstr(line, "\r\n");
        size_t length = end != NULL ? (size_t)(end - line) : strlen(line);
        assert_true(length <= most);
        for (size_t i = 0; i < length; i++)
            assert_true(line[i] == '\t' || (line[i] >= ' ' && line[i] <= '~'));
        if (end == NULL)
            return;
        line = end + 2;
    }
}

static void quoted_printable_comes_back_as_it_went(void **state)
{
    static const char *const texts[] = {
        "",
        "simples",
        "Atenção: a ação é às 8h20 = sem falta. ",
        "linha um\nlinha dois \n\nfim\t",
        "http://127.0.0.1:8080/confirmar/abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        "éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char *quoted = notice_quoted_printable(*state, texts[i]);
        check_lines(quoted, 76);
        char *back = unquoted(*state, quoted);
        char *expected = talloc_strdup(*state, "");
        for (const char *at = texts[i]; *at != '\0'; at++)
            expected = talloc_asprintf_append(expected, *at == '\n' ? "\r\n" : "%c", *at);
        assert_string_equal(back, expected);
    }
}

static void a_link_of_76_characters_stays_whole(void **state)
{
    char link[77];
    memset(link, 'a', sizeof link - 1);
    link[76] = '\0';
    assert_string_equal(notice_quoted_printable(*state, link), link);
    char *line = talloc_asprintf(*state, "%s\n", link);
    assert_null(strstr(notice_quoted_printable(*state, line), "=\r\n"));
    assert_non_null(strstr(notice_quoted_printable(*state, talloc_asprintf(*state, "%sb", link)), "=\r\n"));
}

static void blanks_at_a_lines_end_are_kept_by_quoting_them(void **state)
{
    assert_string_equal(notice_quoted_printable(*state, "a \nb\t"), "a=20\r\nb=09");
}

static void plain_headers_stay_and_others_become_encoded_words(void **state)
{
    assert_string_equal(notice_header_text(*state, "Codigo"), "Codigo");
    assert_string_equal(notice_header_text(*state, "Horário"), "=?UTF-8?B?SG9yw6FyaW8=?=");
    char *folded = notice_header_text(
        *state, "Horário marcado: terça-feira, 24 de novembro de 2026, às 8h20, com emoção e ação");
    check_lines(folded, 75);
    assert_non_null(strstr(folded, "?=\r\n =?UTF-8?B?"));
    /* A line end in a header would begin another header. */
    assert_null(strstr(notice_header_text(*state, "a\r\nBcc: x@y.example"), "\r\nBcc"));
}

static struct notice_message sample(void)
{
    return (struct notice_message){
        .from_name = "IMA Certificado Digital",
        .from = "guiche@ar.example",
        .to = "p@cidadao.example",
        .subject = "Horário marcado",
        .message_id = "aviso.1@guiche",
        .at_us = INT64_C(1795519200000000),
        .text = "Olá\n",
        .html = "<p>Olá</p>\n",
        .calendar_method = "",
    };
}

static void a_mail_without_invitation_has_two_faces(void **state)
{
    struct notice_message message = sample();
    struct bytes mail;
    struct ra_error error = {0};
    assert_true(notice_message_write(*state, &message, &mail, &error));
    const char *text = (const char *)mail.data;
    check_lines(text, 78);
    assert_non_null(strstr(text, "\r\nTo: <p@cidadao.example>\r\n"));
    assert_non_null(strstr(text, "\r\nDate: Tue, 24 Nov 2026 11:20:00 +0000\r\n"));
    assert_non_null(strstr(text, "\r\nContent-Type: multipart/alternative;"));
    assert_non_null(strstr(text, "Content-Type: text/plain; charset=UTF-8"));
    assert_non_null(strstr(text, "Content-Type: text/html; charset=UTF-8"));
    assert_null(strstr(text, "text/calendar"));
}

static void an_invitation_is_part_and_attachment_with_its_method(void **state)
{
    struct notice_message message = sample();
    struct bytes mail;
    struct ra_error error = {0};
    message.calendar_method = "CANCEL";
    message.calendar = bytes_of_text("BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n");
    assert_true(notice_message_write(*state, &message, &mail, &error));
    const char *text = (const char *)mail.data;
    const char *outer = strstr(text, "multipart/mixed");
    const char *inner = strstr(text, "multipart/alternative");
    const char *part = strstr(text, "text/calendar; method=CANCEL; charset=UTF-8");
    const char *file = strstr(text, "Content-Disposition: attachment; filename=\"atendimento.ics\"");
    assert_true(outer != NULL && inner > outer && part > inner && file > part);
    assert_non_null(strstr(part, "METHOD:CANCEL\r\n"));
    assert_non_null(strstr(file, "METHOD:CANCEL\r\n"));
}

static void an_address_cannot_bring_a_header_with_it(void **state)
{
    struct notice_message message = sample();
    struct bytes mail;
    struct ra_error error = {0};
    message.to = "p@cidadao.example>\r\nBcc: <x@y.example";
    assert_false(notice_message_write(*state, &message, &mail, &error));
}

static int setup(void **state)
{
    *state = talloc_new(NULL);
    return *state == NULL;
}

static int teardown(void **state)
{
    talloc_free(*state);
    return 0;
}

#define WITH_CONTEXT(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_CONTEXT(quoted_printable_comes_back_as_it_went),
        WITH_CONTEXT(a_link_of_76_characters_stays_whole),
        WITH_CONTEXT(blanks_at_a_lines_end_are_kept_by_quoting_them),
        WITH_CONTEXT(plain_headers_stay_and_others_become_encoded_words),
        WITH_CONTEXT(a_mail_without_invitation_has_two_faces),
        WITH_CONTEXT(an_invitation_is_part_and_attachment_with_its_method),
        WITH_CONTEXT(an_address_cannot_bring_a_header_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
