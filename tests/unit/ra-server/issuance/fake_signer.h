/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A stand-in for ra-signer on a socket of its own: a thread that answers what the test says.
 */
#ifndef TESTS_ISSUANCE_FAKE_SIGNER_H
#define TESTS_ISSUANCE_FAKE_SIGNER_H

#include <jansson.h>
#include <stdbool.h>

struct fake_signer;

/* One message in, the answer (new reference) out; NULL hangs up. Runs on the signer's thread. `carry` sends a
 * packet and returns what comes back (new reference, NULL when nothing does). */
typedef json_t *fake_answer(struct fake_signer *signer, const json_t *message, void *argument);

struct fake_signer *fake_signer_start(const char *path, fake_answer *answer, void *argument);
json_t *fake_signer_carry(struct fake_signer *signer, json_t *take_packet);

/* Sends a packet and ends the connection at once; answer NULL after it. */
void fake_signer_carry_and_leave(struct fake_signer *signer, json_t *take_packet);

void fake_signer_stop(struct fake_signer *signer);

#endif
