/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The journal against power cuts, kill -9 and hands that shorten or alter it.
 */
#include "pki/base/file.h"
#include "pki/signer/journal.h"
#include "tests/unit/signer/disk.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static TALLOC_CTX *memory;
static char folder[64];

static char *path_of(const char *name)
{
    return talloc_asprintf(memory, "%s/%s", folder, name);
}

static int make(void **state)
{
    (void)state;
    struct ra_error error = {0};
    memory = talloc_new(NULL);
    snprintf(folder, sizeof folder, "/tmp/journal-test.XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_true(journal_create(folder, bytes_of_text("begin"), "1", &error));
    return 0;
}

static int clean(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"journal",   "head",   "journal.2",   "head.2",
                                        "journal.3", "head.3", "journal.old", "head.old"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        remove(path_of(NAMES[i]));
    assert_int_equal(rmdir(folder), 0);
    talloc_free(memory);
    return 0;
}

/* What a replay saw: the payloads joined by blanks. */
struct seen {
    char text[65536];
    int count;
};

static bool see(void *context, struct bytes payload, struct journal_place place, struct ra_error *error)
{
    (void)place;
    (void)error;
    struct seen *seen = context;
    size_t used = strlen(seen->text);
    snprintf(seen->text + used, sizeof seen->text - used, "%s%.*s", seen->count > 0 ? " " : "",
             (int)payload.length, (const char *)payload.data);
    seen->count++;
    return true;
}

static struct journal *open_journal(struct seen *seen, uint64_t *cut)
{
    struct ra_error error = {0};
    struct journal *journal;
    memset(seen, 0, sizeof *seen);
    if (!journal_open(memory, folder, see, seen, &journal, cut, &error))
        return NULL;
    return journal;
}

static void expect_replay(const char *text, uint64_t expected_cut)
{
    static struct seen seen;
    uint64_t cut = 0;
    struct journal *journal = open_journal(&seen, &cut);
    assert_non_null(journal);
    assert_string_equal(seen.text, text);
    assert_int_equal(cut, expected_cut);
    talloc_free(journal);
}

static void expect_refused(const char *word)
{
    static struct seen seen;
    struct ra_error error = {0};
    struct journal *journal;
    uint64_t cut;
    assert_false(journal_open(memory, folder, see, &seen, &journal, &cut, &error));
    if (strstr(error.detail, word) == NULL)
        fail_msg("%s, not %s", error.detail, word);
}

static struct journal_place append(struct journal *journal, const char *text)
{
    struct ra_error error = {0};
    struct journal_place place;
    uint64_t ticket;
    assert_true(journal_append(journal, bytes_of_text(text), &place, &ticket, &error));
    assert_true(journal_wait(journal, ticket, &error));
    return place;
}

static void append_all(const char *const *texts)
{
    static struct seen seen;
    uint64_t cut;
    struct journal *journal = open_journal(&seen, &cut);
    assert_non_null(journal);
    for (size_t i = 0; texts[i] != NULL; i++)
        append(journal, texts[i]);
    talloc_free(journal);
}

static const char *const THREE[] = {"one", "two", "three", NULL};

static off_t size_of(const char *name)
{
    struct stat status;
    assert_int_equal(stat(path_of(name), &status), 0);
    return status.st_size;
}

static void add_bytes(const void *data, size_t length)
{
    int file = open(path_of("journal"), O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_int_equal(write(file, data, length), (ssize_t)length);
    close(file);
}

static void flip_byte(const char *name, off_t offset)
{
    char byte;
    int file = open(path_of(name), O_RDWR | O_CLOEXEC);
    assert_int_equal(pread(file, &byte, 1, offset), 1);
    byte ^= 1;
    assert_int_equal(pwrite(file, &byte, 1, offset), 1);
    close(file);
}

/* --- tests --- */

static void records_come_back_in_order(void **state)
{
    (void)state;
    append_all(THREE);
    expect_replay("begin one two three", 0);
    append_all((const char *const[]){"four", NULL});
    expect_replay("begin one two three four", 0);
}

static void a_record_is_read_back_by_its_place(void **state)
{
    (void)state;
    static struct seen seen;
    struct ra_error error = {0};
    struct bytes payload;
    uint64_t cut;
    struct journal *journal = open_journal(&seen, &cut);
    struct journal_place place = append(journal, "hello");
    append(journal, "later");
    assert_true(journal_read(journal, memory, place, &payload, &error));
    assert_int_equal(payload.length, 5);
    assert_memory_equal(payload.data, "hello", 5);
    talloc_free(journal);
}

static void a_torn_tail_is_cut_at_every_length(void **state)
{
    (void)state;
    append_all(THREE);
    off_t whole = size_of("journal");
    static const uint8_t tail[40] = {0, 0, 0, 50, 1, 2, 3};
    for (size_t length = 1; length <= sizeof tail; length++) {
        add_bytes(tail, length);
        expect_replay("begin one two three", length);
        assert_int_equal(size_of("journal"), whole);
    }
}

static void a_tail_of_zeros_is_cut(void **state)
{
    (void)state;
    append_all(THREE);
    static const uint8_t zeros[4096];
    add_bytes(zeros, sizeof zeros);
    expect_replay("begin one two three", sizeof zeros);
}

static void a_record_beyond_the_head_is_kept(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct bytes head;
    append_all((const char *const[]){"one", NULL});
    assert_true(file_read(memory, path_of("head"), 4096, &head, &error));
    append_all((const char *const[]){"two", NULL});
    assert_true(file_write(path_of("head"), head, 0600, &error)); /* killed between journal and head */
    expect_replay("begin one two", 0);
    append_all((const char *const[]){"three", NULL});
    expect_replay("begin one two three", 0);
}

static void protocol_6_a_shorter_journal_is_refused(void **state)
{
    (void)state;
    append_all(THREE);
    off_t whole = size_of("journal");
    for (off_t size = whole - 1; size > 16; size--) {
        assert_int_equal(truncate(path_of("journal"), size), 0);
        expect_refused("shortened");
    }
    assert_int_equal(truncate(path_of("journal"), 0), 0);
    expect_refused("not a journal");
}

static void protocol_6_an_older_copy_of_the_journal_is_refused(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct bytes old;
    append_all((const char *const[]){"one", NULL});
    assert_true(file_read(memory, path_of("journal"), 1 << 20, &old, &error));
    append_all((const char *const[]){"two", NULL});
    assert_true(file_write(path_of("journal"), old, 0600, &error));
    expect_refused("shortened");
}

static void protocol_6_a_changed_byte_anywhere_is_refused(void **state)
{
    (void)state;
    append_all(THREE);
    off_t whole = size_of("journal");
    for (off_t offset = 0; offset < whole; offset++) {
        struct ra_error error = {0};
        struct bytes good;
        assert_true(file_read(memory, path_of("journal"), 1 << 20, &good, &error));
        flip_byte("journal", offset);
        expect_refused("journal");
        assert_true(file_write(path_of("journal"), good, 0600, &error));
    }
    expect_replay("begin one two three", 0);
}

/* The middle record taken out whole. */
static void protocol_6_a_missing_middle_is_refused(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct bytes content;
    append_all(THREE);
    assert_true(file_read(memory, path_of("journal"), 1 << 20, &content, &error));
    enum { HEADER = 36, MAGIC = 16 };
    size_t first = MAGIC + HEADER + strlen("begin"), middle = HEADER + strlen("one");
    uint8_t *cut = talloc_size(memory, content.length);
    memcpy(cut, content.data, first);
    memcpy(cut + first, content.data + first + middle, content.length - first - middle);
    assert_true(file_write(path_of("journal"), (struct bytes){cut, content.length - middle}, 0600, &error));
    expect_refused("shortened");
}

static void protocol_6_a_missing_journal_or_head_is_refused(void **state)
{
    (void)state;
    assert_int_equal(rename(path_of("head"), path_of("head.old")), 0);
    expect_refused("head file is missing");
    assert_int_equal(rename(path_of("head.old"), path_of("head")), 0);
    assert_int_equal(rename(path_of("journal"), path_of("journal.old")), 0);
    expect_refused("missing");
}

static void one_bad_slot_of_the_head_is_survived_two_are_not(void **state)
{
    (void)state;
    append_all(THREE); /* four records: the newest slot is the first */
    flip_byte("head", 30);
    expect_replay("begin one two three", 0);
    flip_byte("head", 30);
    flip_byte("head", JOURNAL_SLOT + 30);
    flip_byte("head", 31);
    expect_refused("damaged");
}

static void a_second_process_cannot_open_it(void **state)
{
    (void)state;
    static struct seen seen;
    uint64_t cut;
    struct ra_error error = {0};
    struct journal *journal = open_journal(&seen, &cut);
    expect_refused("another process");
    assert_false(journal_create(folder, bytes_of_text("begin"), "2", &error));
    assert_int_equal(error.code, RA_CONFLICT);
    talloc_free(journal);
}

static void starting_anew_keeps_a_sound_journal_and_sets_a_broken_one_aside(void **state)
{
    (void)state;
    struct ra_error error = {0};
    assert_true(journal_create(folder, bytes_of_text("again"), "2", &error));
    expect_replay("begin", 0); /* nothing had happened yet */
    append_all(THREE);
    assert_false(journal_create(folder, bytes_of_text("again"), "2", &error));
    assert_int_equal(error.code, RA_CONFLICT);
    off_t whole = size_of("journal");
    assert_int_equal(truncate(path_of("journal"), whole - 1), 0);
    assert_true(journal_create(folder, bytes_of_text("again"), "2", &error));
    expect_replay("again", 0);
    assert_int_equal(size_of("journal.2"), whole - 1);
    /* Broken again within the same second: what was set aside is not written over. */
    append_all(THREE);
    assert_int_equal(truncate(path_of("journal"), size_of("journal") - 1), 0);
    assert_false(journal_create(folder, bytes_of_text("again"), "2", &error));
    assert_int_equal(size_of("journal.2"), whole - 1);
    assert_true(journal_create(folder, bytes_of_text("again"), "3", &error));
}

/* The machine's troubles say nothing about the journal. */
static void what_cannot_be_opened_just_now_is_not_set_aside(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct rlimit usual, none;
    append_all(THREE);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    none = usual;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    bool created = journal_create(folder, bytes_of_text("again"), "2", &error);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
    assert_false(created);
    assert_int_equal(error.code, RA_UNAVAILABLE);
    assert_int_not_equal(access(path_of("journal.2"), F_OK), 0);
    expect_replay("begin one two three", 0);
}

/* A sector that cannot be read now is not a record that was never written: nothing is cut off for it, nothing
 * set aside, and no older head stands in. */
static void what_cannot_be_read_just_now_is_neither_cut_off_nor_set_aside(void **state)
{
    (void)state;
    append_all(THREE);
    off_t whole = size_of("journal");
    enum { READS = 2 + 1 + 2 * 4 }; /* slots, magic, header and payload of each record */
    for (int number = 1; number <= READS; number++) {
        struct ra_error error = {0};
        disk_fail_read(number);
        assert_false(journal_create(folder, bytes_of_text("again"), "2", &error));
        assert_int_equal(error.code, RA_UNAVAILABLE);
        assert_int_equal(size_of("journal"), whole);
    }
    disk_fail_read(0);
    assert_int_not_equal(access(path_of("journal.2"), F_OK), 0);
    expect_replay("begin one two three", 0);
}

/* Half a record is on the disk when it is full: nothing more is taken, and nothing acknowledged is lost. */
static void a_full_disk_ends_the_journal_and_loses_nothing(void **state)
{
    (void)state;
    static struct seen seen;
    struct ra_error error = {0};
    struct journal_place place;
    struct rlimit usual, full;
    uint64_t cut, ticket;
    append_all(THREE);
    struct journal *journal = open_journal(&seen, &cut);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
    full = usual;
    full.rlim_cur = (rlim_t)size_of("journal") + 10;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    bool taken = journal_append(journal, bytes_of_text("four"), &place, &ticket, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
    assert_false(taken);
    assert_int_equal(error.code, RA_IO);
    assert_false(journal_append(journal, bytes_of_text("five"), &place, &ticket, &error));
    assert_false(journal_settle(journal, &error));
    talloc_free(journal);
    expect_replay("begin one two three", 10);
}

/* What was acknowledged before the kill is there after it. */
static void kill_9_loses_nothing_that_was_acknowledged(void **state)
{
    (void)state;
    for (int round = 0; round < 5; round++) {
        int channel[2];
        assert_int_equal(pipe(channel), 0);
        pid_t child = fork();
        if (child == 0) {
            static struct seen seen;
            uint64_t cut;
            struct journal *journal = open_journal(&seen, &cut);
            while (journal != NULL) {
                append(journal, "acknowledged");
                if (write(channel[1], "x", 1) != 1)
                    _exit(1);
            }
            _exit(1);
        }
        close(channel[1]);
        char acknowledged[64];
        int count = 0;
        while (count < 20 + round) {
            ssize_t got = read(channel[0], acknowledged, 1);
            assert_int_equal(got, 1);
            count++;
        }
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        for (ssize_t got; (got = read(channel[0], acknowledged, sizeof acknowledged)) > 0;)
            count += (int)got;
        close(channel[0]);
        static struct seen seen;
        static int kept = 1;
        uint64_t cut;
        struct journal *journal = open_journal(&seen, &cut);
        assert_non_null(journal);
        assert_true(seen.count - kept >= count);
        kept = seen.count;
        talloc_free(journal);
    }
}

enum { THREADS = 8, EACH = 50 };

static void *write_many(void *argument)
{
    for (int i = 0; i < EACH; i++)
        append(argument, "record");
    return NULL;
}

static void threads_share_the_disk_and_lose_nothing(void **state)
{
    (void)state;
    static struct seen seen;
    uint64_t cut;
    pthread_t threads[THREADS];
    struct journal *journal = open_journal(&seen, &cut);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, journal), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    talloc_free(journal);
    journal = open_journal(&seen, &cut);
    assert_non_null(journal);
    assert_int_equal(seen.count, 1 + THREADS * EACH);
    assert_int_equal(cut, 0);
    talloc_free(journal);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, clean)
    const struct CMUnitTest tests[] = {
        TEST(records_come_back_in_order),
        TEST(a_record_is_read_back_by_its_place),
        TEST(a_torn_tail_is_cut_at_every_length),
        TEST(a_tail_of_zeros_is_cut),
        TEST(a_record_beyond_the_head_is_kept),
        TEST(protocol_6_a_shorter_journal_is_refused),
        TEST(protocol_6_an_older_copy_of_the_journal_is_refused),
        TEST(protocol_6_a_changed_byte_anywhere_is_refused),
        TEST(protocol_6_a_missing_middle_is_refused),
        TEST(protocol_6_a_missing_journal_or_head_is_refused),
        TEST(one_bad_slot_of_the_head_is_survived_two_are_not),
        TEST(a_second_process_cannot_open_it),
        TEST(starting_anew_keeps_a_sound_journal_and_sets_a_broken_one_aside),
        TEST(what_cannot_be_opened_just_now_is_not_set_aside),
        TEST(what_cannot_be_read_just_now_is_neither_cut_off_nor_set_aside),
        TEST(a_full_disk_ends_the_journal_and_loses_nothing),
        TEST(kill_9_loses_nothing_that_was_acknowledged),
        TEST(threads_share_the_disk_and_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
