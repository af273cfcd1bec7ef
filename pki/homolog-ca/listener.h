/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HTTP of the homologation CA, on the loopback address alone (RFC 6712: application/pkixcmp):
 *
 *   POST /.well-known/cmp, /pkix/       one PKIMessage, at most 64 KiB
 *   GET  /crl/NAME.crl, /lcr/NAME.crl   the two addresses in every certificate
 *   GET  /p7b/NAME.p7b                  chain, PKCS#7 certs-only
 *   POST /ocsp, GET /ocsp/BASE64        OCSP (RFC 6960 A.1): application/ocsp-request, at most 4 KiB
 *   GET  /healthz
 *
 * One thread for each connection, 64 at most: signing and fsync block, and nobody else must wait for them.
 */
#ifndef PKI_HOMOLOG_CA_LISTENER_H
#define PKI_HOMOLOG_CA_LISTENER_H

#include "pki/homolog-ca/cmp_server.h"
#include "pki/homolog-ca/ocsp_responder.h"

#include <stdint.h>

struct listener_options {
    uint16_t port;     /* 0: any free one */
    unsigned delay_ms; /* homologation: how long every CMP answer is held back */
};

struct listener;

/* Starts listening; on `context`, talloc_free stops it after the running answers. What is given is
 * borrowed. */
struct listener *listener_start(TALLOC_CTX *context, struct cmp_server *server,
                                struct ocsp_responder *responder, const struct store *store,
                                const struct listener_options *options, struct ra_error *error);

/* The port in use. */
uint16_t listener_port(const struct listener *listener);

#endif
