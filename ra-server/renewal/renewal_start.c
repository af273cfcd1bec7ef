/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app.h"
#include "approval/approval.h"
#include "audit/audit.h"
#include "catalog/catalog.h"
#include "db/db.h"
#include "pki/certificate/level.h"
#include "pki/certificate/reader.h"
#include "renewal/possession.h"
#include "renewal/renewal_key.h"
#include "renewal/renewal_rules.h"
#include "renewal/renewal_steps.h"

#include <string.h>

static const int64_t day_s = 86400;

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

bool renewal_start_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct starting starting = {.request = request};
    bool done = possession_certificate(request, &starting.certificate, &starting.der, error) &&
                check_possession(&starting, error) && find_former(&starting, error) &&
                find_product(&starting, error) && choose_path(&starting, error) &&
                answer_start(&starting, response, error);
    X509_free(starting.certificate);
    return done;
}
