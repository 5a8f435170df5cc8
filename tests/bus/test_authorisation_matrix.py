# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every member that the running service has, called by everybody, in every state of polkit.

authorisation_table.py says what is to come of each. What is refused leaves no trace: not in the
kernel, nor below /etc, nor in the service's records, nor in libvirt.
"""

import dataclasses
import pathlib
import queue
import re

import pytest

from gi.repository import Gio, GLib

import agents
import authorisation_table as table
import beds
import callers
import daemons
import hosts
import vms
from callers import PROPERTIES, BusError
from matrix_world import ATTACHED, SPARE, UUIDS, VMS, World, changes, rom
from polkit_states import Polkit

URI = "qemu+unix:///session?socket=/run/user/4001/libvirt/libvirt-sock"
STATES = list(dict.fromkeys(state for state, _ in table.polkit()))
ERRORS = {
    "NotAuthorized": "refused",
    "NotAuthorizedCanObtain": "challenge",
    "org.freedesktop.DBus.Error.AccessDenied": "denied",
}
# Both are libpolkit's or about polkit: who asks while it is away, or leaves while it thinks.
PROVOKED = "polkit has no answer|Error cancelling authorization check"


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
