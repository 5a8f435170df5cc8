# SPDX-License-Identifier: LGPL-2.1-or-later
"""The processes under test and around it, with what they wrote."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

import callers
from callers import ADDRESS, BusError, eventually, machine_environment

LOGS = pathlib.Path("/run/logs")
SOCKET = ADDRESS.removeprefix("unix:path=")
COMPLAINT = re.compile(
    r"Sanitizer|runtime error:|-(WARNING|CRITICAL|ERROR)\b|\*\*|Assertion|Bail out|stack smashing"
    r"|^==\d+=="
)
# What goes before the service's program, by --valgrind. Quiet: whatever memcheck says is a complaint.
# Leaks are what nothing points to any more; GLib keeps its types and quarks for ever. libpolkit and
# libvirt need no suppressions. No exit status of its own: a child that writes to sysfs ends with an errno.
VALGRIND = (
    "/usr/bin/valgrind", "--quiet", "--fair-sched=yes", "--leak-check=full",
    "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite", "--child-silent-after-fork=yes",
)  # fmt: skip
before_service = ()
# By --threads another, which ThreadSanitizer looks at.
service = "/usr/libexec/gvt-managerd"


class Daemon:
    """A process that runs until it is stopped. What it writes goes to a log of its own."""

    count = 0

    def __init__(self, *argv, environment=None, **settings):
        Daemon.count += 1
        LOGS.mkdir(exist_ok=True)
        self.log = LOGS / f"{Daemon.count:04}-{pathlib.Path(argv[0]).name}.log"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**machine_environment(), **(environment or {})},
                cwd="/",
                **settings,
            )
        self.name = pathlib.Path(argv[0]).name

    @property
    def pid(self):
        return self.process.pid

    def text(self):
        return self.log.read_text(errors="replace")

    def running(self):
        return self.process.poll() is None

    def complaints(self):
        """Lines of the log that a healthy program does not write."""
        return [line for line in self.text().splitlines() if COMPLAINT.search(line)]

    def stop(self, seconds=20):
        """Ends it as systemd would. Its exit status."""
        self.process.terminate()
        try:
            return self.process.wait(seconds * callers.patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def kill(self):
        self.process.kill()
        self.process.wait()


def start_bus():
    """The machine's own system bus configuration, with our policy installed into it."""
    daemon = Daemon("/usr/bin/dbus-daemon", "--system", "--nofork", "--nopidfile", "--nosyslog")

    def accepts():
        """the bus takes connections"""
        with socket.socket(socket.AF_UNIX) as client:
            return os.path.exists(SOCKET) and client.connect_ex(SOCKET) == 0

    eventually(accepts)
    return daemon


def owner_pid(root, name):
    """The process that owns a bus name, or None."""
    try:
        return root.call(
            "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetConnectionUnixProcessID",
            "(s)", name, destination="org.freedesktop.DBus",
        )  # fmt: skip
    except BusError:
        return None


def start_named(root, name, *argv, **settings):
    """Starts a daemon and waits until it owns its bus name."""
    daemon = Daemon(*argv, **settings)

    def owned():
        assert daemon.running(), f"{daemon.name} ended: {daemon.text()}"
        return owner_pid(root, name) == daemon.pid

    owned.__doc__ = f"{daemon.name} owns {name}"
    eventually(owned, 60)
    return daemon


def start_polkit(root):
    """From a path of its own: Debian's package, put up anywhere on the machine where systemd does not
    run, a chroot included, ends every process that runs polkitd's (polkitd.postinst, stop_polkitd)."""
    program = shutil.copy2("/usr/lib/polkit-1/polkitd", "/run/polkitd")
    return start_named(
        root, "org.freedesktop.PolicyKit1", program, "--no-debug",
        environment={"G_DEBUG": ""},
    )


def start_service(root, directory, expected=None, options=(), environment=None):
    """The service. expected: a pattern of the warnings that the test is going to provoke.

    Without one the first warning of GLib or of ours ends it. options: more of its command line;
    environment: more of its environment.
    """
    debug = "fatal-criticals" if expected else "fatal-warnings"
    return start_named(
        root, "org.gvt.Manager",
        *before_service, service, "--root", str(directory), "--bus", ADDRESS,
        *options, environment={"G_DEBUG": debug, **(environment or {})},
    )  # fmt: skip


def stop_checked(daemon, expected=None):
    """Ends a daemon of ours and checks that it was well to its end."""
    assert daemon.running(), f"{daemon.name} died: {daemon.text()}"
    begin = time.monotonic()
    status = daemon.stop()
    surprises = [line for line in daemon.complaints() if not (expected and re.search(expected, line))]
    assert not surprises, daemon.text()
    assert status == 0, f"{daemon.name} ended with {status} after {time.monotonic() - begin:.1f} s"
