# SPDX-License-Identifier: LGPL-2.1-or-later
"""Everybody calls everything at once while the host changes underneath, and some leave without a word."""

import random

import callers
import pytest
from callers import MANAGER, ROOT, VGPU, BusError, eventually, variants

GPU = "0000:00:02.0"
TYPES = ["i915-GVTg_V5_8", "i915-GVTg_V5_4", "no-such-type"]
UUIDS = [f"c0ffee00-0000-4000-8000-{number:012}" for number in range(1, 9)]
LABELS = ["", "win10", "linux", "a b"]
EXPECTED = {
    "InvalidArgument", "NotFound", "AlreadyExists", "NoCapacity", "Busy", "NotSupported",
    "NotAuthorized", "NotAuthorizedCanObtain", "Conflict", "LimitExceeded", "Failed",
    "org.freedesktop.DBus.Error.UnknownMethod",
    "org.freedesktop.DBus.Error.UnknownObject",
}
FAULTS = [
    "fail create 1 EIO", "fail create 2 ENOSPC", "fail remove 1 EIO", "slow create 20",
    "slow available_instances 5", "node none", "node device", "clear", "clear", "clear",
]


def random_call(dice, caller):
    """Sends one call, good or bad."""
    uuid = dice.choice(UUIDS)
    path = callers.vgpu_path(uuid)
    kind = dice.random()
    if kind < 0.3:
        options = {"uuid": uuid, "label": dice.choice(LABELS), "define": dice.random() < 0.5}
        return caller.start(
            ROOT, MANAGER, "CreateVgpu", "(ssa{sv})",
            dice.choice(["", GPU]), dice.choice(TYPES), variants(options),
        )
    if kind < 0.4:
        return caller.start(
            ROOT, callers.DOMAINS, dice.choice(["Prepare", "Release"]), "(ssasta{sv})",
            "vm", dice.choice(UUIDS), dice.sample(UUIDS, 2), dice.choice([0, 1 << 20]), {},
        )
    if kind < 0.45:
        return caller.start(ROOT, MANAGER, "GetVgpu", "(s)", uuid)
    if kind < 0.5:
        return caller.start(ROOT, callers.OBJECT_MANAGER, "GetManagedObjects")
    if kind < 0.6:
        start = dice.choice(["manual", "domain", "boot", "never"])
        return caller.start(path, VGPU, "SetStart", "(sa{sv})", start, {})
    if kind < 0.65:
        return caller.start(path, VGPU, "SetLabel", "(sa{sv})", dice.choice(LABELS), {})
    if kind < 0.7:
        uid = dice.choice([4001, 4002, 0])
        return caller.start(path, VGPU, "Adopt", "(ua{sv})", uid, {})
    member = dice.choice(["Start", "Stop", "Define", "Undefine", "Remove"])
    return caller.start(path, VGPU, member, "(a{sv})", {})


def random_event(dice, host):
    """Something that is not of the service's doing."""
    kind = dice.random()
    definition = host.definition_file(dice.choice(UUIDS))
    nodes = host.dir / "dev/vfio"
    if kind < 0.4:
        host.tell(dice.choice(FAULTS))
    elif kind < 0.6 and definition.parent.is_dir():
        definition.write_text(dice.choice(["", '{"mdev_type": "i915-GVTg_V5_8"}', "{"]))
    elif kind < 0.7:
        definition.unlink(missing_ok=True)
    elif kind < 0.8:
        host.tell(f"unregister {GPU}", f"register {GPU}")
    elif nodes.is_dir():
        for node in nodes.iterdir():
            node.chmod(0o600)


# polkit's library warns when a caller leaves at the moment that polkit answers about it.
@pytest.mark.expect("Error cancelling authorization check")
@pytest.mark.parametrize("seed", range(3))
def test_storm(bed, root, alice, bob, carol, seed):
    dice = random.Random(seed)
    pending = []
    replies = {}
    for _ in range(40):
        pending += [random_call(dice, dice.choice([root, alice, bob, carol])) for _ in range(10)]
        random_event(dice, bed.host)
        if dice.random() < 0.2:
            leaver = callers.Caller(dice.choice(["alice", "bob"]))
            for _ in range(5):
                random_call(dice, leaver)
            leaver.close()
    for call in pending:
        try:
            call.result(60)
            replies["done"] = replies.get("done", 0) + 1
        except BusError as error:
            assert error.name in EXPECTED, error
            replies[error.name] = replies.get(error.name, 0) + 1
    assert replies.get("done", 0) > 20, replies

    bed.host.tell("clear")
    bed.host.tell("node device")

    def settled():
        """the bus shows what the kernel has"""
        shown = {p["Uuid"] for p in root.of(VGPU).values() if p["Active"]}
        return shown == bed.host.devices()

    eventually(settled)

    def removed():
        """root can remove every one of them"""
        for path in root.of(VGPU):
            try:
                root.vgpu(path, "Remove")
            except BusError as error:
                assert error.name in ("Busy", "Conflict", "NotFound") or "Unknown" in error.name
        return not root.of(VGPU)

    eventually(removed)
    assert not bed.host.devices()
