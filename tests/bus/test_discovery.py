# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the service shows of hosts of several shapes."""

import pytest

import callers

GVT = "org.gvt.Manager"
# drivers/gpu/drm/i915/gvt: low memory, high memory, fences, weight, resolution of each type
NUMBERS = {
    "8": (64, 384, 4, 2, "1024x768"),
    "4": (128, 512, 4, 4, "1920x1200"),
    "2": (256, 1024, 4, 8, "1920x1200"),
    "1": (512, 2048, 4, 16, "1920x1200"),
}


def types_of(user, gpu=None):
    found = user.of(callers.TYPE).values()
    return {t["Id"]: t for t in found if gpu in (None, t["Gpu"])}


@pytest.mark.parametrize(
    "aperture, rooms",
    [
        (128, {}),
        (256, {"8": 2, "4": 1}),
        (512, {"8": 6, "4": 3, "2": 1}),
        (1024, {"8": 7, "4": 5, "2": 2, "1": 1}),
    ],
)
def test_types_follow_the_aperture(make_bed, nobody, aperture, rooms):
    make_bed("--aperture", str(aperture))
    found = types_of(nobody)
    assert {i.removeprefix("i915-GVTg_V5_"): t["AvailableInstances"] for i, t in found.items()} == rooms
    for suffix in rooms:
        low, high, fences, weight, resolution = NUMBERS[suffix]
        assert found[f"i915-GVTg_V5_{suffix}"] == {
            "Id": f"i915-GVTg_V5_{suffix}",
            "Gpu": "/org/gvt/Manager/gpus/_30000_3a00_3a02_2e0",
            "Name": f"GVTg_V5_{suffix}",
            "Description": f"low_gm_size: {low}MB\nhigh_gm_size: {high}MB\nfence: {fences}\n"
            f"resolution: {resolution}\nweight: {weight}",
            "DeviceApi": "vfio-pci",
            "AvailableInstances": rooms[suffix],
            "LowMemoryMiB": low,
            "HighMemoryMiB": high,
            "Fences": fences,
            "Weight": weight,
            "Resolution": resolution,
        }


def test_gpu(bed, nobody):
    gpus = nobody.of(callers.GPU)
    assert list(gpus) == ["/org/gvt/Manager/gpus/_30000_3a00_3a02_2e0"]
    (gpu,) = gpus.values()
    assert gpu.pop("Model")
    assert gpu == {
        "Name": "0000:00:02.0",
        "PciAddress": "0000:00:02.0",
        "Driver": "i915",
        "RenderNode": "/dev/dri/by-path/pci-0000:00:02.0-render",
        "BootVga": True,
    }


def test_two_gpus(make_bed, nobody):
    make_bed("--parent", "0000:00:02.0,boot_vga=1,aperture=256", "--parent", "0000:03:00.0,aperture=512")
    gpus = {gpu["Name"]: (path, gpu) for path, gpu in nobody.of(callers.GPU).items()}
    assert {name: gpu["BootVga"] for name, (_, gpu) in gpus.items()} == {
        "0000:00:02.0": True,
        "0000:03:00.0": False,
    }
    first, second = (types_of(nobody, gpus[name][0]) for name in sorted(gpus))
    assert first["i915-GVTg_V5_8"]["AvailableInstances"] == 2
    assert second["i915-GVTg_V5_8"]["AvailableInstances"] == 6


def test_other_pci_gpu_is_no_parent(make_bed, nobody):
    make_bed("--pci-device", "0000:01:00.0")
    assert [gpu["Name"] for gpu in nobody.of(callers.GPU).values()] == ["0000:00:02.0"]


def test_kernel_without_type_names(make_bed, nobody, alice):
    """Before Linux 6.1 types have no name file."""
    bed = make_bed("--old-kernel", "--aperture", "256")
    assert {i: t["Name"] for i, t in types_of(nobody).items()} == {
        "i915-GVTg_V5_8": "i915-GVTg_V5_8",
        "i915-GVTg_V5_4": "i915-GVTg_V5_4",
    }
    path = alice.create("i915-GVTg_V5_4")
    assert alice.get(path, callers.VGPU, "Uuid") in bed.host.devices()


@pytest.mark.parametrize("driver", ["mtty", "mdpy", "mbochs"])
def test_sample_drivers(make_bed, nobody, alice, driver):
    """Parents that are no PCI device, types without the numbers of GVT-g."""
    bed = make_bed("--empty", "--sample", driver)
    (gpu,) = nobody.of(callers.GPU).values()
    assert (gpu["Name"], gpu["PciAddress"], gpu["RenderNode"]) == (driver, "", "")
    types = types_of(nobody)
    assert types and all(t["LowMemoryMiB"] == 0 and t["Resolution"] == "" for t in types.values())
    assert all(t["AvailableInstances"] > 0 for t in types.values())
    path = alice.create(sorted(types)[0], driver)
    uuid = alice.get(path, callers.VGPU, "Uuid")
    assert bed.host.devices() == {uuid}
    alice.vgpu(path, "Remove")
    assert not bed.host.devices()


def test_no_gpu(make_bed, nobody, alice):
    """A host without GVT-g: the service runs and says so."""
    make_bed("--empty")
    assert not nobody.of(callers.GPU) and not nobody.of(callers.TYPE) and not nobody.of(callers.VGPU)
    with pytest.raises(callers.BusError) as refused:
        alice.create("i915-GVTg_V5_8")
    assert refused.value.name == "NotFound"


def test_parent_goes_and_comes_back(bed, nobody):
    bed.host.tell("unregister 0000:00:02.0")
    callers.eventually(lambda: not nobody.of(callers.GPU) and not nobody.of(callers.TYPE))
    bed.host.tell("register 0000:00:02.0")
    callers.eventually(lambda: len(nobody.of(callers.TYPE)) == 3)


def test_vgpus_that_were_there_before(make_bed, nobody, root):
    """Made by somebody else before the service started: shown, and root's."""
    uuid = "6d8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e"
    bed = make_bed()
    bed.host.create("i915-GVTg_V5_8", uuid)
    bed.restart()
    vgpu = nobody.get_all(callers.vgpu_path(uuid), callers.VGPU)
    assert (vgpu["Active"], vgpu["Defined"], vgpu["OwnerUid"]) == (True, False, 0)
    assert vgpu["Type"] == "i915-GVTg_V5_8"
    assert bed.host.acl(uuid) == {}
