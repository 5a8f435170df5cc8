# SPDX-License-Identifier: LGPL-2.1-or-later
"""gvt-client backups and restore: a user's own VMs, and the system's through the service."""

import concurrent.futures
import contextlib
import fcntl
import json
import os
import pathlib
import re
import stat
import time

import pytest

import callers
import hosts
import vms
from callers import VGPU

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
SYSTEM = ("--connect", "qemu:///system")
FOLDER = pathlib.Path("/run/home/alice/.local/state/gvt-manager/backups") / vms.VM


def client(*words, user="alice", status=0):
    done = vms.client(user, *words)
    assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def listed(*words, **rest):
    return json.loads(client("--json", "backups", "win11", *words, **rest).stdout)


def define(libvirt, xml=vms.DOMAIN):
    """Twice: what libvirt adds by itself it puts elsewhere when it reads it again."""
    libvirt.define(xml)
    libvirt.define(libvirt.xml())


@pytest.fixture
def mine(bed, libvirt, alice):
    """alice's VM win11 and her vGPU."""
    alice.create(uuid=UUID, define=True, activate=False)
    define(libvirt)
    for path in FOLDER.glob("*"):
        path.unlink()
    return libvirt


def test_ones_own(mine):
    before = mine.xml()
    assert "No backup" in client("backups", "win11").stderr
    assert listed() == []
    client("attach", "win11", "--vgpu", UUID)
    attached = mine.xml()
    client("detach", "win11", "--keep")
    assert [(b["name"], b["reason"]) for b in listed()] == [
        ("0002", f"detach {UUID}"), ("0001", f"attach {UUID}"),
    ]  # fmt: skip
    assert all(abs(backup["time"] - time.time()) < 600 for backup in listed())
    table = client("backups", vms.VM).stdout
    assert re.search(rf"^0001 +\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d +attach {UUID}$", table, re.M), table
    assert mine.xml() == before
    client("restore", "win11", "0002")
    assert mine.xml() == attached
    client("restore", "win11")
    assert mine.xml() == before, "the newest is what restoring replaced"
    assert "nothing changed" in client("restore", "win11", "0001").stderr
    assert [b["reason"] for b in listed()][:2] == ["restore 0003", "restore 0002"]


def test_nobody_else_reads_them(mine):
    define(mine, vms.DOMAIN.replace("autoport='yes'", "autoport='yes' passwd='secret'"))
    client("attach", "win11", "--vgpu", UUID, "--keep-devices")
    (file,) = FOLDER.iterdir()
    assert "passwd='secret'" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(FOLDER.stat().st_mode) == 0o700
    assert stat.S_IMODE(FOLDER.parent.stat().st_mode) == 0o700
    client("restore", "win11")
    assert "passwd='secret'" in mine.xml()


def test_they_are_bounded(mine):
    for _ in range(6):
        client("attach", "win11", "--vgpu", UUID)
        client("detach", "win11", "--keep")
    assert [int(b["name"]) for b in listed()] == list(range(12, 2, -1))
    assert len(list(FOLDER.iterdir())) == 10


def test_a_refused_change_leaves_none(mine):
    before = mine.xml()
    client("attach", "win11", "--vgpu", UUID, "--dry-run")
    client("detach", "win11", "--vgpu", UUID, status=4)
    assert listed() == [] and mine.xml() == before


def test_no_backup_no_change(mine):
    before = mine.xml()
    FOLDER.mkdir(parents=True, exist_ok=True)
    FOLDER.parent.chmod(0o500)
    FOLDER.rmdir()
    try:
        failed = client("attach", "win11", "--vgpu", UUID, status=1)
        assert str(FOLDER.parent) in failed.stderr
    finally:
        FOLDER.parent.chmod(0o700)
    assert mine.xml() == before


@contextlib.contextmanager
def locked(folder):
    """As by somebody who is just writing a backup."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(fd)


@pytest.mark.expect("cannot")
@pytest.mark.parametrize("vgpu", ["goes", "stays", "is gone"])
def test_a_change_that_comes_too_late_leaves_none(mine, bed, alice, vgpu):
    """Nor the vGPU that was made for it; or it says that one is left, if it is."""
    client("attach", "win11", "--vgpu", UUID)
    client("detach", "win11", "--keep")
    before, vgpus = listed(), set(alice.of(VGPU))
    stays = vgpu == "stays"
    definitions = hosts.read_only(bed.host.dir / "etc/mdevctl.d") if stays else contextlib.nullcontext()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        with locked(FOLDER):
            attach = ("attach", "win11", "--type", "i915-GVTg_V5_8")
            pending = pool.submit(vms.client, "alice", *attach)
            callers.eventually(lambda: len(alice.of(VGPU)) == len(vgpus) + 1)
            if vgpu == "is gone":
                (made,) = set(alice.of(VGPU)) - vgpus
                alice.vgpu(made, "Remove")
            definitions.__enter__()
            mine.virsh("desc", "win11", "--config", "by somebody else")
        try:
            done = pending.result()
        finally:
            definitions.__exit__(None, None, None)
    assert done.returncode != 0 and "changed meanwhile" in done.stderr, done
    assert ("is left: " in done.stderr) == stays
    assert "by somebody else" in mine.xml() and "mdev" not in mine.xml()
    assert listed() == before
    assert len(alice.of(VGPU)) == len(vgpus) + stays


def test_one_too_many_is_no_failure(mine):
    """What cannot be cleared away is told, and the change is made."""
    client("attach", "win11", "--vgpu", UUID)
    leftover = FOLDER / f"0001-attach-{UUID}.xml.AAAAAA"
    leftover.mkdir()
    done = client("detach", "win11", "--keep")
    assert "cannot delete old backups" in done.stderr and leftover.name in done.stderr
    assert "mdev" not in mine.xml() and len(listed()) == 2
    leftover.rmdir()


def test_there_is_no_such_thing(mine):
    client("backups", "no-such-vm", status=4)
    client("restore", "no-such-vm", status=4)
    client("restore", "win11", status=4)
    client("restore", "win11", "0001", status=4)
    client("restore", "win11", "../../../../../../../etc/passwd", status=4)
    client("backups", status=2)
    client("restore", status=2)
    client("restore", "win11", "0001", "0002", status=2)


def test_of_the_system(bed, system_libvirt, root):
    libvirt = system_libvirt
    root.create(uuid=UUID, define=True, activate=False)
    define(libvirt)
    before = libvirt.xml()
    assert listed(*SYSTEM, user="root") == []
    client("attach", "win11", "--vgpu", UUID, *SYSTEM, user="root")
    attached = libvirt.xml()
    assert UUID in attached
    client("detach", "win11", "--vgpu", UUID, "--keep", *SYSTEM, user="root")
    assert libvirt.xml() == before
    assert [b["name"] for b in listed(*SYSTEM, user="alice")] == ["0002", "0001"]
    client("restore", "win11", *SYSTEM, status=3)
    client("restore", "win11", *SYSTEM, user="root")
    assert libvirt.xml() == attached
    client("restore", "win11", "0001", *SYSTEM, user="root")
    assert libvirt.xml() == before
    client("backups", "no-such-vm", *SYSTEM, status=4)
    client("restore", "win11", "9999", *SYSTEM, user="root", status=4)
