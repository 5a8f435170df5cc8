# SPDX-License-Identifier: LGPL-2.1-or-later
"""ModerniseXml, and gvt-client modernise for a user's own VMs: recipes of the guide, as people have
them in their domains, become attachments."""

import json
import re

import pytest

import vms
from callers import DOMAINS, ROOT, BusError, variants
from domain_editor import FIXTURES, device_of, values_of

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
NODE = "/dev/dri/by-path/pci-0000:00:02.0-render"
VM = "windows10"


def recipe(name="guide-uefi"):
    """A domain with a recipe, as any machine's libvirt takes it."""
    text = (FIXTURES / "legacy" / f"{name}.xml").read_text()
    return text.replace("type='kvm'", "type='qemu'", 1)


def modernise(caller, xml, **options):
    options = {key.replace("_", "-"): value for key, value in options.items()}
    return caller.call(ROOT, DOMAINS, "ModerniseXml", "(sa{sv})", xml, variants(options))


def client(*words, user="alice", status=0):
    done = vms.client(user, *words)
    assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


@pytest.fixture
def vm(bed, libvirt):
    """The guide's Windows VM, through libvirt twice."""
    libvirt.define(recipe())
    libvirt.define(libvirt.xml(VM))
    return libvirt


def backups():
    return [backup["reason"] for backup in json.loads(client("--json", "backups", VM).stdout)]


def test_text(bed, alice):
    """Golden outputs are the unit tests'; this is that text through the service."""
    modern = modernise(alice, recipe())
    golden = (FIXTURES / "golden" / "modernised-guide-uefi.xml").read_text()
    assert modern == golden.replace("type='kvm'", "type='qemu'", 1)
    assert modernise(alice, modern) == modern
    assert not bed.root.of("org.gvt.Manager.Vgpu"), "text only"


def test_for_an_older_libvirt(bed, alice):
    modern = modernise(alice, recipe(), qemu_syntax="commandline")
    assert "<qemu:override" not in modern and "value='vfio-pci.x-igd-opregion=on'" in modern


def test_what_draws(bed, alice):
    """An option where the recipe says nothing; the recipe's own where it does."""
    open_xml = re.sub(" rendernode='[^']*'", "", recipe())
    other = "/dev/dri/renderD129"
    assert "rendernode" not in modernise(alice, open_xml)
    assert f"rendernode='{other}'" in modernise(alice, open_xml, render_node=other)
    assert f"rendernode='{NODE}'" in modernise(alice, recipe(), render_node=other)


@pytest.mark.parametrize(
    "options, part",
    [
        ({"display": "vnc"}, "display"),
        ({"qemu_syntax": "xml"}, "qemu-syntax"),
        ({"qemu_syntax": True}, "qemu-syntax"),
        ({"render_node": "/etc/passwd"}, "render-node"),
    ],
)
def test_bad_options(bed, alice, options, part):
    with pytest.raises(BusError) as error:
        modernise(alice, recipe(), **options)
    assert error.value.name == "InvalidArgument" and part in error.value.message


def test_dry_run(vm):
    before = vm.xml(VM)
    diff = client("modernise", VM, "--dry-run").stdout
    assert re.search(r"^-.*device\.hostdev0\.romfile", diff, re.M)
    assert re.search(r"^\+.*<alias name='ua-gvtg0'/>", diff, re.M)
    assert vm.xml(VM) == before and backups() == []


def test_modernise(vm, alice):
    """The same device, in words that this libvirt and this QEMU take."""
    before = vm.xml(VM)
    done = client("modernise", VM)
    assert f"gvt-client create TYPE --uuid {UUID}" in done.stderr, "the one thing left to do"
    words = vm.qemu_arguments(VM).split()
    vgpu = device_of([word.strip("'") for word in words], "ua-gvtg0")
    wanted = {
        "driver": "vfio-pci-nohotplug", "display": "on", "ramfb": True, "x-igd-opregion": True,
        "romfile": "/usr/share/vgabios/vbios_gvt_uefi.rom", "xres": 1440, "yres": 900,
    }  # fmt: skip
    assert wanted.items() <= vgpu.items() and not values_of(words, "-set")
    assert backups()[0] == f"modernise {UUID}"

    modern = vm.xml(VM)
    assert "nothing changed" in client("modernise", VM).stderr and vm.xml(VM) == modern
    client("detach", VM)
    assert UUID not in vm.xml(VM)
    client("restore", VM)
    assert vm.xml(VM) == modern
    client("restore", VM, "0001")
    assert vm.xml(VM) == before


def test_the_vgpus_own_gpu_draws(bed, libvirt, alice):
    alice.create(uuid=UUID, define=True, activate=False)
    libvirt.define(re.sub(" rendernode='[^']*'", "", recipe()))
    done = client("modernise", VM)
    assert f"rendernode='{NODE}'" in libvirt.xml(VM)
    assert "create" not in done.stderr


def test_what_no_setting_stands_for(bed, libvirt, alice):
    """It is named, and the domain stays as it is."""
    libvirt.define(recipe().replace("x-igd-opregion=on", "x-vga=on"))
    before = libvirt.xml(VM)
    for refused in (client("modernise", VM, status=1), client("modernise", VM, "--dry-run", status=1)):
        assert "x-vga=on" in refused.stderr and "remove it" in refused.stderr
    assert libvirt.xml(VM) == before
    with pytest.raises(BusError) as error:
        modernise(alice, before)
    assert error.value.name == "NotSupported" and "x-vga=on" in error.value.message


def test_several_devices(bed, alice):
    device = re.search("<hostdev.*?</hostdev>", recipe(), re.S)[0]
    other = re.sub(UUID, "6d8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e", device).replace("0x08", "0x09")
    with pytest.raises(BusError) as error:
        modernise(alice, recipe().replace(device, device + other))
    assert error.value.name == "Conflict" and "remove those" in error.value.message


def test_of_the_system(bed, system_libvirt, root):
    """The service makes the change that a dry run shows, once it knows the vGPU."""
    folder = bed.host.dir / "usr/share/vgabios"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vbios_gvt_uefi.rom").write_bytes(b"\x55\xaa")
    system_libvirt.define(recipe())
    before = system_libvirt.xml(VM)
    diff = client("modernise", VM, "--dry-run", user="root").stdout
    assert re.search(r"^-.*device\.hostdev0\.romfile", diff, re.M)
    unknown = client("modernise", VM, user="root", status=4)
    assert f"gvt-client create TYPE --uuid {UUID}" in unknown.stderr
    assert system_libvirt.xml(VM) == before

    root.create("i915-GVTg_V5_4", uuid=UUID, define=True, activate=False)
    client("modernise", VM, user="root")
    after = system_libvirt.xml(VM)
    plus = {line[1:] for line in diff.splitlines()[2:]
            if line.startswith("+") and "gvt:" not in line}  # fmt: skip
    assert len(plus) > 9 and plus <= {line.replace("\"", "'") for line in after.splitlines()}
    assert "hostdev0" not in after and "romfile" in after
    assert "nothing changed" in client("modernise", VM, user="root").stderr
    client("restore", VM, user="root")
    assert system_libvirt.xml(VM) == before


def test_detach_of_what_was_made_by_hand(bed, libvirt):
    """What QEMU was told of the device goes with it, so that the VM starts."""
    libvirt.define(recipe())
    client("detach", VM, "--vgpu", UUID)
    assert "hostdev" not in libvirt.xml(VM) and "INTEL_DEBUG" in libvirt.xml(VM)
    libvirt.qemu_arguments(VM)
