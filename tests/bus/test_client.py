# SPDX-License-Identifier: LGPL-2.1-or-later
"""gvt-client as people use it: alice at her machine with her own libvirt."""

import json
import re
import subprocess

import pytest

import callers
import guide
import vms
from callers import VGPU

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
PATH = callers.vgpu_path(UUID)
SMALL = "i915-GVTg_V5_8"


def client(*words, user="alice", status=0, **rest):
    done = vms.client(user, *words, **rest)
    assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def as_json(*words, **rest):
    return json.loads(client("--json", *words, **rest).stdout)


def test_help_and_version(bed, root):
    assert "create" in client("--help").stdout
    version = client("--version").stdout.split()[-1]
    assert version == root.get(callers.ROOT, callers.MANAGER, "Version")
    for verb in ("status", "create", "attach", "detach"):
        assert f"gvt-client {verb}" in client(verb, "--help").stdout


def test_looking(bed, alice):
    alice.create(uuid=UUID, label="win11")
    for words in ((), ("status",)):
        shown = client(*words).stdout
        for word in ("0000:00:02.0", SMALL, "win11", "alice"):
            assert word in shown
    for verb, words in {
        "gpus": ["0000:00:02.0", "i915"],
        "types": [SMALL, "i915-GVTg_V5_4", "i915-GVTg_V5_2", "1920x1200"],
        "list": ["win11", "alice", SMALL],
    }.items():
        shown = client(verb).stdout
        assert all(word in shown for word in words), shown
        assert all(line == line.rstrip() for line in shown.splitlines()), "no trailing blanks"
        assert "\x1b" not in shown, "no colour where nobody looks"
    for name in (UUID, UUID.upper(), "win11"):
        assert UUID in client("show", name).stdout


def test_json_is_what_the_bus_says(bed, alice, root):
    alice.create(uuid=UUID, label="win11")
    for verb, interface in (("gpus", callers.GPU), ("types", callers.TYPE), ("list", VGPU)):
        data = as_json(verb)
        text = json.dumps(data)
        for properties in root.of(interface).values():
            for value in properties.values():
                if isinstance(value, str) and value and not value.startswith("/org/"):
                    assert json.dumps(value)[1:-1] in text, f"{value} in {verb}"
    assert as_json("list") and json.dumps(as_json("status"))


def test_a_life(bed):
    out = client("create", SMALL, "--uuid", UUID, "--label", "win11").stdout
    assert UUID in out
    assert bed.host.acl(UUID) == {"alice": "rw-"}
    client("define", "win11")
    client("stop", "win11")
    assert not bed.host.devices()
    client("start", UUID)
    client("set", "win11", "--label", "linux", "--start", "domain")
    assert as_json("show", "linux")
    client("undefine", "linux")
    client("remove", "linux")
    assert not bed.host.devices() and not bed.root.of(VGPU)


def test_create_prints_the_uuid_alone(bed):
    """So that a script can say uuid=$(gvt-client create TYPE)."""
    uuid = client("-q", "create", SMALL).stdout
    assert re.fullmatch(r"[0-9a-f-]{36}\n", uuid)
    assert bed.host.devices() == {uuid.strip()}


def test_several_at_once(bed, alice):
    names = [alice.get(alice.create(), VGPU, "Uuid") for _ in range(3)]
    client("remove", *names)
    assert not bed.host.devices()


def test_exit_statuses(bed, alice, bob):
    alice.create(uuid=UUID, define=True)
    client("no-such-verb", status=2)
    client("create", status=2)
    client("create", SMALL, "--uuid", "x", status=2)
    client("create", SMALL, "--uuid", UUID, status=1)
    client("remove", UUID, user="bob", status=3)
    client("create", SMALL, user="nobody", status=3)
    client("show", "nothing-of-that-name", status=4)
    client("create", "i915-GVTg_V5_1", status=4)
    bed.host.tell(f"hold {UUID} 4242 4001")
    done = client("stop", UUID, status=6)
    assert "4242" in done.stderr
    bob.create("i915-GVTg_V5_4")
    bob.create("i915-GVTg_V5_4")
    client("create", "i915-GVTg_V5_2", status=5)
    for words in (["detach", "no-such-vm"], ["attach", "no-such-vm", "--vgpu", UUID]):
        client("-c", "test:///default", *words, status=4)
        client("-c", "test:///no/such/file", *words, status=8)


def test_without_the_service(polkit):
    done = client("list", status=7)
    assert "gvt-manager" in done.stderr
    client("create", SMALL, status=7)


def test_another_bus(bed):
    assert client("--bus", callers.ADDRESS, "types").stdout == client("types").stdout
    client("--bus", "unix:path=/run/nothing", "types", status=7)


def test_errors_are_on_stderr(bed):
    done = client("show", "nothing-of-that-name", status=4)
    assert done.stdout == "" and done.stderr.startswith("gvt-client: ")
    assert "nothing-of-that-name" in done.stderr


@pytest.fixture
def vm(bed, libvirt):
    """A VM whose definition has been through libvirt twice: only then does it stay as it is."""
    libvirt.define()
    libvirt.define(libvirt.xml())
    return libvirt


def test_dry_run(vm, bed):
    before, xml = bed.untouched(), vm.xml()
    done = client("attach", "win11", "--type", SMALL, "--display", "spice-gl", "--dry-run")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("--- ") and lines[1].startswith("+++ ") and lines[2].startswith("@@ ")
    added = [line for line in lines[2:] if line.startswith("+")]
    assert any("<hostdev mode='subsystem' type='mdev'" in line for line in added)
    assert any("type='spice'" in line for line in added)
    assert vm.xml() == xml and bed.untouched() == before


def test_the_diff_is_what_attach_does(vm, bed, alice, tmp_path):
    """patch(1) applied to the domain gives what attach defines."""
    alice.create(uuid=UUID, define=True)
    before = vm.xml()
    diff = client("attach", "win11", "--vgpu", UUID, "--display", "spice-gl", "--dry-run").stdout
    client("attach", "win11", "--vgpu", UUID, "--display", "spice-gl")
    after = vm.xml()
    client("detach", "win11", "--keep")
    (tmp_path / "vm.xml").write_text(before)
    diff = re.sub(r"^(---|\+\+\+) .*", r"\1 vm.xml", diff, flags=re.M)
    patch = ["patch", "--silent", "--directory", tmp_path, "-p0"]
    subprocess.run(patch, input=diff, text=True, check=True)
    vm.define((tmp_path / "vm.xml").read_text())
    assert vm.xml() == after


@pytest.mark.parametrize("display", ["none", "spice-gl"])
def test_attach_and_detach(vm, bed, alice, display):
    """Detach gives back the very bytes that were there before."""
    before = vm.xml()
    done = client("attach", "win11", "--type", SMALL, "--display", display)
    (vgpu,) = alice.of(VGPU).values()
    assert vgpu["Start"] == "domain" and vgpu["Defined"] and vgpu["OwnerUid"] == 4001
    assert "win11" in done.stdout + done.stderr, "says what is left to do"

    attached = vm.xml()
    assert vgpu["Uuid"] in attached and re.search(r"<alias name='ua-[^']+'/>", attached)
    assert "left alone" in attached
    arguments = vm.qemu_arguments()
    assert f'"sysfsdev":"/sys/bus/mdev/devices/{vgpu["Uuid"]}"' in arguments
    if display == "spice-gl":
        assert '"display":"on"' in arguments and "gl=on" in arguments
        assert "rendernode=/dev/dri/by-path/pci-0000:00:02.0-render" in arguments

    again = client("attach", "win11", "--vgpu", vgpu["Uuid"], "--display", display)
    assert again.returncode == 0 and vm.xml() == attached, "attaching twice changes nothing"

    client("detach", "win11")
    assert vm.xml() == before
    assert not alice.of(VGPU), "what attach made, detach removes"


def test_passwords(vm, alice):
    """They survive where the display stays; else the text to go back to would have to show them."""
    vm.define(vm.xml().replace("autoport='yes'", "autoport='yes' passwd='secret'"))
    before = vm.xml()
    assert "passwd='secret'" in before
    client("attach", "win11", "--type", SMALL)
    assert "passwd='secret'" in vm.xml()
    client("detach", "win11")
    assert vm.xml() == before
    done = client("attach", "win11", "--type", SMALL, "--display", "spice-gl", status=1)
    assert "password" in done.stderr and "secret" not in done.stderr
    assert vm.xml() == before and not alice.of(VGPU)


def test_detach_keeps_the_vgpu_if_told(vm, alice):
    before = vm.xml()
    client("attach", "win11", "--type", SMALL)
    client("detach", "win11", "--keep")
    assert vm.xml() == before and len(alice.of(VGPU)) == 1


def test_a_vgpu_of_ones_own_stays(vm, bed, alice):
    """attach --vgpu made nothing, so detach removes nothing."""
    alice.create(uuid=UUID, label="mine", define=True)
    before = vm.xml()
    client("attach", "win11", "--vgpu", "mine")
    assert UUID in vm.xml()
    client("detach", "win11", "--vgpu", "mine", "--keep")
    assert vm.xml() == before and PATH in alice.of(VGPU)


def test_changes_made_meanwhile_survive_a_detach(vm, alice):
    client("attach", "win11", "--type", SMALL)
    vm.virsh("desc", "win11", "--config", "--title", "Renamed")
    client("detach", "win11")
    xml = vm.xml()
    assert "Renamed" in xml and "mdev" not in xml


def test_attach_that_libvirt_refuses_leaves_nothing(vm, bed, alice):
    before = vm.xml()
    done = client("attach", "win11", "--type", SMALL, "--address", "0000:00:1f.2", status=8)
    assert "0000:00:1f.2" in done.stderr or "1f" in done.stderr, "the address is the SATA controller's"
    assert vm.xml() == before and not alice.of(VGPU) and not bed.host.devices()


def test_attach_without_room(vm, bed, bob):
    bob.create("i915-GVTg_V5_2")
    bob.create("i915-GVTg_V5_4")
    before = vm.xml()
    client("attach", "win11", "--type", "i915-GVTg_V5_4", status=5)
    assert vm.xml() == before


def test_vm_of_nobody(bed, libvirt):
    done = client("attach", "no-such-vm", "--type", SMALL, status=4)
    assert "no-such-vm" in done.stderr
    assert not bed.root.of(VGPU) and not bed.host.devices()


def test_edit_and_strip_as_filters(vm, bed):
    before = vm.xml()
    edited = client("edit-xml", UUID, "--display", "spice-gl", text=before).stdout
    assert UUID in edited and edited != before
    assert client("edit-xml", UUID, "--display", "spice-gl", text=edited).stdout == edited
    assert client("strip-xml", UUID, text=edited).stdout == before
    assert not bed.root.of(VGPU), "text only"


@pytest.mark.parametrize(
    "preset, parts",
    [
        ("windows-bios", ["ramfb='on'", "x-igd-opregion"]),
        ("linux", ["ramfb='on'", "<gl enable='yes'"]),
        ("rdp", ["display='off'"]),
        ("looking-glass", ["display='off'"]),
    ],
)
def test_presets(vm, bed, preset, parts):
    """They are told as the settings that domain/README.md has, which do the same."""
    flags = guide.presets()[preset] or "no settings"
    told = f"--preset {preset} stands for {flags}"
    for words in ((), ("--dry-run",)):
        done = client("attach", "win11", "--type", SMALL, "--preset", preset, *words)
        assert told in done.stderr
    by_name = vm.xml()
    assert not [part for part in parts if part not in by_name]
    client("detach", "win11", "--keep")
    plain = flags.split() if flags.startswith("--") else ["--display", "none"]
    client("attach", "win11", "--vgpu", re.search("address uuid='(.*?)'", by_name)[1], *plain)
    assert vm.xml() == by_name


def test_preset_with_a_rom(vm, bed):
    """It is told before the VM, which has BIOS, makes it impossible."""
    done = client("edit-xml", UUID, "--preset", "windows-uefi", text=vm.xml(), status=4)
    assert f"windows-uefi stands for {guide.presets()['windows-uefi']}\n" in done.stderr
    assert "rom install" in done.stderr


def test_flags_come_before_a_preset(vm, bed):
    words = ("attach", "win11", "--type", SMALL, "--preset", "windows-bios")
    client(*words, "--display", "vnc-egl", "--no-ramfb")
    assert "egl-headless" in vm.xml() and "ramfb" not in vm.xml() and "x-igd-opregion" in vm.xml()


def test_no_such_preset(vm, bed):
    before = vm.xml()
    done = client("attach", "win11", "--type", SMALL, "--preset", "windows", status=2)
    assert "windows-uefi, windows-bios, linux, rdp, looking-glass" in done.stderr
    assert vm.xml() == before and not bed.root.of(VGPU)


def test_preset_as_a_filter(vm, bed):
    done = client("edit-xml", UUID, "--preset", "linux", text=vm.xml())
    assert "ramfb='on'" in done.stdout and "--preset linux stands for" in done.stderr
