# SPDX-License-Identifier: LGPL-2.1-or-later
"""The probe (tests/vm/probe) run in the service's place, under the service's own unit."""
import shutil
import subprocess
import uuid
from contextlib import contextmanager
from pathlib import Path

import mdev
import product

UNIT = Path("/usr/lib/systemd/system/gvt-manager.service")
PROGRAM = Path("/usr/libexec/gvt-managerd")
PROBE = Path("/run/gvt-bed/sandbox-probe")
DROP_IN = Path("/run/systemd/system/gvt-manager.service.d/probe.conf")
STATE = Path("/var/lib/gvt-manager")
MARKERS = [Path("/tmp/gvt-probe-marker"), Path("/root/gvt-probe-marker")]


def settings():
    """The [Service] settings of the installed unit: name to its values, in their order."""
    found, section = {}, None
    for line in UNIT.read_text().splitlines():
        if line.startswith("["):
            section = line
        elif section == "[Service]" and line and line[0] not in "#;":
            assert not line.endswith("\\"), "a continued line"
            name, value = line.split("=", 1)
            found.setdefault(name, []).append(value)
    return found


@contextmanager
def in_the_services_place():
    """The probe is what systemd starts for the service, once; of the unit only that is other."""
    kept = PROGRAM.with_suffix(".kept")
    DROP_IN.parent.mkdir(parents=True)
    DROP_IN.write_text("[Service]\nType=oneshot\nRestart=no\n")
    product.systemctl("daemon-reload")
    product.systemctl("stop", product.SERVICE)
    PROGRAM.rename(kept)
    shutil.copy(PROBE, PROGRAM)
    try:
        yield
    finally:
        kept.replace(PROGRAM)
        shutil.rmtree(DROP_IN.parent)
        product.systemctl("daemon-reload")
        subprocess.run(["systemctl", "reset-failed", product.SERVICE], check=False)


def outcomes(run, vm, held):
    """Run the probe by `run()`; what each of its tries came to."""
    result = STATE / "probe-result"
    device = str(uuid.uuid4())
    (STATE / "probe-input").write_text(f"{mdev.node(held)} {vm.process.pid} {device}\n")
    result.unlink(missing_ok=True)
    for marker in MARKERS:
        marker.touch()
    try:
        run()
        return dict(line.split("\t") for line in result.read_text().splitlines())
    finally:
        for file in [STATE / "probe-input", result, *MARKERS]:
            file.unlink(missing_ok=True)


def outcomes_inside(vm, held):
    with in_the_services_place():
        return outcomes(lambda: product.systemctl("start", product.SERVICE), vm, held)


def outcomes_outside(vm, held):
    return outcomes(lambda: subprocess.run([PROBE], check=True), vm, held)
