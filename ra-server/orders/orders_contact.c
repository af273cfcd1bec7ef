/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where an order's holder is reached: another address or telephone, and mails once more.
 */
#include "agenda/agenda_waiting.h"
#include "approval/approval.h"
#include "audit/audit.h"
#include "identification/identification.h"
#include "issuance/mail_half.h"
#include "notice/notice.h"
#include "orders/orders_internal.h"

#include <string.h>

/* --- contact --- */

/* The address stands in the certificate: what was signed over the old one is void. Who reads the old one
 * keeps nothing that opens the order. */
static bool change_email(struct http_request *request, struct order *order, struct ra_error *error)
{
    return approval_void_attempt(request, order, "contact", error) &&
           db_exec(request->db, STATEMENT_ORDER_EMAIL_UNCONFIRM, DB_VALUES(db_int(order->id)), NULL, error) &&
           db_exec(request->db, STATEMENT_ORDER_LINKS_DROP, DB_VALUES(db_int(order->id)), NULL, error) &&
           db_exec(request->db, STATEMENT_ORDER_MAIL_SESSIONS_DROP, DB_VALUES(db_int(order->id)), NULL,
                   error) &&
           db_exec(request->db, STATEMENT_ORDER_MAIL_READDRESS,
                   DB_VALUES(db_int(order->id), db_text(order->subject->email)), NULL, error) &&
           waiting_readdress(request, order, error) && orders_send_confirmation(request, order, error);
}

bool orders_contact(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    const char *email = NULL, *phone = NULL;
    if (!orders_load_for_update(request, http_path_parameter(request, "code"), &order, error) ||
        !order_contact_read(request->context, request->body, &email, &phone, error))
        return false;
    if (order->closed_us != 0)
        return ra_fail_reason(error, RA_CONFLICT, "order-closed", "O pedido já foi encerrado.");
    struct order_person *person = order->subject;
    bool new_email = email != NULL && strcmp(email, person->email) != 0;
    json_t *personal = json_pack("{s:s, s:s}", "email_before", person->email, "phone_before", person->phone);
    person->email = email != NULL ? email : person->email;
    person->phone = phone != NULL ? phone : person->phone;
    json_object_set_new(personal, "email", json_string(person->email));
    json_object_set_new(personal, "phone", json_string(person->phone));
    order->email_confirmed = order->email_confirmed && !new_email;
    if (!audit_record(request, AUDIT_CONTACT_CHANGED, order,
                      json_pack("{s:b, s:b}", "email", new_email, "phone", phone != NULL), personal, error) ||
        !db_exec(request->db, STATEMENT_ORDER_CONTACT_UPDATE,
                 DB_VALUES(db_text(person->id), db_text(person->email), db_text(person->phone)), NULL,
                 error) ||
        (new_email && !change_email(request, order, error)) ||
        !identification_contact_changed(request, order, error))
        return false;
    http_reply(response, 200, orders_show_json(request, order));
    return true;
}

/* --- resend --- */

static bool resend_confirmation(struct http_request *request, const struct order *order,
                                struct ra_error *error)
{
    if (order->email_confirmed)
        return ra_fail_reason(error, RA_CONFLICT, "already-confirmed", "O e-mail já está confirmado.");
    return orders_send_confirmation(request, order, error);
}

static bool resend_invitation(struct http_request *request, const struct order *order, struct ra_error *error)
{
    if (!orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked"))
        return ra_fail_reason(error, RA_CONFLICT, "not-booked", "Não há horário marcado.");
    return notice_enqueue(request, order, NOTICE_BOOKED, NULL, error);
}

bool orders_resend(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    static const struct {
        const char *what;
        bool (*send)(struct http_request *request, const struct order *order, struct ra_error *error);
    } mails[] = {
        {"confirmation", resend_confirmation},
        {"invitation", resend_invitation},
        {"emission", mail_half_send},
    };
    struct order *order = NULL;
    const char *what = http_text(request->body, "what");
    for (size_t i = 0; what != NULL && i < sizeof mails / sizeof mails[0]; i++) {
        if (strcmp(mails[i].what, what) != 0)
            continue;
        if (!orders_load_for_update(request, http_path_parameter(request, "code"), &order, error) ||
            !mails[i].send(request, order, error) ||
            !audit_record(request, AUDIT_NOTICE_RESENT, order, json_pack("{s:s}", "what", what), NULL, error))
            return false;
        http_reply(response, 200, json_pack("{s:s, s:s}", "order", order->code, "sent", what));
        return true;
    }
    return ra_fail_field(error, "what", "unknown", "Use confirmation, invitation ou emission.");
}
