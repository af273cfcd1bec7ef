/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/key_holder.h"

#include "pki/keyholder/protocol.h"
#include "pki/trust/remote_key.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_SECONDS = 20 };

struct key_holder {
    int connection;
    pthread_mutex_t lock; /* one question at a time; guards what follows */
    bool lost;            /* an answer did not come in time: one that comes late must not pass for the next */
};

static int holder_destructor(struct key_holder *holder)
{
    close(holder->connection);
    pthread_mutex_destroy(&holder->lock);
    return 0;
}

static bool connect_to(int connection, const char *home)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval patience = {.tv_sec = ANSWER_SECONDS};
    return snprintf(address.sun_path, sizeof address.sun_path, "%s/run/key.sock", home) <
               (int)sizeof address.sun_path &&
           setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
           setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0 &&
           connect(connection, (const struct sockaddr *)&address, sizeof address) == 0;
}

struct key_holder *key_holder_connect(TALLOC_CTX *context, const char *home)
{
    int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (connection < 0)
        return NULL;
    struct key_holder *holder = connect_to(connection, home) ? talloc_zero(context, struct key_holder) : NULL;
    if (holder == NULL || pthread_mutex_init(&holder->lock, NULL) != 0) {
        close(connection);
        talloc_free(holder);
        return NULL;
    }
    holder->connection = connection;
    talloc_set_destructor(holder, holder_destructor);
    return holder;
}

/* --- signing --- */

static bool question_of(struct bytes digest_info, uint8_t question[KEYHOLDER_QUESTION_MAX], size_t *length)
{
    const unsigned char *at = digest_info.data;
    X509_SIG *parsed = d2i_X509_SIG(NULL, &at, (long)digest_info.length);
    const X509_ALGOR *algorithm = NULL;
    const ASN1_OCTET_STRING *digest = NULL;
    const ASN1_OBJECT *object = NULL;
    bool ok = parsed != NULL && at == digest_info.data + digest_info.length;
    if (ok) {
        X509_SIG_get0(parsed, &algorithm, &digest);
        X509_ALGOR_get0(&object, NULL, NULL, algorithm);
        ok = keyholder_write_question(
            OBJ_obj2nid(object),
            (struct bytes){ASN1_STRING_get0_data(digest), (size_t)ASN1_STRING_length(digest)}, question,
            length);
    }
    X509_SIG_free(parsed);
    return ok;
}

static bool converse(struct key_holder *holder, struct bytes question, uint8_t *signature, size_t *size)
{
    uint8_t answer[KEYHOLDER_ANSWER_MAX];
    if (holder->lost)
        return false;
    ssize_t sent = send(holder->connection, question.data, question.length, MSG_NOSIGNAL);
    ssize_t got = sent == (ssize_t)question.length ? recv(holder->connection, answer, sizeof answer, 0) : -1;
    holder->lost = got <= 0;
    if (got < 2 || answer[0] != KEYHOLDER_DONE || (size_t)got - 1 > *size)
        return false;
    *size = (size_t)got - 1;
    memcpy(signature, answer + 1, *size);
    return true;
}

static bool sign(void *context, enum remote_padding padding, struct bytes input, uint8_t *output,
                 size_t *size)
{
    struct key_holder *holder = context;
    uint8_t question[KEYHOLDER_QUESTION_MAX];
    size_t length = 0;
    switch (padding) {
    case REMOTE_PADDING_PKCS1:
        break;
    case REMOTE_PADDING_NONE:
        return false; /* digests alone */
    }
    if (!question_of(input, question, &length))
        return false;
    pthread_mutex_lock(&holder->lock);
    bool done = converse(holder, (struct bytes){question, length}, output, size);
    pthread_mutex_unlock(&holder->lock);
    return done;
}

bool key_holder_key(struct key_holder *holder, X509 *certificate, EVP_PKEY **key, struct ra_error *error)
{
    return remote_key_new(X509_get0_pubkey(certificate), sign, NULL, holder, key, error);
}
