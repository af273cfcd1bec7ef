/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/base/decoded.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Each certificate has one place, by a hash of its bytes; who comes later takes it over. */
struct place {
    uint8_t *der;
    size_t length;
    X509 *certificate;
};

static struct place places[DECODED_MAX]; /* under lock */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* FNV-1a. Whoever makes two certificates meet gains that both are decoded each time. */
static struct place *place_of(struct bytes der)
{
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < der.length; i++)
        hash = (hash ^ der.data[i]) * 16777619U;
    return &places[hash % DECODED_MAX];
}

static X509 *find(const struct place *place, struct bytes der)
{
    X509 *found = NULL;
    (void)pthread_mutex_lock(&lock);
    if (place->certificate != NULL && bytes_equal((struct bytes){place->der, place->length}, der) &&
        X509_up_ref(place->certificate) == 1)
        found = place->certificate;
    (void)pthread_mutex_unlock(&lock);
    return found;
}

static X509 *decode(struct bytes der)
{
    const unsigned char *at = der.data;
    if (der.length == 0 || der.length > LONG_MAX)
        return NULL;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.length);
    if (certificate == NULL || at == der.data + der.length)
        return certificate;
    X509_free(certificate);
    return NULL;
}

/* What cannot be kept is decoded again next time. */
static void keep(struct place *place, struct bytes der, X509 *certificate)
{
    uint8_t *copy = der.length <= DECODED_LENGTH_MAX ? malloc(der.length) : NULL;
    if (copy == NULL || X509_up_ref(certificate) != 1) {
        free(copy);
        return;
    }
    memcpy(copy, der.data, der.length);
    (void)pthread_mutex_lock(&lock);
    const struct place before = *place;
    *place = (struct place){copy, der.length, certificate};
    (void)pthread_mutex_unlock(&lock);
    X509_free(before.certificate);
    free(before.der);
}

void decoded_keep(X509 *certificate)
{
    unsigned char *data = NULL;
    const int length = i2d_X509(certificate, &data);
    const struct bytes der = {data, length > 0 ? (size_t)length : 0};
    if (der.length > 0)
        keep(place_of(der), der, certificate);
    OPENSSL_free(data);
}

X509 *decoded_certificate(struct bytes der)
{
    struct place *place = place_of(der);
    X509 *certificate = find(place, der);
    if (certificate != NULL)
        return certificate;
    certificate = decode(der);
    if (certificate != NULL)
        keep(place, der, certificate);
    return certificate;
}
