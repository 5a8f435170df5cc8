# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many hands at once: each gets an answer that is true, and what is there in the end is whole."""

import collections
import subprocess
import threading
import time

import pytest

import callers
import kills
from callers import MANAGER, ROOT, VGPU, BusError
from hosts import GPU

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
PATH = callers.vgpu_path(UUID)
SMALL = "i915-GVTg_V5_8"
LARGE = "i915-GVTg_V5_2"


@pytest.fixture
def rounds(request):
    return 1000 if request.config.getoption("--long") else 12


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


def test_two_users_and_the_last_instance(bed, alice, bob, rounds):
    """Exactly one wins. The other hears NoCapacity, or Busy."""
    told = collections.Counter()
    wins = collections.Counter()
    for number in range(rounds):
        order = (alice, bob) if number % 2 else (bob, alice)
        results = {user: outcome(p) for user, p in [(u, begin_create(u, LARGE)) for u in order]}
        winners = [user for user, r in results.items() if not isinstance(r, BusError)]
        assert len(winners) == 1, results
        (loser,) = set(order) - set(winners)
        told[results[loser].name] += 1
        wins[winners[0].user] += 1
        assert len(bed.host.devices()) == 1
        (uuid,) = bed.host.devices()
        assert callers.vgpu_path(uuid) == results[winners[0]]
        callers.eventually(lambda: bed.host.acl(uuid) == {winners[0].user: "rw-"})
        winners[0].vgpu(results[winners[0]], "Remove")
    assert set(told) <= {"NoCapacity", "Busy"}
    settle(bed, alice, set())
    print(f"{rounds} rounds: wins {dict(wins)}; the others heard {dict(told)}")


def test_start_of_the_last_instance(bed, alice, bob, rounds):
    """Attach-like: two defined ones, room for one, started at once while the other is removed."""
    paths = {u: u.create(LARGE, define=True, activate=False) for u in (alice, bob)}
    told = collections.Counter()
    for number in range(rounds):
        order = (alice, bob) if number % 2 else (bob, alice)
        results = {u: outcome(p) for u, p in [(u, begin(u, "Start", paths[u])) for u in order]}
        winners = [user for user, r in results.items() if not isinstance(r, BusError)]
        assert len(winners) == 1 and len(bed.host.devices()) == 1, results
        (loser,) = set(order) - set(winners)
        told[results[loser].name] += 1
        # The loser tries again while the winner stops: it gets in, or hears why not.
        stop, again = begin(winners[0], "Stop", paths[winners[0]]), begin(loser, "Start", paths[loser])
        assert outcome(stop) is None
        late = outcome(again)
        assert late is None or late.name in ("NoCapacity", "Busy")
        assert len(bed.host.devices()) == (1 if late is None else 0)
        if late is None:
            loser.vgpu(paths[loser], "Stop")
    assert set(told) <= {"NoCapacity", "Busy"}
    print(f"{rounds} rounds; the others heard {dict(told)}")


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


def write_create(host, uuid):
    """As mdevctl starts one. Whether it was the one to make it."""
    path = host.dir / "sys/class/mdev_bus" / GPU / "mdev_supported_types" / SMALL / "create"
    try:
        path.write_text(uuid)
    except FileExistsError:
        return False
    return True


def test_mdevctl_starts_the_same_one(bed, alice, rounds):
    """EEXIST is success for Start, and the vGPU is its owner's whoever was first."""
    alice.create(SMALL, uuid=UUID, define=True, activate=False)
    first = collections.Counter()
    for number in range(rounds):
        made = []
        other = threading.Thread(target=lambda: made.append(write_create(bed.host, UUID)))
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
