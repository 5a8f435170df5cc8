# SPDX-License-Identifier: LGPL-2.1-or-later
"""Asks a service and the bus itself in turn until its standard input ends.

Prints how long the answers of each took, in seconds. Arguments: the bus's address; who is asked: name,
path, interface, member and arguments, as a Python expression. floods.py starts it as a user.
"""

import json
import select
import sys
import time

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402, F401 (the arguments name GLib)

bus = Gio.DBusConnection.new_for_address_sync(
    sys.argv[1],
    Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
)
SERVICE = eval(sys.argv[2])
BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetId", None)


def timed(call):
    begin = time.perf_counter()
    bus.call_sync(*call, None, Gio.DBusCallFlags.NO_AUTO_START, 60000)
    return time.perf_counter() - begin


times = []
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0.002)[0]:
    times.append((timed(SERVICE), timed(BUS)))
print(json.dumps(times))
