# SPDX-License-Identifier: LGPL-2.1-or-later
"""A host made ready by the real tools, under the real systemd, and taken back."""
import difflib
import json
import re
import subprocess
from pathlib import Path

import mdev
import product

SETUP = "gvt-manager-setup.service"
GRUB = Path("/boot/grub/grub.cfg")
DROP_IN = Path("/etc/default/grub.d/gvt-manager.cfg")
MODULES = Path("/etc/modules-load.d/gvt-manager.conf")
PARAMETER = "i915.enable_gvt=1"


def what_setup_may_touch():
    """Every file below where the two fixes write, with its bytes and mode."""
    folders = [Path("/etc/default"), Path("/etc/modules-load.d"), Path("/boot")]
    return {file: (file.stat().st_mode, file.read_bytes())
            for folder in folders for file in folder.rglob("*") if file.is_file()}


def changes_since(before):
    """What is other in those files, as text."""
    now = what_setup_may_touch()
    return [line for file in sorted({*before, *now}) if before.get(file) != now.get(file)
            for line in [f"{file}: {before.get(file, [None])[0]} {now.get(file, [None])[0]}",
                         *difflib.unified_diff(lines_of(before.get(file)), lines_of(now.get(file)),
                                               lineterm="")]]


def lines_of(entry):
    return entry[1].decode("utf-8", "replace").splitlines() if entry else []


def setup_runs():
    """How often systemd ran the unit since the boot, by its own word."""
    journal = subprocess.check_output(["journalctl", "-b", "-o", "cat", "-u", SETUP], text=True)
    return journal.count("Finished ")


def findings():
    """What check finds, by id; its exit status says whether something is in the way."""
    done = subprocess.run(["gvt-client", "check", "--json"], stdout=subprocess.PIPE, text=True)
    return {finding["id"]: finding for finding in json.loads(done.stdout)}


def test_setup_is_planned_done_and_taken_back(alice, transcript):
    fixes = ["kernel-parameters", "modules"]
    before, runs = what_setup_may_touch(), setup_runs()
    transcript.check("gvt-client", "setup", *fixes, "--dry-run")
    assert changes_since(before) == [] and setup_runs() == runs
    refused = alice.run("gvt-client", "--no-ask-password", "setup", *fixes)
    assert refused.status == 3, refused
    assert changes_since(before) == [] and setup_runs() == runs

    transcript.check("gvt-client", "setup", *fixes)
    assert setup_runs() == runs + 1
    assert PARAMETER in DROP_IN.read_text() and "\nkvmgt\n" in MODULES.read_text()
    linux = re.findall(r"^\s*linux\s.*vmlinuz.*$", GRUB.read_text(), re.M)
    assert linux and any(PARAMETER in line for line in linux), linux
    assert findings()["modules.kvmgt"]["state"] == "ok", findings()
    done = what_setup_may_touch()
    again = transcript.check("gvt-client", "setup", *fixes)
    assert "Nothing to do" in again and changes_since(done) == []

    transcript.check("gvt-client", "setup", "--revert")
    assert changes_since(before) == []


def test_check_translates_the_kernels_words():
    uuid = product.client("create", product.TYPE_8).strip()
    number = mdev.read(mdev.DEVICES / uuid / "intel_vgpu/vgpu_id")
    mdev.write("/sys/module/kvmgt/parameters/failsafe", number)
    found = mdev.eventually(lambda: findings().get("log.failsafe"), interval=1)
    assert found, findings()
    assert f"Now vgpu {number} will enter failsafe mode" in str(found)
    assert uuid in str(found)
