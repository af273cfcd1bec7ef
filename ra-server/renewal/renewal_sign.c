/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app.h"
#include "approval/approval.h"
#include "approval/trust_state.h"
#include "audit/audit.h"
#include "db/db.h"
#include "issuance/issuance.h"
#include "pki/base/file.h"
#include "renewal/renewal.h"
#include "renewal/renewal_key.h"
#include "renewal/renewal_steps.h"

#include <openssl/crypto.h>
#include <string.h>

enum { ANCHORS_MAX = 1 << 20 };

bool renewal_of(struct db *db, TALLOC_CTX *context, int64_t order_id, struct renewal_facts *facts,
                struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *facts = (struct renewal_facts){.rule = ""};
    if (!db_query(db, context, STATEMENT_RENEWAL_OF, DB_VALUES(db_int(order_id)), &rows, error))
        return false;
    if (db_row_count(rows) == 0)
        return true;
    *facts = (struct renewal_facts){.given = true,
                                    .is_signed = !row_is_null(rows, 0, "cms"),
                                    .rule = row_text(rows, 0, "rule"),
                                    .cms = row_bytes(rows, 0, "cms"),
                                    .spki_digest = row_bytes(rows, 0, "spki_sha256"),
                                    .old_certificate = row_bytes(rows, 0, "old_certificate")};
    return true;
}

static bool verify(struct http_request *request, struct bytes cms, struct signed_statement **wish,
                   struct ra_error *error)
{
    struct signed_trust trust = {.anchors = NULL};
    struct bytes pem = {NULL, 0};
    STACK_OF(X509) *chain = NULL;
    bool good = file_read(request->context, request->app->config->ac_anchors, ANCHORS_MAX, &pem, error) &&
                signed_read_certificates(pem, &trust.anchors, error) &&
                signed_verify_archived(request->context, cms, STATEMENT_RENEWAL, &trust, wish, &chain,
                                       error) == SIGNED_VALID;
    if (good) {
        trust_learn(request->app, chain);
        trust_need(request->app, sk_X509_value(chain, 0)); /* its CRLs are there when the signer asks */
    }
    sk_X509_pop_free(chain, X509_free);
    sk_X509_pop_free(trust.anchors, X509_free);
    return good;
}

static bool same_certificate(const struct signed_statement *wish, const struct renewal_facts *facts)
{
    unsigned char *der = NULL;
    int length = i2d_X509(wish->signer, &der);
    bool same = length > 0 && bytes_equal((struct bytes){der, (size_t)length}, facts->old_certificate);
    OPENSSL_free(der);
    return same;
}

static bool check_words(struct http_request *request, const struct order *order,
                        const struct renewal_facts *facts, const struct signed_statement *wish,
                        struct ra_error *error)
{
    const char *instance = "";
    struct certificate_data data;
    uint8_t digest[32];
    const struct statement *words = wish->statement;
    orders_certificate_data(order, &data);
    if (!approval_instance(request, &instance, error) || !certificate_data_digest(&data, digest, error))
        return false;
    return (same_certificate(wish, facts) && strcmp(words->instance, instance) == 0 &&
            strcmp(words->order, order->code) == 0 && words->attempt == order->attempt &&
            CRYPTO_memcmp(words->renewal.data, digest, sizeof digest) == 0) ||
           ra_fail_reason(error, RA_STATEMENT_REFUSED, "renewal-mismatch",
                          "O que foi assinado não é esta renovação.");
}

static bool keep(struct http_request *request, const struct order *order, struct bytes cms,
                 const struct signed_statement *wish, struct ra_error *error)
{
    int64_t changed = 0;
    const struct bytes spki = {wish->statement->renewal.spki, 32};
    if (!db_exec(request->db, STATEMENT_RENEWAL_SIGN,
                 DB_VALUES(db_int(order->id), db_bytes(cms), db_bytes(spki), db_time(request->now_us)),
                 &changed, error))
        return false;
    if (changed == 0)
        return ra_fail_reason(error, RA_CONFLICT, "renewal-signed", "Esta renovação já foi assinada.");
    return issuance_key_is_free(request, order->id, spki.data, error) &&
           audit_record(request, AUDIT_RENEWAL_SIGNED, order,
                        json_pack("{s:s, s:o}", "signature",
                                  hex_encode(request->context, (struct bytes){wish->digest, 32}), "spki",
                                  json_string(hex_encode(request->context, spki))),
                        NULL, error);
}

static bool check_key(struct http_request *request, const struct order *order,
                      const struct signed_statement *wish, struct ra_error *error)
{
    struct certificate_profile *profile = NULL;
    return approval_profile(request->app, request->context, order->profile_id, &profile, error) &&
           renewal_key_check_signed(request, wish->statement->renewal.spki, profile, error);
}

bool renewal_sign_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct renewal_facts facts;
    struct signed_statement *wish = NULL;
    struct bytes cms = {NULL, 0};
    const char *text = http_text(request->body, "cms");
    if (text == NULL || strlen(text) > 2 * (size_t)STATEMENT_CMS_MAX ||
        !base64_decode(request->context, text, strlen(text), &cms))
        return ra_fail_field(error, "cms", "base64", "Este campo não está em base64 ou é grande demais.");
    if (!orders_load_for_update(request, http_path_parameter(request, "code"), &order, error) ||
        !renewal_of(request->db, request->context, order->id, &facts, error))
        return false;
    if (!facts.given)
        return ra_fail(error, RA_NOT_FOUND, "Este pedido não é uma renovação.");
    if (!verify(request, cms, &wish, error) || !check_words(request, order, &facts, wish, error) ||
        !check_key(request, order, wish, error) || !keep(request, order, cms, wish, error))
        return false;
    http_reply(response, 201, json_pack("{s:s, s:s}", "order", order->code, "state", "signed"));
    return true;
}
