# SPDX-License-Identifier: LGPL-2.1-or-later
"""What can lie where definitions and records are kept, and disks that take nothing."""

import contextlib
import json
import os
import subprocess

import pytest

import callers
from callers import VGPU, BusError
from hosts import GPU

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
PATH = callers.vgpu_path(UUID)
SMALL = "i915-GVTg_V5_8"
GOOD = json.dumps({"mdev_type": SMALL, "start": "manual", "attrs": []})


def numbered(number):
    return f"00000000-0000-4000-8000-{number:012}"


def a_gibibyte(path):
    with path.open("wb") as file:
        file.truncate(1 << 30)


def not_readable(text):
    return lambda path: path.write_bytes(text)


# What is no definition, by what it is called here.
BAD = {
    "empty": not_readable(b""),
    "1 GiB": a_gibibyte,
    "60,000 brackets deep": not_readable(b'{"mdev_type": ' + b"[" * 60000),
    "60,000 keys deep": not_readable(b'{"a":' * 12000 + b"1" + b"}" * 12000),
    "a NUL within": not_readable(GOOD.encode() + b"\0" + b"more"),
    "a NUL first": not_readable(b"\0" + GOOD.encode()),
    "not UTF-8": not_readable(b'{"mdev_type": "\xff\xfe"}'),
    "half": not_readable(GOOD.encode()[:20]),
    "not an object": not_readable(b"[1]"),
    "type of another kind": not_readable(b'{"mdev_type": 8}'),
    "FIFO": os.mkfifo,
    "directory": os.mkdir,
    "dangling link": lambda path: path.symlink_to("/nowhere"),
    "link to itself": lambda path: path.symlink_to(path),
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
}


def directory_of(host):
    path = host.dir / "etc/mdevctl.d" / GPU
    path.mkdir(parents=True)
    return path


@pytest.fixture
def strange(make_bed):
    """A host on which every kind of bad file was there before the service."""

    def fill(host):
        directory = directory_of(host)
        for number, make in enumerate(BAD.values()):
            make(directory / numbered(number))
        (directory / UUID).write_text(GOOD)

    return make_bed("--aperture", "512", before=fill)


def lines_about(service, name):
    return [line for line in service.text().splitlines() if name in line]


def test_what_is_no_definition_is_left_out(strange, alice):
    """With one line in the log each, however often one looks; and left as it is."""
    assert set(alice.of(VGPU)) == {PATH}
    before = {p.name: p.lstat() for p in directory_stat(strange.host)}
    alice.create(define=True)
    strange.host.create(SMALL, numbered(99))
    callers.eventually(lambda: len(alice.of(VGPU)) == 3)
    strange.host.remove(numbered(99))
    callers.eventually(lambda: len(alice.of(VGPU)) == 2)
    for number, kind in enumerate(BAD):
        assert len(lines_about(strange.service, numbered(number))) == 1, kind
    after = {p.name: p.lstat() for p in directory_stat(strange.host)}
    assert {n: (s.st_ino, s.st_size, s.st_mtime_ns) for n, s in before.items()} == {
        n: (s.st_ino, s.st_size, s.st_mtime_ns) for n, s in after.items() if n in before
    }


def directory_stat(host):
    return list((host.dir / "etc/mdevctl.d" / GPU).iterdir())


def test_a_key_twice(make_bed, alice):
    """mdevctl takes the last one, and so is this read: both would start the same thing."""
    text = f'{{"mdev_type": "i915-GVTg_V5_2", "start": "auto", "mdev_type": "{SMALL}", "start": "manual"}}'
    make_bed(before=lambda host: (directory_of(host) / UUID).write_text(text))
    vgpu = alice.get_all(PATH, VGPU)
    assert (vgpu["Type"], vgpu["Start"]) == (SMALL, "manual")


def count_shown(user):
    """How many vGPUs are on the bus, without all that could be said about them."""
    path, interface = "/org/gvt/Manager/vgpus", "org.freedesktop.DBus.Introspectable"
    return user.call(path, interface, "Introspect").count("<node name=")


def test_ten_thousand_definitions(make_bed, root):
    """All are shown, and the service still answers. The time is the benchmark's."""

    def fill(host):
        directory = directory_of(host)
        for number in range(10_000):
            (directory / numbered(number)).write_text(GOOD)

    bed = make_bed(before=fill)
    assert count_shown(root) == 10_000
    path = callers.vgpu_path(numbered(4711))
    root.vgpu(path, "Start")
    assert bed.host.devices() == {numbered(4711)}
    root.vgpu(path, "Remove")
    assert count_shown(root) == 9_999


BAD_RECORDS = {
    "empty": b"",
    "a later version": b"[vGPU]\nVersion=99\nOwner=4001\nLabel=\nDomain=\n",
    "no owner": b"[vGPU]\nVersion=1\nLabel=\nDomain=\n",
    "an owner too large": b"[vGPU]\nVersion=1\nOwner=4294967296\nLabel=\nDomain=\n",
    "a NUL": b"[vGPU]\nVersion=1\nOwner=4001\nLabel=\0\nDomain=\n",
    "half": b"[vGPU]\nVersion=1\nOwn",
}


@pytest.mark.parametrize("kind", BAD_RECORDS)
def test_a_record_that_cannot_be_read(bed, alice, kind):
    """The vGPU is root's then, and the record stays for the service that can read it, if any can."""
    alice.create(SMALL, uuid=UUID, define=True, label="x")
    record = bed.host.dir / "var/lib/gvt-manager/vgpus" / UUID
    bed.stop()
    record.write_bytes(BAD_RECORDS[kind])
    bed.start()
    vgpu = alice.get_all(PATH, VGPU)
    assert (vgpu["OwnerUid"], vgpu["Label"], vgpu["Defined"]) == (0, "", True)
    assert record.exists() == (kind != "empty")
    assert kind == "empty" or record.read_bytes() == BAD_RECORDS[kind]
    with pytest.raises(BusError) as refused:
        alice.vgpu(PATH, "Remove")
    assert refused.value.name.startswith("NotAuthorized")
    assert bed.host.devices() == {UUID}


def test_a_record_of_a_later_version_stays(bed, root, alice):
    """After a downgrade: root can use the vGPU, and nobody can overwrite what is not understood."""
    alice.create(SMALL, uuid=UUID, define=True)
    record = bed.host.dir / "var/lib/gvt-manager/vgpus" / UUID
    bed.stop()
    record.write_bytes(BAD_RECORDS["a later version"])
    bed.start()
    definition = bed.host.definition(UUID)
    for method, *arguments in (["SetLabel", "x"], ["Adopt", 4001], ["SetStart", "domain"]):
        with pytest.raises(BusError) as refused:
            root.vgpu(PATH, method, *arguments)
        assert refused.value.name == "NotSupported" and "later version" in refused.value.message
    for method in ("Stop", "Start", "Remove"):
        assert bed.host.definition(UUID) == definition
        root.vgpu(PATH, method)
    with pytest.raises(BusError) as refused:
        alice.create(SMALL, uuid=UUID)
    assert refused.value.name == "NotSupported" and not bed.host.devices()
    assert record.read_bytes() == BAD_RECORDS["a later version"]


@contextlib.contextmanager
def mounted(path, options):
    """A small file system with what is there already."""
    path.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ".aside")
    subprocess.run(["cp", "-a", path, aside], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"mode=755,{options}", "tmpfs", path], check=True)
    try:
        subprocess.run(["cp", "-a", f"{aside}/.", path], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


def read_only(path):
    subprocess.run(["mount", "-o", "remount,ro", path], check=True)


def fill_up(path):
    """Leaves no page of it."""
    with contextlib.suppress(OSError), (path / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)


# What writes to these two places, and what CreateVgpu is told first.
DEFINITIONS, RECORDS = "etc/mdevctl.d", "var/lib/gvt-manager"
WRITES = {
    "define": (DEFINITIONS, {}, "Define", []),
    "set-start": (DEFINITIONS, {}, "SetStart", ["domain"]),
    "set-start-record": (RECORDS, {"define": True}, "SetStart", ["domain"]),
    "label": (RECORDS, {}, "SetLabel", ["y"]),
    "label-defined": (RECORDS, {"define": True}, "SetLabel", ["y"]),
    "adopt": (RECORDS, {}, "Adopt", [4002]),
}


@pytest.mark.parametrize("trouble", [read_only, fill_up], ids=["EROFS", "ENOSPC"])
@pytest.mark.parametrize("where, options, method, arguments", WRITES.values(), ids=WRITES)
def test_a_disk_that_takes_nothing(bed, root, alice, trouble, where, options, method, arguments):
    """An error, the files as they were to the byte, nothing else, and nothing half done."""
    alice.create(SMALL, uuid=UUID, label="x", **options)
    with mounted(bed.host.dir / where, "size=32k,nr_inodes=64"):
        trouble(bed.host.dir / where)
        before, shown = bed.untouched(), alice.get_all(PATH, VGPU)
        access = bed.host.acl(UUID)
        with pytest.raises(BusError) as refused:
            root.vgpu(PATH, method, *arguments)
        assert refused.value.name == "Failed"
        assert os.strerror({"read_only": 30, "fill_up": 28}[trouble.__name__]) in refused.value.message
        assert bed.untouched() == before
        assert alice.get_all(PATH, VGPU) == shown
        assert bed.host.acl(UUID) == access


@pytest.mark.parametrize("where", [DEFINITIONS, RECORDS])
@pytest.mark.parametrize("method", ["Undefine", "Remove"])
def test_a_disk_that_gives_nothing_up(bed, alice, where, method):
    """What cannot be deleted is not half deleted: a definition stays whole with its vGPU."""
    alice.create(SMALL, uuid=UUID, label="x", define=True)
    with mounted(bed.host.dir / where, "size=32k"):
        read_only(bed.host.dir / where)
        before = bed.untouched()
        if where == DEFINITIONS:
            with pytest.raises(BusError) as refused:
                alice.vgpu(PATH, method)
            assert refused.value.name == "Failed" and "Read-only" in refused.value.message
            assert bed.untouched() == before
            assert alice.get(PATH, VGPU, "Defined") is True
        else:
            alice.vgpu(PATH, method)
            assert bed.host.definition(UUID) is None
    assert bed.service.running()
