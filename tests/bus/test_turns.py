# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many edits at once: a few workers run, and everybody has a turn."""

import pathlib
import time

import pytest

import callers
import members
from callers import DOMAINS, ROOT

# A worker that takes its time, and says in a file that it runs.
SLOW = """#!/usr/bin/python3
import os, sys, time
name = sys.argv[0] + ".running/" + str(os.getpid())
open(name, "w").close()
open(sys.argv[0] + ".log", "a").write("begun\\n")
time.sleep(%g)
os.unlink(name)
os.execv("/usr/libexec/gvt-domain-editor", ["gvt-domain-editor"])
"""


@pytest.fixture
def slow(make_bed, tmp_path):
    worker = tmp_path / "worker"
    worker.write_text(SLOW % (0.2 * callers.patience))
    worker.chmod(0o755)
    running = pathlib.Path(f"{worker}.running")
    running.mkdir()
    # Of a question that it withdraws from polkit, libpolkit may have had the answer.
    make_bed(
        "--aperture", "512", options=("--domain-editor", str(worker)),
        expected="Error cancelling authorization check",
    )  # fmt: skip
    return running


def edit(caller):
    return caller.start(
        ROOT, DOMAINS, "EditXml", "(ssa{sv})", members.XML, members.UUID, {}, timeout=120
    )


def test_two_of_ones_own(slow, alice):
    pending = [edit(alice) for _ in range(10)]
    most = 0
    while not all(p.answered() for p in pending):
        most = max(most, len(list(slow.iterdir())))
        time.sleep(0.005)
    assert most == 2
    assert all("<hostdev" in p.result() for p in pending)


def test_who_has_few_is_next(slow, alice, bob, nobody):
    """Sixty of one user's do not keep another's waiting for them all."""
    flood = [edit(alice) for _ in range(30)] + [edit(bob) for _ in range(30)]
    callers.eventually(lambda: len(list(slow.iterdir())) == 4)
    assert edit(nobody).result(60)
    assert len([p for p in flood if p.answered()]) < 30
    assert all("<hostdev" in p.result(120) for p in flood)


def test_who_leaves_takes_no_turn(slow, bob):
    caller = callers.Caller("alice")
    for _ in range(40):
        edit(caller)
    callers.eventually(lambda: list(slow.iterdir()))
    caller.close()
    assert edit(bob).result(60)
    log = pathlib.Path(str(slow).removesuffix("running") + "log")
    assert log.read_text().count("begun") < 20
