# SPDX-License-Identifier: LGPL-2.1-or-later
"""QEMU attaches the emulated vGPU: unprivileged, display off and on; and what a removal then does."""
import json
import os
import pwd
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

import mdev
import pytest

ALICE = pwd.getpwnam("alice")


class Qemu:
    """QEMU as alice with one vGPU; `device` adds to the properties of its vfio-pci."""

    def __init__(self, uuid, *arguments, device=""):
        self.folder = Path(tempfile.mkdtemp())
        os.chown(self.folder, ALICE.pw_uid, ALICE.pw_gid)
        self.monitor = self.folder / "qmp"
        self.process = subprocess.Popen(
            ["qemu-system-x86_64", "-nodefaults", "-display", "none", "-machine", "q35",
             "-m", "64", "-qmp", f"unix:{self.monitor},server=on,wait=off", *arguments,
             "-device", f"vfio-pci,addr=02.0,sysfsdev=/sys/bus/mdev/devices/{uuid}{device}"],
            user=ALICE.pw_uid, group=ALICE.pw_gid, extra_groups=[], cwd=self.folder,
            stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def refusal(self):
        """What a QEMU that must not start says."""
        return self.process.communicate(timeout=60)[1]

    def qmp(self, *commands):
        """Run commands; the last one's answer."""
        assert mdev.eventually(lambda: self.monitor.exists() or self.process.poll(), timeout=60)
        assert self.process.poll() is None, self.process.stderr.read()
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.monitor))
            lines = connection.makefile("rw")
            lines.readline()
            for command in [{"execute": "qmp_capabilities"}, *commands]:
                lines.write(json.dumps(command))
                lines.flush()
                while "event" in (answer := json.loads(lines.readline())):
                    pass
                assert "return" in answer, answer
        return answer["return"]

    def open_files(self):
        folder = Path(f"/proc/{self.process.pid}/fd")
        return [os.readlink(entry) for entry in folder.iterdir()]


def give_to_alice(uuid):
    subprocess.run(["setfacl", "-m", "u:alice:rw", mdev.node(uuid)], check=True)


def test_node_is_closed_without_an_acl():
    uuid = mdev.create(mdev.type_of(4))
    with Qemu(uuid) as qemu:
        assert f"failed to open {mdev.node(uuid)}: Permission denied" in qemu.refusal()


def test_attaches_with_display_off():
    uuid = mdev.create(mdev.type_of(4))
    give_to_alice(uuid)
    with Qemu(uuid) as qemu:
        assert qemu.qmp({"execute": "query-status"})["status"] == "running"
        assert str(mdev.node(uuid)) in qemu.open_files()


def test_attaches_with_display_on_and_opregion():
    uuid = mdev.create(mdev.type_of(8))
    give_to_alice(uuid)
    with Qemu(uuid, "-vnc", "unix:vnc", device=",display=on,x-igd-opregion=on") as qemu:
        picture = qemu.folder / "picture"
        qemu.qmp({"execute": "screendump", "arguments": {"filename": str(picture)}})
        header, size, depth, pixels = picture.read_bytes().split(b"\n", 3)
    assert (header, size, depth) == (b"P6", b"1024 768", b"255")
    # The first line is the eight colour bars, 128 pixels each.
    bars = [pixels[3 * (128 * bar + 64):][:3].hex() for bar in range(8)]
    assert bars == ["ffffff", "ffff00", "00ffff", "00ff00", "ff00ff", "ff0000", "0000ff", "000000"]


def test_real_drivers_refusal_without_kvm():
    parameter = "/sys/module/kvmgt/parameters/require_kvm"
    uuid = mdev.create(mdev.type_of(4))
    give_to_alice(uuid)
    mdev.write(parameter, "Y")
    try:
        with Qemu(uuid) as qemu:
            assert "No such process" in qemu.refusal()
    finally:
        mdev.write(parameter, "N")


def test_removal_in_use_blocks_until_the_vm_ends():
    uuid = mdev.create(mdev.type_of(4))
    node = mdev.node(uuid)
    give_to_alice(uuid)
    writer = threading.Thread(target=mdev.remove, args=[uuid], daemon=True)
    with Qemu(uuid) as qemu:
        qemu.qmp({"execute": "query-status"})
        writer.start()
        assert mdev.eventually(lambda: not (mdev.DEVICES / uuid).exists())
        writer.join(3)
        assert writer.is_alive() and node.exists()
        assert mdev.available(mdev.type_of(4)) == 0
        assert qemu.process.poll() is None
    writer.join(10)
    assert not writer.is_alive() and not node.exists()
    assert mdev.available(mdev.type_of(4)) == 1
