# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a program sees of the simulated machine when it looks around."""

import os
import stat
import subprocess

import pytest

from simhost import GPU, read, write

UUID = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001"
OTHER = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1002"
SMALL = "i915-GVTg_V5_8"
PCI = f"sys/devices/pci0000:00/{GPU}"


def link(host, *parts):
    return os.readlink(host.path(*parts))


def test_parent(host):
    assert link(host, "sys/class/mdev_bus", GPU) == f"../../devices/pci0000:00/{GPU}"
    assert link(host, "sys/bus/pci/devices", GPU) == f"../../../devices/pci0000:00/{GPU}"
    assert link(host, PCI, "driver") == "../../../bus/pci/drivers/i915"
    assert link(host, PCI, "subsystem") == "../../../bus/pci"
    assert read(host.path(PCI, "vendor")) == "0x8086\n"
    assert read(host.path(PCI, "device")) == "0x3ea0\n"
    assert read(host.path(PCI, "class")) == "0x030000\n"
    assert read(host.path(PCI, "boot_vga")) == "1\n"
    assert read(host.path("sys/module/i915/parameters/enable_gvt")) == "Y\n"
    start, end, _ = read(host.path(PCI, "resource")).splitlines()[2].split()
    assert int(end, 16) - int(start, 16) + 1 == 256 << 20


def test_render_node(host):
    node = host.path(f"dev/dri/by-path/pci-{GPU}-render")
    assert os.readlink(node) == "../renderD128"
    major, minor = read(host.path(PCI, "drm/renderD128/dev")).split(":")
    assert os.stat(node).st_rdev == os.makedev(int(major), int(minor))
    assert link(host, "sys/class/drm/renderD128").endswith(f"{GPU}/drm/renderD128")


def test_types(host):
    assert sorted(os.listdir(host.path(PCI, "mdev_supported_types"))) == ["i915-GVTg_V5_4", SMALL]
    directory = host.type_dir(SMALL)
    assert sorted(os.listdir(directory)) == [
        "available_instances",
        "create",
        "description",
        "device_api",
        "devices",
        "name",
    ]
    assert read(os.path.join(directory, "device_api")) == "vfio-pci\n"
    assert read(os.path.join(directory, "name")) == "GVTg_V5_8\n"
    assert read(os.path.join(directory, "description")) == (
        "low_gm_size: 64MB\nhigh_gm_size: 384MB\nfence: 4\nresolution: 1024x768\nweight: 2\n"
    )
    create = os.stat(os.path.join(directory, "create"))
    name = os.stat(os.path.join(directory, "name"))
    assert (stat.S_IMODE(create.st_mode), stat.S_IMODE(name.st_mode)) == (0o200, 0o444)
    assert (name.st_size, name.st_uid) == (4096, 0)


@pytest.mark.parametrize("aperture, types", [(128, 0), (256, 2), (512, 3), (1024, 4), (2048, 4)])
def test_aperture(start, aperture, types):
    host = start(f"--aperture={aperture}")
    assert len(os.listdir(host.path(PCI, "mdev_supported_types"))) == types


def test_old_kernel(start):
    host = start("--old-kernel")
    host.create(SMALL, UUID)
    assert not os.path.exists(os.path.join(host.type_dir(SMALL), "name"))
    assert os.path.basename(os.readlink(host.device(UUID, "driver"))) == "vfio_mdev"
    assert read(host.device(UUID, "intel_vgpu/hw_id")) == "0\n"
    assert not os.path.exists(host.device(UUID, "vfio-dev"))


def test_samples(start):
    host = start("-s", "mtty", "-s", "mbochs")
    assert sorted(os.listdir(host.path("sys/class/mdev_bus"))) == [GPU, "mbochs", "mtty"]
    assert link(host, "sys/class/mdev_bus/mtty") == "../../devices/virtual/mtty/mtty"
    assert sorted(os.listdir(host.type_dir("mtty-1", "mtty"))) == [
        "available_instances",
        "create",
        "device_api",
        "devices",
        "name",
    ]
    host.create("mtty-2", UUID, "mtty")
    assert host.available("mtty-1", "mtty") == 22
    assert os.path.basename(os.readlink(host.device(UUID, "driver"))) == "mtty"


def test_vgpu(host):
    host.create(SMALL, UUID)
    assert link(host, "sys/bus/mdev/devices", UUID) == f"../../../devices/pci0000:00/{GPU}/{UUID}"
    assert sorted(os.listdir(host.device(UUID))) == [
        "driver",
        "intel_vgpu",
        "iommu_group",
        "mdev_type",
        "power",
        "remove",
        "subsystem",
        "uevent",
        "vfio-dev",
    ]
    assert link(host, PCI, UUID, "mdev_type") == f"../mdev_supported_types/{SMALL}"
    assert link(host, PCI, UUID, "iommu_group") == "../../../../kernel/iommu_groups/0"
    assert link(host, PCI, UUID, "driver") == "../../../../bus/mdev/drivers/intel_vgpu_mdev"
    assert link(host, PCI, "mdev_supported_types", SMALL, "devices", UUID) == f"../../../{UUID}"
    assert read(host.device(UUID, "intel_vgpu/vgpu_id")) == "1\n"
    assert read(host.path("sys/kernel/iommu_groups/0/name")) == "vfio-noiommu\n"
    assert os.listdir(host.path("sys/kernel/iommu_groups/0/devices")) == [UUID]


def test_group_node(host):
    host.create(SMALL, UUID)
    node = os.stat(host.path("dev/vfio/0"))
    major, minor = read(host.path("sys/class/vfio/0/dev")).split(":")
    assert stat.S_ISCHR(node.st_mode) and stat.S_IMODE(node.st_mode) == 0o600
    assert node.st_rdev == os.makedev(int(major), int(minor))
    assert stat.S_IMODE(os.stat(host.path("dev/vfio/vfio")).st_mode) == 0o666

    host.create(SMALL, OTHER)
    assert os.path.exists(host.path("dev/vfio/1"))
    write(host.device(UUID, "remove"), "1")
    assert not os.path.exists(host.path("dev/vfio/0"))
    host.create(SMALL, UUID)
    assert os.path.basename(os.readlink(host.device(UUID, "iommu_group"))) == "0"


def open_result(host, user):
    """How opening the group node ends for a user: 13 EACCES, 6 ENXIO once it is allowed."""
    code = (
        "import os, sys\n"
        "try: os.open(sys.argv[1], os.O_RDWR)\n"
        "except OSError as e: sys.exit(e.errno)\n"
    )
    argv = ["/usr/bin/python3", "-c", code, host.path("dev/vfio/0")]
    return subprocess.run(argv, user=user, group=user).returncode


def test_acl(host):
    host.create(SMALL, UUID)
    assert (open_result(host, 65534), open_result(host, 65533)) == (13, 13)
    subprocess.run(["setfacl", "-m", "u:65534:rw", host.path("dev/vfio/0")], check=True)
    assert (open_result(host, 65534), open_result(host, 65533)) == (6, 13)
    assert stat.S_IMODE(os.stat(host.path("dev/vfio/0")).st_mode) == 0o660
    write(host.device(UUID, "remove"), "1")
    host.create(SMALL, UUID)
    assert open_result(host, 65534) == 13


def test_discrete_gpu(start):
    host = start("-p", f"{GPU},boot_vga=0", "-d", "0000:01:00.0,boot_vga=1")
    assert os.listdir(host.path("sys/class/mdev_bus")) == [GPU]
    assert read(host.path("sys/bus/pci/devices/0000:01:00.0/boot_vga")) == "1\n"
    assert read(host.path("sys/bus/pci/devices/0000:01:00.0/vendor")) == "0x10de\n"
    assert os.path.exists(host.path("dev/dri/by-path/pci-0000:01:00.0-render"))
    assert not os.path.exists(host.path("dev/vfio/0"))


def test_assigned_device(start):
    host = start("-d", "0000:01:00.0,driver=vfio-pci")
    group = os.readlink(host.path("sys/bus/pci/devices/0000:01:00.0/iommu_group"))
    assert os.path.basename(group) == "0"
    assert os.path.exists(host.path("dev/vfio/0"))
    host.create(SMALL, UUID)
    assert os.path.basename(os.readlink(host.device(UUID, "iommu_group"))) == "1"


def test_every_link_leads_somewhere(start):
    host = start("-s", "mtty", "-d", "0000:01:00.0,driver=vfio-pci")
    host.create(SMALL, UUID)
    links = 0
    for directory, dirs, files in os.walk(host.path("sys")):
        for path in (os.path.join(directory, name) for name in dirs + files):
            if os.path.islink(path):
                links += 1
                assert not os.readlink(path).startswith("/")
                assert os.path.exists(path), path
    assert links > 30


def test_link_counts(host):
    """find(1) trusts the link count of a directory to tell whether it has subdirectories."""
    host.create(SMALL, UUID)
    for directory, dirs, _ in os.walk(host.path("sys")):
        real = [name for name in dirs if not os.path.islink(os.path.join(directory, name))]
        assert os.stat(directory).st_nlink == len(real) + 2, directory
