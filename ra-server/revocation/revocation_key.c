/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The public half of the password chosen at emission: registered by the key of the certificate that is asked
 * for, before it is asked for.
 */
#include "approval/approval.h"
#include "revocation/revocation.h"
#include "revocation/revocation_store.h"

#include <string.h>

static bool refuse(struct ra_error *error)
{
    return ra_fail_field(error, "revocation_key", "format",
                         "A senha de revogação não veio na forma esperada. Recarregue a página.");
}

static bool read_part(TALLOC_CTX *context, const json_t *body, const char *name, size_t most,
                      struct bytes *part)
{
    const char *text = http_text(body, name);
    return text != NULL && strlen(text) <= 2 * most && base64_decode(context, text, strlen(text), part) &&
           part->length > 0 && part->length <= most;
}

bool revocation_key_read(TALLOC_CTX *context, const json_t *body, struct revocation_key *key,
                         struct ra_error *error)
{
    *key = (struct revocation_key){.public_key = {NULL, 0}};
    if (json_object_get(body, "revocation_key") == NULL)
        return true;
    return (read_part(context, body, "revocation_key.public_key", ED25519_KEY_SIZE, &key->public_key) &&
            key->public_key.length == ED25519_KEY_SIZE &&
            read_part(context, body, "revocation_key.signature", KEY_SIGNATURE_MAX, &key->registration)) ||
           refuse(error);
}

bool revocation_key_keep(struct http_request *request, const struct order *order, EVP_PKEY *certificate_key,
                         const struct revocation_key *key, struct ra_error *error)
{
    const char *instance = "";
    if (key->public_key.length == 0)
        return true;
    return approval_instance(request, &instance, error) &&
           revocation_key_check(certificate_key, instance, order->code, key, error) &&
           db_exec(request->db, STATEMENT_REVOCATION_KEY_PUT,
                   DB_VALUES(db_int(order->id), db_int(order->attempt), db_bytes(key->public_key),
                             db_bytes(key->registration), db_time(request->now_us)),
                   NULL, error);
}
