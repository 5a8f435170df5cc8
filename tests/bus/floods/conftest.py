# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service whose main loop is watched, and what its other users may notice."""

import collections
import contextlib
import statistics

import pytest

import callers
import floods

# Promised: 99 of 100 calls of another user within so many ms, and no longer stay away from the loop.
WAIT, STALL = 100, 0.020
LENIENT = 100
# By how much two series of rounds of the same differ, and so many make a series.
ALIKE, TURNS = 1.25, 5
PROVOKED = (
    "polkit has no answer|Error cancelling authorization check|has not returned after"
)


@pytest.fixture
def watch(tmp_path):
    return floods.LoopWatch(tmp_path / "loop")


@pytest.fixture
def bed(make_bed, watch, root):
    """A host with a vGPU of root's, and a service whose main loop is watched."""
    bed = make_bed("--aperture", "512", expected=PROVOKED, environment=watch.environment)
    root.create(uuid=floods.UUID, define=True)
    return bed


@pytest.fixture
def judge(request):
    """judge(bed, rounds, floors, alike): what was noticed in those rounds is bearable.

    Or, if so asked, like what was noticed with a service that does nothing, in as many rounds of the
    same.
    """
    promised = request.config.getoption("--promised")

    def check(bed, rounds, floors=(), alike=False):
        name = request.node.name
        for kind, number, result in each(floors, rounds):
            print(f"{name}, {kind} {number}: {result}")
        away = max(r.away for r in rounds)
        ours, floor = (
            1000 * statistics.median([r.p99() for r in some]) if some else 0 for some in (rounds, floors)
        )
        print(
            f"{name}: p99 {ours:.1f} ms, main loop away at most {1000 * away:.1f} ms"
            + (f"; p99 is {ours / floor:.2f}x the floor, {floor:.1f} ms" if floors else "")
        )
        assert bed.service.running()
        assert all(len(r.service) > 10 for r in rounds)
        lenient = 1 if promised else LENIENT * callers.patience
        assert ours <= max(lenient * WAIT, ALIKE * floor if alike else 0)
        assert away <= lenient * STALL

    return check


def each(floors, rounds):
    """In the order in which they were."""
    for number in range(len(rounds)):
        if floors:
            yield "floor", number, floors[number]
        yield "round", number, rounds[number]


@pytest.fixture
def bearable_of(judge):
    """with bearable_of(bed, watch): what happens in it disturbs nobody else."""

    @contextlib.contextmanager
    def check(bed, watch):
        with floods.noticed(watch) as result:
            yield
        judge(bed, [result])

    return check


@pytest.fixture
def bearable(bearable_of, bed, watch):
    return lambda: bearable_of(bed, watch)


@pytest.fixture
def flood_in_turn(request, root, alice, bed, watch, judge):
    """flood_in_turn(calls, of_bare, *how): floods the service; what came of the calls. See flood(). For
    alike see judge().

    With --promised in rounds, each after one in which a service that does nothing is flooded with as
    many calls: of_bare.
    """
    turns = TURNS if request.config.getoption("--promised") else 0

    def flood(calls, of_bare, *how, alike=False):
        outcomes, rounds, floors = collections.Counter(), [], []
        with floods.bare_service(root):
            for turn in range(max(1, turns)):
                if turns:
                    with floods.noticed(asked=floods.BARE) as floor:
                        floods.flood("alice", [of_bare], *how, name=floods.BARE_NAME)
                    floors.append(floor)
                with floods.noticed(watch) as result:
                    outcomes.update(floods.flood("alice", calls, *how))
                rounds.append(result)
        judge(bed, rounds, floors, alike)
        return outcomes

    return flood
