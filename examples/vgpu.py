#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Creates a vGPU of the smallest type, waits until it is on the bus, and removes it."""

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

VGPU = "org.gvt.Manager.Vgpu"


def call(path, interface, method, arguments, reply=None):
    return bus.call_sync(
        "org.gvt.Manager", path, interface, method, arguments, reply and GLib.VariantType(reply),
        Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION, -1, None,
    )  # fmt: skip


bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
objects = Gio.DBusObjectManagerClient.new_sync(
    bus, Gio.DBusObjectManagerClientFlags.NONE, "org.gvt.Manager", "/org/gvt/Manager",
    None, None, None,
)  # fmt: skip

types = [
    proxy
    for entry in objects.get_objects()
    if (proxy := entry.get_interface("org.gvt.Manager.VgpuType"))
    and proxy.get_cached_property("AvailableInstances").unpack() > 0
]
if not types:
    raise SystemExit("no GPU has room for a vGPU")
smallest = min(types, key=lambda proxy: proxy.get_cached_property("LowMemoryMiB").unpack())
name = smallest.get_cached_property("Id").unpack()


def on_added(manager, entry):
    vgpu = entry.get_interface(VGPU)
    if vgpu and entry.get_object_path() == path:
        print(vgpu.get_cached_property("DeviceNode").unpack())
        loop.quit()


objects.connect("object-added", on_added)
loop = GLib.MainLoop()
options = {"label": GLib.Variant("s", "python")}
created = call("/org/gvt/Manager", "org.gvt.Manager", "CreateVgpu",
               GLib.Variant("(ssa{sv})", ("", name, options)), "(o)")  # fmt: skip
(path,) = created.unpack()
loop.run()
call(path, VGPU, "Remove", GLib.Variant("(a{sv})", ({},)))
