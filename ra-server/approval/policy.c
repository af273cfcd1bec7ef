/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "approval/policy.h"

#include "pki/base/bytes.h"

#include <stdlib.h>
#include <string.h>

/* X("word", code, "sentence") */
#define PROBLEMS(X)                                                                                          \
    X("rules-key", RA_RULE_REFUSED, "Não há política com esse nome que se possa mudar.")                     \
    X("rules-value", RA_RULE_REFUSED, "Esta política não aceita esse valor.")                                \
    X("rules-day", RA_RULE_REFUSED, "O dia em que a mudança começa não existe no calendário.")               \
    X("rules-backwards", RA_RULE_REFUSED, "Uma mudança não pode começar em um dia que já passou.")           \
    X("rules-same-day", RA_RULE_REFUSED,                                                                     \
      "Já há um valor desta política que começa nesse dia; escolha outro dia.")                              \
    X("rules-before", RA_STATEMENT_REFUSED,                                                                  \
      "O valor em vigor nesse dia não é o que foi assinado; proponha a mudança de novo.")                    \
    X("rules-version", RA_STATEMENT_REFUSED,                                                                 \
      "A mudança não tem o número seguinte ao da última; proponha-a de novo.")                               \
    X("rules-content", RA_STATEMENT_REFUSED, "A assinatura é sobre outra mudança.")                          \
    X("rules-ended", RA_CONFLICT, "Esta mudança já entrou em vigor ou foi retirada.")

struct problem {
    const char *word;
    enum ra_error_code code;
    const char *sentence;
};

static const struct problem problems[] = {
#define X(word, code, sentence) {word, code, sentence},
    PROBLEMS(X)
#undef X
};

bool policy_allows(const char *problem, struct ra_error *error)
{
    if (problem[0] == '\0') {
        return true;
    }
    for (size_t at = 0; at < sizeof problems / sizeof problems[0]; at++) {
        if (strcmp(problems[at].word, problem) == 0) {
            return ra_fail_reason(error, problems[at].code, problem, "%s", problems[at].sentence);
        }
    }
    return ra_fail(error, RA_INTERNAL, "no such problem of a policy: %s", problem);
}

bool policy_value_read(const char *text, json_t **value, struct ra_error *error)
{
    json_t *read = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    char *again = json_dumps(read, JSON_COMPACT | JSON_ENCODE_ANY);
    bool same = again != NULL && strcmp(again, text) == 0;
    free(again);
    *value = same ? read : NULL;
    if (same) {
        return true;
    }
    json_decref(read);
    return ra_fail_reason(error, RA_STATEMENT_REFUSED, "rules-value",
                          "O valor não é um JSON na sua forma compacta.");
}

static bool is_same_person(const struct policy_signer *one, const struct policy_signer *other)
{
    return bytes_equal((struct bytes){one->spki, sizeof one->spki},
                       (struct bytes){other->spki, sizeof other->spki}) ||
           strcmp(one->cpf, other->cpf) == 0;
}

bool policy_signers_differ(const struct policy_signer *signers, size_t count, struct ra_error *error)
{
    for (size_t at = 1; at < count; at++) {
        for (size_t before = 0; before < at; before++) {
            if (is_same_person(&signers[at], &signers[before])) {
                return ra_fail_reason(error, RA_STATEMENT_REFUSED, "same-administrator",
                                      "Quem já assinou esta mudança não a confirma: outro administrador "
                                      "precisa assinar.");
            }
        }
    }
    return true;
}
