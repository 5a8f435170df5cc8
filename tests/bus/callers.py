# SPDX-License-Identifier: LGPL-2.1-or-later
"""Users of the bus: each is a process of its own, with that user's uid, that stays connected."""

import json
import pathlib
import pwd
import queue
import subprocess
import threading
import time

from gi.repository import GLib

ADDRESS = "unix:path=/run/dbus/system_bus_socket"
NAME = "org.gvt.Manager"
ROOT = "/org/gvt/Manager"
MANAGER = "org.gvt.Manager"
VGPU = "org.gvt.Manager.Vgpu"
TYPE = "org.gvt.Manager.VgpuType"
GPU = "org.gvt.Manager.Gpu"
DOMAINS = "org.gvt.Manager.Domains"
PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
# How many times longer than usual things may take: memcheck and its like make the service slow.
patience = 1
PROGRAM = (pathlib.Path(__file__).parent / "caller.py").read_text()


class BusError(Exception):
    """An error reply: its bus name without the service's prefix, and its message."""

    def __init__(self, name, message):
        super().__init__(f"{name}: {message}")
        self.name = name.removeprefix("org.gvt.Manager.Error.")
        self.message = message


def variants(options):
    """A dictionary of Python values as the a{sv} that GLib.Variant takes."""
    kinds = {bool: "b", str: "s", int: "t", list: "as"}
    return {
        key: value if isinstance(value, GLib.Variant) else GLib.Variant(kinds[type(value)], value)
        for key, value in options.items()
    }


def vgpu_path(uuid):
    return f"{ROOT}/vgpus/{uuid.replace('-', '_')}"


def environment(user):
    """The environment that a login gives."""
    record = pwd.getpwnam(user)
    return {
        "HOME": record.pw_dir,
        "LANG": "C.UTF-8",
        "LOGNAME": user,
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "USER": user,
        "XDG_RUNTIME_DIR": f"/run/user/{record.pw_uid}",
    }


def as_user(user):
    """What subprocess needs to run something as a user, as that user's login would."""
    record = pwd.getpwnam(user)
    return {
        "user": record.pw_uid,
        "group": record.pw_gid,
        "extra_groups": [],
        "env": environment(user),
        "cwd": "/",
    }


def run_as(user, *argv, timeout=60, **rest):
    """Runs a command as a user. Text in, text out; the exit status is the caller's to check."""
    settings = {**as_user(user), "capture_output": True, "text": True, **rest}
    if "input" not in settings:
        settings.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run(argv, timeout=timeout * patience, check=False, **settings)


def eventually(what, seconds=10):
    """Waits until what() is true, and gives its value."""
    seconds *= patience
    end = time.monotonic() + seconds
    while not (value := what()):
        assert time.monotonic() < end, f"not within {seconds} s: {what.__doc__ or what}"
        time.sleep(0.02)
    return value


class Pending:
    """A call that has been sent."""

    def __init__(self):
        self.answers = queue.Queue(1)

    def answered(self):
        return not self.answers.empty()

    def result(self, seconds=30):
        line = self.answers.get(timeout=seconds * patience)
        if "error" in line:
            raise BusError(line["error"], line["message"])
        value = line["value"]
        return value[0] if len(value) == 1 else value or None


class Caller:
    """One connection to the bus by one user. Signals are those since the last bed was made."""

    all = []

    def __init__(self, user):
        self.user = user
        self.uid = pwd.getpwnam(user).pw_uid
        self.signals = []
        self.pending = {}
        self.last = 0
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "-c", PROGRAM, ADDRESS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            **as_user(user),
        )
        self.unique_name = json.loads(self.process.stdout.readline())["ready"]
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()
        Caller.all.append(self)

    def listen(self):
        for text in self.process.stdout:
            line = json.loads(text)
            if "signal" in line:
                self.signals.append(line)
            else:
                self.pending.pop(line["id"]).answers.put(line)

    def start(
        self,
        path,
        interface,
        member,
        signature="()",
        *arguments,
        interactive=False,
        destination=NAME,
        timeout=30,
    ):
        """Sends a call and does not wait for the answer."""
        text = GLib.Variant(signature, arguments).print_(True)
        return self.send(
            path, interface, member, signature, text, interactive, destination, timeout
        )

    def send(
        self,
        path,
        interface,
        member,
        signature,
        text,
        interactive=False,
        destination=NAME,
        timeout=30,
    ):
        """The same with arguments in GVariant's text format."""
        self.last += 1
        pending = self.pending[self.last] = Pending()
        request = {
            "id": self.last,
            "destination": destination,
            "path": path,
            "interface": interface,
            "member": member,
            "signature": signature,
            "arguments": text,
            "interactive": interactive,
            "timeout": timeout * patience * 1000,
        }
        self.process.stdin.write(json.dumps(request) + "\n")
        return pending

    def call(self, *request, timeout=30, **rest):
        return self.start(*request, timeout=timeout, **rest).result(timeout + 5)

    def get(self, path, interface, name):
        return self.call(path, PROPERTIES, "Get", "(ss)", interface, name)

    def get_all(self, path, interface):
        return self.call(path, PROPERTIES, "GetAll", "(s)", interface)

    def objects(self):
        return self.call(ROOT, OBJECT_MANAGER, "GetManagedObjects")

    def of(self, interface):
        """The properties of every object that has an interface, by path."""
        return {
            path: interfaces[interface]
            for path, interfaces in self.objects().items()
            if interface in interfaces
        }

    def create(self, vgpu_type="i915-GVTg_V5_8", gpu="", *, interactive=False, **options):
        """CreateVgpu. The path of the new object."""
        return self.call(
            ROOT,
            MANAGER,
            "CreateVgpu",
            "(ssa{sv})",
            gpu,
            vgpu_type,
            variants(options),
            interactive=interactive,
        )

    def vgpu(self, path, method, *arguments, **rest):
        """A method of a vGPU, without options."""
        signature = {"SetStart": "s", "SetLabel": "s", "Adopt": "u"}.get(method, "")
        return self.call(path, VGPU, method, f"({signature}a{{sv}})", *arguments, {}, **rest)

    def heard(self, signal, path=None, match=lambda value: True):
        """Waits for a signal, unless it has come already, and gives its arguments."""

        def there():
            for line in list(self.signals):
                about = line["value"][0] if signal.startswith("Interfaces") else line["path"]
                if line["signal"] == signal and path in (None, about) and match(line["value"]):
                    return line["value"]
            return None

        there.__doc__ = f"{signal} of {path} at {self.user}"
        return eventually(there)

    def close(self):
        Caller.all.remove(self)
        self.process.kill()
        self.process.wait()
        self.listener.join()
        self.process.stdout.close()


LEAKS_OF_OTHERS = pathlib.Path("/run/logs/leaks-of-others")


def machine_environment():
    """The environment of a system service."""
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root", **sanitizers()}


def sanitizers():
    """The first report of a sanitizer ends the program, and so does the first warning of GLib.

    GLib's slices hide what is freed from AddressSanitizer. OpenSSL, which libvirt brings along, is not
    done when the client ends while a thread of its still asks libvirt.
    """
    if not LEAKS_OF_OTHERS.exists():
        LEAKS_OF_OTHERS.parent.mkdir(exist_ok=True)
        LEAKS_OF_OTHERS.write_text("leak:libcrypto.so\n")
    return {
        "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:exitcode=99",
        "LSAN_OPTIONS": f"suppressions={LEAKS_OF_OTHERS}:print_suppressions=0",
        "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
        "G_DEBUG": "fatal-warnings",
        "G_SLICE": "always-malloc",
    }
