# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who changed what: one entry in a real journal for each call that would change something."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time

import pytest

import callers
import daemons
import members
import test_json
from callers import BusError, eventually, variants
from members import UUID

MESSAGE_ID = "3f6c5b0dd4a14c0f9f0b8e2d7a9c41e6"
SOCKET = "/run/systemd/journal/socket"
EDIT = "org.gvt.manager.edit-xml"
CHANGING = [m for m in members.methods() if m[3] not in (None, EDIT)]
OTHERS = [m for m in members.methods() if m[3] in (None, EDIT)]
PATH = callers.vgpu_path(UUID)
FIELDS = {
    "GVT_METHOD", "GVT_CALLER_NAME", "GVT_CALLER_UID", "GVT_CALLER_PID", "GVT_VGPU", "GVT_GPU",
    "GVT_TYPE", "GVT_DOMAIN", "GVT_OBJECT", "GVT_OUTCOME", "GVT_DURATION_USEC", "GVT_UNRECORDED",
}  # fmt: skip


class Journal:
    """What the journal has about changes since this was made."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.begin = len(self.all())

    def all(self):
        done = subprocess.run(
            ["journalctl", "--quiet", "--no-pager", "--output=json", "--all", f"MESSAGE_ID={MESSAGE_ID}"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return [json.loads(line) for line in done.stdout.splitlines()]

    def entries(self):
        return self.all()[self.begin :]

    def wait(self, count):
        """That many entries, and not one more."""

        def there():
            return len(self.entries()) >= count

        there.__doc__ = f"{count} entries in the journal"
        eventually(there)
        entries = self.entries()
        assert len(entries) == count, entries
        return entries


@pytest.fixture(scope="session")
def journald():
    """The real one, on this machine's own sockets."""
    configuration = pathlib.Path("/etc/systemd/journald.conf.d/tests.conf")
    configuration.parent.mkdir(parents=True, exist_ok=True)
    # What belongs to the kernel is not this machine's alone.
    configuration.write_text("[Journal]\nStorage=volatile\nAudit=no\nReadKMsg=no\n")
    pathlib.Path("/run/systemd/journal").mkdir(parents=True, exist_ok=True)
    daemon = daemons.Daemon("/lib/systemd/systemd-journald")
    eventually(pathlib.Path(SOCKET).exists)
    yield daemon
    daemon.kill()
    pathlib.Path(SOCKET).unlink()


@pytest.fixture
def journal(journald):
    return Journal(journald)


def path_of(interface):
    return PATH if interface == callers.VGPU else callers.ROOT


def call(user, interface, method, signature):
    return callers.run_as(user, *members.busctl_call(path_of(interface), interface, method, signature))


@pytest.mark.parametrize("interface, method, signature, action", CHANGING, ids=lambda v: str(v))
def test_one_entry_for_each_member(bed, alice, journal, interface, method, signature, action):
    """Whoever calls it, whatever comes of it; and nothing that is not in the list of fields."""
    del action
    alice.create(uuid=UUID, start="domain")
    arguments = ["vm", members.VM, [UUID], 0, {}]
    alice.call(callers.ROOT, callers.DOMAINS, "Prepare", "(ssasta{sv})", *arguments)
    journal.wait(2)
    for count, user, uid in ((3, "nobody", "65534"), (4, "root", "0")):
        before = time.time()
        done = call(user, interface, method, signature)
        entry = journal.wait(count)[-1]
        assert entry["GVT_METHOD"] == f"{interface}.{method}"
        assert entry["GVT_CALLER_UID"] == uid
        assert (entry["GVT_OUTCOME"] == "done") == (done.returncode == 0), done.stderr
        assert user == "root" or entry["GVT_OUTCOME"].startswith("NotAuthorized"), entry
        assert entry["GVT_CALLER_NAME"].startswith(":1.") and int(entry["GVT_CALLER_PID"]) > 0
        assert 0 < int(entry["GVT_DURATION_USEC"]) < (time.time() - before) * 1e6
        assert entry["_UID"] == "0" and int(entry["_PID"]) == bed.service.pid
        assert entry["MESSAGE"].endswith(entry["GVT_OUTCOME"]) and "<domain" not in str(entry)
        assert {field for field in entry if field.startswith("GVT_")} <= FIELDS
        assert interface != callers.VGPU or entry["GVT_VGPU"] == UUID


def test_none_for_what_changes_nothing(bed, alice, journal):
    del bed
    alice.create(uuid=UUID)
    for interface, method, signature, _action in OTHERS:
        call("alice", interface, method, signature)
    alice.vgpu(PATH, "Remove")
    assert [e["GVT_METHOD"].split(".")[-1] for e in journal.wait(2)] == ["CreateVgpu", "Remove"]


def test_what_an_entry_says(bed, alice, journal):
    alice.create(uuid=UUID, label="win11", start="domain")
    arguments = ["vm", members.VM, [UUID], 0, {}]
    alice.call(callers.ROOT, callers.DOMAINS, "Prepare", "(ssasta{sv})", *arguments)
    created, prepared = journal.wait(2)
    uid = str(callers.as_user("alice")["user"])
    for entry in (created, prepared):
        assert entry["GVT_CALLER_UID"] == uid and entry["GVT_VGPU"] == UUID
        assert entry["GVT_CALLER_PID"] == str(alice.process.pid)
        assert entry["PRIORITY"] == "5" and entry["SYSLOG_IDENTIFIER"] == "gvt-managerd"
    assert created["GVT_TYPE"] == "i915-GVTg_V5_8" and created["GVT_GPU"] == "0000:00:02.0"
    assert prepared["GVT_DOMAIN"] == members.VM
    assert created["MESSAGE"] == f"user {uid}: CreateVgpu {UUID}: done"


def test_a_plan_is_no_change(bed, root, journal):
    del bed
    options = variants({"dry-run": True})
    root.call(callers.ROOT, "org.gvt.Manager.Host", "Configure", "(asa{sv})", [], options)
    with pytest.raises(BusError):  # there is no systemd here
        root.call(callers.ROOT, "org.gvt.Manager.Host", "Revert", "(a{sv})", {})
    assert [e["GVT_METHOD"].split(".")[-1] for e in journal.wait(1)] == ["Revert"]


@pytest.mark.parametrize("name", ["a\nGVT_OUTCOME=done\nMESSAGE=x", "\x1b[2J", "\u202eevil", "x" * 9000])
def test_no_line_of_a_callers(bed, alice, journal, name):
    """Threat: names that would be entries, or lines, of their own."""
    del bed
    with pytest.raises(BusError):
        alice.call(callers.ROOT, callers.DOMAINS, "Attach", "(ssa{sv})", name, UUID, {})
    with pytest.raises(BusError):
        alice.create(uuid=UUID, label=name)
    for entry in journal.wait(2):
        assert entry["GVT_OUTCOME"] in ("InvalidArgument", "NotAuthorizedCanObtain")
        for value in entry.values():
            assert value.isprintable() and len(value) < 5000, entry


def test_refusals_are_counted_when_they_are_many(bed, nobody, root, journal):
    del bed, root
    for _ in range(40):
        with pytest.raises(BusError):
            nobody.create()
    assert len(journal.wait(30)) == 30


def test_what_is_done_is_always_written(bed, alice, journal):
    del bed
    for _ in range(35):
        with pytest.raises(BusError):
            alice.create("no-such-type")
    alice.create(uuid=UUID)
    entries = journal.wait(31)
    assert entries[-1]["GVT_OUTCOME"] == "done" and entries[-1]["GVT_UNRECORDED"] == "5"


def test_a_journal_that_stands_still_holds_up_nobody(bed, alice, journal):
    os.kill(journal.daemon.pid, signal.SIGSTOP)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as filler:
            filler.setblocking(False)
            with pytest.raises(BlockingIOError):
                while True:
                    filler.sendto(b"MESSAGE=full\n", SOCKET)
        for _ in range(3):
            alice.create(uuid=UUID)
            alice.vgpu(PATH, "Remove")
        assert bed.service.running()
    finally:
        os.kill(journal.daemon.pid, signal.SIGCONT)
    assert {entry["GVT_OUTCOME"] for entry in journal.wait(6)} == {"done"}


def client(user, *words):
    return callers.run_as(user, "gvt-client", *words)


def test_history_shows_it(bed, alice, nobody, journal):
    alice.create(uuid=UUID)
    with pytest.raises(BusError):
        nobody.vgpu(PATH, "Remove")
    journal.wait(2)
    bed.service.process.send_signal(signal.SIGHUP)  # it needs no service, nor waits for one
    done = client("root", "history", "--lines", "2")
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["TIME", "USER", "CALL", "OF", "OUTCOME"]
    assert lines[1].split()[2:] == ["alice", "CreateVgpu", UUID, "done"]
    assert lines[2].split()[2:] == ["nobody", "Remove", UUID, "NotAuthorizedCanObtain"]
    shown = json.loads(client("root", "history", "-n", "1", "--json").stdout)
    test_json.check("history", shown)
    assert len(shown) == 1 and shown[0]["vgpu"] == UUID and shown[0]["user"] == "nobody"
    assert shown[0]["outcome"] == "NotAuthorizedCanObtain" and shown[0]["object"] is None
    assert abs(shown[0]["time_usec"] / 1e6 - time.time()) < 600


def test_history_believes_only_root(bed, journal):
    """Anybody may write to the journal."""
    del bed
    text = f"MESSAGE_ID={MESSAGE_ID}\nGVT_METHOD=org.gvt.Manager.Vgpu.Remove\nGVT_CALLER_UID=4002\nGVT_OUTCOME=done\n"
    forge = f"import socket; socket.socket(1, 2).sendto({text.encode()!r}, {SOCKET!r})"
    before = json.loads(client("root", "history", "--json").stdout)
    done = callers.run_as("alice", "/usr/bin/python3", "-c", forge)
    assert done.returncode == 0, done.stderr
    journal.wait(1)
    assert json.loads(client("root", "history", "--json").stdout) == before


def test_history_says_who_may_read_it(bed, journal):
    del bed, journal
    done = client("alice", "history")
    assert done.returncode == 3 and done.stdout == ""
    assert "systemd-journal" in done.stderr


def test_history_says_why_it_cannot_read(bed, journal):
    del bed, journal
    done = callers.run_as("root", "/usr/bin/gvt-client", "history", env=callers.environment("root") | {"PATH": "/var/empty"})
    assert done.returncode == 1 and done.stdout == ""
    assert "cannot read the journal: " in done.stderr and "journalctl" in done.stderr


def test_what_the_service_does_by_itself(bed, root, journal):
    """With its messages in the journal, as systemd starts it."""
    root.create(uuid=UUID, start="boot", activate=False)
    bed.stop()
    bed.service = daemons.start_named(
        root, "org.gvt.Manager", "/usr/bin/systemd-cat", "/usr/libexec/gvt-managerd",
        "--root", str(bed.host.dir), "--bus", callers.ADDRESS,
    )  # fmt: skip
    entry = journal.wait(2)[1]
    assert bed.host.devices() == {UUID}
    assert entry["GVT_METHOD"] == "service.started" and entry["GVT_OUTCOME"] == "done"
    assert entry["GVT_VGPU"] == UUID and "GVT_CALLER_UID" not in entry
    shown = client("root", "history", "-n", "1").stdout.splitlines()[1]
    assert shown.split()[2:] == ["-", "started", UUID, "done"]
