# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many hands at once: each gets an answer that is true, and what is there in the end is whole."""

import collections
import itertools
import os
import subprocess
import threading
import time

import pytest

import callers
import kills
import real_mdevctl
from callers import DOMAINS, MANAGER, ROOT, VGPU, BusError
from hosts import GPU

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
PATH = callers.vgpu_path(UUID)
SMALL = "i915-GVTg_V5_8"
LARGE = "i915-GVTg_V5_2"
ALICES_VM = "5e6b1f0a-3a0b-4b8e-9a55-0f3c0a6f4a11"
BOBS_VM = "5e6b1f0a-3a0b-4b8e-9a55-0f3c0a6f4a12"


@pytest.fixture
def rounds(request):
    """Few, or a thousand, or as many as somebody has time for."""
    return int(os.environ.get("GVT_RACE_ROUNDS", "1000")) if request.config.getoption("--long") else 8


def begin_create(user, vgpu_type=SMALL, **options):
    return user.start(
        ROOT, MANAGER, "CreateVgpu", "(ssa{sv})", "", vgpu_type, callers.variants(options)
    )


def begin(user, method, path=PATH):
    return user.start(path, VGPU, method, "(a{sv})", {})


def outcome(pending):
    """None for a success without a value, the value, or the name of the error."""
    try:
        return pending.result()
    except BusError as error:
        return error


def name_of(result):
    return result.name if isinstance(result, BusError) else "done"


def is_gone(result):
    """The object, or the vGPU, is not there any more."""
    return name_of(result) == "NotFound" or name_of(result).startswith("org.freedesktop.DBus.Error.Unknown")


def settle(bed, user, expected):
    """What is shown, made and noted is exactly these UUIDs."""

    def settled():
        """kernel, records and bus agree"""
        shown = {v["Uuid"] for v in user.of(VGPU).values()}
        return shown == bed.host.devices() == kills.records(bed.host) == expected

    callers.eventually(settled)
    assert not bed.host.definition(UUID)


class Contender:
    """A user with a vGPU to create, one to start and one to prepare; there is room for one of all."""

    def __init__(self, user, vm):
        self.user = user
        self.vm = vm
        self.defined = user.create(LARGE, define=True, activate=False)
        self.with_vm = user.create(LARGE, start="domain", activate=False)

    def begin(self, deed):
        """Sends the call, which is what attach and the VM's start come to, or hands do."""
        if deed == "create":
            return begin_create(self.user, LARGE)
        if deed == "start":
            return begin(self.user, "Start", self.defined)
        return self.user.start(ROOT, DOMAINS, "Prepare", "(ssasta{sv})", *self.lease())

    def lease(self):
        return "vm", self.vm, [self.user.get(self.with_vm, VGPU, "Uuid")], 0, {}

    def give_back(self, deed, result):
        if deed == "create":
            self.user.vgpu(result, "Remove")
        elif deed == "start":
            self.user.vgpu(self.defined, "Stop")
        else:
            self.user.call(ROOT, DOMAINS, "Release", "(ssasta{sv})", *self.lease())


@pytest.fixture
def contenders(bed, alice, bob):
    return Contender(alice, ALICES_VM), Contender(bob, BOBS_VM)


TAKING = ["create", "start", "prepare"]


@pytest.mark.parametrize("first, second", itertools.combinations_with_replacement(TAKING, 2))
def test_two_users_take_the_last_instance(bed, contenders, first, second, rounds):
    """Exactly one wins. The other hears NoCapacity, or Busy."""
    told, wins = collections.Counter(), collections.Counter()
    for number in range(rounds):
        pairs = list(zip(contenders, (first, second) if number % 4 < 2 else (second, first)))
        if number % 2:
            pairs.reverse()
        pending = [(who, deed, who.begin(deed)) for who, deed in pairs]
        results = [(who, deed, outcome(p)) for who, deed, p in pending]
        winners = [r for r in results if not isinstance(r[2], BusError)]
        losers = [r for r in results if isinstance(r[2], BusError)]
        assert len(winners) == len(losers) == 1, results
        (who, deed, result), (_, _, error) = winners[0], losers[0]
        told[error.name] += 1
        wins[who.user.user, deed] += 1
        (uuid,) = bed.host.devices()
        callers.eventually(lambda: bed.host.acl(uuid) == {who.user.user: "rw-"})
        who.give_back(deed, result)
        assert not bed.host.devices()
    assert set(told) <= {"NoCapacity", "Busy"}
    print(f"{rounds} rounds of {first} and {second}: wins {dict(wins)}; the others heard {dict(told)}")


@pytest.mark.parametrize("taking", TAKING)
def test_one_removes_what_the_other_takes(bed, contenders, taking, rounds):
    """The last instance becomes free while another wants it: it gets in, or hears why not."""
    told = collections.Counter()
    for number in range(rounds):
        has, wants = contenders if number % 2 else reversed(contenders)
        held = has.user.create(LARGE)
        removal = begin(has.user, "Remove", held)
        time.sleep(number % 8 * 0.005)
        removed, taken = [outcome(p) for p in (removal, wants.begin(taking))]
        assert removed is None, removed
        told[name_of(taken)] += 1
        assert len(bed.host.devices()) == (0 if isinstance(taken, BusError) else 1)
        if not isinstance(taken, BusError):
            wants.give_back(taking, taken)
    assert set(told) <= {"done", "NoCapacity", "Busy"}
    print(f"{rounds} rounds of remove and {taking}, which heard {dict(told)}")


def test_two_remove_the_same(bed, alice, root, rounds):
    """Exactly one does; the other hears that it is going, or gone."""
    told = collections.Counter()
    for number in range(rounds):
        path = alice.create(LARGE, define=bool(number % 3))
        order = (alice, root) if number % 2 else (root, alice)
        results = [outcome(p) for p in [begin(user, "Remove", path) for user in order]]
        assert results.count(None) == 1, results
        (other,) = [r for r in results if r is not None]
        assert other.name in ("Busy", "Conflict") or is_gone(other)
        told[name_of(other)] += 1
        assert not bed.host.devices()
    settle(bed, alice, set())
    print(f"{rounds} rounds of remove and remove: the others heard {dict(told)}")


def test_one_label_twice(bed, alice, rounds):
    for _ in range(rounds):
        results = [outcome(p) for p in [begin_create(alice, label="win11") for _ in range(3)]]
        made = [r for r in results if not isinstance(r, BusError)]
        assert len(made) == 1
        assert {name_of(r) for r in results} == {"done", "AlreadyExists"}
        alice.vgpu(made[0], "Remove")
    settle(bed, alice, set())


def test_one_uuid_twice(bed, alice, bob, rounds):
    for number in range(rounds):
        users = (alice, bob) if number % 2 else (bob, alice)
        pending = [begin_create(u, uuid=UUID, define=bool(number % 3)) for u in users]
        results = [outcome(p) for p in pending]
        winners = [u for u, r in zip(users, results) if not isinstance(r, BusError)]
        assert len(winners) == 1
        assert {name_of(r) for r in results} == {"done", "AlreadyExists"}
        assert alice.get(PATH, VGPU, "OwnerUid") == winners[0].uid
        assert bed.host.acl(UUID) == {winners[0].user: "rw-"}
        winners[0].vgpu(PATH, "Remove")
    settle(bed, alice, set())


def test_stop_start_remove_at_once(bed, alice, root, rounds):
    """Whatever wins, there is no half: every answer is success, Busy, or that it is gone."""
    heard = collections.Counter()
    for number in range(rounds):
        alice.create(SMALL, uuid=UUID, define=True)
        methods = ["Stop", "Start", "Remove", "Start", "Undefine", "Stop"]
        methods = methods[number % 6 :] + methods[: number % 6]
        pending = [(m, begin((alice, root)[i % 2], m)) for i, m in enumerate(methods)]
        for method, call in pending:
            result = outcome(call)
            heard[method, name_of(result)] += 1
            assert result is None or result.name in ("Busy", "Conflict") or is_gone(result), (method, result)
        if callers.eventually(lambda: [alice.of(VGPU)])[0]:
            alice.vgpu(PATH, "Remove")
        settle(bed, alice, set())
    print(sorted(heard.items()))


def write_create(host, uuid, vgpu_type=SMALL):
    """As mdevctl starts one. Whether it was the one to make it."""
    path = host.dir / "sys/class/mdev_bus" / GPU / "mdev_supported_types" / vgpu_type / "create"
    try:
        path.write_text(uuid)
    except FileExistsError:
        return False
    return True


@pytest.mark.parametrize("vgpu_type", [SMALL, LARGE], ids=["one of many", "the last"])
def test_mdevctl_starts_the_same_one(bed, alice, rounds, vgpu_type):
    """EEXIST is success for Start, and the vGPU is its owner's whoever was first."""
    alice.create(vgpu_type, uuid=UUID, define=True, activate=False)
    first = collections.Counter()
    for number in range(rounds):
        made = []
        other = threading.Thread(target=lambda: made.append(write_create(bed.host, UUID, vgpu_type)))
        if number % 2:
            other.start()
            pending = begin(alice, "Start")
        else:
            pending = begin(alice, "Start")
            time.sleep((number % 11) * 0.002 if number else 0.2)
            other.start()
        assert outcome(pending) is None
        other.join()
        first["mdevctl" if made[0] else "the service"] += 1
        assert bed.host.devices() == {UUID}
        assert alice.get(PATH, VGPU, "Active") is True
        assert bed.host.acl(UUID) == {"alice": "rw-"}
        alice.vgpu(PATH, "Stop")
    print(f"{rounds} rounds; made by {dict(first)}")
    assert len(first) == 2, "one of them was never first"


@pytest.mark.parametrize("vgpu_type", [SMALL, LARGE], ids=["one of many", "the last"])
def test_the_real_mdevctl_starts_the_same_one(bed, alice, rounds, vgpu_type):
    """mdevctl start and our Start of one definition: ours succeeds, and one of the two makes it."""
    alice.create(vgpu_type, uuid=UUID, define=True, activate=False)
    said = collections.Counter()
    for number in range(rounds):
        results = []
        other = threading.Thread(
            target=lambda: results.append(real_mdevctl.run(bed.host, "start", "-u", UUID, "-p", GPU))
        )
        made = bed.host.writes()[0]
        other.start()
        time.sleep(number % 8 * 0.01)
        assert outcome(begin(alice, "Start")) is None
        other.join()
        done = results[0]
        why = ["exists", "No available instances"]  # it looks at the room first, which ours takes
        assert done.returncode == 0 or [w for w in why if w in done.stderr], done
        said["made it" if done.returncode == 0 else "found it"] += 1
        assert bed.host.devices() == {UUID} and bed.host.writes()[0] - made <= 2
        callers.eventually(lambda: bed.host.acl(UUID) == {"alice": "rw-"})
        callers.eventually(lambda: alice.get(PATH, VGPU, "State") == "active")
        alice.vgpu(PATH, "Stop")
    print(f"{rounds} rounds; mdevctl {dict(said)}")


def test_mdevctl_starts_all_at_boot_too(make_bed, alice):
    """Its udev rule and our restore, at the same moment: each definition once, and no failure."""
    uuids = [f"b0070000-0000-4000-8000-{n:012}" for n in range(6)]
    bed = make_bed("--aperture", "512")
    directory = bed.host.dir / "etc/mdevctl.d" / GPU
    directory.mkdir(parents=True)
    for uuid in uuids:
        (directory / uuid).write_text(f'{{"mdev_type": "{SMALL}", "start": "auto", "attrs": []}}')
    callers.eventually(lambda: len(alice.of(VGPU)) == 6)
    for _ in range(5):
        bed.stop()
        for uuid in bed.host.devices():
            bed.host.remove(uuid)
        other = threading.Thread(target=lambda: [write_create(bed.host, u) for u in reversed(uuids)])
        other.start()
        bed.start()
        other.join()
        assert bed.host.devices() == set(uuids)
        callers.eventually(lambda: {v["State"] for v in alice.of(VGPU).values()} == {"active"})


def test_limits_hold_when_all_ask_at_once(make_bed, alice, bob, rounds):
    """What is being made counts as if it were there."""

    def limit(host):
        (host.dir / "etc").mkdir()
        (host.dir / "etc/gvt-manager.conf").write_text("[Limits]\nVgpusPerUser=2\n")

    bed = make_bed("--aperture", "512", before=limit)
    for _ in range(max(2, rounds // 5)):
        pending = [(u, begin_create(u)) for _ in range(4) for u in (alice, bob)]
        results = [(u, outcome(p)) for u, p in pending]
        for user in (alice, bob):
            names = [name_of(r) for u, r in results if u is user]
            assert sorted(names) == ["LimitExceeded"] * 2 + ["done"] * 2
        assert len(bed.host.devices()) == 4
        for user, path in results:
            if not isinstance(path, BusError):
                user.vgpu(path, "Remove")
    settle(bed, alice, set())


def test_a_shell_removes_while_the_service_does(bed, alice, rounds):
    """ENODEV is as good as done."""
    for _ in range(rounds):
        alice.create(SMALL, uuid=UUID)
        shell = subprocess.Popen(
            ["/bin/sh", "-c", f"echo 1 > {bed.host.dir}/sys/bus/mdev/devices/{UUID}/remove"],
            stderr=subprocess.DEVNULL,
        )
        result = outcome(begin(alice, "Remove"))
        shell.wait()
        assert result is None or is_gone(result), result
        settle(bed, alice, set())
