# SPDX-License-Identifier: LGPL-2.1-or-later
"""Stands in for systemd's manager on a private bus: starts one unit's program, as systemd would.

Arguments: the bus's address, the unit, its program and the program's arguments.
"""

import subprocess
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

INTERFACE = """
<node><interface name="org.freedesktop.systemd1.Manager">
  <method name="Subscribe"/>
  <method name="StartUnit">
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="o" direction="out"/>
  </method>
  <signal name="JobRemoved">
    <arg type="u"/><arg type="o"/><arg type="s"/><arg type="s"/>
  </signal>
</interface></node>
"""
PATH = "/org/freedesktop/systemd1"
JOB = PATH + "/job/7"
UNIT, PROGRAM = sys.argv[2], sys.argv[3:]
subscribed = False


def call(connection, _sender, path, interface, method, arguments, invocation):
    global subscribed
    if method == "Subscribe":
        subscribed = True
        invocation.return_value(None)
        return
    unit = arguments.unpack()[0]
    if unit != UNIT:
        invocation.return_dbus_error("org.freedesktop.systemd1.NoSuchUnit", f"no unit {unit}")
        return
    invocation.return_value(GLib.Variant("(o)", (JOB,)))
    done = subprocess.run(PROGRAM, check=False)
    if subscribed:
        other = GLib.Variant("(uoss)", (6, PATH + "/job/6", "other.service", "failed"))
        connection.emit_signal(None, path, interface, "JobRemoved", other)
        result = "done" if done.returncode == 0 else "failed"
        mine = GLib.Variant("(uoss)", (7, JOB, unit, result))
        connection.emit_signal(None, path, interface, "JobRemoved", mine)


bus = Gio.DBusConnection.new_for_address_sync(
    sys.argv[1],
    Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
)
interface = Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0]
bus.register_object(PATH, interface, call)
Gio.bus_own_name_on_connection(bus, "org.freedesktop.systemd1", Gio.BusNameOwnerFlags.NONE)
GLib.MainLoop().run()
