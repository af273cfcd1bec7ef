/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keys as the counter's model knows them: a Unicode code point, or one of these beyond all code points.
 */
#ifndef RA_CLI_SCREEN_KEYS_H
#define RA_CLI_SCREEN_KEYS_H

enum screen_key {
    SCREEN_ENTER = 0x110000,
    SCREEN_ESCAPE,
    SCREEN_TAB,
    SCREEN_BACKTAB,
    SCREEN_BACKSPACE,
    SCREEN_UP,
    SCREEN_DOWN,
    SCREEN_LEFT,
    SCREEN_RIGHT,
    SCREEN_PAGE_UP,
    SCREEN_PAGE_DOWN,
    SCREEN_HOME,
    SCREEN_END,
    SCREEN_CLEAR, /* Ctrl-U: what was typed goes */
    SCREEN_LOCK,  /* Ctrl-L, whatever is open */
    SCREEN_SEND,  /* F2: the form's other ending */
};

#endif
