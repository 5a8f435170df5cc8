# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints what making a vGPU costs by each way there is, beside the bare write to sysfs, in one run.

Times are an emulated machine's; the ratios are what to look at. The argument is how many rounds.
"""
import statistics
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager

import mdev
import product
from bus import NAME, Follower
from gi.repository import Gio, GLib
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


def by_mdevctl(folder, device):
    quietly("mdevctl", "start", "--uuid", device, "--parent", "mtty", "--type", "mtty-1")


def by_virsh(folder, device):
    quietly("virsh", "-q", "-c", "qemu:///system", "nodedev-create", "/dev/stdin",
            input=NODE_DEVICE.format(uuid=device).encode())


def by_client(folder, device):
    quietly("gvt-client", "create", "mtty-1", "--uuid", device)


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
        print(f"{name:<44} {median * 1000:8.1f} ms  {median / base:6.1f}")
    return medians


def create_by_each_way(rounds, connection):
    mdev.module("load", "mtty")
    folder = mdev.types("mtty") / "mtty-1"
    assert mdev.eventually(lambda: "mtty-1" in product.client("types"))
    functions = {
        "create: one write to sysfs": raw_write,
        "create: CreateVgpu on an open connection": by_open_connection(connection),
        "create: gvt-client create": by_client,
        "create: mdevctl start": by_mdevctl,
        "create: virsh nodedev-create": by_virsh,
    }
    medians = compare({name: lambda function=function: function(folder, str(uuid.uuid4()))
                       for name, function in functions.items()}, rounds, mdev.remove_all)
    ratio = medians["create: gvt-client create"] / medians["create: mdevctl start"]
    print(f"gvt-client create is {ratio:.2f} of mdevctl start")
    mdev.module("unload", "mtty")


@contextmanager
def service_masked():
    product.systemctl("mask", "--now", "--runtime", product.SERVICE)
    yield
    product.systemctl("unmask", "--runtime", product.SERVICE)
    product.systemctl("start", product.SERVICE)


def hook_of_a_vm_without_vgpu(rounds):
    xml = DOMAIN.format(name="plain", mib=64, devices="").encode()
    hook = ["/etc/libvirt/hooks/qemu.d/gvt-manager", "plain", "prepare", "begin", "-"]
    ways = {
        "VM without vGPU: an empty hook, /bin/true": lambda: quietly("/bin/true", input=xml),
        "VM without vGPU: our hook": lambda: quietly(*hook, input=xml),
    }
    compare(ways, rounds)
    with service_masked():
        compare({f"{name}, service masked": way for name, way in ways.items()}, rounds)


def events(rounds):
    with Follower() as follower:
        delays = []
        for _ in range(rounds):
            device = str(uuid.uuid4())
            before = time.monotonic()
            mdev.create(mdev.type_of(4), device)
            assert follower.wait(lambda: follower.vgpu(device))
            delays.append(time.monotonic() - before)
            mdev.remove(device)
            follower.wait(lambda: not follower.vgpu(device))
    print(f"{'echo to its signal on the bus':<44} {statistics.median(delays) * 1000:8.1f} ms  "
          f"(longest {max(delays) * 1000:.0f} ms)")


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    product.systemctl("start", product.SERVICE)
    print(f"median of {rounds} rounds, and its ratio to the first line of each block")
    create_by_each_way(rounds, Gio.bus_get_sync(Gio.BusType.SYSTEM))
    hook_of_a_vm_without_vgpu(rounds)
    events(rounds)


main()
