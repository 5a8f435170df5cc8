# SPDX-License-Identifier: LGPL-2.1-or-later
"""The process helper behind its socket, as systemd starts it; and when it is not well."""

import contextlib
import os
import signal
import socket
import threading
import time

import gi
import pytest

import callers
import vms
from callers import BusError, eventually
from daemons import Daemon

gi.require_version("GLib", "2.0")
from gi.repository import GLib  # noqa: E402

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
PATH = callers.vgpu_path(UUID)


@pytest.fixture
def helper(bed):
    """gvt-process-helper for the bed's host, by systemd's own socket activation."""
    path = bed.host.dir / "run/gvt-process-helper"
    daemon = Daemon(
        "/usr/bin/systemd-socket-activate", "--seqpacket", f"--listen={path}",
        "/usr/libexec/gvt-process-helper", "--root", str(bed.host.dir),
    )  # fmt: skip
    eventually(path.exists)
    daemon.path = path
    yield daemon
    daemon.kill()
    path.unlink(missing_ok=True)


def refused(call, *arguments):
    with pytest.raises(BusError) as error:
        call(*arguments)
    return error.value


def ask(path, data):
    """What comes back for it, b"" if nothing does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
        client.settimeout(10)
        client.connect(str(path))
        client.send(data)
        return client.recv(16384)


def test_it_names_the_holder(bed, alice, helper):
    alice.create(uuid=UUID)
    bed.host.tell(f"hold {UUID} 4242 4001 qemu-system-x86")
    error = refused(alice.vgpu, PATH, "Remove")
    assert error.name == "Busy" and "process 4242 (qemu-system-x86) of alice" in error.message
    bed.host.tell(f"unhold {UUID}")
    alice.vgpu(PATH, "Remove")
    assert not bed.host.devices()
    assert helper.running() and not helper.complaints()


def test_no_answer_is_no_yes(bed, alice, helper):
    """Of a vGPU that nobody can say is free nothing is taken away."""
    alice.create(uuid=UUID)
    helper.kill()
    error = refused(alice.vgpu, PATH, "Remove")
    assert error.name == "Busy" and "process helper cannot be reached" in error.message
    assert bed.host.devices() == {UUID}
    helper.path.unlink()
    alice.vgpu(PATH, "Remove")


def test_one_that_hangs_is_given_up(bed, alice, nobody, helper):
    alice.create(uuid=UUID)
    assert ask(helper.path, b"x")  # it runs now
    os.kill(helper.pid, signal.SIGSTOP)
    try:
        begin = time.monotonic()
        pending = alice.start(PATH, callers.VGPU, "Remove", "(a{sv})", {}, timeout=60)
        assert nobody.get(callers.ROOT, callers.MANAGER, "Version")
        error = refused(pending.result, 40)
        assert error.name == "Busy" and "does not answer" in error.message
        assert time.monotonic() - begin < 30
    finally:
        os.kill(helper.pid, signal.SIGCONT)
    alice.vgpu(PATH, "Remove")


@pytest.mark.parametrize("data", [b"x", b"\0" * 100, b"\xff" * 16384, os.urandom(500)])
def test_noise(bed, alice, helper, data):
    assert b"that is no question" in ask(helper.path, data)
    alice.create(uuid=UUID)
    alice.vgpu(PATH, "Remove")
    assert bed.service.running() and helper.running() and not helper.complaints()


def test_root_alone_is_answered(bed, helper):
    """Even where the socket's mode lets others in."""
    del bed
    helper.path.chmod(0o666)
    helper.path.parent.chmod(0o755)
    helper.path.parent.parent.chmod(0o755)
    program = (
        "import socket, sys; s = socket.socket(1, socket.SOCK_SEQPACKET); s.settimeout(10);"
        "s.connect(sys.argv[1]); s.send(b'x'); print(len(s.recv(100)))"
    )
    assert ask(helper.path, b"x")
    done = callers.run_as("alice", "/usr/bin/python3", "-c", program, str(helper.path))
    assert done.stdout.strip() == "0" or "ConnectionReset" in done.stderr or "BrokenPipe" in done.stderr
    assert helper.running()


# As process-question.c has them.
QUESTION, ANSWER = "(uiustt)", "(bisitussb)"
HOLDER, DAEMON, RAISE, LOWER = range(4)


def unpacked(data):
    return GLib.Variant.new_from_bytes(GLib.VariantType(QUESTION), GLib.Bytes(data), False).unpack()


def answer(*, good=True, flag=False, pid=0, started=0):
    words = (good, 0, "" if good else "no such luck", pid, started, 0, "", "", flag)
    return GLib.Variant(ANSWER, words).get_data_as_bytes().get_data()


@contextlib.contextmanager
def stand_in(path, answers):
    """In the helper's place: what it is asked, and what it says to each kind of question."""
    asked = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        asked.append(unpacked(connection.recv(16384)))
                        connection.send(answers[asked[-1][0]])

        path.parent.mkdir(exist_ok=True)
        server.bind(str(path))
        server.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        yield asked
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
    path.unlink()


LEASE = ("(ssasta{sv})", "win11", vms.VM, [UUID], 4096, {})


def prepare(caller):
    return caller.call(callers.ROOT, callers.DOMAINS, "Prepare", *LEASE)


def release(caller):
    return caller.call(callers.ROOT, callers.DOMAINS, "Release", *LEASE)


@pytest.fixture
def defined(bed, alice):
    """alice's vGPU, for a VM to bring it up; and where its helper is asked."""
    alice.create(uuid=UUID, start="domain", activate=False)
    return bed.host.dir / "run/gvt-process-helper"


@pytest.mark.parametrize("added", [True, False])
def test_a_limit_goes_back_with_the_vgpu(bed, alice, defined, added):
    """What was raised for a VM that then gets no vGPU is lowered again; what was so before is not."""
    bed.host.tell("fail create 1 EIO")
    with stand_in(defined, {DAEMON: answer(), RAISE: answer(flag=added), LOWER: answer()}) as asked:
        error = refused(prepare, alice)
    assert error.name == "Failed" and UUID in error.message and vms.VM in error.message
    assert not bed.host.devices()
    changes = [question for question in asked if question[0] in (RAISE, LOWER)]
    assert [question[0] for question in changes] == [RAISE, LOWER][: 1 + added]
    assert all(question[2:4] == (alice.uid, vms.VM) for question in changes)
    assert changes[0][4] == 4096


@pytest.mark.expect("cannot take back a memory-lock limit: no such luck")
def test_a_limit_that_stays_is_told(bed, alice, defined):
    """The caller hears why there is no vGPU, the administrator of the limit."""
    bed.host.tell("fail create 1 EIO")
    with stand_in(defined, {DAEMON: answer(), RAISE: answer(flag=True), LOWER: answer(good=False)}):
        error = refused(prepare, alice)
    assert UUID in error.message and "no such luck" not in error.message
    assert "cannot take back a memory-lock limit: no such luck" in bed.service.text()


def test_without_its_limit_no_vgpu(bed, alice, defined):
    """A VM that may not lock its memory would not start."""
    with stand_in(defined, {DAEMON: answer(), RAISE: answer(good=False)}) as asked:
        error = refused(prepare, alice)
    assert error.message == "no such luck" and asked[-1][0] == RAISE
    assert not bed.host.devices() and bed.host.writes()[0] == 0


@pytest.mark.expect("no such luck")
def test_a_vgpu_without_its_daemon(bed, alice, defined):
    """Who runs the VM is good to know, and no more; what is said at its end is told to who asked."""
    answers = {HOLDER: answer(), DAEMON: answer(good=False), RAISE: answer(flag=True), LOWER: answer(good=False)}
    with stand_in(defined, answers) as asked:
        prepare(alice)
        assert bed.host.devices() == {UUID}
        assert refused(release, alice).message == "no such luck"
    assert not bed.host.devices() and asked[-1][0] == LOWER
