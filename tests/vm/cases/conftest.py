# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs in the guest: prints TAP as tests end, and leaves a failed test's journal with it.

A story that goes on after a reboot is told by two kinds of tests: those marked before_reboot come
last, and leave what they made; with --after-reboot, those marked after_reboot find it.
"""
import subprocess
import sys
import time
from pathlib import Path

import pytest

import mdev
import product
from session import Session
from vm import Domain

ARTIFACTS = Path("/var/lib/gvt-bed/artifacts")  # what a run takes home
TEST_TIMEOUT = 900  # seconds; the slowest test takes about 50 on an idle machine
collect_ignore = ["test_packages.py"]  # by name only: its guest has not got the product


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    config.pluginmanager.unregister(name="terminalreporter")
    config.pluginmanager.register(Tap(), "tap")
    config._inicache["timeout"] = TEST_TIMEOUT
    config.addinivalue_line("markers", "timeout: see pytest-timeout")
    config.addinivalue_line("markers", "before_reboot: makes what a test after the reboot finds")
    config.addinivalue_line("markers", "after_reboot: only with --after-reboot")


def pytest_addoption(parser):
    parser.addoption("--after-reboot", action="store_true",
                     help="run the tests marked after_reboot, else all others")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    after = [item for item in items if item.get_closest_marker("after_reboot")]
    if config.getoption("--after-reboot"):
        items[:] = after
        return
    config.pluginmanager.getplugin("tap").after_reboot = len(after)
    items[:] = sorted((item for item in items if item not in after),
                      key=lambda item: bool(item.get_closest_marker("before_reboot")))


class Tap:
    def __init__(self):
        self.number = 0
        self.reports = {}
        self.after_reboot = 0

    def say(self, text):
        print(text, file=sys.__stdout__, flush=True)

    def comment(self, text):
        for line in text.splitlines():
            self.say(f"# {line}")

    def pytest_collectreport(self, report):
        if report.failed:
            self.comment(report.longreprtext)

    def pytest_collection_finish(self, session):
        self.say(f"1..{len(session.items)}")
        if self.after_reboot:
            self.comment(f"after a reboot: {self.after_reboot}")

    def pytest_runtest_logreport(self, report):
        self.reports.setdefault(report.nodeid, []).append(report)

    def pytest_runtest_logfinish(self, nodeid):
        reports = self.reports.pop(nodeid)
        self.number += 1
        failed = [report for report in reports if report.failed]
        skipped = [report for report in reports if report.skipped]
        name = nodeid.removeprefix("test_").replace(".py::test_", ": ").replace("_", " ")
        seconds = sum(report.duration for report in reports)
        result = f"{'not ok' if failed else 'ok'} {self.number} - {name} ({seconds:.0f} s)"
        if skipped and not failed:
            result += f" # SKIP {skipped[0].longrepr[2]}"
        self.say(result)
        for title, text in reports[-1].user_properties:
            self.comment(f"{title}:\n{text}")
        for report in failed:
            self.comment(report.longreprtext)
            for title, content in report.sections:
                self.comment(f"{title}:\n{content}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        journal = subprocess.run(
            ["journalctl", "--no-pager", "-o", "short-monotonic", f"--since=@{item.started:.0f}"],
            stdout=subprocess.PIPE, text=True).stdout
        report.sections.append(("journal", journal))


def pytest_runtest_setup(item):
    item.started = time.time()


@pytest.fixture(autouse=True)
def no_vgpu_left(request):
    """Every test starts without a vGPU, and clears away its own mess."""
    yield
    if request.node.get_closest_marker("before_reboot"):
        return
    if request.node.path.name == "test_packages.py":
        return  # one story, with a VM that runs from test to test
    if not request.node.path.name.startswith("test_bed_"):
        product.remove_all()
    mdev.remove_all()


class Transcript:
    """Commands as root, printed with what they wrote beside the test's result."""

    def __init__(self):
        self.lines = []

    def run(self, *argv):
        """Run a command, whatever its status; it has .returncode and .stdout."""
        done = subprocess.run([str(arg) for arg in argv], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        self.lines += [f"$ {' '.join(map(str, argv))}", *done.stdout.splitlines()]
        if done.returncode:
            self.lines.append(f"[exit status {done.returncode}]")
        return done

    def check(self, *argv):
        """Run a command that has to succeed; what it wrote."""
        done = self.run(*argv)
        assert done.returncode == 0, done
        return done.stdout


@pytest.fixture
def transcript(record_property):
    shown = Transcript()
    yield shown
    record_property("transcript", "\n".join(shown.lines))


@pytest.fixture
def artifacts():
    """A folder whose files the run takes home."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    return ARTIFACTS


@pytest.fixture
def new_vm():
    """Makes VMs, and unmakes them."""
    made = []

    def make(session, name, mib=64):
        made.append(Domain(session, name, mib))
        return made[-1]

    yield make
    for vm in made:
        vm.remove()


@pytest.fixture(scope="session")
def alice_on_seat0():
    with Session("alice", terminal=7) as session:
        yield session


@pytest.fixture
def alice(alice_on_seat0):
    """An ordinary user at the machine's screen."""
    alice_on_seat0.activate()
    return alice_on_seat0


@pytest.fixture(scope="module")
def bob():
    """Another one, logged in on a terminal behind."""
    with Session("bob", terminal=8) as session:
        yield session
