/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The room of renewals and replacements: its routes and its job.
 */
#include "approval/office.h"
#include "renewal/certificates.h"
#include "renewal/expiry.h"
#include "renewal/renewal.h"
#include "renewal/renewal_steps.h"
#include "renewal/replacement.h"

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
     .handler = renewal_start_post,
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
     .handler = renewal_sign_post,
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
