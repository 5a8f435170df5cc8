# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs in the guest: prints TAP as tests end, and leaves a failed test's journal with it."""
import subprocess
import sys
import time

import pytest

import mdev
import product
from session import Session

TEST_TIMEOUT = 300  # seconds; the slowest test takes about 40 on an idle machine


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    config.pluginmanager.unregister(name="terminalreporter")
    config.pluginmanager.register(Tap(), "tap")
    config._inicache["timeout"] = TEST_TIMEOUT
    config.addinivalue_line("markers", "timeout: see pytest-timeout")


class Tap:
    def __init__(self):
        self.number = 0
        self.reports = {}

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

    def pytest_runtest_logreport(self, report):
        self.reports.setdefault(report.nodeid, []).append(report)

    def pytest_runtest_logfinish(self, nodeid):
        reports = self.reports.pop(nodeid)
        self.number += 1
        failed = [report for report in reports if report.failed]
        skipped = [report for report in reports if report.skipped]
        name = nodeid.removeprefix("test_").replace(".py::test_", ": ").replace("_", " ")
        result = f"{'not ok' if failed else 'ok'} {self.number} - {name}"
        if skipped and not failed:
            result += f" # SKIP {skipped[0].longrepr[2]}"
        self.say(result)
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
    if not request.node.path.name.startswith("test_bed_"):
        product.remove_all()
    mdev.remove_all()


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
