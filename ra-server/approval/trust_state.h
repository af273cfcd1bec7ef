/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What this server judges people and statements by, in memory: roots and pinned administrators (constant),
 * CRLs and intermediate certificates (a folder that is read again and again, and the ACs' own addresses when
 * a CRL grows old), and the roster in force. The signer holds its own copies and decides; these serve to know
 * who calls and to tell people at once what the signer would refuse.
 *
 * Thread rules: any number of threads; readers see one consistent set.
 */
#ifndef APPROVAL_TRUST_STATE_H
#define APPROVAL_TRUST_STATE_H

#include "app.h"
#include "jobs.h"
#include "pki/trust/roster.h"
#include "pki/trust/signed.h"

#include <jansson.h>

struct db;

/* Made at the room's start from the configuration and the newest roster row; freed with trust_state_free. A
 * missing or expired roster is no error: only administrators pass then. */
RA_MUST_CHECK bool trust_state_start(struct ra_app *app, struct db *db, struct ra_error *error);
void trust_state_free(struct ra_app *app);

/* Judges a certificate as a member of staff's. RA_UNAUTHENTICATED with the reasons of signed.h. */
RA_MUST_CHECK bool trust_check_certificate(struct ra_app *app, X509 *certificate, time_t now,
                                           struct ra_error *error);

/* The certificate is, byte for byte, one of the pinned administrators'. */
bool trust_is_administrator(struct ra_app *app, X509 *certificate);

/* Judges a detached signature of an agent over `content` as a statement is judged. */
RA_MUST_CHECK bool trust_verify_detached(struct ra_app *app, struct bytes cms, struct bytes content,
                                         time_t now, uint8_t signer_spki[32], struct ra_error *error);

/* A copy, on `context`, of the entry of this key in force. RA_FORBIDDEN: roster-missing, roster-expired,
 * roster-not-listed. */
RA_MUST_CHECK bool trust_roster_entry(struct ra_app *app, TALLOC_CTX *context, const uint8_t spki[32],
                                      time_t now, struct roster_entry *entry, struct ra_error *error);

/* Names of the agents in force; new reference, NULL when memory ran out. */
json_t *trust_agents(struct ra_app *app, time_t now);

/* Judges a statement: form, signature, path, CRLs, roster, role agent. RA_STATEMENT_REFUSED with the signer's
 * words. */
RA_MUST_CHECK bool trust_verify_statement(struct ra_app *app, TALLOC_CTX *context, struct bytes cms,
                                          enum statement_type type, time_t now,
                                          struct signed_statement **statement, struct ra_error *error);

/* Judges what an administrator signed: form, signature, path, CRLs, and that the signer's certificate is
 * pinned. RA_STATEMENT_REFUSED with the reasons of signed.h. */
RA_MUST_CHECK bool trust_verify_administrator(struct ra_app *app, TALLOC_CTX *context, struct bytes cms,
                                              enum statement_type type, time_t now,
                                              struct signed_statement **statement, struct ra_error *error);

/* Judges a roster bundle against the pinned administrators and the version in force, and on success makes it
 * the one in force. */
RA_MUST_CHECK bool trust_roster_judge(struct ra_app *app, TALLOC_CTX *context, struct bytes bundle,
                                      time_t now, struct roster **roster, struct ra_error *error);
RA_MUST_CHECK bool trust_roster_install(struct ra_app *app, struct bytes bundle, time_t now,
                                        struct ra_error *error);

/* The same for a bundle that was in force before, whatever its version; false when it cannot be read any
 * more. */
bool trust_roster_read(struct ra_app *app, TALLOC_CTX *context, struct bytes bundle, struct roster **roster);

/* Version and end of the roster in force; false when there is none. */
bool trust_roster_facts(struct ra_app *app, int64_t *version, int64_t *not_after);

/* The CRLs of every issuer above `certificate`, added to `array` as base64 texts that it does not hold yet.
 * What is missing is left out: who judges will say so. */
RA_MUST_CHECK bool trust_add_crls(struct ra_app *app, X509 *certificate, json_t *array,
                                  struct ra_error *error);

/* The AC's word of this moment (OCSP) about a certificate that names a responder, added to `array` as a
 * base64 text. What does not come is left out: who judges will say so. Waits for the AC. */
RA_MUST_CHECK bool trust_add_ocsp(struct ra_app *app, X509 *certificate, json_t *array,
                                  struct ra_error *error);

/* Remembers the authorities of a chain, so that CRLs of what they issued can be found and proved. */
void trust_learn(struct ra_app *app, const STACK_OF(X509) *chain);

/* Notes whose CRLs this certificate's path needs, and wakes the job "crls" when one of them is due. Never
 * waits: what is not there yet is missed by who judges, until the job brought it. */
void trust_need(struct ra_app *app, X509 *certificate);

/* The roots of the agents, as a PEM text on `context`. */
RA_MUST_CHECK bool trust_anchors_pem(struct ra_app *app, TALLOC_CTX *context, const char **pem,
                                     struct ra_error *error);

/* The earliest end among the CRLs that people's paths needed so far, 0 in it when one is missing; false when
 * none was needed yet. For /healthz. */
bool trust_crls_until(struct ra_app *app, int64_t *until);

/* Which instance this is, as the signer says; a roster of another one is dropped. "" and false until known.
 */
void trust_instance_known(struct ra_app *app, const char *instance);
bool trust_instance(struct ra_app *app, char instance[33]);

/* A struct job's run: reads the folder, fetches what grew old. */
bool trust_refresh_run(struct job_run *run, struct ra_error *error);

#endif
