/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The words of statements, by the value of each enumeration: for the walk over a statement's shape alone.
 * Others ask statement.h.
 */
#ifndef PKI_TRUST_STATEMENT_WORDS_H
#define PKI_TRUST_STATEMENT_WORDS_H

#include "pki/trust/statement.h"

extern const char *const statement_typ_words[STATEMENT_TYPE_COUNT];
extern const char *const statement_method_words[IDENTIFICATION_METHOD_COUNT];
extern const char *const statement_people_role_words[STATEMENT_PEOPLE_ROLE_COUNT];
extern const char *const statement_place_kind_words[STATEMENT_PLACE_KIND_COUNT];
extern const char *const statement_roster_role_words[ROSTER_ROLE_COUNT];
extern const char *const statement_rule_layer_words[RULE_LAYER_COUNT];
extern const char *const statement_rule_mark_words[RULE_MARK_COUNT];
extern const char *const statement_media_words[PROFILE_MEDIA_COUNT];
extern const char *const statement_binding_words[PROFILE_BINDING_COUNT];

#endif
