# SPDX-License-Identifier: LGPL-2.1-or-later
"""A simulated host with the service on it."""

import daemons


class Bed:
    """A simulated host with the service on it. The rest is daemons.start_service's."""

    def __init__(self, root, host, expected=None, options=(), environment=None):
        self.root = root
        self.host = host
        self.expected = expected
        self.options = options
        self.environment = environment
        self.start()

    def start(self):
        self.service = daemons.start_service(
            self.root, self.host.dir, self.expected, self.options, self.environment
        )

    def stop(self):
        daemons.stop_checked(self.service, self.expected)

    def restart(self):
        self.stop()
        self.start()

    def untouched(self):
        """What changes whenever anything was done: kernel writes, files, vGPUs."""
        return self.host.writes(), self.host.files(), self.host.devices()
