# SPDX-License-Identifier: LGPL-2.1-or-later
"""The product as `meson install` lays it out, and the payload that carries it into the guest."""
import json
import os
import shutil
import subprocess
import tarfile
import time
from pathlib import Path

from bed.guest import PAYLOAD_SIZE, GuestError

HERE = Path(__file__).resolve().parent.parent
SOURCE = HERE.parent.parent
FLOODS = SOURCE / "tests/bus/floods"
UNITS = ["gvt-manager.service", "gvt-process-helper.service"]
BED = "run/gvt-bed"  # in the guest, below /
SETUP = ["--prefix=/usr", "--sysconfdir=/etc", "--localstatedir=/var", "--libexecdir=libexec",
         "--buildtype=debugoptimized"]


def quietly(*argv, **environment):
    """Run a build command; what it says is returned, and shown only if it fails."""
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=os.environ | environment)
    if done.returncode:
        raise GuestError(f"{' '.join(map(str, argv))} failed:\n{done.stdout[-8000:]}")
    return done.stdout


def installed_targets(directory):
    """What of the build is installed, which spares building the tests of other tiers."""
    targets = json.loads(quietly("meson", "introspect", "--targets", directory))
    return [Path(name).relative_to(directory) for target in targets if target["installed"]
            for name in target["filename"]]


def build(directory, destination):
    """Build in `directory` and install below `destination`."""
    if not (directory / "build.ninja").exists():
        quietly("meson", "setup", *SETUP, directory, SOURCE)
    quietly("ninja", "-C", directory, "build.ninja")  # what is installed may have changed
    quietly("ninja", "-C", directory, *installed_targets(directory))
    quietly("meson", "install", "-C", directory, "--no-rebuild", DESTDIR=str(destination))


def as_root(member):
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member


def build_probe(destination):
    """The program that tries out the service's sandbox."""
    quietly("gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1",
            *sorted((HERE / "probe").glob("*.c")), "-o", destination, "-lacl")


def build_loop_watch(destination):
    """What times the service's main loop; see there."""
    quietly("gcc", "-std=gnu11", "-O1", "-shared", "-fPIC", FLOODS / "loop-watch.c",
            "-o", destination)


def count_coverage(counters, installed):
    """Let the sandboxed services write what they count, and whoever runs the client."""
    inside = installed / counters.relative_to("/")
    shutil.copytree(counters, inside)
    for unit in UNITS:
        drop_in = installed / "etc/systemd/system" / f"{unit}.d"
        drop_in.mkdir(parents=True)
        (drop_in / "coverage.conf").write_text(f"[Service]\nReadWritePaths={counters}\n")


def pack(payload, installed, parts):
    """Write the guest's second disk: a tar of what goes below its /, and parts of the bed."""
    with tarfile.open(payload, "w") as tar:
        for child in sorted(installed.iterdir()):
            tar.add(child, child.name, filter=as_root)
        for name, path in parts.items():
            tar.add(path, f"{BED}/{name}", filter=as_root)
    if payload.stat().st_size > PAYLOAD_SIZE:
        raise ValueError(f"the payload is larger than the guest's disk for it, {PAYLOAD_SIZE}")
    os.truncate(payload, PAYLOAD_SIZE)


def prepare(directory, build_directory, packages=None, counters=None):
    """Make `directory`/payload: of the product built here, or of a folder of Debian packages."""
    installed = directory / "installed"
    installed.mkdir()
    table = "authorisation_table.py"
    parts = {"cases": HERE / "cases", f"cases/{table}": SOURCE / "tests/bus" / table}
    if packages:
        parts["packages"] = packages
    else:
        build(build_directory, installed)
        if counters:
            count_coverage(counters, installed)
        build_probe(directory / "sandbox-probe")
        parts["sandbox-probe"] = directory / "sandbox-probe"
        build_loop_watch(directory / "loop-watch.so")
        parts["loop-watch.so"] = directory / "loop-watch.so"
        parts |= {f"cases/{name}": FLOODS / name for name in ["measures.py", "pinger.py"]}
    pack(directory / "payload", installed, parts)


def unpack(guest, *members):
    guest.check(["tar", "-C", "/", "--keep-directory-symlink", "-xf", "/dev/vdb", *members])


def unpack_cases(guest):
    """After a reboot: what lies in memory only."""
    unpack(guest, BED)


def install(guest):
    """In a resumed guest: set the clock, unpack the payload, let the running services see it."""
    guest.check(["date", "-s", f"@{time.time():.0f}"])
    unpack(guest)
    guest.check(["systemctl", "daemon-reload"])
    guest.check(["systemd-tmpfiles", "--create"])
    guest.check(["systemctl", "reload", "dbus.service"])
