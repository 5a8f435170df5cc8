# SPDX-License-Identifier: LGPL-2.1-or-later
"""A vGPU in use is not removed, and a removal that somebody else began harms nobody."""
import subprocess
import threading
from contextlib import contextmanager

import mdev
import product
from bus import Follower
from qemu import Qemu

RESTART_PATIENCE = 10  # seconds; a service stuck in the kernel would take for ever


@contextmanager
def blocked_removal(uuid):
    """A VM that has the vGPU open, and root's `echo 1 > remove` waiting for it in the kernel."""
    writer = threading.Thread(target=mdev.remove, args=[uuid], daemon=True)
    with Qemu(uuid) as vm:
        vm.qmp({"execute": "query-status"})
        writer.start()
        assert mdev.eventually(lambda: not (mdev.DEVICES / uuid).exists())
        yield vm
        assert writer.is_alive() and vm.process.poll() is None
    writer.join(10)
    assert not writer.is_alive()


def test_busy_names_the_holder(alice):
    uuid = product.create(alice, product.TYPE_4)
    with Qemu(uuid) as vm:
        vm.qmp({"execute": "query-status"})
        refused = alice.run("gvt-client", "remove", uuid)
        assert refused.status == 6, refused
        assert f"process {vm.process.pid}" in refused.err and "alice" in refused.err
        assert (mdev.DEVICES / uuid).exists()
        assert vm.qmp({"execute": "query-status"})["status"] == "running"
    alice.check("gvt-client", "remove", uuid)
    assert product.nothing_is_left(uuid)


def test_blocked_removal_shows_and_stalls_nobody(alice):
    with Follower() as follower:
        uuid = product.create(alice, product.TYPE_8)
        with blocked_removal(uuid):
            assert follower.wait(lambda: follower.vgpu(uuid).get("State") == "failed"), \
                follower.vgpu(uuid)
            assert "remov" in follower.vgpu(uuid)["Failure"]
            assert alice.run("gvt-client", "remove", uuid).status == 6
            other = product.create(alice, product.TYPE_8)
            alice.check("gvt-client", "remove", other)
        assert follower.wait(lambda: not follower.vgpu(uuid))
    assert product.nothing_is_left(uuid)


def test_restart_while_a_removal_is_blocked(alice):
    uuid = product.create(alice, product.TYPE_8)
    with blocked_removal(uuid):
        subprocess.run(["systemctl", "restart", product.SERVICE], check=True,
                       timeout=RESTART_PATIENCE)
        with Follower() as follower:
            assert follower.vgpu(uuid).get("State") == "failed", follower.vgpu(uuid)
            other = product.create(alice, product.TYPE_8)
            assert follower.wait(lambda: follower.vgpu(other))
    with Follower() as follower:
        assert follower.wait(lambda: not follower.vgpu(uuid))
        assert follower.vgpu(other)["OwnerUid"] == alice.account.pw_uid


def test_restart_in_use_changes_nothing(alice):
    uuid = product.create(alice, product.TYPE_4, "--label", "kept")
    with Qemu(uuid) as vm:
        vm.qmp({"execute": "query-status"})
        product.systemctl("restart", product.SERVICE)
        [shown] = product.vgpus()
        assert (shown["uuid"], shown["label"], shown["owner"]) == (uuid, "kept", "alice")
        assert vm.qmp({"execute": "query-status"})["status"] == "running"
    assert product.named_users(mdev.node(uuid)) == [alice.account.pw_uid]
