/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The run and render functions behind the command table, one file per part of the agent's day.
 */
#ifndef RA_CLI_COMMANDS_H
#define RA_CLI_COMMANDS_H

#include "pki/base/bytes.h"
#include "ra-cli/cli.h"

/* case.c, case_view.c, queue.c: orders and appointments done by staff, and the case for people */
cli_run case_queue, case_find, case_show, case_order_new, case_contact, case_book, case_move, case_cancel,
    case_pay, case_note, case_resend, case_availability, case_clock;
cli_render render_queue, render_find, render_show, render_clock;

/* answers.c: what the acts answer in a sentence or two, one function per kind of answer. The answer is the
 * API's, as --json shows it. */
cli_render render_order_new, render_contact, render_paid, render_noted, render_resent, render_appointment,
    render_availability, render_feed, render_visit, render_tasks, render_task_closed, render_documents,
    render_saved, render_received, render_verified, render_refused, render_revocations, render_fraud_sent,
    render_neglist_added, render_neglist_done, render_term_paper, render_handover, render_outage_over,
    render_roster, render_roster_signed;

/* agenda_feed.c: the agenda in a calendar program */
cli_run agenda_feed;
/* agenda.c, agenda_view.c: the calendar */
cli_run hours_list, hours_add, hours_end, hours_open, hours_close, hours_undo, holiday_add, holiday_remove,
    holiday_choose, block_agent, block_undo, agenda_day, agenda_lane, agenda_conflicts, agenda_export,
    agenda_import;
cli_render render_hours, render_holidays, render_agenda, render_conflicts, render_agenda_change;

/* counter.c: the visit */
cli_run counter_checkin, counter_priority, counter_needs, counter_call, counter_park, counter_transfer,
    counter_reactivate, counter_noshow, counter_finish, counter_undo, counter_choices, counter_waiting_join,
    counter_waiting_leave;
cli_render render_choices, render_waiting;
json_t *counter_needs_asked(const struct cli_arguments *arguments);

/* identification.c, checklist.c: checklist, consultations, people, facts */
cli_run identification_checklist, identification_accept, identification_reject, identification_reopen,
    identification_waive, identification_consult, identification_person_add, identification_person_remove,
    identification_fact, identification_missing, identification_reasons, identification_tasks,
    identification_task_close, identification_reuse;
cli_render render_checklist, render_judged, render_consultation, render_missing, render_reasons;

/* neglist.c: the lista negativa */
cli_run neglist_search, neglist_add, neglist_show, neglist_image_add, neglist_image_get, neglist_withdraw;
cli_render render_neglist, render_neglist_entry;
/* document.c */
cli_run identification_document_add, identification_document_get, document_check;
cli_render render_document_check;

/* day.c: the day of the office */
cli_run day_show, day_close, day_reopen, day_handover, outage_begin, outage_over;
cli_render render_day, render_day_closed, render_day_reopened, render_outage;

/* print.c: papers */
cli_run print_paper;
cli_render render_printed;

/* scanner.c */
cli_run scanner_list;
cli_render render_scanner;

/* office_browser.c: the page of a case, and the certificate it asks for */
cli_run office_open, identity_export;
cli_render render_open;

/* fraud.c, fraud_view.c: the report of a fraud and its comunicado */
cli_run fraud_report, fraud_list, fraud_show, fraud_sent;
cli_render render_fraud_reported, render_frauds, render_fraud;

/* approval_validate.c, approval_verify.c, approval_refuse.c: what agents sign, and what they give back */
cli_run approval_validate, approval_verify, approval_return, approval_refuse;
cli_render render_validated;

/* ac.c: an AC that is a portal and files */
cli_run ac_pending, ac_request, ac_answer;
cli_render render_ac_pending, render_ac_answer;

/* revoke.c: revocation by agents and by the holder */
cli_run revoke_certificate, revocation_list, replace_certificate;
cli_render render_revoked, render_replaced;

/* renew.c: renewal by the holder */
cli_run renew_certificate;
cli_render render_renewed;

/* term.c: the term of the holder */
cli_run term_get, term_paper;

/* issue.c: keys and certificates */
cli_run issue_certificate;
cli_render render_issued;

/* media.c: the stock of tokens */
cli_run media_models, media_list, media_receive, media_take, media_defective, media_return, media_receipt,
    media_deliver, media_count, media_balance;
/* The holder's signature on the receipt by the key in the token, in base64 on cli->context. */
RA_MUST_CHECK bool token_sign_receipt(struct cli *cli, const char *order, const char *uri, struct bytes pdf,
                                      const char **signature, struct ra_error *error);
cli_render render_models, render_media, render_media_act, render_balance;

/* token.c: what happens in the token itself */
cli_run token_command_setup, token_command_unlock, token_command_csr;
cli_render render_token_done, render_token_csr;

/* p12.c: the holder's file for old programs */
cli_run p12_compatible;
cli_render render_p12;

/* audit.c, audit_view.c: the auditor */
cli_run audit_export, audit_verify, audit_journal, audit_prove, audit_waivers;
cli_render render_audit_verified, render_journal, render_waivers;

/* lint.c: the ICP-Brasil linter */
cli_run lint_examine;
cli_render render_lint;

/* dossier.c: the package of one case */
cli_run dossier_export, dossier_verify_file;
cli_render render_dossier;

/* admin.c: the administrator */
cli_run admin_roster_sign, admin_roster_show;

/* rules.c, rules_view.c: policies, changed by two administrators; rules_named.c: some under other names */
cli_run rules_list, rules_propose, rules_pending, rules_confirm, rules_withdraw;
cli_run products_list, products_propose, retention_list, retention_propose;
cli_render render_rules, render_changes, render_change_state;

/* "Renovações … que terminam com ele: A, B", from the member `renewals`; nothing where there are none. */
void revoke_render_renewals(const json_t *result, FILE *out);

#endif
