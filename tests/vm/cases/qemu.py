# SPDX-License-Identifier: LGPL-2.1-or-later
"""QEMU run directly, without libvirt, as an ordinary user and with one vGPU."""
import json
import os
import pwd
import socket
import subprocess
import tempfile
from pathlib import Path

import mdev

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
        return self.process.communicate(timeout=mdev.PATIENCE)[1]

    def qmp(self, *commands):
        """Run commands; the last one's answer."""
        assert mdev.eventually(lambda: self.monitor.exists() or self.process.poll())
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
