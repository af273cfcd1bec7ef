/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One conversation with the AC by CMP (RFC 4210), whatever is asked in it: who is believed, how messages are
 * protected, how they are carried, and what the newest answer means. For cmp_client.c alone.
 *
 * Thread rules: one thread a conversation.
 */
#ifndef PKI_CMP_CMP_CONVERSATION_H
#define PKI_CMP_CMP_CONVERSATION_H

#include "pki/cmp/cmp_client.h"

#include <openssl/cmp.h>

/* State of one conversation. `sent` and `received` are body types of the newest messages: they tell a refusal
 * of the request from a failure around it. */
struct conversation {
    const struct cmp_authority *authority;
    OSSL_CMP_CTX *cmp;
    TALLOC_CTX *memory;    /* bytes of the newest answer */
    STACK_OF(X509) *extra; /* certificates that came with the newest answer that had any */
    STACK_OF(X509) *kept;  /* they and those of all answers before */
    int sent;
    int received;  /* -1 when the carrier brought nothing that decodes */
    bool withheld; /* nothing more is carried; carry_error says why */
    struct ra_error carry_error;
};

/* `authority` is borrowed. What it opened is closed by the caller, on failure too. */
RA_MUST_CHECK bool conversation_open(struct conversation *conversation, const struct cmp_authority *authority,
                                     const uint8_t transaction[CMP_TRANSACTION_SIZE], struct ra_error *error);

void conversation_close(struct conversation *conversation);

/* The anchors, by the instance's clock, strict; NULL when memory ran out. The caller's. */
X509_STORE *conversation_store(const struct cmp_authority *authority);

/* What the AC sent along and what is known already; NULL when memory ran out. The caller's. */
STACK_OF(X509) *conversation_untrusted(const struct conversation *conversation);

/* Did the AC consider the request and say no? An error in answer to certConf or pollReq is about the
 * conversation, not about the request. OpenSSL sets the status only from messages whose protection held. */
bool conversation_refused(const struct conversation *conversation);

/* The newest answer's PKIStatusInfo in ASCII; empty when it had none. */
void conversation_status_text(const struct conversation *conversation, char text[CMP_STATUS_TEXT_SIZE]);

/* No believable answer: says whether the carrier failed or what it brought was not the AC's. Always false. */
bool conversation_fail(const struct conversation *conversation, struct ra_error *error);

#endif
