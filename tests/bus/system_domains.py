# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service that edits domains of a libvirt, and what its tests say to it.

alice's libvirt stands in for the system's: the service, as root, is told its socket. So its domains
are real, and virsh sees what came of them.
"""

import pathlib
import re

import pytest

import vms
from callers import DOMAINS, ROOT, BusError, variants

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
OTHER = "6d8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e"
SOCKET = "/run/user/4001/libvirt/libvirt-sock"
URI = f"qemu+unix:///session?socket={SOCKET}"
ACTION = "org.gvt.manager.edit-system-domain"
RENDER_NODE = "/dev/dri/by-path/pci-0000:00:02.0-render"
KEPT = 10

# A worker for a test: decides by the verb, the first byte of the request, and then is the real one.
STAND_IN = """#!/usr/bin/python3
import os, sys, time
sys.path.append("/usr/lib/python3/dist-packages")
from gi.repository import GLib
EDIT, STRIP = 0, 1
verb = os.read(0, 1)[0]
os.lseek(0, 0, os.SEEK_SET)
def answer(change):
    request = GLib.Variant.new_from_bytes(
        GLib.VariantType("(ussa{sv})"), GLib.Bytes(sys.stdin.buffer.read()), False)
    text = change(request.unpack()[1])
    reply = GLib.Variant("(bus)", (True, 0, text)).get_data_as_bytes().get_data()
    sys.stdout.buffer.write(reply)
    sys.exit()
%s
os.execv("/usr/libexec/gvt-domain-editor", ["gvt-domain-editor"])
"""


def define(libvirt, xml=vms.DOMAIN):
    """Twice: what libvirt adds by itself it puts elsewhere when it reads it again."""
    libvirt.define(xml)
    libvirt.define(libvirt.xml(re.search("<name>(.*)</name>", xml)[1]))


@pytest.fixture
def system(make_bed, libvirt, root):
    """A bed whose service edits alice's domains, with a vGPU of root's and the domain win11."""

    def make(*options):
        bed = make_bed("--aperture", "512", options=("--libvirt", URI, *options))
        root.create(uuid=UUID, define=True, activate=False)
        define(libvirt)
        return bed

    return make


@pytest.fixture
def worker(tmp_path):
    """Makes a stand-in for the XML worker of a few lines of Python."""

    def make(lines):
        path = tmp_path / "worker"
        path.write_text(STAND_IN % lines)
        path.chmod(0o755)
        return "--domain-editor", str(path)

    return make


@pytest.fixture
def granted(bob):
    """bob, whom a rule of the administrator's lets edit system domains."""
    rule = pathlib.Path("/etc/polkit-1/rules.d/40-bob.rules")
    rule.write_text(
        "polkit.addRule(function (action, subject) {\n"
        f"  if (action.id == '{ACTION}' && subject.user == 'bob' &&\n"
        "      action.lookup('domain') == 'win11') return 'yes';\n"
        "});\n"
    )
    yield bob
    rule.unlink()


def attach(caller, domain="win11", uuid=UUID, **settings):
    options = {key.replace("_", "-"): value for key, value in settings.items()}
    return caller.call(ROOT, DOMAINS, "Attach", "(ssa{sv})", domain, uuid, variants(options))


def detach(caller, domain="win11", uuid=UUID):
    return caller.call(ROOT, DOMAINS, "Detach", "(ssa{sv})", domain, uuid, {})


def restore(caller, backup="", domain="win11"):
    return caller.call(ROOT, DOMAINS, "Restore", "(ssa{sv})", domain, backup, {})


def backups(caller, domain="win11"):
    """As ListBackups gives them: name, time, reason, newest first."""
    return caller.call(ROOT, DOMAINS, "ListBackups", "(s)", domain) or []


def refused(call, *arguments, **options):
    with pytest.raises(BusError) as error:
        call(*arguments, **options)
    return error.value


def folder(bed):
    return bed.host.dir / "var/lib/gvt-manager/backups" / vms.VM


def files(bed):
    return sorted(path.name for path in folder(bed).iterdir()) if folder(bed).exists() else []
