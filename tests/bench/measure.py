# SPDX-License-Identifier: LGPL-2.1-or-later
"""Measuring, and printing what came out as ratios to a baseline of the same run."""

import contextlib
import os
import pathlib
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


def verdict_of_rest(what, wholes, parts, unit, most):
    """What a whole takes beyond its parts, by the differences of the rounds; in seconds.

    A difference of medians would compare moments at which the machine did different things. Half of the
    rounds lie between the quartiles; a target between them is neither met nor missed by this run.
    """
    rest = [1000 * (whole - sum(others)) for whole, *others in zip(wholes, *parts)]
    low, median, high = statistics.quantiles(rest, n=4)
    met = "met" if high <= most else "MISSED" if low > most else "NOT TOLD, the rounds differ too much"
    value = f"{median:.2f} {unit}" if low > 0 else f"no more than {max(high, 0):.2f} {unit}"
    spread = f"a round's whole less its parts: half of them {low:.2f} to {high:.2f}"
    print(f"  → {what}: {value} ({spread}); target: at most {most} {unit}: {met}", flush=True)


def timed(work, rounds=ROUNDS, after=lambda result: None):
    """How long each of so many runs takes, after a few that do not count."""
    seconds = []
    for _ in range(rounds + UNCOUNTED):
        begin = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - begin)
        after(result)
    return seconds[UNCOUNTED:]


def in_turn(ways, rounds, after=lambda result: None, before=lambda: None):
    """Runs all ways in turn, so that what else the machine does meets them alike."""
    seconds = {name: [] for name in ways}
    for _ in range(rounds + UNCOUNTED):
        for name, work in ways.items():
            before()
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


def schedstat(pid, field):
    """A figure of the scheduler's, of all threads of a process."""
    files = pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(file.read_text().split()[field]) for file in files)


def cpu_seconds(pid):
    """Processor time its threads have used; does not depend on what else the machine does."""
    return schedstat(pid, 0) / 1e9


def await_rest(pid, seconds=0.02):
    """Waits until a process has done nothing for so long, to begin when it is at rest."""
    before = None
    while before != (before := schedstat(pid, 2)):
        time.sleep(seconds)


def take_one_processor():
    """Has this process and all it starts run on one processor, ahead of other work if that may be.

    On several, each answer wakes a processor that sleeps, or by chance none: in a virtual machine that is
    the difference between 2 ms and 15 ms for what CreateVgpu reads of the simulated sysfs. On one, what a
    call costs all who take part adds up, and nothing that costs is hidden beside something else.
    """
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def machine():
    """The machine by its figures, and what of it is used."""
    with open("/proc/cpuinfo") as file:
        mhz = next((line.split(":")[1].strip() for line in file if line.startswith("cpu MHz")), "?")
    ahead = "ahead of" if os.sched_getscheduler(0) == os.SCHED_RR else "beside"
    return (
        f"One of {os.cpu_count()} processors, {mhz} MHz, Linux {os.uname().release}\n"
        f"Everything measured runs on that one, {ahead} other work, of which there was"
        f" {os.getloadavg()[0]:.1f} at the start"
    )


def resident_kib(pid, field="VmRSS"):
    with open(f"/proc/{pid}/status") as status:
        return int(next(line for line in status if line.startswith(field)).split()[1])
