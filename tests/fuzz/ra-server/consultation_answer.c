/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Answers of the official bases: the first byte chooses the kind. Whatever comes there is one finding, and a
 * good one repeats the question's own request and subject.
 */
#include "identification/consultation_answer.h"

#include "pki/base/clock.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool holds(const uint8_t *data, size_t size, const char *text)
{
    return memmem(data, size, text, strlen(text)) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct consultation_finding finding;
    struct consultation_question question = {.request = "c0ffee00-0000-4000-8000-000000000001",
                                             .cpf = "12345678909",
                                             .name = "MARINA GONCALVES PRADO",
                                             .birth_date = "1985-08-15",
                                             .cnpj = "12ABC34501DE35",
                                             .company_name = "PADARIA TRES IRMAOS LTDA",
                                             .registration = "01234567890",
                                             .form_number = "1234567890",
                                             .via = "2",
                                             .fresh_us = 300 * INT64_C(1000000)};
    if (size == 0 || !clock_parse("2026-11-24T12:00:00Z", &question.now_us))
        return 0;
    question.kind = (enum consultation_kind)(data[0] % CONSULTATION_KIND_COUNT);
    consultation_judge((struct bytes){data + 1, size - 1}, &question, &finding);
    if ((unsigned)finding.result >= CONSULTATION_RESULT_COUNT ||
        (finding.result == CONSULTATION_OK) != (finding.reason == CONSULTATION_REASON_NONE) ||
        (finding.result == CONSULTATION_OK && finding.protocol[0] == '\0') ||
        (finding.result == CONSULTATION_UNAVAILABLE) != (finding.facts == NULL))
        abort();
    /* An escape may stand for any character: then the texts need not be there as they are. */
    if (finding.result == CONSULTATION_OK && !holds(data, size, "\\") &&
        (!holds(data, size, question.request) ||
         !holds(data, size, question.kind == CONSULTATION_CNPJ ? question.cnpj : question.cpf)))
        abort();
    json_decref(finding.facts);
    return 0;
}
