# SPDX-License-Identifier: LGPL-2.1-or-later
"""Times of the service on a private bus and a simulated host. tests/bench/run starts it."""

import os
import pathlib
import statistics
import subprocess
import sys
import threading
import time
import uuid

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

BUS = pathlib.Path(__file__).parents[1] / "bus"
sys.path.insert(0, str(BUS))

import callers  # noqa: E402
import daemons  # noqa: E402
import hosts  # noqa: E402
import vms  # noqa: E402

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 200
UNCOUNTED = 5
DIALOGS = 60
TYPE = "i915-GVTg_V5_8"
NOTHING = GLib.Variant("()", ())


class Table:
    """Groups of rows. The first row of a group is the baseline of its ratios."""

    def __init__(self):
        self.baseline = None
        print(f"{'':46} {'n':>5} {'median ms':>10} {'p99 ms':>9} {'ratio':>7}", flush=True)

    def group(self, title):
        self.baseline = None
        print(f"\n{title}", flush=True)

    def row(self, name, seconds):
        times = sorted(1000 * value for value in seconds)
        median = statistics.median(times)
        p99 = times[min(len(times) - 1, int(0.99 * len(times)))]
        self.baseline = self.baseline or median
        ratio = median / self.baseline
        print(f"  {name:44} {len(times):5} {median:10.3f} {p99:9.3f} {ratio:6.1f}x", flush=True)


def timed(work, rounds=ROUNDS):
    """How long each of so many runs takes, after a few that do not count."""
    seconds = []
    for _ in range(rounds + UNCOUNTED):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return seconds[UNCOUNTED:]


class Direct:
    """root's calls from this process, without the detour through a user's."""

    def __init__(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)

    def call(self, path, interface, member, arguments=NOTHING, name=callers.NAME):
        flags = Gio.DBusCallFlags.NONE
        return self.bus.call_sync(name, path, interface, member, arguments, None, flags, 60000)

    def version(self):
        wanted = GLib.Variant("(ss)", (callers.MANAGER, "Version"))
        return self.call(callers.ROOT, callers.PROPERTIES, "Get", wanted)

    def bus_id(self):
        name = "org.freedesktop.DBus"
        return self.call("/org/freedesktop/DBus", name, "GetId", NOTHING, name)

    def objects(self):
        return self.call(callers.ROOT, callers.OBJECT_MANAGER, "GetManagedObjects")

    def life(self, **options):
        values = GLib.Variant("(ssa{sv})", (hosts.GPU, TYPE, callers.variants(options)))
        (path,) = self.call(callers.ROOT, callers.MANAGER, "CreateVgpu", values).unpack()
        self.call(path, callers.VGPU, "Remove", GLib.Variant("(a{sv})", ({},)))

    def edit(self):
        values = GLib.Variant("(ssa{sv})", (vms.DOMAIN, vms.VM, {}))
        return self.call(callers.ROOT, callers.DOMAINS, "EditXml", values)


class Dialogs:
    """Calls of carol's that each wait for a password that nobody types."""

    def __init__(self, count):
        self.caller = callers.Caller("carol")
        program = (BUS / "silent_agent.py").read_text()
        self.agent = subprocess.Popen(
            ["/usr/bin/python3", "-c", program, str(self.caller.process.pid)],
            stdout=subprocess.PIPE,
            text=True,
            **callers.as_user("carol"),
        )
        self.agent.stdout.readline()
        create = (callers.ROOT, callers.MANAGER, "CreateVgpu", "(ssa{sv})", "", TYPE, {})
        self.pending = [
            self.caller.start(*create, interactive=True, timeout=600) for _ in range(count)
        ]
        for _ in range(count):
            self.agent.stdout.readline()

    def still_open(self):
        return len([call for call in self.pending if not call.answered()])

    def close(self):
        self.caller.close()
        self.agent.kill()
        self.agent.wait()


def bench_readers(table, direct):
    table.group("A read-only call, Get(Version); GetId of the bus itself for scale")
    table.row("idle", timed(direct.version))
    dialogs = Dialogs(DIALOGS)
    seconds = timed(direct.version)
    table.row(f"with {dialogs.still_open()} unanswered dialogs pending", seconds)
    dialogs.close()
    table.row("idle again", timed(direct.version))
    table.row("GetManagedObjects", timed(direct.objects))
    table.row("GetId", timed(direct.bus_id))


def bench_life(table, direct, host):
    create = host.dir / "sys/class/mdev_bus" / hosts.GPU / "mdev_supported_types" / TYPE / "create"
    devices = host.dir / "sys/bus/mdev/devices"
    alice = callers.Caller("alice")

    def write(path, text):
        descriptor = os.open(path, os.O_WRONLY)
        os.write(descriptor, text.encode())
        os.close(descriptor)

    def bare():
        name = str(uuid.uuid4())
        write(create, name)
        write(devices / name / "remove", "1")

    def shell():
        name = str(uuid.uuid4())
        script = f"echo {name} > {create}; echo 1 > {devices / name / 'remove'}"
        subprocess.run(["/bin/sh", "-c", script], check=True)

    table.group("A vGPU created and removed, on the simulated host")
    table.row("two bare writes to sysfs", timed(bare))
    table.row("a shell's two echos", timed(shell))
    table.row("CreateVgpu and Remove by root", timed(direct.life))
    table.row("the same with a definition", timed(lambda: direct.life(define=True)))
    table.row("by alice, whom polkit allows it", timed(lambda: alice.vgpu(alice.create(), "Remove")))
    alice.close()


def bench_edit(table, direct):
    table.group("A domain's XML edited")
    table.row("starting /bin/true", timed(lambda: subprocess.run(["/bin/true"], check=True)))
    table.row("EditXml, in its sandboxed worker", timed(direct.edit))


def bench_neighbour(table, direct):
    table.group("Get(Version) while alice creates and removes without pause")
    table.row("idle", timed(direct.version))
    alice, ended = callers.Caller("alice"), threading.Event()

    def busy():
        while not ended.is_set():
            alice.vgpu(alice.create(), "Remove")

    thread = threading.Thread(target=busy)
    thread.start()
    table.row("meanwhile", timed(direct.version))
    ended.set()
    thread.join()
    alice.close()


def fill(count, text):
    """What lies in the directory of definitions when the service starts."""

    def before(host):
        directory = host.dir / "etc/mdevctl.d" / hosts.GPU
        directory.mkdir(parents=True)
        for number in range(count):
            (directory / f"00000000-0000-4000-8000-{number:012}").write_text(text)

    return before


def bench_start(table, root):
    """Until the name is owned, that is until everything is on the bus."""
    table.group("The service's start, and its end")
    good = f'{{"mdev_type": "{TYPE}", "start": "manual", "attrs": []}}'
    rows = {
        "without definitions": fill(0, ""),
        "with 10,000 definitions": fill(10_000, good),
        "with 10,000 files that are none": fill(10_000, good[:20]),
        "with 100 files of 60,000 brackets": fill(100, '{"a": ' + "[" * 60_000),
    }
    for name, before in rows.items():
        host = hosts.SimHost("--aperture", "512")
        before(host)
        host.start()

        def once():
            daemons.stop_checked(daemons.start_service(root, host.dir))

        table.row(name, timed(once, 5))
        host.end()


def main():
    bus = daemons.start_bus()
    root = callers.Caller("root")
    polkit = daemons.start_polkit(root)
    host = hosts.SimHost("--aperture", "512").start()
    # libpolkit warns when a caller leaves with its question unanswered; elsewhere a warning is fatal.
    withdrawn = "Error cancelling authorization check"
    service = daemons.start_service(root, host.dir, expected=withdrawn)
    direct, table = Direct(), Table()
    bench_readers(table, direct)
    bench_life(table, direct, host)
    bench_edit(table, direct)
    bench_neighbour(table, direct)
    for line in pathlib.Path(f"/proc/{service.pid}/status").read_text().splitlines():
        if line.startswith(("VmHWM", "Threads")):
            print(f"\nservice, {line}", end="")
    print()
    daemons.stop_checked(service, withdrawn)
    host.end()
    bench_start(table, root)
    for daemon in (polkit, bus):
        daemon.kill()
    root.close()


main()
