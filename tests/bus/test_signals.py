# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whoever changes something, everybody hears of it."""

import json

import callers
from callers import TYPE, VGPU

UUID = "6d8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e"
PATH = callers.vgpu_path(UUID)
TYPES = "/org/gvt/Manager/gpus/_30000_3a00_3a02_2e0/types/i915_2dGVTg_5fV5_5f"


def changed(user, path, name, value):
    user.heard("PropertiesChanged", path, lambda v: name in v[1] and v[1][name] == value)


def quiet(user):
    user.signals.clear()


def test_a_shell_creates_and_removes(host, nobody):
    quiet(nobody)
    host.create("i915-GVTg_V5_4", UUID)
    _, interfaces = nobody.heard("InterfacesAdded", PATH)
    vgpu = interfaces[VGPU]
    assert (vgpu["Active"], vgpu["Type"], vgpu["OwnerUid"]) == (True, "i915-GVTg_V5_4", 0)
    changed(nobody, TYPES + "4", "AvailableInstances", 2)
    changed(nobody, TYPES + "8", "AvailableInstances", 4)
    quiet(nobody)
    host.remove(UUID)
    nobody.heard("InterfacesRemoved", PATH)
    changed(nobody, TYPES + "8", "AvailableInstances", 6)


def test_a_shell_removes_what_the_service_made(host, alice, nobody):
    alice.create(uuid=UUID, define=True)
    quiet(nobody)
    host.remove(UUID)
    changed(nobody, PATH, "Active", False)
    assert nobody.get(PATH, VGPU, "OwnerUid") == 4001 and nobody.get(PATH, VGPU, "State") == "inactive"
    alice.vgpu(PATH, "Start")
    changed(nobody, PATH, "Active", True)


def test_mdevctl_defines_and_undefines(host, nobody):
    quiet(nobody)
    path = host.definition_file(UUID)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"mdev_type": "i915-GVTg_V5_8", "start": "manual", "attrs": []}))
    _, interfaces = nobody.heard("InterfacesAdded", PATH)
    vgpu = interfaces[VGPU]
    assert (vgpu["Active"], vgpu["Defined"], vgpu["Start"]) == (False, True, "manual")
    assert vgpu["OwnerUid"] == 0
    path.unlink()
    nobody.heard("InterfacesRemoved", PATH)


def test_our_own_changes(host, alice, nobody):
    quiet(nobody)
    alice.create(uuid=UUID)
    _, interfaces = nobody.heard("InterfacesAdded", PATH)
    assert interfaces[VGPU]["Active"] is True, "the object appears when the vGPU is ready"
    alice.vgpu(PATH, "Define")
    changed(nobody, PATH, "Defined", True)
    alice.vgpu(PATH, "Stop")
    changed(nobody, PATH, "Active", False)
    alice.vgpu(PATH, "Remove")
    nobody.heard("InterfacesRemoved", PATH)


def test_signals_and_properties_agree(host, alice, nobody):
    """Replaying the signals gives what GetManagedObjects says."""
    quiet(nobody)
    before = nobody.objects()
    for uuid in ("00000000-0000-4000-8000-00000000000%d" % n for n in range(3)):
        host.create("i915-GVTg_V5_8", uuid)
    alice.create(uuid=UUID, define=True)
    host.remove("00000000-0000-4000-8000-000000000001")
    left = ("00000000-0000-4000-8000-000000000000", "00000000-0000-4000-8000-000000000002", UUID)
    callers.eventually(
        lambda: set(nobody.of(VGPU)) == {callers.vgpu_path(uuid) for uuid in left}
        and nobody.of(TYPE)[TYPES + "8"]["AvailableInstances"] == 3
    )
    after = nobody.objects()

    def replayed():
        """the signals lead to what is there"""
        state = json.loads(json.dumps(before))
        for line in list(nobody.signals):
            value = line["value"]
            if line["signal"] == "InterfacesAdded":
                state.setdefault(value[0], {}).update(value[1])
            elif line["signal"] == "InterfacesRemoved":
                for interface in value[1]:
                    state[value[0]].pop(interface, None)
                if not [i for i in state[value[0]] if i.startswith("org.gvt.")]:
                    del state[value[0]]
            elif line["signal"] == "PropertiesChanged":
                state[line["path"]][value[0]].update(value[1])
        return state == after

    callers.eventually(replayed)
