# SPDX-License-Identifier: LGPL-2.1-or-later
"""Other releases' libvirt and QEMU, each in a root of its own. Run through tests/generations/run."""

import os
import pathlib
import re
import shlex
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "bus"))

from callers import eventually  # noqa: E402
from daemons import Daemon  # noqa: E402


class Generation:
    """A Debian release's libvirtd, as root, in a copy of its root that is thrown away."""

    def __init__(self, suite):
        self.suite = suite
        self.root = pathlib.Path(f"/run/generations/{suite}")
        upper = pathlib.Path(f"/run/generations/{suite}-changes")
        for folder in (self.root, upper / "files", upper / "work"):
            folder.mkdir(parents=True)
        lower = pathlib.Path(os.environ["GVT_GENERATIONS"]) / suite
        layers = f"lowerdir={lower},upperdir={upper}/files,workdir={upper}/work"
        mounts = [
            ("--types", "overlay", "--options", layers, "overlay", self.root),
            ("--types", "proc", "proc", self.root / "proc"),
            ("--rbind", "/sys", self.root / "sys"),
            ("--rbind", "/dev", self.root / "dev"),
            ("--types", "tmpfs", "tmpfs", self.root / "run"),
        ]
        for words in mounts:
            subprocess.run(["mount", *words], check=True)
        self.daemon = Daemon("/usr/sbin/chroot", self.root, "/usr/sbin/libvirtd")
        eventually((self.root / "run/libvirt/libvirt-sock").is_socket, 60)
        version = self.virsh("version --daemon")
        self.libvirt = tuple(map(int, re.search(r"daemon: (\d+)\.(\d+)", version).groups()))
        self.qemu = tuple(map(int, re.search(r"hypervisor: QEMU (\d+)\.(\d+)", version).groups()))

    def run(self, *argv, check=True):
        done = subprocess.run(
            ["chroot", self.root, *argv], capture_output=True, text=True, timeout=300, check=False
        )
        assert not check or done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
        return done

    def virsh(self, commands):
        return self.run("virsh", "--quiet", "--connect", "qemu:///system", commands).stdout

    def write(self, xml):
        (self.root / "run/domain.xml").write_text(xml)

    def is_valid(self, xml):
        """Whether this libvirt's own schema takes it."""
        self.write(xml)
        return self.run("virt-xml-validate", "/run/domain.xml", "domain", check=False).returncode == 0

    def define(self, xml):
        name = re.search("<name>(.*)</name>", xml)[1]
        self.write(xml)
        dump = f"dumpxml --inactive --security-info {name}"
        return self.virsh(f"define --validate /run/domain.xml; {dump}").strip() + "\n"

    def arguments(self, xml):
        """What QEMU would be run with: environment, and arguments as a list."""
        self.write(xml)
        words = shlex.split(self.virsh("domxml-to-native qemu-argv /run/domain.xml"))
        start = next(i for i, word in enumerate(words) if "=" not in word.split("/")[0])
        return dict(word.split("=", 1) for word in words[:start]), words[start:]

    def graphics(self):
        text = self.virsh("domcapabilities --virttype qemu")
        part = text.split("<graphics")[1].split("</graphics>")[0]
        return re.findall("<value>(.*)</value>", part)


@pytest.fixture(scope="session", params=os.environ["GVT_SUITES"].split())
def generation(request):
    made = Generation(request.param)
    yield made
    made.daemon.stop()
