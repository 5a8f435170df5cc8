# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every write to disk of everything that changes a vGPU is refused once: nothing is half done."""

import errno

import pytest

import kills
from callers import VGPU
from kills import GONE, OPERATIONS, PATH

# These write nothing, or only delete a record at the end, which is tried again.
NOTHING_DECISIVE = ("stop", "stop-transient", "release")
REFUSALS = [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO]


@pytest.fixture
def users(root, alice, bob):
    return {"root": root, "alice": alice, "bob": bob}


def refuse(bed, users, operation, number, refusal):
    """What came of a call whose number-th write was refused, and which system call that was."""
    operation.set_up(users)
    before = kills.whole(bed, users["root"], [operation.states[0]])
    files = bed.host.files()
    words, error = kills.run(
        bed, users[operation.user], operation.request, number, "storing", refusal
    )
    if words[0] == "counted":
        assert error is None
        return None
    permitted = [before] if error else [operation.states[-1]]
    kills.whole(bed, users["root"], permitted)
    if error:
        assert error.name == "Failed", error
        assert bed.host.files() == files
    return "refused" if error else "done all the same"


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_write_refused(bed, users, name):
    """An error, and all as it was; or success, and all as it should be. The old file is whole."""
    operation, outcomes, number = OPERATIONS[name], [], 0
    while not outcomes or outcomes[-1]:
        number += 1
        outcomes.append(refuse(bed, users, operation, number, REFUSALS[number % len(REFUSALS)]))
        if users["root"].of(VGPU):
            users["root"].vgpu(PATH, "Remove")
        kills.whole(bed, users["root"], [GONE])
    assert ("refused" in outcomes) == (name not in NOTHING_DECISIVE)
    print(f"{name}: {len(outcomes) - 1} writes, {outcomes.count('refused')} of them decisive")
