-- SPDX-License-Identifier: GPL-3.0-or-later
-- Least privilege: what ra_app may touch is listed; what is insert-only is granted insert alone.

grant usage on schema ra to ra_app, ra_audit;

grant select on all tables in schema ra to ra_app;
grant insert on orders, person, company, milestone, note, order_access, login_code, email_confirmation, idempotency,
  outbox, seat, appointment, visit, ticket_counter, counter_act, payment, dossier, document, checklist_item,
  consultation, statement, roster, mail_half, issuance, event, event_private, event_queue, leaf, tree_node, checkpoint
  to ra_app;
grant update on orders, person, company, login_code, email_confirmation, outbox, seat, appointment, visit,
  ticket_counter, document, checklist_item, mail_half, issuance to ra_app;
grant delete on order_access, login_code, email_confirmation, idempotency, event_queue, seat to ra_app;
grant usage on all sequences in schema ra to ra_app;

grant select on office, opening, holiday, product, policy, checklist_rule, state_transition, orders, person, company,
  milestone, note, seat, appointment, visit, counter_act, payment, document, checklist_item, consultation, statement,
  roster, issuance, event, event_private, leaf, tree_node, checkpoint to ra_audit;
