# SPDX-License-Identifier: LGPL-2.1-or-later
"""The running service offers what dbus/ says, no more and no less."""

import pathlib
import re

import gi
import pytest

gi.require_version("Gio", "2.0")
from gi.repository import Gio  # noqa: E402

import callers  # noqa: E402

FILES = pathlib.Path(__file__).parents[2] / "dbus"
SHIPPED = {
    interface.name: interface
    for path in FILES.glob("org.gvt.*.xml")
    for interface in Gio.DBusNodeInfo.new_for_xml(path.read_text()).interfaces
}
OBJECTS = {
    "": ["org.gvt.Manager", "org.gvt.Manager.Domains", "org.gvt.Manager.Host"],
    "/gpus/_30000_3a00_3a02_2e0": ["org.gvt.Manager.Gpu"],
    "/gpus/_30000_3a00_3a02_2e0/types/i915_2dGVTg_5fV5_5f8": ["org.gvt.Manager.VgpuType"],
    "/vgpus/6d8f9c1e_4d7e_4a4b_8a3e_1f2a3b4c5d6e": ["org.gvt.Manager.Vgpu"],
}


def described(interface):
    """An interface as plain values, to compare."""
    actions = {
        method.name: [a.value for a in method.annotations or [] if a.key == "org.gvt.Manager.PolkitAction"]
        for method in interface.methods or []
    }
    return {
        "methods": {
            method.name: (
                [(a.name, a.signature) for a in method.in_args or []],
                [(a.name, a.signature) for a in method.out_args or []],
                actions[method.name],
            )
            for method in interface.methods or []
        },
        "signals": [signal.name for signal in interface.signals or []],
        "properties": {p.name: (p.signature, p.flags) for p in interface.properties or []},
    }


@pytest.fixture
def full(bed):
    bed.host.create("i915-GVTg_V5_8", "6d8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e")
    bed.root.heard("InterfacesAdded", callers.vgpu_path("6d8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e"))
    return bed


def introspected(user, path):
    xml = user.call(path, "org.freedesktop.DBus.Introspectable", "Introspect")
    return {i.name: i for i in Gio.DBusNodeInfo.new_for_xml(xml).interfaces}


@pytest.mark.parametrize("path", OBJECTS)
def test_introspection_equals_the_files(full, nobody, path):
    there = introspected(nobody, callers.ROOT + path)
    ours = {name: i for name, i in there.items() if name.startswith("org.gvt.")}
    assert sorted(ours) == sorted(OBJECTS[path])
    for name, interface in ours.items():
        assert described(interface) == described(SHIPPED[name])
    assert ("org.freedesktop.DBus.ObjectManager" in there) == (path == "")


def test_every_interface_is_on_an_object():
    assert sorted(SHIPPED) == sorted(name for names in OBJECTS.values() for name in names)


@pytest.mark.parametrize("name", SHIPPED)
def test_rules_of_every_interface(name):
    interface = SHIPPED[name]
    assert all(p.flags == Gio.DBusPropertyInfoFlags.READABLE for p in interface.properties or [])
    for method in interface.methods or []:
        arguments = (method.in_args or []) + (method.out_args or [])
        assert not [a for a in arguments if "h" in a.signature], f"{method.name} takes descriptors"
        if any(a.key == "org.gvt.Manager.PolkitAction" for a in method.annotations or []):
            assert method.in_args[-1].signature == "a{sv}", f"{method.name} has no options"


def test_busctl_tree(full):
    """What a curious person sees first; also that Introspect of every node on the way works."""
    tree = callers.run_as("nobody", "busctl", "tree", "--list", "org.gvt.Manager").stdout.split()
    assert {callers.ROOT + path for path in OBJECTS} <= set(tree)
    assert [p for p in tree if "/types/" in p and p.endswith(("_5f8", "_5f4", "_5f2"))]


def test_busctl_introspect_as_nobody(full):
    shown = callers.run_as("nobody", "busctl", "introspect", "org.gvt.Manager", callers.ROOT).stdout
    assert re.search(r"^\.CreateVgpu +method +ssa\{sv\} +o ", shown, re.M)
    assert re.search(r'^\.Version +property +s +"[0-9]+\.[0-9]+\.[0-9]+" +const', shown, re.M)


def test_managed_objects_are_all_objects(full, nobody):
    found = {
        path: sorted(name for name in interfaces if name.startswith("org.gvt."))
        for path, interfaces in nobody.objects().items()
    }
    for path, interfaces in OBJECTS.items():
        if path:
            assert found[callers.ROOT + path] == interfaces
    assert len(found) - (callers.ROOT in found) == 1 + 3 + 1
