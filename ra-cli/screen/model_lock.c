/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lock: nothing of the office stays on the screen, and the key's pass phrase leaves the memory. An
 * identity without one is opened by its name, which protects the screen from eyes, not from hands.
 */
#include "ra-cli/screen/keys.h"
#include "ra-cli/screen/model_internal.h"

#include <string.h>

void model_lock(struct screen_model *model)
{
    if (model->page == PAGE_READ)
        model->verdict = -1;
    if (model->page == PAGE_TEXT || model->page == PAGE_READ)
        model_leave_text(model);
    if (model->page == PAGE_FIND)
        model->page = model->under;
    model->under = model->page;
    model->page = PAGE_LOCK;
    model->waiting_count = 0;
    model->message[0] = '\0';
    field_wipe(&model->secret);
    model_push(model, JOB_LOCK, NULL, "", "trancar");
}

void model_unlocked(struct screen_model *model, bool ok, const char *problem)
{
    model->trying = false;
    field_wipe(&model->secret);
    if (!ok) {
        screen_message(model, true, "%s", problem == NULL ? "Não abriu." : problem);
        return;
    }
    model->message[0] = '\0';
    model->page = model->under;
    screen_refresh(model);
}

void model_lock_key(struct screen_model *model, int key)
{
    if (model->trying)
        return;
    model->message[0] = '\0';
    if (key != SCREEN_ENTER) {
        field_key(&model->secret, key);
        return;
    }
    if (model->is_protected) {
        model->trying = true;
        model_push(model, JOB_UNLOCK, NULL, "", "abrir");
        return;
    }
    model_unlocked(model, strcmp(model->secret.text, model->who) == 0, "Não é o nome da identidade.");
}
