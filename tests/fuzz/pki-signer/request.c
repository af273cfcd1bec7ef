/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whatever a server could say over the socket, read as each of the signer's requests: a request that is taken
 * has its counts within bounds and says an order of the right length.
 */
#include "pki/signer/request.h"

#include "pki/trust/statement.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void read_issue(TALLOC_CTX *memory, json_t *message)
{
    struct ra_error error = {0};
    struct issue_request issue;
    if (request_parse_issue(memory, message, &issue, &error))
        must(sk_X509_CRL_num(issue.crls) <= REQUEST_CRLS_MAX && issue.ocsp.count <= REQUEST_OCSP_MAX);
}

static void read_revoke(TALLOC_CTX *memory, json_t *message)
{
    struct ra_error error = {0};
    struct revoke_request revoke;
    if (!request_parse_revoke(memory, message, &revoke, &error))
        return;
    must(revoke.statement_count <= REQUEST_STATEMENTS_MAX);
    must(revoke.by_holder == (revoke.statement_count == 0));
    must(!revoke.by_holder || strlen(revoke.holder.order) == STATEMENT_ORDER_SIZE - 1);
}

static void read_others(TALLOC_CTX *memory, json_t *message)
{
    struct ra_error error = {0};
    struct resume_request resume;
    struct refusal_request refusal;
    struct checkpoint_request checkpoint;
    struct bytes roster;
    if (request_parse_resume(memory, message, &resume, &error))
        must(strlen(resume.order) == STATEMENT_ORDER_SIZE - 1 && resume.attempt >= 1);
    if (request_parse_checkpoint(memory, message, &checkpoint, &error))
        must(checkpoint.size <= MERKLE_SIZE_MAX && checkpoint.proof.count <= MERKLE_PROOF_MAX);
    if (!request_parse_refusal(memory, message, &refusal, &error) ||
        !request_parse_roster(memory, message, &roster, &error) || !request_parse_status(message, &error))
        must(error.code != RA_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *message = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    TALLOC_CTX *memory = talloc_new(NULL);
    if (message != NULL) {
        read_issue(memory, message);
        read_revoke(memory, message);
        read_others(memory, message);
    }
    talloc_free(memory);
    json_decref(message);
    ERR_clear_error();
    return 0;
}
