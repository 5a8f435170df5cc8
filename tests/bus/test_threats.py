# SPDX-License-Identifier: LGPL-2.1-or-later
"""Attacks that no other file tries. tests/threats.toml lists all of them, and what tries each."""

import os
import pathlib
import signal
import stat
import time

import pytest

import callers
import daemons
from callers import BusError
from members import UUID

PATH = callers.vgpu_path(UUID)
PROGRAMS = ["/usr/libexec/gvt-managerd", "/usr/libexec/gvt-domain-editor",
            "/usr/libexec/gvt-host-setup", "/usr/libexec/gvt-process-helper", "/usr/bin/gvt-client"]  # fmt: skip
IMPOSTOR = (pathlib.Path(__file__).parent / "impostor_polkit.py").read_text()
NO_ANSWER = "polkit has no answer|Error cancelling authorization check"

# Asks for a vGPU on a connection that survives exec, and becomes a program that runs as root.
BECOMES_ROOT = """
import fcntl, os, sys, gi
gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib
bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
for fd in range(3, 64):
    try:
        fcntl.fcntl(fd, fcntl.F_SETFD, 0)
    except OSError:
        pass
bus.call("org.gvt.Manager", "/org/gvt/Manager", "org.gvt.Manager", "CreateVgpu",
         GLib.Variant("(ssa{sv})", ("", "i915-GVTg_V5_8", {})), None, 0, -1, None, None)
bus.flush_sync()
os.execv("/usr/bin/su", ["su", "--command", "exit 0", "root"])
"""

# A signal that claims to be the bus's or polkit's, sent to the service alone.
FORGES = """
import sys, gi
gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib
bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
victim, service = sys.argv[1:]
for path, interface, member, arguments in (
    ("/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged", (victim, victim, "")),
    ("/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged",
     ("org.freedesktop.PolicyKit1", ":1.0", bus.get_unique_name())),
    ("/org/freedesktop/DBus", "org.freedesktop.DBus", "NameLost", ("org.gvt.Manager",)),
):
    value = GLib.Variant("(" + "s" * len(arguments) + ")", arguments)
    bus.emit_signal(service, path, interface, member, value)
bus.flush_sync()
"""


def refused(call, *arguments, **options):
    with pytest.raises(BusError) as error:
        call(*arguments, **options)
    return error.value


def test_threat_03_a_caller_that_becomes_root(bed, nobody):
    """The uid is the one that connected, not the one that the process has when polkit looks."""
    assert os.stat("/usr/bin/su").st_mode & stat.S_ISUID
    shown = nobody.objects()
    for _ in range(20):
        callers.run_as("nobody", "/usr/bin/python3", "-c", BECOMES_ROOT)
    assert nobody.objects() == shown and bed.host.writes() == (0, 0, 0)


@pytest.mark.expect(NO_ANSWER)
def test_threat_04_a_caller_that_leaves(bed):
    """At any moment between its call and the answer. Who is nobody any more has no rights."""
    for number in range(30):
        caller = callers.Caller("nobody")
        caller.start(callers.ROOT, callers.MANAGER, "CreateVgpu", "(ssa{sv})", "", "i915-GVTg_V5_8", {})
        time.sleep(number / 3000)
        caller.close()
    assert bed.service.running() and bed.host.writes() == (0, 0, 0)


@pytest.mark.expect(NO_ANSWER)
@pytest.mark.parametrize("how", ["error", "no", "gone"])
def test_threat_04_polkit_that_does_not_say_yes(bed, root, polkit, how):
    """Only a yes is a yes."""
    polkit.process.kill()
    polkit.process.wait()
    impostor = daemons.Daemon(
        "/usr/bin/python3", "-c", IMPOSTOR, how, user="polkitd",
    )  # fmt: skip
    caller = callers.Caller("alice")
    try:
        callers.eventually(lambda: daemons.owner_pid(root, "org.freedesktop.PolicyKit1") == impostor.pid)
        assert refused(caller.create).name == "NotAuthorized"
        assert "CheckAuthorization" in impostor.text()
        assert bed.service.running() and bed.host.writes() == (0, 0, 0)
    finally:
        caller.close()
        impostor.kill()
        polkit.process = daemons.start_polkit(root).process


def test_threat_22_forged_signals(bed, root, polkit):
    """Somebody says that the caller has left, that polkit has, and that our name is gone."""
    caller = callers.Caller("alice")
    service = root.call(
        "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner", "(s)", "org.gvt.Manager",
        destination="org.freedesktop.DBus",
    )  # fmt: skip
    os.kill(polkit.pid, signal.SIGSTOP)
    try:
        pending = caller.start(
            callers.ROOT, callers.MANAGER, "CreateVgpu", "(ssa{sv})", "", "i915-GVTg_V5_8",
            callers.variants({"uuid": UUID}), timeout=60,
        )  # fmt: skip
        done = callers.run_as("bob", "/usr/bin/python3", "-c", FORGES, caller.unique_name, service)
        assert done.returncode == 0, done.stderr
        assert not pending.answered()
    finally:
        os.kill(polkit.pid, signal.SIGCONT)
    assert pending.result() == PATH
    assert bed.service.running() and bed.host.devices() == {UUID}
    caller.close()


def test_threat_38_nothing_is_setuid():
    """No program of ours has more rights than who runs it."""
    for program in PROGRAMS:
        status = os.stat(program)
        assert stat.S_IMODE(status.st_mode) == 0o755 and status.st_uid == 0, program
        assert "security.capability" not in os.listxattr(program), program


@pytest.mark.parametrize("program", PROGRAMS)
def test_threat_38_no_arguments_at_all(program):
    """Not even the program's own name, which a kernel before 5.18 passes on as it is."""
    start = "import ctypes, sys; none = (ctypes.c_char_p * 1)();" \
        "ctypes.CDLL(None).execve(sys.argv[1].encode(), none, none)"
    done = callers.run_as("nobody", "/usr/bin/python3", "-c", start, program, timeout=30)
    assert 0 <= done.returncode < 99 and "Sanitizer" not in done.stderr, done
