# SPDX-License-Identifier: LGPL-2.1-or-later
"""The kernel's own sample drivers, the second opinion: other names, other errors, other texts."""
import errno

import mdev
import pytest


@pytest.fixture
def sample(request):
    mdev.module("load", request.param)
    yield mdev.types(request.param)
    mdev.remove_all()
    mdev.module("unload", request.param)


def fill(folder):
    """Create until the driver refuses; how many there were and the errno."""
    count = 0
    while True:
        try:
            mdev.create(folder)
        except OSError as error:
            return count, error.errno
        count += 1


@pytest.mark.parametrize("sample", ["mtty"], indirect=True)
def test_mtty_has_24_instances_and_no_description(sample):
    assert not (sample / "mtty-1/description").exists()
    assert fill(sample / "mtty-1") == (24, errno.ENOSPC)


@pytest.mark.parametrize("sample", ["mdpy"], indirect=True)
def test_mdpy_answers_EUSERS_when_full(sample):
    assert fill(sample / "mdpy-vga") == (4, errno.EUSERS)


@pytest.mark.parametrize("sample", ["mbochs"], indirect=True)
def test_mbochs_shares_256_mib(sample):
    mdev.create(sample / "mbochs-large")
    assert mdev.available(sample / "mbochs-small") == 48
    assert fill(sample / "mbochs-large") == (3, errno.ENOSPC)
