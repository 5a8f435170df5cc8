# SPDX-License-Identifier: LGPL-2.1-or-later
"""Creates and removes vGPUs, so many times: soak_client.py BUS COUNT. Says what happened, by name."""

import collections
import json
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

bus = Gio.DBusConnection.new_for_address_sync(
    sys.argv[1],
    Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
)


def call(path, interface, member, arguments):
    return bus.call_sync(
        "org.gvt.Manager", path, interface, member, arguments, None,
        Gio.DBusCallFlags.NO_AUTO_START, 60000, None,
    ).unpack()  # fmt: skip


outcomes = collections.Counter()
for number in range(int(sys.argv[2])):
    options = {"label": GLib.Variant("s", f"n{number}")}
    if number % 4 == 0:
        options["define"] = GLib.Variant("b", True)
    arguments = GLib.Variant("(ssa{sv})", ("", "i915-GVTg_V5_8", options))
    try:
        (path,) = call("/org/gvt/Manager", "org.gvt.Manager", "CreateVgpu", arguments)
        call(path, "org.gvt.Manager.Vgpu", "Remove", GLib.Variant("(a{sv})", ({},)))
        outcomes["done"] += 1
    except GLib.Error as error:
        outcomes[Gio.DBusError.get_remote_error(error) or error.message] += 1
print(json.dumps(outcomes))
