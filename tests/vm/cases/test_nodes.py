# SPDX-License-Identifier: LGPL-2.1-or-later
"""The owner's access to the node outlives udev and a site's rules."""
import subprocess
from pathlib import Path

import mdev
import product
import pytest

RULE = Path("/etc/udev/rules.d/99-site-vfio.rules")
RULES = {
    "no rule": "",
    "group kvm, 0660": 'SUBSYSTEM=="vfio", GROUP="kvm", MODE="0660"\n',
    "0600": 'SUBSYSTEM=="vfio", KERNEL!="vfio", MODE="0600"\n',
}


def udevadm(*argv):
    subprocess.run(["udevadm", *argv], check=True)


@pytest.fixture
def site_rule(request):
    RULE.write_text(RULES[request.param])
    udevadm("control", "--reload")
    yield
    RULE.unlink()
    udevadm("control", "--reload")


@pytest.mark.parametrize("site_rule", RULES, indirect=True)
def test_owner_can_open_the_node_whatever_udev_does(alice, site_rule):
    uuid = product.create(alice, product.TYPE_4)
    node = mdev.node(uuid)

    def alice_can_open():
        return alice.run("sh", "-c", f"exec 3<>{node}").status == 0

    udevadm("settle")
    assert mdev.eventually(alice_can_open), subprocess.check_output(["getfacl", "-p", node])
    for action in ["change", "add"]:
        udevadm("trigger", f"--action={action}", "--subsystem-match=vfio", "--settle")
        assert mdev.eventually(alice_can_open), subprocess.check_output(["getfacl", "-p", node])
    product.systemctl("restart", "systemd-udevd")
    udevadm("trigger", "--settle")
    assert mdev.eventually(alice_can_open), subprocess.check_output(["getfacl", "-p", node])
    assert product.named_users(node) == [alice.account.pw_uid]
