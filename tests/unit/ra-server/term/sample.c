/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sample.h"

#include "floors/check.h"
#include "http/template.h"

static struct order_person people[] = {
    {.role = "responsible",
     .name = "MARINA GONCALVES PRADO",
     .cpf = "52998224725",
     .birth_date = "1985-08-15",
     .email = "marina@cidadao.example"},
    {.role = "representative",
     .name = "RAFAEL TEIXEIRA LOPES",
     .cpf = "11144477735",
     .birth_date = "",
     .email = ""},
};

static struct order_company company = {
    .cnpj = "12ABC34501DE35", .name = "PADARIA TRES IRMAOS & CIA LTDA", .uf = "SP", .city = "CAMPINAS"};

static struct order person_order = {.code = "G7MZ4K2QX9TB",
                                    .product_name = "e-CPF A1",
                                    .validity_months = 12,
                                    .attempt = 1,
                                    .people = people,
                                    .people_count = 1,
                                    .subject = people};
static struct order company_order = {.code = "J9QGYDNGM7EH",
                                     .product_name = "e-CNPJ A1",
                                     .validity_months = 12,
                                     .attempt = 2,
                                     .people = people,
                                     .people_count = 2,
                                     .subject = people,
                                     .company = &company};
static struct order alone_order;
static struct order minor_order;

static struct catalog_office office = {.name = "IMA, sede",
                                       .legal_name = "Informática de Municípios Associados S.A.",
                                       .cnpj = "12345678000195",
                                       .city = "CAMPINAS",
                                       .uf = "SP",
                                       .ibge = "3509502",
                                       .phone = "(19) 3755-6789"};

struct term_facts sample_facts(enum sample sample)
{
    alone_order = company_order;
    alone_order.people_count = 1;
    minor_order = person_order;
    minor_order.people_count = 2;
    const struct order *orders[] = {&person_order, &company_order, &alone_order, &minor_order};
    return (struct term_facts){.order = orders[sample],
                               .office = &office,
                               .instance = "00112233445566778899aabbccddeeff",
                               .agent = "ANA BEATRIZ SOUZA TESTE",
                               .version = "demonstracao-1",
                               .day = "2026-11-24"};
}

struct bytes sample_text(TALLOC_CTX *context, enum sample sample)
{
    struct ra_error error = {0};
    struct templates *templates = NULL;
    struct bytes text;
    const struct term_facts facts = sample_facts(sample);
    json_t *model = term_model(&facts);
    assert_non_null(model);
    assert_done(templates_load(context, "web/templates", &templates, &error));
    assert_done(
        template_render(templates, TEMPLATE_TEXT, "term/demonstracao-1", model, context, &text, &error));
    json_decref(model);
    return text;
}

struct term_blocks sample_blocks(TALLOC_CTX *context, enum sample sample)
{
    struct ra_error error = {0};
    struct term_blocks blocks;
    assert_done(term_blocks_read(context, sample_text(context, sample), &blocks, &error));
    return blocks;
}
