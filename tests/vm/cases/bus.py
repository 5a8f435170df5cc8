# SPDX-License-Identifier: LGPL-2.1-or-later
"""What org.gvt.Manager tells on the system bus, followed by its signals alone."""
import time

from gi.repository import Gio, GLib

import mdev

NAME = "org.gvt.Manager"
VGPU = "org.gvt.Manager.Vgpu"
GPU = "org.gvt.Manager.Gpu"


def path_of(uuid):
    return "/org/gvt/Manager/vgpus/" + uuid.replace("-", "_")


class Follower:
    """The service's objects: read once, then kept by InterfacesAdded, -Removed and PropertiesChanged."""

    def __enter__(self):
        self.connection = Gio.bus_get_sync(Gio.BusType.SYSTEM)
        self.subscription = self.connection.signal_subscribe(
            NAME, None, None, None, None, Gio.DBusSignalFlags.NONE, self.on_signal)
        self.objects = self.connection.call_sync(
            NAME, "/org/gvt/Manager", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects",
            None, None, Gio.DBusCallFlags.NONE, 30000).unpack()[0]
        return self

    def __exit__(self, *_):
        self.connection.signal_unsubscribe(self.subscription)

    def on_signal(self, _connection, _sender, path, _interface, signal, parameters):
        arguments = parameters.unpack()
        if signal == "InterfacesAdded":
            self.objects[arguments[0]] = arguments[1]
        elif signal == "InterfacesRemoved":
            self.objects.pop(arguments[0], None)
        elif signal == "PropertiesChanged":
            self.objects[path][arguments[0]].update(arguments[1])

    def wait(self, what, timeout=mdev.PATIENCE):
        """Take in signals until `what()` is true; what it returned last."""
        context = GLib.MainContext.default()
        deadline = time.monotonic() + timeout
        wake = GLib.timeout_add(50, lambda: True)
        while not (result := what()) and time.monotonic() < deadline:
            context.iteration(True)
        GLib.source_remove(wake)
        return result

    def call(self, uuid, method):
        """Call a method of a vGPU that takes options only; GLib.Error if it fails."""
        self.connection.call_sync(NAME, path_of(uuid), VGPU, method,
                                  GLib.Variant("(a{sv})", ({},)), None, Gio.DBusCallFlags.NONE,
                                  30000)

    def vgpu(self, uuid):
        """The vGPU's properties; empty if there is no such object."""
        return self.objects.get(path_of(uuid), {}).get(VGPU, {})

    def of_interface(self, interface):
        return [properties[interface] for properties in self.objects.values()
                if interface in properties]
