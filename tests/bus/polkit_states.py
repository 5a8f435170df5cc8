# SPDX-License-Identifier: LGPL-2.1-or-later
"""polkit as it may be found: with other rules, with no policy of ours, slow, or not at all."""

import contextlib
import pathlib
import signal
import subprocess

import callers
import daemons


class Polkit:
    """The real polkitd, brought into one of the table's states and back."""

    ACTIONS = pathlib.Path("/usr/share/polkit-1/actions")
    RULES = pathlib.Path("/etc/polkit-1/rules.d/05-matrix.rules")

    def __init__(self, daemon, root, scratch):
        self.daemon, self.root, self.scratch = daemon, root, scratch

    def restart(self):
        self.daemon.kill()
        self.daemon.process = daemons.start_polkit(self.root).process

    @contextlib.contextmanager
    def rule(self, result):
        self.RULES.write_text(
            "polkit.addRule(function (action) {\n"
            f"  if (action.id.indexOf('org.gvt.') == 0) return '{result}';\n}});\n"
        )
        self.restart()
        yield
        self.RULES.unlink()
        self.restart()

    @contextlib.contextmanager
    def policy(self, text):
        """polkit's actions are ours alone, made into something else, or none."""
        folder = self.scratch / f"actions-{text is None}"
        folder.mkdir()
        ours = self.ACTIONS / "org.gvt.manager.policy"
        if text is not None:
            (folder / ours.name).write_text(text(ours.read_text()))
        subprocess.run(["mount", "--bind", folder, self.ACTIONS], check=True)
        self.restart()
        yield
        subprocess.run(["umount", self.ACTIONS], check=True)
        self.restart()

    @contextlib.contextmanager
    def stopped(self):
        self.daemon.process.send_signal(signal.SIGSTOP)
        yield
        self.daemon.process.send_signal(signal.SIGCONT)

    def answer(self):
        """Lets a stopped one deal with what it has been asked."""
        self.daemon.process.send_signal(signal.SIGCONT)
        caller = callers.Caller("bob")
        caller.vgpu(caller.create(), "Remove")
        caller.close()
        self.daemon.process.send_signal(signal.SIGSTOP)

    @contextlib.contextmanager
    def gone(self):
        self.daemon.kill()
        yield
        self.restart()

    def enter(self, state):
        return {
            "as-shipped": contextlib.nullcontext,
            "may-ask": contextlib.nullcontext,
            "rules-for": lambda: self.rule("yes"),
            "rules-against": lambda: self.rule("no"),
            "without-our-policy": lambda: self.policy(None),
            "broken-policy": lambda: self.policy(lambda text: text.replace("<action", "<action id='x'><action", 1)),
            "stopped": self.stopped,
            "gone": self.gone,
        }[state]()
