# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls every member of the service with random arguments, of the right and of wrong signatures.

Arguments: the bus's address, a seed, seconds. Prints how many calls came back with what. The same seed
makes the same calls. test_fuzz.py starts it, as nobody and as root.
"""

import collections
import json
import random
import sys
import time

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME, ROOT = "org.gvt.Manager", "/org/gvt/Manager"
STANDARD = "org.freedesktop.DBus."
IN_FLIGHT = 12
UUIDS = [f"f0220000-0000-4000-8000-{number:012}" for number in range(4)]
WORDS = [
    "", " ", "/", "..", "../../etc/passwd", "\n", "%s%n", "\u202e", "é" * 40, "a" * 300, "x" * 70000,
    "0000:00:02.0", "i915-GVTg_V5_8", "i915-GVTg_V5_4", "manual", "domain", "boot", "win11", "vm.rom",
    "<domain/>", "<domain type='kvm'><name>x</name><devices/></domain>", "modules", "hook",
    "org.gvt.Manager", "org.gvt.Manager.Vgpu", "Version", "Uuid", *UUIDS,
]  # fmt: skip
KEYS = [
    "uuid", "label", "define", "start", "activate", "display", "rom", "address", "dry-run", "guide",
    "resolution", "workarounds", "keep-devices", "ramfb", "", "unknown",
]  # fmt: skip
NUMBERS = {
    "y": 8, "n": 16, "q": 16, "i": 32, "u": 32, "x": 64, "t": 64,
}  # fmt: skip
LEAVES = "bynqiuxtdsog"

dice = random.Random(int(sys.argv[2]))
end = time.monotonic() + float(sys.argv[3])
bus = Gio.DBusConnection.new_for_address_sync(
    sys.argv[1],
    Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
)


def number(kind):
    bits = NUMBERS[kind]
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if kind in "nix" else (0, (1 << bits) - 1)
    return dice.choice([low, high, 0, 1, 4001, dice.randint(low, high)]) & high


def word():
    text = dice.choice(WORDS)
    if dice.random() < 0.2 and text:
        place = dice.randrange(len(text))
        text = text[:place] + chr(dice.choice([1, 9, 10, 47, 60, 127, 0x202E, 0xFFFD])) + text[place + 1 :]
    return text


def value(kind, depth=0):
    """A random value of a type, as a GVariant."""
    if kind == "a{sv}":
        entries = {dice.choice(KEYS): value("v", depth + 1) for _ in range(dice.choice([0, 0, 1, 2, 20]))}
        return GLib.Variant(kind, {key: entry.get_variant() for key, entry in entries.items()})
    if kind == "ay":
        return GLib.Variant(kind, dice.randbytes(dice.choice([0, 1, 512, 3000])))
    if kind[0] == "a":
        children = [value(kind[1:], depth + 1) for _ in range(dice.choice([0, 1, 3, 100]))]
        return GLib.Variant.new_array(GLib.VariantType(kind[1:]), children)
    if kind == "v":
        inner = dice.choice(["s", "b", "u", "as", "ay", "v", "t"]) if depth < 20 else "s"
        return GLib.Variant("v", value(inner, depth + 1))
    if kind in NUMBERS:
        return GLib.Variant(kind, number(kind))
    if kind == "b":
        return GLib.Variant(kind, dice.random() < 0.5)
    if kind == "d":
        return GLib.Variant(kind, dice.choice([0.0, float("nan"), float("inf"), -1e308]))
    if kind == "o":
        return GLib.Variant(kind, dice.choice(["/", ROOT, ROOT + "/vgpus/x"]))
    if kind == "g":
        return GLib.Variant(kind, dice.choice(["", "s", "a{sv}"]))
    return GLib.Variant("s", word())


def signature(right):
    """The right one, or another: one more, one less, of other types."""
    if dice.random() < 0.7:
        return right
    kinds = list(right)
    for _ in range(dice.randint(1, 2)):
        if kinds and dice.random() < 0.5:
            kinds.pop(dice.randrange(len(kinds)))
        else:
            kinds.insert(dice.randint(0, len(kinds)), dice.choice([*LEAVES, "v", "as", "a{sv}", "ay"]))
    return kinds


def members(path="/"):
    """(path, interface, method, types of its arguments) of all there is."""
    answer = bus.call_sync(
        NAME, path, STANDARD + "Introspectable", "Introspect", None, None, 0, 60000, None
    )  # fmt: skip
    node = Gio.DBusNodeInfo.new_for_xml(answer.unpack()[0])
    for interface in node.interfaces:
        for method in interface.methods:
            yield path, interface.name, method.name, [a.signature for a in method.in_args]
    for child in node.nodes:
        yield from members(path.rstrip("/") + "/" + child.path)


outcomes, flying, sent = collections.Counter(), 0, 0
loop = GLib.MainLoop()
found = list(members())
paths = [path for path, *_ in found]
vgpu = [entry for entry in found if entry[1] == NAME + ".Vgpu"]
# What everything has is less of interest than what the service does itself.
found += 6 * [entry for entry in found if entry[1].startswith(NAME)]
found += [(f"{ROOT}/vgpus/{uuid.replace('-', '_')}", *entry[1:]) for uuid in UUIDS for entry in vgpu]


def call():
    global flying, sent
    path, interface, member, kinds = dice.choice(found)
    if dice.random() < 0.05:
        path = dice.choice(paths)
    arguments = GLib.Variant.new_tuple(*[value(kind) for kind in signature(kinds)])
    flying += 1
    sent += 1
    bus.call(
        NAME, path, interface, member, arguments, None, Gio.DBusCallFlags.NO_AUTO_START, 120000, None, done
    )  # fmt: skip


def done(connection, result):
    global flying
    flying -= 1
    try:
        connection.call_finish(result)
        outcomes["done"] += 1
    except GLib.Error as error:
        outcomes[(Gio.DBusError.get_remote_error(error) or error.message).rpartition(".")[2]] += 1
    if time.monotonic() < end:
        call()
    elif not flying:
        loop.quit()


for _ in range(IN_FLIGHT):
    call()
loop.run()
print(json.dumps({"calls": sent, **outcomes}))
