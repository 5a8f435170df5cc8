# SPDX-License-Identifier: LGPL-2.1-or-later
"""Floods, and what they do to others: another user's waits, and the service's main loop."""

import contextlib
import json
import os
import pathlib
import subprocess

import callers
import daemons
import measures
from callers import ADDRESS, MANAGER, ROOT, BusError

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
PATH = callers.vgpu_path(UUID)
CREATE = (ROOT, MANAGER, "CreateVgpu", "(ssa{sv})", "", "i915-GVTg_V5_8")

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
        return measures.stays_away(self.path.read_text())


def python(user, program, *arguments, bus=ADDRESS, **settings):
    return subprocess.Popen(
        ["/usr/bin/python3", "-c", (HERE / program).read_text(), bus, *arguments],
        stdout=subprocess.PIPE, text=True, **callers.as_user(user), **settings,
    )  # fmt: skip


def flood(user, calls, total, width=1, window=None, bus=ADDRESS, name=callers.NAME):
    """total calls by a user over width connections, not waiting for answers. What came of them.

    With a window, no more than so many are under way.
    """
    numbers = map(str, (total, width, window or total))
    process = python(user, "flooder.py", name, json.dumps(calls), *numbers, bus=bus)
    return json.loads(process.communicate(timeout=300)[0])


# Whom pinger.py asks: the least that a GDBus service can be.
BARE_NAME, BARE_PATH = "org.gvt.Echo", "/org/gvt/Echo"
BARE = f"""("{BARE_NAME}", "{BARE_PATH}", "{BARE_NAME}", "Echo", GLib.Variant("(s)", ("x",)))"""


@contextlib.contextmanager
def noticed(watch=None, user="bob", asked=measures.OURS):
    """Meanwhile a user asks all the time. What is yielded is filled in at the end."""
    result = measures.Noticed()
    process = python(user, "pinger.py", asked, stdin=subprocess.PIPE)
    assert process.stdout.readline() == "ready\n"
    before = len(watch.stalls()) if watch else 0
    try:
        yield result
    finally:
        result.add(process.communicate("end", timeout=120)[0])
    if watch:
        result.away = max(watch.stalls()[before:] + [0])


@contextlib.contextmanager
def bare_service(root):
    """A GDBus service that does nothing but answer, to be flooded too."""
    pathlib.Path("/etc/dbus-1/system.d/org.gvt.Echo.conf").write_text(BARE_POLICY)
    bus = ("/org/freedesktop/DBus", "org.freedesktop.DBus", "ReloadConfig")
    root.call(*bus, destination="org.freedesktop.DBus")
    program = pathlib.Path(os.environ["GVT_BUILD"]) / "tests/bench/gvt-bench-echo"
    service = daemons.start_named(root, BARE_NAME, str(program))
    yield
    service.kill()


def bare(asked):
    """The same arguments for a service that does nothing with them: GDBus itself reads them all, finds
    that there is no such member, and says so."""
    return call(BARE_NAME, "Nothing", *asked[3:], BARE_PATH)


def call(interface, member, signature, arguments, path=ROOT):
    """For flood(); arguments are a Python expression, see flooder.py."""
    return [path, interface, member, signature, arguments]


def outcome_of(pending):
    """What came of a call: "done", or an error's name."""
    try:
        pending.result(60)
    except BusError as error:
        print(error)
        return error.name
    return "done"
