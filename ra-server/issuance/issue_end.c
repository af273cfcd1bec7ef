/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issuance/issue_end.h"

#include "audit/audit.h"
#include "issuance/certificate_out.h"
#include "issuance/issuance_state.h"
#include "issuance/mail_half.h"
#include "issuance/reasons.h"
#include "issuance/signer_client.h"
#include "log.h"
#include "metrics.h"
#include "notice/alarm.h"
#include "notice/notice.h"
#include "orders/orders.h"

#include <string.h>

enum { CHAIN_MAX = 8, LONGEST_PAUSE_SECONDS = 3600, MICROSECONDS = 1000000 };

/* Every way to an end leads through "requested". */
static bool pass_requested(const struct issue_case *issue, int64_t now_us, struct order *order,
                           const char *state, struct ra_error *error)
{
    bool through = strcmp(state, "requested") != 0 &&
                   (orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "ready") ||
                    orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "failed") || strcmp(state, "ready") == 0);
    return !through ||
           orders_set_state_by_system(issue->db, now_us, order, ORDERS_MACHINE_ISSUANCE, "requested", error);
}

static bool move_issuance(const struct issue_case *issue, int64_t now_us, struct order *order,
                          const char *state, struct ra_error *error)
{
    return pass_requested(issue, now_us, order, state, error) &&
           orders_set_state_by_system(issue->db, now_us, order, ORDERS_MACHINE_ISSUANCE, state, error);
}

static bool record(const struct issue_case *issue, int64_t now_us, const struct order *order,
                   enum audit_code code, json_t *take_detail, struct ra_error *error)
{
    const struct audit_subject subject = {order->id, order->ref, order->code};
    return audit_record_system(issue->app, issue->db, now_us, code, subject, take_detail, NULL, error);
}

/* Runs `write` in a transaction over the order, held. */
typedef bool write_end(const struct issue_case *issue, struct order *order, int64_t now_us, void *argument,
                       struct ra_error *error);

static bool in_transaction(const struct issue_case *issue, write_end *write, void *argument,
                           struct ra_error *error)
{
    if (!db_begin(issue->db, error)) {
        return false;
    }
    if (orders_hold_by_system(issue->db, issue->order, error) &&
        write(issue, issue->order, clock_now_us(&issue->app->clock), argument, error) &&
        db_commit(issue->db, error)) {
        return true;
    }
    db_rollback(issue->db);
    return false;
}

/* --- issued --- */

struct came {
    const json_t *answer;
    const struct issuance_row *row;
    struct bytes chain[CHAIN_MAX];
    struct certificate_came certificate;
    struct issuance_result result; /* as it is stored */
    bool mismatch;
};

static bool read_came(const struct issue_case *issue, struct came *came, struct ra_error *error)
{
    const json_t *chain = json_object_get(came->answer, "chain");
    came->certificate.spki_digest = came->row->spki_digest;
    came->certificate.chain = came->chain;
    for (size_t at = 0; at < json_array_size(chain) && at < CHAIN_MAX; at++) {
        const char *text = json_string_value(json_array_get(chain, at));
        if (text == NULL || !base64_decode(issue->context, text, strlen(text), &came->chain[at])) {
            return ra_fail(error, RA_SIGNER_UNAVAILABLE, "o assinador respondeu uma cadeia malformada");
        }
        came->certificate.chain_count++;
    }
    return signer_bytes(issue->context, came->answer, "certificate", &came->certificate.certificate, error);
}

static const char *member(const json_t *answer, const char *key)
{
    const char *text = json_string_value(json_object_get(answer, key));
    return text != NULL ? text : "";
}

static bool store_came(const struct issue_case *issue, struct came *came, int64_t now_us,
                       struct ra_error *error)
{
    struct issuance_result *result = &came->result;
    *result = (struct issuance_result){
        .certificate = came->certificate.certificate,
        .serial = member(came->answer, "serial"),
        .transaction = member(came->answer, "transaction"),
        .reason = came->mismatch ? "certificate-mismatch" : "",
    };
    return certificate_pem(issue->context, came->chain, came->certificate.chain_count, &result->chain,
                           error) &&
           issuance_store_set_issued(issue->db, issue->order->id, issue->attempt, result, now_us, error);
}

static json_t *came_detail(const struct issue_case *issue, const struct came *came)
{
    uint8_t digest[32];
    const char *hash = sha256(came->certificate.certificate, digest)
                           ? hex_encode(issue->context, (struct bytes){digest, sizeof digest})
                           : NULL;
    const char *spki = hex_encode(issue->context, came->row->spki_digest);
    return json_pack("{s:I, s:s, s:s, s:s, s:s}", "attempt", (json_int_t)issue->attempt, "serial",
                     member(came->answer, "serial"), "certificate", hash, "spki", spki, "transaction",
                     member(came->answer, "transaction"));
}

static json_t *attempt_detail(const struct issue_case *issue)
{
    return json_pack("{s:I}", "attempt", (json_int_t)issue->attempt);
}

/* What the AC did that people must take up with it; the code is the reason that says so. */
struct grievance {
    const char *code;
    enum audit_code event;
    const char *title;
    const char *happened; /* before the order's code */
    const char *to_do;    /* after it */
};

static const struct grievance grievances[] = {
    {"certificate-mismatch", AUDIT_CERT_MISMATCH, "a AC devolveu um certificado diferente do pedido",
     "A AC devolveu um certificado diferente do pedido",
     "Ele foi recusado e não foi entregue: abra um chamado na AC, confirme com ela que o certificado errado "
     "está revogado, devolva o caso e valide de novo, com outra chave."},
    {"certificate-not-withdrawn", AUDIT_CERT_NOT_WITHDRAWN,
     "a AC não revogou um certificado que foi recusado aqui",
     "A AC emitiu um certificado para uma tentativa que os agentes já tinham recusado ou trocado por outra, "
     "e "
     "não aceitou revogá-lo. É do pedido",
     "O certificado não foi entregue, mas está em vigor: abra um chamado na AC e exija a revogação. Chame "
     "também o auditor: o assinador só recebe uma recusa no meio da emissão se o servidor não está "
     "fazendo o que devia."},
};

static const struct grievance *grievance_of(const char *reason)
{
    for (size_t at = 0; at < sizeof grievances / sizeof grievances[0]; at++) {
        if (strcmp(grievances[at].code, reason) == 0) {
            return &grievances[at];
        }
    }
    return NULL;
}

/* Whoever watches the service, the office and the auditor hear of it, each where they look. */
static bool raise_alarm(const struct issue_case *issue, int64_t now_us, const struct order *order,
                        const struct grievance *grievance, json_t *take_detail, struct ra_error *error)
{
    const char *text =
        talloc_asprintf(issue->context, "%s %s. %s", grievance->happened, order->code, grievance->to_do);
    log_event(LOG_LEVEL_ERROR, grievance->code, "{s:s, s:I}", "order", order->code, "attempt",
              (json_int_t)issue->attempt);
    metric_add(METRIC_CERTIFICATES_REFUSED, 1);
    if (text == NULL) {
        json_decref(take_detail);
        return ra_fail(error, RA_NO_MEMORY, "alarm");
    }
    const struct alarm alarm = {
        .code = grievance->code,
        .about = talloc_asprintf(issue->context, "%s/%lld", order->code, (long long)issue->attempt),
        .title = grievance->title,
        .text = text,
        .order = order->code,
        .detail = "",
    };
    return record(issue, now_us, order, grievance->event, take_detail, error) &&
           issuance_store_open_ticket(issue->db, issue->order->id, text, now_us, error) &&
           alarm_raise(issue->app, issue->db, now_us, &alarm, error);
}

static bool write_mismatch(const struct issue_case *issue, struct order *order, int64_t now_us,
                           struct came *came, struct ra_error *error)
{
    return store_came(issue, came, now_us, error) && move_issuance(issue, now_us, order, "failed", error) &&
           raise_alarm(issue, now_us, order, grievance_of("certificate-mismatch"), came_detail(issue, came),
                       error);
}

/* To the one who waits for it, or to be fetched. */
static bool move_on(const struct issue_case *issue, struct order *order, int64_t now_us,
                    const struct came *came, struct ra_error *error)
{
    return issue->deliver != NULL ? issue->deliver(issue->deliver_argument, order, &came->result, error)
                                  : orders_set_state_by_system(issue->db, now_us, order,
                                                               ORDERS_MACHINE_ISSUANCE, "issued", error);
}

static bool write_issued(const struct issue_case *issue, struct order *order, int64_t now_us, void *argument,
                         struct ra_error *error)
{
    struct came *came = argument;
    struct ra_error difference = {0};
    X509_STORE *anchors = issuance_anchors(issue->app);
    if (!certificate_check(issue->app, issue->context, anchors, order, &came->certificate, now_us,
                           &difference)) {
        if (difference.code != RA_CERTIFICATE_REFUSED) {
            *error = difference;
            return false;
        }
        came->mismatch = true;
        return write_mismatch(issue, order, now_us, came, error);
    }
    const char *serial = member(came->answer, "serial");
    return store_came(issue, came, now_us, error) && pass_requested(issue, now_us, order, "issued", error) &&
           orders_milestone_by_system(issue->db, now_us, order, "issued", serial, error) &&
           record(issue, now_us, order, AUDIT_CERT_ISSUED, came_detail(issue, came), error) &&
           mail_half_destroy_by_system(issue->app, issue->db, now_us, order, error) &&
           notice_enqueue_by_system(issue->db, issue->context, now_us, order, NOTICE_CERTIFICATE_ISSUED,
                                    json_pack("{s:s}", "serial", serial), error) &&
           move_on(issue, order, now_us, came, error);
}

bool issue_end_issued(const struct issue_case *issue, const struct issuance_row *row, const json_t *answer,
                      struct issue_outcome *outcome, struct ra_error *error)
{
    struct came came = {.answer = answer, .row = row};
    if (!read_came(issue, &came, error) || !in_transaction(issue, write_issued, &came, error)) {
        return false;
    }
    jobs_wake(issue->app->jobs, NOTICE_JOB);
    outcome->end = ISSUE_ISSUED;
    return !came.mismatch || reason_fail(error, "certificate-mismatch", NULL);
}

/* --- pending --- */

static int64_t pause_of(const json_t *answer)
{
    json_int_t pause = json_integer_value(json_object_get(answer, "retry_after_s"));
    return pause <= 0 ? ISSUE_RETRY_SECONDS : pause < LONGEST_PAUSE_SECONDS ? pause : LONGEST_PAUSE_SECONDS;
}

struct pending {
    const json_t *answer;
    const struct issuance_row *row;
};

static bool is_mismatch(const char *reason)
{
    return strcmp(reason, "certificate-mismatch") == 0;
}

/* The office is not to wait for the next round of mails. */
static void mail_alarm(const struct issue_case *issue, const char *reason)
{
    if (grievance_of(reason) != NULL) {
        jobs_wake(issue->app->jobs, NOTICE_JOB);
    }
}

/* The alarm is raised when the AC's certificate is first seen to differ, and once: the AC may take its time
 * to hear the refusal. */
static bool write_pending(const struct issue_case *issue, struct order *order, int64_t now_us, void *argument,
                          struct ra_error *error)
{
    const struct pending *pending = argument;
    const json_t *answer = pending->answer;
    bool told = is_mismatch(pending->row->reason);
    bool wrong = is_mismatch(member(answer, "reason"));
    bool unknown = strcmp(member(answer, "state"), "unknown") == 0;
    bool was_unknown = orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "unknown");
    int64_t ask_after_us = now_us + pause_of(answer) * MICROSECONDS;
    if (!issuance_store_set_state(issue->db, issue->order->id, issue->attempt, unknown ? "unknown" : "sent",
                                  told || wrong ? "certificate-mismatch" : "", member(answer, "transaction"),
                                  ask_after_us, error) ||
        !move_issuance(issue, now_us, order, unknown ? "unknown" : "requested", error) ||
        (wrong && !told &&
         !raise_alarm(issue, now_us, order, grievance_of("certificate-mismatch"), attempt_detail(issue),
                      error))) {
        return false;
    }
    return !unknown || was_unknown ||
           record(issue, now_us, order, AUDIT_CERT_UNKNOWN,
                  json_pack("{s:I, s:s}", "attempt", (json_int_t)issue->attempt, "transaction",
                            member(answer, "transaction")),
                  error);
}

bool issue_end_pending(const struct issue_case *issue, const struct issuance_row *row, const json_t *answer,
                       struct issue_outcome *outcome, struct ra_error *error)
{
    struct pending pending = {answer, row};
    outcome->end = ISSUE_PENDING;
    outcome->state = strcmp(member(answer, "state"), "unknown") == 0 ? "unknown" : "sent";
    outcome->retry_after_s = pause_of(answer);
    bool written = in_transaction(issue, write_pending, &pending, error);
    mail_alarm(issue, member(answer, "reason"));
    return written;
}

/* --- refused --- */

struct refusal {
    const char *reason;
    bool told;  /* the alarm about it has been raised */
    bool by_ac; /* after an effect: the AC's word is final for this try */
};

static bool write_refused(const struct issue_case *issue, struct order *order, int64_t now_us, void *argument,
                          struct ra_error *error)
{
    const struct refusal *refusal = argument;
    const struct grievance *grievance = grievance_of(refusal->reason);
    return issuance_store_set_state(issue->db, issue->order->id, issue->attempt, "refused", refusal->reason,
                                    "", now_us, error) &&
           move_issuance(issue, now_us, order, refusal->by_ac ? "failed" : "ready", error) &&
           record(issue, now_us, order, AUDIT_CERT_REQUEST_REFUSED,
                  json_pack("{s:I, s:s}", "attempt", (json_int_t)issue->attempt, "reason", refusal->reason),
                  error) &&
           (grievance == NULL || refusal->told ||
            raise_alarm(issue, now_us, order, grievance, attempt_detail(issue), error));
}

/* Refused for good: what the AC said, or anything said before the first message left. A signer that is merely
 * unwell, and doubts about an attempt that the AC may have answered, end nothing. */
static bool is_final(const struct issuance_row *row, const char *reason, bool by_ac)
{
    static const char *const unwell[] = {"internal", "malformed", "unknown-type"};
    for (size_t at = 0; at < sizeof unwell / sizeof unwell[0]; at++) {
        if (strcmp(reason, unwell[at]) == 0) {
            return false;
        }
    }
    return by_ac || strcmp(row->state, "intent") == 0;
}

bool issue_end_refused(const struct issue_case *issue, const struct issuance_row *row, const char *reason,
                       struct ra_error *error)
{
    struct ra_error unwritten = {0};
    struct refusal refusal = {
        .reason = reason,
        .told = strcmp(reason, row->reason) == 0,
        .by_ac = strcmp(reason, "ac-refused") == 0 || grievance_of(reason) != NULL,
    };
    if (is_final(row, reason, refusal.by_ac) && !in_transaction(issue, write_refused, &refusal, &unwritten)) {
        *error = unwritten;
    }
    mail_alarm(issue, reason);
    return false;
}
