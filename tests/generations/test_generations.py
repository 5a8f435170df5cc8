# SPDX-License-Identifier: LGPL-2.1-or-later
"""The guide's table and every golden, with libvirt and QEMU before and after Debian 12's.

What a generation cannot do is written down here, and fails if it can after all.
"""

import re

import pytest

import guide
from domain_editor import FIXTURES, VGPU, Refused, work

ROWS = list(guide.rows())
GOLDENS = sorted((FIXTURES / "golden").glob("*.xml"))

# libvirt's own first version with <qemu:override> that works, and with graphics of type dbus (NEWS.rst).
OVERRIDE = (8, 5)
DBUS = (8, 4)
# And with <audio>, which libvirt of Debian 12 wrote into the goldens' domains by itself.
AUDIO = (7, 4)


def emulated(text, generation=None):
    """For any machine: there may be no KVM, and each QEMU has its own versions of a machine type."""
    if generation and generation.libvirt < AUDIO:
        text = re.sub(r"<audio[^>]*/>", "", text)
    text = re.sub(r"""<domain type=(['"])kvm\1""", "<domain type='qemu'", text, count=1)
    return re.sub(r"""machine=(['"])pc-(q35|i440fx)-[\d.]+\1""",
                  lambda match: f"machine='{'q35' if match[2] == 'q35' else 'pc'}'", text)  # fmt: skip


def syntax(generation):
    """As the programs choose it from the daemon's version (domain/libvirt/qemu-syntax.h)."""
    return {} if generation.libvirt >= OVERRIDE else {"qemu-syntax": "commandline"}


def has_what_is_new(generation, xml):
    """Whether a domain uses what this libvirt does not know yet."""
    return (generation.libvirt < OVERRIDE and ":override" in xml) or (
        generation.libvirt < DBUS and "<graphics type='dbus'" in xml
    )


def start(generation):
    domain = emulated((FIXTURES / "fixtures" / "headless-uefi.xml").read_text())
    return generation.define(generation.define(domain))


def test_they_are_others(generation):
    """Not what the bus tier runs on, and with the displays that the recipes are made of."""
    assert generation.libvirt[0] != 9 and generation.qemu[0] != 7
    displays = {"vnc", "spice", "egl-headless"} | ({"dbus"} if generation.libvirt >= DBUS else set())
    assert displays <= set(generation.graphics())


@pytest.mark.parametrize("row", ROWS, ids=[row.section for row in ROWS])
def test_guide(generation, row):
    """Each row of the table, and the way back."""
    before = start(generation)
    settings = guide.settings(row.command, **syntax(generation))
    edited = work("edit", before, settings)
    assert generation.is_valid(edited)
    defined = generation.define(edited)
    environment, arguments = generation.arguments(defined)
    assert guide.vgpu_of(arguments)["sysfsdev"] == f"/sys/bus/mdev/devices/{VGPU}"
    missing = [item for item in row.wanted if not guide.holds(item, environment, arguments)]
    assert not missing, (missing, environment, arguments)
    assert generation.define(work("strip", defined)) == before


@pytest.mark.parametrize("display", ["none", "spice-gl", "spice-egl", "vnc-egl", "vnc", "dbus"])
def test_displays(generation, display):
    settings = guide.settings(f"attach VM --display {display}", **syntax(generation))
    edited = work("edit", start(generation), settings)
    assert generation.is_valid(edited) == (not has_what_is_new(generation, edited))


@pytest.mark.parametrize("path", GOLDENS, ids=[path.stem for path in GOLDENS])
def test_goldens(generation, path):
    """A golden is valid where what it was made of is, but for what is newer than this libvirt."""
    golden = emulated(path.read_text(), generation)
    expected = generation.is_valid(work("strip", golden)) and not has_what_is_new(generation, golden)
    assert generation.is_valid(golden) == expected


def test_the_other_syntax_is_refused(generation):
    """What the choice of syntax is for: this libvirt takes one of them, or both."""
    settings = guide.settings("attach VM --display spice-gl --dma-buf", **{"qemu-syntax": "override"})
    edited = work("edit", start(generation), settings)
    assert generation.is_valid(edited) == (generation.libvirt >= OVERRIDE)


def test_most_goldens_say_something(generation):
    """Most are valid in any generation: the rest is fragments that no libvirt would take."""
    valid = [path for path in GOLDENS if generation.is_valid(emulated(path.read_text(), generation))]
    assert len(valid) >= len(GOLDENS) // 3


def test_what_others_wrote_is_read(generation):
    """The guide's own recipe, made for libvirt of its time, in today's words for this one."""
    old = emulated((FIXTURES / "legacy" / "guide-uefi.xml").read_text())
    try:
        modern = work("modernise", old, guide.settings("attach VM", **syntax(generation)))
    except Refused as refused:
        pytest.fail(str(refused))
    assert generation.is_valid(modern)
    environment, arguments = generation.arguments(generation.define(modern))
    row = next(row for row in ROWS if row.command.endswith("windows-uefi"))
    assert not [item for item in row.wanted if not guide.holds(item, environment, arguments)]
    assert "-set" not in arguments
