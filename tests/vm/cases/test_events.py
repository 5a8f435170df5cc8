# SPDX-License-Identifier: LGPL-2.1-or-later
"""What others do to the kernel's devices shows on the bus, by signals."""
import subprocess
import time
import uuid
from pathlib import Path

import mdev
import product
import pytest
from bus import GPU, Follower


@pytest.fixture
def follower():
    with Follower() as objects:
        yield objects


def test_made_and_removed_by_echo(follower):
    device = mdev.create(mdev.type_of(4))
    shown = follower.wait(lambda: follower.vgpu(device))
    assert shown["Active"] and shown["Type"] == product.TYPE_4 and shown["OwnerUid"] == 0
    assert shown["DeviceNode"] == str(mdev.node(device))
    mdev.remove(device)
    assert follower.wait(lambda: not follower.vgpu(device))


def test_whole_long_after_the_last_event(follower):
    """Who makes a vGPU may lose its processor between the last event and the vGPU's being whole."""
    linger = Path("/sys/module/kvmgt/parameters/linger")
    try:
        linger.write_text("600")
        begin = time.monotonic()
        device = mdev.create(mdev.type_of(4))
        assert time.monotonic() - begin > 0.3
        assert follower.wait(lambda: follower.vgpu(device))["Type"] == product.TYPE_4
        mdev.remove(device)
        assert follower.wait(lambda: not follower.vgpu(device))
    finally:
        linger.write_text("0")


def test_made_and_removed_by_mdevctl(follower):
    device = str(uuid.uuid4())
    subprocess.run(["mdevctl", "start", "--uuid", device, "--parent", mdev.GPU, "--type",
                    product.TYPE_8], check=True)
    assert follower.wait(lambda: follower.vgpu(device))["Type"] == product.TYPE_8
    subprocess.run(["mdevctl", "stop", "--uuid", device], check=True)
    assert follower.wait(lambda: not follower.vgpu(device))


def test_parent_goes_and_comes_back(follower):
    assert [gpu["Name"] for gpu in follower.of_interface(GPU)] == [mdev.GPU]
    device = mdev.create(mdev.type_of(4))
    assert follower.wait(lambda: follower.vgpu(device))
    mdev.module("unload", "kvmgt")
    assert follower.wait(lambda: not follower.of_interface(GPU))
    assert follower.wait(lambda: not follower.vgpu(device))
    mdev.module("load", "kvmgt")
    assert follower.wait(lambda: follower.of_interface(GPU))
    device = product.client("create", product.TYPE_4).strip()
    assert follower.wait(lambda: follower.vgpu(device))


def test_types_with_another_aperture(follower):
    try:
        mdev.module("unload", "kvmgt")
        mdev.module("load", "kvmgt", "aperture=1024")
        wanted = {f"i915-GVTg_V5_{number}": room
                  for number, room in {8: 7, 4: 5, 2: 2, 1: 1}.items()}
        assert follower.wait(lambda: {
            properties["Id"]: properties["AvailableInstances"]
            for properties in follower.of_interface("org.gvt.Manager.VgpuType")} == wanted)
    finally:
        mdev.module("unload", "kvmgt")
        mdev.module("load", "kvmgt")
