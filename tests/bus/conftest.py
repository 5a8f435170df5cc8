# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the bus tier run on: a bus, polkit, users, simulated hosts and the service.

Run through tests/run, or tests/sandbox, which makes the machine that this takes for granted.
"""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import callers  # noqa: E402
import daemons  # noqa: E402


def pytest_configure(config):
    if not pathlib.Path("/run/home/alice").exists():
        raise pytest.UsageError("run me through: tests/run --tier bus")


@pytest.fixture(scope="session")
def bus():
    daemon = daemons.start_bus()
    yield daemon
    daemon.kill()


@pytest.fixture(scope="session")
def root(bus):
    caller = callers.Caller("root")
    yield caller
    caller.close()


@pytest.fixture(scope="session")
def polkit(bus, root):
    """The real polkitd. A test that stops it starts it again."""
    daemon = daemons.start_polkit(root)
    yield daemon
    daemon.kill()


def a_user(name):
    @pytest.fixture(scope="session", name=name)
    def user(bus, polkit):
        caller = callers.Caller(name)
        yield caller
        caller.close()

    return user


alice = a_user("alice")
bob = a_user("bob")
carol = a_user("carol")
nobody = a_user("nobody")
big = a_user("big")
