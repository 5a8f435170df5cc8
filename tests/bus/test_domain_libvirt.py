# SPDX-License-Identifier: LGPL-2.1-or-later
"""Edited domains in real libvirt: what it takes, what it would run QEMU with, and the way back.

The names in GUIDE are the sections of the guide whose hand-made steps a setting replaces.
"""

import itertools
import re
import uuid

import pytest

from domain_editor import FIXTURES, VGPU, Libvirt, device_of, values_of, work

NODE = "/dev/dri/by-path/pci-0000:00:02.0-render"
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

# Section of the guide, settings, properties of the vGPU's device, other arguments, environment.
GUIDE = [
    ("Assign vGPU", "{}", {"driver": "vfio-pci", "display": "off", "addr": "0x2"}, {}, {}),
    (
        "Assign vGPU: at a specific location",
        "{'address': <'0000:08:00.0'>}",
        {"display": "off", "bus": "pci.8", "addr": "0x0"},
        {},
        {},
    ),
    (
        "Basic setting: SPICE with GL",
        f"{{'display': <'spice-gl'>, {RENDER_NODE}}}",
        {"display": "on"},
        {"-spice": f"gl=on,rendernode={NODE}"},
        {},
    ),
    (
        "Basic setting: egl-headless with SPICE",
        f"{{'display': <'spice-egl'>, {RENDER_NODE}}}",
        {"display": "on"},
        {"-display": f"egl-headless,rendernode={NODE}", "-spice": "addr=127.0.0.1"},
        {},
    ),
    (
        "Basic setting: egl-headless with VNC",
        f"{{'display': <'vnc-egl'>, {RENDER_NODE}}}",
        {"display": "on"},
        {"-display": f"egl-headless,rendernode={NODE}", "-vnc": "127.0.0.1:"},
        {},
    ),
    (
        "Basic setting: the emulated card as the display",
        "{'display': <'vnc'>}",
        {"display": "off"},
        {"-vnc": "127.0.0.1:"},
        {},
    ),
    (
        "Use DMA-BUF: legacy BIOS",
        f"{{'display': <'spice-egl'>, {RENDER_NODE}, 'dma-buf': <true>}}",
        {"display": "on", "x-igd-opregion": True},
        {},
        {},
    ),
    (
        "Use DMA-BUF: UEFI",
        f"{{'display': <'spice-egl'>, {RENDER_NODE}, 'dma-buf': <true>, "
        "'rom': <'vbios_gvt_uefi.rom'>}",
        {"x-igd-opregion": True, "romfile": "/usr/share/vgabios/vbios_gvt_uefi.rom"},
        {},
        {},
    ),
    (
        "Enable RAMFB display",
        f"{{'display': <'spice-gl'>, {RENDER_NODE}, 'ramfb': <true>, 'dma-buf': <true>}}",
        {"driver": "vfio-pci-nohotplug", "display": "on", "ramfb": True, "x-igd-opregion": True},
        {},
        {},
    ),
    (
        "Garbled graphics: i965",
        "{'workarounds': <['mesa-i965']>}",
        {},
        {},
        {"MESA_LOADER_DRIVER_OVERRIDE": "i965"},
    ),
    ("Garbled graphics: norbc", "{'workarounds': <['intel-norbc']>}", {}, {},
     {"INTEL_DEBUG": "norbc"}),
    (
        "Changing the display resolution of virtual GPU",
        f"{{'display': <'spice-gl'>, {RENDER_NODE}, 'resolution': <'1440x900'>}}",
        {"xres": 1440, "yres": 900},
        {},
        {},
    ),
    (
        "DMA-BUF and ROM on libvirt before 8.5",
        f"{{'display': <'spice-gl'>, {RENDER_NODE}, 'dma-buf': <true>, "
        "'rom': <'vbios_gvt_uefi.rom'>, 'resolution': <'1440x900'>, "
        "'qemu-syntax': <'commandline'>}",
        {"display": "on"},
        {
            "-global": [
                "vfio-pci.x-igd-opregion=on",
                "vfio-pci.romfile=/usr/share/vgabios/vbios_gvt_uefi.rom",
                "vfio-pci.xres=1440",
                "vfio-pci.yres=900",
            ]
        },
        {},
    ),
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


def contains(found, wanted):
    if isinstance(wanted, list):
        return [value for value in found if value.startswith("vfio-pci.")] == wanted
    return any(wanted in value for value in found)


@pytest.mark.parametrize(
    "settings, device, options, variables",
    [row[1:] for row in GUIDE],
    ids=[row[0] for row in GUIDE],
)
def test_guide(libvirt, settings, device, options, variables):
    edited = libvirt.define(work("edit", libvirt.define(domain("headless-uefi")), settings))
    environment, arguments = libvirt.arguments(edited)
    vgpu = device_of(arguments, "ua-gvtg0")

    assert vgpu["sysfsdev"] == f"/sys/bus/mdev/devices/{VGPU}"
    assert device.items() <= vgpu.items()
    for option, wanted in options.items():
        assert contains(values_of(arguments, option), wanted), (option, arguments)
    assert variables.items() <= environment.items()
    assert ("ramfb" in vgpu) == ("ramfb" in device)
    assert not values_of(arguments, "-set")


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
