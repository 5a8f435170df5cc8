# SPDX-License-Identifier: LGPL-2.1-or-later
"""What gvt-client looks like: at terminals of all sizes, and where there is none."""

import signal
import time

import pytest

import callers
import vms
from terminals import Terminal, columns, plain, shown

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
SMALL = "i915-GVTg_V5_8"
LABEL = "a-label-that-has-really-very-many-letters.and-still-some-more"


def status(user="alice", *words, **environment):
    settings = {"env": {**callers.environment(user), **callers.sanitizers(), **environment}}
    done = callers.run_as(user, "gvt-client", *words, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_screen(bed, alice, bob):
    """Who has what, how much is left, in one look; the bar is as long as what is taken."""
    alice.create(uuid=UUID, label="win11", define=True)
    bob.create("i915-GVTg_V5_4")
    lines = status().splitlines()
    assert lines[0].startswith("GPU 0000:00:02.0") and "boot display" in lines[0]
    bar, words = lines[1].strip().split("  ")
    assert words == "192 of 384 MiB taken" and len(bar) == 32
    assert bar == "█" * 16 + "░" * 16
    assert any(SMALL in line and "room for 3" in line for line in lines)
    assert any("i915-GVTg_V5_2" in line and "no room" in line for line in lines)
    (row,) = [line for line in lines if "win11" in line]
    for word in (UUID, "alice", "active", "/dev/vfio/"):
        assert word in row
    assert "[" not in bar and "#" * 16 + "." * 16 in status(LANG="C", LC_ALL="C")


def test_what_needs_attention(bed, alice):
    path = alice.create(uuid=UUID, label="win11", define=True, start="domain")
    alice.vgpu(path, "Stop")
    assert "attention" not in status()
    alice.create("i915-GVTg_V5_2", label="big")
    alice.create("i915-GVTg_V5_4")
    lines = status().splitlines()
    at = lines.index("Needs attention:")
    assert lines[at + 1].startswith("  ! win11: ") and "no room" in lines[at + 1]
    command = lines[at + 2].removeprefix("      → ").split()
    assert command[:2] == ["gvt-client", "stop"]
    done = vms.client("alice", *command[1:])
    assert done.returncode == 0, done.stderr
    assert "attention" not in status(), "the command that it gave is the one that helps"


def test_nothing_to_divide(make_bed):
    """Why there is no vGPU, and what helps, instead of an empty screen."""
    make_bed("--empty")
    lines = status().splitlines()
    assert lines[0].startswith("This host offers no vGPUs")
    assert lines[-1].startswith("      → "), lines


@pytest.mark.parametrize("width", [200, 80, 60, 40])
def test_tables_fit(bed, alice, width):
    alice.create(uuid=UUID, label=LABEL)
    alice.create("i915-GVTg_V5_4", label="short")
    for words in ((), ("list",), ("types",), ("gpus",)):
        lines = plain(shown("alice", *words, width=width))
        table = [line for line in lines if "GVTg" in line or "0000:00" in line or "LABEL" in line]
        assert table
        assert max(columns(line) for line in table) <= width, (words, lines)
        assert all(line == line.rstrip() for line in lines)
    row = next(line for line in plain(shown("alice", "list", width=width)) if "cb33" in line)
    assert vms.client("alice", "show", row.split()[1]).returncode == 0, "what is left of a UUID names it"


def test_no_terminal_no_limit(bed, alice):
    alice.create(uuid=UUID, label=LABEL)
    text = status("alice", "list", COLUMNS="20")
    assert UUID in text and LABEL in text and "…" not in text


def test_colour(bed, alice):
    alice.create(uuid=UUID)
    for words in ((), ("list",), ("types",), ("gpus",), ("show", UUID)):
        coloured = shown("alice", *words)
        assert any("\x1b[" in line for line in coloured)
        for setting in ({"NO_COLOR": "1"}, {"term": "dumb"}):
            without = shown("alice", *words, **setting)
            assert without == plain(coloured), "colour is all that goes"


def test_help(bed):
    """Headings stand out; sentences are broken where the terminal ends, and nowhere else."""
    del bed
    for width in (60, 80, 100):
        lines = shown("alice", "attach", "--help", width=width)
        assert "\x1b[1mOptions:\x1b[0m" in lines and "\x1b[1mExamples:\x1b[0m" in lines
        bare = plain(lines)
        assert shown("alice", "attach", "--help", width=width, NO_COLOR="1") == bare
        assert all(columns(line) <= width for line in bare), bare
        sentence = "\n".join(bare).split("\n\n")[2].split("\n")
        for line, after in zip(sentence, sentence[1:]):
            fits = columns(line) + 1 + columns(after.split()[0]) <= width
            assert line.endswith(".") or not fits, sentence


def test_letters_of_the_locale(bed, alice):
    """A terminal that was not told UTF-8 would take the bytes of quotation marks for commands."""
    alice.create(uuid=UUID, label=LABEL)
    for words in (("create", "V9"), ("list",), ("check",), ("frobnicate",)):
        status = {"list": 0, "check": 1, "create": 4, "frobnicate": 2}[words[0]]
        lines = shown("alice", *words, width=60, status=status, LC_ALL="C")
        assert not [line for line in lines if not line.isascii()]
    assert any("“V9”" in line for line in shown("alice", "create", "V9", status=4))
    assert '"V9"' in shown("alice", "create", "V9", status=4, LC_ALL="C")[0]


def row_of_x(width, *words):
    """The words in the line of the vGPU x."""
    rows = plain(shown("alice", *words, width=width))
    return next(line for line in rows if "x  " in line).split()


@pytest.mark.parametrize("width", [200, 60])
def test_names_of_vms(bed, alice, libvirt, width):
    """The VM that a vGPU was attached to, and the one that it is prepared for."""
    libvirt.define()
    done = vms.client("alice", "attach", "win11", "--type", SMALL)
    assert done.returncode == 0, done.stderr
    (path,) = alice.of(callers.VGPU)
    alice.vgpu(path, "SetLabel", "x")
    for prepared in (False, True):
        if prepared:
            hook = ("hook", "win11", "prepare", "begin", "-")
            done = vms.client("alice", *hook, text=libvirt.xml())
            assert done.returncode == 0, done.stderr
        for words in ((), ("list",)):
            # The client waits half a second for names, which is little on a busy machine.
            callers.eventually(lambda w=words: "win11" in row_of_x(width, *w), 60)
        callers.eventually(lambda: "win11" in vms.client("alice", "show", "x").stdout, 60)
    assert "win11" not in vms.client("bob", "list").stdout, "bob has no such VM"
    assert vms.VM[:8] in vms.client("bob", "list").stdout


def test_names_do_not_hold_up(bed, alice, libvirt):
    """A libvirt that does not answer costs a moment, and no error."""
    libvirt.define()
    vms.client("alice", "attach", "win11", "--type", SMALL)
    libvirt.daemon.process.send_signal(signal.SIGSTOP)
    try:
        begin = time.monotonic()
        assert SMALL in status("alice", "list")
        assert time.monotonic() - begin < 20
    finally:
        libvirt.daemon.process.send_signal(signal.SIGCONT)


def test_no_daemon_is_started_for_a_name(bed, bob):
    bob.create(uuid=UUID, define=True, start="domain")
    assert UUID in status("bob", "list")
    assert not list(callers.pathlib.Path("/run/user/4002").glob("libvirt/*sock*"))


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_progress(bed, term):
    """Whoever waits for more than a second is told for what, and then it is gone again."""
    bed.service.process.send_signal(signal.SIGSTOP)
    terminal = Terminal("alice", "gvt-client", "types", term=term)
    try:
        terminal.until(r"Waiting for gvt-manager…")
    finally:
        bed.service.process.send_signal(signal.SIGCONT)
    assert terminal.end() == 0
    shown_after = terminal.text.rpartition("Waiting for gvt-manager…")[2]
    assert ("\x1b" in shown_after.partition("TYPE")[0]) == (term == "xterm")
    assert SMALL in terminal.text


@pytest.mark.parametrize("words", [("types",), ("--quiet", "types")])
def test_no_progress_where_nobody_looks(bed, words):
    """Neither in a file nor with --quiet."""
    bed.service.process.send_signal(signal.SIGSTOP)
    if words[0] == "--quiet":
        terminal = Terminal("alice", "gvt-client", *words)
        time.sleep(1.5)
        bed.service.process.send_signal(signal.SIGCONT)
        assert terminal.end() == 0 and "Waiting" not in terminal.text
        return
    settings = callers.as_user("alice")
    process = callers.subprocess.Popen(
        ["gvt-client", *words], stdout=-1, stderr=-1, stdin=-3, text=True, **settings
    )
    time.sleep(1.5)
    bed.service.process.send_signal(signal.SIGCONT)
    _, complaints = process.communicate(timeout=30)
    assert process.returncode == 0 and complaints == ""


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("words", [("--help",), ("attach", "--help"), ("create", "--frob"), ("check",), ("show", "x")],
                         ids=" ".join)  # fmt: skip
def test_sentences_fit_the_terminal(bed, words, width):
    """What does not fit goes on below where it began; commands to copy stay whole."""
    terminal = Terminal("alice", "gvt-client", *words, width=width)
    terminal.end()
    lines = plain(terminal.text.splitlines())
    assert lines and not [line for line in lines if columns(line) > width]
