# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every member that the running service has, called by everybody, in every state of polkit.

authorisation_table.py says what is to come of each. What is refused leaves no trace: not in the
kernel, nor below /etc, nor in the service's records, nor in libvirt.
"""

import contextlib
import dataclasses
import os
import pathlib
import queue
import re
import signal
import stat
import struct
import subprocess

import pytest

from gi.repository import Gio, GLib

import agents
import authorisation_table as table
import beds
import callers
import daemons
import hosts
import vms
from callers import DOMAINS, MANAGER, PROPERTIES, ROOT, VGPU, BusError

UUIDS = {
    "alice": "a11ce000-0000-4000-8000-000000000001",
    "carol": "ca501000-0000-4000-8000-000000000001",
}
VMS = {
    "alice": "a11ce000-0000-4000-8000-0000000000ff",
    "carol": "ca501000-0000-4000-8000-0000000000ff",
}
ATTACHED = "d0d0d0d0-0000-4000-8000-000000000001"
WIN10 = "d0d0d0d0-0000-4000-8000-0000000000ff"
SPARE = "d0d0d0d0-0000-4000-8000-000000000002"
URI = "qemu+unix:///session?socket=/run/user/4001/libvirt/libvirt-sock"
HOST = "org.gvt.Manager.Host"
STATES = list(dict.fromkeys(state for state, _ in table.polkit()))
ERRORS = {
    "NotAuthorized": "refused",
    "NotAuthorizedCanObtain": "challenge",
    "org.freedesktop.DBus.Error.AccessDenied": "denied",
}
# Both are libpolkit's or about polkit: who asks while it is away, or leaves while it thinks.
PROVOKED = "polkit has no answer|Error cancelling authorization check"


def rom():
    """An option ROM of one EFI image, as small as they come."""
    image = bytearray(512)
    struct.pack_into("<HHI", image, 0, 0xAA55, 1, 0x0EF1)
    struct.pack_into("<HH", image, 8, 11, 0x8664)
    struct.pack_into("<HH", image, 0x16, 0x40, 0x1C)
    struct.pack_into("<4sHH", image, 0x1C, b"PCIR", 0x8086, 0x5916)
    struct.pack_into("<H", image, 0x1C + 0x0A, 0x18)
    struct.pack_into("<HHBB", image, 0x1C + 0x10, 1, 0, 3, 0x80)
    return bytes(image)


def files_below(top):
    """Mode, owner and access list of everything there, and the content of files."""
    seen = {}
    for folder, folders, names in os.walk(top):
        for name in folders + names:
            path = pathlib.Path(folder, name)
            state = path.lstat()
            try:
                acl = os.getxattr(path, "system.posix_acl_access", follow_symlinks=False)
            except OSError:
                acl = None
            readable = stat.S_ISREG(state.st_mode) and state.st_mode & 0o444
            content = path.read_bytes() if readable else None
            seen[str(path)] = (state.st_mode, state.st_uid, state.st_gid, acl, content)
    return seen


@dataclasses.dataclass(frozen=True)
class Call:
    """A row of the table for one caller; arguments in GVariant's text format."""

    member: str
    needs: str
    path: str
    signature: str = "()"
    arguments: str = "()"

    def start(self, caller, may_ask):
        interface, _, name = self.member.rpartition(".")
        return caller.send(self.path, interface, name, self.signature, self.arguments, may_ask)

    def __str__(self):
        return f"{self.member}{self.arguments[:80]} at {self.path}"


class World:
    """A host where each method has something to do, with vGPUs of two owners, and a libvirt."""

    def __init__(self, root, libvirt, bed):
        self.root, self.libvirt, self.bed = root, libvirt, bed
        self.configured = pathlib.Path(libvirt.files)
        self.edited = None
        for uuid in (*UUIDS.values(), ATTACHED, SPARE):
            self.make_vgpu(uuid)
        self.make_domains()
        self.call(HOST, "InstallRom", "(aysa{sv})", rom(), "old.rom", {})
        self.call(HOST, "Configure", "(asa{sv})", ["modules"], {})
        arguments = ("EditXml", "(ssa{sv})", vms.DOMAIN, UUIDS["alice"], {})
        self.edited = self.call(DOMAINS, *arguments)
        self.shape = self.now()

    def call(self, interface, method, *arguments):
        return self.root.call(ROOT, interface, method, *arguments)

    def make_vgpu(self, uuid):
        """One in the state that every cell finds it in."""
        owner = {UUIDS[user]: user for user in UUIDS}.get(uuid)
        if owner is None:
            self.root.create(uuid=uuid, define=True, activate=False)
            return
        path = self.root.create(uuid=uuid, start="domain", label="its")
        self.root.vgpu(path, "Adopt", {"alice": 4001, "carol": 4003}[owner])
        self.call(DOMAINS, "Prepare", "(ssasta{sv})", "vm", VMS[owner], [uuid], 0, {})

    def make_domains(self):
        """win10 has no vGPU, win11 has one. Twice: what libvirt adds itself it puts elsewhere then."""
        for name, uuid in (("win11", vms.VM), ("win10", WIN10)):
            self.libvirt.define(vms.DOMAIN.replace("win11", name).replace(vms.VM, uuid))
            self.libvirt.define(self.libvirt.xml(name))
        self.call(DOMAINS, "Attach", "(ssa{sv})", "win11", ATTACHED, {})
        self.domains = [self.libvirt.xml(name) for name in ("win10", "win11")]

    def now(self):
        """What a call may change, without the counts and times that tell that it did."""
        host = self.bed.host
        objects = {
            path: {key: value for key, value in vgpu.items() if key != "DeviceNode"}
            for path, vgpu in self.root.of(VGPU).items()
        }
        # Backups pile up, and the record of a ROM says when it came.
        state = {
            path: b"" if "/roms/" in path else content
            for path, content in host.files().items()
            if "/backups/" not in path
        }
        roms = sorted(path.name for path in (host.dir / "usr/share/vgabios").glob("*.rom"))
        return objects, state, roms, self.libvirt_files()

    def libvirt_files(self):
        return {str(p): p.read_bytes() for p in sorted(self.configured.rglob("*.xml"))}

    def snapshot(self):
        """Everything that there is, down to the times that sysfs was written to."""
        seen = {"writes": self.bed.host.writes(), "bus": self.root.objects()}
        for top in ("sys", "etc", "var", "usr", "dev", "run", "boot"):
            seen |= files_below(self.bed.host.dir / top)
        return seen | self.libvirt_files()

    def mend_vgpu(self, owner):
        """Brings back what an earlier call has removed or given away, and leaves the rest."""
        path = callers.vgpu_path(UUIDS[owner])
        found = self.root.of(VGPU).get(path)
        if found and found["OwnerUid"] == self.shape[0][path]["OwnerUid"]:
            return
        if found:
            self.root.vgpu(path, "Remove")
        self.make_vgpu(UUIDS[owner])

    def mend(self):
        """Undoes all that was done."""
        objects, state, roms, domains = self.now()
        for path in changes(objects, self.shape[0]):
            if path in objects:
                self.root.vgpu(path, "Remove")
            if path in self.shape[0]:
                self.make_vgpu(self.shape[0][path]["Uuid"])
        if domains != self.shape[3]:
            for xml in self.domains:
                self.libvirt.define(xml)
        for name in set(roms) - set(self.shape[2]):
            self.call(HOST, "RemoveRom", "(sa{sv})", name, {})
        if "old.rom" not in roms:
            self.call(HOST, "InstallRom", "(aysa{sv})", rom(), "old.rom", {})
        if state.keys() != self.shape[1].keys():
            self.call(HOST, "Revert", "(a{sv})", {})
            self.call(HOST, "Configure", "(asa{sv})", ["modules"], {})
        for wanted, found in zip(self.shape, self.now()):
            assert found == wanted


@pytest.fixture(scope="module")
def libvirt(session_libvirt):
    session_libvirt.clean()
    session_libvirt.files = callers.environment("alice")["HOME"] + "/.config/libvirt"
    yield session_libvirt
    session_libvirt.clean()


def generous(host):
    """Limits out of the way: a cell is to be refused for what it is."""
    file = host.dir / "etc/gvt-manager.conf"
    file.parent.mkdir(exist_ok=True)
    file.write_text("[Limits]\nCallsPerUser=100\nCalls=120\nVgpusPerUser=1000\n")


@pytest.fixture(scope="module")
def world(root, polkit, libvirt):
    host = hosts.SimHost("--aperture", "2048")
    generous(host)
    bed = beds.Bed(root, host.start(), PROVOKED, ("--libvirt", URI))
    stand_in = pathlib.Path(__file__).parent / "systemd_stand_in.py"
    systemd = daemons.start_named(
        root, "org.freedesktop.systemd1",
        "/usr/bin/python3", str(stand_in), callers.ADDRESS, "gvt-manager-setup.service",
        "/usr/libexec/gvt-host-setup", "--root", str(host.dir),
    )  # fmt: skip
    yield World(root, libvirt, bed)
    bed.stop()
    systemd.stop()
    host.end()


class Polkit:
    """The real polkitd, brought into one of the table's states and back."""

    ACTIONS = pathlib.Path("/usr/share/polkit-1/actions")
    RULES = pathlib.Path("/etc/polkit-1/rules.d/05-matrix.rules")

    def __init__(self, daemon, root, scratch):
        self.daemon, self.root, self.scratch = daemon, root, scratch

    def restart(self):
        self.daemon.kill()
        self.daemon.process = daemons.start_polkit(self.root).process

    @contextlib.contextmanager
    def rule(self, result):
        self.RULES.write_text(
            "polkit.addRule(function (action) {\n"
            f"  if (action.id.indexOf('org.gvt.') == 0) return '{result}';\n}});\n"
        )
        self.restart()
        yield
        self.RULES.unlink()
        self.restart()

    @contextlib.contextmanager
    def policy(self, text):
        """polkit's actions are ours alone, made into something else, or none."""
        folder = self.scratch / f"actions-{text is None}"
        folder.mkdir()
        ours = self.ACTIONS / "org.gvt.manager.policy"
        if text is not None:
            (folder / ours.name).write_text(text(ours.read_text()))
        subprocess.run(["mount", "--bind", folder, self.ACTIONS], check=True)
        self.restart()
        yield
        subprocess.run(["umount", self.ACTIONS], check=True)
        self.restart()

    @contextlib.contextmanager
    def stopped(self):
        self.daemon.process.send_signal(signal.SIGSTOP)
        yield
        self.daemon.process.send_signal(signal.SIGCONT)

    def answer(self):
        """Lets a stopped one deal with what it has been asked."""
        self.daemon.process.send_signal(signal.SIGCONT)
        caller = callers.Caller("bob")
        caller.vgpu(caller.create(), "Remove")
        caller.close()
        self.daemon.process.send_signal(signal.SIGSTOP)

    @contextlib.contextmanager
    def gone(self):
        self.daemon.kill()
        yield
        self.restart()

    def enter(self, state):
        return {
            "as-shipped": contextlib.nullcontext,
            "may-ask": contextlib.nullcontext,
            "rules-for": lambda: self.rule("yes"),
            "rules-against": lambda: self.rule("no"),
            "without-our-policy": lambda: self.policy(None),
            "broken-policy": lambda: self.policy(lambda text: text.replace("<action", "<action id='x'><action", 1)),
            "stopped": self.stopped,
            "gone": self.gone,
        }[state]()


@pytest.fixture(scope="module")
def authority(polkit, root, tmp_path_factory):
    return Polkit(polkit, root, tmp_path_factory.mktemp("polkit"))


@pytest.fixture(scope="module", params=STATES)
def state(request, world, authority):
    with authority.enter(request.param):
        yield request.param


@pytest.fixture
def user(request, root, alice, bob, carol, nobody):
    return {u.user: u for u in (root, alice, bob, carol, nobody)}[request.param]


def nodes(caller, path="/"):
    """Every node that introspection leads to, with what it says."""
    xml = caller.call(path, "org.freedesktop.DBus.Introspectable", "Introspect")
    node = Gio.DBusNodeInfo.new_for_xml(xml)
    yield path, node
    for child in node.nodes:
        yield from nodes(caller, f"{path.rstrip('/')}/{child.path}")


def members(caller, vgpu):
    """Every method and property of every interface, once, and where: for vGPUs, at that one."""
    methods, properties = {}, {}
    for path, node in sorted(nodes(caller), key=lambda found: found[0] != vgpu):
        for interface in node.interfaces:
            for method in interface.methods:
                signature = "".join(argument.signature for argument in method.in_args)
                methods.setdefault(f"{interface.name}.{method.name}", {})[path] = f"({signature})"
            for prop in interface.properties:
                properties.setdefault((interface.name, prop.name), (path, prop.signature))
    return methods, properties


def test_the_table_is_whole(world, nobody):
    """A member that the running service has and the table has not is a failure, and the reverse."""
    methods, properties = members(nobody, None)
    assert set(methods) == set(table.methods())
    assert set(properties) == table.properties()
    assert {need.removeprefix("own|") for calls in table.methods().values() for needs, _ in calls
            for need in needs.split(" + ")} - {"everybody", "bus-denies"} == {
            action for action, _ in table.implicit()}  # fmt: skip


def text_of(signature, *values):
    return GLib.Variant(signature, values).print_(True)


def property_calls(properties):
    """Get and Set of every property, and GetAll of every interface that has any."""
    values = {"s": "x", "b": False, "u": 0, "o": "/x"}
    for (interface, name), (path, signature) in properties.items():
        yield Call(f"{PROPERTIES}.Get", "everybody", path, "(ss)", text_of("(ss)", interface, name))
        value = GLib.Variant(signature, values[signature])
        arguments = text_of("(ssv)", interface, name, value)
        yield Call(f"{PROPERTIES}.Set", "bus-denies", path, "(ssv)", arguments)
    for path, interface in {(path, interface) for (interface, _), (path, _) in properties.items()}:
        yield Call(f"{PROPERTIES}.GetAll", "everybody", path, "(s)", text_of("(s)", interface))


def calls_of(world, caller):
    """A call for each row of the table; what every object has, at each kind of object."""
    owner = table.callers()[caller.user][1]
    words = {
        "@vgpu": UUIDS[owner], "@vm": VMS[owner], "@spare": SPARE, "@attached": ATTACHED,
        "@xml": vms.DOMAIN, "@edited": world.edited, "@inside": UUIDS["alice"], "@rom": rom(),
    }  # fmt: skip
    texts = {
        word: GLib.Variant("s" if isinstance(value, str) else "ay", value).print_(True)
        for word, value in words.items()
    }
    methods, properties = members(caller, callers.vgpu_path(UUIDS[owner]))
    yield from property_calls(properties)
    for member, places in methods.items():
        if member.startswith(PROPERTIES):
            continue
        if not member.startswith("org.freedesktop."):
            places = dict([next(iter(places.items()))])
        for needs, text in table.methods()[member]:
            arguments = re.sub("@[a-z]+", lambda word: texts[word[0]], text)
            for path, signature in places.items():
                comma = "," if GLib.VariantType(signature).n_items() == 1 else ""
                yield Call(member, needs, path, signature, f"({arguments}{comma})")


def outcome_of(pending):
    """What came of a call, in the table's words; an error's name where they have none."""
    try:
        pending.result()
    except BusError as error:
        return ERRORS.get(error.name, str(error))
    except queue.Empty:
        return "waits"
    return "done"


def differences(expected, found):
    return [f"{call}: {found[call]}, not {expected[call][1]}" for call in found if found[call] != expected[call][1]]


def changes(before, after):
    return {
        key: (before.get(key), after.get(key))
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key)
    }


class Crowd:
    """A user's two connections: one whose calls are answered, and a patient one; with agents of theirs."""

    # A burst stays well below what one user may have waiting.
    BURST = 40

    def __init__(self, user, state):
        self.user, self.patient = user, callers.Caller(user.user)
        self.may_ask = state == "may-ask"
        with_agents = user.uid != 0 and state in ("as-shipped", "may-ask")
        self.agents = [agents.SilentAgent(c) for c in (user, self.patient)] if with_agents else []

    def answers(self, calls):
        """What comes of calls, sent many at a time."""
        for begin in range(0, len(calls), self.BURST):
            burst = calls[begin : begin + self.BURST]
            yield from [
                (call, outcome_of(pending))
                for call, pending in [(call, call.start(self.user, self.may_ask)) for call in burst]
            ]

    def wait(self, calls):
        return [(call, call.start(self.patient, self.may_ask)) for call in calls]

    def leave(self):
        """The actions that people were asked about."""
        self.patient.close()
        lines = [line.split() for agent in self.agents for line in agent.close()]
        return sorted(line[1].removeprefix("org.gvt.manager.") for line in lines if line[0] == "asked")


@pytest.mark.parametrize("user", [row[0] for row in table.rows(table.CALLERS)], indirect=True)
def test_cells(world, authority, state, user):
    expected = {call: table.decided(call.needs, user.user, state) for call in calls_of(world, user)}
    assert {call.member for call in expected} == set(table.methods())
    effects = [c for c in expected if expected[c][1] == "done" and c.needs not in ("everybody", "edit-xml")]
    patience = [c for c in expected if expected[c][1] == "waits"]
    crowd, found = Crowd(user, state), {}

    # What waits, waits while all the rest goes on.
    before = world.snapshot()
    waiting = crowd.wait(patience)
    found |= crowd.answers([c for c in expected if c not in effects and c not in patience])
    assert differences(expected, found) == []
    assert changes(before, world.snapshot()) == {}, "a call that was refused left a trace"
    for call in effects:
        world.mend_vgpu(table.callers()[user.user][1])
        found |= crowd.answers([call])
    found |= {call: outcome_of(pending) if pending.answered() else "waits" for call, pending in waiting}
    asked = crowd.leave()
    world.mend()
    assert found.keys() == expected.keys() and differences(expected, found) == []
    assert asked == (sorted(expected[call][0] for call in patience) if crowd.agents else [])
    if patience and not crowd.agents:
        authority.answer()
        assert world.now() == world.shape, "an answer that nobody waited for had an effect"
    print(f"{len(found)} cells as {user.user}, polkit {state}")
