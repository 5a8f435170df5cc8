# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every member with random arguments, as nobody and as root: nothing breaks, and nobody changes nothing.

Reproducible by seed, apart from what runs at the same time: GVT_FUZZ_SEED, GVT_FUZZ_SECONDS.
"""

import json
import os
import pathlib
import subprocess

import pytest

import callers
from callers import ADDRESS, MANAGER, ROOT, VGPU

PROGRAM = (pathlib.Path(__file__).parent / "fuzz_caller.py").read_text()
SECONDS = float(os.environ.get("GVT_FUZZ_SECONDS", "6"))
SEED = int(os.environ.get("GVT_FUZZ_SEED", "1"))
# No libvirt to talk to, the machine's own least of all.
NOWHERE = ("--libvirt", "qemu+unix:///session?socket=/run/no-libvirt")
KNOWN = {
    "calls", "done", "Failed", "InvalidArgument", "NotFound", "AlreadyExists", "NoCapacity", "Busy",
    "NotSupported", "NotAuthorized", "NotAuthorizedCanObtain", "Conflict", "LimitExceeded", "Libvirt",
    "AccessDenied", "InvalidArgs", "UnknownMethod", "UnknownObject", "UnknownInterface",
    "UnknownProperty", "PropertyReadOnly",
}  # fmt: skip


@pytest.fixture
def bed(make_bed, root):
    bed = make_bed("--aperture", "512", options=NOWHERE)
    for number in range(3):
        root.create(uuid=f"f0220000-0000-4000-8000-{number:012}", define=True, activate=number < 2)
    return bed


@pytest.mark.parametrize("user", ["nobody", "root"])
def test_random_calls(bed, root, user):
    before, shown = bed.untouched(), root.objects()
    done = subprocess.run(
        ["/usr/bin/python3", "-c", PROGRAM, ADDRESS, str(SEED), str(SECONDS)],
        stdout=subprocess.PIPE, text=True, check=True, **callers.as_user(user),
    ).stdout  # fmt: skip
    outcomes = json.loads(done)
    print(f"seed {SEED}, {user}: {outcomes}")
    assert bed.service.running(), bed.service.text()
    assert set(outcomes) <= KNOWN
    assert outcomes["calls"] > 50 and outcomes["done"] > 0
    assert root.get(ROOT, MANAGER, "Version")
    if user == "nobody":
        assert bed.untouched() == before and root.objects() == shown
    else:
        active = {v["Uuid"] for v in root.of(VGPU).values() if v["Active"]}
        assert active == bed.host.devices()
