# SPDX-License-Identifier: LGPL-2.1-or-later
"""The errno table: what Linux 6.1 was measured to answer, through the mount."""

import errno
import os
import subprocess

import pytest

from simhost import GPU, read, write

UUID = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001"
OTHER = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1002"
THIRD = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1003"
SMALL = "i915-GVTg_V5_8"
LARGE = "i915-GVTg_V5_4"


def fails(number, function, *arguments):
    with pytest.raises(OSError) as caught:
        function(*arguments)
    assert caught.value.errno == number, errno.errorcode[caught.value.errno]


@pytest.mark.parametrize(
    "text",
    [
        UUID,
        UUID + "\n",
        UUID.upper(),
        UUID + "x",
        UUID + " ",
        UUID + "\0",
    ],
)
def test_create_takes(host, text):
    host.create(SMALL, text)
    assert os.listdir(host.path("sys/bus/mdev/devices")) == [UUID]


@pytest.mark.parametrize(
    "text",
    [
        UUID[:-1],
        UUID + "\n\n",
        UUID[:-1] + "g",
        UUID.replace("-", "_"),
        UUID.replace("-", ""),
        "{" + UUID + "}",
        " " + UUID,
        "x",
        pytest.param("1" * 4095, id="4095 bytes"),
        pytest.param("1" * (1 << 20), id="1 MiB"),
    ],
)
def test_create_refuses(host, text):
    fails(errno.EINVAL, host.create, SMALL, text)
    assert os.listdir(host.path("sys/bus/mdev/devices")) == []
    assert host.available(SMALL) == 2


def test_nil_uuid(host):
    host.create(SMALL, "00000000-0000-0000-0000-000000000000")


def test_empty_write_is_nothing(host):
    fd = os.open(os.path.join(host.type_dir(SMALL), "create"), os.O_WRONLY)
    assert os.write(fd, b"") == 0
    os.close(fd)
    assert host.available(SMALL) == 2


def test_uuids_are_unique_everywhere(start):
    host = start("-p", GPU, "-p", "0000:03:00.0,gen=V4")
    host.create(SMALL, UUID)
    fails(errno.EEXIST, host.create, SMALL, UUID)
    fails(errno.EEXIST, host.create, LARGE, UUID)
    fails(errno.EEXIST, host.create, SMALL, UUID.upper())
    fails(errno.EEXIST, host.create, "i915-GVTg_V4_8", UUID, "0000:03:00.0")
    assert host.available("i915-GVTg_V4_8", "0000:03:00.0") == 2


def test_no_room_on_gvt_is_enospc(host):
    host.create(SMALL, UUID)
    assert (host.available(SMALL), host.available(LARGE)) == (1, 0)
    fails(errno.ENOSPC, host.create, LARGE, OTHER)
    host.create(SMALL, OTHER)
    fails(errno.ENOSPC, host.create, SMALL, THIRD)
    # A taken UUID is found before the room is looked at.
    fails(errno.EEXIST, host.create, SMALL, OTHER)


@pytest.mark.parametrize(
    "driver, type_id, room, number",
    [("mtty", "mtty-2", 12, errno.ENOSPC), ("mdpy", "mdpy-vga", 4, errno.EUSERS)],
)
def test_no_room_on_samples(start, driver, type_id, room, number):
    host = start("--empty", "-s", driver)
    for index in range(room):
        host.create(type_id, UUID[:-2] + f"{index:02x}", driver)
    fails(number, host.create, type_id, UUID[:-2] + "ff", driver)


def test_missing_type_or_parent(host):
    fails(errno.ENOENT, host.create, "i915-GVTg_V5_3", UUID)
    fails(errno.ENOENT, host.create, SMALL, UUID, "0000:00:03.0")


def test_modes_bind_root_too(host):
    host.create(SMALL, UUID)
    fails(errno.EACCES, read, os.path.join(host.type_dir(SMALL), "create"))
    fails(errno.EACCES, read, host.device(UUID, "remove"))
    fails(errno.EACCES, write, os.path.join(host.type_dir(SMALL), "name"), "x")
    fails(errno.EACCES, open, os.path.join(host.type_dir(SMALL), "new"), "w")
    fails(errno.EPERM, os.mkdir, os.path.join(host.type_dir(SMALL), "new"))
    fails(errno.EPERM, os.unlink, os.path.join(host.type_dir(SMALL), "name"))
    fails(errno.EPERM, os.rmdir, host.type_dir(SMALL))


def test_other_users_may_only_read(host):
    host.create(SMALL, UUID)
    script = f"""
        cd {host.path('sys/bus/mdev/devices', UUID)} || exit 1
        cat mdev_type/name >/dev/null || exit 2
        echo 1 2>/dev/null >remove && exit 3
        echo {OTHER} 2>/dev/null >mdev_type/create && exit 4
        cat remove 2>/dev/null && exit 5
        cat {host.path('control')} 2>/dev/null && exit 6
        exit 0"""
    assert subprocess.run(["sh", "-c", script], user=65534, group=65534).returncode == 0


@pytest.mark.parametrize("text", ["1", "2", "1\n", "0x1", "+1", "4294967296"])
def test_remove_takes(host, text):
    host.create(SMALL, UUID)
    assert write(host.device(UUID, "remove"), text) == len(text)
    assert os.listdir(host.path("sys/bus/mdev/devices")) == []
    assert host.available(SMALL) == 2


@pytest.mark.parametrize("text", ["0", "0\n", "0x0", ""])
def test_remove_of_zero_is_nothing(host, text):
    host.create(SMALL, UUID)
    write(host.device(UUID, "remove"), text)
    assert os.path.exists(host.device(UUID, "remove"))


@pytest.mark.parametrize(
    "text", ["foo", "-1", " 1", "1 ", "1x", "true", "y", str(1 << 64), "1\n\n", "1" * 99]
)
def test_remove_refuses(host, text):
    host.create(SMALL, UUID)
    fails(errno.EINVAL, write, host.device(UUID, "remove"), text)
    assert os.path.exists(host.device(UUID, "remove"))


def test_late_removers(host):
    host.create(SMALL, UUID)
    path = host.device(UUID, "remove")
    fd = os.open(path, os.O_WRONLY)
    write(path, "1")
    fails(errno.ENODEV, os.write, fd, b"1")
    os.close(fd)
    fails(errno.ENOENT, write, path, "1")


def test_open_files_of_what_is_gone(host):
    host.create(SMALL, UUID)
    fd = os.open(host.device(UUID, "intel_vgpu/vgpu_id"), os.O_RDONLY)
    assert os.read(fd, 100) == b"1\n"
    write(host.device(UUID, "remove"), "1")
    fails(errno.ENODEV, os.pread, fd, 100, 0)
    os.close(fd)
    create = os.open(os.path.join(host.type_dir(SMALL), "create"), os.O_WRONLY)
    host.control(f"unregister {GPU}")
    fails(errno.ENODEV, os.write, create, UUID.encode())
    os.close(create)


def test_shell_redirection(host):
    """A shell truncates before it writes; that must not fail or count."""
    path = os.path.join(host.type_dir(SMALL), "create")
    subprocess.run(["sh", "-c", f"echo {UUID} > '{path}'"], check=True)
    assert os.path.exists(host.device(UUID))
    assert host.stat("writes create") == 1
