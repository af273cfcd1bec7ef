/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The homologation CA's state on disk, which is the truth: nothing is kept only in memory. Every file is
 * written whole (temporary, rename; fsync between them but for issued/), and of a transaction's record only
 * the first bytes are written over, so a kill at any point leaves the old or the new content.
 *
 * - keys/ID.pem: private keys, 0600; the OCSP responder's is made at the first `serve`
 * - certificates/ID.pem: the hierarchy and the CMP signer
 * - transactions/TXID: one per CMP transaction: state, digest of the key, certificate. The commit point of an
 *   issue
 * - issued/SERIAL.der: certificates issued over CMP, by serial. The one folder that is no truth of its own:
 *   it is not waited for, and made again from the transactions at each start
 * - credentials/SERIAL.der: certificates issued by the command line (staff, the AR, TLS)
 * - revoked/ID-SERIAL: "seconds reason"
 * - public/: world-readable: roots, chains, CRLs, .p7b
 * - base-url, lock
 * - fault: while it is there: how the AC lies, for fault tests (fault.h)
 *
 * Thread rules: functions are re-entrant; two writers of one name must agree beforehand (the CMP server holds
 * a transaction's lock; CRLs and the command line hold the store's lock).
 */
#ifndef PKI_HOMOLOG_CA_STORE_H
#define PKI_HOMOLOG_CA_STORE_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

enum {
    SERIAL_SIZE = 16,              /* bytes of every serial we give */
    SERIAL_TEXT_SIZE = 2 * 20 + 1, /* RFC 5280: a serial has at most 20 bytes */
    TRANSACTION_ID_MAX = 32,       /* bytes */
    STORE_FILE_LIMIT = 256 << 10,  /* bytes of any file we read back */
};

struct store {
    const char *root; /* folder; borrowed */
};

/* Makes the folders that are missing, with their modes. */
RA_MUST_CHECK bool store_create(const struct store *store, struct ra_error *error);

/* Root joined with the printf-style rest, on `context`; NULL when memory ran out. */
RA_PRINTF(3, 4) char *store_path(TALLOC_CTX *context, const struct store *store, const char *format, ...);

/* Waits for the store's exclusive lock between processes. Close the descriptor to give it back. */
RA_MUST_CHECK bool store_lock(const struct store *store, int *descriptor, struct ra_error *error);

bool store_has(const char *path);

/* Lower-case hexadecimal of the serial's magnitude. */
void serial_text(const ASN1_INTEGER *serial, char text[SERIAL_TEXT_SIZE]);

/* A PEM private key; written 0600. The caller frees what is read. */
RA_MUST_CHECK bool store_write_key(const char *path, EVP_PKEY *key, struct ra_error *error);
RA_MUST_CHECK bool store_read_key(const char *path, EVP_PKEY **key, struct ra_error *error);

/* Certificates one after the other as PEM. Reading yields the first. */
RA_MUST_CHECK bool store_write_certificates(const char *path, STACK_OF(X509) *certificates,
                                            struct ra_error *error);
RA_MUST_CHECK bool store_read_certificate(const char *path, X509 **certificate, struct ra_error *error);

/* folder/SERIAL.der; writing what is there already is fine. */
RA_MUST_CHECK bool store_keep_certificate(const struct store *store, const char *folder, X509 *certificate,
                                          struct ra_error *error);
/* issued/SERIAL.der with this certificate, without waiting for the disk: what is there is read, and written
 * anew unless it is the same. */
RA_MUST_CHECK bool store_index_issued(const struct store *store, X509 *certificate, struct ra_error *error);

RA_MUST_CHECK bool store_find_certificate(const struct store *store, const char *folder,
                                          const char serial[SERIAL_TEXT_SIZE], X509 **certificate,
                                          struct ra_error *error);

enum transaction_state {
    TRANSACTION_WAITING,   /* seen, answered "waiting"; no certificate yet */
    TRANSACTION_ISSUED,    /* certificate made, not confirmed */
    TRANSACTION_CONFIRMED, /* certConf accepted it */
    TRANSACTION_REVOKED,   /* certConf refused it, or never came */
};

struct transaction {
    enum transaction_state state;
    uint8_t key_digest[32]; /* SHA-256 of the SubjectPublicKeyInfo */
    int64_t at;             /* seconds, instance's clock: when the state was entered */
    X509 *certificate;      /* owned; NULL while waiting */
};

/* Reads the record of a transaction; *found false when there is none. X509_free the certificate. */
RA_MUST_CHECK bool transaction_read(const struct store *store, struct bytes id,
                                    struct transaction *transaction, bool *found, struct ra_error *error);
RA_MUST_CHECK bool transaction_write(const struct store *store, struct bytes id,
                                     const struct transaction *transaction, struct ra_error *error);

/* The record that is there gets this state and time; key and certificate stay. One write and one sync where a
 * new file would take three of them. */
RA_MUST_CHECK bool transaction_move(const struct store *store, struct bytes id,
                                    const struct transaction *transaction, struct ra_error *error);

#endif
