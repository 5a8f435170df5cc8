# SPDX-License-Identifier: LGPL-2.1-or-later
"""A simulated GVT-g host, and hands on it: what a shell would write, what a VM would hold open."""

import contextlib
import itertools
import json
import os
import pathlib
import subprocess

from callers import eventually
from daemons import Daemon

PROGRAM = pathlib.Path(os.environ["GVT_BUILD"]) / "tests/simhost/gvt-simhost"
GPU = "0000:00:02.0"


@contextlib.contextmanager
def read_only(folder):
    """Nothing below it can be written."""
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


class SimHost:
    """gvt-simhost on a directory of its own; the arguments are the program's."""

    count = itertools.count(1)

    def __init__(self, *arguments):
        self.dir = pathlib.Path(f"/run/host{next(self.count)}")
        self.dir.mkdir()
        self.arguments = arguments
        self.daemon = None

    def start(self):
        self.daemon = Daemon(str(PROGRAM), *self.arguments, str(self.dir))

        def ready():
            """the simulated host is there"""
            assert self.daemon.running(), self.daemon.text()
            return self.daemon.text().startswith("ready")

        eventually(ready)
        return self

    def tell(self, *lines):
        """Commands to the simulated machine; gvt-simhost --help lists them."""
        for line in lines:
            (self.dir / "control").write_text(line + "\n")

    def status(self):
        return (self.dir / "control").read_text()

    def writes(self):
        """How many times create and remove were written to, failures included."""
        status = dict(line.rsplit(" ", 1) for line in self.status().splitlines()[:6])
        return int(status["writes create"]), int(status["writes remove"]), int(status["writes other"])

    def devices(self):
        """The UUIDs of the vGPUs that exist."""
        return {
            name for name in os.listdir(self.dir / "sys/bus/mdev/devices")
        }

    def create(self, vgpu_type, uuid, parent=GPU):
        """Creates a vGPU as an administrator's shell does."""
        path = self.dir / "sys/class/mdev_bus" / parent / "mdev_supported_types" / vgpu_type / "create"
        subprocess.run(["/bin/sh", "-c", f"echo {uuid} > {path}"], check=True)

    def remove(self, uuid):
        path = self.dir / "sys/bus/mdev/devices" / uuid / "remove"
        subprocess.run(["/bin/sh", "-c", f"echo 1 > {path}"], check=True)

    def node(self, uuid):
        """The real file of a vGPU's device node."""
        group = os.readlink(self.dir / "sys/bus/mdev/devices" / uuid / "iommu_group")
        return self.dir / "dev/vfio" / os.path.basename(group)

    def acl(self, uuid):
        """Who but the file's owner may open a vGPU's node: user name to rights."""
        text = subprocess.run(
            ["getfacl", "--absolute-names", "--omit-header", self.node(uuid)],
            capture_output=True, text=True, check=True,
        ).stdout
        entries = [line.split("\t")[0].split(":") for line in text.splitlines() if line]
        assert not [e for e in entries if e[0] == "other" and e[2] != "---"], text
        return {e[1]: e[2] for e in entries if e[0] == "user" and e[1]}

    def definition_file(self, uuid, parent=GPU):
        return self.dir / "etc/mdevctl.d" / parent / uuid

    def definition(self, uuid, parent=GPU):
        """What mdevctl would read, or None."""
        path = self.definition_file(uuid, parent)
        return json.loads(path.read_text()) if path.exists() else None

    def files(self):
        """Every file below /etc and /var with its content."""
        return {
            str(path): path.read_bytes()
            for top in ("etc", "var")
            for path in sorted((self.dir / top).rglob("*"))
            if not path.is_dir()
        }

    def end(self):
        if self.daemon and self.daemon.running():
            self.tell("clear")
            status = self.daemon.stop()
            assert status == 0 and not self.daemon.complaints(), self.daemon.text()
