# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sends calls as fast as the bus takes them, over many connections. floods.py starts it as a user.

Arguments: the bus's address; who is called; a JSON list of calls [path, interface, member, signature,
arguments as a Python expression]; how many in all; over how many connections; how many may be under
way. Prints how many came back with what.
"""

import collections
import itertools
import json
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

address, name, calls = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
total, width, window = map(int, sys.argv[4:7])
connections = [
    Gio.DBusConnection.new_for_address_sync(
        address,
        Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
        | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
    )
    for _ in range(width)
]
outcomes = collections.Counter()
loop = GLib.MainLoop()


def nested(depth):
    value = GLib.Variant("s", "x")
    for _ in range(depth):
        value = GLib.Variant("v", value)
    return value


parsed = [
    (path, interface, member, GLib.Variant(signature, eval(text)))
    for path, interface, member, signature, text in calls
]
numbers = iter(range(total))


def send(number):
    path, interface, member, arguments = parsed[number % len(parsed)]
    connections[number % width].call(
        name, path, interface, member, arguments,
        None, Gio.DBusCallFlags.NO_AUTO_START, 120000, None, done,
    )  # fmt: skip


def done(connection, result):
    try:
        connection.call_finish(result)
        outcomes["done"] += 1
    except GLib.Error as error:
        outcomes[Gio.DBusError.get_remote_error(error) or error.message] += 1
    if outcomes.total() == total:
        loop.quit()
    for number in itertools.islice(numbers, 1):
        send(number)


for number in itertools.islice(numbers, window):
    send(number)
loop.run()
print(json.dumps(outcomes))
