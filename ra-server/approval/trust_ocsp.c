/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asks an AC by OCSP about a certificate that a holder signed with. The signer judges the answer; here only
 * the nonce is looked at, which the signer does not see.
 */
#include "approval/trust_internal.h"
#include "issuance/ac_carrier.h"
#include "log.h"
#include "pki/trust/ocsp.h"

/* Only what the issuer really signed names an address that is asked: a stranger may write any. */
static X509 *find_issuer(struct ra_app *app, X509 *certificate)
{
    struct trust_state *state = trust_state_of(app);
    (void)pthread_rwlock_rdlock(&state->lock);
    X509 *issuer = trust_find_authority(state, X509_get_issuer_name(certificate));
    if (issuer != NULL && (!trust_is_signed_by(certificate, issuer) || X509_up_ref(issuer) != 1)) {
        issuer = NULL;
    }
    (void)pthread_rwlock_unlock(&state->lock);
    return issuer;
}

static bool ask(struct ra_app *app, TALLOC_CTX *context, X509 *certificate, const char *address,
                struct bytes *answer, struct ra_error *error)
{
    struct bytes request = {NULL, 0};
    X509 *issuer = find_issuer(app, certificate);
    bool done = issuer != NULL ? ocsp_ask(context, certificate, issuer, &request, error)
                               : ra_fail(error, RA_NOT_FOUND, "issuer of the certificate");
    X509_free(issuer);
    return done &&
           ac_post(ac_carrier_of(app), context, address, "Content-Type: application/ocsp-request", request,
                   OCSP_ANSWER_MAX, answer, error) &&
           (ocsp_answers(request, *answer) || ra_fail(error, RA_UPSTREAM, "not an answer to this question"));
}

bool trust_add_ocsp(struct ra_app *app, X509 *certificate, json_t *array, struct ra_error *error)
{
    char address[OCSP_URL_SIZE];
    struct bytes answer = {NULL, 0};
    struct ra_error unanswered = {0};
    if (!ocsp_address(certificate, address)) {
        return true;
    }
    TALLOC_CTX *scratch = talloc_new(NULL);
    bool done = true;
    if (ask(app, scratch, certificate, address, &answer, &unanswered)) {
        const char *text = base64_encode(scratch, answer);
        done = (text != NULL && json_array_append_new(array, json_string(text)) == 0) ||
               ra_fail(error, RA_NO_MEMORY, "OCSP answer");
    } else {
        log_error("ocsp-not-answered", "approval", &unanswered);
    }
    talloc_free(scratch);
    return done;
}
