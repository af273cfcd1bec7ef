/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/audit/proof_verify.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static bool malformed(struct ra_error *error, const char *what)
{
    return ra_fail_reason(error, RA_VERIFICATION_FAILED, "proof-malformed", "a prova está malformada: %s",
                          what);
}

static bool read_hashes(const json_t *array, struct merkle_proof *proof, struct ra_error *error)
{
    proof->count = json_array_size(array);
    if (!json_is_array(array) || proof->count > MERKLE_PROOF_MAX) {
        return malformed(error, "proof");
    }
    for (size_t at = 0; at < proof->count; at++) {
        const char *text = json_string_value(json_array_get(array, at));
        if (text == NULL || !hex_decode(text, proof->hashes[at].bytes, MERKLE_HASH_SIZE)) {
            return malformed(error, "proof");
        }
    }
    return true;
}

/* The case that a leaf names must be the one of the document, or a proof of one case could be passed off for
 * another. */
static bool is_of_case(const char *leaf, size_t length, const char *ref)
{
    json_t *json = json_loadb(leaf, length, JSON_REJECT_DUPLICATES, NULL);
    const char *named = json_string_value(json_object_get(json, "order"));
    bool same = named != NULL && strcmp(named, ref) == 0;
    json_decref(json);
    return same;
}

static bool verify_leaf(const json_t *item, const struct checkpoint *checkpoint, const char *ref,
                        struct ra_error *error)
{
    const json_t *leaf = json_object_get(item, "leaf");
    const json_t *place = json_object_get(item, "n");
    struct merkle_proof proof;
    struct merkle_hash hash;
    if (!json_is_string(leaf) || !json_is_integer(place) || json_integer_value(place) < 0) {
        return malformed(error, "leaf");
    }
    if (!read_hashes(json_object_get(item, "proof"), &proof, error)) {
        return false;
    }
    if (!is_of_case(json_string_value(leaf), json_string_length(leaf), ref)) {
        return ra_fail_reason(error, RA_VERIFICATION_FAILED, "proof-order",
                              "uma das folhas é de outro pedido");
    }
    const struct bytes bytes = {(const uint8_t *)json_string_value(leaf), json_string_length(leaf)};
    return merkle_hash_leaf(bytes, &hash, error) &&
           merkle_verify_inclusion(&hash, (uint64_t)json_integer_value(place), checkpoint->size, &proof,
                                   &checkpoint->root, error);
}

static bool verify_document(const json_t *document, const struct note_verifier *verifier,
                            struct proof_report *report, struct ra_error *error)
{
    const char *note = json_string_value(json_object_get(document, "checkpoint"));
    const char *order = json_string_value(json_object_get(document, "order"));
    const char *ref = json_string_value(json_object_get(document, "ref"));
    const json_t *leaves = json_object_get(document, "leaves");
    struct checkpoint checkpoint;
    if (note == NULL || order == NULL || ref == NULL || !json_is_array(leaves) ||
        json_array_size(leaves) > PROOF_LEAVES_MAX) {
        return malformed(error, "faltam partes");
    }
    if (!checkpoint_verify(bytes_of_text(note), verifier, &checkpoint, error)) {
        return false;
    }
    (void)snprintf(report->origin, sizeof report->origin, "%s", checkpoint.origin);
    (void)snprintf(report->order, sizeof report->order, "%s", order);
    (void)snprintf(report->ref, sizeof report->ref, "%s", ref);
    report->size = checkpoint.size;
    for (size_t at = 0; at < json_array_size(leaves); at++) {
        if (!verify_leaf(json_array_get(leaves, at), &checkpoint, ref, error)) {
            return false;
        }
        report->leaves++;
    }
    return true;
}

bool proof_verify(struct bytes document, const struct note_verifier *verifier, struct proof_report *report,
                  struct ra_error *error)
{
    *report = (struct proof_report){.size = 0};
    json_t *json = document.length <= PROOF_MAX ? json_loadb((const char *)document.data, document.length,
                                                             JSON_REJECT_DUPLICATES, NULL)
                                                : NULL;
    if (!json_is_object(json)) {
        json_decref(json);
        return malformed(error, "não é um objeto JSON");
    }
    bool verified = verify_document(json, verifier, report, error);
    json_decref(json);
    return verified;
}
