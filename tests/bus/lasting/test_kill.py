# SPDX-License-Identifier: LGPL-2.1-or-later
"""The service is killed at system calls of everything that changes a vGPU, and started again."""

import os
import time

import pytest

import kills
from callers import VGPU, BusError
from kills import GONE, OPERATIONS, PATH

# How many kills a short run spreads over the calls of all operations that others can see.
SHORT = 68


# A long run kills at every call, or, if somebody is in a hurry, at every so-manieth.
STRIDE = int(os.environ.get("GVT_KILL_STRIDE", "1"))


@pytest.fixture
def users(root, alice, bob):
    return {"root": root, "alice": alice, "bob": bob}


def repeat(users, operation, before):
    """The same call again brings what it was to bring, or says that this is so already."""
    done = operation.states[-1]
    try:
        users[operation.user].call(*operation.request, timeout=kills.PATIENCE)
    except BusError as error:
        if operation.before is None and before is not GONE:
            assert error.name == "AlreadyExists"
        else:
            assert before is GONE is done, error


def clean_up(bed, users):
    if users["root"].of(VGPU):
        users["root"].vgpu(PATH, "Remove", timeout=kills.PATIENCE)
    kills.whole(bed, users["root"], [GONE])


def kill_once(bed, users, operation, number, which):
    """Whether the call was still under way at that system call; and how long until all was whole."""
    operation.set_up(users)
    words, error = kills.run(bed, users[operation.user], operation.request, number, which)
    if words[0] == "counted":
        assert error is None
        kills.whole(bed, users["root"], [operation.states[-1]])
        clean_up(bed, users)
        return None
    bed.service.process.wait()
    assert not bed.service.complaints(), bed.service.text()
    begin = time.monotonic()
    bed.start()
    now = kills.whole(bed, users["root"], operation.states)
    seconds = time.monotonic() - begin
    repeat(users, operation, now)
    permitted = operation.states[-1:] if operation.before or now is GONE else [now]
    kills.whole(bed, users["root"], permitted)
    clean_up(bed, users)
    return seconds, " ".join(words[2:])


def count(bed, users, operation, which):
    """How many system calls an operation takes."""
    operation.set_up(users)
    words, error = kills.run(bed, users[operation.user], operation.request, 0, which)
    assert error is None and words[0] == "counted"
    kills.whole(bed, users["root"], [operation.states[-1]])
    clean_up(bed, users)
    return int(words[1])


def report(points, slowest):
    print(f"{points} kills; whole again after {slowest:.2f} s at most, the service's start included")


def test_kill_at_calls_that_change_something(bed, users):
    """A sample, evenly spread over all operations."""
    counts = {name: count(bed, users, o, "changing") for name, o in OPERATIONS.items()}
    everywhere = [(name, n) for name, most in counts.items() for n in range(1, most + 1)]
    step = len(everywhere) / SHORT
    done = []
    for name, number in (everywhere[int(i * step)] for i in range(SHORT)):
        outcome = kill_once(bed, users, OPERATIONS[name], number, "changing")
        if outcome:
            done.append(outcome[0])
    report(len(done), max(done))
    assert len(done) >= 60, f"{len(done)} of {SHORT}"


@pytest.mark.long
@pytest.mark.parametrize("name", OPERATIONS)
def test_kill_at_every_call(bed, users, name):
    """Until it comes to its end twice: threads take their calls in another order each time."""
    done, ends, number = [], 0, 1 - STRIDE
    while ends < 2:
        number += STRIDE
        outcome = kill_once(bed, users, OPERATIONS[name], number, "all")
        if outcome:
            done.append(outcome[0])
        else:
            ends += 1
    print(f"{name}: ", end="")
    report(len(done), max(done))
    assert len(done) > 50 / STRIDE
