# SPDX-License-Identifier: LGPL-2.1-or-later
"""The test bed's emulated Intel parent is, in sysfs, what a GVT-g host shows."""
import errno
import os
import stat
import subprocess
import uuid

import mdev
import pytest

DESCRIPTIONS = {
    8: "low_gm_size: 64MB\nhigh_gm_size: 384MB\nfence: 4\nresolution: 1024x768\nweight: 2\n",
    4: "low_gm_size: 128MB\nhigh_gm_size: 512MB\nfence: 4\nresolution: 1920x1200\nweight: 4\n",
    2: "low_gm_size: 256MB\nhigh_gm_size: 1024MB\nfence: 4\nresolution: 1920x1200\nweight: 8\n",
    1: "low_gm_size: 512MB\nhigh_gm_size: 2048MB\nfence: 4\nresolution: 1920x1200\nweight: 16\n",
}
# What i915 offers when idle, by the firmware's aperture in MiB.
ROOM = {
    128: {},
    256: {8: 2, 4: 1},
    512: {8: 6, 4: 3, 2: 1},
    1024: {8: 7, 4: 5, 2: 2, 1: 1},
    2048: {8: 4, 4: 3, 2: 1, 1: 0},
}


@pytest.fixture
def aperture():
    def reload(mib):
        mdev.module("unload", "kvmgt")
        mdev.module("load", "kvmgt", f"aperture={mib}")
    yield reload
    mdev.module("unload", "kvmgt")
    mdev.module("load", "kvmgt")


def test_gpu_is_bound_to_a_driver_named_i915():
    gpu = (mdev.PARENTS / mdev.GPU).resolve()
    assert str(gpu) == "/sys/devices/pci0000:00/0000:00:02.0"
    assert (gpu / "driver").resolve().name == "i915"
    assert mdev.read("/sys/module/i915/parameters/enable_gvt") == "Y"
    assert mdev.read(gpu / "boot_vga") == "1"


def test_attributes_of_a_type():
    folder = mdev.type_of(4)
    assert sorted(entry.name for entry in folder.iterdir()) == [
        "available_instances", "create", "description", "device_api", "devices", "name"]
    assert mdev.read(folder / "name") == "GVTg_V5_4"
    assert mdev.read(folder / "device_api") == "vfio-pci"
    assert stat.S_IMODE((folder / "create").stat().st_mode) == 0o200


@pytest.mark.parametrize("mib", ROOM)
def test_types_and_room_by_aperture(aperture, mib):
    aperture(mib)
    assert sorted(entry.name for entry in mdev.types().iterdir()) == sorted(
        f"i915-GVTg_V5_{number}" for number in ROOM[mib])
    for number, room in ROOM[mib].items():
        assert mdev.available(mdev.type_of(number)) == room
        assert (mdev.type_of(number) / "description").read_text() == DESCRIPTIONS[number]


def test_types_share_one_pool(aperture):
    aperture(512)
    mdev.create(mdev.type_of(2))
    assert [mdev.available(mdev.type_of(n)) for n in (8, 4, 2)] == [2, 1, 0]
    device = mdev.create(mdev.type_of(8))
    assert [mdev.available(mdev.type_of(n)) for n in (8, 4, 2)] == [1, 0, 0]
    mdev.remove(device)
    assert [mdev.available(mdev.type_of(n)) for n in (8, 4, 2)] == [2, 1, 0]


def test_no_more_than_seven_vgpus(aperture):
    aperture(1024)
    ids = [mdev.read(mdev.DEVICES / mdev.create(mdev.type_of(8)) / "intel_vgpu/vgpu_id")
           for _ in range(7)]
    assert ids == ["1", "2", "3", "4", "5", "6", "7"]
    with pytest.raises(OSError) as error:
        mdev.create(mdev.type_of(8))
    assert error.value.errno == errno.ENOSPC


def test_create_and_remove_by_write():
    device = str(uuid.uuid4())
    with mdev.Uevents() as uevents:
        mdev.create(mdev.type_of(4), device)
        folder = mdev.DEVICES / device
        assert (folder / "driver").resolve().name == "intel_vgpu_mdev"
        assert (folder / "mdev_type").resolve().name == "i915-GVTg_V5_4"
        assert mdev.read(folder / "intel_vgpu/vgpu_id") == "1"
        assert stat.S_ISCHR(os.stat(mdev.node(device)).st_mode)
        assert (mdev.type_of(4) / "devices" / device).exists()
        assert uevents.wait_for(ACTION="add", SUBSYSTEM="mdev")["DEVPATH"].endswith(device)
        node = mdev.node(device)
        mdev.remove(device)
        assert uevents.wait_for(ACTION="remove", SUBSYSTEM="mdev")["DEVPATH"].endswith(device)
    assert not folder.exists() and not node.exists()
    assert mdev.available(mdev.type_of(4)) == 1


def test_errors_of_create():
    device = mdev.create(mdev.type_of(8))
    for number, text, expected in [(8, device, errno.EEXIST),
                                   (8, device.upper(), errno.EEXIST),
                                   (8, "not a uuid", errno.EINVAL),
                                   (8, str(uuid.uuid4())[:-1], errno.EINVAL),
                                   (4, str(uuid.uuid4()), errno.ENOSPC)]:
        with pytest.raises(OSError) as error:
            mdev.create(mdev.type_of(number), text)
        assert error.value.errno == expected, text


def test_parent_goes_and_comes_back():
    gpu = f"/devices/pci0000:00/{mdev.GPU}"
    device = mdev.create(mdev.type_of(4))
    with mdev.Uevents() as uevents:
        mdev.module("unload", "kvmgt")
        assert not (mdev.PARENTS / mdev.GPU).exists()
        assert not (mdev.DEVICES / device).exists()
        assert uevents.wait_for(ACTION="change", DEVPATH=gpu, MDEV_STATE="unregistered")
        mdev.module("load", "kvmgt")
        assert uevents.wait_for(ACTION="change", DEVPATH=gpu, MDEV_STATE="registered")
    assert mdev.available(mdev.type_of(4)) == 1


def test_no_parent_without_enable_gvt():
    mdev.module("unload", "kvmgt")
    mdev.module("unload", "i915")
    try:
        mdev.module("load", "i915", "enable_gvt=0")
        mdev.module("load", "kvmgt")
        assert not (mdev.PARENTS / mdev.GPU).exists()
    finally:
        mdev.module("unload", "kvmgt")
        mdev.module("unload", "i915")
        mdev.module("load", "i915")
        mdev.module("load", "kvmgt")
    assert mdev.available(mdev.type_of(4)) == 1


def test_mdevctl_sees_and_makes_them():
    listed = subprocess.run(["mdevctl", "types"], check=True, capture_output=True, text=True)
    assert mdev.GPU in listed.stdout
    assert "i915-GVTg_V5_4" in listed.stdout
    device = str(uuid.uuid4())
    subprocess.run(["mdevctl", "start", "--uuid", device, "--parent", mdev.GPU,
                    "--type", "i915-GVTg_V5_8"], check=True)
    assert (mdev.DEVICES / device).exists()
    subprocess.run(["mdevctl", "stop", "--uuid", device], check=True)
    assert not (mdev.DEVICES / device).exists()
