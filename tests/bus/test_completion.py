# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Tab key after gvt-client, in the real shells."""

import os
import re

import pytest

import callers
import vms
from terminals import ESCAPES, Terminal

SMALL = "i915-GVTg_V5_8"
UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
PROMPT = "ready> "

SHELLS = {
    "bash": ("bash", "--norc", "-i"),
    "zsh": ("zsh", "-f", "-i"),
}
# No questions, no menus, one candidate per line where there are several.
PREPARE = {
    "bash": "bind 'set enable-bracketed-paste off'; bind 'set page-completions off';"
    " bind 'set show-all-if-ambiguous on'; bind 'set completion-query-items 0';"
    " . /usr/share/bash-completion/bash_completion; PS1='%s'",
    "zsh": "unset zle_bracketed_paste; fpath+=(/usr/share/zsh/site-functions); autoload -Uz compinit; compinit -u -D; LISTMAX=0;"
    " zstyle ':completion:*' menu no; PROMPT='%s'",
}


def asked(*words, user="alice"):
    """What gvt-client itself offers for the last word."""
    done = vms.client(user, "complete", "--", *words)
    assert done.returncode == 0 and done.stderr == ""
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


@pytest.fixture
def life(bed, alice, libvirt):
    """Something of every kind to choose from."""
    alice.create(uuid=UUID)
    alice.create(label="linux")
    libvirt.define()
    libvirt.define(vms.DOMAIN.replace("win11", "Windows 10").replace(vms.VM, UUID))
    return bed


def test_verbs_and_options(bed):
    assert {"attach", "status", "hook"} <= set(asked(""))
    assert asked() == asked("")
    assert {"--json", "--connect"} <= set(asked("-"))
    assert {"--json", "--type", "--display"} <= set(asked("attach", "win11", "--"))
    assert "--type" not in asked("list", "-")
    assert asked("no-such-verb", "") == asked("")


def test_values(life):
    assert sorted(asked("attach", "")) == ["Windows 10", "win11"]
    assert SMALL in asked("create", "") and SMALL in asked("attach", "win11", "--type", "")
    assert asked("create", SMALL, "--gpu", "") == ["0000:00:02.0"]
    assert asked("create", SMALL, "--start", "") == ["manual", "domain", "boot"]
    assert sorted(asked("remove", "")) == [UUID, "linux"]
    assert sorted(asked("remove", UUID, "")) == [UUID, "linux"], "as many as are wanted"
    assert asked("show", UUID, "") == [], "only one"
    assert UUID in asked("show", UUID[:4])
    assert "linux" in asked("attach", "win11", "--preset", "")
    assert asked("rom", "") == ["list", "install", "remove"]
    assert asked("rom", "install", "") == [":files"]
    assert asked("-c", "test:///default", "attach", "") == ["test"]
    assert asked("--bus", "unix:path=/nothing", "create", "") == []
    assert asked("list", "") == []


def test_without_the_service(polkit):
    """Nothing to offer is no reason to complain."""
    assert asked("create", "") == [] and asked("remove", "") == []


class Shell(Terminal):
    """A shell that a person types into."""

    def __init__(self, shell):
        super().__init__("alice", *SHELLS[shell], width=100, PS1=PROMPT, HISTFILE="")
        if shell in PREPARE:
            self.type(PREPARE[shell] % PROMPT.replace("r", "''r", 1) + "\n")
            self.until(f"\n[^\n]*{PROMPT}", 60)

    def type(self, text):
        os.write(self.master, text.encode())

    def tab(self, line, expected):
        """Types a line and Tab, and waits for what it becomes."""
        self.text = ""
        self.type(line + "\t")
        try:
            self.until(expected, 30)
        except AssertionError:
            raise AssertionError(f"{line!r}: {ESCAPES.sub('', self.text)!r}") from None
        self.type("\x15")  # kills the line


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_tab(life, shell):
    terminal = Shell(shell)
    terminal.tab("gvt-client att", "attach ")
    terminal.tab("gvt-client attach wi", "win11 ")
    terminal.tab("gvt-client attach Win", r"Windows\\ 10 ")
    terminal.tab("gvt-client create i915-GVTg_V5_8 --gp", "--gpu ")
    terminal.tab("gvt-client create i915-GVTg_V5_8 --gpu 0000:0", r"0000:00:02\.0 ")
    terminal.tab("gvt-client create i915-GVTg_V5_8 --start=b", "--start=boot ")
    terminal.tab("gvt-client remove cb33", UUID)
    terminal.tab("gvt-client remove lin", "linux ")
    terminal.tab("gvt-client rom install /etc/hostn", "/etc/hostname")
    terminal.type("\nexit\n")
    terminal.end()


def test_zsh_describes(life):
    """What has a description, and nothing else, by a word of its own."""
    terminal = Shell("zsh")
    terminal.tab("gvt-client create i915-GVTg_V5_", r"i915-GVTg_V5_2 +-- room for 1, ")
    terminal.tab("gvt-client create i915-GVTg_V5_8 --start ", "boot[^\n]*domain[^\n]*manual")
    assert "-- boot" not in terminal.text
    terminal.type("\nexit\n")
    terminal.end()


def test_fish(life):
    """It can be asked without a terminal."""

    def offered(line):
        done = callers.run_as("alice", "fish", "--private", "-c", f"complete --do-complete '{line}'")
        assert done.returncode == 0 and done.stderr == "", done.stderr
        return dict((*found.split("\t"), "")[:2] for found in done.stdout.splitlines())

    assert "vGPU" in offered("gvt-client att")["attach"]
    assert set(offered("gvt-client attach wi")) >= {"win11"}
    assert "Windows 10" in offered("gvt-client attach Win")
    assert "0000:00:02.0" in offered("gvt-client create x --gpu 0")
    assert "--start=boot" in offered("gvt-client create x --start=b")
    assert UUID in offered("gvt-client remove cb33")
    assert "/etc/hostname" in offered("gvt-client rom install /etc/hostn")
    assert re.search(r"\d+/\d+ MiB", offered("gvt-client create i9")[SMALL])
