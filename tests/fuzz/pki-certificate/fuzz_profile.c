/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as a profile row: refused, or a row whose every member holds what its header promises.
 */
#include "pki/certificate/profile.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_promises(const struct certificate_profile *profile)
{
    size_t arc = strlen(profile->policy_arc);
    if (strncmp(profile->policy_oid, profile->policy_arc, arc) != 0 || profile->policy_oid[arc] != '.')
        abort();
    if (profile->term_months < 12 || profile->term_months % 12 != 0)
        abort();
    if (profile->key_bits_count < 1 || profile->key_bits_count > PROFILE_KEY_SIZES_MAX)
        abort();
    if (!profile_open_on(profile, profile->valid_from) || !profile_open_on(profile, profile->valid_to))
        abort();
    if (profile_term_allowed(profile, profile->term_months, profile->valid_to))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_error error = {.code = RA_OK};
    struct certificate_profile *profile = NULL;
    bool parsed = profile_parse(NULL, (struct bytes){data, size}, &profile, &error);
    if (parsed != (profile != NULL) || parsed != (error.code == RA_OK))
        abort();
    if (parsed)
        require_promises(profile);
    talloc_free(profile);
    return 0;
}
