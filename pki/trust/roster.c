/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/roster.h"

#include "pki/base/der.h"

#include <string.h>

bool roster_unbundle(struct bytes bundle, struct bytes objects[ROSTER_SIGNERS_MAX], size_t *count,
                     struct ra_error *error)
{
    struct der whole = der_over(bundle);
    struct der inside;
    struct der_element object;
    *count = 0;
    bool fine =
        bundle.length <= ROSTER_BUNDLE_MAX && der_enter(&whole, DER_SEQUENCE, &inside) && der_done(&whole);
    while (fine && !der_done(&inside)) {
        fine = *count < ROSTER_SIGNERS_MAX && der_take(&inside, DER_SEQUENCE, &object);
        if (fine)
            objects[(*count)++] = object.whole;
    }
    if (fine && *count > 0)
        return true;
    return ra_fail_reason(error, RA_STATEMENT_REFUSED, "statement-malformed",
                          "A lista de agentes não tem a forma devida.");
}

bool roster_bundle(TALLOC_CTX *context, const struct bytes *objects, size_t count, struct bytes *bundle,
                   struct ra_error *error)
{
    size_t length = 0;
    *bundle = (struct bytes){NULL, 0};
    for (size_t i = 0; i < count; i++)
        length += objects[i].length;
    if (count == 0 || count > ROSTER_SIGNERS_MAX || length > ROSTER_BUNDLE_MAX)
        return ra_fail(error, RA_INVALID, "roster: 1 to %d signatures", ROSTER_SIGNERS_MAX);
    unsigned header = length < 0x80 ? 2 : length < 0x100 ? 3 : length < 0x10000 ? 4 : 5;
    uint8_t *data = talloc_size(context, header + length);
    if (data == NULL)
        return ra_fail(error, RA_NO_MEMORY, "roster");
    data[0] = DER_SEQUENCE;
    data[1] = header == 2 ? (uint8_t)length : (uint8_t)(0x80 | (header - 2));
    for (unsigned i = 2; i < header; i++)
        data[i] = (uint8_t)(length >> (8 * (header - 1 - i)));
    uint8_t *at = data + header;
    for (size_t i = 0; i < count; i++) {
        memcpy(at, objects[i].data, objects[i].length);
        at += objects[i].length;
    }
    *bundle = (struct bytes){data, header + length};
    return true;
}

static enum signed_verdict refuse(struct ra_error *error, const char *reason, const char *detail)
{
    ra_fail_reason(error, RA_STATEMENT_REFUSED, reason, "%s", detail);
    return SIGNED_INVALID;
}

/* Every object is signed by another pinned administrator over the same content; the first is kept as the
 * roster. */
static enum signed_verdict verify_objects(TALLOC_CTX *context, struct bytes bundle,
                                          const struct roster_trust *trust, struct signed_statement **first,
                                          size_t *signers, struct ra_error *error)
{
    struct bytes objects[ROSTER_SIGNERS_MAX] = {{NULL, 0}};
    uint8_t keys[ROSTER_SIGNERS_MAX][32];
    *first = NULL;
    if (!roster_unbundle(bundle, objects, signers, error))
        return SIGNED_INVALID;
    for (size_t i = 0; i < *signers; i++) {
        struct signed_statement *one = NULL;
        enum signed_verdict verdict = signed_verify_pinned(context, objects[i], STATEMENT_ROSTER,
                                                           trust->administrators, trust->now, &one, error);
        if (verdict != SIGNED_VALID)
            return verdict;
        memcpy(keys[i], one->signer_spki, sizeof keys[i]);
        for (size_t j = 0; j < i; j++)
            if (bytes_equal((struct bytes){keys[i], sizeof keys[i]}, (struct bytes){keys[j], sizeof keys[j]}))
                return refuse(error, "roster-threshold",
                              "A mesma pessoa assinou duas vezes a lista de agentes.");
        if (*first == NULL)
            *first = one;
        else if (!bytes_equal(one->content, (*first)->content))
            return refuse(error, "statement-malformed",
                          "As assinaturas são sobre listas de agentes diferentes.");
    }
    if (trust->threshold == 0 || *signers < trust->threshold)
        return refuse(error, "roster-threshold",
                      "Faltam assinaturas de administradores na lista de agentes.");
    return SIGNED_VALID;
}

static bool is_administrator(const struct roster_entry *entry, const struct statement_roster *roster)
{
    for (size_t i = 0; i < roster->count; i++)
        if (roster->entries[i].role == ROSTER_ADMIN && strcmp(roster->entries[i].cpf, entry->cpf) == 0)
            return true;
    return false;
}

static enum signed_verdict check_separation(const struct statement_roster *roster,
                                            const struct roster_trust *trust, struct ra_error *error)
{
    uint8_t pinned[32];
    for (size_t i = 0; i < roster->count; i++) {
        const struct roster_entry *entry = &roster->entries[i];
        bool clash = entry->role == ROSTER_AGENT && is_administrator(entry, roster);
        for (int j = 0; entry->role == ROSTER_AGENT && j < sk_X509_num(trust->administrators); j++) {
            if (!signed_spki_digest(sk_X509_value(trust->administrators, j), pinned, error))
                return SIGNED_CANNOT_TELL;
            clash = clash || memcmp(pinned, entry->spki, sizeof pinned) == 0;
        }
        if (clash)
            return refuse(error, "roster-role", "A lista faz de um administrador um agente.");
    }
    return SIGNED_VALID;
}

static enum signed_verdict check_document(const struct statement *statement, const struct roster_trust *trust,
                                          struct ra_error *error)
{
    int64_t now = (int64_t)trust->now;
    if (strcmp(statement->instance, trust->instance) != 0)
        return refuse(error, "statement-instance", "A lista de agentes é de outra instância.");
    if (statement->issued_at > now + STATEMENT_CLOCK_SKEW_S)
        return refuse(error, "statement-not-yet", "A lista de agentes traz uma hora que ainda não chegou.");
    if (statement->not_after <= now)
        return refuse(error, "roster-expired", "A lista de agentes venceu.");
    if (statement->not_after - statement->issued_at > trust->longest_life_s)
        return refuse(error, "roster-expired", "A lista de agentes vale por mais tempo do que o permitido.");
    if (statement->roster.version < trust->lowest_version)
        return refuse(error, "roster-lower", "Já existe uma lista de agentes mais nova.");
    return check_separation(&statement->roster, trust, error);
}

static enum signed_verdict verify(struct roster *made, struct bytes bundle, const struct roster_trust *trust,
                                  struct ra_error *error)
{
    struct signed_statement *first = NULL;
    enum signed_verdict verdict = verify_objects(made, bundle, trust, &first, &made->signers, error);
    if (verdict == SIGNED_VALID)
        verdict = check_document(first->statement, trust, error);
    if (verdict != SIGNED_VALID)
        return verdict;
    made->statement = first->statement;
    made->content = first->content;
    if (!sha256(made->content, made->digest)) {
        ra_fail_crypto(error, "roster");
        return SIGNED_CANNOT_TELL;
    }
    return SIGNED_VALID;
}

enum signed_verdict roster_verify(TALLOC_CTX *context, struct bytes bundle, const struct roster_trust *trust,
                                  struct roster **roster, struct ra_error *error)
{
    *roster = NULL;
    struct roster *made = talloc_zero(context, struct roster);
    if (made == NULL) {
        ra_fail(error, RA_NO_MEMORY, "roster");
        return SIGNED_CANNOT_TELL;
    }
    enum signed_verdict verdict = verify(made, bundle, trust, error);
    if (verdict == SIGNED_VALID)
        *roster = made;
    else
        talloc_free(made);
    return verdict;
}

const struct roster_entry *roster_find(const struct roster *roster, const uint8_t spki[32], int64_t when)
{
    const struct statement_roster *list = &roster->statement->roster;
    for (size_t i = 0; i < list->count; i++) {
        const struct roster_entry *entry = &list->entries[i];
        if (memcmp(entry->spki, spki, sizeof entry->spki) == 0)
            return when >= entry->from && when < entry->until ? entry : NULL;
    }
    return NULL;
}

bool roster_require(const struct roster *roster, const uint8_t spki[32], enum roster_role role, int64_t when,
                    const struct roster_entry **entry, struct ra_error *error)
{
    *entry = NULL;
    if (roster->statement->not_after <= when)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "roster-expired", "A lista de agentes venceu.");
    const struct roster_entry *found = roster_find(roster, spki, when);
    if (found == NULL)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "roster-not-listed",
                              "Quem assinou não está na lista de agentes em vigor.");
    if (found->role != role)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "roster-role",
                              "Quem assinou não tem esse papel na lista de agentes.");
    *entry = found;
    return true;
}
