# SPDX-License-Identifier: LGPL-2.1-or-later
"""Owns polkit's name and answers as its first argument says; writes a line for each question.

error: an error; no: a refusal whose details say that it is a grant; gone: it leaves the bus instead.
"""

import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

INTERFACE = """
<node><interface name="org.freedesktop.PolicyKit1.Authority">
  <method name="CheckAuthorization">
    <arg type="(sa{sv})" direction="in"/><arg type="s" direction="in"/>
    <arg type="a{ss}" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
    <arg type="(bba{ss})" direction="out"/>
  </method>
  <method name="CancelCheckAuthorization"><arg type="s" direction="in"/></method>
  <signal name="Changed"/>
  <property name="BackendName" type="s" access="read"/>
  <property name="BackendVersion" type="s" access="read"/>
  <property name="BackendFeatures" type="u" access="read"/>
</interface></node>
"""
NO = GLib.Variant("((bba{ss}))", ((False, False, {"polkit.result": "yes", "is_authorized": "1"}),))
PROPERTIES = {"BackendName": ("s", "js"), "BackendVersion": ("s", "122"), "BackendFeatures": ("u", 1)}
how = sys.argv[1]


def call(connection, _sender, _path, _interface, method, _arguments, invocation):
    print(method, flush=True)
    if how == "gone":
        sys.exit()
    if how == "error":
        invocation.return_dbus_error("org.freedesktop.PolicyKit1.Error.Failed", "is_authorized")
    else:
        invocation.return_value(NO)


def get(_connection, _sender, _path, _interface, name):
    return GLib.Variant(*PROPERTIES[name])


bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
interface = Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0]
bus.register_object("/org/freedesktop/PolicyKit1/Authority", interface, call, get, None)
Gio.bus_own_name_on_connection(bus, "org.freedesktop.PolicyKit1", Gio.BusNameOwnerFlags.NONE)
GLib.MainLoop().run()
