# SPDX-License-Identifier: LGPL-2.1-or-later
"""The simulated host's sysfs, used as a shell would."""

import contextlib
import os
import uuid

import hosts

TYPE = "i915-GVTg_V5_8"


def write(path, text):
    descriptor = os.open(path, os.O_WRONLY)
    os.write(descriptor, text.encode())
    os.close(descriptor)


class Sysfs:
    """The simulated host's files, written as a shell would."""

    def __init__(self, host):
        self.create_file = host.dir / f"sys/class/mdev_bus/{hosts.GPU}/mdev_supported_types/{TYPE}/create"
        self.devices = host.dir / "sys/bus/mdev/devices"
        self.kept = None

    def create(self):
        write(self.create_file, str(uuid.uuid4()))

    def remove_all(self, _result=None):
        for name in set(os.listdir(self.devices)) - {self.kept}:
            write(self.devices / name / "remove", "1")

    def keep_one(self):
        """One that stays, to read."""
        self.kept = str(uuid.uuid4())
        write(self.create_file, self.kept)

    def reads(self):
        """What CreateVgpu reads: the new vGPU, its group twice, its node's number, the types' room."""
        device, top = self.devices / self.kept, self.devices.parents[2]
        with contextlib.suppress(FileNotFoundError):
            os.readlink(device.with_name("none"))
        for path in (device, device / "mdev_type"):
            os.readlink(path)
        group = os.path.basename(os.readlink(device / "iommu_group"))
        for _ in range(2):
            os.listdir(top / "kernel/iommu_groups" / group / "devices")
        types = self.create_file.parents[1]
        attributes = [types / name / "available_instances" for name in os.listdir(types)]
        for path in (self.create_file.with_name("available_instances"), top / "class/vfio" / group / "dev", *attributes):
            path.read_bytes()
