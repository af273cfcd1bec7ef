/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "notice/notice_internal.h"
#include "pki/base/file.h"

#include <curl/curl.h>
#include <string.h>

enum { CONNECT_SECONDS = 10, WHOLE_SECONDS = 30, REFUSED_FOR_GOOD = 500 };

struct upload {
    struct bytes mail;
    size_t sent;
};

static size_t read_mail(char *buffer, size_t size, size_t count, void *argument)
{
    struct upload *upload = argument;
    size_t rest = upload->mail.length - upload->sent;
    size_t length = size * count < rest ? size * count : rest;
    memcpy(buffer, upload->mail.data + upload->sent, length);
    upload->sent += length;
    return length;
}

static bool set_options(CURL *curl, const struct config *config, struct curl_slist *recipients,
                        struct upload *upload)
{
    return curl_easy_setopt(curl, CURLOPT_URL, config->smtp_url) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WHOLE_SECONDS) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_MAIL_FROM, config->smtp_from) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_mail) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_READDATA, upload) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L) == CURLE_OK;
}

/* The reason is curl's own sentence: it names no address. */
static bool perform(CURL *curl, struct ra_error *error)
{
    long status = 0;
    CURLcode result = curl_easy_perform(curl);
    if (result == CURLE_OK)
        return true;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status >= REFUSED_FOR_GOOD)
        return ra_fail(error, RA_INVALID, "the mail server refused for good (%ld)", status);
    return ra_fail(error, RA_UNAVAILABLE, "%s", curl_easy_strerror(result));
}

static bool send_by_smtp(const struct config *config, const struct notice_row *row, struct bytes mail,
                         struct ra_error *error)
{
    struct upload upload = {.mail = mail};
    CURL *curl = curl_easy_init();
    struct curl_slist *recipients = curl_slist_append(NULL, row->recipient);
    bool sent = false;
    if (curl == NULL || recipients == NULL)
        ra_fail(error, RA_NO_MEMORY, "mail");
    else if (!set_options(curl, config, recipients, &upload))
        ra_fail(error, RA_INTERNAL, "libcurl refused an option of the mail");
    else
        sent = perform(curl, error);
    curl_slist_free_all(recipients);
    curl_easy_cleanup(curl);
    return sent;
}

/* One name a row: a second try after a crash writes the same file again. */
static bool spool(struct job_run *run, const struct notice_row *row, struct bytes mail,
                  struct ra_error *error)
{
    char *path = talloc_asprintf(run->context, "%s/%020lld-%06lld-%s.eml", run->app->config->mail_spool,
                                 (long long)row->created_us, (long long)row->id, notice_template(row->kind));
    if (path == NULL)
        return ra_fail(error, RA_NO_MEMORY, "mail");
    return file_write(path, mail, 0640, error);
}

bool notice_send(struct job_run *run, const struct notice_row *row, struct bytes mail, struct ra_error *error)
{
    if (run->app->config->smtp_url[0] == '\0')
        return spool(run, row, mail, error);
    return send_by_smtp(run->app->config, row, mail, error);
}
