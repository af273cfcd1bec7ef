/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The whole product role × state × operation × channel: against what a person wrote down independently of
 * matrix.txt for the operations that matter most, and against properties that hold for all.
 */
#include "../floors/check.h"
#include "authorization/authorization.h"
#include "authorization/every_route.h"
#include "orders/orders.h"
#include "pki/base/file.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>

/* --- the product --- */

enum { ROLES = 5, MACHINES = 5 };

static const char *const roles[ROLES] = {"visitor", "holder", "agent", "auditor", "admin"};

static const char *const orders_[] = {"awaiting_payment", "paid", "cancelled", "refunded", NULL};
static const char *const appointments[] = {"none", "booked", "cancelled", "kept", "missed", NULL};
static const char *const attendances[] = {"none", "waiting", "called", "parked", "finished", "no_show", NULL};
static const char *const identifications[] = {"open",     "suspended", "validated", "verified",
                                              "returned", "refused",   NULL};
static const char *const issuances[] = {"none",    "ready",  "requested", "unknown",
                                        "failed",  "issued", "delivered", "revocation_requested",
                                        "revoked", NULL};

struct situation {
    const char *order, *appointment, *attendance, *identification, *issuance;
};

typedef void visitor_function(const struct situation *situation, void *argument);

static void for_every_situation(visitor_function *visit, void *argument)
{
    for (const char *const *o = orders_; *o != NULL; o++)
        for (const char *const *p = appointments; *p != NULL; p++)
            for (const char *const *a = attendances; *a != NULL; a++)
                for (const char *const *i = identifications; *i != NULL; i++)
                    for (const char *const *c = issuances; *c != NULL; c++)
                        visit(&(struct situation){*o, *p, *a, *i, *c}, argument);
}

static bool allowed(const char *operation, const struct situation *situation)
{
    const struct authorization_state states[MACHINES] = {{"order", situation->order},
                                                         {"appointment", situation->appointment},
                                                         {"attendance", situation->attendance},
                                                         {"identification", situation->identification},
                                                         {"issuance", situation->issuance}};
    return authorization_allows_case(operation, states, MACHINES, NULL);
}

static bool one_of(const char *state, const char *list)
{
    char wanted[64], among[2048];
    snprintf(wanted, sizeof wanted, " %s ", state);
    snprintf(among, sizeof among, " %s ", list);
    return strstr(among, wanted) != NULL;
}

/* --- what was written down by hand --- */

static bool any(const struct situation *s)
{
    (void)s;
    return true;
}

static bool is_alive(const struct situation *s)
{
    return one_of(s->order, "awaiting_payment paid") && strcmp(s->identification, "refused") != 0 &&
           one_of(s->issuance, "none ready requested unknown failed");
}

static bool dossier_may_change(const struct situation *s)
{
    return one_of(s->order, "awaiting_payment paid") && strcmp(s->identification, "refused") != 0 &&
           one_of(s->issuance, "none ready failed");
}

static bool holder_may_send(const struct situation *s)
{
    return dossier_may_change(s) && !one_of(s->identification, "validated verified") &&
           strcmp(s->issuance, "none") == 0;
}

static bool first_may_sign(const struct situation *s)
{
    return one_of(s->order, "awaiting_payment paid") && one_of(s->identification, "open returned") &&
           strcmp(s->issuance, "none") == 0;
}

static bool second_may_sign(const struct situation *s)
{
    return one_of(s->order, "awaiting_payment paid") && strcmp(s->identification, "validated") == 0 &&
           strcmp(s->issuance, "none") == 0;
}

/* Before the second signature, or once the AC's answer was no certificate. */
static bool may_be_returned(const struct situation *s)
{
    return one_of(s->order, "awaiting_payment paid") && one_of(s->identification, "validated verified") &&
           one_of(s->issuance, "none failed");
}

static bool may_be_refused(const struct situation *s)
{
    return strcmp(s->identification, "refused") != 0 && one_of(s->issuance, "none ready failed");
}

static bool has_certificate(const struct situation *s)
{
    return one_of(s->issuance, "issued delivered revocation_requested");
}

static bool is_verified(const struct situation *s)
{
    return strcmp(s->identification, "verified") == 0;
}

static bool may_emit(const struct situation *s)
{
    return one_of(s->order, "awaiting_payment paid") && is_verified(s) && strcmp(s->issuance, "none") != 0;
}

static bool may_bring_paper(const struct situation *s)
{
    return one_of(s->order, "awaiting_payment paid") && one_of(s->identification, "validated verified");
}

static bool at_the_counter(const struct situation *s)
{
    return one_of(s->attendance, "called parked");
}

static bool came(const struct situation *s)
{
    return one_of(s->attendance, "called waiting");
}

static bool may_come_back(const struct situation *s)
{
    return one_of(s->attendance, "called parked no_show");
}

static bool may_be_paid(const struct situation *s)
{
    return one_of(s->order, "awaiting_payment paid") && strcmp(s->identification, "refused") != 0;
}

/* `when` NULL: opens no case. */
static const struct hand_written {
    const char *operation;
    const char *roles;
    enum http_listener channels;
    bool (*when)(const struct situation *situation);
} hand_written[] = {
    {"orderCreate", "visitor", HTTP_PUBLIC, any},
    {"orderShow", "holder", HTTP_PUBLIC, any},
    {"orderList", "visitor", HTTP_PUBLIC, NULL},
    {"loginEnter", "visitor", HTTP_PUBLIC, NULL},
    {"logCheckpoint", "visitor", HTTP_BOTH, NULL},
    {"appointmentBook", "holder", HTTP_PUBLIC, is_alive},
    {"appointmentMove", "holder", HTTP_PUBLIC, is_alive},
    {"appointmentForm", "holder", HTTP_PUBLIC, is_alive},
    {"appointmentHold", "holder", HTTP_PUBLIC, is_alive},
    {"appointmentConfirmForm", "holder", HTTP_PUBLIC, is_alive},
    {"appointmentLetGo", "holder", HTTP_PUBLIC, any},
    {"appointmentCancel", "holder", HTTP_PUBLIC, any},
    {"officeAppointmentBook", "agent", HTTP_OFFICE, is_alive},
    {"officeOrderShow", "agent auditor admin", HTTP_OFFICE, any},
    {"officeOrderContact", "agent", HTTP_OFFICE, is_alive},
    {"officeOrderPay", "agent", HTTP_OFFICE, may_be_paid},
    {"officeOrderNote", "agent", HTTP_OFFICE, any},
    {"callNext", "agent", HTTP_OFFICE, any},
    {"park", "agent", HTTP_OFFICE, came},
    {"reactivate", "agent", HTTP_OFFICE, may_come_back},
    {"finish", "agent", HTTP_OFFICE, at_the_counter},
    {"undo", "agent", HTTP_OFFICE, any},
    {"caseChecklistShow", "agent auditor admin", HTTP_OFFICE, any},
    {"documentGet", "agent auditor admin", HTTP_OFFICE, any},
    {"documentSend", "holder", HTTP_PUBLIC, holder_may_send},
    {"documentAdd", "agent", HTTP_OFFICE, dossier_may_change},
    {"itemAccept", "agent", HTTP_OFFICE, dossier_may_change},
    {"itemWaive", "agent", HTTP_OFFICE, dossier_may_change},
    {"consultationAdd", "agent", HTTP_OFFICE, dossier_may_change},
    {"neglistSearch", "agent auditor", HTTP_OFFICE, NULL},
    {"neglistAdd", "agent", HTTP_OFFICE, any},
    {"neglistShow", "agent auditor admin", HTTP_OFFICE, NULL},
    {"neglistImageAdd", "agent", HTTP_OFFICE, NULL},
    {"neglistImageGet", "agent auditor admin", HTTP_OFFICE, NULL},
    {"neglistWithdraw", "admin", HTTP_OFFICE, NULL},
    {"fraudPlan", "agent", HTTP_OFFICE, any},
    {"fraudReport", "agent", HTTP_OFFICE, any},
    {"fraudList", "agent auditor admin", HTTP_OFFICE, NULL},
    {"fraudShow", "agent auditor admin", HTTP_OFFICE, any},
    {"fraudSent", "agent", HTTP_OFFICE, any},
    {"fraudClaim", "holder", HTTP_PUBLIC, has_certificate},
    {"officeValidationFacts", "agent", HTTP_OFFICE, first_may_sign},
    {"officeValidate", "agent", HTTP_OFFICE, first_may_sign},
    {"officeVerificationFacts", "agent", HTTP_OFFICE, second_may_sign},
    {"officeVerify", "agent", HTTP_OFFICE, second_may_sign},
    {"officeReturn", "agent", HTTP_OFFICE, may_be_returned},
    {"officeRefuse", "agent", HTTP_OFFICE, may_be_refused},
    {"officeRevoke", "agent", HTTP_OFFICE, has_certificate},
    {"emission", "visitor", HTTP_PUBLIC, is_verified},
    {"csr", "visitor", HTTP_PUBLIC, may_emit},
    {"officeCsr", "agent", HTTP_OFFICE, may_emit},
    {"certificate", "visitor holder", HTTP_PUBLIC, any},
    {"term", "holder", HTTP_PUBLIC, any},
    {"termRead", "visitor", HTTP_PUBLIC, may_emit},
    {"officeTerm", "agent auditor admin", HTTP_OFFICE, any},
    {"officeTermDraft", "agent", HTTP_OFFICE, first_may_sign},
    {"officeTermPaper", "agent", HTTP_OFFICE, may_bring_paper},
    {"officeRosterSet", "admin", HTTP_OFFICE, NULL},
    {"auditExport", "auditor", HTTP_OFFICE, NULL},
    {"auditProve", "auditor", HTTP_OFFICE, any},
};

static void compare_situation(const struct situation *s, void *argument)
{
    const struct hand_written *row = argument;
    bool wanted = row->when != NULL && row->when(s);
    if (allowed(row->operation, s) != wanted)
        fail_msg("%s in %s %s %s %s %s should be %s", row->operation, s->order, s->appointment, s->attendance,
                 s->identification, s->issuance, wanted ? "allowed" : "refused");
}

static void compare_caller(const struct hand_written *row, const char *role, enum http_listener channel)
{
    bool wanted = one_of(role, row->roles) && (row->channels == HTTP_BOTH || row->channels == channel);
    if (authorization_allows_caller(row->operation, role, channel) != wanted)
        fail_msg("%s by %s on channel %d should be %s", row->operation, role, (int)channel,
                 wanted ? "allowed" : "refused");
}

static void the_matrix_is_what_was_written_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hand_written / sizeof hand_written[0]; i++) {
        struct hand_written row = hand_written[i];
        for (size_t r = 0; r < ROLES; r++) {
            compare_caller(&row, roles[r], HTTP_PUBLIC);
            compare_caller(&row, roles[r], HTTP_OFFICE);
        }
        for_every_situation(compare_situation, &row);
    }
}

/* --- properties of every row --- */

typedef void route_function(const struct http_route *route);

static void for_every_route(route_function *visit)
{
    struct route_table tables[EVERY_ROUTE_TABLES_MAX];
    size_t count = every_route(tables);
    for (size_t t = 0; t < count; t++)
        for (size_t i = 0; i < tables[t].count; i++)
            visit(&tables[t].routes[i]);
}

static void check_roles(const struct http_route *route)
{
    const char *operation = route->operation;
    bool unsafe = route->method != HTTP_GET;
    if (unsafe && authorization_allows_caller(operation, "auditor", HTTP_OFFICE))
        fail_msg("an auditor may only read, not %s", operation);
    if (unsafe && authorization_allows_caller(operation, "visitor", HTTP_OFFICE))
        fail_msg("nobody acts at the office without saying who he is, not even %s", operation);
    if (authorization_allows_caller(operation, "holder", HTTP_OFFICE))
        fail_msg("a holder has no business at the office with %s", operation);
    for (size_t r = 2; r < ROLES; r++)
        if (authorization_allows_caller(operation, roles[r], HTTP_PUBLIC))
            fail_msg("%s does nothing on the public side, not even %s", roles[r], operation);
    if (unsafe && authorization_allows_caller(operation, "admin", HTTP_OFFICE) &&
        authorization_row(operation)->on_case)
        fail_msg("an administrator does not change cases: %s", operation);
    if (authorization_allows_caller(operation, "visitor", HTTP_BOTH) ||
        authorization_allows_caller(operation, "king", HTTP_OFFICE) ||
        authorization_allows_caller(operation, "", HTTP_PUBLIC))
        fail_msg("%s is allowed to whom the matrix does not know", operation);
}

static void every_role_keeps_to_its_side(void **state)
{
    (void)state;
    for_every_route(check_roles);
}

/* What may still be done when a case was refused: the visit is brought to its end, the seat given back,
 * something noted, an address confirmed; a new order is another case. checkIn has a sentence of its own for
 * it. neglistAdd names the case that an occurrence came from and changes nothing of it. A fraud may come to
 * light in whatever state, and its comunicado is sent afterwards. A token breaks or goes back to the stock
 * whatever became of the case; a paper that is printed and a list that is asked for by a signature change
 * nothing of it. */
static const char after_refusal[] =
    "fraudReport fraudSent taskClose neglistAdd callNext callOne checkIn park noShow finish undo "
    "appointmentCancel appointmentLetGo appointmentLetGoForm appointmentLinkCancel "
    "checkInByText prioritySet needsSet transfer reactivate "
    "waitingLeave waitingLeaveForm officeWaitingLeave offerDecline "
    "appointmentCancelForm officeAppointmentCancel officeOrderNote emailConfirm "
    "orderCreate officeOrderCreate renewalStart mediaDefective mediaReturn printPaper "
    "certificatesBySignature replacement officeReplacement";
/* And when the certificate was asked for: besides these, asking again, revoking, contact and seats until it
 * came, the payment, the mails; handing over the token that it is in. */
static const char after_request[] =
    "csr officeCsr officeRevoke fraudClaim officeOrderContact appointmentBook appointmentMove reschedule "
    "appointmentForm appointmentHold appointmentConfirmForm officeAppointmentBook officeAppointmentMove "
    "appointmentLinkConfirm appointmentLinkMove waitingJoin waitingJoinForm officeWaitingJoin offerAccept "
    "officeOrderPay revocationAsk officeRevocationOrder "
    "officeOrderResend termRead officeTermPaper mediaDeliver mediaReceiptPaper";
static const char after_money_back[] =
    "officeRefuse officeRevoke fraudClaim revocationAsk officeRevocationOrder";

struct ending {
    const char *operation;
    bool refused, requested, closed;
};

static void note_ends(const struct situation *s, void *argument)
{
    struct ending *ending = argument;
    bool may = allowed(ending->operation, s);
    ending->refused = ending->refused || (may && strcmp(s->identification, "refused") == 0 &&
                                          !has_certificate(s) && strcmp(s->issuance, "revoked") != 0);
    ending->requested = ending->requested || (may && !one_of(s->issuance, "none ready failed"));
    ending->closed = ending->closed || (may && one_of(s->order, "cancelled refunded"));
}

static void check_ends(const struct http_route *route)
{
    struct ending ending = {route->operation, false, false, false};
    if (route->method == HTTP_GET || !authorization_row(route->operation)->on_case)
        return;
    for_every_situation(note_ends, &ending);
    bool always = one_of(route->operation, after_refusal);
    if (ending.refused && !always)
        fail_msg("%s changes a case that was refused", route->operation);
    if (ending.requested && !always && !one_of(route->operation, after_request))
        fail_msg("%s changes a case whose certificate was asked for", route->operation);
    if (ending.closed && !always && !one_of(route->operation, after_money_back))
        fail_msg("%s changes a case that was cancelled or paid back", route->operation);
}

static void what_has_ended_stays_ended(void **state)
{
    (void)state;
    for_every_route(check_ends);
}

/* --- fail closed --- */

static void what_the_matrix_does_not_know_is_refused(void **state)
{
    (void)state;
    const struct authorization_state strange[] = {
        {"identification", "nova"}, {"issuance", "none"}, {"order", "paid"}};
    const struct authorization_state some[] = {{"identification", "open"}};
    struct ra_error error = {0};
    assert_false(authorization_allows_caller("rulesChange", "admin", HTTP_OFFICE));
    assert_false(authorization_allows_case("rulesChange", strange, 3, NULL));
    assert_false(authorization_allows_case("itemAccept", strange, 3, NULL));
    assert_false(authorization_allows_case("itemAccept", some, 1, NULL));
    assert_true(authorization_allows_case("orderShow", strange, 3, NULL));
    assert_refused(authorization_check_case("orderList", some, 1, &error), RA_INTERNAL);
    assert_refused(authorization_check_case("rulesChange", some, 1, &error), RA_INTERNAL);
}

static void a_refusal_names_machine_and_states(void **state)
{
    (void)state;
    const struct authorization_state states[] = {{"order", "paid"},
                                                 {"appointment", "kept"},
                                                 {"attendance", "finished"},
                                                 {"identification", "verified"},
                                                 {"issuance", "none"}};
    struct ra_error error = {0};
    assert_false(authorization_check_case("officeValidate", states, MACHINES, &error));
    assert_string_equal(ra_error_info(error.code)->code, "conflict");
    assert_string_equal(error.reason, "state-not-allowed");
    assert_string_equal(error.detail, "Isto não cabe agora: a identificação está conferida por dois agentes. "
                                      "Cabe quando está: em aberto ou devolvida para correção.");
}

static void a_caller_without_a_cell_is_forbidden(void **state)
{
    (void)state;
    const struct http_route route = {.operation = "itemAccept"};
    struct http_request request = {.route = &route, .listener = HTTP_OFFICE, .role = "agent"};
    struct ra_error error = {0};
    assert_true(authorization_permit(&request, &error));
    request.role = "auditor";
    assert_false(authorization_permit(&request, &error));
    assert_string_equal(error.reason, "operation-not-allowed");
    request.role = NULL;
    assert_refused(authorization_permit(&request, &error), RA_FORBIDDEN);
    request = (struct http_request){.route = &route, .listener = HTTP_PUBLIC, .role = "agent"};
    assert_refused(authorization_permit(&request, &error), RA_FORBIDDEN);
}

/* --- the words --- */

static bool in_vocabulary(const char *machine, const char *word)
{
    for (size_t m = 0; m < authorization_table.machine_count; m++) {
        const struct authorization_machine *known = &authorization_table.machines[m];
        for (size_t i = 0; strcmp(known->word, machine) == 0 && i < known->state_count; i++)
            if (strcmp(known->states[i].word, word) == 0)
                return true;
    }
    return false;
}

/* The rows of one `insert into state_transition values`; how many there are. */
static size_t check_transitions(const char *at)
{
    char machine[32], from[32], to[32];
    size_t count = 0;
    for (at = strchr(at, '\n'); at != NULL; at = strchr(at + 1, '\n')) {
        if (sscanf(at, " ('%31[a-z_]', '%31[a-z_]', '%31[a-z_]',", machine, from, to) != 3)
            break;
        count++;
        if (!in_vocabulary(machine, from) || !in_vocabulary(machine, to))
            fail_msg("matrix.txt does not know %s: %s or %s", machine, from, to);
    }
    return count;
}

/* A state that the database knows and the matrix does not would be refused wherever states are asked for. */
static void the_words_are_those_of_the_database(void **state)
{
    (void)state;
    static const char insert[] = "insert into state_transition values";
    size_t transitions = 0;
    glob_t files;
    TALLOC_CTX *context = talloc_new(NULL);
    assert_int_equal(glob("sql/migrations/*.sql", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct ra_error error = {0};
        struct bytes sql = {0};
        assert_done(file_read(context, files.gl_pathv[i], 1 << 20, &sql, &error));
        for (const char *at = (const char *)sql.data; (at = strstr(at, insert)) != NULL;
             at += sizeof insert - 1)
            transitions += check_transitions(at);
    }
    globfree(&files);
    assert_true(transitions > 60);
    assert_int_equal(authorization_table.machine_count, ORDERS_MACHINE_COUNT);
    talloc_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_matrix_is_what_was_written_down),
        cmocka_unit_test(every_role_keeps_to_its_side),
        cmocka_unit_test(what_has_ended_stays_ended),
        cmocka_unit_test(what_the_matrix_does_not_know_is_refused),
        cmocka_unit_test(a_refusal_names_machine_and_states),
        cmocka_unit_test(a_caller_without_a_cell_is_forbidden),
        cmocka_unit_test(the_words_are_those_of_the_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
