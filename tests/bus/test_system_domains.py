# SPDX-License-Identifier: LGPL-2.1-or-later
"""Domains that the service itself reads and defines: what becomes of them, and for whom."""

import stat
import time

import pytest

import callers
import vms
from callers import BusError
from system_domains import KEPT, OTHER, RENDER_NODE, UUID
from system_domains import attach, backups, define, detach, files, folder, refused, restore
from system_domains import granted, system  # noqa: F401 # fixtures


def test_attach_and_detach(system, libvirt, root):
    bed = system()
    before = libvirt.xml()
    attach(root, display="vnc-egl")
    edited = libvirt.xml()
    assert UUID in edited and "<model type='none'/>" in edited
    assert f"rendernode='{RENDER_NODE}'" in edited, "the vGPU's own GPU draws"
    detach(root)
    assert libvirt.xml() == before
    assert [backup[2] for backup in backups(root)] == [f"detach {UUID}", f"attach {UUID}"]
    assert (folder(bed) / files(bed)[0]).read_text().strip() == before.strip()
    assert (folder(bed) / files(bed)[1]).read_text().strip() == edited.strip()


@pytest.mark.parametrize("display", ["none", "spice-gl", "spice-egl", "vnc-egl", "vnc", "dbus"])
def test_every_display_holds(system, libvirt, root, display):
    """libvirt keeps all that an attach brings, and a detach leaves nothing."""
    system()
    before = libvirt.xml()
    extra = {"dma_buf": True, "resolution": "1024x768"} if display not in ("none", "vnc") else {}
    attach(root, display=display, **extra)
    assert UUID in libvirt.xml()
    detach(root)
    assert libvirt.xml() == before


def test_once_more_changes_nothing(system, libvirt, root):
    bed = system()
    attach(root)
    before = libvirt.xml(), files(bed)
    attach(root)
    assert (libvirt.xml(), files(bed)) == before


def test_by_uuid(system, libvirt, root):
    system()
    attach(root, vms.VM.upper())
    assert UUID in libvirt.xml()
    assert len(backups(root, vms.VM)) == 1


def test_a_running_domain_keeps_running(system, libvirt, root):
    """The definition changes, for the next start."""
    system()
    libvirt.virsh("start", "win11")
    attach(root)
    assert UUID in libvirt.xml()
    assert UUID not in libvirt.virsh("dumpxml", "win11").stdout
    assert libvirt.virsh("domstate", "win11").stdout.strip() == "running"


def test_passwords_survive(system, libvirt, root):
    bed = system()
    define(libvirt, vms.DOMAIN.replace("autoport='yes'", "autoport='yes' passwd='secret'"))
    attach(root, keep_devices=True)
    assert "passwd='secret'" in libvirt.xml()
    assert "passwd='secret'" in (folder(bed) / files(bed)[0]).read_text()
    restore(root)
    assert "passwd='secret'" in libvirt.xml()


def test_backups_are_for_root_only(system, libvirt, root):
    bed = system()
    attach(root)
    for path in (folder(bed).parent, folder(bed)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    for path in folder(bed).iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600 and path.stat().st_uid == 0


def test_backups_are_bounded(system, libvirt, root):
    bed = system()
    for _ in range(KEPT // 2 + 2):
        attach(root)
        detach(root)
    assert len(files(bed)) == KEPT
    listed = backups(root)
    assert [int(name) for name, _, _ in listed] == list(range(KEPT + 4, 4, -1))
    assert all(abs(made - time.time()) < 600 for _, made, _ in listed)
    assert not [name for name, _, _ in listed if "/" in name]


def test_restore(system, libvirt, root):
    system()
    before = libvirt.xml()
    attach(root)
    attached = libvirt.xml()
    detach(root)
    restore(root, "0002")
    assert libvirt.xml() == attached
    restore(root)
    assert libvirt.xml() == before, "restoring the newest is the way back"
    assert [backup[2] for backup in backups(root)][:2] == ["restore 0003", "restore 0002"]


def test_there_is_no_such_thing(system, libvirt, root):
    bed = system()
    before = libvirt.xml()
    cases = [
        (attach, ["no-such-vm"]),
        (attach, ["win11", OTHER]),
        (detach, ["win11"]),
        (detach, ["no-such-vm"]),
        (restore, []),
        (restore, ["0001"]),
        (restore, ["../../../../../etc/passwd"]),
        (restore, ["", "no-such-vm"]),
        (backups, ["no-such-vm"]),
        (backups, [OTHER]),
    ]
    for call, arguments in cases:
        assert refused(call, root, *arguments).name == "NotFound", (call.__name__, arguments)
    assert backups(root) == []
    assert libvirt.xml() == before and not files(bed)


def test_what_is_wrong_is_refused_before_anybody_is_asked(system, alice, libvirt):
    bed = system()
    before = libvirt.xml()
    for settings in ({"nonsense": True}, {"display": "cinema"}, {"display": True}, {"rom": "../x"}):
        error = refused(attach, alice, **settings)
        assert error.name == "InvalidArgument", error
    forged = ("", "x" * 65, "a\nb", "a\x1b[2Jb", "win\u202e11", "a” is safe", 'a"b', "<b>a</b>", "$(uid)")
    for name in forged:
        assert refused(attach, alice, name).name == "InvalidArgument"
        assert refused(backups, alice, name).name == "InvalidArgument"
    assert refused(attach, alice, "win11", "no-uuid").name == "InvalidArgument"
    assert libvirt.xml() == before and not files(bed)


def test_who_may(system, alice, carol, nobody, granted, libvirt, root):
    bed = system()
    before = libvirt.xml()
    attach(root)
    attached = libvirt.xml()
    for caller, code in ((alice, "CanObtain"), (carol, ""), (nobody, "CanObtain")):
        for call in (attach, detach, restore):
            assert refused(call, caller).name == "NotAuthorized" + code, (caller.user, call)
        assert len(backups(caller)) == 1, "reading needs nothing"
    assert libvirt.xml() == attached and len(files(bed)) == 1

    def allowed():
        """the rule is in force"""
        try:
            detach(granted)
        except BusError as error:
            assert error.name == "NotAuthorizedCanObtain"
            return False
        return True

    callers.eventually(allowed)
    assert libvirt.xml() == before
    other = vms.DOMAIN.replace("win11", "win10").replace("5f1b7a52", "6f1b7a52")
    define(libvirt, other)
    assert refused(restore, granted, "", "win10").name == "NotAuthorizedCanObtain", "rules see it"
    error = refused(attach, granted)
    assert error.name == "NotAuthorizedCanObtain", "a vGPU of somebody else's is not included"
    mine = granted.create(define=True, activate=False)
    attach(granted, uuid=granted.get(mine, callers.VGPU, "Uuid"))


def test_a_transient_domain_stays_transient(system, libvirt, root):
    bed = system()
    libvirt.virsh("start", "win11")
    libvirt.virsh("undefine", "win11")
    assert refused(attach, root).name == "Libvirt"
    assert not files(bed)
    assert "no" in libvirt.virsh("dominfo", "win11").stdout.split("Persistent:")[1].split("\n")[0]
