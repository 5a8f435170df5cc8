# SPDX-License-Identifier: LGPL-2.1-or-later
"""Times of the service and the client on a private bus and a simulated host. run starts it."""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
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
from growth import bench_bad_definitions, bench_growth  # noqa: E402
from measure import (  # noqa: E402
    ROUNDS, Table, await_rest, call, connect, echo, in_turn, machine, objects, resident_kib,
    take_one_processor, timed, verdict, verdict_of_rest, version,
)  # fmt: skip
from simulated_sysfs import TYPE, Sysfs  # noqa: E402

DIALOGS = 60
BUILD = pathlib.Path(os.environ["GVT_BUILD"])
# libpolkit warns when a caller leaves with its question unanswered; elsewhere a warning is fatal.
WITHDRAWN = "Error cancelling authorization check"
ECHO_POLICY = """<busconfig>
  <policy user="root"><allow own="org.gvt.Echo"/></policy>
  <policy context="default"><allow send_destination="org.gvt.Echo"/></policy>
</busconfig>"""


class Root:
    """Root's questions to the bus. Deaf to signals: a listener would have its turn before the answers."""

    def __init__(self):
        self.bus = connect()

    def call(self, path, interface, member, signature, *arguments, destination):
        try:
            reply = call(self.bus, path, interface, member, GLib.Variant(signature, arguments), destination)
        except GLib.Error as error:
            raise callers.BusError(Gio.DBusError.get_remote_error(error), error.message) from error
        return reply.unpack()[0]


def create(bus, **options):
    values = GLib.Variant("(ssa{sv})", (hosts.GPU, TYPE, callers.variants(options)))
    return call(bus, callers.ROOT, callers.MANAGER, "CreateVgpu", values).unpack()[0]


def remove(bus, path):
    call(bus, path, callers.VGPU, "Remove", GLib.Variant("(a{sv})", ({},)))


def ask_polkit(bus, caller):
    """The question that the service asks about a caller of CreateVgpu."""
    subject = ("system-bus-name", {"name": GLib.Variant("s", caller.get_unique_name())})
    details = {"gpu": hosts.GPU, "type": TYPE, "label": "", "uid": "4001", "uuid": str(uuid.uuid4())}
    question = GLib.Variant(
        "((sa{sv})sa{ss}us)", (subject, "org.gvt.manager.create-vgpu", details, 0, "")
    )
    call(
        bus, "/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.PolicyKit1.Authority",
        "CheckAuthorization", question, "org.freedesktop.PolicyKit1",
    )  # fmt: skip


def quietly(*argv, **options):
    subprocess.run(
        argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=daemons.machine_environment() | {"G_DEBUG": ""}, **options,
    )  # fmt: skip


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
        question = (callers.ROOT, callers.MANAGER, "CreateVgpu", "(ssa{sv})", "", TYPE, {})
        self.pending = [
            self.caller.start(*question, interactive=True, timeout=600) for _ in range(count)
        ]
        for _ in range(count):
            self.agent.stdout.readline()

    def still_open(self):
        return len([one for one in self.pending if not one.answered()])

    def close(self):
        self.caller.close()
        self.agent.kill()
        self.agent.wait()


def bench_readers(table, bus):
    table.group("Reading: a call that a bare GDBus service answers, and Get(Version)")
    table.row("echo of a bare GDBus service", timed(lambda: echo(bus)))
    table.row("Get(Version), idle", timed(lambda: version(bus)))
    dialogs = Dialogs(DIALOGS)
    seconds = timed(lambda: version(bus))
    table.row(f"Get(Version), {dialogs.still_open()} unanswered dialogs pending", seconds)
    dialogs.close()
    alice, ended = connect(4001), threading.Event()

    def busy():
        while not ended.is_set():
            remove(alice, create(alice))

    thread = threading.Thread(target=busy)
    thread.start()
    table.row("Get(Version), while alice creates and removes", timed(lambda: version(bus)))
    ended.set()
    thread.join()
    table.row("GetManagedObjects, one GPU, no vGPU", timed(lambda: objects(bus)))


def bench_create(table, bus, sysfs, service):
    """What of CreateVgpu is the kernel's, the bus's and polkit's, measured each by itself.

    Each begins when the service is at rest: on a simulated host it looks at everything four times a
    second and after each change, and the simulation answers one at a time.
    """
    alice = connect(4001)
    sysfs.keep_one()
    ways = {
        "the kernel's part: one write to `create`": sysfs.create,
        "the simulation's part: reading what CreateVgpu reads": sysfs.reads,
        "the bus's part: echo of a bare GDBus service": lambda: echo(alice),
        "polkit's part: CheckAuthorization": lambda: ask_polkit(bus, alice),
        "CreateVgpu by root, whom polkit is not asked about": lambda: create(bus),
        "CreateVgpu by alice": lambda: create(alice),
        "CreateVgpu by root, with a definition": lambda: create(bus, define=True),
    }

    def tidy(path):
        if isinstance(path, str):
            remove(bus, path)
        sysfs.remove_all()

    table.group("CreateVgpu on an open connection, records and definitions on a disk")
    taken = in_turn(ways, max(40, ROUNDS // 4), tidy, before=lambda: await_rest(service.pid))
    for name, seconds in taken.items():
        table.row(name, seconds)
    write, reads, echo_back, polkit, root, by_alice, _ = taken.values()
    others = [write, reads, echo_back]
    verdict_of_rest("the service's own part, for root", root, others, "ms", 2)
    verdict_of_rest("the service's own part, for alice", by_alice, [*others, polkit], "ms", 2)


@contextlib.contextmanager
def as_the_machine(host):
    """For programs that know one /sys only."""
    for name in ("callouts", "notifiers"):
        os.makedirs(f"/etc/mdevctl.d/scripts.d/{name}", exist_ok=True)
    subprocess.run(["mount", "--bind", host.dir / "sys", "/sys"], check=True)
    yield
    subprocess.run(["umount", "/sys"], check=True)


def bench_client(table, sysfs, host, service):
    def mdevctl():
        quietly("mdevctl", "start", "--parent", hosts.GPU, "--type", TYPE, "--uuid", str(uuid.uuid4()))

    ways = {
        "an empty process, /bin/true": lambda: quietly("/bin/true"),
        "one write to `create`": sysfs.create,
        "gdbus call: a GLib program, its connection, a call": lambda: quietly(
            "gdbus", "call", "--system", "-d", "org.gvt.Echo", "-o", "/org/gvt/Echo", "-m",
            "org.gvt.Echo.Echo", "x"),
        "gdbus call of CreateVgpu": lambda: quietly(
            "gdbus", "call", "--system", "-d", callers.NAME, "-o", callers.ROOT, "-m",
            f"{callers.MANAGER}.CreateVgpu", "", TYPE, "{}"),
        "mdevctl start": mdevctl,
        "gvt-client create": lambda: quietly("gvt-client", "create", TYPE),
        "mdevctl list": lambda: quietly("mdevctl", "list"),
        "gvt-client list": lambda: quietly("gvt-client", "list"),
        "gvt-client check": lambda: subprocess.run(
            ["gvt-client", "check"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL),
    }  # fmt: skip
    table.group("Programs, from start to end")
    with as_the_machine(host):
        taken = in_turn(
            ways, max(15, ROUNDS // 10), sysfs.remove_all, before=lambda: await_rest(service.pid)
        )
    medians = {name: table.row(name, seconds) for name, seconds in taken.items()}
    ratio = medians["gvt-client create"] / medians["mdevctl start"]
    verdict("gvt-client create to mdevctl start", ratio, "x", 0.5)
    ratio = medians["gvt-client create"] / medians["gdbus call of CreateVgpu"]
    print(f"  → gvt-client create to a bare GLib program that asks for the same: {ratio:.2f} x")
    least = medians["an empty process, /bin/true"] + medians["one write to `create`"]
    print(f"  → no program can be below {least / medians['mdevctl start']:.2f}x: a process and the write")


def bench_hook(table):
    hook = "/etc/libvirt/hooks/qemu.d/gvt-manager"
    plain = vms.DOMAIN.encode()
    ways = {
        "an empty hook, /bin/true": lambda: quietly("/bin/true", input=plain),
        "our hook, an operation of no interest": lambda: quietly(hook, "x", "start", "begin", "-", input=plain),
        "our hook, a VM without vGPU": lambda: quietly(hook, "x", "prepare", "begin", "-", input=plain),
    }
    table.group("What libvirt's hook adds to a VM's start, per operation (four of each VM)")
    for name, seconds in in_turn(ways, max(20, ROUNDS // 4)).items():
        table.row(name, seconds)


def bench_edit(table, bus):
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
        file.write(vms.DOMAIN)
        file.flush()
        edit = GLib.Variant("(ssa{sv})", (vms.DOMAIN, vms.VM, {}))
        ways = {
            "xmllint --noout of the domain": lambda: quietly("xmllint", "--noout", file.name),
            "EditXml, in its sandboxed worker": lambda: call(
                bus, callers.ROOT, callers.DOMAINS, "EditXml", edit),
        }  # fmt: skip
        table.group("A domain's XML edited")
        for name, seconds in in_turn(ways, max(20, ROUNDS // 4)).items():
            table.row(name, seconds)


def crowd(count, question, calls=2000):
    """Seconds per call when so many connections each have one call under way all the time."""
    loop, left = GLib.MainLoop(), [calls]
    running = [count]

    def ask(bus):
        if left[0] <= 0:
            running[0] -= 1
            if running[0] == 0:
                loop.quit()
            return
        left[0] -= 1
        bus.call(*question, None, Gio.DBusCallFlags.NONE, 60000, None, answered)

    def answered(bus, result):
        bus.call_finish(result)
        ask(bus)

    buses = [connect(4001 + number % 2) for number in range(count)]
    begin = time.perf_counter()
    for bus in buses:
        ask(bus)
    loop.run()
    return (time.perf_counter() - begin) / calls


def bench_crowds(table):
    get = (
        callers.NAME, callers.ROOT, callers.PROPERTIES, "Get",
        GLib.Variant("(ss)", (callers.MANAGER, "Version")),
    )  # fmt: skip
    bare = ("org.gvt.Echo", "/org/gvt/Echo", "org.gvt.Echo", "Echo", GLib.Variant("(s)", ("echo",)))
    for count in (1, 8, 64):
        table.group(f"{count} clients at once: time per call")
        table.row("echo of a bare GDBus service", [crowd(count, bare) for _ in range(3)])
        table.row("Get(Version)", [crowd(count, get) for _ in range(3)])


def main():
    take_one_processor()
    print(machine())
    pathlib.Path("/etc/dbus-1/system.d/org.gvt.Echo.conf").write_text(ECHO_POLICY)
    bus = daemons.start_bus()
    root = Root()
    polkit = daemons.start_polkit(root)
    bare = daemons.start_named(root, "org.gvt.Echo", str(BUILD / "tests/bench/gvt-bench-echo"))
    host = hosts.SimHost("--aperture", "2048").start()
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="state-") as disk:
        subprocess.run(["mount", "--bind", disk, host.dir / "var/lib"], check=True)
        service = daemons.start_service(root, host.dir, expected=WITHDRAWN)
        direct, sysfs, table = connect(), Sysfs(host), Table()
        bench_readers(table, direct)
        bench_create(table, direct, sysfs, service)
        bench_client(table, sysfs, host, service)
        bench_hook(table)
        bench_edit(table, direct)
        bench_crowds(table)
        print(f"\nThe service after all that: {resident_kib(service.pid, 'VmHWM')} KiB at most")
        daemons.stop_checked(service, WITHDRAWN)
        subprocess.run(["umount", host.dir / "var/lib"], check=True)
    host.end()
    bench_growth(table, root, direct)
    bench_bad_definitions(table, root)
    for daemon in (bare, polkit, bus):
        daemon.kill()


main()
