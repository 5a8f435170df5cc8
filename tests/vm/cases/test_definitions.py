# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is defined lasts, and mdevctl, libvirt and the service see one set of definitions."""
import os
import signal
import subprocess
import time
import uuid
from pathlib import Path

import mdev
import product
import pytest
from bus import Follower

MDEVCTL_OF_THE_RULE = Path("/usr/sbin/mdevctl")
WRAPPER_LOG = Path("/run/gvt-bed/mdevctl-by-udev")


@pytest.fixture
def follower():
    with Follower() as objects:
        yield objects


def define(start, *options):
    return product.client("create", product.TYPE_8, "--define", "--start", start,
                          *options).strip()


def node_device(device):
    """libvirt's name of a vGPU."""
    return f"mdev_{device.replace('-', '_')}_{mdev.GPU.replace(':', '_').replace('.', '_')}"


def service_pid():
    return int(subprocess.check_output(
        ["systemctl", "show", "--property=MainPID", "--value", product.SERVICE]))


def stays_away(device):
    """Whether a vGPU is still not there after time enough to be started."""
    return not mdev.eventually(lambda: (mdev.DEVICES / device).exists(), timeout=3)


def test_start_policies_when_the_gpus_driver_comes_back(follower):
    lasting, by_hand = define("boot"), define("manual")
    assert (mdev.DEVICES / lasting).exists() and (mdev.DEVICES / by_hand).exists()
    mdev.module("unload", "kvmgt")
    for device in [lasting, by_hand]:
        assert follower.wait(lambda d=device: follower.vgpu(d).get("State") == "waiting"), \
            follower.vgpu(device)
    mdev.module("load", "kvmgt")
    assert follower.wait(lambda: follower.vgpu(lasting).get("State") == "active"), \
        follower.vgpu(lasting)
    assert (mdev.DEVICES / lasting / "mdev_type").resolve().name == product.TYPE_8
    assert stays_away(by_hand)
    assert follower.wait(lambda: follower.vgpu(by_hand).get("State") == "inactive"), \
        follower.vgpu(by_hand)


def test_start_policies_when_the_service_is_killed():
    lasting, by_hand = define("boot"), define("manual")
    killed = service_pid()
    # Gone behind its back, so that the next one has something to start.
    os.kill(killed, signal.SIGSTOP)
    for device in [lasting, by_hand]:
        mdev.remove(device)
    os.kill(killed, signal.SIGKILL)
    assert mdev.eventually((mdev.DEVICES / lasting).exists)
    assert service_pid() not in (0, killed)
    assert stays_away(by_hand)
    states = {vgpu["uuid"]: vgpu["state"] for vgpu in product.vgpus()}
    assert states == {lasting: "active", by_hand: "inactive"}


def test_what_exists_outlives_a_killed_service(alice):
    device = product.create(alice, product.TYPE_8, "--label", "mine")
    os.kill(killed := service_pid(), signal.SIGKILL)
    assert mdev.eventually(lambda: service_pid() not in (0, killed))
    [vgpu] = product.vgpus()
    assert (vgpu["uuid"], vgpu["label"], vgpu["state"]) == (device, "mine", "active")
    assert product.named_users(mdev.node(device)) == [alice.account.pw_uid]


def test_mdevctl_handles_our_definition(follower, transcript):
    ours = transcript.check("gvt-client", "-q", "create", product.TYPE_8, "--label", "ours",
                            "--define", "--inactive").strip()
    assert f"{ours} {mdev.GPU} {product.TYPE_8} manual" in transcript.check(
        "mdevctl", "list", "--defined")
    transcript.check("mdevctl", "start", "--uuid", ours)
    assert follower.wait(lambda: follower.vgpu(ours).get("Active"))
    transcript.check("gvt-client", "list")
    transcript.check("mdevctl", "stop", "--uuid", ours)
    assert follower.wait(lambda: follower.vgpu(ours).get("Active") is False)
    for flag, start in [("--auto", "boot"), ("--manual", "manual")]:
        transcript.check("mdevctl", "modify", "--uuid", ours, flag)
        assert follower.wait(lambda s=start: follower.vgpu(ours).get("Start") == s), \
            follower.vgpu(ours)
    assert follower.vgpu(ours)["Label"] == "ours"
    transcript.check("mdevctl", "undefine", "--uuid", ours)
    assert follower.wait(lambda: not follower.vgpu(ours)), follower.vgpu(ours)


def test_we_handle_mdevctls_definition(follower, transcript):
    theirs = str(uuid.uuid4())
    transcript.check("mdevctl", "define", "--uuid", theirs, "--parent", mdev.GPU, "--type",
                     product.TYPE_4)
    shown = follower.wait(lambda: follower.vgpu(theirs))
    assert (shown["Defined"], shown["Active"], shown["Start"], shown["OwnerUid"]) == (
        True, False, "manual", 0)
    transcript.check("gvt-client", "start", theirs)
    assert theirs in transcript.check("mdevctl", "list")
    transcript.check("gvt-client", "set", theirs, "--start", "boot")
    assert f"{theirs} {mdev.GPU} {product.TYPE_4} auto" in transcript.check(
        "mdevctl", "list", "--defined")
    transcript.check("gvt-client", "remove", theirs)
    assert theirs not in transcript.check("mdevctl", "list", "--defined")


def test_libvirt_handles_our_definition(follower, transcript):
    virsh = ["virsh", "-q", "-c", "qemu:///system"]
    ours = transcript.check("gvt-client", "-q", "create", product.TYPE_8, "--define",
                            "--inactive").strip()
    name = node_device(ours)
    inactive = [*virsh, "nodedev-list", "--inactive", "--cap", "mdev"]
    assert mdev.eventually(lambda: name in subprocess.check_output(inactive, text=True), interval=1)
    assert name in transcript.check(*inactive)
    assert f"<type id='{product.TYPE_8}'" in transcript.check(*virsh, "nodedev-dumpxml", name)
    transcript.check(*virsh, "nodedev-start", name)
    assert follower.wait(lambda: follower.vgpu(ours).get("Active"))
    assert mdev.eventually(lambda: name in subprocess.check_output(
        [*virsh, "nodedev-list", "--cap", "mdev"], text=True), interval=1)
    transcript.check(*virsh, "nodedev-destroy", name)
    assert follower.wait(lambda: follower.vgpu(ours).get("Active") is False)
    assert mdev.eventually(lambda: name in subprocess.check_output(inactive, text=True), interval=1)
    transcript.check(*virsh, "nodedev-undefine", name)
    assert follower.wait(lambda: not follower.vgpu(ours)), follower.vgpu(ours)


@pytest.fixture
def udev_starts_definitions():
    """Debian's mdevctl has a rule that calls it by a path it is not at; here it is there."""
    MDEVCTL_OF_THE_RULE.write_text(
        f'#!/bin/sh\necho "$@" >>{WRAPPER_LOG}\nexec /usr/bin/mdevctl "$@"\n')
    MDEVCTL_OF_THE_RULE.chmod(0o755)
    yield
    MDEVCTL_OF_THE_RULE.unlink()
    WRAPPER_LOG.unlink(missing_ok=True)


def test_udev_starts_the_same_definitions_at_the_same_moment(follower, udev_starts_definitions):
    lasting = [define("boot"), define("boot")]
    for round_number in range(1, 4):
        mdev.module("unload", "kvmgt")
        assert follower.wait(lambda: all(
            follower.vgpu(device).get("State") == "waiting" for device in lasting))
        mdev.module("load", "kvmgt")
        subprocess.run(["udevadm", "settle"], check=True)
        assert follower.wait(lambda: all(
            follower.vgpu(device).get("State") == "active" for device in lasting)), \
            [follower.vgpu(device) for device in lasting]
        assert [follower.vgpu(device)["Failure"] for device in lasting] == ["", ""]
        assert sorted(entry.name for entry in mdev.DEVICES.iterdir()) == sorted(lasting)
        assert WRAPPER_LOG.read_text().count("start-parent-mdevs") >= round_number


@pytest.mark.parametrize("head_start", [0, 0.02, 0.04, 0.06, 0.08])
def test_mdevctl_starts_the_same_definition_at_the_same_moment(follower, transcript, head_start):
    device = define("manual", "--inactive")
    mdevctl = subprocess.Popen(["mdevctl", "start", "--uuid", device], stderr=subprocess.PIPE,
                               text=True)
    time.sleep(head_start)
    follower.call(device, "Start")  # raises an error that it is answered with
    # mdevctl, coming second, says that the device exists, or that a file of it does not yet.
    transcript.lines.append(f"mdevctl: {mdevctl.communicate()[1].strip() or 'done'}")
    assert follower.wait(lambda: follower.vgpu(device).get("State") == "active")
    assert follower.vgpu(device)["Failure"] == ""
    assert [entry.name for entry in mdev.DEVICES.iterdir()] == [device]
