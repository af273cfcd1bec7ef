/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/statement.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

/* Room for the longest statement: fixed lines, and one for each person, waiver or entry. */
enum { LINES_MAX = 64 + STATEMENT_WAIVERS_MAX + STATEMENT_PEOPLE_MAX + STATEMENT_ENTRIES_MAX };

struct page {
    TALLOC_CTX *context;
    struct statement_line *lines;
    size_t count;
    bool failed; /* memory ran out */
};

/* Strings of a parsed statement have no control characters, so they may be printed as they are. */
RA_PRINTF(3, 4) static void say(struct page *page, const char *label, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *value = talloc_vasprintf(page->context, format, arguments);
    va_end(arguments);
    if (value == NULL || page->count == LINES_MAX) {
        page->failed = true;
        return;
    }
    page->lines[page->count++] = (struct statement_line){label, value};
}

static void say_if_given(struct page *page, const char *label, const char *value)
{
    if (value[0] != '\0')
        say(page, label, "%s", value);
}

static void say_digest(struct page *page, const char *label, const uint8_t digest[32])
{
    const char *text = hex_encode(page->context, (struct bytes){digest, 32});
    if (text == NULL)
        page->failed = true;
    else
        say(page, label, "%s", text);
}

enum { INSTANT_SIZE = 32 };

static const char *format_instant(int64_t instant, char text[INSTANT_SIZE])
{
    time_t seconds = (time_t)instant;
    struct tm parts;
    if (gmtime_r(&seconds, &parts) == NULL ||
        strftime(text, INSTANT_SIZE, "%d/%m/%Y %H:%M:%S UTC", &parts) == 0)
        return "?";
    return text;
}

static void say_instant(struct page *page, const char *label, int64_t instant)
{
    char text[INSTANT_SIZE];
    say(page, label, "%s", format_instant(instant, text));
}

/* 111.444.777-35 */
static void say_cpf(struct page *page, const char *label, const char *cpf)
{
    if (strlen(cpf) == 11)
        say(page, label, "%.3s.%.3s.%.3s-%.2s", cpf, cpf + 3, cpf + 6, cpf + 9);
    else
        say_if_given(page, label, cpf);
}

/* 12.ABC.345/01DE-35 */
static void say_cnpj(struct page *page, const char *cnpj)
{
    if (strlen(cnpj) == 14)
        say(page, "CNPJ", "%.2s.%.3s.%.3s/%.4s-%.2s", cnpj, cnpj + 2, cnpj + 5, cnpj + 8, cnpj + 12);
    else
        say_if_given(page, "CNPJ", cnpj);
}

static void say_birth_date(struct page *page, const char *date)
{
    if (strlen(date) == 10)
        say(page, "Data de nascimento", "%.2s/%.2s/%.4s", date + 8, date + 5, date);
    else
        say_if_given(page, "Data de nascimento", date);
}

static const char *media_name(enum profile_media media)
{
    switch (media) {
    case PROFILE_MEDIA_SOFTWARE:
        return "arquivo (A1)";
    case PROFILE_MEDIA_TOKEN:
        return "token ou cartão (A3)";
    case PROFILE_MEDIA_CLOUD:
        return "nuvem";
    case PROFILE_MEDIA_COUNT:
    default:
        return "?";
    }
}

static const char *method_name(enum identification_method method)
{
    switch (method) {
    case IDENTIFICATION_IN_PERSON:
        return "presencial";
    case IDENTIFICATION_VIDEO:
        return "videoconferência";
    case IDENTIFICATION_RENEWAL:
        return "renovação com certificado válido";
    case IDENTIFICATION_METHOD_COUNT:
    default:
        return "?";
    }
}

#define X(id, word, name) name,
static const char *const people_role_names[] = {STATEMENT_PEOPLE_ROLES(X)};
static const char *const place_kind_names[] = {STATEMENT_PLACE_KINDS(X)};
static const char *const rule_layer_names[] = {STATEMENT_RULE_LAYERS(X)};
static const char *const rule_mark_names[] = {STATEMENT_RULE_MARKS(X)};
#undef X

static void describe_data(struct page *page, const struct certificate_data *data)
{
    say_if_given(page, "Nome empresarial", data->company_name);
    say_cnpj(page, data->cnpj);
    say_if_given(page, "UF da empresa", data->company_uf);
    say_if_given(page, "Município da empresa", data->company_city);
    say_if_given(page, "CEI da empresa", data->company_cei);
    bool company = data->cnpj[0] != '\0' || data->company_name[0] != '\0';
    say_if_given(page, company ? "Nome do responsável" : "Nome", data->name);
    say_cpf(page, company ? "CPF do responsável" : "CPF", data->cpf);
    say_birth_date(page, data->birth_date);
    say_if_given(page, "E-mail", data->email);
    say_if_given(page, "NIS", data->nis);
    say_if_given(page, "RG", data->rg);
    say_if_given(page, "Órgão emissor do RG", data->rg_issuer);
    say_if_given(page, "UF do RG", data->rg_uf);
    say_if_given(page, "Título de eleitor", data->voter_id);
    say_if_given(page, "Zona eleitoral", data->voter_zone);
    say_if_given(page, "Seção eleitoral", data->voter_section);
    say_if_given(page, "Município do título", data->voter_city);
    say_if_given(page, "UF do título", data->voter_uf);
    say_if_given(page, "CEI", data->cei);
}

static void describe_waivers(struct page *page, const struct statement_waivers *waived)
{
    if (waived->count == 0)
        say(page, "Dispensas", "nenhuma");
    for (size_t i = 0; i < waived->count; i++)
        say(page, "Dispensa", "%s: %s", waived->items[i].rule, waived->items[i].reason);
}

static void describe_binding(struct page *page, const struct statement_binding *binding)
{
    switch (binding->kind) {
    case PROFILE_BINDING_CODE:
        say(page, "Vínculo da chave", "código de emissão");
        say_digest(page, "Chave pública do código do papel", binding->counter);
        if (binding->has_mail)
            say_digest(page, "Chave pública do código do e-mail", binding->mail);
        break;
    case PROFILE_BINDING_SPKI:
        say(page, "Vínculo da chave", "impressão digital da chave do titular");
        say_digest(page, "Impressão digital da chave (SHA-256)", binding->spki);
        break;
    case PROFILE_BINDING_RENEWAL: {
        uint8_t digest[32];
        say(page, "Vínculo da chave", "assinatura do titular com o certificado atual");
        if (sha256(binding->cms, digest))
            say_digest(page, "Assinatura do titular (SHA-256)", digest);
        else
            page->failed = true;
        break;
    }
    case PROFILE_BINDING_COUNT:
    default:
        page->failed = true;
        break;
    }
}

static void describe_validation(struct page *page, const struct statement_validation *validation)
{
    say(page, "Perfil do certificado", "%s", validation->profile.id);
    say_digest(page, "Versão do perfil (SHA-256)", validation->profile.digest);
    say(page, "Prazo do certificado", "%" PRId64 " meses", validation->profile.term_months);
    say(page, "Mídia", "%s", media_name(validation->profile.media));
    describe_data(page, &validation->data);
    for (size_t i = 0; i < validation->people.count; i++) {
        const struct statement_person *person = &validation->people.items[i];
        char *label =
            talloc_asprintf(page->context, "CPF identificado (%s)", people_role_names[person->role]);
        if (label == NULL)
            page->failed = true;
        else
            say_cpf(page, label, person->cpf);
    }
    say(page, "Identificação", "%s", method_name(validation->method));
    say(page, "Lugar", "%s, %s (IBGE %s)", validation->place.office, place_kind_names[validation->place.kind],
        validation->place.ibge);
    say_if_given(page, "Estação", validation->place.station);
    say(page, "Versão das regras", "%s", validation->rules);
    describe_waivers(page, &validation->waived);
    say_if_given(page, "Modelo da mídia", validation->media.model);
    say_if_given(page, "Número de série da mídia", validation->media.serial);
    say_if_given(page, "Homologação da mídia", validation->media.homologation);
    say_digest(page, "Dossiê (raiz)", validation->dossier);
    describe_binding(page, &validation->binding);
}

static void describe_verification(struct page *page, const struct statement_verification *verification)
{
    say_digest(page, "Validação conferida (SHA-256)", verification->validation);
    describe_waivers(page, &verification->waived);
    if (verification->has_mail)
        say_digest(page, "Chave pública do código do e-mail", verification->mail);
}

static const char *revocation_reason_name(int64_t reason)
{
    switch (reason) {
    case 0:
        return "não especificado";
    case 1:
        return "comprometimento da chave";
    case 3:
        return "mudança nos dados";
    case 4:
        return "substituição";
    case 5:
        return "fim do uso";
    case 9:
        return "perda do direito";
    default:
        return "?";
    }
}

static void describe_revocation(struct page *page, const struct statement_revocation *revocation)
{
    say(page, "Número de série do certificado", "%s", revocation->serial);
    say(page, "Motivo", "%s (%" PRId64 ")", revocation_reason_name(revocation->reason), revocation->reason);
}

static void describe_roster(struct page *page, const struct statement_roster *roster)
{
    say(page, "Versão", "%" PRId64, roster->version);
    for (size_t i = 0; i < roster->count; i++) {
        const struct roster_entry *entry = &roster->entries[i];
        char from[INSTANT_SIZE];
        char until[INSTANT_SIZE];
        const char *key = hex_encode(page->context, (struct bytes){entry->spki, sizeof entry->spki});
        if (key == NULL) {
            page->failed = true;
            return;
        }
        say(page, "Pessoa", "%s, CPF %.3s.%.3s.%.3s-%.2s, %s, de %s até %s, chave %s", entry->name,
            entry->cpf, entry->cpf + 3, entry->cpf + 6, entry->cpf + 9, roster_role_name(entry->role),
            format_instant(entry->from, from), format_instant(entry->until, until), key);
    }
}

static void describe_rules(struct page *page, const struct statement_rules *rules)
{
    const char *day = rules->valid_from;
    say(page, "Mudança", "%" PRId64, rules->version);
    say(page, "Política", "%s", rules->key);
    say(page, "Valor até então", "%s", rules->before[0] != '\0' ? rules->before : "nenhum");
    say(page, "Valor novo", "%s", rules->value);
    say(page, "Vale a partir de", "%.2s/%.2s/%.4s", day + 8, day + 5, day);
    say(page, "Camada", "%s (%s)", rule_layer_word(rules->layer), rule_layer_names[rules->layer]);
    say(page, "Fonte", "%s", rules->source);
    say(page, "Evidência", "[%s] %s", rule_mark_word(rules->evidence), rule_mark_names[rules->evidence]);
    say(page, "Motivo", "%s", rules->reason);
}

static void describe_body(struct page *page, const struct statement *statement)
{
    switch (statement->type) {
    case STATEMENT_VALIDATION:
        describe_validation(page, &statement->validation);
        break;
    case STATEMENT_VERIFICATION:
        describe_verification(page, &statement->verification);
        break;
    case STATEMENT_REFUSAL:
        say(page, "Motivo da recusa", "%s", statement->refusal.reason);
        break;
    case STATEMENT_REVOCATION:
        describe_revocation(page, &statement->revocation);
        break;
    case STATEMENT_ROSTER:
        describe_roster(page, &statement->roster);
        break;
    case STATEMENT_RULES:
        describe_rules(page, &statement->rules);
        break;
    case STATEMENT_RENEWAL:
        say_digest(page, "Dados do novo certificado (SHA-256)", statement->renewal.data);
        say_digest(page, "Chave nova (SHA-256)", statement->renewal.spki);
        break;
    case STATEMENT_TYPE_COUNT:
    default:
        page->failed = true;
        break;
    }
}

static void describe(struct page *page, const struct statement *statement)
{
    say(page, "Declaração", "%s", statement_type_name(statement->type));
    if (statement->order[0] != '\0')
        say(page, "Pedido", "%s (tentativa %" PRId64 ")", statement->order, statement->attempt);
    describe_body(page, statement);
    say_instant(page, "Assinada em", statement->issued_at);
    say_instant(page, "Vale até", statement->not_after);
    say(page, "Instância", "%s", statement->instance);
}

bool statement_describe(TALLOC_CTX *context, struct bytes content, enum statement_type expected,
                        struct statement_line **lines, size_t *count, struct ra_error *error)
{
    struct statement *statement = NULL;
    *lines = NULL;
    *count = 0;
    if (!statement_parse(context, content, expected, &statement, error))
        return false;
    struct page page = {.lines = talloc_array(context, struct statement_line, LINES_MAX)};
    if (page.lines != NULL) {
        page.context = page.lines;
        describe(&page, statement);
    }
    talloc_free(statement);
    if (page.lines == NULL || page.failed) {
        talloc_free(page.lines);
        return ra_fail(error, RA_NO_MEMORY, "statement");
    }
    *lines = page.lines;
    *count = page.count;
    return true;
}
