/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/client_request.h"

#include "ra-cli/token.h"

#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { CONNECT_SECONDS = 10, TOTAL_SECONDS = 120 };

/* --- the identity --- */

/* The key stays in its token: OpenSSL asks it for each handshake's signature. */
static CURLcode use_token(CURL *handle, void *context, void *state)
{
    struct cli *cli = state;
    SSL_CTX *ssl = context;
    const struct identity *identity = cli->token_identity;
    (void)handle;
    bool ok = SSL_CTX_use_certificate(ssl, identity_certificate(identity)) == 1 &&
              SSL_CTX_use_PrivateKey(ssl, identity_key(identity)) == 1;
    for (int at = 0; ok && at < sk_X509_num(identity_chain(identity)); at++)
        ok = SSL_CTX_add1_chain_cert(ssl, sk_X509_value(identity_chain(identity), at)) == 1;
    /* A token that pads by itself cannot sign with PSS, which TLS 1.3 asks of every RSA key. */
    if (ok && !cli->token_signs_raw)
        ok = SSL_CTX_set_max_proto_version(ssl, TLS1_2_VERSION) == 1 &&
             SSL_CTX_set1_client_sigalgs_list(ssl, "RSA+SHA256:RSA+SHA384:RSA+SHA512") == 1;
    return ok ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

static bool identity_options(struct cli *cli, CURL *handle)
{
    if (cli->identity_path == NULL)
        return true;
    if (token_uri_is(cli->identity_path))
        return curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, use_token) == CURLE_OK &&
               curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, cli) == CURLE_OK;
    size_t length = strlen(cli->identity_path);
    bool pkcs12 = length > 4 && (strcasecmp(cli->identity_path + length - 4, ".p12") == 0 ||
                                 strcasecmp(cli->identity_path + length - 4, ".pfx") == 0);
    char passphrase[CLI_PASSPHRASE_SIZE] = "";
    if (cli_identity_is_protected(cli) &&
        (!cli_identity_passphrase(cli, passphrase, sizeof passphrase) ||
         curl_easy_setopt(handle, CURLOPT_KEYPASSWD, passphrase) != CURLE_OK)) {
        OPENSSL_cleanse(passphrase, sizeof passphrase);
        return false;
    }
    OPENSSL_cleanse(passphrase, sizeof passphrase); /* libcurl keeps a copy for as long as the handle lives */
    return curl_easy_setopt(handle, CURLOPT_SSLCERT, cli->identity_path) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_SSLCERTTYPE, pkcs12 ? "P12" : "PEM") == CURLE_OK;
}

/* --- headers and options --- */

static bool header(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer == NULL)
        return false;
    *list = longer;
    return true;
}

/* Station and clock go with every request: each event of the log says where and by which clock (rules 3.8).
 */
static bool request_headers(struct cli *cli, const struct client_request *request, struct curl_slist **list)
{
    char line[256];
    bool ok = true;
    if (request->accepts != NULL) {
        snprintf(line, sizeof line, "Accept: %s", request->accepts);
        ok = header(list, line);
    }
    if (cli->bearer != NULL) {
        snprintf(line, sizeof line, "Authorization: Bearer %s", cli->bearer);
        ok = ok && header(list, line);
    }
    ok = ok && header(list, "Accept: application/json, application/problem+json") && header(list, "Expect:");
    if (request->media_type != NULL) {
        snprintf(line, sizeof line, "Content-Type: %s", request->media_type);
        ok = ok && header(list, line);
    }
    if (cli->identity_path != NULL) {
        snprintf(line, sizeof line, "X-Station: %s", cli->station);
        ok = ok && header(list, line);
        snprintf(line, sizeof line, "X-Clock: %lld", (long long)(clock_now_us(&cli->clock) / 1000));
        ok = ok && header(list, line);
    }
    if (request->key[0] != '\0') {
        snprintf(line, sizeof line, "Idempotency-Key: %s", request->key);
        ok = ok && header(list, line);
    }
    return ok;
}

static bool request_options(struct cli *cli, CURL *handle, const struct client_request *request,
                            const char *url, struct curl_slist *headers)
{
    CURLcode failed = CURLE_OK;
#define SET(option, value)                                                                                   \
    if (failed == CURLE_OK)                                                                                  \
    failed = curl_easy_setopt(handle, option, value)
    SET(CURLOPT_URL, url);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_CUSTOMREQUEST, request->method);
    SET(CURLOPT_HTTPHEADER, headers);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_NOPROXY, "*");
    SET(CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    SET(CURLOPT_TIMEOUT, (long)TOTAL_SECONDS);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    if (cli->ca_path != NULL) {
        SET(CURLOPT_CAINFO, cli->ca_path);
    }
    if (request->body.data != NULL) {
        SET(CURLOPT_POSTFIELDS, (const char *)request->body.data);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
    }
#undef SET
    return failed == CURLE_OK;
}

bool client_request_set(struct cli *cli, CURL *handle, const struct client_request *request,
                        struct curl_slist **headers)
{
    const char *url = talloc_asprintf(cli->context, "%s%s", cli->server, request->path);
    return url != NULL && request_headers(cli, request, headers) &&
           request_options(cli, handle, request, url, *headers) && identity_options(cli, handle);
}
