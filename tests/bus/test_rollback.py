# SPDX-License-Identifier: LGPL-2.1-or-later
"""What fails half way is taken back, and the first error is the one reported."""

import contextlib
import subprocess

import pytest

import callers
import vms
from callers import VGPU, BusError

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
PATH = callers.vgpu_path(UUID)
SMALL = "i915-GVTg_V5_8"


def failed(call, *arguments, **options):
    with pytest.raises(BusError) as error:
        call(*arguments, **options)
    return error.value


def assert_nothing_left(bed, before):
    """No device, no definition, no file of any kind, no object, and all room is back."""
    assert not bed.host.devices()
    assert bed.host.files() == before
    assert not bed.root.of(VGPU)
    types = {t["Id"]: t["AvailableInstances"] for t in bed.root.of(callers.TYPE).values()}
    assert types[SMALL] == 6


# The kernel's answers to a write to create, and what a caller is told.
ERRNOS = {
    "ENOSPC": "NoCapacity",
    "EUSERS": "NoCapacity",
    "EEXIST": "AlreadyExists",
    "ENODEV": "NotFound",
    "EIO": "Failed",
    "EINVAL": "Failed",
    "ENOMEM": "Failed",
    "EPERM": "Failed",
}


@pytest.mark.parametrize("errno, code", ERRNOS.items())
def test_the_kernel_refuses(bed, alice, errno, code):
    before = bed.host.files()
    bed.host.tell(f"fail create 1 {errno}")
    error = failed(alice.create, SMALL, "0000:00:02.0", uuid=UUID, define=True)
    assert error.name == code, error
    assert "0000:00:02.0" in error.message or UUID in error.message
    assert bed.host.writes() == (1, 0, 0)
    assert_nothing_left(bed, before)
    assert alice.create(uuid=UUID, define=True) == PATH, "the fault was the kernel's, once"


def test_it_is_of_another_type(bed, alice):
    """The kernel made something else than was asked for."""
    before = bed.host.files()
    bed.host.tell("misplace type i915-GVTg_V5_4")
    error = failed(alice.create, SMALL, uuid=UUID, define=True)
    assert error.name in ("Failed", "Conflict") and UUID in error.message
    assert bed.host.writes()[0] == 1
    assert_nothing_left(bed, before)


def test_it_is_on_another_gpu(make_bed, alice):
    bed = make_bed("--parent", "0000:00:02.0,aperture=512", "--parent", "0000:03:00.0,aperture=512")
    before = bed.host.files()
    bed.host.tell("misplace parent 0000:03:00.0")
    error = failed(alice.create, SMALL, "0000:00:02.0", uuid=UUID, define=True)
    assert error.name in ("Failed", "Conflict") and UUID in error.message
    assert_nothing_left(bed, before)


def test_it_has_no_group(bed, alice):
    """As with Linux 5.4 to 5.10 without the vfio_mdev module."""
    before = bed.host.files()
    bed.host.tell("group none")
    error = failed(alice.create, SMALL, uuid=UUID, define=True)
    assert error.name == "Failed" and "group" in error.message.lower()
    assert bed.host.writes()[:2] == (1, 1)
    assert_nothing_left(bed, before)


@pytest.mark.parametrize("shape", ["none", "symlink", "plain", "other"])
def test_its_node_is_not_right(bed, alice, shape):
    """Missing, or something else than the group's device node: nobody gets access to that."""
    before = bed.host.files()
    bed.host.tell(f"node {shape}")
    error = failed(alice.create, SMALL, uuid=UUID, define=True)
    assert error.name == "Failed" and "/dev/vfio/" in error.message
    assert bed.host.writes()[:2] == (1, 1)
    assert_nothing_left(bed, before)


def test_its_node_comes_late(bed, alice):
    bed.host.tell("node device 300")
    assert alice.create(SMALL, uuid=UUID) == PATH
    assert bed.host.acl(UUID) == {"alice": "rw-"}


@contextlib.contextmanager
def mounted(kind, path, options="mode=755"):
    path.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", kind, "-o", options, kind, path], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


def test_its_node_takes_no_acl(make_bed, alice):
    """A file system without ACLs (ramfs) below /dev/vfio."""

    def no_acls(host):
        (host.dir / "dev/vfio").mkdir(parents=True)
        subprocess.run(["mount", "-t", "ramfs", "ramfs", host.dir / "dev/vfio"], check=True)

    bed = make_bed("--aperture", "512", before=no_acls)
    before = bed.host.files()
    error = failed(alice.create, SMALL, uuid=UUID, define=True)
    assert error.name == "Failed" and "/dev/vfio/" in error.message
    assert bed.host.writes()[:2] == (1, 1)
    assert_nothing_left(bed, before)


@pytest.mark.parametrize("where", ["etc/mdevctl.d", "var/lib"])
def test_its_definition_cannot_be_written(bed, alice, where):
    """A read-only file system, for mdevctl's definition and for the record beside it."""
    with mounted("tmpfs", bed.host.dir / where, "ro"):
        error = failed(alice.create, SMALL, uuid=UUID, define=True)
        assert error.name == "Failed"
        assert not bed.host.devices()
        assert not bed.root.of(VGPU)
    assert_nothing_left(bed, bed.host.files())
    assert bed.host.definition(UUID) is None


def test_no_room_for_the_definition(bed, alice):
    """ENOSPC in the middle of writing; what is left of the file counts as nothing."""
    with mounted("tmpfs", bed.host.dir / "etc/mdevctl.d", "size=4k,nr_inodes=2,mode=755"):
        error = failed(alice.create, SMALL, uuid=UUID, define=True)
        assert error.name == "Failed"
        assert [p for p in (bed.host.dir / "etc/mdevctl.d").rglob("*") if p.is_file()] == []
    assert not bed.host.devices()


@pytest.mark.expect("cannot")
def test_the_first_error_is_reported_when_undoing_fails_too(bed, alice):
    """The vGPU that cannot be taken back stays visible, and is the caller's to remove."""
    bed.host.tell("node none", "fail remove 1 EIO")
    error = failed(alice.create, SMALL, uuid=UUID)
    assert error.name == "Failed" and "/dev/vfio/" in error.message
    assert bed.host.devices() == {UUID}
    callers.eventually(lambda: PATH in alice.of(VGPU))


def test_stop_fails(bed, alice):
    """A vGPU that the kernel does not remove stays what it was."""
    alice.create(SMALL, uuid=UUID, define=True)
    bed.host.tell("fail remove 1 EIO")
    assert failed(alice.vgpu, PATH, "Remove").name == "Failed"
    assert bed.host.devices() == {UUID} and bed.host.definition(UUID)
    assert alice.get(PATH, VGPU, "State") == "active"
    alice.vgpu(PATH, "Remove")
    assert not bed.host.devices() and bed.host.definition(UUID) is None


@pytest.mark.expect("cannot take back a memory-lock limit")
def test_neither_vgpu_nor_limit_goes_back(bed, alice):
    """The caller hears of the first; the administrator of both."""
    alice.create(SMALL, uuid=UUID, start="domain")
    lease = ("(ssasta{sv})", "win11", vms.VM, [UUID], 0, {})
    alice.call(callers.ROOT, callers.DOMAINS, "Prepare", *lease)
    notes = bed.host.dir / "run/gvt-manager"
    notes.mkdir(parents=True, exist_ok=True)
    note = notes / f"memory-lock-{alice.uid}"
    note.write_text(f"[MemoryLock]\nPid=1\nStarted=1\nSoft=1\nHard=1\nDomains={vms.VM};{UUID};\n")
    before = note.read_text()
    bed.host.tell("fail remove 1 EIO")
    subprocess.run(["mount", "--bind", notes, notes], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", notes], check=True)
    try:
        error = failed(alice.call, callers.ROOT, callers.DOMAINS, "Release", *lease)
    finally:
        subprocess.run(["umount", notes], check=True)
    assert error.name == "Failed" and UUID in error.message and "Input/output" in error.message
    assert bed.host.devices() == {UUID} and note.read_text() == before
    assert "cannot take back a memory-lock limit" in bed.service.text()
    alice.call(callers.ROOT, callers.DOMAINS, "Release", *lease)
    assert not bed.host.devices() and vms.VM not in note.read_text()


def test_group_with_a_physical_device(bed, alice):
    """Access to a group's node is access to every device in it: a physical one means none."""
    alice.create(SMALL, uuid=UUID, define=True)
    alice.vgpu(PATH, "Stop")
    bed.host.create(SMALL, "6d8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e")
    other = callers.vgpu_path("6d8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e")
    bed.root.heard("InterfacesAdded", other)
    bed.host.tell("join 6d8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e 0000:00:02.0")
    error = failed(bed.root.vgpu, other, "Adopt", 4001)
    assert error.name == "Failed" and "group" in error.message.lower()
    assert bed.host.acl("6d8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e") == {}
    assert alice.get(other, VGPU, "OwnerUid") == 0


@pytest.mark.parametrize("seen", [False, True])
def test_link_to_another_group(make_bed, root, seen):
    """A vGPU whose iommu_group link names a physical device's group gives no access to that one."""
    bed = make_bed("--pci-device", "0000:01:00.0,driver=vfio-pci")
    physical = next(p for p in (bed.host.dir / "dev/vfio").iterdir() if p.name.isdigit())
    uuid = "6d8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e"
    bed.host.create(SMALL, uuid)
    root.heard("InterfacesAdded", callers.vgpu_path(uuid))
    bed.host.tell(f"regroup {uuid} {physical.name}")
    if seen:
        bed.restart()
        assert failed(root.vgpu, callers.vgpu_path(uuid), "Adopt", 4001).name == "Failed"
    else:
        with contextlib.suppress(BusError):
            root.vgpu(callers.vgpu_path(uuid), "Adopt", 4001)
    done = subprocess.run(["getfacl", "-cp", physical], capture_output=True, text=True, check=True)
    assert "user:alice" not in done.stdout and physical.stat().st_mode & 0o77 == 0
