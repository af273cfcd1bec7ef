/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/screen/screen.h"

#include "ra-cli/moment.h"
#include "ra-cli/screen/plain.h"
#include "ra-cli/screen/session.h"
#include "ra-cli/screen/view.h"

#include <fcntl.h>
#include <unistd.h>

enum { TICK_MS = 500 };

/* What libraries say on stderr would be painted over the screen. */
static int silence(void)
{
    int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0), nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nothing >= 0) {
        (void)dup2(nothing, STDERR_FILENO);
        close(nothing);
    }
    return kept;
}

static void speak(int kept)
{
    if (kept < 0)
        return;
    (void)dup2(kept, STDERR_FILENO);
    close(kept);
}

static void paint_until_left(struct session *session)
{
    while (!session->model->leaving) {
        session_step(session);
        view_draw(session->model);
        int key = view_key(transport_descriptor(session->transport), TICK_MS);
        while (key != 0) {
            screen_key(session->model, key);
            key = session->model->acting ? view_key(-1, 0) : 0;
        }
    }
}

bool screen_run(struct cli *cli, bool plain, struct ra_error *error)
{
    struct session session;
    moment_before_threads();
    if (!session_begin(cli, &session, error)) {
        session_end(&session);
        return false;
    }
    if (plain) {
        plain_run(&session);
        session_end(&session);
        return true;
    }
    int kept = silence();
    bool painted = view_open();
    if (painted) {
        paint_until_left(&session);
        view_close();
    }
    session_end(&session);
    speak(kept);
    return painted || ra_fail(error, RA_INVALID, "este terminal não mostra a tela; use --plain");
}
