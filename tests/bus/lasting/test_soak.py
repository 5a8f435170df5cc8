# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many vGPUs made and removed by four clients: nothing grows, and no signal is lost."""

import itertools
import json
import os
import pathlib
import subprocess
import threading
import time

import pytest

import callers
import kills
from callers import ADDRESS, VGPU

CLIENT = (pathlib.Path(__file__).parent / "soak_client.py").read_text()
USERS = ("alice", "bob", "big", "root")

# What the heap may keep of its own accord: arenas of threads, tables that do not shrink.
GROWTH_KIB = 1024

# How often one looks at what the service uses, in a short run and in a long one.
LOOKS, LONG_LOOKS = 8, 20


class Follower:
    """What one knows who asked once and then only listened."""

    def __init__(self, user):
        user.signals.clear()
        self.user = user
        self.state = json.loads(json.dumps(user.objects()))
        self.signals = 0
        self.ended = False
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        """Takes signals off the list as they come, for a long run has millions."""
        while not self.ended or self.user.signals:
            if self.user.signals:
                self.take(self.user.signals.pop(0))
            else:
                time.sleep(0.005)

    def take(self, line):
        name, value = line["signal"], line["value"]
        self.signals += 1
        if name == "InterfacesAdded":
            self.state.setdefault(value[0], {}).update(value[1])
        elif name == "InterfacesRemoved":
            interfaces = self.state[value[0]]
            for interface in value[1]:
                interfaces.pop(interface, None)
            if not [i for i in interfaces if i.startswith("org.gvt.")]:
                del self.state[value[0]]
        elif name == "PropertiesChanged" and line["path"] in self.state:
            self.state[line["path"]].setdefault(value[0], {}).update(value[1])

    def end(self):
        self.ended = True
        self.thread.join(60)


def usage(pid):
    """Resident memory without files, in KiB, and descriptors."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    (line,) = [x for x in status.splitlines() if x.startswith("RssAnon:")]
    return int(line.split()[1]), len(os.listdir(f"/proc/{pid}/fd"))


def cycle(total):
    """total cycles, shared by the four users. The outcomes."""
    processes = [
        subprocess.Popen(
            ["/usr/bin/python3", "-c", CLIENT, ADDRESS, str(total // len(USERS))],
            stdout=subprocess.PIPE, text=True, **callers.as_user(user),
        )  # fmt: skip
        for user in USERS
    ]
    outcomes = {}
    for process in processes:
        for name, times in json.loads(process.communicate()[0]).items():
            outcomes[name] = outcomes.get(name, 0) + times
    return outcomes


def in_time(parts):
    """As many of them as begin within GVT_SOAK_MINUTES: a soak that is cut short is judged all the same."""
    minutes = float(os.environ.get("GVT_SOAK_MINUTES", "inf"))
    end = time.monotonic() + minutes * 60
    return itertools.takewhile(lambda _: time.monotonic() < end, parts)


@pytest.fixture
def parts(request):
    """How many cycles between one look and the next."""
    if not request.config.getoption("--long"):
        return [16] * LOOKS
    total = int(os.environ.get("GVT_SOAK_CYCLES", "100000"))
    each = total // LONG_LOOKS // len(USERS) * len(USERS)
    return in_time([each] * LONG_LOOKS)


def sanitized(pid):
    """AddressSanitizer keeps what is freed in quarantine, so memory says nothing with it."""
    return "libasan" in pathlib.Path(f"/proc/{pid}/maps").read_text()


def soak(pid, parts):
    """How many cycles, the outcomes, and what the service used after each part, said at once, for it may
    take hours."""
    total, outcomes, uses = 0, {}, []
    for cycles in parts:
        begin = time.monotonic()
        total += cycles
        for name, times in cycle(cycles).items():
            outcomes[name] = outcomes.get(name, 0) + times
        rate = cycles / (time.monotonic() - begin)
        assert set(outcomes) == {"done"}, outcomes
        uses.append(usage(pid))
        memory, descriptors = uses[-1]
        print(
            f"{total} cycles: {memory} KiB, {descriptors} descriptors, {rate:.0f}/s",
            flush=True,
        )
    return total, outcomes, uses


def test_soak(bed, alice, nobody, parts):
    follower = Follower(nobody)
    total, outcomes, uses = soak(bed.service.pid, parts)

    def idle():
        """nothing is left, in the kernel, on disk, on the bus"""
        left = bed.host.devices() | kills.records(bed.host) | set(alice.of(VGPU))
        return not left and not kills.leftovers(bed.host)

    callers.eventually(idle)
    assert outcomes == {"done": total}
    follower.end()
    assert follower.state == nobody.objects(), "the signals say something else than the objects"
    print(f"{total} cycles by {len(USERS)} clients; {follower.signals} signals followed")
    # The first quarter warms up.
    before, after = uses[len(uses) // 4 - 1], usage(bed.service.pid)
    assert after[1] <= before[1] + 1
    if not sanitized(bed.service.pid):
        assert after[0] - before[0] < GROWTH_KIB
