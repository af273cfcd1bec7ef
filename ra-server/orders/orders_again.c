/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A new order with the data of a former one: what a renewal begins with. Everything that an order of the form
 * goes through it goes through too.
 */
#include "orders/orders_internal.h"

#include <string.h>

static bool add(json_t *object, const char *name, const char *value)
{
    return value[0] == '\0' || json_object_set_new(object, name, json_string(value)) == 0;
}

static json_t *holder_json(const struct order_person *person)
{
    json_t *holder = json_object();
    bool whole = add(holder, "name", person->name) && add(holder, "cpf", person->cpf) &&
                 add(holder, "birth_date", person->birth_date) && add(holder, "email", person->email) &&
                 add(holder, "phone", person->phone) && add(holder, "nis", person->nis) &&
                 add(holder, "rg", person->rg) && add(holder, "rg_issuer", person->rg_issuer) &&
                 add(holder, "rg_uf", person->rg_uf) && add(holder, "voter_id", person->voter_id) &&
                 add(holder, "voter_zone", person->voter_zone) &&
                 add(holder, "voter_section", person->voter_section) &&
                 add(holder, "voter_city", person->voter_city) && add(holder, "voter_uf", person->voter_uf) &&
                 add(holder, "cei", person->cei) && add(holder, "social_name", person->social_name);
    if (whole)
        return holder;
    json_decref(holder);
    return NULL;
}

static json_t *company_json(const struct order_company *company)
{
    json_t *firm = json_object();
    bool whole = add(firm, "cnpj", company->cnpj) && add(firm, "name", company->name) &&
                 add(firm, "uf", company->uf) && add(firm, "city", company->city) &&
                 add(firm, "cei", company->cei);
    if (whole)
        return firm;
    json_decref(firm);
    return NULL;
}

static json_t *body_of(const struct order *former, const char *product)
{
    json_t *body = json_pack("{s:s, s:o}", "product", product, "holder", holder_json(former->subject));
    if (body != NULL && former->company != NULL &&
        json_object_set_new(body, "company", company_json(former->company)) != 0) {
        json_decref(body);
        return NULL;
    }
    return body;
}

bool orders_again(struct http_request *request, const struct order *former, const char *product,
                  struct order **order, const char **token, struct ra_error *error)
{
    char *bearer = talloc_size(request->context, TOKEN_SIZE);
    json_t *asked = request->body;
    json_t *body = body_of(former, product);
    if (bearer == NULL || body == NULL) {
        json_decref(body);
        return ra_fail(error, RA_NO_MEMORY, "order");
    }
    request->body = body;
    bool done = orders_create(request, order, error) && orders_grant_bearer(request, *order, bearer, error);
    request->body = asked;
    json_decref(body);
    *token = bearer;
    return done;
}
