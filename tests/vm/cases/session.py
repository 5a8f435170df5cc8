# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ordinary accounts with real logind sessions, and commands that run inside them.

A session's leader is session_leader.py: it runs what comes over its socket, so that a command has
the session's cgroup, environment, limits and standing with polkit, as one typed at a terminal there.
"""
import json
import os
import pwd
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import mdev

LEADER = Path(__file__).with_name("session_leader.py")


class Finished:
    """A command that ended: its status and what it wrote."""

    def __init__(self, argv, answer):
        self.argv, self.status = argv, answer["status"]
        self.out, self.err = answer["out"], answer["err"]

    def __repr__(self):
        return f"{self.argv} ended with {self.status}\nstdout: {self.out}\nstderr: {self.err}"


class Started:
    """A command that runs; its process is in the session."""

    def __init__(self, argv, connection, pid):
        self.argv, self.connection, self.pid = argv, connection, pid

    def wait(self, timeout=180):
        self.connection.settimeout(timeout)
        return Finished(self.argv, json.loads(self.connection.makefile().readline()))


class Session:
    """A login of an account: on seat0 with a virtual terminal, or in the background."""

    def __init__(self, user, terminal=None):
        self.account = pwd.getpwnam(user)
        self.user, self.terminal = user, terminal
        self.unit = f"test-{user}-{terminal or 'background'}.service"

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix=f"{self.user}-"))
        os.chown(self.folder, self.account.pw_uid, self.account.pw_gid)
        self.socket = self.folder / "socket"
        seat = [] if not self.terminal else [
            "-p", f"TTYPath=/dev/tty{self.terminal}", "-p", "StandardInput=tty",
            "-p", "StandardOutput=journal",
            "-E", "XDG_SEAT=seat0", "-E", f"XDG_VTNR={self.terminal}",
            "-E", "XDG_SESSION_TYPE=tty", "-E", "XDG_SESSION_CLASS=user"]
        subprocess.run(["systemd-run", "--quiet", "--collect", f"--unit={self.unit}",
                        f"--uid={self.user}", "-p", "PAMName=login", *seat,
                        "/usr/bin/python3", LEADER, self.socket], check=True)
        assert mdev.eventually(self.socket.exists), f"no session for {self.user}"
        self.id = self.run("sh", "-c", "echo $XDG_SESSION_ID").out.strip()
        if self.terminal:
            self.activate()
        return self

    def __exit__(self, *_):
        subprocess.run(["loginctl", "terminate-user", self.user], check=False)
        assert mdev.eventually(lambda: not Path(f"/run/user/{self.account.pw_uid}").exists())

    def activate(self):
        """Bring the session's terminal to the front."""
        subprocess.run(["loginctl", "activate", self.id], check=True)
        show = ["loginctl", "show-session", self.id, "--property=Active", "--value"]
        assert mdev.eventually(lambda: subprocess.check_output(show) == b"yes\n")

    def start(self, *argv, stdin=""):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(self.socket))
        argv = [str(arg) for arg in argv]
        connection.sendall(json.dumps({"argv": argv, "stdin": stdin}).encode() + b"\n")
        answer = json.loads(connection.makefile().readline())
        return Started(argv, connection, answer["pid"])

    def run(self, *argv, stdin="", timeout=180):
        """Run a command to its end, whatever its status."""
        return self.start(*argv, stdin=stdin).wait(timeout)

    def check(self, *argv, **options):
        """Run a command that has to succeed; its standard output."""
        finished = self.run(*argv, **options)
        assert finished.status == 0, finished
        return finished.out

    def virsh(self, *argv, **options):
        return self.check("virsh", "-q", "-c", "qemu:///session", *argv, **options)

    def libvirt_daemon(self):
        """The pid of the session's libvirt daemon, which starts if none runs."""
        self.virsh("version")
        return pid_of(self.account.pw_uid, "libvirtd")

    def end_libvirt(self):
        """The next daemon reads its configuration, and looks for hooks, anew."""
        while pid := pid_of(self.account.pw_uid, "libvirtd"):
            os.kill(pid, signal.SIGTERM)
            mdev.eventually(lambda: not Path(f"/proc/{pid}").exists())


def pid_of(uid, name):
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.stat().st_uid == uid and mdev.read(folder / "comm") == name:
                return int(folder.name)
        except (FileNotFoundError, ProcessLookupError):
            pass
    return None
