# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes D-Bus calls as the user it runs as: one request per line in, one answer or signal per line out.

callers.py starts it, one per user, and knows the format.
"""

import json
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402


def say(**line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def answer(connection, result, request):
    try:
        reply = connection.call_finish(result)
    except GLib.Error as error:
        name = Gio.DBusError.get_remote_error(error) or f"{error.domain}:{error.code}"
        message = error.message.removeprefix(f"GDBus.Error:{name}: ")
        say(id=request["id"], error=name, message=message)
    else:
        say(id=request["id"], value=reply.unpack())


def begin(connection, request):
    flags = Gio.DBusCallFlags.NO_AUTO_START
    if request["interactive"]:
        flags |= Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION
    arguments = GLib.Variant.parse(GLib.VariantType(request["signature"]), request["arguments"])
    connection.call(
        request["destination"],
        request["path"],
        request["interface"],
        request["member"],
        arguments,
        None,
        flags,
        request["timeout"],
        None,
        answer,
        request,
    )


def heard(_connection, _sender, path, interface, member, arguments):
    say(signal=member, path=path, interface=interface, value=arguments.unpack())


def readable(channel, _condition, connection):
    status, line, _length, _end = channel.read_line()
    if status != GLib.IOStatus.NORMAL:
        loop.quit()
        return False
    begin(connection, json.loads(line))
    return True


bus = Gio.DBusConnection.new_for_address_sync(
    sys.argv[1],
    Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
)
bus.set_exit_on_close(False)
bus.signal_subscribe(
    "org.gvt.Manager", None, None, None, None, Gio.DBusSignalFlags.NONE, heard
)
stdin = GLib.IOChannel.unix_new(0)
GLib.io_add_watch(stdin, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, readable, bus)
say(ready=bus.get_unique_name())
loop = GLib.MainLoop()
loop.run()
