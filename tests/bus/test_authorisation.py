# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may do what: nobody nothing, everybody read, owners their own, root all."""

import os

import pytest

from gi.repository import GLib

import callers
import daemons
import members
from callers import VGPU, BusError
from members import UUID

PATH = callers.vgpu_path(UUID)
GPU_PATH = "/org/gvt/Manager/gpus/_30000_3a00_3a02_2e0"
PATHS = {
    "org.gvt.Manager.Vgpu": PATH,
    "org.gvt.Manager.Gpu": GPU_PATH,
    "org.gvt.Manager.VgpuType": GPU_PATH + "/types/i915_2dGVTg_5fV5_5f8",
}
EDIT = "org.gvt.manager.edit-xml"
REFUSALS = {"NotAuthorized", "NotAuthorizedCanObtain"}
CHANGING = [m for m in members.methods() if m[3] not in (None, EDIT)]
METHODS = ["Start", "Stop", "Define", "Undefine", "Remove", "SetStart", "SetLabel", "Adopt"]
ARGUMENTS = {"SetStart": ["domain"], "SetLabel": ["mine"], "Adopt": [4002]}


def path_of(interface):
    return PATHS.get(interface, callers.ROOT)


@pytest.fixture
def owned(alice, bed):
    """A host with a vGPU of alice's: active, defined, and prepared for a VM of hers."""
    alice.create(uuid=UUID, label="win11", start="domain")
    prepare = ("Prepare", "(ssasta{sv})", "vm", members.VM, [UUID], 0, {})
    alice.call(callers.ROOT, callers.DOMAINS, *prepare)
    return bed


def refused(call, *arguments, **options):
    with pytest.raises(BusError) as error:
        call(*arguments, **options)
    return error.value


def test_there_is_a_call_for_every_method():
    assert {m[1] for m in members.methods()} == set(members.ARGUMENTS)


@pytest.mark.parametrize("tool", [members.busctl_call, members.gdbus_call], ids=["busctl", "gdbus"])
@pytest.mark.parametrize("interface, method, signature, action", CHANGING, ids=lambda v: str(v))
def test_nobody_changes_anything(owned, tool, interface, method, signature, action):
    """Every member that changes something, as its introspection data says, with valid arguments."""
    del action
    before, shown = owned.untouched(), owned.root.objects()
    done = callers.run_as("nobody", *tool(path_of(interface), interface, method, signature))
    assert done.returncode != 0, done.stdout
    assert "needs authentication" in done.stderr or "not permitted" in done.stderr, done.stderr
    assert owned.untouched() == before and owned.root.objects() == shown


@pytest.mark.parametrize("interface, method, signature, action", CHANGING, ids=lambda v: str(v))
def test_the_refusal_is_of_the_contract(owned, nobody, interface, method, signature, action):
    """With empty arguments too: what is refused does not depend on them."""
    del action
    empty = {"s": "''", "as": "@as []", "ay": "@ay []", "t": "uint64 0", "u": "uint32 0"}
    pieces = []
    for argument in members.INTERFACES[interface].lookup_method(method).in_args:
        pieces.append(empty.get(argument.signature, "@a{sv} {}"))
    text = f"({', '.join(pieces)}{',' if len(pieces) == 1 else ''})"
    arguments = GLib.Variant.parse(GLib.VariantType(f"({signature})"), text).unpack()
    error = refused(nobody.call, path_of(interface), interface, method, f"({signature})", *arguments)
    assert error.name in REFUSALS | {"InvalidArgument", "NotFound"}, error


@pytest.mark.parametrize("tool", ["busctl", "gdbus"])
def test_nobody_reads_everything(owned, tool):
    for interface, name, _ in members.properties():
        path = path_of(interface)
        if tool == "busctl":
            words = ["busctl", "get-property", "org.gvt.Manager", path, interface, name]
        else:
            words = [
                "gdbus", "call", "--system", "--dest", "org.gvt.Manager", "--object-path", path,
                "--method", "org.freedesktop.DBus.Properties.Get", interface, name,
            ]  # fmt: skip
        done = callers.run_as("nobody", *words)
        assert done.returncode == 0 and done.stdout, done.stderr


@pytest.mark.parametrize("interface, name, signature", members.properties(), ids=lambda v: str(v))
def test_no_property_can_be_set(owned, nobody, root, interface, name, signature):
    values = {"s": "x", "b": False, "u": 0, "o": "/x"}
    shown = root.objects()
    for user in (nobody, root):
        error = refused(
            user.call,
            path_of(interface),
            callers.PROPERTIES,
            "Set",
            "(ssv)",
            interface,
            name,
            GLib.Variant(signature, values[signature]),
        )
        assert error.name.split(".")[-1] in ("AccessDenied", "PropertyReadOnly", "InvalidArgs"), error
    done = callers.run_as(
        "nobody", "busctl", "set-property", "org.gvt.Manager", path_of(interface), interface, name,
        signature, str(values[signature]).lower(),
    )  # fmt: skip
    assert done.returncode != 0
    assert root.objects() == shown


STATES = {
    "active": {},
    "defined": {"define": True},
    "inactive": {"define": True, "activate": False},
    "held": {"define": True},
}


@pytest.mark.parametrize("state", STATES)
def test_a_stranger_cannot_touch_it(bed, alice, bob, carol, state):
    """In no state of the vGPU, and with no method."""
    alice.create(uuid=UUID, label="win11", **STATES[state])
    if state == "held":
        bed.host.tell(f"hold {UUID} 4242 4001")
    before, shown = bed.untouched(), alice.objects()
    for user, code in ((bob, "NotAuthorizedCanObtain"), (carol, "NotAuthorized")):
        for method in METHODS:
            error = refused(user.vgpu, PATH, method, *ARGUMENTS.get(method, []))
            assert error.name == code, f"{method}: {error}"
        error = refused(user.create, uuid=UUID)
        assert error.name == "AlreadyExists" if user is bob else "NotAuthorizedCanObtain"
    assert bed.untouched() == before and alice.objects() == shown


def test_a_stranger_cannot_prepare_or_release_it(owned, alice, bob):
    before, shown = owned.untouched(), alice.objects()
    for method in ("Prepare", "Release"):
        arguments = ["vm", members.VM, [UUID], 1048576, {}]
        with pytest.raises(BusError) as error:
            bob.call(callers.ROOT, callers.DOMAINS, method, "(ssasta{sv})", *arguments)
        assert error.value.name in REFUSALS
    assert owned.untouched() == before and alice.objects() == shown


def test_the_owner_is_not_asked(owned, alice, polkit):
    """What creating granted needs no question: it works with polkit gone."""
    polkit.process.kill()
    polkit.process.wait()
    try:
        for method in ("Stop", "Start", "Undefine", "Define", "Remove"):
            alice.vgpu(PATH, method)
    finally:
        polkit.process = daemons.start_polkit(owned.root).process
    assert not owned.host.devices()


def test_root_may(owned, root):
    for method in ("Stop", "Start", "Undefine", "Define", "SetStart", "SetLabel", "Remove"):
        root.vgpu(PATH, method, *ARGUMENTS.get(method, []))


def test_without_a_session_of_ones_own(bed, carol, nobody):
    """Creating is for people at the machine; others are told that an administrator's password helps."""
    before = bed.untouched()
    for user in (carol, nobody):
        assert refused(user.create).name == "NotAuthorizedCanObtain"
    assert bed.untouched() == before


@pytest.mark.parametrize("how", [{"start": "boot"}, {"start": "boot", "activate": False}])
def test_boot_needs_an_administrator(bed, alice, how):
    before = bed.untouched()
    assert refused(alice.create, **how).name == "NotAuthorizedCanObtain"
    assert bed.untouched() == before
    alice.create(uuid=UUID)
    before = bed.untouched()
    assert refused(alice.vgpu, PATH, "SetStart", "boot").name == "NotAuthorizedCanObtain"
    assert bed.untouched() == before


def test_only_root_owns_the_name(bed):
    program = (
        "import gi; gi.require_version('Gio', '2.0'); from gi.repository import Gio, GLib;"
        "bus = Gio.bus_get_sync(Gio.BusType.SYSTEM);"
        "bus.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus',"
        "'RequestName', GLib.Variant('(su)', ('org.gvt.Manager', 3)), None, 0, -1)"
    )
    daemon = bed.service
    for user in ("alice", "nobody"):
        done = callers.run_as(user, "/usr/bin/python3", "-c", program)
        assert done.returncode != 0 and "AccessDenied" in done.stderr
    assert daemon.running()


DESCRIPTORS = """
import gi, os, sys
gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib
bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
fds = Gio.UnixFDList.new()
for _ in range(int(sys.argv[1])):
    fds.append(os.open("/dev/zero", os.O_RDONLY))
print(bus.call_with_unix_fd_list_sync("org.gvt.Manager", "/org/gvt/Manager", "org.gvt.Manager",
      "GetVgpu", GLib.Variant("(s)", (sys.argv[2],)), None, 0, 5000, fds))
"""


@pytest.mark.parametrize("count", [0, 1, 16])
def test_no_descriptor_gets_through(owned, count):
    open_before = len(os.listdir(f"/proc/{owned.service.pid}/fd"))
    done = callers.run_as("alice", "/usr/bin/python3", "-c", DESCRIPTORS, str(count), UUID)
    assert (done.returncode == 0) == (count == 0)
    assert count == 0 or "AccessDenied" in done.stderr
    callers.eventually(lambda: len(os.listdir(f"/proc/{owned.service.pid}/fd")) <= open_before)


def test_unknown_members_and_objects(owned, alice):
    before = owned.untouched()
    wrong = [
        (callers.ROOT, callers.MANAGER, "Destroy"),
        (callers.ROOT, "org.gvt.Manager.Secret", "Destroy"),
        (callers.ROOT, callers.VGPU, "Remove"),
        (PATH, callers.MANAGER, "CreateVgpu"),
        (PATH + "/x", VGPU, "Remove"),
        (callers.vgpu_path("6d8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e"), VGPU, "Remove"),
        ("/", callers.MANAGER, "CreateVgpu"),
    ]
    for path, interface, member in wrong:
        assert refused(alice.call, path, interface, member, "(a{sv})", {})
    error = refused(alice.call, PATH, VGPU, "Remove")
    assert error.name.endswith("InvalidArgs"), "a wrong signature is refused"
    assert owned.untouched() == before
