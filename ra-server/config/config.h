/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The configuration of ra-server: a file of `key = value` lines (# starts a comment line), every option
 * declared once in the table below, which feeds the parser, --help and the sample file. Unknown or repeated
 * keys, values out of range and missing required ones are refused with the line number. Constant after
 * loading.
 *
 * Relative paths and empty defaults that say so are taken from `home`.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "pki/base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <talloc.h>

/* X(kind, name, default, minimum, maximum, help). Kinds: text; path (relative ones are below home);
 * number (minimum and maximum bind); flag (yes or no). A default of NULL makes the option required. */
#define CONFIG_OPTIONS(X)                                                                                    \
    X(text, home, NULL, 0, 0, "folder of the instance ($RA_HOME)")                                           \
    X(flag, production, "no", 0, 0, "yes: no clock offset, no homologation texts")                           \
    X(path, public_socket, "run/public.sock", 0, 0, "unix socket of the public listener")                    \
    X(path, office_socket, "run/office.sock", 0, 0, "unix socket of the office listener")                    \
    X(number, front_uid, "-1", -1, 2147483647, "uid that both sockets accept connections from; -1 any")      \
    X(path, clock_file, "clock", 0, 0, "offset of the instance's clock, seconds")                            \
    X(text, database, NULL, 0, 0, "libpq conninfo of the serving role (ra_app)")                             \
    X(text, database_owner, "", 0, 0, "libpq conninfo of the owning role, for --migrate only")               \
    X(path, migrations_dir, "share/sql/migrations", 0, 0, "NNNN_name.sql, for --migrate only")               \
    X(path, rules_dir, "share/sql/rules", 0, 0, "dated rule data, for --migrate only")                       \
    X(path, templates_dir, "share/web/templates", 0, 0, "templates of the pages and mails")                  \
    X(path, term_fonts, "/usr/share/fonts/truetype/lato", 0, 0, "Lato-Regular.ttf and Lato-Bold.ttf")        \
    X(text, public_url, "http://localhost:8080", 0, 0, "address of the public site, without a final /")      \
    X(text, office_url, "https://localhost:8081", 0, 0, "address of the office, without a final /")          \
    X(text, ac_url, "http://127.0.0.1:8082/.well-known/cmp", 0, 0, "CMP address of the AC")                  \
    X(text, ac_tls_ca, "", 0, 0, "PEM of the roots of the AC's TLS certificate; empty: the system's")        \
    X(text, ac_tls_identity, "", 0, 0, "PEM, key and chain, for an AC that asks who connects; empty: none")  \
    X(number, ac_seconds, "15", 1, 60, "time the AC has for an answer; then the attempt is unknown")         \
    X(path, signer_socket, "signer/run/sock", 0, 0, "socket of ra-signer")                                   \
    X(path, profiles_dir, "share/pki/profiles", 0, 0, "certificate profile rows")                            \
    X(path, weak_keys, "weak-keys", 0, 0, "list of further weak RSA keys (docs/lint.md); may be absent")     \
    X(path, agents_anchors, "config/agents-anchors.pem", 0, 0, "roots of the agents' certificates")          \
    X(path, administrators, "config/administrators.pem", 0, 0, "certificates that may sign a roster")        \
    X(number, rules_threshold, "2", 2, 8, "administrators who must sign a change of a policy")               \
    X(path, ac_anchors, "identities/ca.pem", 0, 0, "roots of the issued certificates")                       \
    X(path, crl_dir, "dossier/crl", 0, 0, "cache of CRLs and intermediate certificates, made at start")      \
    X(path, export_identity, "keys/export.pem", 0, 0, "key and certificate that sign an audit export")       \
    X(path, log_vkey, "identities/log.vkey", 0, 0, "verifier key of the log (C2SP)")                         \
    X(path, dossier_dir, "dossier", 0, 0, "encrypted dossier files")                                         \
    X(path, keys_dir, "keys", 0, 0, "the server's own secrets, 0600")                                        \
    X(path, bases_dir, "config/bases", 0, 0, "KIND.conf of each official base that is asked over HTTPS")     \
    X(path, temporary_dir, "dossier", 0, 0, "folder of unnamed temporary files (uploads, exports)")          \
    X(path, emission_page, "www/emitir/index.html", 0, 0, "the emission page as the front serves it")        \
    X(path, mail_spool, "mail", 0, 0, "one .eml per mail when smtp_url is empty")                            \
    X(path, mail_inbox, "inbox", 0, 0, "Maildir of the mail that comes to smtp_from: answers of calendars")  \
    X(text, smtp_url, "", 0, 0, "smtp://host:port or smtps://…; empty writes to mail_spool")                 \
    X(text, smtp_from, "guiche@localhost", 0, 0, "sender of every mail")                                     \
    X(text, video_url, "", 0, 0,                                                                             \
      "where rooms of video sessions begin, https://…/; empty: no sessions by video")                        \
    X(text, office_mail, "", 0, 0, "who is told of alarms by mail; empty: nobody")                           \
    X(text, office_code, "sede", 0, 0, "office this instance serves")                                        \
    X(text, office_zone, "America/Sao_Paulo", 0, 0, "IANA zone in which times are shown")                    \
    X(number, workers_public, "8", 1, 64, "worker threads and connections of the public listener")           \
    X(number, workers_office, "3", 1, 64, "worker threads and connections of the office listener")           \
    X(number, queue_limit, "256", 1, 65536, "requests waiting for a worker, per listener; beyond it 503")    \
    X(number, connection_limit, "1024", 16, 65536, "open connections per listener")                          \
    X(number, rate_per_minute, "1000", 1, 100000000, "public requests per minute and address")               \
    X(number, request_seconds, "30", 1, 3600, "time a client has to send a request, uploads apart")          \
    X(number, upload_seconds, "600", 1, 86400, "time a client has to send an upload")                        \
    X(number, disk_reserve_mb, "1024", 0, 1000000000, "free space that public uploads leave on the disk")    \
    X(number, statement_timeout_ms, "5000", 100, 600000, "longest run of one SQL statement")

struct config {
#define CONFIG_MEMBER_text                                  const char *
#define CONFIG_MEMBER_path                                  const char *
#define CONFIG_MEMBER_number                                int64_t
#define CONFIG_MEMBER_flag                                  bool
#define X(kind, name, default_text, minimum, maximum, help) CONFIG_MEMBER_##kind name;
    CONFIG_OPTIONS(X)
#undef X
};

/* Reads the file; the result and its texts hang on `context`. */
RA_MUST_CHECK bool config_load(TALLOC_CTX *context, const char *path, const struct config **config,
                               struct ra_error *error);

/* As config_load, from memory; `name` is for messages. */
RA_MUST_CHECK bool config_parse(TALLOC_CTX *context, const char *name, const char *text,
                                const struct config **config, struct ra_error *error);

/* Every option with default and help, as a sample file. */
void config_print_sample(FILE *output);

#endif
