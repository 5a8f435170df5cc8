# SPDX-License-Identifier: LGPL-2.1-or-later
"""Domains that the service itself reads and defines.

alice's libvirt stands in for the system's: the service, as root, is told its socket. So its domains
are real, and virsh sees what came of them.
"""

import os
import pathlib
import re
import signal
import stat
import threading
import time

import pytest

import callers
import vms
from callers import DOMAINS, ROOT, BusError, variants

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
OTHER = "6d8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e"
SOCKET = "/run/user/4001/libvirt/libvirt-sock"
URI = f"qemu+unix:///session?socket={SOCKET}"
ACTION = "org.gvt.manager.edit-system-domain"
RENDER_NODE = "/dev/dri/by-path/pci-0000:00:02.0-render"
KEPT = 10

# A worker for a test: decides by the verb, the first byte of the request, and then is the real one.
STAND_IN = """#!/usr/bin/python3
import os, sys, time
sys.path.append("/usr/lib/python3/dist-packages")
from gi.repository import GLib
EDIT, STRIP = 0, 1
verb = os.read(0, 1)[0]
os.lseek(0, 0, os.SEEK_SET)
def answer(change):
    request = GLib.Variant.new_from_bytes(
        GLib.VariantType("(ussa{sv})"), GLib.Bytes(sys.stdin.buffer.read()), False)
    text = change(request.unpack()[1])
    reply = GLib.Variant("(bus)", (True, 0, text)).get_data_as_bytes().get_data()
    sys.stdout.buffer.write(reply)
    sys.exit()
%s
os.execv("/usr/libexec/gvt-domain-editor", ["gvt-domain-editor"])
"""


def define(libvirt, xml=vms.DOMAIN):
    """Twice: what libvirt adds by itself it puts elsewhere when it reads it again."""
    libvirt.define(xml)
    libvirt.define(libvirt.xml(re.search("<name>(.*)</name>", xml)[1]))


@pytest.fixture
def system(make_bed, libvirt, root):
    """A bed whose service edits alice's domains, with a vGPU of root's and the domain win11."""

    def make(*options):
        bed = make_bed("--aperture", "512", options=("--libvirt", URI, *options))
        root.create(uuid=UUID, define=True, activate=False)
        define(libvirt)
        return bed

    return make


@pytest.fixture
def worker(tmp_path):
    """Makes a stand-in for the XML worker of a few lines of Python."""

    def make(lines):
        path = tmp_path / "worker"
        path.write_text(STAND_IN % lines)
        path.chmod(0o755)
        return "--domain-editor", str(path)

    return make


@pytest.fixture
def granted(bob):
    """bob, whom a rule of the administrator's lets edit system domains."""
    rule = pathlib.Path("/etc/polkit-1/rules.d/40-bob.rules")
    rule.write_text(
        "polkit.addRule(function (action, subject) {\n"
        f"  if (action.id == '{ACTION}' && subject.user == 'bob' &&\n"
        "      action.lookup('domain') == 'win11') return 'yes';\n"
        "});\n"
    )
    yield bob
    rule.unlink()


def attach(caller, domain="win11", uuid=UUID, **settings):
    options = {key.replace("_", "-"): value for key, value in settings.items()}
    return caller.call(ROOT, DOMAINS, "Attach", "(ssa{sv})", domain, uuid, variants(options))


def detach(caller, domain="win11", uuid=UUID):
    return caller.call(ROOT, DOMAINS, "Detach", "(ssa{sv})", domain, uuid, {})


def restore(caller, backup="", domain="win11"):
    return caller.call(ROOT, DOMAINS, "Restore", "(ssa{sv})", domain, backup, {})


def backups(caller, domain="win11"):
    """As ListBackups gives them: name, time, reason, newest first."""
    return caller.call(ROOT, DOMAINS, "ListBackups", "(s)", domain) or []


def refused(call, *arguments, **options):
    with pytest.raises(BusError) as error:
        call(*arguments, **options)
    return error.value


def folder(bed):
    return bed.host.dir / "var/lib/gvt-manager/backups" / vms.VM


def files(bed):
    return sorted(path.name for path in folder(bed).iterdir()) if folder(bed).exists() else []


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


def test_somebody_else_changes_the_domain_meanwhile(system, worker, libvirt, root):
    bed = system(*worker("time.sleep(1.5)"))
    thread = threading.Timer(0.7, libvirt.virsh, ["desc", "win11", "--config", "changed meanwhile"])
    thread.start()
    error = refused(attach, root)
    thread.join()
    assert error.name == "Conflict", error
    assert "changed meanwhile" in libvirt.xml() and UUID not in libvirt.xml()
    assert not files(bed)


def test_libvirt_refuses_the_definition(system, worker, libvirt, root):
    lines = "if verb != STRIP: answer(lambda xml: xml.replace('</devices>', '<nonsense/></devices>'))"
    bed = system(*worker(lines))
    before = libvirt.xml()
    error = refused(attach, root)
    assert error.name == "Libvirt" and "refuses" in error.message, error
    assert libvirt.xml() == before and not files(bed)


def test_libvirt_drops_something(system, worker, libvirt, root):
    """What is defined but not what was meant is taken back."""
    again = "verb == EDIT and b'gvt:attachment' in os.pread(0, 1 << 20, 0)"
    bed = system(*worker(f"if {again}: answer(lambda xml: xml + ' ')"))
    before = libvirt.xml()
    error = refused(attach, root)
    assert error.name == "Libvirt" and "left out" in error.message, error
    assert libvirt.xml() == before and not files(bed)


# How the worker is asked to look once more at what libvirt has made of a definition.
AGAIN = {
    attach: "verb == EDIT and b'gvt:attachment' in os.pread(0, 1 << 20, 0)",
    detach: "verb == STRIP and b'gvt:attachment' not in os.pread(0, 1 << 20, 0)",
}


@pytest.mark.parametrize("call", AGAIN)
@pytest.mark.parametrize("what", ["sys.exit(9)", "answer(lambda xml: xml + ' ')"])
def test_what_libvirt_made_of_it_is_not_right(system, worker, libvirt, root, call, what):
    """Nor is what cannot be looked at: it is taken back."""
    bed = system(*worker(f"if {AGAIN[call]}: {what}"))
    if call is detach:
        attach(root)
    before, kept = libvirt.xml(), files(bed)
    error = refused(call, root)
    assert ("cannot be checked" if "exit" in what else "left out") in error.message, error
    assert libvirt.xml() == before and files(bed) == kept


def test_taken_back_too_late(system, worker, libvirt, root):
    """Who changed it since is not overruled, and the caller hears where the old definition is."""
    change = f"os.system('virsh --connect {URI} desc win11 --config changed since')"
    bed = system(*worker(f"if {AGAIN[attach]}: {change}; sys.exit(9)"))
    before = libvirt.xml()
    error = refused(attach, root)
    assert "what it was before is in the backup 0001, since going back failed" in error.message, error
    assert "changed since" in libvirt.xml() and UUID in libvirt.xml()
    (backup,) = files(bed)
    assert (folder(bed) / backup).read_text().strip() == before.strip()


EVIL = [
    "xml.replace('/usr/bin/qemu-system-x86_64', '/tmp/evil')",
    "xml.replace('<devices>', '<devices><disk type=\"block\"><source dev=\"/dev/sda\"/></disk>')",
    "xml.replace('</domain>', '<seclabel type=\"none\"/></domain>')",
    "xml.replace('<vcpu', '<vcpu placement=\"auto\"')",
    "'<domain/>'",
    "''",
]


@pytest.mark.parametrize("evil", EVIL)
def test_a_worker_that_was_taken_over(system, worker, libvirt, root, evil):
    """What it says is not defined, unless it is an edit and nothing else."""
    bed = system(*worker(f"if verb in (EDIT, STRIP): answer(lambda xml: {evil})"))
    before = libvirt.xml()
    for call in (attach, detach):
        assert refused(call, root).name in ("Failed", "InvalidArgument"), call
    assert libvirt.xml() == before and not files(bed)


def test_a_worker_that_dies(system, worker, libvirt, root):
    bed = system(*worker("sys.exit(9)"))
    before = libvirt.xml()
    assert refused(attach, root).name == "Failed"
    assert refused(detach, root).name == "Failed"
    assert libvirt.xml() == before and not files(bed)


def test_a_transient_domain_stays_transient(system, libvirt, root):
    bed = system()
    libvirt.virsh("start", "win11")
    libvirt.virsh("undefine", "win11")
    assert refused(attach, root).name == "Libvirt"
    assert not files(bed)
    assert "no" in libvirt.virsh("dominfo", "win11").stdout.split("Persistent:")[1].split("\n")[0]


def test_there_is_no_libvirt(make_bed, root):
    make_bed("--aperture", "512", options=("--libvirt", f"{URI}-gone"))
    root.create(uuid=UUID)
    for call in (attach, detach, restore, backups):
        error = refused(call, root)
        assert error.name == "Libvirt" and "cannot connect" in error.message, error


def test_libvirt_hangs(system, libvirt, root, alice):
    """The call ends, the service goes on, and with libvirt's return so does everything."""
    bed = system()
    before = libvirt.xml()
    os.kill(libvirt.daemon.pid, signal.SIGSTOP)
    try:
        begin = time.monotonic()
        pending = root.start(ROOT, DOMAINS, "Attach", "(ssa{sv})", "win11", UUID, {})
        path = alice.create()
        alice.vgpu(path, "Remove")
        assert not pending.answered()
        with pytest.raises(BusError) as error:
            pending.result(12)
        assert error.value.name == "Libvirt" and "does not answer" in error.value.message
        assert time.monotonic() - begin > 5, "it was given the time it needs"
        begin = time.monotonic()
        assert refused(backups, alice).name == "Libvirt"
        assert time.monotonic() - begin < 5, "who comes later need not wait again"
        prepare = ("Prepare", "(ssasta{sv})", "win11", vms.VM, [UUID], 65536, {})
        root.call(ROOT, DOMAINS, *prepare)
        root.call(ROOT, DOMAINS, "Release", *prepare[1:])
    finally:
        os.kill(libvirt.daemon.pid, signal.SIGCONT)

    def back():
        """libvirt answers again"""
        try:
            return backups(root) == []
        except BusError as error:
            assert error.name == "Libvirt"
            return False

    callers.eventually(back)
    assert libvirt.xml() == before and not files(bed), "what was given up is not done later"
    attach(root)
    assert UUID in libvirt.xml()


def test_the_service_ends_while_libvirt_hangs(system, libvirt, root):
    bed = system()
    os.kill(libvirt.daemon.pid, signal.SIGSTOP)
    try:
        pending = root.start(ROOT, DOMAINS, "Attach", "(ssa{sv})", "win11", UUID, {})
        assert root.get(ROOT, callers.MANAGER, "Version") and not pending.answered()
        begin = time.monotonic()
        bed.stop()
        assert time.monotonic() - begin < 10
    finally:
        os.kill(libvirt.daemon.pid, signal.SIGCONT)
        bed.start()
    assert UUID not in libvirt.xml() and not files(bed)


def test_no_room_for_a_backup(system, libvirt, root):
    """Without a backup nothing is changed, and the backups there are stay whole."""
    bed = system()
    attach(root)
    attached, kept = libvirt.xml(), (folder(bed) / files(bed)[0]).read_bytes()
    mount = f"mount --types tmpfs --options size=4k,mode=700 tmpfs {folder(bed)}"
    assert os.system(mount) == 0
    try:
        (folder(bed) / "filler").write_bytes(b"x" * 4096)
        error = refused(detach, root)
        assert error.name == "Failed" and "No space left" in error.message, error
        assert files(bed) == ["filler"]
    finally:
        os.system(f"umount {folder(bed)}")
    assert libvirt.xml() == attached
    assert (folder(bed) / files(bed)[0]).read_bytes() == kept


@pytest.fixture
def without_headless():
    """A QEMU that says of itself that it has no egl-headless."""
    qemu = pathlib.Path("/usr/bin/qemu-system-x86_64")
    poor = pathlib.Path("/run/qemu-without-headless")
    poor.write_bytes(qemu.read_bytes().replace(b"egl-headless", b"egl-headlesX"))
    poor.chmod(0o755)
    yield str(poor)
    poor.unlink()


def test_a_display_that_its_qemu_lacks(system, libvirt, root, without_headless):
    """libvirt refuses to define it, which is the answer, and nothing is left of the attempt."""
    system()
    define(libvirt, vms.DOMAIN.replace("/usr/bin/qemu-system-x86_64", without_headless))
    assert "egl-headless" not in libvirt.virsh("domcapabilities", "--emulatorbin", without_headless).stdout
    before = libvirt.xml()
    with pytest.raises(BusError) as refused:
        attach(root, display="vnc-egl")
    assert refused.value.name == "Libvirt"
    assert "egl-headless" in refused.value.message
    assert libvirt.xml() == before and not backups(root)
    attach(root, display="spice-gl")
