# SPDX-License-Identifier: LGPL-2.1-or-later
"""How start, GetManagedObjects and memory grow with what there is."""

import time

import daemons
import hosts
from measure import cpu_seconds, objects, resident_kib, timed, verdict
from simulated_sysfs import TYPE, Sysfs


def read_all(bus, service):
    """How long GetManagedObjects takes, and what of that the service works; in seconds."""
    used, begin = cpu_seconds(service.pid), time.perf_counter()
    objects(bus)
    return time.perf_counter() - begin, cpu_seconds(service.pid) - used


def make_host(size):
    """A simulated host with so many vGPUs."""
    host = hosts.SimHost("--parent", f"{hosts.GPU},boot_vga=1,instances=20000").start()
    sysfs = Sysfs(host)
    for _ in range(size):
        sysfs.create()
    return host


class Visits:
    """What starts of the service on one host found, one after the other."""

    def __init__(self, host):
        self.host = host
        self.starts, self.works, self.reads, self.own, self.memory = [], [], [], [], []

    def visit(self, root, bus):
        begin = time.perf_counter()
        service = daemons.start_service(root, self.host.dir)
        self.starts.append(time.perf_counter() - begin)
        self.works.append(cpu_seconds(service.pid))
        for taken, own in [read_all(bus, service) for _ in range(8)][3:]:
            self.reads.append(taken)
            self.own.append(own)
        self.memory.append(resident_kib(service.pid))
        daemons.stop_checked(service)


def bench_growth(table, root, bus):
    """Start to owned name, GetManagedObjects and memory, with ever more vGPUs; all sizes in turn."""
    found = {size: Visits(make_host(size)) for size in (1, 10, 100, 1000, 10000)}
    for _ in range(3):
        for visits in found.values():
            visits.visit(root, bus)
    for title, figure in {
        "Start to owned name, by how many active vGPUs there are": "starts",
        "Start, the service's processor time": "works",
        "GetManagedObjects, until the caller has it all": "reads",
        "GetManagedObjects, the service's processor time": "own",
    }.items():
        table.group(title)
        for size, visits in found.items():
            table.row(f"{size} vGPUs", getattr(visits, figure))
        growth = min(getattr(found[10000], figure)) / min(getattr(found[1000], figure))
        verdict("from 1,000 to 10,000, by the least of each", growth, "x", 12)
    print(f"\nResident memory, after the lists, the most of three\n{'':56} {'KiB':>10} {'per vGPU':>16}")
    one = max(found[1].memory)
    for size, visits in found.items():
        most = max(visits.memory)
        each = f"{(most - one) / size:11.1f} KiB" if size >= 100 else ""
        print(f"  {f'{size} vGPUs':54} {most:10} {each}".rstrip(), flush=True)
        visits.host.end()
    verdict("resident memory with 1,000 vGPUs", max(found[1000].memory) / 1024, "MiB", 12)


def bench_bad_definitions(table, root):
    good = f'{{"mdev_type": "{TYPE}", "start": "manual", "attrs": []}}'
    rows = {
        "without definitions": (0, ""),
        "10,000 definitions": (10_000, good),
        "10,000 files that are none": (10_000, good[:20]),
        "100 files of 60,000 brackets": (100, '{"a": ' + "[" * 60_000),
    }
    table.group("Start to owned name and end, by what lies in /etc/mdevctl.d")
    for name, (count, text) in rows.items():
        host = hosts.SimHost("--aperture", "512")
        directory = host.dir / "etc/mdevctl.d" / hosts.GPU
        directory.mkdir(parents=True)
        for number in range(count):
            (directory / f"00000000-0000-4000-8000-{number:012}").write_text(text)
        host.start()
        table.row(name, timed(lambda: daemons.stop_checked(daemons.start_service(root, host.dir)), 3))
        host.end()
