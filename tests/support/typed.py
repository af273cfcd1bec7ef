#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command with a terminal of its own and types answers to its questions, as a person would.

Standard input: {"command": […], "answers": [["part of the question", "what is typed"], …], "env": {…}}.
Standard output: {"status", "terminal" (all that stood on the screen), "stdout", "asked" (how many answers were used)}.
"""
import json
import os
import pty
import select
import subprocess
import sys
import time


def main():
    plan = json.load(sys.stdin)
    controller, terminal = pty.openpty()
    output, child_output = os.pipe()
    child = subprocess.Popen(
        plan["command"], stdin=terminal, stdout=child_output, stderr=terminal, start_new_session=True,
        env={**os.environ, **plan.get("env", {})},
        preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0))
    os.close(terminal)
    os.close(child_output)
    answers, seen, written, mark, at = plan["answers"], b"", b"", 0, 0
    open_ends = {controller, output}
    deadline = time.monotonic() + 60
    while open_ends and time.monotonic() < deadline:
        ready, _, _ = select.select(list(open_ends), [], [], 1)
        for end in ready:
            try:
                data = os.read(end, 65536)
            except OSError:
                data = b""
            if not data:
                open_ends.discard(end)
            elif end == controller:
                seen += data
            else:
                written += data
        if at < len(answers):
            found = seen.find(answers[at][0].encode(), mark)
            if found >= 0:
                mark = len(seen)
                # The question is there before the echo is off: a person is slower than this.
                time.sleep(0.05)
                os.write(controller, (answers[at][1] + "\n").encode())
                at += 1
        if child.poll() is not None and not ready:
            break
    status = child.wait(timeout=10)
    json.dump({"status": status, "terminal": seen.decode(errors="replace"), "stdout": written.decode(errors="replace"),
               "asked": at}, sys.stdout)


main()
