# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults: that each does what the control file promises, and no more."""

import errno
import os
import signal
import stat
import subprocess
import time

import pytest

from simhost import GPU, read, write

UUID = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001"
OTHER = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1002"
SMALL = "i915-GVTg_V5_8"
LARGE = "i915-GVTg_V5_4"


def fails(number, function, *arguments):
    with pytest.raises(OSError) as caught:
        function(*arguments)
    assert caught.value.errno == number, errno.errorcode[caught.value.errno]


class Writer:
    """A process that writes once; its exit status is 0 or the errno."""

    def __init__(self, path, text):
        code = (
            "import os, sys\n"
            "fd = os.open(sys.argv[1], os.O_WRONLY)\n"
            "print('open', flush=True)\n"
            "try: os.write(fd, sys.argv[2].encode())\n"
            "except OSError as e: sys.exit(e.errno)\n"
        )
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "-c", code, path, text], stdout=subprocess.PIPE
        )
        assert self.process.stdout.readline() == b"open\n"

    def end(self):
        with self.process.stdout:
            return self.process.wait(timeout=10)

    def waits(self):
        """Whether it is still in write(), after ample time to get there and through."""
        time.sleep(0.2)
        return self.process.poll() is None


def eventually(condition):
    for _ in range(500):
        if condition():
            return True
        time.sleep(0.01)
    return False


def assert_half_removed(host, uuid):
    parent = host.path("sys/class/mdev_bus", GPU)
    assert not os.path.lexists(host.device(uuid))
    assert not os.path.lexists(os.path.join(host.type_dir(SMALL), "devices", uuid))
    assert sorted(os.listdir(os.path.join(parent, uuid))) == ["iommu_group", "vfio-dev"]
    assert os.listdir(host.path("sys/kernel/iommu_groups/0/devices")) == [uuid]
    assert os.path.exists(host.path("dev/vfio/0"))
    assert host.available(SMALL) == 1
    fails(errno.EEXIST, host.create, SMALL, uuid)
    fails(errno.ENOENT, write, os.path.join(parent, uuid, "remove"), "1")


def test_nth_write_fails(host):
    host.control("fail create 2 EIO")
    host.create(SMALL, UUID)
    fails(errno.EIO, host.create, SMALL, OTHER)
    host.create(SMALL, OTHER)
    assert host.stat("writes create") == 3
    assert host.stat("failed create") == 1
    host.control("fail remove every EAGAIN")
    for _ in range(3):
        fails(errno.EAGAIN, write, host.device(UUID, "remove"), "1")
    host.control("fail remove off")
    write(host.device(UUID, "remove"), "1")


def test_read_fails(host):
    host.control("fail available_instances 1 EIO")
    fails(errno.EIO, host.available, SMALL)
    assert host.available(SMALL) == 2


def test_stats(host):
    assert [host.stat("writes " + kind) for kind in ("create", "remove", "other")] == [0, 0, 0]
    host.create(SMALL, UUID)
    write(host.device(UUID, "uevent"), "add")
    fails(errno.EINVAL, write, host.device(UUID, "remove"), "x")
    assert [host.stat("writes " + kind) for kind in ("create", "remove", "other")] == [1, 1, 1]
    assert host.stat("failed remove") == 1
    host.control("reset-stats")
    assert host.stat("writes create") == 0
    assert f"vgpu {UUID} {GPU} {SMALL} group 0 active" in host.status()


def test_block_remove_hard(host):
    host.create(SMALL, UUID)
    late = os.open(host.device(UUID, "remove"), os.O_WRONLY)
    host.control("block remove hard")
    writer = Writer(host.device(UUID, "remove"), "1")
    assert writer.waits()
    assert_half_removed(host, UUID)
    # Nothing else is held up, and a second remover is told at once.
    fails(errno.ENODEV, os.write, late, b"1")
    os.close(late)
    host.create(SMALL, OTHER)

    writer.process.send_signal(signal.SIGTERM)
    assert writer.waits()
    writer.process.kill()
    assert writer.waits()
    assert_half_removed_line = f"vgpu {UUID} {GPU} {SMALL} group 0 removing by {writer.process.pid}"
    assert assert_half_removed_line in host.status()

    host.control("unblock remove")
    assert writer.end() in (-signal.SIGTERM, -signal.SIGKILL)
    assert os.listdir(host.path("sys/bus/mdev/devices")) == [OTHER]
    assert not os.path.exists(host.path("dev/vfio/0"))
    assert host.available(SMALL) == 1


def test_block_remove_killable(host):
    host.create(SMALL, UUID)
    host.control("block remove")
    writer = Writer(host.device(UUID, "remove"), "1")
    assert writer.waits()
    writer.process.terminate()
    assert writer.end() == -signal.SIGTERM
    assert_half_removed(host, UUID)
    host.control("unblock")
    assert host.available(SMALL) == 2


def test_block_create(host):
    path = os.path.join(host.type_dir(SMALL), "create")
    host.control("block create")
    first = Writer(path, UUID)
    second = Writer(path, OTHER)
    assert first.waits() and second.waits()
    assert host.available(SMALL) == 2
    assert host.stat("waiting create") == 2
    second.process.kill()
    assert second.end() == -signal.SIGKILL
    host.control("unblock create")
    assert first.end() == 0
    assert os.listdir(host.path("sys/bus/mdev/devices")) == [UUID]


def test_hold(host):
    host.create(SMALL, UUID)
    host.control(f"hold {UUID} 4711 1000 'qemu-system-x86_64'")
    assert os.readlink(host.path("proc/4711/fd/36")) == host.path("dev/vfio/0")
    assert read(host.path("proc/4711/comm")) == "qemu-system-x86\n"
    assert "\nUid:\t1000\t1000\t1000\t1000\n" in read(host.path("proc/4711/status"))
    arguments = read(host.path("proc/4711/cmdline")).split("\0")
    assert arguments[0] == "qemu-system-x86_64" and arguments[-1] == ""
    fails(errno.EBUSY, host.control, f"hold {UUID} 4712")
    fails(errno.EBUSY, host.control, f"unregister {GPU}")

    writer = Writer(host.device(UUID, "remove"), "1")
    assert writer.waits()
    assert_half_removed(host, UUID)
    writer.process.kill()
    assert writer.waits()
    host.control(f"unhold {UUID}")
    assert writer.end() == -signal.SIGKILL
    assert host.available(SMALL) == 2
    assert not os.path.exists(host.path("proc/4711"))


def test_holders_are_different_processes(host):
    host.create(SMALL, UUID)
    host.create(SMALL, OTHER)
    host.control(f"hold {UUID}")
    fails(errno.EEXIST, host.control, f"hold {OTHER} 4242")
    host.control(f"hold {OTHER}")
    assert sorted(os.listdir(host.path("proc"))) == ["4242", "4243", "cmdline"]
    host.control(f"unhold {UUID}")
    assert os.readlink(host.path("proc/4243/fd/36")) == host.path("dev/vfio/1")


def test_slow(host):
    host.control("slow available_instances 300")
    start = time.monotonic()
    assert host.available(SMALL) == 2
    assert time.monotonic() - start >= 0.3
    host.control("slow available_instances 0")
    host.control("slow create 300")
    writer = Writer(os.path.join(host.type_dir(SMALL), "create"), UUID)
    assert not os.path.exists(host.device(UUID))
    assert writer.end() == 0
    assert os.path.exists(host.device(UUID))


def test_slow_create_on_a_parent_that_goes(host):
    host.control("slow create 300")
    writer = Writer(os.path.join(host.type_dir(SMALL), "create"), UUID)
    assert eventually(lambda: host.stat("writes create") == 1)
    host.control(f"unregister {GPU}")
    assert writer.end() == errno.ENODEV


def test_node_shapes(host):
    node = host.path("dev/vfio/0")
    checks = {
        "none": lambda: not os.path.lexists(node),
        "symlink": lambda: os.path.islink(node),
        "plain": lambda: stat.S_ISREG(os.lstat(node).st_mode),
        "other": lambda: os.minor(os.lstat(node).st_rdev) != 0,
        "device": lambda: os.minor(os.lstat(node).st_rdev) == 0,
    }
    for shape, check in checks.items():
        host.control(f"node {shape}")
        host.create(SMALL, UUID)
        assert check(), shape
        assert os.path.exists(host.path("sys/class/vfio/0/dev"))
        write(host.device(UUID, "remove"), "1")
        assert not os.path.lexists(node)


def test_late_node(host):
    host.control("node device 200")
    host.create(SMALL, UUID)
    assert not os.path.exists(host.path("dev/vfio/0"))
    assert eventually(lambda: os.path.exists(host.path("dev/vfio/0")))
    host.control("node device 60000")
    host.create(SMALL, OTHER)
    write(host.device(OTHER, "remove"), "1")


def test_no_group(host):
    host.control("group none")
    host.create(SMALL, UUID)
    assert "iommu_group" not in os.listdir(host.device(UUID))
    assert os.listdir(host.path("sys/kernel/iommu_groups")) == []
    write(host.device(UUID, "remove"), "1")
    host.control("group normal")
    host.create(SMALL, UUID)
    assert os.path.exists(host.device(UUID, "iommu_group"))


def test_misplaced(start):
    host = start("-p", GPU, "-p", "0000:03:00.0")
    host.control(f"misplace type {LARGE}")
    host.create(SMALL, UUID)
    assert os.path.basename(os.readlink(host.device(UUID, "mdev_type"))) == LARGE
    write(host.device(UUID, "remove"), "1")
    host.control("misplace parent 0000:03:00.0")
    host.create(SMALL, UUID)
    assert f"/0000:03:00.0/{UUID}" in os.path.realpath(host.device(UUID))
    assert host.available(SMALL) == 1
    write(host.device(UUID, "remove"), "1")
    host.create(SMALL, UUID)
    assert f"/{GPU}/{UUID}" in os.path.realpath(host.device(UUID))
    assert os.path.basename(os.readlink(host.device(UUID, "mdev_type"))) == SMALL


def test_parent_goes_and_comes_back(host):
    host.create(SMALL, UUID)
    host.control(f"unregister {GPU}")
    assert os.listdir(host.path("sys/class/mdev_bus")) == []
    assert os.listdir(host.path("sys/bus/mdev/devices")) == []
    assert not os.path.exists(host.path("dev/vfio/0"))
    pci = host.path("sys/bus/pci/devices", GPU)
    assert os.path.exists(pci) and not os.path.exists(os.path.join(pci, "mdev_supported_types"))
    fails(errno.ENODEV, host.control, f"unregister {GPU}")
    host.control(f"register {GPU}")
    assert host.available(SMALL) == 2
    host.create(SMALL, UUID)


def test_physical_device_in_the_group(start):
    host = start("-d", "0000:01:00.0,driver=vfio-pci")
    host.create(SMALL, UUID)
    host.control(f"join {UUID} 0000:01:00.0")
    group = host.path("sys/kernel/iommu_groups/1/devices")
    assert sorted(os.listdir(group)) == ["0000:01:00.0", UUID]
    assert read(os.path.join(group, "0000:01:00.0/vendor")) == "0x10de\n"
    host.control(f"regroup {UUID} 0")
    assert os.readlink(host.device(UUID, "iommu_group")).endswith("/iommu_groups/0")
    write(host.device(UUID, "remove"), "1")
    assert os.path.exists(host.path("dev/vfio/0"))


def test_set_and_delete(host):
    path = f"devices/pci0000:00/{GPU}/mdev_supported_types/{SMALL}"
    host.control(rf"set {path}/available_instances 'two\nlines'")
    assert read(os.path.join(host.type_dir(SMALL), "available_instances")) == "two\nlines\n"
    host.control(f"delete {path}/name")
    assert not os.path.exists(os.path.join(host.type_dir(SMALL), "name"))
    fails(errno.ENOENT, host.control, f"delete {path}/name")
    fails(errno.ENOENT, host.control, "set no/such x")


@pytest.mark.parametrize(
    "command",
    [
        "bogus",
        "fail",
        "fail create",
        "fail create 0 EIO",
        "fail create 1",
        "fail create 1 EBOGUS",
        "slow create soon",
        "block remove gently",
        "node gone",
        "group maybe",
        "misplace uuid x",
        "unbalanced 'quote",
    ],
)
def test_bad_commands(host, command):
    fails(errno.EINVAL, host.control, command)
    assert host.status()[-1] != "last-error none"
    host.create(SMALL, UUID)


def test_clear(host):
    host.create(SMALL, UUID)
    for command in ("block remove hard", "fail create every EIO", "node none", "group none"):
        host.control(command)
    writer = Writer(host.device(UUID, "remove"), "1")
    assert writer.waits()
    host.control("clear")
    assert writer.end() == 0
    host.create(SMALL, OTHER)
    assert os.path.exists(host.path("dev/vfio/0"))
    assert not any(line.startswith("fault ") for line in host.status())


def test_end_with_a_blocked_writer(start):
    host = start()
    host.create(SMALL, UUID)
    host.control("block remove hard")
    writer = Writer(host.device(UUID, "remove"), "1")
    assert writer.waits()
    host.process.terminate()
    assert host.process.wait(timeout=10) == 0
    assert writer.end() == errno.ENODEV


def test_lazy_unmount(host):
    subprocess.run(["umount", "--lazy", host.path("sys")], check=True)
    assert os.listdir(host.path("sys")) == []
    host.control("reset-stats")
    assert host.stat("vgpus") == 0


def test_restart_after_a_kill(start):
    host = start()
    host.process.kill()
    host.process.wait()
    fails(errno.ENOTCONN, os.listdir, host.path("sys"))
    again = subprocess.Popen([host.process.args[0], host.root], stdout=subprocess.PIPE)
    with again.stdout:
        assert again.stdout.readline() == b"ready\n"
    host.process = again
    assert host.available(SMALL) == 2


def test_leaves_nothing(host):
    host.create(SMALL, UUID)
    host.control(f"hold {UUID}")
    host.process.terminate()
    assert host.process.wait(timeout=10) == 0
    assert sorted(os.listdir(host.root)) == ["etc", "run", "sys", "var"]


def test_many(start):
    host = start("-p", f"{GPU},instances=3000")
    path = os.path.join(host.type_dir(SMALL), "create")
    uuids = [f"{index:08x}" + UUID[8:] for index in range(3000)]
    for uuid in uuids:
        write(path, uuid)
    fails(errno.ENOSPC, write, path, UUID)
    assert sorted(os.listdir(host.path("sys/bus/mdev/devices"))) == uuids
    assert len(os.listdir(host.path("dev/vfio"))) == 3001
    for uuid in uuids:
        write(host.device(uuid, "remove"), "1")
    assert host.available(SMALL) == 3000
    assert os.listdir(host.path("sys/kernel/iommu_groups")) == []
