# SPDX-License-Identifier: LGPL-2.1-or-later
"""A VM's screen shows its vGPU's picture."""
import os
import tempfile
from pathlib import Path

import mdev
import picture
import product
import pytest
from vm import command_line


@pytest.fixture
def render_node(alice):
    """A render node without a GPU behind it, which the user at the machine may open."""
    mdev.module("load", "vgem")
    nodes = mdev.eventually(lambda: list(Path("/dev/dri").glob("renderD*")))
    node = nodes[0]
    assert mdev.eventually(
        lambda: alice.run("sh", "-c", f"exec 3<>{node}").status == 0), node
    yield node
    mdev.module("unload", "vgem")


@pytest.mark.parametrize("display, program", [("vnc-egl", "-vnc"), ("spice-egl", "-spice")])
def test_screenshot_is_the_vgpus_picture(alice, render_node, new_vm, artifacts, display, program):
    vm = new_vm(alice, "vm1")
    alice.check("gvt-client", "attach", "vm1", "--type", product.TYPE_8, "--display", display,
                "--ramfb", "--render-node", render_node)
    started = vm.start()
    assert started.status == 0, started
    arguments = command_line(vm.qemu())
    assert f"{program} " in arguments and f"egl-headless,rendernode={render_node}" in arguments
    assert '"driver":"vfio-pci-nohotplug"' in arguments
    assert '"display":"on"' in arguments and '"ramfb":true' in arguments

    shot = artifacts / f"{display}.png"
    wanted = picture.test_pattern(1024, 768)  # the whole screen of this type

    def shows_the_pattern():
        with tempfile.NamedTemporaryFile(dir=alice.folder) as file:
            os.chown(file.name, alice.account.pw_uid, -1)
            alice.virsh("screenshot", "vm1", file.name)
            shot.write_bytes(Path(file.name).read_bytes())
        return picture.read_png(shot.read_bytes()) == wanted

    assert mdev.eventually(shows_the_pattern, 120, 2), f"{shot} is not the vGPU's test picture"
