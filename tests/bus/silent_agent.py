# SPDX-License-Identifier: LGPL-2.1-or-later
"""A polkit agent that never answers: the dialog that nobody looks at. Arguments: the pid it is for."""

import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

XML = """
<node><interface name="org.freedesktop.PolicyKit1.AuthenticationAgent">
  <method name="BeginAuthentication">
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="a{ss}" direction="in"/><arg type="s" direction="in"/>
    <arg type="a(sa{sv})" direction="in"/>
  </method>
  <method name="CancelAuthentication"><arg type="s" direction="in"/></method>
</interface></node>
"""
open_dialogs = []


def called(_bus, _sender, _path, _interface, method, arguments, invocation):
    if method == "BeginAuthentication":
        open_dialogs.append(invocation)
        action, message = arguments.unpack()[:2]
        print("asked", action, ascii(message), flush=True)
    else:
        print("cancelled", flush=True)
        invocation.return_value(None)


pid = int(sys.argv[1])
bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
interface = Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0]
bus.register_object("/agent", interface, called, None, None)
with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
    start_time = int(stat.read().rsplit(")", 1)[1].split()[19])
subject = ("unix-process", {"pid": GLib.Variant("u", pid), "start-time": GLib.Variant("t", start_time)})
bus.call_sync(
    "org.freedesktop.PolicyKit1",
    "/org/freedesktop/PolicyKit1/Authority",
    "org.freedesktop.PolicyKit1.Authority",
    "RegisterAuthenticationAgent",
    GLib.Variant("((sa{sv})ss)", (subject, "C", "/agent")),
    None,
    Gio.DBusCallFlags.NONE,
    -1,
)
print("ready", flush=True)
GLib.MainLoop().run()
