# SPDX-License-Identifier: LGPL-2.1-or-later
"""The kernel's mediated devices, by sysfs alone: what a shell with echo can do and see."""
import os
import socket
import subprocess
import time
import uuid
from pathlib import Path

GPU = "0000:00:02.0"
PARENTS = Path("/sys/class/mdev_bus")
DEVICES = Path("/sys/bus/mdev/devices")
GIB = 1 << 30
PATIENCE = 90  # seconds for what takes none or a few on an idle machine


def types(parent=GPU):
    return PARENTS / parent / "mdev_supported_types"


def type_of(number, parent=GPU):
    """The folder of i915's type for `number` vGPUs."""
    return types(parent) / f"i915-GVTg_V5_{number}"


def read(path):
    return Path(path).read_text().removesuffix("\n")


def available(type_folder):
    return int(read(type_folder / "available_instances"))


def write(path, text):
    """One write(2), as the kernel's attributes want it; OSError carries the driver's errno."""
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def create(type_folder, device=None):
    device = device or str(uuid.uuid4())
    write(type_folder / "create", device)
    return device


def remove(device):
    write(DEVICES / device / "remove", "1")


def remove_all():
    for device in list(DEVICES.iterdir()) if DEVICES.exists() else []:
        remove(device.name)


def node(device):
    """The device node of a vGPU's group."""
    return Path("/dev/vfio") / (DEVICES / device / "iommu_group").resolve().name


def module(verb, name, *parameters):
    subprocess.run({"load": ["modprobe", name, *parameters],
                    "unload": ["modprobe", "-r", name]}[verb], check=True)


def eventually(what, timeout=PATIENCE, interval=0.1):
    """Wait until `what()` is true; what it returned last."""
    deadline = time.monotonic() + timeout
    while not (result := what()) and time.monotonic() < deadline:
        time.sleep(interval)
    return result


class Uevents:
    """The kernel's uevents from now on, as dictionaries."""

    NETLINK_KOBJECT_UEVENT = 15
    KERNEL_GROUP = 1

    def __enter__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC,
                                    self.NETLINK_KOBJECT_UEVENT)
        self.socket.bind((0, self.KERNEL_GROUP))
        return self

    def __exit__(self, *_):
        self.socket.close()

    def wait_for(self, timeout=PATIENCE, **wanted):
        """The next event with these values, or None."""
        self.socket.settimeout(timeout)
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                fields = self.socket.recv(16384).split(b"\0")[1:]
            except TimeoutError:
                return None
            event = dict(field.decode().split("=", 1) for field in fields if b"=" in field)
            if wanted.items() <= event.items():
                return event
        return None
