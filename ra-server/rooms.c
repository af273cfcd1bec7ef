/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rooms.h"

#include "agenda/agenda.h"
#include "agenda/agenda_feed.h"
#include "agenda/agenda_inbox.h"
#include "agenda/agenda_links.h"
#include "agenda/agenda_place.h"
#include "agenda/agenda_reminders.h"
#include "agenda/agenda_waiting.h"
#include "agenda/hours/change_routes.h"
#include "agenda/hours/reschedule.h"
#include "approval/approval.h"
#include "approval/policy.h"
#include "audit/audit.h"
#include "catalog/catalog.h"
#include "day/day.h"
#include "desk/desk.h"
#include "dossier/dossier.h"
#include "fraud/fraud.h"
#include "identification/consultation.h"
#include "identification/identification.h"
#include "identification/neglist.h"
#include "issuance/issuance.h"
#include "media/media.h"
#include "notice/notice.h"
#include "orders/orders.h"
#include "renewal/renewal.h"
#include "report/report.h"
#include "revocation/revocation.h"
#include "term/term.h"

/* One line a room, in the order of their start: `&orders_room,`. Ends with NULL. */
/* clang-format off */
const struct room *const rooms[] = {
    &catalog_room,
    &audit_room,
    &orders_room,
    &orders_public_room,
    &orders_login_room,
    &orders_office_room,
    &agenda_room,
    &agenda_routes_room,
    &agenda_hold_room,
    &agenda_waiting_room,
    &agenda_links_room,
    &agenda_reminders_room,
    &agenda_place_room,
    &desk_parking_room,
    &agenda_inbox_room,
    &agenda_feed_room,
    &agenda_hours_room,
    &agenda_reschedule_room,
    &notice_room,
    &approval_room,
    &policy_room,
    &issuance_room,
    &identification_room,
    &neglist_room,
    &consultation_room,
    &desk_room,
    &report_room,
    &dossier_room,
    &term_room,
    &fraud_room,
    &media_room,
    &day_room,
    &revocation_room,
    &renewal_room,
    NULL,
};
/* clang-format on */
