# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints what making a vGPU costs by each way there is, beside the bare write to sysfs, in one run.

Times are an emulated machine's; the ratios are what to look at. The argument is how many rounds.
"""
import os
import statistics
import subprocess
import sys
import threading
import time
import uuid
from contextlib import contextmanager, nullcontext
from pathlib import Path

import mdev
import product
from bus import GPU, NAME, Follower
from gi.repository import Gio, GLib
from qemu import Qemu
from vm import DOMAIN

ROUNDS = 15
NODE_DEVICE = """
<device><parent>mtty_mtty</parent>
  <capability type='mdev'><type id='mtty-1'/><uuid>{uuid}</uuid></capability></device>
"""


def quietly(*argv, **options):
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   **options)


def raw_write(folder, device):
    mdev.create(folder, device)


def empty_process(folder, device):
    quietly("/bin/true")


def by_mdevctl(folder, device):
    quietly("mdevctl", "start", "--uuid", device, "--parent", "mtty", "--type", "mtty-1")


def by_virsh(folder, device):
    quietly("virsh", "-q", "-c", "qemu:///system", "nodedev-create", "/dev/stdin",
            input=NODE_DEVICE.format(uuid=device).encode())


def by_client(folder, device):
    quietly("gvt-client", "create", "mtty-1", "--uuid", device)


def glib_call(folder, device):
    quietly("gdbus", "call", "--system", "-d", "org.freedesktop.DBus", "-o", "/", "-m",
            "org.freedesktop.DBus.GetId")


def by_open_connection(connection):
    def create(folder, device):
        connection.call_sync(
            NAME, "/org/gvt/Manager", NAME, "CreateVgpu",
            GLib.Variant("(ssa{sv})", ("mtty", "mtty-1", {"uuid": GLib.Variant("s", device)})),
            None, Gio.DBusCallFlags.NONE, 30000)
    return create


def seconds(function, *arguments):
    before = time.monotonic()
    function(*arguments)
    return time.monotonic() - before


def compare(ways, rounds, after=lambda: None):
    """Run all ways in turn, so that what else the machine does meets them alike."""
    times = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name, function in ways.items():
            times[name].append(seconds(function))
            after()
    medians = {name: statistics.median(values[1:]) for name, values in times.items()}
    base = next(iter(medians.values()))
    for name, median in medians.items():
        print(f"  {name:<48} {median * 1000:10.1f} ms  {median / base:6.1f}x", flush=True)
    return medians


def verdict(what, value, unit, most):
    met = "met" if value <= most else "MISSED"
    print(f"  → {what}: {value:.2f} {unit}; target: at most {most} {unit}: {met}", flush=True)


def create_by_each_way(rounds, connection):
    folder = mdev.types("mtty") / "mtty-1"
    assert mdev.eventually(lambda: "mtty-1" in product.client("types"))
    functions = {
        "one write to sysfs": raw_write,
        "an empty process, /bin/true": empty_process,
        "gdbus call: a GLib program, its connection, a call": glib_call,
        "CreateVgpu on an open connection": by_open_connection(connection),
        "gvt-client create": by_client,
        "mdevctl start": by_mdevctl,
        "virsh nodedev-create": by_virsh,
    }
    print("\nMaking a mediated device")
    medians = compare({name: lambda function=function: function(folder, str(uuid.uuid4()))
                       for name, function in functions.items()}, rounds, mdev.remove_all)
    start = medians["mdevctl start"]
    verdict("gvt-client create to mdevctl start", medians["gvt-client create"] / start, "x", 0.5)
    verdict("gvt-client create to virsh nodedev-create",
            medians["gvt-client create"] / medians["virsh nodedev-create"], "x", 0.1)
    least = medians["an empty process, /bin/true"] + medians["one write to sysfs"]
    print(f"  → no program can be below {least / start:.2f}x of mdevctl start: a process and the write")


def list_and_start_by_each_way(rounds):
    device = str(uuid.uuid4())
    quietly("gvt-client", "create", "mtty-1", "--uuid", device, "--define", "--inactive")
    print("\nListing")
    compare({
        "an empty process, /bin/true": lambda: quietly("/bin/true"),
        "gvt-client list": lambda: quietly("gvt-client", "list"),
        "mdevctl list": lambda: quietly("mdevctl", "list", "-d"),
        "virsh nodedev-list": lambda: quietly("virsh", "-q", "-c", "qemu:///system",
                                              "nodedev-list", "--cap", "mdev"),
        "gvt-client check": lambda: subprocess.run(
            ["gvt-client", "check"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL),
    }, rounds)
    print("\nStarting a defined one")
    compare({
        "mdevctl start": lambda: quietly("mdevctl", "start", "--uuid", device),
        "gvt-client start": lambda: quietly("gvt-client", "start", device),
        "virsh nodedev-start": lambda: quietly(
            "virsh", "-q", "-c", "qemu:///system", "nodedev-start",
            f"mdev_{device.replace('-', '_')}_mtty"),
    }, rounds, lambda: (mdev.remove_all(), mdev.eventually(lambda: not mdev.DEVICES.exists() or
                                                           not list(mdev.DEVICES.iterdir()))))
    quietly("gvt-client", "undefine", device)


@contextmanager
def service_masked():
    quietly("systemctl", "mask", "--now", "--runtime", product.SERVICE)
    yield
    quietly("systemctl", "unmask", "--runtime", product.SERVICE)
    product.systemctl("start", product.SERVICE)


def hook_of_a_vm_without_vgpu(rounds):
    filler = "".join(f"<!-- a line as long as a usual one, {n} -->\n" for n in range(100))
    xml = DOMAIN.format(name="plain", mib=64, devices=filler).encode()
    hook = ["/etc/libvirt/hooks/qemu.d/gvt-manager", "plain"]
    ways = {
        "an empty hook, /bin/true": lambda: quietly("/bin/true", input=xml),
        "our hook, prepare": lambda: quietly(*hook, "prepare", "begin", "-", input=xml),
        "our hook, start": lambda: quietly(*hook, "start", "begin", "-", input=xml),
    }
    for title, state in (("", nullcontext()), (", service masked", service_masked())):
        print(f"\nThe hook of a VM without a vGPU, {len(xml)} bytes of XML{title}")
        with state:
            empty, prepare, _ = compare(ways, rounds).values()
        verdict("added by the hook", (prepare - empty) * 1000, "ms", 50)


def spread(name, delays, most):
    print(f"  {name:<48} {statistics.median(delays) * 1000:10.1f} ms  "
          f"(longest {max(delays) * 1000:.0f} ms)", flush=True)
    verdict("longest", max(delays), "s", most)


def last_words(device):
    """What there is to know of a device that was not shown, or still is."""
    look = f"""
        ls -l /sys/bus/mdev/devices; systemctl --no-pager status {product.SERVICE}
        busctl tree org.gvt.Manager; journalctl --no-pager --boot --lines=40 --unit={product.SERVICE}"""
    return f"{device}\n" + subprocess.run(["sh", "-c", look], capture_output=True, text=True).stdout


def events(rounds):
    print("\nWhat others do, until its signal is on the bus")
    with Follower() as follower:
        def shown(device, there=True):
            assert follower.wait(lambda: bool(follower.vgpu(device)) == there), last_words(device)

        made, gone, parent = [], [], []
        for _ in range(rounds):
            device = str(uuid.uuid4())
            before = time.monotonic()
            mdev.create(mdev.type_of(4), device)
            shown(device)
            made.append(time.monotonic() - before)
            before = time.monotonic()
            mdev.remove(device)
            shown(device, False)
            gone.append(time.monotonic() - before)
        for _ in range(3):
            for verb in ("unload", "load"):
                mdev.module(verb, "kvmgt")
                before = time.monotonic()
                assert follower.wait(lambda: bool(follower.of_interface(GPU)) == (verb == "load"))
                parent.append(time.monotonic() - before)
        spread("a vGPU made by echo", made, 1)
        spread("a vGPU removed by echo", gone, 1)
        spread("a parent gone or back, after modprobe's end", parent, 1)


def blocked_removal():
    """A VM holds the vGPU, and root's echo waits in the kernel for it to let go."""
    device = mdev.create(mdev.type_of(8))
    quietly("setfacl", "-m", "u:alice:rw", str(mdev.node(device)))  # QEMU runs as alice
    print("\nA removal that somebody else began of a vGPU in use")
    with Qemu(device) as vm, Follower() as follower:
        vm.qmp({"execute": "query-status"})
        assert follower.wait(lambda: follower.vgpu(device))
        before = time.monotonic()
        writer = threading.Thread(target=mdev.remove, args=[device], daemon=True)
        writer.start()
        assert follower.wait(lambda: follower.vgpu(device).get("State") == "failed")
        print(f"  {'until the bus shows it':<48} {(time.monotonic() - before) * 1000:10.1f} ms")
        restart = seconds(product.systemctl, "restart", product.SERVICE)
        verdict("restart of the service meanwhile", restart, "s", 10)
    writer.join()


def wakeups_of_service():
    pid = subprocess.run(["systemctl", "show", "-P", "MainPID", product.SERVICE], check=True,
                         stdout=subprocess.PIPE, text=True).stdout.strip()
    tasks = Path(f"/proc/{pid}/task").glob("*/status")
    return sum(int(line.split()[1]) for task in tasks for line in task.read_text().splitlines()
               if line.startswith("voluntary_ctxt_switches"))


def idle():
    """How often any of its threads ran, with nothing to do."""
    print("\nWake-ups of the service in a minute in which nothing happens")
    for name, count in (("without vGPUs", 0), ("with two vGPUs", 2)):
        for _ in range(count):
            mdev.create(mdev.type_of(8))
        time.sleep(20)  # until threads that wait for work have ended
        before = wakeups_of_service()
        time.sleep(60)
        woken = wakeups_of_service() - before
        print(f"  {name:<48} {woken:10}", flush=True)
        verdict("besides systemd's watchdog, every 90 s", max(0, woken - 1), "wake-ups", 0)
    mdev.remove_all()


def machine():
    facts = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines()
                 if ":" in line)
    facts = {key.strip(): value.strip() for key, value in facts.items()}
    print(f"{os.cpu_count()} processors emulated by TCG, {facts.get('cpu MHz', '?')} MHz by their "
          f"own account, Linux {os.uname().release}")


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    product.systemctl("start", product.SERVICE)
    machine()
    print(f"Medians of {rounds} rounds, and ratios to the first line of each block")
    mdev.module("load", "mtty")
    create_by_each_way(rounds, Gio.bus_get_sync(Gio.BusType.SYSTEM))
    list_and_start_by_each_way(rounds)
    mdev.module("unload", "mtty")
    hook_of_a_vm_without_vgpu(rounds)
    events(rounds)
    blocked_removal()
    idle()


main()
