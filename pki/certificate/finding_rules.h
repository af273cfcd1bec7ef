/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every finding there is: what `ra-cli lint`, the check of what the AC returns and the tests speak about.
 *
 * X(identifier, "code", severity, "norm", "item"). The code is stable. An error: the object is not what
 * ICP-Brasil (or the order) asks for. A warning: some reader stumbles over it, or a norm is met only in part.
 */
#ifndef PKI_CERTIFICATE_FINDING_RULES_H
#define PKI_CERTIFICATE_FINDING_RULES_H

#define D04    "DOC-ICP-04"
#define D0101  "DOC-ICP-01.01"
#define PKIX   "RFC 5280"
#define LAYOUT "Leiaute AC-RFB 5.0"
#define R211   "Res. CG ICP-Brasil 211/2024"
#define ORDER  "pedido aprovado"
#define GUIDE  "Requisitos de quem lê certificados"

/* Form of certificate, request and CRL. */
#define FINDING_RULES_FORM(X)                                                                                \
    X(ENCODING, "encoding", ERROR, PKIX, "4.1")                                                              \
    X(VERSION, "version", ERROR, D04, "7.1.1")                                                               \
    X(SERIAL, "serial", ERROR, PKIX, "4.1.2.2")                                                              \
    X(SERIAL_SIGN, "serial-sign", WARNING, PKIX, "4.1.2.2")                                                  \
    X(VALIDITY, "validity", ERROR, PKIX, "4.1.2.5")                                                          \
    X(TIME_FORM, "time-form", ERROR, PKIX, "4.1.2.5.1")                                                      \
    X(EXPIRED, "expired", WARNING, PKIX, "4.1.2.5")                                                          \
    X(NOT_YET_VALID, "not-yet-valid", WARNING, PKIX, "4.1.2.5")                                              \
    X(VALIDITY_POLICY, "validity-policy", ERROR, D04, "tabela 6")                                            \
    X(SIGNATURE_ALGORITHM, "signature-algorithm", ERROR, D0101, "assinatura")                                \
    X(SIGNATURE_UNVERIFIABLE, "signature-unverifiable", WARNING, D0101, "assinatura")                        \
    X(SIGNATURE_TWICE, "signature-differs", ERROR, PKIX, "4.1.1.2")                                          \
    X(SIGNATURE_PARAMETERS, "signature-parameters", WARNING, "RFC 4055", "5 (e RFC 5758, 3.2)")              \
    X(ISSUER_FORM, "issuer-form", ERROR, PKIX, "4.1.2.4")                                                    \
    X(ISSUER_SELF, "self-issued", ERROR, PKIX, "6.1")                                                        \
    X(UNIQUE_ID, "unique-id", ERROR, PKIX, "4.1.2.8")

/* The holder's key. */
#define FINDING_RULES_KEY(X)                                                                                 \
    X(KEY_FORM, "key-form", ERROR, "RFC 3279", "2.3.1")                                                      \
    X(KEY_ALGORITHM, "key-algorithm", ERROR, D0101, "chaves de titular")                                     \
    X(KEY_UNVERIFIABLE, "key-unverifiable", WARNING, D0101, "chaves de titular")                             \
    X(KEY_SIZE, "key-size", ERROR, D0101, "chaves de titular")                                               \
    X(KEY_SIZE_POLICY, "key-size-policy", WARNING, D0101, "chaves de titular")                               \
    X(KEY_EXPONENT, "key-exponent", ERROR, D0101, "chaves de titular")                                       \
    X(KEY_SMALL_FACTOR, "key-small-factor", ERROR, "NIST SP 800-89", "5.3.3")                                \
    X(KEY_ROCA, "key-roca", ERROR, "CVE-2017-15361", "ROCA")                                                 \
    X(KEY_CLOSE_PRIMES, "key-close-primes", ERROR, "CVE-2022-26320", "Fermat")                               \
    X(KEY_DEBIAN, "key-debian", ERROR, "CVE-2008-0166", "lista de chaves fracas")

#define FINDING_RULES_EXTENSIONS(X)                                                                          \
    X(EXTENSION_FORM, "extension-form", ERROR, PKIX, "4.2")                                                  \
    X(EXTENSION_DUPLICATE, "duplicate-extension", ERROR, PKIX, "4.2")                                        \
    X(EXTENSION_CRITICAL, "critical-extension", ERROR, PKIX, "4.2")                                          \
    X(CRITICALITY, "criticality", WARNING, D04, "7.1.2")                                                     \
    X(KEY_USAGE, "key-usage", ERROR, D04, "7.1.2.7")                                                         \
    X(KEY_USAGE_ALGORITHM, "key-usage-algorithm", WARNING, "RFC 5480", "3 (e RFC 8410, 5)")                  \
    X(KEY_USAGE_CRITICAL, "key-usage-critical", ERROR, D04, "7.1.2.7")                                       \
    X(EXTENDED_USAGE, "extended-key-usage", ERROR, D04, "7.1.2.7 f")                                         \
    X(EXTENDED_USAGE_EXTRA, "extended-key-usage-extra", ERROR, D04, "7.1.2.7 f")                             \
    X(EXTENDED_USAGE_LOGON, "extended-key-usage-logon", WARNING, LAYOUT, "extendedKeyUsage")                 \
    X(POLICY_COUNT, "policy-count", ERROR, D04, "7.1.2.2 c")                                                 \
    X(POLICY_ARC, "policy-arc", ERROR, D04, "1.2.2")                                                         \
    X(POLICY_EXTINCT, "policy-extinct", ERROR, R211, "art. 3")                                               \
    X(POLICY_HOLDER, "policy-holder", ERROR, D04, "1.1.6 e 1.1.7 (Res. 211/2024)")                           \
    X(POLICY_CPS, "policy-cps", WARNING, D04, "7.1.2.2 c")                                                   \
    X(WEB_ADDRESS, "web-address", WARNING, PKIX, "7.4")                                                      \
    X(CRL_POINTS, "crl-points", WARNING, D04, "7.1.2.2 d")                                                   \
    X(CRL_POINT_PARTIAL, "crl-point-partial", WARNING, PKIX, "4.2.1.13")                                     \
    X(CA_ISSUERS, "ca-issuers", WARNING, D04, "7.1.2.2 e")                                                   \
    X(AUTHORITY_KEY, "authority-key", ERROR, D04, "7.1.2.2 a")                                               \
    X(AUTHORITY_KEY_MORE, "authority-key-more", WARNING, D04, "7.1.2.2 a")                                   \
    X(BASIC_CONSTRAINTS, "basic-constraints", ERROR, PKIX, "4.2.1.9")                                        \
    X(SUBJECT_KEY, "subject-key", ERROR, PKIX, "4.2.1.2")

#define FINDING_RULES_SUBJECT(X)                                                                             \
    X(SUBJECT_FORM, "subject-form", ERROR, PKIX, "4.1.2.6")                                                  \
    X(SUBJECT_COUNTRY, "subject-country", ERROR, D04, "7.1.4.1")                                             \
    X(SUBJECT_ORGANIZATION, "subject-organization", WARNING, D04, "7.1.4.1")                                 \
    X(SUBJECT_ATTRIBUTE, "subject-attribute", WARNING, LAYOUT, "atributos do nome")                          \
    X(SUBJECT_BLANKS, "subject-blanks", WARNING, GUIDE, "brancos nas pontas")                                \
    X(STRING_TYPE, "string-type", ERROR, PKIX, "4.1.2.4")                                                    \
    X(STRING_CHARSET, "string-charset", ERROR, "X.680", "41")                                                \
    X(NAME_CHARSET, "name-charset", ERROR, D04, "7.1.5.2")                                                   \
    X(RDN_LENGTH, "rdn-length", ERROR, PKIX, "A.1 (ub-common-name)")                                         \
    X(COMMON_NAME, "common-name", ERROR, LAYOUT, "CN")                                                       \
    X(COMMON_NAME_WIDTH, "common-name-width", ERROR, LAYOUT, "CN")                                           \
    X(COMMON_NAME_CASE, "common-name-case", WARNING, D04, "7.1.5.2")                                         \
    X(COMMON_NAME_COMMA, "common-name-comma", WARNING, GUIDE, "vírgula no CN")                               \
    X(SUBJECT_SERIAL, "subject-serial", ERROR, D04, "8.3, 7.1.4.1")                                          \
    X(OU_AR, "ou-ar", WARNING, D04, "7.1.4.1 (Res. 150/2018)")                                               \
    X(OU_METHOD, "ou-method", WARNING, D04, "7.1.4.1 (Res. 169/2020)")                                       \
    X(OU_POLICY, "ou-policy", ERROR, LAYOUT, "OU do tipo")

#define FINDING_RULES_ALT_NAME(X)                                                                            \
    X(SAN_FORM, "san-malformed", ERROR, D04, "7.1.2.3")                                                      \
    X(SAN_IDENTITY, "san-identity", ERROR, D04, "7.1.2.3")                                                   \
    X(SAN_SET, "san-set", ERROR, D04, "7.1.2.3")                                                             \
    X(SAN_EXTINCT, "san-extinct", WARNING, D04, "8.3, 7.1.2.3")                                              \
    X(SAN_KIND, "san-kind", WARNING, D04, "7.1.2.3")                                                         \
    X(SAN_FOREIGN, "san-foreign", WARNING, GUIDE, "OIDs fora de 2.16.76.1")                                  \
    X(SAN_SIZE, "san-size", WARNING, GUIDE, "otherName com menos de 128 bytes")                              \
    X(SAN_DUPLICATE, "san-duplicate", ERROR, D04, "7.1.2.3")                                                 \
    X(SAN_INNER_TYPE, "san-inner-type", WARNING, D04, "7.1.2.3")                                             \
    X(SAN_INNER_UNREADABLE, "san-inner-unreadable", ERROR, D04, "7.1.2.3")                                   \
    X(SAN_SHORT, "san-short", ERROR, D04, "7.1.2.3")                                                         \
    X(SAN_LONG, "san-long", ERROR, D04, "7.1.2.3")                                                           \
    X(SAN_PADDING, "san-padding", WARNING, D04, "7.1.2.4")                                                   \
    X(SAN_DIGITS, "san-digits", ERROR, D04, "7.1.2.4")                                                       \
    X(SAN_CHARSET, "san-charset", ERROR, D04, "7.1.2.4")                                                     \
    X(SAN_BIRTH_DATE, "san-birth-date", ERROR, D04, "7.1.2.4")                                               \
    X(SAN_BIRTH_FUTURE, "san-birth-future", ERROR, D04, "7.1.2.4")                                           \
    X(SAN_CPF, "san-cpf", ERROR, D04, "7.1.2.3")                                                             \
    X(SAN_NIS, "san-nis", ERROR, D04, "7.1.2.3")                                                             \
    X(SAN_RG, "san-rg", ERROR, D04, "7.1.2.4")                                                               \
    X(SAN_RG_ISSUER, "san-rg-issuer", WARNING, D04, "7.1.2.4")                                               \
    X(SAN_UF, "san-uf", WARNING, GUIDE, "UF nos dois últimos caracteres")                                    \
    X(SAN_VOTER, "san-voter", ERROR, D04, "7.1.2.3")                                                         \
    X(SAN_VOTER_ABSENT, "san-voter-absent", WARNING, D04, "7.1.2.4")                                         \
    X(SAN_CEI, "san-cei", ERROR, D04, "7.1.2.3")                                                             \
    X(SAN_CNPJ, "san-cnpj", ERROR, D04, "7.1.2.3")                                                           \
    X(SAN_RESPONSIBLE_NAME, "san-responsible-name", ERROR, D04, "7.1.2.3")                                   \
    X(SAN_EMAIL, "san-email", ERROR, D04, "7.1.2.3")                                                         \
    X(SAN_EMAIL_TWICE, "san-email-twice", WARNING, D04, "7.1.2.3")

/* Against the issuing AC and its CRL. */
#define FINDING_RULES_ISSUER(X)                                                                              \
    X(ISSUER_NAME, "issuer-name", ERROR, PKIX, "6.1.3")                                                      \
    X(ISSUER_SIGNATURE, "issuer-signature", ERROR, PKIX, "6.1.3")                                            \
    X(ISSUER_KEY, "issuer-key", ERROR, D04, "7.1.2.2 a")                                                     \
    X(ISSUER_POLICY, "policy-issuer", ERROR, D04, "1.2.2")                                                   \
    X(ISSUER_NO_AUTHORITY, "issuer-no-authority", ERROR, PKIX, "6.1.4")                                      \
    X(ISSUER_OUTLIVED, "outlives-issuer", ERROR, D04, "6.3.2")                                               \
    X(REVOKED, "revoked", ERROR, PKIX, "6.3.3")                                                              \
    X(CRL_FOREIGN, "crl-foreign", ERROR, PKIX, "6.3.3")

/* Certificate against the approved order. X(…) for data fields comes from CERTIFICATE_DATA_FIELDS. */
#define FINDING_RULES_ORDER(X)                                                                               \
    X(KEY, "key", ERROR, ORDER, "chave")                                                                     \
    X(KEY_BITS, "key-bits", ERROR, ORDER, "perfil")                                                          \
    X(POLICY, "policy", ERROR, ORDER, "perfil")                                                              \
    X(PATH, "path", ERROR, PKIX, "6.1")                                                                      \
    X(SUBJECT_MISSING, "subject-missing", ERROR, ORDER, "nome do titular")                                   \
    X(SUBJECT_UNEXPECTED, "subject-unexpected", ERROR, ORDER, "nome do titular")                             \
    X(SAN_MISSING, "san-missing", ERROR, ORDER, "subjectAltName")                                            \
    X(SAN_UNEXPECTED, "san-unexpected", ERROR, ORDER, "subjectAltName")                                      \
    X(NOT_BEFORE, "not-before", ERROR, ORDER, "validade")                                                    \
    X(VALIDITY_LONG, "validity-long", ERROR, ORDER, "validade")                                              \
    X(VALIDITY_SHORT, "validity-short", ERROR, ORDER, "validade")                                            \
    X(OUTLIVES_CHAIN, "outlives-chain", ERROR, ORDER, "perfil")

#define FINDING_RULES_REQUEST(X)                                                                             \
    X(REQUEST_SIGNATURE, "csr-signature", ERROR, "RFC 2986", "4.2")                                          \
    X(REQUEST_PASSWORD, "csr-password", ERROR, "RFC 2985", "5.4.1")                                          \
    X(REQUEST_IGNORED, "csr-ignored", INFO, ORDER, "dados do certificado")

#define FINDING_RULES_CRL(X)                                                                                 \
    X(CRL_VERSION, "crl-version", ERROR, D04, "7.2.1")                                                       \
    X(CRL_NUMBER, "crl-number", ERROR, D04, "7.2.2")                                                         \
    X(CRL_AUTHORITY_KEY, "crl-authority-key", ERROR, D04, "7.2.2")                                           \
    X(CRL_NEXT_UPDATE, "crl-next-update", ERROR, PKIX, "5.1.2.5")                                            \
    X(CRL_EXPIRED, "crl-expired", ERROR, PKIX, "5.1.2.5")                                                    \
    X(CRL_EMPTY_LIST, "crl-empty-list", ERROR, PKIX, "5.1.2.6")                                              \
    X(CRL_SERIAL, "crl-serial", ERROR, PKIX, "5.1.2.6")                                                      \
    X(CRL_DUPLICATE, "crl-duplicate", ERROR, PKIX, "5.1.2.6")                                                \
    X(CRL_FUTURE, "crl-future", WARNING, PKIX, "5.1.2.6")                                                    \
    X(CRL_REASON, "crl-reason", ERROR, PKIX, "5.3.1")                                                        \
    X(CRL_HOLD, "crl-hold", WARNING, D04, "4.9.13")

#define FINDING_RULES(X)                                                                                     \
    FINDING_RULES_FORM(X)                                                                                    \
    FINDING_RULES_KEY(X)                                                                                     \
    FINDING_RULES_EXTENSIONS(X)                                                                              \
    FINDING_RULES_SUBJECT(X)                                                                                 \
    FINDING_RULES_ALT_NAME(X)                                                                                \
    FINDING_RULES_ISSUER(X)                                                                                  \
    FINDING_RULES_ORDER(X)                                                                                   \
    FINDING_RULES_REQUEST(X)                                                                                 \
    FINDING_RULES_CRL(X)

#endif
