# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every example runs as it is written."""

import os
import pathlib
import re
import shlex
import shutil
import struct
import subprocess

import pytest

import callers
import members
import vms
from callers import VGPU
from test_host import systemd  # noqa: F401  a fixture
from system_domains import URI, define

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
SMALL = "i915-GVTg_V5_8"
UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"


def option_rom():
    """A ROM small enough for a command line: one EFI driver for 8086:3ea0 that does nothing."""
    header = struct.pack("<HHIHHH8xHH", 0xAA55, 1, 0x0EF1, 11, 0x8664, 0, 0x40, 0x1C)
    data = struct.pack("<4sHHHHB3sHHBBH", b"PCIR", 0x8086, 0x3EA0, 0, 0x18, 3, b"\0\0\3", 1, 0, 3, 0x80, 0)
    return (header + bytes(2) + data).ljust(512, b"\0")


def run(*words, user="root", **environment):
    settings = {"env": {**callers.environment(user), **environment}}
    done = callers.run_as(user, *map(str, words), timeout=120, **settings)
    assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_all_are_tested():
    tested = pathlib.Path(__file__).read_text()
    readme = (EXAMPLES / "README.md").read_text()
    for path in EXAMPLES.iterdir():
        assert path.name == "README.md" or (path.name in tested and f"({path.name})" in readme)


@pytest.mark.parametrize("tool", ["busctl", "gdbus"])
def test_every_method(make_bed, libvirt, tmp_path, tool):
    bed = make_bed("--aperture", "512", options=("--libvirt", URI))
    define(libvirt)
    before = libvirt.xml()
    rom = tmp_path / "example.rom"
    rom.write_bytes(option_rom())
    run("bash", EXAMPLES / tool, "win11", rom, LIBVIRT_DEFAULT_URI=URI)
    assert libvirt.xml() == before and not bed.root.of(VGPU) and not bed.host.devices()
    text = (EXAMPLES / tool).read_text()
    for interface, method, _, _ in members.methods():
        assert f"{interface}{' ' if tool == 'busctl' else '.'}{method} " in text.replace("\n", " \n"), method


def test_python(bed, alice):
    """vgpu.py, a copy of hers: the source may lie where only root can look."""
    copy = shutil.copy(EXAMPLES / "vgpu.py", callers.environment("alice")["HOME"])
    assert re.fullmatch(r"/dev/vfio/\d+\n", run(copy, user="alice"))
    assert not alice.of(VGPU)


def test_javascript(bed, alice):
    """vgpus.js"""
    alice.create(uuid=UUID, define=True)
    assert re.fullmatch(f"{UUID} {SMALL} active /dev/vfio/\\d+\n", run("gjs", "-m", EXAMPLES / "vgpus.js"))
    with subprocess.Popen(["gjs", "-m", EXAMPLES / "vgpus.js", UUID], stdout=subprocess.PIPE, text=True) as watch:
        assert "active" in watch.stdout.readline()
        alice.vgpu(callers.vgpu_path(UUID), "Stop")
        assert "inactive -" in watch.stdout.readline()
        alice.vgpu(callers.vgpu_path(UUID), "Remove")
        assert watch.wait(20) == 0


def test_polkit_rule(bed, carol):
    """50-gvt-manager.rules: carol is not at the machine."""
    def refused(size):
        return vms.client("carol", "--no-ask-password", "create", size).returncode

    assert refused(SMALL) == 3
    group = pathlib.Path("/etc/group")
    # Before the sandbox's own rules, which stand for the policy's defaults.
    rule = pathlib.Path("/etc/polkit-1/rules.d/40-gvt-manager.rules")
    before = group.read_text()
    try:
        group.write_text(f"{before}vgpu:x:4100:carol\n")
        rule.write_text((EXAMPLES / "50-gvt-manager.rules").read_text())

        def granted():
            """polkitd has read the rule"""
            return refused(SMALL) == 0

        callers.eventually(granted)
        assert refused("i915-GVTg_V5_2") == 3, "that type is not in the rule"
    finally:
        group.write_text(before)
        rule.unlink(missing_ok=True)


def test_user_unit(bed, libvirt, alice, tmp_path):
    """gvt-vm@.service: what it runs; there is no device for QEMU here, so the VM does not start."""
    unit = (EXAMPLES / "gvt-vm@.service").read_text()
    (tmp_path / "gvt-vm@win11.service").write_text(unit)
    done = callers.run_as("root", "systemd-analyze", "--user", "verify", tmp_path / "gvt-vm@win11.service")
    assert "gvt-vm" not in done.stderr, done.stderr
    libvirt.define()
    assert vms.client("alice", "attach", "win11", "--type", SMALL).returncode == 0
    command = re.search(r"(?m)^ExecStart=(.*)$", unit)[1].replace("%i", "win11")
    done = vms.client("alice", *shlex.split(command)[1:])
    assert shlex.split(command)[0] == "/usr/bin/gvt-client"
    assert done.returncode == 8 and "cannot start the VM" in done.stderr
    (vgpu,) = alice.of(VGPU).values()
    assert vgpu["State"] == "inactive", "released again"


def test_playbook(bed, root, systemd, tmp_path):  # noqa: F811
    """playbook.yml, twice: the second time there is nothing left to do."""
    words = tmp_path / "words"
    (tmp_path / "systemctl").write_text(f"#!/bin/sh\necho \"$@\" >>{words}\nkill -HUP {bed.service.pid}\n")
    (tmp_path / "systemctl").chmod(0o755)

    def play():
        out = run("ansible-playbook", "--connection=local", "--inventory=localhost,", EXAMPLES / "playbook.yml",
                  "--extra-vars=ansible_python_interpreter=/usr/bin/python3", ANSIBLE_NOCOLOR="1",
                  PATH=f"{tmp_path}:{os.defpath}", ANSIBLE_LOCAL_TEMP=str(tmp_path))  # fmt: skip
        return {word: int(number) for word, number in re.findall(r"(\w+)=(\d+)", out)}

    first = play()
    assert first["failed"] == 0 and first["changed"] >= 3
    assert words.read_text() == "reload gvt-manager\n"
    (vgpu,) = root.of(VGPU).values()
    assert vgpu["Label"] == "media" and vgpu["Start"] == "boot" and vgpu["Active"]
    assert (bed.host.dir / "etc/modules-load.d/gvt-manager.conf").exists()
    assert play()["changed"] == 0
