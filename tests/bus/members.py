# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every method of the bus contract, as its introspection data says, with arguments that are valid."""

import pathlib

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio  # noqa: E402

FILES = pathlib.Path(__file__).parents[2] / "dbus"
INTERFACES = {
    interface.name: interface
    for path in sorted(FILES.glob("org.gvt.*.xml"))
    for interface in Gio.DBusNodeInfo.new_for_xml(path.read_text()).interfaces
}
UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
VM = "5f1b7a52-34b1-4b5c-8f7e-0d3c5a1b2c3d"
XML = (
    "<domain type='kvm'><name>vm</name><memory unit='KiB'>1048576</memory>"
    "<os><type arch='x86_64' machine='q35'>hvm</type></os><devices>"
    "<controller type='pci' index='0' model='pcie-root'/></devices></domain>"
)

# One call per method: the arguments before the options, in the words of busctl and of gdbus.
ARGUMENTS = {
    "CreateVgpu": (["", "i915-GVTg_V5_8"], ["''", "'i915-GVTg_V5_8'"]),
    "GetVgpu": ([UUID], [f"'{UUID}'"]),
    "Start": ([], []),
    "Stop": ([], []),
    "Define": ([], []),
    "Undefine": ([], []),
    "Remove": ([], []),
    "SetStart": (["domain"], ["'domain'"]),
    "SetLabel": (["mine"], ["'mine'"]),
    "Adopt": (["65534"], ["uint32 65534"]),
    "EditXml": ([XML, UUID], [f'"{XML}"', f"'{UUID}'"]),
    "StripXml": ([XML, UUID], [f'"{XML}"', f"'{UUID}'"]),
    "ModerniseXml": ([XML], [f'"{XML}"']),
    "Attach": (["vm", UUID], ["'vm'", f"'{UUID}'"]),
    "Detach": (["vm", UUID], ["'vm'", f"'{UUID}'"]),
    "ListBackups": (["vm"], ["'vm'"]),
    "Restore": (["vm", ""], ["'vm'", "''"]),
    "Prepare": (["vm", VM, "1", UUID, "1048576"], ["'vm'", f"'{VM}'", f"['{UUID}']", "uint64 1048576"]),
    "Release": (["vm", VM, "1", UUID, "1048576"], ["'vm'", f"'{VM}'", f"['{UUID}']", "uint64 1048576"]),
    "Check": ([], []),
    "Configure": (["0"], ["@as []"]),
    "Revert": ([], []),
    "InstallRom": (["1", "85", "x.rom"], ["@ay [85]", "'x.rom'"]),
    "ListRoms": ([], []),
    "RemoveRom": (["x.rom"], ["'x.rom'"]),
}


def polkit_action(method):
    """The action that a method's annotation names, or None for a method that only reads."""
    for annotation in method.annotations or []:
        if annotation.key == "org.gvt.Manager.PolkitAction":
            return annotation.value
    return None


def methods():
    """(interface, method, signature, polkit action) of each."""
    for name, interface in INTERFACES.items():
        for method in interface.methods or []:
            signature = "".join(argument.signature for argument in method.in_args or [])
            yield name, method.name, signature, polkit_action(method)


def properties():
    """(interface, property, signature) of each."""
    for name, interface in INTERFACES.items():
        for prop in interface.properties or []:
            yield name, prop.name, prop.signature


def busctl_call(path, interface, method, signature):
    words = list(ARGUMENTS[method][0])
    if signature.endswith("a{sv}"):
        words.append("0")
    return ["busctl", "call", "org.gvt.Manager", path, interface, method, signature, *words]


def gdbus_call(path, interface, method, signature):
    words = list(ARGUMENTS[method][1])
    if signature.endswith("a{sv}"):
        words.append("@a{sv} {}")
    return [
        "gdbus", "call", "--system", "--dest", "org.gvt.Manager", "--object-path", path,
        "--method", f"{interface}.{method}", *words,
    ]  # fmt: skip
