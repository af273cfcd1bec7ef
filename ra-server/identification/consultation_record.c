/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The end of a question: the answer judged against the case as it stands now, kept as evidence, and recorded
 * as a consultation, all in one transaction.
 */
#include "app.h"
#include "approval/approval.h"
#include "audit/audit.h"
#include "identification/consultation_internal.h"
#include "identification/identification_internal.h"
#include "identification/judged_case.h"
#include "metrics.h"
#include "pki/base/file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct order_person *person_of(const struct order *order, const char *person_id)
{
    for (size_t i = 0; i < order->people_count; i++)
        if (strcmp(order->people[i].id, person_id) == 0)
            return &order->people[i];
    return NULL;
}

bool consultation_question(const struct consultation_request *asked, const struct order *order,
                           struct consultation_question *question, struct ra_error *error)
{
    bool of_company = asked->kind == CONSULTATION_CNPJ;
    const struct order_person *person = of_company ? order->subject : person_of(order, asked->person_id);
    if (person == NULL || (of_company && order->company == NULL))
        return ra_fail(error, RA_NOT_FOUND, "A pessoa consultada não faz mais parte do caso.");
    *question = (struct consultation_question){.kind = asked->kind,
                                               .request = asked->id,
                                               .cpf = person->cpf,
                                               .name = person->name,
                                               .birth_date = person->birth_date,
                                               .cnpj = of_company ? order->company->cnpj : "",
                                               .company_name = of_company ? order->company->name : "",
                                               .registration = asked->registration,
                                               .form_number = asked->form_number,
                                               .via = asked->via};
    return true;
}

/* One ending while it is written. */
struct recording {
    struct http_request request; /* the program's */
    const struct consultation_ending *ending;
    struct order *order;
    struct consultation_finding finding;
    bool late; /* the case can no longer change: the answer is kept beside it, and satisfies nothing */
    const char *evidence_id; /* "": none */
};

static void find(struct recording *recording)
{
    const struct consultation_ending *ending = recording->ending;
    struct consultation_question question;
    struct ra_error gone = {0};
    if (ending->failure != CONSULTATION_REASON_NONE) {
        consultation_could_not_tell(ending->failure, &recording->finding);
        return;
    }
    if (!consultation_question(ending->asked, recording->order, &question, &gone)) {
        consultation_could_not_tell(CONSULTATION_REASON_SUBJECT_GONE, &recording->finding);
        return;
    }
    question.now_us = recording->request.now_us;
    question.fresh_us = ending->fresh_us;
    consultation_judge(ending->answer, &question, &recording->finding);
}

/* A file in memory: the answer never lies on the disk readable. */
static bool keep_evidence(struct recording *recording, struct ra_error *error)
{
    uint8_t digest[32];
    const struct consultation_request *asked = recording->ending->asked;
    struct bytes answer = recording->ending->answer;
    bool understood = recording->finding.result != CONSULTATION_UNAVAILABLE;
    recording->evidence_id = "";
    if (answer.length == 0)
        return true;
    if (!sha256(answer, digest))
        return ra_fail_crypto(error, "evidence");
    const struct store_document document = {.item = consultation_kind_word(asked->kind),
                                            .part = recording->late ? "annex" : "sealed",
                                            .kind = "evidence",
                                            .media_type =
                                                understood ? "application/json" : "application/octet-stream",
                                            .number = "",
                                            .issued_on = "",
                                            .expires_on = "",
                                            .via = "",
                                            .issuer = "",
                                            .sides = "both",
                                            .person_id = asked->person_id,
                                            .agent = asked->agent,
                                            .station = asked->station,
                                            .sha256 = digest,
                                            .size = (int64_t)answer.length,
                                            .photo = true,
                                            .legible = true};
    int descriptor = memfd_create("answer", MFD_CLOEXEC);
    if (descriptor < 0)
        return ra_fail_errno(error, "evidence");
    bool ok = (file_write_all(descriptor, answer) || ra_fail_errno(error, "evidence")) &&
              document_keep(&recording->request, recording->order, &document, descriptor,
                            &recording->evidence_id, error);
    close(descriptor);
    return ok;
}

/* --- the case --- */

static const char *fact(const struct recording *recording, const char *name)
{
    const char *value = json_string_value(json_object_get(recording->finding.facts, name));
    return value == NULL ? "" : value;
}

/* As an agent's own record would be (consultations.c): tasks, events, and a suspension where it diverges.
 * What the statements bind has changed with it. */
static bool change_case(struct recording *recording, struct ra_error *error)
{
    struct judged_case judged;
    const struct consultation_request *asked = recording->ending->asked;
    const struct consultation_finding *finding = &recording->finding;
    const char *via = asked->via[0] != '\0' ? asked->via : fact(recording, "via");
    const struct store_consultation consultation = {
        .person_id = asked->person_id,
        .kind = consultation_kind_word(asked->kind),
        .result = consultation_result_word(finding->result),
        .base = recording->ending->base,
        .protocol = finding->protocol,
        .evidence_id = recording->evidence_id,
        .agent = asked->agent,
        .station = asked->station,
        .registration = fact(recording, "registration"),
        .form_number = fact(recording, "form_number"),
        .via_seen = asked->kind == CONSULTATION_CNH ? via : "",
        .consulted_us = finding->answered_us != 0 ? finding->answered_us : recording->request.now_us};
    return judged_case_read(&recording->request, recording->order, &judged, error) &&
           consultation_keep(&recording->request, &judged, &consultation, error) &&
           judged_case_settle(&recording->request, recording->order, &judged, error);
}

static bool end_request(struct recording *recording, struct ra_error *error)
{
    const struct consultation_finding *finding = &recording->finding;
    struct db_value evidence =
        recording->evidence_id[0] == '\0' ? db_null() : db_text(recording->evidence_id);
    char *facts = finding->facts == NULL ? NULL : json_dumps(finding->facts, JSON_COMPACT);
    bool done = db_exec(
        recording->request.db, STATEMENT_CONSULTATION_DONE,
        DB_VALUES(db_text(recording->ending->asked->id), db_text(consultation_result_word(finding->result)),
                  db_text(consultation_reason_word(finding->reason)), db_text(recording->ending->base),
                  db_text(finding->protocol), db_text(facts == NULL ? "{}" : facts), evidence,
                  db_bool(!recording->late), db_time(recording->request.now_us)),
        NULL, error);
    free(facts);
    return done;
}

/* Which question came to which end; the consultation itself has an event of its own kind. */
static bool tell_log(struct recording *recording, struct ra_error *error)
{
    const struct consultation_finding *finding = &recording->finding;
    json_t *detail =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:b}", "request", recording->ending->asked->id, "kind",
                  consultation_kind_word(recording->ending->asked->kind), "state", "done", "result",
                  consultation_result_word(finding->result), "reason",
                  consultation_reason_word(finding->reason), "recorded", recording->late ? 0 : 1);
    if (detail != NULL && recording->evidence_id[0] != '\0')
        json_object_set_new(detail, "document", json_string(recording->evidence_id));
    return audit_record(&recording->request, AUDIT_CONSULTED, recording->order, detail, NULL, error);
}

/* Whoever changes a case holds the order first, then its rows. */
static bool write_ending(struct recording *recording, struct ra_error *error)
{
    struct http_request *request = &recording->request;
    const struct consultation_request *asked = recording->ending->asked;
    struct db_rows *still = NULL;
    if (!orders_load_by_id(request->context, request->db, asked->order_id, true, &recording->order, error) ||
        !db_query(request->db, request->context, STATEMENT_CONSULTATION_STILL_ASKING,
                  DB_VALUES(db_text(asked->id)), &still, error))
        return false;
    if (db_row_count(still) == 0)
        return true;
    recording->late = approval_certificate_asked_for(recording->order) || recording->order->closed_us != 0;
    find(recording);
    return (recording->late || approval_void_attempt(request, recording->order, "consultation", error)) &&
           keep_evidence(recording, error) && (recording->late || change_case(recording, error)) &&
           end_request(recording, error) && tell_log(recording, error);
}

static const enum metric unavailable_counters[] = {
#define X(suffix, word, name) [CONSULTATION_##suffix] = METRIC_BASE_UNAVAILABLE_##suffix,
    CONSULTATION_KINDS(X)
#undef X
};

bool consultation_record(struct job_run *run, const struct consultation_ending *ending,
                         enum consultation_reason *reason, struct ra_error *error)
{
    struct recording recording = {
        .request = http_program_request(run->context, run->app, run->db, clock_now_us(&run->app->clock)),
        .ending = ending};
    if (!db_begin(run->db, error))
        return false;
    bool done = write_ending(&recording, error) && db_commit(run->db, error);
    if (!done)
        db_rollback(run->db);
    else if (recording.finding.result == CONSULTATION_UNAVAILABLE)
        metric_add(unavailable_counters[ending->asked->kind], 1);
    json_decref(recording.finding.facts);
    *reason = recording.finding.result == CONSULTATION_UNAVAILABLE ? recording.finding.reason
                                                                   : CONSULTATION_REASON_NONE;
    return done;
}
