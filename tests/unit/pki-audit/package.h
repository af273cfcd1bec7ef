/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Packages of a case for the tests of the dossier's verifier: a real issue by the signer's tests' office, its
 * log, and the files of the package in memory, which a test bends before they are written and signed.
 */
#ifndef TESTS_UNIT_PKI_AUDIT_PACKAGE_H
#define TESTS_UNIT_PKI_AUDIT_PACKAGE_H

#include "pki/audit/dossier_format.h"
#include "pki/audit/dossier_verify.h"
#include "pki/homolog-ca/ocsp_responder.h"
#include "pki/trust/note.h"
#include "tests/unit/signer/office.h"

enum { PACKAGE_FILES = 32 };

#define PACKAGE_ORDER "7Q2KX0M4ZT9A"

struct package {
    struct {
        const char *name;
        struct bytes content;
    } files[PACKAGE_FILES];
    size_t count;
};

struct package_world {
    struct office office;
    TALLOC_CTX *context; /* the office's */
    struct note_key *log;
    STACK_OF(X509) *anchors;
    STACK_OF(X509) *administrators;
    char *path;   /* where packages are written */
    X509 *issued; /* the newest certificate; NULL before */
};

/* What the case of a package is like. */
struct recipe {
    const char *order;
    const struct identity *first; /* who signed; NULL: agent1, agent2 */
    const struct identity *second;
    const char *party; /* a CPF among the people besides the holder's; NULL: none */
    int age_s;         /* the statements were signed so long ago */
    bool issued;
    bool refused;                  /* by the second instead of a verification */
    bool alone;                    /* one agent, whose validation has the mail half's key; the log says so */
    bool by_key;                   /* bound to the key's digest, nothing waived */
    const struct identity *renews; /* a renewal by this certificate; NULL: none */
    const struct identity *shown_signer;       /* who signed the wish in the package; NULL: `renews` */
    void (*bend_wish)(struct statement *wish); /* of the wish in the package; NULL: as it was issued by */
    struct ocsp_responder *responder;          /* of the AC, for a renewal */
    bool unlogged_wish;
};

void package_world_make(struct package_world *world);
void package_world_free(struct package_world *world);

/* Signs, issues, logs; a good package but for what the recipe says. */
void package_make(struct package_world *world, const struct recipe *recipe, struct package *package);

/* The content of a file; NULL, 0 when it is not there. */
struct bytes package_get(const struct package *package, const char *name);
/* Adds the file or exchanges its content; the name is borrowed. */
void package_put(struct package *package, const char *name, struct bytes content);
void package_remove(struct package *package, const char *name);

/* A JSON file of the package, to be changed and put back. */
json_t *package_json(const struct package *package, const char *name);
void package_put_json(struct package_world *world, struct package *package, const char *name,
                      json_t *take_json);

/* dossier.json with these leaves, and the root that they have. */
void package_put_leaves(struct package_world *world, struct package *package, json_t *take_leaves);

/* Writes the zip with a manifest of these files by this signer (NULL: the office's own exporter). */
void package_write(struct package_world *world, const struct package *package, const struct identity *signer);

/* Writes and verifies with all that may be given from outside. */
void package_verify(struct package_world *world, const struct package *package,
                    struct dossier_report *report);

#endif
