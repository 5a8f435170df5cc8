# SPDX-License-Identifier: LGPL-2.1-or-later
"""gvt-client at a terminal: what a person sees there, line by line."""

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
import unicodedata

import callers
import vms

ESCAPES = re.compile(r"\x1b\[[0-9;]*[a-zA-Z]")


def columns(line):
    """How many columns of a terminal a line takes."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in line
    )


class Terminal:
    """A program of a user's on a terminal of its own; what it wrote is in text.

    controlling: /dev/tty is that terminal, too, as in a login's session.
    """

    def __init__(
        self, user, *argv, width=80, term="xterm-256color", controlling=False, **environment
    ):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
        settings = callers.as_user(user)
        settings["env"] |= {**callers.sanitizers(), "TERM": term, **environment}
        if controlling:
            settings["start_new_session"] = True
            settings["preexec_fn"] = lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        self.process = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, **settings)
        os.close(slave)
        self.text = ""
        # What comes at once may end within a letter.
        self.decoder = codecs.getincrementaldecoder("utf-8")()

    def read(self, seconds):
        """What comes within some seconds; False once nobody can write any more."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            data = b""
        self.text = (self.text + self.decoder.decode(data)).replace("\r\n", "\n")
        return bool(data)

    def until(self, pattern, seconds=20):
        """Waits until something was written."""
        end = time.monotonic() + seconds
        while not re.search(pattern, ESCAPES.sub("", self.text)):
            assert time.monotonic() < end and self.read(0.1), f"no {pattern} in {self.text!r}"

    def type(self, text):
        os.write(self.master, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.master)[3] & termios.ECHO)

    def end(self):
        """Waits for its end. Its exit status."""
        while self.read(60):
            pass
        os.close(self.master)
        status = self.process.wait(60)
        assert not [line for line in self.text.splitlines() if vms.COMPLAINT.search(line)], self.text
        return status


def shown(user, *words, status=0, **settings):
    """The lines that a verb shows on a terminal, as they are written."""
    terminal = Terminal(user, "gvt-client", *words, **settings)
    assert terminal.end() == status, terminal.text
    return terminal.text.splitlines()


def plain(lines):
    return [ESCAPES.sub("", line) for line in lines]
