# SPDX-License-Identifier: LGPL-2.1-or-later
"""An option ROM of the catalogue reaches a confined QEMU of the system libvirt; another does not."""
import re
import subprocess
from pathlib import Path

import mdev
import product
import pytest
from rom import efi_rom
from vm import DOMAIN, command_line

VIRSH = ["virsh", "-q", "-c", "qemu:///system"]
NAME = "firmware-vm"
ROM, BLOCKS = "test.rom", 16  # 8 KiB
CATALOGUE = Path("/usr/share/vgabios")
ELSEWHERE = Path("/usr/share/elsewhere/test.rom")


def virsh(*argv, **options):
    return subprocess.run([*VIRSH, *argv], capture_output=True, text=True, **options)


def domain_xml():
    done = virsh("dumpxml", "--inactive", NAME)
    assert done.returncode == 0, done
    return done.stdout


def define(xml):
    defined = virsh("define", "/dev/stdin", input=xml)
    assert defined.returncode == 0, defined


@pytest.fixture
def vm_with_rom(tmp_path):
    """A UEFI VM of the system's libvirt, and its vGPU with a ROM that was installed by name."""
    file = tmp_path / "any-name"
    file.write_bytes(efi_rom(BLOCKS))
    product.client("rom", "install", str(file), "--name", ROM)
    define(DOMAIN.format(name=NAME, mib=256, devices="").replace("<os>", "<os firmware='efi'>"))
    product.client("-c", "qemu:///system", "attach", NAME, "--type", product.TYPE_8, "--rom", ROM)
    yield
    virsh("destroy", NAME)
    virsh("undefine", "--nvram", NAME)
    product.client("rom", "remove", ROM)


def qemu():
    return int(Path(f"/run/libvirt/qemu/{NAME}.pid").read_text())


def denials(path):
    """AppArmor's refusals of a file, in the kernel's log of this boot."""
    journal = subprocess.check_output(["journalctl", "-b", "-k", "-o", "cat"], text=True)
    return [line for line in journal.splitlines()
            if 'apparmor="DENIED"' in line and str(path) in line]


def test_confined_qemu_opens_the_rom_of_the_catalogue_and_no_other(vm_with_rom, transcript):
    started = virsh("start", NAME)
    assert started.returncode == 0, started
    pid = qemu()
    assert f'"romfile":"{CATALOGUE / ROM}"' in command_line(pid)
    label = mdev.read(f"/proc/{pid}/attr/apparmor/current")
    assert label.startswith("libvirt-") and label.endswith("(enforce)"), label
    enforced = subprocess.check_output(["aa-status"], text=True)
    assert f"({pid}) {label.split()[0]}" in enforced, enforced
    # The vGPU has no ROM of its own; QEMU makes memory of this one after it has read it.
    blocks = transcript.check(*VIRSH, "qemu-monitor-command", NAME, "--hmp", "info ramblock")
    assert re.search(rf"vfio-pci\.rom .* 0x0*{len(efi_rom(BLOCKS)):x}$", blocks, re.M)
    assert denials(CATALOGUE) == []
    assert ROM in transcript.check("gvt-client", "rom", "list")
    virsh("destroy", NAME)

    ELSEWHERE.parent.mkdir()
    try:
        ELSEWHERE.write_bytes(efi_rom(BLOCKS))
        define(domain_xml().replace(str(CATALOGUE / ROM), str(ELSEWHERE)))
        refused = transcript.run(*VIRSH, "start", NAME)
        assert refused.returncode != 0 and str(ELSEWHERE) in refused.stdout
        assert mdev.eventually(lambda: denials(ELSEWHERE))
        transcript.lines += denials(ELSEWHERE)[:1]
    finally:
        ELSEWHERE.unlink()
        ELSEWHERE.parent.rmdir()
