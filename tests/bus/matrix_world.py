# SPDX-License-Identifier: LGPL-2.1-or-later
"""A host where each method of the service has something to do, and what of it a call may change."""

import os
import pathlib
import stat
import struct

import callers
import vms
from callers import DOMAINS, ROOT, VGPU

UUIDS = {
    "alice": "a11ce000-0000-4000-8000-000000000001",
    "carol": "ca501000-0000-4000-8000-000000000001",
}
VMS = {
    "alice": "a11ce000-0000-4000-8000-0000000000ff",
    "carol": "ca501000-0000-4000-8000-0000000000ff",
}
ATTACHED = "d0d0d0d0-0000-4000-8000-000000000001"
WIN10 = "d0d0d0d0-0000-4000-8000-0000000000ff"
SPARE = "d0d0d0d0-0000-4000-8000-000000000002"
HOST = "org.gvt.Manager.Host"


def rom():
    """An option ROM of one EFI image, as small as they come."""
    image = bytearray(512)
    struct.pack_into("<HHI", image, 0, 0xAA55, 1, 0x0EF1)
    struct.pack_into("<HH", image, 8, 11, 0x8664)
    struct.pack_into("<HH", image, 0x16, 0x40, 0x1C)
    struct.pack_into("<4sHH", image, 0x1C, b"PCIR", 0x8086, 0x5916)
    struct.pack_into("<H", image, 0x1C + 0x0A, 0x18)
    struct.pack_into("<HHBB", image, 0x1C + 0x10, 1, 0, 3, 0x80)
    return bytes(image)


def files_below(top):
    """Mode, owner and access list of everything there, and the content of files."""
    seen = {}
    for folder, folders, names in os.walk(top):
        for name in folders + names:
            path = pathlib.Path(folder, name)
            state = path.lstat()
            try:
                acl = os.getxattr(path, "system.posix_acl_access", follow_symlinks=False)
            except OSError:
                acl = None
            readable = stat.S_ISREG(state.st_mode) and state.st_mode & 0o444
            content = path.read_bytes() if readable else None
            seen[str(path)] = (state.st_mode, state.st_uid, state.st_gid, acl, content)
    return seen


def changes(before, after):
    return {
        key: (before.get(key), after.get(key))
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key)
    }


class World:
    """A host where each method has something to do, with vGPUs of two owners, and a libvirt."""

    def __init__(self, root, libvirt, bed):
        self.root, self.libvirt, self.bed = root, libvirt, bed
        self.configured = pathlib.Path(libvirt.files)
        self.edited = None
        for uuid in (*UUIDS.values(), ATTACHED, SPARE):
            self.make_vgpu(uuid)
        self.make_domains()
        self.call(HOST, "InstallRom", "(aysa{sv})", rom(), "old.rom", {})
        self.call(HOST, "Configure", "(asa{sv})", ["modules"], {})
        arguments = ("EditXml", "(ssa{sv})", vms.DOMAIN, UUIDS["alice"], {})
        self.edited = self.call(DOMAINS, *arguments)
        self.shape = self.now()

    def call(self, interface, method, *arguments):
        return self.root.call(ROOT, interface, method, *arguments)

    def make_vgpu(self, uuid):
        """One in the state that every cell finds it in."""
        owner = {UUIDS[user]: user for user in UUIDS}.get(uuid)
        if owner is None:
            self.root.create(uuid=uuid, define=True, activate=False)
            return
        path = self.root.create(uuid=uuid, start="domain", label="its")
        self.root.vgpu(path, "Adopt", {"alice": 4001, "carol": 4003}[owner])
        self.call(DOMAINS, "Prepare", "(ssasta{sv})", "vm", VMS[owner], [uuid], 0, {})

    def make_domains(self):
        """win10 has no vGPU, win11 has one. Twice: what libvirt adds itself it puts elsewhere then."""
        for name, uuid in (("win11", vms.VM), ("win10", WIN10)):
            self.libvirt.define(vms.DOMAIN.replace("win11", name).replace(vms.VM, uuid))
            self.libvirt.define(self.libvirt.xml(name))
        self.call(DOMAINS, "Attach", "(ssa{sv})", "win11", ATTACHED, {})
        self.domains = [self.libvirt.xml(name) for name in ("win10", "win11")]

    def now(self):
        """What a call may change, without the counts and times that tell that it did."""
        host = self.bed.host
        objects = {
            path: {key: value for key, value in vgpu.items() if key != "DeviceNode"}
            for path, vgpu in self.root.of(VGPU).items()
        }
        # Backups pile up, and the record of a ROM says when it came.
        state = {
            path: b"" if "/roms/" in path else content
            for path, content in host.files().items()
            if "/backups/" not in path
        }
        roms = sorted(path.name for path in (host.dir / "usr/share/vgabios").glob("*.rom"))
        return objects, state, roms, self.libvirt_files()

    def libvirt_files(self):
        return {str(p): p.read_bytes() for p in sorted(self.configured.rglob("*.xml"))}

    def snapshot(self):
        """Everything that there is, down to the times that sysfs was written to."""
        seen = {"writes": self.bed.host.writes(), "bus": self.root.objects()}
        for top in ("sys", "etc", "var", "usr", "dev", "run", "boot"):
            seen |= files_below(self.bed.host.dir / top)
        return seen | self.libvirt_files()

    def mend_vgpu(self, owner):
        """Brings back what an earlier call has removed or given away, and leaves the rest."""
        path = callers.vgpu_path(UUIDS[owner])
        found = self.root.of(VGPU).get(path)
        if found and found["OwnerUid"] == self.shape[0][path]["OwnerUid"]:
            return
        if found:
            self.root.vgpu(path, "Remove")
        self.make_vgpu(UUIDS[owner])

    def mend(self):
        """Undoes all that was done."""
        objects, state, roms, domains = self.now()
        for path in changes(objects, self.shape[0]):
            if path in objects:
                self.root.vgpu(path, "Remove")
            if path in self.shape[0]:
                self.make_vgpu(self.shape[0][path]["Uuid"])
        if domains != self.shape[3]:
            for xml in self.domains:
                self.libvirt.define(xml)
        for name in set(roms) - set(self.shape[2]):
            self.call(HOST, "RemoveRom", "(sa{sv})", name, {})
        if "old.rom" not in roms:
            self.call(HOST, "InstallRom", "(aysa{sv})", rom(), "old.rom", {})
        if state.keys() != self.shape[1].keys():
            self.call(HOST, "Revert", "(a{sv})", {})
            self.call(HOST, "Configure", "(asa{sv})", ["modules"], {})
        for wanted, found in zip(self.shape, self.now()):
            assert found == wanted
