# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the bus tier run on: a bus, polkit, users, simulated hosts and the service.

Run through tests/run, or tests/sandbox, which makes the machine that this takes for granted.
"""

import os
import pathlib
import signal
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).parent / "lasting"))
sys.path.insert(0, str(pathlib.Path(__file__).parent / "floods"))

import beds  # noqa: E402
import callers  # noqa: E402
import daemons  # noqa: E402
import hosts  # noqa: E402
import vms  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="run the tests that take hours too")
    parser.addoption("--promised", action="store_true", help="floods: times are what is promised, on a release build")
    parser.addoption("--valgrind", action="store_true", help="run the service under memcheck")
    parser.addoption("--threads", metavar="PROGRAM", help="the service is PROGRAM, which tests/threads made")


def pytest_collection_modifyitems(config, items):
    """What takes long is not there unless it is asked for: it is no skipped test."""
    if config.getoption("--long"):
        return
    config.hook.pytest_deselected(items=[i for i in items if i.get_closest_marker("long")])
    items[:] = [i for i in items if not i.get_closest_marker("long")]


def pytest_configure(config):
    if not pathlib.Path("/run/home/alice").exists():
        raise pytest.UsageError("run me through: tests/run --tier bus")
    if config.getoption("--valgrind"):
        daemons.before_service = daemons.VALGRIND
        callers.patience = 10
    if config.getoption("--threads"):
        daemons.service = config.getoption("--threads")
        daemons.before_service = ("/usr/bin/env", f"TSAN_OPTIONS={os.environ['TSAN_OPTIONS']}")
        callers.patience = 10
    config.addinivalue_line("markers", "long: takes hours; runs with --long only")
    config.addinivalue_line("markers", "expect(pattern): warnings that the test provokes")


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


@pytest.fixture(autouse=True)
def polkit_survives(request):
    """Tests kill polkitd with SIGKILL: one that ended otherwise is told where it did, and how."""
    yield
    if "polkit" in request.fixturenames:
        daemon = request.getfixturevalue("polkit")
        assert daemon.process.poll() in (None, -signal.SIGKILL), daemon.process.returncode


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


@pytest.fixture
def make_bed(root, polkit):
    """Makes beds; arguments are gvt-simhost's, options the service's. Each service must end well."""
    made = []

    def make(*arguments, before=lambda host: None, expected=None, options=(), environment=None):
        host = hosts.SimHost(*arguments)
        before(host)
        host.start()
        made.append(beds.Bed(root, host, expected, options, environment))
        for caller in callers.Caller.all:
            caller.signals.clear()
        return made[-1]

    yield make
    for bed in made:
        bed.stop()
        bed.host.end()


@pytest.fixture
def bed(make_bed, request):
    """The usual host: a GPU with 512 MiB of aperture, that is 6 of the smallest type.

    @pytest.mark.expect(PATTERN) names the warnings that the test provokes.
    """
    mark = request.node.get_closest_marker("expect")
    return make_bed("--aperture", "512", expected=mark.args[0] if mark else None)


@pytest.fixture
def host(bed):
    return bed.host


@pytest.fixture(scope="session")
def session_libvirt(polkit):
    """alice's libvirt, one for all tests: QEMU's capabilities take seconds to probe."""
    libvirt = vms.Libvirt("alice")
    yield libvirt
    libvirt.end()


@pytest.fixture
def libvirt(session_libvirt):
    session_libvirt.clean()
    yield session_libvirt
    session_libvirt.clean()


@pytest.fixture(scope="session")
def system_libvirtd(polkit):
    """The machine's own libvirt, one for all tests."""
    libvirt = vms.SystemLibvirt()
    yield libvirt
    libvirt.end()


@pytest.fixture
def system_libvirt(system_libvirtd):
    system_libvirtd.clean()
    yield system_libvirtd
    system_libvirtd.clean()
