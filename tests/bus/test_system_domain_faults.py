# SPDX-License-Identifier: LGPL-2.1-or-later
"""Edits of the service's own that others spoil: the worker, libvirt, somebody else, a full disk."""

import os
import pathlib
import signal
import time

import pytest

import callers
import vms
from callers import DOMAINS, ROOT, BusError
from system_domains import URI, UUID
from system_domains import attach, backups, define, detach, files, folder, refused, restore
from system_domains import system, worker  # noqa: F401 # fixtures


# Says that it begins, and waits to be let.
WAITING = """
open(sys.argv[0] + ".begun", "w").close()
while not os.path.exists(sys.argv[0] + ".go"):
    time.sleep(0.01)
"""


def test_somebody_else_changes_the_domain_meanwhile(system, worker, libvirt, root):
    options = worker(WAITING)
    bed = system(*options)
    pending = root.start(ROOT, DOMAINS, "Attach", "(ssa{sv})", "win11", UUID, {}, timeout=60)
    callers.eventually(pathlib.Path(f"{options[1]}.begun").exists)
    libvirt.virsh("desc", "win11", "--config", "changed meanwhile")
    pathlib.Path(f"{options[1]}.go").touch()
    error = refused(pending.result)
    assert error.name == "Conflict", error
    assert "changed meanwhile" in libvirt.xml() and UUID not in libvirt.xml()
    assert not files(bed)


def test_libvirt_refuses_the_definition(system, worker, libvirt, root):
    lines = "if verb != STRIP: answer(lambda xml: xml.replace('</devices>', '<nonsense/></devices>'))"
    bed = system(*worker(lines))
    before = libvirt.xml()
    error = refused(attach, root)
    assert error.name == "Libvirt" and "refuses" in error.message, error
    assert libvirt.xml() == before and not files(bed)


def test_libvirt_drops_something(system, worker, libvirt, root):
    """What is defined but not what was meant is taken back."""
    again = "verb == EDIT and b'gvt:attachment' in os.pread(0, 1 << 20, 0)"
    bed = system(*worker(f"if {again}: answer(lambda xml: xml + ' ')"))
    before = libvirt.xml()
    error = refused(attach, root)
    assert error.name == "Libvirt" and "left out" in error.message, error
    assert libvirt.xml() == before and not files(bed)


# How the worker is asked to look once more at what libvirt has made of a definition.
AGAIN = {
    attach: "verb == EDIT and b'gvt:attachment' in os.pread(0, 1 << 20, 0)",
    detach: "verb == STRIP and b'gvt:attachment' not in os.pread(0, 1 << 20, 0)",
}


@pytest.mark.parametrize("call", AGAIN)
@pytest.mark.parametrize("what", ["sys.exit(9)", "answer(lambda xml: xml + ' ')"])
def test_what_libvirt_made_of_it_is_not_right(system, worker, libvirt, root, call, what):
    """Nor is what cannot be looked at: it is taken back."""
    bed = system(*worker(f"if {AGAIN[call]}: {what}"))
    if call is detach:
        attach(root)
    before, kept = libvirt.xml(), files(bed)
    error = refused(call, root)
    assert ("cannot be checked" if "exit" in what else "left out") in error.message, error
    assert libvirt.xml() == before and files(bed) == kept


def test_taken_back_too_late(system, worker, libvirt, root):
    """Who changed it since is not overruled, and the caller hears where the old definition is."""
    change = f"os.system('virsh --connect {URI} desc win11 --config changed since')"
    bed = system(*worker(f"if {AGAIN[attach]}: {change}; sys.exit(9)"))
    before = libvirt.xml()
    error = refused(attach, root)
    assert "what it was before is in the backup 0001, since going back failed" in error.message, error
    assert "changed since" in libvirt.xml() and UUID in libvirt.xml()
    (backup,) = files(bed)
    assert (folder(bed) / backup).read_text().strip() == before.strip()


EVIL = [
    "xml.replace('/usr/bin/qemu-system-x86_64', '/tmp/evil')",
    "xml.replace('<devices>', '<devices><disk type=\"block\"><source dev=\"/dev/sda\"/></disk>')",
    "xml.replace('</domain>', '<seclabel type=\"none\"/></domain>')",
    "xml.replace('<vcpu', '<vcpu placement=\"auto\"')",
    "'<domain/>'",
    "''",
]


@pytest.mark.parametrize("evil", EVIL)
def test_a_worker_that_was_taken_over(system, worker, libvirt, root, evil):
    """What it says is not defined, unless it is an edit and nothing else."""
    bed = system(*worker(f"if verb in (EDIT, STRIP): answer(lambda xml: {evil})"))
    before = libvirt.xml()
    for call in (attach, detach):
        assert refused(call, root).name in ("Failed", "InvalidArgument"), call
    assert libvirt.xml() == before and not files(bed)


def test_a_worker_that_dies(system, worker, libvirt, root):
    bed = system(*worker("sys.exit(9)"))
    before = libvirt.xml()
    assert refused(attach, root).name == "Failed"
    assert refused(detach, root).name == "Failed"
    assert libvirt.xml() == before and not files(bed)


def test_there_is_no_libvirt(make_bed, root):
    make_bed("--aperture", "512", options=("--libvirt", f"{URI}-gone"))
    root.create(uuid=UUID)
    for call in (attach, detach, restore, backups):
        error = refused(call, root)
        assert error.name == "Libvirt" and "cannot connect" in error.message, error


def test_libvirt_hangs(system, libvirt, root, alice):
    """The call ends, the service goes on, and with libvirt's return so does everything."""
    bed = system()
    before = libvirt.xml()
    os.kill(libvirt.daemon.pid, signal.SIGSTOP)
    try:
        begin = time.monotonic()
        pending = root.start(ROOT, DOMAINS, "Attach", "(ssa{sv})", "win11", UUID, {})
        path = alice.create()
        alice.vgpu(path, "Remove")
        assert not pending.answered()
        with pytest.raises(BusError) as error:
            pending.result(12)
        assert error.value.name == "Libvirt" and "does not answer" in error.value.message
        assert time.monotonic() - begin > 5, "it was given the time it needs"
        begin = time.monotonic()
        assert refused(backups, alice).name == "Libvirt"
        assert time.monotonic() - begin < 5, "who comes later need not wait again"
        prepare = ("Prepare", "(ssasta{sv})", "win11", vms.VM, [UUID], 65536, {})
        root.call(ROOT, DOMAINS, *prepare)
        root.call(ROOT, DOMAINS, "Release", *prepare[1:])
    finally:
        os.kill(libvirt.daemon.pid, signal.SIGCONT)

    def back():
        """libvirt answers again"""
        try:
            return backups(root) == []
        except BusError as error:
            assert error.name == "Libvirt"
            return False

    callers.eventually(back)
    assert libvirt.xml() == before and not files(bed), "what was given up is not done later"
    attach(root)
    assert UUID in libvirt.xml()


def test_the_service_ends_while_libvirt_hangs(system, libvirt, root):
    bed = system()
    os.kill(libvirt.daemon.pid, signal.SIGSTOP)
    try:
        pending = root.start(ROOT, DOMAINS, "Attach", "(ssa{sv})", "win11", UUID, {})
        assert root.get(ROOT, callers.MANAGER, "Version") and not pending.answered()
        begin = time.monotonic()
        bed.stop()
        assert time.monotonic() - begin < 10
    finally:
        os.kill(libvirt.daemon.pid, signal.SIGCONT)
        bed.start()
    assert UUID not in libvirt.xml() and not files(bed)


def test_no_room_for_a_backup(system, libvirt, root):
    """Without a backup nothing is changed, and the backups there are stay whole."""
    bed = system()
    attach(root)
    attached, kept = libvirt.xml(), (folder(bed) / files(bed)[0]).read_bytes()
    mount = f"mount --types tmpfs --options size=4k,mode=700 tmpfs {folder(bed)}"
    assert os.system(mount) == 0
    try:
        (folder(bed) / "filler").write_bytes(b"x" * 4096)
        error = refused(detach, root)
        assert error.name == "Failed" and "No space left" in error.message, error
        assert files(bed) == ["filler"]
    finally:
        os.system(f"umount {folder(bed)}")
    assert libvirt.xml() == attached
    assert (folder(bed) / files(bed)[0]).read_bytes() == kept


@pytest.fixture
def without_headless():
    """A QEMU that says of itself that it has no egl-headless."""
    qemu = pathlib.Path("/usr/bin/qemu-system-x86_64")
    poor = pathlib.Path("/run/qemu-without-headless")
    poor.write_bytes(qemu.read_bytes().replace(b"egl-headless", b"egl-headlesX"))
    poor.chmod(0o755)
    yield str(poor)
    poor.unlink()


def test_a_display_that_its_qemu_lacks(system, libvirt, root, without_headless):
    """libvirt refuses to define it, which is the answer, and nothing is left of the attempt."""
    system()
    define(libvirt, vms.DOMAIN.replace("/usr/bin/qemu-system-x86_64", without_headless))
    assert "egl-headless" not in libvirt.virsh("domcapabilities", "--emulatorbin", without_headless).stdout
    before = libvirt.xml()
    with pytest.raises(BusError) as refused:
        attach(root, display="vnc-egl")
    assert refused.value.name == "Libvirt"
    assert "egl-headless" in refused.value.message
    assert libvirt.xml() == before and not backups(root)
    attach(root, display="spice-gl")
