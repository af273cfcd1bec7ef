/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "notice/notice.h"
#include "renewal/renewal.h"

bool renewal_tell_ready(struct http_request *request, const struct order *order, int64_t until_s,
                        struct ra_error *error)
{
    if (orders_method(order) != IDENTIFICATION_RENEWAL || order->subject->email[0] == '\0')
        return true;
    const json_int_t until_us = INT64_C(1000000) * until_s;
    return notice_enqueue(request, order, NOTICE_RENEWAL_READY, json_pack("{s:I}", "until_us", until_us),
                          error);
}
