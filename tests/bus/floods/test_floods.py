# SPDX-License-Identifier: LGPL-2.1-or-later
"""One user floods or fills; the others are served, and the main loop is never away for long.

What is measured is printed. The bounds here are many times what is promised, because sanitizers, a
busy machine and its neighbours are measured too; --promised, on a release build and a quiet machine,
asks for what is promised.
"""

import contextlib
import os
import pathlib
import re
import resource
import socket
import struct
import threading
import time

import pytest

from gi.repository import Gio, GLib

import callers
import daemons
import floods
import members
from callers import DOMAINS, MANAGER, OBJECT_MANAGER, PROPERTIES, ROOT, VGPU, eventually
from floods import CREATE, PATH, UUID, call, outcome_of

HOST = "org.gvt.Manager.Host"
GROWTH_KIB = 16 * 1024


def memory(bed):
    """Resident memory without files, in KiB."""
    status = pathlib.Path(f"/proc/{bed.service.pid}/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0])


def sanitized(bed):
    """A sanitizer keeps what is freed, and its memory says nothing."""
    return re.search("lib[at]san", pathlib.Path(f"/proc/{bed.service.pid}/maps").read_text()) is not None


ECHO = call(floods.BARE_NAME, "Echo", "(s)", "('x',)", floods.BARE_PATH)
CALLS = {
    "reads": [call(PROPERTIES, "GetAll", "(s)", f"('{VGPU}',)", PATH)],
    "lists": [call(OBJECT_MANAGER, "GetManagedObjects", "()", "()")],
    "public": [
        call(MANAGER, "GetVgpu", "(s)", f"('{UUID}',)"),
        call(HOST, "ListRoms", "()", "()"),
        call(HOST, "Check", "(a{sv})", "({},)"),
    ],
    "changes": [
        call(MANAGER, "CreateVgpu", "(ssa{sv})", "('', 'i915-GVTg_V5_8', {})"),
        call(VGPU, "Remove", "(a{sv})", "({},)", PATH),
        call(DOMAINS, "EditXml", "(ssa{sv})", f'("""{members.XML}""", "{UUID}", {{}})'),
        call(VGPU, "SetLabel", "(sa{sv})", "('l' * 10000, {})", PATH),
    ],
}


@pytest.fixture
def total(request):
    """With --promised, as many as the bus lets 79 connections have under way."""
    return 10000 if request.config.getoption("--promised") else 3000


# So many answers of one connection may be due, max_replies_per_connection; what it calls beyond that
# the system bus refuses itself.
MOST_OF_ONE = 128


@pytest.mark.parametrize("width, window", [(1, MOST_OF_ONE), (79, None)], ids=["one", "many"])
@pytest.mark.parametrize("kind", CALLS)
def test_thousands_of_calls(bed, flood_in_turn, total, kind, width, window):
    """By one user, over one connection that always has as many under way as the bus lets it, or over 79
    all at once. Each has its answer.

    With 79 it is dbus-daemon that others wait for; no service can promise more than to be no worse for
    them than one that does nothing.
    """
    before = memory(bed)
    outcomes = flood_in_turn(CALLS[kind], ECHO, total, width, window, alike=width > 1)
    print(f"{dict(outcomes)}; memory {before} -> {memory(bed)} KiB")
    assert outcomes.total() % total == 0
    assert not [name for name in outcomes if "NoReply" in name]
    if not sanitized(bed):
        assert memory(bed) - before < GROWTH_KIB


# SIZE bytes: nearly what the bus takes as one message, 32 MiB; nearly what most methods take, 16 KiB.
MIB = 1 << 20
LARGE = {
    "type": call(MANAGER, "CreateVgpu", "(ssa{sv})", "('', 'x' * SIZE, {})"),
    "uuid": call(MANAGER, "GetVgpu", "(s)", "('x' * SIZE,)"),
    "xml": call(DOMAINS, "EditXml", "(ssa{sv})", f"('x' * SIZE, '{UUID}', {{}})"),
    "backups": call(DOMAINS, "ListBackups", "(s)", "('x' * SIZE,)"),
    "vgpus": call(
        DOMAINS, "Prepare", "(ssasta{sv})", f"('vm', '{UUID}', ['x' * 500] * (SIZE // 510), 0, {{}})"
    ),
    "option": call(
        MANAGER, "CreateVgpu", "(ssa{sv})",
        "('', 'i915-GVTg_V5_8', {'label': GLib.Variant('s', 'x' * SIZE)})",
    ),
    "property": call(PROPERTIES, "Get", "(ss)", f"('{MANAGER}', 'x' * SIZE)"),
}  # fmt: skip
# Of many small things, most of the work is to read them, and to forget them.
MANY = {
    "vgpus": call(
        DOMAINS, "Prepare", "(ssasta{sv})", f"('vm', '{UUID}', [''] * (SIZE // 3), 0, {{}})"
    ),
    "options": call(
        MANAGER, "CreateVgpu", "(ssa{sv})",
        "('', 'i915-GVTg_V5_8', {f'{n}': GLib.Variant('b', True) for n in range(SIZE // 30)})",
    ),
    "nested": call(
        DOMAINS, "EditXml", "(ssa{sv})",
        f"('', '{UUID}', {{'workarounds': GLib.Variant('as', [''] * (SIZE // 3))}})",
    ),
}  # fmt: skip
DEEP = {
    "deep": call(
        MANAGER, "CreateVgpu", "(ssa{sv})", "('', 'i915-GVTg_V5_8', {'label': nested(50)})"
    ),
}  # fmt: skip
# With --promised: how many, and how many at a time. With more than four of 31 MiB on their way the bus
# itself lets nobody else send.
SIZES = {
    "refused": (LARGE, 31 * MIB, 10, 2),
    "read": (LARGE, 15 << 10, 500, 100),
    "many-refused": (MANY, MIB // 2, 20, 20),
    "many-read": (MANY, 15 << 10, 500, 100),
    "all-read": (DEEP, 0, 500, 100),
}


def sized(asked, size):
    return [*asked[:4], asked[4].replace("SIZE", str(size))]


@pytest.mark.parametrize(
    "asked, size, total, window",
    [
        pytest.param(cases[name], *how, id=f"{name}-{kind}")
        for kind, (cases, *how) in SIZES.items()
        for name in cases
    ],
)
def test_large_messages(bed, flood_in_turn, request, asked, size, total, window):
    asked = sized(asked, size)
    before = bed.untouched()
    how = (total, 1, window) if request.config.getoption("--promised") else (2,)
    outcomes = flood_in_turn([asked], floods.bare(asked), *how, alike=True)
    print(dict(outcomes))
    assert "done" not in outcomes and not [error for error in outcomes if "NoReply" in error]
    assert bed.untouched() == before


def message(serial, destination, path, interface, member):
    """A method call without arguments, as bytes."""
    fields = b""
    for code, kind, value in (1, "o", path), (2, "s", interface), (3, "s", member), (6, "s", destination):
        fields += b"\0" * (-len(fields) % 8) + bytes([code, 1]) + kind.encode() + b"\0"
        fields += struct.pack("<I", len(value)) + value.encode() + b"\0"
    head = b"l\1\0\1" + struct.pack("<III", 0, serial, len(fields)) + fields
    return head + b"\0" * (-len(head) % 8)


def raw_connection():
    """A connection to the bus of which nothing is read."""
    client = socket.socket(socket.AF_UNIX)
    client.connect(callers.ADDRESS.removeprefix("unix:path="))
    client.sendall(b"\0AUTH EXTERNAL 30\r\n")
    assert client.recv(100).startswith(b"OK")
    bus = "org.freedesktop.DBus"
    client.sendall(b"BEGIN\r\n" + message(1, bus, "/org/freedesktop/DBus", bus, "Hello"))
    return client


def test_a_client_that_never_reads(bed, bearable, alice):
    """It asks for all objects until nobody takes more from it; meanwhile vGPUs come and go."""
    before = memory(bed)
    client, sent = raw_connection(), 0
    client.settimeout(1)
    with bearable():
        with contextlib.suppress(OSError):
            for number in range(2, 20000):
                client.sendall(message(number, callers.NAME, ROOT, OBJECT_MANAGER, "GetManagedObjects"))
                sent += 1
        for _ in range(20):
            alice.vgpu(alice.create(), "Remove")
    print(f"{sent} calls unread; memory {before} -> {memory(bed)} KiB")
    client.close()
    assert sent > 100
    if not sanitized(bed):
        assert memory(bed) - before < GROWTH_KIB


# AddressSanitizer has no use for RLIMIT_DATA; it refuses what is large by itself.
OUTSIDE = {
    "G_DEBUG": "fatal-criticals",
    "ASAN_OPTIONS": "allocator_may_return_null=1:max_allocation_size_mb=8:exitcode=99",
}
ELSEWHERE = "unix:path=/run/other-bus"


class Elsewhere:
    """A bus that may be restarted, as the one that all tests share may not, with a service on it.

    The service is started again whenever it ends, as Restart=always does.
    """

    def __init__(self, bed):
        self.bed, self.starts, self.ended = bed, 0, False
        self.out_of_memory, self.bad = 0, []
        self.bus = self.service = None
        self.start_bus()
        self.supervisor = threading.Thread(target=self.supervise)
        self.supervisor.start()

    def start_bus(self):
        pathlib.Path("/run/other-bus").unlink(missing_ok=True)
        self.bus = daemons.Daemon(
            "/usr/bin/dbus-daemon", "--system", "--nofork", "--nopidfile", "--nosyslog",
            f"--address={ELSEWHERE}",
        )  # fmt: skip

    def supervise(self):
        while not self.ended:
            if self.service is None or not self.service.running():
                self.notice()
                self.starts += 1
                self.service = daemons.Daemon(
                    "/usr/libexec/gvt-managerd", "--root", str(self.bed.host.dir),
                    "--bus", ELSEWHERE, environment=OUTSIDE,
                )  # fmt: skip
            time.sleep(0.05)

    def notice(self):
        """How it ended. Memory that ran out is not its fault."""
        if self.service is None:
            return
        text = self.service.text()
        self.out_of_memory += "failed to allocate" in text
        self.bad += re.findall(".*(?:ERROR: AddressSanitizer|runtime error|CRITICAL).*", text)

    def objects(self):
        """the service is there, and shows its objects"""
        flags = Gio.DBusConnectionFlags
        try:
            bus = Gio.DBusConnection.new_for_address_sync(
                ELSEWHERE, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION
            )
            asked = (callers.NAME, ROOT, OBJECT_MANAGER, "GetManagedObjects", None, None)
            return bus.call_sync(*asked, Gio.DBusCallFlags.NO_AUTO_START, 5000).unpack()[0]
        except GLib.Error:
            return None

    def end(self):
        self.ended = True
        self.supervisor.join()
        self.service.kill()
        self.bus.kill()
        assert not self.bad


@pytest.fixture
def elsewhere(bed):
    bed.stop()
    place = Elsewhere(bed)
    yield place
    place.end()
    bed.start()


def test_the_bus_restarts(elsewhere):
    """Twenty times. Each time the service is there again with the same objects."""
    shown = eventually(elsewhere.objects)
    assert PATH in shown
    longest = 0
    for _ in range(20):
        elsewhere.bus.kill()
        begin = time.monotonic()
        elsewhere.start_bus()
        assert eventually(elsewhere.objects) == shown
        longest = max(longest, time.monotonic() - begin)
    print(f"back after at most {longest:.2f} s, {elsewhere.starts} starts")
    assert elsewhere.starts >= 20


def set_limit(pid, limit, value):
    """Sets a soft limit of a process, and gives what it was."""
    soft, hard = resource.prlimit(pid, limit)
    resource.prlimit(pid, limit, (value, hard))
    return soft


def test_memory_runs_out(elsewhere):
    """What cannot be allocated ends the service, and what starts again shows what there is."""
    shown = eventually(elsewhere.objects)
    for _ in range(3):
        pid = elsewhere.service.pid
        if not sanitized(elsewhere):
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            used = int(status.split("VmData:")[1].split()[0]) << 10
            set_limit(pid, resource.RLIMIT_DATA, used + (8 << 20))

        def ended():
            """31 MiB were too much for it"""
            floods.flood("alice", [sized(LARGE["type"], 31 * MIB)], 1, bus=ELSEWHERE)
            return elsewhere.service.pid != pid

        eventually(ended, 60)
        assert eventually(elsewhere.objects) == shown
    assert elsewhere.out_of_memory >= 3


def test_descriptors_run_out(bed, bearable, root):
    """Calls fail with an error or are done, never half; with descriptors again all is well."""
    used = len(os.listdir(f"/proc/{bed.service.pid}/fd"))
    before = set_limit(bed.service.pid, resource.RLIMIT_NOFILE, used + 1)
    outcomes = {}
    with bearable():
        for number in range(40):
            pending = root.start(*CREATE, {"uuid": GLib.Variant("s", f"{number:08}{UUID[8:]}")})
            name = outcome_of(pending)
            outcomes[name] = outcomes.get(name, 0) + 1
            set_limit(bed.service.pid, resource.RLIMIT_NOFILE, used + number % 8)
    set_limit(bed.service.pid, resource.RLIMIT_NOFILE, before)
    print(outcomes)
    assert set(outcomes) <= {"done", "Failed", "Busy", "NoCapacity", "NotSupported"}

    def settled():
        """the bus shows what the kernel has"""
        return {v["Uuid"] for v in root.of(VGPU).values() if v["Active"]} == bed.host.devices()

    eventually(settled)
    for path in root.of(VGPU):
        root.vgpu(path, "Remove")
    assert not bed.host.devices()
