# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the service relies on stops answering, or is gone; others are served, and all is well after it.

The bounds are those of test_floods.py.
"""

import contextlib
import pathlib
import signal

import pytest

import callers
import daemons
import floods
import vms
from callers import DOMAINS, MANAGER, ROOT, VGPU, BusError, eventually
from floods import CREATE, PATH, UUID, call, outcome_of

LIBVIRT_URI = "qemu+unix:///session?socket=/run/user/4001/libvirt/libvirt-sock"
ATTACH = (ROOT, DOMAINS, "Attach", "(ssa{sv})", "win11", UUID, {})


@contextlib.contextmanager
def stopped(daemon):
    daemon.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        daemon.process.send_signal(signal.SIGCONT)


def test_polkit_stopped(bed, bearable, polkit, root, alice):
    """Users ask and leave, more than the bus lets polkit owe one connection; root goes on."""
    with stopped(polkit):
        with bearable():
            for _ in range(3):
                caller = callers.Caller("alice")
                pending = [caller.start(PATH, VGPU, "Remove", "(a{sv})", {}) for _ in range(60)]
                eventually(lambda: sum(p.answered() for p in pending) < 60)
                callers.eventually(lambda: root.get(PATH, VGPU, "Active"))
                caller.close()
            root.vgpu(PATH, "SetLabel", "still-here")
    created = eventually(lambda: created_by(alice))
    alice.vgpu(created, "Remove")
    assert root.get(PATH, VGPU, "Label") == "still-here"


def created_by(caller):
    """polkit has caught up"""
    try:
        return caller.create()
    except BusError:
        return None


def test_root_gets_in(make_bed, polkit, root, alice, bob, carol):
    """While all calls that users may have in flight wait for polkit, root's are done."""

    def limit(host):
        (host.dir / "etc").mkdir(exist_ok=True)
        (host.dir / "etc/gvt-manager.conf").write_text("[Limits]\nCalls=4\n")

    make_bed("--aperture", "512", before=limit, expected="polkit has no answer")
    with stopped(polkit):
        users = (alice, alice, bob, bob, carol)
        pending = [user.start(*CREATE, {}, timeout=60) for user in users]
        eventually(lambda: sum(p.answered() for p in pending) == 1)
        paths = [root.create() for _ in range(6)]
        assert sum(p.answered() for p in pending) == 1
    for path in paths:
        root.vgpu(path, "Remove")
    outcomes = [outcome_of(p) for p in pending]
    assert outcomes.count("LimitExceeded") == 1
    assert set(outcomes) <= {"LimitExceeded", "done", "NoCapacity", "NotAuthorizedCanObtain"}


def test_polkit_gone(bed, bearable, polkit, root, alice):
    calls = [
        call(MANAGER, "CreateVgpu", "(ssa{sv})", "('', 'i915-GVTg_V5_8', {})"),
        call(VGPU, "Remove", "(a{sv})", "({},)", PATH),
    ]
    polkit.kill()
    try:
        with bearable():
            outcomes = floods.flood("alice", calls, 500, 4)
    finally:
        polkit.process = daemons.start_polkit(root).process
    assert "done" not in outcomes
    alice.vgpu(alice.create(), "Remove")


@pytest.fixture
def bed_with_libvirt(make_bed, watch, root, libvirt):
    """alice's libvirt stands for the machine's: it may stop and go."""
    bed = make_bed(
        "--aperture", "512", options=("--libvirt", LIBVIRT_URI), environment=watch.environment
    )
    root.create(uuid=UUID, define=True, activate=False)
    libvirt.define()
    return bed


def test_libvirt_stopped(bed_with_libvirt, watch, root, bearable_of, libvirt):
    """An attach hangs with the libvirt it is for, and nobody else does."""
    with stopped(libvirt.daemon):
        with bearable_of(bed_with_libvirt, watch):
            pending = [root.start(*ATTACH, timeout=120) for _ in range(3)]
            for _ in range(10):
                root.vgpu(root.create(), "Remove")
            assert not any(p.answered() for p in pending)
    outcomes = {outcome_of(p) for p in pending}
    assert "done" in outcomes and outcomes <= {"done", "Busy", "Conflict"}
    assert UUID in libvirt.xml()


def test_libvirt_gone(bed_with_libvirt, watch, root, bearable_of, libvirt):
    """It ends in the middle of attaches, and those after fail, too; then it is there again."""
    bed = bed_with_libvirt
    before = bed.untouched(), root.get_all(PATH, VGPU)
    libvirt.daemon.process.send_signal(signal.SIGSTOP)
    try:
        with bearable_of(bed, watch):
            pending = [root.start(*ATTACH, timeout=120) for _ in range(3)]
            root.vgpu(root.create(), "Remove")
            libvirt.daemon.kill()
            outcomes = [outcome_of(p) for p in pending]
            outcomes += [outcome_of(root.start(*ATTACH)) for _ in range(10)]
            for _ in range(10):
                root.vgpu(root.create(), "Remove")
    finally:
        libvirt.daemon.kill()
        libvirt.start()
    assert set(outcomes) == {"Libvirt"}
    assert (bed.untouched()[1:], root.get_all(PATH, VGPU)) == (before[0][1:], before[1])
    assert UUID not in libvirt.xml()
    assert outcome_of(root.start(*ATTACH)) == "done"
    assert UUID in libvirt.xml()


@pytest.fixture
def silent_udev(bed):
    """udev's socket is there, and nothing comes of what it is told: as if it was stopped."""
    run = pathlib.Path(bed.host.dir) / "run/udev"
    run.mkdir(parents=True)
    (run / "control").touch()
    return run


def test_udev_says_nothing(bed, bearable, silent_udev, alice, bob):
    """VMs' vGPUs wait for udev's rules, but not for ever; no other vGPU does, and no other user.

    When udev wakes up and applies a rule that takes the access away, it is given back.
    """
    uuids = [f"c0ffee00-0000-4000-8000-00000000000{number}" for number in range(4)]
    for uuid in uuids:
        alice.create(uuid=uuid, start="domain", activate=False)
    with bearable():
        pending = [
            alice.start(
                ROOT, DOMAINS, "Prepare", "(ssasta{sv})",
                "vm", vms.VM[:-1] + uuid[-1], [uuid], 0, {}, timeout=60,
            )
            for uuid in uuids
        ]  # fmt: skip
        eventually(lambda: set(uuids) <= bed.host.devices())
        bob.vgpu(bob.create(), "Remove")
        assert not any(p.answered() for p in pending)
        assert [outcome_of(p) for p in pending] == ["done"] * len(uuids)
    assert "udev has not handled" in bed.service.text()
    assert all(bed.host.acl(uuid) == {"alice": "rw-"} for uuid in uuids)
    for uuid in uuids:
        bed.host.node(uuid).chmod(0o600)
    eventually(lambda: all(bed.host.acl(uuid) == {"alice": "rw-"} for uuid in uuids))


@pytest.mark.parametrize("how", ["", " hard"], ids=["killable", "uninterruptible"])
def test_a_removal_that_blocks(bed, bearable, root, how):
    bed.host.tell(f"block remove{how}")
    with bearable():
        assert outcome_of(root.start(PATH, VGPU, "Stop", "(a{sv})", {}, timeout=60)) == "Busy"
    bed.host.tell("unblock remove", "clear")
    eventually(lambda: not bed.host.devices())
