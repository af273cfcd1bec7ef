/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/consultation_answer.h"
#include "pki/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ASK "c0ffee00-0000-4000-8000-000000000001"
#define NOW "2026-11-24T12:00:00Z"

/* The envelope of an answer to that question, about that person, given now. */
#define HEAD "\"request\":\"" ASK "\",\"protocol\":\"P1\",\"answered_at\":\"" NOW "\","
#define CPF  "\"cpf\":\"12345678909\","
#define CNPJ "\"cnpj\":\"12ABC34501DE35\","

static struct consultation_question question_of(enum consultation_kind kind)
{
    struct consultation_question question = {.kind = kind,
                                             .request = ASK,
                                             .cpf = "12345678909",
                                             .name = "MARINA GONCALVES PRADO",
                                             .birth_date = "1985-08-15",
                                             .cnpj = "12ABC34501DE35",
                                             .company_name = "PADARIA TRES IRMAOS LTDA",
                                             .registration = "01234567890",
                                             .form_number = "",
                                             .via = "2",
                                             .fresh_us = 300 * INT64_C(1000000)};
    assert_true(clock_parse(NOW, &question.now_us));
    return question;
}

struct answer_case {
    const char *what;
    const char *answer;
    enum consultation_result result;
    enum consultation_reason reason;
};

static void judge_all(enum consultation_kind kind, const struct answer_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct consultation_question question = question_of(kind);
        struct consultation_finding finding;
        consultation_judge(bytes_of_text(cases[i].answer), &question, &finding);
        if (finding.result != cases[i].result || finding.reason != cases[i].reason)
            fail_msg("%s %s: %s %s", consultation_kind_word(kind), cases[i].what,
                     consultation_result_word(finding.result), consultation_reason_word(finding.reason));
        if (finding.reason != CONSULTATION_REASON_NONE)
            assert_true(consultation_reason_text(finding.reason)[0] != '\0');
        json_decref(finding.facts);
    }
}

#define JUDGE_ALL(kind, cases) judge_all(kind, cases, sizeof(cases) / sizeof *(cases))
#define UNKNOWN                CONSULTATION_UNAVAILABLE, CONSULTATION_REASON_MALFORMED

/* 3.3: exists, regular, name and birth date of the case. */
static void test_cpf(void **state)
{
    (void)state;
#define GOOD                                                                                                 \
    HEAD CPF "\"found\":true,\"name\":\"Marina Gon\u00e7alves  Prado\",\"birth_date\":\"1985-08-15\","       \
             "\"status\":\"REGULAR\""
    static const struct answer_case cases[] = {
        {"regular, same name and date", "{" GOOD "}", CONSULTATION_OK, CONSULTATION_REASON_NONE},
        {"not regular",
         "{" HEAD CPF "\"found\":true,\"name\":\"MARINA GONCALVES PRADO\",\"birth_date\":\"1985-08-15\","
         "\"status\":\"SUSPENSA\"}",
         CONSULTATION_ALERT, CONSULTATION_REASON_STATUS},
        {"dead",
         "{" HEAD CPF "\"found\":true,\"name\":\"MARINA GONCALVES PRADO\",\"birth_date\":\"1985-08-15\","
         "\"status\":\"TITULAR_FALECIDO\"}",
         CONSULTATION_ALERT, CONSULTATION_REASON_STATUS},
        {"a status nobody knows",
         "{" HEAD CPF "\"found\":true,\"name\":\"MARINA GONCALVES PRADO\",\"birth_date\":\"1985-08-15\","
         "\"status\":\"TALVEZ\"}",
         UNKNOWN},
        {"DIV-01 another name",
         "{" HEAD CPF "\"found\":true,\"name\":\"MARINA PRADO\",\"birth_date\":\"1985-08-15\",\"status\":"
         "\"REGULAR\"}",
         CONSULTATION_CONFLICT, CONSULTATION_REASON_NAME},
        {"DIV-01 another birth date",
         "{" HEAD CPF "\"found\":true,\"name\":\"MARINA GONCALVES PRADO\",\"birth_date\":\"1985-08-16\","
         "\"status\":\"REGULAR\"}",
         CONSULTATION_CONFLICT, CONSULTATION_REASON_BIRTH_DATE},
        {"a divergence weighs more than a status",
         "{" HEAD CPF "\"found\":true,\"name\":\"OUTRA PESSOA\",\"birth_date\":\"1985-08-16\",\"status\":"
         "\"NULA\"}",
         CONSULTATION_CONFLICT, CONSULTATION_REASON_NAME},
        {"no day",
         "{" HEAD CPF "\"found\":true,\"name\":\"MARINA GONCALVES PRADO\",\"birth_date\":\"1985-02-30\","
         "\"status\":\"REGULAR\"}",
         UNKNOWN},
        {"a name beyond the table of characters",
         "{" HEAD CPF "\"found\":true,\"name\":\"\u041c\u0410\u0420\u0418\u041d\u0410\",\"birth_date\":"
         "\"1985-08-15\",\"status\":\"REGULAR\"}",
         UNKNOWN},
        {"not found", "{" HEAD CPF "\"found\":false}", CONSULTATION_NOT_FOUND, CONSULTATION_REASON_NOT_FOUND},
        {"not found, and yet a name", "{" HEAD CPF "\"found\":false,\"name\":\"MARINA\"}", UNKNOWN},
        {"found is no word", "{" HEAD CPF "\"found\":\"true\"}", UNKNOWN},
        {"a member too many", "{" GOOD ",\"observacao\":\"nada\"}", UNKNOWN},
        {"a member twice", "{" GOOD ",\"status\":\"REGULAR\"}", UNKNOWN},
        {"a member too few",
         "{" HEAD CPF "\"found\":true,\"name\":\"MARINA GONCALVES PRADO\",\"birth_date\":\"1985-08-15\"}",
         UNKNOWN},
        {"a name that is a number",
         "{" HEAD CPF "\"found\":true,\"name\":7,\"birth_date\":\"1985-08-15\",\"status\":\"REGULAR\"}",
         UNKNOWN},
        {"something after the end", "{" GOOD "} {}", UNKNOWN},
        {"an array", "[]", UNKNOWN},
        {"nothing", "", UNKNOWN},
        {"a page of HTML", "<html>erro</html>", UNKNOWN},
        {"nothing within", "{}", UNKNOWN},
    };
#undef GOOD
    JUDGE_ALL(CONSULTATION_CPF, cases);
}

/* The answer must be the one to this question, about this person, given just now. */
static void test_envelope(void **state)
{
    (void)state;
#define REST                                                                                                 \
    "\"found\":true,\"name\":\"MARINA GONCALVES "                                                            \
    "PRADO\",\"birth_date\":\"1985-08-15\",\"status\":\"REGULAR\"}"
#define AT(when) "{\"request\":\"" ASK "\",\"protocol\":\"P1\",\"answered_at\":\"" when "\"," CPF REST
    static const struct answer_case cases[] = {
        {"another question",
         "{\"request\":\"c0ffee00-0000-4000-8000-000000000002\",\"protocol\":\"P1\",\"answered_at\":\"" NOW
         "\"," CPF REST,
         CONSULTATION_UNAVAILABLE, CONSULTATION_REASON_OTHER_REQUEST},
        {"another CPF", "{" HEAD "\"cpf\":\"98765432100\"," REST, CONSULTATION_UNAVAILABLE,
         CONSULTATION_REASON_OTHER_SUBJECT},
        {"clocks a little apart", AT("2026-11-24T12:01:59Z"), CONSULTATION_OK, CONSULTATION_REASON_NONE},
        {"dated tomorrow", AT("2026-11-25T12:00:00Z"), CONSULTATION_UNAVAILABLE, CONSULTATION_REASON_FUTURE},
        {"dated just beyond the clocks' difference", AT("2026-11-24T12:02:01Z"), CONSULTATION_UNAVAILABLE,
         CONSULTATION_REASON_FUTURE},
        {"in another zone", AT("2026-11-24T08:57:00-03:00"), CONSULTATION_OK, CONSULTATION_REASON_NONE},
        {"stale", AT("2026-11-24T11:54:59Z"), CONSULTATION_UNAVAILABLE, CONSULTATION_REASON_STALE},
        {"yesterday's", AT("2026-11-23T12:00:00Z"), CONSULTATION_UNAVAILABLE, CONSULTATION_REASON_STALE},
        {"dated with a word", AT("hoje"), UNKNOWN},
        {"without a protocol",
         "{\"request\":\"" ASK "\",\"protocol\":\"\",\"answered_at\":\"" NOW "\"," CPF REST, UNKNOWN},
        {"a protocol with a line end",
         "{\"request\":\"" ASK "\",\"protocol\":\"P\\n1\",\"answered_at\":\"" NOW "\"," CPF REST, UNKNOWN},
    };
#undef AT
#undef REST
    JUDGE_ALL(CONSULTATION_CPF, cases);
}

/* 3.3: active, and the responsible person at Receita is the one present. */
static void test_cnpj(void **state)
{
    (void)state;
#define REST(name, cpf, status)                                                                              \
    "{" HEAD CNPJ "\"found\":true,\"name\":\"" name "\",\"responsible_cpf\":\"" cpf                          \
    "\",\"status\":\"" status "\"}"
    static const struct answer_case cases[] = {
        {"active, same name, same responsible",
         REST("Padaria Tr\u00eas Irm\u00e3os Ltda", "12345678909", "ATIVA"), CONSULTATION_OK,
         CONSULTATION_REASON_NONE},
        {"closed", REST("PADARIA TRES IRMAOS LTDA", "12345678909", "BAIXADA"), CONSULTATION_ALERT,
         CONSULTATION_REASON_STATUS},
        {"another responsible person", REST("PADARIA TRES IRMAOS LTDA", "98765432100", "ATIVA"),
         CONSULTATION_CONFLICT, CONSULTATION_REASON_RESPONSIBLE},
        {"another name", REST("PADARIA DOS PRIMOS LTDA", "12345678909", "ATIVA"), CONSULTATION_CONFLICT,
         CONSULTATION_REASON_NAME},
        {"a status of persons", REST("PADARIA TRES IRMAOS LTDA", "12345678909", "REGULAR"), UNKNOWN},
        {"not found", "{" HEAD CNPJ "\"found\":false}", CONSULTATION_NOT_FOUND,
         CONSULTATION_REASON_NOT_FOUND},
        {"another company",
         "{" HEAD "\"cnpj\":\"11222333000181\",\"found\":true,\"name\":\"PADARIA TRES IRMAOS LTDA\","
         "\"responsible_cpf\":\"12345678909\",\"status\":\"ATIVA\"}",
         CONSULTATION_UNAVAILABLE, CONSULTATION_REASON_OTHER_SUBJECT},
        {"an answer about the person", "{" HEAD CPF "\"found\":false}", UNKNOWN},
    };
#undef REST
    JUDGE_ALL(CONSULTATION_CNPJ, cases);
}

/* EXP-02 to EXP-04: every field of 2.2. */
static void test_cnh(void **state)
{
    (void)state;
#define REST(name, registro, via, status)                                                                    \
    "{" HEAD CPF "\"found\":true,\"name\":\"" name                                                           \
    "\",\"birth_date\":\"1985-08-15\",\"registro\":\"" registro                                              \
    "\",\"espelho\":\"1234567890\",\"via\":\"" via "\",\"status\":\"" status "\"}"
    static const struct answer_case cases[] = {
        {"as shown", REST("Marina Gon\u00e7alves Prado", "01234567890", "2", "REGULAR"), CONSULTATION_OK,
         CONSULTATION_REASON_NONE},
        {"numbers written otherwise", REST("MARINA GONCALVES PRADO", "1.234.567.890", "02", "REGULAR"),
         CONSULTATION_OK, CONSULTATION_REASON_NONE},
        {"EXP-02 expired but genuine", REST("MARINA GONCALVES PRADO", "01234567890", "2", "VENCIDA"),
         CONSULTATION_OK, CONSULTATION_REASON_NONE},
        {"cancelled", REST("MARINA GONCALVES PRADO", "01234567890", "2", "CANCELADA"), CONSULTATION_ALERT,
         CONSULTATION_REASON_STATUS},
        {"EXP-03 a later via is in force", REST("MARINA GONCALVES PRADO", "01234567890", "3", "REGULAR"),
         CONSULTATION_CONFLICT, CONSULTATION_REASON_VIA},
        {"another licence", REST("MARINA GONCALVES PRADO", "01234567891", "2", "REGULAR"),
         CONSULTATION_CONFLICT, CONSULTATION_REASON_REGISTRATION},
        {"a longer number", REST("MARINA GONCALVES PRADO", "012345678901", "2", "REGULAR"),
         CONSULTATION_CONFLICT, CONSULTATION_REASON_REGISTRATION},
        {"another name", REST("MARIO GONCALVES PRADO", "01234567890", "2", "REGULAR"), CONSULTATION_CONFLICT,
         CONSULTATION_REASON_NAME},
        {"not found", "{" HEAD CPF "\"found\":false}", CONSULTATION_NOT_FOUND, CONSULTATION_REASON_NOT_FOUND},
        {"without its espelho",
         "{" HEAD CPF "\"found\":true,\"name\":\"MARINA GONCALVES PRADO\",\"birth_date\":\"1985-08-15\","
         "\"registro\":\"01234567890\",\"via\":\"2\",\"status\":\"REGULAR\"}",
         UNKNOWN},
    };
    JUDGE_ALL(CONSULTATION_CNH, cases);
    struct consultation_question question = question_of(CONSULTATION_CNH);
    struct consultation_finding finding;
    question.form_number = "1234567891";
    consultation_judge(bytes_of_text(REST("MARINA GONCALVES PRADO", "01234567890", "2", "REGULAR")),
                       &question, &finding);
    assert_int_equal(finding.reason, CONSULTATION_REASON_FORM_NUMBER);
    assert_string_equal(json_string_value(json_object_get(finding.facts, "form_number")), "1234567890");
    assert_string_equal(json_string_value(json_array_get(json_object_get(finding.facts, "differs"), 0)),
                        "form_number");
    json_decref(finding.facts);
#undef REST
}

/* 3.1: the five answers of the PSBio. */
static void test_psbio(void **state)
{
    (void)state;
#define ANSWER(result, more)                                                                                 \
    "{\"request\":\"" ASK "\",\"idn\":\"IDN-1\",\"answered_at\":\"" NOW "\"," CPF "\"result\":\"" result     \
    "\"" more "}"
    static const struct answer_case cases[] = {
        {"positive", ANSWER("POSITIVE", ""), CONSULTATION_OK, CONSULTATION_REASON_NONE},
        {"positive, named", ANSWER("POSITIVE", ",\"name\":\"Marina Gon\u00e7alves Prado\""), CONSULTATION_OK,
         CONSULTATION_REASON_NONE},
        {"positive for somebody else", ANSWER("POSITIVE", ",\"name\":\"OUTRA PESSOA\""),
         CONSULTATION_CONFLICT, CONSULTATION_REASON_NAME},
        {"negative", ANSWER("NEGATIVE", ""), CONSULTATION_ALERT, CONSULTATION_REASON_BIOMETRY_NEGATIVE},
        {"not enrolled", ANSWER("CPF_NOT_FOUND", ""), CONSULTATION_NOT_FOUND, CONSULTATION_REASON_NOT_FOUND},
        {"conflict", ANSWER("CONFLICT", ""), CONSULTATION_CONFLICT, CONSULTATION_REASON_BIOMETRY_CONFLICT},
        {"error", ANSWER("ERROR", ""), CONSULTATION_UNAVAILABLE, CONSULTATION_REASON_BASE_ERROR},
        {"a sixth answer", ANSWER("MAYBE", ""), UNKNOWN},
        {"protocol instead of idn", "{" HEAD CPF "\"result\":\"POSITIVE\"}", UNKNOWN},
    };
    JUDGE_ALL(CONSULTATION_PSBIO, cases);
    const struct consultation_question question = question_of(CONSULTATION_PSBIO);
    struct consultation_finding finding;
    consultation_judge(bytes_of_text(ANSWER("ERROR", "")), &question, &finding);
    assert_string_equal(finding.protocol, "IDN-1");
    assert_null(finding.facts);
#undef ANSWER
}

/* Cutting a good answer anywhere, or changing any one of its bytes, never makes another answer good. */
static void test_no_damage_passes(void **state)
{
    (void)state;
    static const char good[] =
        "{" HEAD CPF "\"found\":true,\"name\":\"MARINA GONCALVES PRADO\",\"birth_date\":\"1985-08-15\","
        "\"status\":\"REGULAR\"}";
    const struct consultation_question question = question_of(CONSULTATION_CPF);
    struct consultation_finding finding;
    for (size_t length = 0; length < sizeof good - 1; length++) {
        consultation_judge((struct bytes){(const uint8_t *)good, length}, &question, &finding);
        assert_int_equal(finding.result, CONSULTATION_UNAVAILABLE);
    }
    char damaged[sizeof good];
    for (size_t at = 0; at < sizeof good - 1; at++) {
        memcpy(damaged, good, sizeof good);
        damaged[at] = '#';
        consultation_judge(bytes_of_text(damaged), &question, &finding);
        bool in_protocol = strstr(good, "P1") <= good + at && good + at < strstr(good, "P1") + 2;
        if (!in_protocol && finding.result == CONSULTATION_OK)
            fail_msg("good in spite of %s", damaged);
        json_decref(finding.facts);
    }
}

/* What leaves the house: the number that is asked about and no more than the kind needs. */
static void test_questions(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        [CONSULTATION_CPF] = "{\"request\":\"" ASK
                             "\",\"kind\":\"cpf\",\"cpf\":\"12345678909\",\"birth_date\":\"1985-08-15\"}",
        [CONSULTATION_CNPJ] = "{\"request\":\"" ASK "\",\"kind\":\"cnpj\",\"cnpj\":\"12ABC34501DE35\"}",
        [CONSULTATION_CNH] =
            "{\"request\":\"" ASK "\",\"kind\":\"cnh\",\"cpf\":\"12345678909\",\"birth_date\":"
            "\"1985-08-15\",\"registro\":\"01234567890\",\"via\":\"2\"}",
        [CONSULTATION_PSBIO] = "{\"request\":\"" ASK "\",\"kind\":\"psbio\",\"cpf\":\"12345678909\"}",
    };
    for (unsigned kind = 0; kind < CONSULTATION_KIND_COUNT; kind++) {
        const struct consultation_question question = question_of((enum consultation_kind)kind);
        json_t *body = consultation_question_json(&question);
        char *text = json_dumps(body, JSON_COMPACT);
        assert_string_equal(text, bodies[kind]);
        free(text);
        json_decref(body);
    }
}

static void test_words(void **state)
{
    (void)state;
    enum consultation_kind kind = CONSULTATION_KIND_COUNT;
    assert_true(consultation_kind_find("psbio", &kind));
    assert_int_equal(kind, CONSULTATION_PSBIO);
    assert_false(consultation_kind_find("neglist", &kind));
    assert_false(consultation_kind_find("", &kind));
    assert_string_equal(consultation_result_word(CONSULTATION_NOT_FOUND), "not_found");
    for (unsigned reason = 0; reason < CONSULTATION_REASON_COUNT; reason++)
        assert_int_equal(consultation_reason_find(consultation_reason_word((enum consultation_reason)reason)),
                         reason);
    assert_int_equal(consultation_reason_find("nada"), CONSULTATION_REASON_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cpf),       cmocka_unit_test(test_envelope),
        cmocka_unit_test(test_cnpj),      cmocka_unit_test(test_cnh),
        cmocka_unit_test(test_psbio),     cmocka_unit_test(test_no_damage_passes),
        cmocka_unit_test(test_questions), cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
