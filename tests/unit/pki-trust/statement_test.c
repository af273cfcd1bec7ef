/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "authority.h"
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int context_setup(void **state)
{
    *state = talloc_new(NULL);
    return 0;
}

static int context_teardown(void **state)
{
    talloc_free(*state);
    return 0;
}

static void assert_same(struct bytes left, struct bytes right)
{
    assert_int_equal(left.length, right.length);
    assert_memory_equal(left.data, right.data, left.length);
}

/* Parses, asserts that it is refused, and returns the reason. */
static const char *refused(TALLOC_CTX *context, const char *text, size_t length, enum statement_type type)
{
    static struct ra_error error;
    struct statement *statement = NULL;
    error = (struct ra_error){0};
    assert_false(
        statement_parse(context, (struct bytes){(const uint8_t *)text, length}, type, &statement, &error));
    assert_null(statement);
    assert_int_equal(error.code, RA_STATEMENT_REFUSED);
    return error.reason;
}

/* The sample with the only occurrence of `old` replaced; asserts that it is refused as malformed. */
static void refuse_edit(TALLOC_CTX *context, enum statement_type type, const char *old, const char *new)
{
    struct bytes content = sample_content(context, type);
    const char *text = talloc_strndup(context, (const char *)content.data, content.length);
    const char *at = text != NULL ? strstr(text, old) : NULL;
    if (at == NULL) {
        fail_msg("the sample has no %s", old);
        return;
    }
    char *edited = talloc_asprintf(context, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
    const char *reason = refused(context, edited, strlen(edited), type);
    if (strcmp(reason, "statement-malformed") != 0)
        fail_msg("%s -> %s: reason %s", old, new, reason);
}

static void a_refusal_has_exactly_these_bytes(void **state)
{
    struct bytes content = sample_content(*state, STATEMENT_REFUSAL);
    assert_same(content, bytes_of_text("{\"typ\":\"guiche-refusal-v1\",\"instance\":\"" TEST_INSTANCE
                                       "\",\"order\":\"" TEST_ORDER
                                       "\",\"attempt\":1,\"issued_at\":1790000000,\"not_after\":1790086400,"
                                       "\"reason\":\"documento não confere\"}"));
}

static void a_validation_has_its_keys_in_protocol_order(void **state)
{
    static const char *const keys[] = {
        "typ",         "instance",      "order",       "attempt",  "issued_at", "not_after",    "profile",
        "id",          "digest",        "term_months", "media",    "data",      "name",         "cpf",
        "birth_date",  "email",         "nis",         "rg",       "rg_issuer", "rg_uf",        "voter_id",
        "voter_zone",  "voter_section", "voter_city",  "voter_uf", "cei",       "company_name", "cnpj",
        "company_uf",  "company_city",  "company_cei", "people",   "cpf",       "role",         "method",
        "place",       "kind",          "office",      "ibge",     "station",   "rules",        "waived",
        "rule",        "reason",        "media",       "model",    "serial",    "homologation", "dossier",
        "key_binding", "kind",          "counter",     "mail"};
    struct bytes content = sample_content(*state, STATEMENT_VALIDATION);
    const char *at = talloc_strndup(*state, (const char *)content.data, content.length);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char *quoted = talloc_asprintf(*state, "\"%s\":", keys[i]);
        const char *found = at != NULL && quoted != NULL ? strstr(at, quoted) : NULL;
        if (found == NULL) {
            fail_msg("key %s is missing or out of order", keys[i]);
            return;
        }
        at = found + strlen(quoted);
    }
}

static void writing_what_was_parsed_gives_the_same_bytes(void **state)
{
    for (unsigned type = 0; type < STATEMENT_TYPE_COUNT; type++) {
        struct ra_error error = {0};
        struct statement *parsed = NULL;
        struct bytes again;
        struct bytes content = sample_content(*state, (enum statement_type)type);
        assert_true(statement_parse(*state, content, (enum statement_type)type, &parsed, &error));
        assert_true(statement_write(*state, parsed, &again, &error));
        assert_same(content, again);
    }
}

static void every_kind_of_binding_survives_the_way_there_and_back(void **state)
{
    struct statement statement = sample_statement(STATEMENT_VALIDATION);
    struct statement_binding bindings[4] = {
        {.kind = PROFILE_BINDING_CODE, .counter = {1}},
        {.kind = PROFILE_BINDING_CODE, .counter = {1}, .has_mail = true, .mail = {2}},
        {.kind = PROFILE_BINDING_SPKI, .spki = {3}},
        {.kind = PROFILE_BINDING_RENEWAL, .cms = {(const uint8_t *)"holder", 6}},
    };
    for (size_t i = 0; i < 4; i++) {
        struct ra_error error = {0};
        struct statement *parsed = NULL;
        struct bytes content;
        statement.validation.binding = bindings[i];
        assert_true(statement_write(*state, &statement, &content, &error));
        assert_true(statement_parse(*state, content, STATEMENT_VALIDATION, &parsed, &error));
        const struct statement_binding *read = &parsed->validation.binding;
        assert_int_equal(read->kind, bindings[i].kind);
        assert_int_equal(read->has_mail, bindings[i].has_mail);
        assert_memory_equal(read->counter, bindings[i].counter, 32);
        assert_memory_equal(read->mail, bindings[i].mail, 32);
        assert_memory_equal(read->spki, bindings[i].spki, 32);
        assert_true(bytes_equal(read->cms, bindings[i].cms));
    }
}

static void parsing_gives_back_every_value(void **state)
{
    struct ra_error error = {0};
    struct statement *parsed = NULL;
    struct statement given = sample_statement(STATEMENT_VALIDATION);
    assert_true(statement_parse(*state, sample_content(*state, STATEMENT_VALIDATION), STATEMENT_VALIDATION,
                                &parsed, &error));
    const struct statement_validation *read = &parsed->validation;
    assert_string_equal(parsed->instance, TEST_INSTANCE);
    assert_string_equal(parsed->order, TEST_ORDER);
    assert_int_equal(parsed->attempt, 1);
    assert_int_equal(parsed->issued_at, given.issued_at);
    assert_int_equal(parsed->not_after, given.not_after);
    assert_string_equal(read->profile.id, "RFB_ECPF_A1");
    assert_int_equal(read->profile.term_months, 12);
    assert_memory_equal(read->profile.digest, given.validation.profile.digest, 32);
    assert_string_equal(read->data.name, "MARIA APARECIDA DE TESTE");
    assert_string_equal(read->data.company_cei, "");
    assert_int_equal(read->people.count, 2);
    assert_string_equal(read->people.items[1].cpf, "52998224725");
    assert_int_equal(read->people.items[1].role, STATEMENT_ROLE_REPRESENTATIVE);
    assert_int_equal(read->waived.count, 2);
    assert_string_equal(read->waived.items[0].reason, "serviço \"fora do ar\" \\ protocolo 12");
    assert_memory_equal(read->dossier, given.validation.dossier, 32);
    assert_string_equal(read->place.ibge, "3509502");
}

static void a_statement_of_another_type_is_told_apart(void **state)
{
    for (unsigned is = 0; is < STATEMENT_TYPE_COUNT; is++) {
        struct bytes content = sample_content(*state, (enum statement_type)is);
        for (unsigned want = 0; want < STATEMENT_TYPE_COUNT; want++)
            if (want != is)
                assert_string_equal(
                    refused(*state, (const char *)content.data, content.length, (enum statement_type)want),
                    "statement-type");
    }
}

static void every_truncation_is_refused(void **state)
{
    for (unsigned type = 0; type < STATEMENT_TYPE_COUNT; type++) {
        struct bytes content = sample_content(*state, (enum statement_type)type);
        for (size_t length = 0; length < content.length; length++) {
            TALLOC_CTX *scratch = talloc_new(*state);
            /* A copy of exactly this length, so that a sanitizer sees reading beyond it. */
            char *copy = malloc(length + 1);
            memcpy(copy, content.data, length);
            char *exact = realloc(copy, length > 0 ? length : 1);
            refused(scratch, exact, length, (enum statement_type)type);
            free(exact);
            talloc_free(scratch);
        }
    }
}

static void bytes_after_the_end_are_refused(void **state)
{
    static const char *const tails[] = {" ", "\n", "}", "x", "{}", ","};
    struct bytes content = sample_content(*state, STATEMENT_REVOCATION);
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        char *text =
            talloc_asprintf(*state, "%.*s%s", (int)content.length, (const char *)content.data, tails[i]);
        refused(*state, text, strlen(text), STATEMENT_REVOCATION);
    }
    char *text = talloc_strndup(*state, (const char *)content.data, content.length);
    refused(*state, text, content.length + 1, STATEMENT_REVOCATION); /* a NUL */
}

/* Changing one byte gives something refused, or another value that is written back as it came. */
static void any_changed_byte_is_refused_or_another_value(void **state)
{
    for (unsigned type = 0; type < STATEMENT_TYPE_COUNT; type++) {
        struct bytes content = sample_content(*state, (enum statement_type)type);
        char *text = talloc_strndup(*state, (const char *)content.data, content.length);
        for (size_t at = 0; at < content.length; at++)
            for (unsigned round = 0; round < 6; round++) {
                TALLOC_CTX *scratch = talloc_new(*state);
                struct ra_error error = {0};
                struct statement *parsed = NULL;
                struct bytes again;
                char kept = text[at];
                text[at] = (char)(next_number() & 0xff);
                struct bytes changed = {(const uint8_t *)text, content.length};
                if (statement_parse(scratch, changed, (enum statement_type)type, &parsed, &error)) {
                    assert_true(statement_write(scratch, parsed, &again, &error));
                    assert_same(changed, again);
                }
                text[at] = kept;
                talloc_free(scratch);
            }
    }
}

static void white_space_is_refused(void **state)
{
    refuse_edit(*state, STATEMENT_REFUSAL, "{\"typ\"", " {\"typ\"");
    refuse_edit(*state, STATEMENT_REFUSAL, "{\"typ\"", "{ \"typ\"");
    refuse_edit(*state, STATEMENT_REFUSAL, "\"attempt\":1", "\"attempt\": 1");
    refuse_edit(*state, STATEMENT_REFUSAL, ",\"attempt\"", ",\n\"attempt\"");
    refuse_edit(*state, STATEMENT_REFUSAL, "confere\"}", "confere\" }");
}

static void keys_out_of_order_missing_or_doubled_are_refused(void **state)
{
    refuse_edit(*state, STATEMENT_REFUSAL, "\"instance\":\"" TEST_INSTANCE "\",\"order\":\"" TEST_ORDER "\"",
                "\"order\":\"" TEST_ORDER "\",\"instance\":\"" TEST_INSTANCE "\"");
    refuse_edit(*state, STATEMENT_REFUSAL, "\"attempt\":1,", "");
    refuse_edit(*state, STATEMENT_REFUSAL, "\"attempt\":1,", "\"attempt\":1,\"attempt\":1,");
    refuse_edit(*state, STATEMENT_REFUSAL, "\"attempt\":1,", "\"attempt\":1,\"extra\":1,");
    refuse_edit(*state, STATEMENT_REFUSAL, "\"attempt\"", "\"Attempt\"");
    refuse_edit(*state, STATEMENT_REFUSAL, "\"attempt\"", "\"\\u0061ttempt\"");
    refuse_edit(*state, STATEMENT_REFUSAL, "confere\"}", "confere\",\"x\":1}");
    refuse_edit(*state, STATEMENT_VALIDATION, "\"nis\":\"\",", "");
}

static void integers_in_any_other_form_are_refused(void **state)
{
    static const char *const forms[] = {
        "\"attempt\":0",     "\"attempt\":-1",      "\"attempt\":+1",
        "\"attempt\":01",    "\"attempt\":1.0",     "\"attempt\":1e0",
        "\"attempt\":\"1\"", "\"attempt\":null",    "\"attempt\":true",
        "\"attempt\":",      "\"attempt\":1000001", "\"attempt\":99999999999999999999999999"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        refuse_edit(*state, STATEMENT_REFUSAL, "\"attempt\":1", forms[i]);
    refuse_edit(*state, STATEMENT_REFUSAL, "\"not_after\":1790086400", "\"not_after\":1790000000");
    refuse_edit(*state, STATEMENT_REFUSAL, "\"not_after\":1790086400", "\"not_after\":999999999999999");
    refuse_edit(*state, STATEMENT_REVOCATION, "\"reason\":1", "\"reason\":2");
    refuse_edit(*state, STATEMENT_REVOCATION, "\"reason\":1", "\"reason\":6");
    refuse_edit(*state, STATEMENT_REVOCATION, "\"reason\":1", "\"reason\":10");
}

static void strings_with_hidden_or_broken_characters_are_refused(void **state)
{
    static const char *const texts[] = {
        "a\x01"
        "b",          /* control */
        "a\x1b[31mb", /* terminal escape */
        "a\x7f",      /* DEL */
        "a\nb",
        "a\tb",
        "a\xc2\x9b"
        "b", /* C1 control */
        "a\xe2\x80\xae"
        "b", /* right-to-left override */
        "a\xe2\x81\xa6"
        "b", /* isolate */
        "a\xe2\x80\x8b"
        "b", /* zero-width space */
        "a\xef\xbb\xbf"
        "b", /* byte-order mark */
        "a\xc2\xad"
        "b", /* soft hyphen */
        "a\xc2\xa0"
        "b", /* no-break space */
        "a\xf3\xa0\x80\xa1"
        "b", /* tag */
        "a\xff"
        "b",     /* no UTF-8 */
        "a\xc3", /* cut sequence */
        "a\xc0\xaf"
        "b", /* overlong */
        "a\xed\xa0\x80"
        "b", /* surrogate */
        "a\xf4\x90\x80\x80"
        "b", /* beyond Unicode */
        "a\xe0\x80\xaf"
        "b", /* overlong of three */
        "\\u0041",
        "\\n",
        "\\/",
        "a\\", /* escapes the closing quote */
        "",    /* a reason is not empty */
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        refuse_edit(*state, STATEMENT_REFUSAL, "documento não confere", texts[i]);
}

static void values_outside_their_alphabet_or_length_are_refused(void **state)
{
    static const struct {
        enum statement_type type;
        const char *old;
        const char *new;
    } edits[] = {
        {STATEMENT_REFUSAL, TEST_INSTANCE, "00112233445566778899AABBCCDDEEFF"},
        {STATEMENT_REFUSAL, TEST_INSTANCE, "00112233445566778899aabbccddeef"},
        {STATEMENT_REFUSAL, TEST_INSTANCE, ""},
        {STATEMENT_REFUSAL, TEST_ORDER, "7q2kx0m4zt9a"},
        {STATEMENT_REFUSAL, TEST_ORDER, "7Q2KX0M4ZT9"},
        {STATEMENT_REFUSAL, TEST_ORDER, "7Q2KX0M4ZT9AB"},
        {STATEMENT_REFUSAL, TEST_ORDER, "7Q2KX0M4ZT9U"},
        {STATEMENT_REFUSAL, "guiche-refusal-v1", "guiche-refusal-v2"},
        {STATEMENT_REVOCATION, "00ab34", "00ab3"},
        {STATEMENT_REVOCATION, "00ab34", "00AB34"},
        {STATEMENT_REVOCATION, "00ab34", ""},
        {STATEMENT_REVOCATION, "00ab34", "000102030405060708090a0b0c0d0e0f1011121314"},
        {STATEMENT_VALIDATION, "RFB_ECPF_A1", "RFB-ECPF-A1"},
        {STATEMENT_VALIDATION, "RFB_ECPF_A1", ""},
        {STATEMENT_VALIDATION, "\"media\":\"software\"", "\"media\":\"Software\""},
        {STATEMENT_VALIDATION, "\"term_months\":12", "\"term_months\":0"},
        {STATEMENT_VALIDATION, "in_person", "by_post"},
        {STATEMENT_VALIDATION, "\"kind\":\"IT\"", "\"kind\":\"it\""},
        {STATEMENT_VALIDATION, "3509502", "350950"},
        {STATEMENT_VALIDATION, "3509502", "350950A"},
        {STATEMENT_VALIDATION, "\"kind\":\"code\"", "\"kind\":\"none\""},
        {STATEMENT_VALIDATION, "\"kind\":\"code\"", "\"kind\":\"spki\""},
        {STATEMENT_VALIDATION, "\"role\":\"holder\"", "\"role\":\"agent\""},
        {STATEMENT_VALIDATION, "52998224725", "5299822472"},
        {STATEMENT_VALIDATION, "ababab", "ABABAB"},
        {STATEMENT_VALIDATION, "cdcdcd", "cdcd"},
        {STATEMENT_VALIDATION, ",\"mail\":\"\"", ",\"mail\":\"00\""},
        {STATEMENT_VALIDATION, ",\"mail\":\"\"", ""},
        {STATEMENT_ROSTER, "\"role\":\"agent\"", "\"role\":\"holder\""},
        {STATEMENT_ROSTER, "\"version\":3", "\"version\":0"},
        {STATEMENT_ROSTER, "\"until\":1900000000", "\"until\":1700000000"},
        {STATEMENT_ROSTER, "\"spki\":\"02", "\"spki\":\"01"}, /* the key of the first entry again */
        {STATEMENT_ROSTER, "ALICE DE TESTE", ""},
        {STATEMENT_RULES, "\"version\":7", "\"version\":0"},
        {STATEMENT_RULES, "poa_max_age_days", ""},
        {STATEMENT_RULES, "poa_max_age_days", "POA_MAX_AGE_DAYS"},
        {STATEMENT_RULES, "poa_max_age_days", "poa-max-age-days"},
        {STATEMENT_RULES, "\"value\":\"60\"", "\"value\":\"\""},
        {STATEMENT_RULES, "\"value\":\"60\"", "\"value\":60"},
        {STATEMENT_RULES, "2026-10-01", "2026-10-1"},
        {STATEMENT_RULES, "2026-10-01", "2026-1001-"},
        {STATEMENT_RULES, "2026-10-01", "01/10/2026"},
        {STATEMENT_RULES, "\"layer\":\"AC\"", "\"layer\":\"ac\""},
        {STATEMENT_RULES, "\"layer\":\"AC\"", "\"layer\":\"AR\""},
        {STATEMENT_RULES, "DPC da AC, 3.2.2", ""},
        {STATEMENT_RULES, "\"evidence\":\"V\"", "\"evidence\":\"W\""},
        {STATEMENT_RULES, "\"evidence\":\"V\"", "\"evidence\":\"\""},
        {STATEMENT_RULES, "a AC pediu prazo menor", ""},
    };
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++)
        refuse_edit(*state, edits[i].type, edits[i].old, edits[i].new);
}

static void base64_in_another_form_is_refused(void **state)
{
    struct ra_error error = {0};
    struct bytes content;
    struct statement *parsed = NULL;
    struct statement statement = sample_statement(STATEMENT_VALIDATION);
    statement.validation.binding =
        (struct statement_binding){.kind = PROFILE_BINDING_RENEWAL, .cms = {(const uint8_t *)"four", 4}};
    assert_true(statement_write(*state, &statement, &content, &error));
    char *text = talloc_strndup(*state, (const char *)content.data, content.length);
    char *at = strstr(text, "Zm91cg==");
    assert_non_null(at);
    static const char *const forms[] = {"Zm91ch==", "Zm91cg=A", "Zm91cg\n=", "Zm=1cg==", "========"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        memcpy(at, forms[i], 8);
        assert_string_equal(refused(*state, text, content.length, STATEMENT_VALIDATION),
                            "statement-malformed");
    }
    memcpy(at, "Zm91cg==", 8);
    assert_true(statement_parse(*state, bytes_of_text(text), STATEMENT_VALIDATION, &parsed, &error));
}

static void empty_lists_stand_only_where_they_may(void **state)
{
    struct ra_error error = {0};
    struct bytes content;
    struct statement *parsed = NULL;
    struct statement statement = sample_statement(STATEMENT_VALIDATION);
    statement.validation.waived = (struct statement_waivers){0, NULL};
    assert_true(statement_write(*state, &statement, &content, &error));
    assert_true(statement_parse(*state, content, STATEMENT_VALIDATION, &parsed, &error));
    assert_int_equal(parsed->validation.waived.count, 0);
    statement.validation.people = (struct statement_people){0, NULL};
    assert_false(statement_write(*state, &statement, &content, &error));
    assert_string_equal(error.reason, "statement-malformed");
    struct statement roster = sample_statement(STATEMENT_ROSTER);
    roster.roster.count = 0;
    assert_false(statement_write(*state, &roster, &content, &error));
}

static void lists_longer_than_their_limit_are_refused(void **state)
{
    struct ra_error error = {0};
    struct bytes content;
    struct statement_person people[STATEMENT_PEOPLE_MAX + 1];
    struct statement statement = sample_statement(STATEMENT_VALIDATION);
    for (size_t i = 0; i <= STATEMENT_PEOPLE_MAX; i++)
        people[i] = (struct statement_person){"11144477735", STATEMENT_ROLE_HOLDER};
    statement.validation.people = (struct statement_people){STATEMENT_PEOPLE_MAX, people};
    assert_true(statement_write(*state, &statement, &content, &error));
    statement.validation.people.count++;
    assert_false(statement_write(*state, &statement, &content, &error));
    /* And a reader does not take them from a writer without limits. */
    char *text = talloc_strdup(*state, "");
    for (size_t i = 0; i < 40; i++)
        text = talloc_asprintf_append(text, "{\"cpf\":\"11144477735\",\"role\":\"holder\"},");
    refuse_edit(*state, STATEMENT_VALIDATION, "{\"cpf\":\"11144477735\",\"role\":\"holder\"},", text);
}

static void nesting_is_refused_at_once(void **state)
{
    char *deep = talloc_size(*state, 100001);
    memset(deep, '[', 100000);
    deep[100000] = '\0';
    refused(*state, deep, 100000, STATEMENT_VALIDATION);
    deep[60000] = '\0';
    refuse_edit(*state, STATEMENT_VALIDATION, "\"waived\":[", talloc_asprintf(*state, "\"waived\":%s", deep));
}

static void what_cannot_be_read_cannot_be_written(void **state)
{
    struct ra_error error = {0};
    struct bytes content;
    struct statement statement = sample_statement(STATEMENT_VALIDATION);
    statement.validation.data.name = "EVA\x1b[2J";
    assert_false(statement_write(*state, &statement, &content, &error));
    assert_null(content.data);
    statement = sample_statement(STATEMENT_VALIDATION);
    statement.validation.data.email = NULL;
    assert_false(statement_write(*state, &statement, &content, &error));
    statement = sample_statement(STATEMENT_VALIDATION);
    statement.validation.method = IDENTIFICATION_METHOD_COUNT;
    assert_false(statement_write(*state, &statement, &content, &error));
    statement = sample_statement(STATEMENT_VALIDATION);
    statement.validation.binding.kind = PROFILE_BINDING_COUNT;
    assert_false(statement_write(*state, &statement, &content, &error));
    statement = sample_statement(STATEMENT_REFUSAL);
    statement.type = STATEMENT_TYPE_COUNT;
    assert_false(statement_write(*state, &statement, &content, &error));
    statement = sample_statement(STATEMENT_REFUSAL);
    char *reason = talloc_size(*state, STATEMENT_REASON_MAX + 2);
    memset(reason, 'a', STATEMENT_REASON_MAX + 1);
    reason[STATEMENT_REASON_MAX + 1] = '\0';
    statement.refusal.reason = reason;
    assert_false(statement_write(*state, &statement, &content, &error));
    reason[STATEMENT_REASON_MAX] = '\0';
    assert_true(statement_write(*state, &statement, &content, &error));
}

static void a_statement_lives_between_its_times(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct statement statement = sample_statement(STATEMENT_REFUSAL);
    const int64_t day = 86400;
    assert_true(statement_check_time(&statement, statement.issued_at, day, &error));
    assert_true(statement_check_time(&statement, statement.not_after - 1, day, &error));
    assert_true(statement_check_time(&statement, statement.issued_at - STATEMENT_CLOCK_SKEW_S, day, &error));
    assert_false(
        statement_check_time(&statement, statement.issued_at - STATEMENT_CLOCK_SKEW_S - 1, day, &error));
    assert_string_equal(error.reason, "statement-not-yet");
    assert_false(statement_check_time(&statement, statement.not_after, day, &error));
    assert_string_equal(error.reason, "statement-expired");
    assert_false(statement_check_time(&statement, statement.issued_at, day - 1, &error));
    assert_string_equal(error.reason, "statement-expired");
}

static const char *value_of(const struct statement_line *lines, size_t count, const char *label)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(lines[i].label, label) == 0)
            return lines[i].value;
    fail_msg("no line %s", label);
    return NULL;
}

static void the_description_tells_what_the_bytes_say(void **state)
{
    struct ra_error error = {0};
    struct statement_line *lines = NULL;
    size_t count = 0;
    assert_true(statement_describe(*state, sample_content(*state, STATEMENT_VALIDATION), STATEMENT_VALIDATION,
                                   &lines, &count, &error));
    assert_string_equal(value_of(lines, count, "Nome"), "MARIA APARECIDA DE TESTE");
    assert_string_equal(value_of(lines, count, "CPF"), "111.444.777-35");
    assert_string_equal(value_of(lines, count, "Data de nascimento"), "31/01/1980");
    assert_string_equal(value_of(lines, count, "E-mail"), "maria@exemplo.com.br");
    assert_string_equal(value_of(lines, count, "Prazo do certificado"), "12 meses");
    assert_string_equal(value_of(lines, count, "CPF identificado (representante)"), "529.982.247-25");
    assert_string_equal(value_of(lines, count, "Dispensa"), "psbio: serviço \"fora do ar\" \\ protocolo 12");
    assert_string_equal(value_of(lines, count, "Lugar"), "sede, instalação técnica (IBGE 3509502)");
    assert_string_equal(value_of(lines, count, "Vínculo da chave"), "código de emissão");
    assert_string_equal(value_of(lines, count, "Assinada em"), "21/09/2026 14:13:20 UTC");
    assert_string_equal(value_of(lines, count, "Pedido"), TEST_ORDER " (tentativa 1)");
}

static void every_type_has_a_description_and_broken_bytes_have_none(void **state)
{
    for (unsigned type = 0; type < STATEMENT_TYPE_COUNT; type++) {
        struct ra_error error = {0};
        struct statement_line *lines = NULL;
        size_t count = 0;
        struct bytes content = sample_content(*state, (enum statement_type)type);
        assert_true(statement_describe(*state, content, (enum statement_type)type, &lines, &count, &error));
        assert_true(count >= 5);
        assert_string_equal(lines[0].value, statement_type_name((enum statement_type)type));
        content.length--;
        assert_false(statement_describe(*state, content, (enum statement_type)type, &lines, &count, &error));
        assert_null(lines);
        assert_int_equal(count, 0);
    }
}

/* Both administrators read the old and the new value in what they sign. */
static void a_rules_change_is_described_with_both_values(void **state)
{
    struct ra_error error = {0};
    struct bytes content;
    struct statement_line *lines = NULL;
    size_t count = 0;
    struct statement statement = sample_statement(STATEMENT_RULES);
    assert_true(statement_write(*state, &statement, &content, &error));
    assert_true(statement_describe(*state, content, STATEMENT_RULES, &lines, &count, &error));
    assert_string_equal(value_of(lines, count, "Mudança"), "7");
    assert_string_equal(value_of(lines, count, "Política"), "poa_max_age_days");
    assert_string_equal(value_of(lines, count, "Valor até então"), "90");
    assert_string_equal(value_of(lines, count, "Valor novo"), "60");
    assert_string_equal(value_of(lines, count, "Vale a partir de"), "01/10/2026");
    assert_string_equal(value_of(lines, count, "Evidência"), "[V] prática de uma AC ou AR");
    statement.rules.before = "";
    statement.rules.value = "{\"page\":\"required\"}";
    assert_true(statement_write(*state, &statement, &content, &error));
    assert_true(statement_describe(*state, content, STATEMENT_RULES, &lines, &count, &error));
    assert_string_equal(value_of(lines, count, "Valor até então"), "nenhum");
    assert_string_equal(value_of(lines, count, "Valor novo"), "{\"page\":\"required\"}");
}

static void a_company_is_described_with_its_cnpj(void **state)
{
    struct ra_error error = {0};
    struct bytes content;
    struct statement_line *lines = NULL;
    size_t count = 0;
    struct statement statement = sample_statement(STATEMENT_VALIDATION);
    statement.validation.data.company_name = "EMPRESA DE TESTE LTDA";
    statement.validation.data.cnpj = "12ABC34501DE35";
    assert_true(statement_write(*state, &statement, &content, &error));
    assert_true(statement_describe(*state, content, STATEMENT_VALIDATION, &lines, &count, &error));
    assert_string_equal(value_of(lines, count, "CNPJ"), "12.ABC.345/01DE-35");
    assert_string_equal(value_of(lines, count, "Nome do responsável"), "MARIA APARECIDA DE TESTE");
}

static void words_map_both_ways_and_unknown_ones_do_not(void **state)
{
    (void)state;
    enum statement_place_kind kind = STATEMENT_PLACE_KIND_COUNT;
    enum statement_people_role people = STATEMENT_PEOPLE_ROLE_COUNT;
    assert_string_equal(roster_role_word(ROSTER_ADMIN), "admin");
    assert_true(statement_place_kind_parse("ITS", &kind));
    assert_int_equal(kind, STATEMENT_PLACE_ITS);
    assert_true(statement_people_role_parse("responsible", &people));
    assert_int_equal(people, STATEMENT_ROLE_RESPONSIBLE);
    assert_false(statement_place_kind_parse("it", &kind));
    assert_false(statement_people_role_parse("agent", &people));
    enum rule_layer layer = RULE_LAYER_COUNT;
    enum rule_mark mark = RULE_MARK_COUNT;
    assert_true(rule_layer_parse("NORM", &layer));
    assert_int_equal(layer, RULE_LAYER_NORM);
    assert_true(rule_mark_parse("U", &mark));
    assert_int_equal(mark, RULE_MARK_U);
    assert_false(rule_layer_parse("norm", &layer));
    assert_false(rule_mark_parse("", &mark));
    assert_string_equal(rule_mark_word(RULE_MARK_COUNT), "");
    assert_string_equal(rule_layer_word(RULE_LAYER_COUNT), "");
    assert_string_equal(statement_typ(STATEMENT_TYPE_COUNT), "");
    assert_string_equal(statement_content_oid(STATEMENT_TYPE_COUNT), "");
    assert_string_equal(roster_role_word(ROSTER_ROLE_COUNT), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_has_exactly_these_bytes),
        cmocka_unit_test(a_validation_has_its_keys_in_protocol_order),
        cmocka_unit_test(writing_what_was_parsed_gives_the_same_bytes),
        cmocka_unit_test(every_kind_of_binding_survives_the_way_there_and_back),
        cmocka_unit_test(parsing_gives_back_every_value),
        cmocka_unit_test(a_statement_of_another_type_is_told_apart),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(bytes_after_the_end_are_refused),
        cmocka_unit_test(any_changed_byte_is_refused_or_another_value),
        cmocka_unit_test(white_space_is_refused),
        cmocka_unit_test(keys_out_of_order_missing_or_doubled_are_refused),
        cmocka_unit_test(integers_in_any_other_form_are_refused),
        cmocka_unit_test(strings_with_hidden_or_broken_characters_are_refused),
        cmocka_unit_test(values_outside_their_alphabet_or_length_are_refused),
        cmocka_unit_test(base64_in_another_form_is_refused),
        cmocka_unit_test(empty_lists_stand_only_where_they_may),
        cmocka_unit_test(lists_longer_than_their_limit_are_refused),
        cmocka_unit_test(nesting_is_refused_at_once),
        cmocka_unit_test(what_cannot_be_read_cannot_be_written),
        cmocka_unit_test(a_statement_lives_between_its_times),
        cmocka_unit_test(the_description_tells_what_the_bytes_say),
        cmocka_unit_test(every_type_has_a_description_and_broken_bytes_have_none),
        cmocka_unit_test(a_rules_change_is_described_with_both_values),
        cmocka_unit_test(a_company_is_described_with_its_cnpj),
        cmocka_unit_test(words_map_both_ways_and_unknown_ones_do_not),
    };
    return cmocka_run_group_tests(tests, context_setup, context_teardown);
}
