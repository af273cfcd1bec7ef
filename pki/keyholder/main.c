/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ra-keyholder --socket PATH --peer-uid N --uri pkcs11:… --label TEXT [--module FILE] [--pin-file FILE]
 *
 * Holds the AR's CMP key in a token and signs digests for ra-signer, nothing else: the signer's cell has no
 * PKCS#11 module in it, and the module's process has none of the signer's files. One connection at a time,
 * from the signer's user alone. The PIN is read once, from the terminal or from a file that only we may read.
 */
#include "pki/base/file.h"
#include "pki/base/user.h"
#include "pki/keyholder/protocol.h"
#include "pki/token/token.h"

#include <errno.h>
#include <getopt.h>
#include <openssl/crypto.h>
#include <openssl/rsa.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, BACKLOG = 2 };

struct options {
    const char *socket;
    const char *uri;
    const char *label;
    const char *module;
    const char *pin_file;
    uid_t peer;
    bool has_peer;
};

static int usage(void)
{
    fputs("ra-keyholder --socket PATH --peer-uid N --uri pkcs11:… --label TEXT [--module FILE] [--pin-file "
          "FILE]\n"
          "  --socket PATH    where ra-signer asks (its HOME/run/key.sock)\n"
          "  --peer-uid N     the signer's user\n"
          "  --uri, --module  the token, and the PKCS#11 module that reaches it\n"
          "  --label TEXT     of the key in the token\n"
          "  --pin-file FILE  0600, ours; left out: asked for on the terminal\n",
          stderr);
    return EXIT_USAGE;
}

static bool parse_options(int count, char **words, struct options *options)
{
    static const struct option LONG[] = {{"socket", required_argument, NULL, 's'},
                                         {"peer-uid", required_argument, NULL, 'u'},
                                         {"uri", required_argument, NULL, 'r'},
                                         {"label", required_argument, NULL, 'l'},
                                         {"module", required_argument, NULL, 'm'},
                                         {"pin-file", required_argument, NULL, 'p'},
                                         {NULL, 0, NULL, 0}};
    *options = (struct options){.socket = NULL};
    bool ok = true;
    for (int found; ok && (found = getopt_long(count, words, "", LONG, NULL)) != -1;) {
        if (found == 's')
            options->socket = optarg;
        else if (found == 'u')
            options->has_peer = ok = user_parse_uid(optarg, &options->peer);
        else if (found == 'r')
            options->uri = optarg;
        else if (found == 'l')
            options->label = optarg;
        else if (found == 'm')
            options->module = optarg;
        else if (found == 'p')
            options->pin_file = optarg;
        else
            ok = false;
    }
    return ok && optind == count && options->socket != NULL && options->has_peer && options->uri != NULL &&
           options->label != NULL;
}

/* --- the PIN --- */

/* One line without buffers of the library's own, which nobody would wipe. One that does not fit is no PIN:
 * its beginning would only spend a try. */
static bool read_line(FILE *file, char pin[TOKEN_PIN_SIZE])
{
    if (setvbuf(file, NULL, _IONBF, 0) != 0 || fgets(pin, TOKEN_PIN_SIZE, file) == NULL)
        return false;
    bool whole = strchr(pin, '\n') != NULL || strlen(pin) < TOKEN_PIN_SIZE - 1;
    pin[strcspn(pin, "\r\n")] = '\0';
    return whole && pin[0] != '\0';
}

static bool pin_from_file(const char *path, char pin[TOKEN_PIN_SIZE], struct ra_error *error)
{
    struct stat status;
    FILE *file = fopen(path, "re");
    bool ok = file != NULL && fstat(fileno(file), &status) == 0;
    if (!ok)
        ra_fail_errno(error, path);
    else if (status.st_uid != geteuid() || (status.st_mode & 0077) != 0)
        ok = ra_fail(error, RA_FORBIDDEN, "%s: must be ours, mode 0600", path);
    else if (!read_line(file, pin))
        ok = ra_fail(error, RA_INVALID, "%s: no PIN in it", path);
    if (file != NULL)
        fclose(file);
    return ok;
}

static bool pin_from_terminal(char pin[TOKEN_PIN_SIZE], struct ra_error *error)
{
    struct termios before, silent;
    FILE *terminal = fopen("/dev/tty", "r+e");
    if (terminal == NULL || tcgetattr(fileno(terminal), &before) != 0) {
        if (terminal != NULL)
            fclose(terminal);
        return ra_fail(error, RA_INVALID, "no terminal to ask for the PIN on: --pin-file");
    }
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    fputs("PIN: ", terminal);
    tcsetattr(fileno(terminal), TCSAFLUSH, &silent);
    bool ok = read_line(terminal, pin);
    tcsetattr(fileno(terminal), TCSAFLUSH, &before);
    fputc('\n', terminal);
    fclose(terminal);
    return ok || ra_fail(error, RA_INVALID, "no PIN");
}

/* Whoever starts us again and again with a wrong PIN in the file would lock the token: after one wrong try a
 * file is not believed any more, and the last try is nobody's. */
static bool may_try(struct token *token, bool unattended, struct ra_error *error)
{
    enum token_tries tries;
    if (!token_pin_tries(token, &tries, error))
        return false;
    if (tries == TOKEN_TRIES_FINE || (tries == TOKEN_TRIES_LOW && !unattended))
        return true;
    return ra_fail_reason(
        error, RA_CONFLICT, "token-last-try",
        "a wrong PIN was tried before: nothing was tried now; use the token once with the right "
        "PIN, or unlock it (ra-cli token unlock)");
}

static bool log_in(struct token *token, const char *pin_file, struct ra_error *error)
{
    char pin[TOKEN_PIN_SIZE] = "";
    if (!may_try(token, pin_file != NULL, error))
        return false;
    if (token_facts(token)->pinpad)
        return token_login(token, NULL, NULL, NULL, error);
    bool ok = (pin_file != NULL ? pin_from_file(pin_file, pin, error) : pin_from_terminal(pin, error)) &&
              token_login(token, pin, NULL, NULL, error);
    OPENSSL_cleanse(pin, sizeof pin);
    return ok;
}

static bool open_key(TALLOC_CTX *context, const struct options *options, EVP_PKEY **key,
                     struct ra_error *error)
{
    struct token *token = NULL;
    if (!token_open(context, options->uri, options->module, TOKEN_READY, &token, error))
        return false;
    bool ok = log_in(token, options->pin_file, error) && token_find_key(token, options->label, key, error);
    if (ok && *key == NULL)
        ok = ra_fail_reason(error, RA_CONFLICT, "token-without-key", "%s: no key of that label",
                            options->label);
    return ok;
}

/* --- answering --- */

static bool sign(EVP_PKEY *key, const EVP_MD *algorithm, struct bytes digest, uint8_t *signature,
                 size_t *size)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    bool ok = context != NULL && EVP_PKEY_sign_init(context) == 1 &&
              EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
              EVP_PKEY_CTX_set_signature_md(context, algorithm) == 1 &&
              EVP_PKEY_sign(context, signature, size, digest.data, digest.length) == 1;
    EVP_PKEY_CTX_free(context);
    return ok;
}

static size_t answer(EVP_PKEY *key, struct bytes packet, uint8_t reply[KEYHOLDER_ANSWER_MAX])
{
    const EVP_MD *algorithm = NULL;
    struct bytes digest = {NULL, 0};
    size_t size = KEYHOLDER_ANSWER_MAX - 1;
    bool ok = keyholder_read_question(packet, &algorithm, &digest) &&
              sign(key, algorithm, digest, reply + 1, &size);
    reply[0] = ok ? KEYHOLDER_DONE : KEYHOLDER_REFUSED;
    return ok ? 1 + size : 1;
}

static void serve(EVP_PKEY *key, int connection)
{
    uint8_t packet[KEYHOLDER_QUESTION_MAX + 1], reply[KEYHOLDER_ANSWER_MAX];
    for (;;) {
        ssize_t got = recv(connection, packet, sizeof packet, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return;
        size_t length = answer(key, (struct bytes){packet, (size_t)got}, reply);
        if (send(connection, reply, length, MSG_NOSIGNAL) != (ssize_t)length)
            return;
    }
}

static bool may_speak(int connection, uid_t peer)
{
    struct ucred who;
    socklen_t size = sizeof who;
    return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 && who.uid == peer;
}

static int open_door(const char *path, struct ra_error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (snprintf(address.sun_path, sizeof address.sun_path, "%s", path) >= (int)sizeof address.sun_path) {
        ra_fail(error, RA_IO, "%s: path too long for a socket", path);
        return -1;
    }
    int door = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    bool ok = door >= 0 && (unlink(path) == 0 || errno == ENOENT);
    /* The peer's uid is what counts; the signer runs under another user than ours. */
    mode_t before = umask(0111);
    ok = ok && bind(door, (const struct sockaddr *)&address, sizeof address) == 0 &&
         listen(door, BACKLOG) == 0;
    umask(before);
    if (ok)
        return door;
    ra_fail_errno(error, path);
    if (door >= 0)
        close(door);
    return -1;
}

/* Until the process is ended from outside. */
static void serve_all(EVP_PKEY *key, int door, uid_t peer)
{
    for (;;) {
        int connection = accept4(door, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0) {
            /* Without descriptors, say: not as fast as it goes. */
            nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
            continue;
        }
        if (may_speak(connection, peer))
            serve(key, connection);
        close(connection);
    }
}

static bool run(TALLOC_CTX *context, const struct options *options, struct ra_error *error)
{
    EVP_PKEY *key = NULL;
    int door = open_key(context, options, &key, error) ? open_door(options->socket, error) : -1;
    if (door >= 0) {
        fputs("ra-keyholder: ready\n", stderr);
        serve_all(key, door, options->peer);
    }
    EVP_PKEY_free(key);
    return false;
}

static bool hide_memory(void)
{
    const struct rlimit none = {0, 0};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && setrlimit(RLIMIT_CORE, &none) == 0 &&
           prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

int main(int count, char **words)
{
    struct options options;
    struct ra_error error = {0};
    if (!parse_options(count, words, &options))
        return usage();
    umask(0077);
    signal(SIGPIPE, SIG_IGN);
    TALLOC_CTX *context = talloc_new(NULL);
    if (!hide_memory() || !run(context, &options, &error))
        fprintf(stderr, "ra-keyholder: %s\n", error.detail);
    talloc_free(context);
    return EXIT_FAILURE;
}
