# SPDX-License-Identifier: LGPL-2.1-or-later
"""What loop-watch.c and pinger.py tell, as figures. The vm tier uses this, too."""

import json

# Whom pinger.py asks: the service for its version.
OURS = """("org.gvt.Manager", "/org/gvt/Manager", "org.freedesktop.DBus.Properties", "Get",
GLib.Variant("(ss)", ("org.gvt.Manager", "Version")))"""


def stays_away(text):
    """Of each stay of the main loop away from poll(), of a millisecond or more: seconds, without the
    wait for a processor."""
    lines = [line.split() for line in text.splitlines()]
    return [
        max(0, int(away) - int(waited)) / 1e6
        for kind, _, away, waited in (line for line in lines if len(line) == 4)
        if kind == "away"
    ]


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


class Noticed:
    """What another user noticed of one round: how long the answers of the service and of the bus itself
    took; and how long its main loop was away. Seconds."""

    def __init__(self):
        self.service, self.bus, self.away = [], [], 0

    def add(self, pinged):
        """What pinger.py printed."""
        for service, bus in json.loads(pinged):
            self.service.append(service)
            self.bus.append(bus)

    def p99(self):
        return percentile(self.service, 0.99)

    def __str__(self):
        median, p99, longest, of_bus = (
            f"{1000 * percentile(times, part):.1f} ms"
            for times, part in (
                (self.service, 0.5), (self.service, 0.99), (self.service, 1), (self.bus, 0.99)
            )
        )  # fmt: skip
        return (
            f"{len(self.service)} calls of another user: median {median}, p99 {p99}, longest "
            f"{longest}, p99 of the bus itself {of_bus}"
        )
