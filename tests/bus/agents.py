# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who polkit asks: people at dialogs."""

import ast
import pathlib
import subprocess

import callers

PROGRAM = (pathlib.Path(__file__).parent / "silent_agent.py").read_text()


class SilentAgent:
    """Somebody's dialogs, unanswered."""

    def __init__(self, caller):
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "-c", PROGRAM, str(caller.process.pid)],
            stdout=subprocess.PIPE,
            text=True,
            **callers.as_user(caller.user),
        )
        assert self.line() == "ready"

    def line(self):
        return self.process.stdout.readline().strip()

    def asked(self, count=1):
        """Waits until so many dialogs are open. The actions they are about."""
        return [self.line().split()[1] for _ in range(count)]

    def question(self):
        """Waits for a dialog. Its action and its words."""
        _, action, words = self.line().split(" ", 2)
        return action, ast.literal_eval(words)

    def close(self):
        """Goes away, unless it has gone. What it had been asked beyond what was read."""
        if self.process.stdout.closed:
            return []
        self.process.kill()
        unread, _ = self.process.communicate()
        return unread.splitlines()
