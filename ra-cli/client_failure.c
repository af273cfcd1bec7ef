/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/client_failure.h"

#include <curl/curl.h>

static const char *why_of(CURLcode code)
{
    static const struct {
        CURLcode code;
        const char *why;
    } failures[] = {
        {CURLE_COULDNT_RESOLVE_HOST, "não há computador com esse nome"},
        {CURLE_COULDNT_CONNECT, "ninguém atende nesse endereço"},
        {CURLE_OPERATION_TIMEDOUT, "passou do tempo de espera"},
        {CURLE_GOT_NOTHING, "a conexão terminou sem resposta"},
        {CURLE_RECV_ERROR, "a conexão terminou antes da resposta"},
        {CURLE_SEND_ERROR, "a conexão terminou antes do fim do pedido"},
        {CURLE_PARTIAL_FILE, "a resposta veio incompleta"},
        {CURLE_WRITE_ERROR, "a resposta não coube onde seria gravada"},
        {CURLE_SSL_CONNECT_ERROR, "a conexão segura não se formou"},
        {CURLE_PEER_FAILED_VERIFICATION, "o certificado do servidor não é de confiança"},
        {CURLE_UNSUPPORTED_PROTOCOL, "o endereço não é http nem https"},
        {CURLE_URL_MALFORMAT, "o endereço está malformado"},
    };
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
        if (failures[i].code == code)
            return failures[i].why;
    return curl_easy_strerror(code);
}

bool client_failed(const struct cli *cli, int code, struct ra_error *error)
{
    if (code == (int)CURLE_SSL_CACERT_BADFILE && cli->ca_path != NULL)
        return ra_fail_reason(error, RA_IO, RA_FILE_UNREADABLE,
                              "não foi possível ler %s: não é um arquivo de certificados", cli->ca_path);
    if (code == (int)CURLE_SSL_CERTPROBLEM && cli->identity_path != NULL)
        return ra_fail_reason(error, RA_IO, RA_FILE_UNREADABLE,
                              "não foi possível ler %s: não é uma identidade, ou a senha é outra",
                              cli->identity_path);
    return ra_fail(error, RA_UNAVAILABLE, "%s não respondeu: %s", cli->server, why_of((CURLcode)code));
}
