/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who calls on the office listener. The front asked for a client certificate and passed it on; here it is
 * verified again by our own OpenSSL code (path to the agents' anchors, CRLs, dates) and its key looked up in
 * the roster that the administrators signed (protocol 5, 8). It identifies; it does not authorise an issue:
 * only statements do. A database row makes nobody an agent.
 *
 * The authorizers are for the `authorize` member of office routes. Each refuses with
 *   RA_UNAUTHENTICATED  no certificate, or one that is not valid (reason as the signer's words:
 * statement-certificate, crl-missing, crl-expired, certificate-revoked) RA_FORBIDDEN        valid, but not in
 * a valid roster (roster-missing, roster-expired, roster-not-listed) or in another role (roster-role) and on
 * success leaves a struct office_caller as request->principal, its role as request->role. The administrators
 * that the configuration pins pass as "admin" even before there is a roster, so that the first one can be
 * handed in.
 */
#ifndef APPROVAL_OFFICE_H
#define APPROVAL_OFFICE_H

#include "http/http.h"

#include <stdbool.h>
#include <stdint.h>

enum office_role { OFFICE_AGENT, OFFICE_AUDITOR, OFFICE_ADMIN };

/* On the request's context. Texts never NULL. */
struct office_caller {
    const char *name; /* as in the roster; of a pinned administrator as in the certificate */
    char cpf[12];     /* 11 digits, from the certificate, equal to the roster's */
    enum office_role role;
    char spki[65];           /* SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal */
    char serial[43];         /* of the certificate, lower-case hexadecimal */
    const char *station;     /* header X-Station, at most 64 printable ASCII characters; "" */
    bool clock_known;        /* header X-Clock came and was a number */
    int64_t clock_offset_ms; /* station's clock minus ours */
};

http_authorize office_authorize_any;
http_authorize office_authorize_agent;
http_authorize office_authorize_auditor;
http_authorize office_authorize_agent_or_auditor;
http_authorize office_authorize_agent_or_admin;
http_authorize office_authorize_admin;

/* The caller of a request on the office listener after its authorizer passed; NULL on the public listener. */
const struct office_caller *office_caller(const struct http_request *request);

/* The agents of the roster in force at `now_us`, as an array of names in its order; new reference, NULL when
 * memory ran out. Empty without a roster. */
json_t *office_agents(struct ra_app *app, int64_t now_us);

/* "agent", "auditor", "admin". */
const char *office_role_word(enum office_role role);

#endif
