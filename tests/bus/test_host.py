# SPDX-License-Identifier: LGPL-2.1-or-later
"""Making a host ready: what check says, and to whom; the catalogue of option ROMs."""

import hashlib
import json
import pathlib

import pytest

import callers
import daemons
import hosts
import vms
from callers import ADDRESS, ROOT, BusError

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


def test_kernel_that_had_types_is_told_when_they_are_gone(bed, root):
    """Types that come while the service runs count, too: kvmgt is often loaded by setup."""
    note = bed.host.dir / "var/lib/gvt-manager/last-good-kernel"
    release = bed.host.dir / "proc/sys/kernel/osrelease"
    release.parent.mkdir(parents=True)
    release.write_text("6.5.0-44-generic\n")
    bed.host.tell("unregister " + hosts.GPU)
    bed.restart()
    assert "kernel.last-good" not in findings_of(root)
    bed.host.tell("register " + hosts.GPU)

    def noted():
        """the kernel is noted"""
        return note.exists() and note.read_text() == "6.5.0-44-generic\n"

    callers.eventually(noted)
    release.write_text("6.8.0-45-generic\n")
    assert "kernel.last-good" not in findings_of(root)
    bed.host.tell("unregister " + hosts.GPU)
    found = findings_of(root)["kernel.last-good"]
    assert found["state"] == "warning"
    assert "6.5.0-44-generic" in found["evidence"] and "6.8.0-45-generic" in found["evidence"]
    assert "6.5.0-44-generic" in found["remedy"] and found["command"] == "gvt-client report"


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
    last = vms.client("alice", "check").stdout.rsplit("\n\n", 1)[1]
    assert last.startswith(("Begin with: ", "To do, in this order:\n  1. "))
    assert "sudo systemctl start gvt-manager" in last.splitlines()[last.startswith("To")]


ROM = "/usr/lib/ipxe/qemu/efi-virtio.rom"


def roms_of(caller):
    return {rom["name"]: rom for rom in caller.call(ROOT, HOST, "ListRoms")}


def install(caller, content, name):
    return caller.call(ROOT, HOST, "InstallRom", "(aysa{sv})", content, name, {})


def test_rom_from_file_to_catalogue(bed, root, nobody):
    place = bed.host.dir / "usr/share/vgabios"
    content = pathlib.Path(ROM).read_bytes()
    done = vms.client("root", "rom", "install", ROM, "--name", "virtio.rom")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == hashlib.sha256(content).hexdigest()
    assert "not for a device of Intel" in done.stderr
    assert (place / "virtio.rom").read_bytes() == content
    assert (place / "virtio.rom").stat().st_mode & 0o777 == 0o644
    entry = roms_of(nobody)["virtio.rom"]
    assert entry["images"] == ["bios 1af4:1041", "efi 1af4:1041"]
    assert entry["unchanged"] and entry["installed"].startswith("20")
    listed = json.loads(vms.client("alice", "--json", "rom", "list").stdout)
    assert [rom["name"] for rom in listed] == ["virtio.rom"]
    with pytest.raises(BusError) as refusal:
        install(root, content, "virtio.rom")
    assert refusal.value.name == "AlreadyExists"
    assert vms.client("root", "rom", "remove", "virtio.rom").returncode == 0
    assert roms_of(root) == {}
    assert vms.client("root", "rom", "remove", "virtio.rom").returncode == 4


def test_rom_is_an_administrators(bed, alice):
    content = pathlib.Path(ROM).read_bytes()
    with pytest.raises(BusError) as refusal:
        install(alice, content, "x.rom")
    assert refusal.value.name.startswith("NotAuthorized")
    done = vms.client("alice", "--no-ask-password", "rom", "install", ROM)
    assert done.returncode == 3
    assert not (bed.host.dir / "usr/share/vgabios").exists()


@pytest.mark.parametrize("name", ["", ".x", "../x", "a/b", "x" * 65, "-x"])
def test_rom_names(bed, root, name):
    with pytest.raises(BusError) as refusal:
        install(root, pathlib.Path(ROM).read_bytes(), name)
    assert refusal.value.name == "InvalidArgument"


def test_rom_in_use(bed, root, libvirt):
    """A VM of alice's that names the ROM: she is told, though the service cannot know."""
    assert install(root, pathlib.Path(ROM).read_bytes(), "mine.rom")
    arguments = (
        "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"
        "<qemu:arg value='-global'/>"
        "<qemu:arg value='vfio-pci.romfile=/usr/share/vgabios/mine.rom'/></qemu:commandline>"
    )
    libvirt.define(vms.DOMAIN.replace("</domain>", arguments + "</domain>"))
    listed = json.loads(vms.client("alice", "--json", "rom", "list").stdout)
    assert listed[0]["vms"] == "win11"
    done = vms.client("alice", "rom", "remove", "mine.rom")
    assert done.returncode == 6
    assert "win11" in done.stderr
    assert "mine.rom" in roms_of(root)


@pytest.fixture
def systemd(bed, root):
    """The bed's host has systemd, which starts the setup unit on the bed's directory."""
    stand_in = pathlib.Path(__file__).parent / "systemd_stand_in.py"
    daemon = daemons.start_named(
        root, "org.freedesktop.systemd1",
        "/usr/bin/python3", str(stand_in), ADDRESS, "gvt-manager-setup.service",
        "/usr/libexec/gvt-host-setup", "--root", str(bed.host.dir),
    )  # fmt: skip
    yield daemon
    assert not daemon.complaints(), daemon.text()
    daemon.stop()


def configure(caller, *fixes, **options):
    return caller.call(
        ROOT, HOST, "Configure", "(asa{sv})", list(fixes), callers.variants(options)
    )


def test_setup_and_back(bed, root, systemd):
    file = bed.host.dir / "etc/modules-load.d/gvt-manager.conf"
    planned = vms.client("root", "setup", "modules", "--dry-run")
    assert planned.returncode == 0, planned.stderr
    assert "+kvmgt" in planned.stdout
    assert not file.exists()
    done = vms.client("root", "setup", "modules")
    assert done.returncode == 0, done.stderr
    assert done.stdout == planned.stdout
    assert file.read_text().endswith("\nkvmgt\n")
    assert file.stat().st_mode & 0o777 == 0o644
    again = vms.client("root", "setup", "modules")
    assert (again.returncode, again.stdout) == (0, "")
    assert "Nothing to do" in again.stderr
    back = vms.client("root", "setup", "--revert")
    assert back.returncode == 0, back.stderr
    assert "-kvmgt" in back.stdout
    assert not file.exists()


def test_setup_says_what_failed(bed, root, systemd):
    """A host whose boot loader nobody knows."""
    with pytest.raises(BusError) as refusal:
        configure(root, "kernel-parameters")
    assert refusal.value.name == "NotSupported"
    assert "by hand" in refusal.value.message


def test_revert_says_what_failed(bed, root, systemd):
    """What was not taken back is still there, and still noted."""
    file = bed.host.dir / "etc/modules-load.d/gvt-manager.conf"
    journal = bed.host.dir / "var/lib/gvt-manager/setup-journal"
    configure(root, "modules")
    before = journal.read_bytes()
    journal.write_text("nonsense")
    with pytest.raises(BusError) as refusal:
        root.call(ROOT, HOST, "Revert", "(a{sv})", {})
    assert refusal.value.name == "Failed" and "setup-journal" in refusal.value.message
    journal.write_bytes(before)
    with hosts.read_only(file.parent), pytest.raises(BusError) as refusal:
        root.call(ROOT, HOST, "Revert", "(a{sv})", {})
    assert refusal.value.name == "Failed" and file.name in refusal.value.message
    assert file.exists() and journal.read_bytes() == before
    root.call(ROOT, HOST, "Revert", "(a{sv})", {})
    assert not file.exists() and not journal.exists()


def test_setup_is_an_administrators(bed, alice, nobody, systemd):
    for caller in (alice, nobody):
        with pytest.raises(BusError) as refusal:
            configure(caller, "modules")
        assert refusal.value.name.startswith("NotAuthorized")
    assert not (bed.host.dir / "etc/modules-load.d").exists()


def test_setup_takes_known_fixes_only(bed, root):
    for fix in ("", "../x", "modules\n", "Modules"):
        with pytest.raises(BusError) as refusal:
            configure(root, fix)
        assert refusal.value.name == "InvalidArgument"


def test_setup_without_systemd(bed, root):
    with pytest.raises(BusError) as refusal:
        configure(root, "modules")
    assert refusal.value.name == "Failed"
    assert "gvt-manager-setup.service" in refusal.value.message


def test_report_tells_no_secrets(bed, alice, libvirt):
    uuid = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
    alice.create(uuid=uuid, label="win11")
    vgpu = (
        f"<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='{uuid}'/>"
        "</source></hostdev>"
    )
    secret = vms.DOMAIN.replace("autoport='yes'>", "autoport='yes' passwd='hunter2'>")
    secret = secret.replace("<name>win11</name>", "<name>Tax &amp; more</name>")
    libvirt.define(secret.replace("<memballoon", vgpu + "<memballoon"))
    done = vms.client("alice", "report")
    assert done.returncode == 0, done.stderr
    for part in ("== Versions ==", "== Kernel log ==", "i915-GVTg_V5_8", "type='mdev'", "UUID-"):
        assert part in done.stdout
    for secret in (uuid, vms.VM, "hunter2", "Tax", "alice"):
        assert secret not in done.stdout
    assert "<name>VM-1</name>" in done.stdout and "VM VM-1 locks" in done.stdout
