/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit/leaf.h"

#include "pki/base/clock.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { WORD_MAX = 128, VALUES_MAX = 64, UUID_LENGTH = 36 };

static bool all_digits(const char *text)
{
    return text[strspn(text, "0123456789")] == '\0';
}

/* A word of our own making, a digest, an instant, an identifier; never a name, an address or a CPF or CNPJ.
 */
static bool is_typed_text(const char *text)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:+/=-";
    size_t length = strlen(text);
    if (length > WORD_MAX || strspn(text, allowed) != length) {
        return false;
    }
    return !(all_digits(text) && (length == 11 || length == 14));
}

static bool is_typed_value(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return is_typed_text(json_string_value(value));
    case JSON_INTEGER:
    case JSON_TRUE:
    case JSON_FALSE:
        return true;
    case JSON_ARRAY:
        if (json_array_size(value) > VALUES_MAX) {
            return false;
        }
        for (size_t at = 0; at < json_array_size(value); at++) {
            const json_t *item = json_array_get(value, at);
            if (json_is_array(item) || !is_typed_value(item)) {
                return false;
            }
        }
        return true;
    case JSON_OBJECT:
    case JSON_REAL:
    case JSON_NULL:
    default:
        return false;
    }
}

static bool is_uuid(const char *text)
{
    if (strlen(text) != UUID_LENGTH) {
        return false;
    }
    for (size_t at = 0; at < UUID_LENGTH; at++) {
        bool hyphen = at == 8 || at == 13 || at == 18 || at == 23;
        if (hyphen ? text[at] != '-' : strchr("0123456789abcdef", text[at]) == NULL) {
            return false;
        }
    }
    return true;
}

static bool move_to_personal(json_t *detail, const char *key, json_t *value, json_t **personal,
                             struct ra_error *error)
{
    if (*personal == NULL) {
        *personal = json_object();
    }
    if (*personal == NULL || json_object_set(*personal, key, value) != 0 ||
        json_object_del(detail, key) != 0) {
        return ra_fail(error, RA_NO_MEMORY, "private part of an event");
    }
    return true;
}

bool audit_leaf_separate(json_t *detail, json_t **personal, char person[37], struct ra_error *error)
{
    person[0] = '\0';
    const char *named = json_string_value(json_object_get(detail, "person"));
    if (named != NULL && is_uuid(named)) {
        (void)snprintf(person, 37, "%s", named);
        (void)json_object_del(detail, "person");
    }
    const char *key = NULL;
    json_t *value = NULL;
    void *next = NULL;
    json_object_foreach_safe(detail, next, key, value)
    {
        if (is_typed_value(value) && is_typed_text(key)) {
            continue;
        }
        if (!move_to_personal(detail, key, value, personal, error)) {
            return false;
        }
    }
    return true;
}

static bool random_uuid(char uuid[37])
{
    uint8_t bytes[16];
    if (!random_bytes(bytes, sizeof bytes)) {
        return false;
    }
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
    (void)snprintf(uuid, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", bytes[0],
                   bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7], bytes[8], bytes[9],
                   bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]);
    return true;
}

/* "2026-11-23T11:05:06.123456-03:00" */
static void format_local(int64_t at_us, int64_t offset_s, char *buffer, size_t size)
{
    char text[CLOCK_TEXT_SIZE];
    clock_format_utc(at_us + offset_s * 1000000, text, sizeof text);
    size_t length = strlen(text);
    int64_t minutes = offset_s / 60;
    char sign = minutes < 0 ? '-' : '+';
    minutes = minutes < 0 ? -minutes : minutes;
    (void)snprintf(buffer, size, "%.*s%c%02d:%02d", (int)(length - 1), text, sign, (int)(minutes / 60),
                   (int)(minutes % 60));
}

static json_t *leaf_json(const struct audit_leaf *leaf, const char *id, const char *utc, const char *local)
{
    json_t *clock = leaf->clock_known ? json_integer(leaf->clock_offset_ms) : json_null();
    return json_pack(
        "{s:i, s:s, s:s, s:s, s:s, s:{s:s, s:s, s:s}, s:s, s:{s:s, s:s, s:s}, s:o, s:s, s:s, s:O, s:s}", "v",
        1, "id", id, "event", leaf->event, "ts_utc", utc, "ts_local", local, "actor", "kind",
        leaf->actor_kind, "spki", leaf->actor_spki, "serial", leaf->actor_serial, "station", leaf->station,
        "place", "office", leaf->office, "ibge", leaf->ibge, "kind", leaf->place_kind, "clock_offset_ms",
        clock, "order", leaf->order_ref, "person", leaf->person, "detail", leaf->detail, "commit",
        leaf->commit);
}

/* Exact text of a JSON value on the context: ASCII, compact, members in the order of their making. */
static bool dump(TALLOC_CTX *context, const json_t *value, struct bytes *bytes, struct ra_error *error)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII);
    if (text == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "text of an event");
    }
    *bytes = bytes_copy(context, text, strlen(text));
    free(text);
    return bytes->data != NULL || ra_fail(error, RA_NO_MEMORY, "text of an event");
}

bool audit_leaf_build(TALLOC_CTX *context, const struct audit_leaf *leaf, struct bytes *bytes,
                      struct ra_error *error)
{
    char id[37];
    char utc[CLOCK_TEXT_SIZE];
    char local[CLOCK_TEXT_SIZE + 16];
    if (!random_uuid(id)) {
        return ra_fail_crypto(error, "random id of an event");
    }
    clock_format_utc(leaf->at_us, utc, sizeof utc);
    format_local(leaf->at_us, leaf->utc_offset_s, local, sizeof local);
    json_t *json = leaf_json(leaf, id, utc, local);
    if (json == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "an event");
    }
    bool done = dump(context, json, bytes, error);
    json_decref(json);
    if (done && bytes->length > AUDIT_LEAF_MAX) {
        return ra_fail(error, RA_INTERNAL, "an event of %zu bytes", bytes->length);
    }
    return done;
}

bool audit_commitment(struct bytes salt, struct bytes data, char commit[65], struct ra_error *error)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool hashed = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
                  EVP_DigestUpdate(context, salt.data, salt.length) == 1 &&
                  EVP_DigestUpdate(context, data.data, data.length) == 1 &&
                  EVP_DigestFinal_ex(context, digest, NULL) == 1;
    EVP_MD_CTX_free(context);
    for (size_t at = 0; hashed && at < sizeof digest; at++) {
        (void)snprintf(commit + 2 * at, 3, "%02x", digest[at]);
    }
    return hashed || ra_fail_crypto(error, "commitment of an event");
}

bool audit_private_build(TALLOC_CTX *context, const json_t *personal, struct audit_private *private_part,
                         struct ra_error *error)
{
    *private_part = (struct audit_private){0};
    if (personal == NULL || json_object_size(personal) == 0) {
        return true;
    }
    if (!dump(context, personal, &private_part->data, error)) {
        return false;
    }
    if (!random_bytes(private_part->salt, sizeof private_part->salt)) {
        return ra_fail_crypto(error, "salt of an event");
    }
    return audit_commitment((struct bytes){private_part->salt, sizeof private_part->salt}, private_part->data,
                            private_part->commit, error);
}
