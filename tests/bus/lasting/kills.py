# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kills the service, or fails it, at a chosen system call of a chosen call; what was there then."""

import os
import pathlib
import subprocess

import callers
from callers import DOMAINS, MANAGER, ROOT, VGPU, BusError, eventually

PROGRAM = pathlib.Path(os.environ["GVT_BUILD"]) / "tests/bus/lasting/gvt-kill-at"
UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
VM = "5e6b1f0a-3a0b-4b8e-9a55-0f3c0a6f4a11"
PATH = callers.vgpu_path(UUID)
SMALL = "i915-GVTg_V5_8"
GONE = None

# A long run takes what others leave of the machine.
PATIENCE = int(os.environ.get("GVT_KILL_PATIENCE", "30"))


class Operation:
    """A call that changes a vGPU.

    user: who calls; before: what CreateVgpu is told first, if anything; request: the call; states: what
    there may be after a kill, as (Active, Start, OwnerUid, Label), the last what the call is to bring.
    """

    def __init__(self, user, before, request, *states, prepared=False):
        self.user = user
        self.before = before
        self.request = request
        self.states = states
        self.prepared = prepared

    def set_up(self, users):
        if self.before is not None:
            users[self.before[0]].create(SMALL, uuid=UUID, **self.before[1])
        if self.prepared:
            users[self.user].call(*PREPARE)


def create(**options):
    options = callers.variants({"uuid": UUID, **options})
    return (ROOT, MANAGER, "CreateVgpu", "(ssa{sv})", "", SMALL, options)


def method(name, *arguments):
    signature = {"SetStart": "s", "SetLabel": "s", "Adopt": "u"}.get(name, "")
    return (PATH, VGPU, name, f"({signature}a{{sv}})", *arguments, {})


PREPARE = (ROOT, DOMAINS, "Prepare", "(ssasta{sv})", "vm", VM, [UUID], 65536, {})
RELEASE = (ROOT, DOMAINS, "Release", "(ssasta{sv})", "vm", VM, [UUID], 65536, {})
ALICE, BOB = 4001, 4002

TRANSIENT = (True, "", ALICE, "")
ACTIVE = (True, "manual", ALICE, "")
INACTIVE = (False, "manual", ALICE, "")
WITH_VM = (True, "domain", ALICE, "")
WITHOUT_VM = (False, "domain", ALICE, "")
ROOTS = (True, "", 0, "")
BOOT = (True, "boot", 0, "")

OPERATIONS = {
    "create": Operation("alice", None, create(label="x"), GONE, (True, "", ALICE, "x")),
    "create-defined": Operation("alice", None, create(define=True), GONE, TRANSIENT, ACTIVE),
    "create-domain": Operation("alice", None, create(start="domain"), GONE, TRANSIENT, WITH_VM),
    "create-boot": Operation("root", None, create(start="boot"), GONE, ROOTS, BOOT),
    "create-inactive": Operation(
        "alice", None, create(define=True, activate=False), GONE, INACTIVE
    ),
    "define": Operation("alice", ("alice", {}), method("Define"), TRANSIENT, ACTIVE),
    "start": Operation(
        "alice", ("alice", {"define": True, "activate": False}), method("Start"), INACTIVE, ACTIVE
    ),
    "stop": Operation("alice", ("alice", {"define": True}), method("Stop"), ACTIVE, INACTIVE),
    "stop-transient": Operation("alice", ("alice", {}), method("Stop"), TRANSIENT, GONE),
    "undefine": Operation(
        "alice", ("alice", {"define": True}), method("Undefine"), ACTIVE, TRANSIENT
    ),
    "undefine-inactive": Operation(
        "alice", ("alice", {"define": True, "activate": False}), method("Undefine"), INACTIVE, GONE
    ),
    "remove": Operation(
        "alice", ("alice", {"define": True}), method("Remove"), ACTIVE, TRANSIENT, GONE
    ),
    "remove-boot": Operation("root", ("root", {"start": "boot"}), method("Remove"), BOOT, ROOTS, GONE),
    "set-start": Operation(
        "alice", ("alice", {}), method("SetStart", "domain"), TRANSIENT, WITH_VM
    ),
    "set-start-boot": Operation(
        "root", ("root", {}), method("SetStart", "boot"), ROOTS, BOOT
    ),
    "set-label": Operation(
        "alice", ("alice", {"define": True}), method("SetLabel", "x"), ACTIVE,
        (True, "manual", ALICE, "x"),
    ),
    "adopt": Operation(
        "root", ("alice", {"define": True}), method("Adopt", BOB), ACTIVE, (True, "manual", BOB, "")
    ),
    "prepare": Operation(
        "alice", ("alice", {"start": "domain", "activate": False}), PREPARE, WITHOUT_VM, WITH_VM
    ),
    "release": Operation(
        "alice", ("alice", {"start": "domain"}), RELEASE, WITH_VM, WITHOUT_VM, prepared=True
    ),
}  # fmt: skip


class Killer:
    """gvt-kill-at on a service."""

    def __init__(self, pid, number, which, failure=0):
        self.process = subprocess.Popen(
            [PROGRAM, str(pid), str(number), which, str(failure)], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout.readline() == "ready\n"

    def end(self):
        """What it says, as words: killed NUMBER CALL WHOSE, failed NUMBER CALL, or counted NUMBER."""
        self.process.terminate()
        words = self.process.stdout.read().split()
        assert self.process.wait() == 0 and words
        return words


def run(bed, user, request, number, which, failure=0):
    """Makes a call and kills the service at its number-th system call; 0 for never.

    failure: an errno, for that system call to fail with instead. What the killer says, and the error of
    the call or None.
    """
    killer = Killer(bed.service.pid, number, which, failure)
    error = None
    try:
        user.call(*request, timeout=PATIENCE)
    except BusError as caught:
        error = caught
    return killer.end(), error


def state(user):
    """(Active, Start, OwnerUid, Label) of the vGPU, or GONE; and nothing else is shown."""
    shown = user.of(VGPU)
    assert set(shown) <= {PATH}, shown
    if not shown:
        return GONE
    vgpu = shown[PATH]
    assert vgpu["Defined"] == (vgpu["Start"] != "")
    assert (vgpu["State"], vgpu["Failure"]) == ("active" if vgpu["Active"] else "inactive", "")
    return vgpu["Active"], vgpu["Start"], vgpu["OwnerUid"], vgpu["Label"]


def leftovers(host):
    """Files that are neither a definition nor a record nor our note about the kernel."""
    tops = ("etc/mdevctl.d", "var/lib/gvt-manager")
    files = [p for top in tops for p in (host.dir / top).rglob("*") if not p.is_dir()]
    return [p for p in files if p.name not in (UUID, "last-good-kernel")]


def records(host):
    directory = host.dir / "var/lib/gvt-manager/vgpus"
    return {p.name for p in directory.iterdir()} if directory.exists() else set()


def whole(bed, user, permitted):
    """All that is there says the same thing: kernel, node, definition, record, bus. The state."""
    is_now = state(user)
    assert is_now in permitted, f"{is_now} is none of {permitted}"
    active, start, owner, _label = is_now or (False, "", None, "")
    assert bed.host.devices() == ({UUID} if active else set())
    definition = bed.host.definition(UUID)
    assert (definition is not None) == (start != "")
    if definition:
        assert definition == {
            "mdev_type": SMALL, "start": "auto" if start == "boot" else "manual", "attrs": []
        }  # fmt: skip

    def access():
        """exactly the owner may open the node"""
        names = {ALICE: "alice", BOB: "bob"}
        return not active or bed.host.acl(UUID) == ({names[owner]: "rw-"} if owner else {})

    def noted():
        """a record where there is a vGPU"""
        return records(bed.host) == ({UUID} if is_now else set())

    eventually(access, PATIENCE)
    eventually(noted, PATIENCE)
    assert not leftovers(bed.host)
    return is_now
