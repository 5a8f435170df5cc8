# SPDX-License-Identifier: LGPL-2.1-or-later
"""Edited domains in real libvirt: what it takes, what it would run QEMU with, and the way back.

What settings come to is read from the table of the guide's sections in domain/README.md.
"""

import itertools
import re
import uuid

import pytest

import guide
from domain_editor import FIXTURES, VGPU, Libvirt, values_of, work
from guide import NODE

RENDER_NODE = f"'render-node': <'{NODE}'>"
DOMAINS = ["pc-spice-qxl-two-videos", "headless-uefi"]
VIRT_INSTALL = sorted((FIXTURES / "virt-install").glob("*.xml"))
SETTINGS = [
    "{}",
    f"{{'display': <'spice-gl'>, {RENDER_NODE}}}",
    f"{{'display': <'spice-gl'>, {RENDER_NODE}, 'keep-devices': <true>}}",
    f"{{'display': <'spice-egl'>, {RENDER_NODE}, 'dma-buf': <true>, 'resolution': <'1440x900'>}}",
    f"{{'display': <'vnc-egl'>, {RENDER_NODE}, 'workarounds': <['mesa-i965', 'intel-norbc']>}}",
    "{'display': <'vnc'>}",
    f"{{'display': <'dbus'>, {RENDER_NODE}, 'dma-buf': <true>, 'ramfb': <true>}}",
    f"{{'display': <'dbus'>, {RENDER_NODE}, 'dma-buf': <true>, 'qemu-syntax': <'commandline'>}}",
]

@pytest.fixture(scope="module")
def libvirt():
    return Libvirt("alice")


def emulated(text):
    """The domain as any machine's libvirt takes it: there may be no KVM, and no TPM."""
    text = re.sub(r"""<domain type=(['"])kvm\1""", "<domain type='qemu'", text, count=1)
    text = re.sub(r"""<cpu mode=(['"])host-\w+\1""", "<cpu mode='maximum'", text)
    return re.sub(r"<tpm.*?</tpm>", "", text, flags=re.DOTALL)


def domain(name):
    return emulated((FIXTURES / "fixtures" / f"{name}.xml").read_text())


def check_round_trip(libvirt, xml, settings):
    """define, edit, define, strip, define: libvirt says of the last what it said of the first.

    Of the very first it says it twice: it sorts controllers only when it reads them back.
    """
    before = libvirt.define(libvirt.define(xml))
    edited = libvirt.define(work("edit", before, settings))
    assert VGPU in edited
    assert work("edit", edited, settings) == edited
    assert libvirt.define(work("strip", edited)) == before


@pytest.mark.parametrize("name", DOMAINS)
@pytest.mark.parametrize("settings", SETTINGS)
def test_round_trip(libvirt, name, settings):
    check_round_trip(libvirt, domain(name), settings)


def test_round_trip_on_a_new_bus(libvirt):
    """libvirt adds a controller for each bus up to the eighth; they go with the vGPU."""
    check_round_trip(libvirt, domain("headless-uefi"), "{'address': <'0000:08:00.0'>}")


@pytest.mark.parametrize(
    "path, settings",
    zip(VIRT_INSTALL, itertools.cycle(s for s in SETTINGS if "keep-devices" not in s)),
    ids=[path.stem for path in VIRT_INSTALL],
)
def test_round_trip_of_virt_install(libvirt, path, settings):
    xml = re.sub("<uuid>.*</uuid>", f"<uuid>{uuid.uuid4()}</uuid>", path.read_text())
    check_round_trip(libvirt, emulated(xml), settings)


GUIDE = list(guide.rows())


@pytest.mark.parametrize("row", GUIDE, ids=[row.section for row in GUIDE])
def test_guide(libvirt, row):
    settings = guide.settings(row.command)
    edited = libvirt.define(work("edit", libvirt.define(domain("headless-uefi")), settings))
    environment, arguments = libvirt.arguments(edited)
    vgpu = guide.vgpu_of(arguments)

    assert vgpu["sysfsdev"] == f"/sys/bus/mdev/devices/{VGPU}"
    missing = [item for item in row.wanted if not guide.holds(item, environment, arguments)]
    assert not missing and row.wanted, (missing, environment, arguments)
    assert ("ramfb" in vgpu) == ("ramfb" in settings)
    assert not values_of(arguments, "-set")


def test_guide_for_an_older_libvirt(libvirt):
    """The same properties, in the only words that libvirt before 8.5 has for them."""
    row = next(row for row in GUIDE if row.command.endswith("--preset windows-uefi"))
    settings = guide.settings(row.command, **{"qemu-syntax": "commandline", "resolution": "1440x900"})
    edited = libvirt.define(work("edit", libvirt.define(domain("headless-uefi")), settings))
    environment, arguments = libvirt.arguments(edited)

    assert "override" not in edited
    assert not [item for item in row.wanted if not guide.holds(item, environment, arguments)]
    assert guide.vgpu_of(arguments)["xres"] == "1440"


def test_the_whole_guide_is_in_the_table():
    found = [row[0] for row in guide.table(3)]
    for section in guide.SECTIONS:
        assert [row for row in found if row.startswith(section)], section
    assert len(found) > len(guide.SECTIONS) and len(GUIDE) >= 19
    assert {row.command.split()[-1] for row in GUIDE if "--preset" in row.command} == set(
        guide.presets()
    )


def test_one_display_only(libvirt):
    """With SPICE and GL nothing else shows a picture: no VNC, no emulated card."""
    settings = f"{{'display': <'spice-gl'>, {RENDER_NODE}}}"
    edited = libvirt.define(
        work("edit", libvirt.define(domain("pc-spice-qxl-two-videos")), settings)
    )
    # libvirt would make a tap device for any interface, only to show the arguments.
    without = re.sub("<interface.*?</interface>", "", edited, flags=re.DOTALL)
    arguments = libvirt.arguments(without)[1]

    assert not values_of(arguments, "-vnc")
    assert not [value for value in values_of(arguments, "-device")
                if re.search("VGA|qxl|virtio-gpu|cirrus", value)]
    assert "port=0" in values_of(arguments, "-spice")[0]
