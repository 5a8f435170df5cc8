# SPDX-License-Identifier: LGPL-2.1-or-later
"""What was set up yesterday is there after the machine started again."""
import json
from pathlib import Path

import mdev
import product
import pytest
from session import Session

STORY = Path("/var/lib/gvt-bed/reboot.json")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@pytest.mark.before_reboot
def test_vgpus_and_host_are_set_up(alice):
    product.client("setup", "modules")
    product.systemctl("enable", product.SERVICE)
    lasting = product.client("create", product.TYPE_8, "--label", "lasting", "--define", "--start",
                             "boot").strip()
    by_hand = product.create(alice, product.TYPE_8, "--label", "by-hand", "--define")
    assert {entry.name for entry in mdev.DEVICES.iterdir()} == {lasting, by_hand}
    STORY.parent.mkdir(exist_ok=True)
    STORY.write_text(json.dumps({"lasting": lasting, "by-hand": by_hand,
                                 "boot": BOOT_ID.read_text()}))


@pytest.mark.after_reboot
def test_boot_vgpu_is_back_and_manual_one_waits_to_be_started(transcript):
    story = json.loads(STORY.read_text())
    assert BOOT_ID.read_text() != story["boot"]
    # Nobody has called the service yet: systemd started it, and loaded what setup said.
    assert mdev.eventually((mdev.DEVICES / story["lasting"]).exists)
    transcript.check("gvt-client", "list")
    states = {vgpu["label"]: (vgpu["uuid"], vgpu["state"]) for vgpu in product.vgpus()}
    assert states == {"lasting": (story["lasting"], "active"),
                      "by-hand": (story["by-hand"], "inactive")}
    assert [entry.name for entry in mdev.DEVICES.iterdir()] == [story["lasting"]]
    with Session("alice", terminal=7) as alice:
        alice.check("gvt-client", "start", "by-hand")
        assert product.named_users(mdev.node(story["by-hand"])) == [alice.account.pw_uid]
