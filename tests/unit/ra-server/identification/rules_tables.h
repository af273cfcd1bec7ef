/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The cases of every rule, by section of the rules' document; rules_test.c runs them all.
 */
#ifndef RULES_TABLES_H
#define RULES_TABLES_H

#include "rules_fixture.h"

/* A person with everything done, and the same without the identity document. */
#define PF_SEEN "pf; mark ATT-01 accepted; consult psbio ok; consult cpf ok; consult neglist ok; "
#define PF_DONE PF_SEEN "doc PFBR-01 rg; mark PFBR-01 accepted; "

/* A company whose contract names its only administrator, who is the responsible person. */
#define PJ_SEEN                                                                                              \
    "pj; mark ATT-01 accepted; consult psbio ok; consult cpf ok; consult neglist ok; doc PFBR-01 rg; "       \
    "mark PFBR-01 accepted; mark PJ-07 accepted; doc PJ-01 cnpj_card company; mark PJ-01 accepted company; " \
    "consult cnpj ok company; mark PJ-10 accepted company; "
#define PJ_DONE                                                                                              \
    PJ_SEEN "doc PJ-03 constitution_act company; mark PJ-03 accepted company; "                              \
            "fact act_names_administrators=yes; "

struct rule_table {
    const struct rule_case *cases;
    size_t count;
};

extern const struct rule_table people_rules, evidence_rules, capacity_rules, company_rules, attorney_rules;

/* Rows that are no items: where they come from and how much of it was read, as the document says. */
struct rule_source {
    const char *id;
    const char *layer;
    const char *evidence;
    const char *norm; /* a part of it */
};

extern const struct rule_source rule_sources[];
extern const size_t rule_source_count;

#endif
