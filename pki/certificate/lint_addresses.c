/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The addresses a certificate gives: its CRL's, its chain's, its OCSP responder's and the DPC's. Whether
 * anything answers there is not asked.
 */
#include "pki/certificate/lint_internal.h"

#include <string.h>

enum { CRL_ADDRESSES = 2, URI = 0x86 };

static bool begins_with(struct bytes text, const char *word)
{
    return text.length >= strlen(word) && memcmp(text.data, word, strlen(word)) == 0;
}

/* What may stand in an address (RFC 3986 2). */
static bool is_address_character(uint8_t c)
{
    return c > ' ' && c < 0x7f && strchr("\"<>\\^`{|}", c) == NULL;
}

/* A host of letters, digits, dots and hyphens after the slashes, or one in brackets. */
static bool has_host(struct bytes text)
{
    size_t length = 0;
    bool bracket = text.length > 0 && text.data[0] == '[';
    for (; length < text.length && strchr("/?#:", text.data[length]) == NULL; length++)
        if (!bracket && strchr("@%,;=+*!$&'()", text.data[length]) != NULL)
            return false;
    return length > 0 && text.data[0] != '.' && text.data[0] != '-';
}

/* An address of the web: http or https, a host, nothing that no address has. */
static bool is_web_address(struct bytes text)
{
    size_t scheme = begins_with(text, "http://") ? 7 : begins_with(text, "https://") ? 8 : 0;
    for (size_t i = 0; i < text.length; i++)
        if (!is_address_character(text.data[i]))
            return false;
    return scheme > 0 && has_host((struct bytes){text.data + scheme, text.length - scheme});
}

/* ldap: and the like are addresses, not of the web; what begins as one of the web has to be one. */
static bool is_of_another_scheme(struct bytes text)
{
    size_t length = 0;
    while (length < text.length && ((text.data[length] | 0x20) >= 'a' && (text.data[length] | 0x20) <= 'z'))
        length++;
    return length > 1 && length + 1 < text.length && text.data[length] == ':' &&
           !begins_with(text, "http:") && !begins_with(text, "https:");
}

/* A web address; anything that is no address at all is told. */
static bool take_address(const struct lint *lint, const char *where, struct bytes text)
{
    char shown[LINT_TEXT_SIZE];
    if (is_web_address(text))
        return true;
    if (is_of_another_scheme(text))
        return false;
    lint_text(text, shown);
    findings_add(lint->findings, FINDING_RULE_WEB_ADDRESS, "%s: “%s” não é um endereço da web.", where,
                 shown);
    return false;
}

void lint_practice_statement(const struct lint *lint, struct der policy)
{
    struct der qualifiers, qualifier;
    struct der_element type, address;
    bool found = false;
    if (der_enter(&policy, DER_SEQUENCE, &qualifiers))
        while (der_enter(&qualifiers, DER_SEQUENCE, &qualifier))
            if (der_take(&qualifier, DER_OID, &type) && oid_known(type.content) == OID_CPS &&
                der_take(&qualifier, DER_IA5_STRING, &address))
                found = take_address(lint, "certificatePolicies", address.content) || found;
    if (!found)
        findings_add(lint->findings, FINDING_RULE_POLICY_CPS, "A política não traz o endereço da DPC.");
}

/* The address of a DistributionPoint with one fullName. */
static bool point_address(const struct lint *lint, struct der *point, struct bytes *address)
{
    struct der name, full;
    struct der_element uri;
    if (!der_enter(point, DER_CONTEXT_0, &name) || !der_enter(&name, DER_CONTEXT_0, &full) ||
        !der_take(&full, URI, &uri) || !take_address(lint, "cRLDistributionPoints", uri.content))
        return false;
    *address = uri.content;
    return true;
}

static void lint_crl_points(const struct lint *lint)
{
    const struct view_extension *points = certificate_view_find(&lint->view->extensions, OID_CRL_POINTS);
    struct der list = {0}, point;
    struct bytes first = {NULL, 0}, address;
    int count = 0;
    if (points != NULL && !lint_enter(points->value, &list)) {
        lint_malformed(lint, "cRLDistributionPoints");
        return;
    }
    while (!der_done(&list)) {
        if (!der_enter(&list, DER_SEQUENCE, &point)) {
            lint_malformed(lint, "cRLDistributionPoints");
            return;
        }
        bool known = point_address(lint, &point, &address);
        if (known && !der_done(&point))
            findings_add(lint->findings, FINDING_RULE_CRL_POINT_PARTIAL,
                         "Um endereço de LCR é só para alguns motivos, ou de outro emissor.");
        if (known && (count != 1 || !bytes_equal(first, address)))
            first = count++ == 0 ? address : first;
    }
    int wanted = lint->kind == SUBJECT_HOLDER ? CRL_ADDRESSES : 1;
    bool root = bytes_equal(lint->view->issuer, lint->view->subject);
    if (count < wanted && !root && lint->kind != SUBJECT_RESPONDER)
        findings_add(lint->findings, FINDING_RULE_CRL_POINTS, "Há %d endereços de LCR; a norma pede %d.",
                     count, wanted);
}

static void lint_authority_access(const struct lint *lint)
{
    const struct view_extension *access =
        certificate_view_find(&lint->view->extensions, OID_AUTHORITY_ACCESS);
    struct der list = {0}, description;
    struct der_element method, address;
    bool found = false;
    if (lint->kind != SUBJECT_HOLDER)
        return;
    if (access != NULL && !lint_enter(access->value, &list)) {
        lint_malformed(lint, "authorityInfoAccess");
        return;
    }
    while (!der_done(&list)) {
        if (!der_enter(&list, DER_SEQUENCE, &description) || !der_take(&description, DER_OID, &method)) {
            lint_malformed(lint, "authorityInfoAccess");
            return;
        }
        bool good = der_take(&description, URI, &address) &&
                    take_address(lint, "authorityInfoAccess", address.content);
        found = found || (good && oid_known(method.content) == OID_CA_ISSUERS);
    }
    if (!found)
        findings_add(lint->findings, FINDING_RULE_CA_ISSUERS,
                     "authorityInfoAccess não traz o endereço da cadeia (caIssuers).");
}

void lint_addresses(const struct lint *lint)
{
    lint_crl_points(lint);
    lint_authority_access(lint);
}
