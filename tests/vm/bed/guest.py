# SPDX-License-Identifier: LGPL-2.1-or-later
"""One QEMU process with the guest in it: booted afresh to make the saved state, or resumed from it.

The command line is the same both times, as migration demands. A resumed guest writes to a
temporary overlay only, so every run starts from the same bytes.
"""
import ctypes
import json
import signal
import socket
import subprocess
import time
from pathlib import Path

PAYLOAD_SIZE = 256 << 20
KERNEL_COMMAND_LINE = (
    "root=/dev/vda rw console=ttyS0 quiet mitigations=off nokaslr"
    " systemd.show_status=false systemd.log_color=false"
)


class GuestError(Exception):
    """The guest or its QEMU did not do what it was asked."""


def die_with_parent():
    """A test run that is killed takes its guest with it."""
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Lines:
    """Lines of JSON over a socket."""

    def __init__(self, path, deadline):
        self.socket = socket.socket(socket.AF_UNIX)
        while True:
            try:
                self.socket.connect(str(path))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > deadline:
                    raise GuestError(f"nothing listens on {path}") from None
                time.sleep(0.05)
        self.pending = b""

    def send(self, message):
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self, timeout):
        self.socket.settimeout(timeout)
        while b"\n" not in self.pending:
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                raise GuestError(f"no answer within {timeout} s") from None
            if not data:
                raise GuestError("the guest's QEMU has ended")
            self.pending += data
        line, self.pending = self.pending.split(b"\n", 1)
        return json.loads(line)


class Guest:
    """A running guest; a context manager that ends it."""

    def __init__(self, image, payload, directory, *, persistent=False):
        self.image, self.directory = Path(image), Path(directory)
        self.payload, self.persistent = payload, persistent
        self.console = self.directory / "console"

    def command_line(self):
        sockets = self.directory
        snapshot = "off" if self.persistent else "on"
        return [
            "qemu-system-x86_64", "-name", "gvt-bed", "-nodefaults", "-no-user-config",
            "-machine", "q35,usb=off", "-accel", "tcg,thread=multi", "-cpu", "max",
            "-smp", "2", "-m", "7G", "-nic", "none", "-display", "none", "-vga", "none",
            "-global", "migration.store-global-state=off",
            "-kernel", str(self.image / "vmlinux"), "-initrd", str(self.image / "initrd"),
            "-append", KERNEL_COMMAND_LINE,
            # QEMU's standard VGA where Intel's GPU always is; module/i915.c binds to it.
            "-device", "VGA,addr=02.0",
            "-drive", f"if=none,id=disk,file={self.image}/disk.raw,format=raw,cache=unsafe,"
                      f"snapshot={snapshot}",
            "-device", "virtio-blk-pci,drive=disk,addr=03.0",
            "-drive", f"if=none,id=payload,file={self.payload},format=raw,readonly=on",
            "-device", "virtio-blk-pci,drive=payload,addr=04.0",
            "-device", "virtio-serial-pci,addr=05.0",
            "-chardev", f"socket,id=bed,path={sockets}/bed.sock,server=on,wait=off",
            "-device", "virtserialport,chardev=bed,name=org.gvt.bed",
            "-device", "virtio-rng-pci,addr=06.0",
            "-chardev", f"socket,id=console,path={sockets}/console.sock,server=on,wait=off,"
                        f"logfile={self.console}",
            "-serial", "chardev:console",
            "-qmp", f"unix:{sockets}/qmp.sock,server=on,wait=off",
        ]

    def __enter__(self):
        resume = [] if self.persistent else ["-incoming", "defer"]
        self.qemu = subprocess.Popen(
            self.command_line() + resume, stdin=subprocess.DEVNULL,
            stderr=open(self.directory / "qemu.log", "w"), preexec_fn=die_with_parent)
        try:
            deadline = time.monotonic() + 20
            self.monitor = Lines(self.directory / "qmp.sock", deadline)
            self.monitor.receive(20)
            self.qmp("qmp_capabilities")
            if resume:
                self.resume()
            self.channel = Lines(self.directory / "bed.sock", deadline)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.qemu.kill()
        self.qemu.wait()

    def qmp(self, command, **arguments):
        try:
            self.monitor.send({"execute": command, "arguments": arguments})
            while "event" in (reply := self.monitor.receive(60)):
                pass
        except (GuestError, OSError) as error:
            log = (self.directory / "qemu.log").read_text().strip()
            raise GuestError(f"{command}: {error}\n{log}") from None
        if "error" in reply:
            raise GuestError(f"{command}: {reply['error']['desc']}")
        return reply["return"]

    def finish_migration(self):
        while (status := self.qmp("query-migrate").get("status")) not in ("completed", "failed"):
            time.sleep(0.05)
        if status == "failed":
            raise GuestError((self.directory / "qemu.log").read_text())

    def resume(self):
        self.qmp("migrate-incoming", uri=f"exec:cat {self.image}/state")
        self.finish_migration()
        self.qmp("cont")

    def save(self):
        """Stop the guest and write its state beside its disk."""
        self.qmp("stop")
        self.qmp("migrate-set-parameters", **{"max-bandwidth": 8 << 30})
        self.qmp("migrate", uri=f"exec:cat >{self.image}/state.part")
        self.finish_migration()
        self.qmp("quit")
        self.qemu.wait(60)
        (self.image / "state.part").rename(self.image / "state")

    def reboot(self, timeout=300):
        """Have the guest boot again, as `systemctl reboot` does; its disk stays what it is."""
        deadline = time.monotonic() + timeout
        # A moment later, so that the agent can say before it ends that the command was run.
        self.check(["systemd-run", "--quiet", "--on-active=1", "--timer-property=AccuracySec=100ms",
                    "systemctl", "reboot"])
        while self.monitor.receive(deadline - time.monotonic()).get("event") != "RESET":
            pass
        self.check(["true"], timeout=deadline - time.monotonic())

    def run(self, argv, *, stdin="", on_output=None, timeout=120):
        """Run a command as root in the guest; what it wrote, and its exit status."""
        deadline = time.monotonic() + timeout
        self.channel.send({"argv": argv, "input": stdin})
        output = []
        while True:
            frame = self.channel.receive(max(0.1, deadline - time.monotonic()))
            if "exit" in frame:
                return "".join(output), frame["exit"]
            output.append(frame["out"])
            if on_output:
                on_output(frame["out"])

    def check(self, argv, **options):
        """Run a command that has to succeed; what it wrote."""
        output, status = self.run(argv, **options)
        if status:
            raise GuestError(f"{argv} failed in the guest with status {status}:\n{output}")
        return output
