# SPDX-License-Identifier: LGPL-2.1-or-later
"""The GVT-g guide as domain/README.md has it: a table of its sections, what gvt-client is told instead,
and what QEMU is run with. The table is the tests' own, so it says what is true."""

import json
import pathlib
import re
import shlex
from typing import NamedTuple

NODE = "/dev/dri/by-path/pci-0000:00:02.0-render"
README = pathlib.Path(__file__).parents[2] / "domain" / "README.md"
HEADING = "## The guide, section by section"
FLAGS = ("dma-buf", "ramfb", "keep-devices")
DRAWING = ("spice-gl", "spice-egl", "vnc-egl", "dbus")

# What the guide has, in its order, each in the words of its own headings or their substance.
SECTIONS = [
    "Hybrid laptops", "libvirt, QEMU, IOMMU, kernel parameter, modules", "Check GVT-G",
    "Create a virtual GPU", "Back up your current configuration", "Assign vGPU", "Basic setting",
    "Use DMA-BUF", "Enable RAMFB display", "No display", "Garbled graphics",
    "Changing the display resolution of virtual GPU", "Automatically create vGPU when VM starts",
    "Persist the vGPU creation at host boot up", "Work with Synology",
]  # fmt: skip


class Row(NamedTuple):
    section: str
    command: str
    wanted: list


def table(width):
    """The cells of the section's lines of so many columns, without the heading."""
    text = README.read_text().split(HEADING)[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in text.splitlines() if line.startswith("|")]  # fmt: skip
    rows = [row for row in rows if len(row) == width and not row[0].startswith("-")]
    return rows[1:]


def quoted(cell):
    return re.findall("`([^`]*)`", cell)


def presets():
    """Flags by the preset that stands for them."""
    return {quoted(name)[0]: "".join(quoted(flags)) for name, flags in table(2)}


def rows():
    """Those that say what QEMU gets."""
    for section, commands, wanted in table(3):
        command, *others = quoted(commands)
        if command.startswith("attach") and not others and wanted.startswith("`"):
            yield Row(section, command, quoted(wanted))


def settings(command, **more):
    """What the service makes of a command's flags, in GVariant's text format."""
    words = shlex.split(command.replace(" N", f" {NODE}"))[2:]
    if "--preset" in words:
        at = words.index("--preset")
        words[at : at + 2] = shlex.split(presets()[words[at + 1]])
    found, words = dict(more), iter(words)
    for word in words:
        key = word.removeprefix("--")
        found[key] = True if key in FLAGS else next(words)
    if found.get("display") in DRAWING:
        found.setdefault("render-node", NODE)
    if "workaround" in found:
        found["workarounds"] = [found.pop("workaround")]
    values = {key: "true" if value is True else repr(value) for key, value in found.items()}
    return "{" + ", ".join(f"'{key}': <{value}>" for key, value in values.items()) + "}" if values \
        else "@a{sv} {}"


def plain(value):
    """A property's value as libvirt of any version would write it."""
    return {"True": "on", "true": "on"}.get(str(value), str(value))


def devices(arguments):
    """The properties of each device that QEMU is given, as JSON or not."""
    for option, value in zip(arguments, arguments[1:]):
        if option != "-device":
            continue
        if value.startswith("{"):
            yield {key: plain(each) for key, each in json.loads(value).items()}
        else:
            driver, *rest = value.split(",")
            yield {"driver": driver, **dict(part.split("=", 1) for part in rest if "=" in part)}


def vgpu_of(arguments, alias="ua-gvtg0"):
    """The vGPU's properties, with those that all devices of its kind are given."""
    found = next(device for device in devices(arguments) if device.get("id") == alias)
    for option, value in zip(arguments, arguments[1:]):
        if option == "-global" and value.startswith("vfio-pci."):
            name, value = value.removeprefix("vfio-pci.").split("=", 1)
            found.setdefault(name, plain(value))
    return found


def holds(item, environment, arguments):
    """Whether QEMU gets what the table says."""
    name, colon, value = item.partition(": ")
    if item.startswith("-"):
        option, _, parts = item.replace("=N", f"={NODE}").partition(" ")
        values = [value for each, value in zip(arguments, [*arguments[1:], ""]) if each == option]
        if option == "-device":
            return any(device["driver"] == parts for device in devices(arguments))
        return any(all(part in value for part in parts.split(",")) for value in values)
    if colon:
        return vgpu_of(arguments).get(name) == value
    name, _, value = item.partition("=")
    return environment.get(name) == value
