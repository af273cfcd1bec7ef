/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The object identifiers that the linter knows, found by their DER content without building objects.
 */
#ifndef PKI_CERTIFICATE_OIDS_H
#define PKI_CERTIFICATE_OIDS_H

#include "pki/base/bytes.h"

/* X(identifier, content octets…) */
#define KNOWN_OIDS(X)                                                                                        \
    X(COUNTRY, 0x55, 0x04, 0x06)                                                                             \
    X(ORGANIZATION, 0x55, 0x04, 0x0a)                                                                        \
    X(UNIT, 0x55, 0x04, 0x0b)                                                                                \
    X(COMMON_NAME, 0x55, 0x04, 0x03)                                                                         \
    X(STATE, 0x55, 0x04, 0x08)                                                                               \
    X(LOCALITY, 0x55, 0x04, 0x07)                                                                            \
    X(SERIAL_NUMBER, 0x55, 0x04, 0x05)                                                                       \
    X(AUTHORITY_KEY, 0x55, 0x1d, 0x23)                                                                       \
    X(SUBJECT_KEY, 0x55, 0x1d, 0x0e)                                                                         \
    X(KEY_USAGE, 0x55, 0x1d, 0x0f)                                                                           \
    X(EXTENDED_USAGE, 0x55, 0x1d, 0x25)                                                                      \
    X(POLICIES, 0x55, 0x1d, 0x20)                                                                            \
    X(ALT_NAME, 0x55, 0x1d, 0x11)                                                                            \
    X(CONSTRAINTS, 0x55, 0x1d, 0x13)                                                                         \
    X(CRL_POINTS, 0x55, 0x1d, 0x1f)                                                                          \
    X(AUTHORITY_ACCESS, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01)                                      \
    X(CRL_NUMBER, 0x55, 0x1d, 0x14)                                                                          \
    X(CRL_REASON, 0x55, 0x1d, 0x15)                                                                          \
    X(CPS, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x02, 0x01)                                                   \
    X(CA_ISSUERS, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02)                                            \
    X(CLIENT_AUTH, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02)                                           \
    X(EMAIL_PROTECTION, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x04)                                      \
    X(OCSP_SIGNING, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x09)                                          \
    X(SMART_CARD_LOGON, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x14, 0x02, 0x02)                          \
    X(PRINCIPAL_NAME, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x14, 0x02, 0x03)                            \
    X(ICP_PERSON, 0x60, 0x4c, 0x01, 0x03, 0x01)                                                              \
    X(ICP_RESPONSIBLE_NAME, 0x60, 0x4c, 0x01, 0x03, 0x02)                                                    \
    X(ICP_CNPJ, 0x60, 0x4c, 0x01, 0x03, 0x03)                                                                \
    X(ICP_RESPONSIBLE, 0x60, 0x4c, 0x01, 0x03, 0x04)                                                         \
    X(ICP_VOTER, 0x60, 0x4c, 0x01, 0x03, 0x05)                                                               \
    X(ICP_PERSON_CEI, 0x60, 0x4c, 0x01, 0x03, 0x06)                                                          \
    X(ICP_COMPANY_CEI, 0x60, 0x4c, 0x01, 0x03, 0x07)                                                         \
    X(RSA, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01)                                             \
    X(MD5_RSA, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x04)                                         \
    X(SHA1_RSA, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05)                                        \
    X(SHA256_RSA, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b)                                      \
    X(SHA384_RSA, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c)                                      \
    X(SHA512_RSA, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d)                                      \
    X(SHA224_RSA, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0e)                                      \
    X(RSA_PSS, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a)                                         \
    X(DSA, 0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01)                                                         \
    X(EC, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01)                                                          \
    X(SHA1_ECDSA, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01)                                                  \
    X(SHA256_ECDSA, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)                                          \
    X(SHA384_ECDSA, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03)                                          \
    X(SHA512_ECDSA, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04)                                          \
    X(P256, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07)                                                  \
    X(P384, 0x2b, 0x81, 0x04, 0x00, 0x22)                                                                    \
    X(P521, 0x2b, 0x81, 0x04, 0x00, 0x23)                                                                    \
    X(BRAINPOOL_P256R1, 0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07)                                \
    X(BRAINPOOL_P512R1, 0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0d)                                \
    X(X25519, 0x2b, 0x65, 0x6e)                                                                              \
    X(ED25519, 0x2b, 0x65, 0x70)                                                                             \
    X(ED448, 0x2b, 0x65, 0x71)                                                                               \
    X(E521, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xdc, 0x2c, 0x02, 0x01)                                      \
    X(ML_DSA_44, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11)                                       \
    X(ML_DSA_65, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12)                                       \
    X(ML_DSA_87, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x13)                                       \
    X(CHALLENGE_PASSWORD, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x07)                              \
    X(EXTENSION_REQUEST, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e)

/* Numbers, not an enumeration: the set of OIDs in the world is open. */
enum {
    OID_UNKNOWN,
#define X(id, ...) OID_##id,
    KNOWN_OIDS(X)
#undef X
};

/* `content` is an OBJECT IDENTIFIER without tag and length. */
int oid_known(struct bytes content);

enum { OID_TEXT_SIZE = 96 };

/* Dotted decimal for people, cut at the size; "?" for what is no OID. */
void oid_text(struct bytes content, char output[OID_TEXT_SIZE]);

/* The arcs after the first two octets' worth, for comparing policies: content split into numbers, the first
 * two arcs apart. Returns how many, 0 when it is no OID or has more than `most`. */
size_t oid_arcs(struct bytes content, uint32_t *arcs, size_t most);

#endif
