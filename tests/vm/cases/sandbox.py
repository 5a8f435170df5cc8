# SPDX-License-Identifier: LGPL-2.1-or-later
"""The probe (tests/vm/probe) run in the place of one of the product's programs, under its own unit."""
import os
import shutil
import subprocess
import uuid
from contextlib import contextmanager
from pathlib import Path

import mdev
import product

PROGRAMS = {"gvt-manager.service": Path("/usr/libexec/gvt-managerd"),
            "gvt-process-helper.service": Path("/usr/libexec/gvt-process-helper")}
PROBE = Path("/run/gvt-bed/sandbox-probe")
PLACE = Path("/run/gvt-manager")
NAMESPACES = {"mounts": "/proc/self/ns/mnt", "network": "/proc/self/ns/net"}
MARKERS = [Path("/tmp/gvt-probe-marker"), Path("/root/gvt-probe-marker")]


def settings(unit):
    """The [Service] settings of an installed unit: name to its values, in their order."""
    found, section = {}, None
    for line in Path("/usr/lib/systemd/system", unit).read_text().splitlines():
        if line.startswith("["):
            section = line
        elif section == "[Service]" and line and line[0] not in "#;":
            assert not line.endswith("\\"), "a continued line"
            name, value = line.split("=", 1)
            found.setdefault(name, []).append(value)
    return found


@contextmanager
def in_its_place(unit):
    """The probe is what systemd starts for a unit, once; nothing else of the unit is other."""
    program = PROGRAMS[unit]
    kept = program.with_suffix(".kept")
    drop_in = Path(f"/run/systemd/system/{unit}.d/probe.conf")
    drop_in.parent.mkdir(parents=True)
    drop_in.write_text("[Service]\nType=oneshot\nRestart=no\n")
    product.systemctl("daemon-reload")
    product.systemctl("stop", unit)
    program.rename(kept)
    shutil.copy(PROBE, program)
    try:
        yield
    finally:
        kept.replace(program)
        shutil.rmtree(drop_in.parent)
        product.systemctl("daemon-reload")
        subprocess.run(["systemctl", "reset-failed", unit], check=False)


def outcomes(run, vm, held):
    """Run the probe by `run()`; what each of its tries came to."""
    given, result = PLACE / "probe-input", PLACE / "probe-result"
    given.write_text(f"{mdev.node(held)} {vm.process.pid} {uuid.uuid4()}\n")
    for marker in MARKERS:
        marker.touch()
    try:
        run()
        told = dict(line.split("\t") for line in result.read_text().splitlines())
    finally:
        for file in [given, result, *MARKERS]:
            file.unlink(missing_ok=True)
    for name, namespace in NAMESPACES.items():
        told[name] = "shared" if told[name] == os.readlink(namespace) else "own"
    return told


def outcomes_inside(unit, vm, held):
    with in_its_place(unit):
        return outcomes(lambda: product.systemctl("start", unit), vm, held)


def outcomes_outside(vm, held):
    return outcomes(lambda: subprocess.run([PROBE], check=True), vm, held)
