# SPDX-License-Identifier: LGPL-2.1-or-later
"""QEMU attaches the emulated vGPU: unprivileged, display off and on; and what a removal then does."""
import subprocess
import threading

import mdev
from qemu import Qemu


def give_to_alice(uuid):
    subprocess.run(["setfacl", "-m", "u:alice:rw", mdev.node(uuid)], check=True)


def test_node_is_closed_without_an_acl():
    uuid = mdev.create(mdev.type_of(4))
    with Qemu(uuid) as qemu:
        assert f"failed to open {mdev.node(uuid)}: Permission denied" in qemu.refusal()


def test_attaches_with_display_off():
    uuid = mdev.create(mdev.type_of(4))
    give_to_alice(uuid)
    with Qemu(uuid) as qemu:
        assert qemu.qmp({"execute": "query-status"})["status"] == "running"
        assert str(mdev.node(uuid)) in qemu.open_files()


def test_attaches_with_display_on_and_opregion():
    uuid = mdev.create(mdev.type_of(8))
    give_to_alice(uuid)
    with Qemu(uuid, "-vnc", "unix:vnc", device=",display=on,x-igd-opregion=on") as qemu:
        picture = qemu.folder / "picture"
        qemu.qmp({"execute": "screendump", "arguments": {"filename": str(picture)}})
        header, size, depth, pixels = picture.read_bytes().split(b"\n", 3)
    assert (header, size, depth) == (b"P6", b"1024 768", b"255")
    # The first line is the eight colour bars, 128 pixels each.
    bars = [pixels[3 * (128 * bar + 64):][:3].hex() for bar in range(8)]
    assert bars == ["ffffff", "ffff00", "00ffff", "00ff00", "ff00ff", "ff0000", "0000ff", "000000"]


def test_real_drivers_refusal_without_kvm():
    parameter = "/sys/module/kvmgt/parameters/require_kvm"
    uuid = mdev.create(mdev.type_of(4))
    give_to_alice(uuid)
    mdev.write(parameter, "Y")
    try:
        with Qemu(uuid) as qemu:
            assert "No such process" in qemu.refusal()
    finally:
        mdev.write(parameter, "N")


def test_removal_in_use_blocks_until_the_vm_ends():
    uuid = mdev.create(mdev.type_of(4))
    node = mdev.node(uuid)
    give_to_alice(uuid)
    writer = threading.Thread(target=mdev.remove, args=[uuid], daemon=True)
    with Qemu(uuid) as qemu:
        qemu.qmp({"execute": "query-status"})
        writer.start()
        assert mdev.eventually(lambda: not (mdev.DEVICES / uuid).exists())
        writer.join(3)
        assert writer.is_alive() and node.exists()
        assert mdev.available(mdev.type_of(4)) == 0
        assert qemu.process.poll() is None
    writer.join(10)
    assert not writer.is_alive() and not node.exists()
    assert mdev.available(mdev.type_of(4)) == 1
