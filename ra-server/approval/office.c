/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "approval/office.h"

#include "approval/trust_state.h"
#include "audit/audit.h"
#include "pki/certificate/reader.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/bn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATION_MAX = 64 };

json_t *office_agents(struct ra_app *app, int64_t now_us)
{
    return trust_agents(app, (time_t)(now_us / 1000000));
}

const char *office_role_word(enum office_role role)
{
    switch (role) {
    case OFFICE_AGENT:
        return "agent";
    case OFFICE_AUDITOR:
        return "auditor";
    case OFFICE_ADMIN:
        return "admin";
    default:
        return "unknown";
    }
}

const struct office_caller *office_caller(const struct http_request *request)
{
    return request->listener == HTTP_OFFICE ? request->principal : NULL;
}

/* --- what the station says of itself --- */

static const char *station_of(const struct http_request *request)
{
    const char *station = http_header(request, "x-station");
    if (station == NULL || strlen(station) > STATION_MAX) {
        return "";
    }
    for (const char *at = station; *at != '\0'; at++) {
        if (*at < 0x20 || *at > 0x7e) {
            return "";
        }
    }
    return station;
}

static void read_clock(const struct http_request *request, struct office_caller *caller)
{
    const char *text = http_header(request, "x-clock");
    char *end = NULL;
    if (text == NULL || text[0] < '0' || text[0] > '9') {
        return;
    }
    errno = 0;
    long long station_ms = strtoll(text, &end, 10);
    if (errno == 0 && *end == '\0') {
        caller->clock_known = true;
        caller->clock_offset_ms = station_ms - request->now_us / 1000;
    }
}

/* --- who it is --- */

static bool read_serial(X509 *certificate, char serial[43], struct ra_error *error)
{
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    char *hex = number != NULL ? BN_bn2hex(number) : NULL;
    BN_free(number);
    if (hex == NULL) {
        return ra_fail_crypto(error, "serial of a certificate");
    }
    (void)snprintf(serial, 43, "%s", hex);
    for (char *at = serial; *at != '\0'; at++) {
        *at = (char)tolower((unsigned char)*at);
    }
    OPENSSL_free(hex);
    return true;
}

static bool name_of(TALLOC_CTX *context, X509 *certificate, const char **name, struct ra_error *error)
{
    struct certificate_reading *reading = NULL;
    if (!certificate_read(context, certificate, &reading, error)) {
        return false;
    }
    *name = reading->data.name;
    return true;
}

static enum office_role role_of(enum roster_role role)
{
    switch (role) {
    case ROSTER_AGENT:
        return OFFICE_AGENT;
    case ROSTER_AUDITOR:
        return OFFICE_AUDITOR;
    case ROSTER_ADMIN:
        return OFFICE_ADMIN;
    case ROSTER_ROLE_COUNT:
    default:
        return OFFICE_AUDITOR; /* the role that may change nothing; a roster never carries another word */
    }
}

static bool take_entry(struct http_request *request, const uint8_t spki[32], struct office_caller *caller,
                       struct ra_error *error)
{
    struct roster_entry entry = {0};
    if (!trust_roster_entry(request->app, request->context, spki, (time_t)(request->now_us / 1000000), &entry,
                            error)) {
        return false;
    }
    if (strcmp(entry.cpf, caller->cpf) != 0) {
        return ra_fail_reason(error, RA_FORBIDDEN, "roster-not-listed",
                              "O CPF do certificado não é o da lista de agentes.");
    }
    caller->name = entry.name;
    caller->role = role_of(entry.role);
    return true;
}

static bool identify(struct http_request *request, X509 *certificate, struct office_caller *caller,
                     struct ra_error *error)
{
    time_t now = (time_t)(request->now_us / 1000000);
    uint8_t spki[32];
    if (!read_serial(certificate, caller->serial, error) || !signed_spki_digest(certificate, spki, error)) {
        return false;
    }
    char *hex = hex_encode(request->context, (struct bytes){spki, sizeof spki});
    (void)snprintf(caller->spki, sizeof caller->spki, "%s", hex != NULL ? hex : "");
    if (hex == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "caller");
    }
    struct ra_error cause = {0};
    if (!certificate_read_cpf(certificate, caller->cpf, &cause)) {
        return ra_fail_reason(error, RA_UNAUTHENTICATED, cause.reason, "%s", cause.detail);
    }
    if (!trust_check_certificate(request->app, certificate, now, error)) {
        return false;
    }
    struct ra_error not_listed = {0};
    if (take_entry(request, spki, caller, &not_listed)) {
        return true;
    }
    if (!trust_is_administrator(request->app, certificate)) {
        *error = not_listed;
        return false;
    }
    caller->role = OFFICE_ADMIN;
    return name_of(request->context, certificate, &caller->name, error);
}

/* Somebody with a certificate who was turned away leaves a trace; so does the change of transaction it takes.
 */
static bool record_refusal(struct http_request *request, const struct office_caller *caller,
                           const struct ra_error *cause, struct ra_error *error)
{
    json_t *detail = json_pack("{s:s, s:s, s:s, s:s}", "reason", cause->reason, "spki", caller->spki,
                               "serial", caller->serial, "operation", request->route->operation);
    http_keep_changes(request);
    return audit_record(request, AUDIT_LOGIN_FAIL, NULL, detail, NULL, error);
}

static bool decode(struct http_request *request, X509 **certificate, struct ra_error *error)
{
    if (request->client_certificate.length == 0) {
        return ra_fail_reason(error, RA_UNAUTHENTICATED, "certificate-missing",
                              "É preciso apresentar o certificado de agente.");
    }
    struct ra_error cause = {0};
    if (!certificate_decode(request->client_certificate, certificate, &cause)) {
        return ra_fail_reason(error, RA_UNAUTHENTICATED, "statement-certificate",
                              "O certificado apresentado está malformado.");
    }
    return true;
}

static bool refuse_role(struct ra_error *error)
{
    return ra_fail_reason(error, RA_FORBIDDEN, "roster-role",
                          "O seu papel na lista de agentes não permite isto.");
}

/* `roles`: bits of 1 << enum office_role. */
static bool authorize(struct http_request *request, unsigned roles, struct ra_error *error)
{
    X509 *certificate = NULL;
    struct office_caller *caller = talloc_zero(request->context, struct office_caller);
    if (request->listener != HTTP_OFFICE) {
        return ra_fail(error, RA_NOT_FOUND, "%s", "");
    }
    if (caller == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "caller");
    }
    if (!decode(request, &certificate, error)) {
        return false;
    }
    caller->name = "";
    caller->station = station_of(request);
    read_clock(request, caller);
    struct ra_error cause = {0};
    bool known = identify(request, certificate, caller, &cause);
    X509_free(certificate);
    if (known && (roles >> caller->role & 1) == 0) {
        known = refuse_role(&cause);
    }
    if (known) {
        request->principal = caller;
        request->role = office_role_word(caller->role);
        return true;
    }
    if (!record_refusal(request, caller, &cause, error)) {
        return false;
    }
    *error = cause;
    return false;
}

enum { AGENT = 1U << OFFICE_AGENT, AUDITOR = 1U << OFFICE_AUDITOR, ADMIN = 1U << OFFICE_ADMIN };

bool office_authorize_any(struct http_request *request, struct ra_error *error)
{
    return authorize(request, AGENT | AUDITOR | ADMIN, error);
}

bool office_authorize_agent(struct http_request *request, struct ra_error *error)
{
    return authorize(request, AGENT, error);
}

bool office_authorize_auditor(struct http_request *request, struct ra_error *error)
{
    return authorize(request, AUDITOR, error);
}

bool office_authorize_agent_or_auditor(struct http_request *request, struct ra_error *error)
{
    return authorize(request, AGENT | AUDITOR, error);
}

bool office_authorize_agent_or_admin(struct http_request *request, struct ra_error *error)
{
    return authorize(request, AGENT | ADMIN, error);
}

bool office_authorize_admin(struct http_request *request, struct ra_error *error)
{
    return authorize(request, ADMIN, error);
}
