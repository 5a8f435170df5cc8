# SPDX-License-Identifier: LGPL-2.1-or-later
"""Cells of the authorisation table with logind's own sessions.

tests/bus asks for all of them, with polkit rules in the place of logind; here it is logind that says
who sits at the machine.
"""
import re
import subprocess
from contextlib import contextmanager

import authorisation_table as table
import bus
import mdev
import product
import pytest
from session import Session

ROOT = "/org/gvt/Manager"
OUTCOMES = {"NotAuthorized": "refused", "NotAuthorizedCanObtain": "challenge"}
# What logind says of a session of each class of caller.
SESSIONS = {"active": ("yes", "seat0"), "inactive": ("no", "seat0"), "other": (None, "")}


@contextmanager
def session_of(caller, alice, bob):
    """A session like that of the table's caller: in front, behind another, or without a seat."""
    if caller in ("alice", "bob"):
        session = {"alice": alice, "bob": bob}[caller]
        session.activate()
        yield session
        return
    with Session("carol", terminal=9 if caller == "carol" else None) as session:
        alice.activate()
        yield session


def logind_says(session):
    shown = subprocess.check_output(["loginctl", "show-session", session.id], text=True)
    return dict(line.split("=", 1) for line in shown.splitlines())


def call(run, path, member, *arguments):
    """A call that does not allow polkit to ask; what came of it, in the table's words."""
    done = run("gdbus", "call", "--system", "--dest", bus.NAME, "--object-path", path,
               "--method", member, *arguments)  # fmt: skip
    if done.status == 0:
        return "done"
    refused = re.search(r"org\.gvt\.Manager\.Error\.(\w+)", done.err)
    return OUTCOMES.get(refused and refused[1], str(done))


def vgpu_of(account):
    """A vGPU that belongs to somebody, though not everybody may make one."""
    device = product.client("create", product.TYPE_8, "--define", "--inactive").strip()
    subprocess.run(["gdbus", "call", "--system", "--dest", bus.NAME, "--object-path", bus.path_of(device),
                    "--method", f"{bus.VGPU}.Adopt", str(account.pw_uid), "{}"], check=True)  # fmt: skip
    return device


@pytest.mark.parametrize("caller", ["alice", "bob", "carol", "nobody"])
def test_the_tables_cells(caller, alice, bob):
    kind, owner = table.callers()[caller]
    with session_of(caller, alice, bob) as session:
        active, seat = SESSIONS[kind]
        said = logind_says(session)
        assert said["Remote"] == "no" and said.get("Seat", "") == seat
        assert active in (None, said["Active"])
        device = vgpu_of(session.account if owner == caller else alice.account)
        calls = {
            "org.gvt.Manager.CreateVgpu": (ROOT, "''", f"'{product.TYPE_8}'", "{}"),
            "org.gvt.Manager.Domains.Attach": (ROOT, "'win10'", f"'{device}'", "{}"),
            "org.gvt.Manager.Vgpu.Remove": (bus.path_of(device), "{}"),
        }
        needs = {member: table.methods()[member][0][0] for member in calls}
        expected = {member: table.outcome(needs[member], caller, "as-shipped") for member in calls}
        found = {
            member: call(session.run, path, member, *arguments)
            for member, (path, *arguments) in calls.items()
        }
    assert found == expected
    there = [vgpu["uuid"] for vgpu in product.vgpus()]
    assert (device in there) == (expected["org.gvt.Manager.Vgpu.Remove"] != "done")
    made = expected["org.gvt.Manager.CreateVgpu"] == "done"
    assert len([uuid for uuid in there if uuid != device]) == made
    assert len(list(mdev.DEVICES.iterdir())) == made
