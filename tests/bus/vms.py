# SPDX-License-Identifier: LGPL-2.1-or-later
"""A user's own libvirt: a real session libvirtd, and domains as people have them."""

import pathlib
import re

import callers
from daemons import COMPLAINT, Daemon

VM = "5f1b7a52-34b1-4b5c-8f7e-0d3c5a1b2c3d"
# TCG, because there may be no KVM; too little memory to hurt.
DOMAIN = f"""
<domain type='qemu'>
  <name>win11</name>
  <uuid>{VM}</uuid>
  <title>The one with the vGPU</title>
  <metadata>
    <app:note xmlns:app='http://example.org/app'>left alone</app:note>
  </metadata>
  <memory unit='KiB'>65536</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <controller type='pci' index='0' model='pcie-root'/>
    <graphics type='vnc' autoport='yes'><listen type='address' address='127.0.0.1'/></graphics>
    <video><model type='vga' vram='16384'/></video>
    <memballoon model='none'/>
  </devices>
</domain>
"""


class Libvirt:
    """libvirtd of a user's session, with the virsh that talks to it."""

    uri = "qemu:///session"

    def __init__(self, user):
        self.user = user
        self.start()

    def start(self):
        settings = callers.as_user(self.user)
        socket = pathlib.Path(f"/run/user/{settings['user']}/libvirt/libvirt-sock")
        socket.unlink(missing_ok=True)
        self.daemon = Daemon(
            "/usr/sbin/libvirtd",
            environment={**settings.pop("env"), "G_DEBUG": ""},
            **{key: settings[key] for key in ("user", "group", "extra_groups")},
        )
        callers.eventually(socket.exists, 30)

    def virsh(self, *words, check=True):
        done = callers.run_as(self.user, "virsh", "--connect", self.uri, *words, timeout=120)
        assert not check or done.returncode == 0, done.stderr
        return done

    def define(self, xml=DOMAIN, *flags):
        file = pathlib.Path("/run/logs") / f"{self.user}.xml"
        file.write_text(xml)
        self.virsh("define", *flags, file)

    def xml(self, domain="win11"):
        return self.virsh("dumpxml", "--inactive", "--security-info", domain).stdout

    def qemu_arguments(self, domain="win11"):
        return self.virsh("domxml-to-native", "qemu-argv", "--domain", domain).stdout

    def clean(self):
        """Leaves no domain behind for the next test."""
        for name in filter(None, self.virsh("list", "--all", "--name").stdout.splitlines()):
            self.virsh("destroy", name, check=False)
            self.virsh("undefine", "--nvram", name, check=False)

    def end(self):
        self.daemon.stop()


class SystemLibvirt(Libvirt):
    """libvirtd as root: qemu:///system, to look at for everybody, as libvirt's own policy has it."""

    uri = "qemu:///system"
    CONFIGURATION = (
        'auth_unix_ro = "none"\nunix_sock_ro_perms = "0777"\n'
        'auth_unix_rw = "none"\nunix_sock_rw_perms = "0700"\n'
    )

    def __init__(self):
        self.user = "root"
        # As the packages around libvirtd make them.
        for name in ("kvm", "libvirt-qemu"):
            if callers.run_as("root", "getent", "group", name).returncode:
                callers.run_as("root", "groupadd", "--system", name)
        if callers.run_as("root", "getent", "passwd", "libvirt-qemu").returncode:
            callers.run_as("root", "useradd", "--system", "--gid", "kvm", "libvirt-qemu")
        pathlib.Path("/etc/libvirt/libvirtd.conf").write_text(self.CONFIGURATION)
        # A user that may not open /dev/kvm would have QEMU probed at every call: root found it usable.
        pathlib.Path("/etc/libvirt/qemu.conf").write_text('user = "root"\ngroup = "root"\n')
        self.daemon = Daemon("/usr/sbin/libvirtd", environment={"G_DEBUG": ""})
        callers.eventually(pathlib.Path("/run/libvirt/libvirt-sock-ro").is_socket, 30)


def client(user, *words, text=None, timeout=60, program="gvt-client"):
    """gvt-client, or what ends in it, as a user; its own sanitizers watch it."""
    settings = {"env": {**callers.environment(user), **callers.sanitizers()}}
    if text is not None:
        settings["input"] = text
    done = callers.run_as(user, program, *words, timeout=timeout, **settings)
    bad = [line for line in done.stderr.splitlines() if COMPLAINT.search(line)]
    assert not bad, done.stderr
    assert done.returncode >= 0, f"killed by signal {-done.returncode}: {done.stderr}"
    return done


def with_vgpu(xml, uuid, alias="<alias name='ua-gvtg0'/>"):
    """A domain's XML with a vGPU in it, as a hook gets it; the alias is the one attach gives."""
    hostdev = (
        "<hostdev mode='subsystem' type='mdev' model='vfio-pci'>"
        f"<source><address uuid='{uuid}'/></source>{alias}</hostdev>"
    )
    return re.sub("</devices>", f"{hostdev}</devices>", xml)
