# SPDX-License-Identifier: LGPL-2.1-or-later
"""What libvirt would define and QEMU then die of is refused, with the reason and the way out: on the
bus, and by gvt-client, which leaves nothing behind."""

import re

import pytest

import callers
import vms
from callers import DOMAINS, ROOT, VGPU, BusError, variants

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
OTHER = "6d8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e"
SMALL = "i915-GVTg_V5_8"


def having(device):
    return lambda xml: xml.replace("</devices>", f"{device}</devices>")


def mdev(uuid):
    return (
        "<hostdev mode='subsystem' type='mdev' model='vfio-pci'>"
        f"<source><address uuid='{uuid}'/></source></hostdev>"
    )


EGL = "<graphics type='egl-headless'/>"

# What is asked for, of what domain; the code, and its reason and way out in the message.
CASES = {
    "ramfb without a display": (
        {"ramfb": True}, None, "InvalidArgument", "'ramfb' needs a display.*set display to"
    ),
    "ramfb with the emulated card": (
        {"ramfb": True, "display": "vnc"}, None, "InvalidArgument", "'ramfb' needs.*set display to"
    ),
    "resolution without a display": (
        {"resolution": "800x600"}, None, "InvalidArgument", "'resolution' needs.*set display to"
    ),
    "resolution above the type's": (
        {"display": "spice-gl", "resolution": "1920x1200"}, None, "InvalidArgument",
        f"{SMALL} shows 1024x768 at most.*larger type",
    ),
    "resolution higher than the type's": (
        {"display": "spice-gl", "resolution": "1024x769"}, None, "InvalidArgument", "ask for less"
    ),
    "ROM with BIOS": (
        {"display": "spice-gl", "rom": "there.rom"}, None, "InvalidArgument",
        "boots with BIOS: leave it out",
    ),
    "ROM that is not there": (
        {"display": "spice-gl", "rom": "away.rom"}, None, "NotFound", "gvt-client rom install FILE"
    ),
    "two vGPUs": (
        {}, having(mdev(OTHER)), "Conflict", f"{OTHER}.*one only.*detach VM --vgpu {OTHER}"
    ),
    "two OpenGL displays": (
        {"display": "spice-gl", "keep-devices": True}, having(EGL), "Conflict",
        "one OpenGL display only; attach without keep-devices",
    ),
    "a password that would have to leave": (
        {"display": "spice-gl"},
        lambda xml: xml.replace("autoport='yes'", "autoport='yes' passwd='hunter2'"),
        "NotSupported", "keep the other devices.*remove the password",
    ),
}  # fmt: skip
STATUSES = {"InvalidArgument": 2, "NotFound": 4, "Conflict": 8, "NotSupported": 1}


@pytest.fixture
def host(bed, alice):
    """A small vGPU of alice's, another one, and a ROM."""
    alice.create(SMALL, uuid=UUID, define=True, activate=False)
    alice.create(SMALL, uuid=OTHER, define=True, activate=False)
    folder = bed.host.dir / "usr/share/vgabios"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "there.rom").write_bytes(b"\x55\xaa")
    return bed


def flags(settings):
    for key, value in settings.items():
        yield f"--{key}"
        if value is not True:
            yield value


@pytest.mark.parametrize("settings, change, code, part", CASES.values(), ids=CASES.keys())
def test_on_the_bus(host, alice, settings, change, code, part):
    xml = (change or str)(vms.DOMAIN)
    with pytest.raises(BusError) as error:
        alice.call(ROOT, DOMAINS, "EditXml", "(ssa{sv})", xml, UUID, variants(settings))
    assert error.value.name == code and re.search(part, error.value.message), error.value
    assert "hunter2" not in error.value.message


@pytest.mark.parametrize("settings, change, code, part", CASES.values(), ids=CASES.keys())
def test_by_the_client(host, libvirt, alice, settings, change, code, part):
    libvirt.define((change or str)(vms.DOMAIN))
    before, vgpus = libvirt.xml(), alice.of(VGPU)
    words = ("attach", "win11", "--vgpu", UUID, *flags(settings))
    for extra in ((), ("--dry-run",)):
        done = vms.client("alice", *words, *extra)
        assert done.returncode == STATUSES[code] and re.search(part, done.stderr), done
        assert "hunter2" not in done.stderr + done.stdout
    assert libvirt.xml() == before and alice.of(VGPU) == vgpus


@pytest.mark.parametrize("which", ["resolution above the type's", "ROM that is not there"])
def test_of_a_system_domain(host, root, which):
    """Before anybody is asked, and before libvirt is."""
    settings, _, code, part = CASES[which]
    with pytest.raises(BusError) as error:
        root.call(ROOT, DOMAINS, "Attach", "(ssa{sv})", "no-such-vm", UUID, variants(settings))
    assert error.value.name == code and re.search(part, error.value.message), error.value


def test_a_vgpu_that_is_to_be_made(bed, libvirt):
    """It is not made for a resolution that its type has not."""
    libvirt.define()
    words = ("attach", "win11", "--type", SMALL, "--display", "spice-gl", "--resolution", "1920x1200")
    done = vms.client("alice", *words)
    assert done.returncode == 2 and "1024x768 at most" in done.stderr
    assert not bed.root.of(VGPU)


def test_tcg_is_warned_of(bed, libvirt):
    """Only a real GPU would refuse it, so it goes on."""
    libvirt.define()
    done = vms.client("alice", "attach", "win11", "--type", SMALL)
    assert done.returncode == 0 and "needs KVM: <domain type='kvm'>" in done.stderr


def test_among_thousands(host, alice):
    """However many there are, the one in the domain is found, and the request stays within bounds."""
    folder = host.host.dir / "etc/mdevctl.d/0000:00:02.0"
    for number in range(4000):
        name = f"{number:08x}-4d7e-4a4b-8a3e-1f2a3b4c5d6e"
        (folder / name).write_text(f'{{"mdev_type": "{SMALL}", "start": "manual", "attrs": []}}')
    last = f"{3999:08x}-4d7e-4a4b-8a3e-1f2a3b4c5d6e"
    path = f"/org/gvt/Manager/vgpus/{last.replace('-', '_')}"
    callers.eventually(lambda: path in alice.of(VGPU), 60)
    with pytest.raises(BusError) as error:
        xml = having(mdev(last.upper()))(vms.DOMAIN)
        alice.call(ROOT, DOMAINS, "EditXml", "(ssa{sv})", xml, UUID, {})
    assert error.value.name == "Conflict" and last in error.value.message
    assert UUID in alice.call(ROOT, DOMAINS, "EditXml", "(ssa{sv})", vms.DOMAIN, UUID, {})


def test_what_only_looks_forbidden(host, libvirt, alice):
    """A vGPU of no GVT-g type may be there besides; the type's own resolution is no more than it."""
    xml = having(mdev("0a8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e"))(vms.DOMAIN)
    settings = {"display": "spice-gl", "resolution": "1024x768"}
    edited = alice.call(ROOT, DOMAINS, "EditXml", "(ssa{sv})", xml, UUID, variants(settings))
    assert UUID in edited and "0a8f9c1e" in edited
