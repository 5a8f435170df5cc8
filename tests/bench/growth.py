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


def grow(sizes, measure):
    """What measure says of a host with ever more vGPUs."""
    host = hosts.SimHost("--parent", f"{hosts.GPU},boot_vga=1,instances=20000").start()
    sysfs, made, found = Sysfs(host), 0, {}
    for size in sizes:
        for _ in range(size - made):
            sysfs.create()
        made, found[size] = size, measure(host)
    host.end()
    return found


def bench_growth(table, root, bus):
    """Start to owned name, GetManagedObjects and memory, with ever more vGPUs."""

    def measure(host):
        starts, works = [], []
        for last in (False, False, True):
            begin = time.perf_counter()
            service = daemons.start_service(root, host.dir)
            starts.append(time.perf_counter() - begin)
            works.append(cpu_seconds(service.pid))
            if not last:
                daemons.stop_checked(service)
        reads, own = zip(*[read_all(bus, service) for _ in range(15)][5:])
        memory = resident_kib(service.pid)
        daemons.stop_checked(service)
        return starts, works, reads, own, memory

    found = grow((1, 10, 100, 1000, 10000), measure)
    titles = (
        "Start to owned name, by how many active vGPUs there are",
        "The same, the service's processor time",
        "GetManagedObjects, until the caller has it all",
        "The same, the service's processor time",
    )
    for number, title in enumerate(titles):
        table.group(title)
        for size, figures in found.items():
            table.row(f"{size} vGPUs", figures[number])
        growth = min(found[10000][number]) / min(found[1000][number])
        verdict("from 1,000 to 10,000, by the least of each", growth, "x", 12)
    print(f"\nResident memory, after the lists\n{'':56} {'KiB':>10} {'per vGPU':>16}")
    least = found[1][-1]
    for size, (*_, memory) in found.items():
        each = f"{(memory - least) / size:11.1f} KiB" if size >= 100 else ""
        print(f"  {f'{size} vGPUs':54} {memory:10} {each}".rstrip(), flush=True)
    verdict("resident memory with 1,000 vGPUs", found[1000][-1] / 1024, "MiB", 12)


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
