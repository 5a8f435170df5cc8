# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures of the tests of gvt-simhost. They need root and FUSE, and fail without."""

import os

import pytest

import simhost

PROGRAM = os.environ["GVT_SIMHOST"]


@pytest.fixture
def start():
    """Starts hosts with given options; all are ended, and checked, after the test."""
    hosts = []

    def start_one(*options):
        host = simhost.SimHost(PROGRAM, *options)
        hosts.append(host)
        return host

    yield start_one
    for host in hosts:
        host.stop()


@pytest.fixture
def host(start):
    return start()
