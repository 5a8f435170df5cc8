# SPDX-License-Identifier: LGPL-2.1-or-later
"""Floods, and what they do to others: another user's waits, and the service's main loop."""

import contextlib
import json
import os
import pathlib
import subprocess

import callers
import daemons
from callers import ADDRESS, ROOT

BARE_POLICY = """<busconfig>
  <policy user="root"><allow own="org.gvt.Echo"/></policy>
  <policy context="default"><allow send_destination="org.gvt.Echo"/></policy>
</busconfig>"""
HERE = pathlib.Path(__file__).parent
LIBRARY = pathlib.Path(os.environ["GVT_BUILD"]) / "tests/bus/floods/libgvt-loop-watch.so"


class LoopWatch:
    """How long the main loop of a service was away, from its start on; see loop-watch.c."""

    def __init__(self, path):
        self.path = path
        path.touch()
        # AddressSanitizer insists on being first otherwise; what is preloaded here allocates nothing.
        options = callers.sanitizers()["ASAN_OPTIONS"] + ":verify_asan_link_order=0"
        self.environment = {
            "LD_PRELOAD": str(LIBRARY),
            "GVT_LOOP_WATCH": str(path),
            "GVT_LOOP_WATCH_STACK": os.environ.get("GVT_LOOP_WATCH_STACK", "0"),
            "ASAN_OPTIONS": options,
        }

    def stalls(self):
        """Of each stay away of a millisecond or more: seconds, without the wait for a processor."""
        lines = [line.split() for line in self.path.read_text().splitlines()]
        return [
            max(0, int(away) - int(waited)) / 1e6
            for kind, _, away, waited in (line for line in lines if len(line) == 4)
            if kind == "away"
        ]


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def sentence(service, bus):
    """What another user noticed."""
    median, p99, of_bus = (
        1000 * percentile(times, part) for times, part in ((service, 0.5), (service, 0.99), (bus, 0.99))
    )
    return (
        f"{len(service)} calls of another user: median {median:.1f} ms, p99 {p99:.1f} ms, longest "
        f"{1000 * max(service):.1f} ms, p99 of the bus itself {of_bus:.1f} ms"
    )


def python(user, program, *arguments, bus=ADDRESS, **settings):
    return subprocess.Popen(
        ["/usr/bin/python3", "-c", (HERE / program).read_text(), bus, *arguments],
        stdout=subprocess.PIPE, text=True, **callers.as_user(user), **settings,
    )  # fmt: skip


def flood(user, calls, total, width=1, bus=ADDRESS, name=callers.NAME):
    """total calls by a user over width connections, not waiting for answers. What came of them."""
    process = python(user, "flooder.py", name, json.dumps(calls), str(total), str(width), bus=bus)
    return json.loads(process.communicate(timeout=300)[0])


# Who is asked, for pinger.py: the service for its version, and the least that a GDBus service can be.
OURS = """("org.gvt.Manager", "/org/gvt/Manager", "org.freedesktop.DBus.Properties", "Get",
GLib.Variant("(ss)", ("org.gvt.Manager", "Version")))"""
BARE = """("org.gvt.Echo", "/org/gvt/Echo", "org.gvt.Echo", "Echo", GLib.Variant("(s)", ("x",)))"""


@contextlib.contextmanager
def pinged(user="bob", asked=OURS):
    """Meanwhile a user asks all the time. At the end: how long the service took, and the bus itself."""
    process = python(user, "pinger.py", asked, stdin=subprocess.PIPE)
    assert process.stdout.readline() == "ready\n"
    service, bus = [], []
    try:
        yield service, bus
    finally:
        for pair in json.loads(process.communicate("end", timeout=120)[0]):
            service.append(pair[0])
            bus.append(pair[1])


@contextlib.contextmanager
def bare_service(root):
    """A GDBus service that does nothing but answer, to be flooded too."""
    pathlib.Path("/etc/dbus-1/system.d/org.gvt.Echo.conf").write_text(BARE_POLICY)
    bus = ("/org/freedesktop/DBus", "org.freedesktop.DBus", "ReloadConfig")
    root.call(*bus, destination="org.freedesktop.DBus")
    program = pathlib.Path(os.environ["GVT_BUILD"]) / "tests/bench/gvt-bench-echo"
    service = daemons.start_named(root, "org.gvt.Echo", str(program))
    yield
    service.kill()


def call(interface, member, signature, arguments, path=ROOT):
    """For flood(); arguments are a Python expression, see flooder.py."""
    return [path, interface, member, signature, arguments]
