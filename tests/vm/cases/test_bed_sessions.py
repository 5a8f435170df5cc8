# SPDX-License-Identifier: LGPL-2.1-or-later
"""The three walls as they stand without the product: what stops a user's session VM."""
import subprocess
from pathlib import Path

import mdev
import pytest
from session import Session
from vm import HOSTDEV, Domain, command_line, locked_memory_limit


@pytest.fixture(scope="module")
def no_hook():
    """A libvirt daemon looks for hooks when it starts, so this comes before the session."""
    hook, aside = Path("/etc/libvirt/hooks/qemu.d/gvt-manager"), Path("/run/gvt-bed/hook")
    aside.write_bytes(hook.read_bytes())
    hook.unlink()
    yield
    hook.write_bytes(aside.read_bytes())
    hook.chmod(0o755)


@pytest.fixture(scope="module")
def alice(no_hook):
    """Without the hook, so before the cases that share a session of hers."""
    with Session("alice", terminal=7) as session:
        yield session


def test_an_ordinary_active_session(alice):
    assert alice.check("id", "-nG").split() == ["alice"]
    shown = subprocess.check_output(["loginctl", "show-session", alice.id], text=True)
    assert {"Active=yes", "Seat=seat0", "VTNr=7", "Remote=no", "Class=user"} <= set(shown.split())


def test_a_background_session_has_no_seat():
    with Session("bob") as bob:
        shown = subprocess.check_output(["loginctl", "show-session", bob.id], text=True)
        properties = dict(line.split("=", 1) for line in shown.splitlines())
        assert properties["Class"] == "background" and properties["Remote"] == "no"
        # logind leaves an empty property out.
        assert properties.get("Seat", "") == ""


def test_wall_no_mediated_device(alice):
    uuid = "00000000-0000-0000-0000-0000000000a1"
    vm = Domain(alice, "wall-mdev", devices=HOSTDEV.format(uuid=uuid))
    assert f"mediated device '{uuid}' not found" in vm.start().err


def test_wall_locked_memory_then_wall_node(alice):
    uuid = mdev.create(mdev.type_of(4))
    vm = Domain(alice, "wall-memory", devices=HOSTDEV.format(uuid=uuid))
    refused = vm.start()
    assert refused.status == 1 and "cannot limit locked memory" in refused.err
    daemon = alice.libvirt_daemon()
    before = locked_memory_limit(daemon)
    wanted = (64 << 20) + mdev.GIB
    assert before < wanted

    subprocess.run(["prlimit", f"--pid={daemon}", f"--memlock={wanted}:{wanted}"], check=True)
    assert f"{mdev.node(uuid)}: Permission denied" in vm.start().err

    subprocess.run(["setfacl", "-m", "u:alice:rw", mdev.node(uuid)], check=True)
    started = vm.start()
    assert started.status == 0, started
    try:
        assert vm.state() == "running"
        assert uuid in command_line(vm.qemu())
        assert locked_memory_limit(vm.qemu()) == wanted
    finally:
        vm.destroy()
