/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/profile_check.h"

#include "pki/certificate/calendar.h"
#include "pki/certificate/lint.h"
#include "pki/certificate/reader.h"
#include "pki/certificate/text.h"

#include <ctype.h>
#include <openssl/err.h>
#include <string.h>

enum {
    DAY_S = 24 * 3600,
    TWO_DAYS_S = 2 * DAY_S,
    SECURITY_LEVEL = 2, /* 112 bits: RSA 2048 passes, SHA-1 does not */
    NAME_ENTRIES_MAX = 32,
};

/* One examination; what could not be decided is told apart from what differs. */
struct check {
    const struct profile_check_input *input;
    struct findings *findings;
    struct ra_error *error;
    TALLOC_CTX *scratch;
    struct certificate_reading *reading;
};

/* Attribute value in the form in which names are compared (RFC 5280 7.1): UTF-8, ASCII case folded, blanks
 * squeezed. */
struct folded_entry {
    int nid;
    char *text;   /* as compared */
    bool foreign; /* had characters that no name of ours has: equal to nothing */
    bool matched;
};

struct folded_name {
    size_t count;
    bool multiple; /* an RDN of several values, or more entries than any layout has */
    struct folded_entry entries[NAME_ENTRIES_MAX];
};

static void fold(char *text)
{
    size_t length = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] == ' ' && (length == 0 || text[length - 1] == ' '))
            continue;
        text[length++] = (char)tolower((unsigned char)text[i]);
    }
    while (length > 0 && text[length - 1] == ' ')
        length--;
    text[length] = '\0';
}

static bool fold_entry(struct check *check, const X509_NAME_ENTRY *entry, struct folded_entry *folded)
{
    unsigned char *utf8 = NULL;
    int length = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
    struct bytes value = {utf8, length > 0 ? (size_t)length : 0};
    folded->nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
    folded->text = text_printable(check->scratch, value, &folded->foreign);
    folded->foreign = folded->foreign || length < 0;
    OPENSSL_free(utf8);
    if (folded->text == NULL)
        return ra_fail(check->error, RA_NO_MEMORY, "certificate name");
    fold(folded->text);
    return true;
}

static bool fold_name(struct check *check, const X509_NAME *name, struct folded_name *folded)
{
    int count = X509_NAME_entry_count(name);
    *folded = (struct folded_name){.multiple = count > NAME_ENTRIES_MAX};
    for (int i = 0; i < count && i < NAME_ENTRIES_MAX; i++) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
        folded->multiple = folded->multiple || X509_NAME_ENTRY_set(entry) != i;
        if (!fold_entry(check, entry, &folded->entries[folded->count++]))
            return false;
    }
    return true;
}

static bool match_entry(struct folded_name *name, const struct folded_entry *wanted)
{
    for (size_t i = 0; i < name->count; i++) {
        struct folded_entry *entry = &name->entries[i];
        if (entry->matched || entry->foreign || entry->nid != wanted->nid ||
            strcmp(entry->text, wanted->text) != 0)
            continue;
        entry->matched = true;
        return true;
    }
    return false;
}

/* The same attributes in any order: ACs do not agree on the order of the OUs. */
static bool check_subject(struct check *check, const X509_NAME *expected)
{
    struct folded_name wanted;
    struct folded_name found;
    if (!fold_name(check, expected, &wanted) ||
        !fold_name(check, X509_get_subject_name(check->input->certificate), &found))
        return false;
    if (found.multiple)
        findings_add(check->findings, FINDING_RULE_SUBJECT_FORM,
                     "O nome do titular tem atributos agrupados ou demais.");
    for (size_t i = 0; i < wanted.count; i++)
        if (!match_entry(&found, &wanted.entries[i]))
            findings_add(check->findings, FINDING_RULE_SUBJECT_MISSING, "Falta no nome do titular: %s=%s.",
                         OBJ_nid2sn(wanted.entries[i].nid), wanted.entries[i].text);
    for (size_t i = 0; i < found.count; i++)
        if (!found.entries[i].matched)
            findings_add(check->findings, FINDING_RULE_SUBJECT_UNEXPECTED, "Sobra no nome do titular: %s=%s.",
                         OBJ_nid2sn(found.entries[i].nid), found.entries[i].text);
    return true;
}

static bool same_kind(const GENERAL_NAME *left, const GENERAL_NAME *right)
{
    if (left->type != right->type)
        return false;
    return left->type != GEN_OTHERNAME ||
           OBJ_cmp(left->d.otherName->type_id, right->d.otherName->type_id) == 0;
}

static int count_kind(const GENERAL_NAMES *names, const GENERAL_NAME *kind)
{
    int count = 0;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
        count += same_kind(sk_GENERAL_NAME_value(names, i), kind) ? 1 : 0;
    return count;
}

/* Exactly the kinds of entries that were ordered, each once; their content is compared as read fields. */
static void check_alt_name_kinds(struct check *check, const GENERAL_NAMES *expected)
{
    GENERAL_NAMES *found = X509_get_ext_d2i(check->input->certificate, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(expected); i++)
        if (count_kind(found, sk_GENERAL_NAME_value(expected, i)) != 1)
            findings_add(check->findings, FINDING_RULE_SAN_MISSING,
                         "O item %d do subjectAltName pedido falta ou se repete.", i + 1);
    for (int i = 0; i < sk_GENERAL_NAME_num(found); i++)
        if (count_kind(expected, sk_GENERAL_NAME_value(found, i)) == 0)
            findings_add(check->findings, FINDING_RULE_SAN_UNEXPECTED,
                         "O item %d do subjectAltName não foi pedido.", i + 1);
    GENERAL_NAMES_free(found);
}

/* Both sides went through the same reader, so what the layout cuts or pads is cut and padded alike. */
static bool check_field(struct check *check, enum finding_rule rule, const char *name, const char *expected,
                        const char *found)
{
    char *left = talloc_strdup(check->scratch, expected);
    char *right = talloc_strdup(check->scratch, found);
    if (left == NULL || right == NULL)
        return ra_fail(check->error, RA_NO_MEMORY, "certificate field");
    fold(left);
    fold(right);
    if (strcmp(left, right) != 0)
        findings_add(check->findings, rule, "O campo %s veio como “%s”; o pedido diz “%s”.", name, found,
                     expected);
    return true;
}

static bool check_fields(struct check *check, const struct certificate_data *expected)
{
    const struct certificate_data *found = &check->reading->data;
#define X(member)                                                                                            \
    if (!check_field(check, FINDING_RULE_DATA_##member, #member, expected->member, found->member))           \
        return false;
    CERTIFICATE_DATA_FIELDS(X)
#undef X
    return true;
}

static bool check_identity(struct check *check)
{
    X509_NAME *subject = NULL;
    GENERAL_NAMES *names = NULL;
    struct certificate_reading *expected = NULL;
    const struct certificate_order *order = check->input->order;
    bool done = subject_build_name(order, &subject, check->error) &&
                subject_build_alt_names(order, &names, check->error) &&
                certificate_read_names(check->scratch, subject, names, &expected, check->error) &&
                check_subject(check, subject);
    if (done)
        check_alt_name_kinds(check, names);
    done = done && check_fields(check, &expected->data);
    X509_NAME_free(subject);
    GENERAL_NAMES_free(names);
    return done;
}

static void check_key(struct check *check)
{
    if (!bytes_equal(check->reading->spki, check->input->spki))
        findings_add(check->findings, FINDING_RULE_KEY, "A chave pública do certificado não é a do pedido.");
}

/* The AC that the profile names, and that this certificate is its own. */
static void check_issuer(struct check *check)
{
    char common_name[COMMON_NAME_SIZE] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(check->input->issuer), NID_commonName, common_name,
                              sizeof common_name);
    if (strcmp(common_name, check->input->order->profile->issuer) != 0)
        findings_add(check->findings, FINDING_RULE_ISSUER_NAME, "A AC não é a do perfil (%s).",
                     check->input->order->profile->issuer);
    lint_against_issuer(check->input->certificate, check->input->issuer, check->findings);
}

/* What is handed to path building: the chain given and the issuer. Borrowed certificates; free the stack
 * alone. */
static STACK_OF(X509) *path_certificates(const struct profile_check_input *input)
{
    STACK_OF(X509) *all = input->untrusted != NULL ? sk_X509_dup(input->untrusted) : sk_X509_new_null();
    if (all != NULL && sk_X509_push(all, input->issuer) > 0)
        return all;
    sk_X509_free(all);
    return NULL;
}

static bool verify_path(struct check *check, X509_STORE_CTX *context)
{
    X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_time(parameters, check->input->now);
    X509_VERIFY_PARAM_set_auth_level(parameters, SECURITY_LEVEL);
    /* No explicit policy: AC certificates list DPC OIDs above the leaf policies, so no real path has a policy
     * tree. */
    if (X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT) != 1)
        return ra_fail_crypto(check->error, "X509_VERIFY_PARAM_set_flags");
    int valid = X509_verify_cert(context);
    if (valid < 0)
        return ra_fail_crypto(check->error, "X509_verify_cert");
    if (valid == 0)
        findings_add(check->findings, FINDING_RULE_PATH,
                     "A cadeia até a raiz não é válida: %s (profundidade %d).",
                     X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)),
                     X509_STORE_CTX_get_error_depth(context));
    return true;
}

static bool check_path(struct check *check)
{
    STACK_OF(X509) *untrusted = path_certificates(check->input);
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    bool done =
        untrusted != NULL && context != NULL &&
        X509_STORE_CTX_init(context, check->input->anchors, check->input->certificate, untrusted) == 1;
    done = done ? verify_path(check, context) : ra_fail_crypto(check->error, "X509_STORE_CTX");
    X509_STORE_CTX_free(context);
    sk_X509_free(untrusted);
    return done;
}

/* The certificate lists exactly this policy OID, or lists it among others. */
static bool lists_policy(const X509 *certificate, const char *oid)
{
    CERTIFICATEPOLICIES *policies = X509_get_ext_d2i(certificate, NID_certificate_policies, NULL, NULL);
    bool found = false;
    for (int i = 0; i < sk_POLICYINFO_num(policies); i++) {
        char text[80];
        OBJ_obj2txt(text, sizeof text, sk_POLICYINFO_value(policies, i)->policyid, 1);
        found = found || strcmp(text, oid) == 0;
    }
    CERTIFICATEPOLICIES_free(policies);
    return found;
}

/* That it has one policy only, and that the AC lists it, is the linter's to say. */
static void check_policy(struct check *check)
{
    const char *oid = check->input->order->profile->policy_oid;
    if (!lists_policy(check->input->certificate, oid))
        findings_add(check->findings, FINDING_RULE_POLICY,
                     "A política do certificado não é a do produto (%s).", oid);
}

static void check_key_size(struct check *check)
{
    const EVP_PKEY *key = X509_get0_pubkey(check->input->certificate);
    int bits = key != NULL ? EVP_PKEY_get_bits(key) : 0;
    if (bits <= 0 || !profile_key_bits_allowed(check->input->order->profile, (unsigned)bits))
        findings_add(check->findings, FINDING_RULE_KEY_BITS, "O perfil não admite chave de %d bits.", bits);
}

/* Real ACs end on the same day of the last year or on the day before. */
static void check_validity(struct check *check)
{
    const struct profile_check_input *input = check->input;
    time_t start = check->reading->not_before;
    time_t end = check->reading->not_after;
    time_t ordered = calendar_months_later(start, input->term_months);
    char last_day[DATE_SIZE];
    if (start > input->now + DAY_S || start < input->now - DAY_S)
        findings_add(check->findings, FINDING_RULE_NOT_BEFORE, "A validade não começa hoje.");
    if (end > ordered + DAY_S)
        findings_add(check->findings, FINDING_RULE_VALIDITY_LONG, "A validade passa dos %u meses pedidos.",
                     input->term_months);
    if (end < ordered - TWO_DAYS_S)
        findings_add(check->findings, FINDING_RULE_VALIDITY_SHORT,
                     "A validade não chega aos %u meses pedidos.", input->term_months);
    profile_day(end, last_day);
    if (strcmp(last_day, input->order->profile->issuer_until) > 0)
        findings_add(check->findings, FINDING_RULE_OUTLIVES_CHAIN,
                     "O certificado passa do fim da AC no perfil (%s).", input->order->profile->issuer_until);
}

/* The linter works on the bytes; a today of its own would only repeat what check_validity says better. */
static bool check_form(struct check *check)
{
    static const struct lint_about nothing = {0};
    unsigned char *der = NULL;
    int length = i2d_X509(check->input->certificate, &der);
    bool done = length > 0 ? lint_certificate((struct bytes){der, (size_t)length}, &nothing, check->findings,
                                              check->error)
                           : ra_fail_crypto(check->error, "certificate");
    OPENSSL_free(der);
    return done;
}

static bool check_all(struct check *check)
{
    if (!certificate_read(check->scratch, check->input->certificate, &check->reading, check->error) ||
        !check_form(check) || !check_identity(check) || !check_path(check))
        return false;
    check_key(check);
    check_key_size(check);
    check_issuer(check);
    check_policy(check);
    check_validity(check);
    return true;
}

enum profile_check_verdict profile_check(TALLOC_CTX *context, const struct profile_check_input *input,
                                         struct findings **findings, struct ra_error *error)
{
    struct check check = {.input = input, .error = error, .scratch = talloc_new(NULL)};
    check.findings = findings_new(context);
    *findings = check.findings;
    bool decided = check.findings != NULL && check.scratch != NULL ? check_all(&check)
                                                                   : ra_fail(error, RA_NO_MEMORY, "check");
    talloc_free(check.scratch);
    ERR_clear_error();
    if (!decided)
        return PROFILE_CHECK_UNDECIDED;
    if (!findings_have_error(check.findings))
        return PROFILE_CHECK_MATCHES;
    ra_fail_reason(error, RA_CERTIFICATE_REFUSED, "certificate-mismatch",
                   "A AC devolveu um certificado diferente do pedido.");
    return PROFILE_CHECK_DIFFERS;
}
