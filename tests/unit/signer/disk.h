/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A disk that fails. Linked with --wrap=fdatasync and --wrap=pread, so that every sync of the journal and
 * what is read of it come through here.
 */
#ifndef TESTS_UNIT_SIGNER_DISK_H
#define TESTS_UNIT_SIGNER_DISK_H

/* From now on the sync with this number (1 is the next one) fails, once, with EIO; 0 is a sound disk. A
 * record takes two: the journal's and the head's. */
void disk_fail_sync(int number);

/* The same for what is read. */
void disk_fail_read(int number);

#endif
