# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's mdevctl on a simulated host, as root in a mount namespace where that is the machine."""

import os
import shutil
import subprocess


def run(host, *arguments):
    """What it says when it is done, as subprocess has it."""
    program = shutil.which("mdevctl")
    assert program, "data/packages names mdevctl"
    # The package has these, and mdevctl does nothing without.
    for name in ("callouts", "notifiers"):
        (host.dir / "etc/mdevctl.d/scripts.d" / name).mkdir(parents=True, exist_ok=True)
    os.makedirs("/etc/mdevctl.d", exist_ok=True)
    script = (
        f"mount --bind {host.dir}/etc/mdevctl.d /etc/mdevctl.d && "
        f'mount --bind {host.dir}/sys /sys && exec {program} "$@"'
    )
    return subprocess.run(
        ["unshare", "--mount", "/bin/sh", "-c", script, "sh", *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def mdevctl(host, *arguments):
    """What it prints; it succeeds."""
    done = run(host, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout
