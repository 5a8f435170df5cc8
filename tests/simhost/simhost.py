# SPDX-License-Identifier: LGPL-2.1-or-later
"""Starts gvt-simhost for a test and talks to its control file."""

import os
import shutil
import subprocess
import tempfile

GPU = "0000:00:02.0"


class SimHost:
    """A simulated GVT-g host below `root`, alive within a `with` block.

    program: path of gvt-simhost
    options: its command line, without the directory
    """

    def __init__(self, program, *options):
        self.root = tempfile.mkdtemp(prefix="gvt-simhost-")
        os.chmod(self.root, 0o755)
        ready, writer = os.pipe()
        self.process = subprocess.Popen(
            [program, "--die-with-parent", f"--ready-fd={writer}", *options, self.root],
            pass_fds=[writer],
        )
        os.close(writer)
        with os.fdopen(ready) as pipe:
            if pipe.readline() != "ready\n":
                self.process.wait()
                shutil.rmtree(self.root)
                raise RuntimeError(f"gvt-simhost ended with {self.process.returncode}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends it and checks that it ended well and left no mount."""
        try:
            self.process.terminate()
            status = self.process.wait(timeout=10)
            assert status == 0, f"gvt-simhost ended with {status}"
            assert not os.path.ismount(self.path("sys"))
        finally:
            self.process.kill()
            self.process.wait()
            for mount in ("sys", "control"):
                subprocess.run(
                    ["umount", "--lazy", self.path(mount)], check=False, stderr=subprocess.DEVNULL
                )
            shutil.rmtree(self.root)

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def control(self, command):
        """Runs a control command; raises the OSError that it fails with."""
        write(self.path("control"), command + "\n")

    def status(self):
        """The lines of the control file."""
        return read(self.path("control")).splitlines()

    def stat(self, key):
        """A number of the control file: stat("writes create")."""
        for line in self.status():
            if line.startswith(key + " "):
                return int(line[len(key) + 1 :])
        raise KeyError(key)

    def type_dir(self, type_id, parent=GPU):
        return self.path("sys/class/mdev_bus", parent, "mdev_supported_types", type_id)

    def create(self, type_id, text, parent=GPU):
        """One write to the type's `create`, as root would do it."""
        write(os.path.join(self.type_dir(type_id, parent), "create"), text)

    def available(self, type_id, parent=GPU):
        return int(read(os.path.join(self.type_dir(type_id, parent), "available_instances")))

    def device(self, uuid, *parts):
        return self.path("sys/bus/mdev/devices", uuid, *parts)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    """One open, one write, as the service does it; returns the number of bytes taken."""
    data = text if isinstance(text, bytes) else text.encode()
    fd = os.open(path, os.O_WRONLY)
    try:
        return os.write(fd, data)
    finally:
        os.close(fd)
