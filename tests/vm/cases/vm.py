# SPDX-License-Identifier: LGPL-2.1-or-later
"""Domains of a user's session libvirt, small enough to start in an emulated machine."""
import re
from pathlib import Path


DOMAIN = """
<domain type='qemu'>
  <name>{name}</name>
  <memory unit='MiB'>{mib}</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <features><acpi/></features>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
    {devices}
  </devices>
</domain>
"""
HOSTDEV = """
<hostdev mode='subsystem' type='mdev' managed='no' model='vfio-pci' display='off'>
  <source><address uuid='{uuid}'/></source>
  <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x0'/>
</hostdev>
"""


class Domain:
    def __init__(self, login, name, mib=64, devices=""):
        self.login, self.name = login, name
        xml = DOMAIN.format(name=name, mib=mib, devices=devices)
        self.login.virsh("define", "/dev/stdin", stdin=xml)

    def start(self):
        """Start it; how virsh ended."""
        return self.login.run("virsh", "-q", "-c", "qemu:///session", "start", self.name)

    def destroy(self):
        self.login.virsh("destroy", self.name)

    def remove(self):
        """Undefine it, running or not."""
        self.login.run("virsh", "-q", "-c", "qemu:///session", "destroy", self.name)
        self.login.virsh("undefine", self.name)

    def state(self):
        return self.login.virsh("domstate", self.name).strip()

    def xml(self):
        return self.login.virsh("dumpxml", "--inactive", self.name)

    def vgpu(self):
        """The UUID of the vGPU in its definition."""
        return re.search(r"<hostdev mode='subsystem' type='mdev'.*?uuid='([^']+)'", self.xml(),
                         re.S).group(1)

    def qemu(self):
        """The pid of its QEMU."""
        pidfile = Path(f"/run/user/{self.login.account.pw_uid}/libvirt/qemu/run/{self.name}.pid")
        return int(pidfile.read_text())


def command_line(pid):
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def open_files(pid):
    return [str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()]


def locked_memory_limit(pid):
    """The hard limit in bytes; None is no limit."""
    line = re.search(r"^Max locked memory +\S+ +(\S+)", Path(f"/proc/{pid}/limits").read_text(), re.M)
    return None if line.group(1) == "unlimited" else int(line.group(1))
