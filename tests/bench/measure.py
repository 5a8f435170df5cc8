# SPDX-License-Identifier: LGPL-2.1-or-later
"""Measuring, and printing what came out as ratios to a baseline of the same run."""

import os
import statistics
import sys
import time

from gi.repository import Gio, GLib

import callers

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 200
UNCOUNTED = 5
NOTHING = GLib.Variant("()", ())


class Table:
    """Groups of rows. The first row of a group is the baseline of its ratios."""

    def __init__(self):
        self.baseline = None

    def group(self, title):
        self.baseline = None
        print(f"\n{title}\n{'':56} {'n':>4} {'median ms':>10} {'least':>9} {'p99':>9} {'ratio':>7}", flush=True)

    def row(self, name, seconds):
        """Prints a row; its median in ms."""
        times = sorted(1000 * value for value in seconds)
        median = statistics.median(times)
        p99 = times[min(len(times) - 1, int(0.99 * len(times)))]
        self.baseline = self.baseline or median
        ratio = median / self.baseline
        print(f"  {name:54} {len(times):4} {median:10.3f} {times[0]:9.3f} {p99:9.3f} {ratio:6.1f}x", flush=True)
        return median


def verdict(what, value, unit, most):
    """A target, and whether this run met it."""
    met = "met" if value <= most else "MISSED"
    print(f"  → {what}: {value:.2f} {unit}; target: at most {most} {unit}: {met}", flush=True)


def timed(work, rounds=ROUNDS, after=lambda result: None):
    """How long each of so many runs takes, after a few that do not count."""
    seconds = []
    for _ in range(rounds + UNCOUNTED):
        begin = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - begin)
        after(result)
    return seconds[UNCOUNTED:]


def in_turn(ways, rounds, after=lambda result: None):
    """Runs all ways in turn, so that what else the machine does meets them alike."""
    seconds = {name: [] for name in ways}
    for _ in range(rounds + UNCOUNTED):
        for name, work in ways.items():
            begin = time.perf_counter()
            result = work()
            seconds[name].append(time.perf_counter() - begin)
            after(result)
    return {name: values[UNCOUNTED:] for name, values in seconds.items()}


def connect(uid=0):
    """A connection of a user's own to the bus, from this process."""
    flags = (
        Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
        | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
    )
    os.seteuid(uid)
    try:
        return Gio.DBusConnection.new_for_address_sync(callers.ADDRESS, flags)
    finally:
        os.seteuid(0)


def call(bus, path, interface, member, arguments=NOTHING, name=callers.NAME):
    flags = Gio.DBusCallFlags.NONE
    return bus.call_sync(name, path, interface, member, arguments, None, flags, 60000)


def version(bus):
    wanted = GLib.Variant("(ss)", (callers.MANAGER, "Version"))
    return call(bus, callers.ROOT, callers.PROPERTIES, "Get", wanted)


def echo(bus):
    text = GLib.Variant("(s)", ("echo",))
    return call(bus, "/org/gvt/Echo", "org.gvt.Echo", "Echo", text, "org.gvt.Echo")


def objects(bus):
    return call(bus, callers.ROOT, callers.OBJECT_MANAGER, "GetManagedObjects")


def cpu_ms(pid):
    """Processor time a process has used; does not depend on what else the machine does."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def machine():
    """The machine by its figures."""
    with open("/proc/cpuinfo") as file:
        mhz = next((line.split(":")[1].strip() for line in file if line.startswith("cpu MHz")), "?")
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} processors, {mhz} MHz, Linux {os.uname().release}, load {load:.1f} at the start"


def resident_kib(pid, field="VmRSS"):
    with open(f"/proc/{pid}/status") as status:
        return int(next(line for line in status if line.startswith(field)).split()[1])
