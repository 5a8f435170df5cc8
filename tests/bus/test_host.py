# SPDX-License-Identifier: LGPL-2.1-or-later
"""Making a host ready: what check says, and to whom."""

import json

import vms
from callers import ROOT

HOST = "org.gvt.Manager.Host"
STATES = {"ok", "note", "warning", "blocker", "unknown"}


def findings_of(caller):
    return {f["id"]: f for f in caller.call(ROOT, HOST, "Check", "(a{sv})", {})}


def test_check_is_for_everybody_and_changes_nothing(bed, nobody):
    before = bed.untouched()
    found = findings_of(nobody)
    assert found["gpu.present"]["state"] == "ok"
    assert found["types.offered"]["evidence"].count("i915-GVTg_V5_") == 3
    for finding in found.values():
        assert finding["state"] in STATES
        assert finding["family"] == finding["id"].split(".")[0]
        assert finding["evidence"]
    assert found["limits.memory-lock"]["value"] > 0
    assert bed.untouched() == before


def test_check_follows_the_host(bed, root):
    (bed.host.dir / "dev/vfio/vfio").unlink()
    assert findings_of(root)["vfio.node"]["state"] == "blocker"


def test_client_merges_both_halves(bed, session_libvirt):
    done = vms.client("alice", "--json", "check")
    found = json.loads(done.stdout)
    ids = [f["id"] for f in found]
    assert len(ids) == len(set(ids))
    assert {"gpu.present", "user.libvirt", "user.qemu"} <= set(ids)
    order = ["blocker", "warning", "unknown", "note", "ok"]
    assert [order.index(f["state"]) for f in found] == sorted(order.index(f["state"]) for f in found)
    assert done.returncode == (1 if found[0]["state"] == "blocker" else 0)
    text = vms.client("alice", "check")
    assert text.returncode == done.returncode
    assert "\x1b" not in text.stdout
    for finding in found:
        assert finding["evidence"] in text.stdout


def test_client_without_the_service(polkit, session_libvirt):
    done = vms.client("alice", "--json", "check")
    assert done.returncode == 1
    found = {f["id"]: f for f in json.loads(done.stdout)}
    assert found["service.reachable"]["state"] == "blocker"
    assert "user.libvirt" in found
    assert "Begin with: sudo systemctl start gvt-manager" in vms.client("alice", "check").stdout
