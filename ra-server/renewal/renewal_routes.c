/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two steps of an online renewal, by the holder, without an account: with his present certificate he asks
 * for the new order, and with it he signs what the new certificate will say and the new key.
 */
#include "app.h"
#include "approval/approval.h"
#include "approval/office.h"
#include "approval/trust_state.h"
#include "audit/audit.h"
#include "catalog/catalog.h"
#include "db/db.h"
#include "issuance/issuance.h"
#include "pki/base/file.h"
#include "pki/certificate/level.h"
#include "pki/certificate/reader.h"
#include "renewal/certificates.h"
#include "renewal/expiry.h"
#include "renewal/possession.h"
#include "renewal/renewal.h"
#include "renewal/renewal_key.h"
#include "renewal/renewal_rules.h"
#include "renewal/replacement.h"

#include <openssl/crypto.h>
#include <string.h>

enum { ANCHORS_MAX = 1 << 20 };
static const int64_t day_s = 86400;

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

/* --- step one: who asks, and which way --- */

struct starting {
    struct http_request *request;
    X509 *certificate;
    struct bytes der;
    struct db_rows *row; /* the former order's; NULL: not issued here */
    struct order *former;
    struct catalog_product *product;
    struct certificate_profile *profile;
    struct renewal_answer answer;
    struct possession possession;
};

static bool refuse(struct ra_error *error)
{
    return ra_fail_reason(error, RA_PROOF_REFUSED, "proof-renewal",
                          "O pedido não foi assinado agora com este certificado, ou já foi usado. Comece de "
                          "novo.");
}

static bool check_possession(struct starting *starting, struct ra_error *error)
{
    return possession_check(starting->request, "guiche-renewal-start-v1", starting->certificate,
                            &starting->possession, error) &&
           (starting->possession.holds || refuse(error));
}

static bool spend_possession(struct starting *starting, struct ra_error *error)
{
    bool first = false;
    return possession_spend(starting->request, &starting->possession, &first, error) &&
           (first || refuse(error));
}

static bool find_former(struct starting *starting, struct ra_error *error)
{
    struct http_request *request = starting->request;
    if (!db_query(request->db, request->context, STATEMENT_RENEWAL_CERTIFICATE,
                  DB_VALUES(db_bytes(starting->der)), &starting->row, error))
        return false;
    return db_row_count(starting->row) == 0 ||
           orders_load_by_id(request->context, request->db, row_int(starting->row, 0, "id"), false,
                             &starting->former, error);
}

/* Who makes the new key says where it will be born; what asks for hardware is not renewed into a file. */
static bool check_key_place(const struct catalog_product *product, const char *key, struct ra_error *error)
{
    return key == NULL || strcmp(key, "software") != 0 || strcmp(product->media, "software") == 0 ||
           ra_fail_field(error, "product", "renewal-media",
                         "A chave deste certificado nasce num token; escolha um certificado em arquivo ou "
                         "renove com o token.");
}

static bool find_product(struct starting *starting, struct ra_error *error)
{
    struct http_request *request = starting->request;
    char today[CATALOG_DAY_SIZE];
    const char *wanted = http_text(request->body, "product"), *key = http_text(request->body, "key");
    if (starting->former == NULL)
        return true;
    catalog_today(request->app, request->now_us, today);
    return catalog_product_on(request->app, request->context,
                              wanted != NULL ? wanted : starting->former->product_id, today,
                              &starting->product, error) &&
           check_key_place(starting->product, key, error);
}

static int64_t seconds_left(X509 *certificate, int64_t now_us)
{
    int days = 0, seconds = 0;
    ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)(now_us / 1000000));
    bool told = now != NULL && ASN1_TIME_diff(&days, &seconds, now, X509_get0_notAfter(certificate)) == 1;
    ASN1_TIME_free(now);
    return told ? days * day_s + seconds : 0;
}

static bool is_open(const struct order *order)
{
    return orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "issued") ||
           orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "delivered");
}

static bool choose_path(struct starting *starting, struct ra_error *error)
{
    struct http_request *request = starting->request;
    struct certificate_reading *reading = NULL;
    int64_t lowest = 0, window_days = 0;
    bool video = false;
    if (starting->former == NULL) {
        starting->answer = renewal_path_of(&(struct renewal_question){.issued_here = false});
        return true;
    }
    if (!catalog_policy_number(request->app, request->now_us, "renewal_signing_level", &lowest, error) ||
        !catalog_policy_number(request->app, request->now_us, "renewal_window_days", &window_days, error) ||
        !catalog_policy_flag(request->app, request->now_us, "video_room", &video, error) ||
        !approval_profile(request->app, request->context, starting->product->profile_id, &starting->profile,
                          error) ||
        !certificate_read(request->context, starting->certificate, &reading, error))
        return false;
    const bool company = starting->former->company != NULL;
    starting->answer = renewal_path_of(
        &(struct renewal_question){.issued_here = true,
                                   .revoked = !is_open(starting->former),
                                   .renewed = row_bool(starting->row, 0, "renewed"),
                                   .same_holder = company == (strcmp(starting->product->holder, "pj") == 0),
                                   .biometrics = row_bool(starting->row, 0, "biometrics"),
                                   .company = company,
                                   .seal = company && !reading->has_responsible,
                                   .video_possible = video && starting->product->video,
                                   .level = certificate_level(starting->certificate),
                                   .wanted_level = policy_level(starting->profile->policy_oid),
                                   .lowest_level = (int)lowest,
                                   .window_s = window_days * day_s,
                                   .expires_in_s = seconds_left(starting->certificate, request->now_us)});
    return true;
}

static json_t *waived_json(const struct renewal_answer *answer)
{
    json_t *list = json_array();
    static const char *const kinds[] = {"document", "biometric", "presence"};
    for (size_t i = 0; answer->path == RENEWAL_ONLINE && i < sizeof kinds / sizeof *kinds; i++)
        json_array_append_new(
            list, json_pack("{s:s, s:s}", "kind", kinds[i], "reason", renewal_waiver_text(answer->rule)));
    return list;
}

static json_t *data_json(const struct certificate_data *data)
{
    json_t *json = json_object();
#define X(member) json_object_set_new(json, #member, json_string(data->member));
    CERTIFICATE_DATA_FIELDS(X)
#undef X
    return json;
}

static bool open_order(struct starting *starting, struct http_response *response, struct ra_error *error)
{
    struct http_request *request = starting->request;
    struct order *order = NULL;
    const char *token = "", *instance = "";
    struct certificate_data data;
    if (!renewal_key_check_promise(request->body, starting->profile, error) ||
        !spend_possession(starting, error) ||
        !orders_again(request, starting->former, starting->product->id, &order, &token, error) ||
        !approval_instance(request, &instance, error) ||
        !db_exec(request->db, STATEMENT_RENEWAL_START,
                 DB_VALUES(db_int(order->id), db_int(starting->former->id), db_text(starting->former->serial),
                           db_bytes(starting->der), db_text(starting->answer.rule), db_time(request->now_us)),
                 NULL, error) ||
        !audit_record(request, AUDIT_RENEWAL_STARTED, order,
                      json_pack("{s:s, s:s, s:s}", "rule", starting->answer.rule, "old_serial",
                                starting->former->serial, "product", starting->product->id),
                      NULL, error))
        return false;
    orders_certificate_data(order, &data);
    http_reply(response, 201,
               json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:o, s:o, s:o}", "path", "ONLINE", "rule",
                         starting->answer.rule, "order", order->code, "token", token, "attempt",
                         order->attempt, "instance", instance, "data", data_json(&data), "waived",
                         waived_json(&starting->answer), "key_bits",
                         renewal_key_bits_json(starting->profile)));
    return true;
}

static bool answer_start(struct starting *starting, struct http_response *response, struct ra_error *error)
{
    const struct renewal_answer *answer = &starting->answer;
    if (answer->path == RENEWAL_ONLINE)
        return open_order(starting, response, error);
    http_reply(response, 200,
               json_pack("{s:s, s:s, s:s, s:o}", "path", renewal_path_word(answer->path), "rule",
                         answer->rule, "why", renewal_reason_text(answer->reason), "waived",
                         waived_json(answer)));
    return true;
}

static bool start_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct starting starting = {.request = request};
    bool done = possession_certificate(request, &starting.certificate, &starting.der, error) &&
                check_possession(&starting, error) && find_former(&starting, error) &&
                find_product(&starting, error) && choose_path(&starting, error) &&
                answer_start(&starting, response, error);
    X509_free(starting.certificate);
    return done;
}

/* --- step two: what the holder signed --- */

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

static bool sign_post(struct http_request *request, struct http_response *response, struct ra_error *error)
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

/* --- the room --- */

#define TEXT(name)      "\"" name "\":{\"type\":\"string\"}"
#define OBJECT(members) "{\"type\":\"object\",\"properties\":{" members "}}"

#define REPLACEMENT_SCHEMA                                                                                   \
    OBJECT(TEXT("order") "," TEXT("replaces") "," TEXT("why") "," TEXT(                                      \
        "token") ",\"price_cents\":{\"type\":\"integer\"},\"waived\":{\"type\":\"array\"}")
#define CERTIFICATES_SCHEMA OBJECT("\"certificates\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}")

static const struct http_route routes[] = {
    {.method = HTTP_POST,
     .listeners = HTTP_PUBLIC,
     .api_path = "/api/renewals",
     .authorize = http_anyone,
     .handler = start_post,
     .body = HTTP_BODY_JSON,
     .operation = "renewalStart",
     .summary = "Renova um certificado: o caminho que a norma dá e, se for com assinatura, o pedido novo",
     .request_schema =
         "{\"type\":\"object\",\"required\":[\"certificate\",\"issued_at\",\"signature\"],"
         "\"properties\":{\"certificate\":{\"type\":\"string\"},\"issued_at\":{\"type\":"
         "\"integer\"},\"signature\":{\"type\":\"string\"},\"product\":{\"type\":\"string\"},"
         "\"key\":{\"enum\":[\"software\","
         "\"token\"]},\"new_key\":{\"type\":\"object\",\"required\":[\"algorithm\",\"bits\"],"
         "\"properties\":{\"algorithm\":{\"type\":\"string\"},\"bits\":{\"type\":\"integer\"}}}}}",
     .response_schema = OBJECT(TEXT("path") "," TEXT("rule") "," TEXT("why") "," TEXT("order") "," TEXT(
         "token") "," TEXT("instance") ",\"attempt\":{\"type\":\"integer\"},\"data\":{\"type\":\"object\"},"
                                       "\"waived\":{\"type\":\"array\"},\"key_bits\":{\"type\":\"array\"}"),
     .statuses = {200, 201, 422}},
    {.method = HTTP_POST,
     .listeners = HTTP_PUBLIC,
     .api_path = "/api/orders/{code}/renewal",
     .authorize = orders_authorize_holder,
     .handler = sign_post,
     .body = HTTP_BODY_JSON,
     .operation = "renewalSign",
     .summary = "O pedido de renovação assinado com o certificado atual",
     .request_schema =
         "{\"type\":\"object\",\"required\":[\"cms\",\"spki\"],\"properties\":{\"cms\":{\"type\":\"string\"},"
         "\"spki\":{\"type\":\"string\"}}}",
     .response_schema = OBJECT(TEXT("order") "," TEXT("state")),
     .statuses = {201, 401, 404, 409, 422}},
    {.method = HTTP_GET,
     .listeners = HTTP_PUBLIC,
     .api_path = "/api/certificates",
     .page_path = "/certificados",
     .page_template = "certificados",
     .authorize = http_anyone,
     .handler = certificates_get,
     .transaction = HTTP_WRAPPED,
     .operation = "certificatesList",
     .summary = "Os certificados do titular, para quem entrou com o código do e-mail",
     .response_schema = CERTIFICATES_SCHEMA,
     .statuses = {200, 401}},
    {.method = HTTP_POST,
     .listeners = HTTP_PUBLIC,
     .api_path = "/api/certificates",
     .authorize = http_anyone,
     .handler = certificates_post,
     .body = HTTP_BODY_JSON,
     .transaction = HTTP_WRAPPED,
     .operation = "certificatesBySignature",
     .summary = "Os certificados do titular, para quem assina com um deles",
     .request_schema = "{\"type\":\"object\",\"required\":[\"certificate\",\"issued_at\",\"signature\"],"
                       "\"properties\":{\"certificate\":{\"type\":\"string\"},\"issued_at\":{\"type\":"
                       "\"integer\"},\"signature\":{\"type\":\"string\"}}}",
     .response_schema = CERTIFICATES_SCHEMA,
     .statuses = {200, 422}},
    {.method = HTTP_POST,
     .listeners = HTTP_PUBLIC,
     .api_path = "/api/orders/{code}/replacement",
     .page_path = "/pedido/{code}/substituir",
     .authorize = orders_authorize_holder,
     .handler = replacement_post,
     .body = HTTP_BODY_NONE,
     .transaction = HTTP_WRAPPED,
     .operation = "replacement",
     .summary = "Substitui sem custo, no prazo, um certificado que foi revogado",
     .response_schema = REPLACEMENT_SCHEMA,
     .statuses = {201, 401, 404, 409}},
    {.method = HTTP_POST,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/replacement",
     .authorize = office_authorize_agent,
     .handler = replacement_post,
     .body = HTTP_BODY_NONE,
     .transaction = HTTP_WRAPPED,
     .operation = "officeReplacement",
     .summary = "Substitui sem custo, no prazo, um certificado que foi revogado",
     .response_schema = REPLACEMENT_SCHEMA,
     .statuses = {201, 404, 409}},
};

static const struct job jobs[] = {{EXPIRY_JOB, EXPIRY_PERIOD_MS, expiry_run}};

const struct room renewal_room = {.name = "renewal",
                                  .id = ROOM_RENEWAL,
                                  .routes = routes,
                                  .route_count = sizeof routes / sizeof *routes,
                                  .jobs = jobs,
                                  .job_count = sizeof jobs / sizeof *jobs};
