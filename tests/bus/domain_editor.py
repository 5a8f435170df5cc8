# SPDX-License-Identifier: LGPL-2.1-or-later
"""gvt-domain-editor, and the libvirt whose domains it edits."""

import json
import pathlib
import pwd
import shlex
import subprocess

from gi.repository import GLib

from callers import run_as

WORKER = "/usr/libexec/gvt-domain-editor"
VERBS = {"edit": 0, "strip": 1, "modernise": 2, "verify": 3}
VGPU = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
FIXTURES = pathlib.Path(__file__).parents[1] / "unit" / "domain"


class Refused(Exception):
    """The worker's error: its code and message."""


def work(verb, xml, settings="{}"):
    """What the worker makes of a domain, and another one has verified. Settings in GVariant's text
    format."""
    parsed = GLib.Variant.parse(GLib.VariantType("a{sv}"), settings, None, None)
    answer = ask(verb, xml, parsed)
    if verb in ("edit", "strip"):
        ask("verify", answer, GLib.Variant("a{sv}", {"before": GLib.Variant("s", xml)}))
    return answer


def ask(verb, xml, parsed):
    """One request to one worker."""
    request = GLib.Variant.new_tuple(
        GLib.Variant("u", VERBS[verb]), GLib.Variant("s", xml), GLib.Variant("s", VGPU), parsed
    )
    reply = subprocess.run(
        [WORKER],
        input=request.get_data_as_bytes().get_data(),
        capture_output=True,
        timeout=30,
        check=True,
    ).stdout
    done, code, text = GLib.Variant.new_from_bytes(
        GLib.VariantType("(bus)"), GLib.Bytes(reply), False
    ).unpack()
    if not done:
        raise Refused(code, text)
    return text


class Libvirt:
    """A user's own libvirt: qemu:///session, with the daemon that virsh starts."""

    def __init__(self, user):
        self.user = user
        self.file = pathlib.Path(f"/run/user/{pwd.getpwnam(user).pw_uid}/domain.xml")

    def run(self, commands, xml):
        """What virsh commands print; `FILE` among them is one that holds `xml`."""
        self.file.write_text(xml)
        commands = commands.replace("FILE", str(self.file))
        done = run_as(self.user, "virsh", "--quiet", "--connect", "qemu:///session", commands,
                      timeout=120)
        assert done.returncode == 0, f"virsh {commands}: {done.stderr}"
        return done.stdout

    def define(self, xml):
        """Defines a domain, with validation, and gives back what libvirt makes of it."""
        name = xml.split("<name>")[1].split("</name>")[0]
        dump = f"dumpxml --inactive --security-info {name}"
        return self.run(f"define --validate FILE; {dump}", xml).strip() + "\n"

    def arguments(self, xml):
        """What QEMU would be run with: environment, and arguments as a list."""
        words = shlex.split(self.run("domxml-to-native qemu-argv FILE", xml))
        start = next(i for i, word in enumerate(words) if "=" not in word.split("/")[0])
        return dict(word.split("=", 1) for word in words[:start]), words[start:]


def values_of(arguments, option):
    """The values of every `option` among QEMU's arguments."""
    return [value for name, value in zip(arguments, arguments[1:]) if name == option]


def device_of(arguments, alias):
    """The properties of the device with that alias."""
    devices = [json.loads(value) for value in values_of(arguments, "-device") if value[0] == "{"]
    return next(device for device in devices if device.get("id") == alias)
