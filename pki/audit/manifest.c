/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/audit/manifest.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

static void make_printable(char *text)
{
    for (char *at = text; *at != '\0'; at++) {
        if (*at < 0x20 || *at > 0x7e) {
            *at = '?';
        }
    }
}

void manifest_show_subject(const X509 *certificate, char text[MANIFEST_SUBJECT_MAX])
{
    char *line = X509_NAME_oneline(X509_get_subject_name(certificate), NULL, 0);
    (void)snprintf(text, MANIFEST_SUBJECT_MAX, "%s", line != NULL ? line : "?");
    OPENSSL_free(line);
    make_printable(text);
}

void manifest_show_name(const X509 *certificate, char text[MANIFEST_SUBJECT_MAX])
{
    if (X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text,
                                  MANIFEST_SUBJECT_MAX) < 0) {
        (void)snprintf(text, MANIFEST_SUBJECT_MAX, "?");
    }
    make_printable(text);
}

static X509_STORE *store_of(const STACK_OF(X509) *anchors, time_t instant)
{
    X509_STORE *store = X509_STORE_new();
    if (store == NULL) {
        return NULL;
    }
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), instant);
    bool done = X509_STORE_set_purpose(store, X509_PURPOSE_ANY) == 1;
    for (int at = 0; done && at < sk_X509_num(anchors); at++) {
        done = X509_STORE_add_cert(store, sk_X509_value(anchors, at)) == 1;
    }
    if (!done) {
        X509_STORE_free(store);
        return NULL;
    }
    return store;
}

static X509 *only_signer(CMS_ContentInfo *cms)
{
    STACK_OF(X509) *signers = CMS_get0_signers(cms);
    X509 *signer = sk_X509_num(signers) == 1 ? sk_X509_value(signers, 0) : NULL;
    sk_X509_free(signers);
    return signer != NULL && X509_up_ref(signer) == 1 ? signer : NULL;
}

bool manifest_signature_holds(struct bytes manifest, struct bytes signature, const STACK_OF(X509) *anchors,
                              time_t instant, X509 **signer)
{
    const unsigned char *at = signature.data;
    CMS_ContentInfo *cms =
        signature.length > 0 ? d2i_CMS_ContentInfo(NULL, &at, (long)signature.length) : NULL;
    X509_STORE *store = store_of(anchors, instant);
    BIO *content = BIO_new_mem_buf(manifest.data, (int)manifest.length);
    unsigned flags = CMS_BINARY | (anchors == NULL ? CMS_NO_SIGNER_CERT_VERIFY : 0U);
    X509 *found = NULL;
    if (cms != NULL && store != NULL && content != NULL && at == signature.data + signature.length &&
        CMS_verify(cms, NULL, store, content, NULL, flags) == 1) {
        found = only_signer(cms);
    }
    bool holds = found != NULL;
    if (signer != NULL) {
        *signer = found;
    } else {
        X509_free(found);
    }
    BIO_free(content);
    X509_STORE_free(store);
    CMS_ContentInfo_free(cms);
    ERR_clear_error();
    return holds;
}

bool manifest_lists(const json_t *files, const char *name, const uint8_t digest[32], uint64_t size)
{
    uint8_t listed[32];
    const json_t *row = json_object_get(files, name);
    const json_t *listed_size = json_object_get(row, "size");
    const char *text = json_string_value(json_object_get(row, "sha256"));
    return text != NULL && hex_decode(text, listed, sizeof listed) && json_is_integer(listed_size) &&
           json_integer_value(listed_size) >= 0 && (uint64_t)json_integer_value(listed_size) == size &&
           bytes_equal((struct bytes){digest, 32}, (struct bytes){listed, sizeof listed});
}
