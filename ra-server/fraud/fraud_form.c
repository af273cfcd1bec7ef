/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The comunicado de fraude: everything that is known, who says it, what was done.
 */
#include "fraud/fraud_rules.h"
#include "instant.h"

static json_t *case_json(const struct fraud_form *form)
{
    const struct order *order = form->order;
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:o, s:s, s:s}", "order", order->code, "ref", order->ref,
                     "product", order->product_name, "origin", order->origin, "attempt", order->attempt,
                     "serial", order->serial, "created", instant_json(order->created_us), "identification",
                     order->states[ORDERS_MACHINE_IDENTIFICATION], "issuance",
                     order->states[ORDERS_MACHINE_ISSUANCE]);
}

static json_t *person_json(const struct order_person *person)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "role", person->role, "name",
                     person->name, "cpf", person->cpf, "birth_date", person->birth_date, "email",
                     person->email, "phone", person->phone, "rg", person->rg, "rg_issuer", person->rg_issuer,
                     "rg_uf", person->rg_uf);
}

static json_t *people_json(const struct order *order)
{
    json_t *people = json_array();
    for (size_t i = 0; i < order->people_count; i++)
        if (json_array_append_new(people, person_json(&order->people[i])) != 0) {
            json_decref(people);
            return NULL;
        }
    return people;
}

static json_t *company_json(const struct order_company *company)
{
    if (company == NULL)
        return json_null();
    return json_pack("{s:s, s:s, s:s, s:s}", "cnpj", company->cnpj, "name", company->name, "uf", company->uf,
                     "city", company->city);
}

static json_t *place_json(const struct catalog_office *office)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "office", office->name, "legal_name",
                     office->legal_name, "cnpj", office->cnpj, "address", office->address, "district",
                     office->district, "city", office->city, "uf", office->uf, "ibge", office->ibge, "kind",
                     office->place_kind);
}

static json_t *done_json(const struct fraud_form *form)
{
    return json_pack("{s:s, s:s, s:O, s:I, s:I}", "stop", fraud_stop_word(form->stop), "statement",
                     form->statement, "entries", form->entries, "images", (json_int_t)form->images,
                     "unreadable", (json_int_t)form->unreadable);
}

json_t *fraud_form_json(const struct fraud_form *form)
{
    const struct fraud_report *report = form->report;
    json_t *made = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:{s:s, s:s, s:s}, s:o}", "to",
        "Autoridade Certificadora (AC), para comunicação ao ITI", "norm", "DOC-ICP-05.02 3.1", "from",
        form->office->legal_name, "kind", report->kind, "description", report->description, "modus",
        report->modus, "physical", report->physical, "at", instant_json(form->at_us), "due",
        instant_json(form->due_us), "case", case_json(form), "people", people_json(form->order), "company",
        company_json(form->order->company), "place", place_json(form->office), "agent", "name", form->agent,
        "cpf", form->cpf, "station", form->station, "done", done_json(form));
    if (made != NULL && json_object_update_missing(made, (json_t *)(uintptr_t)form->known) != 0) {
        json_decref(made);
        return NULL;
    }
    return made;
}
