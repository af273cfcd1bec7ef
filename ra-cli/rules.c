/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Policies and their changes (identification-rules 0.2, 2.7). One administrator proposes: the content is made
 * here, shown and signed. Another confirms: what the first signed is judged here, shown from the very bytes,
 * and the same bytes are signed again.
 */
#include "pki/certificate/reader.h"
#include "pki/trust/signed.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/fields.h"
#include "ra-cli/signing.h"

#include <stdlib.h>
#include <string.h>

enum { PROPOSAL_LIFE_S = 7 * 86400, LONGEST_LIFE_S = 30 * 86400 };

/* A JSON value in its one compact form, on cli->context. */
static const char *compact(struct cli *cli, const json_t *value)
{
    char *dumped = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    const char *text = dumped == NULL ? NULL : talloc_strdup(cli->context, dumped);
    free(dumped);
    return text;
}

/* --- reading --- */

static bool fetch_rules(struct cli *cli, const char *date, bool all, json_t **answer, struct ra_error *error)
{
    const char *path = talloc_asprintf(cli->context, "/api/office/rules?date=%s%s",
                                       date == NULL ? "" : client_escape(cli, date), all ? "&all=1" : "");
    return (path != NULL || ra_fail(error, RA_NO_MEMORY, "path")) &&
           client_json(cli, "GET", path, NULL, answer, error);
}

bool rules_list(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                struct ra_error *error)
{
    return fetch_rules(cli, cli_option(arguments, "date"), cli_flag(arguments, "all"), result, error);
}

bool rules_pending(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                   struct ra_error *error)
{
    return client_json(cli, "GET",
                       cli_flag(arguments, "all") ? "/api/office/rules/changes?all=1"
                                                  : "/api/office/rules/changes",
                       NULL, result, error);
}

/* --- proposing --- */

/* What is no JSON is a word: `required` needs no quotes within quotes. */
static bool value_given(struct cli *cli, const char *typed, const char **value, struct ra_error *error)
{
    json_t *json = json_loads(typed, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    if (json == NULL)
        json = json_string(typed);
    *value = json == NULL ? NULL : compact(cli, json);
    json_decref(json);
    return *value != NULL || ra_fail(error, RA_INVALID, "o valor não é texto válido");
}

static bool marks_given(const struct cli_arguments *arguments, struct statement_rules *rules,
                        struct ra_error *error)
{
    const char *layer = cli_option(arguments, "layer");
    const char *mark = cli_option(arguments, "evidence");
    /* A decision of this AR, unless a norm is named as such. */
    rules->layer = RULE_LAYER_AC;
    rules->evidence = RULE_MARK_V;
    if (layer != NULL && !rule_layer_parse(layer, &rules->layer))
        return ra_fail(error, RA_INVALID, "--layer é SEED, NORM ou AC");
    if (mark != NULL && !rule_mark_parse(mark, &rules->evidence))
        return ra_fail(error, RA_INVALID, "--evidence é SEED, T, S, V ou U");
    return true;
}

static bool value_before(struct cli *cli, const json_t *rows, const char *key, const char **before,
                         struct ra_error *error)
{
    size_t index;
    json_t *row;
    *before = "";
    json_array_foreach(rows, index, row)
    {
        if (strcmp(text(row, "key"), key) == 0)
            *before = compact(cli, json_object_get(row, "value"));
    }
    return *before != NULL || ra_fail(error, RA_NO_MEMORY, "json");
}

static bool build_change(struct cli *cli, const struct cli_arguments *arguments, const json_t *me,
                         const json_t *list, struct statement *statement, struct ra_error *error)
{
    struct statement_rules *rules = &statement->rules;
    *statement = (struct statement){.type = STATEMENT_RULES, .order = ""};
    statement->issued_at = (int64_t)clock_now(&cli->clock);
    statement->not_after = statement->issued_at + PROPOSAL_LIFE_S;
    rules->version = json_integer_value(json_object_get(list, "next_change"));
    rules->key = arguments->positional[0];
    rules->valid_from = cli_option(arguments, "from");
    rules->source = cli_option(arguments, "source");
    rules->reason = cli_option(arguments, "reason");
    return signing_text(me, "instance", &statement->instance, error) &&
           marks_given(arguments, rules, error) &&
           value_given(cli, arguments->positional[1], &rules->value, error) &&
           value_before(cli, json_object_get(list, "rows"), rules->key, &rules->before, error);
}

bool rules_propose(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                   struct ra_error *error)
{
    struct identity *identity = NULL;
    struct statement statement;
    struct bytes cms;
    json_t *me = NULL, *list = NULL;
    bool ok =
        signing_identity(cli, &identity, error) &&
        client_json(cli, "GET", "/api/office/me", NULL, &me, error) &&
        fetch_rules(cli, cli_option(arguments, "from"), false, &list, error) &&
        build_change(cli, arguments, me, list, &statement, error) &&
        signing_sign(cli, identity, &statement, (struct bytes){NULL, 0}, STATEMENT_RULES, &cms, error) &&
        signing_post(cli, "/api/office/rules/changes", cms, result, error);
    json_decref(me);
    json_decref(list);
    return ok;
}

/* --- confirming --- */

static const char *change_path(struct cli *cli, const struct cli_arguments *arguments, const char *suffix)
{
    const char *path = talloc_asprintf(cli->context, "/api/office/rules/changes/%s%s",
                                       client_escape(cli, arguments->positional[0]), suffix);
    return path == NULL ? "" : path;
}

static bool is_pinned(struct cli *cli, X509 *signer, struct ra_error *error)
{
    STACK_OF(X509) *administrators = NULL;
    if (!signing_administrators(cli, &administrators, error))
        return false;
    bool found = false;
    for (int i = 0; i < sk_X509_num(administrators); i++)
        found = found || X509_cmp(signer, sk_X509_value(administrators, i)) == 0;
    sk_X509_pop_free(administrators, X509_free);
    return found || ra_fail_reason(error, RA_VERIFICATION_FAILED, "statement-certificate",
                                   "quem assinou a mudança não é um administrador desta instalação");
}

/* The server refuses it as well; the administrator should learn it before signing. */
static bool is_another(const struct identity *identity, const struct signed_statement *signature,
                       struct ra_error *error)
{
    char own[12], theirs[12];
    if (!certificate_read_cpf(identity_certificate(identity), own, error) ||
        !certificate_read_cpf(signature->signer, theirs, error))
        return false;
    if (strcmp(own, theirs) != 0 &&
        !bytes_equal((struct bytes){identity_spki(identity), 32}, (struct bytes){signature->signer_spki, 32}))
        return true;
    return ra_fail_reason(error, RA_RULE_REFUSED, "same-administrator",
                          "quem já assinou esta mudança não a confirma: outro administrador precisa assinar");
}

/* NULL, with the error set, when it does not hold. */
static struct signed_statement *judge_signature(struct cli *cli, const json_t *item,
                                                const struct signed_trust *trust,
                                                const struct identity *identity, struct ra_error *error)
{
    const char *text = json_string_value(item);
    struct signed_statement *signature = NULL;
    struct bytes cms;
    if (text == NULL || !base64_decode(cli->context, text, strlen(text), &cms)) {
        ra_fail(error, RA_UPSTREAM, "assinatura malformada na resposta do servidor");
        return NULL;
    }
    if (signed_verify(cli->context, cms, STATEMENT_RULES, trust, &signature, error) != SIGNED_VALID ||
        !is_pinned(cli, signature->signer, error) || !is_another(identity, signature, error))
        return NULL;
    return signature;
}

/* Everybody before signed the same bytes: those of the first, NULL when one does not hold. */
static struct signed_statement *judge_signatures(struct cli *cli, const json_t *signatures,
                                                 const struct signed_trust *trust,
                                                 const struct identity *identity, struct ra_error *error)
{
    struct signed_statement *first = NULL;
    size_t index;
    json_t *item;
    json_array_foreach(signatures, index, item)
    {
        struct signed_statement *signature = judge_signature(cli, item, trust, identity, error);
        if (signature == NULL)
            return NULL;
        if (first != NULL && !bytes_equal(signature->content, first->content)) {
            ra_fail_reason(error, RA_VERIFICATION_FAILED, "rules-content",
                           "as assinaturas são sobre mudanças diferentes");
            return NULL;
        }
        first = first != NULL ? first : signature;
    }
    if (first == NULL)
        ra_fail(error, RA_UPSTREAM, "falta a assinatura de quem propôs");
    return first;
}

static bool is_the_one_asked(struct cli *cli, const struct cli_arguments *arguments, const json_t *me,
                             const struct statement *statement, struct ra_error *error)
{
    const char *instance;
    if (!signing_text(me, "instance", &instance, error))
        return false;
    if (strcmp(statement->instance, instance) != 0)
        return ra_fail_reason(error, RA_VERIFICATION_FAILED, "statement-instance",
                              "a mudança é de outra instalação do sistema");
    if (statement->rules.version != strtoll(arguments->positional[0], NULL, 10))
        return ra_fail_reason(error, RA_VERIFICATION_FAILED, "rules-version",
                              "a mudança assinada não tem o número pedido");
    return statement_check_time(statement, (int64_t)clock_now(&cli->clock), LONGEST_LIFE_S, error);
}

/* What the others signed, judged; then the same bytes by this administrator. */
static bool sign_alike(struct cli *cli, const struct cli_arguments *arguments, const json_t *me,
                       const json_t *answer, struct bytes *cms, struct ra_error *error)
{
    struct identity *identity = NULL;
    struct signed_trust trust = {0};
    struct signed_statement *first = NULL;
    if (signing_identity(cli, &identity, error) &&
        signing_trust(cli, json_object_get(answer, "crls"), &trust, error))
        first = judge_signatures(cli, json_object_get(answer, "signatures"), &trust, identity, error);
    signing_trust_free(&trust);
    return first != NULL && is_the_one_asked(cli, arguments, me, first->statement, error) &&
           signing_sign_content(cli, identity, STATEMENT_RULES, first->content, cms, error);
}

bool rules_confirm(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                   struct ra_error *error)
{
    struct bytes cms;
    json_t *me = NULL, *answer = NULL;
    bool ok = client_json(cli, "GET", "/api/office/me", NULL, &me, error) &&
              client_json(cli, "GET", change_path(cli, arguments, ""), NULL, &answer, error) &&
              sign_alike(cli, arguments, me, answer, &cms, error) &&
              signing_post(cli, change_path(cli, arguments, "/signatures"), cms, result, error);
    json_decref(me);
    json_decref(answer);
    return ok;
}

bool rules_withdraw(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                    struct ra_error *error)
{
    return client_json(cli, "POST", change_path(cli, arguments, "/withdrawal"), NULL, result, error);
}
